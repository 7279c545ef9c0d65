"""The use case *declare*: a new declaration, or a new version of one, with the verdict on it.

Versions are never overwritten. Whoever says which version was seen last is refused where another holds.
A request with a key is answered once: asked again, the reply is the same and nothing changes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final

from keepclear.detect.crossing import Crossing
from keepclear.disclose.budgets import Tally, Use, beyond
from keepclear.disclose.levels import is_humanitarian, is_open, others_in
from keepclear.domain.declaration import Declaration, State
from keepclear.domain.life import FIRST, STANDING, Act, Stage, next_stage
from keepclear.errors import InputError, RuleError, UsageError
from keepclear.node.about import About, subject_of
from keepclear.node.answering import tell
from keepclear.node.disclosing import plans_of
from keepclear.node.judging import verdict_on
from keepclear.node.ledger import Node
from keepclear.node.memory import Case
from keepclear.node.pairs import claims_here, compared_here, met_here
from keepclear.node.settings import check_party
from keepclear.node.telling import notify, outgoing_of
from keepclear.store.base import Outgoing, Reply
from keepclear.wire.declaration import encode
from keepclear.wire.entries import Alarm, Body, Declared, Shown, Verdict

__all__ = [
    "Answer",
    "Request",
    "check_version",
    "declare",
    "judged",
    "new_mark",
    "new_version",
    "replied",
    "reply_to",
    "through",
    "within_budget",
]

_MARK_BYTES: Final = 8
"""Of randomness: nobody guesses another's mark."""
_ALARM_EVERY_US: Final = 3_600_000_000
"""One alarm an hour for each budget: refusals beyond it must not fill a disk."""


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks, and how the same question is known again."""

    by: str = "desk"
    """A role or a shift's mark, never a person's name."""
    client: str = ""
    key: str = ""
    """Empty: asked again, it is another question."""
    desk: str = ""
    """Whose desk asks: a party, or the secretariat; the node's own, where nothing is said."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request."""

    reply: dict[str, Any]
    """Subject, version, stage, number of its first entry, and what the party was shown."""
    crossings: tuple[Crossing, ...] = ()
    """As they were found, for the desk that holds the node; empty where it was answered before."""
    verdict: Verdict | None = None
    again: bool = False
    """It was answered before, or changes nothing."""


def declare(
    node: Node,
    declaration: Declaration,
    request: Request,
    *,
    if_match: int | None = None,
    doubts: Sequence[str] = (),
    text: str | None = None,
) -> Answer:
    """Keep a declaration, and say what it crosses.

    Args:
        node: Where it is kept.
        declaration: With its party and id.
        request: Who asks.
        if_match: The version that was seen last; 0 for none; not checked where it is left out.
        doubts: Codes of what looked wrong in it.
        text: Its canonical JSON, where whoever read it has that already.

    Raises:
        RuleError: ``version.other``, ``life.*``, ``budget.*``, ``idempotency.other-request``.
        InputError: it cannot be used.
        StoreError: nobody can know whether it is kept; ask again with the same key.
    """
    node.fresh()
    _named(declaration)
    text = encode(declaration).decode() if text is None else text
    asked = f"declare {if_match} {text}"
    before = replied(node, request, asked)
    if before is not None:
        return before
    case = node.memory.cases.get(subject_of(declaration))
    check_version(case, if_match)
    if case is not None and case.latest.text == text:
        reply = {
            "subject": subject_of(declaration),
            "version": case.latest.number,
            "stage": case.stage.value,
        }
        return Answer(reply, verdict=case.verdict, again=True)
    return new_version(node, declaration, request, doubts=doubts, asked=asked, text=text)


def new_version(
    node: Node,
    declaration: Declaration,
    request: Request,
    *,
    asked: str,
    text: str | None = None,
    doubts: Sequence[str] = (),
    because: str | None = None,
    split_from: tuple[str, int] | None = None,
) -> Answer:
    """Decide on a version, save it with its verdict and all that is told, and answer.

    What is split from a movement stands where that stands in its life. Its canonical text is made
    where it is not at hand.
    """
    subject, at_us, memory = subject_of(declaration), node.now_us(), node.memory
    case = memory.cases.get(subject)
    stage = _stage(case, declaration)
    if split_from is not None:
        stage = memory.cases[split_from[0]].stage
    within_budget(node, declaration, at_us)
    version = 1 + (case.latest.number if case else memory.versions_gone(subject))
    mark = case.mark if case else new_mark(node)
    about = About(declaration, version, mark, at_us, because=because, split_from=split_from)
    bodies: list[Body] = [
        Declared(
            subject=subject,
            at_us=at_us,
            version=version,
            by=request.by,
            through=through(node, request, declaration.party),
            stage=stage.value,
            mark=mark,
            because=because,
            split_from=split_from,
            text=encode(declaration).decode() if text is None else text,
            doubts=sorted(set(doubts)) or None,
        )
    ]
    return judged(node, about, stage, bodies, request, asked)


