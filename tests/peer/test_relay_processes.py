"""Three served processes: one that nobody can reach gets a stop through a relay, over pinned TLS."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import httpx2

from keepclear.app import main
from tests.node.relays import HOLDS, RELAY
from tests.patience import PATIENCE_S
from tests.peer.test_conversation import STOP, free_port, stops, wait_for

HERE = Path(__file__).parent
CERTIFICATE = {"Alder": "alder", RELAY: "birch"}
"""Two pairs of keys lie here; Birch has no address, and needs none."""


def serve(stack, folder, name, port, log):
    words = ["serve", folder, "--port", port, "--name", "127.0.0.1"]
    if name in CERTIFICATE:
        pair = HERE / CERTIFICATE[name]
        words += ["--tls-cert", f"{pair}.pem", "--tls-key", f"{pair}.key"]
    one = subprocess.Popen(
        [sys.executable, "-m", "keepclear", *map(str, words)],
        stdout=subprocess.DEVNULL,
        stderr=stack.enter_context(log.open("w")),
        env={**os.environ, "KEEPCLEAR_DEBUG": "1"},
    )
    stack.callback(one.wait, PATIENCE_S)
    stack.callback(one.send_signal, signal.SIGTERM)
    return one


def test_a_desk_without_an_address_is_told_through_the_relay_and_records_are_cosigned(
    tmp_path, capsysbinary
):
    def type_(*words):
        code = main([str(word) for word in words])
        said = capsysbinary.readouterr()
        assert code == 0, said.err.decode()
        return said.out.decode(), said.err.decode()

    names = ("Alder", "Birch", RELAY)
    ports = {name: free_port() for name in names}
    folders = {name: tmp_path / name for name in names}
    words, tokens = {}, {}
    (tmp_path / "darling.toml").write_text(HOLDS)
    for name, folder in folders.items():
        type_("init", folder, "--party", name)
        reached = []
        if name in CERTIFICATE:
            reached = ["--address", f"https://127.0.0.1:{ports[name]}"]
            reached += ["--certificate", HERE / f"{CERTIFICATE[name]}.pem"]
        said = type_("link", "invite", folder, *reached, "-o", tmp_path / f"{name}.card")[1]
        words[name] = re.findall(r"[a-z]{4,5}", said.split("your words:")[1])
    for mine, folder in folders.items():
        for other in names:
            if other != mine:
                type_("link", "accept", folder, tmp_path / f"{other}.card")
                type_("link", "compare", folder, other, *words[other])
        type_("arrangement", "set", folder, tmp_path / "darling.toml")
        scopes = [word for one in ("declare", "look", "record") for word in ("--scope", one)]
        tokens[mine] = type_("admit", folder, "p-1", "--role", "duty", *scopes)[0].strip()
    with ExitStack() as stack:
        clients = {}
        for name, folder in folders.items():
            log = tmp_path / f"{name}.log"
            serve(stack, folder, name, ports[name], log)
            scheme = "https" if name in CERTIFICATE else "http"
            clients[name] = stack.enter_context(
                httpx2.Client(
                    base_url=f"{scheme}://127.0.0.1:{ports[name]}",
                    verify=False,
                    headers={"Authorization": f"Bearer {tokens[name]}"},
                )
            )
        for name, http in clients.items():
            ready = lambda http=http: http.get("/readyz").status_code == 200  # noqa: E731
            wait_for(ready, tmp_path / f"{name}.log")
        said = clients["Alder"].post(
            "/api/v1/lines/Birch/messages", json={"kind": "stop/1", "body": STOP}
        )
        assert said.status_code == 202
        wait_for(lambda: stops(clients["Birch"]), tmp_path / "Birch.log")

        def stored():
            (line,) = [
                one for one in clients["Alder"].get("/api/v1/lines").json()["lines"]
                if one["party"] == "Birch"
            ]  # fmt: skip
            return not line["unseen"]["messages"]

        wait_for(stored, tmp_path / "Alder.log")
        beside = clients["Alder"].get("/api/v1/lines").json()["beside"]
        (way,) = [one for one in beside["ways"] if one["party"] == "Birch"]
        assert way["relay"] == RELAY

        def cosigned():
            rows = clients["Birch"].post("/api/v1/record/cosignatures").json()["cosigned"]
            return all(one["last"] == "cosigned" for one in rows) and len(rows) == 2

        wait_for(cosigned, tmp_path / "Birch.log")
    for name in names:
        log = (tmp_path / f"{name}.log").read_text()
        assert "people of a partner" not in log
        assert '"level":"error"' not in log, log
    store = (folders[RELAY] / "node.db").read_bytes()
    assert b"people of a partner" not in store
