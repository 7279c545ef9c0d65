"""The door: every check on every declaration, worst first.

Pure: the same declarations and the same context give the same findings in the same order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from keepclear.domain.declaration import Declaration, Kind
from keepclear.domain.finding import Finding, Severity
from keepclear.domain.gazetteer import folded
from keepclear.integrity.admin import ADMIN_FIELDS, AdminMap
from keepclear.integrity.context import Context
from keepclear.integrity.defaults import default_findings
from keepclear.integrity.duplicates import duplicate_findings
from keepclear.integrity.evidence import Evidence
from keepclear.integrity.heights import height_findings
from keepclear.integrity.lists import list_slips
from keepclear.integrity.others import OTHERS_MIN, List, Others
from keepclear.integrity.places import Place, places_of
from keepclear.integrity.precision import precision_findings
from keepclear.integrity.second import second_writings
from keepclear.integrity.speed import speed_finding
from keepclear.integrity.times import past_findings
from keepclear.integrity.weigh import weigh
from keepclear.integrity.words import words_about

__all__ = ["ORDER", "examine", "worst_first"]

ORDER: Final = (Severity.WRONG, Severity.DOUBT, Severity.NOTE)
"""Worst first."""
_IN_A_LIST: Final = frozenset({Kind.SITE, Kind.OPERATION, Kind.MOVEMENT})
"""Kinds whose places are compared with the party's others of the same kind."""


def examine(declarations: Sequence[Declaration], context: Context) -> tuple[Finding, ...]:
    """Everything that looks wrong in some declarations.

    Args:
        declarations: Those of all parties; each party's own are compared with each other.
        context: What else is known. What is not given is not looked at.
    """
    by_declaration = [places_of(declaration) for declaration in declarations]
    # one by itself is in no list
    lists = _Lists(by_declaration if len(by_declaration) > 1 else ())
    admin = AdminMap(context.admin, context.bounds) if context.admin is not None else None
    found: list[Finding] = []
    for declaration, places in zip(declarations, by_declaration, strict=True):
        for place in places:
            found += _about(place, context, admin, lists)
        speed = speed_finding(declaration, context.bounds)
        found += [speed] if speed is not None else []
        found += height_findings(declaration)
    for what, whole in lists.whole():
        found += list_slips(whole, what)
    for sites in lists.sites():
        found += duplicate_findings(sites, context.bounds)
    if context.now_us is not None:
        found += past_findings(declarations, context.now_us)
    return worst_first(found)


def worst_first(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """By severity; within one in the order found."""
    return tuple(sorted(findings, key=lambda finding: ORDER.index(finding.severity)))


def _about(
    place: Place, context: Context, admin: AdminMap | None, lists: _Lists
) -> Iterator[Finding]:
    """Everything about one place."""
    defaults = tuple(default_findings(place, context))
    yield from defaults
    if any(finding.severity is Severity.WRONG for finding in defaults):
        return  # there is no position to be looked at
    yield from precision_findings(place, context.bounds)
    evidence: list[Evidence] = list(second_writings(place, context.bounds))
    if place.lone and place.declaration.description and context.gazetteer is not None:
        words, notes = words_about(place, context.gazetteer, context.bounds)
        evidence += words
        yield from notes
    if place.lone and admin is not None:
        evidence += admin.evidence(place)
        unknown = admin.unknown(place)
        if unknown is not None:
            yield unknown
    if any(one.contradicts(place.position) for one in evidence) or lists.suspects(place):
        evidence += lists.evidence(place)
    if evidence:
        yield from weigh(place, evidence)


class _Lists:
    """Each party's places by kind, and within them by admin area."""

    def __init__(self, by_declaration: Sequence[Sequence[Place]]) -> None:
        grouped: dict[tuple[str, Kind, str], list[Place]] = {}
        for places in by_declaration:
            # one place stands for a declaration: a route is no list
            if places and places[0].declaration.kind in _IN_A_LIST:
                first = places[0]
                party, kind = first.declaration.party, first.declaration.kind
                grouped.setdefault((party, kind, ""), []).append(first)
                area = _area(first.declaration)
                if area:
                    grouped.setdefault((party, kind, area), []).append(first)
        self._places: Final = grouped
        self._of: Final[dict[int, list[List]]] = {}
        self._suspects: Final[set[int]] = set()
        for (party, kind, area), places in grouped.items():
            if len(places) < OTHERS_MIN:
                continue  # measuring it would take longer than all else, and say nothing
            self._add(List(places, _what(party, kind, area)), places)

    def _add(self, made: List, places: Sequence[Place]) -> None:
        if made.enough:
            for place in places:
                self._of.setdefault(id(place), []).append(made)
            self._suspects.update(id(places[row]) for row in made.suspects())

    def suspects(self, place: Place) -> bool:
        """Whether it is worth asking the others about it."""
        return id(place) in self._suspects

    def evidence(self, place: Place) -> list[Others]:
        """What each of its lists says about it."""
        return [Others(place, made) for made in self._of.get(id(place), ())]

    def whole(self) -> Iterator[tuple[str, list[Place]]]:
        """Each party's places of one kind, and how a sentence names them."""
        for (party, kind, area), places in self._places.items():
            if not area:
                yield _what(party, kind, area), places

    def sites(self) -> Iterator[list[Place]]:
        """Each party's sites."""
        for (_, kind, area), places in self._places.items():
            if kind is Kind.SITE and not area:
                yield places


def _area(declaration: Declaration) -> str:
    told = dict(declaration.notice)
    return next((folded(told[name]) for name in ADMIN_FIELDS if told.get(name)), "")


def _what(party: str, kind: Kind, area: str) -> str:
    whose = f"{party}'s " if party else "the "
    return f"{whose}{kind.value}s" + (f" in {area}" if area else "")
