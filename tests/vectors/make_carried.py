"""Writes tests/vectors/carried/: one case a file, for programs that are not ours.

usage: python -m tests.vectors.make_carried FOLDER

The cases are made once and never changed; ``tests/link/test_carry.py`` asks them. They are the text
inside a file: what age makes of it is another each time.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from keepclear.domain.window import format_instant
from keepclear.link import bodies as b
from keepclear.link.carry import Carry, write_carry
from tests.link.ends import ALDER, BIRCH, CEDAR, DAWN, chain, said, signed, stop


def cases() -> list[dict]:
    several = [one.note for one in chain(said("good morning"), stop())]
    receipt = signed(b.Stored(gaps=[], ahead=[], says=b.NO_PERMISSION), seq=0).note
    notes = (several[1], several[0], receipt)
    other = chain(said(), recipient=CEDAR)[0].note
    text = write_carry(Carry(ALDER.name, BIRCH.name, DAWN, notes))
    lines = text.splitlines(keepends=True)

    def good(name, notes):
        return {
            "case": name, "text": write_carry(Carry(ALDER.name, BIRCH.name, DAWN, notes)),
            "from": ALDER.name, "to": BIRCH.name, "made": format_instant(DAWN),
            "notes": [note.decode() for note in notes],
        }  # fmt: skip

    def bad(name, why, text, code="carried.malformed"):
        return {"case": name, "why": why, "text": text, "code": code}

    return [
        good("flash-first-then-the-receipt", notes),
        good("a-receipt-alone", (receipt,)),
        good("a-note-twice", (receipt, receipt)),
        bad("no-notes", "there is always a receipt", "".join(lines[:4])),
        bad("other-version", "another type", text.replace("carried/1", "carried/2"),
            "text.other-type"),
        bad("head-lines-exchanged", "the order is fixed",
            "".join([lines[0], lines[2], lines[1], *lines[3:]])),
        bad("head-line-missing", "made is missing", "".join([*lines[:3], *lines[4:]])),
        bad("head-line-twice", "each line of the head stands once",
            "".join([*lines[:2], lines[1], *lines[2:]])),
        bad("line-unknown", "a name that is not known", text + "words: hello\n"),
        bad("last-line-feed-missing", "each line ends with a line feed", text[:-1],
            "text.malformed"),
        bad("cut-short", "the last line is not whole", text[:-5], "text.malformed"),
        bad("carriage-returns", "a line ends with a line feed alone", text.replace("\n", "\r\n"),
            "text.other-type"),
        bad("time-spelled-otherwise", "a time has one spelling",
            text.replace(format_instant(DAWN), format_instant(DAWN).replace("Z", ".0Z"))),
        bad("time-is-none", "no time", text.replace(format_instant(DAWN), "dawn")),
        bad("base64-in-another-spelling", "base64 has one spelling",
            "".join([*lines[:4], lines[4].replace("\n", "=\n"), *lines[5:]])),
        bad("note-empty", "a note has something in it", text + "note: \n"),
        bad("note-to-another", "all notes are for the one that the head names",
            text.replace(BIRCH.name, CEDAR.name)),
        bad("note-of-another-line", "one note is to another",
            text + write_carry(Carry(ALDER.name, CEDAR.name, 0, (other,))).splitlines(True)[4]),
    ]  # fmt: skip


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for case in cases():
        place = folder / f"{case['case']}.json"
        place.write_text(json.dumps(case, ensure_ascii=False, indent=1) + "\n", "utf-8")
