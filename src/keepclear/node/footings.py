"""How parties stand in the arrangements that hold at a node, and what a peer's word changes of it."""

from __future__ import annotations

from urllib.parse import quote

from keepclear.domain.arrangement import Arrangement
from keepclear.domain.footing import STEPS, Footing, FootingStep
from keepclear.link import bodies as b
from keepclear.node.memory import Memory
from keepclear.wire.entries import Stepped

__all__ = ["arrangement_word", "between", "footing_of", "stepped_by", "who_is"]


def arrangement_word(arrangement: Arrangement) -> str:
    """How messages name an arrangement: its name, with blanks and the like as ``%20``, and version."""
    return f"{quote(arrangement.name, safe='')}/{arrangement.version}"


def between(memory: Memory, a: str, c: str) -> list[Arrangement]:
    """Arrangements that name both parties as members, whatever their footing."""
    return [one for _, one in sorted(memory.arrangements.items()) if {a, c} <= one.member_names]


def footing_of(memory: Memory, found: Arrangement, party: str) -> Footing:
    """How a party stands in an arrangement."""
    return memory.footings.get(found.name, {}).get(party, Footing.IN_FORCE)


def who_is(
    memory: Memory, found: Arrangement, footing: Footing, parties: tuple[str, ...]
) -> list[str]:
    """Which of some parties stand so."""
    return [party for party in parties if footing_of(memory, found, party) is footing]


def stepped_by(
    memory: Memory, party: str, owner: str, said: b.Stepped, at_us: int
) -> Stepped | None:
    """What holds from here on by the word of a party; nothing where it changes nothing here.

    Args:
        memory: What is known.
        party: Whose signature is on the word.
        owner: Whose node it is.
        said: The word; it may be of a version that no longer holds, or of one that is not known here.
        at_us: Now.
    """
    step = FootingStep(said.step)
    for found in memory.arrangements.values():
        members = found.member_names
        hears = owner in members or owner in found.neutral
        if party in members and hears and arrangement_word(found) == said.arrangement:
            after = STEPS.get((footing_of(memory, found, party), step))
            if after is not None:
                return Stepped(
                    subject=f"arrangement/{found.name}",
                    at_us=at_us,
                    name=found.name,
                    version=found.version,
                    party=party,
                    footing=after.value,
                    by=said.by,
                    because=said.because,
                )
    return None
