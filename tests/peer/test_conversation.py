"""Two served nodes that talk: in one process over their ASGI faces, and as two processes over TLS."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from keepclear.app import main
from keepclear.faces.api.application import Application
from keepclear.faces.api.figures import Figures
from keepclear.faces.api.limits import Limits
from keepclear.faces.api.names import LOOPBACK, Names
from keepclear.faces.api.service import Service
from keepclear.faces.peer.conversation import Conversation
from keepclear.link.pinning import words_of
from keepclear.link.receipts import PROCEEDING
from keepclear.node import peers
from keepclear.node.arranging import set_arrangement
from keepclear.node.declaring import Request, declare
from keepclear.node.talking import Talk
from keepclear.node.worker import Worker
from keepclear.wire.declaration import encode
from keepclear.wire.entries import Alarm
from tests.api.service import NO_LIMIT, Doors
from tests.node.party import Party
from tests.node.world import agreement, operation
from tests.patience import PATIENCE_S

HERE = Path(__file__).parent
ASK = Request("one", "test")
STOP = {"asks": "cease", "by": "duty officer", "words": "people of a partner near A2"}


def acquainted(*parties):
    """Each has compared the words of each other."""
    invitations = {one.name: one.invitation() for one in parties}
    for mine in parties:
        for other in parties:
            if mine is not other:
                peers.accept(mine.world.node, invitations[other.name], ASK)
                words = words_of(other.root.verifier)
                peers.compare(mine.world.node, other.name, words, ASK)


class Served:
    def __init__(self, party, network):
        self.party = party
        self.conversation = Conversation(
            Talk(party.world.node, party.message), lambda card: network.client(card.party)
        )
        self.worker = Worker(party.world.node)
        self.service = Service(
            worker=self.worker,
            doors=Doors(),
            names=Names(LOOPBACK, False),
            addresses=Limits(NO_LIMIT, lambda: 0.0),
            parties=Limits(NO_LIMIT, lambda: 0.0),
            guesses=Limits(NO_LIMIT, lambda: 0.0),
            figures=Figures(),
            log=lambda _: None,
            conversation=self.conversation,
        )
        self.app = Application(self.service)

    def http(self, token=""):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx2.AsyncClient(
            transport=httpx2.ASGITransport(self.app), base_url="http://localhost", headers=headers
        )

    async def shown(self, how):
        """What its desk was shown, in order."""
        await asyncio.wrap_future(self.worker.ask(lambda node: node.store.size()))
        return [one.text for one in self.party.world.shown(self.party.name) if one.how == how]


class Network:
    """Which node answers under a card's address, and whether it is cut off."""

    def __init__(self):
        self.served, self.cut = {}, set()
        self.dead = 0
        """So many requests that come next are never answered: their connection is open and dead."""

    def client(self, party):
        async def handler(request):
            if party in self.cut or party not in self.served:
                raise httpx2.ConnectError("cut off")
            if self.dead:
                self.dead -= 1
                await asyncio.sleep(3_600)
            async with self.served[party].http() as http:
                answer = await http.post(request.url.path, content=request.content, headers={
                    "Content-Type": request.headers["content-type"]})  # fmt: skip
                return httpx2.Response(answer.status_code, content=answer.content, headers={
                    "Content-Type": answer.headers["content-type"]})  # fmt: skip

        return httpx2.AsyncClient(transport=httpx2.MockTransport(handler))


@asynccontextmanager
async def two():
    alder, birch = (
        Party("Alder", 1, ["https://a.example"]),
        Party("Birch", 2, ["https://b.example"]),
    )
    acquainted(alder, birch)
    network = Network()
    network.served = {one.name: Served(one, network) for one in (alder, birch)}
    async with AsyncExitStack() as stack:
        for one in network.served.values():
            await stack.enter_async_context(one.app.lifespan())
        yield network, *network.served.values()
    for one in network.served.values():
        one.worker.close()


