"""Where a row of a table is: the writing that holds, and every other writing of the same place.

An outline (``wkt``) holds before latitude and longitude, these before degrees, minutes and seconds
in columns of their own, and these before a text in any notation. What does not hold stays beside it
as a second writing, so that ``integrity`` can compare them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import hypot
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.position import Position
from keepclear.domain.stated import Datum, Notation, StatedPosition
from keepclear.errors import InputError
from keepclear.formats.labels import choice_of
from keepclear.formats.labels.folding import folded
from keepclear.formats.place import Place
from keepclear.formats.positions import read_position
from keepclear.formats.positions.measured import metres_per_degree
from keepclear.formats.sheets.cells import Cell, number_of, text_of
from keepclear.formats.sheets.columns import Column
from keepclear.formats.sheets.values import COMMA_READ, Context
from keepclear.formats.text import shown
from keepclear.formats.wkt import parse_wkt

__all__ = ["BETWEEN_PLACES", "PLACE_FIELDS", "Placed", "decimal_position", "is_writing", "place_of"]

PLACE_FIELDS: Final = frozenset(
    {
        "wkt", "latitude", "longitude", "datum",
        "lat_deg", "lat_min", "lat_sec", "lat_hem", "lon_deg", "lon_min", "lon_sec", "lon_hem",
    }
)  # fmt: skip
"""Fields that only say where, beside those that :func:`is_writing` knows."""
BETWEEN_PLACES: Final = " | "
"""What separates the places of one outline or route in a position column."""

_PARTS: Final = (
    ("lat_deg", "lat_min", "lat_sec", "lat_hem", "N"),
    ("lon_deg", "lon_min", "lon_sec", "lon_hem", "E"),
)
_DATUMS: Final = MappingProxyType(
    {
        **{folded(datum.value): datum for datum in Datum},
        "wgs1984": Datum.WGS84,
        "epsg4326": Datum.WGS84,
        "gps": Datum.WGS84,
        "ck42": Datum.PULKOVO_42,
        "sk42": Datum.PULKOVO_42,
        "pulkovo1942": Datum.PULKOVO_42,
    }
)
_DECIMALS: Final = re.compile(r"[.,](\d+)")

_Read = partial[StatedPosition]
"""``read_position`` with the datum and the language of the row."""
_Writing = tuple[StatedPosition | None, ...]
"""One column's writings of the places of a row: one, or several beside an outline."""
Stated = tuple[tuple[StatedPosition, ...], ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a row is."""

    geometry: dict[str, Any]
    """GeoJSON, not yet checked."""
    stated: Stated
    error_m: float
    """What an unknown or converted datum leaves open; 0 on WGS84."""
    where: str
    """The columns it was written in."""


def is_writing(field: str) -> bool:
    """Whether a field is the text of a position: ``position``, ``position_2`` and so on."""
    return field == "position" or (field.startswith("position_") and field[9:].isdigit())


def place_of(
    cells: Mapping[str, Cell], columns: Mapping[str, Column], context: Context, language: str = ""
) -> Placed:
    """Where a row is.

    Args:
        cells: Its cells that hold anything, by field.
        columns: The columns of these fields.
        context: What a comma between digits may be, and where remarks go.
        language: ISO 639-1 code of the headings, where known.

    Raises:
        InputError: ``geometry.missing``, ``datum.unknown``, ``wkt.unreadable``, ``position.*``,
            ``number.*``.
    """
    read = partial(read_position, datum=_datum(cells, columns), language=language)
    held, others, where = _writings(cells, columns, read, context)
    if cells.get("wkt"):
        where = columns["wkt"].where
        with Place(where):
            geometry = parse_wkt(text_of(cells["wkt"]))
        stated = _beside(([(held,)] if held else []) + others)
    elif held is None:
        raise InputError(
            "geometry.missing",
            "the row says no place, so nothing can be compared with it; write where it is, or take "
            "the row out",
            where=_where_missing(columns),
        )
    else:
        at = held.position
        geometry = {"type": "Point", "coordinates": [at.longitude, at.latitude]}
        stated = ((held, *(places[0] for places in others if places[0] is not None)),)
    of_datum = [s for places in stated for s in places if s.datum is not Datum.WGS84]
    return Placed(geometry, stated, max((s.error_m for s in of_datum), default=0.0), where)


def _writings(
    cells: Mapping[str, Cell],
    columns: Mapping[str, Column],
    read: _Read,
    context: Context,
) -> tuple[StatedPosition | None, list[_Writing], str]:
    """The writing that holds, all others, and the columns of the first."""
    found: list[tuple[_Writing, str]] = []
    if {"latitude", "longitude"} & cells.keys():
        found.append(_degrees(cells, columns, read, context))
    if "lat_deg" in cells and "lon_deg" in cells:
        found.append(_in_parts(cells, columns, read))
    for field in cells:
        if is_writing(field):
            where = columns[field].where
            texts = text_of(cells[field]).split(BETWEEN_PLACES.strip())
            with Place(where):
                several = "wkt" in cells and len(texts) > 1
                places = tuple(
                    read(text) if text.strip() or not several else None
                    for text in (texts if several else [text_of(cells[field])])
                )
            found.append((places, where))
    if not found:
        return None, [], ""
    first, where = found[0]
    if "wkt" in cells:
        return None, [places for places, _ in found], where
    return first[0], [places for places, _ in found[1:]], where


def _beside(writings: list[_Writing]) -> Stated:
    """Writings of the places of an outline: by place, those of the same count together."""
    if not writings:
        return ()
    alike = [places for places in writings if len(places) == len(writings[0])]
    return tuple(
        tuple(writing for writing in place if writing is not None)
        for place in zip(*alike, strict=True)
    )


def _degrees(
    cells: Mapping[str, Cell],
    columns: Mapping[str, Column],
    read: _Read,
    context: Context,
) -> tuple[tuple[StatedPosition, ...], str]:
    """Latitude and longitude in two columns, in degrees or in any other notation."""
    pair = [columns.get("latitude"), columns.get("longitude")]
    where = "columns " + " and ".join(f'"{column.heading[:60]}"' for column in pair if column)
    numbers, comma, texts = [], False, []
    for column in pair:
        cell = cells.get(column.field) if column else None
        with Place(column.where if column else where):
            if cell is None:
                raise InputError(
                    "geometry.missing",
                    f"found nothing, expected the {_other_of(cells)}; write both, or take the row "
                    "out",
                )
            texts.append(text_of(cell))
            try:
                value, with_comma = number_of(cell, context.commas, small=True)
            except InputError as error:
                if error.code != "number.expected" or not any(map(str.isdigit, texts[-1])):
                    raise
                continue  # degrees with signs and letters, perhaps
            numbers.append(value)
            comma = comma or with_comma
    text = " ".join(texts)
    with Place(where):
        if len(numbers) < 2:
            return (read(text),), where
        if comma:
            context.remarks.add(COMMA_READ)
        position = Position(latitude=numbers[0], longitude=numbers[1])
        if read.keywords["datum"] in {None, Datum.WGS84}:
            return (decimal_position(position, text, texts),), where
        return (read(text.replace(",", ".")),), where


def decimal_position(position: Position, text: str, texts: Sequence[str]) -> StatedPosition:
    """Decimal degrees on WGS84, without the detour over one text: most tables have nothing else."""
    per_latitude, per_longitude = metres_per_degree(position.latitude)
    north, east = per_latitude * _step(texts[0]), per_longitude * _step(texts[1])
    return StatedPosition(
        position=position,
        text=text,
        notation=Notation.DECIMAL,
        precision_m=max(north, east),
        error_m=hypot(north, east) / 2.0,
    )


def _other_of(cells: Mapping[str, Cell]) -> str:
    """What is missing beside the half of a place that is there."""
    return "longitude of this latitude" if "latitude" in cells else "latitude of this longitude"


def _step(text: str) -> float:
    """Degrees of one step of the last digit."""
    decimals = _DECIMALS.search(text)
    return 10.0 ** -len(decimals[1]) if decimals else 1.0


def _in_parts(
    cells: Mapping[str, Cell], columns: Mapping[str, Column], read: _Read
) -> tuple[tuple[StatedPosition, ...], str]:
    """Degrees, minutes and seconds in columns of their own, put together as people write them."""
    axes = []
    marks = ("°", "'", '"')
    for *names, of_hemisphere, letter in _PARTS:
        hemisphere = text_of(cells.get(of_hemisphere))
        numbers = [text_of(cells.get(name)) for name in names]
        negative = numbers[0].startswith("-")
        parts = [
            number.lstrip("+-") + mark
            for number, mark in zip(numbers, marks, strict=True)
            if number
        ]
        if not hemisphere:
            hemisphere = letter if not negative else {"N": "S", "E": "W"}[letter]
        axes.append(" ".join(parts) + f" {hemisphere}")
    used = [columns[name] for row in _PARTS for name in row[:4] if name in cells]
    where = "columns " + ", ".join(f'"{column.heading[:60]}"' for column in used)
    with Place(where):
        return (read(" ".join(axes)),), where


def _datum(cells: Mapping[str, Cell], columns: Mapping[str, Column]) -> Datum | None:
    if "datum" not in cells:
        return None
    text = text_of(cells["datum"])
    datum = _DATUMS.get(folded(choice_of("datum", text) or text))
    if datum is None:
        raise InputError(
            "datum.unknown",
            f"found {shown(text)}, expected one of {', '.join(d.value for d in Datum)}",
            where=columns["datum"].where,
        )
    return datum


def _where_missing(columns: Mapping[str, Column]) -> str:
    for field in ("longitude", "position", "wkt", "lon_deg"):
        if field in columns:
            return columns[field].where
    return ""
