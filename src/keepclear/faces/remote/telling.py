"""What is printed of a node's answers: what was told to one's party, and the exit code for it.

Another party's declaration has no name here but the mark that stands for it. As everywhere, nothing
says that the way is free: only what was compared, and with whom one has agreed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from keepclear.faces.outcome import Exit
from keepclear.faces.terminal import deliver, say
from keepclear.faces.words import NOT_YET, plain
from keepclear.node.files import STDIN

__all__ = ["code_of", "tell"]


def tell(answers: Iterable[dict[str, Any]]) -> None:
    """Print what a node answered to some requests."""
    for answer in answers:
        again = ", as it was answered before; not compared again" if answer["again"] else ""
        head = f"{answer['subject']}: version {answer['version']} is {answer['stage']}{again}"
        lines = [head, *(f"  {line}" for shown in answer["shown"] for line in _told(shown))]
        deliver("".join(f"{plain(line)}\n" for line in lines), STDIN)
        if answer["stage"] in NOT_YET:
            say(f"{plain(answer['subject'])}: {NOT_YET[answer['stage']]}")


def code_of(answers: Iterable[dict[str, Any]]) -> Exit:
    """1 where something of what was told crosses."""
    crossing = any(shown.get("crossings") for answer in answers for shown in answer["shown"])
    return Exit.CROSSING if crossing else Exit.NOTHING


def _told(shown: dict[str, Any]) -> Iterator[str]:
    for one in shown.get("crossings", ()):
        yield (
            f"crosses {one['kind']} of {one['party']}, {one['certainty']}, "
            f"{one.get('time_start') or 'always'} until {one.get('time_end') or 'further notice'}"
            f"{_where(one)}; ref {one['ref']}; desk: {one.get('desk') or 'not said'}"
        )
    for one in shown.get("deviations", ()):
        yield f"deviation: {one['code']} ({one['arrangement']})"
    for words in shown.get("not_computed", ()):
        yield f"not looked at: {words}"
    if "crossings" in shown and not shown["crossings"]:
        yield "no crossing among what was agreed to be told"
    if "says" in shown:
        yield str(shown["says"])


def _where(one: dict[str, Any]) -> str:
    if one.get("level") == "stay away":
        longitude, latitude = one["center"]
        return f"; stay away {one['radius_m']:,.0f} m from {latitude:.5f}, {longitude:.5f}"
    return ""
