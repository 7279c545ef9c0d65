"""How large one declaration may be that comes over a network: the node has one thread, and others wait.

Two outlines of so many places that cross each other everywhere hold it for some seconds; ordinary ones
of that size for a third of one. A folder's own commands take more, because nobody else waits there.
"""

from __future__ import annotations

from typing import Final

from keepclear.wire.forms import AreaForm, CorridorForm, DeclarationForm, RouteForm, VolumeForm

__all__ = ["PARTS_MAX", "PLACES_MAX", "too_large"]

PARTS_MAX: Final = 500
PLACES_MAX: Final = 5_000
"""In all parts together."""


def too_large(said: DeclarationForm) -> str:
    """Why a declaration is too large to be judged while others wait; empty where it is not."""
    parts = len(said.parts)
    places = sum(map(_places, said.parts)) if parts <= PARTS_MAX else 0
    if parts <= PARTS_MAX and places <= PLACES_MAX:
        return ""
    return (
        f"found {parts:,} parts and {places or 'more'} places, expected at most {PARTS_MAX:,} and "
        f"{PLACES_MAX:,}; draw it with fewer, or declare it in several"
    )


def _places(part: VolumeForm | RouteForm) -> int:
    if isinstance(part, RouteForm):
        return len(part.waypoints)
    if isinstance(part.footprint, AreaForm):
        return sum(len(ring) for polygon in part.footprint.polygons for ring in polygon)
    return len(part.footprint.vertices) if isinstance(part.footprint, CorridorForm) else 1
