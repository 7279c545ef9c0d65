"""A bundle for a party names nothing of others beyond what that party was told.

Histories in any order: plans that meet, sites, areas, consent, reports of incidents by mark and by
name, what is taken back, time, erasing. Every name is one that no other text holds. After a history
every bundle that could be asked for is made for every party and searched, and its entries are counted
against the record. No list of what could leak is needed: what is not text that was shown to that very
party may hold no name and no mark of anybody else's.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from keepclear.domain.consent import Consent
from keepclear.domain.declaration import Kind
from keepclear.domain.incident import Concern, Source, Statement, Sureness
from keepclear.domain.window import ALWAYS
from keepclear.errors import RuleError
from keepclear.node import consenting, incidents
from keepclear.node.declaring import Request
from keepclear.node.due import due
from keepclear.node.evidence import evidence
from keepclear.node.keeping import erase_due
from keepclear.record.bundle import verify
from tests.laws.strategies import MINUTE, SLOW_LAW
from tests.node.world import World, operation, site

PARTIES = ("Alder", "Birch", "Relief")
READERS = (*PARTIES, "Cedar")
SAID = Statement(says="smoke", source=Source.WITNESS, sure=Sureness.UNCONFIRMED)
NUMBERS = st.integers(0, 2)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("plan"), st.sampled_from(["Alder", "Birch"]), NUMBERS, st.booleans()),
        st.tuples(st.just("site"), NUMBERS),
        st.tuples(st.just("consent"), st.sampled_from(["Alder", "Birch"]), NUMBERS),
        st.tuples(st.just("withdraw"), st.sampled_from(PARTIES), NUMBERS),
        st.tuples(st.just("report"), st.sampled_from(PARTIES), st.integers(0, 8), st.booleans()),
        st.tuples(st.just("wait"), st.sampled_from([1, 60, 400 * 1_440])),
    ),
    min_size=2,
    max_size=14,
)
BEGIN = (
    ("site", 0),
    ("plan", "Birch", 0, False),
    ("plan", "Alder", 0, False),
    ("report", "Alder", 0, False),
)
"""Each of the three has something that the others met, and one has reported on its own."""


def name_of(party, number):
    return f"ZQ{party.lower()}{number}"


def take(world, what, *rest):
    """One step of a history."""
    if what == "plan":
        party, number, is_area = rest
        said = operation(name_of(party, number), party, east_m=number * 400.0, end=1_000_000)
        world.declare(replace(said, kind=Kind.AREA) if is_area else said)
    elif what == "site":
        world.stand(site(name_of("Relief", rest[0])))
    elif what == "consent":
        reader, number = rest
        given_to = Consent(reader, ("id", "name"))
        consenting.consent(
            world.node, f"Relief/{name_of('Relief', number)}", given_to, Request("one", "test")
        )
    elif what == "withdraw":
        party, number = rest
        act = "remove" if party == "Relief" else "withdraw"
        world.act(f"{party}/{name_of(party, number)}", act, reason="over")
    elif what == "report":
        report(world, *rest)
    else:
        world.now += rest[0] * MINUTE
        due(world.node)
        erase_due(world.node)


def report(world, party, number, whole):
    """By the name of any declaration, as whoever holds the folder can, or by the mark of it."""
    owner = PARTIES[number % 3]
    subject = f"{owner}/{name_of(owner, number // 3)}"
    case = world.node.memory.cases.get(subject)
    named = subject if whole or case is None or owner == party else case.mark
    request = Request("one", "test")
    incidents.report(
        world.node, Concern(subjects=(named,)), SAID, request, party=party, whole=whole
    )


def history(steps):
    world = World()
    world.arrange(withdrawals=500)
    for step in steps:
        with suppress(RuleError):
            take(world, *step)
    return world


def asked(world):
    """Whatever a bundle can be about."""
    yield {"first": 1}
    yield {"span": ALWAYS}
    for subject in sorted({*world.node.memory.incidents, *world.node.memory.cases}):
        yield {"about": subject}


def bundles(world, reader):
    """Each bundle for a reader, verified, and what was asked for."""
    for query in asked(world):
        with suppress(RuleError):
            made = evidence(world.node, reader=reader, **query)
            yield query, made, verify(made, world.signer.verifier)


def beside_what_was_shown(made, entries):
    """Everything that stands in a bundle and is no text that was shown."""
    head = {name: value for name, value in json.loads(made).items() if name != "entries"}
    yield json.dumps(head)
    for one in entries:
        body = json.loads(one.body)
        if body["entry"] == "shown/1":
            del body["text"]
        yield json.dumps(body)


@SLOW_LAW
@given(STEPS)
def test_a_bundle_for_a_party_names_nothing_of_others_beyond_what_it_was_told(steps):
    world = history([*BEGIN, *steps])
    marks = {case.mark: case.party for _, case in world.node.memory.cases.items()}
    names = {name_of(party, number): party for party in PARTIES for number in range(3)}
    for reader in READERS:
        told = " ".join(one.text for one in world.shown(to=reader))
        for query, made, proven in bundles(world, reader):
            rest = " ".join(beside_what_was_shown(made, proven.entries))
            for name, party in names.items():
                assert party == reader or name not in rest, (reader, query)
            for mark, party in marks.items():
                assert party == reader or mark not in rest or mark in told, (reader, query)
            shown = [json.loads(one.body) for one in proven.entries]
            assert all(one["to"] == reader for one in shown if one["entry"] == "shown/1")
            event(f"shown to {reader}: {any(one['entry'] == 'shown/1' for one in shown)}")


@SLOW_LAW
@given(STEPS)
def test_all_that_a_party_said_and_was_shown_of_its_own_is_in_it(steps):
    """Nothing is left out but what is filed under a name of others, or names one in a report."""
    world = history([*BEGIN, *steps])
    for reader in PARTIES:
        own = set()
        for entry in world.store.entries(0, 10_000):
            if not entry.data:
                continue
            body = json.loads(entry.data[32:])
            is_said = body["entry"] in {"declared/1", "acted/1"} or body.get("party") == reader
            is_shown = body["entry"] == "shown/1" and body["to"] == reader
            names_one = any(not one.startswith(f"{reader}/") for one in body.get("subjects", ()))
            if body["subject"].startswith((f"{reader}/", "incident/")) and not names_one and (
                is_shown
                or (is_said and body["entry"] in {"declared/1", "acted/1", "reported/1", "stated/1"})
            ):  # fmt: skip
                own.add(entry.number)
        try:
            made = evidence(world.node, reader=reader, first=1)
        except RuleError:
            assert not own
            continue
        assert {one.number for one in verify(made, world.signer.verifier).entries} == own


def test_a_party_at_its_own_node_has_all_that_it_was_shown():
    world = World(owner="Alder")
    world.arrange()
    world.declare(operation("ZQ1", "Birch"))
    world.declare(operation("ZQ2", "Alder"))
    made = evidence(world.node, reader="Alder", first=1)
    shown = [json.loads(one.body) for one in verify(made, world.signer.verifier).entries]
    assert {one["subject"] for one in shown} == {"Alder/ZQ2"} | {
        one.subject for one in world.shown(to="Alder")
    }


def test_a_report_by_a_mark_does_not_give_the_name_away():
    """The record has the name where the party gave a mark; what it stated is shown, and no report."""
    world = history([("plan", "Birch", 0, False), ("plan", "Alder", 0, False)])
    mark = world.node.memory.cases["Birch/ZQbirch0"].mark
    report(world, "Alder", 1, False)
    (subject,) = world.node.memory.incidents
    assert mark in world.shown(to="Alder")[0].text
    made = evidence(world.node, reader="Alder", about=subject)
    entries = verify(made, world.signer.verifier).entries
    assert [json.loads(one.body)["entry"] for one in entries] == ["stated/1"]
    with pytest.raises(RuleError, check=lambda error: error.code == "record.nothing"):
        evidence(world.node, reader="Alder", about="Birch/ZQbirch0")
