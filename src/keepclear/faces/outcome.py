"""Exit codes, and what a check's answer means for them."""

from __future__ import annotations

from enum import IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from keepclear.detect.crossing import Comparison

__all__ = ["EXIT_WORDS", "Exit", "exit_code"]


class Exit(IntEnum):
    """The exit codes; ``EXIT_WORDS`` says what each means."""

    NOTHING = 0
    CROSSING = 1
    USAGE = 2
    UNREADABLE = 3
    UNREACHABLE = 4
    NOT_ALLOWED = 5
    UNVERIFIED = 6
    BUG = 70
    INTERRUPTED = 130


EXIT_WORDS: Final = MappingProxyType(
    {
        Exit.NOTHING: "every row was compared, and nothing crosses",
        Exit.CROSSING: "something crosses, certainly or possibly",
        Exit.USAGE: "the command cannot be understood",
        Exit.UNREADABLE: "something could not be read, and nothing crosses in the rest",
        Exit.UNREACHABLE: "the node does not answer; whether it kept what was sent is not known",
        Exit.NOT_ALLOWED: "not allowed as things stand; nothing was changed by it",
        Exit.UNVERIFIED: "it does not verify; keep it",
        Exit.BUG: "a fault of keepclear; nothing was decided",
        Exit.INTERRUPTED: "interrupted; nothing was decided",
    }
)
"""For the help and the documents."""


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
