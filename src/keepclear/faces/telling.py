"""What is said on stderr about a check: what was refused, what to look at, the last sentence."""

from __future__ import annotations

import sys
from typing import Final

from keepclear.detect.crossing import Comparison
from keepclear.faces import words
from keepclear.faces.terminal import same_place, say

__all__ = ["REFUSALS_SHOWN", "say_closing", "say_left_out"]

REFUSALS_SHOWN: Final = 20
"""Refused rows listed on stderr; the JSON envelope holds them all."""


def say_left_out(comparison: Comparison, *, quiet: bool) -> None:
    """What was refused, then, unless quiet, what to look at and what was not compared."""
    for refused in comparison.refused[:REFUSALS_SHOWN]:
        say(f"refused: {words.refusal(refused)}")
    more = len(comparison.refused) - REFUSALS_SHOWN
    if more > 0:
        say(f"and {more:,} more refused (all are in --format json)")
    if quiet:
        return
    for text in comparison.warnings[:REFUSALS_SHOWN]:
        say(f"look at this: {text}")
    more = len(comparison.warnings) - REFUSALS_SHOWN
    if more > 0:
        say(f"and {more:,} more to look at (all are in --format json)")
    for text in words.not_compared(comparison):
        say(text)


def say_closing(comparison: Comparison, *, in_table: bool) -> None:
    """The last sentence, unless a table on stdout has just said it in the same place."""
    if not (in_table and same_place(sys.stdout, sys.stderr)):
        say(words.closing(comparison))
