"""A served node under load: durable declarations with verdict per second, beside PostgreSQL + PostGIS.

usage: python bench/node.py [--standing 1e5] [--connections 16] [--seconds 10] [--seed 1] [--rate 0]
                            [--approaches keepclear,postgis]

The workload stands in a new node; then ``keepclear serve`` runs as a process of its own, and shifted
copies of its volumes are declared over HTTP on loopback by a client in another process (``load.py``).
The client shares the cores and takes its part of them; so the server's processor time stands beside the
wall clock, whole and by thread: the one that speaks with clients, and those that decide. Answered means
durable.
Three rows of our own:

- *as much as it takes*: each connection asks again as soon as it is answered;
- *at a steady pace*: half of what it took (or ``--rate``), at fixed moments: how long one waits at a
  node that is not at its limit;
- *nothing declared*: who asks is told who they are: what HTTP and threads cost by themselves.

For PostGIS each connection does the same by one statement: insert, exact question, commit (see
``peers/postgis_online.py``).
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from load import Answers, ask
from online import probes
from ours import arrays_of, declaration_of
from run import OUT, say, workload

PARTIES = 50
"""The workload is dealt out to so many; each has a program with a token."""
PROBES = 60_000
WARM = 500
"""Declarations before the clock starts: nobody's first question is judged here."""
HALF = 0.5
"""The part of what it takes that is asked of it at a steady pace."""
SUCCESS = 2
START_S = 900
"""A node that reads its store anew takes so long at most."""
APPROACHES = ("keepclear", "postgis")
ME = "/api/v1/session"
COLUMNS = (
    *("approach", "standing", "connections", "answers/s", "p50 ms", "p99 ms", "p99.9 ms"),
    *("us of the server's processor each", "speaking", "deciding", "answered", "refused"),
)


@dataclass
class Row:
    """What one load was answered."""

    name: str
    connections: int
    answers: Answers
    cpu: tuple[float, float, float]
    """Seconds of the server's processor: all, of the thread that speaks, of the others."""

    def cells(self, standing: int) -> list[str]:
        """As the table shows it."""
        found = self.answers
        count = int(np.count_nonzero(found.status // 100 == SUCCESS))
        marks = np.nanpercentile(found.ms, (50, 99, 99.9))
        each = [f"{seconds / max(len(found.ms), 1) * 1e6:,.0f}" for seconds in self.cpu]
        return [
            *(self.name, f"{standing:,}", str(self.connections), f"{count / found.wall_s:,.0f}"),
            *(f"{mark:.1f}" for mark in marks),
            *(*each, f"{count:,}", f"{len(found.ms) - count:,}"),
        ]


@dataclass
class Ours:
    """All that was seen of our own node."""

    rows: list[Row]
    ready_s: float
    done: list[int]
    """Volumes that were answered, in all loads."""
    pairs: list[tuple[int, int]]


def party_of(volume: int) -> str:
    """Whose a volume is."""
    return f"Party {volume % PARTIES:02d}"


def said(arrays: Any, volume: int) -> Any:
    """A volume as its party declares it."""
    return replace(declaration_of(arrays, volume), party=party_of(volume), id=f"V{volume}")


def fill(folder: Path, arrays: Any, standing: int) -> dict[str, str]:
    """A node in which volumes stand; the tokens of its parties' programs.

    They are entered as they are, each with an empty verdict: judging is what is measured later.
    """
    from keepclear.domain.access import Action, Role
    from keepclear.node import chance
    from keepclear.node.access import admit
    from keepclear.node.allowing import HOLDER
    from keepclear.node.clock import now_us
    from keepclear.node.files import write_file
    from keepclear.node.geoid import load_geoid
    from keepclear.node.home import make_home
    from keepclear.node.ledger import Node, Surroundings
    from keepclear.store.sqlite import SqliteStore

    home = make_home(folder, "")
    store = SqliteStore(home.database)
    around = Surroundings(
        now_us=now_us,
        salt=chance.salt,
        geoid=load_geoid(),
        signer=home.record_key,
        keep=lambda note: write_file(home.checkpoint, note),
        owner=home.owner,
    )
    node = Node(store, around)
    tokens = {}
    for number in range(PARTIES):
        party = party_of(number)
        tokens[party] = admit(
            node,
            HOLDER,
            mark=f"program-{number}",
            party=party,
            role=Role.DUTY,
            only=frozenset({Action.DECLARE}),
        )
    for first in range(0, standing, 1_000):
        volumes = range(first, min(first + 1_000, standing))
        _enter(store, [body for volume in volumes for body in _bodies(arrays, volume)])
    store.close()
    return tokens


def _bodies(arrays: Any, volume: int) -> list[Any]:
    from keepclear.wire.declaration import encode
    from keepclear.wire.entries import Declared, Verdict

    one = said(arrays, volume)
    about: dict[str, Any] = {"subject": f"{one.party}/{one.id}", "at_us": 0, "version": 1}
    text = encode(one).decode()
    lists = ("arrangements", "crossings", "deviations", "not_computed")
    nothing: dict[str, Any] = {name: [] for name in lists}
    return [
        Declared(**about, by="fill", stage="Accepted", mark=f"{volume:016x}", text=text),
        Verdict(**about, compared=volume, **nothing),
    ]


def _enter(store: Any, bodies: list[Any]) -> None:
    """Entries as a node writes them, without a node that judges them."""
    from keepclear.node import chance
    from keepclear.record.commitment import Opening, leaf_of
    from keepclear.store.base import Batch, NewEntry
    from keepclear.wire.entries import encode_body, kind_of

    size, entries, leaves = store.size(), [], []
    for number, body in enumerate(bodies, size + 1):
        salt, data = chance.salt(), encode_body(body)
        leaves.append(leaf_of(Opening(number, salt, data)))
        entries.append(NewEntry(kind_of(body), body.subject, salt + data, body.at_us))
    store.commit([Batch(size, tuple(entries), tuple(leaves))])


class Served:
    """``keepclear serve`` on a folder, in a process of its own."""

    def __init__(self, folder: Path) -> None:
        """Start it, and wait until it can decide."""
        began_s = time.perf_counter()
        words = ["serve", folder, "--port", "0", "--per-party", "0", "--per-address", "0"]
        self._log = (folder.parent / "serve.log").open("w+")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "keepclear", *map(str, words)],
            stdout=subprocess.DEVNULL,
            stderr=self._log,
        )
        self.pid = self._process.pid
        self.port = self._wait_port()
        self.ready_s = time.perf_counter() - began_s

    def _wait_port(self) -> int:
        pause, until_s = threading.Event(), time.perf_counter() + START_S
        while time.perf_counter() < until_s and self._process.poll() is None:
            self._log.seek(0)
            found = re.search(r"serving .* at http://[^:]+:(\d+)", self._log.read())
            if found:
                return int(found[1])
            pause.wait(0.05)
        self._log.seek(0)
        raise RuntimeError(f"the node did not start: {self._log.read()[-500:]}")

    def stop(self) -> None:
        """Ask it to stop, and wait."""
        self._process.terminate()
        self._process.wait(60)
        self._log.close()


