"""What is told when an old entry of this node's record is not what was signed: an alarm, once.

Found while the node is served, after it has answered others: by looking back at what a snapshot
stood for, or when an old text is read. From then on nothing is decided and nothing answered; but the
desk must learn why, so this one alarm is written all the same, as the last entry of a record that
people must look at, and sounds. Left to others: finding it (:mod:`keepclear.node.past`), and streams.
"""

from __future__ import annotations

from typing import Final

from keepclear.node.ledger import Node
from keepclear.wire.entries import Alarm, Shown

__all__ = ["CHANGED", "SAYS", "SUBJECT", "tell_changed"]

SUBJECT: Final = "integrity"
"""What the entry is about."""
CHANGED: Final = "record.changed"
SAYS: Final = (
    "An old entry of this node's record is not what was signed. Nothing is decided or answered here "
    "any more, and what was told since the start may rest on it: call those who depend on it, have the "
    "folder examined (keepclear doctor), and restore the newest backup beside it."
)


def tell_changed(node: Node) -> bool:
    """Record the alarm where something was found, and say whether it was.

    Raises:
        StoreError: nobody can know whether it is kept; call it again.
    """
    if not node.fault:
        return False
    at_us, owner = node.now_us(), node.around.owner
    alarm = Alarm(subject=SUBJECT, at_us=at_us, code=CHANGED, party=owner, arrangement="")
    sound = Shown(
        subject=SUBJECT, at_us=at_us, to=owner, how="sound", of=[], text=f"{CHANGED}: {SAYS}"
    )
    node.save([alarm, sound])
    return True
