"""Agreed hours of line tests, against a count of minutes that knows nothing of days."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.link import bodies as b
from keepclear.link.board import Board
from keepclear.link.hours import EARLY_US, WITHIN_US, HourState, LineTested, hours, next_us
from keepclear.link.lateness import Lateness
from keepclear.link.receipts import Deadlines, overdue
from tests.link.ends import DAWN, SECOND, declared, signed, stop

MINUTE = 60 * SECOND
DAY = 1_440
MIDNIGHT = 1_447_977_600 * SECOND
NINE, FIVE = 9 * 60, 17 * 60

tested = st.builds(
    LineTested,
    ours=st.booleans(),
    seq=st.just(1),
    at_us=st.integers(0, 3 * DAY).map(lambda m: MIDNIGHT + m * MINUTE),
    drill=st.booleans(),
    answered_us=st.one_of(st.none(), st.integers(0, 3 * DAY).map(lambda m: MIDNIGHT + m * MINUTE)),
)


def held(minute, tests):
    """By the words of the page, one after the other."""
    for one in tests:
        said, answered = ((at and (at - MIDNIGHT) / MINUTE) for at in (one.at_us, one.answered_us))
        if one.drill or one.answered_us is None:
            continue
        if said >= minute - 10 and answered <= minute + 30:
            return True
    return False


@given(
    st.lists(st.integers(0, DAY - 1), max_size=4, unique=True),
    st.lists(tested, max_size=6),
    st.integers(0, 3 * DAY),
    st.integers(0, 3 * DAY),
)
def test_every_hour_of_the_span_and_how_it_stands(times, tests, first, length):
    now = first + length
    found = hours(
        [one * MINUTE for one in times], tests, MIDNIGHT + first * MINUTE, MIDNIGHT + now * MINUTE
    )
    expected = []
    for minute in range(first, now + 11):
        if minute % DAY in times:
            state = (
                HourState.HELD if held(minute, tests)
                else HourState.MISSED if minute + 30 <= now
                else HourState.DUE
            )  # fmt: skip
            expected.append((MIDNIGHT + minute * MINUTE, state))
    assert [(one.due_us, one.state) for one in found] == expected


@given(st.lists(st.integers(0, DAY - 1), max_size=4, unique=True), st.integers(0, 2 * DAY * 60))
def test_the_next_one_to_be_missed_is_the_first_that_is_not_over(times, second):
    now_us = MIDNIGHT + second * SECOND
    found = next_us([one * MINUTE for one in times], now_us)
    ends = [MIDNIGHT + (day * DAY + one + 30) * MINUTE for day in range(-1, 4) for one in times]
    assert found == min((one for one in ends if one > now_us), default=None)


@pytest.mark.parametrize(
    ("said", "answered", "state"),
    [
        (-600, 0, HourState.HELD),
        (-601, 0, HourState.MISSED),
        (0, 1_800, HourState.HELD),
        (0, 1_801, HourState.MISSED),
    ],
)
def test_the_limits_belong_to_it(said, answered, state):
    due_us = MIDNIGHT + NINE * MINUTE
    one = LineTested(True, 1, due_us + said * SECOND, answered_us=due_us + answered * SECOND)
    (found,) = hours([NINE * MINUTE], [one], MIDNIGHT, due_us + WITHIN_US + MINUTE)
    assert found.state is state


def test_an_hour_that_was_agreed_on_after_it_is_none():
    due_us = MIDNIGHT + NINE * MINUTE
    assert hours([NINE * MINUTE], [], due_us + 1, due_us + 2 * WITHIN_US) == []
    assert len(hours([NINE * MINUTE], [], due_us, due_us - EARLY_US)) == 1


bodies = st.sampled_from(
    [stop(), declared(), b.Query(re=b.Ref(seq=1, hash="ab" * 32), by="desk", words="?"), b.Said()]
)


@given(
    st.lists(
        st.tuples(
            bodies,
            st.booleans(),
            st.integers(0, 4_000),
            st.one_of(st.none(), st.integers(0, 4_000)),
            st.booleans(),
        ),
        max_size=8,
    )
)
def test_what_became_late_is_what_is_late_by_looking_at_everything(messages):
    """Whatever is answered when: the heap finds each step that was missing at its deadline."""
    board = Board(lambda _: Deadlines())
    board.humanitarian = lambda peer: peer == "aid"
    lateness, found, answers, seen = Lateness(), [], [], {}
    events = sorted(
        ((at, 0, k, one) for k, one in enumerate(messages) for at in [one[2]]), key=lambda e: e[:3]
    )
    for k, (body, ours, _, answered, aid) in enumerate(messages):
        if answered is not None:
            answers.append((answered, 1, k, (body, ours, aid)))
    for at, what, k, one in sorted([*events, *answers], key=lambda e: (e[0], e[1], e[2])):
        now_us = DAWN + at * SECOND
        found += lateness.passes(board, now_us)
        if what == 0:
            body, ours, _, _, aid = one
            note = signed(body, seq=k + 2, prev="ab" * 32)
            peer = "aid" if aid else "peer"
            board.take(peer, "sent" if ours else "received", note, now_us)
            seen[k] = (peer, ours, note)
            lateness.awaits((peer, ours, note.hash), board)
        elif k in seen:
            peer, ours, note = seen[k]
            word = b.Acknowledged(
                re=b.Ref(seq=note.seq, hash=note.hash), by="desk", at_us=0, says=b.NO_PERMISSION
            )
            back = signed(word, seq=k + 100, prev="cd" * 32)
            board.take(peer, "received" if ours else "sent", back, now_us)
    end_us = DAWN + 10_000 * SECOND
    found += lateness.passes(board, end_us)
    still = {
        (key, one.step, one.due_us)
        for key, progress in board.progress.items()
        for one in overdue(progress, Deadlines(), end_us)
    }
    once = [(key, one.step, one.due_us) for key, one in found]
    assert len(once) == len(set(once))
    assert still <= set(once)
    assert not any(key[0] == "aid" and key[1] for key, *_ in once)
    for key, step, due_us in set(once) - still:  # it came later than it should have
        progress = board.progress[key]
        done = {"stored": progress.stored, "acknowledged": progress.acknowledged}[step.value]
        assert done is not None
        assert done.at_us >= due_us
    assert lateness.next_us() is None
