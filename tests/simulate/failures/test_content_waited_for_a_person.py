"""A caller waited for the person he knew, and the content waited with him (2016: 27 minutes).

Here the content is on every screen before anybody is asked for, whoever the caller wants, and
untaken it climbs. **Software could not have changed** whether anybody acts on what the screen
says, nor that a caller does not send at all.
"""

from __future__ import annotations

from keepclear.link import bodies as b
from keepclear.link.alerting import LADDER, Escalate, Show, Stage
from tests.link.ends import stop
from tests.node.desks import carried, desks, exchange, later, notes, shown


def test_the_content_is_there_before_the_person_is():
    alder, birch = desks("Alder", "Birch")
    sent_us = birch.world.now
    said = alder.talk.say("Birch", stop(asked_for="the usual officer"))
    told = birch.talk.hears(notes(said))
    assert isinstance(told.effects[0][1], Show)  # the first effect of all
    assert '"asked_for":"the usual officer"' in shown(birch, "line")[0]
    assert birch.world.now == sent_us

    rungs = []
    for second in range(1, 55):
        later(1, alder, birch)
        alder.talk.passes()
        rungs += [
            (second, one.rung)
            for _, one in birch.talk.passes().effects
            if isinstance(one, Escalate)
        ]
    assert rungs == [(20, "supervisor"), (40, "second desk")]

    (key,) = birch.talk.board.alerts
    answer = b.Answer(re=b.Ref(seq=1, hash=key[2]), answer="wilco", by="watch supervisor")
    alder.talk.hears(notes(birch.talk.say("Alder", answer)))
    exchange(alder, birch)
    (alert,) = alder.talk.board.alerts.values()
    assert alert.stage is Stage.COMPLYING
    taken = next(one for one in alert.moments if one.what == "wilco")
    assert (taken.who, round((taken.at_us - alert.raised_us) / 1e6)) == ("watch supervisor", 54)

    # the record of the desk that was asked says what was shown, and each rung
    assert [one.partition(":")[0] for one in shown(birch, "alert")] == [
        "every screen", "desk", "every screen", "supervisor", "every screen", "second desk",
    ]  # fmt: skip
    assert carried(birch, "received")[0] == carried(alder, "sent")[0]


def test_software_makes_nobody_act_and_shows_nothing_that_was_not_sent():
    alder, birch = desks("Alder", "Birch")
    exchange(alder, birch)
    # a caller who keeps the content to himself: nothing on any screen, and nothing says so
    for _ in range(27):
        later(60, alder, birch)
        exchange(alder, birch)
    assert (birch.talk.board.alerts, shown(birch, "line")) == ({}, [])
    # a stop on every screen that nobody takes: every rung is alerted, and it stays open; no more
    birch.talk.hears(notes(alder.talk.say("Birch", stop())))
    for _ in range(60):
        later(10, alder, birch)
        exchange(alder, birch)
    (alert,) = birch.talk.board.alerts.values()
    assert (alert.stage, alert.open, LADDER[alert.rung]) == (Stage.RAISED, True, LADDER[-1])
    said = b"".join(carried(birch, "sent"))
    assert all(kind not in said for kind in (b"answer/1", b"stopped/1", b"acknowledged/1"))
