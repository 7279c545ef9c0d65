"""The use case *step down from an arrangement*, or take that back: one party's word to all members.

The word is a message that this desk signs, kept in the same write as the entry by which it holds here;
the other desks keep theirs when it comes. Nobody else's consent is asked, and no reason. Left to
others: what is told at which footing (:mod:`keepclear.disclose.levels`, :mod:`keepclear.link.kinds`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from keepclear.domain.footing import STEPS, Footing, FootingStep
from keepclear.errors import RuleError
from keepclear.link import bodies as b
from keepclear.node.declaring import Request, replied, reply_to
from keepclear.node.footings import arrangement_word, footing_of, stepped_by
from keepclear.node.ledger import Node
from keepclear.node.talking import Talk, Told

__all__ = ["Taken", "take_step"]


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that holds here."""

    arrangement: str
    """Its name."""
    version: int
    footing: Footing
    told: tuple[str, ...]
    """Members, and nodes that compare for them, to whom it goes out over a line."""
    untold: tuple[str, ...]
    """Those without a line: they must hear of it in another way."""


def take_step(
    node: Node, talk: Talk, name: str, step: FootingStep, request: Request, because: str = ""
) -> tuple[Taken, Told]:
    """Step down, or take that back, for the party whose node it is.

    Args:
        node: This desk's.
        talk: Its lines.
        name: Of the arrangement.
        step: Which.
        request: Who asks.
        because: For people; none need be given.

    Raises:
        RuleError: ``footing.unknown``, ``footing.no-member``, ``footing.step``,
            ``idempotency.other-request``.
        StoreError: nobody can know whether it is kept; ask again with the same key.
    """
    node.fresh()
    asked = f"step {name} {step.value} {because}"
    done_before = replied(node, request, asked)
    if done_before is not None:
        return _taken(done_before.reply), Told((), ())
    owner = node.around.owner
    found = node.memory.arrangements.get(name)
    if found is None:
        raise RuleError("footing.unknown", f"no arrangement {name[:80]!r} holds here")
    if owner not in found.member_names:
        raise RuleError(
            "footing.no-member",
            f"{owner} is no party of {name!r}, and has nothing in it to step down from",
        )
    before = footing_of(node.memory, found, owner)
    after = STEPS.get((before, step))
    if after is None:
        raise RuleError(
            "footing.step", f"{owner} is {before.value} in {name!r}: nothing to {step.value}"
        )
    body = b.Stepped(
        arrangement=arrangement_word(found),
        step=step.value,
        by=request.by,
        because=because or None,
    )
    lines = set(talk.parties())
    others = [member.name for member in found.members if member.name != owner]
    others += found.neutral
    told = [party for party in others if party in lines]
    entry = stepped_by(node.memory, owner, owner, body, node.now_us())
    assert entry is not None
    taken = Taken(
        found.name,
        found.version,
        after,
        tuple(told),
        tuple(party for party in others if party not in lines),
    )
    kept = reply_to(request, asked, {**asdict(taken), "footing": after.value}, node.now_us())
    done = talk.say_all(told, body, [entry], lambda _: kept)
    return taken, done


def _taken(reply: dict[str, Any]) -> Taken:
    """A step as it was answered before."""
    said = {**reply, "footing": Footing(reply["footing"])}
    return Taken(**{**said, "told": tuple(said["told"]), "untold": tuple(said["untold"])})
