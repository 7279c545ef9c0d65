"""kill -9 of a served node under HTTP load: nothing acknowledged is lost, nothing is done twice.

usage: python -m tests.node.kill_served [--kills 200] [--seed 1] [--serve=OPTION ...] [--no-line]

As :mod:`tests.node.kill`, but what is killed is ``keepclear serve``, and who asks is a client on
loopback: eight connections declare, amend and withdraw, each with a key. All processes of the node are
killed at a random moment; in every third round one of them alone goes first, at random, and the rest a
moment later. What was not answered is asked again with the same key after the next start. ``--serve``
is handed to ``keepclear serve``, such as ``--serve=--front``. At the end, or after the round in which
it is told to stop (SIGTERM), the run adds a line to ``docs/soak.md``.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2

from keepclear.domain.access import Action, Role
from keepclear.node.access import admit
from keepclear.node.allowing import HOLDER
from keepclear.node.home import make_home
from keepclear.node.serving import served_at
from keepclear.node.start import running
from keepclear.wire.declaration import encode
from tests.node import kill
from tests.node.kill import ANSWERS_MAX, COUNTED, EACH, ROW, STEPS
from tests.node.world import operation
from tests.soak import add_line, commit_now, take_serve

SECTION = "kill -9 of a served node under HTTP load"
HEAD = """
`python -m tests.node.kill_served` serves a node, declares, amends and withdraws over eight connections,
kills its processes at a random moment (in every third round one of them alone first), and serves it
again; what was not answered is asked again with the same key. A new node begins after each hundred
kills. *Options* are those of `keepclear serve`. *Lost*, *twice* and *broken* as for the kill loop;
*broken* counts too what was answered with a refusal, and a node that did not come back.

| Date | Commit | Seed | Options | Kills | Answered | Lost | Twice | Broken | Seconds |
|---|---|---|---|---|---|---|---|---|---|
"""
PARTIES = ("Alder", "Birch")
START_S = 300.0
"""Where the geometry was never compiled, that is done at the first start."""
APART_S = 0.3
"""At most so long one process is gone before the others are."""
ONE_ALONE = 3
SAID_EACH = 10
SCOPES = frozenset({Action.DECLARE, Action.LOOK})


@dataclass
class Load:
    """What is asked next, and what was answered of it."""

    found: kill.Found = field(default_factory=kill.Found)
    row: int = 0
    """The row under way; each of its requests is asked until it is answered."""
    refused: list[str] = field(default_factory=list)
    answers: int = 0
    """Since the last start."""
    ended: threading.Event = field(default_factory=threading.Event)

    def goes_on(self, clients):
        """Ask row after row until the node is killed."""
        with ThreadPoolExecutor(ROW) as pool:
            while not self.ended.is_set():
                numbers = range(self.row * ROW, self.row * ROW + ROW)
                list(pool.map(lambda number: self._ask(clients[number % ROW], number), numbers))
                if all(str(number) in self.found.said for number in numbers):
                    self.row += 1

    def _ask(self, client, number):
        while not self.ended.is_set():
            with suppress(httpx2.HTTPError):
                headers = {"Idempotency-Key": f"r{number}", "Content-Type": "application/json"}
                reply = client.request(*asked(number), headers=headers, content=body(number))
                if reply.status_code in {200, 201}:
                    said = reply.json()
                    self.found.heard(
                        f"{number} {said['subject']} {said['version']} {said['stage']}\n"
                    )
                    self.answers += 1
                    return
                if reply.status_code < 500:
                    self.refused.append(f"request {number}: {reply.status_code} {reply.text[:300]}")
                    return
            self.ended.wait(0.01)


def about(number):
    """What a request is about, and which step of its life it is."""
    which, step = number // ROW // STEPS * ROW + number % ROW, number // ROW % STEPS
    return PARTIES[which % 2], f"A{which}", step


def asked(number):
    party, name, step = about(number)
    path = "/api/v1/declarations"
    return "POST", f"{path}/{party}/{name}/acts" if step == STEPS - 1 else path


def body(number):
    party, name, step = about(number)
    if step == STEPS - 1:
        return b'{"act": "withdraw", "reason": "no need"}'
    return encode(replace(operation(name, party, east_m=number % 50 * 100.0), priority=step))


class Node:
    """The processes of a served node."""

    def __init__(self, folder, options, log):
        words = ["serve", folder, "--port", "0", "--per-party", "0", "--per-address", "0", *options]
        (folder / "serving").unlink(missing_ok=True)  # of the one that was killed
        self._process = subprocess.Popen(
            [sys.executable, "-m", "keepclear", *map(str, words)], start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=log, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        self.url = self._ready(folder)

    def _ready(self, folder):
        """Its address, when it is ready; empty where it does not become so."""
        end_s = time.monotonic() + START_S
        while time.monotonic() < end_s and self._process.poll() is None:
            url = served_at(folder)
            with suppress(httpx2.HTTPError):
                if url and httpx2.get(f"{url}/readyz", timeout=60.0).status_code == 200:
                    return url
            time.sleep(0.02)  # noqa: TID251
        return ""

    def processes(self):
        """All that live, the first one included."""
        found = []
        for place in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                state, _, group = (place / "stat").read_text().rpartition(")")[2].split()[:3]
                if int(group) == self._process.pid and state not in "XZ":
                    found.append(int(place.name))
        return found

    def kill_one(self, rng):
        with suppress(ProcessLookupError):
            os.kill(rng.choice(sorted(self.processes())), signal.SIGKILL)

    def kill(self):
        """End all of them at once, and wait until none is left that might still write."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        end_s = time.monotonic() + 10.0
        while self.processes() and time.monotonic() < end_s:
            time.sleep(0.001)  # noqa: TID251
        assert not self.processes()


