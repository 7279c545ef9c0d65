"""The use case *say something to another desk*: once for each key, however often it is asked.

The answer is kept in the same write as the message. So a stop whose answer was lost on the way back, or
of which a failed write left nobody knowing whether it is kept, is asked for again with the same key: it
is said if it was not, and not said twice if it was. Left to others: what a message is, and sending it.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from keepclear.link.bodies import Body
from keepclear.link.kinds import kind_of
from keepclear.link.state import State
from keepclear.node.declaring import Request, replied, reply_to
from keepclear.node.ledger import Node
from keepclear.node.talking import Talk, Told
from keepclear.store.base import Reply

__all__ = ["Kept", "say"]

_WHEN = "at_us"
"""When somebody typed it: a command that is typed again has another, and asks for the same."""
_NOTHING_TOLD = Told((), ())


@dataclass(frozen=True, slots=True)
class Kept:
    """A message that is kept."""

    seq: int
    """Its number in this desk's stream."""
    hash: str
    """Of its text."""
    again: bool = False
    """It was said before, under the same key."""


def say(
    node: Node,
    talk: Talk,
    party: str,
    body: Body,
    request: Request,
    *,
    drill: bool = False,
    arrangement: str = "",
) -> tuple[Told, Kept]:
    """Say something to a party.

    Args:
        node: This desk's.
        talk: Its lines.
        party: Whom.
        body: What; see :meth:`keepclear.node.talking.Talk.say`.
        request: Who asks, and the key by which it is known again.
        drill: Whether it is an exercise.
        arrangement: Under which it is said; the one that holds between the two, if left out.

    Raises:
        RuleError: ``idempotency.other-request``; and as :meth:`~keepclear.node.talking.Talk.say`.
        InputError: it cannot be said so.
        StoreError: nobody can know whether it is kept; ask again with the same key.
    """
    asked = _asked(party, body, arrangement, drill=drill)
    before = replied(node.fresh(), request, asked)
    if before is not None:
        return _NOTHING_TOLD, Kept(before.reply["seq"], before.reply["hash"], again=True)
    at_us = node.now_us()

    def reply(state: State) -> Reply | None:
        return reply_to(
            request, asked, {"seq": state.sending.seq, "hash": state.sending.hash}, at_us
        )

    told = talk.say(party, body, drill=drill, arrangement=arrangement, reply=reply)
    out = talk.state(party).sending
    return told, Kept(out.seq, out.hash)


def _asked(party: str, body: Body, arrangement: str, *, drill: bool) -> str:
    """What tells one request from another."""
    said = {name: value for name, value in msgspec.to_builtins(body).items() if name != _WHEN}
    whole = ("say", party, kind_of(body).name, said, arrangement, drill)
    return msgspec.json.encode(whole).decode()
