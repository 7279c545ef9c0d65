"""Hits between parts to crossings between declarations: one for each pair and unbroken span."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from keepclear.detect.area import shared_area
from keepclear.detect.crossing import Claim, Crossing, CrossingKind, Side
from keepclear.detect.cut import Cut, cut_listed
from keepclear.detect.exact import ALTITUDE_DOUBT, POSITION_DOUBT, Hits
from keepclear.detect.fine import Skeletons
from keepclear.detect.flat_area import Outlines
from keepclear.detect.prepare import Prepared
from keepclear.detect.shared_band import shared_altitude, shared_w84_m
from keepclear.detect.table import FOREVER_US, LEG, Table
from keepclear.domain.declaration import Declaration, Kind
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import Window

__all__ = ["assemble", "claims_of", "doubtful_heights", "order_of", "side_of"]

_MICRO: Final = 6


def assemble(
    declarations: Sequence[Declaration],
    prepared: Prepared,
    hits: Hits,
    skeletons: Skeletons,
    *,
    areas: bool,
    words: bool = True,
    cut: Cut = cut_listed,
    progress: Callable[[str, int, int], None] | None = None,
) -> tuple[Crossing, ...]:
    """All crossings, sorted by time, then by who; the lesser (party, id) is side a.

    Without ``words`` the shared band is not given in the declarations' own. Whichever cuts the ground
    that rings share, it comes out the same.
    """
    table = prepared.table
    hits = _oriented(table, hits, declarations)
    spans = _spans(table, hits)
    crossings: list[Crossing] = []
    outlines = Outlines(table, cut)
    for number, rows in enumerate(spans):
        if progress and number % 64 == 0:
            progress("crossings described", number, len(spans))
        crossings.append(
            _crossing(
                declarations, prepared, hits, rows, skeletons, outlines, areas=areas, words=words
            )
        )
    return tuple(sorted(crossings, key=order_of))


def _name(declaration: Declaration) -> tuple[str, str]:
    return declaration.party, declaration.id


def order_of(crossing: Crossing) -> tuple[object, ...]:
    """What crossings are sorted by: time, then who."""
    start = -FOREVER_US if crossing.time_start_us is None else crossing.time_start_us
    end = FOREVER_US if crossing.time_end_us is None else crossing.time_end_us
    a, b = crossing.a, crossing.b
    return start, a.party, a.id, b.party, b.id, end, a.parts, b.parts


def _oriented(table: Table, hits: Hits, declarations: Sequence[Declaration]) -> Hits:
    """The same hits with i on side a."""
    a, b = table.owner[hits.i], table.owner[hits.j]
    met = sorted({*a.tolist(), *b.tolist()}, key=lambda k: (*_name(declarations[k]), k))
    rank = {number: place for place, number in enumerate(met)}
    swap = np.array(
        [rank[one] > rank[two] for one, two in zip(a.tolist(), b.tolist(), strict=True)], dtype=bool
    )
    if not swap.any():
        return hits
    i, j = np.where(swap, hits.j, hits.i), np.where(swap, hits.i, hits.j)
    own_us = np.where(swap[:, None], hits.own_us[:, [2, 3, 0, 1]], hits.own_us)
    return replace(hits, i=i, j=j, own_us=own_us)


def _spans(table: Table, hits: Hits) -> list[np.ndarray]:
    """Rows of the hits, grouped by pair of declarations and unbroken span of time."""
    a, b = table.owner[hits.i], table.owner[hits.j]
    order = np.lexsort((hits.j, hits.i, hits.end_us, hits.start_us, b, a))
    groups: list[np.ndarray] = []
    begin, until = 0, -FOREVER_US
    for k, row in enumerate(order.tolist()):
        before = order[k - 1] if k else -1
        same = k > 0 and a[row] == a[before] and b[row] == b[before]
        if k and (not same or hits.start_us[row] > until):
            groups.append(order[begin:k])
            begin, until = k, -FOREVER_US
        until = max(until, int(hits.end_us[row]))
    if len(order):
        groups.append(order[begin:])
    return groups


def _crossing(
    declarations: Sequence[Declaration],
    prepared: Prepared,
    hits: Hits,
    rows: np.ndarray,
    skeletons: Skeletons,
    outlines: Outlines,
    *,
    areas: bool,
    words: bool,
) -> Crossing:
    table = prepared.table
    i, j = hits.i[rows], hits.j[rows]
    if len(rows) == 1 and LEG not in (table.kind[i[0]], table.kind[j[0]]):  # most often
        k = int(rows[0])
        start, end = int(hits.start_us[k]), int(hits.end_us[k])
        gap_us = round(float(hits.time_s[k]) * 1e6) if hits.apart[k] else 0
    else:
        start, end, gap_us = _when(table, hits, rows)
    a, b = declarations[table.owner[i[0]]], declarations[table.owner[j[0]]]
    overlap = hits.overlap[rows]
    size, drawn = None, None
    if areas and overlap.any():
        chosen = rows[overlap]
        columns = (hits.i, hits.j, hits.start_us, hits.end_us)
        pairs = list(zip(*(column[chosen].tolist() for column in columns), strict=True))
        size, drawn = shared_area(table, pairs, skeletons, outlines)
        size = round(size, 3)
    doubts = hits.doubt[rows]
    certain = bool((doubts == 0).any())
    return Crossing(
        a=_side(a, table, i, end),
        b=_side(b, table, j, end),
        kind=CrossingKind.OVERLAP if overlap.any() else CrossingKind.SEPARATION,
        certain=certain,
        why_possible=() if certain else _why(a, b, prepared, i, j, doubts),
        time_start_us=None if start <= -FOREVER_US else start,
        time_end_us=None if end >= FOREVER_US else end,
        altitude=shared_altitude(table, declarations, i, j) if words else None,
        altitude_w84_m=shared_w84_m(table, i, j),
        area_m2=size,
        area=drawn,
        horizontal_m=_least(hits.horizontal_m[rows], 3),
        vertical_m=_least(hits.vertical_m[rows], 3),
        time_s=round(gap_us / 1e6, _MICRO),
        depth_m=_depth_m(hits, rows) if areas else None,
    )


def _depth_m(hits: Hits, rows: np.ndarray) -> float | None:
    """Of the parts that overlap, the deepest."""
    known = hits.depth_m[rows][~np.isnan(hits.depth_m[rows])]
    return round(float(known.max()), 3) if len(known) else None


def _when(table: Table, hits: Hits, rows: np.ndarray) -> tuple[int, int, int]:
    """First and last moment, and 0; or the narrowest gap between the parts, and how long it is.

    The legs of two movers are pieces of two journeys, however they are cut, and count as one pair.
    """
    start, end, apart = hits.start_us[rows], hits.end_us[rows], hits.apart[rows]
    gap = np.rint(hits.time_s[rows] * 1e6).astype(np.int64)
    moving = (table.kind[hits.i[rows]] == LEG) & (table.kind[hits.j[rows]] == LEG)
    if moving.any():
        own = hits.own_us[rows][moving]
        latest = max(int(own[:, 0].min()), int(own[:, 2].min()))
        earliest = min(int(own[:, 1].max()), int(own[:, 3].max()))
        journey = (min(latest, earliest), max(latest, earliest), latest > earliest,
                   max(latest - earliest, 0))  # fmt: skip
        start, end, apart, gap = (
            np.append(column[~moving], value)
            for column, value in zip((start, end, apart, gap), journey, strict=True)
        )
    if apart.all():
        k = int(np.argmin(gap))
        return int(start[k]), int(end[k]), int(gap[k])
    return int(start[~apart].min()), int(end[~apart].max()), 0


def _least(values: np.ndarray, decimals: int) -> float:
    known = values[~np.isnan(values)]
    return round(float(known.min()), decimals) if len(known) else 0.0


def _side(declaration: Declaration, table: Table, rows: np.ndarray, end_us: int) -> Side:
    return side_of(declaration, tuple(sorted(set(table.part[rows].tolist()))), end_us)


def side_of(declaration: Declaration, parts: tuple[int, ...], end_us: int) -> Side:
    """One side of a crossing that goes on until ``end_us``."""
    return Side(
        declaration.party,
        declaration.id,
        declaration.kind,
        parts,
        _unconfirmed(declaration, parts, end_us),
    )


def _unconfirmed(declaration: Declaration, parts: tuple[int, ...], end_us: int) -> int | None:
    """When a site's validity ended, where the crossing goes beyond it."""
    if declaration.kind is not Kind.SITE:
        return None
    ends = [
        part.window.end_us
        for part in (declaration.parts[k] for k in parts)
        if isinstance(part, Volume4D)
        and isinstance(part.window, Window)
        and part.window.end_us is not None
        and part.window.end_us < end_us
    ]
    return min(ends) if ends else None


