"""How often a password may be tried: a law about every span of time, and no lock that stays."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from keepclear.node.attempts import AT_ONCE, PAUSE_US, Attempts, slot_of_mark

steps = st.lists(st.integers(0, 4 * PAUSE_US), min_size=1, max_size=120)


@given(steps)
def test_in_no_span_more_than_some_at_once_and_one_each_pause(pauses):
    attempts, now, let = Attempts(), 10**15, []
    for pause in pauses:
        now += pause
        if attempts.take("slot", now):
            let.append(now)
    for first, start in enumerate(let):
        for number, end in enumerate(let[first:], 1):
            assert number <= AT_ONCE + (end - start) / PAUSE_US


@given(steps, st.integers(-(10**16), 10**16))
def test_however_it_was_tried_and_the_clock_was_set_it_is_free_soon(pauses, jump):
    attempts, now = Attempts(), 10**16
    for pause in pauses:
        now += pause
        attempts.take("slot", now)
    now += jump
    attempts.take("slot", now)
    assert attempts.take("slot", now + 2 * PAUSE_US)
    later = now + (AT_ONCE + 1) * PAUSE_US
    assert all(attempts.take("slot", later) for _ in range(AT_ONCE - 1))


def test_who_waits_the_pause_is_let_through():
    attempts = Attempts()
    assert [attempts.take("slot", 0) for _ in range(AT_ONCE + 5)] == [True] * AT_ONCE + [False] * 5
    assert attempts.take("slot", PAUSE_US)
    assert not attempts.take("slot", PAUSE_US)


def test_slots_do_not_touch_each_other_and_a_right_password_frees_its_own():
    attempts = Attempts()
    for _ in range(AT_ONCE):
        attempts.take("one", 0)
    assert not attempts.take("one", 0)
    assert attempts.take("two", 0)
    attempts.free("one")
    assert attempts.take("one", 0)


def test_inventing_marks_fills_no_memory():
    slots = {slot_of_mark(f"mark-{number}") for number in range(200_000)}
    assert len(slots) <= 65_536
    assert slot_of_mark("\ud800") in {f"{n:04x}" for n in range(65_536)}
