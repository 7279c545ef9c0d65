"""The lines of a node: one write for a message and what follows, and nothing sent before it."""

from __future__ import annotations

import pytest

from keepclear.errors import InputError, StoreError
from keepclear.link import bodies as b
from keepclear.link.happening import Arrived, Deliver, Line, Write
from keepclear.link.state import RECENT_MAX
from keepclear.node.line import Decision, Lines
from keepclear.node.line_entries import subject_of
from keepclear.store.base import Kept
from keepclear.store.memory import Failure
from keepclear.wire.entries import Alarm, Carried, Shown, decode_body
from tests.link.ends import ALDER, BIRCH, DAWN, chain, declared, signed, stop
from tests.node.world import World


class Desk:
    """Birch's node with its line to Alder; it shows each message and says what it was given to say."""

    def __init__(self):
        self.world = World(owner="Birch", now=DAWN)
        self.answers = []
        self.start()

    def start(self):
        line = Line(BIRCH, ALDER.verifier, frozenset({"Darling/3"}))
        self.lines = Lines(self.world.node, {ALDER.name: line}, self.act)

    def act(self, peer, effect):
        if not isinstance(effect, Deliver):
            return Decision()
        shown = Shown(
            subject=subject_of(peer), at_us=self.world.now, to="Birch", how="line", of=[],
            text=effect.received.text,
        )  # fmt: skip
        kept = Kept("test-shown", str(effect.received.seq), b"1")
        return Decision([shown], [kept], [(peer, Write(body)) for body in self.answers])

    def gets(self, *several):
        return self.lines.happens([(ALDER.name, Arrived(one.note)) for one in several])

    def says(self, *bodies):
        return self.lines.happens([(ALDER.name, Write(body)) for body in bodies])

    def record(self, kind):
        found = (decode_body(e.data[32:]) for e in self.world.store.entries(0, 10_000))
        return [one for one in found if isinstance(one, kind)]

    @property
    def stored(self):
        return self.lines.state(ALDER.name).receiving.seq


@pytest.fixture
def birch():
    return Desk()


def test_a_message_what_it_changes_and_the_answer_are_one_write(birch):
    birch.answers = [b.Noted(re=b.Ref(seq=1, hash="ab" * 32), by="duty", says=b.NO_PERMISSION)]
    writes, commit = [], birch.world.store.commit
    birch.world.store.commit = lambda batches: writes.append(batches) or commit(batches)
    (answer,) = [send for _, send in birch.gets(signed(declared()))]
    assert answer.seq == 1
    assert len(writes) == 1
    assert [one.how for one in birch.record(Carried)] == ["received", "sent"]
    assert len(birch.record(Shown)) == 1
    assert birch.world.store.kept("test-shown") == {"1": b"1"}


@pytest.mark.parametrize("failure", Failure)
def test_after_a_failed_write_nothing_is_sent_and_nothing_is_done_twice(birch, failure):
    first, second = chain(declared(), stop())
    birch.gets(first)
    birch.world.store.failing = failure
    with pytest.raises(StoreError):
        birch.gets(second)
    birch.gets(second, first, second)
    assert birch.stored == 2
    assert len(birch.record(Shown)) == 2
    assert [one.seq for one in birch.record(Carried)] == [1, 2]


@pytest.mark.parametrize("failure", Failure)
def test_what_was_written_and_perhaps_kept_has_one_number(birch, failure):
    birch.world.store.failing = failure
    with pytest.raises(StoreError):
        birch.says(stop("one"))
    birch.says(stop("two"))
    sent = birch.record(Carried)
    assert [one.seq for one in sent] == list(range(1, len(sent) + 1))
    assert len(sent) == (2 if failure is Failure.STORED else 1)
    birch.world.now += 2_000_000
    assert len([send for _, send in birch.lines.passes() if send.seq]) == len(sent)


def test_a_group_is_one_write_and_keeps_each_name_once(birch):
    writes, commit = [], birch.world.store.commit
    birch.world.store.commit = lambda batches: writes.extend(batches) or commit(batches)
    birch.gets(*chain(*[declared(f"A{n}") for n in range(40)]))
    assert len(writes) == 1
    names = [(one.space, one.key) for one in writes[0].kept]
    assert len(names) == len(set(names))
    birch.start()
    assert birch.stored == 40


def test_what_cannot_be_said_changes_nothing(birch):
    with pytest.raises(InputError):
        birch.says(stop("fine"), stop("x" * 1_001))
    assert birch.record(Carried) == []
    assert birch.says(stop("fine"))[0][1].seq == 1


def test_flash_leaves_first(birch):
    sends = birch.says(declared(), declared("A2"), stop())
    assert [send.seq for _, send in sends] == [3, 1, 2]


def test_an_old_number_is_compared_with_the_record_and_not_all_the_time(birch):
    notes = chain(*[declared(f"A{n}") for n in range(RECENT_MAX + 5)])
    birch.gets(*notes)
    birch.gets(notes[0])
    assert birch.record(Alarm) == []
    other = signed(declared("another"))
    birch.gets(other)  # within the minute: not looked at
    assert birch.record(Alarm) == []
    birch.world.now += 60_000_000
    birch.gets(other)
    assert [(one.code, one.party) for one in birch.record(Alarm)] == [
        ("stream.two-texts", ALDER.name)
    ]
    evidence = [one for one in birch.record(Carried) if one.how == "evidence"]
    assert [one.note.encode() for one in evidence] == [other.note]
    birch.world.now += 60_000_000
    birch.gets(other)
    assert len(birch.record(Alarm)) == 1


def test_a_start_reads_where_the_line_stood(birch):
    birch.gets(*chain(declared(), stop())[1:])
    birch.says(stop("ours"))
    birch.world.node = birch.world.start()
    birch.start()
    state = birch.lines.state(ALDER.name)
    assert state.receiving.gaps() == [(1, 1)]
    assert [one.seq for one in state.sending.unstored] == [1]


def test_a_heartbeat_says_where_the_record_stands(birch):
    birch.says(stop())
    birch.world.now += 30_000_000
    (beat,) = [send for _, send in birch.lines.passes() if b"heartbeat" in send.note]
    head = birch.lines.head()
    assert head.root.encode() in beat.note
    assert head.size == 1
