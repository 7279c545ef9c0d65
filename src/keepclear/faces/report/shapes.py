"""The layers of a map: footprints, stand-offs, courses, shared areas, names and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from keepclear.detect.crossing import Crossing
from keepclear.domain.declaration import Declaration, Kind
from keepclear.faces.report.chart import Chart
from keepclear.faces.report.labels import AROUND, ASIDE
from keepclear.faces.report.marks import Mark
from keepclear.faces.report.parties import CROSSING_FILL, Look
from keepclear.faces.report.plane import Pair, geometry_rings, inner_point
from keepclear.faces.report.svg import Point, badge, label, number, path, tag
from keepclear.faces.words import plain

__all__ = ["Spot", "faint", "footprint", "names"]

_THINNEST: Final = 3.0
"""Pixels: a corridor that is thinner on the paper is its course alone."""
_NAME_LETTERS: Final = 24


def faint(declaration: Declaration, marks: Sequence[Mark], look: Look, chart: Chart) -> str:
    """A thin line for a declaration that crosses nothing, where there are too many to read."""
    lines = [path(map(chart.pixels, m.lines), closed=m.closed) for m in marks if not m.standoff]
    name = plain(f"{declaration.party} {declaration.id}".strip())
    content = tag("title", escape(name)), tag("path", d="".join(lines))
    return tag("g", *content, class_=f"faint {look.class_}")


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
    width = mark.width_m * chart.scale
    wide = [
        tag("path", d=drawing, class_="lane", stroke_width=width),
        tag("path", d=drawing, class_="weave", stroke=look.fill, stroke_width=width),
    ]
    return [
        *(wide if width > _THINNEST else []),
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


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a crossing is on the paper: its shared area, or a line between the two nearest places."""

    crossing: Crossing
    rings: Sequence[Sequence[Point]]
    at: Point | None
    """Where its number goes."""

    @classmethod
    def of(cls, crossing: Crossing, nearest: tuple[Pair, Pair] | None, chart: Chart) -> Spot:
        """The spot of a crossing; ``nearest`` is used where nothing is shared."""
        rings = [chart.pixels(ring) for ring in geometry_rings(crossing.area)]
        if rings:
            return cls(crossing, rings, inner_point(rings))
        if nearest is None:
            return cls(crossing, (), None)
        (a,), (b,) = (chart.pixels([place]) for place in nearest)
        return cls(crossing, [[a, b]], ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2))

    def draw(self) -> str:
        """Above everything but the words."""
        if not self.rings:
            return ""
        kind = "crossing certain" if self.crossing.certain else "crossing"
        if self.crossing.area is None:
            return tag("g", *_between(*self.rings[0]), class_=kind)
        drawing = path(self.rings, closed=True)
        return tag(
            "g",
            tag("path", d=drawing, class_="halo"),
            tag("path", d=drawing, class_="shared", fill=CROSSING_FILL, fill_rule="evenodd"),
            class_=kind,
        )

    def number(self, index: int, chart: Chart) -> str:
        """The crossing's number there, or beside it with a line that leads there."""
        if self.at is None or not chart.inside(self.at):
            return ""
        x, y = self.at
        text = str(index)
        place = chart.labels.put((x, y + 4), f"{text}  ", AROUND) or (x, y + 4)
        center = (place[0], place[1] - 4)
        far = abs(center[0] - x) + abs(center[1] - y) > 1
        leader = path([[self.at, center]], closed=False)
        return (tag("path", d=leader, class_="leader") if far else "") + badge(center, text)


def _between(a: Point, b: Point) -> Iterable[str]:
    drawing = path([[a, b]], closed=False)
    yield tag("path", d=drawing, class_="halo")
    yield tag("path", d=drawing, class_="gap")
    for end in (a, b):
        yield tag("circle", cx=end[0], cy=end[1], r=3.0, class_="end")


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
