"""The use cases of a movement under way: held at a stop, split in two, going back.

Each is a new version, or a movement linked to one, that is told at once like any other: to recipients
with the times that they were told before, and with what each crosses then and when that begins. A group
that is split off stands where the whole stood in its life, and is told to whom the whole was told and
to nobody else. Left to others: what becomes of the plan (:mod:`keepclear.domain.journey`).
"""

from __future__ import annotations

from dataclasses import replace

from keepclear.domain.declaration import Declaration, Kind
from keepclear.domain.journey import going_back, held, second_group, stop_at
from keepclear.domain.life import LIVES, Act
from keepclear.errors import RuleError
from keepclear.node.acting import asked_of
from keepclear.node.declaring import Answer, Request, new_version, through
from keepclear.node.due import due
from keepclear.node.ledger import Node
from keepclear.node.memory import Case
from keepclear.wire.entries import Body, Consented, Revoked

__all__ = ["go_back", "hold", "split"]


def hold(
    node: Node,
    subject: str,
    request: Request,
    *,
    leaves_us: int,
    since_us: int | None = None,
    if_match: int | None = None,
) -> Answer:
    """A movement stays at a stop until an instant; what follows is later (or earlier) by as much.

    Args:
        node: Where it is kept.
        subject: ``Party/id``.
        request: Who asks.
        leaves_us: When it goes on.
        since_us: An instant at which it stands at that stop by its plan; now, if left out.
        if_match: The version that was seen last.

    Raises:
        RuleError: ``stop.*``, ``journey.kind``, ``life.*``, ``version.other``, ``declaration.unknown``.
        StoreError: nobody can know whether it is kept; ask again with the same key.
    """
    asked = f"hold {subject} {leaves_us} {since_us} {if_match}"
    case = asked_of(node, subject, request, asked, if_match)
    if isinstance(case, Answer):
        return case
    said = _plan(case)
    stop = stop_at(said, node.now_us() if since_us is None else since_us)
    later = held(said, stop, leaves_us)
    return new_version(node, later, request, asked=asked, because="held")


def go_back(
    node: Node, subject: str, request: Request, *, leaves_us: int, if_match: int | None = None
) -> Answer:
    """A movement goes its last way backwards, from an instant on.

    Args:
        node: Where it is kept.
        subject: ``Party/id``.
        request: Who asks.
        leaves_us: When it goes back.
        if_match: The version that was seen last.

    Raises:
        RuleError: ``return.*``, and as :func:`hold`.
        StoreError: nobody can know whether it is kept; ask again with the same key.
    """
    asked = f"return {subject} {leaves_us} {if_match}"
    case = asked_of(node, subject, request, asked, if_match)
    if isinstance(case, Answer):
        return case
    later = going_back(_plan(case), leaves_us)
    return new_version(node, later, request, asked=asked, because="return")


def split(
    node: Node,
    subject: str,
    name: str,
    request: Request,
    *,
    leaves_us: int,
    since_us: int | None = None,
    if_match: int | None = None,
) -> Answer:
    """Some of a movement stay at a stop and leave later, as a movement of their own; the others go on.

    Args:
        node: Where it is kept.
        subject: ``Party/id`` of the whole, which stays as it is.
        name: The id of the second group.
        request: Who asks.
        leaves_us: When the second group goes on.
        since_us: An instant at which the whole stands at that stop by its plan; now, if left out.
        if_match: The version of the whole that was seen last.

    Raises:
        RuleError: ``split.twice``, ``stop.*``, and as :func:`hold`.
        StoreError: nobody can know whether it is kept; ask again with the same key.
    """
    asked = f"split {subject} {name} {leaves_us} {since_us} {if_match}"
    whole = asked_of(node, subject, request, asked, if_match)
    if isinstance(whole, Answer):
        due(node, writes=1)
        return whole
    said = _plan(whole)
    own = f"{said.party}/{name}"
    if own in node.memory.cases:
        raise RuleError("split.twice", f"{own[:80]!r} is declared already; take another id")
    stop = stop_at(said, node.now_us() if since_us is None else since_us)
    second = second_group(said, stop, leaves_us, name)
    words = _words(node, subject, own, request)
    if words:  # before it stands: whoever was refused the whole must not be told of the group
        node.save(words)
    answer = new_version(
        node,
        replace(second, state=None),
        request,
        asked=asked,
        because="split",
        split_from=(subject, whole.latest.number),
    )
    due(node, writes=1)
    return answer


def _plan(case: Case) -> Declaration:
    """The plan of a movement that may still change."""
    if case.kind is not Kind.MOVEMENT:
        raise RuleError(
            "journey.kind",
            f"only a movement is held, split or goes back; this is a {case.kind.value}",
        )
    if Act.AMEND not in LIVES[case.kind].get(case.stage, {}):
        raise RuleError("life.not-possible", f"it is {case.stage.value}, and goes nowhere any more")
    return case.latest.declaration


def _words(node: Node, whole: str, own: str, request: Request) -> list[Body]:
    """What was said of the whole, said of the group."""
    known = node.memory.words.get(own, {})
    desk = through(node, request, own.partition("/")[0])
    bodies: list[Body] = []
    for to, word in node.memory.words.get(whole, {}).items():
        given, at_us = word.consent, node.now_us()
        if known.get(to) == word:
            continue
        if given is None:
            bodies.append(Revoked(subject=own, at_us=at_us, to=to, by=request.by, through=desk))
            continue
        bodies.append(
            Consented(
                subject=own,
                at_us=at_us,
                to=to,
                fields=list(given.fields),
                from_us=given.from_us,
                lead_us=given.lead_us,
                by=request.by,
                through=desk,
            )
        )
    return bodies
