"""Declarations as rows of text and numbers under our own column names, for CSV and workbooks.

One row for each part. Nothing is lost but what GeoJSON has no word for either (weekly hours). How
positions were written is kept where reading it again gives the same; what stands first on a row is
what its declaration says of the whole. Text never begins like a formula: an apostrophe is put before
it, which our reader takes off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.declaration import Declaration
from keepclear.domain.stated import Datum, Notation, StatedPosition
from keepclear.errors import InputError
from keepclear.formats.labels import COLUMNS
from keepclear.formats.positions import read_position
from keepclear.formats.sheets.cells import guarded
from keepclear.formats.sheets.places import BETWEEN_PLACES, decimal_position
from keepclear.formats.writers.geojson import LOST_WRITING, features
from keepclear.formats.writers.losses import Losses

__all__ = ["Row", "Value", "columns_of", "flat_rows"]

Value = str | float | int
Row = dict[str, Value]

_UNLIMITED: Final = "UNL"


def flat_rows(declarations: Sequence[Declaration], losses: Losses) -> list[Row]:
    """Every part of every declaration, in order: cells by column name, empty ones left out."""
    rows: list[Row] = []
    for declaration in declarations:
        own = [_row(feature) for feature in features([replace(declaration, stated=())], losses)]
        if declaration.stated and not _add_stated(own, declaration.stated):
            losses.add(declaration, LOST_WRITING)
        rows += own
    return rows


def columns_of(rows: Sequence[Row]) -> list[str]:
    """The columns that rows use, in the order of the documents; positions after the first one."""
    used = {name: None for row in rows for name in row}
    known = [name for name in COLUMNS if name in used]
    more = sorted(used.keys() - set(known), key=lambda name: (len(name), name))
    at = known.index("position_2") + 1 if "position_2" in known else len(known)
    found = [*known[:at], *more, *known[at:]]
    return found or ["id", "latitude", "longitude"]


def _row(feature: Mapping[str, Any]) -> Row:
    properties, geometry = feature["properties"], feature["geometry"]
    row: Row = {}
    if geometry["type"] == "Point":
        longitude, latitude = geometry["coordinates"]
        row["latitude"], row["longitude"] = latitude, longitude
    else:
        row["wkt"] = _wkt(geometry)
    for name in ("altitude_lower", "altitude_upper"):
        row[name] = _UNLIMITED
    for name, value in properties.items():
        row[name] = _CELLS.get(name, _plain)(value)
    return row


def _plain(value: Any) -> Value:
    return guarded(value) if isinstance(value, str) else value


def _decimal(value: float) -> str:
    """A number in digits alone, which read back as the same number."""
    text = f"{Decimal(repr(float(value))):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _limits(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(map(_limit, value))
    return _limit(value)


def _limit(limit: Mapping[str, Any] | None) -> str:
    if limit is None:
        return _UNLIMITED
    if "value" not in limit:
        return "SFC"
    number, units = _decimal(limit["value"]), limit["units"]
    if units == "FL" and limit["value"] >= 0:
        return f"FL{number:0>3}"
    return f"{number} {units.lower() if units != 'FL' else units} {limit['reference']}"


def _ground(value: Sequence[float]) -> str:
    return "..".join(map(_decimal, value))


def _joined(value: Sequence[Any]) -> str:
    return "; ".join(item if isinstance(item, str) else _decimal(item) for item in value)


_CELLS: Final = MappingProxyType(
    {
        "altitude_lower": _limits,
        "altitude_upper": _limits,
        "ground_m": _ground,
        "times": _joined,
        "leg_errors_m": _joined,
    }
)


def _wkt(geometry: Mapping[str, Any]) -> str:
    """Well-known text, longitude before latitude."""
    kind, coordinates = geometry["type"], geometry["coordinates"]
    return f"{kind.upper()} {_bracketed(coordinates if kind != 'Point' else [coordinates])}"


def _bracketed(items: Sequence[Any]) -> str:
    if isinstance(items[0][0], list):
        return f"({', '.join(map(_bracketed, items))})"
    return f"({', '.join(f'{_decimal(x)} {_decimal(y)}' for x, y in items)})"


# how positions were written


def _add_stated(rows: list[Row], stated: Sequence[Sequence[StatedPosition]]) -> bool:
    """Add the writings of all places to a declaration's first row; False where they do not fit."""
    datums = {writing.datum for place in stated for writing in place}
    if len(datums) > 1 or not all(_reads_back(w) for place in stated for w in place):
        return False
    datum = datums.pop()
    first = rows[0]
    cells = _cells(first, stated, single=len(rows) == 1 and len(stated) == 1)
    if cells is None:
        return False
    if datum is not Datum.WGS84:
        cells["datum"] = datum.value
    first.update(cells)
    return True


def _cells(row: Row, stated: Sequence[Sequence[StatedPosition]], *, single: bool) -> Row | None:
    """The cells that hold the writings; a bare place is told by its own writing."""
    if single and "wkt" not in row:
        held, *others = stated[0]
        here = (held.position.latitude, held.position.longitude)
        if (row["latitude"], row["longitude"]) != here:
            return None
        columns: Row = {}
        pair = _two_numbers(held)
        del row["latitude"], row["longitude"]
        if pair is not None:
            row["latitude"], row["longitude"] = pair
        else:
            columns["position"] = guarded(held.text)
        for count, writing in enumerate(others, 2):
            columns[f"position_{count}"] = guarded(writing.text)
        return columns
    if "wkt" not in row:
        point = [row.pop("longitude"), row.pop("latitude")]
        row["wkt"] = _wkt({"type": "Point", "coordinates": point})
    columns = dict[str, Value]()
    for count in range(max(map(len, stated))):
        texts = [place[count].text if count < len(place) else "" for place in stated]
        if any(BETWEEN_PLACES.strip() in text for text in texts):
            return None
        columns["position" if count == 0 else f"position_{count + 1}"] = guarded(
            BETWEEN_PLACES.join(texts)
        )
    return columns


def _two_numbers(writing: StatedPosition) -> tuple[str, str] | None:
    """Latitude and longitude in two cells, where the text is two plain numbers."""
    if writing.notation is not Notation.DECIMAL or writing.datum is not Datum.WGS84:
        return None
    parts = writing.text.split(" ")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        return None
    here = [writing.position.latitude, writing.position.longitude]
    return (parts[0], parts[1]) if numbers == here else None


def _reads_back(writing: StatedPosition) -> bool:
    """Whether the text, read again, means the same."""
    pair = _two_numbers(writing)
    if pair is not None and decimal_position(writing.position, writing.text, pair) == writing:
        return True
    datum = None if writing.datum is Datum.WGS84 else writing.datum
    try:
        return read_position(writing.text, datum=datum) == writing
    except InputError:
        return False
