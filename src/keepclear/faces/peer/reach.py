"""Requests to the nodes of peers: to the addresses on a card, over TLS that trusts what it names.

Nothing is asked of anybody but a party whose card holds and whose words were compared. No redirect is
followed, and no proxy is used. Left to others: what is asked, and what an answer means.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import httpx2

from keepclear.errors import KeepclearError
from keepclear.faces.api.service import Service
from keepclear.faces.peer.racing import first_of
from keepclear.link.cards import Card
from keepclear.link.pinning import Pinned
from keepclear.node.ledger import Node
from keepclear.node.pinned_tls import context_for

__all__ = ["Answer", "Client", "Reach", "over_tls"]

_ANSWER_S: Final = 5.0
ANSWER_BYTES_MAX: Final = 8_000_000
"""Of an answer; a peer that sends more, or packs it, must not fill this machine."""

Client = Callable[[Card], httpx2.AsyncClient]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a node answered."""

    status: int
    body: bytes
    media: str


def over_tls(card: Card) -> httpx2.AsyncClient:
    """A client that reaches one peer and trusts what its card says."""
    return httpx2.AsyncClient(
        verify=context_for(card.certificate),
        timeout=_ANSWER_S,
        follow_redirects=False,
        trust_env=False,
    )


class Reach:
    """The clients of a served node, one for each party; used in one loop."""

    def __init__(self, client: Client = over_tls) -> None:
        """Nobody is reached yet.

        Args:
            client: How a peer is reached.
        """
        self._make = client
        self._clients: dict[str, tuple[Card, httpx2.AsyncClient]] = {}
        self._good: dict[str, str] = {}
        """By party, the address that answered last; it is the first one that is asked."""

    async def post(
        self,
        service: Service,
        party: str,
        path: str,
        content: bytes,
        *,
        media: str,
        good: Callable[[int], bool],
        at_once: bool = False,
    ) -> Answer | None:
        """Ask a party at one address of its card after the other, until an answer is good.

        The one that answered last comes first, so that one dead address is waited for once.

        Args:
            service: The node that asks.
            party: Who is asked.
            path: Below the address.
            content: What is sent.
            media: Its media type.
            good: Whether a status is an answer, so that no further address is tried.
            at_once: All addresses are asked at the same time, because one that is dead says nothing for
                seconds; only where it does no harm that several of them take it.

        Returns:
            The good answer, or the last one; nothing, where nobody answered.
        """
        found = await self._client(service, party)
        if found is None:
            return None
        card, client = found
        found_good = self._good.get(party)
        addresses = sorted(card.addresses, key=lambda address: address != found_good)

        async def tried(address: str) -> Answer | None:
            one = await _tried(client, address.rstrip("/") + path, content, media)
            if one is not None and good(one.status):
                self._good[party] = address
            return one

        if at_once:
            asking = (tried(address) for address in addresses)
            return await first_of(asking, lambda one: one is not None and good(one.status))
        answer = None
        for address in addresses:
            answer = await tried(address) or answer
            if answer is not None and good(answer.status):
                break
        return answer

    async def close(self) -> None:
        """Let go of all connections."""
        for _, client in self._clients.values():
            await client.aclose()
        self._clients.clear()

    async def _client(self, service: Service, party: str) -> tuple[Card, httpx2.AsyncClient] | None:
        """The client for the card that holds now."""
        try:
            # what goes out may be a stop, and this takes no time
            card = await service.ask(lambda node: _card(node, party), first=True)
        except KeepclearError:
            return None
        if card is None:
            return None
        known = self._clients.get(party)
        if known is None or known[0] != card:
            self._clients[party] = (card, self._make(card))
            if known is not None:
                await known[1].aclose()
        return self._clients[party]


async def _tried(client: httpx2.AsyncClient, url: str, content: bytes, media: str) -> Answer | None:
    # a client that another request found to be of an old card is closed meanwhile
    with suppress(httpx2.HTTPError, OSError, RuntimeError):
        return await _asked(client, url, content, media)
    return None


async def _asked(client: httpx2.AsyncClient, url: str, content: bytes, media: str) -> Answer | None:
    """One answer; nothing where it is packed, or larger than anything that a node has to say."""
    headers = {"Content-Type": media, "Accept-Encoding": "identity"}
    async with client.stream("POST", url, content=content, headers=headers) as got:
        parts, size = list[bytes](), 0
        if got.headers.get("content-encoding", "identity") != "identity":
            return None
        async for part in got.aiter_bytes():
            size += len(part)
            if size > ANSWER_BYTES_MAX:
                return None
            parts.append(part)
        return Answer(got.status_code, b"".join(parts), got.headers.get("content-type", ""))


def _card(node: Node, party: str) -> Card | None:
    peer = node.memory.peers.get(party)
    if peer is None or peer.pinned is not Pinned.COMPARED or not peer.card.holds_at(node.now_us()):
        return None
    return peer.card
