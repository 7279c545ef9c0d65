"""The board is made from the record alone, and is the same after a start."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.domain.arrangement import Deadlines
from keepclear.link import bodies as b
from keepclear.link.alerting import Escalate, Show, Stage
from keepclear.link.board import Board
from keepclear.link.receipts import Step
from keepclear.record.note import sign
from tests.link.ends import ALDER, BIRCH, DAWN, SECOND, chain, declared, signed, stop


def board(**values):
    return Board(lambda _peer: Deadlines(), **values)


def ref(one):
    return b.Ref(seq=one.seq, hash=one.hash)


def answers(one, *words):
    """Birch's answers to a message of Alder's."""
    bodies = [b.Answer(re=ref(one), answer=word, by="duty") for word in words]
    return chain(*bodies, sender=BIRCH, recipient=ALDER)


def test_a_stop_that_came_is_shown_before_anybody_is_asked_for():
    birch, one = board(), signed(stop())
    effects = birch.take(ALDER.name, "received", one, DAWN)
    key = (ALDER.name, False, one.hash)
    assert effects == [(key, Show()), (key, Escalate("desk"))]
    assert birch.next_us() == DAWN + 20 * SECOND
    assert birch.take(ALDER.name, "received", one, DAWN) == []


def test_both_ends_see_the_same_stop():
    one = signed(stop())
    said = answers(one, "roger", "wilco")
    here, there = board(), board()
    here.take(BIRCH.name, "sent", one, DAWN)
    there.take(ALDER.name, "received", one, DAWN)
    for each in said:
        here.take(BIRCH.name, "received", each, DAWN + 5 * SECOND)
        there.take(ALDER.name, "sent", each, DAWN + 5 * SECOND)
    (mine,), (theirs,) = here.alerts.values(), there.alerts.values()
    assert mine.stage is theirs.stage is Stage.COMPLYING
    assert (mine.asking, theirs.asking) == (True, False)
    assert mine.moments == theirs.moments


def test_a_lift_by_who_asked_closes_it_on_both_ends():
    one, lift = chain(
        stop(), b.StopLifted(mine=b.Ref(seq=1, hash="ab" * 32), because="false", by="d")
    )
    body = b.StopLifted(mine=ref(one), because="false", by="duty")
    lift = signed(body, seq=2, prev=one.hash)
    for how, peer in (("sent", BIRCH.name), ("received", ALDER.name)):
        seen = board()
        seen.take(peer, how, one, DAWN)
        seen.take(peer, how, lift, DAWN + SECOND)
        (alert,) = seen.alerts.values()
        assert alert.stage is Stage.LIFTED
        assert alert.false


def test_nobody_lifts_anothers_stop():
    one = signed(stop())
    body = b.StopLifted(mine=ref(one), because="over", by="duty")
    here = board()
    here.take(BIRCH.name, "sent", one, DAWN)
    here.take(BIRCH.name, "received", signed(body, sender=BIRCH, recipient=ALDER), DAWN)
    assert next(iter(here.alerts.values())).open


def test_a_receipt_covers_all_before_it():
    here, some = board(), chain(*[declared(f"A{n}") for n in range(3)])
    for one in some:
        here.take(BIRCH.name, "sent", one, DAWN)
    assert len(here.overdue(DAWN + 60 * SECOND)) == 3
    receipt = b.Stored(gaps=[], ahead=[], says=b.NO_PERMISSION)
    note = signed(receipt, seq=0, sender=BIRCH, recipient=ALDER, ack=ref(some[1]))
    here.take(BIRCH.name, "receipt", note, DAWN + SECOND)
    late = here.overdue(DAWN + 60 * SECOND)
    assert [(key[2], one.step) for key, one in late] == [(some[2].hash, Step.STORED)]


def test_the_recipient_sees_what_it_owes_itself():
    there, one = board(), signed(stop())
    there.take(ALDER.name, "received", one, DAWN)
    assert {found.step for _, found in there.overdue(DAWN + 60 * SECOND)} == {Step.ACKNOWLEDGED}
    there.take(ALDER.name, "sent", answers(one, "wilco")[0], DAWN + 61 * SECOND)
    assert there.overdue(DAWN + 62 * SECOND) == []


def test_nothing_is_overdue_from_an_aid_desk():
    here = board(humanitarian=lambda peer: peer == BIRCH.name)
    here.take(BIRCH.name, "sent", signed(stop()), DAWN)
    assert here.overdue(DAWN + 10**12) == []


def test_a_stop_without_a_place_is_on_the_board():
    birch, one = board(), signed(stop())
    birch.take(ALDER.name, "received", signed(declared()), DAWN)
    assert (("alder.example/desk", False, one.hash), Show()) in birch.take(
        ALDER.name, "evidence", one, DAWN
    )
    assert birch.overdue(DAWN + 50 * SECOND) == []


def test_what_cannot_be_understood_changes_nothing():
    from keepclear.link.message import read_own

    note = read_own(sign(signed(stop()).text.replace("stop/1", "stop/9"), (ALDER,)))
    assert board().take(ALDER.name, "received", note, DAWN) == []


@given(
    st.lists(
        st.tuples(
            st.integers(0, 90), st.sampled_from(["wilco", "unable", "standby", "roger", "wait"])
        ),
        max_size=8,
    )
)
def test_read_again_it_is_what_it_was(said):
    """Ladder steps are not in the record; read again they come out at the same times."""
    one = signed(stop())
    live, at = board(), DAWN
    live.take(ALDER.name, "received", one, DAWN)
    record = [("received", one, DAWN)]
    prev, seq = "0" * 64, 0
    for wait, word in said:
        for _ in range(wait):
            at += SECOND
            live.tick(at)
        if word == "wait":
            continue
        seq += 1
        body = b.Answer(re=ref(one), answer=word, by="duty")
        note = signed(body, seq=seq, prev=prev, sender=BIRCH, recipient=ALDER)
        prev = note.hash
        live.take(ALDER.name, "sent", note, at)
        record.append(("sent", note, at))
    again = board()
    for how, note, time in record:
        again.take(ALDER.name, how, note, time)
    again.tick(at)
    assert again.alerts == live.alerts
    assert again.progress == live.progress


def lifted(one, seq=2):
    body = b.StopLifted(mine=ref(one), because="over", by="duty")
    return signed(body, seq=seq, prev=one.hash)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_lift_that_overtakes_its_stop_closes_it_when_it_comes(order):
    """Both are flash, and act across a gap: else the stop would climb its ladder for ever."""
    one = signed(stop())
    both, seen = (one, lifted(one)), board()
    effects = [seen.take(ALDER.name, "received", both[at], DAWN + at * SECOND) for at in order]
    (alert,) = seen.alerts.values()
    assert alert.stage is Stage.LIFTED
    assert seen.next_us() is None
    assert any(isinstance(what, Show) for some in effects for _, what in some)


@pytest.mark.parametrize(
    "words", [("standby", "wilco"), ("wilco", "unable"), ("unable", "wilco"), ("wilco", "roger")]
)
def test_what_a_desk_said_later_holds_in_whichever_order_it_comes(words):
    one = signed(stop())
    first, second = answers(one, *words)
    stages = set()
    for order in ((first, second), (second, first)):
        here = board()
        here.take(BIRCH.name, "sent", one, DAWN)
        for each in order:
            here.take(BIRCH.name, "received", each, DAWN + SECOND)
        (alert,) = here.alerts.values()
        stages.add(alert.stage)
        assert [m.what for m in alert.moments if m.what in words] == [
            each.message.body.answer for each in order
        ]
    assert len(stages) == 1


def test_what_waits_for_stops_that_never_come_has_an_end():
    seen = board()
    for seq in range(1, 500):
        body = b.StopLifted(mine=b.Ref(seq=seq, hash=f"{seq:064x}"), because="over", by="d")
        seen.take(ALDER.name, "received", signed(body, seq=2, prev="ab" * 32), DAWN)
    assert len(seen._early) == 64
