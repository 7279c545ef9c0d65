"""How long what a node keeps is kept: a table, and one calculation by it.

Entries stay in the record for good, as hashes. What they say is erased when its time is over:

* while a declaration is in force, and as long as it can still be changed, nothing of it is erased;
* what another party declared goes when the arrangement says (24 hours after it was over);
* what a node found and showed is evidence, and so is what the desk that holds the node declared itself;
  a secretariat, which is nobody's other party, keeps all as evidence;
* what an incident names is never erased.

Times are the node's clock; being late is harmless here, being early is not. Left to others: erasing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from keepclear.domain.arrangement import Retention
from keepclear.domain.units import MICROSECONDS
from keepclear.domain.window import Window

__all__ = [
    "KEPT_AS",
    "REPLIES_US",
    "Keeping",
    "Lifetime",
    "Whose",
    "due_us",
    "is_frozen",
    "keeping_of",
]

_DAY_US: Final = 86_400 * MICROSECONDS
REPLIES_US: Final = _DAY_US
"""How long an answer is kept for somebody who asks again with the same key."""


class Whose(Enum):
    """Whose declaration it is, seen from the node."""

    OWN = "own"
    """Of the party whose node it is."""
    ANOTHERS = "another's"
    MANY = "many"
    """At a secretariat's node, which serves them all."""


class Keeping(Enum):
    """Until when something is kept."""

    OPERATIONS = "operations"
    """As long as the arrangement says after it was over."""
    EVIDENCE = "evidence"
    """For the evidence period after it was over."""
    ALWAYS = "always"
    """It names no plan, or is an incident."""


PLAN: Final = "plan"
"""Every kind of entry about a declaration that is not named below: what was declared and done."""
_ALL_EVIDENCE: Final = MappingProxyType(dict.fromkeys(Whose, Keeping.EVIDENCE))
_ALWAYS: Final = MappingProxyType(dict.fromkeys(Whose, Keeping.ALWAYS))
KEPT_AS: Final[Mapping[str, Mapping[Whose, Keeping]]] = MappingProxyType(
    {
        PLAN: MappingProxyType(
            {
                Whose.OWN: Keeping.EVIDENCE,
                Whose.ANOTHERS: Keeping.OPERATIONS,
                Whose.MANY: Keeping.EVIDENCE,
            }
        ),
        "verdict": _ALL_EVIDENCE,
        "shown": _ALL_EVIDENCE,
        "consented": _ALL_EVIDENCE,
        "revoked": _ALL_EVIDENCE,
        "expired": _ALL_EVIDENCE,
        "alarm": _ALWAYS,
        "arranged": _ALWAYS,
        "enrolled": _ALWAYS,
        "agreed": _ALWAYS,
        "stepped": _ALWAYS,
        "deviated": _ALWAYS,
        "admitted": _ALWAYS,
        "put-out": _ALWAYS,
        "carried": _ALWAYS,
        "voiced": _ALWAYS,
        "reported": _ALWAYS,
        "stated": _ALWAYS,
        "erased": _ALWAYS,
    }
)
"""By kind of entry, then by whose declaration it is about."""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """From when to when something was in force or spoken of."""

    start_us: int
    """Of its first entry, or of its first volume where that is earlier."""
    over_us: int | None
    """Since when it is over; nothing, while it stands or can still be changed."""
    last_us: int
    """Of its last entry."""


def keeping_of(entry_kind: str, whose: Whose) -> Keeping:
    """What an entry about a declaration is kept as."""
    return KEPT_AS.get(entry_kind, KEPT_AS[PLAN])[whose]


def due_us(keeping: Keeping, life: Lifetime, retention: Retention) -> int | None:
    """From when something may be erased; nothing, where that is never or not known yet.

    Never before a day has passed since the last entry: budgets count over a day what was declared.
    Evidence is never shorter than the plan that it is about.
    """
    if keeping is Keeping.ALWAYS or life.over_us is None:
        return None
    kept_us = retention.operations_us
    if keeping is Keeping.EVIDENCE:
        kept_us = max(kept_us, retention.evidence_us)
    return max(life.over_us, life.last_us) + max(kept_us, _DAY_US)


def is_frozen(subject: str, life: Lifetime, named: Iterable[str], spans: Iterable[Window]) -> bool:
    """Whether an incident names it: by itself, or by a span within which it was in force or spoken of.

    Args:
        subject: ``Party/id``.
        life: Its lifetime; both ends belong to it.
        named: Subjects that incidents name.
        spans: Spans that incidents name; both ends belong to them, because keeping more is harmless.
    """
    if subject in named:
        return True
    end_us = None if life.over_us is None else max(life.over_us, life.last_us)
    return any(
        (span.end_us is None or life.start_us <= span.end_us)
        and (span.start_us is None or end_us is None or span.start_us <= end_us)
        for span in spans
    )
