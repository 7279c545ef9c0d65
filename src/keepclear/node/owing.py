"""Plans that a party may have by now and was not told of: looked for when something has changed.

That is when there are other lines or other arrangements, and again after a while where a peer took none
because it has not, or not now, what was agreed. Left to others: which plans those are
(:mod:`keepclear.node.disclosing`), and how they become messages (:mod:`keepclear.node.forwarding`).
"""

from __future__ import annotations

from typing import Final

from keepclear.detect.index import batched
from keepclear.link.state import NEVER_US
from keepclear.node.disclosing import owed_plans
from keepclear.node.ledger import Node
from keepclear.node.telling import outgoing_of

__all__ = ["Owing"]

_IN_A_WRITE: Final = 100
_AGAIN_US: Final = 60_000_000
_AGAIN_MAX_US: Final = 3_600_000_000
"""Plans that a peer does not take yet, because it has not what was agreed: they are offered again after
a minute, then after twice as long each time, up to an hour."""


class Owing:
    """When a desk looks which plans it owes."""

    def __init__(self, node: Node) -> None:
        """It looks when it is first asked to."""
        self._node = node
        self._looked: tuple[object, ...] = ()
        """For what it was looked last."""
        self._again_us, self._wait_us = NEVER_US, _AGAIN_US
        """When to look again, because a peer takes no plans yet; how long the next time after that."""

    def forget(self) -> None:
        """What it was looked for last holds no more."""
        self._looked = ()

    def refused(self) -> None:
        """A peer takes no plans yet."""
        if self._again_us == NEVER_US:
            self._again_us = self._node.now_us() + self._wait_us
            self._wait_us = min(2 * self._wait_us, _AGAIN_MAX_US)

    def look(self, parties: tuple[str, ...]) -> None:
        """Decide on what is owed, where something changed since that was looked at.

        Args:
            parties: To whom there are lines.

        Raises:
            StoreError: nobody can know what of it is kept; call it again.
        """
        node, now_us = self._node, self._node.now_us()
        agreed = tuple(
            (one.name, one.version, one.stepped_down) for one in node.memory.arrangements.values()
        )
        looked = (parties, agreed)
        if looked == self._looked and now_us < self._again_us:
            return
        if looked != self._looked:
            self._wait_us = _AGAIN_US
        self._again_us = NEVER_US
        owed = owed_plans(node.memory, now_us)
        for some in batched(owed, _IN_A_WRITE):
            node.save(some, outgoing=outgoing_of(some))
        self._looked = looked
