"""A thousand small worlds, and the proof that they would notice.

``python -m tests.simulate.soak --seed N`` plays one of them again; its page tells what it runs.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from keepclear.errors import KeepclearError, StoreError
from keepclear.link import alerting, receiving, sending, stream
from keepclear.link.board import Board
from keepclear.link.bodies import Ref
from keepclear.link.state import NEVER_US, OUT
from keepclear.node.ledger import Node
from keepclear.node.talking import Talk, Told
from tests.simulate.boards import BoardWorld
from tests.simulate.world import World

LINES, BOARDS = 1_000, 300
"""Worlds of lines alone, and of desks with their boards."""
EACH = 50
FILES_EVERY = 50
"""Of so many worlds one is on real SQLite files."""


def play(seed, tmp_path=None, world=World):
    folder = None
    if tmp_path is not None and seed % FILES_EVERY == 0:
        folder = tmp_path / str(seed)
        folder.mkdir()
    boards = " --boards" if world is BoardWorld else ""
    try:
        one = world(seed, folder)
        one.run()
    except Exception as error:
        error.add_note(f"python -m tests.simulate.soak{boards} --seed {seed}  plays it again")
        raise
    return one.counts


@pytest.mark.parametrize("first", range(0, LINES, EACH))
def test_whatever_happens_the_invariants_hold(first, tmp_path):
    counts = Counter()
    for seed in range(first, first + EACH):
        counts += play(seed, tmp_path)
    for what in ("messages", "acknowledged", "cosigned"):  # else nothing was tested
        assert counts[what] > EACH


@pytest.mark.parametrize("first", range(0, BOARDS, EACH))
def test_no_stop_is_ever_lost_from_a_board(first, tmp_path):
    counts = Counter()
    for seed in range(first, first + EACH):
        counts += play(seed, tmp_path, BoardWorld)
    for what in ("stops", "calls", "rungs in time"):
        assert counts[what] > EACH
    for what in ("stops to a liar", "stops of a liar", "two texts"):
        assert counts[what]


def test_a_seed_is_a_world():
    one, two = World(7), World(7)
    one.run()
    two.run()
    assert one.counts == two.counts
    assert one.records == two.records


# --- what the worlds would notice ------------------------------------------------------------------

true = {
    "_again": receiving._again,
    "_next": receiving._next,
    "_message": sending._message,
    "write": sending.write,
    "save": Node.save,
    "tick": alerting.tick,
    "_says": Board._says,
    "_opens": Board._opens,
    "take": Board.take,
    "tell": alerting.tell,
}


def acts_on_copies(line, state, received, now_us):
    """What came before is acted on again."""
    return receiving._deliver(line, state, received, now_us, [])


def acts_again_when_the_gap_closes(line, state, received, now_us, **_waited):
    return true["_next"](line, state, received, now_us)


def does_not_keep(line, state, event, now_us):
    """A message is sent, and gone after a crash."""
    state, effects = true["write"](line, state, event, now_us)
    return state, [one for one in effects if getattr(one, "space", "") != OUT]


def receipts_beyond_gaps(line, state, event, now_us):
    """One signature covers what was never stored."""
    message = true["_message"](line, state, event, now_us)
    last = state.receiving.ahead[-1:]
    return replace(message, ack=Ref(seq=last[0].seq, hash=last[0].hash)) if last else message


def goes_on_after_a_failed_write(self, bodies, **values):
    try:
        return true["save"](self, bodies, **values)
    except StoreError:
        self._load()
        return 0


def tries_once(one):
    return 0 if one.sent_us is None else NEVER_US


def overlooks_two_texts(_line, state, _received, _code, **_waited):
    return state, []


@pytest.mark.parametrize(
    ("where", "name", "fault"),
    [
        (receiving, "_again", acts_on_copies),
        (receiving, "_next", acts_again_when_the_gap_closes),
        (receiving, "_fork", overlooks_two_texts),
        (stream, "write", does_not_keep),
        (sending, "_message", receipts_beyond_gaps),
        (sending, "_due_us", tries_once),
        (Node, "save", goes_on_after_a_failed_write),
    ],
    ids=lambda value: getattr(value, "__name__", "") if callable(value) else "",
)
def test_a_planted_fault_is_noticed(monkeypatch, where, name, fault):
    monkeypatch.setattr(where, name, fault)
    with pytest.raises((AssertionError, KeepclearError)):
        play_some(400)


def forgets_what_came_early(self, key, what, message, at_us, **values):
    """A stop that was lifted before it came climbs its ladder for ever."""
    return true["_says"](self, key, what, message, at_us, **values) if key in self.alerts else []


def begins_anew_at_a_start(alert, now_us):
    """Each start makes the ladder begin again."""
    return true["tick"](replace(alert, raised_us=now_us), now_us)


def believes_proofs(self, peer, how, received, at_us):
    """Of two answers under one number both count."""
    return true["take"](self, peer, "received" if how == "evidence" else how, received, at_us)


def hides_proofs(self, key, received, at_us, how):
    """A stop that came as the second text of its number is on no board."""
    return [] if how == "evidence" else true["_opens"](self, key, received, at_us, how)


def roger_closes(alert, what, who, now_us, **values):
    return true["tell"](alert, "stopped" if what == "roger" else what, who, now_us, **values)


@pytest.mark.parametrize(
    ("where", "name", "fault"),
    [
        (Board, "_says", forgets_what_came_early),
        (Board, "next_us", lambda _self: None),
        (Board, "tick", lambda _self, _now_us: []),
        (alerting, "tick", begins_anew_at_a_start),
        (Talk, "passes", lambda _self: Told((), ())),
        (Board, "take", believes_proofs),
        (Board, "_opens", hides_proofs),
        (alerting, "tell", roger_closes),
        (receiving, "_fork", overlooks_two_texts),
    ],
    ids=[
        "forgets",
        "oversleeps",
        "stands still",
        "begins anew",
        "looks away",
        "believes",
        "hides",
        "closes",
        "overlooks",
    ],
)
def test_a_planted_fault_of_a_board_is_noticed(monkeypatch, where, name, fault):
    monkeypatch.setattr(where, name, fault)
    with pytest.raises((AssertionError, KeepclearError)):
        play_some(100, BoardWorld)


def play_some(worlds, world=World):
    for seed in range(worlds):
        play(seed, world=world)
