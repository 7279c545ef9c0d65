"""What exists for a party at a node, and what it is shown of it.

Its own declarations exist for a party, and those of others that an arrangement leaves open, while they
stand. Nothing else does: another's declaration is not refused, it is not there. Of its own verdicts a
party sees what it was answered, word for word, never what the node knows. Whenever something of
another's is read, that is kept in the record as ``shown``: sites each time, other plans once for each
version. Left to others: who may ask at all (:mod:`keepclear.domain.access`).
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from keepclear.disclose.levels import Level, is_humanitarian, level_of
from keepclear.domain.access import Principal
from keepclear.domain.declaration import Declaration, Kind
from keepclear.errors import RuleError
from keepclear.formats.writers.geojson import features
from keepclear.formats.writers.losses import Losses
from keepclear.node.allowing import reaches
from keepclear.node.ledger import Node, opening_of
from keepclear.node.memory import Case, Memory
from keepclear.wire.entries import Shown, decode_body

__all__ = ["Page", "View", "answered", "features_of", "page", "read", "view_of"]

_LOOKED_AT_MAX: Final = 5_000
"""Declarations that one question goes through; the next page goes on from there."""
_TOLD: Final = frozenset({"answer/1", "receipt/1"})
"""What a party is told of its own declaration."""


@dataclass(frozen=True, slots=True)
class View:
    """A declaration that exists for a party."""

    subject: str
    case: Case
    own: bool

    @property
    def declaration(self) -> Declaration:
        """The version that holds."""
        return self.case.latest.declaration


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what exists for a party, in the order of its names."""

    views: tuple[View, ...]
    after: str = ""
    """Where the next page goes on; empty, where this is the last."""


def view_of(memory: Memory, who: Principal, subject: str) -> View:
    """One declaration, if it exists for the one who asks.

    Raises:
        RuleError: ``declaration.unknown``: it does not; whether it does for others is not said.
    """
    case = memory.cases.get(subject)
    if case is None or not _exists(memory, who, case):
        raise RuleError(
            "declaration.unknown",
            "nothing that you may see is declared under this name; write party and id as listed",
        )
    return View(subject, case, reaches(who, case))


def page(
    memory: Memory,
    who: Principal,
    wanted: Callable[[View], bool],
    *,
    after: str = "",
    limit: int,
    sites: bool = False,
) -> Page:
    """A page of what exists for somebody.

    Args:
        memory: What is known.
        who: For whom.
        wanted: Which of them.
        after: The name that the page before ended with.
        limit: At most so many.
        sites: With the sites of others, which are a layer of their own.
    """
    found: list[View] = []
    last = after
    looked_at = 0
    for subject in _names(memory, who.party, after):
        if looked_at == _LOOKED_AT_MAX or len(found) == limit:
            return Page(tuple(found), last)
        looked_at += 1
        last = subject
        case = memory.cases.get(subject)
        if case is None:  # its text was erased
            continue
        own = reaches(who, case)
        hidden = case.kind is Kind.SITE and not sites
        if not own and (hidden or not _exists(memory, who, case)):
            continue
        view = View(subject, case, own)
        if wanted(view):
            found.append(view)
    return Page(tuple(found))


def read(node: Node, who: Principal, views: Iterable[View]) -> None:
    """Keep in the record that somebody is about to read declarations of others.

    Raises:
        StoreError: nobody can know whether it is kept; nothing is shown.
    """
    bodies = []
    for view in views:
        version = view.case.latest.number
        seen = (who.party, view.subject, version)
        if view.own or (view.case.kind is not Kind.SITE and seen in node.memory.read):
            continue
        text = {
            "notice": "read/1",
            "by": who.mark,
            "version": version,
            "features": features_of(view),
        }
        bodies.append(
            Shown(
                subject=view.subject,
                at_us=node.now_us(),
                to=who.party,
                how="read",
                of=[view.case.mark],
                text=json.dumps(text, ensure_ascii=False, separators=(",", ":")),
            )
        )
    if bodies:
        node.save(bodies)


def features_of(view: View) -> list[dict[str, Any]]:
    """A declaration as GeoJSON, a feature for each part; where it stands in its life is beside it."""
    case = view.case
    held = {"stage": case.stage.value, "version": case.latest.number}
    found = []
    for number, feature in enumerate(features([view.declaration], Losses()), 1):
        feature["properties"] |= held
        found.append({"type": "Feature", "id": f"{view.subject}#{number}", **feature})
    return found


def answered(node: Node, view: View) -> str | None:
    """What its party was last told of the verdict on its own declaration; a receipt, or nothing."""
    for entry in reversed(node.store.history(view.subject)):
        if entry.kind != "shown" or not entry.data:
            continue
        body = decode_body(opening_of(entry).body)
        assert isinstance(body, Shown)
        told = body.to == view.declaration.party and json.loads(body.text).get("notice") in _TOLD
        if told:
            return body.text
    return None


def _names(memory: Memory, party: str, after: str) -> Iterator[str]:
    """Names of what may exist for a party, in order: its own, and of those it has agreed with."""
    parties = {party}  # under the empty name stands what came through a secretariat
    if party and not is_humanitarian(memory.arrangements.values(), party):
        for one in memory.arrangements.values():
            names = one.member_names
            parties |= names if party in names else set()
        parties |= memory.peers.keys() if party == memory.owner else set()
    found: list[str] = []
    for name in parties:
        names_of = memory.of_party.get(name) or []
        names_of.sort()  # they come nearly sorted, which costs little
        start = bisect_right(names_of, after)
        found += islice(names_of, start, start + _LOOKED_AT_MAX + 1)
    return iter(dict.fromkeys(sorted(found)))


def _exists(memory: Memory, who: Principal, case: Case) -> bool:
    if reaches(who, case):
        return True
    if case.came and case.stands and who.party == memory.owner:
        return True  # what came to this desk is what it may have of it
    owner, arrangements = case.party, memory.arrangements.values()
    level = level_of(arrangements, viewer=who.party, owner=owner, kind=case.kind)
    return bool(who.party) and case.stands and level is Level.OPEN
