"""Who asks, by the secret that comes with a request: a person's session, or a program's token.

A session ends when it is not used, when a shift is over, when its person logs out or is put out. Times
are the node's clock; a session from the future is none.

Left to others: how one is opened (:mod:`keepclear.node.login`), and what its person may do.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Final

from keepclear.domain.access import Principal
from keepclear.errors import StoreError
from keepclear.node.credentials import Held, Space, keep, look_up, person_of, program_of
from keepclear.node.ledger import Node
from keepclear.node.tokens import digest

__all__ = ["IDLE_US", "SHIFT_US", "bearer", "is_open", "logout", "session"]

_MINUTE_US: Final = 60_000_000
IDLE_US: Final = 60 * _MINUTE_US
"""A session that is not used for so long ends (NIST SP 800-63B-4, section 2.2.3)."""
SHIFT_US: Final = 14 * 60 * _MINUTE_US
"""A session ends after so long in any case: a shift of twelve hours, and handing over."""
_NOTED_US: Final = 5 * _MINUTE_US
"""How exactly its last use is kept; it may end so much sooner."""
_SET_BACK_US: Final = 5 * _MINUTE_US
"""By how much the clock may have been set back since a session was used."""


def session(node: Node, secret: str) -> Principal | None:
    """Who has a session; nobody, where it has ended."""
    held = look_up(node.fresh(), Space.SESSION, secret)
    now_us = node.now_us()
    if held is None or not is_open(held, now_us):
        return None
    if now_us - held.last_us >= _NOTED_US:
        used = keep(Space.SESSION, digest(secret), replace(held, last_us=now_us))
        with suppress(StoreError):  # a full disk must not keep anybody from looking
            node.save([], kept=[used])
            node.fresh()
    return person_of(node, held.mark)


def logout(node: Node, secret: str) -> None:
    """End a session; one that has ended already stays so.

    Raises:
        StoreError: nobody can know whether it is kept; ask again.
    """
    if look_up(node.fresh(), Space.SESSION, secret) is not None:
        node.save([], kept=[keep(Space.SESSION, digest(secret), None)])


def bearer(node: Node, token: str) -> Principal | None:
    """Which program has a token; none, where it was put out."""
    held = look_up(node.fresh(), Space.PROGRAM, token)
    return None if held is None else program_of(node, held.mark)


def is_open(held: Held, now_us: int) -> bool:
    """Whether a session with these times has not ended."""
    return (
        -_SET_BACK_US <= now_us - held.last_us <= IDLE_US
        and -_SET_BACK_US <= now_us - held.first_us <= SHIFT_US
    )
