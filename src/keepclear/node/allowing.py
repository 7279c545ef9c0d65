"""Whether somebody may ask for something, and for which party: asked before every use case.

Left to others: what a role may do at all (:mod:`keepclear.domain.access`), and which fields of another
party's declaration exist for somebody (``disclose``).
"""

from __future__ import annotations

from typing import Final

from keepclear.domain.access import (
    FOR_OTHERS,
    OF_THE_NODE,
    SECRETARIAT,
    Action,
    Principal,
    Role,
)
from keepclear.errors import RuleError
from keepclear.node.declaring import Request
from keepclear.node.ledger import Node
from keepclear.node.memory import Case

__all__ = ["HOLDER", "allow", "own_party", "reaches", "request_by"]

HOLDER: Final = Principal("", Role.ADMINISTRATOR, "folder")
"""Whoever holds the folder holds everything in it, so this one lets in whom it wants. Nobody asks as it
over a network, and no mark is spelled like it."""


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
    own = own_party(node)
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
    return who.party == case.party or (not who.party and case.latest.through == SECRETARIAT)


def request_by(who: Principal, key: str = "") -> Request:
    """A request of somebody who came over a network."""
    return Request(by=who.mark, client=f"{who.desk}/{who.mark}", key=key, desk=who.desk)


def own_party(node: Node) -> str:
    """Whose node it is; empty for a secretariat's."""
    return "" if node.around.owner == SECRETARIAT else node.around.owner
