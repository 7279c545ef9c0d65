"""A table that rows can be added to and dropped from, without moving what stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any, Final

import numpy as np

from keepclear.detect.table import BAND_COLUMNS, Bands, Table

__all__ = ["COLUMNS", "GrowingTable", "columns_of", "table_of"]

_ROW: Final = {
    "owner": np.int32, "part": np.int32, "kind": np.uint8, "straight": np.bool_,
    "reach_m": np.float64, "standoff_m": np.float64, "error_m": np.float64,
    "start_us": np.int64, "end_us": np.int64, "face": np.int8,
}  # fmt: skip
"""Columns with one number a row."""
_VERTEX: Final = {"lon": np.float64, "lat": np.float64, "level": np.uint8}
"""Columns with one number a vertex."""
_BANDS: Final = {
    side: [(name, f"{side}.{name}") for name in BAND_COLUMNS] for side in ("bands", "bands_end")
}
"""Columns of both bands, and their names here."""
_FIRST_ROOM: Final = 1024


_OF_A_ROW: Final = (*_ROW, "box", *(column for side in _BANDS.values() for _, column in side))
"""Everything that there is one of for each row; they are widened together."""
_OF_A_VERTEX: Final = (*_VERTEX, "q")
"""Likewise of each vertex."""
COLUMNS: Final = (*_OF_A_ROW, "ring_start", "vertex_start", *_OF_A_VERTEX)
"""All columns by name."""
_row_columns: Final = attrgetter(*_ROW, "box")
_band_columns: Final = attrgetter(*BAND_COLUMNS)
_TABLE: Final = (*_ROW, *_VERTEX, "q", "box", "ring_start", "vertex_start")


def columns_of(table: Table) -> dict[str, np.ndarray]:
    """The columns of a table in degrees, by name; :func:`table_of` makes it again."""
    assert table.scale == 1.0
    found = {name: getattr(table, name) for name in _TABLE}
    for side, bands in (("bands", table.bands), ("bands_end", table.bands_end)):
        found |= {column: getattr(bands, name) for name, column in _BANDS[side]}
    return found


def table_of(columns: Mapping[str, np.ndarray]) -> Table:
    """The table of columns."""
    bands, bands_end = (
        Bands(*[columns[column] for _, column in _BANDS[side]]) for side in ("bands", "bands_end")
    )
    rest: dict[str, Any] = {name: columns[name] for name in _TABLE}
    return Table(**rest, bands=bands, bands_end=bands_end, scale=1.0)


def _with_room(column: np.ndarray) -> np.ndarray:
    """The longer column that this one is the beginning of, if it is."""
    whole = column.base
    if (
        isinstance(whole, np.ndarray)
        and whole.dtype == column.dtype
        and whole.shape[1:] == column.shape[1:]
        and whole.ctypes.data == column.ctypes.data
    ):
        return whole
    return column


class GrowingTable:
    """Columns with room to spare; ``view`` is a :class:`Table` of what they hold now.

    Coordinates are kept in degrees (scale 1).
    """

    def __init__(self) -> None:
        self.rows = self._rings = self._vertices = 0
        self._whole: Table | None = None
        self._all: tuple[np.ndarray, ...] | None = None
        self._columns: dict[str, np.ndarray] = {
            name: np.zeros(_FIRST_ROOM, dtype=kind) for name, kind in (_ROW | _VERTEX).items()
        }
        self._columns["q"] = np.zeros((_FIRST_ROOM, 3), dtype=np.int32)
        self._columns["box"] = np.zeros((_FIRST_ROOM, 6), dtype=np.int32)
        self._columns["ring_start"] = np.zeros(_FIRST_ROOM, dtype=np.int64)
        self._columns["vertex_start"] = np.zeros(_FIRST_ROOM, dtype=np.int64)
        for side in ("bands", "bands_end"):
            for name in BAND_COLUMNS:
                kind = np.bool_ if name == "surface" else np.int32
                self._columns[f"{side}.{name}"] = np.zeros(_FIRST_ROOM, dtype=kind)
        self._room = self._room_now()

    @classmethod
    def of(cls, table: Table) -> GrowingTable:
        """The rows of a table that nobody else has; columns with room behind them are not moved."""
        found = cls()
        found.rows = len(table)
        found._rings, found._vertices = len(table.vertex_start) - 1, len(table.q)
        found._columns = {name: _with_room(column) for name, column in columns_of(table).items()}
        found._room = found._room_now()
        return found

    def append(self, more: Table, owner: int | np.ndarray) -> range:
        """Add all rows of a table, of one owner or of the owners given; their numbers."""
        n, rings, vertices = len(more), len(more.vertex_start) - 1, len(more.q)
        row, ring, vertex = self.reserve(n, rings, vertices)
        given = (*_row_columns(more), *_band_columns(more.bands), *_band_columns(more.bands_end))
        for name, values in zip(_OF_A_ROW, given, strict=True):
            self._columns[name][row : row + n] = values
        self._columns["owner"][row : row + n] = owner
        self._columns["ring_start"][row + 1 : row + n + 1] = more.ring_start[1:] + ring
        self._columns["vertex_start"][ring + 1 : ring + rings + 1] = more.vertex_start[1:] + vertex
        lon, lat = more.degrees(slice(None))
        for name, values in zip(_OF_A_VERTEX, (lon, lat, more.level, more.q), strict=True):
            self._columns[name][vertex : vertex + vertices] = values
        return range(row, row + n)

    def reserve(self, rows: int, rings: int, vertices: int) -> tuple[int, int, int]:
        """Let there be so many more, to be written at once; the number of the first of each."""
        row, ring, vertex = self.rows, self._rings, self._vertices
        until = row + rows, ring + rings, vertex + vertices
        room = self._room
        if until[0] > room[0] or until[1] > room[1] or until[2] > room[2]:
            self._make_room(until)
        self.rows, self._rings, self._vertices = until
        return row, ring, vertex

    def columns(self) -> tuple[np.ndarray, ...]:
        """All columns with their room, in the order of :data:`COLUMNS`; the same until one widens."""
        if self._all is None:
            self._all = tuple(self._columns[name] for name in COLUMNS)
        return self._all

    def drop_last(self, rows: range) -> None:
        """Forget the rows that were appended last."""
        assert rows.stop == self.rows
        self.rows = rows.start
        self._rings = int(self._columns["ring_start"][self.rows])
        self._vertices = int(self._columns["vertex_start"][self._rings])

    def take_back(self, rows: range) -> None:
        """Undo :meth:`drop_last`, where nothing was appended since."""
        assert rows.start == self.rows
        self.rows = rows.stop
        self._rings = int(self._columns["ring_start"][self.rows])
        self._vertices = int(self._columns["vertex_start"][self._rings])

    def view(self) -> Table:
        """All rows; valid until the next row is added."""
        columns: dict[str, Any] = {name: self._columns[name][: self.rows] for name in _ROW}
        columns |= {name: self._columns[name][: self._vertices] for name in _VERTEX}
        for side in ("bands", "bands_end"):
            columns[side] = Bands(*[self._columns[name][: self.rows] for _, name in _BANDS[side]])
        return Table(
            **columns,
            q=self._columns["q"][: self._vertices],
            box=self._columns["box"][: self.rows],
            ring_start=self._columns["ring_start"][: self.rows + 1],
            vertex_start=self._columns["vertex_start"][: self._rings + 1],
            scale=1.0,
        )

    def whole(self) -> Table:
        """All rows and the room behind them; the same table until the room is widened."""
        if self._whole is None:
            self._whole = table_of(self._columns)
        return self._whole

    def _make_room(self, until: tuple[int, int, int]) -> None:
        """Widen what has none for so many; what is not yet used costs no memory."""
        rows, rings, vertices = until
        for names, held, needed in (
            (_OF_A_ROW, self.rows, rows),
            (("ring_start",), self.rows + 1, rows + 1),
            (("vertex_start",), self._rings + 1, rings + 1),
            (_OF_A_VERTEX, self._vertices, vertices),
        ):
            if needed > min(len(self._columns[name]) for name in names):
                self._widen(names, held, 2 * needed)
        self._room = self._room_now()

    def _room_now(self) -> tuple[int, int, int]:
        """How many rows, rings and vertices every column has room for."""
        shortest = [
            min(len(self._columns[name]) for name in names) for names in (_OF_A_ROW, _OF_A_VERTEX)
        ]
        rows = min(shortest[0], len(self._columns["ring_start"]) - 1)
        return rows, len(self._columns["vertex_start"]) - 1, shortest[1]

    def _widen(self, names: Iterable[str], held: int, room: int) -> None:
        self._whole = self._all = None
        for name in names:
            column = self._columns[name]
            wider = np.zeros((room, *column.shape[1:]), dtype=column.dtype)
            wider[:held] = column[:held]
            self._columns[name] = wider
