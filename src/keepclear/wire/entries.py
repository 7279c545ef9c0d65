"""The bodies of a node's entries <-> their canonical JSON: what the record holds a hash of.

A body says everything that its entry means, its subject and its time included, because the columns
beside it in the store are not covered by the record. Declarations and what was shown stand in it as the
very text that was received or sent. One spelling, as in :mod:`keepclear.wire.declaration`.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from keepclear.errors import InputError

__all__ = [
    "Acted",
    "Admitted",
    "Agreed",
    "Alarm",
    "Arranged",
    "Body",
    "Carried",
    "ClaimForm",
    "Consented",
    "CrossingForm",
    "Declared",
    "Deviated",
    "DeviationForm",
    "Enrolled",
    "Erased",
    "Expired",
    "PutOut",
    "Reported",
    "Revoked",
    "Shown",
    "Stated",
    "Stepped",
    "TollForm",
    "Verdict",
    "Voiced",
    "decode_body",
    "encode_body",
    "kind_of",
]


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Strict on the way in, and without what is not said on the way out."""


class _Entry(_Strict, frozen=True, kw_only=True, tag_field="entry"):
    """What every entry says."""

    subject: str
    """What it is about: ``Party/id``, ``arrangement/name``, ``people/mark`` or ``incident/mark``."""
    at_us: int
    """When the node took it, by its own clock."""


class Arranged(_Entry, frozen=True, kw_only=True, tag="arranged/1"):
    """An arrangement that holds from here on, as it was written."""

    text: str


class Declared(_Entry, frozen=True, kw_only=True, tag="declared/1"):
    """A version of a declaration."""

    version: int
    """From 1."""
    by: str
    """Who entered it: a role or a shift's mark, never a person's name."""
    through: str | None = None
    """Whose desk entered it, where that is not the party's own."""
    stage: str
    """Where in its life it stands now."""
    mark: str
    """How others are told of it where its id is not theirs to know; the same for all versions."""
    because: str | None = None
    """Why there is a new version, where its party did not write one: ``delayed``, ``held``,
    ``return``, ``split``."""
    split_from: tuple[str, int] | None = None
    """Subject and version of the movement that it was a part of until then."""
    text: str
    """Its canonical JSON."""
    doubts: list[str] | None = None
    """Codes of what looked wrong in it, or in the files that it came with."""
    message: str | None = None
    """The hash of the message that brought it, where it came over a line."""
    ref: str | None = None
    """How the node calls it that it came from; ``mark`` is this node's own word for it."""


class Acted(_Entry, frozen=True, kw_only=True, tag="acted/1"):
    """A step in a declaration's life."""

    act: str
    by: str
    version: int
    stage: str
    reason: str | None = None
    through: str | None = None
    """Whose desk did it, where that is not the party's own."""
    message: str | None = None
    """The hash of the message that says so, where it came over a line."""


class CrossingForm(_Strict, frozen=True, kw_only=True):
    """One crossing of the declaration that a verdict is about."""

    party: str
    id: str
    version: int
    """The other declaration, and which version of it stood."""
    kind: str
    certain: bool
    why_possible: list[str]
    minima: tuple[float, float, int]
    """Metres beside, metres of height, microseconds."""
    time_start_us: int | None
    time_end_us: int | None
    altitude_w84_m: tuple[float | None, float | None]
    horizontal_m: float
    vertical_m: float
    time_s: float
    area_m2: float | None = None
    area: dict[str, Any] | None = None


class DeviationForm(_Strict, frozen=True, kw_only=True):
    """A computed difference between what was agreed and what was declared; no finding of fault."""

    code: str
    """One of :data:`keepclear.node.judging.DEVIATIONS`."""
    arrangement: str
    agreed_us: int | None = None
    found_us: int | None = None
    area_m2: float | None = None
    side: str | None = None
    """On whose side of the dividing line."""
    party: str | None = None
    id: str | None = None
    """The other declaration, where it is about one."""


class ClaimForm(_Strict, frozen=True, kw_only=True):
    """An area of activity of another party that the one judged overlaps: claimed by both."""

    party: str
    id: str
    version: int
    area_m2: float | None = None


