"""One declaration with its life, as a node remembers it: everything but its texts, which it can say.

The texts of its versions and of its verdict are read when they are asked for
(:mod:`keepclear.node.texts`). Left to others: what changes a life (:mod:`keepclear.node.memory`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from keepclear.domain.declaration import Declaration, Kind, State
from keepclear.domain.life import STANDING, Stage
from keepclear.node.texts import Place, Texts
from keepclear.wire.entries import Verdict
from keepclear.wire.remembered import CaseForm, JudgedForm, VersionForm

__all__ = ["Case", "Judged", "ToldBy", "Version", "case_of", "form_of", "stage_named"]

_STATES: Final[Mapping[str, State | Stage]] = MappingProxyType({one.value: one for one in State})
_STAGES: Final[Mapping[str, State | Stage]] = MappingProxyType({one.value: one for one in Stage})


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a declaration, as it was declared."""

    number: int
    by: str
    at_us: int
    place: Place
    """Where its text stands."""
    texts: Texts = field(repr=False, compare=False)
    through: str | None = None
    """Whose desk entered it, where that is not the party's own."""
    because: str | None = None
    """Why there is a new version, where its party did not write one."""
    split_from: tuple[str, int] | None = None
    """Subject and version of the movement that it was a part of."""
    message: str | None = None
    """The hash of the message that brought it, where it came over a line."""

    @property
    def declaration(self) -> Declaration:
        """What was declared.

        Raises:
            StoreError: it cannot be read now, or is not what its leaf stands for.
        """
        return self.texts.declaration(self.place)

    @property
    def text(self) -> str:
        """Its canonical JSON.

        Raises:
            StoreError: as :attr:`declaration`.
        """
        return self.texts.declared(self.place).text


@dataclass(frozen=True, slots=True)
class Judged:
    """The last verdict on the version that stands."""

    place: Place
    """Where it stands."""
    arrangements: tuple[str, ...]
    """Name and version of those that it was made by."""


@dataclass(frozen=True, slots=True)
class ToldBy:
    """A crossing that another node found and told of over a line."""

    at_us: int
    version: int
    """Of the declaration here that it is about."""
    text: str
    """What the desk was shown, as JSON."""


@dataclass(slots=True, weakref_slot=True)
class Case:
    """One declaration with its life."""

    versions: list[Version]
    kind: Kind
    """What it is; it never changes."""
    party: str
    """Whose it is; it never changes."""
    stage: State | Stage
    mark: str
    """How others are told of it where its id is not theirs to know."""
    size_km2_hours: float = 0.0
    """What an answer to the latest version can tell; see :mod:`keepclear.disclose.budgets`."""
    told: set[str] = field(default_factory=set)
    """Parties that were shown something of it."""
    judged: Judged | None = None
    """The last verdict on the version that stands, where there is one."""
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
    disclosed: dict[str, int] = field(default_factory=dict)
    """The version that each party was given last, by what was agreed with it."""
    ref: str = ""
    """How the node calls it that it came from, where it came over a line."""
    told_by: dict[tuple[str, str], ToldBy] = field(default_factory=dict)
    """Crossings that others found: by party, and its mark for what crosses."""

    @property
    def latest(self) -> Version:
        """The version that holds."""
        return self.versions[-1]

    @property
    def stands(self) -> bool:
        """Whether it is compared with others."""
        return self.stage in STANDING

    @property
    def came(self) -> bool:
        """Whether what holds of it came over a line."""
        return self.latest.message is not None

    @property
    def verdict(self) -> Verdict | None:
        """What the last verdict on the version that stands says, where there is one.

        Raises:
            StoreError: it cannot be read now, or is not what its leaf stands for.
        """
        return None if self.judged is None else self.latest.texts.verdict(self.judged.place)


def stage_named(kind: Kind, name: str) -> State | Stage:
    """The stage that a word stands for, in the life of a kind."""
    stages = _STATES if kind is Kind.OPERATION else _STAGES
    stage = stages.get(name)
    if stage is None:
        raise ValueError(f"{name!r} is no stage of a {kind.value}")
    return stage


def form_of(case: Case) -> CaseForm:
    """A case as a snapshot says it."""
    judged = case.judged
    return CaseForm(
        case.kind.value,
        case.stage.value,
        case.party,
        case.mark,
        [_version_form(one) for one in case.versions],
        sorted(case.told),
        None if judged is None else JudgedForm(*judged.place, list(judged.arrangements)),
        case.stood_us,
        case.crossed,
        case.released,
        case.confirmed_us,
        case.unconfirmed_us,
        case.size_km2_hours,
        case.disclosed,
        case.ref,
        [(*key, one.at_us, one.version, one.text) for key, one in case.told_by.items()],
    )


def _version_form(one: Version) -> VersionForm:
    return VersionForm(
        one.number,
        one.by,
        one.at_us,
        one.through,
        one.because,
        one.split_from,
        *one.place,
        one.message,
    )


def case_of(form: CaseForm, texts: Texts) -> Case:
    """The case that a snapshot says."""
    kind, judged = Kind(form.kind), form.judged
    return Case(
        [_version_of(one, texts) for one in form.versions],
        kind,
        form.party,
        stage_named(kind, form.stage),
        form.mark,
        form.size_km2_hours,
        set(form.told),
        None
        if judged is None
        else Judged(Place(judged.entry, judged.seal), tuple(judged.arrangements)),
        form.stood_us,
        form.crossed,
        form.released,
        form.confirmed_us,
        form.unconfirmed_us,
        form.disclosed,
        form.ref,
        {(one[0], one[1]): ToldBy(one[2], one[3], one[4]) for one in form.told_by},
    )


def _version_of(one: VersionForm, texts: Texts) -> Version:
    return Version(
        one.number,
        one.by,
        one.at_us,
        Place(one.entry, one.seal),
        texts,
        one.through,
        one.because,
        one.split_from,
        one.message,
    )
