"""The short form of the crash images: nothing acknowledged is lost, whatever the disk kept."""

from __future__ import annotations

import random
from tempfile import TemporaryDirectory

import pytest

from keepclear.store import sqlite
from tests.store import crash


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_acknowledged_is_lost(seed):
    acknowledged, images, lost, broken = crash.run(30, 60, seed)
    assert acknowledged > 100
    assert images == 60
    assert (lost, broken) == (0, 0)


def test_the_images_do_find_a_store_that_acknowledges_too_early(monkeypatch):
    """A store that does not wait for the disk must be caught, or the images prove nothing."""
    hasty = [pragma.replace("FULL", "NORMAL") for pragma in sqlite._PRAGMAS]
    monkeypatch.setattr(sqlite, "_PRAGMAS", hasty)
    lost = sum(crash.run(30, 60, seed)[2] for seed in (1, 2, 3))
    assert lost > 0


def test_an_image_of_everything_is_the_file():
    rng = random.Random(5)
    log = crash.Log()
    with TemporaryDirectory() as folder:
        moments = crash.load(folder, log, 5, rng)
    files = crash.image(log.events, len(log.events), 1.0, random.Random(1))
    with TemporaryDirectory() as folder:
        assert crash.check(files, moments[-1][1], folder) == 0
