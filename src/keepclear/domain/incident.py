"""Incidents as values: what was reported, and what somebody said about it, with how sure.

Nothing here is a fact. A statement is what one party said at one time; what it says later stands beside
it and names which it takes the place of. A toll is as it was said, with its statement, and is never
added up. There is no place for names of persons, nor for whose fault it was. Left to others: who sees
what (the node), and the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from keepclear.domain.units import MICROSECONDS
from keepclear.domain.window import Window
from keepclear.errors import InputError

__all__ = ["Concern", "Source", "Statement", "Sureness", "Toll"]

SPAN_US_MAX: Final = 31 * 86_400 * MICROSECONDS
"""What a span names is kept for good; a longer one is a wish to keep everything."""
SUBJECTS_MAX: Final = 100
PARTIES_MAX: Final = 100
TOLLS_MAX: Final = 20
NUMBER_MAX: Final = 10_000_000
SAYS_MAX: Final = 2_000
"""Characters: an incident is read at night, and a report of inquiry is another document."""
OFFICE_MAX: Final = 100
CATEGORY_MAX: Final = 60


class Source(Enum):
    """In which role somebody says something."""

    WITNESS = "witness"
    """Was there, or saw it from afar."""
    OFFICIAL = "official"
    """Speaks for an authority that names itself."""
    DESK = "desk"
    """Passes on what it was told."""


class Sureness(Enum):
    """How sure it is, in the words of whoever says it; nothing is calculated from them."""

    CONFIRMED = "confirmed"
    GREAT_POSSIBILITY = "great possibility"
    POSSIBLE = "possible"
    UNCONFIRMED = "unconfirmed"
    """It was said, and nobody has looked."""
    DENIED = "denied"
    """Whoever says this says that it was not so."""


@dataclass(frozen=True, slots=True)
class Toll:
    """How many, of whom, as it was said.

    Raises:
        InputError: ``toll.category``, ``toll.number``.
    """

    category: str
    """In the words of whoever says it, such as ``wounded``; never a name."""
    lowest: int
    highest: int | None
    """The same as ``lowest`` where one number was said; nothing where it was *at least*."""

    def __post_init__(self) -> None:
        _text(self.category, "toll.category", CATEGORY_MAX, "the category of a toll")
        top = self.lowest if self.highest is None else self.highest
        if not 0 <= self.lowest <= top <= NUMBER_MAX:
            raise InputError(
                "toll.number",
                f"found {self.lowest} to {self.highest} {self.category[:20]!r}; expected the lower "
                f"number first, each from 0 to {NUMBER_MAX:,}",
            )

    def __str__(self) -> str:
        if self.highest is None:
            return f"{self.category}: at least {self.lowest:,}"
        if self.highest == self.lowest:
            return f"{self.category}: {self.lowest:,}"
        return f"{self.category}: {self.lowest:,} to {self.highest:,}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What somebody says about an incident.

    Raises:
        InputError: ``statement.says``, ``statement.office``, ``statement.tolls``.
    """

    says: str
    source: Source
    sure: Sureness
    official: bool = False
    """Whether it is given out as an official statement."""
    office: str = ""
    """The office that said it, where a desk passes it on; never a person."""
    about: Window | None = None
    """When what it speaks of happened."""
    tolls: tuple[Toll, ...] = ()
    supersedes: int | None = None
    """The number of an earlier statement of the same party that it takes the place of."""
    to: tuple[str, ...] | None = None
    """Who alone is told; nothing said: whoever the incident is told to."""

    def __post_init__(self) -> None:
        _text(self.says, "statement.says", SAYS_MAX, "what is said", lines=True)
        if self.office:
            _text(self.office, "statement.office", OFFICE_MAX, "the office that said it")
        if len(self.tolls) > TOLLS_MAX:
            raise InputError("statement.tolls", f"found more than {TOLLS_MAX} tolls; say fewer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """What an incident names; the declarations and whatever lies in the span are kept for good.

    Raises:
        InputError: ``incident.names``, ``incident.span``.
    """

    subjects: tuple[str, ...] = ()
    """Declarations: one's own by ``Party/id``, another's by the mark that stands for it."""
    parties: tuple[str, ...] = ()
    """Parties that it concerns, besides those of the declarations; nothing of theirs is kept."""
    span: Window | None = None
    """Everything that was kept or in force within it."""

    def __post_init__(self) -> None:
        if len(self.subjects) > SUBJECTS_MAX or len(self.parties) > PARTIES_MAX:
            raise InputError(
                "incident.names",
                f"found more than {SUBJECTS_MAX} declarations or {PARTIES_MAX} parties; report the "
                "rest as another incident",
            )
        if not (self.subjects or self.parties or self.span):
            raise InputError(
                "incident.names", "it names nothing; say which declarations, parties or times"
            )
        if self.span is None:
            return
        start_us, end_us = self.span.start_us, self.span.end_us
        if start_us is None or end_us is None or end_us - start_us > SPAN_US_MAX:
            raise InputError(
                "incident.span",
                "a span has a start and an end, at most 31 days apart: what it names is kept for good",
            )


def _text(value: str, code: str, longest: int, what: str, *, lines: bool = False) -> None:
    shown = value.replace("\n", " ") if lines else value
    if not value.strip() or len(value) > longest or not shown.isprintable():
        raise InputError(
            code,
            f"{what} is empty, has more than {longest:,} characters, or holds control characters; "
            "write it in plain words",
        )
