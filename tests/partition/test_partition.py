"""Three rounds of partition and kill -9 of real processes, and the proof that they would notice.

``python -m tests.partition.soak`` plays very many.
"""

from __future__ import annotations

import random

from tests.partition.rounds import Found, compare_folders, look, missing, play, settle, two_ends

ROUNDS, SEED = 3, 11
"""Among what is drawn: a kill, and ways that end in the midst."""


def test_nothing_acknowledged_is_lost_and_nothing_comes_twice(tmp_path):
    rng, found = random.Random(SEED), Found()
    with two_ends(tmp_path, SEED) as ends:
        for _ in range(ROUNDS):
            play(ends, rng, found)
            assert (found.lost, found.twice, found.broken) == (0, 0, [])
        assert found.kills
        assert found.acknowledged > 4 * ROUNDS
        assert found.stops >= ROUNDS
        assert sum(end.proxy.hurt for end in ends)
        assert sum(end.proxy.readable for end in ends) == 0  # who listens in between reads nothing
        would_notice(ends)
        settle(ends)
        compare_folders(ends, found)
    assert (found.lost, found.twice, found.broken) == (0, 0, [])


def would_notice(ends):
    """One line of a screen left out, and one shown twice, are counted as what they are."""
    screen = ends[1].screen
    whole = list(screen.seen)
    mark = ends[0].said[-1]
    (line,) = [one for one in whole if one[1] == "line" and f'{mark}"' in one[2]]
    screen.seen = [one for one in whole if one != line]
    assert missing(ends[0]) == [mark]
    found = Found()
    look(ends, found)
    assert found.lost == 1
    screen.seen = [*whole, line]
    found = Found()
    look(ends, found)
    assert found.twice == 1
    screen.seen = whole
