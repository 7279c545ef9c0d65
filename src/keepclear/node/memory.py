"""What a node remembers while it runs, made from its entries alone: replayed at start, applied after.

Nothing is decided here. The same entries always give the same memory, so that after a failed write it
is simply made again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from keepclear.disclose.budgets import Use, size_km2_hours
from keepclear.disclose.hearing import Word
from keepclear.domain.arrangement import Arrangement
from keepclear.domain.consent import NOTIFIED, Consent
from keepclear.domain.declaration import Declaration, Kind, State
from keepclear.domain.life import STANDING, Stage
from keepclear.errors import ConfigurationError
from keepclear.formats.arrangements import read_arrangement
from keepclear.wire.declaration import decode
from keepclear.wire.entries import (
    Acted,
    Alarm,
    Arranged,
    Body,
    Consented,
    Declared,
    Expired,
    Revoked,
    Shown,
    Verdict,
)

__all__ = ["Case", "Memory", "Version", "stage_named"]


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a declaration, as it was declared."""

    number: int
    declaration: Declaration
    text: str
    by: str
    at_us: int


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
    """Whether its party was told of a crossing of it."""
    released: dict[str, int] = field(default_factory=dict)
    """The version that each recipient was told last, under the word that holds for it now."""
    confirmed_us: int | None = None
    """When its party confirmed it last, after this version was declared."""
    unconfirmed_us: int | None = None
    """Since when it is unconfirmed, where it has expired."""

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
    shown: int = 0
    words: dict[str, dict[str, Word]] = field(default_factory=dict)
    """By subject and recipient: what was said of one notification."""
    defaults: dict[tuple[str, str], dict[str, Word]] = field(default_factory=dict)
    """By party and kind, then recipient: what was said of all of a kind."""
    changed: set[str] = field(default_factory=set, compare=False)
    """Notifications of which something changed since it was last looked what time brings them."""
    waits: dict[str, int] = field(default_factory=dict, compare=False)
    """When to look at a notification again; made anew from what changed."""

    def apply(self, body: Body) -> None:
        """Take one more entry in."""
        if isinstance(body, Declared):
            self._declared(body)
        elif isinstance(body, Acted):
            self._acted(body)
        elif isinstance(body, Verdict):
            case = self.cases[body.subject]
            case.stood_us = body.at_us if case.verdict is None else case.stood_us
            case.verdict = body
        elif isinstance(body, Arranged):
            found, refused = read_arrangement(body.text.encode(), name=body.subject)
            if found is None:
                raise ConfigurationError(
                    f"{body.subject} in the database cannot be read by this keepclear "
                    f"({refused[0].message}); nothing was changed; start it with a newer version"
                )
            self.arrangements[found.name] = found
            self.changed.update(name for name, case in self.cases.items() if case.kind in NOTIFIED)
        elif isinstance(body, Alarm):
            self.alarms.append(body)
        elif isinstance(body, Shown):
            self._shown(body)
        elif isinstance(body, Consented | Revoked):
            self._said(body)
        elif isinstance(body, Expired):
            case = self.cases[body.subject]
            case.stage, case.unconfirmed_us = Stage.EXPIRED, body.since_us
            self.changed.add(body.subject)

    def _declared(self, body: Declared) -> None:
        declaration = decode(body.text.encode())
        version = Version(body.version, declaration, body.text, body.by, body.at_us)
        stage = stage_named(declaration.kind, body.stage)
        case = self.cases.get(body.subject)
        if case is None:
            self.cases[body.subject] = Case([version], stage, body.mark)
        else:
            case.versions.append(version)
            case.stage, case.verdict, case.stood_us = stage, None, None
            case.confirmed_us, case.unconfirmed_us = None, None
        if declaration.kind in NOTIFIED:
            self.changed.add(body.subject)
        self._used(declaration.party, Use(body.at_us, size_km2_hours(declaration)))

    def _acted(self, body: Acted) -> None:
        case = self.cases[body.subject]
        case.stage = stage_named(case.kind, body.stage)
        if body.act == "confirm":
            case.confirmed_us, case.unconfirmed_us = body.at_us, None
        if case.kind in NOTIFIED:
            self.changed.add(body.subject)
        if body.act == "withdraw" and case.crossed:
            self._used(case.latest.declaration.party, Use(body.at_us, withdrawal=True))

    def _shown(self, body: Shown) -> None:
        self.shown += 1
        for subject in body.of:
            self.cases[subject].told.add(body.to)
        case = self.cases.get(body.subject)
        if case is None:
            return
        if body.released is not None:
            case.released[body.to] = body.released
        elif body.of and body.to == case.latest.declaration.party:
            case.crossed = True

    def _said(self, body: Consented | Revoked) -> None:
        """A new word takes the place of the old one, and whoever was told under it starts anew."""
        word = Word(None)
        if isinstance(body, Consented):
            word = Word(Consent(body.to, tuple(body.fields), body.from_us, body.lead_us))
        if body.kind is None:
            self.words.setdefault(body.subject, {})[body.to] = word
            concerned = [body.subject]
        else:
            party = body.subject.split("/", 1)[1]
            self.defaults.setdefault((party, body.kind), {})[body.to] = word
            concerned = [
                subject
                for subject, case in self.cases.items()
                if (case.latest.declaration.party, case.kind.value) == (party, body.kind)
                and body.to not in self.words.get(subject, ())
            ]
        for subject in concerned:
            begun = self.cases[subject].released.pop(body.to, None)
            if begun is not None and word.consent is None:
                self.cases[subject].told.discard(body.to)
        self.changed.update(concerned)

    def _used(self, party: str, use: Use) -> None:
        self.uses.setdefault(party, []).append(use)


def stage_named(kind: Kind, name: str) -> State | Stage:
    """The stage that a word stands for, in the life of a kind."""
    return State(name) if kind is Kind.OPERATION else Stage(name)
