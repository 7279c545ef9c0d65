"""What a node remembers while it runs, made from its entries alone: replayed at start, applied after.

Nothing is decided here. The same entries always give the same memory, so that after a failed write it
is simply made again.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from keepclear.disclose.budgets import DAY_US, Tally, Use, size_km2_hours, told_of_sizes
from keepclear.disclose.hearing import Word
from keepclear.disclose.levels import Level, level_of
from keepclear.domain.access import SECRETARIAT, Action, Role
from keepclear.domain.arrangement import Arrangement
from keepclear.domain.consent import NOTIFIED, Consent
from keepclear.domain.declaration import Declaration, Kind
from keepclear.domain.footing import Footing
from keepclear.domain.life import Stage
from keepclear.errors import ConfigurationError
from keepclear.formats.arrangements import read_arrangement
from keepclear.link.cards import Card, open_card
from keepclear.link.pinning import Pinned
from keepclear.node.bounds import Bounds
from keepclear.node.case import Case, Judged, ToldBy, Version, stage_named
from keepclear.node.cases import Cases
from keepclear.node.over_lines import OverLines
from keepclear.node.packed import Packed
from keepclear.node.texts import Place, Texts, place_of
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
    Deviated,
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

__all__ = [
    "REPLAYED",
    "SUMMED",
    "SUMMED_FIELDS",
    "Case",
    "Gone",
    "Incident",
    "Memory",
    "Peer",
    "Version",
    "stage_named",
]


_LEVELS_MAX: Final = 10_000
"""Pairs of parties that are remembered; names come from outside, and could be without end."""


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

    texts: Texts = field(default_factory=Texts, repr=False, compare=False)
    """What declarations and verdicts say."""
    cases: Cases = field(init=False)
    """By subject."""
    size: int = 0
    """Entries that were taken in."""
    arrangements: dict[str, Arrangement] = field(default_factory=dict)
    """By name; the newest version of each."""
    uses: Packed[Use] = field(default_factory=lambda: Packed(list[Use]))
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
    tallies: dict[str, Tally] = field(default_factory=dict, repr=False, compare=False)
    """By party: what of its uses counts now, as far as it was counted."""
    changed: set[str] = field(default_factory=set, compare=False)
    """Notifications of which something changed since it was last looked what time brings them."""
    waits: dict[str, int] = field(default_factory=dict, compare=False)
    """When to look at a notification again; made anew from what changed."""
    agenda: list[tuple[int, str]] = field(default_factory=list, compare=False)
    """The same as a heap, in which some instants are awaited no more."""
    of_party: Packed[str] = field(default_factory=lambda: Packed(list[str]))
    """Subjects of each party's declarations; under the empty name those that came through the desk of a
    secretariat."""
    owner: str = field(default="", compare=False)
    """Whose desk works at the node."""
    lines: OverLines = field(default_factory=OverLines)
    """What came over lines."""
    read: set[tuple[str, str, int]] = field(default_factory=set)
    """Who has read which version of another's declaration."""
    heard: list[Voiced] = field(default_factory=list)
    """What was said to this desk over a telephone."""
    on_lines: array[int] = field(default_factory=lambda: array("q"))
    """Numbers of the entries that boards are made of: notes of lines, what was found late or missing on
    them, and what was said over a telephone; where each line stands is kept beside."""
    peers: dict[str, Peer] = field(default_factory=dict)
    """By party, this node's own among them."""
    agreements: dict[str, Agreed] = field(default_factory=dict)
    """The newest signed note on each arrangement, by its subject."""
    arranged_us: dict[str, int] = field(default_factory=dict)
    """By arrangement, since when the version that holds does so here."""
    footings: dict[str, dict[str, Footing]] = field(default_factory=dict)
    """By arrangement, then party: those that have stepped down from the version that holds."""
    incidents: dict[str, Incident] = field(default_factory=dict)
    """By subject."""
    gone: dict[str, Gone] = field(default_factory=dict)
    """By subject."""
    levels: dict[tuple[str, str, Kind], Level] = field(
        default_factory=dict, repr=False, compare=False
    )
    """By viewer, owner and kind: what was worked out from the arrangements that hold."""
    _sized: tuple[Declaration, float] | None = field(default=None, repr=False, compare=False)
    """What was measured last."""

    def __post_init__(self) -> None:
        self.cases = Cases(self.texts)

    def apply(self, body: Body, said: Declaration | None = None, leaf: bytes = b"") -> None:
        """Take one more entry in.

        Args:
            body: What it says.
            said: The declaration whose text stands in it, where that is at hand.
            leaf: Its leaf, by whose hash its text is believed when it is read again; empty where there
                is no record, as in tests.
        """
        self.size += 1
        if self._is_left_over(body):
            return
        if isinstance(body, Declared):
            self._declared(body, said, place_of(self.size, leaf))
        elif isinstance(body, Verdict):
            self._verdict(body, place_of(self.size, leaf))
        else:
            _TAKE[type(body)](self, body)

    def take_in_summed(self, other: Memory) -> None:
        """Put what a snapshot holds in the place of what entries made that were read again."""
        for name in SUMMED_FIELDS:
            setattr(self, name, getattr(other, name))

    def versions_gone(self, subject: str) -> int:
        """How many versions of it were erased."""
        gone = self.gone.get(subject)
        return 0 if gone is None else gone.versions

    def erased(self, kind: str, subject: str) -> None:
        """Pass over an entry that says nothing any more, as it was read again."""
        self.size += 1
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
        case, gone = self.cases.take_out(body.subject), self.gone.get(body.subject, Gone())
        if case is not None:
            self.lines.forget(body.subject, case)
        self.words.pop(body.subject, None)
        self.read = {one for one in self.read if one[1] != body.subject}
        for party in {body.subject.partition("/")[0], ""}:
            self.of_party.keep(party, lambda one: one != body.subject)
        self.changed.discard(body.subject)
        self.waits.pop(body.subject, None)
        versions = gone.versions + (len(case.versions) if case else 0)
        self.gone[body.subject] = Gone(versions, body.over_us)
        for party in list(self.uses):
            self.uses.keep(party, lambda use: use.at_us > body.at_us - DAY_US)

    def _declared(self, body: Declared, said: Declaration | None, place: Place) -> None:
        declaration = said or decode(body.text.encode())
        self.texts.take(place.entry, body, declaration)
        version = Version(
            body.version,
            body.by,
            body.at_us,
            place,
            self.texts,
            body.through,
            body.because,
            body.split_from,
            body.message,
        )
        kind, party = declaration.kind, declaration.party
        stage, size = stage_named(kind, body.stage), self.size_of(declaration)
        if body.subject not in self.cases:
            case = Case([version], kind, party, stage, body.mark, size)
            self.cases.add(body.subject, case)
            self.of_party.add(party, body.subject)
            new_desk = body.through == SECRETARIAT
        else:
            case = self.cases.changing(body.subject)
            new_desk = body.through == SECRETARIAT and not any(v.through for v in case.versions)
            case.versions.append(version)
            case.stage, case.judged, case.stood_us = stage, None, None
            case.confirmed_us, case.unconfirmed_us = None, None
            case.size_km2_hours = size
        self._came(body, case)
        if kind in NOTIFIED:
            self.changed.add(body.subject)
        if new_desk:
            self.of_party.add("", body.subject)
        self.uses.add(party, Use(body.at_us, size))

    def level(self, *, viewer: str, owner: str, kind: Kind) -> Level:
        """See :func:`keepclear.disclose.levels.level_of`; asked for with every crossing."""
        asked = viewer, owner, kind
        level = self.levels.get(asked)
        if level is None:
            if len(self.levels) >= _LEVELS_MAX:
                self.levels.clear()
            known = self.arrangements.values()
            level = self.levels[asked] = level_of(known, viewer=viewer, owner=owner, kind=kind)
        return level

    def size_of(self, declaration: Declaration) -> float:
        """What an answer to it can tell; it is asked for when that is allowed, and when it is kept."""
        if self._sized is None or self._sized[0] is not declaration:
            self._sized = declaration, size_km2_hours(declaration)
        return self._sized[1]

    def measured(self, declaration: Declaration, km2_hours: float) -> None:
        """Take what another process of this node has measured of a declaration that comes next."""
        self._sized = declaration, km2_hours

    def _came(self, body: Declared, case: Case) -> None:
        """Where it came over a line: by which name its party will speak of it."""
        if body.ref is not None:
            self.cases.changing(body.subject).ref = body.ref
            self.lines.came(case.party, body.ref, body.subject)
        self.lines.sort(body.subject, case, self.owner)

    def _acted(self, body: Acted) -> None:
        case = self.cases.changing(body.subject)
        case.stage = stage_named(case.kind, body.stage)
        self.lines.sort(body.subject, case, self.owner)
        if body.act == "confirm":
            case.confirmed_us, case.unconfirmed_us = body.at_us, None
        if case.kind in NOTIFIED:
            self.changed.add(body.subject)
        if body.act == "withdraw" and case.crossed:
            self.uses.add(case.party, Use(body.at_us, withdrawal=True))

    def _verdict(self, body: Verdict, place: Place) -> None:
        case = self.cases.changing(body.subject)
        self.texts.take(place.entry, body)
        case.stood_us = body.at_us if case.judged is None else case.stood_us
        case.judged = Judged(place, tuple(body.arrangements))

    def _arranged(self, body: Arranged) -> None:
        found, refused = read_arrangement(body.text.encode(), name=body.subject)
        if found is None:
            raise ConfigurationError(
                f"{body.subject} in the database cannot be read by this keepclear "
                f"({refused[0].message}); nothing was changed; start it with a newer version"
            )
        self.arrangements[found.name] = found
        self.footings.pop(found.name, None)
        self.arranged_us[found.name] = body.at_us
        self.bounds.pop(found.name, None)
        self.levels.clear()
        self.changed.update(subject for subject, _ in self.cases.of(*NOTIFIED))

    def _shown(self, body: Shown) -> None:
        self.shown += 1
        for mark in body.of if body.disclosed is None else ():
            subject = self.cases.marked(mark)
            if subject is not None and body.to not in self.cases[subject].told:
                self.cases.changing(subject).told.add(body.to)
        if body.how == "read":
            self.read.add((body.to, body.subject, json.loads(body.text)["version"]))
        if not body.of and body.how == "answer" and body.disclosed is body.released is None:
            return  # nothing was told of anybody's
        if body.subject not in self.cases:
            return
        if body.disclosed is not None:
            self.cases.changing(body.subject).disclosed[body.to] = body.disclosed
        elif body.how == "told":
            self._told_by(body)
        elif body.released is not None:
            self.cases.changing(body.subject).released[body.to] = body.released
        elif body.of and body.to == self.cases[body.subject].party:
            case = self.cases.changing(body.subject)
            case.crossed = True
            if body.how == "answer":
                self._told(body, case)

    def _told(self, body: Shown, case: Case) -> None:
        """An answer that told of another's plan counts in the budget of who asked."""
        for mark in body.of:
            other = self.cases.get(self.cases.marked(mark) or "")
            if other is not None and other.kind is not Kind.AREA:
                size = told_of_sizes(case.size_km2_hours, other.size_km2_hours)
                self.uses.add(body.to, Use(body.at_us, size, told=True))

    def _told_by(self, body: Shown) -> None:
        """A crossing that another node tells of, or that it tells of no more."""
        case, told = self.cases.changing(body.subject), json.loads(body.text)
        key, version = (told["by"], told["ref"]), told["about"]["version"]
        if told["notice"] == "told/1":
            before = case.told_by.get(key)
            if before is None or before.version <= version:
                case.told_by[key] = ToldBy(body.at_us, version, body.text)
            self.lines.told_of.setdefault(key, set()).add(body.subject)
        else:
            case.told_by.pop(key, None)
            self.lines.told_of.get(key, set()).discard(body.subject)

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
                for subject, _ in self.cases.of(Kind(body.kind), party=party)
                if body.to not in self.words.get(subject, ())
            ]
        for subject in concerned:
            if body.to in self.cases[subject].released:
                case = self.cases.changing(subject)
                del case.released[body.to]
                if word.consent is None:
                    case.told.discard(body.to)
        self.changed.update(concerned)

    def _expired(self, body: Expired) -> None:
        if body.subject in self.cases:
            case = self.cases.changing(body.subject)
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
        self.levels.clear()

    def _reported(self, body: Reported) -> None:
        self.incidents[body.subject] = Incident(body)

    def _stated(self, body: Stated) -> None:
        self.incidents[body.subject].statements.append(body)

    def _voiced(self, body: Voiced) -> None:
        if body.how == "heard":
            self.heard.append(body)
        self._on_line(body)

    def _on_line(self, _: Carried | Deviated | Voiced) -> None:
        """What it says stands in the record, and whoever shows a line reads it there."""
        self.on_lines.append(self.size)


