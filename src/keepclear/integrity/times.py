"""Windows that have ended: a wrong day, month or year, or a record taken for a plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from keepclear.domain.declaration import Declaration, Kind, Part
from keepclear.domain.finding import Finding, Severity
from keepclear.domain.route import Route
from keepclear.domain.window import Window, format_instant

__all__ = ["past_findings"]

_ALL_MIN: Final = 2
"""From so many declarations on, all of which have ended, it is said once."""


def past_findings(declarations: Sequence[Declaration], now_us: int) -> Iterator[Finding]:
    """One for each declaration that has ended; a single one where everything has that ends at all.

    A site stands until it is removed: its end is a note, because it wants to be confirmed.
    """
    ends = [(one, end) for one in declarations if (end := _end(one)) is not None]
    ended = [(one, end) for one, end in ends if end <= now_us]
    if len(ended) == len(ends) >= _ALL_MIN:
        last = max(end for _, end in ended)
        yield Finding(
            "time.past",
            Severity.DOUBT,
            ended[0][0].where,
            f"all {len(ended):,} declarations that end at all have ended, the last of them at "
            f"{format_instant(last)}",
            "look at day, month and year, unless it is a record and no plan",
        )
        return
    for declaration, end in ended:
        site = declaration.kind is Kind.SITE
        yield Finding(
            "time.past",
            Severity.NOTE if site else Severity.DOUBT,
            declaration.where,
            f"it ended at {format_instant(end)}"
            + (", and stands unconfirmed until it is removed" if site else ", before now"),
            "have the site confirmed, or removed" if site else "look at its day, month and year",
            declaration.party,
            declaration.id,
        )


def _end(declaration: Declaration) -> int | None:
    """When the last of it ends; None where any of it goes on."""
    last: int | None = None
    for part in declaration.parts:
        end = _part_end(part)
        if end is None:
            return None
        last = end if last is None else max(last, end)
    return last


def _part_end(part: Part) -> int | None:
    if isinstance(part, Route):
        return part.waypoints[-1].time_us
    return part.window.end_us if isinstance(part.window, Window) else None