def threads_s(pid: int) -> tuple[float, float, float]:
    """Seconds of processor of a process: all, of its first thread, of the others together."""
    tick = os.sysconf("SC_CLK_TCK")
    first = others = 0.0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        fields = (thread / "stat").read_text().rpartition(")")[2].split()
        seconds = (int(fields[11]) + int(fields[12])) / tick
        if int(thread.name) == pid:
            first += seconds
        else:
            others += seconds
    return first + others, first, others


def request(port: int, token: str, method: str, path: str, body: bytes = b"") -> bytes:
    """A whole request of a program."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
    )
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}\r\n".encode() + body


class Load:
    """A served node with what is asked of it, one load after the other."""

    def __init__(self, served: Served, folder: Path, connections: int) -> None:
        """Ask nothing yet."""
        self.served, self.folder, self.connections = served, folder, connections

    def row(self, name: str, requests: list[bytes], seconds: float, rate: float = 0.0) -> Row:
        """What became of one load."""
        before = threads_s(self.served.pid)
        answers = ask(
            requests,
            self.folder,
            port=self.served.port,
            connections=self.connections,
            seconds=seconds,
            rate=rate,
        )
        if answers.first:
            say(f"refused: {answers.first}")
        after = threads_s(self.served.pid)
        whole, first, others = (b - a for a, b in zip(before, after, strict=True))
        return Row(name, self.connections, answers, (whole, first, others))


def _crossings(folder: Path, known: int) -> list[tuple[int, int]]:
    """Pairs of volumes that verdicts name, from the node's own record."""
    from keepclear.node.home import open_home
    from keepclear.record.commitment import SALT_BYTES
    from keepclear.store.sqlite import SqliteStore
    from keepclear.wire.entries import Verdict, decode_body

    store, found, after = SqliteStore(open_home(folder).database), [], known
    while page := store.entries(after, 1_000):
        for entry in page:
            if entry.kind == "verdict":
                body = decode_body(entry.data[SALT_BYTES:])
                assert isinstance(body, Verdict)
                volume = int(body.subject.partition("/V")[2])
                found += [(volume, int(one.id[1:])) for one in body.crossings]
        after = page[-1].number
    store.close()
    return found


