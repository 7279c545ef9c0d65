"""One message between two desks: a signed note of twelve lines that a person can read on paper.

::

    keepclear/message/1
    from: alder.example/desk
    to: birch.example/desk
    stream: 1
    seq: 412
    prev: <SHA-256 of the text of 411>
    sent: 2015-11-20T06:41:00Z
    until: -
    urgency: flash
    arrangement: Darling/3
    drill: -
    ack: 388 <SHA-256 of the text of the other's 388>
    kind: stop/1
    body: {"asks":"cease", ... one line of JSON}

Rules kept here: what is read is printed again and compared, so that one message has one text; the
hash of that text names it. The first six lines give a message its place in its stream; whatever is
wrong below them makes it a message that is kept and not acted on, because a stream must never stop
at one. ``-`` stands for nothing. Left to others: order (:mod:`keepclear.link.stream`), and keys.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, cached_property
from hashlib import sha256
from typing import Final

import msgspec

from keepclear.domain.window import format_instant, parse_instant
from keepclear.errors import InputError, VerificationError
from keepclear.link.bodies import Body, Ref
from keepclear.link.kinds import KINDS, Kind, Urgency, kind_of
from keepclear.record.note import Signer, Verifier, open_note, parse_note, sign

__all__ = [
    "DRILL",
    "FLASH_BYTES_MAX",
    "MESSAGE",
    "MESSAGE_BYTES_MAX",
    "NOTHING_BEFORE",
    "Message",
    "Received",
    "open_message",
    "read_own",
    "sign_message",
    "text_of",
    "visible",
]

MESSAGE: Final = "keepclear/message/1"
MESSAGE_BYTES_MAX: Final = 900_000
"""Bytes of a note; a declaration with 10,000 vertices takes less than half of it."""
FLASH_BYTES_MAX: Final = 8_000
"""Of a flash message: it must go through the narrowest line there is."""
NOTHING_BEFORE: Final = "0" * 64
"""The line ``prev`` of the first message, and of those that are not chained."""
DRILL: Final = "EXERCISE EXERCISE EXERCISE"
_SEQ_MAX: Final = 2**53 - 1
_NOTHING: Final = "-"
_PLACE_LINES: Final = 6
_ARRANGEMENT_LENGTH_MAX: Final = 200
_NAMES: Final = (
    "from", "to", "stream", "seq", "prev",
    "sent", "until", "urgency", "arrangement", "drill", "ack", "kind", "body",
)  # fmt: skip
_HASH: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)
_HIDDEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
"""What a screen does not show, or what makes it show another order than is signed."""
_ESCAPED: Final = re.compile(r"(?<!\\)(?:\\\\)*\\u")
"""The same behind an escape: only control characters are ever written so."""
_URGENCIES: Final = {urgency.word: urgency for urgency in Urgency}


@dataclass(frozen=True, slots=True)
class Message:
    """What one desk says to another, before it is signed."""

    sender: str
    """The name of the key that signs it."""
    recipient: str
    stream: int
    seq: int
    """From 1; 0 for what is not chained."""
    prev: str
    sent_us: int
    """By the sender's clock: for people, never for order."""
    body: Body
    urgency: Urgency
    until_us: int | None = None
    """After this it is shown as late."""
    arrangement: str = ""
    drill: bool = False
    ack: Ref | None = None
    """The last message of the reader's stream up to which the sender has stored everything."""

    @property
    def kind(self) -> Kind:
        """What holds for it."""
        return kind_of(self.body)


@dataclass(frozen=True)
class Received:
    """A note whose signature holds and whose place in its stream is known."""

    note: bytes
    text: str
    stream: int
    seq: int
    prev: str
    message: Message | None
    """Nothing where it cannot be understood."""
    problem: str = ""
    """Why it is not acted on, as a code; a flash message is shown all the same, with this beside it."""

    @cached_property
    def hash(self) -> str:
        """SHA-256 of its text, in hexadecimal."""
        return sha256(self.text.encode()).hexdigest()

    @property
    def on_arrival(self) -> bool:
        """Whether it acts even where earlier messages are missing."""
        return self.message is not None and self.message.kind.on_arrival


def visible(text: str) -> str:
    """A text of JSON with escapes where a message may not hold a character: it means the same."""
    return _HIDDEN.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def text_of(message: Message) -> str:
    """The text that is signed."""
    until, ack = message.until_us, message.ack
    values = (
        message.sender,
        message.recipient,
        message.stream,
        message.seq,
        message.prev,
        format_instant(message.sent_us),
        _NOTHING if until is None else format_instant(until),
        message.urgency.word,
        message.arrangement or _NOTHING,
        DRILL if message.drill else _NOTHING,
        _NOTHING if ack is None else f"{ack.seq} {ack.hash}",
        message.kind.name,
        msgspec.json.encode(message.body).decode(),
    )
    lines = (f"{name}: {value}\n" for name, value in zip(_NAMES, values, strict=True))
    return f"{MESSAGE}\n{''.join(lines)}"


def sign_message(message: Message, signer: Signer) -> Received:
    """The message as a note, and as a reader will see it.

    Raises:
        InputError: ``message.*``, ``body.*``: a reader would not act on it; the words say why.
    """
    if signer.name != message.sender:
        raise ValueError("a message is signed by who sends it")
    text = text_of(message)
    found, note = _read(text), sign(text, (signer,))
    too_large = "message.too-large" if len(note) > MESSAGE_BYTES_MAX else ""
    problem = found.problem or too_large
    if problem:
        raise InputError(
            problem, f"this message cannot be sent as it is ({problem}); shorten or correct it"
        )
    return replace(found, note=note)


