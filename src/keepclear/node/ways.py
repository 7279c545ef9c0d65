"""By which way the last note to each party went: to its own node, or through which relay.

Kept where it changes, beside the entries, so that a desk sees it after a start and without serving.
What went is not yet stored: that is what the party signs.
"""

from __future__ import annotations

from typing import Final

from keepclear.node.ledger import Node
from keepclear.store.base import Kept
from keepclear.wire.parcels import Way, decode_way, encode_way

__all__ = ["ways", "went"]

_WAYS: Final = "link-way"
"""Kept values: the last way, by party."""


def went(node: Node, party: str, relay: str = "") -> None:
    """Notes to a party were taken, by its own node or by a relay for it.

    Raises:
        StoreError: nobody can know whether it is kept.
    """
    known = node.fresh().kept(_WAYS).get(party)
    if known is not None and decode_way(known).relay == relay:
        return
    node.save([], kept=[Kept(_WAYS, party, encode_way(Way(relay, node.now_us())))])


def ways(node: Node) -> dict[str, Way]:
    """The last way to each party, and since when it is that one."""
    return {party: decode_way(data) for party, data in sorted(node.kept(_WAYS).items())}
