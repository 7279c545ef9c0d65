"""A caller waited for the person he knew, and the content waited with him (2016: 27 minutes).

Here the content is on every screen before anybody is asked for, whoever the caller wants, and
untaken it climbs. **Software could not have changed** whether anybody acts on what the screen
says, nor that a caller does not send at all.
"""

from __future__ import annotations

from keepclear.link import bodies as b
from keepclear.link.alerting import Escalate, Show, Stage
from tests.link.ends import stop
from tests.node.desks import desks, exchange, later, notes, shown


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
