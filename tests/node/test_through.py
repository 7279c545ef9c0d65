"""Whatever the desk of a secretariat does for a party says so; what the party does itself does not."""

from __future__ import annotations

import pytest

from keepclear.domain.access import Principal, Role
from keepclear.domain.consent import Consent
from keepclear.domain.declaration import Kind
from keepclear.domain.incident import Concern, Source, Statement, Sureness
from keepclear.domain.life import Act
from keepclear.node import acting, consenting, declaring, incidents, journeys
from keepclear.node.allowing import request_by
from keepclear.wire import entries
from keepclear.wire.entries import decode_body
from tests.laws.strategies import MINUTE
from tests.node.world import World, movement, site
from tests.unit.test_scenario import at, convoy

DESK = Principal("", Role.DUTY, "watch-1")
SECOND = Principal("", Role.VERIFIER, "watch-2")
RELIEF = Principal("Relief", Role.DUTY, "relief-1")
SECOND_OF_RELIEF = Principal("Relief", Role.VERIFIER, "relief-2")


def a_day(world, one, two):
    """Everything that is entered for a humanitarian party, by the one and by the second person."""
    node = world.node
    ask, verify = request_by(one), request_by(two)
    for said in (site(), movement()):
        declaring.declare(node, said, ask)
        acting.act(node, f"Relief/{said.id}", Act.VERIFY, verify)
    consenting.consent(node, "Relief/S1", Consent("Alder"), ask)
    consenting.consent(node, "Relief/W1", Consent("Alder"), ask)
    consenting.revoke(node, "Relief/W1", "Birch", ask)
    consenting.consent(node, "Relief", Consent("Birch"), ask, kind=Kind.SITE)
    for name in ("S1", "W1"):
        acting.act(node, f"Relief/{name}", Act.SUBMIT, ask)
    consenting.revoke(node, "Relief/S1", "Alder", ask)
    acting.delay(node, "Relief/W1", ask, leaves_us=1_150 * MINUTE)
    acting.act(node, "Relief/S1", Act.REMOVE, ask, reason="moved")
    smoke = Statement(says="smoke over the yard", source=Source.WITNESS, sure=Sureness.UNCONFIRMED)
    incidents.report(node, Concern(subjects=("Relief/S1",)), smoke, ask, party="Relief")


def a_split(world, one, two):
    """A movement under way, of which a group stays behind."""
    node, ask = world.node, request_by(one)
    world.now = at("03:00:00")
    declaring.declare(node, convoy(1_000.0), ask)
    consenting.consent(node, "Relief/W1", Consent("Alder"), ask)
    consenting.revoke(node, "Relief/W1", "Birch", ask)
    acting.act(node, "Relief/W1", Act.VERIFY, request_by(two))
    acting.act(node, "Relief/W1", Act.SUBMIT, ask)
    world.now = at("06:20:00")
    journeys.split(node, "Relief/W1", "W1b", ask, leaves_us=at("07:00:00"))


CASES = [(DESK, SECOND, "secretariat"), (RELIEF, SECOND_OF_RELIEF, None)]


@pytest.mark.parametrize("done", [a_day, a_split])
@pytest.mark.parametrize(("one", "two", "expected"), CASES)
def test_every_entry_says_whose_desk_it_came_through(done, one, two, expected):
    world = World()
    world.arrange()
    done(world, one, two)
    bodies = [decode_body(entry.data[32:]) for entry in world.store.entries(0, 10_000)]
    made = [body for body in bodies if getattr(body, "by", None) in {one.mark, two.mark}]
    kinds = {type(body).__name__ for body in made}
    assert kinds >= {"Declared", "Acted", "Consented", "Revoked"}
    assert ("Reported" in kinds) is (done is a_day)
    assert len(made) >= 8
    for body in made:
        assert body.through == expected, body


def test_whatever_is_said_for_a_party_can_say_through_whom():
    """A new kind of entry about a party's declaration or incident is not forgotten here."""
    for_parties = {"Declared", "Acted", "Consented", "Revoked", "Reported", "Stated"}
    with_by = {
        kind.__name__
        for kind in entries._KINDS
        if "by" in kind.__struct_fields__ and kind.__name__ in for_parties
    }
    assert with_by == for_parties
    for kind in entries._KINDS:
        assert ("through" in kind.__struct_fields__) is (kind.__name__ in for_parties), kind
