"""What a node keeps of secrets: for each a hash, whose it is, and two times. None is ever in an entry.

Who somebody is (party, role, scopes) stands in the record and is read from there alone: a line that was
written into these values by hand opens nothing that the record does not know.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from keepclear.domain.access import Action, Principal, Role
from keepclear.node.ledger import Node
from keepclear.node.tokens import digest
from keepclear.store.base import Kept

__all__ = ["Held", "Space", "forget", "held_by", "keep", "look_up", "person_of", "program_of"]


_REMEMBERED = 4_096
"""Values that are not read anew each time: a program asks hundreds of times a second."""


class Space(Enum):
    """Kinds of what is kept."""

    PASSWORD = "password"  # noqa: S105 - the name of a kind of value
    """By mark: the hash of a person's password, and no times."""
    PROGRAM = "program"
    """A program's token: made, never used by itself."""
    INVITATION = "invitation"
    """A link that was not used yet: made, good until. Without a mark: for the first person."""
    SESSION = "session"
    """Opened, last used."""
    DEVICE = "device"
    """A browser in which somebody logged in before: made, last log-in."""


@dataclass(frozen=True, slots=True)
class Held:
    """Whose secret it is, with the two times that :class:`Space` names, microseconds of UTC."""

    mark: str
    first_us: int
    last_us: int


def look_up(node: Node, space: Space, secret: str) -> Held | None:
    """What a secret stands for, if it is one that is kept."""
    data = node.kept(space.value).get(digest(secret)) if secret else None
    return None if data is None else _read(data)


def keep(space: Space, key: str, held: Held | None) -> Kept:
    """The change that keeps a secret under its digest, or lets go of it."""
    data = None
    if held is not None:
        data = json.dumps([held.mark, held.first_us, held.last_us]).encode()
    return Kept(space.value, key, data)


def held_by(node: Node, space: Space, mark: str | None) -> dict[str, Held]:
    """All secrets of one kind by digest: those of a mark, or of everybody."""
    found = {key: _read(data) for key, data in node.kept(space.value).items()}
    return {key: held for key, held in found.items() if mark is None or held.mark == mark}


def forget(node: Node, mark: str, *spaces: Space) -> list[Kept]:
    """The changes that let go of everything of a mark in these kinds."""
    return [keep(space, key, None) for space in spaces for key in held_by(node, space, mark)]


def person_of(node: Node, mark: str) -> Principal | None:
    """The person who goes by a mark, as the record says it; nobody, where it was put out."""
    body = node.memory.people.get(mark)
    if body is None or body.only is not None:
        return None
    return Principal(body.party, Role(body.role), mark)


def program_of(node: Node, mark: str) -> Principal | None:
    """The program that goes by a mark, likewise, with its scopes."""
    body = node.memory.people.get(mark)
    if body is None or body.only is None:
        return None
    return _program(body.party, body.role, mark, tuple(body.only))


@lru_cache(_REMEMBERED)
def _program(party: str, role: str, mark: str, only: tuple[str, ...]) -> Principal:
    return Principal(party, Role(role), mark, frozenset(map(Action, only)))


@lru_cache(_REMEMBERED)
def _read(data: bytes) -> Held:
    mark, first_us, last_us = json.loads(data)
    return Held(mark, first_us, last_us)
