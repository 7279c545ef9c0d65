"""What a desk says is said once for each key: the answer may be lost, and asked for again."""

from __future__ import annotations

import asyncio
import json

import pytest

from keepclear.domain.footing import Footing
from keepclear.link import bodies as b
from keepclear.node.arranging import set_arrangement
from keepclear.node.declaring import Request
from keepclear.node.saying import say
from keepclear.store.memory import Failure
from keepclear.wire.entries import Carried, Voiced
from tests.api.test_desk import LINE
from tests.node.desks import desks
from tests.node.world import agreement
from tests.peer.test_conversation import ASK, STOP, told, two, until

KEY = {"Idempotency-Key": "once"}
REF = {"seq": 1, "hash": "0" * 64}
SAYS = "Received. This is no permission, no agreement and no assurance, and nothing depends on it."
SPOKEN = {
    "stop/1": STOP,
    "answer/1": {"re": REF, "answer": "wilco", "by": "duty officer"},
    "stopped/1": {"re": REF, "by": "duty officer", "at_us": 1},
    "stop-lifted/1": {"mine": REF, "because": "over", "by": "duty officer"},
    "read-back/1": {"re": REF, "by": "duty", "places": [], "times_us": [5], "says": SAYS},
    "acknowledged/1": {"re": REF, "by": "duty", "at_us": 1, "says": SAYS},
    "said/1": {"words": "good morning"},
    "test/1": {"by": "duty officer"},
    "test-answer/1": {"re": REF, "by": "duty officer", "at_us": 1},
    "contact/1": {"by": "duty officer", "how": "by telephone"},
}


def play(story):
    async def run():
        async with two() as (network, alder, birch):
            await story(network, alder, birch)

    asyncio.run(run())


async def post(one, path, body, key="once"):
    headers = {"Idempotency-Key": key} if key else {}
    async with one.http(f"{one.party.name}/duty") as http:
        return await http.post(f"/api/v1/{path}", json=body, headers=headers)


def said(one, kind):
    """How often a desk's record says something, by the notes that it signed."""
    line = f"\nkind: {kind}\n"
    sent = (x for x in one.party.world.bodies() if isinstance(x, Carried) and x.how == "sent")
    return sum(line in note.note for note in sent)


@pytest.mark.parametrize(("kind", "body"), SPOKEN.items(), ids=SPOKEN)
def test_whatever_is_said_is_said_once_for_each_key(kind, body):
    async def story(_, alder, __):
        asked = {"kind": kind, "body": body}
        first = await post(alder, "lines/Birch/messages", asked)
        second = await post(alder, "lines/Birch/messages", asked)
        assert (first.status_code, second.status_code) == (202, 202), first.text
        assert second.json() == {**first.json(), "again": True}
        assert first.json()["again"] is False
        assert said(alder, kind) == 1
        other = await post(alder, "lines/Birch/messages", {**asked, "drill": True})
        assert (other.status_code, other.json()["code"]) == (422, "idempotency.other-request")
        await post(alder, "lines/Birch/messages", asked, key="twice")
        await post(alder, "lines/Birch/messages", asked, key="")
        assert said(alder, kind) == 3

    play(story)


def test_a_key_is_of_one_person_alone():
    """What another typed under the same key is another request, and is said."""
    alder, _ = desks("Alder", "Birch")
    node, body = alder.world.node, b.Said(words="good morning")
    kept = [
        say(node, alder.talk, "Birch", body, Request(mark, f"Alder/{mark}", "once"))[1]
        for mark in ("duty-1", "duty-2", "duty-1")
    ]
    assert [(one.seq, one.again) for one in kept] == [(1, False), (2, False), (1, True)]


def test_a_command_that_is_typed_again_asks_for_the_same_though_later():
    async def story(_, alder, __):
        body = SPOKEN["stopped/1"]
        for at_us, status in ((1, 202), (9_000_000, 202)):
            asked = {"kind": "stopped/1", "body": {**body, "at_us": at_us}}
            assert (await post(alder, "lines/Birch/messages", asked)).status_code == status
        asked = {"kind": "stopped/1", "body": {**body, "unit": "another"}}
        assert (await post(alder, "lines/Birch/messages", asked)).status_code == 422
        assert said(alder, "stopped/1") == 1

    play(story)


