"""Log in, in two questions to the node with the slow comparison between them.

    attempt = begin_login(node, attempts, mark, device=cookie)   # asked of the node
    compared = attempt.compare(password)                         # anywhere else: slow on purpose
    opened = open_session(node, attempts, compared)              # asked of the node

Whether a mark is unknown or the password wrong, the same is done and the same is said. A new log-in
makes a new secret. A new password ends every session of its person.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from keepclear.domain.access import Principal
from keepclear.errors import RuleError
from keepclear.node.access import subject_of
from keepclear.node.attempts import PAUSE_US, Attempts, slot_of_mark
from keepclear.node.credentials import Held, Space, forget, held_by, keep, look_up, person_of
from keepclear.node.ledger import Node
from keepclear.node.passwords import NOBODYS, PasswordHash, check_password
from keepclear.node.sessions import SHIFT_US, is_open
from keepclear.node.tokens import digest, new_token
from keepclear.store.base import Kept
from keepclear.wire.entries import Admitted

__all__ = ["Attempt", "Compared", "Opened", "begin_login", "change_password", "open_session"]

SESSIONS_MAX: Final = 10
"""Of one mark; the oldest ends."""
DEVICES_MAX: Final = 20
"""Browsers of one mark with a count of attempts of their own; the oldest is forgotten."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody wants in; nothing is known of them yet."""

    mark: str
    kept: PasswordHash
    """What the password is compared with; nobody's, where there is no such person."""
    slot: str
    device: str = field(repr=False, default="")
    """The browser's secret, where it is one that is known."""

    def compare(self, password: str) -> Compared:
        """Compare a password; slow on purpose, so never in the thread that decides."""
        return Compared(self, right=check_password(self.kept, password))


@dataclass(frozen=True, slots=True)
class Compared:
    """An attempt, and whether its password was right."""

    attempt: Attempt
    right: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was just opened."""

    who: Principal
    session: str = field(repr=False)
    """Its secret: for a cookie, and shown to nobody else."""
    device: str = field(repr=False)
    """The browser's secret: for a cookie that outlives the session; it opens nothing."""
    until_us: int
    """When it ends at the latest."""


def begin_login(node: Node, attempts: Attempts, mark: str, *, device: str = "") -> Attempt:
    """The first question: what there is to compare with.

    Args:
        node: Where.
        attempts: The counts of this process.
        mark: As it was typed.
        device: The secret of a browser, from its cookie.

    Raises:
        RuleError: ``login.wait``: it was tried too often; nothing is said of whether it exists.
    """
    node.fresh()
    known = look_up(node, Space.DEVICE, device)
    if known is None or known.mark != mark:
        device = ""
    slot = digest(device) if device else slot_of_mark(mark)
    if not attempts.take(slot, node.now_us()):
        raise RuleError(
            "login.wait",
            f"this was tried too often; wait {PAUSE_US // 1_000_000} seconds, then try once; if a "
            "stranger is trying it, use a browser in which you logged in before",
        )
    encoded = node.kept(Space.PASSWORD.value).get(mark)
    return Attempt(mark, NOBODYS if encoded is None else PasswordHash(encoded), slot, device)


def open_session(node: Node, attempts: Attempts, compared: Compared, *, ending: str = "") -> Opened:
    """The second question: a session, where the password was right and still is.

    Args:
        node: Where.
        attempts: The counts of this process.
        compared: The attempt with what came of it.
        ending: The secret of a session that the browser still has; it ends.

    Raises:
        RuleError: ``login.refused``: the same for whatever reason.
        StoreError: nobody can know whether it is kept; log in again.
    """
    attempt, who = compared.attempt, _right(node.fresh(), compared)
    now_us = node.now_us()
    secret = new_token(node.around.salt())
    device = attempt.device or new_token(node.around.salt())
    since = look_up(node, Space.DEVICE, device)
    node.save(
        [],
        kept=[
            *_ended(node, now_us, ending),
            *_oldest(node, Space.SESSION, attempt.mark, SESSIONS_MAX - 1),
            *([] if since else _oldest(node, Space.DEVICE, attempt.mark, DEVICES_MAX - 1)),
            keep(Space.SESSION, digest(secret), Held(attempt.mark, now_us, now_us)),
            keep(
                Space.DEVICE,
                digest(device),
                Held(attempt.mark, since.first_us if since else now_us, now_us),
            ),
        ],
    )
    attempts.free(attempt.slot)
    return Opened(who, secret, device, now_us + SHIFT_US)


def change_password(
    node: Node, attempts: Attempts, compared: Compared, password: PasswordHash
) -> None:
    """Another password for somebody whose present one was compared; all its sessions end.

    Args:
        node: Where.
        attempts: The counts of this process.
        compared: An attempt with the present password, and what came of it.
        password: The new one, made by ``hash_password``.

    Raises:
        RuleError: ``login.refused``.
        StoreError: nobody can know whether it is kept; log in with either.
    """
    mark, who = compared.attempt.mark, _right(node.fresh(), compared)
    body = Admitted(
        subject=subject_of(mark),
        at_us=node.now_us(),
        mark=mark,
        party=who.party,
        role=who.role.value,
        how="password",
        by=mark,
    )
    ended = forget(node, mark, Space.SESSION, Space.DEVICE, Space.INVITATION)
    node.save([body], kept=[*ended, Kept(Space.PASSWORD.value, mark, password.encoded)])
    attempts.free(compared.attempt.slot)


def _right(node: Node, compared: Compared) -> Principal:
    """Who it is, where the password was right and still is: meanwhile it may have been changed.

    Raises:
        RuleError: ``login.refused``: the same for whatever reason.
    """
    attempt = compared.attempt
    who = person_of(node, attempt.mark)
    kept = node.kept(Space.PASSWORD.value).get(attempt.mark)
    if who is None or not compared.right or kept != attempt.kept.encoded:
        raise RuleError("login.refused", "mark or password is wrong")
    return who


def _ended(node: Node, now_us: int, ending: str) -> list[Kept]:
    """Sessions that are over, of everybody, so that none is kept for ever; and one that is given up."""
    found = held_by(node, Space.SESSION, None)
    over = {key for key, held in found.items() if not is_open(held, now_us)}
    return [
        keep(Space.SESSION, key, None) for key in sorted(over | {digest(ending)} & found.keys())
    ]


def _oldest(node: Node, space: Space, mark: str, left: int) -> list[Kept]:
    """The changes that leave only the newest of a mark."""
    found = sorted(held_by(node, space, mark).items(), key=lambda item: item[1].last_us)
    return [keep(space, key, None) for key, _ in found[: max(0, len(found) - left)]]
