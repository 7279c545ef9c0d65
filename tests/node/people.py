"""People at a node in tests: quick hashes, and coming in by one's link."""

from __future__ import annotations

import pytest

from keepclear.domain.access import Principal, Role
from keepclear.node import access, links, login, passwords
from keepclear.node.allowing import HOLDER
from keepclear.node.attempts import Attempts

PASSWORD = "four words that nobody guesses"
QUICK = {"_TIME_COST": 1, "_MEMORY_KIB": 8, "_LANES": 1}


def quick_hashes(patch: pytest.MonkeyPatch) -> None:
    """Hashes that take no time: what is tested here is not how slow they are."""
    for name, value in QUICK.items():
        patch.setattr(passwords, name, value)
    patch.setattr(login, "NOBODYS", hashed("nobody ever chose this one", b"n" * 16))


def hashed(password=PASSWORD, salt=b"s" * 16):
    return passwords.hash_password(password, salt)


def let_in(world, mark, party="", role=Role.DUTY, who=HOLDER, password=PASSWORD):
    """Invite somebody who comes in at once."""
    secret = access.admit(world.node, who, mark=mark, party=party, role=role)
    links.redeem(world.node, secret, password=hashed(password))
    return Principal(party, role, mark)


def log_in(world, mark, password=PASSWORD, attempts=None, **options):
    attempts = Attempts() if attempts is None else attempts
    device = options.pop("device", "")
    attempt = login.begin_login(world.node, attempts, mark, device=device)
    return login.open_session(world.node, attempts, attempt.compare(password), **options)


def everything_in(store):
    """All bytes that a store keeps."""
    parts = [entry.data for entry in store.entries(0, 100_000)]
    parts += [one.data for one in store.pending(100_000)]
    parts += list(store._replies.values())
    parts += [
        key.encode() + b"=" + data for space in store._kept.values() for key, data in space.items()
    ]
    return b"\n".join(parts)
