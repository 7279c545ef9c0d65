"""Fixtures of tests of a node and its commands."""

from __future__ import annotations

import pytest

from keepclear.app import main
from tests.node.world import World


@pytest.fixture
def type_(capsysbinary):
    """What is typed on the command line: exit code, standard output and standard error."""

    def typed(*words):
        code = main([str(word) for word in words])
        said = capsysbinary.readouterr()
        return code, said.out.decode(), said.err.decode()

    return typed


@pytest.fixture
def world():
    """A node in memory where an arrangement holds."""
    world = World()
    world.arrange()
    return world
