"""What is done to a desk by who has a peer's key, an old one, or none: at a real node, over its talk.

After each attack the same is looked at: what is kept, what people are told, that nothing of the desk's
own was answered, and that the stream goes on, a stop too. docs/attacks.md points here.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from keepclear.errors import KeepclearError, VerificationError
from keepclear.link import bodies as b
from keepclear.link.message import read_own
from keepclear.node import peers
from keepclear.node.talking import Talk
from keepclear.record.note import Signer, sign
from keepclear.wire.entries import Alarm
from tests.link.ends import declared, signed, stop
from tests.node.desks import alarms, carried, desks, exchange, notes, shown
from tests.node.party import ASK
from tests.node.world import site

SECRET = "the laboratory behind the school"
"""Something of the attacked desk's own, in its record and in no answer."""
HASH = "ab" * 32


@pytest.fixture
def two():
    alder, birch = desks("Alder", "Birch")
    birch.world.declare(replace(site(party="Birch"), name=SECRET))
    assert SECRET in str(birch.world.bodies())
    return alder, birch


def resigned(desk, note, old, new):
    """The same note with something else in it, signed again by whose key it is."""
    text = note.decode().rpartition("\n\n")[0] + "\n"
    assert text.count(old) == 1, old
    return sign(text.replace(old, new), (desk.message,))


def said(desk, body=None):
    """The next note of a desk; it is a whole one, and may never arrive."""
    (note,) = notes(desk.talk.say("Birch", body or declared()))
    return note


def of_one_body(old, new):
    return lambda alder, note: resigned(alder, note, old, new)


# what the peer signs, in its next place: how it is made, and with what code it is answered
IN_ITS_PLACE = {
    "unknown kind": (of_one_body("kind: declared/1", "kind: strike/1"), "body.unknown-kind"),
    "unknown member": (of_one_body('"version":1', '"version":1,"aim":"x"'), "body.form"),
    "doubled member": (of_one_body('"version":1', '"version":1,"version":1'), "message.spelling"),
    "doubled line": (of_one_body("drill: -", "drill: -\ndrill: -"), "message.malformed"),
    "hidden direction": (of_one_body("Alder/A1", "Alder/\u202eA1"), "message.hidden-characters"),
    "wrong arrangement": (
        lambda alder, note: resigned(
            alder, resigned(alder, note, "arrangement: -", "arrangement: Other/9"),
            '"what":"site"', '"what":"operation"',
        ),
        "arrangement.other",
    ),
    "flash that is none": (of_one_body("urgency: routine", "urgency: flash"), "message.urgency"),
}  # fmt: skip


@pytest.mark.parametrize("attack", IN_ITS_PLACE)
def test_what_a_peer_signs_and_nobody_can_act_on_is_kept_and_answered_with_a_code(two, attack):
    alder, birch = two
    make, code = IN_ITS_PLACE[attack]
    bad = make(alder, said(alder))
    told = birch.talk.hears([bad, bad])
    assert carried(birch, "received") == [bad]
    answers = [read_own(note).message.body for note in notes(told)]
    refused = [one for one in answers if isinstance(one, b.Refused)]
    assert [one.code for one in refused] == [code]
    # the stream goes on behind it, by what was really signed
    after = signed(
        stop(), sender=alder.message, recipient=birch.message, seq=2, prev=read_own(bad).hash,
        sent_us=alder.world.now,
    )  # fmt: skip
    birch.talk.hears([after.note])
    assert len(birch.talk.board.alerts) == 1
    assert nothing_told(birch)


OUT_OF_PLACE = {
    "wrong version": (("keepclear/message/1", "keepclear/message/2"), "message.version", True),
    "no number": (("seq: 1", "seq: many"), "message.place", True),
    "another stream": (("stream: 1", "stream: 9"), "stream.other", True),
    "for another desk": (("to: keepclear/birch/desk", "to: keepclear/cedar/desk"), "", False),
}


@pytest.mark.parametrize("attack", OUT_OF_PLACE)
def test_what_has_no_place_is_evidence_and_changes_nothing(two, attack):
    alder, birch = two
    (old, new), code, kept = OUT_OF_PLACE[attack]
    good = said(alder)
    bad = resigned(alder, good, old, new)
    for _ in range(5):
        answered = notes(birch.talk.hears([bad]))
        assert answered == []
    assert carried(birch, "evidence") == ([bad] if kept else [])
    assert alarms(birch) == [code or "message.not-ours"]  # told once, not five times
    goes_on(alder, birch, good)


