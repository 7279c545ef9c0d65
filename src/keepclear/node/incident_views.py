"""An incident as somebody may see it: every statement with who said it, none of them as a fact.

A reader sees the statements that were told to it, and the declarations that are named as far as it
knows them: its own by their id, others by party, and by the mark it was shown. Whoever holds the folder
(no reader) sees all. Tolls stand with their statements; nothing here adds them up or picks one.
"""

from __future__ import annotations

from typing import Any

from keepclear.domain.window import format_instant
from keepclear.node.memory import Incident, Memory
from keepclear.wire.entries import Stated

__all__ = ["seen_statement", "view"]


def view(memory: Memory, incident: Incident, reader: str | None) -> dict[str, Any]:
    """An incident for one reader.

    Args:
        memory: What is known.
        incident: One that this reader may see.
        reader: A party; nothing, for whoever holds the folder.
    """
    said = incident.reported
    own = reader in {None, said.party}
    span = said.span_us
    concerns: dict[str, Any] = {
        "declarations": [_named(memory, one, reader) for one in said.subjects],
        "parties": said.parties,
        "span": None if span is None else [format_instant(limit) for limit in span],
    }
    reported = {"party": said.party, "by": said.by, "at": format_instant(said.at_us)}
    if said.through is not None:
        reported["through"] = said.through
    told: dict[str, Any] = {"incident": said.subject, "reported": reported, "concerns": concerns}
    if own:
        told["to"] = said.to
    told["statements"] = [
        seen_statement(incident, one, reader)
        for one in incident.statements
        if _is_seen(one, reader)
    ]
    return told


def seen_statement(incident: Incident, said: Stated, reader: str | None) -> dict[str, Any]:
    """One statement, with which one it takes the place of, and which of those seen took its place."""
    later = [
        one.number
        for one in incident.statements
        if one.supersedes == said.number and _is_seen(one, reader)
    ]
    told: dict[str, Any] = {
        "number": said.number,
        "party": said.party,
        "by": said.by,
        "as": said.source,
        "official": said.official,
        "at": format_instant(said.at_us),
        "sure": said.sure,
        "says": said.says,
        "supersedes": said.supersedes,
        "superseded_by": later,
    }
    if said.through is not None:
        told["through"] = said.through
    if said.office is not None:
        told["office"] = said.office
    if said.about_us is not None:
        told["about"] = [
            None if limit is None else format_instant(limit) for limit in said.about_us
        ]
    if said.tolls is not None:
        told["tolls"] = [
            {"category": t.category, "lowest": t.lowest, "highest": t.highest} for t in said.tolls
        ]
    if reader in {None, said.party}:
        told["to"] = said.to
    return told


def _is_seen(said: Stated, reader: str | None) -> bool:
    return reader is None or reader == said.party or reader in said.to


def _named(memory: Memory, subject: str, reader: str | None) -> dict[str, Any]:
    """A declaration that is named, as far as a reader knows it."""
    party, _, name = subject.partition("/")
    told: dict[str, Any] = {"party": party}
    if reader in {None, party}:
        return {**told, "id": name}
    case = memory.cases.get(subject)
    if case is not None and reader in case.told:
        told["ref"] = case.mark
    return told
