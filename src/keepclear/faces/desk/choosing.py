"""Which stop is meant: the open one, where there is one; else the one that is named."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from keepclear.errors import RuleError, UsageError
from keepclear.faces.desk.wording import at_second
from keepclear.faces.words import plain

__all__ = ["MARK_LENGTH", "all_stops", "mark_of", "the_stop"]

MARK_LENGTH: Final = 8
"""Characters of a hash by which people name a stop."""


def all_stops(lines: dict[str, Any]) -> list[dict[str, Any]]:
    """Every stop of a desk, over lines and by telephone, the oldest first."""
    over = [one for line in lines["lines"] for one in line["alerts"]]
    return sorted([*over, *lines["calls"]], key=lambda one: str(one["raised"]))


def mark_of(stop: dict[str, Any]) -> str:
    """How people name it."""
    return str(stop["hash"])[:MARK_LENGTH]


def the_stop(lines: dict[str, Any], party: str, named: str, *, ours: bool) -> dict[str, Any]:
    """The stop that an answer is about.

    Args:
        lines: How the lines stand.
        party: The other.
        named: The beginning of its hash; empty for the only one that is open.
        ours: Whether this desk asked for it.

    Raises:
        RuleError: ``stop.none``: there is none.
        UsageError: several are open, or are named so.
    """
    some = [one for one in all_stops(lines) if one["party"] == party and one["ours"] is ours]
    found = [one for one in some if (one["hash"].startswith(named) if named else one["open"])]
    if not found:
        way = "to" if ours else "from"
        what = f"named {named[:MARK_LENGTH]!r}" if named else "open"
        raise RuleError("stop.none", f"no stop {way} {party} is {what}; see keepclear link status")
    if len(found) > 1:
        raise UsageError(
            f"{len(found)} stops are meant, and one is answered; say which with --stop: "
            + "; ".join(_in_words(found))
        )
    return found[0]


def _in_words(stops: Iterable[dict[str, Any]]) -> list[str]:
    return [
        f"{mark_of(one)} of {at_second(one['raised'])} UTC, {plain(one['asks'])}"
        f"{', by telephone' if one['by_voice'] else ''}{', EXERCISE' if one['drill'] else ''}"
        for one in stops
    ]
