"""Flown tracks, recorded as a JSON list of position reports -> operations that moved.

Each report is ``{timestamp, latitude, longitude, altitude, icao24, callsign, onground, ...}``: time
in milliseconds since 1970-01-01T00:00Z, degrees on WGS84, altitude in feet of standard pressure.
``geoaltitude`` is not used, because the file does not say what it is measured from.

One flight is what one address sent under one call sign:

* reports of an address without a call sign belong to the flight that it sent before, else after;
* the id is the call sign, else the address; where several flights would share it, both, as in
  ``REGA1/4b43ac``;
* an address that means nothing (000000, ffffff, none) holds nothing together: its reports are
  joined by where they are, and each track found is a declaration of its own (``REGA1 #2``, and
  without a call sign the file's name and a number, ``morning#2``);
* a second track that goes on beside the first under the same address is a declaration of its own
  too, because nobody can be at two places; a few stray reports stay parts of the flight.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final, NamedTuple

from keepclear.domain.altitude import EVERYWHERE, Altitude, AltitudeBand, Reference, Units
from keepclear.domain.declaration import Declaration, Kind
from keepclear.domain.position import Position
from keepclear.domain.window import parse_instant
from keepclear.errors import InputError, Refusal
from keepclear.formats.altitudes import UNKNOWN_VALUE
from keepclear.formats.flights import Report, routes, space, untangle
from keepclear.formats.place import Place
from keepclear.formats.reading import Reading
from keepclear.formats.remarks import Remarks
from keepclear.formats.text import generated_id, number, one_line, shown

__all__ = ["NO_ADDRESS", "read", "recognises"]

NO_ADDRESS: Final = frozenset({"", "0", "000000", "ffffff"})
"""What transponders send when they have no address of their own."""
SECOND_CRAFT_REPORTS: Final = 10
"""A track of this many reports beside the main one is a second craft and no stray."""

_MS_MIN: Final = 631_152_000_000
"""1990-01-01: earlier stamps are seconds taken for milliseconds."""
_MS_MAX: Final = 7_258_118_400_000
"""2200-01-01: later stamps are microseconds taken for milliseconds."""
_SURFACE: Final = Altitude(0.0, Units.M, Reference.SFC)
_ON_GROUND: Final = AltitudeBand(_SURFACE, _SURFACE)

_NO_ALTITUDE: Final = "without altitude: altitude unknown, compared at every height"
_GROUND_ONLY: Final = "without altitude that say they are on the ground: taken as at the surface"
_STRAY: Final = "that no craft could reach at 1,000 m/s: kept as tracks of their own"
_SECOND: Final = "of a second track under one identity: declared on its own, see the ids with '#'"
_NOBODY: Final = "without a usable address: joined by where they are"


class _Identity(NamedTuple):
    party: str
    address: str
    callsign: str


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
    flights = _flights(_senders(document, name, remarks, refused))
    labels = Counter((party, callsign or address) for party, address, callsign in flights)
    declarations: list[Declaration] = []
    taken: set[tuple[str, str]] = set()
    nameless = 0
    for identity, reports in flights.items():
        party, address, callsign = identity
        id_ = callsign or address
        if labels[party, id_] > 1 and id_:
            id_ = f"{callsign or 'unknown'}/{address or 'unknown'}"
        remarks.row = f"flight {id_}" if id_ else "flight without a name"
        try:
            crafts = _crafts(reports, remarks, known=bool(address))
        except InputError as error:
            refused.append(Refusal.of(error.inside(remarks.row).inside(name)))
            continue
        for chains in crafts:
            if id_:
                unique = _unique(party, id_, taken)
            else:
                nameless += 1
                unique = generated_id(stem or name, nameless)
            declarations.append(
                Declaration(
                    id=unique,
                    kind=Kind.OPERATION,
                    parts=tuple(route for chain in chains for route in routes(chain, remarks)),
                    party=party,
                    where=f"{name} flight {unique}",
                )
            )
    return Reading("tracks", tuple(declarations), tuple(refused), remarks.sentences())


def _unique(party: str, id_: str, taken: set[tuple[str, str]]) -> str:
    unique, count = id_, 1
    while (party, unique) in taken:
        count += 1
        unique = f"{id_} #{count}"
    taken.add((party, unique))
    return unique


_IDENTITY: Final = ("party", "icao24", "callsign")
_Senders = dict[tuple[str, str], list[tuple[Report, str]]]
"""By party and address: reports with the call sign that each carries."""


def _senders(document: list[Any], name: str, remarks: Remarks, refused: list[Refusal]) -> _Senders:
    """All reports that can be used, in file order; the others are listed as refused."""
    senders: _Senders = {}
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
        if address.lower() in NO_ADDRESS:
            address = ""
            remarks.add(_NOBODY)
        senders.setdefault((party, address.lower()), []).append((report, callsign))
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


def _flights(senders: _Senders) -> dict[_Identity, list[Report]]:
    """Reports by flight, in order of time; flights in the order in which the file starts them."""
    flights: dict[_Identity, list[Report]] = {}
    for (party, address), reports in senders.items():
        reports.sort(key=_moment)
        callsign = next((said for _, said in reports if said), "") if address else ""
        for report, said in reports:
            callsign = said or (callsign if address else "")
            flights.setdefault(_Identity(party, address, callsign), []).append(report)
    first_row = {identity: min(r.row for r in reports) for identity, reports in flights.items()}
    return {identity: flights[identity] for identity in sorted(flights, key=first_row.__getitem__)}


def _moment(report: tuple[Report, str]) -> tuple[int, int]:
    return report[0].time_us, report[0].row


def _crafts(reports: list[Report], remarks: Remarks, *, known: bool) -> list[list[list[Report]]]:
    """Chains of reports by craft: the one that the identity names first, then any others."""
    chains = untangle(reports, known=known)
    if not known:
        return [[chain] for chain in chains]
    main = max(chains, key=len)
    crafts = [[main]]
    for chain in chains:
        if chain is main:
            continue
        beside = chain[0].time_us <= main[-1].time_us and main[0].time_us <= chain[-1].time_us
        if beside and len(chain) >= SECOND_CRAFT_REPORTS:
            remarks.add_rows(_SECOND, len(chain))
            crafts.append([chain])
        else:
            remarks.add_rows(_STRAY, len(chain))
            crafts[0].append(chain)
    return crafts
