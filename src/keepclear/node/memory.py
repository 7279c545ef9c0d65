"""What a node remembers while it runs, made from its entries alone: replayed at start, applied after.

Nothing is decided here. The same entries always give the same memory, so that after a failed write it
is simply made again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from keepclear.disclose.budgets import DAY_US, Use, size_km2_hours
from keepclear.disclose.hearing import Word
from keepclear.domain.access import SECRETARIAT, Action, Role
from keepclear.domain.arrangement import Arrangement
from keepclear.domain.consent import NOTIFIED, Consent
from keepclear.domain.declaration import Declaration, Kind, State
from keepclear.domain.footing import Footing
from keepclear.domain.life import STANDING, Stage
from keepclear.errors import ConfigurationError
from keepclear.formats.arrangements import read_arrangement
from keepclear.link.cards import Card, open_card
from keepclear.link.pinning import Pinned
from keepclear.node.bounds import Bounds
from keepclear.record.note import Verifier
from keepclear.wire.declaration import decode
from keepclear.wire.entries import (
    Acted,
    Admitted,
    Agreed,
    Alarm,
    Arranged,
    Body,
    Carried,
    Consented,
    Declared,
    Enrolled,
    Erased,
    Expired,
    PutOut,
    Reported,
    Revoked,
    Shown,
    Stated,
    Stepped,
    Verdict,
    Voiced,
)

__all__ = ["Case", "Gone", "Incident", "Memory", "Peer", "Version", "stage_named"]


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
    because: str | None = None
    """Why there is a new version, where its party did not write one."""
    split_from: tuple[str, int] | None = None
    """Subject and version of the movement that it was a part of."""


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


@dataclass(frozen=True, slots=True)
class Peer:
    """What is believed of a party's keys."""

    root: Verifier
    card: Card
    pinned: Pinned
    since_us: int


