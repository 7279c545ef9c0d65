"""The use case *arrange*: from here on an arrangement holds, kept as the very text that was given.

What stands is judged anew by what holds now, and each party is told of its own, once. A verdict names
the arrangements that it was made by, so an interrupted round goes on where it stopped.

A new version takes the place of the one before; both texts stay in the record. Two arrangements never
name the same pair of parties, so that nobody has to ask which of them holds, and a party that
notifies in one is a member of none. What stands already is not judged anew; that is said where it is
set.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from typing import Final

from keepclear.detect.index import batched
from keepclear.disclose.levels import is_humanitarian
from keepclear.domain.arrangement import Arrangement
from keepclear.errors import RuleError
from keepclear.formats.arrangements import read_arrangement
from keepclear.node.about import About
from keepclear.node.answering import answer_on
from keepclear.node.answering_back import answer_back
from keepclear.node.declaring import Answer, Request, replied, reply_to
from keepclear.node.judging import arrangements_of, verdict_on
from keepclear.node.ledger import Node
from keepclear.node.memory import Case
from keepclear.node.pairs import claims_here, compared_here, met_here
from keepclear.node.telling import outgoing_of
from keepclear.wire.entries import Arranged, Shown, Verdict

__all__ = ["judge_anew", "read_or_refuse", "set_arrangement"]

_BATCH: Final = 100
"""Declarations that are judged anew in one write."""


def set_arrangement(node: Node, text: str, request: Request) -> Answer:
    """Keep an arrangement.

    Args:
        node: Where it is kept.
        text: As it was written.
        request: Who asks.

    Raises:
        RuleError: ``arrangement.*``: it cannot be read, or contradicts what holds.
        StoreError: nobody can know whether it is kept; ask again with the same key.
    """
    node.fresh()
    before = replied(node, request, f"arrange {text}")
    if before is not None:
        judge_anew(node)
        return before
    found = read_or_refuse(text)
    _agrees(found, node.memory.arrangements.values())
    subject, at_us = f"arrangement/{found.name}", node.now_us()
    reply = {
        "subject": subject,
        "version": found.version,
        "number": node.store.size() + 1,
        "shown": [],
    }
    node.save(
        [Arranged(subject=subject, at_us=at_us, text=text)],
        reply=reply_to(request, f"arrange {text}", reply, at_us),
    )
    judge_anew(node)
    return Answer(reply)


def read_or_refuse(text: str) -> Arrangement:
    """The arrangement that a text says.

    Raises:
        RuleError: the first thing that is wrong with it.
    """
    found, refused = read_arrangement(text.encode(), name="the arrangement")
    if found is None:
        first = refused[0]
        raise RuleError(first.code, f"{first.where}: {first.message}")
    return found


def judge_anew(node: Node) -> int:
    """Judge what was judged by other arrangements than hold now; how many that were.

    Raises:
        StoreError: it goes on when it is called again.
    """
    memory = node.fresh().memory
    if is_humanitarian(memory.arrangements.values(), node.around.owner):
        return 0
    waiting = list(memory.cases.judged_otherwise(lambda party: arrangements_of(memory, party)))
    for batch in batched(waiting, _BATCH):
        told: list[tuple[Verdict, Shown | None]] = [_anew(node, case) for case in batch]
        bodies = [body for pair in told for body in pair if body is not None]
        node.save(bodies, outgoing=outgoing_of([shown for _, shown in told if shown is not None]))
    return len(waiting)


def _anew(node: Node, case: Case) -> tuple[Verdict, Shown | None]:
    memory, said = node.memory, case.latest.declaration
    about = About(said, case.latest.number, case.mark, node.now_us(), case.stood_us, came=case.came)
    found, claims = met_here(node, about), claims_here(node, about)
    verdict = verdict_on(memory, about, found, compared_here(node, about), claims)
    if is_humanitarian(memory.arrangements.values(), said.party):
        return verdict, None  # nothing about it changes for the party that notified
    answer = answer_on(memory, about, found, verdict, how="notice")
    back = answer_back(memory, about, answer) if case.came else [answer]
    return verdict, back[0] if back else None


def _agrees(new: Arrangement, known: Iterable[Arrangement]) -> None:
    for old in known:
        if old.name == new.name:
            if new.version <= old.version:
                raise RuleError(
                    "arrangement.version",
                    f"version {old.version} of {old.name!r} holds; a new one needs a higher number",
                )
            continue
        twice = _pairs(old) & _pairs(new)
        if twice:
            names = " and ".join(sorted(min(twice, key=sorted)))
            raise RuleError(
                "arrangement.pair-twice",
                f"{names} have agreed already in {old.name!r}; change that one",
            )
        for one, other in ((old, new), (new, old)):
            both = set(one.notified) & other.member_names
            if both:
                raise RuleError(
                    "arrangement.humanitarian",
                    f"{min(both)} notifies in {one.name!r} and would be a member of {other.name!r}; "
                    "a humanitarian party signs no arrangement",
                )


def _pairs(arrangement: Arrangement) -> set[frozenset[str]]:
    members = [member.name for member in arrangement.members]
    pairs = {frozenset(pair) for pair in combinations(members, 2)}
    return pairs | {frozenset((a, b)) for a in members for b in arrangement.notified}
