"""What a node remembers of what came over its lines: by which names, and what others told of.

Changed by :mod:`keepclear.node.memory` alone; a snapshot holds it as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from keepclear.domain.access import SECRETARIAT
from keepclear.node.case import Case

__all__ = ["OverLines"]


@dataclass(slots=True)
class OverLines:
    """Names of declarations that came, and of own ones that others told of."""

    by_ref: dict[str, dict[str, str]] = field(default_factory=dict)
    """Subjects of what came, by its party and that party's own mark for it: apart, because the
    collector looks through a dictionary with pairs for keys each time that one is added."""
    foreign: set[str] = field(default_factory=set)
    """Subjects of what came and stands."""
    guests: set[str] = field(default_factory=set)
    """At a party's own node: subjects of what stands of other parties and was declared here."""
    told_of: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    """Own subjects that another node told crossings of: by party, and its mark for what crosses."""

    def sort(self, subject: str, case: Case, owner: str) -> None:
        """Take note whether it stands as something that came, or as something of a guest's."""
        self.foreign.discard(subject)
        self.guests.discard(subject)
        if not case.stands:
            return
        if case.came:
            self.foreign.add(subject)
        elif owner not in (SECRETARIAT, case.party):
            self.guests.add(subject)

    def came(self, party: str, ref: str, subject: str) -> None:
        """A party will speak of it by this mark."""
        self.by_ref.setdefault(party, {})[ref] = subject

    def of_ref(self, party: str, ref: str) -> str:
        """The subject of what came from a party under its mark; nothing where nothing did."""
        return self.by_ref.get(party, {}).get(ref, "")

    def forget(self, subject: str, case: Case) -> None:
        """What was declared is gone."""
        self.foreign.discard(subject)
        self.guests.discard(subject)
        self.by_ref.get(case.party, {}).pop(case.ref, None)
        for key in case.told_by:
            self.told_of.get(key, set()).discard(subject)
