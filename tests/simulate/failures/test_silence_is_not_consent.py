"""A message never came, and silence was taken for leave (2020).

Here silence is an alarm on both ends, each by itself, and nothing on any board means *may
proceed* or *may not*. **Software could not have changed** what somebody concludes from an empty
screen, nor a desk that looks away.
"""

from __future__ import annotations

from keepclear.link.alerting import Stage
from keepclear.link.receipts import PROCEEDING, Step
from tests.link.ends import stop
from tests.node.desks import alarms, carried, desks, exchange, later, notes


def test_both_ends_of_a_cut_line_are_told():
    alder, birch = desks("Alder", "Birch")
    exchange(alder, birch)
    alder.talk.say("Birch", stop())  # from here on nothing arrives
    for _ in range(10):
        later(10, alder, birch)
        alder.talk.passes()
        birch.talk.passes()
    assert alarms(alder) == alarms(birch) == ["line.silent"]
    late = [one for _, one in alder.talk.board.overdue(alder.world.now)]
    assert {one.step for one in late} == {Step.STORED, Step.ACKNOWLEDGED}
    assert {one.says for one in late} == {PROCEEDING}
    (alert,) = alder.talk.board.alerts.values()
    assert alert.open  # who asked sees that nobody took it
    assert birch.talk.board.alerts == {}
    assert carried(birch, "received") == []  # and the record says that it never came

    later(6, alder, birch)  # a stop is tried again every 5 s at the most, and a quarter longer
    exchange(alder, birch)
    assert len(birch.talk.board.alerts) == 1
    assert carried(birch, "received") == carried(alder, "sent")


def test_software_does_not_say_what_an_empty_screen_means():
    """A desk that looks away for a day: late, and late it stays; nothing turns into leave."""
    alder, birch = desks("Alder", "Birch")
    birch.talk.hears(notes(alder.talk.say("Birch", stop())))
    exchange(alder, birch)
    for _ in range(24 * 6):
        later(600, alder, birch)
        exchange(alder, birch)
    for desk in (alder, birch):
        (alert,) = desk.talk.board.alerts.values()
        assert alert.stage is Stage.RAISED
        late = [one for _, one in desk.talk.board.overdue(desk.world.now)]
        assert {one.step for one in late} == {Step.ACKNOWLEDGED, Step.READ_BACK}
        assert {one.says for one in late} == {PROCEEDING}
    assert {stage.value for stage in Stage} & {"approved", "permitted", "agreed"} == set()
