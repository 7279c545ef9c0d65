"""Paper for the altitude-time diagram: where instants and heights are, and the lines behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import copysign, sqrt
from typing import Final

from keepclear.domain.declaration import Ground
from keepclear.domain.schedule import DAY_US
from keepclear.domain.units import MICROSECONDS
from keepclear.domain.window import format_instant
from keepclear.faces.report.bars import Bar
from keepclear.faces.report.labels import Labels
from keepclear.faces.report.svg import label, path, tag

__all__ = ["LEFT", "TOP", "TimeScale"]

LEFT: Final = 62.0
"""Pixels left of the paper, for the heights."""
TOP: Final = 10.0
_RIGHT: Final = 12.0
_BOTTOM: Final = 40.0
_OFF: Final = 20.0
"""Pixels beyond the edge where things without a limit are drawn to."""
_MINUTE: Final = 60 * MICROSECONDS
_HOUR: Final = 60 * _MINUTE
_STEPS_US: Final = (
    *(n * MICROSECONDS for n in (1, 5, 10, 30)),
    *(n * _MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * _HOUR for n in (1, 2, 3, 6, 12)),
    *(n * DAY_US for n in (1, 2, 7, 14, 30, 90, 365, 3650)),
)
_HEIGHTS_M: Final = (0, 50, 150, 500, 1500, 3000, 6000, 9000, 12_000, 18_000, 30_000, 100_000)
_ALOFT: Final = 0.4
"""Where all is higher than this part of the highest, the ground is not shown."""
_STEPS_M: Final = (20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000)
_HEADROOM: Final = 1.15
_LEAST_HEIGHT_M: Final = 150.0
"""No diagram shows less than this, or a convoy alone would look as tall as a tower."""


@dataclass(frozen=True, slots=True)
class TimeScale:
    """A rectangle of paper, time to the right, height upwards, wider near the ground."""

    start_us: int
    end_us: int
    lowest_m: float
    highest_m: float
    width: float
    height: float
    labels: Labels

    @classmethod
    def around(
        cls, bars: Sequence[Bar], instants: Sequence[int], size: tuple[float, float]
    ) -> TimeScale:
        """Paper that shows all instants, and the bars as far as they are near them."""
        start, end = _time_shown(bars, instants)
        margin = max((end - start) // 40, _MINUTE)
        heights = [h for bar in bars for h in (*bar.first, *bar.last) if h is not None]
        least, most = min(heights, default=0.0), max(heights, default=0.0)
        lowest = min(0.0, least) if least < _ALOFT * most else least - (most - least) / 4
        highest = max(
            most * _HEADROOM if lowest <= 0 else most + (most - lowest) / 8,
            lowest + _LEAST_HEIGHT_M,
        )
        width, height = size[0] - LEFT - _RIGHT, size[1] - TOP - _BOTTOM
        labels = Labels(width, height)
        return cls(start - margin, end + margin, lowest, highest, width, height, labels)

    def x(self, instant_us: int | None, *, end: bool = False) -> float:
        """Pixels from the left; an open start or end runs off the paper."""
        if instant_us is None:
            return self.width + _OFF if end else -_OFF
        part = (instant_us - self.start_us) / (self.end_us - self.start_us)
        return max(-_OFF, min(self.width + _OFF, part * self.width))

    def y(self, height_m: float | None, *, up: bool = False) -> float:
        """Pixels from the top; the scale goes with the square root; no limit runs off it."""
        if height_m is None:
            return -_OFF if up else self.height + _OFF
        low, high = _root(self.lowest_m), _root(self.highest_m)
        part = (_root(height_m) - low) / (high - low)
        return max(-_OFF, min(self.height + _OFF, (1.0 - part) * self.height))

    def lines(self) -> str:
        """Thin lines at round times and heights."""
        lines = [[(x, 0.0), (x, self.height)] for x, _ in self._instants()]
        lines += [[(0.0, y), (self.width, y)] for y, _ in self._heights()]
        return tag("path", d=path(lines, closed=False), class_="graticule")

    def ground(self, ground: Ground | None) -> str:
        """The ground: certain below its lowest, somewhere up to its highest."""
        if ground is None or self.lowest_m > ground.highest_m:
            return ""
        low, high = self.y(ground.lowest_m), self.y(ground.highest_m)
        rest = max(self.height - low, 0.0)
        words = f"ground {ground.lowest_m:,.0f} to {ground.highest_m:,.0f} m"
        at = (self.width - 6.0, self.height - 6.0)
        return tag(
            "g",
            tag("rect", x=0, y=high, width=self.width, height=max(low - high, 1.0), class_="maybe"),
            tag("rect", x=0, y=low, width=self.width, height=rest, class_="surely"),
            label(at, words, anchor="end") if rest > 16 else "",
            class_="ground",
        )

    def axis_words(self) -> str:
        """Heights on the left, times below, each new day by its date."""
        content = [
            label((LEFT - 6, TOP + y + 4), f"{height:,} m", anchor="end")
            for y, height in self._heights()
        ]
        bottom, day = TOP + self.height, ""
        for x, instant in self._instants():
            date, clock = format_instant(instant)[:-1].split("T")
            words = clock[:5] if clock.endswith(":00") else clock
            content.append(label((LEFT + x, bottom + 16), words))
            if date != day and 40 < LEFT + x < LEFT + self.width - 30:
                content.append(label((LEFT + x, bottom + 31), f"{date} UTC", class_="date"))
                day = date
        return tag("g", *content, class_="edge-words")

    def _instants(self) -> list[tuple[float, int]]:
        span = self.end_us - self.start_us
        step = next((s for s in _STEPS_US if span / s <= 9), max(_STEPS_US[-1], span // 9))
        first = -(-self.start_us // step)
        return [(self.x(t), t) for t in range(first * step, self.end_us + 1, step)]

    def _heights(self) -> list[tuple[float, int]]:
        found: list[tuple[float, int]] = []
        for height in self._round_heights():
            y = self.y(height)
            if 0 <= y <= self.height and (not found or found[-1][0] - y > 16):
                found.append((y, height))
        return found

    def _round_heights(self) -> Sequence[int]:
        """Spread wider and wider above the ground, evenly where all is aloft."""
        if self.lowest_m <= 0:
            return _HEIGHTS_M
        step = next(
            (s for s in _STEPS_M if (self.highest_m - self.lowest_m) / s <= 7), _STEPS_M[-1]
        )
        first = int(self.lowest_m // step) + 1
        return [step * index for index in range(first, first + 9)]


def _time_shown(bars: Sequence[Bar], instants: Sequence[int]) -> tuple[int, int]:
    """All bars, but no further from the crossings' instants than these are apart.

    A site that stands for years would else press an hour into one pixel.
    """
    edges = [t for bar in bars for t in (bar.start_us, bar.end_us) if t is not None]
    if not instants:
        return (min(edges), max(edges)) if edges else (0, _HOUR)
    first, last = min(instants), max(instants)
    reach = max(last - first, _HOUR)
    start = max(min(edges, default=first), first - reach)
    return min(start, first), max(last, min(max(edges, default=last), last + reach))


def _root(height_m: float) -> float:
    return copysign(sqrt(abs(height_m)), height_m)
