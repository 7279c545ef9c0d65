"""The use cases *let in* and *put out*: links for people, tokens for programs; and who is in.

Everybody who is let in or put out is an entry of the record: the mark, the party, the role, the scopes,
by whom. Secrets are shown once and kept as hashes.

Left to others: what a link is good for (:mod:`keepclear.node.links`), log-ins and sessions
(:mod:`keepclear.node.login`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from keepclear.domain.access import Action, Principal, Role
from keepclear.domain.admission import check_admits, check_mark, check_scopes
from keepclear.errors import RuleError, UsageError
from keepclear.node.allowing import HOLDER, allow, own_party
from keepclear.node.credentials import Held, Space, forget, keep
from keepclear.node.ledger import Node
from keepclear.node.settings import check_party
from keepclear.node.tokens import LINK_PREFIX, PROGRAM_PREFIX, digest, new_token
from keepclear.store.base import Kept
from keepclear.wire.entries import Admitted, PutOut

__all__ = ["LINK_US", "Row", "admit", "check_free", "people", "put_out", "subject_of"]

LINK_US: Final = 24 * 3_600 * 1_000_000
"""For how long an invitation is good."""
_SECRETS: Final = (Space.PROGRAM, Space.INVITATION, Space.SESSION, Space.DEVICE)
"""Everything that opens something, beside a password."""


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody or a program that is in, or was sent a link."""

    mark: str
    party: str
    """Empty for the desk of a secretariat."""
    role: Role
    only: frozenset[Action] | None
    """A program's scopes; nothing for a person."""
    by: str
    """Who let it in."""
    since_us: int
    waits: bool
    """It was sent a link that is not used yet; the link may be too old by now."""


def admit(
    node: Node,
    who: Principal,
    *,
    mark: str,
    party: str,
    role: Role,
    only: frozenset[Action] | None = None,
) -> str:
    """Let in a program, or invite a person; invited again, a person gets a new password.

    Args:
        node: Where.
        who: Who asks.
        mark: How entries call it.
        party: For whom; empty for the desk of a secretariat.
        role: As what.
        only: A program's scopes; nothing for a person.

    Returns:
        The secret, shown this once: a program's token, or what a person's link ends in.

    Raises:
        RuleError: ``access.*``: it is not theirs to do, or the mark or the scopes cannot be used.
        StoreError: nobody can know whether it is kept; put the mark out, then ask again.
    """
    node.fresh()
    _checked(node, who, party, role)
    check_mark(mark)
    check_free(node, mark, unless=None if only is not None else (party, role.value))
    if only is not None:
        check_scopes(role, only)
    secret = new_token(node.around.salt(), LINK_PREFIX if only is None else PROGRAM_PREFIX)
    now_us = node.now_us()
    space = Space.INVITATION if only is None else Space.PROGRAM
    body = Admitted(
        subject=subject_of(mark),
        at_us=now_us,
        mark=mark,
        party=party,
        role=role.value,
        how="invited" if only is None else "program",
        by=who.mark,
        only=None if only is None else sorted(one.value for one in only),
    )
    held = Held(mark, now_us, now_us + LINK_US if only is None else now_us)
    node.save([body], kept=[*forget(node, mark, space), keep(space, digest(secret), held)])
    return secret


def put_out(node: Node, who: Principal, mark: str) -> None:
    """Let somebody or a program in no more; its sessions, tokens and links end at once.

    So do the links that it sent and that nobody has used.

    Raises:
        RuleError: ``access.role``, ``access.unknown``: nobody of theirs goes by this mark.
        StoreError: nobody can know whether it is kept; ask again.
    """
    allow(node.fresh(), who, Action.ADMIT)
    body = node.memory.people.get(mark) or node.memory.invited.get(mark)
    if body is None or who.party not in {"", body.party}:
        # a mark of another party is as if there were none
        raise RuleError("access.unknown", f"nobody goes by {mark[:40]!r} here")
    gone = PutOut(
        subject=subject_of(mark), at_us=node.now_us(), mark=mark, party=body.party, by=who.mark
    )
    sent = [body.mark for body in node.memory.invited.values() if body.by == mark]
    node.save(
        [gone],
        kept=[
            *forget(node, mark, *_SECRETS),
            *(change for one in sent for change in forget(node, one, Space.INVITATION)),
            Kept(Space.PASSWORD.value, mark, None),
        ],
    )


def people(node: Node, who: Principal) -> list[Row]:
    """Those whom somebody may let in or put out, by mark; one stands twice while a link waits.

    Raises:
        RuleError: ``access.role``.
    """
    allow(node, who, Action.ADMIT)
    memory = node.fresh().memory
    found = [_row(body, waits=False) for body in memory.people.values()]
    found += [_row(body, waits=True) for body in memory.invited.values()]
    return sorted(
        (row for row in found if who.party in {"", row.party}),
        key=lambda row: (row.party, row.mark, row.waits),
    )


def _row(body: Admitted, *, waits: bool) -> Row:
    only = None if body.only is None else frozenset(map(Action, body.only))
    return Row(body.mark, body.party, Role(body.role), only, body.by, body.at_us, waits)


def _checked(node: Node, who: Principal, party: str, role: Role) -> None:
    own = own_party(node)
    if own and party != own:
        raise RuleError("access.party", f"this is the node of {own}; nobody else is let in")
    try:
        check_party(party)
    except UsageError as error:
        raise RuleError("access.party", str(error)) from None
    if who is not HOLDER:
        check_admits(who, party, role)


def check_free(node: Node, mark: str, unless: tuple[str, str] | None = None) -> None:
    """That nobody else goes by a mark; ``unless`` it is a person of this party and role.

    Raises:
        RuleError: ``access.taken``.
    """
    for known in (node.memory.people, node.memory.invited):
        body = known.get(mark)
        if body is not None and (body.only is not None or (body.party, body.role) != unless):
            raise RuleError("access.taken", f"{mark} is taken here; choose another mark")


def subject_of(mark: str) -> str:
    """What entries about a mark are about."""
    return f"people/{mark}"
