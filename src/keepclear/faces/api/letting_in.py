"""Who asks, whether they come too often, and whether they may: the one way in, for every route."""

from __future__ import annotations

from keepclear.domain.access import Action, Principal
from keepclear.faces.api.problems import Problem
from keepclear.faces.api.route import Gate
from keepclear.faces.api.service import Service
from keepclear.node.allowing import allow
from keepclear.node.ledger import Node

__all__ = ["let_in", "nobody", "too_many"]


def let_in(
    service: Service, node: Node, credentials: tuple[str, str], need: Action | Gate
) -> Principal | None:
    """The one who presents a token or a session; call it in the node's thread.

    Args:
        service: Knows secrets, and how often each party came.
        node: Whose record says who is in.
        credentials: A token, and a session; one of them at most.
        need: What is asked of them.

    Raises:
        Problem: 401: nobody is known by them; 429: their party comes too often.
        RuleError: ``access.*``: they may not.
    """
    principal = service.known(node, *credentials)
    if need is Gate.OPEN:
        return principal
    if principal is None:
        raise nobody()
    wait_s = service.parties.wait_s(principal.desk)
    if wait_s:
        raise too_many("limit.party", wait_s)
    if isinstance(need, Action):
        allow(node, principal, need)
    return principal


def nobody() -> Problem:
    """Whoever asks must be somebody."""
    return Problem(
        401,
        "access.nobody",
        "log in, or send a token as Authorization: Bearer",
        headers={"WWW-Authenticate": "Bearer"},
    )


def too_many(code: str, wait_s: int) -> Problem:
    """Whoever asks must wait."""
    headers = {"Retry-After": str(wait_s)}
    return Problem(429, code, f"too many requests; come again in {wait_s} s", headers=headers)