@dataclass(slots=True)
class Incident:
    """What was reported, and what was said about it since."""

    reported: Reported
    statements: list[Stated] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Gone:
    """What is left of a declaration whose text was erased."""

    versions: int = 0
    """How many there were; a later one goes on from there."""
    over_us: int = 0
    """Since when it was over."""


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
    words: dict[str, dict[str, Word]] = field(default_factory=dict)
    """By subject and recipient: what was said of one notification."""
    defaults: dict[tuple[str, str], dict[str, Word]] = field(default_factory=dict)
    """By party and kind, then recipient: what was said of all of a kind."""
    bounds: dict[str, Bounds] = field(default_factory=dict, compare=False)
    """By arrangement: what it draws on the map, once somebody asked."""
    changed: set[str] = field(default_factory=set, compare=False)
    """Notifications of which something changed since it was last looked what time brings them."""
    waits: dict[str, int] = field(default_factory=dict, compare=False)
    """When to look at a notification again; made anew from what changed."""
    agenda: list[tuple[int, str]] = field(default_factory=list, compare=False)
    """The same as a heap, in which some instants are awaited no more."""
    by_mark: dict[str, str] = field(default_factory=dict)
    """Subjects by how others are told of them."""
    of_party: dict[str, list[str]] = field(default_factory=dict)
    """Subjects of each party's declarations; under the empty name those that came through the desk of a
    secretariat."""
    read: set[tuple[str, str, int]] = field(default_factory=set)
    """Who has read which version of another's declaration."""
    heard: list[Voiced] = field(default_factory=list)
    """What was said to this desk over a telephone."""
    carried: int = 0
    """Notes of lines; where each line stands is kept beside the entries."""
    peers: dict[str, Peer] = field(default_factory=dict)
    """By party, this node's own among them."""
    agreements: dict[str, Agreed] = field(default_factory=dict)
    """The newest signed note on each arrangement, by its subject."""
    footings: dict[str, dict[str, Footing]] = field(default_factory=dict)
    """By arrangement, then party: those that have stepped down from the version that holds."""
    incidents: dict[str, Incident] = field(default_factory=dict)
    """By subject."""
    gone: dict[str, Gone] = field(default_factory=dict)
    """By subject."""

    def apply(self, body: Body, said: Declaration | None = None) -> None:
        """Take one more entry in.

        Args:
            body: What it says.
            said: The declaration whose text stands in it, where that is at hand.
        """
        if self._is_left_over(body):
            return
        if isinstance(body, Declared):
            self._declared(body, said)
        else:
            _TAKE[type(body)](self, body)

    def versions_gone(self, subject: str) -> int:
        """How many versions of it were erased."""
        return self.gone.get(subject, Gone()).versions

    def erased(self, kind: str, subject: str) -> None:
        """Pass over an entry that says nothing any more, as it was read again."""
        if kind == "declared":
            gone = self.gone.get(subject, Gone())
            self.gone[subject] = Gone(gone.versions + 1, gone.over_us)
        elif kind == "shown":
            self.shown += 1

    def _is_left_over(self, body: Body) -> bool:
        """Whether it is about a declaration whose text is gone; what was shown of it is counted."""
        if body.subject not in self.gone or body.subject in self.cases:
            return False
        if isinstance(body, Shown):
            self._shown(body)
        return isinstance(body, Verdict | Shown)

    def _erased(self, body: Erased) -> None:
        """What was declared is forgotten, and what was asked longer than a day ago with it."""
        case, gone = self.cases.pop(body.subject, None), self.gone.get(body.subject, Gone())
        if case is not None:
            self.by_mark.pop(case.mark, None)
        self.words.pop(body.subject, None)
        self.read = {one for one in self.read if one[1] != body.subject}
        for party, subjects in list(self.of_party.items()):
            if body.subject in subjects:
                self.of_party[party] = [one for one in subjects if one != body.subject]
            if not self.of_party[party]:
                del self.of_party[party]
        self.changed.discard(body.subject)
        self.waits.pop(body.subject, None)
        versions = gone.versions + (len(case.versions) if case else 0)
        self.gone[body.subject] = Gone(versions, body.over_us)
        for party, uses in list(self.uses.items()):
            recent = [use for use in uses if use.at_us > body.at_us - DAY_US]
            if recent:
                self.uses[party] = recent
            else:
                del self.uses[party]

    def _declared(self, body: Declared, said: Declaration | None = None) -> None:
        declaration = said or decode(body.text.encode())
        version = Version(
            body.version,
            declaration,
            body.text,
            body.by,
            body.at_us,
            body.through,
            body.because,
            body.split_from,
        )
        stage = stage_named(declaration.kind, body.stage)
        case = self.cases.get(body.subject)
        if case is None:
            self.cases[body.subject] = Case([version], stage, body.mark)
            self.by_mark[body.mark] = body.subject
            self.of_party.setdefault(declaration.party, []).append(body.subject)
            new_desk = body.through == SECRETARIAT
        else:
            new_desk = body.through == SECRETARIAT and not any(v.through for v in case.versions)
            case.versions.append(version)
            case.stage, case.verdict, case.stood_us = stage, None, None
            case.confirmed_us, case.unconfirmed_us = None, None
        if declaration.kind in NOTIFIED:
            self.changed.add(body.subject)
        if new_desk:
            self.of_party.setdefault("", []).append(body.subject)
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

    def _verdict(self, body: Verdict) -> None:
        case = self.cases[body.subject]
        case.stood_us = body.at_us if case.verdict is None else case.stood_us
        case.verdict = body

    def _arranged(self, body: Arranged) -> None:
        found, refused = read_arrangement(body.text.encode(), name=body.subject)
        if found is None:
            raise ConfigurationError(
                f"{body.subject} in the database cannot be read by this keepclear "
                f"({refused[0].message}); nothing was changed; start it with a newer version"
            )
        self.arrangements[found.name] = found
        self.footings.pop(found.name, None)
        self.bounds.pop(found.name, None)
        self.changed.update(name for name, case in self.cases.items() if case.kind in NOTIFIED)

    def _shown(self, body: Shown) -> None:
        self.shown += 1
        for mark in body.of:
            case = self.cases.get(self.by_mark.get(mark, ""))
            if case is not None:
                case.told.add(body.to)
        if body.how == "read":
            self.read.add((body.to, body.subject, json.loads(body.text)["version"]))
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
            concerned = [body.subject] if body.subject in self.cases else []
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

    def _expired(self, body: Expired) -> None:
        case = self.cases.get(body.subject)
        if case is not None:
            case.stage, case.unconfirmed_us = Stage.EXPIRED, body.since_us
            self.changed.add(body.subject)

    def _enrolled(self, body: Enrolled) -> None:
        root = Verifier.parse(body.root)
        card = open_card(body.card.encode(), root)
        self.peers[card.party] = Peer(root, card, Pinned(body.pinned), body.at_us)

    def _admitted(self, body: Admitted) -> None:
        _check_known(body)
        if body.how == "invited":
            self.invited[body.mark] = body
        elif body.how != "password":  # who it is and who let it in stays
            self.people[body.mark] = body
            self.invited.pop(body.mark, None)

    def _put_out(self, body: PutOut) -> None:
        self.people.pop(body.mark, None)
        sent = [mark for mark, one in self.invited.items() if body.mark in {mark, one.by}]
        for mark in sent:
            del self.invited[mark]

    def _alarm(self, body: Alarm) -> None:
        self.alarms.append(body)

    def _agreed(self, body: Agreed) -> None:
        self.agreements[body.subject] = body

    def _stepped(self, body: Stepped) -> None:
        """Who has stepped down stands apart; a new version, signed by all, begins anew."""
        found = self.arrangements.get(body.name)
        if found is None or found.version != body.version:
            return
        held = self.footings.setdefault(body.name, {})
        held[body.party] = Footing(body.footing)
        down = frozenset(party for party, one in held.items() if one is not Footing.IN_FORCE)
        self.arrangements[body.name] = replace(found, stepped_down=down)

    def _reported(self, body: Reported) -> None:
        self.incidents[body.subject] = Incident(body)

    def _stated(self, body: Stated) -> None:
        self.incidents[body.subject].statements.append(body)

    def _voiced(self, body: Voiced) -> None:
        if body.how == "heard":
            self.heard.append(body)

    def _carried(self, _: Carried) -> None:
        self.carried += 1

    def _used(self, party: str, use: Use) -> None:
        self.uses.setdefault(party, []).append(use)


_TAKE: Final[dict[type, Callable[[Memory, Any], None]]] = {
    Declared: Memory._declared,
    Acted: Memory._acted,
    Verdict: Memory._verdict,
    Shown: Memory._shown,
    Arranged: Memory._arranged,
    Alarm: Memory._alarm,
    Admitted: Memory._admitted,
    PutOut: Memory._put_out,
    Carried: Memory._carried,
    Voiced: Memory._voiced,
    Enrolled: Memory._enrolled,
    Agreed: Memory._agreed,
    Stepped: Memory._stepped,
    Reported: Memory._reported,
    Stated: Memory._stated,
    Erased: Memory._erased,
    Consented: Memory._said,
    Revoked: Memory._said,
    Expired: Memory._expired,
}
"""What each kind of entry changes in memory."""


def _check_known(body: Admitted) -> None:
    """That this keepclear knows the role and the scopes: it must not let in by half of what was said.

    Raises:
        ValueError: it does not.
    """
    Role(body.role)
    for name in body.only or ():
        Action(name)


def stage_named(kind: Kind, name: str) -> State | Stage:
    """The stage that a word stands for, in the life of a kind."""
    return State(name) if kind is Kind.OPERATION else Stage(name)