def judged(
    node: Node,
    about: About,
    stage: State | Stage,
    bodies: list[Body],
    request: Request,
    asked: str,
) -> Answer:
    """Save what was decided with the verdict on a version that stands now, and answer.

    At a humanitarian party's own node there is no verdict on anything: it never gets one.
    """
    # a draft, too, must be one that can be compared; depths are for the report of who asks alone
    found = met_here(node, about, depths=not node.gathers)
    verdict, shown = None, list[Shown]()
    memory = node.memory
    silent = is_humanitarian(memory.arrangements.values(), node.around.owner)
    if stage in STANDING:
        if not silent:
            claims = claims_here(node, about)
            verdict = verdict_on(memory, about, found, compared_here(node, about), claims)
            shown = tell(memory, about, found, verdict)
        shown += notify(memory, about, () if silent else found)
        shown += plans_of(memory, about)
    reply = {
        "subject": about.subject,
        "version": about.version,
        "stage": stage.value,
        "number": node.store.size() + 1,
        "shown": [one.text for one in shown if one.how == "answer"],
    }
    node.save(
        [*bodies, *([verdict] if verdict else []), *shown],
        outgoing=outgoing_of(shown),
        reply=reply_to(request, asked, reply, about.at_us),
        said=replace(about.declaration, where="") if about.declaration.where else about.declaration,
    )
    crossings = tuple(met.crossing for met in found) if verdict else ()
    return Answer(reply, crossings, verdict)


def new_mark(node: Node) -> str:
    """By which others are told of something that is new here."""
    return node.around.salt()[-_MARK_BYTES:].hex()


def replied(node: Node, request: Request, asked: str) -> Answer | None:
    """The answer that this request was given before, if it was.

    Raises:
        RuleError: ``idempotency.other-request``: the key was used for something else.
    """
    data = node.replied(request.client, request.key)
    if data is None:
        return None
    kept = json.loads(data)
    if kept.pop("request") != _hash(asked):
        raise RuleError(
            "idempotency.other-request",
            f"the key {request.key[:40]!r} was used for another request; take a new one",
        )
    return Answer(kept, again=True)


def reply_to(request: Request, asked: str, reply: dict[str, Any], at_us: int) -> Reply | None:
    """The reply as it is kept, where it is asked for by a key."""
    if not request.key:
        return None
    data = json.dumps({"request": _hash(asked), **reply}, ensure_ascii=False).encode()
    return Reply(request.client, request.key, data, at_us)


def through(node: Node, request: Request, party: str) -> str | None:
    """Whose desk enters something for a party; nothing, where it is the party's own."""
    desk = request.desk or node.around.owner
    return desk if desk != party else None


def check_version(case: Case | None, if_match: int | None) -> None:
    """That the version seen last is the one that holds.

    Raises:
        RuleError: ``version.other``.
    """
    held = case.latest.number if case else 0
    if if_match is not None and if_match != held:
        raise RuleError(
            "version.other",
            f"version {held} holds, not {if_match}; look at it, then say again what you want"
            if held
            else f"there is no version {if_match} of it: it was never declared here",
        )


def _named(declaration: Declaration) -> None:
    where = declaration.where
    if not declaration.party:
        raise InputError(
            "declaration.party", "it names no party; say whose it is with --party", where=where
        )
    try:
        check_party(declaration.party)
    except UsageError as error:
        raise InputError("declaration.party", str(error), where=where) from None
    if not declaration.id or not declaration.id.isprintable():
        raise InputError("declaration.id", "it has no id on one line; give it one", where=where)


def _stage(case: Case | None, declaration: Declaration) -> State | Stage:
    """Where in its life the new version stands.

    Raises:
        RuleError: ``life.not-possible``, ``life.kind``, ``life.state``.
    """
    said = declaration.state
    if case is None:
        if said is State.ENDED:
            raise RuleError("life.state", "what has ended cannot begin; declare it before it ends")
        return said or FIRST[declaration.kind]
    if case.kind is not declaration.kind:
        raise RuleError(
            "life.kind",
            f"it is a {case.kind.value} and cannot become a {declaration.kind.value}; withdraw it, "
            "and declare the other under its own id",
        )
    stage = next_stage(case.kind, case.stage, Act.AMEND)
    if said is not None and said is not stage:
        raise RuleError(
            "life.state",
            f"it is {stage.value}, and a new version cannot make it {said.value}; say what "
            "happened to it, then amend it",
        )
    return stage


def within_budget(node: Node, declaration: Declaration, at_us: int) -> None:
    """That the party has not asked too much within a day.

    Raises:
        RuleError: ``budget.*``; both ends are alarmed.
    """
    party, memory = declaration.party, node.memory
    if is_humanitarian(memory.arrangements.values(), party):
        return  # it is answered with a receipt, which tells it nothing
    uses: Sequence[Use] = memory.uses.get(party, ())
    capped = [
        one
        for one in memory.arrangements.values()
        if party in one.member_names and not is_open(one)
    ]
    if not capped:
        return
    new, tally = Use(at_us, memory.size_of(declaration)), memory.tallies.setdefault(party, Tally())
    for one in capped:
        if tally.within(uses, new, one.caps):
            continue
        code = beyond(uses, new, one.caps)
        if code is None:
            continue
        alarm = Alarm(
            subject=f"arrangement/{one.name}",
            at_us=at_us,
            code=code,
            party=party,
            arrangement=one.name,
        )
        if not any(_same(alarm, old) for old in memory.alarms):
            text = json.dumps({"notice": "alarm/1", "code": code, "party": party}).encode()
            readers = (party, *others_in(one, party))
            node.save([alarm], outgoing=[Outgoing(reader, text) for reader in readers])
        raise RuleError(
            code,
            f"{party} has asked more of the arrangement {one.name!r} within 24 hours than was agreed; "
            "this one is not kept, and the other parties are told; speak with them",
        )


def _same(alarm: Alarm, old: Alarm) -> bool:
    return (old.code, old.party, old.arrangement) == (
        alarm.code,
        alarm.party,
        alarm.arrangement,
    ) and old.at_us > alarm.at_us - _ALARM_EVERY_US


def _hash(asked: str) -> str:
    return sha256(asked.encode()).hexdigest()
