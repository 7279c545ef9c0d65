"""Places in a scenario, in any notation: in brackets where there are several, or where more follows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from keepclear.domain.position import Position
from keepclear.errors import InputError
from keepclear.formats.positions import read_position
from keepclear.formats.scenarios.sizes import length
from keepclear.formats.scenarios.times import instant

__all__ = ["Via", "circle", "corners", "place", "places", "via"]

_BRACKETS: Final = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Via:
    """A place on a way: reached at a time, and left at another where it stops there."""

    position: Position
    at_us: int
    leaves_us: int | None


def place(text: str, _: str) -> Position:
    """One position, in any notation, with or without brackets."""
    bare = _BRACKETS.fullmatch(text.strip())
    return read_position(bare[1] if bare else text).position


def places(text: str, _: str) -> tuple[Position, ...]:
    """Positions in brackets, one after the other."""
    found = _BRACKETS.findall(text)
    if not found or _BRACKETS.sub("", text).strip():
        raise InputError(
            "scenario.value", f"found {text[:60]!r}, expected (31.18 S 144.07 E) (...) (...)"
        )
    return tuple(read_position(one).position for one in found)


def circle(text: str, _: str) -> tuple[Position, float]:
    """``(31.350 S 144.350 E) 25 km``."""
    found = _BRACKETS.match(text)
    if found is None:
        raise InputError(
            "scenario.value", f"found {text[:60]!r}, expected (31.35 S 144.35 E) 25 km"
        )
    return read_position(found[1]).position, length(text[found.end() :].strip(), "")


def via(text: str, day: str) -> Via:
    """``(31.310 S 143.700 E) at 06:10Z leaves 06:25Z``; a place that is passed leaves nothing."""
    found = _BRACKETS.match(text)
    words = text[found.end() :].split() if found else []
    if (
        found is None
        or len(words) not in {2, 4}
        or words[0] != "at"
        or words[2:3] not in ([], ["leaves"])
    ):
        raise InputError(
            "scenario.value",
            f"found {text[:60]!r}, expected (31.31 S 143.70 E) at 06:10Z, and where it stops there: "
            "leaves 06:25Z",
        )
    leaves_us = instant(words[3], day) if len(words) == 4 else None
    return Via(read_position(found[1]).position, instant(words[1], day), leaves_us)


def corners(text: str, _: str) -> tuple[Position, Position]:
    """Two opposite corners of a map, in brackets."""
    found = places(text, "")
    if len(found) != 2:
        raise InputError(
            "scenario.value", f"found {len(found)} positions, expected two corners in brackets"
        )
    return found[0], found[1]
