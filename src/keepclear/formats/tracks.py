"""Flown tracks, recorded as a JSON list of position reports -> operations that moved.

Each report is ``{timestamp, latitude, longitude, altitude, icao24, callsign, onground, ...}``: time
in milliseconds since 1970-01-01T00:00Z, degrees on WGS84, altitude in feet of standard pressure.
``geoaltitude`` is not used, because the file does not say what it is measured from.

Which reports make one flight, and what each is called, is told in ``crafts``.
"""

from __future__ import annotations

from typing import Any, Final

from keepclear.domain.altitude import EVERYWHERE, Altitude, AltitudeBand, Reference, Units
from keepclear.domain.position import Position
from keepclear.domain.window import parse_instant
from keepclear.errors import InputError, Refusal
from keepclear.formats.altitudes import UNKNOWN_VALUE
from keepclear.formats.crafts import Senders, add_report, flown
from keepclear.formats.flights import Report, space
from keepclear.formats.place import Place
from keepclear.formats.reading import Reading
from keepclear.formats.remarks import Remarks
from keepclear.formats.text import number, one_line, shown

__all__ = ["read", "recognises"]

_MS_MIN: Final = 631_152_000_000
"""1990-01-01: earlier stamps are seconds taken for milliseconds."""
_MS_MAX: Final = 7_258_118_400_000
"""2200-01-01: later stamps are microseconds taken for milliseconds."""
_SURFACE: Final = Altitude(0.0, Units.M, Reference.SFC)
_ON_GROUND: Final = AltitudeBand(_SURFACE, _SURFACE)

_NO_ALTITUDE: Final = "without altitude: altitude unknown, compared at every height"
_GROUND_ONLY: Final = "without altitude that say they are on the ground: taken as at the surface"


def recognises(document: Any) -> bool:
    """Whether a decoded JSON document is a list of position reports."""
    if not isinstance(document, list) or not document or not isinstance(document[0], dict):
        return False
    return {"timestamp", "latitude", "longitude"} <= document[0].keys()


def read(document: Any, *, name: str, stem: str | None = None) -> Reading:
    """Read a decoded list of reports.

    Args:
        document: Decoded JSON.
        name: The file, as sentences name it.
        stem: What generated identifiers begin with; the name, if nothing is given.

    Raises:
        InputError: ``tracks.form``: it is no list of reports.
    """
    if not isinstance(document, list):
        raise InputError(
            "tracks.form", f"found {shown(document)}, expected a list of reports", where=name
        )
    remarks = Remarks(name, "report")
    refused: list[Refusal] = []
    senders = _senders(document, name, remarks, refused)
    declarations = flown(senders, name=name, stem=stem, remarks=remarks, refused=refused)
    return Reading("tracks", declarations, tuple(refused), remarks.sentences())


_IDENTITY: Final = ("party", "icao24", "callsign")


def _senders(document: list[Any], name: str, remarks: Remarks, refused: list[Refusal]) -> Senders:
    """All reports that can be used, in file order; the others are listed as refused."""
    senders: Senders = {}
    bands: dict[float, AltitudeBand] = {}
    words: dict[Any, str] = {}
    for row, record in enumerate(document, 1):
        remarks.row = f"report {row}"
        try:
            report = _report(record, row, bands, remarks)
            party, address, callsign = (_word(record, key, words) for key in _IDENTITY)
        except InputError as error:
            refused.append(Refusal.of(error.inside(remarks.row).inside(name)))
            continue
        add_report(senders, (party, address, callsign), report, remarks)
    return senders


def _word(record: dict[str, Any], name: str, words: dict[Any, str]) -> str:
    """A name in a report; a million reports hold few different ones, so they are checked once."""
    value = record.get(name)
    if value is None:
        return ""
    if isinstance(value, str) and value in words:
        return words[value]
    with Place(name):
        word = one_line(value)
    if isinstance(value, str):
        words[value] = word
    return word


def _report(record: Any, row: int, bands: dict[float, AltitudeBand], remarks: Remarks) -> Report:
    if not isinstance(record, dict):
        raise InputError("tracks.form", f"found {shown(record)}, expected a report")
    with Place("timestamp"):
        time_us = _instant(record.get("timestamp"))
    latitude, longitude = record.get("latitude"), record.get("longitude")
    if type(latitude) is not float or type(longitude) is not float:
        with Place("latitude"):
            latitude = number(latitude)
        with Place("longitude"):
            longitude = number(longitude)
    position = Position(latitude=latitude, longitude=longitude)
    with Place("altitude"):
        band = _band(record, bands, remarks)
    return Report(time_us, row, space(position), position, band)


def _instant(stamp: Any) -> int:
    if isinstance(stamp, str):
        return parse_instant(stamp)
    milliseconds = number(stamp)
    if not _MS_MIN <= milliseconds <= _MS_MAX:
        raise InputError(
            "time.range",
            f"found {shown(stamp)}, expected milliseconds since 1970-01-01T00:00Z within the "
            "years 1990 to 2200; are they seconds or microseconds?",
        )
    return round(milliseconds * 1000.0)


def _band(
    record: dict[str, Any], bands: dict[float, AltitudeBand], remarks: Remarks
) -> AltitudeBand:
    """A level report is a closed point: its lower limit is its upper limit."""
    altitude = record.get("altitude")
    if altitude is None or altitude == UNKNOWN_VALUE:
        if record.get("onground") is True:
            remarks.add(_GROUND_ONLY)
            return _ON_GROUND
        remarks.add(_NO_ALTITUDE)
        return EVERYWHERE
    feet = number(altitude)
    band = bands.get(feet)
    if band is None:
        limit = Altitude(feet, Units.FT, Reference.STD)
        band = bands[feet] = AltitudeBand(limit, limit)
    return band
