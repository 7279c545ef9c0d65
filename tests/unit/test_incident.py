"""Statements about incidents: what cannot be said is refused, in words."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.domain.incident import SPAN_US_MAX, Concern, Source, Statement, Sureness, Toll
from keepclear.domain.window import Window
from keepclear.errors import InputError


def said(**more):
    return Statement(
        **{
            "says": "smoke over the yard",
            "source": Source.WITNESS,
            "sure": Sureness.POSSIBLE,
            **more,
        }
    )


@pytest.mark.parametrize("says", ["", "  ", "a\x00b", "x" * 2_001, "a\tb", "\u202e"])
def test_what_is_said_is_plain_words(says):
    with pytest.raises(InputError, match="what is said") as refused:
        said(says=says)
    assert refused.value.for_peer() == "statement.says"


def test_what_is_said_may_have_lines():
    assert said(says="smoke\nthen nothing").says == "smoke\nthen nothing"


@given(st.integers(), st.one_of(st.none(), st.integers()))
def test_a_toll_is_a_number_or_a_range_in_order(lowest, highest):
    possible = 0 <= lowest <= 10_000_000 and (highest is None or lowest <= highest <= 10_000_000)
    if not possible:
        with pytest.raises(InputError, match="lower number first"):
            Toll("wounded", lowest, highest)
        return
    toll = Toll("wounded", lowest, highest)
    assert (toll.lowest, toll.highest) == (lowest, highest)


@pytest.mark.parametrize(
    ("toll", "text"),
    [
        (Toll("wounded", 3, 3), "wounded: 3"),
        (Toll("wounded", 20, 30), "wounded: 20 to 30"),
        (Toll("missing", 1_000, None), "missing: at least 1,000"),
    ],
)
def test_a_toll_is_said_as_it_was_said(toll, text):
    assert str(toll) == text


def test_a_toll_has_a_category_and_no_lines():
    for category in ("", "a\nb", "x" * 61):
        with pytest.raises(InputError, match="category"):
            Toll(category, 1, 1)


def test_an_incident_names_something():
    with pytest.raises(InputError, match="names nothing"):
        Concern()


@pytest.mark.parametrize("span", [(None, 5), (5, None), (0, SPAN_US_MAX + 1)])
def test_a_span_is_not_a_wish_to_keep_everything(span):
    with pytest.raises(InputError, match="31 days"):
        Concern(span=Window(*span))
    assert Concern(span=Window(0, SPAN_US_MAX)).span is not None


def test_there_is_no_place_for_a_name_or_a_fault():
    """What a form has no field for is not asked, and not kept by habit."""
    fields = {one.name for kind in (Statement, Concern, Toll) for one in dataclasses.fields(kind)}
    assert fields == {
        "says", "source", "sure", "official", "office", "about", "tolls", "supersedes", "to",
        "subjects", "parties", "span", "category", "lowest", "highest",
    }  # fmt: skip
