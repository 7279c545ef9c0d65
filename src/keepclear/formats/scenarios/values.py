"""What may stand in the places of a scenario's sentences and in its details, each with one reader.

Times are written with Z or an offset, or as an hour with Z on the day that the scenario names;
lengths, areas and durations carry their unit; positions are in any notation, in brackets where there
are several.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.altitude import Altitude
from keepclear.domain.position import Position
from keepclear.domain.units import LENGTH_M, TIME_US
from keepclear.domain.window import parse_instant
from keepclear.errors import InputError
from keepclear.formats.altitudes import parse_altitude
from keepclear.formats.positions import read_position
from keepclear.formats.text import one_line

__all__ = [
    "Amount",
    "Span",
    "Via",
    "area",
    "distance",
    "duration",
    "heights",
    "instant",
    "length",
    "place",
    "places",
    "span",
    "via",
]

_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(:[0-5]\d)?Z", re.ASCII)
_NO_ZONE: Final = re.compile(r"\d{1,2}:\d{2}(:\d{2})?", re.ASCII)
_QUANTITY: Final = re.compile(r"(\d{1,9}(?:\.\d{1,6})?) ?([A-Za-z]{1,3}2?)", re.ASCII)
_LENGTHS: Final = MappingProxyType({unit: LENGTH_M[unit] for unit in ("m", "km", "NM", "ft")})
_AREAS: Final = MappingProxyType({"m2": 1.0, "km2": 1e6, "ha": 1e4})
_BRACKETS: Final = re.compile(r"\(([^()]*)\)")
_NONE: Final = ".."
"""No limit."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A size that is expected, and how far off it may be: of itself, 0.01 for 1 %."""

    value: float
    """Square metres, or metres."""
    within: float
    is_area: bool


@dataclass(frozen=True, slots=True)
class Span:
    """Two instants in microseconds of UTC; nothing for no limit."""

    start_us: int | None
    end_us: int | None


@dataclass(frozen=True, slots=True)
class Via:
    """A place on a way: reached at a time, and left at another where it stops there."""

    position: Position
    at_us: int
    leaves_us: int | None


def instant(text: str, day: str) -> int:
    """A time.

    Args:
        text: ``06:30Z``, ``06:30:20Z`` or a whole RFC 3339 time.
        day: What hours alone are on, ``2015-11-20``; empty where nothing says so.
    """
    if _NO_ZONE.fullmatch(text):
        raise InputError(
            "time.no-offset",
            f"time {text!r} does not say which clock it is on; write {text}Z for UTC",
        )
    if not _CLOCK.fullmatch(text):
        return parse_instant(text)
    if not day:
        raise InputError(
            "scenario.no-day",
            f"found {text!r}, and no day before it; say `day 2015-11-20` above, or write it whole",
        )
    return parse_instant(f"{day}T{text}")


def duration(text: str, _: str) -> int:
    """Microseconds: ``20 s``, ``5min``, ``2 h``."""
    value, unit = _quantity(text, TIME_US, "20s, 5min or 2h")
    return round(value * TIME_US[unit])


def length(text: str, _: str) -> float:
    """Metres: ``2000 m``, ``1.5km``, ``5NM``."""
    value, unit = _quantity(text, _LENGTHS, "2000 m, 1.5 km or 5 NM")
    return value * _LENGTHS[unit]


def area(text: str, _: str) -> Amount:
    """An area with its tolerance: ``49.2 km2``, ``49.2 km2 within 2 %``; 1 % where nothing is said."""
    return _amount(text, _AREAS, "49.2 km2")


def distance(text: str, _: str) -> Amount:
    """A length that is expected, with its tolerance: ``1421 m``, ``4.3 km within 2 %``."""
    return _amount(text, _LENGTHS, "1421 m or 4.3 km")


def _amount(text: str, units: Mapping[str, float], like: str) -> Amount:
    size, within, off = text.partition(" within ")
    value, unit = _quantity(size.strip(), units, like)
    share = 1.0
    if within:
        share = _number(off.strip().removesuffix("%").strip(), "a share such as 2 %")
    return Amount(value * units[unit], share / 100, units is _AREAS)


def span(text: str, day: str) -> Span:
    """``06:30Z to 07:30Z``; ``..`` on either side is no limit."""
    start, to, end = text.partition(" to ")
    if not to:
        raise InputError("scenario.value", f"found {text!r}, expected 06:30Z to 07:30Z")
    return Span(_limit(start, day), _limit(end, day))


