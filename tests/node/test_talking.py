"""Two real nodes on a line: enrolled, compared, and a stop that is shown whatever fails."""

from __future__ import annotations

import json

import pytest

from keepclear.errors import RuleError, StoreError, VerificationError
from keepclear.link import bodies as b
from keepclear.link.alerting import Escalate, Show, Stage
from keepclear.link.budget import Budget
from keepclear.link.happening import Line
from keepclear.link.message import read_own
from keepclear.link.sending import not_chained
from keepclear.link.state import State
from keepclear.node import inflow, peers
from keepclear.node.talking import Talk
from keepclear.record.note import Signer
from keepclear.store.base import Outgoing
from keepclear.store.memory import Failure
from keepclear.wire.entries import Carried, decode_body
from tests.link.ends import stop
from tests.node.desks import alarms, carried, desks, exchange, later, meets, notes, shown
from tests.node.party import ASK, Party


@pytest.fixture
def two():
    return desks("Alder", "Birch")


def test_without_compared_words_there_is_no_line():
    alder, birch = Party("Alder", 1), Party("Birch", 2)
    peers.accept(alder.world.node, birch.invitation(), ASK)
    talk = Talk(alder.world.node, alder.message)
    assert talk.parties() == []
    with pytest.raises(RuleError, match="compared"):
        talk.say("Birch", stop())
    meets(alder, birch)
    assert talk.parties() == ["Birch"]


def test_a_stop_is_on_the_other_desk_and_its_answer_comes_back(two):
    alder, birch = two
    told = birch.talk.hears(notes(alder.talk.say("Birch", stop())))
    assert [type(one) for _, one in told.effects] == [Show, Escalate]
    assert "stop/1" in shown(birch, "line")[0]
    assert len(shown(birch, "alert")) == 2
    (key,) = birch.talk.board.alerts
    re = b.Ref(seq=1, hash=key[2])
    alder.talk.hears(notes(birch.talk.say("Alder", b.Answer(re=re, answer="wilco", by="sup"))))
    assert next(iter(alder.talk.board.alerts.values())).stage is Stage.COMPLYING
    exchange(alder, birch)
    assert alder.talk.board.overdue(alder.world.now) == []


def test_untaken_the_ladder_goes_up_on_both_desks(two):
    alder, birch = two
    birch.talk.hears(notes(alder.talk.say("Birch", stop())))
    rungs = {alder.name: [], birch.name: []}
    for _ in range(70):
        later(1, alder, birch)
        for one in two:
            rungs[one.name] += [
                e.rung for _, e in one.talk.passes().effects if isinstance(e, Escalate)
            ]
            assert one.talk.due_us() > one.world.now
    assert rungs["Alder"] == rungs["Birch"] == ["supervisor", "second desk", "command"]


@pytest.mark.parametrize("failure", Failure)
@pytest.mark.parametrize("fails_at", [1, 2])
def test_a_failed_write_never_hides_a_stop(two, failure, fails_at):
    """Whichever write fails: the one with the message, or the one that it was shown."""
    alder, birch = two
    sent = notes(alder.talk.say("Birch", stop()))
    world, commit, writes = birch.world, birch.world.store.commit, []

    def failing(batches):
        writes.append(batches)
        if len(writes) == fails_at:
            world.store.failing = failure
        return commit(batches)

    world.store.commit = failing
    with pytest.raises(StoreError):
        birch.talk.hears(sent)
    later(2, alder, birch)
    told = birch.talk.hears([note for note in notes(alder.talk.passes()) if b"stop/1" in note])
    assert any(isinstance(one, Show) for _, one in told.effects)
    assert len(birch.talk.board.alerts) == 1
    assert len([text for text in shown(birch, "line") if "stop/1" in text]) == 1


def test_a_board_that_could_not_be_read_is_read_again_and_never_half(two):
    alder, birch = two
    birch.talk.hears(notes(alder.talk.say("Birch", stop())))
    birch.world.store.failing = Failure.LOST
    with pytest.raises(StoreError):
        birch.talk.say("Alder", b.LineTest(by="duty"))
    birch.world.node.fresh()  # the node has read again; the board has not
    entries = birch.world.store.entries

    def fails(*_):
        raise StoreError("for a moment")

    birch.world.store.entries = fails
    with pytest.raises(StoreError, match="for a moment"):
        _ = birch.talk.board
    birch.world.store.entries = entries
    assert [one.open for one in birch.talk.board.alerts.values()] == [True]
    assert any(isinstance(one, Show) for _, one in birch.talk.passes().effects)


def test_after_a_start_an_open_stop_is_shown_again(two):
    alder, birch = two
    birch.talk.hears(notes(alder.talk.say("Birch", stop())))
    later(45, alder, birch)
    birch.talk.passes()
    birch.world.node = birch.world.start()
    birch.talk = Talk(birch.world.node, birch.message)
    effects = [one for _, one in birch.talk.passes().effects]
    assert effects == [Show(), Escalate("second desk")]


