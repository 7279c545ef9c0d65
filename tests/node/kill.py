"""kill -9 of a real process in mid-load: nothing acknowledged is lost, nothing is done twice.

usage: python -m tests.node.kill [--kills 1000] [--seed 1] [--resume]

A process opens a node's folder and declares, amends and withdraws, eight requests at a time that become
durable together, saying each thing it was answered. It is killed at a random moment and started again;
it asks again what it was not answered, with the same key. After each kill everything that was answered
must be there, once, and the record must go on from the last one that was seen. Each hundred kills are
of one node, so that looking at all it holds stays short; after each hundred the state is written to
``out/``, and ``--resume`` goes on from there. At the end the run adds a line to ``docs/soak.md``.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from keepclear.errors import StoreError, VerificationError
from keepclear.node.home import make_home
from keepclear.node.ledger import opening_of
from keepclear.node.start import running
from keepclear.node.worker import Worker
from keepclear.record.checkpoint import open_checkpoint
from keepclear.record.merkle import consistency_proof, root_of, verify_consistency
from keepclear.wire.entries import Acted, Declared, decode_body
from tests.soak import ROOT, add_line, commit_now

SECTION = "kill -9 of a node in mid-load"
HEAD = """
`make kill-loop` starts a process that declares, amends and withdraws at a node's folder, kills it at a
random moment, and starts it again; what was not answered is asked again with the same key. A new node
begins after each hundred kills. *Lost* counts answers whose effect was
not there after a kill, *twice* requests that had their effect twice, *broken* kills after which the
record did not go on from the last one seen, or the folder did not open.

