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
from keepclear.faces.report.nearest import nearest_places
from keepclear.faces.report.parties import Look
from keepclear.faces.report.plane import DEGREE_M, Pair, Plane, geometry_rings
from keepclear.faces.report.shapes import Spot, faint, footprint, names
from keepclear.faces.report.svg import Point, number, tag

__all__ = ["draw_inset", "draw_map"]

_ORDER: Final = (Kind.AREA, Kind.RESTRICTION, Kind.OPERATION, Kind.MOVEMENT, Kind.SITE)
"""What is drawn later lies on top."""
_CROWD: Final = 60
"""More declarations than this that cross nothing are drawn faint and without their names."""
_NAMED: Final = 200
"""More names than this would be a grey cloud."""
_INSET_ROOM: Final = 0.6
"""An inset shows this part of the place's size again on each side of it."""
_INSET_ROOM_M: Final = 100.0

Numbered = Sequence[tuple[int, Crossing]]


def draw_map(
    declarations: Sequence[Declaration],
    crossings: Numbered,
    looks: Mapping[str, Look],
    *,
    important: Sequence[Declaration],
    size: tuple[float, float],
    title: str,
) -> str:
    """An SVG element with names, numbers, graticule, scale and north.

    Args:
        declarations: Everything to draw.
        crossings: Numbered crossings to draw on top.
        looks: How each party looks.
        important: What the map must show in whole; the rest may run over its edge, and becomes
            faint where there is much of it.
        size: Width, and height at most, in pixels.
        title: What a screen reader says first.
    """
    drawn = {id(d): marks(d) for d in declarations}
    known = {(d.party, d.id): d for d in declarations}
    places = [_nearest(crossing, known) for _, crossing in crossings]
    pairs = [pair for d in important for mark in drawn[id(d)] for pair in _reach(mark)]
    pairs += _area_pairs(crossings)
    plane = Plane.around(pairs)
    points = [plane.line([pair])[0] for pair in pairs]
    chart = Chart.around(plane, points, width=size[0], tallest=size[1], fixed=False)
    ordered = sorted(declarations, key=lambda d: _ORDER.index(d.kind))
    aside = set(map(id, declarations)) - set(map(id, important))
    if len(aside) <= _CROWD:
        aside = set()
    spots = [Spot.of(c, place, chart) for (_, c), place in zip(crossings, places, strict=True)]
    named = [d for d in reversed(ordered) if id(d) not in aside]
    return _framed(
        chart,
        title,
        "map crowded" if len(named) > _CROWD else "map",
        chart.graticule(),
        *(faint(d, drawn[id(d)], looks[d.party], chart) for d in ordered if id(d) in aside),
        *(footprint(d, drawn[id(d)], looks[d.party], chart) for d in ordered if id(d) not in aside),
        *(spot.draw() for spot in sorted(spots, key=_size, reverse=True)),
        chart.graticule_words() + chart.scale_bar(0.2) + chart.north(),
        *(spot.number(n, chart) for (n, _), spot in zip(crossings, spots, strict=True)),
        *(names(named, drawn, looks, chart) if len(named) <= _NAMED else ()),
    )


def draw_inset(
    pair: tuple[Declaration, Declaration],
    crossing: Crossing,
    looks: Mapping[str, Look],
    *,
    size: tuple[float, float],
    title: str,
) -> str:
    """A small SVG element around one shared area, or around where two come closest."""
    drawn = {id(d): marks(d) for d in pair}
    place = None if crossing.area is not None else nearest_places(*pair, crossing)
    pairs = _area_pairs([(0, crossing)]) or list(place or ())
    close = len(set(pairs)) > 1
    if not close:
        pairs = [pair for d in pair for mark in drawn[id(d)] for pair in _reach(mark)]
    plane = Plane.around(pairs)
    points = [plane.line([pair])[0] for pair in pairs]
    chart = Chart.around(
        plane, _roomier(points) if close else points, width=size[0], tallest=size[1], fixed=True
    )
    ordered = sorted(pair, key=lambda d: _ORDER.index(d.kind))
    return _framed(
        chart,
        title,
        "map",
        *(footprint(d, drawn[id(d)], looks[d.party], chart) for d in ordered),
        Spot.of(crossing, place, chart).draw(),
        chart.scale_bar(0.3),
    )


def _nearest(
    crossing: Crossing, known: Mapping[tuple[str, str], Declaration]
) -> tuple[Pair, Pair] | None:
    if crossing.area is not None:
        return None
    a, b = (known.get((side.party, side.id)) for side in (crossing.a, crossing.b))
    return nearest_places(a, b, crossing) if a and b else None


def _size(spot: Spot) -> float:
    """Large areas lie below small ones."""
    return spot.crossing.area_m2 or 0.0


def _framed(chart: Chart, title: str, class_: str, *layers: str) -> str:
    width, height = number(chart.width), number(chart.height)
    return tag(
        "svg",
        tag("title", escape(title)),
        tag("rect", width=width, height=height, class_="paper"),
        *layers,
        tag("rect", width=width, height=height, class_="frame"),
        class_=class_,
        role="img",
        viewBox=f"0 0 {width} {height}",
    )


def _area_pairs(crossings: Numbered) -> list[Pair]:
    return [pair for _, c in crossings for ring in geometry_rings(c.area) for pair in ring]


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
