"""What a declaration is compared with at a node, and what it is not.

A party's own node compares what came over its lines with what was entered at its desk, and never two
declarations that both came: whoever sends a plan to one desk has not asked it to look at a third
party's. A node of no party compares everything that was declared to it. Left to others: the verdict.
"""

from __future__ import annotations

from keepclear.disclose.crossing_only import sides
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
    if not _leaves_out(memory, about):
        return found
    others = ((met, sides(met.crossing, about.declaration)[1]) for met in found)
    return tuple(met for met, other in others if not _came(memory, other.party, other.id))


def claims_here(node: Node, about: About) -> list[ClaimForm]:
    """The areas of other parties that it overlaps, of those that it is compared with here."""
    memory = node.memory
    found = claims_on(memory, about.declaration, node.around.geoid)
    if not _leaves_out(memory, about):
        return found
    return [one for one in found if not _came(memory, one.party, one.id)]


def compared_here(node: Node, about: About) -> int:
    """With how many declarations it is compared, those of its own party included."""
    whole = len(node.standing)
    return whole - len(node.memory.foreign) if _leaves_out(node.memory, about) else whole


def _leaves_out(memory: Memory, about: About) -> bool:
    """Whether others that came over lines are none of this node's business."""
    return about.came and memory.owner != SECRETARIAT


def _came(memory: Memory, party: str, name: str) -> bool:
    return memory.cases[f"{party}/{name}"].came