| Date | Commit | Seed | Kills | Answered | Lost | Twice | Broken | Seconds |
|---|---|---|---|---|---|---|---|---|
"""
READY = "ready"
ANSWERS_MAX = 40
TRIES_SAID = 500
"""Some ten seconds."""
ROW = 8
"""Requests under way at one time, each about something else, so that their order means nothing."""
STEPS = 3
"""Declared, amended, withdrawn."""
EACH = 100
"""Kills of one node."""
COUNTED = ("kills", "answered", "lost", "twice", "broken")


@dataclass
class Found:
    kills: int = 0
    answered: int = 0
    lost: int = 0
    twice: int = 0
    broken: int = 0
    said: dict[str, str] = field(default_factory=dict)
    """What each request was answered: ``Party/id version`` or ``Party/id withdrawn``."""

    def heard(self, line):
        """One answer, if its line is whole."""
        if line.endswith("\n"):
            number, subject, version, stage = line.split()
            self.said[number] = f"{subject} {version} {stage}"
            self.answered = max(self.answered, int(number) + 1)


def worker(folder, first, *, patient=False):
    """Declare, amend, withdraw from request ``first`` on, until killed; a row of requests at a time.

    With ``patient``, what could not be kept is asked again with the same key until it is.
    """
    with running(folder) as (_, node):
        print(READY, flush=True)
        line = Worker(node)
        while True:
            row = range(first, first // ROW * ROW + ROW)
            futures = [line.ask(partial(asked, number=number)) for number in row]
            for number, future in zip(row, futures, strict=True):
                reply = kept(line, number, future, patient=patient)
                print(
                    f"{number} {reply['subject']} {reply['version']} {reply['stage']}", flush=True
                )
            first = row.stop


def kept(line, number, future, *, patient):
    """What a request is answered in the end; why it takes long is said on stderr."""
    for tries in count(1):
        try:
            return future.result()
        except StoreError as error:
            if not patient:
                raise
            if tries % TRIES_SAID == 0:
                print(f"request {number}, {tries} tries: {error}", file=sys.stderr, flush=True)
            time.sleep(0.02)  # noqa: TID251
            future = line.ask(partial(asked, number=number))
    raise AssertionError


def asked(node, number):
    """One request of the load, and what it is answered."""
    from dataclasses import replace

    from keepclear.domain.life import Act
    from keepclear.node.acting import act
    from keepclear.node.declaring import Request, declare
    from tests.node.world import operation

    which, step = number // ROW // STEPS * ROW + number % ROW, number // ROW % STEPS
    name, party = f"A{which}", "Alder" if which % 2 else "Birch"
    request = Request("one", "load", f"r{number}")
    if step == 2:
        return act(node, f"{party}/{name}", Act.WITHDRAW, request, reason="no need").reply
    said = operation(name, party, east_m=float(number % 50) * 100.0)
    return declare(node, replace(said, priority=step), request).reply


def round_of(folder, found, rng, expected):
    """Start, let it work, kill; then look."""
    command = [sys.executable, "-m", "tests.node.kill", "--worker", str(folder),
               "--first", str(found.answered)]  # fmt: skip
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root, text=True) as process:
        assert process.stdout is not None
        if process.stdout.readline().strip() != READY:
            found.broken += 1
            return
        # some answers first, so that a slow machine is killed in mid-load too; then any moment of one
        lines = list(islice(process.stdout, rng.randint(1, ANSWERS_MAX)))
        time.sleep(rng.uniform(0.0, 0.02))  # noqa: TID251
        process.kill()
        for line in (*lines, *process.stdout):
            found.heard(line)
    found.kills += 1
    look(folder, found, expected)


def look(folder, found, seen):
    """Everything answered is there once, and the record goes on from the one seen before."""
    with running(str(folder)) as (home, node):
        head = compare(
            home, home.checkpoint.read_bytes(), node.entries(), node.store.node, found, seen
        )
        found.broken += head.size != node.store.size()


def compare(home, note, entries, node_at, found, seen):
    """The same, of entries and hashes from wherever they were read; what the checkpoint says."""
    there = Counter()
    for entry in entries:
        body = decode_body(opening_of(entry).body)
        if isinstance(body, Declared | Acted):
            there[f"{body.subject} {body.version} {body.stage}"] += 1
    found.lost += sum(there[said] == 0 for said in found.said.values())
    found.twice += sum(count > 1 for count in there.values())
    head, _ = open_checkpoint(note, home.record, home.record_key.verifier)
    old_size, old_root = seen.get("head", (0, b""))
    try:
        if old_size:
            proof = tuple(consistency_proof(old_size, head.size, node_at))
            verify_consistency(old_size, head.size, old_root, head.root, proof)
        assert head.root == root_of(0, head.size, node_at)
    except (AssertionError, KeyError, VerificationError):
        found.broken += 1
    seen["head"] = head.size, head.root
    return head


def run(kills, seed):
    rng, found, seen = random.Random(seed), Found(), {}
    with TemporaryDirectory() as place:
        folder = Path(place) / "node"
        make_home(folder, "")
        while found.kills < kills and found.broken == 0:
            round_of(folder, found, rng, seen)
    return found


def all_of(kills, seed, state):
    """Node after node, each killed up to a hundred times; (sums, seconds) with those of ``state``."""
    sums, seconds, commits = dict.fromkeys(COUNTED, 0), 0.0, []
    if state.exists():
        said = json.loads(state.read_text())
        sums, seconds, commits = said["sums"], said["seconds"], said["commits"]
    while sums["kills"] < kills and not sums["broken"]:
        begun, commit = time.monotonic(), commit_now("src", "tests")
        found = run(min(EACH, kills - sums["kills"]), seed + sums["kills"] // EACH)
        sums = {name: sums[name] + getattr(found, name) for name in COUNTED}
        seconds += time.monotonic() - begun
        commits = list(dict.fromkeys([*commits, commit]))
        state.parent.mkdir(exist_ok=True)
        state.write_text(json.dumps({"sums": sums, "seconds": seconds, "commits": commits}))
        print(sums, flush=True)
    return sums, seconds, commits


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--worker")
    parser.add_argument("--patient", action="store_true")
    parser.add_argument("--first", type=int, default=0)
    typed = parser.parse_args()
    if typed.worker:
        faulthandler.register(signal.SIGUSR1)
        worker(typed.worker, typed.first, patient=typed.patient)
        return 0
    state = ROOT / "out" / f"kill-loop-{typed.seed}.json"
    if not typed.resume:
        state.unlink(missing_ok=True)
    sums, seconds, commits = all_of(typed.kills, typed.seed, state)
    today = datetime.now(UTC).strftime("%Y-%m-%d")  # noqa: TID251
    line = (
        f"| {today} | {', '.join(commits)} | {typed.seed} | "
        f"{sums['kills']:,} | {sums['answered']:,} | {sums['lost']} | {sums['twice']} | "
        f"{sums['broken']} | {seconds:,.0f} |"
    )
    add_line(SECTION, HEAD, line)
    print(line)
    return int(bool(sums["lost"] or sums["twice"] or sums["broken"]))


if __name__ == "__main__":
    sys.exit(main())
