"""How long a stop takes from one desk to the screens of the other, while the line is busy.

usage: python bench/stop.py [--rate 500] [--stops 120] [--every 0.5] [--no-escalation]

Two nodes are served as processes of their own, over TLS with the certificates of their cards. Programs
of both desks say messages through the API, half of the rate each way; meanwhile Alder's desk asks for
stops, and each is timed from its first byte to Alder's node until it stands on the event stream of
Birch's node. Each is closed afterwards. Then, on a quiet line, nobody takes a stop: the time until the
supervisor is alerted is measured by the real clock. The client is one process on the same cores. Where
threads of the three waited for a core, the times are those of a machine that did something else.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import ssl
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from keepclear.node.pinned_tls import context_for
from peers.server import cpu_s
from tests.partition.pair import HOST, acquainted

CONNECTIONS = 16
"""Of the programs that keep the line busy, at each node."""
WARM_S = 3.0
SETTLE_S = 30.0
"""A stop that is on no screen by then counts as so late."""
GOAL_MS, EVERY_S, SLACK_S = 200.0, 20.0, 1.0


@dataclass
class Seen:
    """What the screens showed, and when."""

    at_s: dict[str, float] = field(default_factory=dict)
    """By the words of a stop."""
    texts: dict[str, str] = field(default_factory=dict)
    rungs: dict[str, float] = field(default_factory=dict)
    """By rung and hash."""
    said: Counter[int] = field(default_factory=Counter)
    """Answers by status."""
    bell: asyncio.Event = field(default_factory=asyncio.Event)


class Connection:
    """One connection to a node, on which one thing is asked after the other."""

    def __init__(self, served):
        self._served = served
        self._context = context_for(ssl.PEM_cert_to_DER_cert(served.certificate.read_text()))

    async def open(self):
        self.reader, self.writer = await asyncio.open_connection(
            HOST, self._served.port, ssl=self._context
        )
        return self

    def head(self, method, path, body=b""):
        return (
            f"{method} {path} HTTP/1.1\r\nHost: {HOST}:{self._served.port}\r\n"
            f"Authorization: Bearer {self._served.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body

    async def ask(self, method, path, body=b""):
        """The status of the answer."""
        self.writer.write(self.head(method, path, body))
        answer = await self.reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: ([0-9]+)", answer)
        if length:
            await self.reader.readexactly(int(length[1]))
        return int(answer[9:12])


async def keep_busy(served, party, rate, seen, until_s):
    """Messages at a rate, over some connections; one that is late does not make up for it."""
    connections = [await Connection(served).open() for _ in range(CONNECTIONS)]
    gap_s, begun_s, number = 1 / rate, time.perf_counter(), 0

    async def one(connection, first):
        nonlocal number
        at_s = begun_s + first * gap_s
        while time.perf_counter() < until_s():
            await asyncio.sleep(max(0.0, at_s - time.perf_counter()))
            number += 1
            said = {"kind": "contact/1", "body": {"by": "feed", "how": f"message {number}"}}
            path = f"/api/v1/lines/{party}/messages"
            seen.said[await connection.ask("POST", path, json.dumps(said).encode())] += 1
            at_s = max(at_s + CONNECTIONS * gap_s, time.perf_counter())

    await asyncio.gather(*(one(each, k) for k, each in enumerate(connections)))


async def watch(served, seen):
    """The event stream of a desk."""
    connection = await Connection(served).open()
    connection.writer.write(connection.head("GET", "/api/v1/events"))
    while line := await connection.reader.readline():
        if b"bench stop" not in line and b'"alert"' not in line:
            continue
        event = json.loads(line[line.index(b"{") : line.rindex(b"}") + 1])
        now_s = time.perf_counter()
        if event.get("how") == "line":
            words = re.search(r"bench stop [0-9]+", event["text"])
            if words and "kind: stop/1" in event["text"]:
                seen.at_s.setdefault(words[0], now_s)
                seen.texts[words[0]] = event["text"]
        elif event.get("how") == "alert":
            seen.rungs.setdefault(event["text"], now_s)
        seen.bell.set()


async def ask_for(connection, number):
    """A stop; the words that it is known by, and when its first byte went."""
    words = f"bench stop {number}"
    said = {"kind": "stop/1", "body": {"asks": "hold", "by": "duty", "words": words}}
    begun_s = time.perf_counter()
    status = await connection.ask("POST", "/api/v1/lines/Birch/messages", json.dumps(said).encode())
    assert status == 202, status
    return words, begun_s


async def close(connection, text):
    """The desk that was asked states that its unit has stopped."""
    re_ = {"seq": int(re.search(r"^seq: ([0-9]+)$", text, re.MULTILINE)[1]), "hash": digest(text)}
    body = {"re": re_, "by": "duty", "at_us": 1}
    said = json.dumps({"kind": "stopped/1", "body": body}).encode()
    await connection.ask("POST", "/api/v1/lines/Alder/messages", said)


def digest(text):
    return sha256(text[text.index("keepclear/message/1\n") :].encode()).hexdigest()


def waited_s(pids):
    """Seconds that the threads of some processes stood ready and had no core to run on."""
    total = 0
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[1])
    return total / 1e9


async def wait_for(seen, holds, seconds):
    """Until the screens show something, or for some seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not holds():
                await seen.bell.wait()
                seen.bell.clear()


