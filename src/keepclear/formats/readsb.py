"""readsb and tar1090: ``aircraft.json`` and ``trace_full_*.json`` -> operations that moved.

Source: ``README-json.md`` of wiedehopf/readsb. Times are seconds since 1970-01-01T00:00Z: a trace
counts on from its ``timestamp``, and a position in ``aircraft.json`` is ``seen_pos`` seconds older than
``now``. Heights are feet of standard pressure, or above the WGS84 ellipsoid where flag 8 or
``alt_geom`` says so; ``ground`` is the surface. How good a position is comes from ``rc``, NIC or NACp;
a trace says it now and then, and it holds until it says it again. Owners and registrations are not
taken.

Which reports make one flight, and what each is called, is told in ``crafts``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from keepclear.domain.altitude import AltitudeBand, Reference
from keepclear.domain.position import Position
from keepclear.errors import InputError, Refusal
from keepclear.formats.crafts import Senders, add_report, flown
from keepclear.formats.flights import Report, space
from keepclear.formats.members import as_list, as_object, member
from keepclear.formats.place import Place
from keepclear.formats.reading import Reading
from keepclear.formats.remarks import Remarks
from keepclear.formats.reports import error_m, height, level, seconds_us
from keepclear.formats.text import number, one_line, shown

__all__ = ["FORMAT", "read", "recognises"]

FORMAT: Final = "readsb"

REPORTS_MAX: Final = 1_000_000
"""Positions in one trace, or aircraft in one list: a day of one craft has some 10,000."""
_DAY_S: Final = 86_400.0
_ROW_MIN: Final = 4
"""A row of a trace has at least seconds, latitude, longitude and altitude."""
_FLAGS, _DETAILS, _GEOMETRIC = 6, 8, 10
_IS_GEOMETRIC: Final = 8
_ROUGH: Final = "with a position older than a minute (lastPosition): taken for when it was seen"


def recognises(document: Any) -> bool:
    """Whether a decoded document is a trace, or a list of aircraft."""
    if not isinstance(document, dict):
        return False
    if "icao" in document and isinstance(document.get("trace"), list):
        return True
    return "now" in document and isinstance(document.get("aircraft"), list)


def read(document: Any, *, name: str, stem: str | None = None) -> Reading:
    """Read one decoded document.

    Args:
        document: Decoded JSON.
        name: The file, as sentences name it.
        stem: What generated identifiers begin with; the name, if nothing is given.

    Raises:
        InputError: ``readsb.form``, ``member.missing``, ``time.range``, ``list.*``.
    """
    remarks = Remarks(name, "report")
    refused: list[Refusal] = []
    senders: Senders = {}
    with Place(name):
        whole = as_object(document)
        if "trace" in whole:
            _trace(whole, name, senders, remarks, refused)
        elif "aircraft" in whole:
            _aircraft(whole, name, senders, remarks, refused)
        else:
            raise InputError("readsb.form", "found neither 'trace' nor 'aircraft' in the document")
    declarations = flown(senders, name=name, stem=stem, remarks=remarks, refused=refused)
    return Reading(FORMAT, declarations, tuple(refused), remarks.sentences())


def _trace(
    whole: dict[str, Any], name: str, senders: Senders, remarks: Remarks, refused: list[Refusal]
) -> None:
    with Place("icao"):
        address = one_line(member(whole, "icao"))
    with Place("timestamp"):
        begins_us = seconds_us(member(whole, "timestamp"))
    with Place("trace"):
        rows = as_list(whole["trace"], REPORTS_MAX)
    details = next(filter(None, map(_details, rows)), None)
    for count, row in enumerate(rows, 1):
        remarks.row = f"trace {count}"
        details = _details(row) or details
        callsign = ""
        try:
            said = _details(row)
            if said is not None and said.get("flight") is not None:
                with Place("flight"):
                    callsign = one_line(said["flight"])
            report = _row(row, count, begins_us, details, remarks)
        except InputError as error:
            refused.append(Refusal.of(error.inside(remarks.row).inside(name)))
            continue
        add_report(senders, ("", address, callsign), report, remarks)


def _details(row: Any) -> Mapping[str, Any] | None:
    """The object that says more of a row, where it has one."""
    found = row[_DETAILS] if isinstance(row, list) and len(row) > _DETAILS else None
    return found if isinstance(found, dict) else None


def _row(
    row: Any, count: int, begins_us: int, details: Mapping[str, Any] | None, remarks: Remarks
) -> Report:
    if not isinstance(row, list) or len(row) < _ROW_MIN:
        raise InputError(
            "readsb.form",
            f"found {shown(row)}, expected [seconds, latitude, longitude, altitude, ...]",
        )
    with Place("seconds"):
        after_s = number(row[0])
        if not 0.0 <= after_s <= 2.0 * _DAY_S:
            raise InputError(
                "time.range",
                f"found {after_s:g}, expected seconds after the time stamp, up to 2 days",
            )
    flags = row[_FLAGS] if len(row) > _FLAGS else 0
    with Place("altitude"):
        if isinstance(flags, int) and flags & _IS_GEOMETRIC and isinstance(row[3], int | float):
            band = level(number(row[3]), Reference.W84)
        else:
            band = height(row[3], row[_GEOMETRIC] if len(row) > _GEOMETRIC else None, remarks)
    time_us = begins_us + round(after_s * 1_000_000.0)
    return _report(row[1], row[2], time_us, count, band, error_m(details, remarks))


def _report(
    latitude: Any, longitude: Any, time_us: int, count: int, band: AltitudeBand, error: float
) -> Report:
    with Place("latitude"):
        north = number(latitude)
    with Place("longitude"):
        east = number(longitude)
    position = Position(latitude=north, longitude=east)
    return Report(time_us, count, space(position), position, band, error)


def _aircraft(
    whole: dict[str, Any], name: str, senders: Senders, remarks: Remarks, refused: list[Refusal]
) -> None:
    with Place("now"):
        now_us = seconds_us(member(whole, "now"))
    with Place("aircraft"):
        crafts = as_list(whole["aircraft"], REPORTS_MAX)
    for count, raw in enumerate(crafts, 1):
        remarks.row = f"aircraft {count}"
        try:
            craft = as_object(raw)
            with Place("hex"):
                address = one_line(member(craft, "hex"))
            with Place("flight"):
                callsign = one_line(craft["flight"]) if craft.get("flight") is not None else ""
            report = _seen(craft, count, now_us, remarks)
        except InputError as error:
            refused.append(Refusal.of(error.inside(remarks.row).inside(name)))
            continue
        add_report(senders, ("", address, callsign), report, remarks)


def _seen(craft: dict[str, Any], count: int, now_us: int, remarks: Remarks) -> Report:
    at: Mapping[str, Any] = craft
    if craft.get("lat") is None and isinstance(craft.get("lastPosition"), dict):
        at = craft["lastPosition"]
        remarks.add(_ROUGH)
    if at.get("lat") is None or at.get("lon") is None:
        raise InputError(
            "readsb.no-position",
            "the craft has sent no position; it is there, and nobody knows where",
        )
    with Place("seen_pos"):
        age_s = number(at.get("seen_pos", at.get("age")))
        if not 0.0 <= age_s <= _DAY_S:
            raise InputError("time.range", f"found {age_s:g}, expected seconds, up to a day")
    with Place("alt_baro"):
        band = height(craft.get("alt_baro"), craft.get("alt_geom"), remarks)
    time_us = now_us - round(age_s * 1_000_000.0)
    return _report(at["lat"], at["lon"], time_us, count, band, error_m({**craft, **at}, remarks))
