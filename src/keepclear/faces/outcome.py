"""Exit codes, and what a check's answer means for them."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keepclear.detect.crossing import Comparison

__all__ = ["Exit", "exit_code"]


class Exit(IntEnum):
    """What the exit code says."""

    NOTHING = 0
    """Every row was compared, and nothing crosses."""
    CROSSING = 1
    """Something crosses, certainly or possibly."""
    USAGE = 2
    """The command cannot be understood."""
    UNREADABLE = 3
    """Something could not be read, and nothing crosses in the rest."""
    BUG = 70
    """A promise of our own code did not hold."""
    INTERRUPTED = 130
    """Somebody pressed Ctrl-C."""


def exit_code(comparison: Comparison, *, keep_going: bool, exit_zero: bool) -> Exit:
    """The code for an answer.

    Args:
        comparison: The answer.
        keep_going: An incomplete answer counts as complete, unless nothing at all was compared:
            then there was nothing to go on with.
        exit_zero: Crossings do not count; rows that could not be read still do.
    """
    if comparison.crossings and not exit_zero:
        return Exit.CROSSING
    if comparison.complete or (keep_going and comparison.compared):
        return Exit.NOTHING
    return Exit.UNREADABLE