class Verdict(_Entry, frozen=True, kw_only=True, tag="verdict/1"):
    """What the node knew when a version began to stand."""

    version: int
    compared: int
    """Declarations that stood then, those of its own party included."""
    arrangements: list[str]
    """Name and version of those that the party is in."""
    crossings: list[CrossingForm]
    deviations: list[DeviationForm]
    not_computed: list[str]
    """What an arrangement asks for and this node could not compute."""
    claims: list[ClaimForm] | None = None


class Shown(_Entry, frozen=True, kw_only=True, tag="shown/1"):
    """What a desk was shown, word for word."""

    to: str
    how: str
    """``answer``: to the party that declared; ``notice``: handed out for sending to another."""
    of: list[str]
    """Marks of declarations of which something is in it: the reader knows them by these, too."""
    released: int | None = None
    """The version of its subject that was told by consent, where that is what it is."""
    disclosed: int | None = None
    """The version of its subject whose whole plan goes to a party by what was agreed."""
    text: str


class Alarm(_Entry, frozen=True, kw_only=True, tag="alarm/1"):
    """Something that the desks concerned must look at."""

    code: str
    party: str
    arrangement: str


class Enrolled(_Entry, frozen=True, kw_only=True, tag="enrolled/1"):
    """What is believed of a party's keys from here on."""

    root: str
    """Its root key, as text."""
    card: str
    """Its newest card, the whole note."""
    pinned: str
    """``own``, ``unverified``, ``compared`` or ``lost``."""
    by: str
    reason: str | None = None
    proof: str | None = None
    """A second note that cannot be true beside the card."""


class Agreed(_Entry, frozen=True, kw_only=True, tag="agreed/1"):
    """A signed arrangement, with the signatures that it had then."""

    note: str
    signed: list[str]
    missing: list[str]
    by: str


class Admitted(_Entry, frozen=True, kw_only=True, tag="admitted/1"):
    """Somebody or a program is let in, or invited; no secret stands here, and nobody's name."""

    mark: str
    """A shift's mark or a program's name."""
    party: str
    """For whom; empty for the desk of a secretariat."""
    role: str
    how: str
    """``invited``, ``first``, ``redeemed``, ``password`` or ``program``."""
    by: str
    """Who let it in: a mark."""
    only: list[str] | None = None
    """A program's scopes."""


class PutOut(_Entry, frozen=True, kw_only=True, tag="put-out/1"):
    """Somebody or a program is let in no more; what it did before stays."""

    mark: str
    party: str
    by: str


class Reported(_Entry, frozen=True, kw_only=True, tag="reported/1"):
    """An incident; what it names is kept for good. Its subject is ``incident/mark``."""

    party: str
    by: str
    through: str | None = None
    """Whose desk entered it, where that is not the party's own."""
    subjects: list[str]
    parties: list[str]
    span_us: tuple[int, int] | None = None
    to: list[str]
    """Parties that are told, besides the one that reports."""


class TollForm(_Strict, frozen=True, kw_only=True):
    """How many, of whom, as it was said; no upper number means *at least*."""

    category: str
    lowest: int
    highest: int | None = None


class Stated(_Entry, frozen=True, kw_only=True, tag="stated/1"):
    """What one party said about an incident."""

    number: int
    """From 1, in the order of all statements about it."""
    party: str
    by: str
    through: str | None = None
    source: str
    """``witness``, ``official`` or ``desk``."""
    office: str | None = None
    official: bool
    sure: str
    says: str
    about_us: tuple[int | None, int | None] | None = None
    tolls: list[TollForm] | None = None
    supersedes: int | None = None
    to: list[str]
    """Parties that are told, besides the one that says it."""


class Erased(_Entry, frozen=True, kw_only=True, tag="erased/1"):
    """What entries about a subject said is gone from here; their leaves stay."""

    by: str
    why: str
    """``operations`` or ``evidence``: by which time of keeping."""
    over_us: int
    """Since when what it is about was over."""
    kept_us: int
    """How long that is kept after it was over."""
    numbers: list[int]
    """Of the entries."""


class Consented(_Entry, frozen=True, kw_only=True, tag="consented/1"):
    """A recipient is told of a notification, which of its fields, and from when."""

    to: str
    kind: str | None = None
    """Every notification of this kind of the party that the subject names, instead of one."""
    fields: list[str]
    """Words of :data:`keepclear.domain.consent.RELEASES`; none: the circle alone."""
    from_us: int | None = None
    lead_us: int | None = None
    by: str
    through: str | None = None
    """Whose desk said it, where that is not the party's own."""