async def until(condition):
    """What a condition finds, once that is something; how long it takes is never what is tested."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        found = await condition()
        if found:
            return found
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen in time")


async def told(one, party, kind, body):
    async with one.http(f"{one.party.name}/duty") as http:
        return await http.post(f"/api/v1/lines/{party}/messages", json={"kind": kind, "body": body})


def test_a_stop_is_on_the_other_desks_screen_and_its_receipt_comes_back():
    async def play():
        async with two() as (_, alder, birch):
            assert (await told(birch, "Alder", "stop/1", STOP)).status_code == 202
            shown = await until(lambda: alder.shown("line"))
            assert "people of a partner near A2" in shown[0]
            assert any("every screen" in text for text in await alder.shown("alert"))
            async with alder.http("Alder/duty") as http:
                (line,) = (await http.get("/api/v1/lines")).json()["lines"]
            assert [(one["stage"], one["ours"], one["open"]) for one in line["alerts"]] == [
                ("raised", False, True)
            ]
            assert line["says"] == PROCEEDING

            async def stored():
                notes = [
                    b for b in birch.party.world.bodies() if getattr(b, "how", "") == "receipt"
                ]
                return [one for one in notes if "stored/1" in one.note]

            await until(stored)

    asyncio.run(play())


def test_what_a_cut_line_did_not_take_comes_when_it_is_whole():
    async def play():
        async with two() as (network, alder, birch):
            network.cut.add("Alder")
            for k in range(3):
                said = {"words": f"number {k}"}
                assert (await told(birch, "Alder", "said/1", said)).status_code == 202

            async def failed():
                return birch.conversation.failures("Alder")

            await until(failed)
            assert await alder.shown("line") == []
            network.cut.clear()
            birch.party.world.now += 60_000_000  # its stream sends again by its own clock
            birch.conversation._bell.set()

            async def all_there():
                shown = await alder.shown("line")
                return shown if len(shown) == 3 else None

            shown = await until(all_there)
            assert [re.search("number [0-9]", text)[0] for text in shown] == [
                "number 0", "number 1", "number 2",
            ]  # fmt: skip

    asyncio.run(play())


@pytest.mark.parametrize("first", ["said/1", "stop/1"])
def test_a_stop_waits_for_no_request_that_hangs(first):
    """A connection that is open and dead holds up what is routine; a stop goes beside it."""

    async def play():
        async with two() as (network, alder, birch):
            network.dead = 1
            body = STOP if first == "stop/1" else {"words": "good morning"}
            assert (await told(birch, "Alder", first, body)).status_code == 202

            async def hangs():
                return network.dead == 0

            await until(hangs)
            if first == "said/1":
                assert (await told(birch, "Alder", "stop/1", STOP)).status_code == 202
            else:
                birch.party.world.now += (
                    1_300_000  # its stream tries again within a second and a bit
                )
                birch.conversation.wake()

            async def stopped():
                return [text for text in await alder.shown("line") if "stop/1" in text]

            assert len(await until(stopped)) == 1

    asyncio.run(play())


def test_a_notice_of_the_node_crosses_the_line_to_the_party_it_is_for():
    """What crosses Birch's own, decided at Alder's node, is a signed message on Birch's screen."""

    async def play():
        async with two() as (_, alder, birch):
            text = agreement().replace('[humanitarian]\nnames = ["Relief"]\n', "")
            await asyncio.wrap_future(
                alder.worker.ask(lambda node: set_arrangement(node, text, ASK))
            )
            async with alder.http("Alder/duty") as http:
                for one in (operation("B1", party="Birch"), operation("A1")):
                    if one.party == "Birch":  # known at Alder's node before, by whatever way
                        await asyncio.wrap_future(
                            alder.worker.ask(lambda node, one=one: declare(node, one, ASK))
                        )
                        continue
                    answer = await http.post(
                        "/api/v1/declarations",
                        content=encode(one),
                        headers={"Content-Type": "application/json"},
                    )
                    assert answer.status_code == 201

            async def told_of_it():
                return [text for text in await birch.shown("line") if "kind: crossing/1" in text]

            (text,) = await until(told_of_it)
            assert '"yours":"Birch/B1"' in text
            assert alder.party.world.store.pending(10) == []

    asyncio.run(play())


