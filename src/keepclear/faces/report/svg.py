"""The few lines of SVG that the drawings need: escaped, short numbers, same bytes every time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from math import hypot
from typing import Final

__all__ = ["PRIME", "Point", "badge", "far", "label", "number", "path", "tag", "thinned"]

Point = tuple[float, float]
"""x to the right and y down, in pixels; before that, x east and y north, in metres."""

PRIME: Final = "\u2032"
"""Minutes of arc."""
_SEEN: Final = 0.25
"""Pixels: a line that is this much off looks the same."""
_POINTS_MAX: Final = 4_000
"""Of one line, after those on the same spot; a drawing has no more pixels to show them."""
_FAR: Final = 20_000.0
"""Pixels beyond which nothing is drawn: browsers lose precision long before they say so."""


def number(value: float) -> str:
    """One decimal, no trailing zero, never minus zero."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def tag(name: str, *content: str, **attributes: object) -> str:
    """An element; content is SVG already, attributes are escaped.

    ``class_`` becomes ``class`` and every other underscore a hyphen. ``None`` leaves one out.
    """
    words = [name]
    for key, value in attributes.items():
        if value is None:
            continue
        text = number(value) if isinstance(value, float) else escape(str(value), quote=True)
        words.append(f'{key.rstrip("_").replace("_", "-")}="{text}"')
    start = " ".join(words)
    return f"<{start}>{''.join(content)}</{name}>" if content else f"<{start}/>"


def label(at: Point, text: str, *, class_: str = "", anchor: str = "middle") -> str:
    """One line of text."""
    return tag("text", escape(text), x=at[0], y=at[1], class_=class_ or None, text_anchor=anchor)


def badge(at: Point, text: str) -> str:
    """A crossing's number in a disc, readable without colour."""
    width = max(10.0, 4.0 + 3.6 * len(text))
    x, y = at
    shape = tag("rect", x=x - width, y=y - 10, width=2 * width, height=20.0, rx=10.0)
    return tag("g", shape, label((x, y + 4.2), text), class_="badge")


def path(rings: Iterable[Sequence[Point]], *, closed: bool) -> str:
    """The ``d`` of one or several lines; points closer than a pixel's fraction are left out."""
    parts: list[str] = []
    for ring in rings:
        points = thinned(ring)
        if not points:
            continue
        parts.append("M" + "L".join(f"{number(x)} {number(y)}" for x, y in points))
        if closed:
            parts.append("Z")
    return "".join(parts)


def thinned(points: Sequence[Point]) -> list[Point]:
    """The line without points that nobody could miss, kept within what browsers can draw.

    Douglas and Peucker's way: a point stays where the line would else run more than a fraction of a
    pixel beside it.
    """
    line = _coarse([(far(x), far(y)) for x, y in points])
    kept = {0, len(line) - 1}
    open_spans = [(0, len(line) - 1)]
    while open_spans:
        first, last = open_spans.pop()
        offsets = [
            _offset(line[index], line[first], line[last]) for index in range(first + 1, last)
        ]
        if not offsets or max(offsets) < _SEEN:
            continue
        middle = first + 1 + offsets.index(max(offsets))
        kept.add(middle)
        open_spans += [(first, middle), (middle, last)]
    return [point for index, point in enumerate(line) if index in kept]


def _coarse(points: Sequence[Point]) -> Sequence[Point]:
    """Without points on the same spot, and never so many that thinning them takes long."""
    kept = list(points[:1])
    for point in points[1:]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= _SEEN:
            kept.append(point)
    step = 1 + len(kept) // _POINTS_MAX
    return kept if step == 1 else [*kept[:-1:step], kept[-1]]


def _offset(point: Point, start: Point, end: Point) -> float:
    """How far a point lies from the straight line between two others, or from their place."""
    x, y = end[0] - start[0], end[1] - start[1]
    size = hypot(x, y)
    if size < _SEEN:
        return hypot(point[0] - start[0], point[1] - start[1])
    along = ((point[0] - start[0]) * x + (point[1] - start[1]) * y) / size
    if not 0 <= along <= size:
        return min(
            hypot(point[0] - start[0], point[1] - start[1]),
            hypot(point[0] - end[0], point[1] - end[1]),
        )
    return abs((point[0] - start[0]) * y - (point[1] - start[1]) * x) / size


def far(value: float) -> float:
    """A coordinate no further out than browsers can draw."""
    return max(-_FAR, min(_FAR, value))
