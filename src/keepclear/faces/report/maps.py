"""The map of the page, and the small one on each card: layers in their order, with a frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import cos, radians
from typing import Final

from keepclear.detect.crossing import Crossing
from keepclear.domain.declaration import Declaration, Kind
from keepclear.faces.report.chart import Chart
from keepclear.faces.report.marks import Mark, marks
from keepclear.faces.report.parties import Look
from keepclear.faces.report.plane import DEGREE_M, Pair, Plane, geometry_rings
from keepclear.faces.report.shapes import footprint, names, numbers, shared_area
from keepclear.faces.report.svg import Point, number, tag

__all__ = ["draw_inset", "draw_map"]

_ORDER: Final = (Kind.AREA, Kind.RESTRICTION, Kind.OPERATION, Kind.MOVEMENT, Kind.SITE)
"""What is drawn later lies on top."""
_INSET_ROOM: Final = 0.6
"""An inset shows this part of the shared area's size again on each side of it."""
_INSET_ROOM_M: Final = 100.0

Numbered = Sequence[tuple[int, Crossing]]


def draw_map(
    declarations: Sequence[Declaration],
    crossings: Numbered,
    looks: Mapping[str, Look],
    *,
    shown: Sequence[Declaration],
    size: tuple[float, float],
    title: str,
) -> str:
    """An SVG element with names, numbers, graticule, scale and north.

    Args:
        declarations: Everything to draw.
        crossings: Numbered crossings to draw on top.
        looks: How each party looks.
        shown: What the map must show in whole; the rest may run over its edge.
        size: Width, and height at most, in pixels.
        title: What a screen reader says first.
    """
    drawn = {id(d): marks(d) for d in declarations}
    pairs = [pair for d in shown for mark in drawn[id(d)] for pair in _reach(mark)]
    pairs += _area_pairs(crossings)
    plane = Plane.around(pairs)
    points = [plane.line([pair])[0] for pair in pairs]
    chart = Chart.around(plane, points, width=size[0], tallest=size[1], fixed=False)
    ordered = sorted(declarations, key=lambda d: _ORDER.index(d.kind))
    edge = [chart.graticule_words(), chart.scale_bar(0.2), chart.north()]
    return _framed(
        chart,
        title,
        chart.graticule(),
        *(footprint(d, drawn[id(d)], looks[d.party], chart) for d in ordered),
        *(shared_area(crossing, chart) for _, crossing in _large_first(crossings)),
        *edge,
        tag("g", *numbers(crossings, chart), *names(reversed(ordered), drawn, looks, chart)),
    )


def draw_inset(
    pair: Sequence[Declaration],
    crossing: Crossing,
    looks: Mapping[str, Look],
    *,
    size: tuple[float, float],
    title: str,
) -> str:
    """A small SVG element around one shared area, or around both sides where nothing is shared."""
    drawn = {id(d): marks(d) for d in pair}
    area = _area_pairs([(0, crossing)])
    pairs = area or [place for d in pair for mark in drawn[id(d)] for place in _reach(mark)]
    plane = Plane.around(pairs)
    points = [plane.line([place])[0] for place in pairs]
    chart = Chart.around(
        plane, _roomier(points) if area else points, width=size[0], tallest=size[1], fixed=True
    )
    ordered = sorted(pair, key=lambda d: _ORDER.index(d.kind))
    return _framed(
        chart,
        title,
        *(footprint(d, drawn[id(d)], looks[d.party], chart) for d in ordered),
        shared_area(crossing, chart),
        chart.scale_bar(0.3),
    )


def _framed(chart: Chart, title: str, *layers: str) -> str:
    width, height = number(chart.width), number(chart.height)
    return tag(
        "svg",
        tag("title", escape(title)),
        tag("rect", width=width, height=height, class_="paper"),
        *layers,
        tag("rect", width=width, height=height, class_="frame"),
        class_="map",
        role="img",
        viewBox=f"0 0 {width} {height}",
    )


def _area_pairs(crossings: Numbered) -> list[Pair]:
    return [pair for _, c in crossings for ring in geometry_rings(c.area) for pair in ring]


def _large_first(crossings: Numbered) -> Numbered:
    """So that a small shared area is not hidden under a large one."""
    return sorted(crossings, key=lambda item: (-(item[1].area_m2 or 0.0), item[0]))


def _reach(mark: Mark) -> list[Pair]:
    """The places of a mark, and those that its width reaches."""
    reach = mark.width_m / 2.0 / DEGREE_M
    found: list[Pair] = []
    for longitude, latitude in (pair for line in mark.lines for pair in line):
        if not reach:
            found.append((longitude, latitude))
            continue
        east = reach / max(cos(radians(latitude)), 0.1)
        found.append((longitude - east, max(-90.0, latitude - reach)))
        found.append((longitude + east, min(90.0, latitude + reach)))
    return found


def _roomier(points: Sequence[Point]) -> list[Point]:
    """Two corners around the points with room on each side."""
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    x = (max(xs) - min(xs)) * _INSET_ROOM + _INSET_ROOM_M
    y = (max(ys) - min(ys)) * _INSET_ROOM + _INSET_ROOM_M
    return [(min(xs) - x, min(ys) - y), (max(xs) + x, max(ys) + y)]