def keepclear(npz: Path, standing: int, connections: int, seconds: float, rate: float) -> Ours:
    """Our own node."""
    from keepclear.wire.declaration import encode

    arrays = arrays_of(npz)
    with tempfile.TemporaryDirectory(prefix="keepclear-bench-", dir=OUT) as place:
        folder = Path(place) / "node"
        say(f"{standing:,} volumes are entered")
        tokens = fill(folder, arrays, standing)
        known = 2 * standing + PARTIES
        volumes = range(standing, len(arrays["kind"]))
        say("the node starts")
        served = Served(folder)
        try:
            load = Load(served, Path(place), connections)
            requests = [
                request(
                    served.port,
                    tokens[party_of(volume)],
                    *("POST", "/api/v1/declarations"),
                    encode(said(arrays, volume)),
                )
                for volume in volumes
            ]
            load.row("warm", requests[:WARM], START_S)
            say("as much as it takes")
            most = load.row("keepclear, as much as it takes", requests[WARM:], seconds)
            at = WARM + len(most.answers.ms)
            pace = rate or HALF * len(most.answers.ms) / most.answers.wall_s
            say(f"{pace:,.0f} a second")
            steady = load.row(f"keepclear, at a steady {pace:,.0f}/s", requests[at:], seconds, pace)
            at += len(steady.answers.ms)
            known_ones = [request(served.port, one, "GET", ME) for one in tokens.values()] * 200
            nothing = load.row("keepclear, nothing declared", known_ones, seconds)
        finally:
            served.stop()
        pairs = _crossings(folder, known)
    done = list(volumes[:at])
    return Ours([most, steady, nothing], served.ready_s, done, pairs)


def postgis(npz: Path, standing: int, connections: int, seconds: float) -> Any:
    """PostgreSQL with PostGIS, or why not."""
    from peers import postgis_online

    absent = postgis_online.unavailable()
    return absent or postgis_online.run(npz, standing, PARTIES, connections, seconds)


def compare(options: argparse.Namespace) -> str:
    """Each approach on one size, as a Markdown table."""
    standing, names = int(float(options.standing)), options.approaches.split(",")
    npz = OUT / f"online-{standing}-{options.seed}-{PROBES}.npz"
    if not npz.exists():
        with np.load(workload(standing, options.seed)) as arrays:
            np.savez(npz, **probes(dict(arrays), PROBES, options.seed))
    lines = [f"| {' | '.join(COLUMNS)} |", "|---" + "|--:" * (len(COLUMNS) - 1) + "|"]
    asked = (npz, standing, options.connections, options.seconds)
    ours = theirs = None
    if "keepclear" in names:
        ours = keepclear(*asked, options.rate)
        lines += [f"| {' | '.join(row.cells(standing))} |" for row in ours.rows]
    if "postgis" in names:
        say("PostgreSQL with PostGIS")
        theirs = postgis(*asked)
        lines.append(_theirs(theirs, standing, options.connections))
    if ours is not None:
        lines += ["", f"Ready {ours.ready_s:.1f} s after its start."]
    if ours is not None and theirs is not None and not isinstance(theirs, str):
        lines += ["", _judged(ours, theirs, standing)]
    load = os.getloadavg()[0]
    lines += ["", f"Client and server share {os.cpu_count()} cores; load average {load:.1f}."]
    return "\n".join(lines)


def _theirs(found: Any, standing: int, connections: int) -> str:
    name = "PostgreSQL with PostGIS"
    if isinstance(found, str):
        return f"| {name} | absent: {found}" + " |" * (len(COLUMNS) - 1)
    count = len(found.done)
    p50, p99, p999 = np.percentile(found.ms, (50, 99, 99.9))
    return (
        f"| {name}, as much as it takes | {standing:,} | {connections} | {count / found.wall_s:,.0f} "
        f"| {p50:.1f} | {p99:.1f} | {p999:.1f} | {found.cpu_s / max(count, 1) * 1e6:,.0f} | - | - "
        f"| {count:,} | 0 |"
    )


def _judged(ours: Ours, theirs: Any, standing: int) -> str:
    """How the two compare, in pace and in what they found among those that stood before."""
    both = set(ours.done) & set(theirs.done)
    found = [{p for p in one.pairs if p[0] in both and p[1] < standing} for one in (ours, theirs)]
    most = ours.rows[0].answers
    pace = len(most.ms) / most.wall_s / (len(theirs.done) / theirs.wall_s)
    return (
        f"keepclear declares {pace:.2f} times as fast; of {len(both):,} that both "
        f"declared, {len(found[0]):,} and {len(found[1]):,} crossings with what stood before, "
        f"{len(found[1] - found[0])} missing, {len(found[0] - found[1])} extra."
    )


def main() -> None:
    """Command line: see the head of this module."""
    parser = argparse.ArgumentParser(description="declarations over HTTP, beside PostGIS")
    parser.add_argument("--standing", default="1e5")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rate", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--approaches", default=",".join(APPROACHES))
    OUT.mkdir(exist_ok=True)
    print(compare(parser.parse_args()))


if __name__ == "__main__":
    main()
