"""A shelf in memory: what a snapshot says goes through its columns, as through a file."""

from __future__ import annotations

from keepclear.node.snapshot import Snapshot, fits


class MemoryShelf:
    def __init__(self):
        self.held = None
        self.taken = 0
        """How often a start went on from it."""

    def take(self):
        if self.held is None:
            return None
        about, columns = self.held
        assert fits(about)
        self.taken += 1
        return Snapshot.of(about, {name: one.copy() for name, one in columns.items()})

    def put(self, snapshot, others=None):  # noqa: ARG002 - as every shelf
        columns = {name: one.copy() for name, one in snapshot.columns().items()}
        self.held = snapshot.about(), columns

    def clear(self):
        self.held = None

    def names(self):
        """Subjects that the snapshot holds something of."""
        found = self.take()
        return set() if found is None else {found.frozen.names[k] for k in range(len(found.frozen))}


def same(one, other):
    """Two nodes remember the same, and answer every question the same."""
    assert one.memory == other.memory
    assert set(one.standing.compared) == set(other.standing.compared)
    assert len(one.standing) == len(other.standing)
    for subject, case in one.memory.cases.items():
        twin = other.memory.cases[subject]
        assert case.verdict == twin.verdict
        assert [v.text for v in case.versions] == [v.text for v in twin.versions]
        said = case.latest.declaration
        assert said == twin.latest.declaration
        assert one.standing.ask(said) == other.standing.ask(said)
        assert one.memory.cases.marked(case.mark) == other.memory.cases.marked(case.mark) == subject
    assert one.memory.cases.counted() == other.memory.cases.counted()
    return True
