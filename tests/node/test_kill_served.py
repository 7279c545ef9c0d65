"""The short form of ``make kill-served``."""

from __future__ import annotations

from tests.node import kill_served


def test_killing_a_served_node_loses_nothing_and_does_nothing_twice():
    found = kill_served.run(3, seed=1)
    assert (found.lost, found.twice, found.broken) == (0, 0, 0)
    assert found.kills == 3
    assert found.answered >= 3
