"""What differs from what was agreed: line, theatre, notice, minima, priorities; and double claims."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from keepclear.domain.consent import Consent
from keepclear.domain.declaration import Kind
from keepclear.formats.arrangement_template import TEMPLATE
from keepclear.node import consenting
from keepclear.node.arranging import set_arrangement
from keepclear.node.declaring import Request
from keepclear.node.judging import DEVIATIONS
from tests.laws.strategies import declared, volume
from tests.node.world import LAT, LON, World, circle, moved, operation, site
from tests.unit.test_scenario import A2, B1, S1, at, convoy

LINE = """
[dividing_line]
line = {line}
left = "Alder"
right = "Birch"
"""


@pytest.fixture
def darling():
    """The arrangement of the scenario, some hours before its operations begin."""
    world = World()
    world.now = at("03:00:00")
    set_arrangement(world.node, TEMPLATE, Request())
    return world


def agree(world, *, more="", rules="", **values):
    """The arrangement of tests, and something more."""
    from tests.node.world import agreement

    text = agreement(**values)
    if rules:
        text += f"\n[rules]\n{rules}\n"
    set_arrangement(world.node, text + more, Request())
    return world


@pytest.fixture
def world():
    return World()


def codes(answer):
    return [one.code for one in answer.verdict.deviations]


def told(answer):
    return json.loads(answer.reply["shown"][0])["deviations"]


# the dividing line and the theatre


def test_b1_lies_beyond_the_line_and_a2_keeps_to_its_side(darling):
    b1, a2 = darling.declare(B1), darling.declare(A2)
    (line,) = [one for one in b1.verdict.deviations if one.code == "line.beyond"]
    assert line.area_m2 == pytest.approx(221e6, rel=0.01)
    assert line.side == "Alder"
    seen = next(one for one in told(b1) if one["code"] == "line.beyond")
    assert (seen["area_km2"], seen["side"]) == (pytest.approx(221, rel=0.01), "Alder")
    assert "line.beyond" not in codes(a2)
    assert b1.verdict.not_computed == a2.verdict.not_computed == []


def test_a_humanitarian_notification_never_deviates(darling):
    darling.now = at("05:29:00")
    for said in (S1, convoy(1_000.0)):
        darling.declare(replace(said, priority=-5))
        darling.act(f"Relief/{said.id}", "verify")
        answer = darling.act(f"Relief/{said.id}", "submit")
        assert (codes(answer), answer.verdict.not_computed) == ([], [])
    b1 = darling.declare(replace(B1, priority=0))
    assert {one.party for one in b1.verdict.crossings} == {"Relief"}
    assert all(one.party is None for one in b1.verdict.deviations)


def test_a_line_that_crosses_itself_is_said_and_not_guessed(world):
    hook = [
        "31.0 S 144.0 E",
        "31.0 S 144.5 E",
        "31.2 S 144.5 E",
        "31.2 S 143.8 E",
        "30.8 S 143.8 E",
    ]
    agree(world, more=LINE.format(line=json.dumps(hook)))
    answer = world.declare(operation("A1"))
    assert codes(answer) == []
    assert "it crosses itself" in answer.verdict.not_computed[0]


def test_in_the_theatre_partly_and_outside(world):
    outline = '["31.1 S 143.9 E", "31.1 S 144.1 E", "31.3 S 144.1 E", "31.3 S 143.9 E"]'
    agree(world, more=f"\n[theatre]\noutline = {outline}\n")
    assert codes(world.declare(operation("A1"))) == []
    assert codes(world.declare(operation("A2", east_m=9_500.0))) == ["theatre.partly"]
    late = operation("A3", east_m=90_000.0, start=1_001, end=1_002)
    assert codes(world.declare(late)) == ["theatre.outside"]  # and its notice is not looked at
    assert codes(
        world.declare(replace(late, id="A4", parts=operation("x", start=1_001).parts))
    ) == ["notice.late"]


# minima and priorities


def test_of_two_that_cross_the_lower_one_yields(world):
    agree(world)
    world.declare(operation("A1", priority=3))
    lower = world.declare(operation("B1", "Birch", priority=1))
    assert codes(lower) == ["priority.yields"]
    view = json.loads(lower.reply["shown"][0])["crossings"][0]
    assert view["goes_first"] == "the other"
    assert told(lower)[0]["ref"] == view["ref"]
    assert "A1" not in json.dumps(told(lower))
    assert json.loads(world.sent("Alder")[0])["crossings"][0]["goes_first"] == "you"
    assert codes(world.declare(operation("B2", "Birch", priority=5))) == []


@pytest.mark.parametrize(
    ("may", "expected", "first"),
    [("true", [], "both"), ("false", ["priority.equal"], "neither")],
)
def test_equal_priority_may_cross_where_that_was_agreed(world, may, expected, first):
    agree(world, rules=f"equal_priority_may_cross = {may}")
    world.declare(operation("A1"))
    answer = world.declare(operation("B1", "Birch"))
    assert codes(answer) == expected
    assert json.loads(answer.reply["shown"][0])["crossings"][0]["goes_first"] == first


def test_closer_than_the_minima_is_told_once_for_each_other(world):
    agree(world)
    world.declare(operation("A1"))
    answer = world.declare(operation("B1", "Birch", east_m=2_900.0))
    assert codes(answer) == ["separation.closer"]


def test_a_site_and_a_restriction_have_no_priority(world):
    agree(world)
    world.declare(replace(operation("R1"), kind=Kind.RESTRICTION))
    world.declare(site())
    world.act("Relief/S1", "verify")
    world.act("Relief/S1", "submit")
    assert codes(world.declare(operation("B1", "Birch", priority=-1))) == []


def test_a_deviation_does_not_tell_of_a_crossing_that_is_not_told(world):
    agree(world, rung="apart")
    world.declare(operation("A1", priority=9))
    answer = world.declare(operation("B1", "Birch"))
    assert codes(answer) == ["priority.yields"]  # the node knows
    assert told(answer) == []


def test_with_a_party_of_no_arrangement_nothing_was_agreed(world):
    agree(world)
    world.declare(operation("C1", "Cedar", priority=9))
    assert codes(world.declare(operation("A1"))) == []


def test_every_code_is_in_the_table(darling, world):
    agree(world)
    world.declare(operation("A1", priority=9))
    answers = [
        darling.declare(B1),
        darling.declare(A2),
        world.declare(operation("B1", "Birch", start=1_001, on_behalf_of="Oak")),
    ]
    found = {code for answer in answers for code in codes(answer)}
    assert found <= DEVIATIONS.keys()
    assert found >= {"line.beyond", "notice.late", "on-behalf.not-agreed", "priority.yields"}


# areas of activity


def claim(name, party, east_m=0.0):
    shape = circle(LAT, moved(LAT, LON, east_m, 0.0).longitude, 5_000.0)
    return declared(name, volume(shape), party=party, kind=Kind.AREA)


def test_overlapping_areas_are_claimed_by_both_and_told_to_both(world):
    agree(world)
    world.declare(claim("A-area", "Alder"))
    answer = world.declare(claim("B-area", "Birch", 5_000.0))
    assert answer.crossings == ()
    (seen,) = json.loads(answer.reply["shown"][0])["claimed_by_both"]
    assert (seen["party"], seen["area_km2"]) == ("Alder", pytest.approx(30.71, rel=0.01))
    notice = json.loads(world.sent("Alder")[0])
    assert notice["notice"] == "claimed/1"
    assert notice["claimed_by_both"][0]["own"] == {"id": "A-area"}
    assert "B-area" not in world.sent("Alder")[0]
    assert answer.verdict.claims[0].id == "A-area"
    world.declare(claim("B-area", "Birch", 90_000.0))
    assert json.loads(world.sent("Alder")[1])["claimed_by_both"] == []
    world.declare(claim("B-area", "Birch", 5_000.0))
    world.act("Birch/B-area", "withdraw", reason="no need")
    assert json.loads(world.sent("Alder")[-1])["notice"] == "gone/1"


def test_a_claim_is_told_to_nobody_without_an_arrangement_nor_to_humanitarian_parties(world):
    agree(world)
    world.declare(claim("R-area", "Relief"))
    world.declare(claim("C-area", "Cedar"))
    answer = world.declare(claim("A-area", "Alder"))
    assert world.sent("Relief") == world.sent("Cedar") == []
    assert json.loads(answer.reply["shown"][0])["claimed_by_both"] == []
    assert [one.party for one in answer.verdict.claims] == ["Cedar"]  # the node knows


def test_consent_is_not_changed_by_any_of_it(world):
    agree(world)
    world.declare(site())
    consenting.consent(world.node, "Relief/S1", Consent("Alder"), Request())
    world.act("Relief/S1", "verify")
    world.act("Relief/S1", "submit")
    assert "goes_first" not in world.sent("Alder")[0]
