"""What an exercise took: everything that was marked is in the report once, and nothing real ever is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from keepclear.link import bodies as b
from keepclear.link.board import Board
from keepclear.link.drills import Taken, exercised
from keepclear.link.receipts import Deadlines
from tests.link.ends import DAWN, SECOND, said, signed, stop

PEER = "birch.example/desk"


def board():
    return Board(lambda _: Deadlines())


def put(on, body, seq, at_s, *, ours=True, drill=True):
    note = signed(body, seq=seq, prev="ab" * 32, drill=drill)
    on.take(PEER, "sent" if ours else "received", note, DAWN + at_s * SECOND)
    return b.Ref(seq=note.seq, hash=note.hash)


def test_each_step_of_a_stop_is_timed_from_when_it_was_raised():
    on = board()
    ref = put(on, stop(), 2, 0)
    on.tick(DAWN + 25 * SECOND)
    put(on, b.Answer(re=ref, answer="roger", by="desk"), 2, 26, ours=False)
    put(on, b.Answer(re=ref, answer="wilco", by="supervisor"), 3, 31, ours=False)
    put(on, b.Stopped(re=ref, by="supervisor", at_us=0), 4, 200, ours=False)
    (one,) = exercised(on, 0, 2**62)
    assert (one.what, one.open, one.ours, one.began_us) == ("stop", False, True, DAWN)
    assert one.steps == (
        Taken("shown", "every screen", 0),
        Taken("alerted", "desk", 0),
        Taken("alerted", "supervisor", 20 * SECOND),
        Taken("roger", "desk", 26 * SECOND),
        Taken("wilco", "supervisor", 31 * SECOND),
        Taken("stopped", "supervisor", 200 * SECOND),
        Taken("acknowledged", "desk", 26 * SECOND),
    )


def test_a_test_of_the_line_is_answered_or_open():
    on = board()
    ref = put(on, b.LineTest(by="desk"), 2, 0)
    assert [(one.what, one.open) for one in exercised(on, 0, 2**62)] == [("test", True)]
    put(on, b.LineTestAnswer(re=ref, by="watch", at_us=0), 2, 7, ours=False)
    assert exercised(on, 0, 2**62)[0].steps == (Taken("answered", "watch", 7 * SECOND),)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([stop(), said(), b.LineTest(by="desk"), b.Noted(
                re=b.Ref(seq=1, hash="ab" * 32), by="desk", says=b.NO_PERMISSION)]),
            st.booleans(), st.booleans(), st.integers(0, 100),
        ),
        max_size=10,
    ),
    st.integers(0, 100),
    st.integers(0, 100),
)  # fmt: skip
def test_what_is_marked_is_in_once_and_what_is_real_never(messages, after, before):
    on, marked = board(), set()
    for k, (body, ours, drill, at_s) in enumerate(messages):
        ref = put(on, body, k + 2, at_s, ours=ours, drill=drill)
        counts = not isinstance(body, b.Noted)  # a receipt is a step of what it is about
        if drill and counts and after <= at_s < before:
            marked.add((ours, ref.hash))
    found = exercised(on, DAWN + after * SECOND, DAWN + before * SECOND)
    assert sorted((one.ours, one.hash) for one in found) == sorted(marked)
    assert [one.began_us for one in found] == sorted(one.began_us for one in found)
