"""The use cases of a call: say a stop, key in one that was heard, and log how the call went.

Both desks record the same line and the same words over it, each in its own record, at its own time.
Asked for again with the same key, each of these is done once.
What was heard is a claim about the caller until the words were compared; it is acted on at once all
the same, because a stop never waits for a proof.
"""

from __future__ import annotations

from typing import Final

from keepclear.domain.position import Position
from keepclear.errors import RuleError
from keepclear.formats.callsheet import (
    Asks,
    CallSheet,
    call_sheet,
    compared,
    is_drill,
    keyed,
    stop_of,
)
from keepclear.link.bodies import Stop
from keepclear.link.phrases import Language
from keepclear.node.declaring import Request, replied, reply_to
from keepclear.node.ledger import Node
from keepclear.wire.entries import Voiced

__all__ = ["ANSWERS", "STEPS", "SUBJECT", "call_step", "hear", "say_stop", "subject_of"]

STEPS: Final = ("dialled", "answered", "asked-for", "held", "hung-up")
"""What happens in a call besides what is said: in 2016 the caller asked for somebody, and hung up."""
ANSWERS: Final = ("wilco", "unable", "standby", "roger", "stopped", "lifted", "false")
"""What is said of a stop; ``false``: it is taken back, and should not have been said."""
SUBJECT: Final = "voice/"
"""Before the other party: what entries about calls with it are about."""


def say_stop(
    node: Node,
    other: str,
    asks: Asks,
    position: Position,
    language: Language,
    request: Request,
    *,
    drill: bool = False,
) -> CallSheet:
    """The sheet to read out to another desk; that it was made is recorded before it is shown.

    Args:
        node: This desk's.
        other: The party that is called.
        asks: What is asked.
        position: Where, on WGS84.
        language: Of the other desk.
        request: Who asks.
        drill: Whether it is an exercise.

    Raises:
        InputError: ``checkwords.time``.
        RuleError: ``voice.party``, ``idempotency.other-request``.
        StoreError: nobody can know whether it is kept.
    """
    node.fresh()
    _other(node, other)
    where = (position.latitude, position.longitude)
    asked = f"sheet {other} {asks} {where} {language.value} {drill}"
    before = replied(node, request, asked)
    at_us = (
        node.now_us() if before is None else before.reply["at_us"]
    )  # its line has a minute in it
    stop = stop_of(asks, position, at_us)
    sheet = call_sheet(stop, node.around.owner, other, language, drill=drill)
    if before is None:
        words = " ".join(sheet.words)
        _keep(node, other, "said", request, asked, line=sheet.keyed, words=words)
    return sheet


def hear(node: Node, other: str, line: str, request: Request) -> tuple[Stop, tuple[str, ...]]:
    """What another desk said, as it was keyed in, and the words to read back to it.

    Raises:
        InputError: ``voice.*``, ``checkwords.*``: have it said again; nothing was recorded.
        RuleError: ``voice.party``, ``idempotency.other-request``.
        StoreError: nobody can know whether it is kept; it holds all the same.
    """
    node.fresh()
    _other(node, other)
    stop = keyed(line)
    words = compared(stop, other, node.around.owner, drill=is_drill(line))
    heard = " ".join(line.upper().split())
    asked = f"heard {other} {heard}"
    if replied(node, request, asked) is None:
        _keep(node, other, "heard", request, asked, line=heard, words=" ".join(words))
    return stop, words


def call_step(
    node: Node, other: str, step: str, request: Request, *, who: str = "", about: str = ""
) -> None:
    """One step of a call, or what was said in it of a stop, at the time it is logged.

    Args:
        node: This desk's.
        other: The party in the call.
        step: One of :data:`STEPS` or of :data:`ANSWERS`.
        request: Who logs it.
        who: The role that answered, or was asked for.
        about: The name of the stop; an answer is about one.

    Raises:
        RuleError: ``voice.step``, ``voice.party``, ``voice.about``, ``idempotency.other-request``.
        StoreError: nobody can know whether it is kept.
    """
    node.fresh()
    _other(node, other)
    if step not in {*STEPS, *ANSWERS}:
        known = ", ".join((*STEPS, *ANSWERS))
        raise RuleError("voice.step", f"{step[:40]!r} is none of {known}")
    if step in ANSWERS and not about:
        raise RuleError("voice.about", f"say which stop {step!r} is about")
    asked = f"call {other} {step} {about} {who}"
    if replied(node, request, asked) is None:
        _keep(node, other, step, request, asked, who=who or None, about=about or None)


def subject_of(other: str) -> str:
    """What entries about calls with a party are about."""
    return SUBJECT + other


def _other(node: Node, other: str) -> None:
    if not other.strip() or "/" in other or other == node.around.owner:
        raise RuleError(
            "voice.party", f"{other[:80]!r} is no other party; name the desk that is called"
        )


def _keep(
    node: Node,
    other: str,
    how: str,
    request: Request,
    asked: str,
    *,
    line: str | None = None,
    words: str | None = None,
    who: str | None = None,
    about: str | None = None,
) -> None:
    at_us = node.now_us()
    body = Voiced(
        subject=subject_of(other),
        at_us=at_us,
        how=how,
        by=request.by,
        line=line,
        words=words,
        who=who,
        about=about,
    )
    node.save([body], reply=reply_to(request, asked, {"at_us": at_us}, at_us))
