"""What desks say to each other: one strict struct for each kind of message, and nothing else.

Rules kept here: a member that is not listed refuses the body; there are integers and texts and no
fractions, so that a body has one spelling; places are ten-millionths of a degree on WGS84, times
microseconds since 1970-01-01T00:00Z; persons are roles. A body says all that it means: whoever acts
on a stop needs nothing that came before it. Left to others: which kinds are urgent
(:mod:`keepclear.link.kinds`), and what a desk does.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

__all__ = [
    "NO_PERMISSION",
    "TEXT_LENGTH_MAX",
    "Acknowledged",
    "Activated",
    "Amended",
    "Answer",
    "Body",
    "Contact",
    "CrossingFound",
    "Declared",
    "Delayed",
    "Disseminated",
    "Head",
    "Heartbeat",
    "Held",
    "Incident",
    "IncidentAnswer",
    "IncidentRequest",
    "LineTest",
    "LineTestAnswer",
    "Noted",
    "Notice",
    "Outside",
    "Place",
    "Query",
    "ReadBack",
    "Ref",
    "Refused",
    "Said",
    "Span",
    "Stepped",
    "Stop",
    "StopLifted",
    "Stopped",
    "Stored",
    "Withdrawn",
]

_Says = Literal[
    "Received. This is no permission, no agreement and no assurance, and nothing depends on it."
]
NO_PERMISSION: Final[_Says] = (
    "Received. This is no permission, no agreement and no assurance, and nothing depends on it."
)
"""What every receipt says of itself, under its signature."""
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
"""A name, a role, a mark: one line."""
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]
"""What a person wrote."""
TEXT_LENGTH_MAX: Final = 800_000
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=TEXT_LENGTH_MAX)]
"""A text of keepclear's own, such as the canonical JSON of a declaration."""
Whole = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
"""An integer that every reader of JSON can hold."""
Instant = Annotated[int, msgspec.Meta(ge=-(2**53) + 1, le=2**53 - 1)]
"""Microseconds since 1970-01-01T00:00Z; a double still counts them one by one."""
Hash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
"""SHA-256 in hexadecimal."""
Code = Annotated[str, msgspec.Meta(pattern=r"^[a-z]+(\.[a-z-]+)?$", max_length=60)]
"""A stable code: all that an error may tell another party."""
_RANGES_MAX: Final = 64
_FEW: Final = msgspec.Meta(max_length=_RANGES_MAX)


