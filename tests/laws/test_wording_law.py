"""The quick writer of what is shown makes the very text that the other makes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.node.wording import plain_text_of, text_of
from tests.laws.strategies import LAW

plain_numbers = st.one_of(
    st.floats(-1e15, 1e15).map(lambda value: round(value, 5) + 0.0),
    st.floats(-1e-3, 1e-3).map(lambda value: round(value, 5) + 0.0),
    st.integers(-(2**70), 2**70),
    st.booleans(),
    st.none(),
)
words = st.text(st.characters(exclude_categories=["Cs"]))
plain = st.recursive(
    plain_numbers | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=20,
)


@LAW
@given(st.dictionaries(words, plain, max_size=4))
def test_both_writers_make_one_text(value):
    assert plain_text_of(value) == text_of(value)
    assert json.loads(plain_text_of(value)) == value


@pytest.mark.parametrize("none", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_is_none_is_never_written(none):
    for write in (text_of, plain_text_of):
        with pytest.raises(ValueError, match="not JSON compliant"):
            write({"area": [1.0, none]})
