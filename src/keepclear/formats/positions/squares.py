"""The two letters of a 100 km square of MGRS: letters to metres and back, without any projection.

Columns repeat every three zones, rows every 2,000 km and start five further in even zones. The polar
grids have letters of their own.

Source:
    NGA.STND.0037, Universal Grids and Grid Reference Systems, chapter 3 (the lettering of WGS84).
"""

from __future__ import annotations

from typing import Final

__all__ = ["ROW_CYCLE_M", "SQUARE_M", "letters_of", "polar_corner", "polar_letters", "zone_corner"]

SQUARE_M: Final = 100_000
ROW_CYCLE_M: Final = 2_000_000
"""Rows of letters repeat after 20 squares."""
_COLUMNS: Final = ("ABCDEFGH", "JKLMNPQR", "STUVWXYZ")
_ROWS: Final = "ABCDEFGHJKLMNPQRSTUV"
_EVEN_SHIFT: Final = 5
_POLAR_COLUMNS: Final = "ABCFGHJKLPQRSTUXYZ"
_POLAR_ROWS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_POLAR_WEST: Final = frozenset("AY")
_POLAR_CENTRE: Final = 20
"""Squares from the origin of a polar grid to its pole."""
_POLAR_ROW_START: Final = {True: 8, False: 13}
"""First row of the southern and of the northern polar grid, in squares."""
_POLAR_COLUMNS_MAX: Final = {True: 12, False: 7}
"""How many columns either half of the grid has."""


def zone_corner(zone: int, letters: str) -> tuple[int, int] | None:
    """South-west corner of a square: easting, and northing below ``ROW_CYCLE_M``, metres."""
    column = _COLUMNS[(zone - 1) % 3].find(letters[0])
    row = _ROWS.find(letters[1])
    if column < 0 or row < 0:
        return None
    shift = 0 if zone % 2 else _EVEN_SHIFT
    return (column + 1) * SQUARE_M, (row - shift) % len(_ROWS) * SQUARE_M


def letters_of(zone: int, easting_m: int, northing_m: int) -> str:
    """The letters of the square that holds a place of a zone."""
    shift = 0 if zone % 2 else _EVEN_SHIFT
    column = _COLUMNS[(zone - 1) % 3][easting_m // SQUARE_M - 1]
    return column + _ROWS[(northing_m // SQUARE_M + shift) % len(_ROWS)]


def polar_corner(grid: str, letters: str) -> tuple[int, int] | None:
    """South-west corner of a square of the polar grid A, B (south), Y or Z (north), metres."""
    south = grid in "AB"
    column = _POLAR_COLUMNS.find(letters[0])
    row = _POLAR_ROWS.find(letters[1])
    if column < 0 or row < 0:
        return None
    from_pole = column - len(_POLAR_COLUMNS) if grid in _POLAR_WEST else column
    if not -_POLAR_COLUMNS_MAX[south] <= from_pole < _POLAR_COLUMNS_MAX[south]:
        return None
    return (_POLAR_CENTRE + from_pole) * SQUARE_M, (_POLAR_ROW_START[south] + row) * SQUARE_M


def polar_letters(easting_m: int, northing_m: int, *, south: bool) -> str:
    """Grid letter and the two letters of the square that holds a place near a pole."""
    from_pole = easting_m // SQUARE_M - _POLAR_CENTRE
    grid = ("AB" if south else "YZ")[from_pole >= 0]
    row = _POLAR_ROWS[northing_m // SQUARE_M - _POLAR_ROW_START[south]]
    return grid + _POLAR_COLUMNS[from_pole] + row
