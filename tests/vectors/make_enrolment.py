"""Writes tests/vectors/enrolment/: one case a file, for programs that are not ours.

usage: python -m tests.vectors.make_enrolment FOLDER

Keys are counted bytes. The cases are made once and never changed;
``tests/link/test_enrolment_vectors.py`` asks them.
"""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

from keepclear.link.agreement import add_signature, propose
from keepclear.link.card_chain import next_card
from keepclear.link.cards import UnverifiedCard, open_card, sign_card
from keepclear.link.invitation import write_invitation
from keepclear.link.pinning import words_of
from keepclear.record.note import Signer, key_id, sign

ROOT, MESSAGE, RECORD, NEW, OTHER = (
    Signer(f"keepclear/alder/{name}", bytes(range(k, k + 32)))
    for k, name in enumerate(("root", "desk", "record", "desk-2", "other"))
)
BIRCH = Signer("keepclear/birch/desk", bytes(range(100, 132)))
FIRST = UnverifiedCard(
    party="Alder",
    number=1,
    previous=b"",
    addresses=("https://alder.example:8443", "https://10.0.0.7:8443"),
    message_key=MESSAGE.verifier,
    record_key=RECORD.verifier,
    age="none-here",
    from_us=1_447_977_600_000_000,
    until_us=1_479_600_000_000_000,
    certificate=bytes(range(64)),
)
POINT = b"\x01" + bytes(31)
_WEAK_ID, _WEAK_KEY = key_id("weak", 1, POINT).hex(), b64encode(b"\x01" + POINT).decode()
WEAK = f"weak+{_WEAK_ID}+{_WEAK_KEY}"
"""A key of order 1: every text has a signature by it."""
TEXT = 'format = "keepclear arrangement 1"\nname = "Darling"\nversion = 1\n'


def resigned(text: str, signer: Signer = ROOT) -> str:
    return sign(text, (signer,)).decode()


