"""The altitude-time diagram: when each party involved is at which height, and where they meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from keepclear.detect.crossing import Crossing
from keepclear.domain.declaration import Declaration, Ground
from keepclear.faces.report.bars import Bar, bars, during
from keepclear.faces.report.parties import CROSSING_FILL, Look
from keepclear.faces.report.svg import Point, badge, label, number, path, tag
from keepclear.faces.report.timescale import LEFT, TOP, TimeScale
from keepclear.faces.words import plain

__all__ = ["draw_diagram"]

_THINNEST: Final = 2.5
"""Pixels: an instant or a level flight is still seen."""
_NAME_LETTERS: Final = 24

Key = tuple[str, str]
Numbered = Sequence[tuple[int, Crossing]]


def draw_diagram(
    declarations: Sequence[Declaration],
    crossings: Numbered,
    looks: Mapping[str, Look],
    *,
    ground: Ground | None,
    size: tuple[float, float],
) -> str:
    """An SVG element.

    Args:
        declarations: Those to draw, at least one.
        crossings: Numbered crossings between them.
        looks: How each party looks.
        ground: Where a declaration states none.
        size: Width and height in pixels.
    """
    known = {(d.party, d.id): bars(d, ground) for d in declarations}
    every = [bar for found in known.values() for bar in found]
    times = [t for _, c in crossings for t in (c.time_start_us, c.time_end_us) if t is not None]
    scale = TimeScale.around(every, times, size)
    spans = {index: corners for index, c in crossings if (corners := _meeting(c, known, scale))}
    inner = [
        tag("rect", width=scale.width, height=scale.height, class_="paper"),
        scale.ground(_ground(declarations, ground)),
        scale.lines(),
        *(_bars(d, known[d.party, d.id], looks[d.party], scale) for d in declarations),
        *(_hatched(c, spans[n]) for n, c in _large_first(crossings, spans)),
        *(_badge(n, spans[n], scale) for n, _ in crossings if n in spans),
        *(_name(d, known[d.party, d.id], looks[d.party], scale) for d in declarations),
        tag("rect", width=scale.width, height=scale.height, class_="frame"),
    ]
    return tag(
        "svg",
        tag("title", "Altitude over time of the declarations that cross"),
        tag("svg", *inner, x=LEFT, y=TOP, width=scale.width, height=scale.height),
        scale.axis_words(),
        class_="diagram",
        role="img",
        viewBox=f"0 0 {number(size[0])} {number(size[1])}",
    )


def _ground(declarations: Sequence[Declaration], ground: Ground | None) -> Ground | None:
    """From the lowest to the highest ground that anybody stated."""
    stated = [found for d in declarations if (found := d.ground or ground)]
    if not stated:
        return None
    return Ground(min(g.lowest_m for g in stated), max(g.highest_m for g in stated))


def _outline(bar: Bar, scale: TimeScale) -> list[Point]:
    """The corners from the upper left clockwise, never thinner than can be seen."""
    left, right = scale.x(bar.start_us), scale.x(bar.end_us, end=True)
    right = max(right, left + _THINNEST)
    lows = [scale.y(band[0]) for band in (bar.first, bar.last)]
    tops = [scale.y(band[1], up=True) for band in (bar.first, bar.last)]
    tops = [min(top, low - _THINNEST) for top, low in zip(tops, lows, strict=True)]
    return [(left, tops[0]), (right, tops[1]), (right, lows[1]), (left, lows[0])]


def _bars(declaration: Declaration, found: Sequence[Bar], look: Look, scale: TimeScale) -> str:
    drawing = path([_outline(bar, scale) for bar in found], closed=True)
    name = plain(f"{declaration.party} {declaration.id}".strip())
    return tag(
        "g",
        tag("title", escape(name)),
        tag("path", d=drawing, class_="fill"),
        tag("path", d=drawing, class_="edge", fill=look.fill),
        class_=f"d {look.class_}",
    )


def _meeting(
    crossing: Crossing, known: Mapping[Key, Sequence[Bar]], scale: TimeScale
) -> list[Point]:
    """The crossing's time over the heights that both bars share, or over the gap between them."""
    sides = [known.get((side.party, side.id), ()) for side in (crossing.a, crossing.b)]
    bands = [band for found in sides if (band := during(found, crossing)) is not None]
    if len(bands) < 2:
        return []
    left, right = scale.x(crossing.time_start_us), scale.x(crossing.time_end_us, end=True)
    upper, lower = sorted(
        (
            max(scale.y(band[1], up=True) for band in bands),
            min(scale.y(band[0]) for band in bands),
        )
    )
    right, lower = max(right, left + _THINNEST), max(lower, upper + _THINNEST)
    return [(left, upper), (right, upper), (right, lower), (left, lower)]


def _large_first(crossings: Numbered, spans: Mapping[int, list[Point]]) -> Numbered:
    def size(item: tuple[int, Crossing]) -> float:
        (left, top), _, (right, bottom), _ = spans[item[0]]
        return -(right - left) * (bottom - top)

    return sorted((item for item in crossings if item[0] in spans), key=size)


def _hatched(crossing: Crossing, corners: list[Point]) -> str:
    drawing = path([corners], closed=True)
    return tag(
        "g",
        tag("path", d=drawing, class_="halo"),
        tag("path", d=drawing, class_="shared", fill=CROSSING_FILL),
        class_="crossing certain" if crossing.certain else "crossing",
    )


def _badge(index: int, corners: list[Point], scale: TimeScale) -> str:
    """The number in the upper right corner of its span, or near it where that is taken."""
    (left, top), (right, _), (_, bottom), _ = corners
    left, right = max(left, 0.0), min(right, scale.width)
    top, bottom = max(top, 0.0), min(bottom, scale.height)
    x = max((left + right) / 2, right - 16) if right - left > 30 else (left + right) / 2
    y = min((top + bottom) / 2, top + 14) if bottom - top > 26 else (top + bottom) / 2
    x, y = max(12.0, min(scale.width - 12, x)), max(13.0, min(scale.height - 11, y))
    offsets = [(-dx, dy) for dx in range(0, 130, 26) for dy in (0, 22, -22)]
    place = scale.labels.put((x, y + 4), f"{index}  ", offsets) or (x, y + 4)
    return badge((place[0], place[1] - 4), str(index))


def _name(declaration: Declaration, found: Sequence[Bar], look: Look, scale: TimeScale) -> str:
    """The identifier at the upper left of the longest bar."""
    outlines = [_outline(bar, scale) for bar in found]
    (left, top_a), (right, top_b), (_, low), _ = max(outlines, key=lambda c: c[1][0] - c[0][0])
    left, right, top = max(left, 0.0), min(right, scale.width), max(min(top_a, top_b), 0.0)
    name = plain(declaration.id)[:_NAME_LETTERS]
    half = 3.7 * len(name)
    inside = [(dx, 16.0) for dx in range(0, max(int(right - left - 2 * half), 1), 40)]
    above = [(0.0, -6.0), (0.0, low - top + 17), (-2 * half - 14, (low - top) / 2 + 5)]
    offsets = [*inside, *above] if low - top > 20 else [*above, *inside]
    place = scale.labels.put((left + 8 + half, top), name, offsets)
    return label(place, name, class_=f"name {look.class_}") if place and name else ""
