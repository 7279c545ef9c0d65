"""EUROCAE ED-318: UAS geographical zones as GeoJSON with vertical layers.

The official schema (EUROCONTROL, UASGeoZones/ED-318) is the measure. What it says of members that
decide where and when a zone is (geometry, layer, limitedApplicability, and the dates of the whole
collection) is enforced: what breaks it is refused. What it says of the others (names, types,
countries) is looked at and remarked on, because a zone must not go unchecked over its spelling;
where the collection itself is refused, these are listed among the reasons.

Edges are straight in longitude and latitude (RFC 7946, which this format extends). A Point with an
``extent`` is a circle on the ellipsoid. A zone without ``limitedApplicability`` always holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.altitude import Reference
from keepclear.domain.declaration import Declaration
from keepclear.domain.schedule import Schedule
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import ALWAYS, Window
from keepclear.errors import InputError
from keepclear.formats.ed318_geometry import shapes
from keepclear.formats.geozone_times import PERIODS_MAX, opening
from keepclear.formats.geozones import NO_RESTRICTION, ZONES_MAX, label, zone
from keepclear.formats.members import (
    Findings,
    as_instant,
    as_list,
    as_object,
    member,
    refuse_unwelcome_members,
    unique,
)
from keepclear.formats.reading import Reading
from keepclear.formats.text import generated_id, shown

__all__ = ["FORMAT", "read", "recognises"]

FORMAT: Final = "ed318"

_LOOKED_AT: Final = 20
"""Features looked at to tell whether a GeoJSON file holds zones, and what else is wrong with one
that is refused as a whole."""
_ZONE_MARKS: Final = frozenset({"zoneAuthority", "limitedApplicability", "verticalLayer"})
_COLLECTION_DATES: Final = ("validFrom", "validTo", "issued")

_REQUIRED: Final = ("identifier", "country", "type", "variant", "zoneAuthority")
_IDENTIFIER_MAX: Final = 7
_ONE_OF: Final = MappingProxyType(
    {
        "type": ("USPACE", "PROHIBITED", "REQ_AUTHORIZATION", "CONDITIONAL", "NO_RESTRICTION"),
        "variant": ("COMMON", "CUSTOMIZED"),
    }
)
_TEXTS: Final = ("name", "otherReasonInfo", "message")
_PERIOD_MEMBERS: Final = frozenset({"startDateTime", "endDateTime", "schedule"})


def recognises(document: Any) -> bool:
    """Whether a decoded document looks like ED-318: GeoJSON with the marks of zones."""
    return (
        isinstance(document, dict)
        and isinstance(document.get("features"), list)
        and any(_is_zone(feature) for feature in islice(document["features"], _LOOKED_AT))
    )


def _is_zone(feature: Any) -> bool:
    if not isinstance(feature, dict):
        return False
    properties, geometry = feature.get("properties"), feature.get("geometry")
    if isinstance(properties, dict) and (
        _ZONE_MARKS & properties.keys() or {"identifier", "variant"} <= properties.keys()
    ):
        return True
    if not isinstance(geometry, dict):
        return False
    members = geometry.get("geometries")
    return any(
        isinstance(inner, dict) and {"layer", "extent"} & inner.keys()
        for inner in (geometry, *(members if isinstance(members, list) else ()))
    )


def read(document: Any, *, name: str, stem: str | None = None) -> Reading:
    """The zones of one decoded collection.

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
        collection = as_object(document)
        with findings.at("features"):
            features = as_list(member(collection, "features"), ZONES_MAX)
        whole = _collection_holds(collection, findings)
        for count, raw in enumerate(features, 1):
            place = label("feature", count, raw, "properties")
            if not whole:
                if count <= _LOOKED_AT:
                    _list_oddities(place, raw, findings)
                continue
            with findings.row(place):
                declarations.extend(
                    _zone(as_object(raw), generated_id(stem or name, count), findings, seen)
                )
        _say_geoid(collection, declarations, findings)
    return Reading(
        FORMAT, tuple(declarations), tuple(findings.refused), findings.remarks.sentences()
    )


