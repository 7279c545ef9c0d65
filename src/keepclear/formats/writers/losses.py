"""What a written form could not hold: told to the person who converts, once for each kind of loss."""

from __future__ import annotations

from typing import Final

from keepclear.domain.declaration import Declaration

__all__ = ["Losses"]

_NAMED_MAX: Final = 3
"""Declarations that one sentence names; the others are counted."""


class Losses:
    """Collects what one written file lost, in the order in which it was first met."""

    def __init__(self) -> None:
        self._lost: dict[str, dict[str, None]] = {}

    def add(self, declaration: Declaration, what: str) -> None:
        """Note that a declaration lost something; said once however often it holds there.

        Args:
            declaration: Which.
            what: Short words that read on after "not kept of Alder A1:": ``its priority``.
        """
        label = f"{declaration.party} {declaration.id}".strip()
        self._lost.setdefault(what, {})[label] = None

    def __bool__(self) -> bool:
        return bool(self._lost)

    def of(self, declaration: Declaration) -> tuple[str, ...]:
        """What one declaration lost."""
        label = f"{declaration.party} {declaration.id}".strip()
        return tuple(what for what, labels in self._lost.items() if label in labels)

    def sentences(self) -> tuple[str, ...]:
        """One sentence for each kind of loss, with how many declarations and the first of them."""
        return tuple(_sentence(what, list(labels)) for what, labels in self._lost.items())


def _sentence(what: str, labels: list[str]) -> str:
    named = ", ".join(labels[:_NAMED_MAX])
    more = f" and {len(labels) - _NAMED_MAX:,} more" if len(labels) > _NAMED_MAX else ""
    return f"not kept of {named}{more}: {what}"
