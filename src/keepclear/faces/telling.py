"""What is said on stderr about a check: what was refused, what to look at, the last sentence."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

from keepclear.detect.crossing import Comparison
from keepclear.domain.finding import Finding
from keepclear.faces import words
from keepclear.faces.terminal import same_place, say

__all__ = ["FINDINGS_SHOWN", "REFUSALS_SHOWN", "say_closing", "say_findings", "say_left_out"]

REFUSALS_SHOWN: Final = 20
"""Refused rows listed on stderr; the JSON envelope holds them all."""

FINDINGS_SHOWN: Final = 3
"""What looks wrong in a file is lint's business; a check only says that there is something."""


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


def say_findings(findings: Sequence[Finding] | None, files: Sequence[str]) -> None:
    """That something looks wrong in what was read, where it does; the verdict is as it was."""
    if findings is None:
        say("too many declarations to look for wrong positions here; keepclear lint does")
        return
    for finding in findings[:FINDINGS_SHOWN]:
        place = f"{finding.where}: " if finding.where else ""
        say(words.plain(f"{finding.severity.value}: {place}{finding.message} [{finding.code}]"))
    if findings:
        names = " ".join(words.plain(name) for name in files)
        many = words.count(len(findings), "thing looks", "things look")
        say(f"{many} wrong in what was declared; keepclear lint {names} shows all")


def say_closing(comparison: Comparison, *, in_table: bool) -> None:
    """The last sentence, unless a table on stdout has just said it in the same place."""
    if not (in_table and same_place(sys.stdout, sys.stderr)):
        say(words.closing(comparison))
