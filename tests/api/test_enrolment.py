"""Enrolling at nodes that are served: who may, what is refused in one sentence, what stays at rest."""

from __future__ import annotations

import asyncio
import re
from contextlib import AsyncExitStack

import pytest

from keepclear.domain.access import MAY, OF_PEOPLE, Action, Role
from keepclear.domain.admission import check_scopes
from keepclear.errors import RuleError
from keepclear.link.pinning import Pinned, words_of
from tests.node.test_peers import ASK, Party
from tests.peer.test_conversation import Network, Served, acquainted, told, until

INVITATION = "/api/v1/invitation"
PEERS = "/api/v1/peers"


def play(story, *parties):
    async def run():
        network = Network()
        network.served = {one.name: Served(one, network) for one in parties}
        try:
            async with AsyncExitStack() as stack:
                for one in network.served.values():
                    await stack.enter_async_context(one.app.lifespan())
                await story(*network.served.values())
        finally:
            for one in network.served.values():
                one.worker.close()

    asyncio.run(run())


def strangers():
    alder, birch = Party("Alder", 1, ["https://a"]), Party("Birch", 2, ["https://b"])
    for one in (alder, birch):
        one.invitation()  # at rest: the root key signs the first card
    return alder, birch


async def ask(one, method, path, said=None, role="administrator", party=None):
    async with one.http(f"{party or one.party.name}/{role}") as http:
        return await http.request(method, path, json=said)


def test_two_served_desks_enrol_and_their_line_opens_without_a_stop():
    async def story(alder, birch):
        words = {}
        for one, other in ((alder, birch), (birch, alder)):
            found = (await ask(one, "GET", INVITATION)).json()
            words[one.party.name] = found["words"]
            assert tuple(found["words"]) == words_of(one.party.root.verifier)
            taken = await ask(other, "POST", PEERS, {"invitation": found["invitation"]})
            assert (taken.status_code, taken.json()["pinned"]) == (201, "unverified")
        assert (await told(alder, "Birch", "test/1", {"by": "duty"})).status_code == 409
        for one, name in ((alder, "Birch"), (birch, "Alder")):
            path = f"{PEERS}/{name}/comparison"
            wrong = [*words[name][:-1], "baba"]
            answer = await ask(one, "POST", path, {"words": wrong})
            assert (answer.status_code, answer.json()["code"]) == (422, "pinning.words")
            answer = await ask(one, "POST", path, {"words": words[name]})
            assert answer.json() == {"party": name, "number": 1, "pinned": "compared"}
        assert (await told(alder, "Birch", "test/1", {"by": "duty"})).status_code == 202
        await until(lambda: birch.shown("line"))
        lost = await ask(alder, "POST", f"{PEERS}/Birch/loss", {"reason": "heard so by telephone"})
        assert lost.json()["pinned"] == "lost"
        assert (await told(alder, "Birch", "test/1", {"by": "duty"})).status_code == 409

    play(story, *strangers())


def test_nobody_else_enrols_anybody():
    async def story(alder, birch):
        text = (await ask(birch, "GET", INVITATION)).json()["invitation"]
        asked = [
            ("GET", INVITATION, None),
            ("POST", PEERS, {"invitation": text}),
            ("POST", f"{PEERS}/Birch/comparison", {"words": []}),
            ("POST", f"{PEERS}/Birch/loss", {"reason": "x"}),
        ]
        for method, path, said in asked:
            for role, party in (
                ("duty", None),
                ("verifier", None),
                ("reader", None),
                ("administrator", "Birch"),
                ("administrator", "_"),
                ("administrator/arrange/record", None),
            ):
                answer = await ask(alder, method, path, said, role, party)
                assert answer.status_code == 403, (path, role, party)
        assert "Birch" not in alder.party.world.node.memory.peers

    play(story, *strangers())


def test_what_the_root_key_signs_is_done_at_rest_and_says_so():
    """A desk that never made a card: a served node cannot make one."""

    async def story(alder):
        answer = await ask(alder, "GET", INVITATION)
        assert (answer.status_code, answer.json()["code"]) == (409, "peer.no-card")
        assert "root key" in answer.json()["detail"]

    play(story, Party("Alder", 1))


def test_what_is_wrong_with_an_invitation_is_one_sentence_and_keeps_nothing():
    async def story(alder, birch):
        text = (await ask(birch, "GET", INVITATION)).json()["invitation"]
        own = (await ask(alder, "GET", INVITATION)).json()["invitation"]
        for said, status, code in (
            ("nothing", 422, "text."),
            (text.replace("card: ", "card: AA"), 422, ""),
            (own, 409, "peer.own"),
        ):
            before = alder.party.world.kinds().count("enrolled")
            answer = await ask(alder, "POST", PEERS, {"invitation": said})
            assert answer.status_code == status, answer.text
            assert answer.json()["code"].startswith(code)
            assert "\n" not in answer.json()["detail"]
            assert alder.party.world.kinds().count("enrolled") == before
        nobody = await ask(alder, "POST", f"{PEERS}/Cedar/comparison", {"words": ["baba"]})
        assert (nobody.status_code, nobody.json()["code"]) == (409, "peer.unknown")
        reason = await ask(alder, "POST", f"{PEERS}/Birch/loss", {"reason": " "})
        assert reason.json()["code"] == "peer.reason"

    alder, birch = strangers()
    acquainted(alder, birch)
    play(story, alder, birch)
    assert alder.world.node.memory.peers["Birch"].pinned is Pinned.COMPARED


@pytest.mark.parametrize("action", sorted(OF_PEOPLE, key=lambda one: one.value))
def test_no_program_is_given_what_is_for_people(action):
    assert {Action.ADMIT, Action.ENROL} == OF_PEOPLE
    for role in Role:
        with pytest.raises(RuleError, match="is given some of these scopes"):
            check_scopes(role, frozenset({action}))
        others = MAY[role] - OF_PEOPLE
        check_scopes(role, others)


def test_a_served_node_opens_no_root_key(root):
    """It signs cards, and with it another could become this desk for good."""
    called = {
        path.relative_to(root / "src" / "keepclear").as_posix()
        for path in (root / "src" / "keepclear").rglob("*.py")
        if re.search(r"\.root_key\(", path.read_text(encoding="utf-8"))
    }
    assert {path for path in called if not path.startswith("faces/demo/")} == {"faces/link.py"}


def test_what_was_compared_is_recorded_with_who_did_it():
    async def story(alder, birch):
        text = (await ask(birch, "GET", INVITATION)).json()["invitation"]
        await ask(alder, "POST", PEERS, {"invitation": text})
        words = list(words_of(birch.party.root.verifier))
        await ask(alder, "POST", f"{PEERS}/Birch/comparison", {"words": words})
        by = [one.by for one in alder.party.world.bodies() if type(one).__name__ == "Enrolled"]
        assert by == [ASK.by, "administrator-1", "administrator-1"]

    play(story, *strangers())
