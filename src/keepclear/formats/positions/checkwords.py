"""A place or a time as a few letters that can be read over a telephone, and that prove themselves.

23 symbols, a prime number of them: all arithmetic is modulo 23. Behind the symbols of the value stand
two check symbols, chosen so that two sums come to a fixed number: each symbol times its place, and each
symbol times the square of its place. Any one symbol wrong, any two symbols wrong, and any two exchanged
change one of the sums, so all of these are found with certainty. Other errors, whole groups exchanged
among them, pass once in some 529 tries.

Kinds differ in length and in their fixed numbers, so that a time is never taken for a place. The whole
code stands in docs/protocol/checkwords.md, to be written again without this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from keepclear.domain.position import Position
from keepclear.errors import InputError
from keepclear.formats.positions.spelling import ALPHABET, symbols_of

__all__ = [
    "GRID_ERROR_M",
    "GRID_STEP_M",
    "PLACE",
    "TIME_MINUTE",
    "TIME_SECOND",
    "Kind",
    "decode_place",
    "decode_time",
    "encode_place",
    "encode_time",
]

_P: Final = len(ALPHABET)
"""23. The inverse of every number but 0 exists, which is what makes two errors visible."""
_CHECKS: Final = 2


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of check words."""

    name: str
    data: int
    """Symbols of the value, the check symbols not counted."""
    groups: tuple[int, ...]
    """How the symbols are written and read."""
    mark: int
    """What both sums come to."""

    @property
    def length(self) -> int:
        """All symbols."""
        return self.data + _CHECKS


PLACE: Final = Kind("place", 11, (4, 4, 5), 1)
TIME_MINUTE: Final = Kind("time to the minute", 6, (4, 4), 2)
TIME_SECOND: Final = Kind("time to the second", 7, (3, 3, 3), 3)
_KINDS: Final = (PLACE, TIME_MINUTE, TIME_SECOND)

_STEPS: Final = 100_000
"""Steps a degree."""
GRID_STEP_M: Final = 1.12
"""The largest step of the grid on the ground: of latitude near the poles."""
GRID_ERROR_M: Final = 0.79
"""Half the largest diagonal of a step."""
_LATITUDES: Final = 180 * _STEPS + 1
_LONGITUDES: Final = 360 * _STEPS
"""180 degrees east is 180 west."""
_EPOCH_S: Final = 946_684_800
"""2000-01-01T00:00:00Z in seconds since 1970."""
_US: Final = 1_000_000


def encode_place(position: Position) -> str:
    """The check words of the grid point next to a place: thirteen symbols in three groups."""
    row = round((Fraction(position.latitude) + 90) * _STEPS)
    column = round((Fraction(position.longitude) + 180) * _STEPS) % _LONGITUDES
    return _written(PLACE, row * _LONGITUDES + column)


def decode_place(text: str) -> Position:
    """The grid point that check words name.

    Raises:
        InputError: ``checkwords.symbol``, ``checkwords.length``, ``checkwords.verify``.
    """
    row, column = divmod(_read(text, (PLACE,))[1], _LONGITUDES)
    if row >= _LATITUDES:
        raise _not_verified()
    return Position(
        latitude=float(Fraction(row, _STEPS) - 90), longitude=float(Fraction(column, _STEPS) - 180)
    )


def encode_time(time_us: int) -> str:
    """The check words of a time: eight symbols for a whole minute, else nine for a whole second.

    Args:
        time_us: Microseconds since 1970-01-01T00:00Z. Nothing is rounded, because a time that was
            agreed must come out as agreed.

    Raises:
        InputError: ``checkwords.time`` for a part of a second, or a time before 2000 or after 2107.
    """
    seconds, rest = divmod(time_us - _EPOCH_S * _US, _US)
    kind, count = (TIME_SECOND, seconds) if seconds % 60 else (TIME_MINUTE, seconds // 60)
    if rest or not 0 <= seconds < _P**TIME_SECOND.data:
        raise InputError(
            "checkwords.time",
            "check words hold whole seconds from 2000 to November 2107; give the time to the second",
        )
    return _written(kind, count)


def decode_time(text: str) -> int:
    """The time that check words name, microseconds since 1970-01-01T00:00Z.

    Raises:
        InputError: ``checkwords.symbol``, ``checkwords.length``, ``checkwords.verify``.
    """
    kind, value = _read(text, (TIME_MINUTE, TIME_SECOND))
    seconds = value * 60 if kind is TIME_MINUTE else value
    # One time has one spelling: a whole minute is never written in seconds.
    if seconds >= _P**TIME_SECOND.data or (kind is TIME_SECOND and seconds % 60 == 0):
        raise _not_verified()
    return (seconds + _EPOCH_S) * _US


def _written(kind: Kind, value: int) -> str:
    """Symbols of a value with its check symbols, in groups."""
    symbols = _data(kind, value)
    symbols += _checks(kind, symbols)
    text = "".join(ALPHABET[symbol] for symbol in symbols)
    groups, at = [], 0
    for size in kind.groups:
        groups.append(text[at : at + size])
        at += size
    return " ".join(groups)


def _data(kind: Kind, value: int) -> list[int]:
    """The value in base 23, the largest place first."""
    symbols = []
    for _ in range(kind.data):
        value, symbol = divmod(value, _P)
        symbols.append(symbol)
    return symbols[::-1]


def _checks(kind: Kind, symbols: list[int]) -> list[int]:
    """The two symbols that bring both sums to the mark of the kind.

    With x at place m and y at the next, n, and A and B missing from the sums: m x + n y = A and
    m m x + n n y = B. As n - m is 1, the second less m times the first is n y = B - m A.
    """
    first, second = (kind.mark - found for found in _sums(symbols))
    place = kind.data + 1
    last = (second - place * first) * pow(place + 1, -1, _P) % _P
    return [(first - (place + 1) * last) * pow(place, -1, _P) % _P, last]


def _sums(symbols: list[int]) -> tuple[int, int]:
    """Sum of each symbol times its place, counted from 1, and times the square of its place."""
    places = range(1, len(symbols) + 1)
    return (
        sum(place * symbol for place, symbol in zip(places, symbols, strict=True)) % _P,
        sum(place * place * symbol for place, symbol in zip(places, symbols, strict=True)) % _P,
    )


def _read(text: str, kinds: tuple[Kind, ...]) -> tuple[Kind, int]:
    """The kind and value of check words that verify."""
    symbols = symbols_of(text)
    kind = next((kind for kind in kinds if kind.length == len(symbols)), None)
    if kind is None:
        wanted = " or ".join(f"{kind.length} for a {kind.name}" for kind in kinds)
        raise InputError(
            "checkwords.length",
            f"found {len(symbols)} symbols, expected {wanted}; have the check words read again",
        )
    if _sums(symbols) != (kind.mark, kind.mark):
        raise _not_verified()
    value = 0
    for symbol in symbols[: kind.data]:
        value = value * _P + symbol
    return kind, value


def _not_verified() -> InputError:
    return InputError(
        "checkwords.verify",
        "the check words do not verify: at least one symbol was misheard or mistyped; have them read "
        "again",
    )
