"""A site that is not confirmed in time goes on standing, and everybody who knows of it is told."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from keepclear.domain.consent import Consent
from keepclear.domain.life import Stage
from keepclear.domain.window import parse_instant
from keepclear.errors import RuleError
from keepclear.node import consenting
from keepclear.node.declaring import Request
from keepclear.node.due import confirm_by_us, due
from tests.laws.strategies import MINUTE, volume
from tests.laws.strategies import window as minutes
from tests.node.world import DAWN, circle, consistent, operation, site

DAY = 1_440 * MINUTE


def texts(world, to):
    return [json.loads(text) for text in world.sent(to)]


def wait(world, until_us):
    world.now = until_us
    return due(world.node)


def test_it_expires_half_a_year_after_it_was_declared_and_not_before(world):
    world.stand(site())
    assert due(world.node) == DAWN + 180 * DAY
    wait(world, DAWN + 180 * DAY - 1)
    assert "expired" not in world.kinds()
    wait(world, DAWN + 180 * DAY)
    case = world.node.memory.cases["Relief/S1"]
    assert (case.stage, case.unconfirmed_us) == (Stage.EXPIRED, DAWN + 180 * DAY)
    assert world.kinds().count("expired") == 1
    due(world.node)
    assert world.kinds().count("expired") == 1
    assert world.start().memory == world.node.memory
    assert consistent(world)


def test_it_stands_and_is_shown_at_the_same_severity_as_unconfirmed(world):
    world.stand(site(standoff_m=400.0))
    before = world.declare(operation("A1", start=2_000, end=2_100))
    wait(world, DAWN + 400 * DAY)
    again = world.declare(operation("A1", start=2_000, end=2_200))
    (one,), (other,) = (
        json.loads(answer.reply["shown"][0])["crossings"] for answer in (before, again)
    )
    assert other.pop("unconfirmed_since").startswith("1970-06-30T16:40")
    assert one.keys() == other.keys()
    assert (one["level"], one["radius_m"], one["certainty"]) == (
        other["level"], other["radius_m"], other["certainty"],
    )  # fmt: skip


def test_who_knows_of_it_is_told_and_its_own_party(world):
    world.stand(site())
    consenting.consent(world.node, "Relief/S1", Consent("Birch"), Request())
    world.declare(operation("A1"))
    wait(world, DAWN + 180 * DAY)
    for reader in ("Alder", "Birch", "Relief"):
        last = texts(world, reader)[-1]
        assert last["notice"] == "unconfirmed/1"
        assert "stands as before" in last["says"]
    assert "crossings" not in world.sent("Relief")[-1]
    world.act("Relief/S1", "confirm")
    assert texts(world, "Birch")[-1]["notice"] == "confirmed/1"
    assert texts(world, "Alder")[-1]["notice"] == "confirmed/1"
    assert len(texts(world, "Relief")) == 1


def test_who_was_refused_is_not_told(world):
    world.stand(site())
    world.declare(operation("A1"))
    consenting.consent(world.node, "Relief/S1", Consent("Alder"), Request())
    consenting.revoke(world.node, "Relief/S1", "Alder", Request())
    count = len(texts(world, "Alder"))
    wait(world, DAWN + 180 * DAY)
    assert len(texts(world, "Alder")) == count


def test_only_a_removal_with_a_reason_takes_it_off(world):
    world.stand(site())
    wait(world, DAWN + 180 * DAY)
    with pytest.raises(RuleError, check=lambda error: error.code == "life.not-possible"):
        world.act("Relief/S1", "withdraw", reason="no need")
    with pytest.raises(RuleError, check=lambda error: error.code == "life.reason"):
        world.act("Relief/S1", "remove")
    assert ("Relief", "S1") in world.node.standing._compared
    world.act("Relief/S1", "remove", reason="closed")
    assert ("Relief", "S1") not in world.node.standing._compared
    assert due(world.node) is None


def test_confirming_starts_anew(world):
    world.stand(site())
    world.now = DAWN + 100 * DAY
    world.act("Relief/S1", "confirm")
    assert due(world.node) == DAWN + 280 * DAY
    wait(world, DAWN + 280 * DAY)
    world.act("Relief/S1", "confirm")
    case = world.node.memory.cases["Relief/S1"]
    assert (case.stage, case.unconfirmed_us) == (Stage.ACTIVE, None)
    assert due(world.node) == DAWN + 460 * DAY


def test_the_shortest_that_was_agreed_counts(world):
    from keepclear.node.arranging import set_arrangement
    from tests.node.world import agreement

    text = agreement(version=2).replace(
        'names = ["Relief"]', 'names = ["Relief"]\nconfirmed_for = "30d"'
    )
    world.stand(site())
    set_arrangement(world.node, text, Request())
    assert confirm_by_us(world.node.memory, world.node.memory.cases["Relief/S1"]) == DAWN + 30 * DAY
    assert due(world.node) == DAWN + 30 * DAY


@pytest.mark.parametrize(
    ("notice", "window", "expected"),
    [
        ((("confirmed_on", "1969-12-01"),), None, "1970-05-31T00:00:00Z"),  # 180 days after its end
        ((("confirmed_on", "2999-01-01"),), None, "1970-06-30T16:40:00Z"),  # no day to come
        ((("confirmed_on", "some day"),), None, "1970-06-30T16:40:00Z"),
        ((("valid_until", "1970-01-05"),), None, "1970-01-06T00:00:00Z"),
        ((), (0, 3_000), "1970-01-03T02:00:00Z"),
        ((("valid_until", "1970-01-05"),), (0, 3_000), "1970-01-03T02:00:00Z"),
    ],
)
def test_what_the_site_says_itself(world, notice, window, expected):
    said = replace(site(), notice=notice)
    if window:
        part = volume(circle(-31.2, 144.0, 100.0), said.parts[0].band, minutes(*window))
        said = replace(said, parts=(part,))
    world.stand(said)
    case = world.node.memory.cases["Relief/S1"]
    assert confirm_by_us(world.node.memory, case) == parse_instant(expected)


def test_a_confirmation_outlives_a_day_that_had_passed(world):
    world.stand(site(notice=(("valid_until", "1970-01-05"),)))
    wait(world, DAWN + 30 * DAY)
    world.act("Relief/S1", "confirm")
    assert due(world.node) == DAWN + 210 * DAY


def test_a_movement_does_not_expire(world):
    from tests.node.world import movement

    world.stand(movement())
    assert due(world.node) is None
