"""What goes before an answer: names, origins, forms, versions, keys, pace; and what stands on each."""

from __future__ import annotations

import json

import pytest

from keepclear.errors import ConfigurationError, InputError, StoreError
from keepclear.faces.api.limits import Limits, Pace
from keepclear.faces.api.names import LOOPBACK, Names
from keepclear.faces.api.problems import problem_of
from keepclear.store.memory import Failure
from keepclear.wire.declaration import encode
from tests.api.service import running
from tests.node.world import agreement, operation

HERE = "/api/v1/declarations"


@pytest.fixture(scope="module")
def node():
    with running() as found:
        found.as_("Alder/duty").declare(operation("A1"))
        yield found


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "evil.example:80", "", "[::2]"]
)
def test_a_name_that_is_not_ours_is_answered_nothing(node, host):
    response = node.as_("Alder/duty").get(HERE, headers={"Host": host})
    assert (response.status_code, response.json()["code"]) == (421, "host")


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8200", "127.0.0.1:1", "[::1]:8200", "[::1]"]
)
def test_our_own_names_are_known_with_any_port(node, host):
    assert node.as_("Alder/duty").get(HERE, headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Origin": "http://localhost"}, 200),
        ({"Origin": "https://localhost"}, 403),
        ({"Origin": "http://localhost:81"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_with_a_cookie_only_our_own_pages_change_anything(node, headers, status):
    client = node.as_()
    cookie = {"Cookie": "keepclear=Alder/duty", **headers}
    response = client.ask("POST", f"{HERE}/Alder/A1/delay", json={}, headers=cookie)
    assert (response.status_code == 403) == (status == 403), response.text
    if status == 403:
        assert response.json()["code"] == "origin"
    assert client.get(HERE, headers=cookie).status_code == 200, "to look needs no page of ours"


def test_a_token_needs_no_page_but_no_foreign_page_uses_it(node):
    client = node.as_("Alder/duty")
    assert client.declare(operation("A1")).status_code == 200
    assert client.declare(operation("A1"), Origin="http://evil.example").status_code == 403


def test_every_answer_has_the_headers(node):
    for path, token in ((HERE, "Alder/duty"), ("/nothing", ""), ("/healthz", ""), (HERE, "")):
        headers = node.as_(token).get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert "strict-transport-security" not in headers


def test_over_tls_the_cookie_belongs_to_this_host_and_the_browser_is_told_to_stay():
    names = Names(LOOPBACK, encrypted=True)
    cookie = names.set_cookie(names.cookie, "x", max_age_s=60)
    assert cookie.startswith("__Host-keepclear=x; Path=/;")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Strict"))
    assert "Domain" not in cookie
    with running(encrypted=True) as node:
        response = node.as_().get("/healthz")
        assert "strict-transport-security" in response.headers


@pytest.mark.parametrize(
    "media", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_a_body_is_json_or_nothing(node, media):
    response = node.as_("Alder/duty").ask(
        "POST", HERE, content=encode(operation("A2")), headers={"Content-Type": media}
    )
    assert response.status_code == 415


def test_a_body_has_a_limit_however_it_comes(node):
    client = node.as_("Alder/duty")
    large = b" " * 4_000_001
    for content in (large, iter([large[:2_000_000]] * 3)):
        response = client.ask(
            "POST", HERE, content=content, headers={"Content-Type": "application/json"}
        )
        assert response.status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"null", b"[]", b'{"keepclear":"declaration/1"}', b"\xff", b"[" * 100_000,
        b'{"keepclear":"declaration/1","party":"Alder","id":"A1","kind":"operation","parts":[],"target":"x"}',
    ],
)  # fmt: skip
def test_what_is_no_declaration_is_one_sentence(node, body):
    response = node.as_("Alder/duty").ask(
        "POST", HERE, content=body, headers={"Content-Type": "application/json"}
    )
    assert response.status_code in {400, 422}
    assert response.json()["detail"]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=1001", "limit=x", "limit=1&limit=2", "nonsense=1", "bbox=1,2,3",
        "bbox=1,2,3,nan", "bbox=0,50,1,40", "bbox=0,0,181,1", "datetime=yesterday",
        "datetime=2015-11-20T00:00:00", "datetime=2015-11-21T00:00Z/2015-11-20T00:00Z",
        "cursor=%C3%A9", "kind=tank", "datetime=..",
    ],
)  # fmt: skip
def test_a_query_that_is_not_understood_is_refused(node, query):
    assert node.as_("Alder/duty").get(f"{HERE}?{query}").status_code == 400