WITHOUT_A_KEY = {
    "forged": lambda note: note.replace(b'"version":1', b'"version":2'),
    "truncated": lambda note: note[:-30],
    "cut in the midst": lambda note: note[: len(note) // 2],
    "signed by nobody": lambda note: note.rpartition(b"\n\n")[0] + b"\n\n",
    "with more behind it": lambda note: note + b"x\n",
    "too large": lambda note: note.replace(b'"text":"{}"', b'"text":"' + b"x" * 900_000 + b'"'),
    "bytes that are no text": lambda note: note.replace(b"version", b"ver\xffion"),
}


@pytest.mark.parametrize("attack", WITHOUT_A_KEY)
def test_what_is_not_signed_by_the_peer_leaves_one_alarm_and_nothing_else(two, attack):
    alder, birch = two
    good = said(alder)
    bad = WITHOUT_A_KEY[attack](good)
    before = len(birch.world.bodies())
    assert {answered(birch, bad) for _ in range(5)} <= {"", "message.unknown-sender"}
    new = birch.world.bodies()[before:]
    assert [one for one in new if not isinstance(one, Alarm)] == []
    assert len(new) <= 1
    goes_on(alder, birch, good)


def test_a_replay_is_no_second_message_however_often_it_comes(two):
    alder, birch = two
    first, second = said(alder), said(alder, stop())
    for _ in range(10):
        birch.talk.hears([second, first, first])
    assert carried(birch, "received") == [second, first]
    assert len(shown(birch, "line")) == 2
    assert len(birch.talk.board.alerts) == 1
    assert alarms(birch) == []


def test_what_was_said_to_one_desk_is_nothing_at_another():
    """A recipient hands on what it was told, as if it had been told to a third."""
    alder, birch, cedar = desks("Alder", "Birch", "Cedar")
    birch.talk.hears(notes(alder.talk.say("Birch", stop())))
    handed_on = carried(birch, "received")
    cedar.talk.hears(handed_on)
    assert cedar.talk.board.alerts == {}
    assert carried(cedar, "received") == carried(cedar, "evidence") == []
    assert alarms(cedar) == ["message.not-ours"]


def test_a_future_time_moves_nothing_and_is_told(two):
    alder, birch = two
    alder.world.now += 86_400_000_000
    birch.talk.hears([said(alder, stop())])
    assert alarms(birch) == ["clock.ahead"]
    (alert,) = birch.talk.board.alerts.values()
    assert alert.raised_us == birch.world.now  # by the desk's own clock
    assert birch.talk.board.next_us() == birch.world.now + 20_000_000


def test_a_stolen_key_that_was_replaced_signs_nothing(two):
    alder, birch = two
    stolen, last = alder.message, said(alder)
    birch.talk.hears([last])
    alder.message = Signer("keepclear/alder/desk", bytes(range(40, 72)))
    invitation = alder.invitation(message=alder.message, last_believed=1)
    peers.accept(birch.world.node, invitation, ASK)
    forged = signed(
        stop(), sender=stolen, recipient=birch.message, seq=2, prev=read_own(last).hash
    )  # fmt: skip
    birch.talk.hears([forged.note])
    assert birch.talk.board.alerts == {}
    assert alarms(birch) == ["note.unsigned"]
    alder.talk = Talk(alder.world.node, alder.message)
    birch.talk.hears(notes(alder.talk.say("Birch", stop())))
    assert len(birch.talk.board.alerts) == 1


def test_a_stolen_key_speaks_as_the_desk_and_both_texts_prove_it(two):
    """Nothing tells the thief's text from the desk's own; two of one number cannot both be right."""
    alder, birch = two
    thiefs = signed(declared("T1"), sender=alder.message, recipient=birch.message).note
    own = said(alder)
    birch.talk.hears([thiefs])
    assert shown(birch, "line") != []
    birch.talk.hears([own])
    assert "stream.two-texts" in alarms(birch)
    assert {*carried(birch, "received"), *carried(birch, "evidence")} >= {thiefs, own}


def test_a_receipt_for_what_was_never_sent_counts_for_nothing(two):
    alder, birch = two
    lie = resigned(alder, said(alder), "ack: -", f"ack: 40 {HASH}")
    birch.talk.hears([lie])
    assert "ack.unsent" in alarms(birch)


def test_a_strangers_invitation_and_a_lost_partys_note_open_no_line():
    alder, birch, thief = desks("Alder", "Birch", "Cedar")
    peers.call_lost(birch.world.node, "Cedar", "their officer said so by telephone", ASK)
    note = notes(thief.talk.say("Birch", stop()))[0]
    with pytest.raises(VerificationError, match="names no sender"):
        birch.talk.hears([note])
    with pytest.raises(KeepclearError) as caught:
        birch.talk.say("Cedar", stop())
    assert caught.value.code == "line.none"
    assert alder.talk.parties() == ["Birch", "Cedar"]


def answered(desk, note):
    """What whoever hands a note in is told: notes, or a code."""
    try:
        return b"".join(notes(desk.talk.hears([note]))).decode()
    except VerificationError as error:
        return error.for_peer()


def goes_on(alder, birch, good):
    """What the peer really said is taken, a stop behind it too, and nothing was told meanwhile."""
    birch.talk.hears([good])
    birch.talk.hears(notes(alder.talk.say("Birch", stop())))
    assert len(birch.talk.board.alerts) == 1
    assert carried(birch, "received") == carried(alder, "sent")
    exchange(alder, birch)
    assert nothing_told(birch)


def nothing_told(desk):
    """Whether nothing that the desk ever sent holds anything of its own."""
    sent = carried(desk, "sent") + carried(desk, "receipt")
    return not any(SECRET.encode() in note for note in sent)
