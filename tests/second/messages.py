"""One message: its lines, what is refused, and what keeps its place (docs/protocol/link.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

from tests.second.bodies import BODIES, read_body, write_body
from tests.second.lines import digits64, loose_instant, number, write_instant
from tests.second.notes import Key, Refused, Signer, need, open_note, write_note

FIRST = "keepclear/message/1"
NONE = "-"
ZEROS = "0" * 64
DRILL = "EXERCISE EXERCISE EXERCISE"
LARGEST_NOTE, LARGEST_FLASH = 900_000, 8_000
URGENCIES = ("routine", "immediate", "flash")
BELOW = ("sent", "until", "urgency", "arrangement", "drill", "ack", "kind", "body")

FLASH = {"held/1", "stop/1", "answer/1", "stopped/1", "stop-lifted/1", "incident/1"}
IMMEDIATE = {
    "delayed/1", "crossing/1", "notice/1", "stepped/1", "contact/1", "test/1", "test-answer/1",
    "stored/1", "heartbeat/1",
}  # fmt: skip
OUTSIDE = ("stored/1", "heartbeat/1")
AGREED = ("crossing/1", "said/1")
"""Kinds that need an arrangement. ``declared/1`` and ``amended/1`` go by what they declare."""
FREE = ("site", "movement")

HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\u202a-\u202e\u2066-\u2069]")
SPOKEN = str.maketrans("", "", "\n\t\b\f\r")
"""What a body may hold and spells as ``\\n`` and the like."""


@dataclass(frozen=True)
class Message:
    """What one note says. ``code`` is why it is not acted on; empty where it is."""

    sender: str
    to: str
    stream: int
    seq: int
    prev: str
    text: str
    note: bytes
    sent_us: int = 0
    until_us: int | None = None
    urgency: str = "routine"
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
    def always(self) -> bool:
        """Whether it is acted on without an arrangement."""
        if self.kind in {"declared/1", "amended/1"}:
            return self.body["what"] in FREE
        return self.kind not in AGREED

    def ref(self) -> dict:
        return {"seq": self.seq, "hash": self.hash}


def text_hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def least_urgency(kind: str) -> str:
    return "flash" if kind in FLASH else "immediate" if kind in IMMEDIATE else "routine"


def message_text(
    kind, body, *, sender, to, seq, sent_us, stream=1, prev=ZEROS, until_us=None, urgency="",
    arrangement="", drill=False, ack=None,
):  # fmt: skip
    """The text of a message; ``body`` is its members."""
    lines = {
        "from": sender,
        "to": to,
        "stream": stream,
        "seq": seq,
        "prev": prev,
        "sent": write_instant(sent_us),
        "until": NONE if until_us is None else write_instant(until_us),
        "urgency": urgency or least_urgency(kind),
        "arrangement": arrangement or NONE,
        "drill": DRILL if drill else NONE,
        "ack": f"{ack[0]} {ack[1]}" if ack else NONE,
        "kind": kind,
        "body": write_body(kind, body),
    }
    return "".join([FIRST, "\n", *(f"{name}: {value}\n" for name, value in lines.items())])


def write_message(signer: Signer, kind: str, body: dict, **rest) -> bytes:
    return write_note(message_text(kind, body, sender=signer.name, **rest), signer)


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
    placed = Message(peer.name, me, stream, seq, prev, text, note)
    try:
        return below_its_place(placed, lines[6:])
    except Refused as refused:
        if seq == 0:
            raise Refused("message.place", "outside the stream nothing keeps a place") from refused
        urgency = lines[8].removeprefix("urgency: ") if len(lines) > 8 else ""
        return Message(
            peer.name, me, stream, seq, prev, text, note,
            urgency="flash" if urgency == "flash" else "routine", code=refused.code,
        )  # fmt: skip


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


def below_its_place(placed: Message, lines: list[str]) -> Message:
    """The message with what stands below ``prev``; Refused with the code that keeps its place."""
    if HIDDEN.search(placed.text.replace("\n", "")):
        raise Refused("message.hidden-characters", "in the text")
    try:
        need(len(lines) == len(BELOW), "another number of lines")
        values = {name: value_of(line, name) for name, line in zip(BELOW, lines, strict=True)}
        read = {
            "sent_us": loose_instant(values["sent"]),
            "until_us": None if values["until"] == NONE else loose_instant(values["until"]),
            "urgency": URGENCIES[URGENCIES.index(values["urgency"])],
            "arrangement": arrangement_of(values["arrangement"]),
            "drill": values["drill"] != NONE,
            "ack": ack_of(values["ack"]),
            "kind": values["kind"],
        }
    except ValueError as error:
        raise Refused("message.malformed", str(error)) from error
    body = read_body(values["kind"], values["body"])
    if hides(body):
        raise Refused("message.hidden-characters", "in the body")
    kind, urgency = read["kind"], read["urgency"]
    if (kind in OUTSIDE) != (placed.seq == 0):
        raise Refused("message.place", "outside the stream there are receipts and heartbeats alone")
    again = message_text(
        body=body, sender=placed.sender, to=placed.to, stream=placed.stream, seq=placed.seq,
        prev=placed.prev, **read,
    )  # fmt: skip
    if again != placed.text:
        raise Refused("message.spelling", "it is spelled otherwise")
    least = least_urgency(kind)
    if (urgency == "flash") != (least == "flash") or URGENCIES.index(urgency) < URGENCIES.index(
        least
    ):
        raise Refused("message.urgency", f"{urgency} for {kind}")
    if urgency == "flash" and len(placed.text.encode()) > LARGEST_FLASH:
        raise Refused("message.too-large", "flash goes through the narrowest line")
    return Message(
        placed.sender, placed.to, placed.stream, placed.seq, placed.prev, placed.text, placed.note,
        body=body, **read,
    )  # fmt: skip


def arrangement_of(value: str) -> str:
    need(value and " " not in value and len(value) <= 200, "no name of an arrangement")
    return "" if value == NONE else value


def ack_of(value: str) -> tuple[int, str] | None:
    if value == NONE:
        return None
    first, _, second = value.partition(" ")
    need(number(first), "a receipt of nothing")
    return number(first), digits64(second)


def hides(value) -> bool:
    """Whether a text anywhere in a body holds a character that a screen does not show."""
    if isinstance(value, dict):
        return any(map(hides, value.values()))
    if isinstance(value, list):
        return any(map(hides, value))
    return isinstance(value, str) and bool(HIDDEN.search(value.translate(SPOKEN)))


assert {*FLASH, *IMMEDIATE, *AGREED} <= BODIES.keys()
