"""Findings: what looks wrong in a declaration, said so that a tired person can act on it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["Finding", "Severity"]


class Severity(Enum):
    """How sure it is that something is wrong. Nothing is ever corrected silently."""

    WRONG = "wrong"
    """It cannot be right as it stands."""
    DOUBT = "doubt"
    """It is probably not what was meant; ask before it is sent."""
    NOTE = "note"
    """It may be right; somebody should know."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that an integrity check found."""

    code: str
    """Stable name, such as ``position.swapped``."""
    severity: Severity
    where: str
    """File and row, as in a refusal."""
    message: str
    """What was found and why it looks wrong, one sentence; for our own desk."""
    advice: str
    """What to do about it, one sentence."""
    party: str = ""
    id: str = ""
    """Which declaration, where it is about one."""

    def for_peer(self) -> str:
        """All that another party may read of it: the stable code."""
        return self.code
