"""A load client in a process of its own: prebuilt requests on sockets that stay open, and answers.

It does as little as it can for each request: one send, one receive, two looks at the clock; the bytes
of the requests are made before. Two ways to ask:

- *closed*: each connection asks again as soon as it is answered. How much a server can take.
- *steady*: requests begin at fixed moments, whether or not the server is ready; the time of each counts
  from the moment at which it was due. How long one waits who asks a server that is not at its limit.

usage: python bench/load.py PORT CONNECTIONS SECONDS RATE REQUESTS OUT.npz   (RATE 0: closed)
"""

from __future__ import annotations

import select
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

RECEIVE_BYTES = 1 << 20
HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length: "
GRACE_S = 30.0
"""How long answers are waited for after the last request."""


@dataclass
class Answers:
    """What a client saw, request by request, in the order in which they were asked."""

    ms: np.ndarray
    """Time until the whole answer was there; nan where none came."""
    status: np.ndarray
    wall_s: float
    cpu_s: float
    """Processor that the client itself took."""
    first: str
    """The body of the first answer that was no success."""


def ask(
    requests: Sequence[bytes],
    folder: Path,
    *,
    port: int,
    connections: int,
    seconds: float,
    rate: float = 0.0,
) -> Answers:
    """Send requests from a new process, until they or the seconds are used up.

    Args:
        requests: Whole requests, head and body.
        folder: Where two files may be written.
        port: Of the server, on loopback.
        connections: Kept alive; each carries one request at a time.
        seconds: For so long requests begin.
        rate: Requests a second; 0: as many as are answered.
    """
    sent, seen = folder / "requests", folder / "answers.npz"
    with sent.open("wb") as file:
        for request in requests:
            file.write(len(request).to_bytes(4, "little") + request)
    words = [port, connections, seconds, rate, sent, seen]
    subprocess.run([sys.executable, __file__, *map(str, words)], check=True)
    with np.load(seen) as found:
        return Answers(
            found["ms"],
            found["status"],
            float(found["wall_s"]),
            float(found["cpu_s"]),
            str(found["first"]),
        )


class _Connection:
    """A socket, the request that it waits for, and what has come of the answer."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.asked = -1
        self.due_s = 0.0
        self._held = b""

    def fileno(self) -> int:
        """For select."""
        return self.socket.fileno()

    def send(self, number: int, request: bytes, due_s: float) -> None:
        """Ask; a request is smaller than what the socket takes at once."""
        self.asked, self.due_s = number, due_s
        self.socket.sendall(request)

    def receive(self) -> bytes | None:
        """The answer, once it is whole."""
        piece = self.socket.recv(RECEIVE_BYTES)
        if not piece:
            raise ConnectionError("the server closed a connection")
        held = self._held + piece
        head = held.find(HEAD_END)
        if head >= 0:
            at = held.find(LENGTH, 0, head + 2)
            length = int(held[at + len(LENGTH) : held.find(b"\r", at)]) if at >= 0 else 0
            if len(held) >= head + len(HEAD_END) + length:
                self._held = b""
                return held
        self._held = held
        return None


class _Client:
    def __init__(self, requests: list[bytes], port: int, connections: int) -> None:
        self._requests = requests
        self._all = [_Connection(port) for _ in range(connections)]
        self.ms = np.full(len(requests), np.nan)
        self.status = np.zeros(len(requests), np.int16)
        self.first = ""
        self._next = 0

    def closed(self, seconds: float) -> float:
        """Each connection asks again when it is answered; how long it took."""
        began_s = now_s = time.perf_counter()
        until_s, busy = began_s + seconds, 0
        for one in self._all:
            busy += self._send(one, time.perf_counter())
        while busy:
            for one in self._answered(GRACE_S):
                busy -= 1
                now_s = time.perf_counter()
                if now_s < until_s:
                    busy += self._send(one, now_s)
        return now_s - began_s

    def steady(self, seconds: float, rate: float) -> float:
        """Requests begin at fixed moments; those that find no free connection wait, and it counts."""
        free, busy = deque(self._all), 0
        total = min(len(self._requests), int(seconds * rate))
        began_s = time.perf_counter()
        while self._next < total or busy:
            while self._next < total and free:
                due_s = began_s + self._next / rate
                if due_s > time.perf_counter():
                    break
                busy += self._send(free.popleft(), due_s)
            next_s = began_s + self._next / rate - time.perf_counter()
            waits = not free or self._next >= total
            for one in self._answered(GRACE_S if waits else max(next_s, 0.0)):
                busy -= 1
                free.append(one)
        return time.perf_counter() - began_s

    def _send(self, one: _Connection, due_s: float) -> int:
        if self._next >= len(self._requests):
            return 0
        one.send(self._next, self._requests[self._next], due_s)
        self._next += 1
        return 1

    def _answered(self, wait_s: float) -> list[_Connection]:
        """Connections whose answer is whole by now, each noted."""
        # select waits for fractions of a millisecond, which epoll does not
        ready, _, _ = select.select(self._all, (), (), wait_s)
        if not ready and wait_s >= GRACE_S:
            raise TimeoutError(f"no answer for {GRACE_S:.0f} s")
        done = []
        for one in ready:
            answer = one.receive()
            if answer is not None:
                self.ms[one.asked] = (time.perf_counter() - one.due_s) * 1e3
                self.status[one.asked] = int(answer[9:12])
                if not answer.startswith(b"HTTP/1.1 2") and not self.first:
                    self.first = answer.partition(HEAD_END)[2][:300].decode("utf-8", "replace")
                done.append(one)
        return done

    @property
    def asked(self) -> int:
        """How many requests were sent."""
        return self._next


def _read(path: str) -> list[bytes]:
    data, at, found = Path(path).read_bytes(), 0, []
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "little")
        found.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return found


def main() -> None:
    """Command line: see the head of this module."""
    port, connections, seconds, rate, sent, seen = sys.argv[1:]
    client = _Client(_read(sent), int(port), int(connections))
    began_s = time.process_time()
    if float(rate):
        wall_s = client.steady(float(seconds), float(rate))
    else:
        wall_s = client.closed(float(seconds))
    cpu_s = time.process_time() - began_s
    np.savez(
        seen,
        ms=client.ms[: client.asked],
        status=client.status[: client.asked],
        wall_s=wall_s,
        cpu_s=cpu_s,
        first=client.first,
    )


if __name__ == "__main__":
    main()
