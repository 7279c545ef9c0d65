"""What stands, ready to be asked: one standing set for each separation that parties have agreed on.

Two parties are compared with the minima of their own arrangement, and with none where they have agreed
on nothing. A set finds by one separation only; so each set is asked, and of its answers those are taken
whose pair has agreed on just that. Left to others: who may see what is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cache, partial
from importlib.util import find_spec
from typing import Any, Final

import numpy as np

from keepclear.detect.crossing import Crossing, Minima, Side
from keepclear.detect.engine import FAST_ROWS_MIN
from keepclear.detect.index import Finder, PortableFinder, StandingSet, batched
from keepclear.detect.packed import PackedRows
from keepclear.detect.prepare import Maker, Prepared
from keepclear.detect.vertical import Geoid
from keepclear.disclose.crossing_only import coarse_area, sides
from keepclear.disclose.levels import arrangement_of
from keepclear.domain.altitude import AltitudeBand
from keepclear.domain.arrangement import Arrangement
from keepclear.domain.declaration import Declaration, Kind, State
from keepclear.domain.footprint import Circle
from keepclear.domain.position import Position
from keepclear.domain.schedule import Schedule
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import ALWAYS, Window
from keepclear.errors import InputError
from keepclear.node.fastpath import STANDING, has_warmed, prepare_cache, warm
from keepclear.node.memory import Case, Memory

__all__ = ["Met", "Standing", "load_finder", "maker", "minima_of"]

_BATCH: Final = 10_000
"""Declarations that are put into the sets in one go."""
_NOWHERE: Final = Declaration(
    id="",
    kind=Kind.OPERATION,
    parts=(
        Volume4D(
            Circle(Position(longitude=0.0, latitude=-90.0), 0.001),
            AltitudeBand(None, None),
            Window(0, 1),
        ),
    ),
)
"""A millimetre at the South Pole for a microsecond of 1970: what is asked about to no end."""


@dataclass(frozen=True, slots=True)
class Met:
    """A crossing, seen from what was asked about, and the minima that it was found with."""

    crossing: Crossing
    minima: Minima
    own: Side
    other: Side
    case: Case
    """What stands on the other side, as it is remembered: it is looked up once for all who ask."""
    _area: dict[str, Any] | None = field(default=None, init=False, repr=False, compare=False)

    def area(self) -> dict[str, Any] | None:
        """The shared area as either party may be told it, worked out once for all who are."""
        if self._area is None:
            object.__setattr__(self, "_area", coarse_area(self.crossing))
        return self._area


class Standing:
    """All declarations that stand."""

    def __init__(self, memory: Memory, geoid: Geoid) -> None:
        """Nothing stands yet.

        Args:
            memory: What is remembered; says each declaration that stands when it is asked for.
            geoid: EGM96 undulations.
        """
        self._memory = memory
        self._arrangements: tuple[Arrangement, ...] = ()
        self._compared = StandingSet(geoid=geoid, said=self._said)
        self._sets = {Minima(): self._compared}
        self._last: tuple[Declaration, Prepared | PackedRows] | None = None
        """What was asked about last: most often it is what is put next."""
        self._finds = False
        """Whether the sets have the finders that they are asked with."""

    def __len__(self) -> int:
        return len(self._compared)

    def ask(self, declaration: Declaration, *, depths: bool = True) -> tuple[Met, ...]:
        """Its crossings with everything that stands, in the order of the other's name.

        Args:
            declaration: What is asked about.
            depths: Say how deep two reach into each other.

        Raises:
            InputError: A part of it cannot be used; ``schedule.not-here``.
        """
        _only_windows(declaration)
        found: list[Met] = []
        prepared = self._prepared(declaration)
        agreed = None
        if len(self._sets) > 1:
            agreed = cache(partial(minima_of, self._arrangements, declaration.party))
        for minima, standing in self._sets.items():
            only = None if agreed is None else partial(_is_agreed, agreed, minima)
            met = standing.query(declaration, prepared, depths=depths, only=only)
            found += [self._met(crossing, minima, declaration) for crossing in met]
        return tuple(found if len(found) < 2 else sorted(found, key=_order))

    def _met(self, crossing: Crossing, minima: Minima, asked: Declaration) -> Met:
        own, other = sides(crossing, asked)
        case = self._memory.cases[f"{other.party}/{other.id}"]
        return Met(crossing, minima, own, other, case)

    def made(self, declaration: Declaration, prepared: Prepared | PackedRows) -> None:
        """Take rows that another process has made, for when this declaration is asked about or put.

        Args:
            declaration: What they are of, as it will be asked about: the same parts.
            prepared: What :func:`keepclear.detect.making.rows_of` makes of it alone, with the heights
                of the geoid that are used here.
        """
        self._last = declaration, prepared

    @property
    def compared(self) -> StandingSet:
        """Everything that stands, as it is compared without minima."""
        return self._compared

    def arranged(self) -> None:
        """Other arrangements hold: a set for each separation that was agreed on, and no other."""
        self._arrangements = tuple(self._memory.arrangements.values())
        apart = {Minima(), *map(_minima, self._arrangements)}
        self._sets = {
            minima: self._sets[minima] if minima in self._sets else self._compared.again(minima)
            for minima in apart
        }
        if self._finds:
            self.ready()

    def ready(self) -> None:
        """Find by what is quickest for as many as stand now; nobody who asks waits for that."""
        self._finds = True
        for one in self._sets.values():
            one.find_by(_finder(len(one)))
            one.query(_NOWHERE)  # a grid is built now, where there is one

    def put_many(self, cases: Iterable[Case]) -> None:
        """Take up many that stand, as when a node starts; else as :meth:`put`."""
        for batch in batched(cases, _BATCH):
            said = [as_standing(case) for case in batch]
            for one in self._sets.values():
                one.insert_many(said)

    def take_out(self, subject: str) -> None:
        """Take out a declaration, if it is there."""
        party, _, name = subject.partition("/")
        for one in self._sets.values():
            one.remove(party, name)

    def _said(self, party: str, name: str) -> Declaration:
        return as_standing(self._memory.cases[f"{party}/{name}"])

    def put(self, case: Case) -> None:
        """Take up a declaration as it stands now, or take it out where it does not."""
        # where its text says no state, no other state would change what is kept of it
        said = case.latest.declaration
        said = said if said.state is None else as_standing(case)
        prepared = self._prepared(said) if case.stands else None
        for one in self._sets.values():
            if case.stands:
                one.insert(said, prepared)
            else:
                one.remove(said.party, said.id)

    def _prepared(self, said: Declaration) -> Prepared | PackedRows:
        """The rows of a declaration, which its party, name and state say nothing in."""
        if self._last is None or not _same_rows(self._last[0], said):
            self._last = said, self._compared.prepared(said)
        return self._last[1]


def _is_agreed(agreed: Callable[[str], Minima], minima: Minima, party: str) -> bool:
    return agreed(party) == minima


def _same_rows(a: Declaration, b: Declaration) -> bool:
    lengths = (a.standoff_m, a.position_error_m) == (b.standoff_m, b.position_error_m)
    return a.parts is b.parts and a.kind is b.kind and lengths and a.ground == b.ground


def minima_of(arrangements: Iterable[Arrangement], a: str, b: str) -> Minima:
    """What must remain free between declarations of two parties."""
    found = arrangement_of(arrangements, a, b)
    return Minima() if found is None else _minima(found)


def as_standing(case: Case) -> Declaration:
    """What is compared: the latest version, in the state that its life has come to."""
    said = case.latest.declaration
    return replace(said, state=case.stage) if isinstance(case.stage, State) else said


def _minima(arrangement: Arrangement) -> Minima:
    free = arrangement.separation
    return Minima(free.horizontal_m, free.vertical_m, free.time_us)


def _only_windows(declaration: Declaration) -> None:
    for number, part in enumerate(declaration.parts, 1):
        if isinstance(part, Volume4D) and isinstance(part.window, Schedule):
            raise InputError(
                "schedule.not-here",
                f"part {number} repeats weekly, which a node does not take yet; write each window",
                where=declaration.where,
            )


def _order(met: Met) -> tuple[str, str, int]:
    return met.other.party, met.other.id, met.crossing.time_start_us or 0


def maker() -> Maker:
    """Makes rows, as quickly as can be here; the same rows."""
    return _finder(0)


def load_finder() -> None:
    """Load what finds in a large set, if it was compiled before; it may be done ahead of need."""
    _finder(0)


def _finder(rows: int) -> Finder:
    """Compiled where that has been made before, or where there is much to find in; same answers.

    All of it is compiled or loaded here, at a start, so that nobody who asks has to wait for that.
    """
    prepare_cache()
    if find_spec("numba") is None or not (warm(STANDING) or rows >= FAST_ROWS_MIN):
        return PortableFinder()
    from keepclear.detect.fast.standing import FastFinder  # noqa: PLC0415 - loads the compiler

    _rehearse()
    return FastFinder()


@cache
def _rehearse() -> None:
    """Ask a small set, by its grid and by its list, with depths and without; once in a process."""
    from keepclear.detect.fast.standing import FastFinder  # noqa: PLC0415

    disc = Circle(Position(longitude=0.0, latitude=0.0), 100.0)
    part = Volume4D(disc, AltitudeBand(None, None), ALWAYS)
    one, two, three = (Declaration(id=name, kind=Kind.OPERATION, parts=(part,)) for name in "abc")
    flat = Geoid(np.zeros((721, 1440), dtype=np.int16))
    for finder, minima in (
        (FastFinder(fresh_min=0), Minima()),
        (FastFinder(), Minima()),
        (FastFinder(), Minima(horizontal_m=1.0)),
    ):
        known = StandingSet(geoid=flat, finder=finder, minima=minima)
        known.insert(one)
        known.query(two)  # the first builds its grid
        known.insert(two)
        known.query(three)
        known.query(three, depths=False)
    has_warmed(STANDING)
