"""Rows that another process made are compared and kept as if the node had made them."""

from __future__ import annotations

import pytest

from keepclear.detect.index import StandingSet
from keepclear.detect.making import rows_of
from keepclear.detect.packed import pack, unpack
from tests.node.world import World, operation, site


def made_elsewhere(world, said):
    """What a front does: makes the rows, and sends them as bytes."""
    return unpack(pack(rows_of([said], geoid=world.node.around.geoid)))


@pytest.fixture
def made(monkeypatch):
    """How often a node has made rows itself."""
    times = []
    real = StandingSet.prepared

    def prepared(self, declaration):
        times.append(declaration.id)
        return real(self, declaration)

    monkeypatch.setattr(StandingSet, "prepared", prepared)
    return times


def test_the_answer_is_the_same_and_nothing_is_made_twice(made):
    itself, given = World(), World()
    for world in (itself, given):
        world.declare(operation("A1"))
    made.clear()
    for number, east_m in enumerate((1_500.0, 300.0, 50_000.0)):
        said = operation(f"B{number}", "Birch", east_m=east_m)
        given.node.standing.made(said, made_elsewhere(given, said))
        answer = given.declare(said)
        assert made == []
        assert answer.reply == itself.declare(said).reply
        assert made == [said.id]
        made.clear()
    rows, others = given.node.standing.compared.rows(), itself.node.standing.compared.rows()
    assert pack_of(rows.table) == pack_of(others.table)
    assert len(given.node.standing) == len(itself.node.standing) == 4


def pack_of(table):
    return [table.lon.tolist(), table.box.tolist(), table.end_us.tolist(), table.owner.tolist()]


def test_rows_of_something_else_are_not_taken(made):
    world = World()
    world.declare(operation("A1"))
    made.clear()
    far, near = (operation("B1", "Birch", east_m=east_m) for east_m in (90_000.0, 0.0))
    world.node.standing.made(far, made_elsewhere(world, far))
    assert len(world.declare(near).crossings) == 1
    assert made == ["B1"]


def test_a_site_whose_rows_came_stands_without_end(made):
    world = World()
    said = site()
    world.node.standing.made(said, made_elsewhere(world, said))
    made.clear()
    world.stand(said)
    assert made == []
    assert len(world.declare(operation("A1")).crossings) == 1
