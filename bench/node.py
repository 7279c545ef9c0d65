"""A served node under load: durable declarations with verdict per second, beside PostgreSQL + PostGIS.

usage: python bench/node.py [--standing 1e5] [--connections 16] [--seconds 10] [--seed 1] [--rate 0]
                            [--approaches keepclear,postgis] [--one-process]

The workload stands in a new node; then ``keepclear serve`` runs as a process of its own, and shifted
copies of its volumes are declared over HTTP on loopback by a client in another process (``load.py``).
The client shares the cores and takes its part of them; so the server's processor time stands beside the
wall clock, whole and by what it is for: speaking with clients (a front, and the node's first thread),
and deciding. Answered means durable.
Five rows of our own:

- *as much as it takes*: each connection asks again as soon as it is answered;
- *half the connections*: the same, with fewer others to wait beside;
- *at a steady pace*: half of what it took (or ``--rate``), at fixed moments: how long one waits at a
  node that is not at its limit;
- *several in a request*: what a program with a feed sends, each answered by itself; the milliseconds
  are those of a whole request;
- *nothing declared*: who asks is told who they are: what HTTP and threads cost by themselves.

A second table says where calls waited in the node's thread (see ``causes.py``): the client's share of
a time, and that of the thread that speaks, are what is missing from it.

For PostGIS each connection does the same by one statement: insert, exact question, commit (see
``peers/postgis_online.py``).
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from causes import Causes, between, counts, headings
from load import Answers, ask
from online import with_probes
from ours import arrays_of
from run import OUT, say
from served import FIGURES, PARTIES, START_S, Served, fill, party_of, said

PROBES = 120_000
WARM = 500
"""Declarations before the clock starts: nobody's first question is judged here."""
HALF = 0.5
"""The part of what it takes that is asked of it at a steady pace."""
SUCCESS = 2
APPROACHES = ("keepclear", "postgis")
ME, DECLARE = "/api/v1/session", "/api/v1/declarations"
SEVERAL = f"{DECLARE}/several"
EACH, TWO = 20, 2
"""Declarations in a request that holds several, and connections that send such requests."""
TOGETHER = 20_000
"""Of the volumes, so many are for such requests."""
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
    causes: Causes
    each: int = 1
    """Declarations in one request; 0: nothing is declared."""

    def cells(self, standing: int) -> list[str]:
        """As the table shows it."""
        found = self.answers
        each = self.each or 1
        count = each * int(np.count_nonzero(found.status // 100 == SUCCESS))
        asked = each * len(found.ms)
        marks = np.nanpercentile(found.ms, (50, 99, 99.9))
        costs = [f"{seconds / max(asked, 1) * 1e6:,.0f}" for seconds in self.cpu]
        return [
            *(self.name, f"{standing:,}", str(self.connections), f"{count / found.wall_s:,.0f}"),
            *(f"{mark:.1f}" for mark in marks),
            *(*costs, f"{count:,}", f"{asked - count:,}"),
        ]


@dataclass
class Ours:
    """All that was seen of our own node."""

    rows: list[Row]
    ready_s: float
    done: set[int]
    """Volumes that stand in its record with a verdict."""
    lost: int
    """Volumes that were answered as kept and do not."""
    pairs: list[tuple[int, int]]


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

    def __init__(self, served: Served, folder: Path, connections: int, figures: str) -> None:
        """Ask nothing yet; ``figures`` is the token of whoever may read them."""
        self.served, self.folder, self.connections = served, folder, connections
        self._figures = figures

    def row(
        self,
        name: str,
        requests: list[bytes],
        seconds: float,
        *,
        rate: float = 0.0,
        connections: int = 0,
        each: int = 1,
    ) -> Row:
        """What became of one load.

        Args:
            name: Of the row.
            requests: What is asked.
            seconds: How long.
            rate: At a steady pace of so many a second; 0: as much as it takes.
            connections: Other than usual.
            each: Declarations in one request; 0: nothing is declared.
        """
        connections = connections or self.connections
        counted = counts(self.served.port, self._figures)
        before = self.served.spent_s()
        answers = ask(
            requests,
            self.folder,
            port=self.served.port,
            connections=connections,
            seconds=seconds,
            rate=rate,
        )
        if answers.first:
            say(f"refused: {answers.first}")
        after = self.served.spent_s()
        whole, first, others = (b - a for a, b in zip(before, after, strict=True))
        causes = between(counted, counts(self.served.port, self._figures))
        return Row(name, connections, answers, (whole, first, others), causes, each)


def _kept(folder: Path, known: int) -> tuple[set[int], list[tuple[int, int]]]:
    """Volumes with a verdict, and pairs that verdicts name, from the node's own record."""
    from keepclear.node.home import open_home
    from keepclear.record.commitment import SALT_BYTES
    from keepclear.store.sqlite import SqliteStore
    from keepclear.wire.entries import Verdict, decode_body

    store, after = SqliteStore(open_home(folder).database), known
    done: set[int] = set()
    pairs: list[tuple[int, int]] = []
    while page := store.entries(after, 1_000):
        for entry in page:
            if entry.kind == "verdict":
                body = decode_body(entry.data[SALT_BYTES:])
                assert isinstance(body, Verdict)
                volume = int(body.subject.partition("/V")[2])
                done.add(volume)
                pairs += [(volume, int(one.id[1:])) for one in body.crossings]
        after = page[-1].number
    store.close()
    return done, pairs


def keepclear(
    npz: Path, standing: int, connections: int, seconds: float, rate: float, *, front: bool
) -> Ours:
    """Our own node."""
    from keepclear.wire.declaration import encode

    arrays = arrays_of(npz)
    with tempfile.TemporaryDirectory(prefix="keepclear-bench-", dir=OUT) as place:
        folder = Path(place) / "node"
        say(f"{standing:,} volumes are entered")
        tokens = fill(folder, arrays, standing)
        known = 2 * standing + len(tokens)
        figures = tokens.pop(FIGURES)
        volumes = range(standing, len(arrays["kind"]))
        say("the node starts")
        served = Served(folder, front=front)
        try:
            load = Load(served, Path(place), connections, figures)
            rows = _rows(load, tokens, volumes, lambda v: encode(said(arrays, v)), seconds, rate)
        finally:
            served.stop()
        done, pairs = _kept(folder, known)
    answered = sum(
        row.each * int(np.count_nonzero(row.answers.status // 100 == SUCCESS))
        for row in rows
        if row.each
    )
    shown = [row for row in rows if row.name]
    return Ours(shown, served.ready_s, done, answered - len(done), pairs)


def _rows(
    load: Load,
    tokens: dict[str, str],
    volumes: range,
    body: Callable[[int], bytes],
    seconds: float,
    rate: float,
) -> list[Row]:
    """All loads, one after the other; one without a name is not shown."""
    port = load.served.port
    alone, together = volumes[:-TOGETHER], volumes[-TOGETHER:]
    requests = [request(port, tokens[party_of(one)], "POST", DECLARE, body(one)) for one in alone]
    rows = [load.row("", requests[:WARM], START_S)]
    say("as much as it takes")
    until = len(requests) // 2
    most = load.row("keepclear, as much as it takes", requests[WARM:until], seconds)
    at = WARM + len(most.answers.ms)
    until = (at + len(requests)) // 2
    half = load.connections // 2
    name = "keepclear, half the connections"
    fewer = load.row(name, requests[at:until], seconds, connections=half)
    at += len(fewer.answers.ms)
    pace = rate or HALF * len(most.answers.ms) / most.answers.wall_s
    say(f"{pace:,.0f} a second")
    steady = load.row(f"keepclear, at a steady {pace:,.0f}/s", requests[at:], seconds, rate=pace)
    say("several in a request")
    lists = [together[at::PARTIES] for at in range(PARTIES)]
    several = [
        request(port, tokens[party_of(one[0])], "POST", SEVERAL, _several(map(body, one[at:end])))
        for at, end in ((at, at + EACH) for at in range(0, TOGETHER // PARTIES, EACH))
        for one in lists
    ]
    name = f"keepclear, {EACH} in a request"
    bulk = load.row(name, several, seconds, connections=TWO, each=EACH)
    nobody = [request(port, one, "GET", ME) for one in tokens.values()] * 200
    return [
        *rows,
        most,
        fewer,
        steady,
        bulk,
        load.row("keepclear, nothing declared", nobody, seconds, each=0),
    ]


def _several(bodies: Iterable[bytes]) -> bytes:
    """The body of a request with several declarations."""
    return b'{"declarations":[' + b",".join(b'{"declaration":%b}' % one for one in bodies) + b"]}"


def postgis(npz: Path, standing: int, connections: int, seconds: float) -> Any:
    """PostgreSQL with PostGIS, or why not."""
    from peers import postgis_online

    absent = postgis_online.unavailable()
    return absent or postgis_online.run(npz, standing, PARTIES, connections, seconds)


def compare(options: argparse.Namespace) -> str:
    """Each approach on one size, as a Markdown table."""
    standing, names = int(float(options.standing)), options.approaches.split(",")
    npz = with_probes(standing, options.seed, PROBES)
    lines = [f"| {' | '.join(COLUMNS)} |", "|---" + "|--:" * (len(COLUMNS) - 1) + "|"]
    asked = (npz, standing, options.connections, options.seconds)
    ours = theirs = None
    if "keepclear" in names:
        ours = keepclear(*asked, options.rate, front=not options.one_process)
        lines += [f"| {' | '.join(row.cells(standing))} |" for row in ours.rows]
    if "postgis" in names:
        say("PostgreSQL with PostGIS")
        theirs = postgis(*asked)
        lines.append(_theirs(theirs, standing, options.connections))
    if ours is not None:
        lines += ["", *_where(ours.rows)]
        lines += ["", f"Ready {ours.ready_s:.1f} s after its start; {ours.lost} answered and lost."]
    if ours is not None and theirs is not None and not isinstance(theirs, str):
        lines += ["", _judged(ours, theirs, standing)]
    load = os.getloadavg()[0]
    lines += ["", f"Client and server share {os.cpu_count()} cores; load average {load:.1f}."]
    return "\n".join(lines)


def _where(rows: list[Row]) -> list[str]:
    """Where calls waited in our node's thread, as a table."""
    names = headings()
    head = [f"| approach | {' | '.join(names)} |", "|---" + "|--:" * len(names) + "|"]
    return head + [f"| {row.name} | {' | '.join(row.causes.cells())} |" for row in rows]


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
    both = ours.done & set(theirs.done)
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
    parser.add_argument("--one-process", action="store_true", help="served without a front")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--approaches", default=",".join(APPROACHES))
    OUT.mkdir(exist_ok=True)
    print(compare(parser.parse_args()))


if __name__ == "__main__":
    main()
