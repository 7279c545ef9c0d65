"""The version of a declaration that is judged, and what entries call it."""

from __future__ import annotations

from dataclasses import dataclass

from keepclear.domain.declaration import Declaration, State

__all__ = ["About", "subject_of"]


@dataclass(frozen=True, slots=True)
class About:
    """The version that a verdict is on."""

    declaration: Declaration
    version: int
    mark: str
    at_us: int
    """When it is judged."""
    stood_us: int | None = None
    """When it began to stand, where that was earlier: by that its notice is measured."""
    because: str | None = None
    """Why there is a new version, where its party did not write one."""
    split_from: tuple[str, int] | None = None
    """Subject and version of the movement that it was a part of."""
    came: bool = False
    """It came over a line."""
    stage: State | None = None
    """Where in its life its desk said that it is, where that was heard before the plan."""

    @property
    def subject(self) -> str:
        """What its entries are about."""
        return subject_of(self.declaration)


def subject_of(declaration: Declaration) -> str:
    """Party and id, as entries name a declaration."""
    return f"{declaration.party}/{declaration.id}"
