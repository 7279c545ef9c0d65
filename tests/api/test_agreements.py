"""An arrangement is proposed and signed at nodes that are served; by whom, and what is refused."""

from __future__ import annotations

import asyncio

from tests.node.world import agreement
from tests.peer.test_conversation import two

TEXT = agreement().replace('[humanitarian]\nnames = ["Relief"]\n', "")
PATH = "/api/v1/agreements"


async def asked(one, path, said, role="administrator", party=None):
    async with one.http(f"{party or one.party.name}/{role}") as http:
        return await http.post(path, json=said)


async def held(one):
    async with one.http(f"{one.party.name}/duty") as http:
        return [
            found["name"] for found in (await http.get("/api/v1/agreed")).json()["arrangements"]
        ]


def test_what_both_have_signed_holds_at_both():
    async def play():
        async with two() as (_, alder, birch):
            proposed = await asked(alder, PATH, {"text": TEXT})
            assert proposed.status_code == 201
            found = proposed.json()
            assert (found["signed"], found["missing"], found["holds"]) == (
                ["Alder"],
                ["Birch"],
                False,
            )
            assert await held(alder) == []
            signed = (await asked(birch, f"{PATH}/signatures", {"note": found["note"]})).json()
            assert (sorted(signed["signed"]), signed["holds"]) == (["Alder", "Birch"], True)
            assert await held(birch) == ["Darling"]
            back = await asked(alder, f"{PATH}/signatures", {"note": signed["note"]})
            assert back.json()["holds"]
            assert await held(alder) == ["Darling"]

    asyncio.run(play())


def test_who_may_not_and_what_cannot_be_signed():
    async def play():
        async with two() as (_, alder, birch):
            for role, party in (("duty", None), ("reader", None), ("administrator", "Birch")):
                answer = await asked(alder, PATH, {"text": TEXT}, role, party)
                assert answer.status_code == 403, (role, party)
            answer = await asked(alder, PATH, {"text": "name = 1"})
            assert (answer.status_code, answer.json()["code"][:12]) == (422, "arrangement.")
            answer = await asked(alder, PATH, {"text": TEXT.replace('"Birch"', '"Cedar"')})
            assert answer.json()["code"] == "agreement.not-enrolled"
            note = (await asked(birch, PATH, {"text": TEXT})).json()["note"]
            changed = note.replace("version = 1", "version = 2")
            assert changed != note
            for wrong in (changed, "nothing", note[:-20]):
                answer = await asked(alder, f"{PATH}/signatures", {"note": wrong})
                assert answer.status_code in {409, 422}, answer.text
                assert answer.json()["code"].partition(".")[0] in {"note", "agreement", "text"}
            assert await held(alder) == []

    asyncio.run(play())
