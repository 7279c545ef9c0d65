"""Where a party stands in an arrangement that all have signed: in it, stepped out for a while, or out.

::

    in force --suspend--> suspended --resume--> in force
       |                      |
       '-----withdraw---------'---> withdrawn

To step down takes the signature of the one party that does it, at any moment and for no reason. It
suspends its own footing alone, and takes back its own suspension alone; who has withdrawn is in again
when all have signed a new version. What is urgent, notified sites and movements, and receipts never
stop for any of it. Left to others: what is told at which footing.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

__all__ = ["STEPS", "Footing", "FootingStep"]


class Footing(Enum):
    """How a party stands."""

    IN_FORCE = "in force"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"


class FootingStep(Enum):
    """What a party does about it."""

    SUSPEND = "suspend"
    RESUME = "resume"
    WITHDRAW = "withdraw"


STEPS: Final[Mapping[tuple[Footing, FootingStep], Footing]] = MappingProxyType(
    {
        (Footing.IN_FORCE, FootingStep.SUSPEND): Footing.SUSPENDED,
        (Footing.IN_FORCE, FootingStep.WITHDRAW): Footing.WITHDRAWN,
        (Footing.SUSPENDED, FootingStep.RESUME): Footing.IN_FORCE,
        (Footing.SUSPENDED, FootingStep.WITHDRAW): Footing.WITHDRAWN,
    }
)
"""What follows from a step; what is not named is no step from there."""
