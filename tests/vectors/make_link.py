"""Writes link/: messages and streams with what a reader must make of them, one case a file.

usage: python -m tests.vectors.make_link

Keys are counted bytes and nothing is random. A file is made once and never changed: only missing
ones are written. ``tests/link/test_vectors.py`` reads them with keepclear, and some without it.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

from keepclear.link import bodies as b
from keepclear.link.message import text_of
from keepclear.record.note import sign
from tests.link.ends import (
    ALDER,
    BIRCH,
    CEDAR,
    DAWN,
    SECOND,
    declared,
    message,
    said,
    signed,
    stop,
)

FOLDER = Path(__file__).parent / "link"
HASH = "ab" * 32
PAGE = "docs/protocol/link.md"
LONG = "x" * 900_000
"""Written in a file as what is repeated, and beside it how often."""
FIRST = signed(stop(span=b.Span(start_us=DAWN)), arrangement="Darling/3")


def changed(old, new, first=FIRST):
    """The first message with other words, signed all the same: what only its sender can do."""
    assert old in first.text, old
    return sign(first.text.replace(old, new, 1), (ALDER,))


TIME = "sent: 2015-11-20T06:41:00Z"
AGREED = "arrangement: Darling/3"
PLACED = {
    "kind-unknown": ("kind: stop/1", "kind: strike/1", "body.unknown-kind"),
    "kind-of-a-later-version": ("kind: stop/1", "kind: stop/2", "body.unknown-kind"),
    "body-value-unknown": ('"asks":"cease"', '"asks":"fire"', "body.form"),
    "body-member-unknown": ('"asks":"cease"', '"asks":"cease","aim":"there"', "body.form"),
    "body-member-twice": ('"asks":"cease"', '"asks":"cease","asks":"hold"', "message.spelling"),
    "body-with-a-blank": ('"asks":"cease"', '"asks": "cease"', "message.spelling"),
    "body-escaped": ('"asks":"cease"', '"asks":"\\u0063ease"', "message.spelling"),
    "body-null": ('"asks":"cease"', '"asks":"cease","subject":null', "message.spelling"),
    "body-fraction": ('"lat_e7":-311800000', '"lat_e7":-311800000.0', "body.form"),
    "body-place-off-the-earth": ('"lat_e7":-311800000', '"lat_e7":-911800000', "body.form"),
    "body-lone-surrogate": ('"people of a partner near A2"', '"\\ud800"', "body.form"),
    "body-control-character": ("of a partner", "of\\u0007a partner", "message.hidden-characters"),
    "body-other-direction": ("of a partner", "of \u202ea partner", "message.hidden-characters"),
    "line-unknown": ("drill: -", "note: -\ndrill: -", "message.malformed"),
    "line-missing": ("until: -\n", "", "message.malformed"),
    "line-twice": ("until: -\n", "until: -\nuntil: -\n", "message.malformed"),
    "lines-exchanged": ("until: -\nurgency: flash", "urgency: flash\nuntil: -", "message.malformed"),
    "time-without-offset": (TIME, "sent: 2015-11-20T06:41:00", "message.malformed"),
    "time-spelled-otherwise": (TIME, "sent: 2015-11-20T06:41:00.000Z", "message.spelling"),
    "time-with-an-offset": (TIME, "sent: 2015-11-20T17:41:00+11:00", "message.spelling"),
    "urgency-too-low": ("urgency: flash", "urgency: routine", "message.urgency"),
    "urgency-unknown": ("urgency: flash", "urgency: highest", "message.malformed"),
    "drill-said-once": ("drill: -", "drill: EXERCISE", "message.spelling"),
    "ack-number-spelled": ("ack: -", f"ack: 04 {HASH}", "message.malformed"),
    "ack-of-nothing": ("ack: -", f"ack: 0 {HASH}", "message.malformed"),
    "arrangement-of-two-words": (AGREED, "arrangement: Darling 3", "message.malformed"),
}  # fmt: skip
"""Signed by the peer; each takes its place in the stream and is not acted on."""

REFUSED = {
    "version-other": ("keepclear/message/1", "keepclear/message/2", "message.version"),
    "recipient-other": ("to: birch", "to: cedar", "message.not-ours"),
    "sender-other-than-signed": ("from: alder", "from: cedar", "message.not-ours"),
    "stream-zero": ("stream: 1", "stream: 0", "message.place"),
    "stream-spelled": ("stream: 1", "stream: 01", "message.place"),
    "seq-zero": ("seq: 1", "seq: 0", "message.place"),
    "seq-negative": ("seq: 1", "seq: -1", "message.place"),
    "seq-without-a-chain": ("seq: 1", "seq: 2", "message.place"),
    "seq-too-large": ("seq: 1", "seq: 9007199254740992", "message.place"),
    "seq-arabic-digits": ("seq: 1", "seq: \u0661", "message.place"),
    "prev-short": ("prev: 000", "prev: 00", "message.place"),
    "place-lines-exchanged": ("stream: 1\nseq: 1", "seq: 1\nstream: 1", "message.place"),
}
"""Signed by the peer, and without a place in its stream to us."""


def notes():
    """Name, note, and what a reader makes of it."""
    told = b.Declared(subject="Relief/S1", version=1, what="site", text='{"name":"عيادة"}')
    yield "stop", FIRST.note, "", "a stop, as it is written"
    yield "drill", signed(stop(), drill=True).note, "", "the same word three times"
    yield (
        "declared-arabic",
        signed(told).note,
        "",
        "a text within a text; letters beyond ASCII as they are",
    )
    yield (
        "stepped",
        signed(b.Stepped(arrangement="Darling/3", step="suspend", by="duty officer")).note,
        "",
        "one party suspends an arrangement; it needs none to say so",
    )
    receipt = b.Stored(gaps=[(389, 390)], ahead=[b.Ref(seq=391, hash=HASH)], says=b.NO_PERMISSION)
    yield (
        "stored",
        signed(receipt, seq=0, ack=b.Ref(seq=388, hash=HASH)).note,
        "",
        "a receipt outside the stream: number 0, nothing before it",
    )
    for name, (old, new, code) in PLACED.items():
        yield name, changed(old, new), code, "it keeps its place and is not acted on"
    for name, (old, new, code) in REFUSED.items():
        yield name, changed(old, new), code, "it has no place in the stream"
    outside = sign(signed(receipt, seq=0).text.replace("seq: 0", "seq: 1"), (ALDER,))
    yield "receipt-with-a-number", outside, "message.place", "a receipt of a node has none"
    yield (
        "changed-after-signing",
        FIRST.note.replace(b"A2", b"A3"),
        "note.bad-signature",
        "nobody said this",
    )
    yield (
        "signed-by-another",
        signed(stop(), sender=CEDAR).note,
        "note.unsigned",
        "nobody known said this",
    )
    many = message(
        b.Incident(
            incident="I1",
            by="desk",
            official=False,
            certainty="unconfirmed",
            words="x",
            subjects=["y" * 199] * 60,
        )
    )
    large = sign(text_of(many), (ALDER,))
    yield "flash-too-large", large, "message.too-large", "it keeps its place; it is shown with this"
    whole = signed(said("x" * 1_000)).text
    yield (
        "too-large",
        sign(whole.replace("x" * 1_000, "x" * 900_000), (ALDER,)),
        "message.too-large",
        ("nobody reads so much to find out who said it"),
    )
    yield "cut-short", FIRST.note[:-30], "note.malformed", "the end is missing"
    yield "permission", sign(
        signed(receipt, seq=0).text.replace(b.NO_PERMISSION, "Go ahead."), (ALDER,)
    ), "message.place", "a receipt without its sentence is none"  # fmt: skip


def streams():
    """Name, the notes in the order in which they come, and what must be so after them."""
    one = signed(declared("A1"))
    two = signed(stop(), seq=2, prev=one.hash)
    three = signed(said(), seq=3, prev=two.hash, arrangement="Darling/3")
    other = signed(declared("A9"))
    astray = signed(declared("A3"), seq=2, prev=other.hash)
    stray_stop = signed(stop("astray"), seq=2, prev=other.hash)
    wrong = signed(said(), arrangement="Other/1")
    yield "in-order", [one, two, three], [1, 2, 3], 3, [], []
    yield "twice", [one, one, two, two, one], [1, 2], 2, [], []
    yield "stop-across-a-gap", [two], [2], 0, [(1, 1)], []
    yield "gap-closed", [two, three, one], [2, 1, 3], 3, [], []
    yield "routine-waits", [three], [], 0, [(1, 2)], []
    yield "two-texts", [one, other], [1], 1, [], ["stream.two-texts"]
    yield "other-chain", [one, astray], [1], 1, [], ["stream.other-chain"]
    yield "stop-on-another-chain", [one, stray_stop], [1, 2], 1, [], ["stream.other-chain"]
    yield "other-arrangement", [wrong], [], 1, [], []


def streams_with_answers():
    """The same, and the codes that a reader answers with ``refused/1``."""
    one, far = signed(declared("A1")), 2**53 - 1
    two = signed(stop(), seq=2, prev=one.hash)
    plan = signed(declared("A1", what="operation"), arrangement="Darling/3")
    second_stop, later = signed(stop("another")), DAWN + 301 * SECOND
    unsent = b.Ref(seq=5, hash=HASH)
    unknown = changed("kind: stop/1", "kind: strike/1")
    no_answer = b.Refused(re=b.Ref(seq=1, hash=HASH), code="body.form")
    misspelled = sign(signed(no_answer).text.replace("drill: -", "drill: EXERCISE"), (ALDER,))
    after = signed(stop(), seq=2, prev=hash_of(unknown))
    yield "flash-twice-across-a-gap", [two, two, one, two], [2, 1], 2, [], [], []
    yield (
        "two-stops-under-one-number",
        [FIRST, second_stop],
        [1, 1],
        1,
        [],
        ["stream.two-texts"],
        [],
    )
    yield "another-stream", [signed(said(), stream=2)], [], 0, [], ["stream.other"], []
    yield "stop-of-another-stream", [signed(stop(), stream=2)], [1], 0, [], ["stream.other"], []
    yield "future-dated", [signed(declared("A1"), sent_us=later)], [1], 1, [], ["clock.ahead"], []
    yield (
        "as-far-ahead-as-may-be",
        [signed(said(), seq=far, prev=HASH)],
        [],
        0,
        [(1, far - 1)],
        [],
        [],
    )
    held = [plan, signed(stop(), seq=2, prev=plan.hash)]
    yield "suspended", held, [2], 2, [], [], ["arrangement.suspended"]
    yield "unknown-kind-then-a-stop", [unknown, after], [2], 2, [], [], ["body.unknown-kind"]
    yield "refusal-that-is-refused", [misspelled], [], 1, [], [], []
    yield (
        "receipt-for-what-was-never-sent",
        [signed(stop(), ack=unsent)],
        [1],
        1,
        [],
        ["ack.unsent"],
        [],
    )
    yield (
        "forged",
        [FIRST.note.replace(b"A2", b"A3"), FIRST],
        [1],
        1,
        [],
        ["note.bad-signature"],
        [],
    )
    yield "of-another-version", [changed("message/1", "message/2"), FIRST], [1], 1, [], [
        "message.version"], []  # fmt: skip


def hash_of(note):
    """Of the text of a note."""
    return sha256(note.rpartition(b"\n\n")[0] + b"\n").hexdigest()


def write(name, value):
    place = FOLDER / f"{name}.json"
    if not place.exists():
        place.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main():
    FOLDER.mkdir(exist_ok=True)
    keys = {"me": BIRCH.name, "peer": str(ALDER.verifier), "page": PAGE}
    for name, note, code, why in notes():
        text = note.decode().replace(LONG, f"<{LONG[0]} repeated>")
        more = {"repeated": len(LONG)} if text != note.decode() else {}
        write(f"note-{name}", {"why": why, **keys, "note": text, **more, "code": code})
    for name, *told in streams_with_answers():
        several, acted, stored, gaps, alarms, answers = told
        write(
            f"stream-{name}",
            {
                "why": name.replace("-", " "),
                **keys,
                "arrangements": ["Darling/3"],
                "suspended": name == "suspended",
                "now": "2015-11-20T06:41:00Z",
                "notes": [getattr(one, "note", one).decode() for one in several],
                "shown_or_acted_on": acted,
                "stored_up_to": stored,
                "gaps": gaps,
                "alarms": alarms,
                "answered_with_refused": answers,
            },
        )
    for name, several, acted, stored, gaps, alarms in streams():
        write(
            f"stream-{name}",
            {
                "why": name.replace("-", " "),
                **keys,
                "arrangements": ["Darling/3"],
                "notes": [one.note.decode() for one in several],
                "shown_or_acted_on": acted,
                "stored_up_to": stored,
                "gaps": gaps,
                "alarms": alarms,
            },
        )


if __name__ == "__main__":
    main()
