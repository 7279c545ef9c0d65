"""A plain event, as the compiled scanner found it -> what it declares, or None for the ordinary reader.

The same declaration that ``cot`` would make of it by way of properties and geometry: a law holds the
two together. Taken here are things at a place, and areas whose outline is a plain ring.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from keepclear.domain.altitude import EVERYWHERE
from keepclear.domain.declaration import Declaration, Kind
from keepclear.domain.footprint import Area, Circle, Polygon
from keepclear.domain.position import Position
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import Window
from keepclear.formats.cot_columns import PlainEvent
from keepclear.formats.cot_heights import band_of, error_of, known, shape_range
from keepclear.formats.cot_shapes import EDGES
from keepclear.formats.cot_types import Rule, Use
from keepclear.formats.properties import Properties, read_properties
from keepclear.formats.remarks import Remarks

__all__ = ["area_of", "is_area", "thing_of", "told_of"]

_AREAS: Final = (None, Kind.RESTRICTION)
"""Kinds whose shapes are taken here: a site's say more of places, a movement's are routes."""


def is_area(event: PlainEvent, rule: Rule) -> bool:
    """Whether :func:`area_of` knows what it draws."""
    return rule.use is Use.SHAPE and rule.kind in _AREAS and bool(event.ring)


def thing_of(event: PlainEvent, rule: Rule, where: str, remarks: Remarks) -> Declaration:
    """A thing at a place: its circle of error is how far off the place may be.

    Raises:
        InputError: The ordinary reader must say what is wrong.
    """
    place = Circle(Position(latitude=event.lat, longitude=event.lon), 0.0)
    window = Window(event.start_us, event.stale_us)
    band = band_of(known(event.hae), known(event.le_m), remarks)
    return Declaration(
        id=event.uid,
        kind=rule.kind or Kind.OPERATION,
        parts=(Volume4D(place, band, window),),
        position_error_m=error_of(known(event.ce_m), remarks),
        where=where,
    )


def area_of(event: PlainEvent, rule: Rule, where: str, remarks: Remarks) -> Declaration:
    """What an event declares that draws a plain ring.

    Raises:
        InputError: The ordinary reader must say what is wrong.
    """
    window = Window(event.start_us, event.stale_us)
    band = shape_range(known(event.hae), known(event.le_m), remarks) or EVERYWHERE
    area = Area((Polygon((event.ring or (),)),), EDGES)
    return Declaration(
        id=event.uid,
        kind=rule.kind or Kind.OPERATION,
        parts=(Volume4D(area, band, window),),
        where=where,
        name=event.name,
        description=event.words,
    )


def told_of(area: Declaration, volume: Volume4D, kind: Kind | None, *, prefix: str) -> Properties:
    """The properties behind an area, so that it can be joined to other rows of its id."""
    said = {"id": area.id, "name": area.name, "description": area.description}
    window = volume.window if isinstance(volume.window, Window) else Window(None, None)
    return replace(
        read_properties(said, prefix=prefix),
        kind=kind,
        lower=volume.band.lower,
        upper=volume.band.upper,
        says_lower=volume.band.lower is not None,
        says_upper=volume.band.upper is not None,
        window=window,
    )
