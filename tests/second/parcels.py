"""What a relay sees and what a stick carries: docs/protocol/relay.md and carried.md."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from tests.second.lines import (
    digits64,
    in_order,
    instant,
    number,
    read_lines,
    write_instant,
    write_lines,
)
from tests.second.notes import Key, Refused, Signer, decode64, encode64, need, open_note, write_note

PARCEL, ASKED, CARRIED = (f"keepclear/{each}/1" for each in ("parcel", "parcels-asked", "carried"))
ONE = (1, 1)
LARGEST_SEALED, LARGEST_HEAD, LARGEST_CARRIED, LONGEST_NOTE = 910_000, 4_000, 32_000_000, 1_300_000
MOST_TAKEN, MOST_NOTES = 200, 4_000


@dataclass(frozen=True)
class Head:
    sender: str
    to: str
    mark: str
    made_us: int
    size: int
    sealed: str


def write_head(signer: Signer, to: str, mark: str, made_us: int, sealed: bytes) -> bytes:
    lines = [
        ("from", signer.name), ("to", to), ("mark", mark), ("made", write_instant(made_us)),
        ("size", str(len(sealed))), ("sealed", sha256(sealed).hexdigest()),
    ]  # fmt: skip
    return write_note(write_lines(PARCEL, lines), signer)


def read_head(note: bytes, sender: Key, sealed: bytes) -> Head:
    """A head that ``sender`` signed, beside the bytes that it names."""
    if len(note) > LARGEST_HEAD:
        raise Refused("parcel.malformed", "the head is too long")
    text, _ = open_note(note, [sender])
    pairs = read_lines(text, PARCEL)
    try:
        lines = in_order(
            pairs, dict.fromkeys(["from", "to", "mark", "made", "size", "sealed"], ONE)
        )
        values = {name: each[0] for name, each in lines.items()}
        head = Head(
            values["from"], values["to"], digits64(values["mark"]), instant(values["made"]),
            number(values["size"]), digits64(values["sealed"]),
        )  # fmt: skip
        need(1 <= head.size <= LARGEST_SEALED, "no such size")
    except ValueError as error:
        raise Refused("parcel.malformed", str(error)) from error
    if head.sender != sender.name:
        raise Refused("parcel.other-sender", head.sender[:60])
    if (head.size, head.sealed) != (len(sealed), sha256(sealed).hexdigest()):
        raise Refused("parcel.changed", "other bytes than those of the head")
    return head


def write_asked(signer: Signer, relay: str, sent_us: int, taken: list[str]) -> bytes:
    lines = [("from", signer.name), ("to", relay), ("sent", write_instant(sent_us))]
    return write_note(write_lines(ASKED, [*lines, *(("taken", each) for each in taken)]), signer)


def read_asked(note: bytes, asker: Key, relay: str) -> tuple[int, list[str]]:
    """When it was asked, and the hashes of what came before."""
    text, _ = open_note(note, [asker])
    pairs = read_lines(text, ASKED)
    try:
        table = {"from": ONE, "to": ONE, "sent": ONE, "taken": (0, MOST_TAKEN)}
        lines = in_order(pairs, table)
        between = lines["from"] == [asker.name] and lines["to"] == [relay]
        need(between, "from or to somebody else")
        return instant(lines["sent"][0]), [digits64(each) for each in lines["taken"]]
    except ValueError as error:
        raise Refused("parcel.malformed", str(error)) from error


def write_carried(sender: str, to: str, made_us: int, notes: list[bytes]) -> str:
    lines = [("from", sender), ("to", to), ("made", write_instant(made_us))]
    return write_lines(CARRIED, [*lines, *(("note", encode64(each)) for each in notes)])


def read_carried(text: str) -> tuple[str, str, int, list[bytes]]:
    """From, to, made and the notes of the text inside a carried file."""
    if len(text.encode()) > LARGEST_CARRIED:
        raise Refused("carried.too-large", "more than a file may hold")
    pairs = read_lines(text, CARRIED, LONGEST_NOTE, 3 + MOST_NOTES)
    try:
        table = {"from": ONE, "to": ONE, "made": ONE, "note": (1, MOST_NOTES)}
        lines = in_order(pairs, table)
        sender, to = lines["from"][0], lines["to"][0]
        notes = [decode64(each) for each in lines["note"]]
        between = [f"from: {sender}".encode(), f"to: {to}".encode()]
        ours = all(each.split(b"\n")[1:3] == between for each in notes)
        need(ours, "a note between others")
        return sender, to, instant(lines["made"][0]), notes
    except ValueError as error:
        raise Refused("carried.malformed", str(error)) from error
