"""What a scenario says, as values: who is in it, what was agreed, and what happens, line by line.

Nothing here plays anything. Every step keeps the number of its line, so that whatever goes wrong with
it can be said of that line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from keepclear.domain.declaration import Declaration
from keepclear.domain.gazetteer import NamedPlace
from keepclear.formats.scenarios.forms import Form

__all__ = ["Arranged", "PartySaid", "Scenario", "Step"]


@dataclass(frozen=True, slots=True)
class PartySaid:
    """A party of a scenario: it has a node of its own."""

    name: str
    secretariat: bool
    """Its node is of no party, and serves many."""
    line: int


@dataclass(frozen=True, slots=True)
class Arranged:
    """An arrangement, word for word, as parties of the scenario may propose and sign it."""

    name: str
    """As its text says, and so for each version of it."""
    version: int
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens, is said or is expected."""

    line: int
    form: Form
    slots: Mapping[str, Any]
    """What stands at the places of its form: names as text, times in microseconds."""
    details: Mapping[str, tuple[Any, ...]]
    """What the indented lines say, by name; each as often as it was written."""
    text: str
    """As it was written, without its details."""
    declarations: tuple[Declaration, ...] = ()
    """What is declared, amended or looked at: one, or those of a file."""

    @property
    def told(self) -> str:
        """What whoever looks on reads of it: its own words, or those that the scenario has for it."""
        return str(self.one("in-words", self.text.removeprefix("expect ")))

    def one(self, name: str, other: Any = None) -> Any:
        """What the only detail of a name says; something else, where there is none."""
        found = self.details.get(name)
        return found[0] if found else other


@dataclass(frozen=True, slots=True)
class Scenario:
    """All that one text says."""

    name: str
    """Of the file."""
    title: str
    parties: tuple[PartySaid, ...]
    lines: frozenset[frozenset[str]]
    """Pairs whose desks have compared their words."""
    arrangements: Mapping[str, Arranged]
    """By what sentences call them."""
    places: tuple[NamedPlace, ...]
    """Names on the map that words are held against."""
    steps: tuple[Step, ...]
    begins_us: int
    """The first instant that it names."""
