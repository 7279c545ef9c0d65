"""The use cases *report* and *state*: an incident, and what is said about it since.

A report names what it concerns, and that is kept for good. Everything said about it is a statement of
one party, told word for word to the parties that the report names and to those it is sent to. A
humanitarian party tells those alone whom it names as recipients, each time anew. Only a party itself
takes back or renews what it stated; the earlier statement stays.

Left to others: who may ask (the faces), what can be named (:mod:`incident_names`), what is erased
(:mod:`keeping`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from keepclear.disclose.budgets import DAY_US
from keepclear.disclose.levels import is_humanitarian
from keepclear.domain.incident import Concern, Statement
from keepclear.domain.window import Window, format_instant
from keepclear.errors import RuleError
from keepclear.node.declaring import Answer, Request, replied, reply_to, through
from keepclear.node.incident_names import all_known, parties_known, resolved
from keepclear.node.incident_views import seen_statement, view
from keepclear.node.ledger import Node
from keepclear.node.memory import Incident, Memory
from keepclear.node.telling import outgoing_of
from keepclear.wire.entries import Body, Reported, Shown, Stated, TollForm

__all__ = ["REPORTS_A_DAY_MAX", "STATEMENTS_MAX", "incident_of", "list_seen", "report", "state"]

REPORTS_A_DAY_MAX: Final = 100
"""Of one party: each keeps something for good, and tells others at night."""
STATEMENTS_MAX: Final = 1_000
"""About one incident."""
_MARK_BYTES: Final = 4
"""Read aloud over a line; who may see an incident does not rest on its mark."""


def report(
    node: Node,
    concern: Concern,
    first: Statement,
    request: Request,
    *,
    party: str,
    to: Iterable[str] = (),
    whole: bool = False,
) -> Answer:
    """Report an incident, with the first statement about it.

    Args:
        node: Where it is kept.
        concern: What it names; all of it is kept for good from here on.
        first: What is said.
        request: Who asks.
        party: Who reports.
        to: Parties that are told, besides those it names; for a humanitarian party, those alone.
        whole: Whether whoever asks holds the folder, and so knows everything in it.

    Raises:
        RuleError: ``incident.*``.
        StoreError: nobody can know whether it is kept; ask again with the same key.
    """
    memory, asked = node.fresh().memory, f"report {party} {concern} {first} {tuple(to)}"
    before = replied(node, request, asked)
    if before is not None:
        return before
    at_us = node.now_us()
    _not_ahead(concern.span, at_us)
    _not_too_many(memory, party, at_us)
    subjects = [resolved(memory, name, party, whole=whole) for name in concern.subjects]
    known = parties_known(memory, party, whole=whole)
    all_known(known, (*concern.parties, *to), f"in an arrangement with {party}")
    all_known({*known, node.around.owner}, (party,), "here")
    told = set(to)
    if not is_humanitarian(memory.arrangements.values(), party):
        told |= {*concern.parties, *(subject.partition("/")[0] for subject in subjects)}
    span = concern.span
    reported = Reported(
        subject=_new_subject(node),
        at_us=at_us,
        party=party,
        by=request.by,
        through=through(node, request, party),
        subjects=list(dict.fromkeys(subjects)),
        parties=list(dict.fromkeys(concern.parties)),
        span_us=None if span is None else (span.start_us or 0, span.end_us or 0),
        to=sorted(told - {party}),
    )
    return _save(node, Incident(reported), [reported], first, request, party, asked)


def state(
    node: Node,
    subject: str,
    statement: Statement,
    request: Request,
    *,
    party: str,
    whole: bool = False,
) -> Answer:
    """Say something about an incident that was reported.

    Args:
        node: Where it is kept.
        subject: ``incident/mark``.
        statement: What is said.
        request: Who asks.
        party: Who says it.
        whole: Whether whoever asks holds the folder.

    Raises:
        RuleError: ``incident.*``, ``statement.*``.
        StoreError: nobody can know whether it is kept; ask again with the same key.
    """
    memory, asked = node.fresh().memory, f"state {party} {subject} {statement}"
    before = replied(node, request, asked)
    if before is not None:
        return before
    incident = incident_of(memory, subject, None if whole else party)
    known = parties_known(memory, party, whole=True) | _circle(incident)
    all_known({*known, node.around.owner}, (party,), "here")
    return _save(node, incident, [], statement, request, party, asked)


def incident_of(memory: Memory, subject: str, reader: str | None) -> Incident:
    """An incident that somebody may see; whoever holds the folder is no reader, and sees all.

    Raises:
        RuleError: ``incident.unknown``, also where there is one that is not for this reader.
    """
    found = memory.incidents.get(subject)
    if found is None or not (reader is None or reader in _circle(found)):
        raise RuleError("incident.unknown", f"no incident {subject[:40]!r} is known to you here")
    return found


def list_seen(memory: Memory, reader: str | None) -> list[dict[str, Any]]:
    """All incidents that somebody may see, the oldest first, each as it may be seen."""
    return [
        view(memory, one, reader)
        for one in memory.incidents.values()
        if reader is None or reader in _circle(one)
    ]


def _circle(incident: Incident) -> set[str]:
    """Whom it concerns or was sent to, and who reported it."""
    return {incident.reported.party, *incident.reported.to}


def _save(
    node: Node,
    incident: Incident,
    before: list[Body],
    statement: Statement,
    request: Request,
    party: str,
    asked: str,
) -> Answer:
    memory, at_us = node.memory, node.now_us()
    stated = _stated(node, incident, statement, request, party, at_us, first=bool(before))
    told = Incident(incident.reported, [*incident.statements, stated])
    shown = [
        Shown(
            subject=stated.subject,
            at_us=at_us,
            to=reader,
            how="notice",
            of=[],
            text=_notice(memory, told, stated, reader),
        )
        for reader in stated.to
    ]
    reply = {
        "subject": stated.subject,
        "statement": stated.number,
        "told": stated.to,
        "number": node.store.size() + 1,
    }
    node.save(
        [*before, stated, *shown],
        outgoing=outgoing_of(shown),
        reply=reply_to(request, asked, reply, at_us),
    )
    return Answer(reply)


def _stated(
    node: Node,
    incident: Incident,
    said: Statement,
    request: Request,
    party: str,
    at_us: int,
    *,
    first: bool,
) -> Stated:
    _not_ahead(said.about, at_us)
    if len(incident.statements) >= STATEMENTS_MAX:
        raise RuleError("statement.many", f"it has {STATEMENTS_MAX:,} statements; report it anew")
    by_number = {one.number: one for one in incident.statements if one.party == party}
    if said.supersedes is not None and said.supersedes not in by_number:
        raise RuleError(
            "statement.not-yours",
            f"{party} made no statement {said.supersedes} about it; only one's own is superseded: "
            "say what you know, and how sure it is",
        )
    about = said.about
    return Stated(
        subject=incident.reported.subject,
        at_us=at_us,
        number=len(incident.statements) + 1,
        party=party,
        by=request.by,
        through=through(node, request, party),
        source=said.source.value,
        office=said.office or None,
        official=said.official,
        sure=said.sure.value,
        says=said.says,
        about_us=None if about is None else (about.start_us, about.end_us),
        tolls=[
            TollForm(category=t.category, lowest=t.lowest, highest=t.highest) for t in said.tolls
        ]
        or None,
        supersedes=said.supersedes,
        to=_told(node.memory, incident, said, party, first=first),
    )


def _told(
    memory: Memory, incident: Incident, said: Statement, party: str, *, first: bool
) -> list[str]:
    """Who is told of a statement: of a later one of a humanitarian party, those it names alone."""
    circle = _circle(incident) - {party}
    if said.to is None:
        silent = not first and is_humanitarian(memory.arrangements.values(), party)
        return [] if silent else sorted(circle)
    beyond = sorted(set(said.to) - circle - {party})
    if beyond:
        raise RuleError(
            "statement.to",
            f"{beyond[0][:40]!r} is not among those whom the incident is told to; report it anew",
        )
    return sorted(set(said.to) - {party})


def _new_subject(node: Node) -> str:
    while (
        subject := f"incident/{node.around.salt()[-_MARK_BYTES:].hex()}"
    ) in node.memory.incidents:
        pass  # as good as never: another mark
    return subject


def _not_ahead(window: Window | None, now_us: int) -> None:
    if window is not None and (window.start_us or 0) > now_us:
        raise RuleError(
            "incident.ahead",
            f"it would begin at {format_instant(window.start_us or 0)}, and here it is "
            f"{format_instant(now_us)}; what has not happened is declared, not reported",
        )


def _not_too_many(memory: Memory, party: str, now_us: int) -> None:
    reports = [one.reported for one in memory.incidents.values()]
    recent = [one for one in reports if one.party == party and one.at_us > now_us - DAY_US]
    if len(recent) >= REPORTS_A_DAY_MAX:
        raise RuleError(
            "incident.many",
            f"{party} reported {REPORTS_A_DAY_MAX} incidents within 24 hours; add statements to them",
        )


def _notice(memory: Memory, incident: Incident, stated: Stated, reader: str) -> str:
    whole = view(memory, incident, reader)
    text = {
        "notice": "incident/1",
        **{name: whole[name] for name in ("incident", "reported", "concerns")},
        "statement": seen_statement(incident, stated, reader),
    }
    return json.dumps(text, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
