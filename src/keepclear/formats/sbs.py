"""SBS-1 BaseStation: lines of port 30003 -> operations that moved.

Source: the description of the socket by Kinetic's users (woodair.net, "Socket Data"), and what dump1090
and readsb write. A line has 22 cells; positions stand in ``MSG,3`` (airborne) and ``MSG,2`` (surface),
call signs in ``MSG,1``; heights are feet of standard pressure.

The dates and times of a line say no offset, and the format leaves it open: BaseStation and dump1090
write the clock of their machine, readsb writes UTC. So the format ``sbs`` refuses every file and asks
for ``--read-as sbs-utc``, by which a person says that the recording is in UTC.

Nothing is said of how good a position is. Which reports make one flight is told in ``crafts``.
"""

from __future__ import annotations

import re
from typing import Final

from keepclear.domain.altitude import EVERYWHERE, AltitudeBand, Reference
from keepclear.domain.position import Position
from keepclear.domain.window import parse_instant
from keepclear.errors import InputError, Refusal
from keepclear.formats.crafts import Senders, add_report, flown
from keepclear.formats.flights import Report, space
from keepclear.formats.place import Place
from keepclear.formats.reading import Reading
from keepclear.formats.remarks import Remarks
from keepclear.formats.reports import ON_GROUND, error_m, level
from keepclear.formats.text import one_line, shown

__all__ = ["FORMAT", "FORMAT_UTC", "looks_like_sbs", "read", "read_utc"]

FORMAT: Final = "sbs"
FORMAT_UTC: Final = "sbs-utc"

LINES_MAX: Final = 10_000_000
"""Lines of one recording: a busy receiver writes 2,000 a second."""
LINE_LENGTH_MAX: Final = 1_000
_CELLS: Final = 22
_FEWEST: Final = 16
"""Cells up to the longitude."""
_MESSAGES: Final = frozenset({"MSG", "MLAT"})
"""Lines about an aircraft; ``MLAT`` is what clients of multilateration write instead."""
_OTHERS: Final = frozenset({"SEL", "ID", "AIR", "STA", "CLK"})
"""Lines about the program that writes them."""
_HEX, _DATE, _TIME, _LOGGED_DATE, _LOGGED_TIME, _CALLSIGN, _ALTITUDE = 4, 6, 7, 8, 9, 10, 11
_LATITUDE, _LONGITUDE, _GROUND = 14, 15, 21
_DAY: Final = re.compile(r"\d{4}/\d{2}/\d{2}", re.ASCII)
_CLOCK: Final = re.compile(r"\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?", re.ASCII)
_NUMBER: Final = re.compile(r"[+-]?\d{1,9}(?:\.\d{1,12})?", re.ASCII)
_ADDRESS: Final = re.compile(r"~?[0-9A-Fa-f]{6}", re.ASCII)
_FIRST: Final = re.compile(r"(?:MSG|MLAT|SEL|ID|AIR|STA|CLK) ?,[^,]{0,9},[^,]{0,12},", re.ASCII)

_SAID_UTC: Final = "were read as UTC, because --read-as sbs-utc says so"
_NO_ALTITUDE: Final = "without altitude: altitude unknown, compared at every height"


def looks_like_sbs(first_line: str) -> bool:
    """Whether a line is one of such a feed."""
    return _FIRST.match(first_line) is not None and first_line.count(",") >= _CALLSIGN - 1


def read(content: bytes, *, name: str, stem: str | None = None) -> Reading:
    """Refuse a recording, because it does not say which clock it is on.

    Raises:
        InputError: ``time.no-offset``.
    """
    del content, stem
    raise InputError(
        "time.no-offset",
        "this is an SBS-1 recording, whose times do not say which clock they are on: BaseStation and "
        "dump1090 write local time, readsb writes UTC; if it is UTC, read it with --read-as sbs-utc",
        where=name,
    )


def read_utc(content: bytes, *, name: str, stem: str | None = None) -> Reading:
    """Read a recording of which somebody says that it is in UTC.

    Args:
        content: Checked UTF-8.
        name: The file, as sentences name it.
        stem: What generated identifiers begin with; the name, if nothing is given.

    Raises:
        InputError: ``list.too-many``.
    """
    remarks = Remarks(name, "line")
    refused: list[Refusal] = []
    senders: Senders = {}
    callsigns: dict[str, str] = {}
    for count, line in enumerate(content.decode().splitlines(), 1):
        if count > LINES_MAX:
            raise InputError(
                "list.too-many", f"more than {LINES_MAX:,} lines; split the file", where=name
            )
        if not line.strip():
            continue
        remarks.row = f"line {count}"
        try:
            _take(line[:LINE_LENGTH_MAX], count, senders, callsigns, remarks)
        except InputError as error:
            refused.append(Refusal.of(error.inside(remarks.row).inside(name)))
    declarations = flown(senders, name=name, stem=stem, remarks=remarks, refused=refused)
    told = (f"{name}: its times {_SAID_UTC}", *remarks.sentences())
    return Reading(FORMAT_UTC, declarations, tuple(refused), told)


def _take(
    line: str, count: int, senders: Senders, callsigns: dict[str, str], remarks: Remarks
) -> None:
    cells = [cell.strip() for cell in line.split(",")]
    if cells[0] in _OTHERS:
        return
    if cells[0] not in _MESSAGES or not _FEWEST <= len(cells) <= _CELLS:
        raise InputError(
            "sbs.form",
            f"found {shown(line)}, expected 'MSG,type,...' with {_CELLS} cells separated by commas",
        )
    with Place("cell 5"):
        address = cells[_HEX]
        if not _ADDRESS.fullmatch(address):
            raise InputError("sbs.form", f"found address {shown(address)}, expected six hex digits")
    if cells[_CALLSIGN]:
        with Place("cell 11"):
            callsigns[address] = one_line(cells[_CALLSIGN])
    if not cells[_LATITUDE] and not cells[_LONGITUDE]:
        return
    report = _report(cells, count, remarks)
    add_report(senders, ("", address, callsigns.get(address, "")), report, remarks)


def _report(cells: list[str], count: int, remarks: Remarks) -> Report:
    with Place("cells 7 and 8"):
        time_us = _instant(cells)
    with Place("cell 15"):
        latitude = _number(cells[_LATITUDE])
    with Place("cell 16"):
        longitude = _number(cells[_LONGITUDE])
    position = Position(latitude=latitude, longitude=longitude)
    with Place("cell 12"):
        band = _band(cells, remarks)
    return Report(time_us, count, space(position), position, band, error_m(None, remarks))


def _instant(cells: list[str]) -> int:
    day, clock = cells[_DATE], cells[_TIME]
    if not day and not clock:
        day, clock = cells[_LOGGED_DATE], cells[_LOGGED_TIME]
    if not _DAY.fullmatch(day) or not _CLOCK.fullmatch(clock):
        raise InputError(
            "time.unreadable",
            f"found {shown(f'{day},{clock}')}, expected such as '2008/11/28,14:53:50.594'",
        )
    return parse_instant(f"{day.replace('/', '-')}T{clock}Z")


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise InputError("number.expected", f"found {shown(text)}, expected a number")
    return float(text)


def _band(cells: list[str], remarks: Remarks) -> AltitudeBand:
    if len(cells) == _CELLS and cells[_GROUND] in {"1", "-1"}:
        return ON_GROUND
    if cells[_ALTITUDE]:
        return level(_number(cells[_ALTITUDE]), Reference.STD)
    if cells[1] == "2":  # a position on the surface has no altitude
        return ON_GROUND
    remarks.add(_NO_ALTITUDE)
    return EVERYWHERE
