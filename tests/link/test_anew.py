"""New streams after a desk lost what it had: what was unsent goes on, and stops are shown meanwhile."""

from __future__ import annotations

import pytest

from keepclear.errors import RuleError
from keepclear.link.board import Board
from keepclear.link.happening import BeginAnew, Deliver, Record
from keepclear.link.message import open_message, read_own
from keepclear.link.state import OUT, restore
from tests.link.ends import ALDER, BIRCH, End, chain, declared, signed, stop


def carry(one, other):
    for _ in range(10):
        for end in (one, other):
            end.later(6)
        notes = one.sent(), other.sent()
        one.effects.clear()
        other.effects.clear()
        one.gets(*notes[1])
        other.gets(*notes[0])


def lost():
    """Birch had stored three of Alder's messages, and has nothing any more."""
    alder, birch = End(ALDER, BIRCH), End(BIRCH, ALDER)
    for n in range(3):
        alder.says(declared(f"A{n}"))
        birch.says(declared(f"B{n}"))
    carry(alder, birch)
    assert alder.state.sending.stored == 3
    for body in (declared("A3"), stop()):
        alder.says(body)
    return alder, End(BIRCH, ALDER, now=alder.now)


def test_without_an_agreement_the_stop_is_shown_and_both_are_told():
    alder, birch = lost()
    carry(alder, birch)
    assert [
        one.received.message.body for one in birch.of(Deliver)
    ] == []  # cleared with the effects
    alder, birch = lost()
    birch.gets(*alder.sent(alder.says(stop("now"))))
    assert [one.received.message.body.words for one in birch.of(Deliver)] == ["now"]
    birch.says(declared("B9"))
    alder.gets(*birch.sent())
    assert "stream.two-texts" in alder.alarms()


def test_agreed_both_go_on_and_what_was_unsent_arrives():
    alder, birch = lost()
    for end in (alder, birch):
        end.happens(BeginAnew(2, 2))
        end.starts_again()
    assert [one.seq for one in alder.state.sending.unstored] == [1, 2]
    alder.effects.clear()
    done = []
    for _ in range(4):
        for end in (alder, birch):
            end.later(6)
        birch.gets(*alder.sent())
        alder.gets(*birch.sent())
        done += birch.acted_on()
        alder.effects.clear()
        birch.effects.clear()
    assert sorted(seq for seq, _ in done) == [1, 2]
    assert alder.kept[OUT] == {}
    birch.says(stop("from Birch"))
    alder.gets(*birch.sent())
    assert alder.acted_on() == [(1, False)]
    assert alder.state.receiving.stream == 2


def test_the_same_words_and_time_in_the_new_stream():
    alder, _ = lost()
    before = [read_own(one.note).message for one in alder.state.sending.unstored]
    effects = alder.happens(BeginAnew(out_stream=2))
    notes = [one.note for one in effects if isinstance(one, Record)]
    after = [open_message(note, ALDER.verifier, BIRCH.name).message for note in notes]
    assert [one.body for one in after] == [one.body for one in before]
    assert [one.sent_us for one in after] == [one.sent_us for one in before]
    assert [(one.stream, one.seq) for one in after] == [(2, 1), (2, 2)]
    assert restore(BIRCH.name, alder.kept).sending.hash == alder.state.sending.hash


def test_what_waited_beyond_a_gap_is_shown_for_what_it_is():
    birch = End()
    birch.gets(*chain(declared("A1"), declared("A2"), stop())[1:])
    effects = birch.happens(BeginAnew(in_stream=2))
    left = [(one.received.seq, one.problem) for one in birch.of(Deliver, effects)]
    assert left == [(2, "stream.left")]  # the stop was shown when it came
    birch.starts_again()
    assert birch.state.receiving.ahead == ()
    (first,) = chain(declared("new"), stream=2)
    birch.gets(first)
    assert birch.acted_on()[-1] == (1, False)


@pytest.mark.parametrize("event", [BeginAnew(1), BeginAnew(None, 1), BeginAnew(2, 0)])
def test_a_new_stream_has_a_higher_number(event):
    with pytest.raises(RuleError) as caught:
        End().happens(event)
    assert caught.value.code == "stream.number"


def test_a_stop_of_another_stream_is_shown_once():
    birch = End()
    (other,) = chain(stop(), stream=3)
    birch.gets(other, other)
    assert [one.problem for one in birch.of(Deliver)] == ["stream.other"]
    assert birch.alarms() == ["stream.other"]
    assert birch.state.receiving.seq == 0


def test_the_board_awaits_no_receipt_of_the_old_stream():
    from keepclear.domain.arrangement import Deadlines

    board = Board(lambda _peer: Deadlines())
    old, new = signed(stop()), signed(stop(), stream=2)
    for one in (old, new):
        board.take(BIRCH.name, "sent", one, 0)
    assert [key[2] for key in board.progress] == [key[2] for key in board.alerts] == [new.hash]
