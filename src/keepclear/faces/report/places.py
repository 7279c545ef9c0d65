"""The answer of ``keepclear where``, for people and as the versioned envelope ``where/1``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.position import Position
from keepclear.domain.stated import Datum, Notation, StatedPosition
from keepclear.errors import InputError, Refusal
from keepclear.faces.words import plain
from keepclear.formats.positions import write_position
from keepclear.formats.positions.checkwords import GRID_ERROR_M, GRID_STEP_M, encode_place
from keepclear.formats.positions.datums import Operation
from keepclear.formats.positions.spelling import spelled

__all__ = ["VERSION", "Place", "render_places"]

VERSION: Final = "where/1"
_NAMES: Final = MappingProxyType(
    {
        Notation.DECIMAL: ("decimal", "decimal degrees"),
        Notation.MINUTES: ("minutes", "degrees, minutes"),
        Notation.SECONDS: ("seconds", "degrees, minutes, seconds"),
        Notation.ICAO: ("icao", "ICAO"),
        Notation.MGRS: ("mgrs", "MGRS"),
        Notation.UTM: ("utm", "UTM"),
    }
)
"""Member in the envelope, and words for people, in the order shown."""
_WORDS: Final = "check words"
_WIDTH: Final = max(len(words) for _, words in _NAMES.values())


@dataclass(frozen=True, slots=True)
class Place:
    """One place that was asked for."""

    text: str
    position: Position
    read_as: str
    datum: Datum
    precision_m: float
    error_m: float
    operation: Operation | None
    """How its datum was converted; None on WGS84."""

    @classmethod
    def of_stated(cls, stated: StatedPosition, operation: Operation | None) -> Place:
        """A position as it was read."""
        return cls(
            text=stated.text,
            position=stated.position,
            read_as=stated.notation.value,
            datum=stated.datum,
            precision_m=stated.precision_m,
            error_m=stated.error_m,
            operation=operation,
        )

    @classmethod
    def of_check_words(cls, text: str, position: Position) -> Place:
        """What check words name: a point of their grid."""
        return cls(
            text=text.strip(),
            position=position,
            read_as=_WORDS,
            datum=Datum.WGS84,
            precision_m=GRID_STEP_M,
            error_m=GRID_ERROR_M,
            operation=None,
        )


def render_places(places: Sequence[Place], refused: Sequence[Refusal], *, as_json: bool) -> str:
    """One block for each place, or one object for programs."""
    if not as_json:
        return "\n".join("\n".join(_block(place)) + "\n" for place in places)
    members = {
        "keepclear": VERSION,
        "complete": not refused,
        "positions": [_members(place) for place in places],
        "refused": [{"where": r.where, "code": r.code, "message": r.message} for r in refused],
    }
    return json.dumps(members, ensure_ascii=False, indent=1) + "\n"


def _block(place: Place) -> Iterator[str]:
    yield plain(place.text)
    yield from (_row(*row) for row in _notations(place))
    words = encode_place(place.position)
    yield _row(_WORDS, words)
    yield from (_row("", group) for group in spelled(words).split(", "))
    yield ""
    yield _row("read as", f"{place.read_as} on {_datum(place)}")
    yield _row("precision", _length(place.precision_m, round))
    yield _row("off by at most", _length(place.error_m, _up))


def _notations(place: Place) -> Iterator[tuple[str, str]]:
    for notation, (_, words) in _NAMES.items():
        yield words, _written(place, notation) or "ends at 80 S and 84 N"


def _row(name: str, value: str) -> str:
    return f"  {name:<{_WIDTH}}  {value}"


def _datum(place: Place) -> str:
    if place.datum in {Datum.LOCAL, Datum.UNKNOWN}:
        kind = "a local datum" if place.datum is Datum.LOCAL else "an unknown datum"
        return f"{kind}, taken for WGS84"
    if place.operation is None:
        return place.datum.value
    operation = place.operation
    return (
        f"{place.datum.value}, brought to WGS84 by EPSG:{operation.code} "
        f"({operation.name}, {operation.accuracy_m:g} m)"
    )


def _written(place: Place, notation: Notation) -> str | None:
    """The place in a notation; None where the notation ends."""
    try:
        return write_position(place.position, notation, precision_m=place.precision_m)
    except InputError:
        return None


def _length(metres: float, rounded: Callable[[float], float]) -> str:
    """A length in two digits; errors are rounded up, so that none looks smaller than it is."""
    for size, unit in ((1_000.0, "km"), (1.0, "m"), (0.01, "cm")):
        if metres >= size:
            step = 10.0 ** (floor(log10(metres / size)) - 1)
            return f"{float(f'{rounded(metres / size / step) * step:.12g}'):g} {unit}"
    return "under 1 cm"


def _up(value: float) -> float:
    """The next whole number; the small part taken off is the rounding of a division."""
    return ceil(value - 1e-6)


def _members(place: Place) -> dict[str, Any]:
    words = encode_place(place.position)
    operation = place.operation
    return {
        "text": place.text,
        "latitude": round(place.position.latitude, 7),
        "longitude": round(place.position.longitude, 7),
        "read_as": place.read_as,
        "datum": place.datum.value,
        "datum_operation": None if operation is None else f"EPSG:{operation.code}",
        "precision_m": round(place.precision_m, 3),
        "error_m": round(place.error_m, 3),
        "notations": {
            member: _written(place, notation) for notation, (member, _) in _NAMES.items()
        },
        "check_words": words,
        "check_words_spoken": spelled(words),
    }
