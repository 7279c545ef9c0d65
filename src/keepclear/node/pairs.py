"""What a declaration is compared with at a node, and what it is not.

A party's own node compares what came over its lines with its own party's declarations, and never with a
third party's: whoever sends a plan to one desk has not asked it to look at anybody else's. A node of no
party compares everything that was declared to it. Left to others: the verdict, and who sees it.
"""

from __future__ import annotations

from keepclear.domain.access import SECRETARIAT
from keepclear.node.about import About
from keepclear.node.claiming import claims_on
from keepclear.node.ledger import Node
from keepclear.node.memory import Memory
from keepclear.node.standing import Met
from keepclear.wire.entries import ClaimForm

__all__ = ["claims_here", "compared_here", "met_here"]


def met_here(node: Node, about: About, *, depths: bool = True) -> tuple[Met, ...]:
    """The crossings of a version with what it is compared with here.

    Raises:
        InputError: a part of it cannot be used; ``schedule.not-here``.
    """
    memory, found = node.memory, node.standing.ask(about.declaration, depths=depths)
    if _compares_all(memory, about):
        return found
    return tuple(one for one in found if _is_pair(memory, about, one.other.party, one.other.id))


def claims_here(node: Node, about: About) -> list[ClaimForm]:
    """The areas of other parties that it overlaps, of those that it is compared with here."""
    memory = node.memory
    found = claims_on(memory, about.declaration, node.around.geoid)
    if _compares_all(memory, about):
        return found
    return [one for one in found if _is_pair(memory, about, one.party, one.id)]


def compared_here(node: Node, about: About) -> int:
    """With how many declarations it is compared, those of its own party included."""
    memory, whole = node.memory, len(node.standing)
    if _compares_all(memory, about):
        return whole
    return whole - len(memory.lines.foreign) - (len(memory.lines.guests) if about.came else 0)


def _compares_all(memory: Memory, about: About) -> bool:
    return memory.owner in {SECRETARIAT, about.declaration.party}


def _is_pair(memory: Memory, about: About, party: str, name: str) -> bool:
    """Whether two are compared, neither of which need be this desk's own."""
    if memory.owner in {about.declaration.party, party}:
        return True
    return not about.came and not memory.cases[f"{party}/{name}"].came
