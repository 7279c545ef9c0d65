"""Several declarations in one request: each is decided and answered as if it had been sent alone."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.domain.access import Action
from keepclear.errors import InputError
from keepclear.faces.api.limits import Pace
from keepclear.faces.api.several import SEVERAL_MAX
from keepclear.store.memory import Failure
from keepclear.wire.declaration import encode
from tests.api.service import running
from tests.node.world import agreement, operation

HERE = "/api/v1/declarations"


def single(declaration, **more):
    return {"declaration": json.loads(encode(declaration)), **more}


def several(client, *singles, **headers):
    return client.ask(
        "POST", f"{HERE}/several", json={"declarations": list(singles)}, headers=headers
    )


def answers(client, *singles, **headers):
    response = several(client, *singles, **headers)
    assert response.status_code == 200, response.text
    return response.json()["answers"]


def alone(client, one, **headers):
    """The same declaration by itself, in the form that it has among several."""
    more = dict(headers)
    if "if_match" in one:
        version = one["if_match"]
        more |= {"If-Match": f'"{version}"'} if version else {"If-None-Match": "*"}
    response = client.ask("POST", HERE, json=one["declaration"], headers=more)
    body = response.json()
    what = "answer" if response.status_code in {200, 201} else "problem"
    return {"status": response.status_code, what: body}


PLANS = st.builds(
    lambda party, number, east_m, version: (party, number, east_m, version),
    st.sampled_from(["Alder", "Alder", "Birch"]),
    st.integers(1, 3),
    st.sampled_from([0.0, 9.0, 5_000.0]),
    st.sampled_from([None, None, 0, 1, 2]),
)


@settings(max_examples=15)
@given(st.lists(PLANS, min_size=1, max_size=6))
def test_together_they_are_answered_as_they_would_be_one_after_the_other(plans):
    """Whoever declares for Birch as Alder is refused, and so is who saw another version."""
    singles = []
    for party, number, east_m, version in plans:
        one = single(operation(f"{party[0]}{number}", party=party, east_m=east_m))
        singles.append(one if version is None else {**one, "if_match": version})
    found = []
    for together in (True, False):
        with running() as node:
            node.as_("_/administrator").ask(
                "PUT", "/api/v1/arrangements/Darling", json={"text": agreement()}
            )
            node.as_("Birch/duty").declare(operation("B9", party="Birch"))
            client = node.as_("Alder/duty")
            if together:
                found.append(answers(client, *singles))
            else:
                found.append([alone(client, one) for one in singles])
    assert found[0] == found[1]


def test_one_that_is_refused_takes_nothing_from_the_others():
    with running() as node:
        client = node.as_("Alder/duty")
        found = answers(
            client,
            single(operation("A1")),
            single(operation("B1", party="Birch")),
            single(operation("A2"), if_match=3),
            single(operation("A3")),
        )
        assert [one["status"] for one in found] == [201, 403, 412, 201]
        assert [one.get("problem", {}).get("code") for one in found] == [
            None, "access.party", "version.other", None,
        ]  # fmt: skip
        assert client.get(f"{HERE}/Alder/A3").status_code == 200
        assert client.get(f"{HERE}/Alder/A2").status_code == 404


def test_what_has_not_the_form_is_refused_as_a_whole():
    with running() as node:
        client = node.as_("Alder/duty")
        broken = {"declaration": {"keepclear": "declaration/1"}}
        response = several(client, single(operation("A1")), broken)
        assert (response.status_code, response.json()["code"]) == (400, "body.form")
        assert "declarations[1]" in response.json()["detail"]
        assert several(client).status_code == 400
        many = [single(operation(f"A{k}")) for k in range(SEVERAL_MAX + 1)]
        assert several(client, *many).status_code == 400
        assert client.get(f"{HERE}/Alder/A1").status_code == 404
        whole = answers(client, *many[:-1])
        assert [one["status"] for one in whole] == [201] * SEVERAL_MAX


def test_asked_again_with_its_key_nothing_is_done_twice():
    with running() as node:
        client = node.as_("Alder/duty")
        singles = [single(operation(f"A{k}")) for k in range(3)]
        first = answers(client, *singles, **{"Idempotency-Key": "k"})
        size = node.world.store.size()
        again = answers(client, *singles, **{"Idempotency-Key": "k"})
        assert node.world.store.size() == size
        assert [one["answer"]["again"] for one in again] == [True] * 3
        assert [one["answer"]["number"] for one in again] == [
            one["answer"]["number"] for one in first
        ]
        other = answers(client, single(operation("A7")), *singles[1:], **{"Idempotency-Key": "k"})
        assert [one["status"] for one in other] == [422, 200, 200]
        assert other[0]["problem"]["code"] == "idempotency.other-request"


def test_each_counts_as_a_request_of_its_party():
    with running(party=Pace(1, 3), clock=lambda: 0.0) as node:
        client = node.as_("Alder/duty")
        found = answers(client, *(single(operation(f"A{k}")) for k in range(4)))
        assert [one["status"] for one in found] == [201, 201, 429, 429]
        assert found[2]["problem"]["code"] == "limit.party"


def test_a_store_that_fails_is_told_of_each_and_asked_again_each_is_done_once():
    for failure in Failure:
        with running() as node:
            client = node.as_("Alder/duty")
            singles = [single(operation(f"A{k}")) for k in range(3)]
            client.get("/readyz")
            node.world.store.failing = failure
            found = answers(client, *singles, **{"Idempotency-Key": "k"})
            assert 503 in {one["status"] for one in found}
            assert {one["status"] for one in found} <= {201, 503}
            again = answers(client, *singles, **{"Idempotency-Key": "k"})
            assert {one["status"] for one in again} <= {200, 201}
            for number in range(3):
                versions = client.get(f"{HERE}/Alder/A{number}/versions").json()["versions"]
                assert [one["version"] for one in versions] == [1]


def test_a_fault_of_ours_in_one_is_logged_and_the_others_are_answered(monkeypatch):
    from keepclear.faces.api import declarations

    plain = declarations.declaring.declare

    def broken(node, said, *rest, **more):
        if said.id == "A1":
            raise ZeroDivisionError("secret")
        return plain(node, said, *rest, **more)

    monkeypatch.setattr(declarations.declaring, "declare", broken)
    with running() as node:
        client = node.as_("Alder/duty")
        found = answers(client, *(single(operation(f"A{k}")) for k in range(3)))
        assert [one["status"] for one in found] == [201, 500, 201]
        line = next(one for one in node.log if one.get("level") == "error")
        assert line["fault"] == "ZeroDivisionError"
        assert "secret" not in json.dumps([line, found])


def test_who_was_put_out_meanwhile_declares_no_more(monkeypatch):
    """Known when the request came, and not any more when one of its declarations is decided."""
    with running() as node:
        client, calls = node.as_("Alder/duty"), []
        doors = node.service.doors
        plain = doors.bearer

        def bearer(*asked):
            calls.append(asked)
            return plain(*asked) if len(calls) <= 2 else None

        monkeypatch.setattr(doors, "bearer", bearer)
        found = answers(client, single(operation("A1")), single(operation("A2")))
        assert [one["status"] for one in found] == [201, 401]


def test_a_reader_declares_nothing_by_several_either():
    with running() as node:
        for token in ("Alder/reader", f"Alder/duty/{Action.LOOK.value}"):
            response = several(node.as_(token), single(operation("A1")))
            assert (response.status_code, response.json()["code"]) == (403, "access.role")


def test_what_is_wrong_in_one_is_said_of_that_one():
    with running() as node:
        inverted = single(operation("A1"))
        inverted["declaration"]["parts"][0]["window"] = {"start_us": 2, "end_us": 1}
        found = answers(node.as_("Alder/duty"), inverted, single(operation("A2")))
        assert [one["status"] for one in found] == [422, 201]
        assert found[0]["problem"]["code"] == "time.end-before-start"
        assert InputError.__name__ not in json.dumps(found)
