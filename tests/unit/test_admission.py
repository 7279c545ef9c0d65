"""Who lets in whom, over every role and party; what a mark is, and what it surely is not."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.domain.access import FOR_OTHERS, MAY, OF_PEOPLE, OF_THE_NODE, Action, Principal, Role
from keepclear.domain.admission import check_admits, check_mark, check_scopes
from keepclear.errors import RuleError

PARTIES = ("", "Alder", "Birch", "Relief")
EXPECTED = {
    # who asks, for whom: the roles that are let in
    ("", ""): set(Role),
    ("", "Alder"): {Role.ADMINISTRATOR},
    ("", "Birch"): {Role.ADMINISTRATOR},
    ("", "Relief"): {Role.ADMINISTRATOR},
    ("Alder", "Alder"): set(Role),
    ("Birch", "Birch"): set(Role),
    ("Relief", "Relief"): set(Role),
}
"""Whoever is not named lets in nobody: no military party anybody of a humanitarian one, and the other
way round."""


def code_of(check, *args):
    """The code of a refusal; nothing, where there is none."""
    try:
        check(*args)
    except RuleError as error:
        return error.for_peer()
    return None


@pytest.mark.parametrize(("mine", "theirs"), list(product(PARTIES, PARTIES)))
def test_an_administrator_lets_in_its_own_and_a_secretariat_administrators(mine, theirs):
    for asks, role in product(Role, Role):
        who = Principal(mine, asks, "some-1")
        expected = asks is Role.ADMINISTRATOR and role in EXPECTED.get((mine, theirs), set())
        assert (code_of(check_admits, who, theirs, role) is None) is expected


def test_no_program_lets_anybody_in():
    """Not even one that was given every scope that there is."""
    for role in Role:
        with pytest.raises(RuleError, match="some of these scopes"):
            check_scopes(role, frozenset({Action.ADMIT}))
    program = Principal("Alder", Role.ADMINISTRATOR, "feed-1", frozenset({Action.METRICS}))
    with pytest.raises(RuleError, match="a program with the role administrator"):
        check_admits(program, "Alder", Role.READER)


@given(role=st.sampled_from(Role), only=st.frozensets(st.sampled_from(Action)))
def test_scopes_are_some_of_what_the_role_may(role, only):
    good = bool(only) and all(one in MAY[role] and one not in OF_PEOPLE for one in only)
    assert code_of(check_scopes, role, only) == (None if good else "access.scopes")


def test_what_is_of_the_node_is_never_done_for_others():
    assert not OF_THE_NODE & FOR_OTHERS
    assert not FOR_OTHERS & {Action.SITES, Action.ADMIT}


@pytest.mark.parametrize("mark", ["alder-1", "n2", "watch-north-2", "feed-2025", "a" * 31 + "1"])
def test_a_mark(mark):
    check_mark(mark)


@pytest.mark.parametrize(
    "mark",
    [
        "", "1", "-1", "alder", "alder-", "Alder-1", "alder 1", "alder_1", "alder--1", "alder-1\n",
        "john.smith", "john.smith1", "j1@example.org", "John Smith", "folder", "desk", "alder/1",
        "älder-1", "аlder-1", "alder-١", "a" * 32 + "1", "alder-1\x00",  # noqa: RUF001
    ],
)  # fmt: skip
def test_no_mark(mark):
    with pytest.raises(RuleError, match="small letters a-z, digits and hyphens") as caught:
        check_mark(mark)
    assert caught.value.for_peer() == "access.mark"


@given(st.text(max_size=40))
def test_a_mark_can_stand_anywhere_unquoted(text):
    try:
        check_mark(text)
    except RuleError:
        return
    assert text.isascii()
    assert text.replace("-", "").isalnum()
    assert text == text.lower().strip()
    assert any(c.isdigit() for c in text)
