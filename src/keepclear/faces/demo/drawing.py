"""The map of a desk as characters: what its node's layers (OGC API Features) hold for it, and no more.

A picture to look at, and never a verdict: a character is some kilometres wide, lines between vertices
are straight in degrees, and altitudes and times are not drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import cos, radians
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.position import Position
from keepclear.faces.demo.desk import Desk
from keepclear.faces.demo.stage import Stage, Unmet
from keepclear.formats.scenarios.details import LAYERS
from keepclear.formats.scenarios.script import Step

__all__ = ["BOTH", "PLACE", "SHADES", "STEPS", "WAY"]

COLUMNS: Final = 64
_TALLER: Final = 2.0
"""How much higher a character is than wide."""
_ROWS_MAX: Final = 40
SHADES: Final = ("░", "▒", "▓")
"""Of parties that are drawn, in the order of the scenario; a fourth looks like the first again."""
BOTH: Final = "█"
PLACE: Final = "●"
WAY: Final = "·"

Pair = tuple[float, float]
Ring = Sequence[Pair]


class _Sheet:
    """Characters over a part of the Earth, in degrees."""

    def __init__(self, west: float, south: float, east: float, north: float) -> None:
        self.west, self.north = west, north
        self.across = max(east - west, 1e-6) / COLUMNS
        self.down = self.across * _TALLER * cos(radians((south + north) / 2))
        rows = min(_ROWS_MAX, max(1, round((north - south) / self.down)))
        self.marks = [[" "] * COLUMNS for _ in range(rows)]

    def fill(self, rings: Iterable[Ring], shade: str) -> None:
        """Everything that an odd number of rings surround; what is shaded otherwise is of both."""
        edges = [edge for ring in rings for edge in pairwise(ring)]
        for k, row in enumerate(self.marks):
            latitude = self.north - (k + 0.5) * self.down
            ends = sorted(
                a[0] + (latitude - a[1]) / (b[1] - a[1]) * (b[0] - a[0])
                for a, b in edges
                if (a[1] > latitude) != (b[1] > latitude)
            )
            for first, last in zip(ends[::2], ends[1::2], strict=True):
                for column in range(COLUMNS):
                    if first <= self.west + (column + 0.5) * self.across < last:
                        row[column] = _over(row[column], shade)

    def write(self, at: Pair, words: str) -> None:
        """Words from a place on, as far as there is room."""
        row = int((self.north - at[1]) // self.down)
        column = int((at[0] - self.west) // self.across)
        if 0 <= row < len(self.marks):
            for k, mark in enumerate(words, column):
                if 0 <= k < COLUMNS:
                    self.marks[row][k] = mark

    def lines(self) -> list[str]:
        """From north to south, from the first that shows anything to the last."""
        rows = ["".join(row).rstrip() for row in self.marks]
        shown = [k for k, row in enumerate(rows) if row]
        return rows[shown[0] : shown[-1] + 1] if shown else []


def _over(mark: str, shade: str) -> str:
    """What is shown where something is drawn over something: a way lies below all else."""
    if mark in {" ", shade, WAY}:
        return shade
    return mark if shade == WAY else BOTH


def draw(stage: Stage, step: Step) -> str:
    """The layers that a desk names, as its node shows them to it."""
    layers = step.one("layers", LAYERS)
    features = [one for layer in layers for one in _features(stage.desk(step), layer)]
    if not features:
        raise Unmet("this desk sees nothing in these layers")
    whose = {one["properties"]["party"] for one in features if one["properties"]["kind"] != "site"}
    parties = [one.name for one in stage.scenario.parties if one.name in whose]
    sheet = _Sheet(*_frame(step.one("frame"), features))
    shades = {party: SHADES[k % len(SHADES)] for k, party in enumerate(parties)}
    for one in features:
        if one["properties"]["kind"] != "site":
            for rings in _polygons(one["geometry"]):
                sheet.fill(rings, _shade(one, shades))
    for one in features:
        sheet.write(_middle(one["geometry"]), _label(one["properties"]))
    return "\n".join(["", *sheet.lines(), _legend(shades, sheet)])


def _shade(feature: Mapping[str, Any], shades: Mapping[str, str]) -> str:
    said = feature["properties"]
    return WAY if said["kind"] == "movement" else shades[said["party"]]


def _features(desk: Desk, layer: str) -> list[Mapping[str, Any]]:
    answer = desk.ask("GET", f"/ogc/collections/{layer}/items")
    if answer.refused:
        raise Unmet(f"its node shows it no {layer}: {answer.code}")
    return list(answer.body["features"])


def _frame(
    corners: tuple[Position, ...] | None, features: Iterable[Mapping[str, Any]]
) -> tuple[float, float, float, float]:
    """West, south, east and north of what is drawn: between the corners, or round everything."""
    if corners is not None:
        pairs = [(one.longitude, one.latitude) for one in corners]
    else:
        pairs = [pair for one in features for pair in _pairs(one["geometry"]["coordinates"])]
    lons, lats = zip(*pairs, strict=True)
    return min(lons), min(lats), max(lons), max(lats)


def _pairs(value: Any) -> Iterator[Pair]:
    if value and isinstance(value[0], int | float):
        yield value[0], value[1]
    else:
        for one in value:
            yield from _pairs(one)


def _polygons(geometry: Mapping[str, Any]) -> list[list[Ring]]:
    several = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        several = [several]
    elif geometry["type"] != "MultiPolygon":
        return []  # nothing that covers ground
    return [[[(x, y) for x, y, *_ in ring] for ring in rings] for rings in several]


def _middle(geometry: Mapping[str, Any]) -> Pair:
    """Of the box round it."""
    lons, lats = zip(*_pairs(geometry["coordinates"]), strict=True)
    return (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2


def _label(said: Mapping[str, Any]) -> str:
    return f"{PLACE}{said['id']}" if said["kind"] == "site" else str(said["id"])


def _legend(shades: Mapping[str, str], sheet: _Sheet) -> str:
    """What the characters mean that are there."""
    there = {mark for row in sheet.marks for mark in row}
    said = [f"{shade} {party}" for party, shade in shades.items() if shade in there]
    names = {BOTH: "both", PLACE: "site", WAY: "way"}
    said += [f"{mark} {word}" for mark, word in names.items() if mark in there]
    return "   ".join(said)


STEPS: Final[Mapping[str, Callable[[Stage, Step], str]]] = MappingProxyType({"draw": draw})
"""What is done, by the name of its form."""
