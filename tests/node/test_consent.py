"""Who is told of a notification: by consent alone, field by field, from its time, until revoked."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from keepclear.domain.consent import Consent
from keepclear.domain.declaration import Kind
from keepclear.errors import InputError, StoreError
from keepclear.node import consenting
from keepclear.node.declaring import Request
from keepclear.node.due import due
from keepclear.store.memory import Failure
from tests.laws.strategies import MINUTE
from tests.node.world import DAWN, World, movement, operation, refused, site

NOTICE = (("site_type", "clinic"), ("contact_phone", "+00 1"), ("alias", "Heron"))


def consent(world, subject="Relief/S1", to="Alder", fields=(), key="", kind=None, **when):
    given = Consent(to, fields, **when)
    return consenting.consent(world.node, subject, given, Request("one", "test", key), kind=kind)


def revoke(world, subject="Relief/S1", to="Alder", kind=None, **more):
    return consenting.revoke(world.node, subject, to, Request("one", "test"), kind=kind, **more)


def texts(world, to="Alder"):
    return [json.loads(text) for text in world.sent(to)]


# telling


def test_without_consent_nobody_is_told(world):
    world.stand(site())
    due(world.node)
    assert world.sent("Alder") == world.sent("Birch") == []


def test_a_recipient_is_told_when_it_is_submitted_and_nobody_else(world):
    world.declare(site(notice=NOTICE, standoff_m=400.0))
    consent(world, fields=("type", "contact"))
    world.act("Relief/S1", "verify")
    assert world.sent("Alder") == []  # a draft is sent to nobody
    world.act("Relief/S1", "submit")
    (told,) = texts(world)
    assert told["notice"] == "notification/1"
    assert told["released"] == {"site_type": "clinic", "contact_phone": "+00 1"}
    assert told["radius_m"] == 500.0
    assert "permits nothing" in told["says"]
    assert world.sent("Birch") == []
    due(world.node)
    assert len(texts(world)) == 1  # once


def test_consent_after_it_stands_tells_at_once(world):
    world.stand(site(notice=NOTICE))
    consent(world)
    (told,) = texts(world)
    assert told["released"] == {}


def test_geometry_is_the_declaration_as_it_is(world):
    world.stand(site(standoff_m=400.0))
    consent(world, fields=("geometry", "id"))
    (told,) = texts(world)
    assert told["released"]["id"] == "S1"
    assert told["released"]["standoff_m"] == 400.0
    assert told["released"]["parts"][0]["footprint"]["radius_m"] == 100.0


def test_the_circle_is_not_moved(world):
    """A protective position is told where it is."""
    world.stand(site())
    consent(world)
    center = world.node.memory.cases["Relief/S1"].latest.declaration.parts[0].footprint.center
    assert texts(world)[0]["center"] == [center.longitude, center.latitude]


def test_each_new_version_and_the_end_are_told(world):
    world.stand(site())
    consent(world)
    world.declare(site(standoff_m=300.0))
    world.act("Relief/S1", "remove", reason="it moved to Cove")
    told = texts(world)
    assert [one["notice"] for one in told] == ["notification/1", "notification/1", "gone/1"]
    assert (told[1]["version"], told[1]["was"]["version"]) == (2, 1)
    assert "Cove" not in world.sent("Alder")[2]


def test_a_delay_tells_the_new_times_with_the_old_ones_and_what_is_crossed_then(world):
    world.declare(operation("A1", start=1_150, end=1_170))
    world.stand(movement(start=1_100.0))
    consent(world, "Relief/W1", fields=("geometry",))
    assert texts(world)[0]["crossings"] == []
    world.now = DAWN + 130 * MINUTE
    world.delay("Relief/W1")
    told = texts(world)[-1]
    assert told["because"] == "delayed"
    assert told["was"]["time_start"] < told["time_start"]
    (crossing,) = told["crossings"]
    assert crossing["own"]["id"] == "A1"
    assert crossing["time_start"] >= told["time_start"]
    assert len(texts(world)) == 2  # not told of the crossing a second time


def test_of_all_of_a_kind_and_of_one_that_holds_before_it(world):
    world.stand(site("S1"))
    consent(world, "Relief", kind=Kind.SITE)
    world.stand(site("S2"))
    world.declare(site("S3"))
    revoke(world, "Relief/S3")
    world.act("Relief/S3", "verify")
    world.act("Relief/S3", "submit")
    world.stand(movement())
    refs = {one["ref"] for one in texts(world)}
    cases = world.node.memory.cases
    assert refs == {cases["Relief/S1"].mark, cases["Relief/S2"].mark}


# late release


def test_before_its_time_nothing_is_told_even_where_a_plan_crosses(world):
    world.stand(site())
    consent(world, from_us=DAWN + 60 * MINUTE)
    answer = world.declare(operation("A1"))
    assert json.loads(answer.reply["shown"][0])["crossings"] == []
    assert len(answer.verdict.crossings) == 1  # the node knows
    assert due(world.node) == DAWN + 60 * MINUTE
    assert world.sent("Alder") == []
    world.now = DAWN + 60 * MINUTE
    assert due(world.node) > world.now
    (told,) = texts(world)
    assert [one["own"]["id"] for one in told["crossings"]] == ["A1"]


def test_a_lead_counts_from_its_beginning_and_moves_with_it(world):
    world.stand(movement(start=1_300.0))
    consent(world, "Relief/W1", lead_us=120 * MINUTE)
    assert due(world.node) == 1_180 * MINUTE
    world.delay("Relief/W1", leaves_us=1_400 * MINUTE)
    assert due(world.node) == 1_280 * MINUTE
    world.now = 1_280 * MINUTE
    due(world.node)
    assert len(texts(world)) == 1
    # once told, a delay is told at once, whatever the lead says
    world.delay("Relief/W1", leaves_us=1_900 * MINUTE)
    assert len(texts(world)) == 2


def test_what_an_interrupted_telling_left_is_made_up_for(world):
    world.stand(site())
    consent(world, from_us=DAWN + MINUTE)
    world.now = DAWN + 5 * MINUTE
    world.node = world.start()
    due(world.node)
    assert len(texts(world)) == 1
    world.node = world.start()
    due(world.node)
    assert len(texts(world)) == 1


# revocation


def test_after_revocation_nothing_is_told_not_even_where_a_plan_crosses(world):
    world.stand(site(notice=NOTICE))
    consent(world, fields=("type",))
    answer = revoke(world, reason="they asked for staff lists")
    assert "cannot be unshown" in answer.reply["says"]
    (before,) = answer.reply["shown_before"]
    assert (before["version"], before["fields"]) == (1, ["site_type"])
    last = texts(world)[-1]
    assert (last["notice"], "radius_m" in last, "staff" in json.dumps(last)) == (
        "revoked/1", False, False,
    )  # fmt: skip
    count = len(texts(world))
    answer = world.declare(operation("A1"))
    assert json.loads(answer.reply["shown"][0])["crossings"] == []
    world.declare(site(standoff_m=500.0))
    world.act("Relief/S1", "remove", reason="gone")
    due(world.node)
    assert len(texts(world)) == count
    assert revoke(world).again


def test_refusing_one_that_was_never_told_tells_it_nothing(world):
    world.stand(site())
    assert revoke(world).reply["shown_before"] == []
    assert world.sent("Alder") == []


@pytest.mark.parametrize("what", ["remove", "confirm"])
def test_who_was_warned_and_then_refused_does_not_hear_what_becomes_of_it(world, what):
    world.stand(site())
    world.declare(operation("A1"))
    world.declare(operation("B1", "Birch"))
    revoke(world)
    count = len(texts(world))
    world.now = DAWN + 200 * 1_440 * MINUTE
    due(world.node)
    world.act("Relief/S1", what, reason="moved")
    assert len(texts(world)) == count
    notices = [one["notice"] for one in texts(world, "Birch")]
    assert notices == ["unconfirmed/1", "gone/1" if what == "remove" else "confirmed/1"]


def test_consent_given_again_tells_anew(world):
    world.stand(site())
    consent(world)
    revoke(world)
    consent(world, fields=("id",))
    assert [one["notice"] for one in texts(world)] == [
        "notification/1", "revoked/1", "notification/1",
    ]  # fmt: skip


def test_refusal_of_a_party_that_signs_arrangements_takes_back_only_what_it_added(world):
    """Its sites are told by the arrangement, as was agreed."""
    world.stand(site("S9", "Birch"))
    revoke(world, "Birch/S9")
    answer = world.declare(operation("A1"))
    (seen,) = json.loads(answer.reply["shown"][0])["crossings"]
    assert seen["level"] == "stay away"


# a crossing


def test_who_crosses_what_was_released_sees_the_fields_too(world):
    world.stand(site(notice=NOTICE))
    consent(world, fields=("contact",))
    answer = world.declare(operation("A1"))
    (seen,) = json.loads(answer.reply["shown"][0])["crossings"]
    assert (seen["level"], seen["released"]) == ("stay away", {"contact_phone": "+00 1"})
    assert "Heron" not in answer.reply["shown"][0]


def test_a_hidden_crossing_costs_no_budget_that_would_show_it(world):
    """Withdrawals are counted after an answer with a crossing; a refusal would betray a hidden one."""
    world.arrange(version=2, withdrawals=1)
    world.stand(site())
    revoke(world)
    for k in range(4):
        world.declare(operation(f"A{k}"))
        world.act(f"Alder/A{k}", "withdraw", reason="no need")
    world.declare(operation("A9"))


# what is refused


def test_who_can_be_named(world):
    world.stand(site())
    world.declare(operation("A1"))
    with refused("consent.recipient-unknown"):
        consent(world, to="Adler")
    with refused("consent.own"):
        consent(world, to="Relief")
    with refused("consent.kind"):
        consent(world, "Alder/A1", to="Birch")
    with refused("consent.humanitarian"):
        consent(world, "Alder", to="Relief", kind=Kind.SITE)
    with refused("declaration.unknown"):
        consent(world, "Relief/none")
    with refused("consent.party-unknown"):
        consent(world, "Releif", kind=Kind.SITE)
    with pytest.raises(InputError, match="expected some of"):
        Consent("Alder", ("position_error",))
    assert "consented" not in world.kinds()


def test_the_same_word_again_changes_nothing(world):
    world.stand(site())
    consent(world, key="k")
    size = world.store.size()
    assert consent(world, key="k").again
    assert consent(world).again
    assert world.store.size() == size


def test_a_party_called_consent_cannot_speak_for_another(world):
    """Words on a kind stand under a name that a declaration could have, too; they are not mixed."""
    world.stand(site())
    world.stand(site("Relief", "consent"))
    consent(world, "consent/Relief")
    (told,) = texts(world)
    assert told["ref"] == world.node.memory.cases["consent/Relief"].mark


def test_a_humanitarian_partys_own_node_tells_its_recipients():
    world = World(owner="Relief")
    world.arrange()
    world.declare(operation("A1"))
    world.stand(replace(site(), name="Quiet"))
    consent(world, fields=("name",))
    (told,) = texts(world)
    assert (told["released"], told["crossings"]) == ({"name": "Quiet"}, [])
    assert "verdict" not in world.kinds()


# time


def test_a_failed_write_is_made_up_for_the_next_time(world):
    world.stand(site())
    consent(world, from_us=DAWN + MINUTE)
    world.now = DAWN + MINUTE
    world.store.failing = Failure.LOST
    with pytest.raises(StoreError):
        due(world.node)
    world.store.failing = None
    assert world.sent("Alder") == []
    due(world.node)
    assert len(texts(world)) == 1


def test_what_is_awaited_no_more_is_not_looked_at(world):
    world.stand(site())
    for k in (5, 3, 9):
        consent(world, from_us=DAWN + k * MINUTE)
    assert due(world.node) == DAWN + 9 * MINUTE
    revoke(world)
    assert due(world.node) == DAWN + 180 * 1_440 * MINUTE
    world.act("Relief/S1", "remove", reason="gone")
    assert due(world.node) is None


def test_many_are_told_in_several_writes_and_each_once(world):
    for k in range(250):
        world.declare(site(f"S{k}"))
        world.act(f"Relief/S{k}", "verify")
        world.act(f"Relief/S{k}", "submit")
    due(world.node)
    consent(world, "Relief", kind=Kind.SITE)
    assert len(texts(world)) == 100
    assert due(world.node, writes=1) == world.now
    assert len(texts(world)) == 200
    assert due(world.node) > world.now
    assert len({one["ref"] for one in texts(world)}) == len(texts(world)) == 250