@pytest.mark.parametrize("failure", Failure)
def test_a_stop_whose_answer_was_lost_is_said_once_by_asking_again(failure):
    """The write is lost, or stored and nobody hears of it: 503 either way, and then the same stop."""

    async def story(_, alder, birch):
        asked = {"kind": "stop/1", "body": STOP}
        # nothing else is written meanwhile: what fails is the stop
        await until(lambda: quiet(alder))
        alder.party.world.store.failing = failure
        lost = await post(alder, "lines/Birch/messages", asked)
        assert (lost.status_code, lost.headers["retry-after"]) == (503, "2")
        again = await post(alder, "lines/Birch/messages", asked)
        assert again.status_code == 202
        assert again.json()["again"] is (failure is Failure.STORED)
        assert said(alder, "stop/1") == 1
        shown = await until(lambda: birch.shown("line"))
        assert [STOP["words"] in text for text in shown] == [True]
        async with birch.http("Birch/duty") as http:
            (line,) = (await http.get("/api/v1/lines")).json()["lines"]
        assert [one["hash"] for one in line["alerts"]] == [again.json()["hash"]]

    async def quiet(one):
        size = one.party.world.store.size()
        await asyncio.sleep(0.2)
        return one.party.world.store.size() == size

    play(story)


@pytest.mark.parametrize(
    ("path", "body", "other"),
    [
        (
            "sheets",
            {"asks": "cease", "place": "31 S 144 E"},
            {"asks": "hold", "place": "31 S 144 E"},
        ),
        ("heard", {"line": LINE}, {"line": "H" + LINE[1:]}),
        ("calls", {"step": "dialled"}, {"step": "hung-up"}),
    ],
)
def test_what_was_told_by_telephone_is_recorded_once(path, body, other):
    async def story(_, alder, __):
        alder.party.world.now = 1_448_001_661_000_000
        first = await post(alder, f"lines/Birch/{path}", body)
        alder.party.world.now += 120_000_000  # a sheet made now would be another stop
        second = await post(alder, f"lines/Birch/{path}", body)
        assert first.status_code == second.status_code == 200, first.text
        assert first.json() == second.json()
        assert sum(isinstance(one, Voiced) for one in alder.party.world.bodies()) == 1
        assert (await post(alder, f"lines/Birch/{path}", other)).status_code == 422
        assert sum(isinstance(one, Voiced) for one in alder.party.world.bodies()) == 1

    play(story)


def test_a_step_from_an_arrangement_is_taken_once():
    async def story(_, alder, birch):
        for one in (alder, birch):
            set_arrangement(one.party.world.node, agreement(), ASK)
        asked = {"step": "suspend", "because": "rain"}
        path = "/api/v1/arrangements/Darling/steps"
        async with alder.http("Alder/administrator") as http:
            first = await http.post(path, json=asked, headers=KEY)
            second = await http.post(path, json=asked, headers=KEY)
            without = await http.post(path, json=asked)
            other = await http.post(path, json={"step": "resume"}, headers=KEY)
        assert first.status_code == 200, first.text
        assert second.json() == first.json()
        assert first.json()["told"] == ["Birch"]
        assert (without.status_code, without.json()["code"]) == (409, "footing.step")
        assert (other.status_code, other.json()["code"]) == (422, "idempotency.other-request")
        assert said(alder, "stepped/1") == 1
        held = alder.party.world.node.memory.footings["Darling"]
        assert held == {"Alder": Footing.SUSPENDED}

    play(story)


def test_without_a_key_nothing_is_taken_for_the_same():
    async def story(_, alder, __):
        first = await told(alder, "Birch", "stop/1", STOP)
        second = await told(alder, "Birch", "stop/1", STOP)
        assert json.loads(first.text)["seq"] + 1 == json.loads(second.text)["seq"]

    play(story)
