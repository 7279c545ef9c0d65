"""What speaks for or against a place: its second writing, its words, its admin area, the others.

Each kind of evidence can be asked about any position, not only the one written: so a slip that is
supposed can be held against all of it.
"""

from __future__ import annotations

from typing import Protocol

from keepclear.domain.finding import Severity
from keepclear.domain.position import Position

__all__ = ["Evidence"]


class Evidence(Protocol):
    """One thing known about a place beside the numbers that hold."""

    @property
    def code(self) -> str:
        """Code of the finding where no slip explains the contradiction."""

    @property
    def exact(self) -> bool:
        """Whether it is sharp enough to say which digit is wrong."""

    def severity(self, position: Position) -> Severity:
        """How sure it is that something is wrong where it contradicts."""

    def doubts(self, position: Position) -> bool:
        """Whether it makes one look for a slip; weaker than :meth:`contradicts`."""

    def contradicts(self, position: Position) -> bool:
        """Whether the position cannot be right, as far as it can tell."""

    def confirms(self, position: Position) -> bool:
        """Whether the position is where it would be expected."""

    def says(self, position: Position) -> str:
        """How it disagrees with the position, as a part of a sentence."""

    def advice(self) -> str:
        """What to do, where no slip explains it."""