def cases() -> list[dict]:
    card = open_card(sign_card(FIRST, ROOT), ROOT.verifier)
    second = next_card(
        card, message_key=NEW.verifier, record_key=RECORD.verifier,
        from_us=FIRST.from_us + 86_400_000_000, until_us=FIRST.until_us, last_believed=41,
    )  # fmt: skip
    other = replace(second, addresses=())
    two, fork = (open_card(sign_card(one, ROOT), ROOT.verifier) for one in (second, other))
    text, note = FIRST.text, card.note.decode()
    lines = text.splitlines(keepends=True)
    both = add_signature(propose(TEXT, MESSAGE), BIRCH).decode()
    root = str(ROOT.verifier)

    def bad(name, why, code, note):
        return {"case": name, "of": "card", "why": why, "root": root, "note": note, "code": code}

    invited = write_invitation(ROOT.verifier, [card, two])
    rows = invited.splitlines(keepends=True)
    return [
        {"case": "words", "of": "words", "root": root, "words": list(words_of(ROOT.verifier))},
        {"case": "words-of-another-name", "of": "words", "root": str(OTHER.verifier),
         "words": list(words_of(OTHER.verifier))},
        {"case": "card", "of": "card", "root": root, "note": note, "number": 1},
        {"case": "card-second", "of": "card", "root": root, "note": two.note.decode(), "number": 2,
         "previous": b64encode(second.previous).decode()},
        bad("card-by-another-root", "its own root did not sign it", "note.unsigned",
            resigned(text, OTHER)),
        bad("card-changed", "a byte was changed after signing", "note.bad-signature",
            note.replace("Alder", "Adler")),
        bad("card-lines-exchanged", "the order is fixed", "card.malformed",
            resigned("".join([lines[0], lines[2], lines[1], *lines[3:]]))),
        bad("card-line-twice", "each line stands once", "card.malformed",
            resigned("".join([*lines[:2], lines[1], *lines[2:]]))),
        bad("card-line-unknown", "a name that is not known", "card.malformed",
            resigned(text + "note: hello\n")),
        bad("card-line-missing", "a line is missing", "card.malformed",
            resigned(text.replace("age: none-here\n", ""))),
        bad("card-number-spelled", "a number has one spelling", "card.malformed",
            resigned(text.replace("number: 1\n", "number: 01\n"))),
        bad("card-time-spelled", "a time has one spelling", "card.malformed",
            resigned(text.replace("2015-11-20T00:00:00Z", "2015-11-20T00:00:00.0Z"))),
        bad("card-first-with-previous", "the first has none before it", "card.malformed",
            resigned(text.replace("previous: none", f"previous: {b64encode(bytes(32)).decode()}"))),
        bad("card-ends-before-it-begins", "from is before until", "card.malformed",
            resigned(text.replace("until: 2016-11-20", "until: 2014-11-20"))),
        bad("card-address-without-tls", "an address begins with https://", "card.malformed",
            resigned(text.replace("https://alder", "http://alder"))),
        bad("card-one-key-twice", "message and record key are one", "card.malformed",
            resigned(text.replace(str(RECORD.verifier), str(MESSAGE.verifier)))),
        bad("card-root-as-message-key", "the root key signs cards and nothing else", "card.malformed",
            resigned(text.replace(str(MESSAGE.verifier), root))),
        bad("card-message-key-of-small-order", "anybody could sign with it", "key.weak",
            resigned(text.replace(str(MESSAGE.verifier), WEAK))),
        {**bad("card-root-of-small-order", "anybody could sign with it", "key.weak", note),
         "root": WEAK},
        bad("card-with-9-addresses", "there are at most 8", "card.malformed",
            resigned(text.replace(lines[4], lines[4] * 8))),
        bad("card-with-a-long-line", "a line has at most 20,000 characters", "text.malformed",
            resigned(text.replace("none-here", "x" * 20_000))),
        bad("card-with-a-large-certificate", "it has at most 8,000 bytes", "card.malformed",
            resigned(text.replace(b64encode(FIRST.certificate).decode(),
                                  b64encode(bytes(8_001)).decode()))),
        bad("card-with-a-blank-that-is-none", "no blank but U+0020", "card.malformed",
            resigned(text.replace("party: Alder", "party: Alder\u00a0"))),
        bad("card-of-a-party-with-a-slash", "a slash parts party and id", "card.malformed",
            resigned(text.replace("party: Alder", "party: Alder/A1"))),
        bad("card-revoked-after-a-negative-number", "numbers begin with 0", "card.malformed",
            resigned(text + f"revoked: {NEW.verifier} after -1\n")),
        bad("card-revoked-without-a-number", "up to which message it is believed", "card.malformed",
            resigned(text + f"revoked: {NEW.verifier}\n")),
        bad("card-other-version", "another type", "text.other-type",
            resigned(text.replace("keepclear/card/1", "keepclear/card/2"))),
        {"case": "fork", "of": "fork", "root": root, "note": two.note.decode(),
         "other": fork.note.decode(), "code": "card.fork"},
        {"case": "invitation", "of": "invitation", "text": invited, "root": root, "cards": 2},
        {"case": "invitation-without-the-first", "of": "invitation",
         "text": "".join([*rows[:2], rows[3]]), "code": "invitation.malformed"},
        {"case": "invitation-with-a-card-twice", "of": "invitation",
         "text": "".join([*rows[:3], rows[2]]), "code": "card.not-next"},
        {"case": "invitation-without-cards", "of": "invitation", "text": "".join(rows[:2]),
         "code": "invitation.malformed"},
        {"case": "arrangement-signed-by-both", "of": "arrangement", "note": both, "text": TEXT,
         "keys": {"Alder": str(MESSAGE.verifier), "Birch": str(BIRCH.verifier)}, "missing": []},
        {"case": "arrangement-signed-by-one", "of": "arrangement",
         "note": propose(TEXT, MESSAGE).decode(), "text": TEXT,
         "keys": {"Alder": str(MESSAGE.verifier), "Birch": str(BIRCH.verifier)},
         "missing": ["Birch"]},
        {"case": "arrangement-changed", "of": "arrangement",
         "note": both.replace("version = 1", "version = 2"),
         "keys": {"Alder": str(MESSAGE.verifier), "Birch": str(BIRCH.verifier)},
         "code": "note.bad-signature"},
    ]  # fmt: skip


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for case in cases():
        place = folder / f"{case['case']}.json"
        place.write_text(json.dumps(case, ensure_ascii=False, indent=1) + "\n", "utf-8")
