"""Rows of cells under a header -> rows of a reading: the one door for CSV and workbooks.

Every row is taken or refused by the number and the headings that its writer sees, with all of its
faults in one sentence. Rows of a table of stops become movements.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Final

from keepclear.domain.declaration import Kind
from keepclear.errors import InputError
from keepclear.formats.properties import read_properties
from keepclear.formats.rows import Rows
from keepclear.formats.sheets.cells import Cell, Commas, is_empty, text_of
from keepclear.formats.sheets.columns import CONTINUATION, Header, Line, find_header
from keepclear.formats.sheets.example import EXAMPLE_ID, is_example
from keepclear.formats.sheets.movements import (
    STOP_FIELDS,
    Movements,
    is_stops,
    stop_faults,
)
from keepclear.formats.sheets.places import PLACE_FIELDS, Placed, is_writing, place_of
from keepclear.formats.sheets.times import offset_of
from keepclear.formats.sheets.values import Context, value_of

__all__ = ["PREFIX", "ROWS_MAX", "read_rows"]

PREFIX: Final = "column "
ROWS_MAX: Final = 1_100_000
"""Rows in one table: what a spreadsheet can hold, rounded up."""
_FAULTS_MAX: Final = 5
"""Faults of one row that are told; more show that its columns are shifted."""
_BY_NAME: Final = re.compile(r"column (\w+)(?= |$)")
_DATUM_ERROR: Final = (
    "on another datum than WGS84 or an unknown one: the error it leaves is added to the position"
)
_TAKEN_AS: Final = "without a kind: taken as {}, because the table has a column {}"


def read_rows(
    lines: Iterable[Line],
    rows: Rows,
    *,
    commas: Commas,
    mapping: Mapping[str, str] | None = None,
) -> int:
    """Read one table.

    Args:
        lines: Its rows that hold anything, titles and header included.
        rows: Takes them.
        commas: What a comma between digits may be.
        mapping: What the person says columns are, by heading; an empty field leaves one out.

    Returns:
        The number of its header.

    Raises:
        InputError: ``table.header``: nothing in the table can be used.
    """
    lines = iter(lines)
    header = find_header(lines, rows, mapping or {})
    table = _Table(header, rows, commas)
    for count, (number, cells) in enumerate(chain(header.below, lines), 1):
        if count > ROWS_MAX:
            raise InputError("table.rows", f"found more than {ROWS_MAX:,} rows; split the table")
        table.take(number, cells)
    table.close()
    return header.number


class _Table:
    """The rows of one table, one by one."""

    def __init__(self, header: Header, rows: Rows, commas: Commas) -> None:
        self._columns: Final = header.columns
        self._by_field: Final = {column.field: column for column in header.columns}
        self._values: Final = [
            column
            for column in header.columns
            if not (
                column.field in PLACE_FIELDS
                or CONTINUATION in column.field
                or column.field == "time_zone"
                or is_writing(column.field)
            )
        ]
        self._width: Final = header.width
        self._continued: Final = any(CONTINUATION in field for field in self._by_field)
        self._language: Final = header.language
        self._rows: Final = rows
        self._commas: Final = commas
        self._kind: Final = self._kind_of_all()
        self._movements: Final = (
            Movements(rows, self._by_field) if is_stops(self._by_field) else None
        )

    def _kind_of_all(self) -> tuple[str, str] | None:
        """What rows without a kind are, and why, where the columns show it."""
        if is_stops(self._by_field):
            named = next(self._by_field[f] for f in STOP_FIELDS if f in self._by_field)
            return Kind.MOVEMENT.value, _TAKEN_AS.format("movement", f'"{named.heading[:60]}"')
        if "site_type" in self._by_field:
            heading = self._by_field["site_type"].heading
            return Kind.SITE.value, _TAKEN_AS.format("site", f'"{heading[:60]}"')
        return None

    def take(self, number: int, cells: Sequence[Cell]) -> None:
        """Take or refuse one row."""
        self._rows.at(number)
        said = {
            column.field: cell
            for column in self._columns
            if column.index < len(cells) and not is_empty(cell := cells[column.index])
        }
        if self._continued:
            said = _joined(said)
        if not said and not any(not is_empty(cell) for cell in cells):
            return
        try:
            self._check_count(cells)
            if said.get("id") == EXAMPLE_ID and is_example(said):
                self._rows.remarks.add("of the template's example: not read")
                return
            raw, placed = self._understood(said)
            try:
                if self._movements is None:
                    self._rows.take(raw, placed.geometry, number=number, stated=placed.stated)
                else:
                    self._movements.take(raw, placed, number)
            except InputError as error:
                raise self._as_one(self._faults_of(raw) or [error]) from None
        except InputError as error:
            self._refuse(error, number, said)

    def _check_count(self, cells: Sequence[Cell]) -> None:
        """A cell without a column is, in a text file, a comma that was not meant as one."""
        if self._commas is Commas.EITHER:
            return  # notes beside a table in a workbook
        if len(cells) > self._width:
            raise InputError(
                "table.cells",
                f"found {len(cells)} cells under {self._width} columns; is there a decimal comma, "
                "or a separator in a text without quotation marks?",
            )

    def _understood(self, said: Mapping[str, Cell]) -> tuple[dict[str, Any], Placed]:
        """Values of a row by field, and where it is; all of its faults in one error."""
        raw: dict[str, Any] = {}
        faults: list[InputError] = []
        context = Context(self._commas, self._rows.remarks)
        if "time_zone" in said:
            with _Collected(faults, self._by_field["time_zone"].where):
                context.offset = offset_of(said["time_zone"])
        for column in self._values:
            field = column.field
            if field in said:
                try:
                    raw[field] = value_of(said[field], column, context)
                except InputError as error:
                    faults.append(error.inside(column.where))
        if self._kind is not None and "kind" not in raw:
            raw["kind"], remark = self._kind
            self._rows.remarks.add(remark)
        placed = None
        with _Collected(faults, ""):
            placed = place_of(said, self._by_field, context, self._language)
        if faults or placed is None:
            raise self._as_one([*faults, *self._faults_of(raw)])
        if placed.error_m:
            self._rows.remarks.add(_DATUM_ERROR)
            error_m = raw.get("position_error_m", 0.0)
            raw["position_error_m"] = max(error_m, placed.error_m)
        return raw, placed

    def _faults_of(self, raw: Mapping[str, Any]) -> list[InputError]:
        """What is wrong with the values of a row, all of it; slow, and only for refused rows."""
        more = stop_faults(raw) if self._movements is not None else []
        return [*_faults_of_values(raw), *more]

    def _as_one(self, faults: Sequence[InputError]) -> InputError:
        """The first fault, with the others told in the same sentence."""
        first, *more = faults
        told = "".join(
            f"; and {self._in_headings(fault.where, {})}: {fault.message}".replace("and : ", "and ")
            for fault in more[: _FAULTS_MAX - 1]
        )
        rest = len(more) - (_FAULTS_MAX - 1)
        if rest > 0:
            told += f"; and {rest} more"
        return InputError(first.code, first.message + told, where=first.where)

    def _refuse(self, error: InputError, number: int, said: Mapping[str, Cell]) -> None:
        error = InputError(error.code, error.message, where=self._in_headings(error.where, said))
        try:
            claimed = [text_of(said.get(field)) for field in ("id", "name")]
        except InputError:
            claimed = ["", ""]
        self._rows.refuse(error, number, claimed[0] or None, claimed[1] or None)
        if self._movements is not None:
            party = said.get("party")
            self._movements.spoil(party if isinstance(party, str) else "", claimed[0], number)

    def _in_headings(self, where: str, said: Mapping[str, Cell]) -> str:
        """The place of an error by the headings that its writer sees."""
        before, geometry, ring = where.partition("geometry")
        if geometry and not before and said:
            fields = (
                [f for f in ("wkt",) if f in said]
                or [f for f in ("latitude", "longitude") if f in said]
                or [f for f in said if is_writing(f)][:1]
            )
            names = [f'"{self._by_field[f].heading[:60]}"' for f in fields]
            return f"{'columns' if len(names) > 1 else 'column'} {' and '.join(names)}{ring}"
        return _BY_NAME.sub(
            lambda name: self._by_field[name[1]].where if name[1] in self._by_field else name[0],
            where,
        )

    def close(self) -> None:
        """Take what waited for the end of the table."""
        if self._movements is not None:
            self._movements.close()


def _joined(said: dict[str, Cell]) -> dict[str, Cell]:
    """The cells of a row, texts that run over several columns put together."""
    whole: dict[str, Cell] = {}
    for field, cell in said.items():
        name, more, _ = field.partition(CONTINUATION)
        whole[name] = f"{text_of(whole[name])} {text_of(cell)}" if more and name in whole else cell
    return whole


class _Collected:
    """A block whose input error is kept for later instead of raised."""

    __slots__ = ("_faults", "_where")

    def __init__(self, faults: list[InputError], where: str) -> None:
        self._faults = faults
        self._where = where

    def __enter__(self) -> None:
        return

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> bool:
        if not isinstance(error, InputError):
            return False
        self._faults.append(error.inside(self._where))
        return True


def _faults_of_values(raw: Mapping[str, Any]) -> list[InputError]:
    """What ``properties`` finds wrong, value by value."""
    faults: list[InputError] = []
    for field, value in raw.items():
        with _Collected(faults, ""):
            read_properties({field: value}, prefix=PREFIX)
    return faults
