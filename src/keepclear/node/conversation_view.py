"""The messages of one line as a desk reads them: each with its number, and its receipts side by side.

Read from the record; what came of each is as the board has it. Receipts are never added up, and one
that says what was passed on stays a claim. A fixed phrase is there in each language of the line. Left
to others: who may read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from keepclear.domain.window import format_instant
from keepclear.errors import RuleError, VerificationError
from keepclear.link.board import Board, Key
from keepclear.link.bodies import Body, Said
from keepclear.link.message import Received, read_own
from keepclear.link.phrased import phrased
from keepclear.link.phrases import REVIEWED
from keepclear.link.receipts import Done, Progress
from keepclear.node.ledger import Node, opening_of
from keepclear.node.line_entries import subject_of
from keepclear.node.talking import Talk
from keepclear.wire.entries import Carried, decode_body

__all__ = [
    "ClaimView",
    "DoneView",
    "MessageView",
    "ReceiptsView",
    "WordsView",
    "message_of",
    "messages_of",
]


@dataclass(frozen=True, slots=True)
class DoneView:
    """Who did something, and when by this desk's clock."""

    by: str
    at: str


@dataclass(frozen=True, slots=True)
class ClaimView:
    """What a recipient states to have passed on."""

    by: str
    stated: str
    list_version: str
    units: list[str]


@dataclass(frozen=True, slots=True)
class ReceiptsView:
    """What became of a message at its recipient."""

    stored: DoneView | None
    acknowledged: DoneView | None
    read_back: DoneView | None
    differences: list[str]
    """What was read back otherwise than it was said."""
    claims: list[ClaimView]
    answered: list[str]
    """Kinds of the messages that answer it."""


@dataclass(frozen=True, slots=True)
class WordsView:
    """What a fixed phrase says; what it means is its English wording."""

    by_language: dict[str, str]
    """By en, fr, ru and ar, with the slots filled in; empty where it cannot be worded."""
    unreviewed: list[str]
    """Languages whose wording nobody has reviewed; it is marked so in the wording, too."""
    problem: str
    """Why it cannot be worded, and all of it as it came, where it cannot."""


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message."""

    ours: bool
    seq: int
    hash: str
    kind: str
    urgency: str
    drill: bool
    sent: str
    """By the sender's clock."""
    kept: str
    """By this desk's."""
    body: dict[str, Any]
    words: WordsView | None
    """Nothing, where it says no fixed phrase."""
    problem: str
    """Why it was not acted on, where it was not."""
    receipts: ReceiptsView | None
    """Nothing, where none is expected."""


def messages_of(node: Node, talk: Talk, party: str, most: int) -> list[MessageView]:
    """The newest messages of a line, the last one first.

    Args:
        node: This desk's.
        talk: Its lines.
        party: The other.
        most: At most so many.

    Raises:
        RuleError: ``line.none``.
        StoreError: it cannot be read now.
    """
    talk.state(party)  # is there a line?
    peer = node.memory.peers[party].card.message_key.name
    board = talk.board
    found = (
        _view(board, (peer, how == "sent", one.hash), one, at_us)
        for how, one, at_us in _backwards(node, peer)
    )
    return list(islice((one for one in found if one is not None), most))


def message_of(node: Node, talk: Talk, party: str, seq: int, *, ours: bool = False) -> MessageView:
    """The newest message with a number, for who answers it.

    Raises:
        RuleError: ``line.none``, ``message.unknown``.
        StoreError: it cannot be read now.
    """
    talk.state(party)
    peer = node.memory.peers[party].card.message_key.name
    for how, one, at_us in _backwards(node, peer):
        if one.seq == seq and (how == "sent") is ours:
            view = _view(talk.board, (peer, ours, one.hash), one, at_us)
            if view is not None:
                return view
    whose = "ours" if ours else f"of {party}"
    raise RuleError("message.unknown", f"no message {seq} {whose} is here")


def _backwards(node: Node, peer: str) -> Iterator[tuple[str, Received, int]]:
    """How it is recorded, what it says, and when it was kept; what has no number is passed over."""
    for entry in reversed(node.store.history(subject_of(peer))):
        if entry.kind != "carried" or not entry.data:
            continue
        body = decode_body(opening_of(entry).body)
        assert isinstance(body, Carried)
        if body.how not in {"sent", "received"}:
            continue
        try:
            received = read_own(body.note.encode())
        except VerificationError:
            continue
        if received.seq:
            yield body.how, received, body.at_us


def _view(board: Board, key: Key, received: Received, at_us: int) -> MessageView | None:
    message = received.message
    if message is None:
        return None
    progress = board.progress.get(key)
    return MessageView(
        ours=key[1],
        seq=received.seq,
        hash=received.hash,
        kind=message.kind.name,
        urgency=message.urgency.word,
        drill=message.drill,
        sent=format_instant(message.sent_us),
        kept=format_instant(at_us),
        body=json.loads(received.text.partition("\nbody: ")[2]),
        words=_words(message.body),
        problem=received.problem,
        receipts=None if progress is None else _receipts(progress),
    )


def _words(body: Body) -> WordsView | None:
    found = phrased(body) if isinstance(body, Said) else None
    if found is None:
        return None
    return WordsView(
        by_language={one.value: text for one, text in found.words.items()},
        unreviewed=[one.value for one in found.words if one not in REVIEWED],
        problem=found.problem,
    )


def _receipts(one: Progress) -> ReceiptsView:
    return ReceiptsView(
        stored=_done(one.stored),
        acknowledged=_done(one.acknowledged),
        read_back=_done(one.read_back),
        differences=[
            f"{found.what}: not read back" if found.by is None else f"{found.what}: {found.by:,.1f}"
            for found in one.differences
        ],
        claims=[
            ClaimView(claim.by, format_instant(claim.stated_us), claim.list_version, [*claim.units])
            for claim in one.claims
        ],
        answered=[kind for kind, _ in one.answered],
    )


def _done(one: Done | None) -> DoneView | None:
    return None if one is None else DoneView(one.by, format_instant(one.at_us))
