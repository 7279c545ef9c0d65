"""The process of one node of a demonstration: served as by ``keepclear serve``, on a stepped clock.

``python -m keepclear.faces.demo.process DIR FD URL CERTIFICATE KEY`` is started by the player and by
nobody else. It serves over TLS on a socket that the player listens on, and takes lines of JSON on
standard input: what is due by the clock now is to be done, the network to a party is cut or healed. The
end of standard input ends it, so that it never outlives the player, however that ends.

Everything that happens on the line and at the desk comes over HTTP, as from anybody.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import httpx2

from keepclear.faces.api.limits import Pace
from keepclear.faces.api.server import Place, run, service_of
from keepclear.faces.api.service import Service
from keepclear.faces.peer.conversation import Conversation, over_tls
from keepclear.link.cards import Card
from keepclear.node.due import due
from keepclear.node.ledger import Node
from keepclear.node.serving import serving
from keepclear.node.start import running
from keepclear.node.stepped import SteppedClock
from keepclear.node.talking import Talk
from keepclear.node.worker import Worker

__all__ = ["main"]

_NO_LIMIT: Final = Pace(0, 1)
"""The player asks for several parties from one address."""
_STARTS_S: Final = 120.0
_PATIENCE_S: Final = 60.0
"""What one question of the player may take, on a machine that does much else."""
_LOOK_S: Final = 0.002


class _Network:
    """Which parties this node cannot reach, and how much it has sent."""

    def __init__(self) -> None:
        self.cut: set[str] = set()
        self.begun = 0
        self.under_way = 0

    def client(self, card: Card) -> httpx2.AsyncClient:
        """A client as a served node has it, but for what is cut."""
        whole = over_tls(card)
        send = whole.send

        async def send_or_not(*args: Any, **more: Any) -> httpx2.Response:
            self.begun += 1
            if card.party in self.cut:
                raise httpx2.ConnectError("the scenario has cut the network here")
            self.under_way += 1
            try:
                return await send(*args, **more)
            finally:
                self.under_way -= 1

        whole.send = send_or_not  # type: ignore[method-assign]
        return whole


class _Stepped(Conversation):
    """The lines of the node, which do what is due when the player asks, and not by themselves."""

    by_itself = False

    def __init__(
        self, talk: Talk, network: _Network, identity: Callable[[], str], clock: SteppedClock
    ) -> None:
        super().__init__(talk, network.client, identity, lambda: clock.now_us() / 1e6)
        self._network = network
        self._loop: asyncio.AbstractEventLoop | None = None
        self._begun = threading.Event()

    async def keep(self, service: Service) -> None:
        self._loop = asyncio.get_running_loop()
        self._begun.set()
        await super().keep(service)

    def ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer the player; from its own thread."""
        self._begun.wait(_STARTS_S)
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(self._answer(asked), self._loop).result(_PATIENCE_S)

    async def _answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["do"] == "cut":
            self._network.cut = set(asked["from"])
            return {}
        if asked["do"] == "end":
            await self.reach.close()  # a peer that stops waits for them
            return {}
        assert self._service is not None
        await self._service.ask(due)
        several, _ = await self._service.ask(self._passes)
        for told in several:
            self._take_up(told)
        await self.attend(self._service)
        while self._under_way():  # noqa: ASYNC110 - counts of two makers
            await asyncio.sleep(_LOOK_S)
        return await self._service.ask(self._state)

    def _under_way(self) -> bool:
        return bool(self._network.under_way) or any(
            queue.waiting for queue in self._queues.values()
        )

    def _state(self, node: Node) -> dict[str, Any]:
        """How much happened so far, and when the next ladder, or what was agreed to be told, is due."""
        exact = [self.talk.board.next_us(), due(node)]
        return {
            "entries": node.store.size(),
            "sent": self._network.begun,
            "due": self.talk.due_us(),
            "exact": min((one for one in exact if one is not None), default=None),
        }


def main(words: list[str]) -> None:
    """Serve until the player has gone."""
    folder, descriptor, url, certificate, key = words
    clock = SteppedClock(Path(folder))
    with (
        socket.socket(fileno=int(descriptor)) as listener,
        running(folder, clock.now_us) as (home, node),
    ):
        host, port = listener.getsockname()[:2]
        place = Place(host, port, (host,), certificate, key)
        conversation = _Stepped(Talk(node, home.message_key), _Network(), home.age_identity, clock)
        worker = Worker(node)
        service = service_of(
            worker,
            place.checked(),
            conversation=conversation,
            per_party=_NO_LIMIT,
            per_address=_NO_LIMIT,
        )
        threading.Thread(target=_listen, args=(conversation,), daemon=True).start()
        try:
            with serving(home.folder, url):
                run(place, service, listener)
        finally:
            worker.close()


def _listen(conversation: _Stepped) -> None:
    """Questions of the player, one after the other; the end of them ends the process."""
    try:
        for line in sys.stdin:
            sys.stdout.write(json.dumps(_answered(conversation, line)) + "\n")
            sys.stdout.flush()
    except (OSError, ValueError):
        pass  # the player has gone in the middle of a question
    finally:
        _answered(conversation, '{"do": "end"}')
        os.kill(os.getpid(), signal.SIGTERM)


def _answered(conversation: _Stepped, line: str) -> dict[str, Any]:
    try:
        return conversation.ask(json.loads(line))
    except Exception as error:  # noqa: BLE001 - the player says what was asked
        return {"failed": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    main(sys.argv[1:])
