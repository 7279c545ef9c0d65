"""Declarations: what a party says it will do, or what is there, in one or many parts.

Which kinds are compared with which stands here as data, because it is a rule of the field and not
of geometry (decision 8 of the design).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import isfinite
from typing import Final

from keepclear.domain.footprint import RADIUS_M_MAX, length_m
from keepclear.domain.route import Route
from keepclear.domain.stated import StatedPosition
from keepclear.domain.volume import Volume4D
from keepclear.errors import InputError

__all__ = [
    "NEVER_COMPARED_STATES",
    "NOT_COMPARED_KINDS",
    "POSITION_ERROR_M_MAX",
    "Declaration",
    "Ground",
    "Kind",
    "Part",
    "State",
]

POSITION_ERROR_M_MAX: Final = 50_000.0
"""An error circle larger than this is no position; the party is asked again."""
_GROUND_M_MIN: Final = -500.0
_GROUND_M_MAX: Final = 9_000.0


class Kind(Enum):
    """What is declared."""

    # as quick as it can be: tables are looked up by it with every declaration
    __hash__ = object.__hash__

    OPERATION = "operation"
    """Something flown, driven or done within its volumes."""
    MOVEMENT = "movement"
    """One journey with legs, holding points and stays."""
    SITE = "site"
    """A fixed place that is notified, with its stand-off."""
    RESTRICTION = "restriction"
    """A volume where operations are limited: F3548 constraint, geozone, restricted area."""
    AREA = "area"
    """A claimed area of activity; it informs, and is never a crossing."""


class State(Enum):
    """The life of an operation as ASTM F3548-21 names it."""

    # as quick as it can be: tables are looked up by it with every declaration
    __hash__ = object.__hash__

    ACCEPTED = "Accepted"
    ACTIVATED = "Activated"
    NONCONFORMING = "Nonconforming"
    CONTINGENT = "Contingent"
    ENDED = "Ended"


NEVER_COMPARED_STATES: Final = frozenset({State.ENDED})
"""What has ended is in nobody's way."""
NOT_COMPARED_KINDS: Final = frozenset(
    {
        frozenset({Kind.SITE}),
        frozenset({Kind.RESTRICTION}),
    }
)
"""Pairs of kinds that are never a crossing: a site with a site, a restriction with a restriction.
Areas are left out of crossings altogether; where two claim the same ground, that is listed."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The lowest and highest ground under a declaration, metres above mean sea level.

    Raises:
        InputError: ``ground.range`` when upside down or outside -500 to 9,000 m.
    """

    lowest_m: float
    highest_m: float

    def __post_init__(self) -> None:
        if not (
            isfinite(self.lowest_m)
            and isfinite(self.highest_m)
            and _GROUND_M_MIN <= self.lowest_m <= self.highest_m <= _GROUND_M_MAX
        ):
            raise InputError(
                "ground.range",
                f"ground from {self.lowest_m} to {self.highest_m} m; give the lowest, then the "
                f"highest, between {_GROUND_M_MIN:.0f} and {_GROUND_M_MAX:,.0f} m",
            )


Part = Volume4D | Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What one party declares under one identifier.

    Raises:
        InputError: ``declaration.empty``, ``length.range``.
    """

    id: str
    """Unique within the party."""
    kind: Kind
    parts: tuple[Part, ...]
    """At least one; parts of one declaration never cross each other."""
    party: str = ""
    """Who declares it; empty means that it stands for itself."""
    on_behalf_of: str = ""
    """For whom the party acts, where it says so."""
    state: State | None = None
    priority: int = 0
    standoff_m: float = 0.0
    """Distance to keep from it beyond its footprint."""
    ground: Ground | None = None
    position_error_m: float = 0.0
    """How far off every position in it may be."""
    where: str = ""
    """File and row it was read from; for sentences, never compared."""
    name: str = ""
    """What people call it; the id is for programs."""
    description: str = ""
    """Where it is in words, such as '9 km south of Bravo strip'; checked against the numbers."""
    stated: tuple[tuple[StatedPosition, ...], ...] = ()
    """Its places as they were written, where the format keeps that: for each place the writing
    that holds, then any other writing of the same place, which must agree with it."""
    notice: tuple[tuple[str, str], ...] = ()
    """Further fields of its notification, by name, such as ``admin_area``; the names stand in
    :mod:`keepclear.domain.fields`. They inform people and never change a verdict."""

    def __post_init__(self) -> None:
        if not self.parts:
            raise InputError("declaration.empty", f"declaration {self.id!r} has no volume")
        length_m(self.standoff_m, "stand-off", RADIUS_M_MAX)
        length_m(self.position_error_m, "position error", POSITION_ERROR_M_MAX)