def open_message(note: bytes, sender: Verifier, recipient: str) -> Received:
    """What a note says, once its signature holds.

    Args:
        note: As it came.
        sender: The key of the peer that is believed.
        recipient: The name of the key of this desk.

    Raises:
        VerificationError: ``message.too-large``, ``note.*``: nobody known says this, it is no evidence
            against anybody; ``message.version``, ``message.not-ours``, ``message.place``: the peer
            signed it, and it has no place in its stream to us.
    """
    if len(note) > MESSAGE_BYTES_MAX:
        raise VerificationError(
            "message.too-large",
            f"a message has at most {MESSAGE_BYTES_MAX:,} bytes; this has {len(note):,}",
        )
    text = open_note(note, (sender,)).text
    head = text.split("\n", _PLACE_LINES)
    if head[0] != MESSAGE:
        raise VerificationError(
            "message.version", f"it begins with {head[0][:60]!r}, expected {MESSAGE!r}"
        )
    if head[1:3] != [f"from: {sender.name}", f"to: {recipient}"]:
        raise VerificationError(
            "message.not-ours", f"it is not from {sender.name!r} to {recipient!r}; pass it on"
        )
    found = _read(text)
    return replace(found, note=note)


def read_own(note: bytes) -> Received:
    """A note of our own store, whose signature was looked at before it was stored.

    Raises:
        VerificationError: it is no message.
    """
    found = _read(parse_note(note).text)
    return replace(found, note=note)


def _read(text: str) -> Received:
    """The parts of a text; raises only where it has no place in a stream."""
    lines = text.split("\n")
    values = [
        line.removeprefix(f"{name}: ") if line.startswith(f"{name}: ") else None
        for name, line in zip(_NAMES, lines[1:], strict=False)
    ]
    place = values[: _PLACE_LINES - 1]
    if len(place) < _PLACE_LINES - 1 or None in place:
        raise _no_place("one of the first six lines is missing")
    stream, seq, prev = _number(place[2] or ""), _number(place[3] or ""), place[4] or ""
    if not stream or seq is None or not _HASH.fullmatch(prev):
        raise _no_place("stream, seq or prev is not as the format has it")
    if (seq <= 1) != (prev == NOTHING_BEFORE):
        raise _no_place("only the first message of a stream has nothing before it")
    message, problem = None, "message.malformed"
    if len(lines) == len(_NAMES) + 2 and not lines[-1] and None not in values:
        message, problem = _message([value or "" for value in values], stream, seq, prev)
    if message is not None:
        problem = _problem_of(message, text)
    if (message is not None and not message.kind.chained) != (seq == 0):
        raise _no_place("it has no number, or has one and may have none")
    return Received(b"", text, stream, seq, prev, message, problem)


def _message(values: list[str], stream: int, seq: int, prev: str) -> tuple[Message | None, str]:
    """The message that thirteen values make, or why they make none."""
    sender, recipient, _, _, _, sent, until, urgency, arrangement, drill, ack, kind, body = values
    if kind not in KINDS:
        return None, "body.unknown-kind"
    try:
        found = _decoder(kind).decode(body)
        message = Message(
            sender=sender,
            recipient=recipient,
            stream=stream,
            seq=seq,
            prev=prev,
            sent_us=parse_instant(sent),
            body=found,
            urgency=_URGENCIES[urgency],
            until_us=None if until == _NOTHING else parse_instant(until),
            arrangement="" if arrangement == _NOTHING else arrangement,
            drill=drill != _NOTHING,
            ack=None if ack == _NOTHING else _ref(ack),
        )
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None, "body.form"
    except (InputError, KeyError, ValueError):
        return None, "message.malformed"
    return message, ""


def _problem_of(message: Message, text: str) -> str:
    """Why a message that can be understood is not acted on; empty where it is."""
    kind = message.kind
    if text_of(message) != text:
        return "message.spelling"
    if _HIDDEN.search(text.replace("\n", "")) or _ESCAPED.search(text):
        return "message.hidden-characters"
    if message.arrangement and (
        len(message.arrangement) > _ARRANGEMENT_LENGTH_MAX or " " in message.arrangement
    ):
        return "message.malformed"
    if message.urgency < kind.urgency or (message.urgency is Urgency.FLASH) != kind.on_arrival:
        return "message.urgency"
    if kind.on_arrival and len(text.encode()) > FLASH_BYTES_MAX:
        return "message.too-large"
    return ""


def _ref(text: str) -> Ref:
    number, _, digest = text.partition(" ")
    seq = _number(number)
    if not seq or not _HASH.fullmatch(digest):
        raise ValueError(text)
    return Ref(seq=seq, hash=digest)


def _number(text: str) -> int | None:
    """A whole number in its one spelling, or nothing."""
    return int(text) if _NUMBER.fullmatch(text) and int(text) <= _SEQ_MAX else None


@cache
def _decoder(kind: str) -> msgspec.json.Decoder[Body]:
    return msgspec.json.Decoder(KINDS[kind].body)


def _no_place(why: str) -> VerificationError:
    return VerificationError("message.place", f"it has no place in a stream: {why}")
