"""A convoy stood at the agreed holding point, waiting, and was hit there (2024).

Here *held* is flash: it is shown at once, even where earlier messages are missing, and says
where, since when and until when. **Software could not have changed** what was done with it, nor a
convoy that nobody reports as held.
"""

from __future__ import annotations

import json

from keepclear.link import bodies as b
from keepclear.link.receipts import Step
from tests.node.desks import alarms, carried, desks, exchange, later, notes, plan_told, shown
from tests.node.world import movement

HERE = b.Place(lat_e7=-313_100_000, lon_e7=1_437_000_000)


def held(relief):
    return b.Held(
        subject="Relief/W1", version=2, since_us=relief.world.now, at=HERE, words="waiting at S2"
    )


def test_held_is_shown_although_what_came_before_is_missing():
    relief, alder = desks("Relief", "Alder")
    lost = notes(relief.talk.say("Alder", plan_told(movement())))
    alder.talk.hears(notes(relief.talk.say("Alder", held(relief))))
    (text,) = shown(alder, "line")
    assert text.startswith("earlier messages are missing\n")
    body = json.loads(text.partition("body: ")[2])
    assert (body["at"]["lat_e7"], body["since_us"]) == (HERE.lat_e7, relief.world.now)

    alder.talk.hears(lost)
    exchange(relief, alder)
    assert len(shown(alder, "line")) == 2  # each once
    sent = carried(relief, "sent")
    assert sorted(carried(alder, "received")) == sorted(sent)  # also what it was shown before
    # nobody at the desk has said that it was read: late on both ends after the urgent time
    for desk in (relief, alder):
        late = desk.talk.board.overdue(desk.world.now + 61_000_000)
        assert Step.ACKNOWLEDGED in {one.step for _, one in late}


def test_software_sees_no_convoy_that_nobody_reports_as_held():
    """It stands at the holding point past its time, and nothing is on any screen about that."""
    relief, alder = desks("Relief", "Alder")
    alder.talk.hears(notes(relief.talk.say("Alder", plan_told(movement()))))
    before = shown(alder, "line")
    for _ in range(8):
        later(600, relief, alder)
        exchange(relief, alder)
        exchange(relief, alder)
    assert shown(alder, "line") == before
    assert "held/1" not in "".join(shown(alder, "line"))
    assert "stop.not-confirmed" not in alarms(alder)