def test_the_version_seen_last_must_be_the_one_that_holds():
    with running() as node:
        client = node.as_("Alder/duty")
        first = client.declare(operation("A1"), **{"If-None-Match": "*"})
        assert (first.status_code, first.headers["etag"]) == (201, '"1"')
        assert (
            client.declare(operation("A1", east_m=9.0), **{"If-None-Match": "*"}).status_code == 412
        )
        assert client.amend(operation("A1", east_m=9.0), 2).status_code == 412
        second = client.amend(operation("A1", east_m=9.0), 1)
        assert (second.status_code, second.headers["etag"]) == (200, '"2"')
        assert client.get(f"{HERE}/Alder/A1").headers["etag"] == '"2"'
        assert client.declare(operation("A1"), **{"If-Match": "2"}).status_code == 400
        assert client.declare(operation("A1"), **{"If-Match": '"x"'}).status_code == 400
        bare = client.ask(
            "PUT",
            f"{HERE}/Alder/A1",
            content=encode(operation("A1")),
            headers={"Content-Type": "application/json"},
        )
        assert bare.status_code == 428
        versions = client.get(f"{HERE}/Alder/A1/versions").json()["versions"]
        assert [one["version"] for one in versions] == [1, 2]


def test_asked_again_with_its_key_nothing_is_done_twice():
    with running() as node:
        client = node.as_("Alder/duty")
        key = {"Idempotency-Key": "k1"}
        first = client.declare(operation("A1"), **key)
        size = node.world.store.size()
        again = client.declare(operation("A1"), **key)
        assert node.world.store.size() == size
        assert again.json() == {**first.json(), "again": True}
        other = client.declare(operation("A2"), **key)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency.other-request")
        assert (
            node.as_("Birch/duty").declare(operation("B1", party="Birch"), **key).status_code == 201
        )
        assert client.declare(operation("A3"), **{"Idempotency-Key": "x" * 201}).status_code == 400


def test_parties_and_addresses_have_a_pace_of_their_own():
    now = [0.0]
    with running(party=Pace(1, 3), clock=lambda: now[0]) as node:
        alder, birch = node.as_("Alder/duty"), node.as_("Birch/duty")
        assert [alder.get(HERE).status_code for _ in range(4)] == [200, 200, 200, 429]
        refused = alder.get(HERE)
        assert (refused.json()["code"], refused.headers["retry-after"]) == ("limit.party", "1")
        assert birch.get(HERE).status_code == 200
        now[0] += 1.0
        assert alder.get(HERE).status_code == 200
        assert alder.get(HERE).status_code == 429
    with running(address=Pace(1, 2), clock=lambda: 0.0) as node:
        assert [node.as_().get("/healthz").status_code for _ in range(3)] == [200, 200, 429]


def test_full_buckets_are_forgotten():
    now = [0.0]
    limits = Limits(Pace(10, 10), lambda: now[0])
    for number in range(9_999):
        assert limits.wait_s(str(number)) == 0
    assert len(limits) == 9_999
    now[0] = 60.0
    limits.wait_s("one more")
    assert len(limits) <= 1


def test_the_technical_log_names_no_plan_and_no_token(node):
    client = node.as_("Alder/duty")
    client.declare(operation("secretplan"))
    client.get(f"{HERE}/Alder/secretplan?bbox=1,2,3,4")
    client.get(f"{HERE}?party=Secretparty")
    client.get("/nothing/secretpath")
    # how long something took may look like a degree
    text = json.dumps([{**line, "ms": 0} for line in node.log])
    assert "/api/v1/declarations/{party}/{id}" in text
    for word in ("secret", "Secret", "Alder", "bbox", "144", "Bearer", "duty"):
        assert word not in text


