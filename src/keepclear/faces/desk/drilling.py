"""``keepclear link drill-report``: what exercises took, step by step, in a table or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import click

from keepclear.faces import quantities
from keepclear.faces.desk.place import desk_at
from keepclear.faces.desk.wording import at_second
from keepclear.faces.lives import token_file
from keepclear.faces.outcome import Exit
from keepclear.faces.terminal import deliver, say
from keepclear.faces.words import count, plain
from keepclear.node.files import STDIN

__all__ = ["drill_report"]

_MINUTE_S: Final = 60


@click.command(name="drill-report")
@click.argument("folder", metavar="DIR")
@click.option("--after", type=quantities.INSTANT, metavar="TIME", help="Only what began from then,")
@click.option("--before", type=quantities.INSTANT, metavar="TIME", help="and before then.")
@token_file
@click.option("--json", "as_json", is_flag=True, help="The same for programs.")
def drill_report(
    folder: str, after: int | None, before: int | None, token_file: str | None, *, as_json: bool
) -> int:
    """Say what exercises took: each step after its beginning, by this desk's clock.

    Only what was marked as an exercise is in it; nothing marked so counts among what is real.
    """
    with desk_at(folder, token_file) as desk:
        found = desk.drills(after, before)
    if as_json:
        whole = {"keepclear": "drill-report/1", **found}
        deliver(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", STDIN)
        return Exit.NOTHING
    lines = [line for one in found["exercises"] for line in _lines(one)]
    if lines:
        from keepclear.link.message import DRILL  # noqa: PLC0415

        lines = [f"{DRILL}, as the desk of {found['party']} timed it", *lines]
    deliver("".join(f"{plain(line)}\n" for line in lines), STDIN)
    many, still = len(found["exercises"]), sum(one["open"] for one in found["exercises"])
    say(f"{count(many, 'exercise')}, {still:,} of them open")
    return Exit.NOTHING


def _lines(one: dict[str, Any]) -> Iterator[str]:
    way = "to" if one["ours"] else "from"
    says = f": {one['says']}" if one["says"] else ""
    still = ", open" if one["open"] else ""
    yield f"{at_second(one['began'])} UTC  {one['what']} {way} {one['party']}{says}{still}"
    for step in one["steps"]:
        who = f": {step['who']}" if step["who"] else ""
        yield f"{_after(step['after_s']):>14}  {step['what']}{who}"


def _after(seconds: float) -> str:
    """``+ 12.3 s``, ``+ 2 min 05 s``: tenths where a stop is counted in them."""
    if seconds < _MINUTE_S:
        return f"+ {seconds:.1f} s"
    minutes, rest = divmod(round(seconds), _MINUTE_S)
    return f"+ {minutes:,} min {rest:02d} s"
