"""Routes of enrolment: this desk's own invitation, those of others, their words, and lost keys.

For administrators of the desk whose node it is, and for people alone: twelve words are heard, and no
program hears them. What the root key signs is done where the node is at rest, because a node that is
served does not open it (docs/security.md).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

import msgspec

from keepclear.domain.access import Action
from keepclear.errors import RuleError, VerificationError
from keepclear.faces.api import forms
from keepclear.faces.api.problems import Problem
from keepclear.faces.api.route import Asked, Reply, Route
from keepclear.link.invitation import INVITATION_BYTES_MAX, write_invitation
from keepclear.link.pinning import words_of
from keepclear.node import peers
from keepclear.node.ledger import Node
from keepclear.node.memory import Peer

__all__ = ["ROUTES"]

_WORDS_MAX: Final = 24
"""Twelve are asked for; what is more is refused by the words themselves."""


class InvitationOut(forms.Out, frozen=True):
    """What another desk takes in; it holds nothing secret, and proves nothing before it is compared."""

    invitation: str
    party: str
    number: int
    """Of the newest card in it."""
    words: list[str]
    """To be read to the other desk, over a path that both knew before."""


class InvitationIn(forms.In, frozen=True):
    """Another desk's, as it came."""

    invitation: Annotated[str, msgspec.Meta(max_length=INVITATION_BYTES_MAX)]


class WordsIn(forms.In, frozen=True):
    """The words that were heard."""

    words: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=20)]], msgspec.Meta(max_length=_WORDS_MAX)
    ]


class LossIn(forms.In, frozen=True):
    """Why a key is believed no longer."""

    reason: Annotated[str, msgspec.Meta(max_length=1_000)]


class PeerOut(forms.Out, frozen=True):
    """What is believed of a party's keys now."""

    party: str
    number: int
    """Of its card."""
    pinned: str


def invitation(_asked: Asked, node: Node) -> Reply:
    """This desk's own invitation, as its cards are."""
    owner = node.around.owner
    own = node.memory.peers.get(owner)
    if own is None:
        raise RuleError(
            "peer.no-card",
            f"{owner} has no card yet, and the root key signs one; a node that is served does not open "
            "that key: stop it, and type keepclear link invite with its folder, once",
        )
    text = write_invitation(own.root, peers.cards_of(node, owner))
    words = list(words_of(own.root))
    return Reply(InvitationOut(text, owner, own.card.number, words))


def accept(asked: Asked, node: Node) -> Reply:
    """Take an invitation in."""
    return _said(lambda: peers.accept(node, asked.body.invitation, asked.request()))


def compare(asked: Asked, node: Node) -> Reply:
    """Believe a key whose words were heard."""
    party, words = asked.path["party"], asked.body.words
    return _said(lambda: peers.compare(node, party, words, asked.request()))


def lost(asked: Asked, node: Node) -> Reply:
    """Believe a key no longer."""
    party, reason = asked.path["party"], asked.body.reason
    return _said(lambda: peers.call_lost(node, party, reason, asked.request()))


def _said(call: Callable[[], Peer]) -> Reply:
    try:
        peer = call()
    except VerificationError as error:
        raise Problem(422, error.code, str(error)) from None
    return Reply(PeerOut(peer.card.party, peer.card.number, peer.pinned.value))


_PEERS: Final = "/api/v1/peers"
ROUTES: Final = (
    Route(
        "GET",
        "/api/v1/invitation",
        Action.ENROL,
        "This desk's own invitation, for another desk",
        invitation,
        answer=InvitationOut,
        problems=(409,),
    ),
    Route(
        "POST",
        _PEERS,
        Action.ENROL,
        "Take in another desk's invitation; unverified until it is compared",
        accept,
        body=InvitationIn,
        answer=PeerOut,
        status=201,
        problems=(409, 422),
    ),
    Route(
        "POST",
        f"{_PEERS}/{{party}}/comparison",
        Action.ENROL,
        "Say which twelve words the desk of a party read; its key is believed where they agree",
        compare,
        body=WordsIn,
        answer=PeerOut,
        problems=(409, 422),
    ),
    Route(
        "POST",
        f"{_PEERS}/{{party}}/loss",
        Action.ENROL,
        "Believe the root key of a party no longer",
        lost,
        body=LossIn,
        answer=PeerOut,
        problems=(409,),
    ),
)
