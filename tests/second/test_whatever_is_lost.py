"""Between the two programs notes are lost, doubled and reordered; in the end both have them once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from keepclear.link import bodies as b
from keepclear.link.happening import BeginAnew, Deliver
from tests.link.ends import ALDER, BIRCH, End, stop
from tests.second.notes import Signer, read_key
from tests.second.stream import Line, Reader

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["say", "stop", "there", "back", "twice", "lose", "tick"]),
        st.integers(0, 5),
    ),
    max_size=30,
)


class Between:
    """The second program is Alder's, the first one Birch's; ``there`` and ``back`` are under way."""

    def __init__(self):
        reader = Reader(read_key(str(BIRCH.verifier)), ALDER.name, arrangements=("Darling/3",))
        self.second = Line(Signer(ALDER.name, ALDER.seed), reader)
        self.first = End()
        self.there, self.back, self.acted = [], [], []

    def says(self, number, flash):
        if number % 2:
            body = (
                {"asks": "cease", "by": "desk", "words": f"stop {number}"}
                if flash
                else {"by": "desk"}
            )
            kind = "stop/1" if flash else "test/1"
            self.there.append(self.second.say(kind, body, self.first.now))
            return
        said = stop(f"stop {number}") if flash else b.LineTest(by="desk")
        self.back += self.first.sent(self.first.says(said))

    def first_hears(self, note):
        self.back += self.first.sent(self.first.gets(note))

    def second_hears(self, note):
        self.acted += [what for name, what in self.second.hears(note) if name == "act"]

    def ticks(self):
        """Time passes for both: each sends what nobody has signed as stored, and what it has."""
        self.back += self.first.sent(self.first.later(61))
        self.there += [*self.second.outbox.values(), self.second.receipt(self.first.now)]

    def plays(self, what, at):
        if what in {"say", "stop"}:
            self.says(at, what == "stop")
        elif what == "tick":
            self.ticks()
        elif what == "there" and self.there:
            self.first_hears(self.there.pop(at % len(self.there)))
        elif what == "back" and self.back:
            self.second_hears(self.back.pop(at % len(self.back)))
        elif what == "twice" and self.there:
            self.first_hears(self.there[at % len(self.there)])
        elif what == "lose":
            self.there, self.back = self.there[:at], self.back[at:]

    def heals(self):
        for _ in range(4):
            self.ticks()
            while self.there or self.back:
                there, back, self.there, self.back = self.there, self.back, [], []
                for note in there:
                    self.first_hears(note)
                for note in back:
                    self.second_hears(note)


@given(STEPS)
def test_in_the_end_both_have_all_of_it_once_and_nobody_is_alarmed(steps):
    line = Between()
    for what, at in steps:
        line.plays(what, at)
    line.heals()
    assert line.second.outbox == {}
    assert line.first.state.sending.unstored == ()
    assert line.first.state.receiving.seq == line.second.seq
    assert line.second.reader.stored == line.first.state.sending.seq
    assert line.first.state.receiving.hash == line.second.prev
    here = [one.received.seq for one in line.first.of(Deliver)]
    there = [message.seq for message in line.acted if message.seq]
    assert sorted(here) == list(range(1, line.second.seq + 1)), "each once"
    assert sorted(there) == list(range(1, line.first.state.sending.seq + 1)), "each once"
    assert [code for code in line.first.alarms() if code != "line.silent"] == []


@given(STEPS, st.integers(2, 2**53 - 1))
def test_a_new_stream_on_which_people_agreed_has_what_the_other_never_stored(steps, stream):
    """As after one of the two lost its database: here the first one's reader begins with nothing."""
    line = Between()
    for what, at in steps:
        line.plays(what, at)
    line.there, line.back = [], []
    unstored = len(line.second.outbox)
    line.second.begins_anew(stream)
    line.first.happens(BeginAnew(None, stream))
    line.heals()
    assert line.second.outbox == {}
    assert line.second.seq == line.first.state.receiving.seq == unstored
    assert line.first.state.receiving.hash == line.second.prev
    assert [one.stream for one in line.acted if one.seq and one.stream != 1] == []
