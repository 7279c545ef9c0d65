"""The answer types of detection: Crossing, Claim and Comparison."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from keepclear.domain.altitude import AltitudeBand
from keepclear.domain.declaration import Kind
from keepclear.errors import Refusal

__all__ = ["Claim", "Comparison", "Crossing", "CrossingKind", "Minima", "Side"]


@dataclass(frozen=True, slots=True)
class Minima:
    """What must remain free between two declarations; a gap equal to the minimum keeps it."""

    horizontal_m: float = 0.0
    vertical_m: float = 0.0
    time_us: int = 0


class CrossingKind(Enum):
    """Whether the volumes themselves share a part, or only come closer than the minima."""

    OVERLAP = "overlap"
    SEPARATION = "separation"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two declarations that meet."""

    party: str
    id: str
    kind: Kind
    parts: tuple[int, ...]
    """Which of its parts meet, counted from 0 as declared."""
    unconfirmed_since_us: int | None = None
    """Set where a site's validity ended before or during the crossing: it still stands, at the
    same severity, until it is removed with a reason."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """The fact that two declarations meet, over one unbroken span of time. Symmetric in its sides."""

    a: Side
    b: Side
    kind: CrossingKind
    certain: bool
    """It holds for the worst case of every stated error; else it is possible."""
    why_possible: tuple[str, ...]
    """One short sentence for each reason why it is not certain; empty when certain."""
    time_start_us: int | None
    """When it begins; ``None`` when both stand since ever. For two windows that do not overlap but
    come closer than the time minimum, start and end are the gap between them. With a time minimum the
    window of a mover is when it is where the other is, or comes to, within the minima."""
    time_end_us: int | None
    altitude: AltitudeBand | None
    """The shared band, where both sides share one reference; else ``None``, as where nobody reads it:
    a set that is asked without depths leaves it out."""
    altitude_w84_m: tuple[float | None, float | None]
    """The shared band in metres above the WGS84 ellipsoid at its widest; ``None`` is no limit. For
    bands that do not overlap, lower and upper edge of the gap."""
    area_m2: float | None
    """Size of the shared area; ``None`` for a separation, or where areas were not asked for."""
    area: dict[str, Any] | None
    """The shared area as GeoJSON geometry, 7 decimals; ``None`` as for ``area_m2``."""
    horizontal_m: float
    """Least distance between the footprints; 0 when they meet."""
    vertical_m: float
    """Least gap between the bands; 0 when they meet. At its smallest, where unlike references leave
    room for doubt."""
    time_s: float
    """Gap between the windows, as ``time_start_us`` has them; 0 when they overlap."""
    depth_m: float | None = None
    """How far the footprints share, stand-off included, at least: whichever way one of them were
    moved by less, they would still share a point. 0 where they only touch, or where nothing but a
    stated error brings them together (then ``horizontal_m`` says how far apart they are). Good to
    0.1 mm for the lattice, to 1 cm for what was declared. ``None`` for a separation, or where areas
    were not asked for."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Two areas of activity that overlap: claimed by both, and no crossing."""

    a: Side
    b: Side
    area_m2: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything one check found, and everything it did not look at."""

    complete: bool
    """False when a row was refused or a declaration could not be compared."""
    declarations: int
    volumes: int
    compared: int
    """Declarations that took part in the comparison."""
    parties: tuple[str, ...]
    not_compared: tuple[tuple[str, int], ...]
    """Reason and number of declarations."""
    refused: tuple[Refusal, ...]
    warnings: tuple[str, ...]
    crossings: tuple[Crossing, ...]
    claims: tuple[Claim, ...] = ()