def test_a_plan_that_is_open_is_compared_over_the_network_and_the_answer_stands_beside_it():
    async def play():
        async with two() as (_, alder, birch):
            text = agreement().replace('[humanitarian]\nnames = ["Relief"]\n', "")
            text = text.replace(
                'desk = "line 1"', 'desk = "line 1"\ndiscloses = {operation = "open"}'
            )
            for one, said in ((alder, None), (birch, operation("B1", party="Birch"))):
                await asyncio.wrap_future(
                    one.worker.ask(lambda node: set_arrangement(node, text, ASK))
                )
                if said is not None:
                    await asyncio.wrap_future(
                        one.worker.ask(lambda node, said=said: declare(node, said, ASK))
                    )
            async with alder.http("Alder/duty") as http:
                headers = {"Content-Type": "application/json"}
                path = "/api/v1/declarations"
                answer = await http.post(path, content=encode(operation("A1")), headers=headers)
                assert answer.status_code == 201

                async def told_of_it():
                    return (await http.get(f"{path}/Alder/A1")).json().get("told_by")

                (told,) = await until(told_of_it)
                assert (told["by"], told["newest"], told["certainty"]) == ("Birch", True, "certain")
                assert told["crossing"]["level"] == "crossing"
                assert "B1" not in str(told)
            async with birch.http("Birch/duty") as http:
                found = (await http.get("/api/v1/notices")).json()["notices"]
                came = [one["shown"] for one in found if one["shown"].get("notice") == "came/1"]
                assert [one["id"] for one in came] == ["A1"]
                assert (await http.get(f"{path}/Alder/A1")).json()["declaration"]["id"] == "A1"

    asyncio.run(play())


def test_a_fault_of_ours_ends_no_line(monkeypatch):
    """It is one line in the technical log, and what was to go goes with the next try."""

    async def play():
        async with two() as (_, alder, birch):
            lines, post = [], alder.conversation.reach.post

            async def broken(*_, **__):
                raise ZeroDivisionError("secret")

            object.__setattr__(alder.service, "log", lines.append)
            monkeypatch.setattr(alder.conversation.reach, "post", broken)
            await told(alder, "Birch", "said/1", {"words": "good morning"})

            async def logged():
                return [one for one in lines if one.get("fault") == "ZeroDivisionError"]

            (line, *_) = await until(logged)
            assert "secret" not in str(line)
            monkeypatch.setattr(alder.conversation.reach, "post", post)
            assert (await told(alder, "Birch", "stop/1", STOP)).status_code == 202
            assert "stop/1" in (await until(lambda: birch.shown("line")))[0]

    asyncio.run(play())


def test_strangers_are_told_nothing_and_nothing_is_kept():
    async def play():
        async with two() as (_, alder, birch):
            size = alder.party.world.store.size()
            note = "keepclear/message/1\nfrom: x\n\n— x AAAAAAAA\n"
            async with alder.http() as http:
                for notes in (["nothing"], [note], [note.replace("x", "keepclear/thief/desk")]):
                    answer = await http.post("/api/v1/line/notes", json={"notes": notes})
                    assert answer.status_code == 422
                    body = answer.json()
                    assert re.fullmatch(r"[a-z]+\.[a-z-]+", body["code"])
                    assert body["detail"] == "nothing of it was taken"
                # who writes a believed name over it learns no more, and leaves one alarm at most
                forged = note.replace("from: x", f"from: {birch.party.message.name}")
                for _ in range(3):
                    answer = await http.post("/api/v1/line/notes", json={"notes": [forged]})
                    assert answer.json() == {"taken": 1}
            new = alder.party.world.bodies()[size:]  # heartbeats leave their receipts meanwhile
            bad = [one for one in new if getattr(one, "how", "") in {"received", "evidence"}]
            assert not bad, bad[0].note
            assert sum(isinstance(one, Alarm) for one in new) <= 1
            assert birch.party.world.shown() == []

    asyncio.run(play())


def test_only_the_desks_own_people_speak_and_look():
    async def play():
        async with two() as (_, alder, _birch):
            for token, status in (
                ("Alder/duty", 202), ("Birch/duty", 404), ("Alder/reader", 403), ("_/duty", 404),
            ):  # fmt: skip
                async with alder.http(token) as http:
                    answer = await http.post(
                        "/api/v1/lines/Birch/messages",
                        json={"kind": "said/1", "body": {"words": "good morning"}},
                    )
                    assert answer.status_code == status, token
            async with alder.http("Birch/duty") as http:
                assert (await http.get("/api/v1/lines")).status_code == 404

    asyncio.run(play())


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("no-such/1", {}, "body.unknown-kind"),
        ("heartbeat/1", {"heads": []}, "body.unknown-kind"),
        ("stop/1", {"asks": "cease"}, "body.form"),
        ("stop/1", {**STOP, "weapon": "x"}, "body.form"),
    ],
)
def test_what_cannot_be_said_is_refused_with_what_is_wrong(kind, body, code):
    async def play():
        async with two() as (_, alder, _birch):
            answer = await told(alder, "Birch", kind, body)
            assert (answer.status_code, answer.json()["code"]) == (422, code)

    asyncio.run(play())


