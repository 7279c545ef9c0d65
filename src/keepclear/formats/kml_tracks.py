"""``gx:Track`` of KML -> moving discs: times and places in two lists of equal length.

A track with ``half_width_m`` is a plan: its disc is where it says, on straight legs. Without it the
track was recorded, and is read like every recorded track: ``flights`` keeps apart what no craft
could have flown, and makes the legs across gaps uncertain.
"""

from __future__ import annotations

import re
from typing import Final

from keepclear.domain.altitude import EVERYWHERE, Altitude, AltitudeBand
from keepclear.domain.declaration import Part
from keepclear.domain.position import Position
from keepclear.domain.route import Route, Waypoint
from keepclear.errors import InputError
from keepclear.formats.flights import Report, routes, space, untangle
from keepclear.formats.kml_heights import Heights
from keepclear.formats.kml_times import instant
from keepclear.formats.place import Place
from keepclear.formats.properties import Properties
from keepclear.formats.remarks import Remarks
from keepclear.formats.rings import VERTICES_MAX
from keepclear.formats.text import shown
from keepclear.formats.xmltext import Element, local, text_of

__all__ = ["moving_parts", "track_parts"]

_NUMBERS: Final = re.compile(r"[-+0-9.eE\s]*", re.ASCII)
_EMPTY: Final = "with a time and no place: left out of the track"
_NO_HEIGHT: Final = "with a track without heights: compared at every height"
_RECORDED: Final = "with a track without half_width_m: taken as recorded, a point that moved"


def track_parts(
    element: Element, heights: Heights, told: Properties, remarks: Remarks
) -> tuple[Part, ...]:
    """The moving discs of one ``gx:Track``.

    Raises:
        InputError: ``route.*``, ``time.*``, ``position.*``, ``altitude.*``, ``track.tangled``.
    """
    whens = [text_of(e) for e in element if local(e) == "when"]
    coords = [text_of(e) for e in element if local(e) == "coord"]
    if len(whens) != len(coords):
        raise InputError(
            "route.count",
            f"found {len(whens)} times (when) and {len(coords)} places (coord); give one time for "
            "each place",
        )
    if len(whens) > VERTICES_MAX:
        raise InputError(
            "coordinates.too-many",
            f"found {len(whens):,} vertices, expected at most {VERTICES_MAX:,}",
        )
    times, places, metres = [], [], []
    for count, (when, coord) in enumerate(zip(whens, coords, strict=True), 1):
        with Place(f"point {count}"):
            if not coord:
                remarks.of("point").add_rows(_EMPTY, 1)
                continue
            times.append(instant(when))
            place, height = _place(coord)
            places.append(place)
            metres.append(height)
    levels = heights.levels(metres, remarks)
    return moving_parts(times, places, levels, told, remarks)


def moving_parts(
    times: list[int],
    places: list[Position],
    levels: list[Altitude] | None,
    told: Properties,
    remarks: Remarks,
) -> tuple[Part, ...]:
    """Timed places as a plan or as a recording, whichever the properties say.

    Args:
        times: One for each place.
        places: At least one.
        levels: The height at each place; None where it is not known.
        told: Limits that it states hold over ``levels``.
        remarks: Receives what should be looked at.

    Raises:
        InputError: ``route.*``, ``track.tangled``.
    """
    if not places:
        raise InputError("route.too-few", "a track needs at least one timed place; found none")
    bands = _bands(len(places), levels, told, remarks)
    if told.half_width_m is not None:
        _check_count("leg_errors_m", told.leg_errors_m, len(places))
        errors_m = told.leg_errors_m or (0.0,) * len(places)
        points = tuple(map(Waypoint, places, times, bands, errors_m))
        return (Route(points, told.half_width_m),)
    remarks.add(_RECORDED)
    reports = [
        Report(time, row, space(place), place, band)
        for row, (time, place, band) in enumerate(zip(times, places, bands, strict=True))
    ]
    reports.sort(key=lambda report: (report.time_us, report.row))
    return tuple(
        route
        for chain in untangle(reports, known=True)
        for route in routes(chain, remarks.of("point"))
    )


def _bands(
    count: int, levels: list[Altitude] | None, told: Properties, remarks: Remarks
) -> list[AltitudeBand]:
    if told.says_lower or told.says_upper:
        for name, limits in (("altitude_lower", told.lower), ("altitude_upper", told.upper)):
            _check_count(name, limits, count)
        return [told.band_at(vertex) for vertex in range(count)]
    if levels is None:
        remarks.add(_NO_HEIGHT)
        return [EVERYWHERE] * count
    return [AltitudeBand(level, level) for level in levels]


def _check_count(name: str, values: object, count: int) -> None:
    if isinstance(values, tuple) and len(values) != count:
        raise InputError(
            "route.count",
            f"found {len(values)} values for {count} vertices; give one for each",
            where=name,
        )


def _place(coord: str) -> tuple[Position, float | None]:
    try:
        values = list(map(float, coord.split())) if _NUMBERS.fullmatch(coord) else []
    except ValueError:
        values = []
    if not 2 <= len(values) <= 3:
        raise InputError(
            "coordinates.expected",
            f"found {shown(coord)}, expected longitude latitude altitude, such as '-77.5 39.1 120'",
        )
    place = Position(latitude=values[1], longitude=values[0])
    return place, values[2] if len(values) > 2 else None
