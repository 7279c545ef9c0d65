"""Messages that change what a desk knows: kept to be acted on with the message, then acted on once.

A message is stored, and its receipt signed, whatever it says; what is made of it is decided after that,
one message after the other, each with its own write that also says that this one is done. So nothing
is lost or done twice by a failed write or a crash, each sees what those before it changed, and a
message that cannot be used is refused and never stops the stream. Left to others: what each kind of
message changes (:mod:`keepclear.node.incoming`, :mod:`keepclear.node.told`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from keepclear.disclose.levels import is_humanitarian
from keepclear.errors import InputError, KeepclearError, RuleError, StoreError
from keepclear.link import bodies as b
from keepclear.link.message import Received, read_own
from keepclear.link.state import key_of
from keepclear.node.arrived import Came, Made, known_subject
from keepclear.node.incoming import confirmation, declared, held, withdrawn
from keepclear.node.ledger import Node
from keepclear.node.line_entries import alarm_of, shown_to_desk, subject_of
from keepclear.node.not_taken import not_taken
from keepclear.node.steps_heard import forget_word, step_heard
from keepclear.node.told import crossing_told, notice_told, withdrawn_told
from keepclear.store.base import Kept, Outgoing

__all__ = ["PLANS", "heed", "takes_no_plans", "to_heed", "waits"]

PLANS: Final = b.Declared | b.Delayed | b.CrossingFound
"""What tells of another's plan, and is shown to no aid desk."""
_HEEDED: Final = PLANS | b.Held | b.Withdrawn | b.Activated | b.Outside
_CONFIRMATIONS: Final = frozenset({"confirmed/1", "unconfirmed/1"})
_NOTICES: Final = frozenset({"crossing/1", "compared/1"}) | _CONFIRMATIONS
_SPACE: Final = "link-heard"
"""Kept values: notes that are stored, and not acted on yet."""
_CODE: Final = re.compile(r"[a-z]+(\.[a-z-]+)?", re.ASCII)
"""As a message may name one."""


def to_heed(peer: str, received: Received) -> list[Kept]:
    """What is kept with a message that came, so that it is acted on after it; an exercise never is."""
    message = received.message
    if message is None or message.drill:
        return []
    body = message.body
    heeded = isinstance(body, _HEEDED) or takes_no_plans(received)
    if not heeded and getattr(body, "notice", "") not in _NOTICES:
        return []
    return [Kept(_SPACE, f"{key_of(peer, received.stream)} {received.seq:016}", received.note)]


def takes_no_plans(received: Received) -> bool:
    """Whether the peer refused something because it has not, or not now, what was agreed."""
    body = received.message.body if received.message is not None else None
    return isinstance(body, b.Refused) and body.code.startswith("arrangement.")


def waits(node: Node, parties: Mapping[str, str]) -> bool:
    """Whether a message of a peer that is believed was not acted on yet."""
    return any(_peer(key) in parties for key in node.kept(_SPACE))


def heed(node: Node, parties: Mapping[str, str]) -> int:
    """Act on what waits, in the order of each stream; how many messages that were.

    Args:
        node: It decides and keeps.
        parties: By the name of its key, each party whose words were compared.

    Raises:
        StoreError: nobody can know whether the last of it is kept; call it again.
    """
    waiting = [one for one in sorted(node.kept(_SPACE).items()) if _peer(one[0]) in parties]
    for key, note in waiting:
        received, peer = read_own(note), _peer(key)
        party = parties[peer]
        try:
            _keep(node, key, _follows(node, peer, party, received))
        except StoreError:
            raise
        except KeepclearError as error:
            _keep(node, key, _refused(node, peer, party, received, error))
        except Exception:  # noqa: BLE001 - whatever is wrong with one message, the next one is heard
            node.fresh()
            _keep(node, key, _not_judged(node, peer, party, received))
    return len(waiting)


def _keep(node: Node, key: str, made: Made) -> None:
    done = Kept(_SPACE, key, None)
    node.save(made.bodies, outgoing=made.outgoing, kept=[done, *made.kept], said=made.said)


def _peer(key: str) -> str:
    return key.split(" ", 1)[0]


def _follows(node: Node, peer: str, party: str, received: Received) -> Made:
    assert received.message is not None
    body = received.message.body
    came = Came(party, body, received.hash, (received.stream, received.seq))
    if isinstance(body, b.Refused):
        return not_taken(node, peer, party, body)
    if is_humanitarian(node.memory.arrangements.values(), node.memory.owner):
        if isinstance(body, PLANS):
            raise RuleError("disclosure.not-ours", "an aid desk is told of nobody's plans")
        return Made()  # of what it was never told nothing can end
    return _MAKE[type(body)](node, came, body)


def _ended(node: Node, came: Came, body: b.Withdrawn) -> Made:
    """What stands no longer, and all that was told and kept of it."""
    case = node.memory.cases.get(known_subject(node.memory, came.party, body.subject))
    made, told = withdrawn(node, came, body), withdrawn_told(node, came, body)
    words = forget_word(node, came.party, body.subject if case is None else case.ref)
    return Made([*made.bodies, *told], made.outgoing, kept=words)


def _notice(node: Node, came: Came, body: b.Notice) -> Made:
    """What says that something crosses no longer, or is confirmed again."""
    if body.notice in _CONFIRMATIONS:
        return confirmation(node, came, body)
    return notice_told(node, came, body)


_MAKE: Final[Mapping[type[b.Body], Callable[[Node, Came, Any], Made]]] = MappingProxyType(
    {
        b.Declared: declared,
        b.Amended: declared,
        b.Delayed: declared,
        b.Held: held,
        b.Activated: step_heard,
        b.Outside: step_heard,
        b.CrossingFound: crossing_told,
        b.Withdrawn: _ended,
        b.Notice: _notice,
    }
)
"""What a message is made into, by its body."""


def _not_judged(node: Node, peer: str, party: str, received: Received) -> Made:
    """A fault of this program, or of the message: people here look, and the sender knows."""
    error = InputError(
        "declaration.unusable", "it could not be judged here; people must look at it"
    )
    made = _refused(node, peer, party, received, error)
    alarm = alarm_of(peer, "line.not-judged", node.now_us())
    return Made([*made.bodies, alarm], made.outgoing)


def _refused(node: Node, peer: str, party: str, received: Received, error: KeepclearError) -> Made:
    """The code goes back and nothing else; the desk reads the sentence."""
    code = error.for_peer()
    code = code if _CODE.fullmatch(code) else "declaration.unusable"
    re = {"seq": received.seq, "hash": received.hash}
    data = json.dumps({"notice": "refused/1", "re": re, "code": code}).encode()
    text = f"{code}\nmessage {received.seq} of {party} was not used: {error}"
    shown = shown_to_desk(node, subject_of(peer), "refused", text)
    return Made([shown], [Outgoing(party, data)])
