"""keepclear keeps the operations of parties who share a space out of each other's way.

Read files, check them, look at what crosses::

    >>> import keepclear
    >>> plans = keepclear.read("examples/darling/alder.geojson", "examples/darling/birch.geojson")
    >>> found = keepclear.check(plans)
    >>> for crossing in found.crossings:
    ...     print(crossing.a.id, crossing.b.id, crossing.kind.value)
    A2 B1 overlap
    A1 B2 overlap

Or declare in Python what no file holds yet::

    >>> from keepclear import AltitudeBand, Circle, Declaration, Kind, Position, Volume4D, Window
    >>> def orbit(party, longitude):
    ...     here = Circle(Position(latitude=-31.35, longitude=longitude), radius_m=5_000)
    ...     part = Volume4D(here, AltitudeBand(None, None), Window(None, None))
    ...     return Declaration(id="orbit", party=party, kind=Kind.OPERATION, parts=(part,))
    >>> apart = keepclear.check([orbit("Alder", 144.0), orbit("Birch", 144.2)])
    >>> len(apart.crossings), apart.complete
    (0, True)
    >>> near = keepclear.check([orbit("Alder", 144.0), orbit("Birch", 144.2)], horizontal_m=10_000)
    >>> print(f"{near.crossings[0].horizontal_m / 1000:.1f} km")
    9.0 km

Everything is loaded when it is first used, so that importing costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keepclear.detect.crossing import (
        Claim,
        Comparison,
        Crossing,
        CrossingKind,
        Minima,
        Side,
    )
    from keepclear.domain.altitude import Altitude, AltitudeBand, Reference, Units
    from keepclear.domain.declaration import Declaration, Ground, Kind, State
    from keepclear.domain.footprint import Area, Circle, Corridor, EdgeRule, Polygon
    from keepclear.domain.position import Position
    from keepclear.domain.route import Route, Waypoint
    from keepclear.domain.schedule import DailyPeriod, Day, Schedule
    from keepclear.domain.volume import Volume4D
    from keepclear.domain.window import Window
    from keepclear.errors import (
        ConfigurationError,
        InputError,
        InternalError,
        KeepclearError,
        Refusal,
        UsageError,
    )
    from keepclear.faces.python import check, read
    from keepclear.formats.reading import Reading

__all__ = [
    "Altitude",
    "AltitudeBand",
    "Area",
    "Circle",
    "Claim",
    "Comparison",
    "ConfigurationError",
    "Corridor",
    "Crossing",
    "CrossingKind",
    "DailyPeriod",
    "Day",
    "Declaration",
    "EdgeRule",
    "Ground",
    "InputError",
    "InternalError",
    "KeepclearError",
    "Kind",
    "Minima",
    "Polygon",
    "Position",
    "Reading",
    "Reference",
    "Refusal",
    "Route",
    "Schedule",
    "Side",
    "State",
    "Units",
    "UsageError",
    "Volume4D",
    "Waypoint",
    "Window",
    "__version__",
    "check",
    "read",
]

__version__ = "0.1.0"

_HOMES = {
    "detect.crossing": ("Claim", "Comparison", "Crossing", "CrossingKind", "Minima", "Side"),
    "domain.altitude": ("Altitude", "AltitudeBand", "Reference", "Units"),
    "domain.declaration": ("Declaration", "Ground", "Kind", "State"),
    "domain.footprint": ("Area", "Circle", "Corridor", "EdgeRule", "Polygon"),
    "domain.position": ("Position",),
    "domain.route": ("Route", "Waypoint"),
    "domain.schedule": ("DailyPeriod", "Day", "Schedule"),
    "domain.volume": ("Volume4D",),
    "domain.window": ("Window",),
    "errors": (
        "ConfigurationError",
        "InputError",
        "InternalError",
        "KeepclearError",
        "Refusal",
        "UsageError",
    ),
    "faces.python": ("check", "read"),
    "formats.reading": ("Reading",),
}


def __getattr__(name: str) -> Any:
    """Load a public name from its home on first use (PEP 562)."""
    for home, names in _HOMES.items():
        if name in names:
            value = getattr(import_module(f"keepclear.{home}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module 'keepclear' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
