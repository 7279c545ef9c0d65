"""Which texts are held: no more than asked for, those used lately before others, all of them right."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.node import texts
from keepclear.node.texts import Texts, opening_of, place_of
from keepclear.record.commitment import SALT_BYTES, leaf_of
from keepclear.store.base import Entry
from keepclear.wire.entries import Declared, encode_body

MOST = 5


def body(number):
    return Declared(
        subject=f"Birch/{number}",
        at_us=number,
        by="x",
        version=1,
        stage="Accepted",
        mark="",
        text="",
    )


class Durable:
    """Entries that can be read, and how often each was."""

    def __init__(self):
        self.entries, self.reads = {}, []

    def read(self, number):
        self.reads.append(number)
        return self.entries.get(number)

    def place(self, number):
        return place_of(number, leaf_of(opening_of(self.entries[number])))

    def add(self):
        number = len(self.entries) + 1
        data = bytes(SALT_BYTES) + encode_body(body(number))
        self.entries[number] = Entry("declared", f"Birch/{number}", data, number, number)
        return number


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(st.just("take"), st.just("durable"), st.integers(0, 30)), max_size=80))
def test_what_is_asked_for_is_right_whatever_is_held(steps):
    there = Durable()
    known, waiting = Texts(there.read, MOST), 0
    for step in steps:
        if step == "take":
            number = there.add()
            known.take(number, body(number))
            waiting += 1
        elif step == "durable":
            known.durable()
            waiting = 0
        elif there.entries:
            number = 1 + step % len(there.entries)
            before = len(there.reads)
            assert known.declared(there.place(number)).subject == f"Birch/{number}"
            assert known.declared(there.place(number)) is known.declared(there.place(number))
            assert len(there.reads) <= before + 1
            if number > len(there.entries) - waiting:
                assert len(there.reads) == before  # it may not be durable yet
        assert len(known._held) <= MOST
        assert sorted(known._turns) == sorted(known._held)


def test_what_is_used_stays_while_others_come_and_go():
    there = Durable()
    known = Texts(there.read, MOST)
    first = there.add()
    known.take(first, body(first))
    known.durable()
    for _ in range(10 * MOST):
        number = there.add()
        known.take(number, body(number))
        known.durable()
        known.declared(there.place(first))
    assert there.reads == []
    for _ in range(2 * MOST):
        number = there.add()
        known.take(number, body(number))
        known.durable()
    known.declared(there.place(first))
    assert there.reads == [first]


def test_room_is_made_in_a_bounded_time_though_all_were_used(monkeypatch):
    monkeypatch.setattr(texts, "_SPARED_MAX", 2)
    there = Durable()
    known = Texts(there.read, MOST)
    for _ in range(MOST):
        number = there.add()
        known.take(number, body(number))
    known.durable()
    for number in there.entries:
        known.declared(there.place(number))
    number = there.add()
    known.take(number, body(number))
    known.durable()
    assert sorted(known._held) == [1, 2, 4, 5, 6]
