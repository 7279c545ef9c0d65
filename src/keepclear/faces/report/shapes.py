"""The layers of a map: footprints, stand-offs, courses, shared areas, names and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from keepclear.detect.crossing import Crossing
from keepclear.domain.declaration import Declaration, Kind
from keepclear.faces.report.chart import Chart
from keepclear.faces.report.labels import AROUND, ASIDE
from keepclear.faces.report.marks import Mark
from keepclear.faces.report.parties import CROSSING_FILL, Look
from keepclear.faces.report.plane import geometry_rings, inner_point
from keepclear.faces.report.svg import Point, badge, label, number, path, tag
from keepclear.faces.words import plain

__all__ = ["footprint", "names", "numbers", "shared_area"]

_THINNEST: float = 2.0
"""Pixels: a drone's corridor on a map of a country is still seen."""
_NAME_LETTERS: int = 24


def footprint(declaration: Declaration, marks: Sequence[Mark], look: Look, chart: Chart) -> str:
    """One declaration with everything that belongs to it."""
    name = plain(f"{declaration.party} {declaration.id} ({declaration.kind.value})".strip())
    content = [tag("title", escape(name))]
    for mark in marks:
        lines = [chart.pixels(line) for line in mark.lines]
        if mark.standoff:
            content.append(_standoff(mark, lines, chart))
        elif mark.closed:
            content += _area(lines, look)
        else:
            content += _lane(mark, lines, look, chart)
        if declaration.kind is Kind.SITE and not mark.standoff:
            at = _middle(lines)
            content.append(_house(at))
            chart.labels.keep_free(at, 7.0)
    return tag("g", *content, class_=f"d {look.class_} {declaration.kind.value}")


def _standoff(mark: Mark, lines: Sequence[Sequence[Point]], chart: Chart) -> str:
    drawing = path(lines, closed=mark.closed)
    if not mark.width_m:
        return tag("path", d=drawing, class_="standoff")
    return tag("path", d=drawing, class_="standoff wide", stroke_width=mark.width_m * chart.scale)


def _area(lines: Sequence[Sequence[Point]], look: Look) -> list[str]:
    drawing = path(lines, closed=True)
    return [
        tag("path", d=drawing, class_="fill", fill_rule="evenodd"),
        tag("path", d=drawing, class_="edge", fill=look.fill, fill_rule="evenodd"),
    ]


def _lane(mark: Mark, lines: Sequence[Sequence[Point]], look: Look, chart: Chart) -> list[str]:
    drawing = path(lines, closed=False)
    width = max(mark.width_m * chart.scale, _THINNEST)
    return [
        tag("path", d=drawing, class_="lane", stroke_width=width),
        tag("path", d=drawing, class_="weave", stroke=look.fill, stroke_width=width),
        tag("path", d=drawing, class_="course"),
        *([_arrow(line) for line in lines] if mark.moving else []),
    ]


def _middle(lines: Sequence[Sequence[Point]]) -> Point:
    line = lines[0]
    return sum(p[0] for p in line) / len(line), sum(p[1] for p in line) / len(line)


def _house(at: Point) -> str:
    """A small house where a site stands, however small the site is on the paper."""
    roof = f"M{number(at[0] - 6)} {number(at[1])}l6 -6l6 6h-2v6h-8v-6z"
    return tag("path", d=roof, class_="house")


def _arrow(line: Sequence[Point]) -> str:
    """The head of an arrow at the end of a course; a stay has none."""
    end = line[-1]
    start = next((p for p in reversed(line) if abs(p[0] - end[0]) + abs(p[1] - end[1]) > 4), None)
    if start is None:
        return ""
    x, y = end[0] - start[0], end[1] - start[1]
    x, y = (9 * part / (x * x + y * y) ** 0.5 for part in (x, y))
    left = (end[0] - x - y / 2, end[1] - y + x / 2)
    right = (end[0] - x + y / 2, end[1] - y - x / 2)
    return tag("path", d=path([[end, left, right]], closed=True), class_="head")


def shared_area(crossing: Crossing, chart: Chart) -> str:
    """Where two footprints meet, above everything but the words; nothing for a separation."""
    rings = [chart.pixels(ring) for ring in geometry_rings(crossing.area)]
    if not rings:
        return ""
    drawing = path(rings, closed=True)
    return tag(
        "g",
        tag("path", d=drawing, class_="halo"),
        tag("path", d=drawing, class_="shared", fill=CROSSING_FILL, fill_rule="evenodd"),
        class_="crossing certain" if crossing.certain else "crossing",
    )


def numbers(crossings: Iterable[tuple[int, Crossing]], chart: Chart) -> Iterable[str]:
    """The number of each crossing in its area, or beside it with a line that leads there."""
    for index, crossing in crossings:
        rings = [chart.pixels(ring) for ring in geometry_rings(crossing.area)]
        at = inner_point(rings) if rings else None
        if at is None or not chart.inside(at):
            continue
        text = str(index)
        place = chart.labels.put((at[0], at[1] + 4), f"{text}  ", AROUND) or (at[0], at[1] + 4)
        center = (place[0], place[1] - 4)
        if abs(center[0] - at[0]) + abs(center[1] - at[1]) > 1:
            yield tag("path", d=path([[at, center]], closed=False), class_="leader")
        yield badge(center, text)


def names(
    declarations: Iterable[Declaration],
    marks: Mapping[int, Sequence[Mark]],
    looks: Mapping[str, Look],
    chart: Chart,
) -> Iterable[str]:
    """The identifier of each declaration inside or beside it, where there is room."""
    for declaration in declarations:
        mark = next(m for m in marks[id(declaration)] if not m.standoff)
        lines = [chart.pixels(line) for line in mark.lines]
        at = inner_point(lines) if mark.closed else lines[0][len(lines[0]) // 2]
        name = plain(declaration.id)
        name = name if len(name) <= _NAME_LETTERS else f"{name[: _NAME_LETTERS - 1]}…"
        if not name or not chart.inside(at):
            continue
        offsets = AROUND if mark.closed and declaration.kind is not Kind.SITE else ASIDE
        place = chart.labels.put((at[0], at[1] + 4), name, offsets)
        if place is not None:
            yield label(place, name, class_=f"name {looks[declaration.party].class_}")
