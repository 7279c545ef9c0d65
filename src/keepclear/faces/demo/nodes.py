"""All nodes of a demonstration, on one time: it goes on when all of them have come to rest.

What is cut between them, whose process is killed and served again, is told to them from here. Left to
others: one node (``served``), and how they are made (``making``).
"""

from __future__ import annotations

from collections.abc import Mapping
from socket import create_server
from typing import Any, Final

from keepclear.errors import InternalError
from keepclear.faces.demo.served import DemoNode, serve, wait

__all__ = ["BACKLOG", "Nodes"]

BACKLOG: Final = 128
_SOON_US: Final = 100_000
"""What is owed so soon, such as a receipt, is waited for after every step."""
_ROUNDS_MAX: Final = 400
"""Until nothing moves any more; much more would be two nodes that never stop answering each other."""


class Nodes:
    """All nodes of a demonstration, on one time."""

    def __init__(self, nodes: Mapping[str, DemoNode], stride_us: int) -> None:
        """Nodes that are being served.

        Args:
            nodes: By party.
            stride_us: The longest step of time; less than what makes a line count as silent.
        """
        self.by_party = dict(nodes)
        self._stride_us = stride_us
        self._cut: set[frozenset[str]] = set()

    @property
    def now_us(self) -> int:
        """The time of all of them."""
        return next(iter(self.by_party.values())).clock.now_us()

    def settle(self) -> int | None:
        """Until nothing moves at this time, and what is owed at once has come, too.

        Returns:
            When a ladder goes on next, or something is to be told by what was agreed.
        """
        before: list[tuple[int, int]] = []
        for _ in range(_ROUNDS_MAX):
            states = self._all({"do": "due"})
            now = [(one["entries"], one["sent"]) for one in states]
            if now == before:
                soon = min((one["due"] for one in states), default=0)
                if not self.now_us < soon <= self.now_us + _SOON_US:
                    return min((one["exact"] for one in states if one["exact"]), default=None)
                self._set(soon)
            before = now
        raise InternalError("the nodes did not come to rest; this scenario never ends")

    def go_on_to(self, until_us: int) -> None:
        """Let time pass, through every instant at which a ladder goes on."""
        exact = self.settle()
        while self.now_us < until_us:
            stops = [until_us, self.now_us + self._stride_us]
            if exact is not None and exact > self.now_us:
                stops.append(exact)
            self._set(min(stops))
            exact = self.settle()

    def cut(self, *pairs: frozenset[str]) -> None:
        """No note goes between the parties of these pairs any more."""
        self._cut |= set(pairs)
        self._tell_cut()

    def heal(self, *pairs: frozenset[str]) -> None:
        """Notes go between them again."""
        self._cut -= set(pairs)
        self._tell_cut()

    def kill(self, party: str) -> bool:
        """End a node's process without a word; whether there was one."""
        node = self.by_party[party]
        if node.process is None:
            return False
        node.process.kill()
        node.listener.close()  # who calls is refused, and does not wait
        wait(node)
        return True

    def start(self, party: str) -> bool:
        """Serve a node that was killed, from its folder; whether there was none."""
        node = self.by_party[party]
        if node.process is not None:
            return False
        node.listener = create_server(("127.0.0.1", node.port), backlog=BACKLOG)
        serve(node)
        self._tell_cut()
        return True

    @property
    def _running(self) -> list[DemoNode]:
        return [node for node in self.by_party.values() if node.process is not None]

    def _tell_cut(self) -> None:
        for node in self._running:
            party = node.party
            gone = [other for pair in self._cut if party in pair for other in pair - {party}]
            node.begin({"do": "cut", "from": [self.by_party[one].owner for one in gone]})
        for node in self._running:
            node.end()

    def _all(self, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        running = self._running
        for node in running:
            node.begin(asked)
        return [node.end() for node in running]

    def _set(self, now_us: int) -> None:
        for node in self.by_party.values():
            node.clock.set(now_us)
