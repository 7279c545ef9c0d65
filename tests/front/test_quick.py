"""The quick way answers and records what the usual one does, and takes only what is plain."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from keepclear.store.memory import Failure
from keepclear.wire.declaration import encode
from tests.api.service import running
from tests.front.both_ends import fronted
from tests.laws.strategies import declarations
from tests.node.world import World, operation

TOKEN = ("Authorization", "Bearer Alder/duty")
JSON = ("Content-Type", "application/json")
HOST = ("Host", "localhost")
USUAL = [HOST, TOKEN, JSON]


def usual(run, body, headers, query=b""):
    """The same, asked the usual way."""
    path = "/api/v1/declarations" + (f"?{query.decode()}" if query else "")
    got = run.http.request("POST", path, content=body, headers=dict(headers))
    names = {name.encode(): value.encode() for name, value in got.headers.items()}
    return got.status_code, names, got.content


def entries(world):
    return [(one.kind, one.subject, one.data) for one in world.node.entries()]


ODD = [
    [HOST, JSON],
    [HOST, ("Authorization", "Basic Zm9v"), JSON],
    [HOST, ("Authorization", "Bearer nobody/none"), JSON],
    [HOST, ("Authorization", "Bearer Birch/reader"), JSON],
    [HOST, ("Authorization", "Bearer Birch/duty"), JSON],
    [*USUAL, ("If-Match", '"1"')],
    [*USUAL, ("If-Match", "1")],
    [*USUAL, ("If-None-Match", "*")],
    [*USUAL, ("Idempotency-Key", "one")],
    [*USUAL, ("Idempotency-Key", "x" * 300)],
    [*USUAL, ("Origin", "https://elsewhere.example")],
    [*USUAL, ("Sec-Fetch-Site", "cross-site")],
    [HOST, TOKEN, ("Content-Type", "text/plain")],
    [HOST, TOKEN, ("Cookie", "keepclear=Alder/duty"), JSON],
    [HOST, ("Cookie", "keepclear=Alder/duty"), JSON],
]
headers_sent = st.one_of(st.just(USUAL), st.sampled_from(ODD))
spoiled = st.sampled_from(
    [
        lambda body: body,
        lambda body: body,
        lambda body: body,
        lambda body: b" " + body,
        lambda body: body[:-1],
        lambda body: body.replace(b'"parts"', b'"pieces"'),
        lambda body: body.replace(b'"kind":"operation"', b'"kind":"outing"'),
        lambda body: json.dumps(json.loads(body), indent=1).encode(),
        lambda _: b"[]",
    ]
)


@st.composite
def asked(draw):
    """Requests of a few parties about a few names, some of them odd."""
    found = []
    for one in draw(declarations(-31.2, 144.0, count=4)):
        party = draw(st.sampled_from(["Alder", "Alder", "Birch", ""]))
        name = draw(st.sampled_from(["one", "two"]))
        body = encode(replace(one, party=party, id=name, where=""))
        headers = draw(headers_sent)
        if headers is USUAL and party == "Birch":
            headers = [HOST, ("Authorization", "Bearer Birch/duty"), JSON]
        query = draw(st.sampled_from([b"", b"", b"", b"x=1"]))
        found.append((draw(spoiled)(body), headers, query))
    return found


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(asked(), st.booleans())
def test_both_ways_answer_and_record_the_same_to_the_byte(requests, agreed):
    worlds = World(), World()
    for world in worlds:
        if agreed:
            world.arrange(apart="100m")
    with running(worlds[0]) as slow, fronted(worlds[1]) as (run, front):
        for body, headers, query in requests:
            expected = usual(slow, body, headers, query)
            found = front.ask(body, headers, query)
            event("passed on" if found is None else f"quick {found[0]}")
            if found is None:
                found = usual(run, body, headers, query)
            assert found == expected
        assert entries(worlds[1]) == entries(worlds[0])
        assert worlds[1].node.memory.uses == worlds[0].node.memory.uses


def test_what_is_plain_goes_the_quick_way_and_counts_as_any_request():
    with fronted() as (run, front):
        status, headers, body = front.ask(encode(operation("one")), USUAL)
        assert status == 201
        assert headers[b"etag"] == b'"1"'
        assert json.loads(body)["subject"] == "Alder/one"
        again = front.ask(encode(operation("one")), USUAL)
        assert (again[0], json.loads(again[2])["again"]) == (200, True)
        text = run.service.figures.text(run.world.node).decode()
        assert 'route="/api/v1/declarations",status="201"} 1.0' in text
        assert run.soon, "streams are told that something was decided"


def test_a_loop_that_has_ended_does_not_end_the_node_s_thread():
    """As at the end of a node that still decides what a front had handed over."""

    def ended(_):
        raise RuntimeError("Event loop is closed")

    with fronted(soon=ended) as (run, front):
        for name in ("one", "two"):
            assert front.ask(encode(operation(name)), USUAL)[0] == 201
        assert set(run.world.node.memory.cases) == {"Alder/one", "Alder/two"}


@pytest.mark.parametrize("headers", ODD[:2])
def test_who_shows_no_token_is_passed_on(headers):
    with fronted() as (_, front):
        assert front.ask(encode(operation("one")), headers) is None


def test_a_refusal_is_a_problem_as_everywhere():
    with fronted() as (_, front):
        headers = [HOST, ("Authorization", "Bearer Birch/duty"), JSON]
        status, names, body = front.ask(encode(operation("one")), headers)
        assert status == 403
        assert names[b"content-type"] == b"application/problem+json"
        assert json.loads(body)["code"] == "access.party"


def test_many_at_once_are_each_answered_their_own():
    with fronted() as (_, front):
        asked = [front.begin(encode(operation(f"n{number}")), USUAL) for number in range(200)]
        found = [json.loads(one.result(30)[2])["subject"] for one in asked]
        assert found == [f"Alder/n{number}" for number in range(200)]


def test_a_write_that_fails_is_told_to_all_who_wait():
    world = World()
    with fronted(world) as (_, front):
        world.store.failing = Failure.LOST
        status, _, body = front.ask(encode(operation("one")), USUAL)
        assert (status, json.loads(body)["code"]) == (503, "store")
