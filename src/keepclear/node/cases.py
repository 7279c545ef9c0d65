"""All declarations of a node, by subject: most of them in columns, what has changed beside them.

A case is made when it is asked for, and lives for as long as somebody looks at it; one that is about
to change stays (:meth:`Cases.changing`). Who changes a case that was only asked for changes nothing.
Now and then everything becomes columns again: :meth:`Cases.moment` says what has changed by then,
:meth:`Cases.settle` takes the columns that were made of it while others went on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from keepclear.domain.declaration import Kind, State
from keepclear.domain.life import Stage
from keepclear.node.case import Case
from keepclear.node.frozen import EMPTY, KIND_CODES, STAGES, Frozen, Row, row_of
from keepclear.node.texts import Texts

__all__ = ["Cases", "Moment"]


@dataclass(frozen=True, slots=True)
class Moment:
    """What had changed at one moment since the columns were made."""

    frozen: Frozen
    changed: dict[int, Row]
    gone: frozenset[int]
    fresh: list[Row]

    def renewed(self) -> tuple[Frozen, np.ndarray]:
        """Columns of everything as it was then, and the new row of each old one."""
        return self.frozen.renewed(self.changed, self.gone, self.fresh)


class Cases(Mapping[str, Case]):
    """Cases by subject, in the order in which they were first declared."""

    def __init__(self, texts: Texts, frozen: Frozen = EMPTY) -> None:
        """Everything is as the columns say."""
        self.texts, self._frozen = texts, frozen
        self._changed: dict[int, tuple[str, Case]] = {}
        self._fresh: dict[str, Case] = {}
        self._gone: set[int] = set()
        self._sought = "", -1
        """What was sought last, and where it stands in the columns: a declaration is sought often."""
        self._seen: WeakValueDictionary[str, Case] = WeakValueDictionary()
        self._marks: dict[str, str] = {}
        """Of what is not in columns."""
        self._rows: dict[str, Row] = {}
        """Of what is not in columns: what is ready for them, and did not change since."""
        self._unready: dict[str, None] = {}
        """What is not in columns and not ready for them, in the order in which it changed."""
        self._since: set[str] | None = None
        """What was changed since the last moment, while columns are being made of that."""
        self._out: set[str] = set()
        """What of that was taken out, be it that it was declared again."""

    def __len__(self) -> int:
        return len(self._frozen) - len(self._gone) + len(self._fresh)

    def __iter__(self) -> Iterator[str]:
        for row in range(len(self._frozen)):
            if row not in self._gone:
                yield self._frozen.names[row]
        yield from self._fresh

    def __contains__(self, subject: object) -> bool:
        return subject in self._fresh or (isinstance(subject, str) and self._row(subject) >= 0)

    def __getitem__(self, subject: str) -> Case:
        found = self._fresh.get(subject)
        if found is not None:
            return found
        row = self._row(subject)
        if row < 0:
            raise KeyError(subject)
        return self._at(row, subject)

    def get(self, subject: str, default: Any = None) -> Any:
        """A case, or what is given where there is none; asked for often where there is none."""
        found = self._fresh.get(subject)
        if found is not None:
            return found
        row = self._row(subject)
        return default if row < 0 else self._at(row, subject)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Cases) and dict(self.items()) == dict(other.items())

    __hash__ = None  # type: ignore[assignment]

    def changing(self, subject: str) -> Case:
        """A case that is about to change.

        Raises:
            KeyError: there is none.
        """
        case = self[subject]
        self._rows.pop(subject, None)
        self._unready[subject] = None
        if self._since is not None:
            self._since.add(subject)
        if subject not in self._fresh:
            self._changed[self._row(subject)] = subject, case
        return case

    def add(self, subject: str, case: Case) -> None:
        """One more; there is none of this subject."""
        self._fresh[subject] = case
        self._marks[case.mark] = subject
        self._rows.pop(subject, None)
        self._unready[subject] = None
        if self._since is not None:
            self._since.add(subject)

    def take_out(self, subject: str) -> Case | None:
        """Forget one; what it was."""
        case = self.get(subject)
        if case is None:
            return None
        self._rows.pop(subject, None)
        self._unready.pop(subject, None)
        if self._since is not None:
            self._since.add(subject)
            self._out.add(subject)
        if self._fresh.pop(subject, None) is None:
            row = self._row(subject)
            self._gone.add(row)
            self._changed.pop(row, None)
        self._marks.pop(case.mark, None)
        self._seen.pop(subject, None)
        return case

    def marked(self, mark: str) -> str | None:
        """The subject that others are told of by a mark."""
        found = self._marks.get(mark)
        if found is not None:
            return found
        row = self._frozen.marked(mark, self.texts) if len(self._frozen) else -1
        return None if row < 0 or row in self._gone else self._frozen.names[row]

    def of(self, *kinds: Kind, party: str | None = None) -> Iterator[tuple[str, Case]]:
        """Those of some kinds, and of one party."""
        wanted = np.isin(self._frozen.kind, [KIND_CODES[kind] for kind in kinds])
        if party is not None:
            known = self._frozen.parties
            wanted &= self._frozen.party == (known.index(party) if party in known else -1)
        yield from self._some(wanted)
        for subject, case in self._fresh.items():
            if case.kind in kinds and party in {None, case.party}:
                yield subject, case

    def judged_otherwise(self, agreed: Callable[[str], list[str]]) -> Iterator[Case]:
        """Those that stand without a verdict by what their party has agreed on.

        Args:
            agreed: Name and version of the arrangements that a party is in.
        """
        columns = self._frozen
        names = {party: tuple(agreed(party)) for party in columns.parties}
        fits = np.zeros((len(columns.parties), len(columns.judgements) + 1), dtype=bool)
        for row, party in enumerate(columns.parties):
            fits[row, :-1] = [said == names[party] for said in columns.judgements]
        wanted = ~fits[columns.party, columns.judged] & columns.stands
        wanted[list(self._changed)] = True
        for _, case in (*self._some(wanted), *self._fresh.items()):
            by = None if case.judged is None else list(case.judged.arrangements)
            if case.stands and by != agreed(case.party):
                yield case

    def counted(self) -> Counter[tuple[Kind, State | Stage]]:
        """How many there are of each kind at each stage."""
        columns, untouched = self._frozen, np.ones(len(self._frozen), dtype=bool)
        untouched[[*self._changed, *self._gone]] = False
        codes, counts = np.unique(
            columns.kind[untouched].astype(np.int64) * len(STAGES) + columns.stage[untouched],
            return_counts=True,
        )
        kinds, found = (
            {code: kind for kind, code in KIND_CODES.items()},
            Counter[tuple[Kind, State | Stage]](),
        )
        for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
            found[kinds[code // len(STAGES)], STAGES[code % len(STAGES)]] += count
        found.update((case.kind, case.stage) for case in self._fresh.values())
        found.update((case.kind, case.stage) for _, case in self._changed.values())
        return found

    @property
    def beside(self) -> int:
        """How many are not in columns as they are."""
        return len(self._changed) + len(self._fresh) + len(self._gone)

    def make_ready(self, most: int) -> bool:
        """Make some of what has changed ready for a moment; whether all is."""
        for subject in list(islice(self._unready, most)):
            self._rows[subject] = row_of(subject, self[subject])
            del self._unready[subject]
        return not self._unready

    def moment(self) -> Moment:
        """What has changed, to make columns of; changes from here on are kept apart."""
        self._since, self._out = set(), set()
        ready = self._rows
        changed = {row: ready.get(one[0]) or row_of(*one) for row, one in self._changed.items()}
        fresh = [ready.get(one[0]) or row_of(*one) for one in self._fresh.items()]
        return Moment(self._frozen, changed, frozenset(self._gone), fresh)

    def settle(self, frozen: Frozen) -> None:
        """Take the columns that were made of the last moment; what has changed since stays beside."""
        since = {} if self._since is None else {one: self.get(one) for one in self._since}
        self._frozen, self._since, self._sought = frozen, None, ("", -1)
        self._changed, self._fresh, self._gone, self._marks = {}, {}, set(), {}
        self._rows, self._unready = {}, {}
        for subject, case in since.items():
            row = frozen.names.find(subject)
            if case is not None:
                self._marks[case.mark] = subject
            if row >= 0 and subject in self._out:
                self._gone.add(row)
                row = -1
            if case is not None:
                self._unready[subject] = None
            if row >= 0 and case is not None:
                self._changed[row] = subject, case
            elif case is not None:
                self._fresh[subject] = case

    def _row(self, subject: str) -> int:
        """Its row in the columns; -1 where it is in none, or gone."""
        if self._sought[0] != subject:
            self._sought = subject, self._frozen.names.find(subject) if len(self._frozen) else -1
        row = self._sought[1]
        return -1 if row in self._gone else row

    def _at(self, row: int, subject: str) -> Case:
        changed = self._changed.get(row)
        if changed is not None:
            return changed[1]
        case = self._seen.get(subject)
        if case is None:
            case = self._seen[subject] = self._frozen.case(row, self.texts)
        return case

    def _some(self, wanted: np.ndarray) -> Iterator[tuple[str, Case]]:
        for row in np.flatnonzero(wanted).tolist():
            if row not in self._gone:
                subject = self._frozen.names[row]
                yield subject, self._at(row, subject)
