"""Acts 1 to 4 of the scenario, on four nodes, as `keepclear demo` plays them."""

from __future__ import annotations

import time

import pytest

from keepclear.app import main


@pytest.mark.timeout(300)
def test_the_four_acts_are_played_to_their_end(capsys):
    began = time.process_time()
    code = main(["demo"])
    said = capsys.readouterr()
    assert code == 0, said.err
    assert "expectations, all met" in said.out
    assert time.process_time() - began < 60  # the player's own part; nodes have their own
