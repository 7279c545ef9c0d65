"""Parts as plain standing volumes of polygons and circles, for formats that know nothing else.

What is written never is smaller than what was declared, with one exception that is told: a stand-off
or a position error around a polygon, which such a format has no word for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from keepclear.domain.declaration import Declaration, Part
from keepclear.domain.footprint import Area, Circle, Corridor, EdgeRule
from keepclear.domain.route import Route
from keepclear.domain.schedule import Schedule
from keepclear.domain.volume import Volume4D
from keepclear.formats.writers.cover import POINT_M, outlines, swept
from keepclear.formats.writers.geojson import LOST_HOURS, LOST_WRITING
from keepclear.formats.writers.losses import Losses

__all__ = ["Form", "plain_volumes", "tell_words"]

_HOLES: Final = "its holes: they are filled"
_LINES: Final = "its corridors: each is written as the polygons and circles that hold it"
_MOTION: Final = "its motion: each leg is written as the corridor that it sweeps while it lasts"
_STANDOFF_ADDED: Final = "its stand-off as a figure of its own: circles are written larger by it"
_STANDOFF: Final = "its stand-off round a polygon: NOT covered by what is written"
_POINT: Final = f"being a bare place: it is written as a circle of {POINT_M * 100:.0f} cm"
_EDGES: Final = "the rule of its edges: points are inserted, so that the lines stay where they were"


@dataclass(frozen=True, slots=True)
class Form:
    """What a format can hold."""

    edges: EdgeRule
    """What it means by the line between two vertices."""
    holes: bool
    hours: bool
    """Weekly schedules."""


def tell_words(said: Declaration, losses: Losses) -> None:
    """Note what no such format holds of the whole declaration."""
    for lost, what in (
        (bool(said.on_behalf_of), "on whose behalf it is declared"),
        (said.position_error_m > 0, "its position error: NOT covered by what is written"),
        (said.ground is not None, "the ground it states"),
        (bool(said.description or said.notice), "its words for people"),
        (bool(said.stated), LOST_WRITING),
    ):
        if lost:
            losses.add(said, what)


def plain_volumes(said: Declaration, part: Part, form: Form, losses: Losses) -> Iterator[Volume4D]:
    """Standing volumes, each an area or a circle, that hold one part."""
    moving = isinstance(part, Route)
    if moving:
        losses.add(said, _MOTION)
    for volume in swept(part) if isinstance(part, Route) else (part,):
        window = volume.window
        if isinstance(window, Schedule) and not form.hours:
            losses.add(said, LOST_HOURS)
            window = window.window
        _tell_footprint(said, volume.footprint, form, losses, moving=moving)
        for outline in outlines(volume.footprint, form.edges, holes=form.holes):
            yield Volume4D(_with_standoff(said, outline, losses), volume.band, window)


def _tell_footprint(
    said: Declaration,
    footprint: Area | Circle | Corridor,
    form: Form,
    losses: Losses,
    *,
    moving: bool,
) -> None:
    if isinstance(footprint, Area):
        if not form.holes and any(len(p.rings) > 1 for p in footprint.polygons):
            losses.add(said, _HOLES)
        if footprint.edges is not form.edges:
            losses.add(said, _EDGES)
    elif isinstance(footprint, Corridor):
        if not moving:
            losses.add(said, _LINES)
    elif footprint.radius_m + said.standoff_m == 0:
        losses.add(said, _POINT)


def _with_standoff(said: Declaration, outline: Area | Circle, losses: Losses) -> Area | Circle:
    if said.standoff_m == 0:
        return outline
    if isinstance(outline, Area):
        losses.add(said, _STANDOFF)
        return outline
    losses.add(said, _STANDOFF_ADDED)
    return replace(outline, radius_m=outline.radius_m + said.standoff_m)
