"""A notification, its consent, its release in time, and an incident, over the API."""

from __future__ import annotations

import time

from keepclear.domain.window import format_instant
from tests.api.service import running
from tests.laws.strategies import MINUTE
from tests.node.world import DAWN, World, movement, site
from tests.patience import PATIENCE_S

S1 = "/api/v1/declarations/Relief/S1"


def notified(node):
    relief = node.as_("Relief/duty")
    assert relief.declare(site()).status_code == 201
    assert node.as_("Relief/verifier").ask("POST", f"{S1}/verification").status_code == 200
    assert relief.ask("POST", f"{S1}/acts", json={"act": "submit"}).json()["stage"] == "active"
    return relief


def notices(client):
    return [one["shown"] for one in client.get("/api/v1/notices").json()["notices"]]


def soon(look):
    """What comes about in another thread, without being asked."""
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        if found := look():
            return found
        time.sleep(0.05)  # noqa: TID251 - the release is the service's own doing
    return look()


def test_nobody_is_told_before_consent_and_then_what_it_says():
    world = World()
    world.arrange()
    with running(world) as node:
        relief, alder = notified(node), node.as_("Alder/duty")
        assert notices(alder) == []
        said = relief.ask("PUT", f"{S1}/consents/Alder", json={"fields": ["id"]})
        assert (said.status_code, said.json()["to"]) == (200, "Alder")
        (notice,) = notices(alder)
        assert "S1" in str(notice)
        assert notices(node.as_("Birch/duty")) == []
        (word,) = relief.get(f"{S1}/consents").json()["words"]
        assert (word["to"], word["told"], word["fields"]) == ("Alder", True, ["id"])
        gone = relief.ask("DELETE", f"{S1}/consents/Alder")
        assert gone.status_code == 200
        assert gone.json()["shown_before"]
        assert notices(relief)[-1]["notice"] == "receipt/1"


def test_what_is_released_later_is_told_when_its_time_comes_and_nobody_asks():
    world = World()
    world.arrange()
    with running(world) as node:
        relief, alder = notified(node), node.as_("Alder/duty")
        later = format_instant(DAWN + 60 * MINUTE)
        put = relief.ask("PUT", f"{S1}/consents/Alder", json={"not_before": later})
        assert put.status_code == 200
        assert notices(alder) == []
        world.now = DAWN + 61 * MINUTE
        relief.ask("POST", f"{S1}/delay", json={})  # refused; but something was asked
        assert soon(lambda: notices(alder))


def test_consent_says_nothing_of_who_else_is_here():
    world = World()
    world.arrange()
    with running(world) as node:
        relief = notified(node)
        for name in ("Nobody", "Relief2"):
            refused = relief.ask("PUT", f"{S1}/consents/{name}", json={})
            assert (refused.status_code, refused.json()["code"]) == (
                409,
                "consent.recipient-unknown",
            )
            assert "Alder" not in refused.text
            assert "Birch" not in refused.text
        theirs = node.as_("Alder/duty").ask("PUT", f"{S1}/consents/Birch", json={})
        assert theirs.status_code == 404
        other = node.as_("Alder/duty").ask("PUT", "/api/v1/consents/Relief/site/Birch", json={})
        assert (other.status_code, other.json()["code"]) == (403, "access.party")


def test_an_incident_is_there_for_those_it_was_told_to():
    world = World()
    world.arrange()
    with running(world) as node:
        relief = notified(node)
        first = {
            "says": "Two rounds fell on the yard", "source": "witness", "sure": "great possibility",
            "tolls": [{"category": "wounded", "lowest": 2, "highest": 4}],
        }  # fmt: skip
        body = {"subjects": ["Relief/S1"], "to": ["Alder"], "first": first}
        reported = relief.ask(
            "POST", "/api/v1/incidents", json=body, headers={"Idempotency-Key": "i1"}
        )
        assert reported.status_code == 201, reported.text
        again = relief.ask(
            "POST", "/api/v1/incidents", json=body, headers={"Idempotency-Key": "i1"}
        )
        assert (again.status_code, again.json()["again"]) == (200, True)
        subject = reported.json()["subject"]
        here = f"/api/v1/incidents/{subject.partition('/')[2]}"
        assert relief.get(here).status_code == node.as_("Alder/duty").get(here).status_code == 200
        for stranger in ("Birch/duty", "Cedar/duty", "_/duty"):
            assert node.as_(stranger).get(here).status_code == 404
            assert node.as_(stranger).get("/api/v1/incidents").json()["incidents"] == []
        more = {"says": "We have no aircraft there", "source": "desk", "sure": "confirmed"}
        said = node.as_("Alder/duty").ask("POST", f"{here}/statements", json={"statement": more})
        assert (said.status_code, said.json()["statement"]) == (201, 2)
        wrong = node.as_("Alder/duty").ask(
            "POST", f"{here}/statements", json={"statement": {**more, "supersedes": 1}}
        )
        assert (wrong.status_code, wrong.json()["code"]) == (409, "statement.not-yours")
        bad = relief.ask("POST", "/api/v1/incidents", json={"first": first, "to": ["Alder"]})
        assert (bad.status_code, bad.json()["code"]) == (422, "incident.names")


def test_a_movement_is_delayed_held_split_and_goes_back():
    world = World()
    world.arrange()
    with running(world) as node:
        relief = node.as_("Relief/duty")
        here = "/api/v1/declarations/Relief/W1"
        assert relief.declare(movement("W1")).status_code == 201
        later = relief.ask("POST", f"{here}/delay", json={"leaves": "1970-01-01T19:00:00Z"})
        assert (later.status_code, later.json()["version"]) == (200, 2)
        start = relief.get(here).json()["declaration"]["parts"][0]["waypoints"][0]["time_us"]
        assert format_instant(start) == "1970-01-01T19:00:00Z"
        back = relief.ask(
            "POST", f"{here}/return", json={"leaves": "1970-01-02T03:00:00Z"},
            headers={"If-Match": '"2"'},
        )  # fmt: skip
        assert (back.status_code, back.json()["version"]) == (200, 3), back.text
        stale = relief.ask(
            "POST", f"{here}/return", json={"leaves": "1970-01-02T03:00:00Z"},
            headers={"If-Match": '"2"'},
        )  # fmt: skip
        assert stale.status_code == 412
        for what, body in (("hold", {}), ("split", {"id": "W1b"})):
            body |= {"leaves": "1970-01-01T22:00:00Z", "since": "1970-01-01T19:30:00Z"}
            refused = relief.ask("POST", f"{here}/{what}", json=body)
            assert (refused.status_code, refused.json()["code"][:5]) == (409, "stop."), refused.text
        far = relief.ask("POST", f"{here}/delay", json={"leaves": "9999-12-31T00:00:00Z"})
        assert (far.status_code, far.json()["where"]) == (422, "leaves")