# two processes


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


def serve(stack, folder, name, port, log):
    words = ["serve", folder, "--port", port, "--name", "127.0.0.1"]
    words += ["--tls-cert", HERE / f"{name}.pem", "--tls-key", HERE / f"{name}.key"]
    return subprocess.Popen(
        [sys.executable, "-m", "keepclear", *map(str, words)],
        stdout=subprocess.DEVNULL,
        stderr=stack.enter_context(log.open("w")),
        env={**os.environ, "KEEPCLEAR_DEBUG": "1"},
    )


def test_two_processes_talk_over_pinned_tls(tmp_path, capsysbinary):
    def type_(*words):
        code = main([str(word) for word in words])
        said = capsysbinary.readouterr()
        assert code == 0, said.err.decode()
        return said.out.decode(), said.err.decode()

    ports = {name: free_port() for name in ("alder", "birch")}
    folders = {name: tmp_path / name for name in ports}
    words, tokens, running, clients, stack = {}, {}, [], {}, ExitStack()
    for name, folder in folders.items():
        type_("init", folder, "--party", name.title())
        said = type_(
            "link", "invite", folder, "--address", f"https://127.0.0.1:{ports[name]}",
            "--certificate", HERE / f"{name}.pem", "-o", tmp_path / f"{name}.invitation",
        )[1]  # fmt: skip
        words[name] = re.findall(r"[a-z]{4,5}", said.split("your words:")[1])
    for mine, other in (("alder", "birch"), ("birch", "alder")):
        type_("link", "accept", folders[mine], tmp_path / f"{other}.invitation")
        type_("link", "compare", folders[mine], other.title(), *words[other])
        asked = ("--role", "duty", "--scope", "declare", "--scope", "look")
        tokens[mine] = type_("admit", folders[mine], f"{mine}-1", *asked)[0].strip()
    try:
        for name, folder in folders.items():
            running.append(serve(stack, folder, name, ports[name], tmp_path / f"{name}.log"))
        clients |= {
            name: httpx2.Client(
                base_url=f"https://127.0.0.1:{ports[name]}",
                verify=False,
                headers={"Authorization": f"Bearer {tokens[name]}"},
            )
            for name in ports
        }
        for name, http in clients.items():
            wait_for(
                lambda http=http: http.get("/readyz").status_code == 200, tmp_path / f"{name}.log"
            )
        said = clients["birch"].post(
            "/api/v1/lines/Alder/messages", json={"kind": "stop/1", "body": STOP}
        )
        assert said.status_code == 202
        wait_for(lambda: stops(clients["alder"]), tmp_path / "alder.log")
    finally:
        for http in clients.values():
            http.close()
        for one in running:
            one.send_signal(signal.SIGTERM)
        for one in running:
            one.wait(PATIENCE_S)
        stack.close()
    log = (tmp_path / "alder.log").read_text()
    assert "people of a partner" not in log
    assert '"status":202' in log


def stops(http):
    return [one for line in http.get("/api/v1/lines").json()["lines"] for one in line["alerts"]]


def wait_for(condition, log):
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        try:
            if condition():
                return
        except httpx2.HTTPError:
            pass
        threading.Event().wait(0.05)
    raise AssertionError(log.read_text()[-2_000:])


def test_a_certificate_that_is_not_the_pinned_one_gets_no_notes():
    """The client trusts the card's certificate alone: another one, valid or not, ends the handshake."""
    import ssl

    from keepclear.node.pinned_tls import context_for, read_certificate

    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(HERE / "birch.pem", HERE / "birch.key")
    for pinned, holds in (("birch", True), ("alder", False)):
        client_in, server_in = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = context_for(read_certificate(str(HERE / f"{pinned}.pem")))
        client = context.wrap_bio(client_in, server_in, server_hostname="127.0.0.1")
        other = server.wrap_bio(server_in, client_in, server_side=True)
        assert shake(client, other) == holds


def shake(client, server):
    import ssl

    done = set()
    for _ in range(20):
        for side in (client, server):
            try:
                side.do_handshake()
                done.add(side)
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLCertVerificationError:
                return False
    return len(done) == 2
