"""Twelve words for a root key: any other key has others, and the place that differs is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import VerificationError
from keepclear.link import pinning
from keepclear.link.pinning import WORDS, check_words, words_of
from keepclear.record.note import Signer

keys = st.builds(
    lambda name, seed: Signer(f"keepclear/{name}/root", seed).verifier,
    st.sampled_from(["alder", "birch"]),
    st.binary(min_size=32, max_size=32),
)


def test_there_are_2048_words_and_no_two_are_alike():
    assert len(set(pinning._LIST)) == len(pinning._LIST) == 2**11
    assert all(word.isascii() and word.islower() and 4 <= len(word) <= 5 for word in pinning._LIST)


@given(keys)
def test_the_words_of_a_key_are_its_own(key):
    words = words_of(key)
    assert len(words) == WORDS
    check_words(key, words)
    check_words(key, [f" {word.upper()} " for word in words])


@given(keys, keys)
def test_another_key_has_other_words(one, other):
    if one != other:
        with pytest.raises(VerificationError):
            check_words(one, words_of(other))


@given(keys, st.integers(0, WORDS - 1), st.integers(0, 2**11 - 1))
def test_one_other_word_is_found_at_its_place(key, place, which):
    words = list(words_of(key))
    if pinning._LIST[which] == words[place]:
        return
    words[place] = pinning._LIST[which]
    with pytest.raises(VerificationError, match=f"word {place + 1}, ") as error:
        check_words(key, words)
    assert words_of(key)[place] not in str(error.value).split("'")[0]


def test_all_bits_of_the_hash_take_part():
    seen = [set() for _ in range(WORDS)]
    for k in range(400):
        for place, word in enumerate(words_of(Signer("k", k.to_bytes(32, "big")).verifier)):
            seen[place].add(word)
    assert all(len(words) > 300 for words in seen)


def test_too_few_words_are_said():
    key = Signer("k", bytes(32)).verifier
    with pytest.raises(VerificationError, match="11 words, expected 12"):
        check_words(key, words_of(key)[:-1])


def test_a_frozen_answer():
    """Another implementation must read the same words: SHA-256 of the type line and the key."""
    key = Signer("keepclear/alder/root", bytes(range(32))).verifier
    assert " ".join(words_of(key)) == FROZEN


FROZEN = "kubin bakan budin fadu murin fubun faku mani kufin fasin fulu filu"