class Body(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """Strict on the way in, and without what is not said on the way out."""


class Ref(Body, frozen=True, kw_only=True):
    """One message of a stream."""

    seq: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
    hash: Hash
    """Of its text."""


class Place(Body, frozen=True, kw_only=True):
    """A position, and how it was written."""

    lat_e7: Annotated[int, msgspec.Meta(ge=-900_000_000, le=900_000_000)]
    lon_e7: Annotated[int, msgspec.Meta(ge=-1_800_000_000, le=1_800_000_000)]
    written: Word | None = None


class Span(Body, frozen=True, kw_only=True):
    """From its start on, until before its end; a limit that is left out is none."""

    start_us: Instant | None = None
    end_us: Instant | None = None


class Head(Body, frozen=True, kw_only=True):
    """The state of a record that the writer last saw, its own among them."""

    origin: Word
    size: Whole
    root: Hash


# --- declarations and what becomes of them ---------------------------------------------------------


class Declared(Body, frozen=True, kw_only=True):
    """A declaration, or what the arrangement lets be told of it."""

    subject: Word
    """``Party/id``, or the mark under which the reader knows it."""
    version: Whole
    what: Word
    """Operation, movement, site, restriction or area."""
    text: Text
    """Its canonical JSON, with what may be told of it and nothing else."""
    ref: Word | None = None
    """The writer's mark for it, where the subject is its name."""
    split_from: Word | None = None
    """The writer's mark for what it was a part of until now, where the reader knows that."""


class Amended(Declared, frozen=True, kw_only=True):
    """A new version of it."""

    because: Word | None = None


class Withdrawn(Body, frozen=True, kw_only=True):
    """It stands no longer."""

    subject: Word
    version: Whole
    stage: Word
    reason: Words | None = None


class Delayed(Body, frozen=True, kw_only=True):
    """Its times have moved; the old ones are kept beside the new."""

    subject: Word
    version: Whole
    old: Span
    new: Span
    text: Text
    """As in ``declared/1``."""
    ref: Word | None = None


class Held(Body, frozen=True, kw_only=True):
    """It stands still where it was to pass: it is still there, whatever its times said."""

    subject: Word
    version: Whole
    since_us: Instant
    at: Place | None = None
    until_us: Instant | None = None
    """When it is expected to go on, if anybody knows."""
    words: Words | None = None


class Activated(Body, frozen=True, kw_only=True):
    """An operation is under way inside what it declared: it has begun, or is inside again."""

    subject: Word
    version: Whole
    at_us: Instant
    """When its desk said so, by its clock."""
    ref: Word | None = None
    """As in ``declared/1``."""


class Outside(Body, frozen=True, kw_only=True):
    """An operation is outside of what it declared: others must not take its plan for where it is."""

    subject: Word
    version: Whole
    stage: Literal["Nonconforming", "Contingent"]
    """Expected back, or not."""
    at_us: Instant
    """When its desk said so, by its clock."""
    ref: Word | None = None
    """As in ``declared/1``."""


class CrossingFound(Body, frozen=True, kw_only=True):
    """The writer's node found that two declarations meet."""

    yours: Word
    your_version: Whole
    mine: Word
    """``Party/id``, or a mark."""
    my_version: Whole
    certain: bool
    span: Span
    text: Text
    """What the arrangement lets be told of it."""


class Notice(Body, frozen=True, kw_only=True):
    """What the writer's node decided to tell, word for word as its record has it."""

    notice: Word
    """The member ``notice`` of the text, such as ``notification/1``."""
    text: Text


class Stepped(Body, frozen=True, kw_only=True):
    """The writer steps down from an arrangement, or takes that back; its signature alone does it."""

    arrangement: Word
    """As messages name it."""
    step: Literal["suspend", "resume", "withdraw"]
    by: Word
    because: Words | None = None


# --- questions, answers and receipts ---------------------------------------------------------------


class ReadBack(Body, frozen=True, kw_only=True):
    """Positions and times as they were understood, in the order in which the message has them."""

    re: Ref
    by: Word
    places: Annotated[list[Place], _FEW]
    times_us: Annotated[list[Instant], _FEW]
    says: _Says


class Query(Body, frozen=True, kw_only=True):
    """Something in a message is not understood or not believed."""

    re: Ref
    by: Word
    words: Words


class Noted(Body, frozen=True, kw_only=True):
    """Somebody has taken note."""

    re: Ref
    by: Word
    says: _Says


class Contact(Body, frozen=True, kw_only=True):
    """Contact us: not everything can be written."""

    by: Word
    how: Words
    re: Ref | None = None


class Acknowledged(Body, frozen=True, kw_only=True):
    """A role at the desk has read it."""

    re: Ref
    by: Word
    at_us: Instant
    says: _Says


class Disseminated(Body, frozen=True, kw_only=True):
    """The recipient states that it passed something on: a claim, and never more than that."""

    re: Ref
    by: Word
    at_us: Instant
    list_version: Word | None = None
    units: Annotated[list[Word], _FEW] | None = None
    says: _Says


class Refused(Body, frozen=True, kw_only=True):
    """A message has its place in the stream and was not acted on."""

    re: Ref
    code: Code


class Said(Body, frozen=True, kw_only=True):
    """A fixed phrase with its slots, free words, or both."""

    phrase: Word | None = None
    slots: Annotated[list[tuple[Word, Word]], _FEW] | None = None
    words: Words | None = None
    language: Word | None = None
    re: Ref | None = None


# --- stop ------------------------------------------------------------------------------------------


class Stop(Body, frozen=True, kw_only=True):
    """Cease, hold or stay away: content first, for whoever is at the other desk."""

    asks: Literal["cease", "hold", "stay-away"]
    by: Word
    words: Words
    place: Place | None = None
    radius_m: Whole | None = None
    span: Span | None = None
    subject: Word | None = None
    """What it is about, where the reader was notified of it."""
    asked_for: Word | None = None
    """Whom the caller wanted; it is shown to everybody all the same."""


class Answer(Body, frozen=True, kw_only=True):
    """Wilco, unable, standby or roger, as the ICAO has them: roger promises nothing."""

    re: Ref
    answer: Literal["wilco", "unable", "standby", "roger"]
    by: Word
    places: Annotated[list[Place], _FEW] | None = None
    """Read back."""
    times_us: Annotated[list[Instant], _FEW] | None = None
    words: Words | None = None


class Stopped(Body, frozen=True, kw_only=True):
    """The unit confirms that it has stopped: the desk states what it was told."""

    re: Ref
    by: Word
    at_us: Instant
    unit: Word | None = None


class StopLifted(Body, frozen=True, kw_only=True):
    """Who asked for a stop takes it back."""

    mine: Ref
    because: Literal["over", "false"]
    by: Word
    words: Words | None = None


# --- incidents -------------------------------------------------------------------------------------


class Incident(Body, frozen=True, kw_only=True):
    """Something happened, as the writer states it; no finding of fault."""

    incident: Word
    by: Word
    official: bool
    certainty: Word
    words: Words
    subjects: Annotated[list[Word], _FEW] | None = None
    place: Place | None = None
    span: Span | None = None


class IncidentRequest(Body, frozen=True, kw_only=True):
    """The standard request of an inquiry."""

    incident: Word
    by: Word
    words: Words
    subjects: Annotated[list[Word], _FEW] | None = None
    span: Span | None = None


class IncidentAnswer(Body, frozen=True, kw_only=True):
    """An answer to it, with evidence where there is some."""

    re: Ref
    by: Word
    words: Words | None = None
    evidence: Text | None = None
    """A bundle of the record."""


# --- the line itself -------------------------------------------------------------------------------


class LineTest(Body, frozen=True, kw_only=True):
    """The daily test; a person answers it."""

    by: Word


class LineTestAnswer(Body, frozen=True, kw_only=True):
    """The test was heard."""

    re: Ref
    by: Word
    at_us: Instant


class Stored(Body, frozen=True, kw_only=True):
    """The node has stored everything up to the message in the line ``ack``, and what is listed here."""

    gaps: Annotated[list[tuple[Whole, Whole]], _FEW]
    """First and last number of what is missing below what came: please send it again."""
    ahead: Annotated[list[Ref], _FEW]
    """Stored beyond a gap."""
    says: _Says


class Heartbeat(Body, frozen=True, kw_only=True):
    """The writer is there: heads of records, and times from which both ends estimate their clocks."""

    heads: Annotated[list[Head], _FEW]
    your_sent_us: Instant | None = None
    """The line ``sent`` of the reader's last heartbeat, and when it arrived here."""
    arrived_us: Instant | None = None
