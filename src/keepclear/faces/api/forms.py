"""The forms that requests and answers have: what is not in them is refused, and is never sent.

Times are text in RFC 3339 with an offset. A declaration is in the form of
:mod:`keepclear.wire.forms`, lengths in metres and times in microseconds, as the record holds it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from keepclear.wire.forms import DeclarationForm

__all__ = [
    "Answered",
    "ArrangementForm",
    "ArrangementText",
    "Arrangements",
    "Features",
    "Held",
    "Items",
    "Link",
    "ListQuery",
    "Notice",
    "NoticeQuery",
    "Notices",
    "Set",
    "Step",
    "Told",
    "VersionForm",
    "Versions",
    "Who",
]

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Text = Annotated[str, msgspec.Meta(max_length=2_000)]
KindName = Literal["operation", "movement", "site", "restriction", "area"]
Count = Annotated[int, msgspec.Meta(ge=1, le=1_000)]
Number = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class In(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is sent to a node; unknown members are refused."""


class Out(msgspec.Struct, frozen=True):
    """What a node answers."""


class Link(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where something else is."""

    href: str
    rel: str
    type: str | None = None
    title: str | None = None


# declarations


class ListQuery(In, frozen=True):
    """Which declarations, and from where on."""

    limit: Count = 100
    """Declarations; one with several parts is several features."""
    cursor: Annotated[str, msgspec.Meta(max_length=1_000)] | None = None
    """As the page before gave it."""
    bbox: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    """West,south,east,north in degrees; west above east where it holds the antimeridian."""
    party: Name | None = None
    kind: KindName | None = None
    datetime: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    """An instant, or two with a slash between; ``..`` for no limit."""


class Features(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A FeatureCollection (RFC 7946)."""

    type: Literal["FeatureCollection"]
    features: list[dict[str, Any]]
    next: str | None = None
    """Cursor of the next page; a page may be short, and even empty, before the last."""


class Held(Out, frozen=True):
    """A declaration as it stands now."""

    party: str
    id: str
    kind: str
    stage: str
    """Where in its life it is."""
    stands: bool
    """Whether it is compared with others."""
    version: int
    own: bool
    declaration: DeclarationForm
    told_by: list[dict[str, Any]] = []
    """Crossings of one's own that other nodes found and told of over a line; their word, not ours."""


class VersionForm(Out, frozen=True):
    """One version of a declaration."""

    version: int
    at: str
    by: str
    """The mark of who entered it."""
    declaration: DeclarationForm


class Versions(Out, frozen=True):
    """All versions, the first one first."""

    versions: list[VersionForm]


class Told(Out, frozen=True):
    """What the party was last told of the verdict on its declaration; a receipt, where it notifies."""

    told: dict[str, Any]


class Answered(Out, frozen=True):
    """What became of a request."""

    subject: str
    """Party and id."""
    version: int
    stage: str
    number: int | None
    """Of its first entry in the record; nothing, where nothing was kept anew."""
    shown: list[dict[str, Any]]
    """What its party was shown, word for word as the record has it."""
    again: bool
    """It was answered before, or changes nothing."""


class Step(In, frozen=True):
    """A step in the life of a declaration."""

    act: Literal[
        "submit",
        "confirm",
        "activate",
        "leave",
        "lose",
        "return",
        "complete",
        "end",
        "withdraw",
        "remove",
    ]
    reason: Text = ""
    """Must be said to withdraw and to remove."""


# arrangements


class ArrangementText(In, frozen=True):
    """An arrangement as it is written, in TOML."""

    text: Annotated[str, msgspec.Meta(max_length=1_000_000)]


class ArrangementForm(msgspec.Struct, frozen=True, omit_defaults=True):
    """An arrangement that holds."""

    name: str
    version: int
    members: list[str]
    notified: list[str] | None = None
    text: str | None = None
    """As it was written; not for a party that only notifies."""


class Arrangements(Out, frozen=True):
    """Arrangements that hold."""

    arrangements: list[ArrangementForm]


class Set(Out, frozen=True):
    """An arrangement was set."""

    subject: str
    version: int
    number: int
    """Of its entry in the record."""
    again: bool
    """It was answered before."""


# what was shown


class NoticeQuery(In, frozen=True):
    """Which notices."""

    after: Number = 0
    """The entry that the page before ended with."""


class Notice(Out, frozen=True):
    """Something that the party was shown."""

    number: int
    at: str
    how: str
    shown: dict[str, Any]


class Notices(Out, frozen=True):
    """What a party was shown, in order."""

    notices: list[Notice]
    after: int
    """Where the next page goes on; equal to ``size`` when there is no more."""
    size: int
    """Entries of the record now."""


# who asks


class Who(Out, frozen=True):
    """The one who asks."""

    party: str
    role: str
    mark: str
    may: list[str]


# OGC API Features


class Items(msgspec.Struct, frozen=True, kw_only=True):
    """A FeatureCollection with its links."""

    type: Literal["FeatureCollection"]
    features: list[dict[str, Any]]
    links: list[Link]
    numberReturned: int  # noqa: N815 - the standard's name
    timeStamp: str  # noqa: N815 - the standard's name
