"""The use cases *let in* and *put out*: links for people, tokens for programs; who may ask for what.

Everybody who is let in or put out is an entry of the record: the mark, the party, the role, the scopes,
by whom. Secrets are shown once and kept as hashes. A person is sent a link and chooses a password that
nobody else has seen.

Left to others: log-ins and sessions (:mod:`keepclear.node.login`), and what of another party's
declarations exists for somebody (``disclose``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from keepclear.domain.access import (
    FOR_OTHERS,
    OF_THE_NODE,
    SECRETARIAT,
    Action,
    Principal,
    Role,
)
from keepclear.domain.admission import check_admits, check_mark, check_scopes
from keepclear.errors import RuleError, UsageError
from keepclear.node.credentials import Held, Space, forget, keep, look_up
from keepclear.node.declaring import Request
from keepclear.node.home import check_party
from keepclear.node.ledger import Node
from keepclear.node.memory import Case
from keepclear.node.passwords import PasswordHash
from keepclear.node.tokens import PROGRAM_PREFIX, digest, new_token
from keepclear.store.base import Kept
from keepclear.wire.entries import Admitted, PutOut

__all__ = [
    "HOLDER",
    "LINK_US",
    "Invitation",
    "admit",
    "allow",
    "first_link",
    "invited",
    "put_out",
    "reaches",
    "redeem",
    "request_by",
]

HOLDER: Final = Principal("", Role.ADMINISTRATOR, "folder")
"""Whoever holds the folder holds everything in it, so this one lets in whom it wants. Nobody asks as it
over a network, and no mark is spelled like it."""
LINK_US: Final = 24 * 3_600 * 1_000_000
"""For how long an invitation is good."""
_FIRST: Final = frozenset({Role.ADMINISTRATOR, Role.DUTY})
"""What the first person may be; a duty officer, where the holder of the folder lets in the others."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a link is for."""

    party: str
    """Empty for the desk of a secretariat."""
    mark: str
    """Empty where it is for the first person, who chooses it."""
    role: Role | None
    """Likewise."""


def first_link(node: Node) -> str | None:
    """The secret of a link for the first person; nothing, where somebody is in.

    It is good until somebody is in, or until it is asked for again, at the next start.

    Raises:
        StoreError: nobody can know whether it is kept; ask again.
    """
    if _somebody(node.fresh()):
        return None
    secret, now_us = new_token(node.around.salt()), node.now_us()
    old = forget(node, "", Space.INVITATION)
    new = keep(Space.INVITATION, digest(secret), Held("", now_us, now_us))
    node.save([], kept=[*old, new])
    return secret


def invited(node: Node, secret: str) -> Invitation | None:
    """What a link is for; nothing, where it is not good or no longer so."""
    held = look_up(node.fresh(), Space.INVITATION, secret)
    if held is None:
        return None
    if not held.mark:
        return None if _somebody(node) else Invitation(_own_party(node), "", None)
    body = node.memory.invited.get(held.mark)
    if body is None or not held.first_us <= node.now_us() <= held.last_us:
        return None
    return Invitation(body.party, body.mark, Role(body.role))


