"""ASTM F3548-21: operational intents, constraints and plain lists of Volume4D, as JSON.

What is read: a request to create an intent or a constraint (``extents``), their details as one
service hands them to another (``reference`` and ``details``, also wrapped in ``operational_intent``
or ``constraint``), ``volumes``, a bare list of Volume4D, and a list of any of these. An intent is
an operation, a constraint a restriction; each is one declaration.

A volume that cannot be used is refused by name and the others of its declaration are still
compared: the reading is then incomplete, and a remark names the declaration.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.declaration import Declaration, Kind, Part, State
from keepclear.errors import InputError
from keepclear.formats.members import (
    Findings,
    as_list,
    as_object,
    refuse_unwelcome_members,
    unique,
)
from keepclear.formats.reading import Reading
from keepclear.formats.text import generated_id, number, one_line, shown
from keepclear.formats.volume4d import DRAFT_NAMES, modern, volume4d

__all__ = ["DECLARATIONS_MAX", "FORMAT", "VOLUMES_MAX", "read", "recognises"]

FORMAT: Final = "f3548"
DECLARATIONS_MAX: Final = 1_000_000
VOLUMES_MAX: Final = 10_000
"""Volumes of one declaration: a ten-hour flight in pieces of four seconds."""
PRIORITY_MAX: Final = 2**31 - 1
"""The standard's priority is a whole number; services keep it in 32 bits."""

_LOST: Final = (
    "where volumes were refused: the declaration is compared without them, and a crossing with "
    "those is not found"
)
_WRAPPERS: Final = MappingProxyType(
    {"operational_intent": Kind.OPERATION, "constraint": Kind.RESTRICTION}
)
_LISTS: Final = ("extents", "volumes", "off_nominal_volumes")
_ONLY_OF_INTENTS: Final = frozenset(
    {"state", "key", "subscription_id", "new_subscription", "flight_type"}
)
"""A request with ``extents`` and none of these asks for a constraint: an intent must state its
state, and a constraint has none."""


@dataclass(frozen=True, slots=True)
class _Form:
    """One declaration as found in the file: what is said about it, and the lists of its volumes."""

    kind: Kind
    about: dict[str, Any]
    lists: dict[str, Any]


def recognises(document: Any) -> bool:
    """Whether a decoded document looks like F3548: told by its member names alone."""
    first = document[0] if isinstance(document, list) and document else document
    if not isinstance(first, dict):
        return False
    names = {DRAFT_NAMES.get(name, name) for name in first}
    return bool(
        names & {"extents", "volumes", *_WRAPPERS}
        or {"reference", "details"} <= names
        or ("volume" in names and isinstance(first["volume"], dict))
    )


def read(document: Any, *, name: str, stem: str | None = None) -> Reading:
    """The declarations of one decoded document.

    Args:
        document: Decoded JSON.
        name: The file, as sentences name it.
        stem: What generated identifiers begin with; the name, if nothing is given.

    Returns:
        A reading; whatever is wrong is refused by name, and nothing is raised for it.
    """
    findings = Findings(name)
    declarations: list[Declaration] = []
    seen: dict[str, dict[str, int]] = {}
    with findings.file():
        for place, raw, fallback in _entries(document, stem or name):
            with findings.row(place):
                declarations.extend(_declaration(raw, fallback, findings, seen))
    return findings.reading(FORMAT, declarations)


def _entries(document: Any, stem: str) -> Iterator[tuple[str, Any, str]]:
    """Every declaration of a document: its place, its JSON, and its name if it has none."""
    if isinstance(document, list) and document and all(_is_volume(raw) for raw in document):
        document = {"volumes": document}
    if not isinstance(document, list):
        yield "", document, generated_id(stem, 1)
        return
    for count, raw in enumerate(as_list(document, DECLARATIONS_MAX), 1):
        yield f"entry {count}", raw, generated_id(stem, count)


def _is_volume(raw: Any) -> bool:
    return isinstance(raw, dict) and isinstance(raw.get("volume"), dict)


def _declaration(
    raw: Any, fallback: str, findings: Findings, seen: dict[str, dict[str, int]]
) -> Iterator[Declaration]:
    """The declaration, or nothing where each of its volumes was refused."""
    form = _form(raw, findings)
    party = one_line(form.about.get("manager") or "")
    state = _state(form.about.get("state"))
    priority = _priority(form.about.get("priority"))
    refused_before = len(findings.refused)
    parts = tuple(_parts(form, findings))
    refused = len(findings.refused) - refused_before
    if not parts:
        if not refused:
            raise InputError("declaration.empty", "it has no volume; nothing could be compared")
        return
    if refused:
        findings.remark(_LOST)
    yield Declaration(
        id=unique(form.about.get("id"), fallback, seen.setdefault(party, {}), findings),
        party=party,
        kind=form.kind,
        parts=parts,
        state=state,
        priority=priority,
        where=findings.where,
    )


def _form(raw: Any, findings: Findings) -> _Form:
    outer = modern(as_object(raw), findings)
    wrapped = next((wrapper for wrapper in _WRAPPERS if outer.get(wrapper) is not None), None)
    inner = outer if wrapped is None else modern(as_object(outer[wrapped]), findings)
    if "volume" in inner:
        return _Form(Kind.OPERATION, {}, {"volumes": [inner]})
    details = modern(as_object(inner.get("details") or {}), findings)
    reference = modern(as_object(inner.get("reference") or {}), findings)
    refuse_unwelcome_members(outer, inner, details, reference)
    about = inner | details | reference
    lists = {label: about[label] for label in _LISTS if about.get(label) is not None}
    if wrapped is not None:
        kind = _WRAPPERS[wrapped]
    elif {"reference", "extents"} & inner.keys() and not about.keys() & (
        _ONLY_OF_INTENTS | {"priority", "off_nominal_volumes"}
    ):
        kind = Kind.RESTRICTION
    else:
        kind = Kind.OPERATION
    return _Form(kind, about, lists)


def _state(value: Any) -> State | None:
    if value is None:
        return None
    try:
        return State(value)
    except ValueError as error:
        known = ", ".join(state.value for state in State)
        raise InputError(
            "state.unknown", f"found {shown(value)}, expected one of {known}"
        ) from error


def _priority(value: Any) -> int:
    if value is None:
        return 0
    priority = number(value)
    if not priority.is_integer() or abs(priority) > PRIORITY_MAX:
        raise InputError("priority.range", f"found {shown(value)}, expected a whole number")
    return int(priority)


def _parts(form: _Form, findings: Findings) -> Iterator[Part]:
    for label, raw in form.lists.items():
        with findings.at(label):
            volumes = as_list(raw, VOLUMES_MAX)
        for count, volume in enumerate(volumes, 1):
            with findings.row(f"{label} {count}"):
                yield volume4d(volume, findings)
