"""UTM: ``37N 333000 4008000``, ``UTM zone 37 N 333000mE 4008000mN``.

N and S may be a half of the Earth or a latitude band. N is north either way. S is south, or the band
from 32 to 40 N: where the northing allows both, the two lie a quarter of the Earth apart, and it is
refused.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from keepclear.domain.stated import Datum, Notation
from keepclear.errors import InputError
from keepclear.formats.positions.measured import Measured
from keepclear.formats.positions.projection import from_plane
from keepclear.formats.positions.zones import BANDS, band_span

__all__ = ["read_utm"]

_EASTINGS_M: Final = (100_000.0, 900_000.0)
"""A zone and what it lends to its neighbours; beyond, a digit is wrong."""
_NORTHING_MAX_M: Final = 10_000_000.0
_ELLIPSOIDS: Final = MappingProxyType(
    {
        Datum.WGS84: "WGS84",
        Datum.LOCAL: "WGS84",
        Datum.UNKNOWN: "WGS84",
        Datum.ED50: "intl",
        Datum.NAD27: "clrk66",
    }
)
"""UTM on older datums is drawn on their own ellipsoids, as PROJ names them."""
_BAND_REACH_DEG: Final = 0.01
"""How far beyond its band a place may be: a list may round to the kilometre at its end."""

_SIDE: Final = r"e|n|east|north|easting|northing"
_FIGURE: Final = r"[0-9]{4,8}(?:\.[0-9]{1,9})?"
_PAIR: Final = (
    rf"(?:(?P<before1>{_SIDE})[ :=]*)?(?P<first>{_FIGURE}) ?m? ?(?P<behind1>{_SIDE})?"
    rf"[ ,;/\n]+"
    rf"(?:(?P<before2>{_SIDE})[ :=]*)?(?P<second>{_FIGURE}) ?m? ?(?P<behind2>{_SIDE})?"
)
_HEAD: Final = (
    r"(?:utm[ :,]*)?(?:zone[ :]*|fuseau[ :]*|зона[ :]*)?"
    r"(?P<zone>[0-9]{1,2})(?: ?(?P<letter>north|south|nord|sud|[a-z])[ ,;:]*|[ ,;:]+)"
)
_FORM: Final = re.compile(_HEAD + _PAIR, re.IGNORECASE)
_NO_ZONE: Final = re.compile(r"utm\b.*|" + _PAIR.replace("m?", "m"), re.IGNORECASE | re.DOTALL)
_WORDS: Final = MappingProxyType({"NORTH": False, "NORD": False, "SOUTH": True, "SUD": True})
"""Whether a word says south."""
_EXAMPLE: Final = "expected zone, band or half of the Earth, easting and northing, such as "
_EXAMPLE_TEXT: Final = "'UTM 37 north 333000mE 4008000mN'"


def read_utm(text: str, datum: Datum) -> Measured | None:
    """The place on the datum it is drawn on, or None where the text is in another form.

    Raises:
        InputError: ``position.zone`` where zone or half of the Earth are missing, contradict the
            northing or could be two; ``position.grid-range``; ``position.datum``.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        if _NO_ZONE.fullmatch(text):
            raise InputError(
                "position.zone",
                f"the UTM position {text!r} lacks its zone, or a part of it cannot be read; "
                f"{_EXAMPLE}{_EXAMPLE_TEXT}",
            )
        return None
    ellipsoid = _ELLIPSOIDS.get(datum)
    if ellipsoid is None:
        raise InputError(
            "position.datum",
            f"UTM is not drawn on {datum.value}; is it another grid? Give latitude and longitude",
        )
    easting, northing = _figures(match, text)
    zone, letter = int(match["zone"]), (match["letter"] or "").upper()
    if not 1 <= zone <= 60:
        raise InputError("position.zone", f"zone {zone} in {text!r} is none: they run from 1 to 60")
    _on_the_grid(float(easting), float(northing))
    south = _south(letter, text, zone, float(easting), float(northing), ellipsoid)
    place = from_plane(zone, float(easting), float(northing), south=south, ellipsoid=ellipsoid)
    if place is None:
        raise InputError("position.grid-range", f"the UTM position {text!r} is nowhere on Earth")
    return Measured(
        latitude=place[0],
        longitude=place[1],
        north_m=_step_m(northing),
        east_m=_step_m(easting),
        notation=Notation.UTM,
    )


def _figures(match: re.Match[str], text: str) -> tuple[str, str]:
    """Easting and northing as written; the easting first where no letter says otherwise."""
    sides = []
    for number in ("1", "2"):
        named = [match[f"before{number}"], match[f"behind{number}"]]
        letters = {side[0].upper() for side in named if side}
        if len(letters) > 1:
            raise InputError("position.axis", f"a number of {text!r} is called both E and N")
        sides.append(letters.pop() if letters else "")
    first, second = match["first"], match["second"]
    if sides in (["E", "N"], ["", "N"], ["E", ""], ["", ""]):
        return first, second
    if sides in (["N", "E"], ["N", ""], ["", "E"]):
        return second, first
    raise InputError("position.axis", f"{text!r} gives the same of easting and northing twice")


def _on_the_grid(easting_m: float, northing_m: float) -> None:
    """Refuse numbers that no zone has.

    Raises:
        InputError: ``position.grid-range``.
    """
    low, high = _EASTINGS_M
    if low <= easting_m <= high and 0.0 <= northing_m <= _NORTHING_MAX_M:
        return
    swapped = low <= northing_m <= high
    raise InputError(
        "position.grid-range",
        f"easting {easting_m:.0f} m, northing {northing_m:.0f} m lie outside a UTM zone (eastings "
        f"{low:.0f} to {high:.0f}, northings 0 to {_NORTHING_MAX_M:.0f})"
        + ("; are they swapped?" if swapped else "; is a digit missing?"),
    )


def _south(
    letter: str, text: str, zone: int, easting_m: float, northing_m: float, ellipsoid: str
) -> bool:
    """Whether the place lies south of the equator.

    Raises:
        InputError: ``position.zone``.
    """
    if letter in _WORDS:
        return _WORDS[letter]
    if letter == "N":
        return False
    if letter == "S":
        if _fits("S", zone, easting_m, northing_m, ellipsoid):
            raise InputError(
                "position.zone",
                f"the S of {text!r} could mean south or the band S, which lies north; write "
                f"{zone} south or {zone} north",
            )
        return True
    if letter not in BANDS or not letter:
        found = f"the letter {letter}" if letter else "no letter behind the zone"
        raise InputError("position.zone", f"found {found} in {text!r}; {_EXAMPLE}{_EXAMPLE_TEXT}")
    if not _fits(letter, zone, easting_m, northing_m, ellipsoid):
        raise InputError(
            "position.zone",
            f"the northing of {text!r} does not lie in band {letter}; is one of them wrong?",
        )
    return letter < "N"


def _fits(band: str, zone: int, easting_m: float, northing_m: float, ellipsoid: str) -> bool:
    """Whether a northing lies in a band."""
    place = from_plane(zone, easting_m, northing_m, south=band < "N", ellipsoid=ellipsoid)
    south, north = band_span(band)
    return place is not None and south - _BAND_REACH_DEG <= place[0] <= north + _BAND_REACH_DEG


def _step_m(written: str) -> float:
    return 10.0 ** -len(written.partition(".")[2])
