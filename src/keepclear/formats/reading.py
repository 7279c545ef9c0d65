"""What every reader returns: the declarations it understood, and every row it did not."""

from __future__ import annotations

from dataclasses import dataclass

from keepclear.domain.declaration import Declaration
from keepclear.domain.finding import Finding
from keepclear.errors import Refusal

__all__ = ["Reading"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One file's content. Nothing is lost: each row is a declaration's part, or refused by name."""

    format: str
    """Name of the format, as ``--read-as`` takes it."""
    declarations: tuple[Declaration, ...]
    """In file order; features that share party and id are parts of one declaration."""
    refused: tuple[Refusal, ...] = ()
    """Rows that were not used; the others still are."""
    warnings: tuple[str, ...] = ()
    """What was understood, but should be looked at; each says where."""
    findings: tuple[Finding, ...] = ()
    """What looks wrong although it could be read, by stable code; ``integrity`` finds more."""
    mapping: tuple[tuple[str, str], ...] = ()
    """Of a table: each heading as it is written, and the field it was read as."""