def _why(
    a: Declaration,
    b: Declaration,
    prepared: Prepared,
    i: np.ndarray,
    j: np.ndarray,
    doubts: np.ndarray,
) -> tuple[str, ...]:
    """Why a crossing is only possible, one sentence a reason."""
    reasons: list[str] = []
    table = prepared.table
    if (doubts & ALTITUDE_DOUBT).all() or not (doubts & POSITION_DOUBT).all():
        reasons += doubtful_heights(prepared, int(i[0]), int(j[0]))
    if (doubts & POSITION_DOUBT).any():
        error = [
            f"{side.id} {float(table.error_m[rows].max()):,.0f} m"
            for side, rows in ((a, i), (b, j))
        ]
        reasons.append(f"the stated position errors allow them to be apart ({', '.join(error)})")
    return tuple(reasons)


def doubtful_heights(prepared: Prepared, row: int, other: int) -> tuple[str, ...]:
    """Why two rows that share ground may not share heights."""
    unlike = "the altitudes are measured from unlike references and meet only at the widest reading"
    missing, owner = prepared.ground_missing, prepared.table.owner
    if missing and (int(owner[row]) in missing or int(owner[other]) in missing):
        return unlike, "the height of the ground is not stated"
    return (unlike,)


def claims_of(
    declarations: Sequence[Declaration], table: Table, hits: Hits, skeletons: Skeletons
) -> tuple[Claim, ...]:
    """Areas of activity that two parties claim, one entry for each pair."""
    found: dict[tuple[int, int], list[int]] = {}
    for k in range(len(hits.i)):
        pair = sorted((int(table.owner[hits.i[k]]), int(table.owner[hits.j[k]])))
        first, second = sorted(pair, key=lambda n: (*_name(declarations[n]), n))
        found.setdefault((first, second), []).append(k)
    claims = []
    outlines = Outlines(table)
    for (first, second), rows in found.items():
        chosen = np.array(rows)
        pairs = [
            (int(hits.i[k]), int(hits.j[k]), int(hits.start_us[k]), int(hits.end_us[k]))
            for k in rows
        ]
        size, _ = shared_area(table, pairs, skeletons, outlines)
        both = np.concatenate([hits.i[chosen], hits.j[chosen]])
        sides = [
            _side(declarations[n], table, both[table.owner[both] == n], -FOREVER_US)
            for n in (first, second)
        ]
        claims.append(Claim(sides[0], sides[1], round(size, 3)))
    return tuple(sorted(claims, key=lambda c: (c.a.party, c.a.id, c.b.party, c.b.id)))
