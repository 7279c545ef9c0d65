"""One message: its lines, what is refused, and what keeps its place (docs/protocol/link.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from hashlib import sha256

from tests.second.bodies import BODIES, read_body, write_body
from tests.second.lines import digits64, loose_instant, number, write_instant
from tests.second.notes import Key, Refused, Signer, need, open_note, write_note

FIRST = "keepclear/message/1"
NONE = "-"
ZEROS = "0" * 64
DRILL = "EXERCISE EXERCISE EXERCISE"
LARGEST_NOTE, LARGEST_FLASH, LONGEST_ARRANGEMENT = 900_000, 8_000, 200
URGENCIES = ("routine", "immediate", "flash")
BELOW = ("sent", "until", "urgency", "arrangement", "drill", "ack", "kind", "body")

FLASH = {"outside/1", "held/1", "stop/1", "answer/1", "stopped/1", "stop-lifted/1", "incident/1"}
IMMEDIATE = {
    "amended/1", "activated/1", "delayed/1", "crossing/1", "notice/1", "stepped/1", "contact/1",
    "test/1", "test-answer/1", "stored/1", "heartbeat/1",
}  # fmt: skip
OUTSIDE = ("stored/1", "heartbeat/1")
AGREED = ("crossing/1", "said/1")
"""Kinds that need an arrangement. ``declared/1`` and ``amended/1`` go by what they declare."""
ARRANGED = ("operation", "restriction", "area")

HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\u202a-\u202e\u2066-\u2069]")
ESCAPED = re.compile(r"(?<!\\)(?:\\\\)*\\u")
"""The same as an escape: ``\\u`` behind no backslash of its own, anywhere in the text."""


@dataclass(frozen=True)
class Message:
    """What one note says. ``code`` is why it is not acted on; empty where it is."""

    sender: str
    to: str
    seq: int
    stream: int = 1
    prev: str = ZEROS
    text: str = ""
    note: bytes = b""
    sent_us: int = 0
    until_us: int | None = None
    urgency: str = ""
    arrangement: str = ""
    drill: bool = False
    ack: tuple[int, str] | None = None
    kind: str = ""
    body: dict | None = None
    code: str = ""

    @property
    def hash(self) -> str:
        return text_hash(self.text)

    @property
    def flash(self) -> bool:
        """Whether it acts on arrival, or is shown where it cannot be acted on."""
        return self.kind in FLASH

    @property
    def always(self) -> bool:
        """Whether it is acted on without an arrangement."""
        if self.kind in {"declared/1", "amended/1"}:
            return self.body["what"] not in ARRANGED
        return self.kind not in AGREED

    def ref(self) -> dict:
        return {"seq": self.seq, "hash": self.hash}


def text_hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def least_urgency(kind: str) -> str:
    return "flash" if kind in FLASH else "immediate" if kind in IMMEDIATE else "routine"


def text_of(said: Message) -> str:
    """What is signed, in its one spelling; ``text`` and ``note`` do not count."""
    lines = {
        "from": said.sender,
        "to": said.to,
        "stream": said.stream,
        "seq": said.seq,
        "prev": said.prev,
        "sent": write_instant(said.sent_us),
        "until": NONE if said.until_us is None else write_instant(said.until_us),
        "urgency": said.urgency or least_urgency(said.kind),
        "arrangement": said.arrangement or NONE,
        "drill": DRILL if said.drill else NONE,
        "ack": f"{said.ack[0]} {said.ack[1]}" if said.ack else NONE,
        "kind": said.kind,
        "body": write_body(said.kind, said.body),
    }
    return "".join([FIRST, "\n", *(f"{name}: {value}\n" for name, value in lines.items())])


def write_message(signer: Signer, kind: str, body: dict, **rest) -> Message:
    """A signed message; ``rest`` are further lines, at least ``to``, ``seq`` and ``sent_us``."""
    text = text_of(Message(signer.name, kind=kind, body=body, **rest))
    return Message(
        signer.name, kind=kind, body=body, text=text, note=write_note(text, signer), **rest
    )


def read_message(note: bytes, peer: Key, me: str) -> Message:
    """The message in a note of ``peer``; Refused where it has no place in the peer's stream to us."""
    if len(note) > LARGEST_NOTE:
        raise Refused("message.too-large", f"{len(note)} bytes")
    text, _ = open_note(note, [peer])
    lines = text[:-1].split("\n")
    if lines[0] != FIRST:
        raise Refused("message.version", lines[0][:60])
    if lines[1:3] != [f"from: {peer.name}", f"to: {me}"]:
        raise Refused("message.not-ours", "from or to somebody else")
    try:
        stream, seq, prev = place_of(lines[3:6])
    except ValueError as error:
        raise Refused("message.place", str(error)) from error
    placed = Message(peer.name, me, seq, stream, prev, text, note)
    try:
        message = understood(placed, lines[6:])
    except Refused as refused:
        if seq == 0:
            raise Refused("message.place", "outside the stream nothing keeps a place") from refused
        return replace(placed, code=refused.code)
    if (message.kind in OUTSIDE) != (seq == 0):
        raise Refused("message.place", "outside the stream stand receipts and heartbeats alone")
    return replace(message, code=code_of(message))


def value_of(line: str, name: str) -> str:
    found, colon, value = line.partition(": ")
    need(found == name and colon, f"no line {name}")
    return value


def place_of(lines: list[str]) -> tuple[int, int, str]:
    need(len(lines) == 3, "lines are missing")
    stream = number(value_of(lines[0], "stream"))
    seq = number(value_of(lines[1], "seq"))
    prev = digits64(value_of(lines[2], "prev"))
    need(stream and (prev == ZEROS) == (seq <= 1), "no such place")
    return stream, seq, prev


def understood(placed: Message, lines: list[str]) -> Message:
    """The message with what stands below ``prev``, in whatever spelling."""
    try:
        need(len(lines) == len(BELOW), "another number of lines")
        values = {name: value_of(line, name) for name, line in zip(BELOW, lines, strict=True)}
        return replace(
            placed,
            body=read_body(values["kind"], values["body"]),
            kind=values["kind"],
            sent_us=loose_instant(values["sent"]),
            until_us=None if values["until"] == NONE else loose_instant(values["until"]),
            urgency=URGENCIES[URGENCIES.index(values["urgency"])],
            arrangement="" if values["arrangement"] == NONE else values["arrangement"],
            drill=values["drill"] != NONE,
            ack=ack_of(values["ack"]),
        )
    except ValueError as error:
        raise Refused("message.malformed", str(error)) from error


def code_of(message: Message) -> str:
    """Why a message that can be understood is not acted on, the first that applies; else nothing."""
    if text_of(message) != message.text:
        return "message.spelling"
    if HIDDEN.search(message.text.replace("\n", "")) or ESCAPED.search(message.text):
        return "message.hidden-characters"
    if " " in message.arrangement or len(message.arrangement) > LONGEST_ARRANGEMENT:
        return "message.malformed"
    least = least_urgency(message.kind)
    high_enough = URGENCIES.index(message.urgency) >= URGENCIES.index(least)
    if not high_enough or (message.urgency == "flash") != (least == "flash"):
        return "message.urgency"
    if message.flash and len(message.text.encode()) > LARGEST_FLASH:
        return "message.too-large"
    return ""


def ack_of(value: str) -> tuple[int, str] | None:
    if value == NONE:
        return None
    first, _, second = value.partition(" ")
    need(number(first), "a receipt of nothing")
    return number(first), digits64(second)


assert {*FLASH, *IMMEDIATE, *AGREED} <= BODIES.keys()
