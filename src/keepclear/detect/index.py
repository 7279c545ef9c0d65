"""One check at a time: a standing set of declarations to insert into, remove from and ask.

The set only finds candidates; each answer comes from the very code that compares all pairs
(``exact`` and ``assemble``), so asking one by one and comparing all at once cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final, Protocol, TypeVar

import numpy as np

from keepclear.detect.account import Account, crossings_of, hits_of
from keepclear.detect.area import SharedArea
from keepclear.detect.assemble import assemble
from keepclear.detect.crossing import Crossing, Minima
from keepclear.detect.engine import PORTABLE, Engine, Search
from keepclear.detect.exact import Court, judge
from keepclear.detect.fine import Skeletons
from keepclear.detect.growing import GrowingTable
from keepclear.detect.making import rows_of
from keepclear.detect.packed import PackedRows
from keepclear.detect.prepare import Maker, PortableMaker, Prepared
from keepclear.detect.roll import Kept, Later, Roll, Said
from keepclear.detect.rules import KIND_CODES, KINDS, KINDS_COMPARED
from keepclear.detect.sweep import padded_boxes
from keepclear.detect.table import LEG, Table
from keepclear.detect.vertical import Geoid
from keepclear.domain.declaration import NEVER_COMPARED_STATES, Declaration, Ground, Kind, Part

__all__ = ["Finder", "PortableFinder", "StandingRows", "StandingSet", "batched"]

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

    engine: Engine
    """Judges the pairs that it leaves."""

    def account(self, table: Table, row: int, rows: np.ndarray, minima: Minima) -> Account | None:
        """What ``judge`` says of a row and those that it found with it, depths left out.

        Nothing, where it does not decide, or one of them moves or has a stated error.
        """

    def shares(self, table: Table, pairs: Sequence[tuple[int, int]]) -> Sequence[SharedArea | None]:
        """The ground that pairs of rows share; nothing where it is not plain."""

    def find(
        self, table: Table, asked: range, alive: np.ndarray, search: Search, minima: Minima
    ) -> tuple[np.ndarray, np.ndarray]:
        """Pairs (asked row, standing row) that may meet; rows before ``asked`` stand.

        Columns may hold more than those rows.
        """

    def append(self, table: GrowingTable, rows: Prepared | PackedRows, owner: int) -> range:
        """Add rows of one owner to a table; their numbers."""

    def forget(self) -> None:
        """Rows are numbered anew."""


class PortableFinder(PortableMaker):
    """Looks at the box and window of every standing row; linear in their number."""

    decides = False
    engine = PORTABLE

    def account(
        self,
        table: Table,
        row: int,
        rows: np.ndarray,
        minima: Minima,
    ) -> None:
        """See :class:`Finder`; it decides nothing."""

    def shares(
        self,
        table: Table,  # noqa: ARG002
        pairs: Sequence[tuple[int, int]],
    ) -> Sequence[SharedArea | None]:
        """See :class:`Finder`; it leaves all."""
        return [None] * len(pairs)

    def find(
        self, table: Table, asked: range, alive: np.ndarray, search: Search, minima: Minima
    ) -> tuple[np.ndarray, np.ndarray]:
        """See :class:`Finder`."""
        table = table.first(asked.stop)
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

    def append(self, table: GrowingTable, rows: Prepared | PackedRows, owner: int) -> range:
        """See :class:`Finder`."""
        return table.append(rows.table, owner)

    def forget(self) -> None:
        """See :class:`Finder`; it remembers nothing."""


@dataclass(frozen=True, slots=True)
class StandingRows:
    """The rows of a standing set at one moment: to be kept, and to make another set of.

    They are columns of the set that gave them, which goes on, and changes none of them.
    """

    table: Table
    """Rows of those who stand and of some who stood; ``owner`` holds numbers of the set, rising."""
    alive: np.ndarray
    """bool: the rows of those who stand."""
    kept: int
    """Numbers below this are those of the set that was taken over."""
    later: Later
    """All others, in the order of their numbers."""

    def standing(self) -> tuple[Table, np.ndarray]:
        """The rows of those who stand; ``owner`` counts them from 0. And the number of each."""
        whole = self.alive.all()
        table = self.table if whole else self.table.take(np.flatnonzero(self.alive))
        numbers, counted = np.unique(table.owner, return_inverse=True)
        return replace(table, owner=counted.astype(np.int32)), numbers


class StandingSet:
    """Declarations that stand, and the crossings of any other with them.

    Args:
        geoid: EGM96 undulations.
        ground: Ground where a declaration states none, metres above mean sea level.
        minima: What must remain free.
        within_party: Compare declarations of one party with each other too.
        finder: How candidates are found; the portable way where none is given.
        said: Says a declaration that stands; where it is left out, the set holds them itself.
    """

    def __init__(
        self,
        *,
        geoid: Geoid,
        ground: Ground | None = None,
        minima: Minima = Minima(),  # noqa: B008  frozen
        within_party: bool = False,
        finder: Finder | None = None,
        said: Said | None = None,
    ) -> None:
        self._geoid, self._ground, self._minima = geoid, ground, minima
        self._within_party = within_party
        self._finder = finder or PortableFinder()
        self._said = said
        self._roll = Roll(said)
        self._parties: dict[str, int] = {}
        self._no_rows()

    def _no_rows(self) -> None:
        self._finder.forget()
        self._table = GrowingTable()
        self._asked: tuple[Prepared | PackedRows, range] | None = None
        """Rows that were dropped last, and still stand behind the last row of the table."""
        self._alive = np.zeros(1024, dtype=bool)
        self._group = np.zeros(1024, dtype=np.int32)
        self._kind = np.zeros(1024, dtype=np.uint8)
        self._dead = 0

    def __len__(self) -> int:
        return len(self._roll)

    def __contains__(self, name: tuple[str, str]) -> bool:
        """Whether (party, id) stands."""
        return name in self._roll

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Party and id of all that stand."""
        return iter(self._roll)

    def rows(self) -> StandingRows:
        """What stands now, as rows."""
        n = self._table.rows
        return StandingRows(self._table.view(), self._alive[:n].copy(), *self._roll.moment())

    def take_over(
        self, table: Table, kinds: np.ndarray, parties: tuple[Sequence[str], np.ndarray], kept: Kept
    ) -> None:
        """Let rows stand that another set gave; nothing has stood here yet.

        Args:
            table: Their rows; ``owner`` counts declarations from 0, and none is without a row.
            kinds: The kind of each declaration, as :data:`keepclear.detect.rules.KIND_CODES` has it.
            parties: Names, none of them empty, and which of them is the party of each declaration.
            kept: Who they are; needs a set that was told how declarations are looked up.
        """
        assert len(self._roll) == 0
        assert self._said is not None
        names, party = parties
        self._parties = {name: number for number, name in enumerate(names)}
        if self._within_party:
            party = -1 - np.arange(len(party), dtype=np.int32)
        self._roll = Roll(self._said, kept)
        self._table, n = GrowingTable.of(table), len(table)
        self._widen(2 * n)
        self._group[:n], self._kind[:n] = party[table.owner], kinds[table.owner]
        self._alive[:n] = True

    def again(self, minima: Minima) -> StandingSet:
        """Another set in which the same stand, with other minima; each goes its own way."""
        other = StandingSet(
            geoid=self._geoid,
            ground=self._ground,
            minima=minima,
            within_party=self._within_party,
            said=self._said,
        )
        n, view = self._table.rows, self._table.view()
        other._roll, other._parties = self._roll.copy(), dict(self._parties)
        other._take_rows(view, self._group[:n], self._kind[:n])
        other._alive[:n], other._dead = self._alive[:n], self._dead
        return other

    def find_by(self, finder: Finder) -> None:
        """Find by another finder from here on; the answers are the same."""
        self._finder = finder
        finder.forget()

    def _take_rows(self, table: Table, group: np.ndarray, kind: np.ndarray) -> None:
        self._asked = None
        added = self._table.append(table, table.owner)
        self._widen(added.stop)
        rows = slice(added.start, added.stop)
        self._group[rows], self._kind[rows], self._alive[rows] = group, kind, True

    def prepared(self, declaration: Declaration) -> Prepared | PackedRows:
        """A declaration's rows, once for asking and inserting.

        Raises:
            InputError: A part of it cannot be used.
        """
        return self._made([declaration])

    def _made(self, declarations: Sequence[Declaration]) -> Prepared | PackedRows:
        return rows_of(declarations, geoid=self._geoid, ground=self._ground, maker=self._finder)

    def insert(
        self, declaration: Declaration, prepared: Prepared | PackedRows | None = None
    ) -> None:
        """Add a declaration; one of the same party and id is replaced.

        What has ended, and areas of activity, stand in nobody's way and are not kept.

        Raises:
            InputError: A part of it cannot be used; nothing is then added.
        """
        prepared = prepared or self.prepared(declaration)
        self.remove(declaration.party, declaration.id)
        if _in_nobodys_way(declaration):
            return
        rows = self._again(prepared, declaration)
        self._alive[rows.start : rows.stop] = True
        self._roll.add(declaration)

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
        number = self._roll.next
        added = self._table.append(table, table.owner + number)
        self._widen(added.stop)
        rows = slice(added.start, added.stop)
        group = [self._group_of(one, number + k) for k, one in enumerate(declarations)]
        kind = [KIND_CODES[one.kind] for one in declarations]
        self._group[rows] = np.array(group, dtype=np.int32)[table.owner]
        self._kind[rows] = np.array(kind, dtype=np.uint8)[table.owner]
        self._alive[rows] = True
        for one in declarations:
            self._roll.add(one)

    def remove(self, party: str, id: str) -> bool:  # noqa: A002  the field's word
        """Take a declaration out; whether it was there."""
        number = self._roll.drop(party, id)
        if number < 0:
            return False
        rows = self._rows_of(number)
        self._alive[rows.start : rows.stop] = False
        self._dead += len(rows)
        if self._dead > _DEAD_MAX * self._table.rows and self._dead > _DEAD_MIN:
            self._close_up()
        return True

    def _rows_of(self, number: int) -> range:
        """Owners rise from row to row, because numbers do."""
        owner = self._table.whole().owner[: self._table.rows]
        low, high = np.searchsorted(owner, np.array([number, number + 1], dtype=owner.dtype))
        return range(int(low), int(high))

    def query(
        self,
        declaration: Declaration,
        prepared: Prepared | PackedRows | None = None,
        *,
        areas: bool = True,
        depths: bool = True,
        only: Callable[[str], bool] | None = None,
    ) -> tuple[Crossing, ...]:
        """Its crossings with everything that stands, without adding it.

        A standing declaration of the same party and id is left out: it is what would be replaced.

        Args:
            declaration: What is asked about.
            prepared: Its rows, where they are known.
            areas: Compute shared areas and all distances.
            depths: Say how deep two reach into each other, and the shared heights in their own
                words: for who reads a report.
            only: Says of a party whether its declarations count; all do, where it is left out.

        Raises:
            InputError: A part of it cannot be used.
        """
        prepared = prepared or self.prepared(declaration)
        if _in_nobodys_way(declaration):
            return ()
        asked, table, i, j = self._candidates(declaration, prepared)
        if only is not None and len(j):
            counts = [only(self._name(k)[0]) for k in table.owner[j].tolist()]
            i, j = i[counts], j[counts]
        crossings = self._crossings(
            table, declaration, prepared, i, j, asked, areas=areas, depths=depths
        )
        self._drop(prepared, asked)
        return crossings

    def meeting(
        self, declaration: Declaration, prepared: Prepared | PackedRows | None = None
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
        self._drop(prepared, asked)
        return tuple(sorted(names))

    def _name(self, number: int) -> tuple[str, str]:
        return self._roll.name(number)

    def _candidates(
        self, declaration: Declaration, prepared: Prepared | PackedRows
    ) -> tuple[range, Table, np.ndarray, np.ndarray]:
        asked = self._append(prepared, declaration)
        table = self._table.whole()
        search = Search(table.owner, self._group, self._kind, KINDS_COMPARED)
        i, j = self._finder.find(table, asked, self._alive, search, self._minima)
        own = self._roll.number(declaration.party, declaration.id)
        if own >= 0:
            other = table.owner[j] != own
            i, j = i[other], j[other]
        return asked, table, i, j

    def _drop(self, rows: Prepared | PackedRows, asked: range) -> None:
        """Take out what was asked about, and remember where it was: most often it is put in next."""
        self._table.drop_last(asked)
        self._asked = rows, asked

    def _again(self, rows: Prepared | PackedRows, declaration: Declaration) -> range:
        """As :meth:`_append`, from what was just asked about where that is the same."""
        if self._asked is None or self._asked[0] is not rows:
            return self._append(rows, declaration)
        asked, self._asked = self._asked[1], None
        self._table.take_back(asked)
        self._group[asked.start : asked.stop] = self._group_of(declaration, self._roll.next)
        self._kind[asked.start : asked.stop] = KIND_CODES[declaration.kind]
        return asked

    def _append(self, rows: Prepared | PackedRows, declaration: Declaration) -> range:
        self._asked = None
        number = self._roll.next
        added = self._finder.append(self._table, rows, number)
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

    def _crossings(
        self,
        table: Table,
        declaration: Declaration,
        prepared: Prepared | PackedRows,
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
        asker = self._roll.next
        if areas and not depths:
            rows_of = (j,) if len(asked) == 1 else tuple(j[i == row] for row in asked)
            told = [
                self._finder.account(table, row, met, self._minima)
                for row, met in zip(asked, rows_of, strict=True)
            ]
            accounts = [one for one in told if one is not None]
            if len(accounts) == len(asked):
                missing = (asker,) if prepared.ground_missing else ()
                return self._told(accounts, declaration, Prepared(table, (), missing))
        rows = np.unique(np.concatenate([np.arange(asked.start, asked.stop), j]))
        few = table.take(rows)
        if not (few.kind == LEG).any():
            few = replace(few, bands_end=few.bands)  # no band changes with time
        owners, local = np.unique(few.owner, return_inverse=True)
        few.owner[:] = local
        known = [declaration if k == asker else self._roll.said(k) for k in owners.tolist()]
        court = Court(
            few,
            self._minima,
            Skeletons(few),
            self._finder.engine,
            measure=areas,
            depths=depths,
            decided=self._finder.decides,
        )
        hits = judge(court, np.searchsorted(rows, i), np.searchsorted(rows, j))
        if not depths:
            hits = replace(hits, depth_m=np.full(len(hits.i), np.nan))
        missing = (len(known) - 1,) if prepared.ground_missing else ()
        whole = Prepared(few, (), missing)
        cut = court.engine.cut
        return assemble(known, whole, hits, court.skeletons, areas=areas, words=depths, cut=cut)

    def _told(
        self, accounts: list[Account], declaration: Declaration, whole: Prepared
    ) -> tuple[Crossing, ...]:
        """Say what the finder has decided; of one that is met in several places, as of any other."""
        met: dict[int, Any] = {}
        for account in accounts:
            kinds = self._kind[account.rows()].tolist()
            for number, code in zip(account.owners(), kinds, strict=True):
                met[number] = _Named(self._roll, number, KINDS[code])
        cut = self._finder.engine.cut
        if len(accounts) == 1 and len(met) == len(accounts[0].numbers):
            return crossings_of(accounts[0], declaration, met, whole, cut, self._finder.shares)
        met[self._roll.next] = declaration
        hits, skeletons = hits_of(accounts), Skeletons(whole.table)
        return assemble(_Met(met), whole, hits, skeletons, areas=True, words=False, cut=cut)

    def _close_up(self) -> None:
        """Let go of the rows of those who stand no more."""
        n = self._table.rows
        kept = np.flatnonzero(self._alive[:n])
        table = self._table.view().take(kept)
        group, kind = self._group[kept], self._kind[kept]
        self._no_rows()
        self._take_rows(table, group, kind)


class _Named:
    """A declaration that is named, and looked up when its parts are asked for."""

    def __init__(self, roll: Roll, number: int, kind: Kind) -> None:
        self._roll, self._number, self.kind = roll, number, kind
        self.party, self.id = roll.name(number)

    @property
    def parts(self) -> tuple[Part, ...]:
        return self._roll.said(self._number).parts


class _Met(Sequence[Declaration]):
    """Those who are met, by number, and the one asked about as the next on the roll."""

    def __init__(self, known: dict[int, Any]) -> None:
        self._known = known

    def __len__(self) -> int:
        return len(self._known)

    def __getitem__(self, number: Any) -> Any:
        return self._known[int(number)]


def _in_nobodys_way(declaration: Declaration) -> bool:
    return declaration.kind is Kind.AREA or declaration.state in NEVER_COMPARED_STATES


def batched(declarations: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """Lists of at most ``size`` (itertools has it from Python 3.12 on)."""
    source = iter(declarations)
    while batch := list(islice(source, size)):
        yield batch
