"""What became of a message at one recipient: stored, acknowledged, read back, disseminated, answered.

One value for each recipient, shown side by side and never added up. Both ends keep it by the same
functions, the sender from when it sent and the recipient from when it came, so that what is overdue
alarms on both even while the line is cut. *Disseminated* is what the recipient states, and stays a
claim. Nothing here permits anything, and nobody waits for it: every overdue receipt says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from keepclear.domain.arrangement import Deadlines
from keepclear.link import bodies as b
from keepclear.link.kinds import KINDS, Urgency
from keepclear.link.message import Message, Received
from keepclear.link.read_back import Difference, differences, to_read_back

__all__ = [
    "PROCEEDING",
    "Claim",
    "Done",
    "Overdue",
    "Progress",
    "Step",
    "advance",
    "begin",
    "expected",
    "next_due_us",
    "overdue",
    "stored",
]

PROCEEDING: Final = (
    "Proceeding never depends on a receipt. That one is missing asks nobody to wait."
)
"""Beside every overdue alarm, on both ends."""


class Step(Enum):
    """How far a message got. A later one does not imply an earlier one."""

    STORED = "stored"
    """By the node."""
    ACKNOWLEDGED = "acknowledged"
    """By a role at the desk."""
    READ_BACK = "read back"
    """As it was understood, and compared."""


@dataclass(frozen=True, slots=True)
class Done:
    """Who did something, and when by this end's clock."""

    by: str
    at_us: int


@dataclass(frozen=True, slots=True)
class Claim:
    """What a recipient states to have passed on; it is shown as a claim."""

    by: str
    stated_us: int
    """As the recipient states it."""
    list_version: str
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """One message at one recipient."""

    recipient: str
    seq: int
    hash: str
    kind: str
    since_us: int
    """When it was sent, or came, by this end's clock."""
    urgency: Urgency
    drill: bool = False
    humanitarian: bool = False
    """The recipient is an aid desk: nothing is ever overdue from it."""
    places: tuple[b.Place, ...] = ()
    times_us: tuple[int, ...] = ()
    """What is to be read back."""
    stored: Done | None = None
    acknowledged: Done | None = None
    read_back: Done | None = None
    differences: tuple[Difference, ...] = ()
    """Of the last read-back; one that differs does not count as done."""
    claims: tuple[Claim, ...] = ()
    answered: tuple[tuple[str, Done], ...] = ()
    """Kinds of the messages that answer it."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """A receipt that was agreed on and has not come."""

    recipient: str
    step: Step
    due_us: int
    says: str = PROCEEDING


def begin(
    recipient: str,
    message: Received,
    now_us: int,
    *,
    humanitarian: bool = False,
    places: Iterable[b.Place] | None = None,
    times_us: Iterable[int] | None = None,
) -> Progress:
    """A message that was sent, or came, now.

    Args:
        recipient: Whose receipts these are.
        message: With its number.
        now_us: By this end's clock.
        humanitarian: Whether the recipient is an aid desk.
        places: What is to be read back, where the body only has it inside a declaration.
        times_us: Likewise.

    Raises:
        ValueError: the message cannot be understood; nothing is expected of anybody then.
    """
    said = message.message
    if said is None:
        raise ValueError("nobody owes a receipt for what cannot be understood")
    own_places, own_times = to_read_back(said.body)
    return Progress(
        recipient=recipient,
        seq=message.seq,
        hash=message.hash,
        kind=said.kind.name,
        since_us=now_us,
        urgency=said.urgency,
        drill=said.drill,
        humanitarian=humanitarian,
        places=own_places if places is None else tuple(places),
        times_us=own_times if times_us is None else tuple(times_us),
    )


def stored(progress: Progress, by: str, now_us: int) -> Progress:
    """The recipient's node has signed that it stored the message."""
    return progress if progress.stored else replace(progress, stored=Done(by, now_us))


def advance(progress: Progress, message: Message, now_us: int) -> Progress:
    """What a message of the recipient changes; nothing, where it is about something else."""
    body = message.body
    re = getattr(body, "re", None)
    if re is None or (re.seq, re.hash) != (progress.seq, progress.hash):
        return progress
    if isinstance(body, b.Refused):
        return replace(progress, answered=(*progress.answered, ("refused/1", Done("", now_us))))
    done = Done(getattr(body, "by", ""), now_us)
    if isinstance(body, b.Acknowledged):
        return progress if progress.acknowledged else replace(progress, acknowledged=done)
    if isinstance(body, b.Disseminated):
        claim = Claim(body.by, body.at_us, body.list_version or "", tuple(body.units or ()))
        return replace(progress, claims=(*progress.claims, claim))
    answered = (*progress.answered, (message.kind.name, done))
    progress = replace(progress, answered=answered, acknowledged=progress.acknowledged or done)
    if isinstance(body, b.ReadBack) or (
        isinstance(body, b.Answer) and (body.places is not None or body.times_us is not None)
    ):
        got = tuple(body.places or ()), tuple(body.times_us or ())
        found = differences((progress.places, progress.times_us), got)
        progress = replace(progress, differences=found, read_back=None if found else done)
    return progress


def overdue(progress: Progress, deadlines: Deadlines, now_us: int) -> tuple[Overdue, ...]:
    """What is late by now: at its deadline it is."""
    return tuple(
        Overdue(progress.recipient, step, due_us)
        for step, due_us in expected(progress, deadlines)
        if due_us <= now_us
    )


def next_due_us(progress: Progress, deadlines: Deadlines, now_us: int) -> int | None:
    """When something will next be late."""
    later = [due_us for _, due_us in expected(progress, deadlines) if due_us > now_us]
    return min(later, default=None)


def expected(progress: Progress, deadlines: Deadlines) -> list[tuple[Step, int]]:
    """What has not come of what is expected, and until when; nothing is of a humanitarian desk."""
    if progress.humanitarian:
        return []
    kind, since = KINDS[progress.kind], progress.since_us
    urgent = progress.urgency >= Urgency.IMMEDIATE
    within = deadlines.urgent_us if urgent else deadlines.receipt_us
    open_steps = []
    if not progress.stored:
        open_steps.append((Step.STORED, since + deadlines.urgent_us))
    if kind.acknowledge and not progress.acknowledged:
        open_steps.append((Step.ACKNOWLEDGED, since + within))
    if kind.read_back and not progress.read_back and (progress.places or progress.times_us):
        open_steps.append((Step.READ_BACK, since + deadlines.read_back_us))
    return open_steps
