"""The node's end: declarations that were made ready elsewhere, taken by the node's thread itself.

No thread and no loop lies between: the thread looks at the socket when it has nothing at hand, waits
on it when nothing is to be done, and answers all that one write made durable with one call. Who asks,
and whether they may, is decided here as for any request (:mod:`keepclear.faces.api.letting_in`).
Left to others: what was made ready (:mod:`keepclear.faces.front.quick`), and the other requests.
"""

from __future__ import annotations

import asyncio
import select
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final

import msgspec

from keepclear.detect.packed import unpack
from keepclear.domain.access import Action
from keepclear.faces.api.declarations import declared
from keepclear.faces.api.letting_in import let_in
from keepclear.faces.api.problems import problem_of
from keepclear.faces.api.route import Reply
from keepclear.faces.api.service import Service
from keepclear.faces.api.technical import fault_of
from keepclear.faces.front.frames import Cutter, FrameError, packed
from keepclear.faces.front.handing import READY, Ready, Told
from keepclear.node.allowing import request_by
from keepclear.node.clock import monotonic_s
from keepclear.node.ledger import Node
from keepclear.node.waiting import AtPlace, Done
from keepclear.node.worker import Call
from keepclear.wire.declaration import declaration_of, form_in

__all__ = ["PATH", "Inlet", "Inlets"]

PATH: Final = "/api/v1/declarations"
_PIECE: Final = 1 << 18
"""Bytes that are read at once: more than a group of declarations has."""
_PATIENCE_S: Final = 5.0
"""The other process reads all the time; one that does not for so long has come to a stop."""
_BELL: Final = b"\0"


class _Waits(AtPlace):
    """Who waits for the answer to one of them."""

    __slots__ = ("ready",)

    def __init__(self, place: Inlet, ready: Ready) -> None:
        super().__init__(place)
        self.ready = ready


class Inlet:
    """A source of calls, and the place where their answers go; see ``Source`` and ``Place``."""

    def __init__(
        self, line: socket.socket, service: Service, soon: Callable[[Callable[[], None]], object]
    ) -> None:
        """Take what comes over a connected socket.

        Args:
            line: To the front; whoever holds it may close it.
            service: Who is known, limits, figures.
            soon: Has something done in the loop of the service; any thread may call it.
        """
        line = line.dup()
        line.setblocking(False)
        self._line, self._service, self._soon = line, service, soon
        self._cutter = Cutter(READY)
        self._bell, self._rope = socket.socketpair()
        self._bell.setblocking(False)
        self._rope.setblocking(False)
        self._poll = select.poll()
        self._poll.register(self._bell, select.POLLIN)
        self._poll.register(line, select.POLLIN)
        self._open = True

    def take(self) -> Sequence[Call]:
        """Those that have come by now."""
        if not self._open:
            return ()
        try:
            piece = self._line.recv(_PIECE)
        except BlockingIOError:
            return ()
        except OSError:
            piece = b""
        try:
            found = self._cutter.frames(piece) if piece else None
        except FrameError:
            found = None
        if found is None:
            self._end()
            return ()
        now_s = monotonic_s()
        return [Call(partial(self._decide, one), _Waits(self, one), now_s) for one in found]

    def wait(self, wait_s: float | None) -> None:
        """Until one may have come, or somebody rang."""
        self._poll.poll(None if wait_s is None else wait_s * 1_000)
        with suppress(BlockingIOError):
            self._bell.recv(_PIECE)

    def ring(self) -> None:
        """Something else waits for the node's thread."""
        with suppress(BlockingIOError):  # it rings already
            self._rope.send(_BELL)

    def tell(self, done: Sequence[Done]) -> None:
        """Answer; one whose process is gone has nobody left who waits."""
        frames: list[bytes] = []
        faults: list[dict[str, object]] = []
        for waits, found, failed in done:
            assert isinstance(waits, _Waits)
            told = self._told(waits.ready, found, failed, faults)
            frames.append(packed(told))
            seconds = monotonic_s() - waits.ready.came_s
            self._service.figures.done(PATH, told.status, seconds)
        self._send(b"".join(frames))
        with suppress(RuntimeError):  # the loop has ended, and with it whoever looked there
            self._soon(partial(self._after, faults))

    def close(self) -> None:
        """Let go of everything, once the node's thread looks here no more."""
        for one in (self._line, self._bell, self._rope):
            one.close()

    def _decide(self, ready: Ready, node: Node) -> Reply:
        node = node.fresh()
        who = let_in(self._service, node, (ready.token, ""), Action.DECLARE)
        assert who is not None
        said = declaration_of(form_in(ready.text))  # its one spelling, as the other end made it
        node.memory.measured(said, ready.km2_hours)
        if ready.rows:
            node.standing.made(said, unpack(ready.rows))
        return declared(
            node,
            who,
            said,
            request_by(who, ready.key),
            if_match=ready.if_match,
            doubts=ready.doubts,
            text=ready.text.decode(),
        )

    def _told(
        self,
        ready: Ready,
        found: Any,
        failed: BaseException | None,
        faults: list[dict[str, object]],
    ) -> Told:
        if failed is None:
            assert isinstance(found, Reply)
            assert found.status is not None
            body = msgspec.json.encode(found.body)
            return Told(ready.number, found.status, dict(found.headers), body, is_problem=False)
        problem = problem_of(failed if isinstance(failed, Exception) else RuntimeError())
        if problem.code == "internal":
            faults.append(fault_of(failed))
        return Told(
            ready.number, problem.status.value, problem.headers, problem.body(), is_problem=True
        )

    def _after(self, faults: Sequence[dict[str, object]]) -> None:
        """In the loop of the service."""
        for fault in faults:
            self._service.log(fault)
        self._service.decided()

    def _send(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest and self._open:
            try:
                rest = rest[self._line.send(rest) :]
            except BlockingIOError:
                if not select.select([], [self._line], [], _PATIENCE_S)[1]:
                    self._end()
            except OSError:
                self._end()

    def _end(self) -> None:
        """Whoever holds the other process notices by its own line."""
        self._open = False
        with suppress(OSError):
            self._poll.unregister(self._line)
            self._line.shutdown(socket.SHUT_RDWR)


class Inlets:
    """The inlet of one front after the other."""

    def __init__(self, service: Service) -> None:
        """There is none yet."""
        self._service = service
        self._now: Inlet | None = None

    def __call__(self, line: socket.socket) -> None:
        """Take what a front hands over, in the place of the one before; call it in the loop."""
        inlet = Inlet(line, self._service, asyncio.get_running_loop().call_soon_threadsafe)
        before, self._now = self._now, inlet
        changed = self._service.worker.take_from(inlet)
        if before is not None:
            changed.add_done_callback(lambda _: before.close())

    def close(self) -> None:
        """Let go of the last one, once the node's thread has ended."""
        if self._now is not None:
            self._now.close()
