"""A snapshot in the making: what had changed at one moment, and the columns that are made of it.

The node stops for the moment alone (:func:`moment_of`); what takes long (:meth:`Moment.made`) is done
elsewhere while it goes on, and reads nothing of the node. Left to others: what a snapshot is
(:mod:`keepclear.node.snapshot`), and when one is made (:mod:`keepclear.node.ledger`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from keepclear.detect.index import StandingRows
from keepclear.node import cases
from keepclear.node.frozen import Frozen
from keepclear.node.memory import Memory
from keepclear.node.snapshot import Rest, Snapshot
from keepclear.node.standing import Standing

__all__ = ["Made", "Moment", "moment_of"]


@dataclass(frozen=True, slots=True)
class Moment:
    """What a snapshot is made of, while the node goes on."""

    memory: Memory
    """Whose moment it was; nothing of it is read here."""
    size: int
    root: bytes
    cases: cases.Moment
    rows: StandingRows
    row: np.ndarray
    """int32: the case of those who stood when the node started, in the columns of now."""
    rest: Callable[[Frozen], Rest]

    def made(self) -> Made:
        """The snapshot; what takes long is done here."""
        frozen, new = self.cases.renewed()
        table, numbers = self.rows.standing()
        row = np.where(self.row >= 0, new[self.row], -1).astype(np.int32)
        found = np.empty(len(numbers), dtype=np.int32)
        kept = int(np.searchsorted(numbers, self.rows.kept))
        found[:kept] = row[numbers[:kept]]
        found[kept:] = self._later(frozen, new)
        return Made(
            self.memory,
            Snapshot(self.size, self.root, frozen, table, found, self.rest(frozen)),
            row,
        )

    def _later(self, frozen: Frozen, new: np.ndarray) -> list[int]:
        """The case of each who began to stand since the node started."""
        first = len(frozen) - len(self.cases.fresh)
        known = {one.subject: first + k for k, one in enumerate(self.cases.fresh)}
        known |= {one.subject: int(new[row]) for row, one in self.cases.changed.items()}
        names = (one for one in self.rows.later if isinstance(one, tuple))
        subjects = (f"{party}/{name}" for party, name in names)
        return [
            known[subject] if subject in known else frozen.names.find(subject)
            for subject in subjects
        ]


@dataclass(frozen=True, slots=True)
class Made:
    """A snapshot, and what the node goes on with in place of what it was made of."""

    memory: Memory
    snapshot: Snapshot
    row: np.ndarray
    """The case of those who stood when the node started, in the columns of the snapshot."""


def moment_of(
    memory: Memory, standing: Standing, row: np.ndarray, replayed: list[int], root: bytes
) -> Moment:
    """This moment; what is remembered is all durable.

    Args:
        memory: What is remembered.
        standing: What stands.
        row: See :class:`Moment`.
        replayed: Numbers of the entries that are read again at each start.
        root: Of the record.
    """
    of_party, uses = memory.of_party.moment(), memory.uses.moment()
    read, gone = (
        list(memory.read),
        {name: (g.versions, g.over_us) for name, g in memory.gone.items()},
    )
    shown, on_lines, changed = memory.shown, memory.on_lines.tobytes(), list(memory.changed)
    waits, numbers, lines = dict(memory.waits), list(replayed), memory.lines
    refs = [(party, *one) for party, held in lines.by_ref.items() for one in held.items()]
    foreign, guests = list(lines.foreign), list(lines.guests)
    told_of = [(*key, list(subjects)) for key, subjects in lines.told_of.items()]

    def rest(frozen: Frozen) -> Rest:
        return Rest(
            list(frozen.parties), [list(one) for one in frozen.judgements], of_party(), uses(), read,
            shown, on_lines, gone, changed, waits, numbers, refs, foreign, guests, told_of,
        )  # fmt: skip

    return Moment(
        memory, memory.size, root, memory.cases.moment(), standing.compared.rows(), row, rest
    )