def test_the_nodes_own_troubles_stay_at_home():
    for error in (StoreError("/srv/x is full"), ConfigurationError("/srv/y"), ValueError("z")):
        problem = problem_of(error)
        assert problem.status >= 500
        assert b"srv" not in problem.body()
        assert b'"z"' not in problem.body()
    mine = InputError("ring.self-crossing", "found 5, expected 4", where="parts 1")
    assert b"found 5" in problem_of(mine).body()
    theirs = problem_of(mine, own=False)
    assert b"found 5" not in theirs.body()
    assert b"parts 1" not in theirs.body()
    assert theirs.code == "ring.self-crossing"


def test_a_fault_of_ours_is_a_500_and_one_line_without_values(monkeypatch):
    from keepclear.node import views

    def broken(*_, **__):
        raise ZeroDivisionError("144.5 secret")

    with running() as node:
        monkeypatch.setattr(views, "page", broken)
        response = node.as_("Alder/duty").get(HERE)
        assert (response.status_code, response.json()["code"]) == (500, "internal")
        assert "secret" not in response.text
        line = next(one for one in node.log if one.get("level") == "error")
        assert line["fault"] == "ZeroDivisionError"
        assert any("declarations.py" in place for place in line["places"])
        assert "secret" not in json.dumps(line)


@pytest.mark.parametrize("failure", Failure)
def test_a_store_that_fails_is_a_503_and_asked_again_it_is_done_once(failure):
    with running() as node:
        client = node.as_("Alder/duty")
        node.world.store.failing = failure
        response = client.declare(operation("A1"), **{"Idempotency-Key": "k"})
        assert (response.status_code, response.json()["code"]) == (503, "store")
        assert "retry-after" in response.headers
        assert client.get("/healthz").status_code == 200
        again = client.declare(operation("A1"), **{"Idempotency-Key": "k"})
        stored = failure is Failure.STORED
        assert (again.status_code, again.json()["again"]) == (200 if stored else 201, stored)
        assert client.get("/readyz").status_code == 200
        assert len(client.get(f"{HERE}/Alder/A1/versions").json()["versions"]) == 1


def test_figures_name_nobody():
    with running() as node:
        node.as_("_/administrator").ask(
            "PUT", "/api/v1/arrangements/Darling", json={"text": agreement()}
        )
        node.as_("Alder/duty").declare(operation("A1"))
        text = node.as_("_/administrator").get("/metrics").text
        assert "keepclear_standing 1.0" in text
        for word in ("Alder", "A1", "Darling", "127.0.0.1", "144"):
            assert word not in text


def test_a_page_goes_on_where_the_one_before_ended():
    with running() as node:
        client = node.as_("Alder/duty")
        names = [f"A/{number} ü%" for number in range(7)]
        for name in names:
            assert client.declare(operation(name, start=1_100, end=1_110)).status_code == 201
        found, cursor = [], ""
        while cursor is not None:
            page = client.get(f"{HERE}?limit=3" + (f"&cursor={cursor}" if cursor else "")).json()
            found += [one["properties"]["id"] for one in page["features"]]
            cursor = page.get("next")
        assert found == sorted(names)
        for name in names:
            from urllib.parse import quote

            assert client.get(f"{HERE}/Alder/{quote(name, safe='')}").json()["id"] == name


def test_filters_leave_out_what_surely_is_elsewhere():
    with running() as node:
        client = node.as_("Alder/duty")
        client.declare(operation("A1", start=1_100, end=1_200))

        def count(query):
            return len(client.get(f"{HERE}?{query}").json()["features"])

        assert count("bbox=143,-32,145,-31") == count("bbox=170,-90,150,90") == 1
        assert count("bbox=0,0,10,10") == count("bbox=145,-90,143,90") == 0
        assert count("datetime=1970-01-01T18:20:00Z") == 1
        assert count("datetime=1970-01-01T20:00:00Z/..") == 0
        assert count("datetime=../1970-01-01T18:19:59Z") == 0
        assert count("kind=operation") == count("party=Alder") == 1
        assert count("kind=site") == count("party=Birch") == 0
