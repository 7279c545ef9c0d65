"""Which declarations a sentence speaks of: said below it, like another above, or in a file beside it.

Left to others: how details become a declaration (``declared``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from keepclear.domain.declaration import Declaration, Kind
from keepclear.errors import InputError
from keepclear.formats.scenarios.declared import SHAPES, declared, declared_in
from keepclear.formats.scenarios.draft import Draft
from keepclear.formats.scenarios.forms import DECLARED
from keepclear.formats.scenarios.matching import Known, did_you_mean

__all__ = ["declarations_of"]

_DECLARING: Final = frozenset({"declare", "amend", "check", "suppose"})
"""Forms whose details say what is declared."""


def declarations_of(
    form: str, slots: dict[str, Any], details: dict[str, tuple[Any, ...]], reading: Draft
) -> tuple[Declaration, ...]:
    """What a sentence declares, amends, checks or supposes; nothing, where it does none of that.

    Args:
        form: The name of its form.
        slots: What stands in its places.
        details: What stands below it.
        reading: What was read above; what is declared now is known from here on.

    Raises:
        InputError: it cannot be declared so, or not under this name.
    """
    known = reading.known
    if form == "declare-file":
        return _from_file(reading, slots, details)
    if form == "split":
        known.declared[f"{slots['party']}/{slots['new']}"] = Kind.MOVEMENT.value
    if form not in _DECLARING:
        return ()
    subject = f"{slots['party']}/{slots['id']}"
    kind = known.declared.get(subject) if form == "amend" else slots["kind"]
    if kind is None:
        raise InputError("scenario.unknown", f"{subject} was not declared above")
    said = _like(reading, slots["party"], details)
    declaration = declared(slots["party"], kind, slots["id"], said)
    if form in {"declare", "suppose"}:
        _is_new(known, subject, form)
    if form == "declare":
        known.declared[subject] = kind
    reading.said[subject] = said
    return (declaration,)


def _from_file(
    reading: Draft, slots: dict[str, Any], details: dict[str, tuple[Any, ...]]
) -> tuple[Declaration, ...]:
    """What a file declares; nothing, where it is to be refused as its reader refuses it."""
    only, file = next(iter(details.get("only", ([],)))), slots["file"]
    try:
        several = declared_in(slots["party"], reading.beside(file), file, only)
    except InputError as error:
        if error.code not in details.get("refused", ()):
            raise
        slots["says"] = str(error)
        return ()
    for one in several:
        reading.known.declared[f"{one.party}/{one.id}"] = one.kind.value
    return several


def _like(
    reading: Draft, party: str, details: Mapping[str, tuple[Any, ...]]
) -> dict[str, tuple[Any, ...]]:
    """What is declared: as another declaration above, where it says so, but for what it says itself."""
    own = {name: value for name, value in details.items() if name in DECLARED}
    if "like" not in details:
        return own
    name = details["like"][0]
    subject = name if "/" in name else f"{party}/{name}"
    if subject not in reading.said:
        raise InputError(
            "scenario.unknown",
            f"{subject} was not declared in sentences above" + did_you_mean(subject, reading.said),
        )
    other = reading.said[subject]
    drawn_anew = any(name in SHAPES for name in own)
    kept = {k: v for k, v in other.items() if not (drawn_anew and k in SHAPES)}
    return kept | own


def _is_new(known: Known, subject: str, form: str) -> None:
    """That what is declared was not only supposed, nor the other way round, under one name."""
    if form == "suppose":
        if subject in known.declared:
            raise InputError(
                "scenario.twice", f"{subject} is declared above; call what is supposed otherwise"
            )
        known.supposed.append(subject)
        return
    if subject in known.supposed:
        raise InputError("scenario.twice", f"{subject} is only supposed above; call it otherwise")
