"""How far a peer's clock is from ours, by the times in heartbeats; no clock ever orders anything.

Four times: a heartbeat left us (t0, ours), came to the peer (t1, its own), the peer's left (t2, its
own) and came to us (t3, ours). The estimate is ((t1 - t0) + (t2 - t3)) / 2; half of what the two ways
took together bounds its error, however that was shared, as long as both clocks ran evenly meanwhile.
Source: RFC 5905, section 8.
"""

from __future__ import annotations

from dataclasses import dataclass

from keepclear.link.bodies import Heartbeat
from keepclear.link.message import Message

__all__ = ["Offset", "offset_of"]


@dataclass(frozen=True, slots=True)
class Offset:
    """The peer's clock minus ours, and how wrong that can be."""

    ahead_us: int
    error_us: int

    def beyond(self, bound_us: int) -> bool:
        """Whether the clocks certainly differ by more than a bound."""
        return abs(self.ahead_us) - self.error_us > bound_us


def offset_of(heartbeat: Message, now_us: int) -> Offset | None:
    """What a heartbeat says of the peer's clock; nothing, where it answers none of ours.

    Args:
        heartbeat: It came just now.
        now_us: By our clock.
    """
    body = heartbeat.body
    if not isinstance(body, Heartbeat) or body.your_sent_us is None or body.arrived_us is None:
        return None
    t0, t1, t2 = body.your_sent_us, body.arrived_us, heartbeat.sent_us
    delay = (now_us - t0) - (t2 - t1)
    if delay < 0 or t2 < t1:
        return None  # a clock was set meanwhile, or somebody makes times up
    return Offset(((t1 - t0) + (t2 - now_us)) // 2, (delay + 1) // 2 + 1)