def test_who_is_not_believed_is_not_heard(two):
    _, birch = two
    cedar = Party("Cedar", 3)
    meets(cedar, birch)
    sent = notes(Talk(cedar.world.node, cedar.message).say("Birch", stop()))
    with pytest.raises(VerificationError) as caught:
        birch.talk.hears(sent)
    assert caught.value.code == "message.unknown-sender"
    assert birch.talk.board.alerts == {}


def test_what_waits_is_signed_anew_when_the_key_changes(two):
    alder, birch = two
    first = notes(alder.talk.say("Birch", stop()))
    alder.message = Signer(alder.message.name, b"n" * 32)
    invitation = alder.invitation()
    peers.accept(birch.world.node, invitation, ASK)
    birch.talk.hears(first)
    assert birch.talk.board.alerts == {}  # the old key says nothing any more
    alder.talk = Talk(alder.world.node, alder.message)
    exchange(alder, birch)
    assert [one.open for one in birch.talk.board.alerts.values()] == [True]
    assert alder.talk.board.overdue(alder.world.now) == []


def test_a_drill_says_so(two):
    alder, birch = two
    birch.talk.hears(notes(alder.talk.say("Birch", stop(), drill=True)))
    assert all(one.drill for one in birch.talk.board.alerts.values())
    assert "EXERCISE EXERCISE EXERCISE" in shown(birch, "line")[0]


@pytest.mark.parametrize("failure", [None, *Failure])
def test_notices_of_a_node_become_messages_once(two, failure):
    alder, birch = two
    texts = [f'{{"notice":"gone/1","ref":"{n}"}}' for n in range(3)]
    outgoing = [Outgoing("Birch", text.encode()) for text in texts]
    alder.world.node.save([], outgoing=[*outgoing, Outgoing("Cedar", b'{"notice":"gone/1"}')])
    alder.world.store.failing = failure
    sent = []
    for _ in range(3):
        try:
            sent += notes(alder.talk.forward())
        except StoreError:
            sent += notes(alder.talk.passes())
    birch.talk.hears(sent)
    exchange(alder, birch)
    said = [text.partition("body: ")[2] for text in shown(birch, "line") if "notice/1" in text]
    assert [json.loads(one)["text"] for one in said] == texts
    assert [one.recipient for one in alder.world.store.pending(10)] == ["Cedar"]
    alder.talk.forward()
    assert alder.world.store.kept("link-forwarded") == {}


def test_a_notice_that_was_not_marked_is_not_sent_twice(two):
    alder, _ = two
    alder.world.node.save([], outgoing=[Outgoing("Birch", b'{"notice":"gone/1"}')])
    delivered, alder.world.store.delivered = alder.world.store.delivered, lambda _numbers: None
    first = notes(alder.talk.forward())
    alder.world.node = alder.world.start()
    alder.talk = Talk(alder.world.node, alder.message)
    alder.world.store.delivered = delivered
    again = alder.talk.forward()
    assert len([note for note in first if b"notice/1" in note]) == 1
    assert again.sends == ()
    assert alder.world.store.pending(10) == []


def test_no_notice_keeps_another_from_going(two):
    """One with a character that hides, one that is too large, one as it should be."""
    alder, birch = two
    texts = [
        json.dumps({"notice": "notification/1", "name": name}, ensure_ascii=False)
        for name in ("left \u202eright\ufeff", "x" * 800_001, "clinic")
    ]
    alder.world.node.save([], outgoing=[Outgoing("Birch", one.encode()) for one in texts])
    birch.talk.hears(notes(alder.talk.forward()))
    said = [json.loads(one.partition("body: ")[2])["text"] for one in shown(birch, "line")]
    assert [json.loads(one) for one in said] == [json.loads(texts[0]), json.loads(texts[2])]
    assert len(alder.world.store.pending(10)) == 1


def beat(sender, recipient, *heads, number=0):
    """A heartbeat of a party, with heads as it likes."""
    line = Line(sender.message, recipient.message.verifier)
    body = b.Heartbeat(heads=[b.Head(origin=o, size=s, root=r) for o, s, r in heads])
    return not_chained(line, State(), body, sender.world.now + number).note


def test_a_split_view_is_kept_with_both_notes_and_told(two):
    alder, birch = two
    one, other = (
        beat(alder, birch, ("Cedar", 7, root * 32), number=n) for n, root in enumerate(("ab", "cd"))
    )
    birch.talk.hears([one, other, other])
    assert alarms(birch) == ["record.split-view"]
    bodies = (decode_body(entry.data[32:]) for entry in birch.world.store.entries(0, 1_000))
    kept = [one.note.encode() for one in bodies if isinstance(one, Carried)]
    assert kept == [one, other]


@pytest.mark.parametrize("failure", Failure)
def test_a_split_view_is_told_again_where_the_write_that_told_it_failed(two, failure):
    alder, birch = two
    one, other = (
        beat(alder, birch, ("Cedar", 7, root * 32), number=n) for n, root in enumerate(("ab", "cd"))
    )
    birch.talk.hears([one])
    birch.world.store.failing = failure
    with pytest.raises(StoreError):
        birch.talk.hears([other])
    birch.talk.hears([other])
    assert set(alarms(birch)) == {"record.split-view"}
    assert {one, other} <= set(carried(birch, "evidence"))


