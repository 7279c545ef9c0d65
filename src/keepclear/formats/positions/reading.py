"""The door: one text -> one :class:`StatedPosition`, or one sentence why not.

Order of recognition: what is refused by name, then the forms that no other can be taken for (MGRS, UTM,
digits run together), then angles.
"""

from __future__ import annotations

from math import hypot

from keepclear.domain.position import Position
from keepclear.domain.stated import Datum, StatedPosition
from keepclear.errors import InputError
from keepclear.formats.positions.angles import read_angles
from keepclear.formats.positions.cleaning import cleaned
from keepclear.formats.positions.commas import without_decimal_commas
from keepclear.formats.positions.compact import read_compact
from keepclear.formats.positions.datum_words import without_datum
from keepclear.formats.positions.datums import Operation, operation_for, to_wgs84
from keepclear.formats.positions.foreign import refuse_foreign
from keepclear.formats.positions.measured import Measured
from keepclear.formats.positions.military_grid import read_mgrs
from keepclear.formats.positions.tokens import tokens_of
from keepclear.formats.positions.utm import read_utm

__all__ = ["operation_of", "read_position"]


def read_position(text: str, *, datum: Datum | None = None, language: str = "") -> StatedPosition:
    """The place that a text names, on WGS84.

    Args:
        text: One position in any notation of docs/positions.md.
        datum: What the numbers are measured on, where something beside the text says so. A datum
            named in the text must agree; where nothing names one it is WGS84.
        language: ISO 639-1 code of the sheet's language, where known; it only decides whether the
            letter O is west (``fr``) or east (``de``).

    Returns:
        The place, with the text as written, its notation, datum, precision and error.

    Raises:
        InputError: ``position.*``; the sentence says what was found and what to write.
    """
    found, datum = _read(text, datum, language)
    latitude, longitude, off_m = to_wgs84(datum, found.latitude, found.longitude)
    return StatedPosition(
        position=Position(latitude=latitude, longitude=longitude),
        text=text.strip(),
        notation=found.notation,
        datum=datum,
        precision_m=max(found.north_m, found.east_m),
        error_m=hypot(found.north_m, found.east_m) / 2 + off_m,
    )


def operation_of(text: str, *, datum: Datum | None = None) -> Operation | None:
    """How :func:`read_position` brings a position to WGS84; None where its datum needs no operation.

    Raises:
        InputError: ``position.*``.
    """
    found, datum = _read(text, datum, "")
    return operation_for(datum, found.latitude, found.longitude)


def _read(text: str, given: Datum | None, language: str) -> tuple[Measured, Datum]:
    """The numbers, and the datum they are on."""
    plain, datum = without_datum(cleaned(text), given)
    if not plain:
        raise InputError(
            "position.empty", f"found a datum and no position in {text.strip()!r}; expected both"
        )
    return _measured(plain, datum, language), datum


def _measured(text: str, datum: Datum, language: str) -> Measured:
    """The numbers on their own datum."""
    refuse_foreign(text)
    grid = read_mgrs(text, datum) or read_utm(text, datum)
    if grid is not None:
        return grid
    pointed = without_decimal_commas(text)
    return read_compact(pointed) or read_angles(tokens_of(pointed), language=language)
