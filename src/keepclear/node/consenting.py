"""The use cases *consent* and *revoke*: a party says who is told of its notifications, what, and when.

For one notification, or for all of a kind; what is said of one holds before what is said of its kind.
The newest word holds. Only a party that is known here can be named, because a name that is misspelt
would be told to nobody, and its party would not know. Left to others: that the one who asks acts for
the party (the faces), and what silence means (``disclose.hearing``).
"""

from __future__ import annotations

from typing import Final

from keepclear.disclose.hearing import Word
from keepclear.disclose.levels import is_humanitarian
from keepclear.domain.consent import NOTIFIED, RELEASES, Consent
from keepclear.domain.declaration import Kind
from keepclear.domain.window import format_instant
from keepclear.errors import RuleError
from keepclear.node.consent_words import (
    held_word,
    known_parties,
    shown_before,
    told_subjects,
    unknown,
)
from keepclear.node.declaring import Answer, Request, replied, reply_to, through
from keepclear.node.due import due
from keepclear.node.ledger import Node
from keepclear.node.memory import Memory
from keepclear.node.telling import outgoing_of
from keepclear.node.wording import text_of
from keepclear.wire.entries import Consented, Revoked, Shown

__all__ = [
    "REVOKED_SAYS",
    "consent",
    "revoke",
]

REVOKED_SAYS: Final = (
    "What was shown before cannot be unshown, and whoever has it may keep it. From here on nothing of "
    "it is told there, not even where a plan of that party crosses it."
)
_ENDED_SAYS: Final = (
    "Its party tells you nothing more of it. What you were shown may be out of date; do not take it "
    "for gone."
)


def consent(
    node: Node, subject: str, given: Consent, request: Request, *, kind: Kind | None = None
) -> Answer:
    """Tell a recipient of a notification, now and with each change, or from when it was said.

    Of all of a kind some are told at once, and the rest when :func:`due` is called next.

    Args:
        node: Where it is kept.
        subject: ``Party/id``; the party alone, where ``kind`` is said.
        given: To whom, what, and from when.
        request: Who asks; one who acts for the party of the subject.
        kind: For every notification of this kind that nothing else is said of.

    Raises:
        RuleError: ``consent.*``, ``declaration.unknown``, ``idempotency.other-request``.
        StoreError: nobody can know whether it is kept; ask again with the same key.
    """
    node.fresh()
    about = _subject(node.memory, subject, kind, given.to)
    said = Consented(
        subject=about,
        at_us=node.now_us(),
        to=given.to,
        kind=kind.value if kind else None,
        fields=[word for word in RELEASES if word in given.fields],
        from_us=given.from_us,
        lead_us=given.lead_us,
        by=request.by,
        through=through(node, request, subject.partition("/")[0]),
    )
    word = Word(Consent(given.to, tuple(said.fields), given.from_us, given.lead_us))
    asked = f"consent {about} {said.kind} {said.to} {said.fields} {said.from_us} {said.lead_us}"
    before = replied(node, request, asked)
    if before is None and held_word(node.memory, about, kind, given.to) == word:
        before = Answer({"subject": about, "to": given.to, "fields": said.fields}, again=True)
    if before is not None:
        due(node, writes=1)
        return before
    reply = {
        "subject": about,
        "to": given.to,
        "fields": said.fields,
        "number": node.store.size() + 1,
    }
    node.save([said], reply=reply_to(request, asked, reply, said.at_us))
    due(node, writes=1)
    return Answer(reply)


def revoke(
    node: Node,
    subject: str,
    to: str,
    request: Request,
    *,
    kind: Kind | None = None,
    reason: str = "",
) -> Answer:
    """Tell a recipient nothing from here on, whether or not it was told anything before.

    Args:
        node: Where it is kept.
        subject: ``Party/id``; the party alone, where ``kind`` is said.
        to: The recipient.
        request: Who asks; one who acts for the party of the subject.
        kind: For every notification of this kind that nothing else is said of.
        reason: Why, if that is to be kept.

    Returns:
        The reply says what the recipient was shown before.

    Raises:
        RuleError: ``consent.*``, ``declaration.unknown``, ``idempotency.other-request``.
        StoreError: nobody can know whether it is kept; ask again with the same key.
    """
    node.fresh()
    memory, at_us = node.memory, node.now_us()
    about = _subject(memory, subject, kind, to)
    asked = f"revoke {about} {kind.value if kind else None} {to} {reason}"
    before = replied(node, request, asked)
    if before is not None:
        return before
    told = told_subjects(memory, about, kind, to)
    reply = {
        "subject": about,
        "to": to,
        "number": node.store.size() + 1,
        "shown_before": [one for name in told for one in shown_before(node, name, to)],
        "says": REVOKED_SAYS,
    }
    if held_word(memory, about, kind, to) == Word(None):
        return Answer(reply, again=True)
    said = Revoked(
        subject=about,
        at_us=at_us,
        to=to,
        kind=kind.value if kind else None,
        by=request.by,
        through=through(node, request, subject.partition("/")[0]),
        reason=reason.strip() or None,
    )
    ended = [_ended(memory, name, to, at_us) for name in told]
    node.save(
        [said, *ended],
        outgoing=outgoing_of(ended),
        reply=reply_to(request, asked, reply, at_us),
    )
    return Answer(reply)


def _subject(memory: Memory, subject: str, kind: Kind | None, to: str) -> str:
    """What the entry is about, if such a word can be given at all."""
    if kind is None:
        case = memory.cases.get(subject)
        if case is None:
            raise unknown(subject)
        kind, party = case.kind, case.party
        about = subject
    else:
        party, about = subject, f"consent/{subject}"
    if kind not in NOTIFIED:
        raise RuleError(
            "consent.kind",
            f"consent is given for sites and movements; what is told of a {kind.value} stands in "
            "the arrangement",
        )
    known = known_parties(memory)
    if about != subject and party not in known | _humanitarian(memory):
        raise RuleError("consent.party-unknown", f"{party[:80]!r} is not known here")
    if to == party:
        raise RuleError("consent.own", f"{to} knows its own; name another party")
    if is_humanitarian(memory.arrangements.values(), to):
        raise RuleError(
            "consent.humanitarian",
            f"{to} is a humanitarian party; it is never told of others' movements and sites here",
        )
    if to not in known:
        names = ", ".join(sorted(known - {party} - _humanitarian(memory))) or "none"
        raise RuleError(
            "consent.recipient-unknown",
            f"no party {to[:80]!r} is known here, so nobody would be told; known: {names}",
        )
    return about


def _humanitarian(memory: Memory) -> set[str]:
    return {name for one in memory.arrangements.values() for name in one.notified}


def _ended(memory: Memory, subject: str, to: str, at_us: int) -> Shown:
    case = memory.cases[subject]
    text = text_of(
        {
            "notice": "revoked/1",
            "ref": case.mark,
            "party": case.party,
            "at": format_instant(at_us),
            "says": _ENDED_SAYS,
        }
    )
    return Shown(subject=subject, at_us=at_us, to=to, how="notice", of=[], text=text)
