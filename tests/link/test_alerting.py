"""A stop: content first, the ladder every 20 s, and what ends it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.link.alerting import (
    CONFIRM_US,
    EVERY_US,
    LADDER,
    STANDBY_US,
    Escalate,
    Show,
    Stage,
    Warn,
    next_us,
    raised,
    sums,
    tell,
    tick,
)
from tests.link.ends import DAWN, SECOND


def begun(**values):
    return raised("Alder", 7, DAWN, **{"asking": False, "drill": False, **values})


def run(alert, until_us, said=()):
    """Time goes on second by second; what people say comes between."""
    rungs, at = [], alert.raised_us
    said = dict(said)
    while at < until_us:
        at += SECOND
        if at in said:
            alert, effects = tell(alert, said[at], "duty", at)
            rungs += [(at, one.rung) for one in effects if isinstance(one, Escalate)]
        alert, effects = tick(alert, at)
        rungs += [(at, one.rung) for one in effects if isinstance(one, Escalate)]
    return alert, [((at - alert.raised_us) // SECOND, rung) for at, rung in rungs]


def test_the_content_comes_before_anybody_is_asked_for():
    _, effects = begun()
    assert effects == (Show(), Escalate("desk"))


def test_untaken_it_goes_up_the_ladder_every_twenty_seconds_and_never_stops():
    alert, _ = begun()
    alert, rungs = run(alert, DAWN + 120 * SECOND)
    assert rungs == [
        (20, "supervisor"), (40, "second desk"), (60, "command"),
        (80, "command"), (100, "command"), (120, "command"),
    ]  # fmt: skip
    assert alert.stage is Stage.RAISED
    assert EVERY_US == 20 * SECOND


def test_the_third_act():
    """06:41:00 the stop; 06:41:20 and 06:41:40 escalated; taken by the supervisor before 06:42:00."""
    alert, _ = begun()
    alert, rungs = run(alert, DAWN + 55 * SECOND, {DAWN + 55 * SECOND: "wilco"})
    assert rungs == [(20, "supervisor"), (40, "second desk")]
    assert alert.stage is Stage.COMPLYING
    alert, _ = tell(alert, "stopped", "duty", DAWN + 100 * SECOND)
    assert not alert.open
    assert next_us(alert) is None
    found = sums([alert], drill=False)
    assert found.taken_us == (55 * SECOND,)
    assert found.stopped_us == (100 * SECOND,)


@given(st.lists(st.integers(1, 100), max_size=5))
def test_roger_neither_closes_nor_holds_the_ladder(seconds):
    quiet = run(begun()[0], DAWN + 100 * SECOND)[1]
    said = {DAWN + second * SECOND: "roger" for second in seconds}
    alert, rungs = run(begun()[0], DAWN + 100 * SECOND, said)
    assert rungs == quiet
    assert alert.stage is Stage.RAISED
    assert sum(one.what == "roger" for one in alert.moments) == len(said)


def test_standby_holds_the_ladder_for_a_minute():
    alert, rungs = run(begun()[0], DAWN + 120 * SECOND, {DAWN + 5 * SECOND: "standby"})
    assert rungs == [(65, "supervisor"), (85, "second desk"), (105, "command")]
    assert STANDBY_US == 60 * SECOND
    assert alert.stage is Stage.RAISED


def test_unable_is_told_to_both_ends_goes_up_once_and_stays_open():
    alert, _ = begun()
    alert, effects = tell(alert, "unable", "duty", DAWN + SECOND)
    assert effects == (Warn("stop.unable"), Escalate("supervisor"))
    assert alert.open
    assert next_us(alert) is None
    alert, _ = tell(alert, "wilco", "supervisor", DAWN + 2 * SECOND)
    assert alert.stage is Stage.COMPLYING


def test_a_promise_is_not_a_stop():
    alert, _ = begun()
    alert, _ = tell(alert, "wilco", "duty", DAWN)
    alert, effects = tick(alert, DAWN + CONFIRM_US - 1)
    assert effects == ()
    for again in (1, 2):
        alert, effects = tick(alert, DAWN + again * CONFIRM_US)
        assert effects == (Warn("stop.not-confirmed"),)
    assert alert.open


@pytest.mark.parametrize("last", ["stopped", "lifted"])
def test_what_is_closed_stays_closed_and_is_still_timed(last):
    alert, _ = begun()
    alert, _ = tell(alert, last, "duty", DAWN + SECOND)
    for word in ("wilco", "unable", "standby", "lifted", "stopped", "roger"):
        alert, effects = tell(alert, word, "late", DAWN + 2 * SECOND)
        assert effects == ()
    assert not alert.open
    assert len(alert.moments) == 2 + 1 + 6
    assert tick(alert, DAWN + 10**12) == (alert, ())


def test_hang_ups_false_stops_and_drills_are_counted_apart():
    real, _ = begun()
    real, _ = tell(real, "hung up", "voice", DAWN + 1)
    real, _ = tell(real, "lifted", "caller", DAWN + 2, false=True)
    drill, _ = begun(drill=True)
    drill, _ = tell(drill, "hung up", "voice", DAWN + 1)
    found = sums([real, drill], drill=False)
    assert (found.stops, found.false, found.hung_up, found.untaken) == (1, 1, 1, 0)
    found = sums([real, drill], drill=True)
    assert (found.stops, found.false, found.hung_up, found.untaken) == (1, 0, 1, 1)


def test_who_asked_sees_that_nobody_took_it():
    alert, _ = begun(asking=True)
    _, rungs = run(alert, DAWN + 40 * SECOND)
    assert [rung for _, rung in rungs] == list(LADDER[1:3])


@given(
    st.lists(
        st.tuples(
            st.integers(0, 90),
            st.sampled_from(
                ["wilco", "unable", "standby", "roger", "hung up", "stopped", "lifted"]
            ),
        ),
        max_size=12,
    )
)
def test_only_the_unit_or_who_asked_ends_it(said):
    alert, at = begun()[0], DAWN
    ended = False
    for wait, word in said:
        at += wait * SECOND
        alert, _ = tick(alert, at)
        alert, _ = tell(alert, word, "duty", at)
        ended = ended or word in {"stopped", "lifted"}
        assert alert.open is not ended
        if alert.stage in {Stage.RAISED, Stage.STANDBY, Stage.COMPLYING}:
            assert next_us(alert) is not None  # nothing that is untaken or unconfirmed falls silent
