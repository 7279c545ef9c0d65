"""Load never delays a stop, and a peer's clock is estimated within its bound."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from keepclear.link import bodies as b
from keepclear.link.budget import Budget, Level, admit, looks_flash
from keepclear.link.clocks import offset_of
from tests.link.ends import DAWN, SECOND, declared, message, signed, stop


@given(st.lists(st.tuples(st.integers(0, SECOND), st.booleans()), max_size=200))
def test_routine_never_takes_what_is_kept_for_flash(asked):
    budget = Budget(per_second=5, burst=10, flash_per_second=1, flash_burst=3)
    loaded, alone, now = Level.full(budget, DAWN), Level.full(budget, DAWN), DAWN
    for wait, flash in asked:
        now += wait
        loaded, taken = admit(budget, loaded, now, flash=flash)
        if flash and alone.flash + (now - alone.at_us) >= SECOND:
            assert taken  # whatever routine came before
        if flash:
            alone, _ = admit(budget, alone, now, flash=True)


def test_a_flood_is_bounded():
    budget = Budget(per_second=5, burst=10, flash_per_second=1, flash_burst=3)
    for flash, most in ((False, 10 + 50), (True, 13 + 60)):
        level, taken = Level.full(budget, DAWN), 0
        for step in range(1_000):
            level, ok = admit(budget, level, DAWN + step * 10_000, flash=flash)
            taken += ok
        assert most - 2 <= taken <= most


def test_a_clock_that_jumps_back_fills_nothing_and_starves_nobody():
    budget = Budget(per_second=1, burst=1, flash_per_second=1, flash_burst=1)
    level = Level(0, 0, DAWN)
    level, ok = admit(budget, level, DAWN - 3_600 * SECOND, flash=True)
    assert not ok
    _, ok = admit(budget, level, DAWN - 3_599 * SECOND, flash=True)
    assert ok


def test_flash_is_known_at_a_glance():
    assert looks_flash(signed(stop()).note)
    assert not looks_flash(signed(declared()).note)
    within = b.Said(words="x\nurgency: flash\n")  # a line break in a body is never one in the note
    assert not looks_flash(signed(within).note)


@given(
    st.integers(-(10**9), 10**9),
    st.integers(0, 10**8),
    st.integers(0, 10**8),
    st.integers(0, 10**9),
)
def test_the_estimate_holds_within_its_bound(ahead, out, back, held):
    sent_at = DAWN
    arrived = sent_at + out + ahead
    answered = arrived + held
    came = sent_at + out + held + back
    body = b.Heartbeat(heads=[], your_sent_us=sent_at, arrived_us=arrived)
    found = offset_of(message(body, seq=0, sent_us=answered), came)
    assert abs(found.ahead_us - ahead) <= found.error_us
    assert not found.beyond(abs(ahead))


def test_times_that_cannot_be_are_no_estimate():
    body = b.Heartbeat(heads=[], your_sent_us=DAWN, arrived_us=DAWN)
    assert offset_of(message(body, seq=0, sent_us=DAWN + 10), DAWN + 5) is None
    assert offset_of(message(body, seq=0, sent_us=DAWN - 10), DAWN + 5) is None
    assert offset_of(message(b.Heartbeat(heads=[]), seq=0), DAWN) is None
