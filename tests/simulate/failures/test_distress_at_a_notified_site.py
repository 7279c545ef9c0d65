"""A notified site under fire called, and it took half an hour until that had an effect (2015).

Here what happens at a site goes to every desk with a line at once, as flash, bound to the subject
that they were notified of. **Software could not have changed** who picks up, nor how long a
decision takes.
"""

from __future__ import annotations

from keepclear.link import bodies as b
from keepclear.link.receipts import Step
from tests.node.desks import carried, desks, exchange, later, notes, shown


def test_every_desk_sees_it_at_the_same_moment():
    relief, alder, birch = desks("Relief", "Alder", "Birch")
    begun_us = relief.world.now
    body = b.Incident(
        incident="I1",
        by="hospital desk",
        official=False,
        certainty="witness",
        words="fire on the main building",
        subjects=["Relief/S1"],
    )
    for desk in (alder, birch):
        desk.talk.hears(notes(relief.talk.say(desk.name, body)))
        assert desk.world.now == begun_us
        (text,) = shown(desk, "line")
        assert "urgency: flash" in text
        assert '"subjects":["Relief/S1"]' in text
    # side by side, and never added up: one desk has read it, the other has not
    (key,) = alder.talk.board.progress
    read = b.Acknowledged(
        re=b.Ref(seq=1, hash=key[2]), by="duty", at_us=begun_us, says=b.NO_PERMISSION
    )
    relief.talk.hears(notes(alder.talk.say("Relief", read)))
    late = relief.talk.board.overdue(begun_us + 60_000_000)
    assert {(one.recipient, one.step) for _, one in late if one.step is Step.ACKNOWLEDGED} == {
        (birch.message.name, Step.ACKNOWLEDGED)
    }
    # what each desk had, and when, is the same signed note in the record of the one and the other
    for desk in (alder, birch):
        (note,) = [one for one in carried(desk, "received") if b"kind: incident/1" in one]
        assert note in carried(relief, "sent")
        (body,) = [one for one in desk.world.bodies() if getattr(one, "how", "") == "received"]
        assert body.at_us == begun_us


def test_software_takes_no_call_and_no_decision():
    """Nobody at the desk does anything: both ends see that, for as long as it is so, and no more."""
    relief, alder = desks("Relief", "Alder")
    body = b.Incident(
        incident="I1", by="hospital desk", official=False, certainty="witness", words="fire",
        subjects=["Relief/S1"],
    )  # fmt: skip
    alder.talk.hears(notes(relief.talk.say("Alder", body)))
    for _ in range(30):
        later(60, relief, alder)
        exchange(relief, alder)
    for desk in (relief, alder):
        late = {one.step for _, one in desk.talk.board.overdue(desk.world.now)}
        assert late == {Step.ACKNOWLEDGED}
    assert [note for note in carried(alder, "sent") if b"kind: acknowledged/1" in note] == []
