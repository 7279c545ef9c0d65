"""Pages hold every number that is asked for, each once and in order, and little that is not."""

from __future__ import annotations

from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from keepclear.node.pages import NEAR, PAGE_MAX, pages

steps = st.one_of(st.just(1), st.integers(1, NEAR + 2), st.integers(1, 10**9))
numbers = st.lists(steps, max_size=300).map(lambda some: list(accumulate(some)))
"""Numbers of entries, as they come: some side by side, some far apart."""


@given(numbers)
def test_every_number_is_in_one_page_and_pages_follow_each_other(numbers):
    found = list(pages(numbers))
    read = [n for page in found for n in range(page.after + 1, page.after + page.limit + 1)]
    assert sorted(set(read)) == read
    assert set(numbers) <= set(read)
    assert len(read) <= NEAR * len(numbers)


@given(numbers)
def test_a_page_is_not_larger_than_one_and_no_two_could_be_one(numbers):
    found = list(pages(numbers))
    assert all(0 < page.limit <= PAGE_MAX for page in found)
    for one, other in pairwise(found):
        last = one.after + one.limit
        first = other.after + 1
        assert first - last > NEAR or first - one.after > PAGE_MAX


def test_many_side_by_side_come_in_full_pages():
    assert [page.limit for page in pages(range(5, 5 + 2 * PAGE_MAX + 1))] == [PAGE_MAX, PAGE_MAX, 1]
