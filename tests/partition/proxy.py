"""A TCP proxy that does to a connection what networks do; it has nobody's key.

What goes through is TLS, so a changed byte only ends a connection: what matters is which bytes never
come, come late, or come although nobody hears that they did. The fault that holds when a connection
begins, and from then on at each piece, is :attr:`Proxy.fault`.
"""

from __future__ import annotations

import asyncio
import random
import threading
from contextlib import suppress

FAULTS = (
    "cut", "half-open", "no answers", "delay", "slow", "dropped", "truncated", "doubled", "changed",
    "mixed",
)  # fmt: skip
"""``cut``: refused, and what is open ends. ``half-open``: open, and nothing ever comes.
``no answers``: what is asked comes, and its answer never does. ``dropped``: ends in the midst of a
message. ``truncated``: a part comes, then an orderly end. ``doubled``: a second connection with the
same bytes. ``changed``: a bit is. ``mixed``: any of these, drawn for each connection."""
_HOST = "127.0.0.1"
_WORDS = (b"keepclear", b"mark ", b"Alder", b"Birch", b"HTTP/1.1")
_PIECE = 4_096
_BYTES_MAX = 6_000
"""A connection ends within so many bytes, where it ends in the midst: handshakes and a few notes."""


class Proxy:
    """Stands before one node, in a thread of its own."""

    def __init__(self, port, to_port, seed):
        """Listen at ``port``, and hand on to ``to_port`` of this machine."""
        self.port, self._to = port, to_port
        self.fault = ""
        self.hurt = 0
        """Connections, and pieces of them, to which something was done."""
        self.readable = 0
        """Pieces in which words of ours could be read by whoever is in between."""
        self._rng = random.Random(seed)
        self._open = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._do(self._listen())

    def begin(self, fault):
        """From now on, for what is open too; some faults are those of a connection from its start."""
        self.fault = fault
        if fault in {"cut", "doubled", "mixed"}:
            self._do(self._end_all())

    def heal(self):
        """Hand everything on; a connection that lost bytes before stays dead."""
        self.fault = ""

    def close(self):
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self):
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _do(self, what):
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(20)

    async def _listen(self):
        self._server = await asyncio.start_server(self._comes, _HOST, self.port)

    async def _close(self):
        self._server.close()
        await self._end_all()

    async def _end_all(self):
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _comes(self, reader, writer):
        task = asyncio.current_task()
        self._open.add(task)
        try:
            await self._carry(reader, writer)
        except (OSError, asyncio.CancelledError, asyncio.IncompleteReadError):
            writer.transport.abort()
        finally:
            self._open.discard(task)

    async def _carry(self, reader, writer):
        """One connection, to its end."""
        begun = self.fault
        if begun == "cut":
            self.hurt += 1
            writer.transport.abort()
            return
        if begun == "mixed":
            begun = self._rng.choice(FAULTS[1:-1])
        there_reader, there_writer = await asyncio.open_connection(_HOST, self._to)
        second = None
        if begun == "doubled":
            _, second = await asyncio.open_connection(_HOST, self._to)
        way = _Way(self, begun)
        try:
            await asyncio.gather(
                way.pump(reader, there_writer, second, back=False),
                way.pump(there_reader, writer, None, back=True),
            )
        finally:
            for one in (writer, there_writer, second):
                if one is not None:
                    one.transport.abort()


class _Way:
    """Both directions of one connection, and what has befallen it."""

    def __init__(self, proxy, begun):
        self._proxy, self._begun = proxy, begun
        self._dead = {False: False, True: False}
        """By direction: bytes were lost, so nothing may follow them."""
        rng = proxy._rng
        self._ends_after = rng.randrange(1, _BYTES_MAX)
        self._seen = 0
        self._rng = rng

    async def pump(self, reader, writer, second, *, back):
        while piece := await reader.read(_PIECE):
            fault = self._fault()
            self._proxy.hurt += bool(fault)
            self._proxy.readable += any(word in piece for word in _WORDS)
            if self._dead[back] or fault == "half-open" or (fault == "no answers" and back):
                self._dead[back] = True
                continue
            if fault == "delay":
                await asyncio.sleep(self._rng.random() * 0.4)
            self._seen += len(piece)
            if fault in {"dropped", "truncated"} and self._seen >= self._ends_after:
                writer.write(piece[: self._rng.randrange(len(piece))])
                if fault == "dropped":
                    raise ConnectionResetError
                self._dead[back] = True
                with suppress(OSError):
                    writer.write_eof()
                continue
            if fault == "changed" and self._seen >= self._ends_after:
                at = self._rng.randrange(len(piece))
                changed = piece[at] ^ (1 << self._rng.randrange(8))
                piece = piece[:at] + bytes([changed]) + piece[at + 1 :]
            await self._hand_on(writer, piece, slowly=fault == "slow")
            if second is not None and not second.transport.is_closing():
                second.write(piece)
        if not self._dead[back]:
            with suppress(OSError):
                writer.write_eof()

    def _fault(self):
        """What holds now; among mixed ones, what was drawn when the connection began."""
        now = self._proxy.fault
        return self._begun if now == "mixed" else now

    async def _hand_on(self, writer, piece, *, slowly):
        step = 100 if slowly else len(piece)
        for at in range(0, len(piece), step):
            if writer.transport.is_closing():
                raise ConnectionResetError
            writer.write(piece[at : at + step])
            await writer.drain()
            if slowly:
                await asyncio.sleep(0.02)
