"""Who sees how much of whose: the table of rungs, kinds and disclosure; what is never open."""

from __future__ import annotations

import pytest

from keepclear.disclose.levels import Level, desk_of, level_of
from keepclear.domain.arrangement import Arrangement, Disclosure, Member, Rung
from keepclear.domain.declaration import Kind

ALL_OPEN = dict.fromkeys(Kind, Disclosure.OPEN)


def arrangement(rung, disclosure):
    return Arrangement(
        "Darling",
        1,
        (Member("Alder", "line 1"), Member("Birch")),
        {frozenset(("Alder", "Birch")): rung},
        notified=("Relief", "Mercy"),
        disclosure=disclosure,
    )


def level(viewer, owner, kind, rung=Rung.PARALLEL, disclosure=ALL_OPEN):
    return level_of([arrangement(rung, disclosure)], viewer=viewer, owner=owner, kind=kind)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("rung", list(Rung))
@pytest.mark.parametrize("disclosure", [ALL_OPEN, {}])
def test_members_see_each_other_as_agreed(kind, rung, disclosure):
    found = level("Alder", "Birch", kind, rung, disclosure)
    assert found is level("Birch", "Alder", kind, rung, disclosure)
    if rung is Rung.APART and kind is not Kind.SITE:
        assert found is Level.NOTHING
    elif disclosure:
        assert found is Level.OPEN
    else:
        assert found is (Level.STAY_AWAY if kind is Kind.SITE else Level.CROSSING)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("rung", list(Rung))
@pytest.mark.parametrize("owner", ["Alder", "Birch", "Mercy", "Cedar"])
def test_a_humanitarian_party_sees_nothing_of_anybody(kind, rung, owner):
    assert level("Relief", owner, kind, rung) is Level.NOTHING


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("rung", list(Rung))
def test_what_a_humanitarian_party_notifies_is_never_open(kind, rung):
    expected = Level.STAY_AWAY if kind is Kind.SITE else Level.CROSSING
    assert level("Alder", "Relief", kind, rung) is expected


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("pair", [("Alder", "Cedar"), ("Cedar", "Alder"), ("Cedar", "Relief")])
def test_where_nothing_was_agreed_nothing_is_shown(kind, pair):
    assert level(*pair, kind) is Level.NOTHING
    assert level_of([], viewer="Alder", owner="Birch", kind=kind) is Level.NOTHING


def test_a_desk_is_named_where_an_arrangement_names_it():
    known = [arrangement(Rung.PARALLEL, {})]
    assert [desk_of(known, name) for name in ("Alder", "Birch", "Relief")] == ["line 1", "", ""]
