"""Paper for a map: where metres become pixels, the graticule, the scale and north."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Final

from keepclear.domain.units import NAUTICAL_MILE_M
from keepclear.faces.report.labels import Labels
from keepclear.faces.report.plane import DEGREE_M, Pair, Plane
from keepclear.faces.report.svg import PRIME, Point, label, number, path, tag

__all__ = ["Chart"]

_STEPS_MINUTES: Final = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600)
"""Distances between the lines of a graticule, in minutes of arc."""
_ACROSS_MIN_M: Final = 200.0
"""A map never shows less than this, or a single point would have no scale."""
_ROOM: Final = 1.08
"""How much more than the shapes themselves a map shows."""
_FLATTEST: Final = 0.45
"""Height of the flattest map, as a part of its width."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A rectangle of paper and the piece of the plane on it."""

    plane: Plane
    west_m: float
    north_m: float
    scale: float
    """Pixels for a metre."""
    width: float
    height: float
    labels: Labels

    @classmethod
    def around(
        cls, plane: Plane, points: Sequence[Point], *, width: float, tallest: float, fixed: bool
    ) -> Chart:
        """Paper that shows all points, as wide as asked and no taller; ``fixed``: just as tall."""
        xs, ys = [p[0] for p in points] or [0.0], [p[1] for p in points] or [0.0]
        across = max(max(xs) - min(xs), _ACROSS_MIN_M) * _ROOM
        along = max(max(ys) - min(ys), _ACROSS_MIN_M) * _ROOM
        scale = min(width / across, tallest / along)
        height = tallest if fixed else max(along * scale, _FLATTEST * width)
        west = (min(xs) + max(xs)) / 2 - width / scale / 2
        north = (min(ys) + max(ys)) / 2 + height / scale / 2
        return cls(plane, west, north, scale, width, height, Labels(width, height))

    def pixels(self, pairs: Iterable[Pair]) -> list[Point]:
        """A line of places on the paper."""
        return [
            ((x - self.west_m) * self.scale, (self.north_m - y) * self.scale)
            for x, y in self.plane.line(pairs)
        ]

    def inside(self, at: Point) -> bool:
        """Whether a place lies on the paper."""
        return 0 <= at[0] <= self.width and 0 <= at[1] <= self.height

    def graticule(self) -> str:
        """Lines of latitude and longitude at round angles."""
        lines = [[(0.0, y), (self.width, y)] for y, _ in self._parallels()]
        lines += [[(x, 0.0), (x, self.height)] for x, _ in self._meridians()]
        return tag("path", d=path(lines, closed=False), class_="graticule")

    def graticule_words(self) -> str:
        """What the lines mean, along the left and lower edge; the middle of each is taken."""
        content: list[str] = []
        for y, words in self._parallels():
            if 16 < y < self.height - 60:
                content.append(label((5.0, y - 4), words, anchor="start"))
                self.labels.put((30.0, y - 4), words, ((0, 0),))
        for x, words in self._meridians():
            if 150 < x < self.width - 40:
                content.append(label((x + 4, self.height - 6), words, anchor="start"))
                self.labels.put((x + 30, self.height - 6), words, ((0, 0),))
        return tag("g", *content, class_="edge-words") if content else ""

    def scale_bar(self, part: float) -> str:
        """A round length, at most ``part`` of the width, in kilometres and nautical miles."""
        metres = self.width / self.scale * part
        power = 10.0 ** floor(log10(metres))
        size = max(p * power for p in (1, 2, 5) if p * power <= metres)
        words = f"{size / 1000:g} km" if size >= 1000 else f"{size:g} m"
        if size >= 1000 and part < 0.3:
            words += f" · {size / NAUTICAL_MILE_M:.1f} NM"
        left, bottom = 12.0, self.height - 10.0
        line = f"M{number(left)} {number(bottom - 5)}v5h{number(size * self.scale)}v-5"
        self.labels.put((left + 60, bottom - 8), words, ((0, 0),))
        return tag(
            "g",
            tag("path", d=line, class_="under"),
            tag("path", d=line),
            label((left + 5, bottom - 7), words, anchor="start"),
            class_="scale",
        )

    def north(self) -> str:
        """An arrow in the upper right corner."""
        x, y = self.width - 22.0, 14.0
        needle = f"M{number(x)} {number(y)}l6 18l-6 -4l-6 4z"
        self.labels.keep_free((x, y + 16), 22.0)
        return tag("g", tag("path", d=needle), label((x, y + 32), "N"), class_="north")

    def _parallels(self) -> list[tuple[float, str]]:
        south_m = self.north_m - self.height / self.scale
        middle = self.plane.latitude
        found: list[tuple[float, str]] = []
        for minutes, step in self._ticks(self.height, 5, DEGREE_M, middle, south_m):
            if abs(minutes) <= 90 * 60:
                y = (self.north_m - (minutes / 60 - middle) * DEGREE_M) * self.scale
                found.append((y, _angle(minutes, step, "N", "S")))
        return found

    def _meridians(self) -> list[tuple[float, str]]:
        middle = self.plane.longitude
        degree_m = self.plane.line([(middle + 1.0, self.plane.latitude)])[0][0]
        found: list[tuple[float, str]] = []
        for minutes, step in self._ticks(self.width, 7, degree_m, middle, self.west_m):
            x = ((minutes / 60 - middle) * degree_m - self.west_m) * self.scale
            found.append((x, _angle((minutes + 10_800) % 21_600 - 10_800, step, "E", "W")))
        return found

    def _ticks(
        self, pixels: float, about: int, degree_m: float, middle: float, start_m: float
    ) -> list[tuple[float, float]]:
        """Round angles in minutes along one side of the paper, with their step."""
        side = pixels / self.scale / degree_m * 60
        step = next((s for s in _STEPS_MINUTES if side / s <= about), _STEPS_MINUTES[-1])
        first = floor((middle + start_m / degree_m) * 60 / step)
        return [(index * step, step) for index in range(first, first + about + 3)]


def _angle(minutes: float, step: float, plus: str, minus: str) -> str:
    """An angle with as many digits as the step needs."""
    side = "" if minutes % 10_800 == 0 else plus if minutes > 0 else minus
    whole, rest = divmod(round(abs(minutes), 1), 60)
    if step >= 60:
        return f"{whole:.0f}°{side}"
    digits = f"{rest:02.0f}" if step >= 1 else f"{rest:04.1f}"
    return f"{whole:.0f}°{digits}{PRIME}{side}"
