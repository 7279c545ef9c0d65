"""What a node remembers at one moment, as columns: to start from, instead of every entry.

A snapshot is derived from the record and says nothing that the record does not. It is of one size and
root of the record; entries after that are read as ever. Of entries that are few and mean much (who is
let in, what was agreed, what was consented to) it holds only the numbers: they are read again, and
compared with their leaves, at each start. Texts are not in it.

Left to others: how one is made (:mod:`keepclear.node.moment`), files (:mod:`keepclear.node.shelf`), and
when (:mod:`keepclear.node.ledger`).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from keepclear.detect.growing import columns_of, table_of
from keepclear.detect.table import Table
from keepclear.node.cases import Cases
from keepclear.node.found_names import Hashes, Names
from keepclear.node.frozen import Frozen
from keepclear.node.memory import Gone, Memory
from keepclear.node.over_lines import OverLines
from keepclear.node.packed import Packed
from keepclear.node.standing import Standing
from keepclear.node.texts import Texts
from keepclear.wire.remembered import pack, unpack

__all__ = ["LAYOUT", "Rest", "Snapshot", "Stood"]

_ROWS: Final = "rows."
LAYOUT: Final = 3
"""Raised with every change of what columns hold or how rows are made ready (a test sees to it)."""


@dataclass(frozen=True, slots=True)
class Rest:
    """What is small, or is looked at as a whole."""

    parties: list[str]
    judgements: list[list[str]]
    of_party: dict[str, bytes]
    uses: dict[str, bytes]
    read: list[tuple[str, str, int]]
    shown: int
    on_lines: bytes
    """int64, as the machine has them."""
    gone: dict[str, tuple[int, int]]
    changed: list[str]
    waits: dict[str, int]
    replayed: list[int]
    refs: list[tuple[str, str, str]]
    foreign: list[str]
    guests: list[str]
    told_of: list[tuple[str, str, list[str]]]


@dataclass(frozen=True, slots=True)
class Stood:
    """Who stands in rows that were kept; see :class:`keepclear.detect.roll.Kept`."""

    names: Names
    row: np.ndarray
    """int32: which of the names each number has."""
    number: np.ndarray
    """int32: the number of each name; -1 where it does not stand."""

    @classmethod
    def of(cls, names: Names, row: np.ndarray) -> Stood:
        """By the names of all cases, and which of them stand."""
        number = np.full(len(names), -1, dtype=np.int32)
        number[row] = np.arange(len(row), dtype=np.int32)
        return cls(names, row, number)

    def __len__(self) -> int:
        return len(self.row)

    def find(self, party: str, id: str) -> int:  # noqa: A002  the field's word
        """The number of a name; -1 where there is none."""
        row = self.names.find(f"{party}/{id}")
        return -1 if row < 0 else int(self.number[row])

    def name(self, number: int) -> tuple[str, str]:
        """Party and id of a number."""
        party, _, name = self.names[int(self.row[number])].partition("/")
        return party, name


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that was remembered when the record had one size."""

    size: int
    root: bytes
    frozen: Frozen
    table: Table
    """The rows of what stood; ``owner`` counts declarations from 0."""
    row: np.ndarray
    """int32: the case of each of them."""
    rest: Rest

    def about(self) -> dict[str, Any]:
        """What it is of."""
        return {"size": self.size, "root": self.root.hex(), **_MADE_BY}

    def columns(self) -> dict[str, np.ndarray]:
        """It, as columns by name."""
        one, rest = self.frozen, np.frombuffer(pack(self.rest), dtype=np.uint8)
        found = {
            "names.text": one.names.text,
            "names.starts": one.names.starts,
            "names.known": one.names.hashes.known,
            "names.rows": one.names.hashes.rows,
            "marks.known": one.marks.known,
            "marks.rows": one.marks.rows,
            "rest": rest,
            "standing": self.row,
        }
        found |= {f"cases.{name}": getattr(one, name) for name in _CASE_COLUMNS}
        return found | {f"{_ROWS}{name}": column for name, column in columns_of(self.table).items()}

    @classmethod
    def of(cls, about: Mapping[str, Any], columns: Mapping[str, np.ndarray]) -> Snapshot:
        """What columns say.

        Raises:
            InputError: they cannot be understood.
        """
        rest = unpack(columns["rest"].data, Rest)
        names, marks = (
            Hashes(columns[f"{name}.known"], columns[f"{name}.rows"]) for name in ("names", "marks")
        )
        frozen = Frozen(
            names=Names(columns["names.text"], columns["names.starts"], names),
            marks=marks,
            parties=tuple(rest.parties),
            judgements=tuple(tuple(one) for one in rest.judgements),
            **{name: columns[f"cases.{name}"] for name in _CASE_COLUMNS},
        )
        rows = {name[len(_ROWS) :]: one for name, one in columns.items() if is_of_a_row(name)}
        return cls(
            about["size"], bytes.fromhex(about["root"]), frozen, table_of(rows), columns["standing"],
            rest,
        )  # fmt: skip

    def memory(self, texts: Texts) -> Memory:
        """What was remembered, without what entries say that are read again."""
        found, rest = Memory(texts), self.rest
        found.lines = OverLines(
            foreign=set(rest.foreign),
            guests=set(rest.guests),
            told_of={(party, ref): set(subjects) for party, ref, subjects in rest.told_of},
        )
        for party, ref, subject in rest.refs:
            found.lines.came(party, ref, subject)
        found.cases, found.size = Cases(texts, self.frozen), self.size
        found.uses = Packed(found.uses.kind, rest.uses)
        found.of_party = Packed(found.of_party.kind, rest.of_party)
        found.read, found.shown = set(rest.read), rest.shown
        found.on_lines.frombytes(rest.on_lines)
        found.gone = {subject: Gone(*one) for subject, one in rest.gone.items()}
        found.changed, found.waits = set(rest.changed), rest.waits
        found.agenda = sorted((at_us, subject) for subject, at_us in rest.waits.items())
        return found

    def stand(self, standing: Standing) -> None:
        """Let stand what stood; nothing stands yet."""
        one = self.frozen
        party = (one.parties, one.party[self.row])
        kept = Stood.of(one.names, self.row)
        standing.compared.take_over(self.table, one.kind[self.row], party, kept)


_CASE_COLUMNS: Final = ("data", "starts", "kind", "stage", "party", "judged")
_MADE_BY: Final = {"layout": LAYOUT, "order": sys.byteorder}


def is_of_a_row(name: str) -> bool:
    """Whether a column is one of the rows that stand, to which others are added soon."""
    return name.startswith(_ROWS)


def fits(about: Mapping[str, Any]) -> bool:
    """Whether this program can make use of a snapshot, by what it is about."""
    return all(about.get(name) == value for name, value in _MADE_BY.items())
