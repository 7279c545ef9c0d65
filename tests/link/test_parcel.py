"""What a relay sees of what it passes on: one meaning, one spelling, and the very bytes."""

from __future__ import annotations

import json
from base64 import b64decode
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.domain.window import format_instant
from keepclear.errors import VerificationError
from keepclear.link.parcel import (
    HEAD_BYTES_MAX,
    TAKEN_MAX,
    open_asked,
    open_head,
    read_head,
    sign_asked,
    sign_head,
)
from keepclear.record.note import Verifier, open_note
from tests.link.ends import ALDER, BIRCH, CEDAR, DAWN
from tests.vectors.make_relay import cases

FOLDER = Path(__file__).parents[1] / "vectors" / "relay"
CASES = sorted(FOLDER.glob("*.json"))
HASHES = st.binary(min_size=32, max_size=32).map(bytes.hex)
TIMES = st.integers(0, 4_000_000_000_000_000)


@given(HASHES, TIMES, st.binary(min_size=1, max_size=99))
def test_what_is_signed_is_read_again(mark, made_us, sealed):
    head, note = sign_head(ALDER, BIRCH.name, mark, made_us, sealed)
    assert read_head(note) == open_head(note, sealed, ALDER.verifier) == head
    assert (head.size, head.sealed) == (len(sealed), sha256(sealed).hexdigest())
    assert len(note) < HEAD_BYTES_MAX


@given(TIMES, st.lists(HASHES, max_size=TAKEN_MAX))
def test_what_is_asked_is_read_again(sent_us, taken):
    asked = open_asked(sign_asked(BIRCH, CEDAR.name, sent_us, taken), BIRCH.verifier, CEDAR.name)
    assert (asked.sender, asked.recipient, asked.sent_us) == (BIRCH.name, CEDAR.name, sent_us)
    assert list(asked.taken) == taken


@given(st.data())
def test_whatever_is_changed_is_refused(data):
    sealed = b"sealed bytes"
    _, head = sign_head(ALDER, BIRCH.name, "ab" * 32, DAWN, sealed)
    asked = sign_asked(BIRCH, CEDAR.name, DAWN, ["cd" * 32])
    which, call = data.draw(st.sampled_from([
        (head, lambda note: open_head(note, sealed, ALDER.verifier)),
        (asked, lambda note: open_asked(note, BIRCH.verifier, CEDAR.name)),
    ]))  # fmt: skip
    at = data.draw(st.integers(0, len(which) - 1))
    mark = data.draw(st.binary(max_size=2))
    changed = which[:at] + mark + which[at + data.draw(st.integers(0, 1)) :]
    if changed == which:
        assert call(changed)
        return
    with pytest.raises(VerificationError):
        call(changed)


def test_more_than_there_may_be_is_refused():
    with pytest.raises(VerificationError):
        open_asked(
            sign_asked(BIRCH, CEDAR.name, DAWN, ["ab" * 32] * (TAKEN_MAX + 1)),
            BIRCH.verifier,
            CEDAR.name,
        )
    _, head = sign_head(ALDER, "x" * HEAD_BYTES_MAX, "ab" * 32, DAWN, b"x")
    with pytest.raises(VerificationError):
        read_head(head)


def by_the_page(case):
    """As the page says it, without what reads it in keepclear but for the note itself."""
    key = Verifier.parse(case["key"])
    if case["of"] == "asking":
        first, sender, to, sent, *taken = open_note(case["asked"].encode(), [key]).text.split("\n")[
            :-1
        ]
        assert first == "keepclear/parcels-asked/1"
        return {
            "from": sender.removeprefix("from: "), "to": to.removeprefix("to: "),
            "sent": sent.removeprefix("sent: "),
            "taken": [one.removeprefix("taken: ") for one in taken],
        }  # fmt: skip
    lines = open_note(case["head"].encode(), [key]).text.split("\n")[:-1]
    assert lines[0] == "keepclear/parcel/1"
    said = dict(line.split(": ", 1) for line in lines[1:])
    sealed = b64decode(case["sealed"])
    assert said.pop("sealed") == sha256(sealed).hexdigest()
    assert int(said["size"]) == len(sealed)
    return said | {"size": int(said["size"])}


@pytest.mark.parametrize("place", CASES, ids=lambda place: place.stem)
def test_a_frozen_case(place):
    case = json.loads(place.read_text("utf-8"))
    key = Verifier.parse(case["key"])

    def opened():
        if case["of"] == "asking":
            return open_asked(case["asked"].encode(), key, case["to"])
        return open_head(case["head"].encode(), b64decode(case["sealed"]), key)

    if "code" in case:
        with pytest.raises(VerificationError) as caught:
            opened()
        assert caught.value.code == case["code"]
        return
    found = by_the_page(case)
    assert found == {name: case[name] for name in found}
    said = opened()
    at_us = said.sent_us if case["of"] == "asking" else said.made_us
    assert format_instant(at_us) == found.get("sent", found.get("made"))
    assert (said.sender, said.recipient) == (case["from"], case["to"])


def test_no_case_was_changed_and_none_is_missing():
    kept = {place.stem: json.loads(place.read_text("utf-8")) for place in CASES}
    assert kept == {case["case"]: case for case in cases()}