SUMMED: Final = frozenset(
    {"declared", "acted", "verdict", "shown", "expired", "carried", "deviated"}
)
"""Kinds of entries that are many: a snapshot holds what they made of memory."""
REPLAYED: Final = frozenset(
    {
        "admitted",
        "agreed",
        "alarm",
        "arranged",
        "consented",
        "enrolled",
        "erased",
        "put-out",
        "reported",
        "revoked",
        "stated",
        "stepped",
        "voiced",
    }
)
"""Kinds that are few and mean much: a snapshot holds their numbers, and they are read again. What they
made of a declaration is in the snapshot, so here they meet none."""
SUMMED_FIELDS: Final = frozenset(
    {
        "cases",
        "lines",
        "size",
        "uses",
        "shown",
        "changed",
        "waits",
        "agenda",
        "of_party",
        "read",
        "gone",
        "on_lines",
    }
)
"""What of memory a snapshot holds; all else is made by the entries that are read again, or when it is
asked for."""
_TAKE: Final[dict[type, Callable[[Memory, Any], None]]] = {
    Acted: Memory._acted,
    Shown: Memory._shown,
    Arranged: Memory._arranged,
    Alarm: Memory._alarm,
    Admitted: Memory._admitted,
    PutOut: Memory._put_out,
    Carried: Memory._on_line,
    Voiced: Memory._voiced,
    Enrolled: Memory._enrolled,
    Agreed: Memory._agreed,
    Stepped: Memory._stepped,
    Deviated: Memory._on_line,
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
