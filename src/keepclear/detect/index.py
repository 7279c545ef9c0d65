"""One check at a time: a standing set of declarations to insert into, remove from and ask.

The set only finds candidates; each answer comes from the very code that compares all pairs
(``exact`` and ``assemble``), so asking one by one and comparing all at once cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Final, Protocol, TypeVar

import numpy as np

from keepclear.detect.assemble import assemble
from keepclear.detect.crossing import Crossing, Minima
from keepclear.detect.engine import Search
from keepclear.detect.exact import Court, Hits, judge
from keepclear.detect.fine import Skeletons
from keepclear.detect.growing import GrowingTable
from keepclear.detect.prepare import Maker, PortableMaker, Prepared, prepare
from keepclear.detect.rules import KIND_CODES, KINDS_COMPARED, standing_on
from keepclear.detect.sweep import padded_boxes
from keepclear.detect.table import LEG, Table
from keepclear.detect.vertical import Geoid
from keepclear.domain.declaration import NEVER_COMPARED_STATES, Declaration, Ground, Kind
from keepclear.errors import InputError

__all__ = ["Finder", "PortableFinder", "StandingSet", "batched"]

_T = TypeVar("_T")

_BATCH: Final = 10_000
"""Declarations put on the lattice in one go."""
_DEAD_MAX: Final = 0.5
"""Share of removed rows at which the set is built anew."""
_DEAD_MIN: Final = 4_096
"""Fewer removed rows than these are left where they are."""


class Finder(Maker, Protocol):
    """Makes new rows, and finds the standing rows that they may meet."""

    decides: bool
    """Whether the standing pairs it leaves do meet, windows, bands and minima included."""

    def hits(self, table: Table, i: np.ndarray, j: np.ndarray) -> Hits | None:
        """What ``judge`` says of pairs that it found without minima, depths left out.

        Nothing, where it does not decide, or a row moves or has a stand-off or a stated error.
        """

    def find(
        self, table: Table, asked: range, alive: np.ndarray, search: Search, minima: Minima
    ) -> tuple[np.ndarray, np.ndarray]:
        """Pairs (asked row, standing row) that may meet; rows before ``asked`` stand."""

    def forget(self) -> None:
        """Rows are numbered anew."""


class PortableFinder(PortableMaker):
    """Looks at the box and window of every standing row; linear in their number."""

    decides = False

    def hits(self, table: Table, i: np.ndarray, j: np.ndarray) -> Hits | None:  # noqa: ARG002
        """See :class:`Finder`; it decides nothing."""
        return None

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

    def forget(self) -> None:
        """See :class:`Finder`; it remembers nothing."""


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
        self._finder.forget()
        self._table = GrowingTable()
        self._asked: tuple[Table, range] | None = None
        """Rows that were dropped last, and still stand behind the last row of the table."""
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

    def prepared(self, declaration: Declaration) -> Prepared:
        """A declaration's rows, once for asking and inserting.

        Raises:
            InputError: A part of it cannot be used.
        """
        return self._made([declaration])

    def _made(self, declarations: list[Declaration]) -> Prepared:
        found = prepare(
            [standing_on(one) for one in declarations],
            geoid=self._geoid,
            ground=self._ground,
            maker=self._finder,
        )
        if found.refused:
            first = found.refused[0]
            raise InputError(first.code, first.message, where=first.where)
        return found

    def insert(self, declaration: Declaration, prepared: Prepared | None = None) -> None:
        """Add a declaration; one of the same party and id is replaced.

        What has ended, and areas of activity, stand in nobody's way and are not kept.

        Raises:
            InputError: A part of it cannot be used; nothing is then added.
        """
        prepared = prepared or self.prepared(declaration)
        self.remove(declaration.party, declaration.id)
        if _in_nobodys_way(declaration):
            return
        rows = self._again(prepared.table, declaration)
        self._alive[rows.start : rows.stop] = True
        self._number[declaration.party, declaration.id] = len(self._said)
        self._said.append(declaration)
        self._rows.append(rows)

    def insert_many(self, declarations: Iterable[Declaration]) -> None:
        """Add many declarations at once, as when a set is built; else as :meth:`insert`.

        Raises:
            InputError: A part of one cannot be used; what came before it in whole batches stands.
        """
        for batch in batched(declarations, _BATCH):
            kept = list({(one.party, one.id): one for one in batch}.values())
            kept = [one for one in kept if not _in_nobodys_way(one)]
            found = self._made(kept)
            for one in batch:
                self.remove(one.party, one.id)
            self._append_many(found.table, kept)

    def _append_many(self, table: Table, declarations: list[Declaration]) -> None:
        self._asked = None
        number = len(self._said)
        added = self._table.append(table, table.owner + number)
        self._widen(added.stop)
        rows = slice(added.start, added.stop)
        group = [self._group_of(one, number + k) for k, one in enumerate(declarations)]
        kind = [KIND_CODES[one.kind] for one in declarations]
        self._group[rows] = np.array(group, dtype=np.int32)[table.owner]
        self._kind[rows] = np.array(kind, dtype=np.uint8)[table.owner]
        self._alive[rows] = True
        starts = added.start + np.searchsorted(table.owner, np.arange(len(declarations) + 1))
        for k, one in enumerate(declarations):
            self._number[one.party, one.id] = number + k
            self._said.append(one)
            self._rows.append(range(int(starts[k]), int(starts[k + 1])))

    def remove(self, party: str, id: str) -> bool:  # noqa: A002  the field's word
        """Take a declaration out; whether it was there."""
        number = self._number.pop((party, id), None)
        if number is None:
            return False
        rows = self._rows[number]
        self._alive[rows.start : rows.stop] = False
        self._said[number] = None
        self._dead += len(rows)
        if self._dead > _DEAD_MAX * self._table.rows and self._dead > _DEAD_MIN:
            self._build_anew()
        return True

    def query(
        self,
        declaration: Declaration,
        prepared: Prepared | None = None,
        *,
        areas: bool = True,
        depths: bool = True,
    ) -> tuple[Crossing, ...]:
        """Its crossings with everything that stands, without adding it.

        A standing declaration of the same party and id is left out: it is what would be replaced.

        Args:
            declaration: What is asked about.
            prepared: Its rows, where they are known.
            areas: Compute shared areas and all distances.
            depths: Say how deep two reach into each other; about a third of all the work.

        Raises:
            InputError: A part of it cannot be used.
        """
        prepared = prepared or self.prepared(declaration)
        if _in_nobodys_way(declaration):
            return ()
        asked, table, i, j = self._candidates(declaration, prepared)
        crossings = self._crossings(
            table, declaration, prepared, i, j, asked, areas=areas, depths=depths
        )
        self._drop(prepared.table, asked)
        return crossings

    def meeting(
        self, declaration: Declaration, prepared: Prepared | None = None
    ) -> tuple[tuple[str, str], ...]:
        """Party and id of everything standing that it crosses: the verdict alone, in order."""
        prepared = prepared or self.prepared(declaration)
        if _in_nobodys_way(declaration):
            return ()
        asked, table, i, j = self._candidates(declaration, prepared)
        if (
            self._finder.decides
            and not (table.kind[i] == LEG).any()
            and not (table.kind[j] == LEG).any()
        ):
            names = {self._name(k) for k in table.owner[j].tolist()}
        else:
            found = self._crossings(
                table, declaration, prepared, i, j, asked, areas=False, depths=False
            )
            own = (declaration.party, declaration.id)
            sides = {(side.party, side.id) for one in found for side in (one.a, one.b)}
            names = sides - {own}
        self._drop(prepared.table, asked)
        return tuple(sorted(names))

    def _name(self, number: int) -> tuple[str, str]:
        said = self._said[number]
        assert said is not None
        return said.party, said.id

    def _candidates(
        self, declaration: Declaration, prepared: Prepared
    ) -> tuple[range, Table, np.ndarray, np.ndarray]:
        asked = self._append(prepared.table, declaration)
        table = self._table.view()
        i, j = self._finder.find(table, asked, self._alive, self._search(table), self._minima)
        other = table.owner[j] != self._number.get((declaration.party, declaration.id), -1)
        return asked, table, i[other], j[other]

    def _drop(self, rows: Table, asked: range) -> None:
        """Take out what was asked about, and remember where it was: most often it is put in next."""
        self._table.drop_last(asked)
        self._asked = rows, asked

    def _again(self, rows: Table, declaration: Declaration) -> range:
        """As :meth:`_append`, from what was just asked about where that is the same."""
        if self._asked is None or self._asked[0] is not rows:
            return self._append(rows, declaration)
        asked, self._asked = self._asked[1], None
        self._table.take_back(asked)
        self._group[asked.start : asked.stop] = self._group_of(declaration, len(self._said))
        self._kind[asked.start : asked.stop] = KIND_CODES[declaration.kind]
        return asked

    def _append(self, rows: Table, declaration: Declaration) -> range:
        self._asked = None
        number = len(self._said)
        added = self._table.append(rows, number)
        self._widen(added.stop)
        self._group[added.start : added.stop] = self._group_of(declaration, number)
        self._kind[added.start : added.stop] = KIND_CODES[declaration.kind]
        self._alive[added.start : added.stop] = False
        return added

    def _group_of(self, declaration: Declaration, number: int) -> int:
        """Number of its party; one of its own where it has none, or parties are not spared."""
        if declaration.party and not self._within_party:
            return self._parties.setdefault(declaration.party, len(self._parties))
        return -1 - number

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
        *,
        areas: bool,
        depths: bool,
    ) -> tuple[Crossing, ...]:
        """Say of the pairs what the finder has decided; else judge them in a table of their own."""
        if len(i) == 0:
            return ()
        found = None
        if areas and not depths and self._minima == Minima():
            found = self._finder.hits(table, i, j)
        if found is not None:
            missing = (len(self._said),) if prepared.ground_missing else ()
            everybody, whole = _With(self._said, declaration), Prepared(table, (), missing)
            return assemble(everybody, whole, found, Skeletons(table), areas=True)
        rows = np.unique(np.concatenate([np.arange(asked.start, asked.stop), j]))
        few = table.take(rows)
        if not (few.kind == LEG).any():
            few = replace(few, bands_end=few.bands)  # no band changes with time
        owners, local = np.unique(few.owner, return_inverse=True)
        few.owner[:] = local
        said = [self._said[k] if k < len(self._said) else declaration for k in owners.tolist()]
        known = [one for one in said if one is not None]
        court = Court(
            few,
            self._minima,
            Skeletons(few),
            measure=areas,
            depths=depths,
            decided=self._finder.decides,
        )
        hits = judge(court, np.searchsorted(rows, i), np.searchsorted(rows, j))
        if not depths:
            hits = replace(hits, depth_m=np.full(len(hits.i), np.nan))
        missing = (len(known) - 1,) if prepared.ground_missing else ()
        return assemble(known, Prepared(few, (), missing), hits, court.skeletons, areas=areas)

    def _build_anew(self) -> None:
        standing = [one for one in self._said if one is not None]
        self._clear()
        self.insert_many(standing)


class _With(Sequence[Declaration]):
    """The declarations of a set, and the one asked about as the next."""

    def __init__(self, said: list[Declaration | None], asked: Declaration) -> None:
        """Nothing is copied."""
        self._said, self._asked = said, asked

    def __len__(self) -> int:
        """Those that stand no longer are counted, too."""
        return len(self._said) + 1

    def __getitem__(self, number: Any) -> Any:
        """Of those that stand no longer there is nothing."""
        return self._said[number] if number < len(self._said) else self._asked


def _in_nobodys_way(declaration: Declaration) -> bool:
    return declaration.kind is Kind.AREA or declaration.state in NEVER_COMPARED_STATES


def batched(declarations: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """Lists of at most ``size`` (itertools has it from Python 3.12 on)."""
    source = iter(declarations)
    while batch := list(islice(source, size)):
        yield batch
