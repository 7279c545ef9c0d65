"""Arrangements: what parties who do not share their plans have agreed on, as values.

An arrangement binds nobody by being here; it says what was agreed, so that deviations from it can be
computed. A humanitarian party stands on no rung and signs none: it can be named as one that is
notified, and nothing in an arrangement ever asks anything of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Final

from keepclear.domain.declaration import Kind
from keepclear.domain.expiry import CONFIRMED_FOR_US
from keepclear.domain.footprint import Area, Corridor
from keepclear.domain.units import MICROSECONDS

__all__ = [
    "Arrangement",
    "Caps",
    "Deadlines",
    "Disclosure",
    "DividingLine",
    "Member",
    "Retention",
    "Rung",
    "Separation",
]

_DAY_US: Final = 86_400 * MICROSECONDS


class Rung(Enum):
    """How close two parties work. Either may step down at any moment."""

    APART = "apart"
    """Notified sites, urgent messages and receipts."""
    PARALLEL = "parallel"
    """Kept apart: crossings are found and told."""
    COORDINATED = "coordinated"
    """Plans are shared, changes proposed and agreed."""
    UNITED = "united"
    """One plan, many owners."""


class Disclosure(Enum):
    """How much of a declaration another party sees."""

    OPEN = "open"
    """The plan."""
    CROSSING = "crossing"
    """Only the part that it shares with the other's own, and how to reach the desk."""


@dataclass(frozen=True, slots=True)
class Member:
    """A party to the arrangement."""

    name: str
    desk: str = ""
    """How its duty desk is reached; a role, never a person."""
    on_behalf_of: tuple[str, ...] = ()
    """For whom it may declare."""
    discloses: Mapping[Kind, Disclosure] = field(default_factory=lambda: MappingProxyType({}))
    """What the others see of its own, where that is not what is said for all."""


@dataclass(frozen=True, slots=True)
class Third:
    """Somebody who serves any two that an arrangement names; what it sees differs by what it does."""

    name: str
    compares: bool = False
    """All members declare to its node, so that plans are compared that are not shown to each other."""
    relays: bool = False
    """Its desk passes sealed notes on, and sees of them who writes to whom, and when."""


@dataclass(frozen=True, slots=True)
class DividingLine:
    """A line on the map, and who keeps to which side of it."""

    line: Corridor
    """Its vertices with their edge rule; it has no width."""
    left: str
    """The party on the left of somebody who walks from the first vertex to the last."""
    right: str


@dataclass(frozen=True, slots=True)
class Separation:
    """What must remain free between declarations of two parties; a gap equal to it keeps it."""

    horizontal_m: float = 0.0
    vertical_m: float = 0.0
    time_us: int = 0


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Within which time a desk answers; what is missed is a deviation, and alarms on both ends."""

    receipt_us: int = 600 * MICROSECONDS
    urgent_us: int = 60 * MICROSECONDS
    read_back_us: int = 1_800 * MICROSECONDS


@dataclass(frozen=True, slots=True)
class Caps:
    """What one party may ask of another in a day, where verdicts disclose only the crossing.

    A verdict is an answer; without a cap, many small declarations would map out a plan.
    """

    declarations: int = 500
    area_km2_hours: float = 50_000.0
    """Ground times time, each shape with a border of cells (:mod:`keepclear.disclose.budgets`): about
    one part in forty of a theatre of 300 km by 300 km in a day; smaller ones need less."""
    withdrawals_after_verdict: int = 20


@dataclass(frozen=True, slots=True)
class Retention:
    """How long another party's data is kept."""

    operations_us: int = _DAY_US
    """After an operation has ended."""
    evidence_us: int = 3_653 * _DAY_US
    """What the record needs: ten years, if nothing else is agreed."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What was agreed between parties, for one theatre."""

    name: str
    version: int
    members: tuple[Member, ...]
    rungs: Mapping[frozenset[str], Rung]
    """For every pair of members where they stand with each other."""
    notified: tuple[str, ...] = ()
    """Humanitarian parties that notify the members; nothing here asks anything of them."""
    thirds: tuple[Third, ...] = ()
    """Such as a secretariat. Who compares is no member; who relays is not humanitarian."""
    confirmed_for_us: int = CONFIRMED_FOR_US
    """How long the confirmation of a notified site lasts."""
    theatre: Area | None = None
    """Where it holds; everywhere, if nothing is said."""
    dividing_line: DividingLine | None = None
    separation: Separation = Separation()
    notice_us: Mapping[Kind, int] = field(default_factory=lambda: MappingProxyType({}))
    """How long before it begins a declaration of each kind is to be made."""
    disclosure: Mapping[Kind, Disclosure] = field(default_factory=lambda: MappingProxyType({}))
    """Kinds that are not named are disclosed by their crossing alone."""
    equal_priority_may_cross: bool = False
    deadlines: Deadlines = Deadlines()
    test_times_us: tuple[int, ...] = ()
    """When the line is tested every day, from midnight UTC."""
    frequencies: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    caps: Caps = Caps()
    retention: Retention = Retention()
    stepped_down: frozenset[str] = frozenset()
    """Members that have suspended it or withdrawn: they stand apart from all others meanwhile."""
    member_names: frozenset[str] = field(init=False, repr=False, compare=False)
    """Its members, by name."""
    neutral: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """Nodes of no member that compare."""
    relays: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """Parties whose desks pass sealed notes on."""
    shows_all: bool = field(init=False, repr=False, compare=False)
    """Whether each member's declarations of every kind are open to the others."""
    _by_name: Mapping[str, Member] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # these follow from the rest, and are asked for with every declaration
        names = {member.name: member for member in reversed(self.members)}
        shows_all = all(
            member.discloses.get(kind, self.disclosure.get(kind)) is Disclosure.OPEN
            for kind in Kind
            for member in self.members
        )
        object.__setattr__(self, "_by_name", MappingProxyType(names))
        object.__setattr__(self, "member_names", frozenset(names))
        compare = tuple(one.name for one in self.thirds if one.compares)
        relay = tuple(one.name for one in self.thirds if one.relays)
        object.__setattr__(self, "neutral", compare)
        object.__setattr__(self, "relays", relay)
        object.__setattr__(self, "shows_all", shows_all)

    def member(self, name: str) -> Member | None:
        """A party to it; nothing, where it is none."""
        return self._by_name.get(name)

    @property
    def named(self) -> frozenset[str]:
        """Everybody whom it binds or who notifies."""
        return self.member_names | frozenset(self.notified)

    def rung(self, a: str, b: str) -> Rung | None:
        """Where two parties stand with each other; nothing, where one is no member."""
        agreed = self.rungs.get(frozenset((a, b)))
        return Rung.APART if agreed is not None and self.stepped_down & {a, b} else agreed

    def disclosed(self, kind: Kind, party: str = "") -> Disclosure:
        """How much of a member's declaration of a kind the other members see."""
        said = self.disclosure.get(kind, Disclosure.CROSSING)
        member = self._by_name.get(party)
        return said if member is None else member.discloses.get(kind, said)
