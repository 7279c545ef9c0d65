"""A message never came, and silence was taken for leave (2020).

Here silence is an alarm on both ends, each by itself, and nothing on any board means *may
proceed* or *may not*. **Software could not have changed** what somebody concludes from an empty
screen, nor a desk that looks away.
"""

from __future__ import annotations

from keepclear.link.receipts import PROCEEDING, Step
from tests.link.ends import stop
from tests.node.desks import alarms, carried, desks, exchange, later


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
