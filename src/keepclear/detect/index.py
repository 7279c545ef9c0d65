"""One check at a time: a standing set of declarations to insert into, remove from and ask.

The set only finds candidates; each answer comes from the very code that compares all pairs
(``exact`` and ``assemble``), so asking one by one and comparing all at once cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

import numpy as np

from keepclear.detect.assemble import assemble
from keepclear.detect.crossing import Crossing, Minima
from keepclear.detect.engine import Search
from keepclear.detect.exact import Court, judge
from keepclear.detect.fine import Skeletons
from keepclear.detect.growing import GrowingTable
from keepclear.detect.prepare import Prepared, prepare
from keepclear.detect.rules import KIND_CODES, KINDS_COMPARED, standing_on
from keepclear.detect.sweep import padded_boxes
from keepclear.detect.table import Table
from keepclear.detect.vertical import Geoid
from keepclear.domain.declaration import NEVER_COMPARED_STATES, Declaration, Ground, Kind
from keepclear.errors import InputError

__all__ = ["Finder", "PortableFinder", "StandingSet"]

_DEAD_MAX: Final = 0.5
"""Share of removed rows at which the set is built anew."""


class Finder(Protocol):
    """Finds the standing rows that a new row may meet."""

    def find(
        self, table: Table, asked: range, alive: np.ndarray, search: Search, minima: Minima
    ) -> tuple[np.ndarray, np.ndarray]:
        """Pairs (asked row, standing row) that may meet; rows before ``asked`` stand."""


class PortableFinder:
    """Looks at the box and window of every standing row; exact, and linear in their number."""

    def find(
        self, table: Table, asked: range, alive: np.ndarray, search: Search, minima: Minima
    ) -> tuple[np.ndarray, np.ndarray]:
        """See :class:`Finder`."""
        low, high = padded_boxes(table, minima)
        n = asked.start
        found_i, found_j = [], []
        for i in asked:
            near = alive[:n] & (low[:n] <= high[i]).all(axis=1) & (high[:n] >= low[i]).all(axis=1)
            near &= table.start_us[:n] <= table.end_us[i] + minima.time_us
            near &= table.end_us[:n] + minima.time_us >= table.start_us[i]
            j = np.flatnonzero(near)
            j = j[search.wanted(np.full(len(j), i), j)]
            found_i.append(np.full(len(j), i))
            found_j.append(j)
        return np.concatenate(found_i), np.concatenate(found_j)


class StandingSet:
    """Declarations that stand, and the crossings of any other with them.

    Args:
        geoid: EGM96 undulations.
        ground: Ground where a declaration states none, metres above mean sea level.
        minima: What must remain free.
        within_party: Compare declarations of one party with each other too.
        finder: How candidates are found; the portable way where none is given.
    """

    def __init__(
        self,
        *,
        geoid: Geoid,
        ground: Ground | None = None,
        minima: Minima = Minima(),  # noqa: B008  frozen
        within_party: bool = False,
        finder: Finder | None = None,
    ) -> None:
        self._geoid, self._ground, self._minima = geoid, ground, minima
        self._within_party = within_party
        self._finder = finder or PortableFinder()
        self._clear()

    def _clear(self) -> None:
        self._table = GrowingTable()
        self._alive = np.zeros(1024, dtype=bool)
        self._group = np.zeros(1024, dtype=np.int32)
        self._kind = np.zeros(1024, dtype=np.uint8)
        self._parties: dict[str, int] = {}
        self._said: list[Declaration | None] = []
        self._rows: list[range] = []
        self._number: dict[tuple[str, str], int] = {}
        self._dead = 0

    def __len__(self) -> int:
        return len(self._number)

    def __contains__(self, name: tuple[str, str]) -> bool:
        """Whether (party, id) stands."""
        return name in self._number

    def insert(self, declaration: Declaration) -> None:
        """Add a declaration; one of the same party and id is replaced.

        What has ended, and areas of activity, stand in nobody's way and are not kept.

        Raises:
            InputError: A part of it cannot be used; nothing is then added.
        """
        prepared = self._prepared(declaration)
        if prepared.refused:
            first = prepared.refused[0]
            raise InputError(first.code, first.message, where=first.where)
        self.remove(declaration.party, declaration.id)
        if declaration.kind is Kind.AREA or declaration.state in NEVER_COMPARED_STATES:
            return
        rows = self._append(prepared.table, declaration)
        self._alive[rows.start : rows.stop] = True
        self._number[declaration.party, declaration.id] = len(self._said)
        self._said.append(declaration)
        self._rows.append(rows)

    def remove(self, party: str, id: str) -> bool:  # noqa: A002  the field's word
        """Take a declaration out; whether it was there."""
        number = self._number.pop((party, id), None)
        if number is None:
            return False
        rows = self._rows[number]
        self._alive[rows.start : rows.stop] = False
        self._said[number] = None
        self._dead += len(rows)
        if self._dead > _DEAD_MAX * self._table.rows and self._dead > 4096:
            self._build_anew()
        return True

    def query(self, declaration: Declaration) -> tuple[Crossing, ...]:
        """Its crossings with everything that stands, without adding it.

        A standing declaration of the same party and id is left out: it is what would be replaced.

        Raises:
            InputError: A part of it cannot be used.
        """
        prepared = self._prepared(declaration)
        if prepared.refused:
            first = prepared.refused[0]
            raise InputError(first.code, first.message, where=first.where)
        if declaration.kind is Kind.AREA or declaration.state in NEVER_COMPARED_STATES:
            return ()
        asked = self._append(prepared.table, declaration)
        table = self._table.view()
        i, j = self._finder.find(table, asked, self._alive, self._search(table), self._minima)
        own = self._number.get((declaration.party, declaration.id), -1)
        other = table.owner[j] != own
        crossings = self._crossings(table, declaration, prepared, i[other], j[other], asked)
        self._table.drop_last(asked)
        return crossings

    def _prepared(self, declaration: Declaration) -> Prepared:
        return prepare([standing_on(declaration)], geoid=self._geoid, ground=self._ground)

    def _append(self, rows: Table, declaration: Declaration) -> range:
        number = len(self._said)
        added = self._table.append(rows, number)
        self._widen(added.stop)
        party = declaration.party
        group = -1 - number
        if party and not self._within_party:
            group = self._parties.setdefault(party, len(self._parties))
        self._group[added.start : added.stop] = group
        self._kind[added.start : added.stop] = KIND_CODES[declaration.kind]
        self._alive[added.start : added.stop] = False
        return added

    def _widen(self, rows: int) -> None:
        if rows > len(self._alive):
            spare = max(rows, 2 * len(self._alive)) - len(self._alive)
            self._alive, self._group, self._kind = (
                np.pad(column, (0, spare)) for column in (self._alive, self._group, self._kind)
            )

    def _search(self, table: Table) -> Search:
        n = len(table)
        return Search(table.owner, self._group[:n], self._kind[:n], KINDS_COMPARED)

    def _crossings(
        self,
        table: Table,
        declaration: Declaration,
        prepared: Prepared,
        i: np.ndarray,
        j: np.ndarray,
        asked: range,
    ) -> tuple[Crossing, ...]:
        """Judge the pairs in a small table of their own."""
        if len(i) == 0:
            return ()
        rows = np.unique(np.concatenate([np.arange(asked.start, asked.stop), j]))
        few = table.take(rows)
        owners, local = np.unique(few.owner, return_inverse=True)
        few.owner[:] = local
        said = [self._said[k] if k < len(self._said) else declaration for k in owners.tolist()]
        known = [one for one in said if one is not None]
        court = Court(few, self._minima, Skeletons(few))
        hits = judge(court, np.searchsorted(rows, i), np.searchsorted(rows, j))
        missing = (len(known) - 1,) if prepared.ground_missing else ()
        return assemble(known, Prepared(few, (), missing), hits, court.skeletons, areas=True)

    def _build_anew(self) -> None:
        standing: Iterable[Declaration] = [one for one in self._said if one is not None]
        self._clear()
        for one in standing:
            self.insert(one)
