"""The record over a network: evidence of what a party said and was shown itself, and nothing else."""

from __future__ import annotations

import json

import pytest

from keepclear.faces.api import evidence
from keepclear.node.evidence import evidence as evidence_at_rest
from keepclear.record.bundle import verify
from tests.api.service import running
from tests.node.world import World, operation

BUNDLE = "/api/v1/record/bundle"
ENTRIES = "/api/v1/record/entries"


@pytest.fixture(scope="module")
def node():
    """A secretariat at which two parties' operations cross, and a third one's is far away."""
    world = World()
    world.arrange()
    world.declare(operation("A1"))
    world.declare(operation("B1", party="Birch", east_m=500.0))
    world.declare(operation("B2", party="Birch", east_m=90_000.0))
    with running(world) as found:
        yield found


def bodies(answer, key):
    proven = verify(answer.content, key)
    return [one.body for one in proven.entries]


@pytest.mark.parametrize(
    "query",
    [{"first": 1}, {"about": "Alder/A1"}, {"after": "1969-01-01T00:00Z"}, {"about": "Birch/B1"}],
    ids=str,
)
def test_a_bundle_holds_what_the_party_said_and_was_shown_alone(node, query):
    answer = node.as_("Alder/duty").get(BUNDLE, params=query)
    if answer.status_code == 404:
        assert query == {"about": "Birch/B1"}
        return
    assert answer.status_code == 200, answer.text
    said = bodies(answer, node.world.signer.verifier)
    shown = [json.loads(body) for body in said]
    assert query != {"about": "Birch/B1"}, "what it was shown of it names it by its mark"
    assert shown
    for one in shown:
        assert one.get("to") == "Alder" or one["subject"].startswith("Alder/")
    text = b"".join(said).decode()
    assert '"crossings"' in text.replace("\\", "")
    assert "B1" not in text
    assert "B2" not in text
    if "after" not in query:
        at_rest = evidence_at_rest(node.world.node, reader="Alder", **query)
        assert at_rest == answer.content, "the rule is one, over a network and for --for"


def test_what_is_anothers_is_answered_as_what_never_was(node):
    there = node.as_("Alder/duty").get(BUNDLE, params={"about": "Birch/B2"})
    never = node.as_("Alder/duty").get(BUNDLE, params={"about": "Birch/B7"})
    assert there.status_code == never.status_code == 404
    assert there.content == never.content


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"about": "Alder/A1", "first": 1}, 400),
        ({"first": 1, "after": "1969-01-01T00:00Z"}, 400),
        ({"first": 0}, 400),
        ({"after": "yesterday"}, 422),
        ({"for": "Birch", "about": "Birch/B1"}, 400),
    ],
    ids=str,
)
def test_what_cannot_be_asked(node, query, status):
    assert node.as_("Alder/duty").get(BUNDLE, params=query).status_code == status


def test_nobody_is_held_up_by_a_long_record(node, monkeypatch):
    monkeypatch.setattr(evidence, "_NUMBERS_MAX", 2)
    monkeypatch.setattr(evidence, "_SEARCHED_MAX", 2)
    for query in ({"first": 1}, {"after": "1969-01-01T00:00Z"}):
        answer = node.as_("Alder/duty").get(BUNDLE, params=query)
        assert (answer.status_code, answer.json()["code"]) == (409, "record.large")
    assert node.as_("Alder/duty").get(BUNDLE, params={"about": "Alder/A1"}).status_code == 200


def test_the_desk_of_many_parties_and_their_desks_are_shown_no_whole_record(node):
    for token in ("_/duty", "_/administrator", "Alder/duty", "Alder/reader"):
        answer = node.as_(token).get(ENTRIES)
        assert (answer.status_code, answer.json()["code"]) == (403, "record.whole")
    for token in ("_/duty", "_/reader"):
        answer = node.as_(token).get(BUNDLE, params={"first": 1})
        assert (answer.status_code, answer.json()["code"]) == (403, "record.whole")


def test_the_desk_of_a_partys_own_node_pages_through_its_record(monkeypatch):
    monkeypatch.setattr(evidence, "_PAGE", 3)
    world = World(owner="Alder")
    for number in range(3):
        world.declare(operation(f"A{number}"))
    with running(world) as served:
        size, first, seen = world.store.size(), 1, []
        while first <= size:
            page = served.as_("Alder/reader").get(ENTRIES, params={"first": first}).json()
            assert page["size"] == size
            assert 0 < len(page["entries"]) <= 3
            seen += [(one["number"], one["kind"]) for one in page["entries"]]
            first = seen[-1][0] + 1
        assert seen == list(enumerate(world.kinds(), 1))
        assert served.as_("Birch/duty").get(ENTRIES).status_code == 403
