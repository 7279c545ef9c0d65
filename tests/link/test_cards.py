"""Party cards: one spelling, one signer, one line of succession."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import VerificationError
from keepclear.link.card_chain import check_successor, next_card
from keepclear.link.cards import (
    CARD,
    Revoked,
    UnverifiedCard,
    hash_of,
    open_card,
    parse_card,
    sign_card,
)
from keepclear.record.note import Signer, sign

ROOT, OTHER_ROOT = (Signer("keepclear/alder/root", bytes([k]) * 32) for k in (1, 2))
MESSAGE, RECORD, NEW = (
    Signer(f"keepclear/alder/{name}", bytes([k]) * 32)
    for k, name in enumerate(("message", "record", "message-2"), 3)
)
DAY_US = 86_400_000_000
FIRST = UnverifiedCard(
    party="Alder",
    number=1,
    previous=b"",
    addresses=("https://alder.example:8443",),
    message_key=MESSAGE.verifier,
    record_key=RECORD.verifier,
    age="age1example",
    from_us=0,
    until_us=365 * DAY_US,
)


def card_of(unverified, root=ROOT):
    return open_card(sign_card(unverified, root), root.verifier)


def second(**changes):
    old = card_of(FIRST)
    return next_card(
        old,
        message_key=NEW.verifier,
        record_key=RECORD.verifier,
        from_us=DAY_US,
        until_us=400 * DAY_US,
        **changes,
    )


cards = st.builds(
    UnverifiedCard,
    party=st.sampled_from(["Alder", "Birch", "Ministry of Works"]),
    number=st.integers(2, 10**9),
    previous=st.binary(min_size=32, max_size=32),
    addresses=st.lists(
        st.from_regex(r"https://[a-z]{1,9}:[0-9]{2,4}", fullmatch=True), max_size=8
    ).map(tuple),
    message_key=st.just(MESSAGE.verifier),
    record_key=st.just(RECORD.verifier),
    age=st.sampled_from(["", "age1example"]),
    from_us=st.integers(0, 10**15),
    until_us=st.integers(10**15 + 1, 10**16),
    revoked=st.lists(
        st.builds(Revoked, st.just(str(NEW.verifier)), st.integers(0, 10**12)), max_size=3
    ).map(tuple),
)


@given(cards)
def test_a_card_comes_back_as_it_was(card):
    assert parse_card(card.text) == card


@given(cards, st.data())
def test_every_change_of_a_line_is_refused_or_is_another_card(card, data):
    lines = card.text.split("\n")[:-1]
    k = data.draw(st.integers(0, len(lines) - 1))
    changed = data.draw(
        st.sampled_from(
            [
                [*lines[:k], *lines[k + 1 :]],  # one gone
                [*lines[:k], lines[k], lines[k], *lines[k + 1 :]],  # one twice
                [*lines[:k], lines[k] + " ", *lines[k + 1 :]],
                [*lines[:k], "note: hello", *lines[k:]],
                [*lines[1:], lines[0]],
            ]
        )
    )
    text = "\n".join(changed) + "\n"
    try:
        found = parse_card(text)
    except VerificationError:
        return
    assert found.text == text  # an address or a revocation less or more: another card, well spelled
    assert found != card


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("number: 1", "number: +1"),
        ("number: 1", "number: 01"),
        ("previous: none", "previous: "),
        ("from: 1970-01-01T00:00:00Z", "from: 1970-01-01T00:00:00+00:00"),
        ("age: age1example", "age: age1example\nage: age1example"),
        (CARD, "keepclear/card/2"),
    ],
)
def test_another_spelling_is_refused(was, becomes):
    with pytest.raises(VerificationError):
        parse_card(FIRST.text.replace(was, becomes))


def test_only_its_own_root_makes_a_card():
    note = sign_card(FIRST, ROOT)
    assert open_card(note, ROOT.verifier).note == note
    with pytest.raises(VerificationError):
        open_card(note, OTHER_ROOT.verifier)
    with pytest.raises(VerificationError):
        open_card(note.replace(b"Alder", b"Birch"), ROOT.verifier)


def test_one_key_has_one_use():
    with pytest.raises(VerificationError, match="each needs its own"):
        replace(FIRST, record_key=MESSAGE.verifier)
    with pytest.raises(ValueError, match="nothing else"):
        sign_card(replace(FIRST, record_key=ROOT.verifier), ROOT)
    smuggled = sign(replace(FIRST, record_key=ROOT.verifier).text, (ROOT,))
    with pytest.raises(VerificationError, match="root key is used"):
        open_card(smuggled, ROOT.verifier)


def test_a_key_that_anybody_could_sign_with_is_refused():
    weak = FIRST.text.replace(
        str(MESSAGE.verifier),
        "x+" + "00000000+AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    )
    with pytest.raises(VerificationError):
        parse_card(weak)


def test_the_next_card_follows_and_no_other():
    old, new = card_of(FIRST), card_of(second(last_believed=7))
    check_successor(old, new)
    for wrong in (
        replace(second(), number=3),
        replace(second(), previous=bytes(32)),
        replace(second(), party="Birch"),
    ):
        with pytest.raises(VerificationError, match="not the one that follows"):
            check_successor(old, card_of(wrong))


def test_two_cards_of_one_number_are_a_fork():
    one, other = card_of(second()), card_of(second(addresses=()))
    with pytest.raises(VerificationError) as error:
        check_successor(one, other)
    assert error.value.code == "card.fork"
    check_same = card_of(second())
    assert hash_of(one) == hash_of(check_same)


def test_a_replaced_key_is_revoked_with_the_last_number_that_its_party_stands_by():
    old = str(MESSAGE.verifier)
    assert card_of(second(last_believed=7)).revoked == (Revoked(old, 7),)
    assert card_of(second()).revoked == (Revoked(old, 0),)


def test_the_end_of_its_span_does_not_belong_to_it():
    assert FIRST.holds_at(FIRST.from_us)
    assert FIRST.holds_at(FIRST.until_us - 1)
    assert not FIRST.holds_at(FIRST.until_us)
