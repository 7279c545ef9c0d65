"""What a running node's HTTP face holds: the node's thread, its doors, limits, figures and the stream.

Made once at start, and handed to every route. Left to others: what is answered (the route tables).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

from keepclear.domain.access import Principal
from keepclear.errors import StoreError
from keepclear.faces.api.figures import Figures
from keepclear.faces.api.limits import Limits
from keepclear.faces.api.names import Names
from keepclear.faces.api.tail import Tail
from keepclear.node.attempts import Attempts
from keepclear.node.ledger import Node
from keepclear.node.passwords import HASHES_AT_ONCE
from keepclear.node.worker import Worker

if TYPE_CHECKING:
    from keepclear.faces.peer.conversation import Conversation

__all__ = ["Doors", "Service"]

Found = TypeVar("Found")


class Doors(Protocol):
    """Who somebody is; nobody, where a secret opens nothing."""

    def bearer(self, node: Node, token: str) -> Principal | None:
        """The program that a token was given to."""

    def session(self, node: Node, secret: str) -> Principal | None:
        """The person who logged in with it."""


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that a request needs beside itself."""

    worker: Worker
    doors: Doors
    names: Names
    addresses: Limits
    parties: Limits
    guesses: Limits
    figures: Figures
    log: Callable[[dict[str, object]], None]
    """Takes one line of the technical log; see :mod:`keepclear.faces.api.technical`."""
    tail: Tail = field(default_factory=Tail)
    conversation: Conversation | None = None
    """The lines to other desks, where the node has a desk of its own."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by whoever may have changed something, for what time brings."""
    failed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set where the store failed, or was found changed: it is read again, or nothing is decided."""
    attempts: Attempts = field(default_factory=Attempts)
    hashing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(HASHES_AT_ONCE))
    """Passed by whoever hashes a password."""

    def __post_init__(self) -> None:
        """Show the paces of the node's thread among the figures."""
        self.figures.follow(self.worker.paces)

    async def ask(
        self, call: Callable[[Node], Found], *, first: bool = False, idle: bool = False
    ) -> Found:
        """Have something done in the node's thread, with its memory as the store has it.

        Args:
            call: What is done.
            first: It goes before all that waits: stops, and what brings them to screens.
            idle: It has time, and is short: all that waits goes before it.

        Raises:
            StoreError: too much waits already, or the store cannot be read.
        """
        try:
            return await self.worker.answer(lambda node: call(node.fresh()), first=first, idle=idle)
        except StoreError:
            self.failed.set()
            raise

    async def look(self, call: Callable[[Node], Found], *, first: bool = False) -> Found:
        """As :meth:`ask`, for what is looked at even where something in the store was found changed.

        That is the alarm that says so, and who may hear it; nothing is decided.

        Args:
            call: What is looked at.
            first: It goes before all that waits.

        Raises:
            StoreError: too much waits already, or the store cannot be read.
        """
        return await self.worker.answer(
            lambda node: call(node if node.fault else node.fresh()), first=first
        )

    def decided(self) -> None:
        """Something may have changed: streams, what time brings, and others may have to be told."""
        self.tail.bell.set()
        self.changed.set()
        if self.conversation is not None:
            self.conversation.wake()

    def known(self, node: Node, bearer: str, session: str) -> Principal | None:
        """The one who presents a secret; call it in the node's thread."""
        if bearer:
            return self.doors.bearer(node, bearer)
        return self.doors.session(node, session) if session else None
