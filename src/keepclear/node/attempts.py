"""How often somebody may try a password: some times at once, then one now and then.

A mark that is being tried by a stranger would keep its own people out, so a browser in which somebody
logged in before has a count of its own, which a stranger cannot use up. Marks that nobody has are
counted like others, or the difference would tell which there are. There is one count for each of a
fixed number of hashes of marks, so that inventing marks fills no memory.

Counts last as long as the process. Left to others: limits by address, and for everybody together.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

__all__ = ["AT_ONCE", "PAUSE_US", "Attempts", "slot_of_mark"]

AT_ONCE: Final = 10
"""Wrong passwords in a row; a tired person needs three."""
PAUSE_US: Final = 30_000_000
"""After that: one each half a minute, at most 2,880 a day for one mark."""
_SLOT_BYTES: Final = 2
"""65,536 counts; two marks that share one share its limit, and nothing else."""


def slot_of_mark(mark: str) -> str:
    """Under what the attempts at a mark are counted."""
    return sha256(mark.encode("utf-8", "surrogatepass")).digest()[:_SLOT_BYTES].hex()


class Attempts:
    """Attempts by slot. A right password makes a slot free again."""

    def __init__(self) -> None:
        """Nothing was tried yet."""
        self._paid_us: dict[str, int] = {}
        """For each slot until when its attempts are paid for, at one a pause."""

    def take(self, slot: str, now_us: int) -> bool:
        """Count one more attempt, if it is allowed now; one that is not allowed is not counted."""
        # a clock that was set back must not lock anybody out for longer than a full count does
        paid_us = min(max(self._paid_us.get(slot, 0), now_us), now_us + AT_ONCE * PAUSE_US)
        allowed = paid_us - now_us <= (AT_ONCE - 1) * PAUSE_US
        self._paid_us[slot] = paid_us + PAUSE_US if allowed else paid_us
        return allowed

    def free(self, slot: str) -> None:
        """Forget what was tried in a slot."""
        self._paid_us.pop(slot, None)
