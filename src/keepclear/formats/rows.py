"""Rows of properties and geometry -> one Reading: what they declare, what was refused, what to say.

GeoJSON features, lines of NDJSON and lines of CSV are rows. One that cannot be used is refused by
its name, and all others are still read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from keepclear.domain.declaration import Kind, Part
from keepclear.domain.stated import StatedPosition
from keepclear.domain.volume import Volume4D
from keepclear.errors import InputError, Refusal
from keepclear.formats.gather import Gatherer
from keepclear.formats.properties import Properties, read_properties
from keepclear.formats.reading import Reading
from keepclear.formats.remarks import Remarks
from keepclear.formats.shapes import parts_of
from keepclear.formats.text import generated_id, one_line

__all__ = ["Rows"]


class Rows:
    """Takes the rows of one file one by one."""

    def __init__(self, format_: str, name: str, *, stem: str, row: str, prefix: str) -> None:
        """Start with none.

        Args:
            format_: Name of the format, as ``--read-as`` takes it.
            name: The file, as sentences name it.
            stem: What the ids of rows that have none begin with; another for every file.
            row: What a row is called by its number: ``feature`` or ``line``.
            prefix: What stands before a property's name: ``properties.`` or ``column ``.
        """
        self._format: Final = format_
        self._name: Final = name
        self._stem: Final = stem
        self._row: Final = row
        self._prefix: Final = prefix
        self._remarks: Final = Remarks(name, row)
        self._gatherer: Final = Gatherer(self._remarks)
        self._refused: list[Refusal] = []
        self._warnings: list[str] = []
        self._mapping: dict[str, str] = {}
        self.sheet = ""
        """Sheet of a workbook that the rows stand in, such as ``sheet "Sites"``."""

    def at(self, number: int) -> str:
        """Say which row is being read, and what it is called."""
        row = self._remarks.row = f"{self.sheet} {self._row} {number}".lstrip()
        return row

    @property
    def name(self) -> str:
        """The file, as sentences name it."""
        return self._name

    @property
    def remarks(self) -> Remarks:
        """What should be looked at, for the row being read."""
        return self._remarks

    def warn(self, sentence: str) -> None:
        """Say something of the whole file or sheet."""
        self._warnings.append(f"{self._name}: {sentence}")

    def read_as(self, heading: str, field: str) -> None:
        """Keep which column was read as which field."""
        self._mapping.setdefault(heading, field)

    def take(
        self,
        raw: Mapping[str, Any],
        geometry: Any,
        *,
        number: int,
        id_: str = "",
        stated: tuple[tuple[StatedPosition, ...], ...] = (),
    ) -> None:
        """Take one row.

        Args:
            raw: Its properties, as ``properties.read_properties`` takes them.
            geometry: Its GeoJSON geometry, not yet checked.
            number: Where it stands, counted from 1.
            id_: The identifier that holds when the properties have none.
            stated: Its places as they were written.

        Raises:
            InputError: the row cannot be used, and nothing of it was taken.
        """
        told = self.told(raw, number=number)
        parts = parts_of(geometry, told, self._remarks)
        self.add(told, parts, number=number, id_=id_, stated=stated)

    def told(self, raw: Mapping[str, Any], *, number: int) -> Properties:
        """The checked properties of a row whose parts the reader makes itself: the first half.

        Raises:
            InputError: what ``properties.read_properties`` raises.
        """
        self.at(number)
        return read_properties(raw, prefix=self._prefix)

    def add(
        self,
        told: Properties,
        parts: tuple[Part, ...],
        *,
        number: int,
        id_: str = "",
        stated: tuple[tuple[StatedPosition, ...], ...] = (),
    ) -> None:
        """Take what a row declares: the second half of :meth:`take`.

        Raises:
            InputError: ``declaration.differs``; nothing of the row is taken then.
        """
        where = f"{self._name} {self.at(number)}"
        stem = f"{self._stem} {self.sheet}".rstrip()
        self._gatherer.add(
            told,
            parts,
            id_=told.id or id_,
            generated=generated_id(stem, number),
            where=where,
            stated=stated,
        )

    def remark(self, number: int, kind: Kind | None, volume: Volume4D) -> None:
        """Remark on a row that declares one volume in a window, and that the reader adds by itself."""
        self.at(number)
        lower, upper = volume.band.lower is not None, volume.band.upper is not None
        self._gatherer.remark(kind, lower=lower, upper=upper, timed=True)

    def refuse(
        self, error: InputError, number: int, claimed_id: Any = None, name: Any = None
    ) -> None:
        """List a row that could not be used, with the id or name it claims, so that it is found."""
        label = ""
        for claim, form in ((name, ' ("{}")'), (claimed_id, ' (id "{}")')):
            try:
                label = form.format(one_line(claim)) if claim not in {None, ""} else label
            except (InputError, TypeError):
                continue
        row = f"{self.at(number)}{label}"
        self._refused.append(Refusal.of(error.inside(row).inside(self._name)))

    def refuse_at(self, place: str, error: InputError) -> None:
        """List something that is no row and was not used, by its place in the file."""
        self._refused.append(Refusal.of(error.inside(place).inside(self._name)))

    def reading(self) -> Reading:
        """Everything taken so far."""
        return Reading(
            self._format,
            self._gatherer.declarations(),
            tuple(self._refused),
            (*self._warnings, *self._remarks.sentences()),
            mapping=tuple(self._mapping.items()),
        )
