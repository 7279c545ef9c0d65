"""What a party's own node cannot compare, because plans are not shown to it; said in each verdict.

Two parties that show each other crossings alone cannot be compared by either of their nodes: somebody
must have both plans. An arrangement may name a neutral node for that. Nothing is said of humanitarian
parties, which tell each party what they release themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from keepclear.disclose.levels import Level, is_humanitarian, is_neutral, level_of
from keepclear.domain.access import SECRETARIAT
from keepclear.domain.declaration import NOT_COMPARED_KINDS, Declaration, Kind
from keepclear.node.disclosing import lines_of
from keepclear.node.memory import Memory

__all__ = ["not_seen"]

_NEITHER: Final = (
    "whether it crosses what {other} declares: neither of the two nodes is shown the other's plans; "
    "only a neutral node to which both declare can compare them"
)
_NEUTRAL: Final = (
    "whether it crosses what {other} declares: neither of the two nodes is shown the other's plans; "
    "{nodes} compares them, and tells"
)
_THEIRS: Final = (
    "whether it crosses what {other} declares and does not show here: {other}'s node is given this "
    "plan, compares, and tells"
)


def not_seen(memory: Memory, said: Declaration) -> Iterator[str]:
    """A sentence for each party with a line whose plans this node is not shown.

    Args:
        memory: What is known.
        said: A declaration of this node's own party; of others nothing is said.
    """
    known, owner = memory.arrangements.values(), memory.owner
    if said.party != owner or owner == SECRETARIAT or is_humanitarian(known, owner):
        return
    lines = lines_of(memory)
    for other in lines:
        if not _hides(memory, said, other):
            continue
        nodes = [one for one in lines if is_neutral(known, one, owner)]
        both = [one for one in nodes if is_neutral(known, one, other)]
        if level_of(known, viewer=other, owner=owner, kind=said.kind) is Level.OPEN:
            yield _THEIRS.format(other=other)
        elif both:
            yield _NEUTRAL.format(other=other, nodes=" and ".join(both))
        else:
            yield _NEITHER.format(other=other)


def _hides(memory: Memory, said: Declaration, other: str) -> bool:
    """Whether there are plans of another that could cross this one, and that are not shown here."""
    known = memory.arrangements.values()
    kinds = [kind for kind in Kind if _crosses(said.kind, kind)]
    levels = {level_of(known, viewer=memory.owner, owner=other, kind=kind) for kind in kinds}
    return bool(levels & {Level.CROSSING, Level.STAY_AWAY})


def _crosses(a: Kind, b: Kind) -> bool:
    return Kind.AREA not in {a, b} and frozenset({a, b}) not in NOT_COMPARED_KINDS
