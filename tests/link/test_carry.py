"""The text of a carried file: one meaning, one spelling; all notes between the two that it names."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import VerificationError
from keepclear.link import carry as carrying
from keepclear.link.carry import CARRIED_NOTES_MAX, Carry, fitting, read_carry, write_carry
from keepclear.link.message import MESSAGE_BYTES_MAX
from tests.link.ends import ALDER, BIRCH
from tests.vectors.make_carried import cases

FOLDER = Path(__file__).parents[1] / "vectors" / "carried"
CASES = sorted(FOLDER.glob("*.json"))
HEAD = f"keepclear/message/1\nfrom: {ALDER.name}\nto: {BIRCH.name}\n".encode()
NOTES = st.binary(max_size=60).map(lambda rest: HEAD + rest)
CARRIES = st.builds(
    Carry,
    st.just(ALDER.name),
    st.just(BIRCH.name),
    st.integers(0, 4_000_000_000_000_000),
    st.lists(NOTES, min_size=1, max_size=5).map(tuple),
)


@given(CARRIES)
def test_what_is_written_is_read_again(carry):
    assert read_carry(write_carry(carry)) == carry


@given(CARRIES, st.data())
def test_a_text_that_is_read_is_the_one_that_is_written(carry, data):
    """Whatever is changed in a text: it is refused, or it is the one spelling of another meaning."""
    text = write_carry(carry)
    at = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from("aZ0=+/ \n:-é\x00\u2028"))
    changed = text[:at] + letter + text[at + data.draw(st.integers(0, 1)) :]
    try:
        found = read_carry(changed)
    except VerificationError:
        return
    assert write_carry(found) == changed
    assert (found == carry) == (changed == text)


WORDS = st.sampled_from(
    ["keepclear/carried/1", "from", "to", "made", "note", ": ", "\n", ALDER.name, BIRCH.name,
     "2015-11-20T06:50:00Z", "9999-99-99T06:50:00Z", b64encode(HEAD).decode(), "=", "\ud7ff", " "]
)  # fmt: skip


@given(st.text() | st.lists(WORDS).map("".join))
def test_whatever_comes_is_read_or_refused(text):
    for one in (text, f"keepclear/carried/1\n{text}\n"):
        try:
            found, code = write_carry(read_carry(one)), ""
        except VerificationError as error:
            found, code = one, error.code
        assert found == one
        assert code.startswith(("text.", "carried.")) or not code


@given(
    st.lists(st.integers(1, 300)),
    st.integers(1, 300),
    st.integers(1, 12),
    st.integers(1_100, 3_000),
)
def test_what_fits_is_the_most_from_the_first_on_and_the_receipt(sizes, size, notes_max, bytes_max):
    notes = [HEAD + bytes(k) for k in sizes]
    receipt = HEAD + b"r" * size
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(carrying, "CARRIED_NOTES_MAX", notes_max)
        patch.setattr(carrying, "CARRIED_BYTES_MAX", bytes_max)
        fit = fitting(notes, receipt)
        assert fit == (*notes[: len(fit) - 1], receipt)
        if len(fit) > 1:  # the receipt alone may be too large for so small a limit
            written = write_carry(Carry(ALDER.name, BIRCH.name, 0, fit))
            assert len(written) <= bytes_max
            assert len(read_carry(written).notes) == len(fit)
        if len(fit) <= len(notes) and len(fit) < notes_max:
            more = (*notes[: len(fit)], receipt)
            lines = sum(len("note: \n") + len(b64encode(note)) for note in more)
            assert lines > bytes_max - carrying._HEAD_BYTES


def test_the_longest_notes_and_as_many_as_may_be_are_read():
    longest = HEAD.ljust(MESSAGE_BYTES_MAX, b"x")
    for notes in ((longest,), (HEAD,) * CARRIED_NOTES_MAX):
        carry = Carry(ALDER.name, BIRCH.name, 0, notes)
        assert read_carry(write_carry(carry)) == carry
    for notes in ((), (HEAD,) * (CARRIED_NOTES_MAX + 1)):
        with pytest.raises(ValueError, match="not too many"):
            write_carry(Carry(ALDER.name, BIRCH.name, 0, notes))


def test_more_than_a_text_may_hold_is_refused(monkeypatch):
    text = write_carry(Carry(ALDER.name, BIRCH.name, 0, (HEAD,)))
    monkeypatch.setattr(carrying, "CARRIED_BYTES_MAX", len(text) - 1)
    with pytest.raises(VerificationError) as caught:
        read_carry(text)
    assert caught.value.code == "carried.too-large"
    monkeypatch.setattr(carrying, "CARRIED_BYTES_MAX", len(text))
    assert read_carry(text).notes == (HEAD,)


def by_the_page(text):
    """As the page says it, without keepclear."""
    first, sender, recipient, made, *notes = text.removesuffix("\n").split("\n")
    assert first == "keepclear/carried/1"
    return {
        "from": sender.removeprefix("from: "),
        "to": recipient.removeprefix("to: "),
        "made": made.removeprefix("made: "),
        "notes": [b64decode(note.removeprefix("note: ")).decode() for note in notes],
    }


@pytest.mark.parametrize("place", CASES, ids=lambda place: place.stem)
def test_a_frozen_case(place):
    case = json.loads(place.read_text("utf-8"))
    if "code" in case:
        with pytest.raises(VerificationError) as caught:
            read_carry(case["text"])
        assert caught.value.code == case["code"]
        return
    found = by_the_page(case["text"])
    assert found == {name: case[name] for name in found}
    carry = read_carry(case["text"])
    assert [note.decode() for note in carry.notes] == case["notes"]
    assert (carry.sender, carry.recipient) == (case["from"], case["to"])


def test_no_case_was_changed_and_none_is_missing():
    kept = {place.stem: json.loads(place.read_text("utf-8")) for place in CASES}
    assert kept == {case["case"]: case for case in cases()}
