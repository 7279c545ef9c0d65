"""What a reader may hear of a notified site or movement, by what its party said.

A humanitarian party's word decides alone. It can say three things of a reader, and silence is one:

* *nothing said*: the reader is sent nothing. Where its own plan crosses, it sees what the arrangement
  lets it see of the shared part, and of a site the circle to stay away from: a crew that is about to
  fly into a hospital must be warned.
* *held*: the consent begins later, or was taken back, or was refused. The reader is told nothing at
  all, not even where its plan crosses; its party knows best whom it fears.
* *released*: the reader is told the fields that were named.

Of a party that signs arrangements, consent can only add to what was agreed. Left to others: what is
known of consents (the node's memory), and what is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from keepclear.domain.consent import NOTIFIED, Consent
from keepclear.domain.declaration import Declaration

__all__ = ["UNSAID", "Heard", "Hearing", "Word", "hearing_of"]


class Hearing(Enum):
    """Whether a reader is told of a notification."""

    UNSAID = "nothing was said"
    HELD = "held back"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Word:
    """What a party said of one reader; no consent is a refusal."""

    consent: Consent | None


@dataclass(frozen=True, slots=True)
class Heard:
    """What a reader may hear."""

    hearing: Hearing
    fields: tuple[str, ...] = ()
    """Where it is released."""
    release_us: int | None = None
    """When it will be, where it is held until then."""


UNSAID = Heard(Hearing.UNSAID)


def hearing_of(
    said: Declaration, word: Word | None, *, at_us: int, humanitarian: bool, begun: bool
) -> Heard:
    """What a reader may hear of a declaration.

    Args:
        said: The declaration.
        word: What its party said of the reader, of this one or of all of its kind.
        at_us: Now.
        humanitarian: Whether its party is humanitarian.
        begun: Whether the reader was told already under this very word. What has been released stays
            so when a delay moves the beginning: old times must not stand for true ones.
    """
    if said.kind not in NOTIFIED or word is None:
        return UNSAID
    held = Hearing.HELD if humanitarian else Hearing.UNSAID
    if word.consent is None:
        return Heard(held)
    release_us = word.consent.release_us(said)
    if begun or release_us is None or release_us <= at_us:
        return Heard(Hearing.RELEASED, word.consent.fields)
    return Heard(held, release_us=release_us)
