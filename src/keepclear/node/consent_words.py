"""What parties have said of who is told of their notifications, and what was shown by it so far.

For whoever looks, and for the next word. Left to others: giving one, and taking it back
(:mod:`keepclear.node.consenting`); what silence means (``disclose.hearing``).
"""

from __future__ import annotations

import json
from typing import Any

from keepclear.disclose.hearing import Word
from keepclear.domain.declaration import Kind
from keepclear.domain.window import format_instant
from keepclear.errors import RuleError
from keepclear.node.hearing import named
from keepclear.node.ledger import Node, opening_of
from keepclear.node.memory import Memory
from keepclear.wire.entries import Shown, decode_body

__all__ = ["held_word", "known_parties", "shown_before", "told_subjects", "unknown", "words_on"]


def words_on(
    memory: Memory, subject: str, kind: Kind | None = None
) -> list[tuple[str, Word, bool]]:
    """Each recipient with the word that holds, and whether that was said of the whole kind.

    Raises:
        RuleError: ``declaration.unknown``.
    """
    if kind is not None:
        general = memory.defaults.get((subject, kind.value), {})
        return [(to, word, True) for to, word in sorted(general.items())]
    case = memory.cases.get(subject)
    if case is None:
        raise unknown(subject)
    said = case.latest.declaration
    own = memory.words.get(subject, {})
    general = memory.defaults.get((said.party, said.kind.value), {})
    return [
        (to, own[to], False) if to in own else (to, general[to], True) for to in named(memory, said)
    ]


def known_parties(memory: Memory) -> set[str]:
    """Parties that an arrangement here names, whose keys or people are here, or that declared here."""
    members = {member.name for one in memory.arrangements.values() for member in one.members}
    people = {one.party for one in memory.people.values() if one.party}
    declared = {name for name in memory.of_party if name}
    return members | people | memory.peers.keys() | declared


def unknown(subject: str) -> RuleError:
    """Nothing is declared under a name."""
    return RuleError(
        "declaration.unknown",
        f"nothing is declared as {subject[:80]!r}; write Party/id as keepclear list shows it",
    )


def held_word(memory: Memory, about: str, kind: Kind | None, to: str) -> Word | None:
    """The word that holds already under this very name."""
    if kind is None:
        return memory.words.get(about, {}).get(to)
    party = about.split("/", 1)[1]
    return memory.defaults.get((party, kind.value), {}).get(to)


def told_subjects(memory: Memory, about: str, kind: Kind | None, to: str) -> list[str]:
    """Notifications that a word concerns, and that the recipient was shown something of."""
    if kind is None:
        return [about] if to in memory.cases[about].told else []
    party = about.split("/", 1)[1]
    return sorted(
        subject
        for subject, case in memory.cases.of(kind, party=party)
        if to in case.told and to not in memory.words.get(subject, ())
    )


def shown_before(node: Node, subject: str, to: str) -> list[dict[str, Any]]:
    """When a recipient was shown what of it; for the party whose notification it is."""
    found, mark = [], node.memory.cases[subject].mark
    for entry in node.store.history(subject):
        if not entry.data:
            continue  # erased
        body = decode_body(opening_of(entry).body)
        if isinstance(body, Shown) and body.to == to and mark in body.of:
            released = json.loads(body.text).get("released", {})
            found.append(
                {
                    "subject": subject,
                    "at": format_instant(body.at_us),
                    "version": body.released,
                    "fields": sorted(released),
                }
            )
    return found
