"""Where a NOTAM is: the places in its text -> rings, circles and corridors; else those of its Q-line.

A text is written for people. What is taken from it:

* three or more places one after another, with nothing but punctuation and words like TO and THENCE
  between them, are the corners of an area, in the order in which they stand;
* a place beside a radius (``RADIUS 5 NM CENTRED ON``, ``WI 3NM OF``) is a circle;
* places after ``n NM EITHER SIDE OF LINE`` are a corridor of that half width;
* where none of these is found, the circle of the Q-line, which is coarse: whole minutes and miles, and
  drawn round everything. That is told.

Single places and pairs are no areas: they are reporting points, and told of.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from keepclear.domain.footprint import Area, Circle, Corridor, EdgeRule, Footprint, Polygon
from keepclear.domain.stated import StatedPosition
from keepclear.domain.units import NAUTICAL_MILE_M
from keepclear.errors import InputError
from keepclear.formats.airpoints import COMPACT, read_compact
from keepclear.formats.arc_rings import ring_of
from keepclear.formats.place import Place
from keepclear.formats.remarks import Remarks

__all__ = ["Found", "area_of", "areas_in", "places_in"]

PLACES_MAX: Final = 10_000
"""Places in one text."""

_PLACE: Final = re.compile(rf"(?<![A-Z0-9.]){COMPACT}", re.ASCII)
_BETWEEN: Final = re.compile(
    "(?:[\\s,;:\\-\u2013\u2014/.()]|\\b"
    r"(?:TO|THENCE|THEN|AND|POINT|PSN|TILL|\d{1,2}[.)]))*"
)
_MILES: Final = r"(?P<n>\d{1,3}(?:[.,]\d{1,3})?)\s?-?(?P<unit>NM|KM|NAUTICAL MILES?|M)\b"
_WORDS: Final = (
    r"(?:[\s,:;.()\-]|\b(?:RADIUS|RAD|CIRCLE|CENT(?:RE|ER)D?|CENTERED|CENTRED|CTR|CNTR|ON|AT|OF|OFF|FROM"
    r"|AROUND|ABOUT|PSN|POSN|POSITION|PT|POINT|COORDS?|COORDINATES?|ARP|THE|AN?|WI|WITHIN|WITH|BY|AREA"
    r"|IS|HAVING|BOUNDED|LOCATED))*"
)
_TRAILING: Final = re.compile(rf"{_MILES}(?:{_WORDS})$", re.ASCII)
_WORDS_END: Final = re.compile(rf"(?:{_WORDS})$", re.ASCII)
_AFTER: Final = re.compile(rf"(?P<lead>{_WORDS}){_MILES}(?P<trail>{_WORDS})", re.ASCII)
_ROUND: Final = re.compile(r"\b(?:RADIUS|RAD|CIRCLE|WI|WITHIN|CENT)", re.ASCII)
_CENTRES: Final = re.compile(r"\bCENT(?:RE|ER)", re.ASCII)
"""Several places after a radius are the middles of several circles only where the text says so."""
_CORRIDOR: Final = re.compile(
    rf"{_MILES}\s*(?:ON\s+)?(?:EITHER|EACH|BOTH)\s+SIDES?\s+OF\s+(?:(?:A|THE)\s+)?"
    r"(?:(?:STRAIGHT\s+)?(?:LINES?|TRACK|ROUTE|CENTRELINE|CENTERLINE)\s*)?"
    r"(?:(?:JOINING|CONNECTING|FROM|FM|BTN|BETWEEN|DEFINED BY|THROUGH)\s*)?"
    r"(?:THE\s+)?(?:(?:POINTS?|COORDS?|PSN)\s*)?[:\s]*$",
    re.ASCII,
)
_LOOKED_BACK: Final = 120
"""Characters before and after a place in which its radius stands."""
_UNIT_M: Final = {"N": NAUTICAL_MILE_M, "K": 1000.0, "M": 1.0}
_RING_MIN: Final = 3

_LEFT_OUT: Final = "naming further places that bound no area, such as reporting points: ignored"


@dataclass(slots=True)
class Found:
    """The areas of one text, and the places of which they are made."""

    footprints: list[Footprint] = field(default_factory=list)
    stated: list[StatedPosition] = field(default_factory=list)


def places_in(text: str) -> list[tuple[StatedPosition, int, int]]:
    """All places in a text, with where each begins and ends.

    Raises:
        InputError: ``coordinates.too-many``, ``position.*``.
    """
    found: list[tuple[StatedPosition, int, int]] = []
    for match in _PLACE.finditer(text):
        if len(found) == PLACES_MAX:
            raise InputError("coordinates.too-many", f"more than {PLACES_MAX:,} places in one text")
        with Place(f"place {len(found) + 1}"):
            found.append((read_compact(match[0]), match.start(), match.end()))
    return found


def areas_in(text: str, remarks: Remarks) -> Found:
    """The areas that a text describes, perhaps none.

    Raises:
        InputError: ``position.*``, ``ring.too-few``, ``length.range``.
    """
    found = Found()
    for run in _runs(text):
        footprints = _footprints(text, run)
        if not footprints:
            remarks.add(_LEFT_OUT)
            continue
        found.footprints += footprints
        found.stated += [place for place, _, _ in run]
    return found


_Run = list[tuple[StatedPosition, int, int]]


def _runs(text: str) -> list[_Run]:
    """Places that follow one another without words between them."""
    runs: list[_Run] = []
    for place in places_in(text):
        if runs and _BETWEEN.fullmatch(text, runs[-1][-1][2], place[1]) and not _closed(runs[-1]):
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs


def _closed(run: _Run) -> bool:
    """Whether a run has come back to where it began: what follows is another area."""
    return len(run) > _RING_MIN and run[0][0].position == run[-1][0].position


def _footprints(text: str, run: _Run) -> list[Footprint]:
    before = text[max(0, run[0][1] - _LOOKED_BACK) : run[0][1]]
    after = text[run[-1][2] : run[-1][2] + _LOOKED_BACK]
    corridor = _CORRIDOR.search(before)
    if corridor and len(run) > 1:
        line = tuple(place.position for place, _, _ in run)
        return [Corridor(line, _length_m(corridor), EdgeRule.GEODESIC)]
    radius_m = _radius_m(before, after)
    if radius_m is not None and (len(run) == 1 or _CENTRES.search(before)):
        return [Circle(place.position, radius_m) for place, _, _ in run]
    return [area_of([place for place, _, _ in run])] if len(run) >= _RING_MIN else []


def area_of(places: list[StatedPosition]) -> Area:
    """The area with these corners; a last one that repeats the first is left out.

    Raises:
        InputError: ``ring.too-few``.
    """
    ring, _ = ring_of([place.position for place in places])
    return Area((Polygon((ring,)),), EdgeRule.GEODESIC)


def _radius_m(before: str, after: str) -> float | None:
    """The radius that stands before or after places, if the words round it say that it is one."""
    for match in (_last(before), _AFTER.match(after)):
        if match and _ROUND.search(match["lead"] + " " + match["trail"]):
            return _length_m(match)
    return None


def _last(before: str) -> re.Match[str] | None:
    """The length that stands before the place, with the words on both sides of its number."""
    match = _TRAILING.search(before)
    if match is None:
        return None
    words = _WORDS_END.search(before[: match.start()])
    return _AFTER.match(before, words.start() if words else match.start())


def _length_m(match: re.Match[str]) -> float:
    return float(match["n"].replace(",", ".")) * _UNIT_M[match["unit"][0]]
