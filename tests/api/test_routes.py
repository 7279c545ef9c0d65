"""Default deny: every route by every role, nobody, every scope, and the objects of others."""

from __future__ import annotations

import re
from itertools import product

import pytest

from keepclear.domain.access import MAY, OF_THE_NODE, Action, Role
from keepclear.faces.api.route import Gate
from keepclear.faces.api.table import ROUTES
from tests.api.service import running
from tests.node.world import World, agreement, operation, site

LOOK, DECLARE, RECORD = Action.LOOK, Action.DECLARE, Action.RECORD
ONE = "/api/v1/declarations/{party}/{id}"
OGC = "/ogc/collections"
EXPECTED = {
    ("POST", "/api/v1/declarations"): DECLARE,
    ("GET", "/api/v1/declarations"): LOOK,
    ("POST", "/api/v1/declarations/several"): DECLARE,
    ("GET", ONE): LOOK,
    ("PUT", ONE): DECLARE,
    ("GET", f"{ONE}/versions"): LOOK,
    ("GET", f"{ONE}/verdict"): LOOK,
    ("POST", f"{ONE}/acts"): DECLARE,
    ("POST", f"{ONE}/verification"): Action.VERIFY,
    ("POST", f"{ONE}/delay"): DECLARE,
    ("POST", f"{ONE}/hold"): DECLARE,
    ("POST", f"{ONE}/split"): DECLARE,
    ("POST", f"{ONE}/return"): DECLARE,
    ("GET", f"{ONE}/bundle"): RECORD,
    ("GET", f"{ONE}/consents"): Action.CONSENT,
    ("PUT", f"{ONE}/consents/{{to}}"): Action.CONSENT,
    ("DELETE", f"{ONE}/consents/{{to}}"): Action.CONSENT,
    ("GET", "/api/v1/consents/{party}/{kind}"): Action.CONSENT,
    ("PUT", "/api/v1/consents/{party}/{kind}/{to}"): Action.CONSENT,
    ("DELETE", "/api/v1/consents/{party}/{kind}/{to}"): Action.CONSENT,
    ("GET", "/api/v1/incidents"): Action.INCIDENT,
    ("POST", "/api/v1/incidents"): Action.INCIDENT,
    ("GET", "/api/v1/incidents/{mark}"): Action.INCIDENT,
    ("POST", "/api/v1/incidents/{mark}/statements"): Action.INCIDENT,
    ("GET", "/api/v1/agreed"): LOOK,
    ("GET", "/api/v1/arrangements"): Action.ARRANGE,
    ("PUT", "/api/v1/arrangements/{name}"): Action.ARRANGE,
    ("POST", "/api/v1/arrangements/{name}/steps"): Action.ARRANGE,
    ("POST", "/api/v1/agreements"): Action.ARRANGE,
    ("POST", "/api/v1/agreements/signatures"): Action.ARRANGE,
    ("GET", "/api/v1/record/checkpoint"): RECORD,
    ("GET", "/api/v1/record/tile/entries/{index:path}"): RECORD,
    ("GET", "/api/v1/record/tile/{level}/{index:path}"): RECORD,
    ("GET", "/api/v1/record/inclusion"): RECORD,
    ("GET", "/api/v1/record/consistency"): RECORD,
    ("GET", "/api/v1/notices"): LOOK,
    ("GET", "/api/v1/events"): LOOK,
    ("POST", "/api/v1/links"): Gate.OPEN,
    ("POST", "/api/v1/session"): Gate.OPEN,
    ("GET", "/api/v1/session"): Gate.KNOWN,
    ("DELETE", "/api/v1/session"): Gate.KNOWN,
    ("PUT", "/api/v1/session/password"): Gate.KNOWN,
    ("GET", "/api/v1/record/entries"): RECORD,
    ("GET", "/api/v1/record/bundle"): RECORD,
    ("GET", "/api/v1/invitation"): Action.ENROL,
    ("POST", "/api/v1/peers"): Action.ENROL,
    ("POST", "/api/v1/peers/{party}/comparison"): Action.ENROL,
    ("POST", "/api/v1/peers/{party}/loss"): Action.ENROL,
    ("GET", "/api/v1/people"): Action.ADMIT,
    ("POST", "/api/v1/people"): Action.ADMIT,
    ("DELETE", "/api/v1/people/{mark}"): Action.ADMIT,
    ("GET", "/ogc"): Gate.KNOWN,
    ("GET", "/ogc/conformance"): Gate.KNOWN,
    ("GET", OGC): LOOK,
    ("GET", f"{OGC}/sites/items"): Action.SITES,
    ("GET", f"{OGC}/sites/items/{{item}}"): Action.SITES,
    ("GET", f"{OGC}/{{collection}}"): LOOK,
    ("GET", f"{OGC}/{{collection}}/items"): LOOK,
    ("GET", f"{OGC}/{{collection}}/items/{{item}}"): LOOK,
    ("POST", "/api/v1/line/notes"): Gate.OPEN,
    ("GET", "/api/v1/lines"): LOOK,
    ("POST", "/api/v1/lines/{party}/messages"): DECLARE,
    ("POST", "/api/v1/line/add-checkpoint"): Gate.OPEN,
    ("POST", "/api/v1/line/consistency"): Gate.OPEN,
    ("POST", "/api/v1/line/parcels"): Gate.OPEN,
    ("POST", "/api/v1/line/parcels/asked"): Gate.OPEN,
    ("GET", "/api/v1/record/cosignatures"): RECORD,
    ("POST", "/api/v1/record/cosignatures"): RECORD,
    ("GET", "/api/v1/lines/{party}/messages"): LOOK,
    ("GET", "/api/v1/lines/{party}/messages/{seq}"): LOOK,
    ("GET", "/api/v1/drills"): LOOK,
    ("POST", "/api/v1/lines/{party}/sheets"): DECLARE,
    ("POST", "/api/v1/lines/{party}/heard"): DECLARE,
    ("POST", "/api/v1/lines/{party}/calls"): DECLARE,
    ("GET", "/api/v1/lines/{party}/file"): DECLARE,
    ("GET", "/api/v1/lines/{party}/pages"): DECLARE,
    ("POST", "/api/v1/backups"): Action.KEEP,
    ("GET", "/api/v1/keeping"): Action.KEEP,
    ("POST", "/api/v1/keeping/erasures"): Action.KEEP,
    ("GET", "/first"): Gate.OPEN,
    ("GET", "/invited"): Gate.OPEN,
    ("GET", "/first.js"): Gate.OPEN,
    ("GET", "/first.css"): Gate.OPEN,
    ("GET", "/healthz"): Gate.OPEN,
    ("GET", "/readyz"): Gate.OPEN,
    ("GET", "/metrics"): Action.METRICS,
}
"""Written down apart from the program: a route that asks for less than this is noticed here."""
BODIES = {DECLARE: {}, Action.VERIFY: {}, Action.ARRANGE: {"text": ""}}


