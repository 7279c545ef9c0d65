"""A thousand small worlds, and the proof that they would notice.

``python -m tests.simulate.soak --seed N`` plays one of them again; its page tells what it runs.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from keepclear.errors import KeepclearError, StoreError
from keepclear.link import receiving, sending, stream
from keepclear.link.bodies import Ref
from keepclear.link.state import NEVER_US, OUT
from keepclear.node.ledger import Node
from tests.simulate.world import World

WORLDS = 1_000
EACH = 50
FILES_EVERY = 50
"""Of so many worlds one is on real SQLite files."""


def play(seed, tmp_path=None):
    folder = None
    if tmp_path is not None and seed % FILES_EVERY == 0:
        folder = tmp_path / str(seed)
        folder.mkdir()
    world = World(seed, folder)
    try:
        world.run()
    except Exception as error:
        error.add_note(f"python -m tests.simulate.soak --seed {seed}  plays this world again")
        raise
    return world.counts


@pytest.mark.parametrize("first", range(0, WORLDS, EACH))
def test_whatever_happens_the_invariants_hold(first, tmp_path):
    counts = Counter()
    for seed in range(first, first + EACH):
        counts += play(seed, tmp_path)
    for what in ("messages", "acknowledged", "cosigned"):  # else nothing was tested
        assert counts[what] > EACH


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


def play_some(worlds):
    for seed in range(worlds):
        play(seed)
