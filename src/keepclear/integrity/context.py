"""What the checks are told beside the declarations: the hour, the map names, and the bounds.

Values only: whoever asks reads the clock and the files. What is not given is not looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from keepclear.domain.declaration import Kind
from keepclear.domain.gazetteer import AdminAreas, Gazetteer
from keepclear.domain.position import Position

__all__ = ["Bounds", "Context"]

_SPEED_M_S: Final = MappingProxyType(
    {
        # 250 km/h: faster than any convoy, slower than most helicopters that carry aid
        Kind.MOVEMENT: 70.0,
        # about Mach 2; military flights above it are rarely declared beforehand
        Kind.OPERATION: 700.0,
    }
)
"""What a leg may need, by kind; other kinds do not move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The figures behind the checks, metres and metres a second; each may be set by the desk."""

    matters_m: float = 10.0
    """A difference below this is told, but as a doubt: the next building is further."""
    coarse_m: float = 100.0
    """How far off a place without a stand-off may be for want of digits."""
    useless_m: float = 1_000.0
    """Further off than this it is a doubt, and no note: another village."""
    own_m: float = 100.0
    """Nearer than this to the reporter is the reporter's own position."""
    duplicate_m: float = 10.0
    """Two places nearer than this are one."""
    border_m: float = 1_000.0
    """How far off the drawn border of an admin area may be."""
    extent_m: float = 500.0
    """How far a named place reaches from its point where its file does not say."""
    speed_m_s: Mapping[Kind, float] = field(default_factory=lambda: _SPEED_M_S)
    """Faster than this is doubted, by kind."""


_BOUNDS: Final = Bounds()
"""Where a desk has set none; made once, because a node asks with every declaration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is known beside the declarations."""

    now_us: int | None = None
    """The present, microseconds of UTC; without one, as in a replay, the past is not looked at."""
    gazetteer: Gazetteer | None = None
    admin: AdminAreas | None = None
    own: Position | None = None
    """Where the reporter is."""
    bounds: Bounds = _BOUNDS
