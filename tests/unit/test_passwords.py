"""Passwords: the same work for everybody, one spelling, and nothing of them in any sentence."""

from __future__ import annotations

import pytest
from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from keepclear.errors import RuleError
from keepclear.node.passwords import (
    LENGTH_MAX,
    LENGTH_MIN,
    NOBODYS,
    PasswordHash,
    check_password,
    hash_password,
)

SALT = bytes(range(32))
GOOD = "four words that nobody guesses"


@pytest.fixture(scope="module")
def kept():
    return hash_password(GOOD, SALT)


def test_a_password_is_compared_and_not_shown(kept):
    assert check_password(kept, GOOD)
    assert not check_password(kept, GOOD + ".")
    assert not check_password(kept, "")
    assert GOOD not in f"{kept!r}{kept}"
    assert kept.encoded.decode() not in f"{kept!r}{kept}"
    assert GOOD.encode() not in kept.encoded


def test_comparing_with_nobody_is_the_same_work(kept):
    """Where there is no such person the parameters are the same, so the time is."""
    ours = extract_parameters(kept.encoded.decode())
    assert extract_parameters(NOBODYS.encoded.decode()) == ours
    assert ours == RFC_9106_LOW_MEMORY
    assert not check_password(NOBODYS, GOOD)
    assert not check_password(NOBODYS, "")


def test_the_same_word_from_another_keyboard_is_the_same_password():
    kept = hash_password("cafe\u0301 au lait pour quatre", SALT)
    assert check_password(kept, "caf\u00e9 au lait pour quatre")


@pytest.mark.parametrize(
    "password", ["", "a" * 40, "short", "abcabcabcabcabc", "x" * (LENGTH_MIN - 1), "ab" * 200]
)
def test_what_is_no_password_is_refused_without_saying_it(password):
    with pytest.raises(RuleError, match="a password here has") as caught:
        hash_password(password, SALT)
    assert caught.value.code == "access.password"
    assert not password or password not in str(caught.value)


def test_the_longest_password_is_compared_whole():
    longest = "".join(chr(0x4E00 + n) for n in range(LENGTH_MAX))
    kept = hash_password(longest, SALT)
    assert check_password(kept, longest)
    assert not check_password(kept, longest[:-1])
    assert not check_password(kept, longest + "x")
    with pytest.raises(RuleError):
        hash_password(longest + "x", SALT)


def test_a_salt_is_used_whole_and_never_short(kept):
    assert hash_password(GOOD, bytes(32)) != kept
    with pytest.raises(ValueError, match="16 bytes"):
        hash_password(GOOD, bytes(15))


def test_half_characters_and_damaged_hashes_are_a_wrong_password(kept):
    assert not check_password(kept, "\ud800" * 20)
    assert not check_password(PasswordHash(b"damaged"), GOOD)
