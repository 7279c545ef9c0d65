"""What a node remembers while it runs, made from its entries alone: replayed at start, applied after.

Nothing is decided here. The same entries always give the same memory, so that after a failed write it
is simply made again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from keepclear.disclose.budgets import Use, size_km2_hours
from keepclear.domain.arrangement import Arrangement
from keepclear.domain.declaration import Declaration, Kind, State
from keepclear.domain.life import STANDING, Stage
from keepclear.errors import ConfigurationError
from keepclear.formats.arrangements import read_arrangement
from keepclear.link.cards import Card, open_card
from keepclear.link.pinning import Pinned
from keepclear.record.note import Verifier
from keepclear.wire.declaration import decode
from keepclear.wire.entries import (
    Acted,
    Admitted,
    Agreed,
    Alarm,
    Arranged,
    Body,
    Declared,
    Enrolled,
    PutOut,
    Shown,
    Verdict,
)

__all__ = ["Case", "Memory", "Peer", "Version", "stage_named"]


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a declaration, as it was declared."""

    number: int
    declaration: Declaration
    text: str
    by: str
    at_us: int
    through: str | None = None
    """Whose desk entered it, where that is not the party's own."""


@dataclass(slots=True)
class Case:
    """One declaration with its life."""

    versions: list[Version]
    stage: State | Stage
    mark: str
    """How others are told of it where its id is not theirs to know."""
    told: set[str] = field(default_factory=set)
    """Parties that were shown something of it."""
    verdict: Verdict | None = None
    """The last one on the version that stands, where there is one."""
    stood_us: int | None = None
    """When that version began to stand."""
    crossed: bool = False
    """Whether any verdict on it named a crossing."""

    @property
    def latest(self) -> Version:
        """The version that holds."""
        return self.versions[-1]

    @property
    def kind(self) -> Kind:
        """What it is; it never changes."""
        return self.latest.declaration.kind

    @property
    def stands(self) -> bool:
        """Whether it is compared with others."""
        return self.stage in STANDING


@dataclass(frozen=True, slots=True)
class Peer:
    """What is believed of a party's keys."""

    root: Verifier
    card: Card
    pinned: Pinned
    since_us: int


@dataclass(slots=True)
class Memory:
    """Everything that entries say."""

    cases: dict[str, Case] = field(default_factory=dict)
    """By subject."""
    arrangements: dict[str, Arrangement] = field(default_factory=dict)
    """By name; the newest version of each."""
    uses: dict[str, list[Use]] = field(default_factory=dict)
    """What each party asked and took back."""
    alarms: list[Alarm] = field(default_factory=list)
    people: dict[str, Admitted] = field(default_factory=dict)
    """By mark, those who are in: people and programs."""
    invited: dict[str, Admitted] = field(default_factory=dict)
    """By mark, those whose link was not used yet; it may be too old by now."""
    shown: int = 0
    peers: dict[str, Peer] = field(default_factory=dict)
    """By party, this node's own among them."""
    agreements: dict[str, Agreed] = field(default_factory=dict)
    """The newest signed note on each arrangement, by its subject."""

    def apply(self, body: Body, said: Declaration | None = None) -> None:
        """Take one more entry in.

        Args:
            body: What it says.
            said: The declaration whose text stands in it, where that is at hand.
        """
        if isinstance(body, Declared):
            self._declared(body, said or decode(body.text.encode()))
        elif isinstance(body, Acted):
            self._acted(body)
        elif isinstance(body, Verdict):
            case = self.cases[body.subject]
            case.stood_us = body.at_us if case.verdict is None else case.stood_us
            case.verdict = body
            case.crossed |= bool(body.crossings)
        elif isinstance(body, Arranged):
            found, refused = read_arrangement(body.text.encode(), name=body.subject)
            if found is None:
                raise ConfigurationError(
                    f"{body.subject} in the database cannot be read by this keepclear "
                    f"({refused[0].message}); nothing was changed; start it with a newer version"
                )
            self.arrangements[found.name] = found
        elif isinstance(body, Alarm):
            self.alarms.append(body)
        elif isinstance(body, Shown):
            self._shown(body)
        elif isinstance(body, Enrolled):
            self._enrolled(body)
        elif isinstance(body, Agreed):
            self.agreements[body.subject] = body
        elif isinstance(body, Admitted):
            self._admitted(body)
        elif isinstance(body, PutOut):
            self.people.pop(body.mark, None)
            self.invited.pop(body.mark, None)

    def _declared(self, body: Declared, declaration: Declaration) -> None:
        version = Version(body.version, declaration, body.text, body.by, body.at_us, body.through)
        stage = stage_named(declaration.kind, body.stage)
        case = self.cases.get(body.subject)
        if case is None:
            self.cases[body.subject] = Case([version], stage, body.mark)
        else:
            case.versions.append(version)
            case.stage, case.verdict, case.stood_us = stage, None, None
        self._used(declaration.party, Use(body.at_us, size_km2_hours(declaration)))

    def _acted(self, body: Acted) -> None:
        case = self.cases[body.subject]
        case.stage = stage_named(case.kind, body.stage)
        if body.act == "withdraw" and case.crossed:
            self._used(case.latest.declaration.party, Use(body.at_us, withdrawal=True))

    def _shown(self, body: Shown) -> None:
        self.shown += 1
        for subject in body.of:
            self.cases[subject].told.add(body.to)

    def _enrolled(self, body: Enrolled) -> None:
        root = Verifier.parse(body.root)
        card = open_card(body.card.encode(), root)
        self.peers[card.party] = Peer(root, card, Pinned(body.pinned), body.at_us)

    def _admitted(self, body: Admitted) -> None:
        if body.how == "invited":
            self.invited[body.mark] = body
        else:
            self.people[body.mark] = body
            self.invited.pop(body.mark, None)

    def _used(self, party: str, use: Use) -> None:
        self.uses.setdefault(party, []).append(use)


def stage_named(kind: Kind, name: str) -> State | Stage:
    """The stage that a word stands for, in the life of a kind."""
    return State(name) if kind is Kind.OPERATION else Stage(name)
