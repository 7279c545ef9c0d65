"""What one language calls the columns and the choices, and what it says on a template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Language"]


@dataclass(frozen=True, slots=True)
class Language:
    """The words of one language, as data."""

    code: str
    own_name: str
    reviewed: bool
    """Whether it says what is meant, or a speaker has read it all; if not, every sheet says so."""
    right_to_left: bool
    columns: Mapping[str, tuple[str, ...]]
    """Names of each column: the title that templates write, then what people write instead.
    Lengths are named without a unit; the unit follows in the heading or in the cell."""
    choices: Mapping[str, Mapping[str, tuple[str, ...]]]
    """For each field with choices, and for ``yes/no``: the choice in these words."""
    refused: Mapping[str, tuple[str, ...]]
    """Names of columns that ``schema`` refuses, by the English name that it knows."""
    words: Mapping[str, str]
    """Fixed wording of templates and answers."""
