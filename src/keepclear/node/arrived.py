"""A message about a declaration, read: what it says, whose it is, whether it goes on from what is here.

Rules kept here: a declaration has one spelling; a party declares its own; versions only go forward, and
one version has one text, but that of a notification other fields of it may be told by now. Left to
others: what follows (:mod:`keepclear.node.incoming`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from keepclear.domain.consent import NOTIFIED
from keepclear.domain.declaration import Declaration, Kind, State
from keepclear.domain.life import STANDING, Act, Stage, next_stage
from keepclear.errors import InputError, RuleError, UsageError
from keepclear.link import bodies as b
from keepclear.node.about import subject_of
from keepclear.node.memory import Case, Memory
from keepclear.node.notices import spelled
from keepclear.node.settings import check_party
from keepclear.node.sizes import too_large
from keepclear.node.wording import text_of
from keepclear.store.base import Kept, Outgoing
from keepclear.wire.declaration import declaration_of, form_in
from keepclear.wire.entries import Body

__all__ = ["Came", "Made", "is_known", "known_subject", "read", "said_in", "stage_of"]


@dataclass(frozen=True, slots=True)
class Came:
    """A message that is to be acted on."""

    party: str
    """Whose line it came over."""
    body: b.Body
    hash: str
    place: tuple[int, int]
    """Stream and number: of what one desk says of one thing, what has the higher place holds."""


@dataclass(frozen=True, slots=True)
class Made:
    """What follows from it, in one write."""

    bodies: Sequence[Body] = ()
    outgoing: Sequence[Outgoing] = ()
    said: Declaration | None = None
    """The declaration that one of the entries holds the text of."""
    kept: Sequence[Kept] = ()


def known_subject(memory: Memory, party: str, name: str) -> str:
    """What a party's own word for something is here; empty where it said nothing of it yet."""
    if name.startswith(f"{party}/"):
        return name if name in memory.cases else ""
    return memory.lines.of_ref(party, name)


def read(came: Came, body: b.Declared | b.Delayed) -> Declaration:
    """The declaration in a message.

    Raises:
        InputError: ``wire.*``, ``declaration.*``: it cannot be used as it is.
        RuleError: ``declaration.not-yours``.
    """
    form = form_in(body.text.encode())
    why = too_large(form)
    if why:
        raise InputError("declaration.large", why)
    said = declaration_of(form)
    if spelled(said) != body.text:
        raise InputError("wire.spelling", "a declaration/1 has one spelling, and this is another")
    if said.party != came.party:
        raise RuleError("declaration.not-yours", "a party declares its own, and this is another's")
    if isinstance(body, b.Declared) and said.kind.value != body.what:
        raise InputError("declaration.kind", "the message calls it by another kind than it has")
    try:
        check_party(said.party)
    except UsageError as error:
        raise RuleError("declaration.not-yours", str(error)) from None
    if not said.id or not said.id.isprintable():
        raise InputError("declaration.id", "it has no id on one line")
    if body.subject != (subject_of(said) if body.ref else said.id):
        raise InputError("declaration.id", "the message calls it by another name than it has")
    return said


def is_known(case: Case, number: int, text: str) -> bool:
    """Whether that very version is here; of a notification other fields of it may be told by now.

    Raises:
        RuleError: ``version.older``, ``version.other-text``: it says something else than what is here.
    """
    if number > case.latest.number:
        return False
    if any((one.number, one.text) == (number, text) for one in case.versions):
        return True
    if number == case.latest.number and case.kind in NOTIFIED:
        return False
    code = "version.older" if number < case.latest.number else "version.other-text"
    raise RuleError(
        code, f"version {case.latest.number} holds, and this is another text of version {number}"
    )


def stage_of(case: Case | None, said: Declaration) -> State | Stage:
    """Where in its life it stands here: what was sent stands at its party's own desk.

    Raises:
        RuleError: ``life.*``.
    """
    if case is not None:
        if case.kind is not said.kind:
            raise RuleError(
                "life.kind", f"it is a {case.kind.value} and cannot become another kind"
            )
        stage = next_stage(case.kind, case.stage, Act.AMEND)
        return stage if stage in STANDING else Stage.ACTIVE
    if said.kind is not Kind.OPERATION:
        return Stage.ACTIVE
    if said.state is State.ENDED:
        raise RuleError("life.state", "what has ended cannot begin")
    return said.state or State.ACCEPTED


def said_in(text: str) -> Any:
    """What a peer's text says, where it is JSON that can be kept; else the text."""
    try:
        found = json.loads(text)
        text_of({"said": found}).encode()  # no infinities, and no half characters
    except (ValueError, RecursionError):
        return text
    return found