async def measure(pair, typed):
    alder, birch = pair
    seen, end = Seen(), {"s": float("inf")}
    watching = asyncio.create_task(watch(birch, seen))
    busy = [
        asyncio.create_task(keep_busy(one, other.party, typed.rate / 2, seen, lambda: end["s"]))
        for one, other in ((alder, birch), (birch, alder))
        if typed.rate
    ]
    here, there = await Connection(alder).open(), await Connection(birch).open()
    await asyncio.sleep(WARM_S)
    begun_s, before = time.perf_counter(), seen.said.copy()
    pids = [one.process.pid for one in pair] + [os.getpid()]
    used, waited = [cpu_s(one.process.pid) for one in pair], waited_s(pids)
    late_ms = []
    for number in range(typed.stops):
        next_s = time.perf_counter() + typed.every
        words, sent_s = await ask_for(here, number)
        await wait_for(seen, lambda words=words: words in seen.at_s, SETTLE_S)
        late_ms.append((seen.at_s.get(words, sent_s + SETTLE_S) - sent_s) * 1e3)
        if words in seen.texts:
            await close(there, seen.texts[words])
        await asyncio.sleep(max(0.0, next_s - time.perf_counter()))
    wall_s = time.perf_counter() - begun_s
    used = [cpu_s(one.process.pid) - was for one, was in zip(pair, used, strict=True)]
    waited = waited_s(pids) - waited
    end["s"] = 0.0
    await asyncio.gather(*busy)
    said = seen.said - before
    rung_s = await escalates(here, seen) if typed.escalation else None
    watching.cancel()
    cores = [u / wall_s for u in used] + [waited / wall_s]
    return late_ms, sum(said.values()) / wall_s, dict(said), cores, rung_s


async def escalates(connection, seen):
    """Seconds until the supervisor is alerted to a stop that nobody takes, by the real clock."""
    words, sent_s = await ask_for(connection, 10**6)
    await wait_for(seen, lambda: words in seen.at_s, SETTLE_S)
    rung = f"supervisor: {digest(seen.texts[words])}"
    await wait_for(seen, lambda: rung in seen.rungs, EVERY_S + SETTLE_S)
    return seen.rungs[rung] - sent_s


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float, default=500.0, help="messages a second, both ways")
    parser.add_argument("--stops", type=int, default=120)
    parser.add_argument("--every", type=float, default=0.5, help="seconds between two stops")
    parser.add_argument("--no-escalation", dest="escalation", action="store_false")
    typed = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        pair = acquainted(Path(place))
        try:
            for one in pair:
                one.start()
            for one in pair:
                with one.http() as http:
                    one.wait(http)
            late_ms, rate, said, cores, rung_s = asyncio.run(measure(pair, typed))
        finally:
            for one in pair:
                one.stop()
    late_ms.sort()
    p50, p99 = (late_ms[min(len(late_ms) - 1, int(len(late_ms) * p))] for p in (0.5, 0.99))
    print(
        "| Messages/s asked | said | Stops | p50 ms | p99 ms | most ms | cores of the nodes "
        "| threads that waited for a core |"
    )
    print("|--:|--:|--:|--:|--:|--:|--:|--:|")
    print(
        f"| {typed.rate:.0f} | {rate:.0f} | {len(late_ms)} | {p50:.0f} | {p99:.0f} | "
        f"{late_ms[-1]:.0f} | {cores[0]:.2f} + {cores[1]:.2f} | {cores[2]:.2f} |"
    )
    met = "met" if p99 <= GOAL_MS and rate >= 0.95 * typed.rate else "not met"
    print(f"answers: {said}; goal: p99 <= {GOAL_MS:.0f} ms at the rate asked: {met}")
    if rung_s is not None:
        met = "met" if abs(rung_s - EVERY_S) <= SLACK_S else "not met"
        print(f"nobody takes it: the supervisor after {rung_s:.2f} s; asked 20 s +- 1 s: {met}")


if __name__ == "__main__":
    main()
