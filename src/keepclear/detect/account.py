"""What a finder says of one row and the standing rows that it meets, and the crossings made of it.

Most declarations have one part, and most pairs meet in one place: a crossing is then put together from
plain numbers, to the word what :mod:`keepclear.detect.assemble` makes of the same hits. Where a pair
meets in several, the hits are given to that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from keepclear.detect.area import SharedArea, shared_area
from keepclear.detect.assemble import doubtful_heights, order_of, side_of
from keepclear.detect.crossing import Crossing, CrossingKind
from keepclear.detect.cut import Cut
from keepclear.detect.exact import Hits, joined
from keepclear.detect.fine import Skeletons
from keepclear.detect.flat_area import Outlines
from keepclear.detect.prepare import Prepared
from keepclear.detect.table import FOREVER_US, Table
from keepclear.detect.vertical import MM_MAX
from keepclear.domain.declaration import Declaration

__all__ = ["COLUMNS", "Account", "Shares", "crossings_of", "hits_of"]

COLUMNS: Final = (
    "row", "owner", "own_part", "part", "start_us", "end_us", "gap_us", "apart", "doubt", "overlap",
    "gap_mm", "lowest_mm", "highest_mm",
)  # fmt: skip
"""Of each row that is met: which it is and whose; which parts meet; from when to when; the gap between
the windows, doubt and the rest as :class:`Hits` has them; the least gap between the bands; the shared
band above the ellipsoid at its widest, or the gap."""
_OWNER: Final = COLUMNS.index("owner")
Shares = Callable[[Table, Sequence[tuple[int, int]]], Sequence[SharedArea | None]]
"""What pairs of rows share, as ``shared_area`` says it; nothing where that is left to it."""


@dataclass(frozen=True, slots=True)
class Account:
    """Rows that one row meets, all of them standing still and none with a stated error."""

    asked: int
    numbers: np.ndarray
    """int64 (n, columns)."""
    horizontal_m: np.ndarray
    """float64 (n): least distance of the bare footprints."""

    def owners(self) -> list[int]:
        """Whose the rows are, one by one."""
        owners: list[int] = self.numbers[:, _OWNER].tolist()
        return owners

    def rows(self) -> np.ndarray:
        """The rows, int64."""
        return self.numbers[:, 0]

    def hits(self) -> Hits:
        """The same as hits."""
        told = dict(zip(COLUMNS, self.numbers.T, strict=True))
        start, end = told["start_us"], told["end_us"]
        return Hits(
            np.full(len(start), self.asked), told["row"], start, end, told["overlap"] > 0,
            told["doubt"].astype(np.uint8), self.horizontal_m, told["gap_mm"] / 1e3,
            told["gap_us"] / 1e6, np.full(len(start), np.nan), told["apart"] > 0,
            np.stack([start, end, start, end], axis=-1),
        )  # fmt: skip


def hits_of(accounts: Sequence[Account]) -> Hits:
    """What is told of all rows of a declaration, as hits."""
    found = [account.hits() for account in accounts]
    return found[0] if len(found) == 1 else joined(found)


def crossings_of(
    account: Account,
    own: Declaration,
    others: dict[int, Declaration],
    prepared: Prepared,
    cut: Cut,
    shares: Shares,
) -> tuple[Crossing, ...]:
    """Crossings of a declaration with others, of each of which it meets one row; sorted like all.

    Args:
        account: What is met.
        own: The declaration that was asked about.
        others: Those that it meets, by number.
        prepared: The table, and the declarations whose ground nobody stated.
        cut: Cuts the ground that rings share.
        shares: Cuts that of many pairs, where they are plain.
    """
    asked, numbers = account.asked, account.numbers.tolist()
    spans, sides = [], []
    for row, owner, own_part, part, start, end, *_, overlap, _, _, _ in numbers:
        other = others[owner]
        two, rows = [side_of(own, (own_part,), end), side_of(other, (part,), end)], (asked, row)
        if (other.party, other.id) < (own.party, own.id):
            two.reverse()
            rows = row, asked
        sides.append(two)
        if overlap:
            spans.append((*rows, start, end))
    grounds = iter(_grounds(prepared.table, spans, cut, shares))
    found: list[Crossing] = []
    columns = zip(numbers, sides, account.horizontal_m.tolist(), strict=True)
    for (row, _, _, _, start, end, gap_us, _, doubt, overlap, gap_mm, low_mm, high_mm), (
        a, b,
    ), metres in columns:  # fmt: skip
        size, drawn = next(grounds) if overlap else (None, None)
        found.append(
            Crossing(
                a=a,
                b=b,
                kind=CrossingKind.OVERLAP if overlap else CrossingKind.SEPARATION,
                certain=doubt == 0,
                why_possible=() if doubt == 0 else doubtful_heights(prepared, asked, row),
                time_start_us=None if start <= -FOREVER_US else start,
                time_end_us=None if end >= FOREVER_US else end,
                altitude=None,
                altitude_w84_m=(
                    None if low_mm <= -MM_MAX else low_mm / 1000.0,
                    None if high_mm >= MM_MAX else high_mm / 1000.0,
                ),
                area_m2=size if size is None else round(size, 3),
                area=drawn,
                horizontal_m=round(metres, 3),
                vertical_m=round(gap_mm / 1e3, 3),
                time_s=round(gap_us / 1e6, 6),
            )
        )
    return tuple(found if len(found) < 2 else sorted(found, key=order_of))


def _grounds(
    table: Table, spans: Sequence[tuple[int, int, int, int]], cut: Cut, shares: Shares
) -> list[SharedArea]:
    """The ground that each two rows share over a span."""
    if not spans:
        return []
    outlines, skeletons = Outlines(table, cut), Skeletons(table)
    plain = shares(table, [(i, j) for i, j, _, _ in spans])
    return [
        shared_area(table, [span], skeletons, outlines) if one is None else one
        for span, one in zip(spans, plain, strict=True)
    ]
