"""An arrangement holds when all its members have signed the very same bytes."""

from __future__ import annotations

from itertools import permutations

import pytest

from keepclear.errors import VerificationError
from keepclear.link.agreement import add_signature, combined, open_agreement, propose, text_in
from keepclear.record.note import Signer, sign

TEXT = 'name = "darling"\nversion = 1\n\n[[member]]\nname = "Alder"\n'
SIGNERS = {
    name: Signer(f"keepclear/{name.lower()}/message", bytes([k]) * 32)
    for k, name in enumerate(("Alder", "Birch", "Cedar"), 1)
}
KEYS = {name: signer.verifier for name, signer in SIGNERS.items()}


@pytest.mark.parametrize("order", list(permutations(SIGNERS)))
def test_it_holds_when_the_last_has_signed_in_any_order(order):
    note = propose(TEXT, SIGNERS[order[0]])
    for k, name in enumerate(order[1:], 1):
        opened = open_agreement(note, KEYS)
        assert not opened.holds
        assert set(opened.missing) == set(order[k:])
        note = add_signature(note, SIGNERS[name])
    opened = open_agreement(note, KEYS)
    assert opened.holds
    assert opened.text == text_in(note) == TEXT


def test_signing_twice_changes_nothing():
    note = propose(TEXT, SIGNERS["Alder"])
    assert add_signature(note, SIGNERS["Alder"]) == note


def test_what_two_signed_at_one_time_comes_together():
    one = propose(TEXT, SIGNERS["Alder"])
    birch, cedar = (add_signature(one, SIGNERS[name]) for name in ("Birch", "Cedar"))
    both = combined(birch, cedar)
    assert open_agreement(both, KEYS).holds
    assert combined(both, cedar) == both
    assert combined(one, propose(TEXT + "# other\n", SIGNERS["Birch"])) == one


def test_a_changed_text_is_nobodys():
    note = add_signature(propose(TEXT, SIGNERS["Alder"]), SIGNERS["Birch"])
    with pytest.raises(VerificationError, match="does not fit the text"):
        open_agreement(note.replace(b"version = 1", b"version = 2"), KEYS)


def test_a_stranger_signs_for_nobody():
    note = add_signature(
        propose(TEXT, SIGNERS["Alder"]), Signer("keepclear/birch/message", b"x" * 32)
    )
    assert open_agreement(note, KEYS).missing == ("Birch", "Cedar")


def test_other_notes_are_no_arrangement():
    with pytest.raises(VerificationError):
        open_agreement(sign("keepclear/card/1\n" + TEXT, (SIGNERS["Alder"],)), KEYS)
    with pytest.raises(VerificationError):
        text_in(sign(TEXT, (SIGNERS["Alder"],)))


@pytest.mark.parametrize("text", ["no line break", "tab\there\n", "carriage\r\n"])
def test_what_a_note_cannot_hold_is_refused_with_what_to_do(text):
    with pytest.raises(VerificationError, match="save it so"):
        propose(text, SIGNERS["Alder"])
