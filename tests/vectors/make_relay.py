"""Writes tests/vectors/relay/: one case a file, for programs that are not ours.

usage: python -m tests.vectors.make_relay FOLDER

The cases are made once and never changed; ``tests/link/test_parcel.py`` asks them. The sealed bytes are
any bytes here: what age makes of a note is another each time.
"""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from pathlib import Path

from keepclear.domain.window import format_instant
from keepclear.link.parcel import PARCEL, sign_asked, sign_head
from keepclear.record.note import sign
from tests.link.ends import ALDER, BIRCH, CEDAR, DAWN

SEALED = b"age-encryption.org/v1\n" + bytes(range(200))
MARK = "5a" * 32
HASHES = ["0f" * 32, "f0" * 32]


def cases() -> list[dict]:
    head, note = sign_head(ALDER, BIRCH.name, MARK, DAWN, SEALED)
    asked = sign_asked(BIRCH, CEDAR.name, DAWN, HASHES)
    text, asking = head.text, asked.partition(b"\n\n")[0].decode() + "\n"

    def good():
        return {
            "case": "parcel", "of": "parcel", "head": note.decode(),
            "sealed": b64encode(SEALED).decode(), "from": ALDER.name,
            "key": str(ALDER.verifier), "to": BIRCH.name, "mark": MARK,
            "made": format_instant(DAWN), "size": len(SEALED),
        }  # fmt: skip

    def bad(name, why, said, code="parcel.malformed", sealed=SEALED, signer=ALDER):
        return {
            "case": f"parcel-{name}", "of": "parcel", "why": why,
            "head": sign(said, (signer,)).decode(), "sealed": b64encode(sealed).decode(),
            "from": ALDER.name, "key": str(ALDER.verifier), "code": code,
        }  # fmt: skip

    def bad_asking(name, why, said, code="parcel.malformed", signer=BIRCH):
        return {
            "case": f"asking-{name}", "of": "asking", "why": why,
            "asked": sign(said, (signer,)).decode(), "from": BIRCH.name,
            "key": str(BIRCH.verifier), "to": CEDAR.name, "code": code,
        }  # fmt: skip

    lines = text.splitlines(keepends=True)
    return [
        good(),
        bad("with-other-bytes", "whoever passed it on put others there", text, "parcel.changed",
            SEALED[:-1] + b"x"),
        bad("with-bytes-cut-short", "the last byte is missing", text, "parcel.changed", SEALED[:-1]),
        bad("by-another-key", "the relay signed it itself", text, "note.unsigned", signer=CEDAR),
        bad("from-another", "it names another sender than who signed",
            text.replace(ALDER.name, CEDAR.name), "parcel.other-sender"),
        bad("of-another-version", "another type", text.replace(PARCEL, "keepclear/parcel/2"),
            "text.other-type"),
        bad("with-a-line-more", "a name that is not known", text + "urgency: flash\n"),
        bad("with-lines-exchanged", "the order is fixed",
            "".join([*lines[:3], lines[4], lines[3], *lines[5:]])),
        bad("with-a-line-missing", "there is no mark", "".join([*lines[:3], *lines[4:]])),
        bad("with-a-short-mark", "a mark has 64 digits", text.replace(MARK, "5a")),
        bad("with-a-mark-in-capitals", "digits are small", text.replace(MARK, MARK.upper())),
        bad("with-its-time-spelled-otherwise", "a time has one spelling",
            text.replace(format_instant(DAWN), format_instant(DAWN).replace("Z", ".0Z"))),
        bad("with-its-size-spelled-otherwise", "a number has one spelling",
            text.replace("size: ", "size: 0")),
        bad("with-a-long-head", "it has at most 4,000 bytes", text
            .replace("to: birch", f"to: {'b' * 4_000}"), "parcel.malformed"),
        bad("of-no-bytes", "there is always something",
            sign_head(ALDER, BIRCH.name, MARK, DAWN, b"")[0].text, sealed=b""),
        {
            "case": "asking", "of": "asking", "asked": asked.decode(), "from": BIRCH.name,
            "key": str(BIRCH.verifier), "to": CEDAR.name, "sent": format_instant(DAWN),
            "taken": HASHES,
        },
        bad_asking(
            "with-a-blank-that-is-none",
            "no blank but U+0020",
            asking.replace(CEDAR.name, f"{CEDAR.name}\u00a0"),
        ),
        bad_asking("of-another-relay", "it was written to another",
                   asking.replace(CEDAR.name, ALDER.name)),
        bad_asking("by-another-key", "somebody else asks", asking, "note.unsigned", ALDER),
        bad_asking("with-a-hash-cut-short", "a hash has 64 digits", asking.replace(HASHES[0], "0f")),
        bad_asking("with-201-hashes", "there are at most 200",
                   asking + f"taken: {HASHES[0]}\n" * 199),
        bad_asking("with-a-line-unknown", "a name that is not known", asking + "words: please\n"),
    ]  # fmt: skip


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for case in cases():
        place = folder / f"{case['case']}.json"
        place.write_text(json.dumps(case, ensure_ascii=False, indent=1) + "\n", "utf-8")
