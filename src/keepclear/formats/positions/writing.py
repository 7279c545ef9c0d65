"""A place as text in one notation, with as many digits as it is known to.

Digits: the fewest whose step on the ground, along the coarser axis, is not larger than the precision.
One digit fewer would lose what is known, one more would claim what is not. Angles and UTM are rounded
to the nearest step (halves to even); MGRS cuts, as its readers expect.

Minutes and seconds that the precision does not reach are left out, so a coarse place reads back as a
coarser notation. MGRS ends at 1 m. UTM figures have no form with fewer digits than the metre: a coarser
figure ends in zeros, which its reader cannot tell from measured ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import floor, isfinite
from types import MappingProxyType
from typing import Final

from keepclear.domain.position import Position
from keepclear.domain.stated import Notation
from keepclear.errors import InputError
from keepclear.formats.positions.measured import metres_per_degree
from keepclear.formats.positions.projection import to_plane
from keepclear.formats.positions.squares import SQUARE_M, letters_of, polar_letters
from keepclear.formats.positions.zones import band_of, zone_of

__all__ = ["write_position"]

_DECIMALS_MAX: Final = 9
"""A tenth of a millimetre of latitude; a float holds little more."""
_SLACK: Final = 1.01
"""A step may be this much larger than the precision: a degree of longitude has another length where the
rounded place lies."""
_GRID_NOISE_M: Final = 1e-6
"""A place on a grid line belongs to the square north-east of it, however the last bit fell."""
_EQUATOR_DEG: Final = 1e-9
"""A tenth of a millimetre: what lies no further south is written as north, or the last bit would decide
between a northing of 0 and one of 10,000 km."""
_UTM_DECIMALS_MAX: Final = 4


def write_position(position: Position, notation: Notation, *, precision_m: float) -> str:
    """The place in its canonical text.

    Args:
        position: On WGS84.
        notation: How to write it.
        precision_m: How finely the place is known, metres; more than 0.

    Raises:
        InputError: ``length.range`` for a precision that is no length; ``position.grid-range`` for
            UTM beyond 80 S and 84 N, where that grid ends.
    """
    if not (isfinite(precision_m) and precision_m > 0.0):
        raise InputError("length.range", f"a precision of {precision_m} m cannot be written with")
    return _WRITERS[notation](position, precision_m)


def _decimal(position: Position, precision_m: float) -> str:
    steps = _steps(position, precision_m, (1,))
    latitude, longitude = _counts(position, steps)
    decimals = len(str(steps)) - 1
    return f"{_fixed(latitude, decimals)}, {_fixed(longitude, decimals)}"


def _minutes(position: Position, precision_m: float) -> str:
    return _angles(position, _steps(position, precision_m, (1, 60)))


def _seconds(position: Position, precision_m: float) -> str:
    return _angles(position, _steps(position, precision_m, (1, 60, 3600)))


def _icao(position: Position, precision_m: float) -> str:
    """Seconds at the finest, with decimals: the form has no place for degrees alone."""
    steps = _steps(position, precision_m, (60, 3600))
    latitude, longitude = _counts(position, steps)
    north = "NS"[latitude < 0] + "".join(_parts(abs(latitude), steps, 2))
    return north + "EW"[longitude < 0] + "".join(_parts(abs(longitude), steps, 3))


def _utm(position: Position, precision_m: float) -> str:
    if band_of(position.latitude) is None:
        raise InputError(
            "position.grid-range",
            f"UTM ends at 80 S and 84 N; latitude {position.latitude:.4f} is written in MGRS",
        )
    zone = zone_of(position.latitude, position.longitude)
    south = position.latitude < -_EQUATOR_DEG
    figures = to_plane(zone, position.latitude, position.longitude, south=south)
    decimals = _utm_decimals(precision_m)
    step_m = Fraction(10) ** -decimals
    decimals_shown = max(decimals, 0)
    easting, northing = (
        f"{float(round(Fraction(figure) / step_m) * step_m):0{width}.{decimals_shown}f}"
        for figure, width in zip(figures, _utm_widths(decimals_shown), strict=True)
    )
    return f"{zone} {'south' if south else 'north'} {easting}mE {northing}mN"


def _utm_widths(decimals: int) -> tuple[int, int]:
    """Six digits of easting and seven of northing, as on maps, with leading zeros."""
    behind = decimals + 1 if decimals else 0
    return 6 + behind, 7 + behind


def _mgrs(position: Position, precision_m: float) -> str:
    digits = 1
    while digits < 5 and SQUARE_M / 10**digits > precision_m * _SLACK:
        digits += 1
    latitude = 0.0 if abs(position.latitude) <= _EQUATOR_DEG else position.latitude
    south = latitude < 0.0
    band = band_of(latitude)
    zone = zone_of(latitude, position.longitude) if band else 0
    easting_m, northing_m = (
        floor(figure + _GRID_NOISE_M)
        for figure in to_plane(zone, latitude, position.longitude, south=south)
    )
    if band is None:
        head = polar_letters(easting_m, northing_m, south=south)
        head = f"{head[0]} {head[1:]}"
    else:
        head = f"{zone}{band} {letters_of(zone, easting_m, northing_m)}"
    east, north = (f"{figure % SQUARE_M:05d}"[:digits] for figure in (easting_m, northing_m))
    return f"{head} {east} {north}"


def _steps(position: Position, precision_m: float, whole: tuple[int, ...]) -> int:
    """Steps a degree: the fewest of the notation that keep the precision.

    ``whole`` are the steps that the notation can end on without decimals; behind the last come tenths.
    """
    degree_m = max(metres_per_degree(position.latitude))
    finest = whole[-1]
    for steps in (*whole, *(finest * 10**decimals for decimals in range(1, _DECIMALS_MAX + 1))):
        if degree_m / steps <= precision_m * _SLACK:
            return steps
    return finest * 10**_DECIMALS_MAX


def _counts(position: Position, steps: int) -> tuple[int, int]:
    """Latitude and longitude in whole steps."""
    return (
        round(Fraction(position.latitude) * steps),
        round(Fraction(position.longitude) * steps),
    )


def _angles(position: Position, steps: int) -> str:
    latitude, longitude = _counts(position, steps)
    north = _spelled(_parts(abs(latitude), steps, 2)) + " NS"[1 + (latitude < 0)].join((" ", ""))
    east = _spelled(_parts(abs(longitude), steps, 3)) + " EW"[1 + (longitude < 0)].join((" ", ""))
    return f"{north} {east}"


def _spelled(parts: list[str]) -> str:
    return " ".join(part + mark for part, mark in zip(parts, "°'\"", strict=False))


def _parts(count: int, steps: int, degree_digits: int) -> list[str]:
    """Degrees, minutes and seconds of a whole number of steps, the last with decimals."""
    degrees, rest = divmod(count, steps)
    parts = [f"{degrees:0{degree_digits}d}"]
    below = steps
    while below > 1 and below % 60 == 0:
        below //= 60
        value, rest = divmod(rest, below)
        parts.append(f"{value:02d}")
    decimals = len(str(below)) - 1
    return [*parts[:-1], parts[-1] + (f".{rest:0{decimals}d}" if decimals else "")]


def _fixed(count: int, decimals: int) -> str:
    """A whole number of decimal steps as a number; zero has no sign."""
    whole, rest = divmod(abs(count), 10**decimals)
    return ("-" if count < 0 else "") + str(whole) + (f".{rest:0{decimals}d}" if decimals else "")


def _utm_decimals(precision_m: float) -> int:
    """Decimals of a metre; negative for tens and hundreds of metres."""
    decimals = -5
    while decimals < _UTM_DECIMALS_MAX and 10.0**-decimals > precision_m * _SLACK:
        decimals += 1
    return decimals


_WRITERS: Final[Mapping[Notation, Callable[[Position, float], str]]] = MappingProxyType(
    {
        Notation.DECIMAL: _decimal,
        Notation.MINUTES: _minutes,
        Notation.SECONDS: _seconds,
        Notation.MGRS: _mgrs,
        Notation.UTM: _utm,
        Notation.ICAO: _icao,
    }
)
