"""The entries about a line: the notes that it carried, proofs, alarms, and what the desk was shown.

Left to others: what is decided on a line (:mod:`keepclear.node.line`), and who reads the entries.
"""

from __future__ import annotations

from keepclear.link.happening import Record
from keepclear.node.ledger import Node
from keepclear.wire.entries import Alarm, Body, Carried, Shown

__all__ = ["alarm_of", "carried", "evidence_of", "shown_to_desk", "subject_of"]


def subject_of(peer: str) -> str:
    """What entries about the line to a peer are about."""
    return f"line/{peer}"


def alarm_of(peer: str, code: str, now_us: int) -> Body:
    """Something about a line that people must look at."""
    return Alarm(subject=subject_of(peer), at_us=now_us, code=code, party=peer, arrangement="")


def carried(peer: str, record: Record, now_us: int) -> Body:
    """A note as it is recorded."""
    return Carried(
        subject=subject_of(peer),
        at_us=now_us,
        how=record.how,
        seq=record.seq,
        hash=record.hash,
        note=record.note.decode(),
    )


def evidence_of(peer: str, note: bytes, now_us: int) -> Body:
    """A note that has no place in the stream and is kept as proof."""
    return carried(peer, Record(note, "evidence", 0, ""), now_us)


def shown_to_desk(node: Node, subject: str, how: str, text: str) -> Shown:
    """That this desk is shown something now, about a line or about calls with a party."""
    owner = node.around.owner
    return Shown(subject=subject, at_us=node.now_us(), to=owner, how=how, of=[], text=text)
