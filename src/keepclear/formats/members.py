"""Members of decoded JSON, read by name and type, so that every refusal says where it stands.

Used by the readers of standards that are written in JSON; nothing here knows a standard. Places are
told from the outside in and counted from 1, as people count: ``plan.json extents 3 time_end``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from keepclear.domain.declaration import Declaration
from keepclear.domain.window import parse_instant
from keepclear.errors import InputError, Refusal
from keepclear.formats.reading import Reading
from keepclear.formats.remarks import Remarks
from keepclear.formats.schema import refuse_unwelcome
from keepclear.formats.text import one_line, shown

__all__ = [
    "Findings",
    "as_instant",
    "as_list",
    "as_object",
    "member",
    "refuse_unwelcome_members",
    "unique",
]


class Findings:
    """What the reader of one file has to say: refusals and remarks, each with its place."""

    def __init__(self, name: str) -> None:
        self.remarks = Remarks(name, "place")
        self.refused: list[Refusal] = []
        self._name = name

    @property
    def where(self) -> str:
        """The place being read now, the file first."""
        return f"{self._name} {self.remarks.row}".strip()

    @contextmanager
    def at(self, place: str) -> Iterator[None]:
        """Read something one level further in; errors that leave it carry the place.

        Nothing further in is named by the empty text.
        """
        outer = self.remarks.row
        self.remarks.row = f"{outer} {place}".strip()
        try:
            yield
        except InputError as error:
            raise error.inside(place) from None
        finally:
            self.remarks.row = outer

    @contextmanager
    def row(self, place: str) -> Iterator[None]:
        """Read something that may be refused on its own: the refusal is listed, and no more."""
        try:
            with self.at(place):
                yield
        except InputError as error:
            self.refused.append(Refusal.of(error.inside(self.where)))

    @contextmanager
    def file(self) -> Iterator[None]:
        """Read the whole: what leaves it is the file's own fault, and is listed."""
        try:
            yield
        except InputError as error:
            self.refused.append(Refusal.of(error.inside(self.where)))

    def remark(self, remark: str) -> None:
        """Say that something was understood, but should be looked at; reads on after "1 place"."""
        self.remarks.add(remark)

    def reading(self, format_: str, declarations: Iterable[Declaration]) -> Reading:
        """Everything that came out of the file."""
        return Reading(format_, tuple(declarations), tuple(self.refused), self.remarks.sentences())


def as_object(value: object) -> dict[str, Any]:
    """A JSON object.

    Raises:
        InputError: ``object.expected``.
    """
    if not isinstance(value, dict):
        raise InputError("object.expected", f"found {shown(value)}, expected an object")
    return value


def as_list(value: object, most: int) -> list[Any]:
    """A JSON list with at most so many items.

    Raises:
        InputError: ``list.expected``, ``list.too-many``.
    """
    if not isinstance(value, list):
        raise InputError("list.expected", f"found {shown(value)}, expected a list")
    if len(value) > most:
        raise InputError(
            "list.too-many",
            f"found {len(value):,} items, expected at most {most:,}; split the file",
        )
    return value


def as_instant(value: object) -> int:
    """A date and time with its offset, as microseconds since 1970-01-01T00:00Z.

    Raises:
        InputError: ``time.unreadable``, ``time.no-offset``.
    """
    if not isinstance(value, str):
        raise InputError(
            "time.unreadable",
            f"found {shown(value)}, expected a date-time such as '2015-11-20T06:30:00Z'",
        )
    return parse_instant(value)


def member(owner: Mapping[str, Any], name: str) -> Any:
    """A member that must be there; null counts as missing.

    Raises:
        InputError: ``member.missing``.
    """
    value = owner.get(name)
    if value is None:
        raise InputError("member.missing", f"the member {name!r} is missing")
    return value


def refuse_unwelcome_members(*owners: object) -> None:
    """Refuse what keepclear must not carry, whatever format it comes in; only objects have members.

    Raises:
        InputError: ``schema.refused``.
    """
    for owner in owners:
        if isinstance(owner, dict):
            for name, value in owner.items():
                refuse_unwelcome(name, value)


def unique(stated: Any, fallback: str, seen: dict[str, int], findings: Findings) -> str:
    """The identifier as stated; a further declaration under the same one is kept, and told apart.

    Args:
        stated: The identifier in the file; null where it has none.
        fallback: Taken where it has none, or none that can be shown.
        seen: How often the file has used each so far; extended.
        findings: Receives a remark where the file's own identifier was not taken as it is.
    """
    name = fallback
    if stated is not None:
        try:
            name = one_line(stated) or fallback
        except InputError:
            findings.remark("with an identifier that cannot be shown: named after the file")
    while name in seen:
        findings.remark(
            "with an identifier that was used before: both are compared, the later one as "
            "'identifier (2)'"
        )
        seen[name] += 1
        name = f"{name} ({seen[name]})"
    seen[name] = 1
    return name