def path_of(route, party="Alder"):
    values = {
        "party": party, "id": "A1", "name": "Darling", "level": "0", "index:path": "000.p/1",
        "mark": "nobody-1", "collection": "operations", "item": "x",
        "kind": "site", "to": "Birch", "seq": "1",
    }  # fmt: skip
    return re.sub(r"\{([\w:]+)\}", lambda found: values[found[1]], route.path)


def ask(client, route, **more):
    if (
        route.path == "/api/v1/events"
    ):  # it has no end; a start that cannot be is refused after the rest
        more["headers"] = {"Last-Event-ID": "999999"}
    if route.body is not None:
        more.setdefault("json", {})
    return client.ask(route.method, path_of(route), **more)


@pytest.fixture(scope="module")
def node():
    with running() as found:
        admin = found.as_("_/administrator")
        admin.ask("PUT", "/api/v1/arrangements/Darling", json={"text": agreement()})
        assert found.as_("Alder/duty").declare(operation("A1")).status_code == 201
        yield found


def test_the_table_asks_for_what_is_written_down_here():
    assert {(route.method, route.path): route.need for route in ROUTES} == EXPECTED


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r.method} {r.path}")
def test_whom_a_route_lets_in(node, route):
    need = EXPECTED[route.method, route.path]
    for token in ("", "Alder/nonsense"):
        status = ask(node.as_(token), route).status_code
        assert (status == 401) == (need is not Gate.OPEN), (token, status)
    for party, role in product(("Alder", "_"), Role):
        response = ask(node.as_(f"{party}/{role.value}"), route)
        may = not isinstance(need, Action) or (
            need in MAY[role] and (need not in OF_THE_NODE or party == "_")
        )
        code = response.json().get("code") if response.status_code == 403 else None
        assert response.status_code != 401
        assert (code in {"access.role", "access.node"}) == (not may), (party, role, response.text)


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r.method} {r.path}")
def test_a_scope_opens_its_own_routes_only(node, route):
    need = EXPECTED[route.method, route.path]
    for action in sorted(MAY[Role.DUTY], key=lambda one: one.value):
        response = ask(node.as_(f"Alder/duty/{action.value}"), route)
        if isinstance(need, Action):
            refused = response.status_code == 403 and response.json()["code"] == "access.role"
            assert refused == (need is not action), (action, response.text)