class Revoked(_Entry, frozen=True, kw_only=True, tag="revoked/1"):
    """From here on a recipient is told nothing; what it was shown cannot be unshown."""

    to: str
    kind: str | None = None
    by: str
    reason: str | None = None
    through: str | None = None
    """Whose desk said it, where that is not the party's own."""


class Expired(_Entry, frozen=True, kw_only=True, tag="expired/1"):
    """A site was not confirmed again in time; it stands on, as unconfirmed."""

    version: int
    since_us: int
    """When its confirmation ended, which may be before anybody looked."""


class Stepped(_Entry, frozen=True, kw_only=True, tag="stepped/1"):
    """A party has stepped down from an arrangement, or taken that back, by its own signature alone.

    The message that it signed is an entry of its own (``carried``) at each desk on a line.
    """

    name: str
    """Of the arrangement."""
    version: int
    party: str
    footing: str
    """How it stands from here on: ``in force``, ``suspended``, ``withdrawn``."""
    by: str
    because: str | None = None


class Deviated(_Entry, frozen=True, kw_only=True, tag="deviated/1"):
    """Something agreed with a peer was not done in time, as this end reckons it. Nothing depends on it.

    Its subject is the line, as in ``carried``.
    """

    code: str
    """``receipt.overdue``, ``urgent.overdue``, ``read-back.overdue``, ``test.missed``."""
    party: str
    """Who is late; empty for a line test, which is for both."""
    arrangement: str
    """By which it was agreed, as messages name it."""
    due_us: int
    """Until when, or at which hour."""
    about: str | None = None
    """The hash of the message."""


class Carried(_Entry, frozen=True, kw_only=True, tag="carried/1"):
    """A note of the line to a peer, as it was signed. Its subject is ``line/`` and the peer's key."""

    how: str
    """``sent``, ``received``; ``receipt``: outside the stream; ``evidence``: it cannot be right."""
    seq: int
    hash: str
    """Of its text."""
    note: str


class Voiced(_Entry, frozen=True, kw_only=True, tag="voiced/1"):
    """Something that was said over a telephone; its subject is ``voice/`` and the other party."""

    how: str
    """``said`` by this desk, ``heard`` from the other; or a step of the call: ``dialled``,
    ``answered``, ``asked-for``, ``held``, ``hung-up``; or what was said of a stop: ``wilco``,
    ``unable``, ``standby``, ``roger``, ``stopped``, ``lifted``, ``false``."""
    by: str
    line: str | None = None
    """What was said, as the line that is keyed in."""
    words: str | None = None
    """Words over it, for both desks to compare."""
    who: str | None = None
    """The role that answered, or that was asked for; never a name."""
    about: str | None = None
    """Which stop, as :func:`keepclear.node.calls.digest` names it."""


Body = (
    Arranged
    | Declared
    | Acted
    | Verdict
    | Shown
    | Alarm
    | Enrolled
    | Agreed
    | Admitted
    | PutOut
    | Reported
    | Stated
    | Erased
    | Consented
    | Revoked
    | Expired
    | Stepped
    | Deviated
    | Carried
    | Voiced
)
_KINDS: Final[dict[type, str]] = {
    Arranged: "arranged",
    Declared: "declared",
    Acted: "acted",
    Verdict: "verdict",
    Shown: "shown",
    Alarm: "alarm",
    Enrolled: "enrolled",
    Agreed: "agreed",
    Admitted: "admitted",
    PutOut: "put-out",
    Reported: "reported",
    Stated: "stated",
    Erased: "erased",
    Consented: "consented",
    Revoked: "revoked",
    Expired: "expired",
    Stepped: "stepped",
    Deviated: "deviated",
    Carried: "carried",
    Voiced: "voiced",
}
_decoder: Final = msgspec.json.Decoder(Body)


def kind_of(body: Body) -> str:
    """What the store calls an entry with this body."""
    return _KINDS[type(body)]


def encode_body(body: Body) -> bytes:
    """The canonical bytes of a body."""
    return msgspec.json.encode(body)


def decode_body(data: bytes) -> Body:
    """The body that canonical bytes stand for.

    Raises:
        InputError: ``wire.form``, ``wire.spelling``.
    """
    try:
        body: Body = _decoder.decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise InputError("wire.form", f"this is no entry of a node: {error}") from None
    if encode_body(body) != data:
        raise InputError("wire.spelling", "an entry has one spelling, and this is another")
    return body
