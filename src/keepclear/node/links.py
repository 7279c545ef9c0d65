"""The use case *come in*: by the link for the first person, or by an invitation; each is good once.

A person chooses a password that nobody else has seen. While nobody is in, each start makes a new link
for the first person, and the one before is good no more.

Left to others: who may invite whom (:mod:`keepclear.node.access`), and log-ins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from keepclear.domain.access import Role
from keepclear.domain.admission import check_mark
from keepclear.errors import RuleError
from keepclear.node.access import check_free, subject_of
from keepclear.node.allowing import HOLDER, own_party
from keepclear.node.credentials import Held, Space, forget, keep, look_up
from keepclear.node.ledger import Node
from keepclear.node.passwords import PasswordHash
from keepclear.node.tokens import LINK_PREFIX, digest, new_token
from keepclear.store.base import Kept
from keepclear.wire.entries import Admitted

__all__ = ["Invitation", "first_link", "good", "invited", "redeem"]

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
    secret, now_us = new_token(node.around.salt(), LINK_PREFIX), node.now_us()
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
        return None if _somebody(node) else Invitation(own_party(node), "", None)
    body = node.memory.invited.get(held.mark)
    if body is None or node.now_us() > held.last_us:
        return None
    return Invitation(body.party, body.mark, Role(body.role))


def good(node: Node, secret: str) -> Invitation:
    """What a link is for; ask before a password is hashed, so that nobody buys that work with a guess.

    Raises:
        RuleError: ``access.link``: it is not good.
    """
    invitation = invited(node, secret)
    if invitation is None:
        raise RuleError(
            "access.link",
            "this link is not good: it was used, is too old, or another took its place; if you have "
            "used it, log in; else ask for a new one",
        )
    return invitation


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
    invitation = good(node, secret)
    how, by = "redeemed", HOLDER.mark
    if invitation.role is None:
        check_mark(mark)
        if role not in _FIRST:
            raise RuleError("access.role", "the first person is an administrator or a duty officer")
        how = "first"
        check_free(node, mark)
    else:
        mark, role = invitation.mark, invitation.role
        by = node.memory.invited[mark].by
    body = Admitted(
        subject=subject_of(mark),
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


def _somebody(node: Node) -> bool:
    return any(body.only is None for body in node.memory.people.values())