@pytest.mark.parametrize(
    "route", [r for r in ROUTES if "{party}/{id}" in r.path], ids=lambda r: f"{r.method} {r.path}"
)
def test_what_is_another_partys_is_not_there(node, route):
    leaves = "1970-01-01T20:00:00Z"
    bodies = {
        "acts": {"act": "activate"}, "hold": {"leaves": leaves}, "return": {"leaves": leaves},
        "split": {"leaves": leaves, "id": "A1b"},
    }  # fmt: skip
    body = bodies.get(route.path.rpartition("/")[2], {})
    role = "verifier" if route.need is Action.VERIFY else "duty"
    if route.method == "PUT":
        from keepclear.wire.declaration import encode

        body = None
        theirs = node.as_("Birch/duty").amend(operation("A1"), 1)
        nothing = node.as_("Birch/duty").amend(operation("A9"), 1)
        assert encode(operation("A1")) != encode(operation("A9"))
    else:
        client = node.as_(f"Birch/{role}")
        more = {"json": body} if route.body else {}
        theirs = client.ask(route.method, path_of(route), **more)
        nothing = client.ask(route.method, path_of(route).replace("A1", "A9"), **more)
    assert theirs.status_code == nothing.status_code == 404
    assert theirs.content == nothing.content


def test_others_declare_nothing_for_a_party(node):
    response = node.as_("Birch/duty").declare(operation("A7"))
    assert (response.status_code, response.json()["code"]) == (403, "access.party")
    assert "Alder/A7" not in node.world.node.memory.cases


def test_a_secretariat_enters_for_a_party_and_sees_what_it_entered():
    with running() as node:
        desk = node.as_("_/duty")
        assert desk.declare(operation("A1")).status_code == 201
        assert node.as_("Alder/duty").declare(operation("A2")).status_code == 201
        found = {
            one["properties"]["id"] for one in desk.get("/api/v1/declarations").json()["features"]
        }
        assert found == {"A1"}
        assert desk.get("/api/v1/declarations/Alder/A2").status_code == 404
        assert desk.get("/api/v1/declarations/Alder/A1/verdict").status_code == 200
        mine = node.as_("Alder/duty").get("/api/v1/declarations").json()["features"]
        assert len(mine) == 2


def test_an_administrator_of_a_party_sets_no_arrangement(node):
    text = agreement(version=2)
    for token in ("Alder/administrator", "Birch/administrator"):
        response = node.as_(token).ask("PUT", "/api/v1/arrangements/Darling", json={"text": text})
        assert (response.status_code, response.json()["code"]) == (403, "access.node")


def test_sites_of_others_are_a_layer_of_its_own_and_reading_it_is_kept():
    world = World()
    world.arrange(told="open")
    text = agreement(version=2, told="open") + 'site = "open"\n'
    text = text.replace(
        '[disclosure]\noperation = "open"\n', '[disclosure]\noperation = "open"\nsite = "open"\n'
    )
    text = text[: text.rindex('site = "open"\n')]
    with running(world) as node:
        put = node.as_("_/administrator").ask(
            "PUT", "/api/v1/arrangements/Darling", json={"text": text}
        )
        assert put.status_code == 200, put.text
        birch = node.as_("Birch/duty")
        assert birch.declare(site("B9", party="Birch")).status_code == 201
        assert (
            node.as_("Birch/verifier")
            .ask("POST", "/api/v1/declarations/Birch/B9/verification")
            .status_code
            == 200
        )
        step = birch.ask("POST", "/api/v1/declarations/Birch/B9/acts", json={"act": "submit"})
        assert step.json()["stage"] == "active"
        alder = node.as_("Alder/duty")
        assert alder.get("/api/v1/declarations").json()["features"] == []
        assert alder.get("/api/v1/declarations/Birch/B9").status_code == 404
        for count in (1, 2):
            layer = alder.get("/ogc/collections/sites/items").json()
            assert [one["properties"]["id"] for one in layer["features"]] == ["B9"]
            reads = [one for one in world.shown("Alder") if one.how == "read"]
            assert len(reads) == count, "each reading of a site is kept"
            assert '"by":"duty-1"' in reads[-1].text
        assert node.as_("Cedar/duty").get("/ogc/collections/sites/items").json()["features"] == []
        assert node.as_("Relief/duty").get("/ogc/collections/sites/items").json()["features"] == []


def test_an_open_plan_is_read_on_the_record_once_for_each_version():
    world = World()
    world.arrange(told="open")
    with running(world) as node:
        birch, alder = node.as_("Birch/duty"), node.as_("Alder/duty")
        birch.declare(operation("B1", party="Birch"))
        for _ in range(3):
            found = alder.get("/api/v1/declarations").json()["features"]
            assert [one["properties"]["id"] for one in found] == ["B1"]
        assert sum(one.how == "read" for one in world.shown("Alder")) == 1
        birch.amend(operation("B1", party="Birch", east_m=50.0), 1)
        held = alder.get("/api/v1/declarations/Birch/B1").json()
        assert (held["own"], held["version"]) == (False, 2)
        assert sum(one.how == "read" for one in world.shown("Alder")) == 2
        assert node.as_("Cedar/duty").get("/api/v1/declarations/Birch/B1").status_code == 404