def redeem(
    node: Node,
    secret: str,
    *,
    password: PasswordHash,
    mark: str = "",
    role: Role = Role.ADMINISTRATOR,
) -> Admitted:
    """Come in by a link; it is good once.

    Args:
        node: Where.
        secret: Of the link.
        password: Made by ``hash_password``, outside the thread that decides.
        mark: The first person's choice; an invitation says it already.
        role: Likewise.

    Returns:
        The entry; whoever came in logs in next.

    Raises:
        RuleError: ``access.link``: the link is not good; ``access.mark``, ``access.role``.
        StoreError: nobody can know whether it is kept; try to log in, else use the link again.
    """
    invitation = invited(node, secret)
    if invitation is None:
        raise RuleError(
            "access.link",
            "this link is not good: it was used, is too old, or another took its place; if you have "
            "used it, log in; else ask for a new one",
        )
    how, by = "redeemed", HOLDER.mark
    if invitation.role is None:
        check_mark(mark)
        if role not in _FIRST:
            raise RuleError("access.role", "the first person is an administrator or a duty officer")
        how = "first"
        _is_free(node, mark)
    else:
        mark, role = invitation.mark, invitation.role
        by = node.memory.invited[mark].by
    body = Admitted(
        subject=_subject(mark),
        at_us=node.now_us(),
        mark=mark,
        party=invitation.party,
        role=role.value,
        how=how,
        by=by,
    )
    node.save(
        [body],
        kept=[
            *forget(node, mark, Space.INVITATION, Space.SESSION, Space.DEVICE),
            keep(Space.INVITATION, digest(secret), None),
            Kept(Space.PASSWORD.value, mark, password.encoded),
        ],
    )
    return body


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
    _is_free(node, mark, unless=None if only is not None else (party, role.value))
    if only is not None:
        check_scopes(role, only)
    secret = new_token(node.around.salt(), PROGRAM_PREFIX if only is not None else "")
    now_us = node.now_us()
    space = Space.INVITATION if only is None else Space.PROGRAM
    body = Admitted(
        subject=_subject(mark),
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

    Raises:
        RuleError: ``access.role``, ``access.unknown``: nobody of theirs goes by this mark.
        StoreError: nobody can know whether it is kept; ask again.
    """
    body = node.fresh().memory.people.get(mark) or node.memory.invited.get(mark)
    if body is None or who.party not in {
        "",
        body.party,
    }:  # of another party: as if it were not there
        raise RuleError("access.unknown", f"nobody goes by {mark[:40]!r} here")
    if who is not HOLDER and not who.may(Action.ADMIT):
        check_admits(who, body.party, Role(body.role))
    gone = PutOut(
        subject=_subject(mark), at_us=node.now_us(), mark=mark, party=body.party, by=who.mark
    )
    secrets = (Space.PROGRAM, Space.INVITATION, Space.SESSION, Space.DEVICE)
    node.save([gone], kept=[*forget(node, mark, *secrets), Kept(Space.PASSWORD.value, mark, None)])


def allow(node: Node, who: Principal, action: Action, party: str | None = None) -> None:
    """Whether somebody may ask for something, for a party where it is about one's declarations.

    Raises:
        RuleError: ``access.role``, ``access.party``, ``access.node``.
    """
    if not who.may(action):
        raise RuleError(
            "access.role",
            f"{who.mark} may not do this here ({action.value}); it was let in as {who.role.value}"
            + (" with some scopes" if who.only is not None else ""),
        )
    own = _own_party(node)
    if action in OF_THE_NODE and who.party != own:
        raise RuleError(
            "access.node", f"this is for the desk whose node it is, {node.around.owner}, alone"
        )
    if party is None or who.party == party:
        return
    if who.party or own or action not in FOR_OTHERS:
        raise RuleError("access.party", f"{who.mark} is at the desk of {who.desk}, and no other")


def reaches(who: Principal, case: Case) -> bool:
    """Whether a declaration is one's own to look at: one's party's, or entered through one's desk."""
    latest = case.latest
    return who.party == latest.declaration.party or (
        not who.party and latest.through == SECRETARIAT
    )


def request_by(who: Principal, key: str = "") -> Request:
    """A request of somebody who came over a network."""
    return Request(by=who.mark, client=f"{who.desk}/{who.mark}", key=key, desk=who.desk)


def _checked(node: Node, who: Principal, party: str, role: Role) -> None:
    own = _own_party(node)
    if own and party != own:
        raise RuleError("access.party", f"this is the node of {own}; nobody else is let in")
    try:
        check_party(party)
    except UsageError as error:
        raise RuleError("access.party", str(error)) from None
    if who is not HOLDER:
        check_admits(who, party, role)


def _is_free(node: Node, mark: str, unless: tuple[str, str] | None = None) -> None:
    """That nobody else goes by a mark; ``unless`` it is a person of this party and role."""
    for known in (node.memory.people, node.memory.invited):
        body = known.get(mark)
        if body is not None and (body.only is not None or (body.party, body.role) != unless):
            raise RuleError("access.taken", f"{mark} is taken here; choose another mark")


def _somebody(node: Node) -> bool:
    return any(body.only is None for body in node.memory.people.values())


def _own_party(node: Node) -> str:
    return "" if node.around.owner == SECRETARIAT else node.around.owner


def _subject(mark: str) -> str:
    return f"people/{mark}"
