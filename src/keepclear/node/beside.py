"""What stands beside the lines of a desk: ways, what is held for others, and cosignatures, as values.

Made from what is kept, each time anew; for every face the same. Left to others: who may look.
"""

from __future__ import annotations

from dataclasses import dataclass

from keepclear.domain.units import MICROSECONDS
from keepclear.domain.window import format_instant
from keepclear.node.cosigned import cosigned
from keepclear.node.ledger import Node
from keepclear.node.relaying import holdings
from keepclear.node.ways import ways

__all__ = ["BesideView", "CosignedView", "HeldView", "WayView", "beside_view"]


@dataclass(frozen=True, slots=True)
class WayView:
    """By which way the last notes to a party went; what of them is stored there, the party signs."""

    party: str
    relay: str
    """Through whose node; empty: to its own."""
    since: str


@dataclass(frozen=True, slots=True)
class HeldView:
    """What this desk, as a relay, holds from one party for another."""

    sender: str
    recipient: str
    parcels: int
    bytes: int
    oldest: str


@dataclass(frozen=True, slots=True)
class CosignedView:
    """How far a party has cosigned this desk's record."""

    party: str
    size: int
    at: str
    """By its clock."""


@dataclass(frozen=True, slots=True)
class BesideView:
    """All of it."""

    ways: list[WayView]
    held: list[HeldView]
    size: int
    """Entries of this desk's record."""
    cosigned: list[CosignedView]


def beside_view(node: Node) -> BesideView:
    """How it stands now.

    Raises:
        StoreError: it cannot be read now.
    """
    return BesideView(
        [
            WayView(party, one.relay, format_instant(one.since_us))
            for party, one in ways(node).items()
        ],
        [
            HeldView(
                one.sender, one.recipient, one.parcels, one.bytes, format_instant(one.oldest_us)
            )
            for one in holdings(node)
        ],
        node.store.size(),
        [
            CosignedView(one.party, one.size, format_instant(one.time_s * MICROSECONDS))
            for one in cosigned(node)
        ],
    )