def _collection_holds(collection: dict[str, Any], findings: Findings) -> bool:
    """Whether the collection may be used at all; if not, the reasons are listed as refusals."""
    with findings.row("type"):
        if collection.get("type") != "FeatureCollection":
            raise InputError(
                "zone.schema", f"found {shown(collection.get('type'))}, expected FeatureCollection"
            )
    metadata = collection.get("metadata")
    if metadata is not None:
        with findings.row("metadata"):
            dates = as_object(metadata)
            for date in _COLLECTION_DATES:
                with findings.row(date):
                    _check_date(dates.get(date))
    return not findings.refused


def _check_date(date: Any) -> None:
    try:
        if date is not None:
            as_instant(date)
    except InputError as error:
        raise InputError(
            error.code, f"{error.message}; no zone of this collection is used before it is mended"
        ) from None


def _list_oddities(place: str, raw: Any, findings: Findings) -> None:
    properties = raw.get("properties") if isinstance(raw, dict) else None
    for oddity in _oddities(properties if isinstance(properties, dict) else {}):
        with findings.row(place):
            raise InputError("zone.schema", f"found a zone {oddity}")


def _zone(
    feature: dict[str, Any], fallback: str, findings: Findings, seen: dict[str, int]
) -> Iterable[Declaration]:
    with findings.at("properties"):
        properties = as_object(feature.get("properties") or {})
        refuse_unwelcome_members(properties, properties.get("extendedProperties"))
        for oddity in _oddities(properties):
            findings.remark(oddity)
        if properties.get("type") == "NO_RESTRICTION":
            findings.remark(NO_RESTRICTION)
        identifier = unique(properties.get("identifier"), fallback, seen, findings)
    refused_before = len(findings.refused)
    footprints = tuple(shapes(feature.get("geometry"), properties.get("verticalLayer"), findings))
    windows = tuple(_windows(properties.get("limitedApplicability"), findings))
    refused = len(findings.refused) - refused_before
    return zone(identifier, footprints, windows, refused, findings)


def _windows(raw: Any, findings: Findings) -> Iterator[Window | Schedule]:
    with findings.at("limitedApplicability"):
        periods = [] if raw is None else as_list(raw, PERIODS_MAX)
    if not periods:
        yield ALWAYS
    for count, period in enumerate(periods, 1):
        with findings.row(f"limitedApplicability {count}"):
            when = as_object(period)
            for unknown in sorted(when.keys() - _PERIOD_MEMBERS):
                findings.remark(f"with a member {shown(unknown)} that no time period has: not used")
            yield opening(
                when.get("startDateTime"), when.get("endDateTime"), when.get("schedule"), findings
            )


def _oddities(properties: dict[str, Any]) -> Iterator[str]:
    """What the schema does not allow in members that do not decide where or when."""
    for name in _REQUIRED:
        if properties.get(name) is None:
            yield f"without the member {name!r}, which ED-318 demands"
    for name, known in _ONE_OF.items():
        value = properties.get(name)
        if value is not None and value not in known:
            yield f"with {name} {shown(value)}, where ED-318 knows {', '.join(known)}"
    identifier = properties.get("identifier")
    if isinstance(identifier, str) and len(identifier) > _IDENTIFIER_MAX:
        yield f"with an identifier longer than the {_IDENTIFIER_MAX} characters of ED-318"
    for name in _TEXTS:
        texts = properties.get(name)
        if texts is not None and not _is_texts(texts):
            yield f"where {name} is not what ED-318 makes it: a list of texts, each with its lang"


def _is_texts(raw: Any) -> bool:
    return isinstance(raw, list) and all(
        isinstance(text, dict) and isinstance(text.get("lang"), str) for text in raw
    )


def _say_geoid(
    collection: dict[str, Any], declarations: list[Declaration], findings: Findings
) -> None:
    metadata = collection.get("metadata")
    geoid = metadata.get("otherGeoid") if isinstance(metadata, dict) else None
    limits = (
        limit
        for declaration in declarations
        for part in declaration.parts
        if isinstance(part, Volume4D)
        for limit in (part.band.lower, part.band.upper)
    )
    if geoid and any(limit is not None and limit.reference is Reference.AMSL for limit in limits):
        findings.remark(
            f"with heights above mean sea level that refer to the geoid {shown(geoid)}: compared "
            "as EGM96, from which national geoids differ by up to a few metres"
        )