def heights(text: str, _: str) -> tuple[Altitude | None, Altitude | None]:
    """``SFC to FL100``, ``120 m AMSL to UNL``."""
    low, to, high = text.partition(" to ")
    if not to:
        raise InputError("scenario.value", f"found {text!r}, expected SFC to FL100 or the like")
    return parse_altitude(low), parse_altitude(high)


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


def ground(text: str, _: str) -> list[float]:
    """``60 to 220 m`` above mean sea level."""
    low, to, high = text.partition(" to ")
    if not to:
        raise InputError("scenario.value", f"found {text!r}, expected 60 to 220 m")
    return [_number(low, "60 to 220 m"), length(high, "")]


def words(text: str, _: str) -> str:
    """What a person wrote."""
    return one_line(text)


def listed(text: str, _: str) -> list[str]:
    """Names with commas between them."""
    return [one.strip() for one in text.split(",") if one.strip()]


def whole(text: str, _: str) -> int:
    """A whole number."""
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise InputError("scenario.value", f"found {text!r}, expected a whole number")
    return int(text)


def noted(text: str, _: str) -> tuple[str, str]:
    """A field of a notification: ``contact_role: duty desk``."""
    name, colon, said = text.partition(":")
    if not colon:
        raise InputError("scenario.value", f"found {text!r}, expected FIELD: what it says")
    return name.strip(), said.strip()


def nothing(text: str, _: str) -> bool:
    """A detail that says all with its name."""
    if text:
        raise InputError("scenario.detail", f"found {text!r} behind it, expected nothing")
    return True


def height_numbers(text: str, _: str) -> tuple[float, float, float]:
    """``40 to 3200 m W84``: ellipsoid metres; off by a metre, or by what is said."""
    said, within, off = text.partition(" within ")
    low, to, high = said.removesuffix("W84").strip().partition(" to ")
    if not to or not said.endswith("W84"):
        raise InputError(
            "scenario.value",
            f"found {text!r}, expected heights above the ellipsoid such as 65 to 3300 m W84",
        )
    return (
        _number(low, "65 to 3300 m W84"),
        length(high.strip(), ""),
        length(off, "") if within else 1.0,
    )


def _limit(text: str, day: str) -> int | None:
    return None if text.strip() == _NONE else instant(text.strip(), day)


def _quantity(text: str, units: Any, like: str) -> tuple[float, str]:
    found = _QUANTITY.fullmatch(text)
    if found is None or found[2] not in units:
        raise InputError("scenario.value", f"found {text[:40]!r}, expected {like}")
    return float(found[1]), found[2]


def _number(text: str, like: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError("scenario.value", f"found {text[:40]!r}, expected {like}") from None


Reader = Callable[[str, str], Any]
DETAILS: Final = MappingProxyType[str, Reader](
    {
        # of what is declared
        "circle": circle,
        "polygon": places,
        "line": places,
        "point": place,
        "via": via,
        "half-width": length,
        "heights": heights,
        "from": span,
        "stand-off": length,
        "ground": ground,
        "error": length,
        "edges": words,
        "for": words,
        "priority": whole,
        "state": words,
        "name": words,
        "description": words,
        "note": noted,
        "like": words,
        # of what is said
        "by": words,
        "asks": words,
        "place": place,
        "radius": length,
        "span": span,
        "about": words,
        "asked-for": words,
        "unit": words,
        "list": words,
        "only": listed,
        "who": words,
        "units": listed,
        "language": words,
        "instead": words,
        "drill": nothing,
        # of consent
        "fields": listed,
        "not-before": instant,
        "lead": duration,
        # of what is expected
        "area": area,
        "apart": distance,
        "stay-away": distance,
        "horizontal": length,
        "vertical": length,
        "time": duration,
        "certainty": words,
        "level": words,
        "goes-first": words,
        "side": words,
        "agreed": duration,
        "found": duration,
        "version": whole,
        "rung": words,
        "kind": words,
        "since": instant,
        "entries": whole,
        "witnesses": listed,
        "refused": words,
        # of how it is told
        "in-words": words,
        "frame": places,
    }
)
"""The reader of each detail."""
SEEN_HEIGHTS: Final = height_numbers
"""How heights are written where they are expected of a crossing, in place of ``heights``."""
