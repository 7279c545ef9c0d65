"""What the front hands to the node's thread over the quick connection, and what comes back.

A declaration is handed on as its canonical text, with what looked wrong in it and with its rows, so
that nothing of that has to be worked out by the thread that decides. Who asks is not known here: the
token is handed on as it came, and is looked up where it always is. Left to others: frames
(:mod:`keepclear.faces.front.frames`).
"""

from __future__ import annotations

from typing import Final

import msgspec

__all__ = ["READY", "TOLD", "Ready", "Told"]


class Ready(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A declaration that waits for the node's thread."""

    number: int
    """By which its answer is known."""
    came_s: float
    """When its request began, by the clock that is never set; one for all processes of a machine."""
    token: str
    key: str
    """Of ``Idempotency-Key``; empty for none."""
    if_match: int | None
    text: bytes
    """Its canonical JSON."""
    doubts: list[str]
    """Codes of what looked wrong in it."""
    rows: bytes
    """Its rows, packed; see :mod:`keepclear.detect.packed`."""
    km2_hours: float
    """What an answer to it can tell; see :mod:`keepclear.disclose.budgets`."""


class Told(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What became of it; what it changed is durable."""

    number: int
    status: int
    headers: dict[str, str]
    body: bytes
    is_problem: bool


READY: Final = msgspec.msgpack.Decoder(Ready)
TOLD: Final = msgspec.msgpack.Decoder(Told)