def prepared(folder):
    """A node of a secretariat; a token for a program of each party."""
    make_home(folder, "")
    with running(str(folder)) as (_, node):
        return [
            admit(node, HOLDER, mark=f"{party.lower()}-1", party=party, role=Role.DUTY, only=SCOPES)
            for party in PARTIES
        ]


def round_of(folder, tokens, options, load, rng, log):
    """Serve, ask, kill; whether the node served at all."""
    node = Node(folder, options, log)
    if not node.url:
        node.kill()
        return False
    load.answers, load.ended = 0, threading.Event()
    clients = [
        httpx2.Client(base_url=node.url, timeout=60.0,
                      headers={"Authorization": f"Bearer {tokens[k % len(PARTIES)]}"})
        for k in range(ROW)
    ]  # fmt: skip
    asking = threading.Thread(target=load.goes_on, args=(clients,))
    asking.start()
    wanted, end_s = rng.randint(1, ANSWERS_MAX), time.monotonic() + START_S
    try:
        while load.answers < wanted and not load.refused and time.monotonic() < end_s:
            time.sleep(0.001)  # noqa: TID251
        time.sleep(rng.uniform(0.0, 0.02))  # noqa: TID251
        if load.found.kills % ONE_ALONE == ONE_ALONE - 1:
            node.kill_one(rng)
            time.sleep(rng.uniform(0.0, APART_S))  # noqa: TID251
    finally:
        node.kill()
        load.ended.set()
        asking.join()
    for client in clients:
        client.close()
    load.found.kills += 1
    return load.answers >= wanted


def run(kills, seed, options=(), enough=None):
    """What was found on one node; what did not hold is said on stderr.

    Args:
        kills: At most so many.
        seed: Of all that is drawn.
        options: Of ``keepclear serve``.
        enough: An event: no further round is begun.
    """
    enough = enough or threading.Event()
    rng, load, seen = random.Random(seed), Load(), {}
    with TemporaryDirectory() as place:
        folder, log = Path(place) / "node", Path(place) / "log"
        tokens = prepared(folder)
        with log.open("w") as said:
            while load.found.kills < kills and not (load.found.broken or enough.is_set()):
                served = round_of(folder, tokens, options, load, rng, said)
                kill.look(folder, load.found, seen)
                if load.found.kills % SAID_EACH == 0:
                    print(
                        {name: getattr(load.found, name) for name in COUNTED},
                        file=sys.stderr,
                        flush=True,
                    )
                load.found.broken += (not served) + len(load.refused)
        if load.found.broken or load.found.lost or load.found.twice:
            print(load.refused, log.read_text()[-3_000:], file=sys.stderr, flush=True)
    return load.found


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.node.kill_served")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    take_serve(parser)
    parser.add_argument("--no-line", action="store_true", help="leave docs/soak.md as it is")
    typed = parser.parse_args()
    enough = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: enough.set())
    sums, begun_s, commit = dict.fromkeys(COUNTED, 0), time.monotonic(), commit_now("src", "tests")
    while sums["kills"] < typed.kills and not (sums["broken"] or enough.is_set()):
        some = min(EACH, typed.kills - sums["kills"])
        found = run(some, typed.seed + sums["kills"] // EACH, typed.serve, enough)
        sums = {name: sums[name] + getattr(found, name) for name in COUNTED}
        print(sums, flush=True)
    today = datetime.now(UTC).strftime("%Y-%m-%d")  # noqa: TID251
    options = f"`{' '.join(typed.serve)}`" if typed.serve else "none"
    cells = (today, commit, typed.seed, options, *(f"{sums[name]:,}" for name in COUNTED),
             f"{time.monotonic() - begun_s:,.0f}")  # fmt: skip
    line = f"| {' | '.join(map(str, cells))} |"
    print(line)
    if not typed.no_line:
        add_line(SECTION, HEAD, line)
    return int(bool(sums["lost"] or sums["twice"] or sums["broken"]))


if __name__ == "__main__":
    sys.exit(main())
