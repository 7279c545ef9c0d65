"""What a reader understood but thinks should be looked at, counted instead of repeated.

A file of 100,000 features without a lower limit earns one sentence with a number, not 100,000.
"""

from __future__ import annotations

from typing import Final

__all__ = ["Remarks"]


class Remarks:
    """Counts of remarks on one file, in the order of their first appearance."""

    def __init__(self, name: str, rows: str) -> None:
        """Start with none.

        Args:
            name: The file, as sentences name it.
            rows: What its rows are called, in the singular: ``feature``, ``line``, ``report``.
        """
        self._name: Final = name
        self._rows: Final = rows
        self._counts: dict[str, int] = {}
        self._first: dict[str, str] = {}
        self._last: dict[str, str] = {}
        self._inner: dict[str, Remarks] = {}
        self.row = ""
        """The row being read, such as ``feature 3``; remarks are attributed to it."""

    def add(self, remark: str) -> None:
        """Count a remark on the current row, once however often it holds there.

        The remark reads on after "3 features".
        """
        if self._last.get(remark) == self.row:
            return
        self._last[remark] = self.row
        if remark in self._counts:
            self._counts[remark] += 1
        else:
            self.add_rows(remark, 1)

    def add_rows(self, remark: str, rows: int) -> None:
        """Count a remark on so many rows at once, the first of them in the current one."""
        self._first.setdefault(remark, self.row)
        self._counts[remark] = self._counts.get(remark, 0) + rows

    def of(self, rows: str) -> Remarks:
        """Counts of what lies inside the current row, such as the points of a track."""
        inner = self._inner.setdefault(rows, Remarks(self._name, rows))
        inner.row = self.row
        return inner

    def sentences(self) -> tuple[str, ...]:
        """One sentence for each remark, with the file, the number of rows and the first of them."""
        return tuple(
            f"{self._name}: {count:,} {self._rows}{'' if count == 1 else 's'} {remark}"
            + (f" (first: {self._first[remark]})" if self._first[remark] else "")
            for remark, count in self._counts.items()
        ) + tuple(sentence for inner in self._inner.values() for sentence in inner.sentences())
