"""Numbers of entries as a few pages to read: those that lie near each other come in one.

To read each for itself would be a question to the store for every one; to read all that lies between
them would be the whole record. Left to others: to pass over what lies between those of one page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

__all__ = ["NEAR", "PAGE_MAX", "Page", "pages"]

PAGE_MAX: Final = 1_000
NEAR: Final = 16
"""So far apart two may be in one page: a message with what is shown of it and heard is some entries."""


class Page(NamedTuple):
    """Entries that follow each other."""

    after: int
    """The number before the first."""
    limit: int


def pages(numbers: Iterable[int]) -> Iterator[Page]:
    """Pages in which all of some entries are.

    Args:
        numbers: Of the entries, each above the one before.
    """
    first = last = 0
    for number in numbers:
        if first and (number - last > NEAR or number - first >= PAGE_MAX):
            yield Page(first - 1, last - first + 1)
            first = 0
        first, last = first or number, number
    if first:
        yield Page(first - 1, last - first + 1)
