"""What was said by telephone, on the board: a stop stands there as one that came over the line does.

A stop of a call is named by who called whom and by the line that was keyed in, so that both desks give
it one name, and one that is keyed in twice stands once. The line has a whole minute in it: the same
stop, said again a minute later, is another. Left to others: what is recorded
(:mod:`keepclear.node.voice`), and what follows (:mod:`keepclear.link.alerting`).
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from keepclear.errors import InputError
from keepclear.formats.callsheet import in_words, is_drill, keyed
from keepclear.link.alerting import Effect
from keepclear.link.board import Board, Key
from keepclear.link.message import DRILL
from keepclear.node.voice import SUBJECT
from keepclear.wire.entries import Voiced

__all__ = ["caller_of", "digest", "on_board", "peer_of", "text_of"]

_PEER: Final = "voice "
"""Before a party, where the board has the name of a key: those have no blanks."""
_FALSE: Final = "false"


def peer_of(other: str) -> str:
    """Whose stops these are, as the board has it."""
    return _PEER + other


def caller_of(peer: str) -> str:
    """The party of a name of :func:`peer_of`; empty for the name of a key."""
    return peer.removeprefix(_PEER) if peer.startswith(_PEER) else ""


def digest(caller: str, called: str, line: str) -> str:
    """The name of a stop that was said in a call."""
    symbols = "".join(line.upper().split())
    return sha256(f"voice\n{caller}\n{called}\n{symbols}".encode()).hexdigest()


def on_board(board: Board, owner: str, body: Voiced) -> list[tuple[Key, Effect]]:
    """What an entry on a call changes on the board.

    Args:
        board: Of this desk.
        owner: Whose desk it is.
        body: The entry.
    """
    other = body.subject.removeprefix(SUBJECT)
    peer, ours = peer_of(other), body.how == "said"
    if ours or body.how == "heard":
        names = (owner, other) if ours else (other, owner)
        line = body.line or ""
        try:
            stop = keyed(line)
        except InputError:
            return []  # written by a program that knows other lines; the record has it
        key = (peer, ours, digest(*names, line))
        return board.spoken(key, stop, body.at_us, drill=is_drill(line))
    what = "lifted" if body.how == _FALSE else body.how.replace("-", " ")
    effects = []
    for key in _meant(board, peer, body.about):
        effects += board.told(key, what, body.who or body.by, body.at_us, false=body.how == _FALSE)
    return effects


def text_of(body: Voiced) -> str:
    """What every screen of the desk shows of a stop that was heard."""
    other, line = body.subject.removeprefix(SUBJECT), body.line or ""
    drill = f"{DRILL}\n" if is_drill(line) else ""
    return (
        f"{drill}by telephone, as from {other}; nobody's signature is on it\n"
        f"{in_words(keyed(line))}\nread back: {body.words}\n"
    )


def _meant(board: Board, peer: str, about: str | None) -> list[Key]:
    """The stops that an entry is about: the one it names, or all that are open in calls with them."""
    return [
        key
        for key, alert in board.alerts.items()
        if key[0] == peer and (alert.open if about is None else key[2] == about)
    ]
