"""A served node under load: durable declarations with verdict per second, beside PostgreSQL + PostGIS.

usage: python bench/node.py [--standing 1e5] [--connections 16] [--seconds 15] [--seed 1]
                            [--approaches keepclear,postgis]

The workload stands in a new node; then ``keepclear serve`` runs as a process of its own, and shifted
copies of its volumes are declared over HTTP on loopback, each connection with one question at a time.
Answered means durable. The client is one process of Python on the same cores, so it takes its part of
them: the processor time of the server alone stands beside the wall clock. For PostGIS each connection
does the same by one statement: insert, exact question, commit (see ``peers/postgis_online.py``).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from online import probes
from ours import arrays_of, declaration_of
from peers.server import cpu_s
from run import OUT, say, workload

PARTIES = 50
"""The workload is dealt out to so many; each has a program with a token."""
PROBES = 20_000
START_S = 900
"""A node that reads its store anew takes so long at most."""
APPROACHES = ("keepclear", "postgis")
COLUMNS = (
    *("approach", "standing", "connections", "declarations/s", "p50 ms", "p99 ms"),
    *("us of the server's processor each", "answered", "refused", "ready after s"),
)


@dataclass
class Asked:
    """What the client saw."""

    ms: list[float] = field(default_factory=list)
    refused: int = 0
    pairs: list[tuple[int, int]] = field(default_factory=list)
    done: list[int] = field(default_factory=list)
    wall_s: float = 0.0
    cpu_s: float = 0.0
    ready_s: float = 0.0


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


async def _connection(
    port: int, left: Any, tokens: dict[str, str], asked: Asked, until_s: float
) -> None:
    """Declare one after the other on one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until_s:
        found = next(left, None)
        if found is None:
            break
        volume, body = found
        head = (
            f"POST /api/v1/declarations HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Authorization: Bearer {tokens[party_of(volume)]}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        start = time.perf_counter()
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", answer)
        text = await reader.readexactly(int(length[1])) if length else b""
        asked.ms.append((time.perf_counter() - start) * 1e3)
        if answer.split(b" ", 2)[1] == b"201":
            asked.done.append(volume)
        else:
            asked.refused += 1
            if asked.refused == 1:
                say(f"refused: {text[:300]!r}")
    writer.close()


async def _load(
    port: int, bodies: list[tuple[int, bytes]], tokens: dict[str, str], connections: int, s: float
) -> Asked:
    asked, left = Asked(), iter(bodies)
    began_s = time.perf_counter()
    await asyncio.gather(
        *(_connection(port, left, tokens, asked, began_s + s) for _ in range(connections))
    )
    asked.wall_s = time.perf_counter() - began_s
    return asked


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


def keepclear(npz: Path, standing: int, connections: int, seconds: float) -> Asked:
    """Our own node."""
    from keepclear.wire.declaration import encode

    arrays = arrays_of(npz)
    with tempfile.TemporaryDirectory(prefix="keepclear-bench-", dir=OUT) as place:
        folder = Path(place) / "node"
        say(f"{standing:,} volumes are entered")
        tokens = fill(folder, arrays, standing)
        known = 2 * standing + PARTIES
        total = len(arrays["kind"])
        bodies = [(volume, encode(said(arrays, volume))) for volume in range(standing, total)]
        say("the node starts")
        served = Served(folder)
        try:
            warm = bodies[:connections]
            asyncio.run(_load(served.port, warm, tokens, connections, 60.0))
            before_s = cpu_s(served.pid)
            rest = bodies[len(warm) :]
            asked = asyncio.run(_load(served.port, rest, tokens, connections, seconds))
            asked.cpu_s = cpu_s(served.pid) - before_s
        finally:
            served.stop()
        asked.ready_s = served.ready_s
        asked.pairs = _crossings(folder, known)
    return asked


def postgis(npz: Path, standing: int, connections: int, seconds: float) -> Any:
    """PostgreSQL with PostGIS, or why not."""
    from peers import postgis_online

    absent = postgis_online.unavailable()
    return absent or postgis_online.run(npz, standing, PARTIES, connections, seconds)


def compare(standing: int, seed: int, connections: int, seconds: float, names: list[str]) -> str:
    """Each approach on one size, as a Markdown table."""
    npz = OUT / f"online-{standing}-{seed}-{PROBES}.npz"
    if not npz.exists():
        with np.load(workload(standing, seed)) as arrays:
            np.savez(npz, **probes(dict(arrays), PROBES, seed))
    lines = [f"| {' | '.join(COLUMNS)} |", "|---" + "|--:" * (len(COLUMNS) - 1) + "|"]
    seen: dict[str, Any] = {}
    for name in names:
        say(f"{standing:,} volumes stand: {name}")
        found = globals()[name](npz, standing, connections, seconds)
        if isinstance(found, str):
            lines.append(f"| {name} | absent: {found}" + " |" * (len(COLUMNS) - 1))
            continue
        seen[name] = found
        count = len(found.done)
        p50, p99 = np.percentile(found.ms, (50, 99))
        lines.append(
            f"| {name} | {standing:,} | {connections} | {count / found.wall_s:,.0f} | {p50:.1f} | "
            f"{p99:.1f} | {found.cpu_s / max(count, 1) * 1e6:,.0f} | {count:,} | "
            f"{getattr(found, 'refused', 0)} | {getattr(found, 'ready_s', 0.0):.1f} |"
        )
    if len(seen) == len(APPROACHES):
        lines += ["", _judged(seen["keepclear"], seen["postgis"], standing)]
    load = os.getloadavg()[0]
    lines += ["", f"Client and server share {os.cpu_count()} cores; load average {load:.1f}."]
    return "\n".join(lines)


def _judged(ours: Any, theirs: Any, standing: int) -> str:
    """How the two compare, in pace and in what they found among those that stood before."""
    both = set(ours.done) & set(theirs.done)
    found = [{p for p in one.pairs if p[0] in both and p[1] < standing} for one in (ours, theirs)]
    pace = [len(one.done) / one.wall_s for one in (ours, theirs)]
    return (
        f"keepclear declares {pace[0] / pace[1]:.2f} times as fast; of {len(both):,} that both "
        f"declared, {len(found[0]):,} and {len(found[1]):,} crossings with what stood before, "
        f"{len(found[1] - found[0])} missing, {len(found[0] - found[1])} extra."
    )


def main() -> None:
    """Command line: see the head of this module."""
    parser = argparse.ArgumentParser(description="declarations over HTTP, beside PostGIS")
    parser.add_argument("--standing", default="1e5")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--approaches", default=",".join(APPROACHES))
    options = parser.parse_args()
    OUT.mkdir(exist_ok=True)
    print(
        compare(
            int(float(options.standing)),
            options.seed,
            options.connections,
            options.seconds,
            options.approaches.split(","),
        )
    )


if __name__ == "__main__":
    main()