def test_heads_of_records_that_are_known_here_go_out_before_any_others(two):
    alder, birch = two
    names = [f"record {n:02}" for n in range(64)]
    birch.talk.hears([beat(alder, birch, *((name, 1, "ab" * 32) for name in names))])
    birch.talk.hears([beat(alder, birch, (alder.record.name, 3, "cd" * 32), number=1)])
    later(31, birch)
    (sent,) = [one for one in notes(birch.talk.passes()) if b"heartbeat/1" in one]
    heads = read_own(sent).message.body.heads
    assert [one.origin for one in heads[:2]] == [birch.record.name, alder.record.name]
    assert len(heads) == 64


def test_a_record_that_was_put_back_is_noticed_by_what_others_saw(two):
    """The database is older than what was shown of it, and its last checkpoint is gone, too."""
    alder, birch = two
    own = birch.world.signer.name
    seen = beat(alder, birch, (own, 10_000, "ab" * 32))
    birch.talk.hears([seen])
    assert alarms(birch) == ["record.rolled-back"]
    birch.talk.hears([beat(alder, birch, (own, 2, "ab" * 32), number=1)])
    assert alarms(birch) == ["record.rolled-back", "record.other-root"]
    birch.talk.hears([beat(alder, birch, (own, 2, "ab" * 32), number=2)])
    assert len(alarms(birch)) == 2


def test_honest_heads_alarm_nobody(two):
    alder, birch = two
    for _ in range(10):
        birch.talk.hears(notes(alder.talk.say("Birch", b.LineTest(by="duty"))))
        later(31, alder, birch)
        exchange(alder, birch)
    assert alarms(alder) == alarms(birch) == []


def test_load_keeps_no_stop_out(two, monkeypatch):
    """A stop behind more than the peer may send; what was left out comes later."""
    alder, birch = two
    monkeypatch.setattr(inflow, "_BUDGET", Budget(per_second=1, burst=5, flash_burst=2))
    told = [
        note for n in range(20) for note in notes(alder.talk.say("Birch", b.LineTest(by=str(n))))
    ]
    told += notes(alder.talk.say("Birch", stop()))
    found = birch.talk.hears(told)
    assert found.refused == 15
    assert [type(one) for _, one in found.effects] == [Show, Escalate]
    for _ in range(40):
        exchange(alder, birch)
        later(5, alder, birch)
    assert len([text for text in shown(birch, "line") if "test/1" in text]) == 20


def test_junk_in_a_peers_name_uses_none_of_its_budget(two, monkeypatch):
    alder, birch = two
    monkeypatch.setattr(inflow, "_BUDGET", Budget(per_second=1, burst=5, flash_burst=1))
    note = notes(alder.talk.say("Birch", stop()))[0]
    for _ in range(50):
        birch.talk.hears([note.replace(b"near A2", b"near A3")])
    assert [type(one) for _, one in birch.talk.hears([note]).effects] == [Show, Escalate]


@pytest.mark.parametrize("failure", [None, *Failure])
def test_many_calls_in_one_write(two, failure):
    """As a service does it: nothing before the write; after a failed one all is read again."""
    alder, birch = two
    sent = [note for _ in range(3) for note in notes(alder.talk.say("Birch", stop()))]
    node = birch.world.node
    node.gather()
    told = [birch.talk.hears([note]) for note in sent]
    told.append(birch.talk.say("Alder", b.LineTest(by="duty")))
    assert shown(birch, "line") == []  # nothing is durable yet
    birch.world.store.failing = failure
    if failure is None:
        node.settle()
    else:
        with pytest.raises(StoreError):
            node.settle()
        later(2, alder, birch)
        told = [birch.talk.hears([note]) for note in notes(alder.talk.passes()) if b"stop" in note]
    effects = [one for each in told for _, one in each.effects]
    assert sum(isinstance(one, Show) for one in effects) == 3
    assert len(birch.talk.board.alerts) == 3
    assert len([text for text in shown(birch, "line") if "stop/1" in text]) == 3
    later(6, alder, birch)
    exchange(alder, birch)
    assert alder.talk.board.overdue(alder.world.now) == []
    assert len(carried(alder, "received")) == (0 if failure is Failure.LOST else 1)


def test_what_was_not_stored_goes_by_stick_twice_and_in_any_order(two):
    """Birch's network is gone; what it has not seen is known, and goes by hand."""
    alder, birch = two
    for number in range(3):
        alder.talk.say("Birch", b.LineTest(by=f"duty {number}"))
    alder.talk.say("Birch", stop())
    stick = alder.talk.to_carry("Birch")
    assert b"kind: stop/1" in stick[0]
    assert len(stick) == 5  # and what Alder has stored of Birch's
    birch.talk.hears(stick[::-1])
    birch.talk.hears(stick)
    assert len(shown(birch, "line")) == 4
    alder.talk.hears(birch.talk.to_carry("Alder"))
    assert len(alder.talk.to_carry("Birch")) == 1  # nothing that it has not seen
    with pytest.raises(RuleError, match="compared"):
        alder.talk.to_carry("Cedar")
