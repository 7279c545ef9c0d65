"""EUROCAE ED-269: UAS geographical zones, the format before ED-318.

Its text is not public. What is read here is what published files and public readers of the format
have in common: a list of zones under ``UASZoneList`` or ``features`` (or bare), each with a list of
volumes in ``geometry`` and of periods in ``applicability``. Two readings are assumptions, and said:
edges are straight in longitude and latitude, as in the GeoJSON that its polygons are written in;
``uomDimensions`` is the unit of the radius as well as of the limits (so read by InterUSS, too).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.altitude import AltitudeBand, Units
from keepclear.domain.declaration import Declaration
from keepclear.domain.footprint import Area, Circle, EdgeRule, Footprint, Polygon
from keepclear.domain.schedule import Schedule
from keepclear.domain.units import FOOT_M
from keepclear.domain.window import ALWAYS, Window
from keepclear.errors import InputError
from keepclear.formats.geozone_times import PERIODS_MAX, opening
from keepclear.formats.geozones import (
    NO_RESTRICTION,
    PARTS_MAX,
    ZONES_MAX,
    Limit,
    band,
    label,
    units_of,
    zone,
)
from keepclear.formats.members import (
    Findings,
    as_list,
    as_object,
    member,
    refuse_unwelcome_members,
    unique,
)
from keepclear.formats.reading import Reading
from keepclear.formats.rings import read_point, read_rings
from keepclear.formats.text import generated_id, number, shown

__all__ = ["FORMAT", "read", "recognises"]

FORMAT: Final = "ed269"

_LOOKED_AT: Final = 20
"""Entries looked at before deciding whether a list holds zones."""
_METRES: Final = MappingProxyType({Units.M: 1.0, Units.FT: FOOT_M})


def recognises(document: Any) -> bool:
    """Whether a decoded document looks like ED-269: zones whose geometry is a list of volumes."""
    if isinstance(document, dict) and isinstance(document.get("UASZoneList"), list):
        return True
    zones = document.get("features") if isinstance(document, dict) else document
    if not isinstance(zones, list):
        return False
    return any(
        isinstance(raw, dict) and "properties" not in raw and isinstance(raw.get("geometry"), list)
        for raw in islice(zones, _LOOKED_AT)
    )


def read(document: Any, *, name: str, stem: str | None = None) -> Reading:
    """The zones of one decoded document.

    Args:
        document: Decoded JSON.
        name: The file, as sentences name it.
        stem: What generated identifiers begin with; the name, if nothing is given.

    Returns:
        A reading; whatever is wrong is refused by name, and nothing is raised for it.
    """
    findings = Findings(name)
    declarations: list[Declaration] = []
    seen: dict[str, int] = {}
    with findings.file():
        for count, raw in enumerate(_zones(document), 1):
            with findings.row(label("zone", count, raw)):
                declarations.extend(
                    _zone(as_object(raw), generated_id(stem or name, count), findings, seen)
                )
    return findings.reading(FORMAT, declarations)


def _zones(document: Any) -> Iterable[Any]:
    if isinstance(document, list):
        return as_list(document, ZONES_MAX)
    wrapper = as_object(document)
    return as_list(
        member(wrapper, "UASZoneList" if "UASZoneList" in wrapper else "features"), ZONES_MAX
    )


def _zone(
    raw: dict[str, Any], fallback: str, findings: Findings, seen: dict[str, int]
) -> Iterable[Declaration]:
    refuse_unwelcome_members(raw, raw.get("extendedProperties"))
    if raw.get("restriction") == "NO_RESTRICTION":
        findings.remark(NO_RESTRICTION)
    identifier = unique(raw.get("identifier"), fallback, seen, findings)
    refused_before = len(findings.refused)
    shapes = tuple(_shapes(raw.get("geometry"), findings))
    windows = tuple(_windows(raw.get("applicability"), findings))
    refused = len(findings.refused) - refused_before
    return zone(identifier, shapes, windows, refused, findings)


def _shapes(raw: Any, findings: Findings) -> Iterator[tuple[Footprint, AltitudeBand]]:
    if raw is None:
        raise InputError(
            "geometry.missing", "the zone has no geometry; nobody can keep clear of it"
        )
    with findings.at("geometry"):
        volumes = as_list(raw, PARTS_MAX)
    for count, volume in enumerate(volumes, 1):
        with findings.row(f"geometry {count}"):
            yield _volume(as_object(volume), findings)


def _volume(raw: dict[str, Any], findings: Findings) -> tuple[Footprint, AltitudeBand]:
    with findings.at("uomDimensions"):
        units = units_of(raw.get("uomDimensions"))
    with findings.at("horizontalProjection"):
        footprint = _footprint(as_object(raw.get("horizontalProjection")), units, findings)
    return footprint, band(_limit(raw, "lower"), _limit(raw, "upper"), units, findings)


def _limit(raw: dict[str, Any], side: str) -> Limit:
    return Limit(f"{side}Limit", raw.get(f"{side}Limit"), raw.get(f"{side}VerticalReference"))


def _footprint(raw: dict[str, Any], units: Units, findings: Findings) -> Footprint:
    match raw.get("type"):
        case "Polygon":
            rings = read_rings(raw.get("coordinates"), findings.remarks)
            return Area((Polygon(rings),), EdgeRule.LONLAT)
        case "Circle":
            if units is Units.FT:
                findings.remark("with a radius beside limits in feet: taken to be in feet, too")
            radius = number(member(raw, "radius"))
            return Circle(read_point(raw.get("center"), findings.remarks), radius * _METRES[units])
        case other:
            raise InputError(
                "geometry.type", f"found type {shown(other)}, expected Polygon or Circle"
            )


def _windows(raw: Any, findings: Findings) -> Iterator[Window | Schedule]:
    with findings.at("applicability"):
        periods = [] if raw is None else as_list(raw, PERIODS_MAX)
    if not periods:
        findings.remark("without applicability, which ED-269 demands: taken to hold always")
        yield ALWAYS
    for count, period in enumerate(periods, 1):
        with findings.row(f"applicability {count}"):
            yield _window(as_object(period), findings)


def _window(raw: dict[str, Any], findings: Findings) -> Window | Schedule:
    start, end = raw.get("startDateTime"), raw.get("endDateTime")
    schedule = raw.get("schedule") or raw.get("dailyPeriod") or None
    permanent = raw.get("permanent")
    match permanent.upper() if isinstance(permanent, str) else permanent:
        case "YES":
            if start is not None or end is not None or _says_hours(schedule):
                findings.remark("with permanent YES beside dates or hours: taken to hold always")
            return ALWAYS
        case "NO" | None:
            if start is None and end is None and schedule is None:
                findings.remark("where nothing says when the zone holds: taken to hold always")
            return opening(start, end, schedule, findings)
        case _:
            raise InputError("zone.permanent", f"found {shown(permanent)}, expected YES or NO")


def _says_hours(schedule: Any) -> bool:
    """Whether a schedule says anything; some files fill it with empty members."""
    return isinstance(schedule, list) and any(
        isinstance(period, dict) and any(value not in (None, [], "") for value in period.values())
        for period in schedule
    )
