"""One line: whatever the network does, each message is acted on once, and what is missing is seen."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from keepclear.link import bodies as b
from keepclear.link.happening import Alarm, Compare, Deliver, Keep, Record, Send
from keepclear.link.message import open_message, sign_message
from keepclear.link.receiving import AHEAD_FLASH_MAX, AHEAD_MAX, FORKS_MAX
from keepclear.link.sending import WINDOW
from keepclear.link.state import OUT, RECENT_MAX
from keepclear.link.stream import HEARTBEAT_US, SILENT_US, State, due_us
from keepclear.record.note import sign
from tests.link.ends import (
    ALDER,
    BIRCH,
    CEDAR,
    SECOND,
    End,
    chain,
    declared,
    message,
    said,
    signed,
    stop,
)


def both():
    return End(ALDER, BIRCH), End(BIRCH, ALDER)


def read(note, sender=BIRCH, recipient=ALDER):
    return open_message(note, sender.verifier, recipient.name)


def carry(one, other, seconds=0.1):
    """Everything that one sends reaches the other, until nothing more is said."""
    for _ in range(20):
        for end in (one, other):
            end.later(seconds)
        notes = one.sent(), other.sent()
        one.effects.clear()
        other.effects.clear()
        one.gets(*notes[1])
        other.gets(*notes[0])


def numbered(count):
    return [declared(f"A{n}") for n in range(count)]


def test_in_order_each_is_acted_on_once():
    birch = End()
    birch.gets(*chain(*numbered(3)))
    assert birch.acted_on() == [(1, False), (2, False), (3, False)]
    assert len(birch.recorded("received")) == 3
    assert not birch.alarms()


@given(st.data())
def test_any_order_any_copies_the_same_end(data):
    notes = chain(declared(), stop(), declared("A2"), stop("more"), declared("A3"), declared("A4"))
    order = data.draw(st.permutations(range(6)))
    copies = data.draw(st.lists(st.integers(0, 5), max_size=6))
    again = data.draw(st.lists(st.integers(0, 11), max_size=3))
    birch = End()
    for at, which in enumerate([*order, *copies]):
        birch.gets(notes[which])
        if at in again:
            birch.starts_again()
    acted = [seq for seq, _ in birch.acted_on()]
    assert sorted(acted) == [1, 2, 3, 4, 5, 6]
    assert [seq for seq in acted if seq not in {2, 4}] == [1, 3, 5, 6]
    assert sorted(birch.recorded("received")) == sorted(one.note for one in notes)
    assert birch.state.receiving.seq == 6
    assert birch.state.receiving.hash == notes[-1].hash
    assert not birch.state.receiving.ahead
    assert not birch.alarms()


def test_a_stop_does_not_wait_for_what_is_missing():
    birch = End()
    notes = chain(declared(), declared("A2"), stop(), declared("A3"))
    effects = birch.gets(notes[2])
    assert [type(one) for one in effects] == [Keep, Keep, Record, Deliver]
    assert birch.acted_on() == [(3, True)]
    assert birch.state.receiving.gaps() == [(1, 2)]
    birch.gets(notes[3])
    assert birch.acted_on() == [(3, True)]  # a notification waits for its turn
    birch.gets(notes[1], notes[0])
    assert birch.acted_on() == [(3, True), (1, False), (2, False), (4, False)]


def test_a_stop_is_receipted_at_once_and_what_is_missing_asked_for():
    birch = End()
    notes = chain(declared(), stop())
    birch.gets(notes[1])
    assert due_us(birch.state) <= birch.now
    stored = next(read(note) for note in birch.sent(birch.later(0)) if b"stored/1" in note)
    assert stored.message.ack is None  # nothing is covered up to a number
    assert stored.message.body.gaps == [(1, 1)]
    assert [one.seq for one in stored.message.body.ahead] == [2]
    asked = [bool(birch.sent(birch.later(1.0))) for _ in range(8)]
    assert asked[0]
    assert not all(asked)  # it asks again, at growing intervals


def test_one_signature_covers_everything_up_to_its_number():
    alder, birch = both()
    for body in numbered(5):
        alder.says(body)
    assert len(alder.kept[OUT]) == 5
    birch.gets(*alder.sent())
    (note,) = [note for note in birch.sent(birch.later(1)) if b"stored/1" in note]
    assert read(note).message.ack == b.Ref(seq=5, hash=alder.state.sending.hash)
    effects = alder.gets(note)
    assert not alder.kept[OUT]
    assert alder.state.sending.stored == 5
    assert [one.note for one in effects if isinstance(one, Record)] == [note]  # the receipt is kept
    assert alder.gets(note) == []


def test_an_answer_carries_the_receipt():
    alder, birch = both()
    birch.gets(*alder.sent(alder.says(stop())))
    alder.gets(*birch.sent(birch.says(said())))
    assert alder.state.sending.stored == 1


def test_what_is_not_stored_is_sent_again_at_growing_intervals():
    alder = End(ALDER, BIRCH)
    alder.says(declared())
    times = []
    for second in range(400):
        times += [second for note in alder.sent(alder.later(1)) if b"declared/1" in note]
    gaps = [after - before for before, after in pairwise(times)]
    assert times[0] <= 4
    assert gaps[:4] == sorted(gaps[:4])
    assert all(60 <= gap <= 76 for gap in gaps[4:])


def test_a_stop_is_sent_again_within_seconds_and_before_all_else():
    alder = End(ALDER, BIRCH)
    for body in numbered(WINDOW + 5):
        alder.says(body)
    alder.says(stop())
    assert len(alder.of(Send)) == WINDOW + 1  # no window holds a stop back
    again = alder.of(Send, alder.later(3))
    assert again[0].flash
    for _ in range(20):
        assert any(one.flash for one in alder.of(Send, alder.later(7)))


def test_nothing_is_sent_before_it_is_kept():
    alder = End(ALDER, BIRCH)
    effects = alder.says(stop())
    kinds = [type(one) for one in effects]
    assert kinds == [Keep, Keep, Record, Send]
    assert effects[0].data == effects[-1].note


def test_after_a_start_everything_goes_on():
    alder, birch = both()
    for body in (*numbered(3), stop()):
        alder.says(body)
    alder.starts_again()
    birch.gets(alder.sent(alder.later(0))[0])  # flash comes first
    birch.starts_again()
    assert birch.acted_on() == [(4, True)]
    carry(alder, birch)
    assert alder.state.sending.stored == 4
    assert birch.state.receiving.seq == 4
    assert alder.says(stop("two"))[-1].seq == 5


def test_both_ends_talk_at_once():
    alder, birch = both()
    for n in range(40):
        alder.says(declared(f"A{n}"))
        birch.says(declared(f"B{n}"))
    carry(alder, birch)
    assert alder.state.sending.stored == birch.state.receiving.seq == 40
    assert birch.state.sending.stored == alder.state.receiving.seq == 40
    assert not alder.kept[OUT]


def test_two_texts_under_one_number_are_proof():
    birch = End()
    first, other = signed(declared("A1")), signed(declared("A2"))
    birch.gets(first, other, other, first)
    assert birch.acted_on() == [(1, False)]
    assert birch.alarms() == ["stream.two-texts"]
    assert birch.of(Alarm)[0].notes == (other.note,)
    assert birch.recorded("received") == [first.note]
    assert birch.recorded("evidence") == [other.note]
    birch.starts_again()
    assert birch.gets(other) == []
    third = signed(declared(), seq=2, prev=first.hash)
    birch.gets(third)
    assert birch.state.receiving.seq == 2  # the stream goes on


def test_another_stop_under_a_used_number_is_shown_all_the_same():
    birch = End()
    birch.gets(signed(declared()), signed(stop()))
    shown = birch.of(Deliver)[-1]
    assert shown.problem == "stream.two-texts"
    assert shown.received.message.body == stop()
    birch.gets(signed(stop()))
    assert len(birch.of(Deliver)) == 2


def test_our_receipt_never_covers_a_chain_that_was_not_stored():
    """Signing number 2 would sign the other number 1 with it."""
    birch = End()
    mine, other = signed(declared("A1")), signed(declared("A2"))
    birch.gets(mine, signed(declared("A3"), seq=2, prev=other.hash))
    assert birch.alarms() == ["stream.other-chain"]
    stored = next(read(note) for note in birch.sent(birch.later(1)) if b"stored/1" in note)
    assert stored.message.ack == b.Ref(seq=1, hash=mine.hash)
    birch.gets(signed(stop(), seq=2, prev=other.hash))
    assert birch.of(Deliver)[-1].received.message.body == stop()


def test_the_same_beyond_a_gap():
    birch = End()
    one, other = signed(declared("A1")), signed(declared("A2"))
    birch.gets(signed(declared("A3"), seq=2, prev=other.hash), one)
    assert birch.state.receiving.seq == 1
    assert not birch.state.receiving.ahead
    assert birch.alarms() == ["stream.other-chain"]
    birch.gets(signed(declared("A4"), seq=2, prev=one.hash))
    assert birch.state.receiving.seq == 2


def test_a_text_that_was_shown_as_proof_and_then_fits_is_not_shown_again():
    """Found by world 124: the text beside it, stored beyond a gap, turned out to fit no chain."""
    birch = End()
    one, strange = signed(declared("A1")), signed(declared("A2"))
    misfit, fits = (signed(stop(w), seq=2, prev=p.hash) for w, p in (("a", strange), ("b", one)))
    birch.gets(misfit, fits, one, fits)
    assert birch.state.receiving.hash == fits.hash
    shown = [found.received.hash for found in birch.of(Deliver)]
    assert sorted(shown) == sorted([misfit.hash, fits.hash, one.hash])


def test_proofs_have_an_end():
    birch = End()
    birch.gets(*[signed(declared(f"A{n}")) for n in range(FORKS_MAX + 40)])
    assert birch.alarms().count("stream.two-texts") == FORKS_MAX
    assert birch.alarms()[FORKS_MAX:] == ["stream.many-texts"]
    assert len(birch.recorded("evidence")) == FORKS_MAX


def test_an_old_number_is_compared_with_the_record():
    birch = End()
    notes = chain(*numbered(RECENT_MAX + 2))
    birch.gets(*notes)
    assert birch.of(Compare) == []
    birch.gets(notes[0])
    assert [one.received.hash for one in birch.of(Compare)] == [notes[0].hash]


def test_a_receipt_for_another_text_is_no_receipt():
    alder = End(ALDER, BIRCH)
    alder.says(declared())
    for ack, code in (
        (b.Ref(seq=1, hash="ab" * 32), "ack.other-text"),
        (b.Ref(seq=2, hash="ab" * 32), "ack.unsent"),
    ):
        body = b.Stored(gaps=[], ahead=[], says=b.NO_PERMISSION)
        note = signed(body, seq=0, sender=BIRCH, recipient=ALDER, ack=ack)
        alder.gets(note)
        assert alder.alarms()[-1] == code
        assert alder.recorded("evidence")[-1] == note.note
    assert alder.state.sending.stored == 0
    assert len(alder.kept[OUT]) == 1


def test_what_is_asked_for_goes_again_and_not_ten_times_a_second():
    alder = End(ALDER, BIRCH)
    for body in numbered(4):
        alder.says(body)
    body = b.Stored(gaps=[(2, 3)], ahead=[], says=b.NO_PERMISSION)
    ask = signed(body, seq=0, sender=BIRCH, recipient=ALDER)
    alder.now += SECOND
    assert [one.seq for one in alder.of(Send, alder.gets(ask))] == [2, 3]
    assert alder.gets(ask) == []


def test_load_beyond_a_gap_keeps_no_stop_out():
    birch = End()
    notes = chain(*numbered(AHEAD_MAX + 3), *[stop(f"{n}") for n in range(AHEAD_FLASH_MAX + 1)])
    birch.gets(*notes[1:])
    assert len(birch.acted_on()) == AHEAD_FLASH_MAX
    assert birch.alarms() == ["stream.too-far-ahead"]
    birch.gets(*notes)
    assert birch.state.receiving.seq == len(notes)
    assert len(birch.acted_on()) == len(notes)


def test_what_cannot_be_acted_on_keeps_its_place_and_is_answered_with_a_code():
    birch = End()
    first = signed(declared())
    text = first.text.replace("declared/1", "declared/7")
    strange = sign(text, (ALDER,))
    effects = birch.gets(strange)
    (one,) = birch.of(Deliver, effects)
    assert one.problem == "body.unknown-kind"
    answer = read(birch.sent(effects)[0]).message
    assert answer.body.code == "body.unknown-kind"
    assert birch.state.receiving.seq == 1
    alder = End(ALDER, BIRCH)
    alder.gets(birch.sent(effects)[0])
    assert len(alder.acted_on()) == 1


def test_a_refusal_is_never_refused():
    birch = End(arrangements=frozenset())
    body = b.Refused(re=b.Ref(seq=1, hash="ab" * 32), code="body.form")
    text = signed(body).text.replace("drill: -", "drill: EXERCISE")
    effects = birch.gets(sign(text, (ALDER,)))
    assert birch.of(Deliver, effects)[0].problem == "message.spelling"
    assert birch.sent(effects) == []


def test_under_another_arrangement_only_what_never_depends_on_one():
    birch = End()
    told = {"arrangement": "Other/1"}
    notes = chain(said(), declared(), declared(what="operation"), stop(), **told)
    birch.gets(*notes)
    assert [one.problem for one in birch.of(Deliver)] == [
        "arrangement.other", "", "arrangement.other", "",
    ]  # fmt: skip


def test_suspension_keeps_no_stop_no_site_and_no_receipt_out():
    birch = End(suspended=True)
    re = b.Ref(seq=1, hash="ab" * 32)
    receipt = b.Acknowledged(re=re, by="duty", at_us=1, says=b.NO_PERMISSION)
    notes = chain(said(), declared(), stop(), receipt, arrangement="Darling/3")
    birch.gets(*notes)
    assert [one.problem for one in birch.of(Deliver)] == ["arrangement.suspended", "", "", ""]


def test_what_nobody_known_signed_changes_nothing_and_alarms_once_an_hour():
    birch = End()
    junk = [b"junk", signed(stop(), sender=CEDAR).note, signed(stop()).note.replace(b"A2", b"A3")]
    before = birch.state.receiving, birch.state.sending
    for note in junk * 50:
        birch.gets(note)
    assert (birch.state.receiving, birch.state.sending) == before
    assert birch.alarms() == ["note.malformed", "note.unsigned", "note.bad-signature"]
    assert not birch.of(Record)
    assert not birch.sent()
    assert birch.state.heard_us is None
    birch.now += 3_600 * SECOND
    birch.gets(*junk)
    assert len(birch.alarms()) == 6


def test_what_the_peer_signed_without_a_place_is_evidence():
    birch = End()
    note = sign(signed(stop()).text.replace("seq: 1", "seq: one"), (ALDER,))
    birch.gets(note, note)
    assert birch.alarms() == ["message.place"]
    assert birch.recorded("evidence") == [note]


def test_another_stream_number_is_for_people_to_agree_on():
    birch = End()
    note = sign_message(message(stop(), stream=2), ALDER).note
    birch.gets(note)
    assert birch.alarms() == ["stream.other"]
    assert birch.state.receiving.seq == 0


def test_late_and_future_messages_count_and_are_marked():
    birch = End()
    one, two = chain(declared(), stop(), until_us=birch.now - 1)
    birch.gets(one, two)
    assert [one.late for one in birch.of(Deliver)] == [True, True]
    birch = End()
    birch.gets(*chain(declared(), sent_us=birch.now + 301 * SECOND))
    assert birch.acted_on() == [(1, False)]
    assert birch.alarms() == ["clock.ahead"]


def test_silence_alarms_both_ends_once_and_speech_ends_it():
    alder, birch = both()
    carry(alder, birch)
    for end in (alder, birch):
        for _ in range(20):
            end.later(10)
        assert end.alarms() == ["line.silent"]
    alder.says(declared())
    alder.later(60)
    alder.effects.clear()
    effects = alder.gets(birch.sent()[-1])
    assert not alder.state.silent
    assert [one.seq for one in alder.of(Send, alder.later(0))] or alder.of(Send, effects)


def test_each_silence_is_told_also_the_second_within_an_hour():
    alder, birch = both()
    carry(alder, birch)
    for _ in range(10):
        birch.later(10)
    birch.gets(*alder.sent(alder.later(30)))
    assert not birch.state.silent
    for _ in range(10):
        birch.later(10)
    assert birch.alarms() == ["line.silent", "line.silent"]


def test_a_heartbeat_comes_with_the_times_of_both_clocks():
    alder, birch = both()
    birch.now += 7 * SECOND  # its clock is ahead
    beat = read(alder.sent(alder.later(0))[0], ALDER, BIRCH)
    assert beat.message.body.your_sent_us is None
    birch.gets(beat)
    birch.later(2)
    answer = [read(note) for note in birch.sent() if b"heartbeat/1" in note][-1].message
    assert answer.body.your_sent_us == beat.message.sent_us
    assert answer.body.arrived_us == birch.now - 2 * SECOND
    assert due_us(alder.state) == alder.now + HEARTBEAT_US
    assert SILENT_US == 3 * HEARTBEAT_US


def test_an_old_heartbeat_is_not_taken_for_a_new_one():
    birch = End()
    old = signed(b.Heartbeat(heads=[]), seq=0)
    birch.gets(signed(b.Heartbeat(heads=[]), seq=0, sent_us=birch.now + 5), old)
    assert birch.state.peer_sent_us == birch.now + 5


@given(st.data())
def test_whatever_is_lost_doubled_and_restarted_both_ends_agree_in_the_end(data):
    alder, birch = both()
    ends = {"alder": (alder, birch), "birch": (birch, alder)}
    said_by = {"alder": 0, "birch": 0}
    under_way = []
    for _ in range(data.draw(st.integers(5, 40))):
        name = data.draw(st.sampled_from(["alder", "birch"]))
        me, other = ends[name]
        what = data.draw(st.sampled_from(["say", "stop", "carry", "lose", "start", "wait"]))
        if what in {"say", "stop"}:
            said_by[name] += 1
            effects = me.says(stop() if what == "stop" else declared(f"{name}{said_by[name]}"))
            under_way += [(other, note) for note in me.sent(effects)]
        elif what == "wait":
            under_way += [(other, note) for note in me.sent(me.later(data.draw(st.integers(0, 9))))]
        elif what == "start":
            me.starts_again()
        elif under_way:
            at = data.draw(st.integers(0, len(under_way) - 1))
            to, note = under_way[at] if data.draw(st.booleans()) else under_way.pop(at)
            if what == "carry":
                to.gets(note)
    done = {end.me.name: end.acted_on() for end in (alder, birch)}
    for end in (alder, birch):
        end.effects.clear()
    for _ in range(4):
        carry_all(alder, birch, done)
    for name, (me, other) in ends.items():
        assert me.state.sending.seq == me.state.sending.stored == said_by[name]
        assert other.state.receiving.seq == said_by[name]
        seqs = [seq for seq, _ in done[other.me.name]]
        assert sorted(seqs) == list(range(1, said_by[name] + 1))
        assert not me.kept[OUT]
        assert not me.alarms()


def carry_all(alder, birch, done):
    for _ in range(30):
        notes = {}
        for end in (alder, birch):
            end.later(8)
            notes[end.me.name] = end.sent()
            done[end.me.name] += end.acted_on()
            end.effects.clear()
        birch.gets(*notes[ALDER.name])
        alder.gets(*notes[BIRCH.name])
    for end in (alder, birch):
        done[end.me.name] += end.acted_on()


def test_a_state_is_a_value():
    birch = End()
    before = birch.state
    birch.gets(signed(declared()))
    assert before == State()
    assert replace(birch.state) == birch.state
