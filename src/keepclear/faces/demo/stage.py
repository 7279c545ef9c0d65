"""What all steps of a play share: desks, nodes, the time, and what was handed over by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from keepclear.domain.declaration import Declaration
from keepclear.domain.finding import Finding
from keepclear.faces.demo.desk import Desk
from keepclear.faces.demo.nodes import Nodes
from keepclear.formats.scenarios.script import Scenario, Step

__all__ = ["Spoken", "Stage", "Unmet"]


class Unmet(Exception):  # noqa: N818 - it is told to people as what it is
    """A step could not be done, or what was expected is not there; the sentence says what is."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said over the telephone, as the sheet has it."""

    line: str
    """What the other desk keys in."""
    words: tuple[str, ...]
    """What it must read back."""


@dataclass(slots=True)
class Stage:
    """A play that is going on."""

    scenario: Scenario
    nodes: Nodes
    desks: Mapping[str, Desk]
    folder: Path
    """For files that are carried, and for evidence."""
    notes: dict[str, str] = field(default_factory=dict)
    """Arrangements with the signatures on them so far, by name."""
    files: dict[tuple[str, str], bytes] = field(default_factory=dict)
    """Carried files, by who wrote them and for whom."""
    spoken: dict[tuple[str, str], Spoken] = field(default_factory=dict)
    """By who called, and whom."""
    findings: dict[str, tuple[Finding, ...]] = field(default_factory=dict)
    """What a desk's own check found, by ``Party/id``."""

    supposed: dict[str, Declaration] = field(default_factory=dict)
    """What could be declared and is not, by ``Party/id``."""

    def desk(self, step: Step, which: str = "party") -> Desk:
        """The desk of a party that a sentence names."""
        return self.desks[step.slots[which]]
