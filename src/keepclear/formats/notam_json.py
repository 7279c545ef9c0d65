"""Lists of hazard areas taken from NOTAM, as JSON of columns: NUM, CODE, COORDINATES, TIME, RAWMESSAGE.

Source: ``Joey0609/notams`` (``data/notam_db``). Row n of every column is one area: its number in CODE,
its corners in COORDINATES (``N362312E0371045-...``), its time in TIME (``15 DEC 09:30 2024 UNTIL
...``), and the notice from which they were taken in RAWMESSAGE. The corners are those of the column,
because a notice may describe several areas; everything else is read from the notice, which says it
exactly. TIME is held against it: where they differ, both are covered, and that is a finding. Without a
notice TIME is read as UTC, which the times of every NOTAM are.
"""

from __future__ import annotations

import re
from typing import Any, Final

from keepclear.domain.altitude import AltitudeBand
from keepclear.domain.declaration import Declaration, Kind
from keepclear.domain.finding import Finding, Severity
from keepclear.domain.schedule import Schedule
from keepclear.domain.stated import StatedPosition
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import Window
from keepclear.errors import InputError
from keepclear.formats.airpoints import read_compact
from keepclear.formats.members import Findings, as_list, as_object, member, unique
from keepclear.formats.notam import CONTRADICTS
from keepclear.formats.notam_area import area_of
from keepclear.formats.notam_dates import MONTHS
from keepclear.formats.notam_limits import band_of, read_q_line
from keepclear.formats.notam_text import Notam, split_notams
from keepclear.formats.notam_times import Opening, opening, ten_digits
from keepclear.formats.reading import Reading
from keepclear.formats.text import free_text, generated_id, one_line, shown

__all__ = ["FORMAT", "read", "recognises"]

FORMAT: Final = "notam-json"

ROWS_MAX: Final = 100_000
RINGS_MAX: Final = 100
"""Areas in one row: separated by a semicolon or a bar, or as a list."""
_COLUMNS: Final = ("CODE", "COORDINATES")
_STAMP: Final = rf"(\d{{1,2}}) ({'|'.join(MONTHS)}) (\d\d):(\d\d) 20(\d\d)"
_TIME: Final = re.compile(rf"{_STAMP} UNTIL {_STAMP}", re.ASCII)

_NO_NOTICE: Final = (
    "without its notice (RAWMESSAGE): TIME is read as UTC, and it is taken to have no limits in "
    "height"
)


def recognises(document: Any) -> bool:
    """Whether a decoded document has the columns of such a list."""
    return isinstance(document, dict) and all(
        isinstance(document.get(column), list) for column in _COLUMNS
    )


def read(document: Any, *, name: str, stem: str | None = None) -> Reading:
    """The areas of one decoded document.

    Args:
        document: Decoded JSON.
        name: The file, as sentences name it.
        stem: What generated identifiers begin with; the name, if nothing is given.
    """
    findings = Findings(name)
    declarations: list[Declaration] = []
    wrong: list[Finding] = []
    seen: dict[str, int] = {}
    with findings.file():
        columns = as_object(document)
        codes = as_list(member(columns, "CODE"), ROWS_MAX)
        for column in ("COORDINATES", "TIME", "RAWMESSAGE"):
            with findings.at(column):
                _same_length(columns.get(column), len(codes), column)
        if isinstance(columns.get("NUM"), int) and columns["NUM"] != len(codes):
            raise InputError(
                "notam.columns", f"NUM says {columns['NUM']} areas, but CODE has {len(codes)}"
            )
        for row, code in enumerate(codes, 1):
            with findings.row(f"area {row} {free_text(code)[:40]}".strip()):
                said = {
                    column: columns[column][row - 1]
                    for column in ("COORDINATES", "TIME", "RAWMESSAGE")
                    if columns.get(column) is not None
                }
                id_ = unique(code, generated_id(stem or name, row), seen, findings)
                declaration, found = _declaration(said, id_, findings)
                declarations.append(declaration)
                wrong += found
                for each in found:
                    findings.remark(CONTRADICTS.format(each.code))
    reading = findings.reading(FORMAT, declarations)
    return Reading(
        reading.format, reading.declarations, reading.refused, reading.warnings, tuple(wrong)
    )


def _same_length(column: Any, length: int, name: str) -> None:
    if column is None and name != "COORDINATES":
        return
    found = as_list(column, ROWS_MAX)
    if len(found) != length:
        raise InputError(
            "notam.columns", f"found {len(found)} rows, but CODE has {length}; rows do not match"
        )


def _declaration(
    said: dict[str, Any], id_: str, findings: Findings
) -> tuple[Declaration, list[Finding]]:
    with findings.at("COORDINATES"):
        rings = _rings(said.get("COORDINATES"))
        areas = [area_of(ring) for ring in rings]
    with findings.at("RAWMESSAGE"):
        notam = _notice(said.get("RAWMESSAGE"), id_)
        when, band, wrong = _notice_says(notam, id_, findings)
    with findings.at("TIME"):
        stated = _time(said.get("TIME"))
    if when is None and stated is None:
        raise InputError("notam.time", "neither TIME nor RAWMESSAGE says when it holds")
    if notam is None:
        findings.remark(_NO_NOTICE)
    times, differs = _both(when, stated, findings.where, id_)
    return (
        Declaration(
            id=id_,
            kind=Kind.RESTRICTION,
            parts=tuple(Volume4D(area, band, window) for area in areas for window in times),
            where=findings.where,
            name=free_text(f"{id_} {' '.join(notam.items.get('A', '').split()) if notam else ''}"),
            description=free_text(notam.items.get("E", "")) if notam else "",
            stated=tuple((place,) for ring in rings for place in ring),
        ),
        [*wrong, *differs],
    )


def _rings(raw: Any) -> list[list[StatedPosition]]:
    texts = raw if isinstance(raw, list) else re.split(r"[;|]", raw) if isinstance(raw, str) else []
    if not 0 < len(texts) <= RINGS_MAX:
        raise InputError(
            "coordinates.expected",
            f"found {shown(raw)}, expected corners such as 'N095200E1104200-N105200E1110900-...'",
        )
    rings = []
    for text in texts:
        if not isinstance(text, str):
            raise InputError("coordinates.expected", f"found {shown(text)}, expected corners")
        rings.append([read_compact(corner) for corner in text.strip().strip("-").split("-")])
    return rings


def _notice(raw: Any, id_: str) -> Notam | None:
    """The notice of a row, if its text holds one with the number of the row."""
    notams = split_notams(raw) if isinstance(raw, str) else []
    number = id_.split("_", maxsplit=1)[0]
    return next((n for n in notams if n.number == number and not n.too_long), None)


def _notice_says(
    notam: Notam | None, id_: str, findings: Findings
) -> tuple[Opening | None, AltitudeBand, list[Finding]]:
    if notam is None or not {"B", "C"} <= notam.items.keys():
        return None, AltitudeBand(None, None), []
    items = notam.items
    when = opening(items["B"], items["C"], items.get("D", ""), findings.remarks)
    # the text may speak of other areas and levels than this row's: only items and Q-line count
    limits = {letter: text for letter, text in items.items() if letter in "FG"}
    q_line = read_q_line(items.get("Q", ""))
    band, wrong = band_of(limits, q_line, findings.where, findings.remarks)
    return (
        when,
        band,
        [Finding(f.code, f.severity, f.where, f.message, f.advice, id=id_) for f in wrong],
    )


def _time(raw: Any) -> Window | None:
    if raw is None:
        return None
    text = " ".join(one_line(raw).upper().split())
    match = _TIME.fullmatch(text)
    if match is None:
        raise InputError(
            "notam.time",
            f"found {shown(raw)}, expected such as '15 DEC 09:30 2024 UNTIL 19 DEC 16:30 2024'",
        )
    cells = match.groups()
    return Window(_stamp(*cells[:5]), _stamp(*cells[5:]))


def _stamp(day: str, month: str, hour: str, minute: str, year: str) -> int:
    return ten_digits(f"{year}{MONTHS.index(month) + 1:02d}{int(day):02d}{hour}{minute}")


def _both(
    when: Opening | None, stated: Window | None, where: str, id_: str
) -> tuple[tuple[Window | Schedule, ...], list[Finding]]:
    """The time of the notice; where TIME differs from it, the time from the first to the last."""
    if when is None:
        assert stated is not None  # one of the two is there
        return (stated,), []
    outer = when.whole
    if stated is None or stated == outer:
        return when.times, []
    starts, ends = (outer.start_us, stated.start_us), (outer.end_us, stated.end_us)
    wide = Window(
        None if None in starts else min(t for t in starts if t is not None),
        None if None in ends else max(t for t in ends if t is not None),
    )
    finding = Finding(
        "time.two-windows",
        Severity.WRONG,
        where,
        f"the notice says {outer}, but TIME says {stated}; both are covered",
        "ask whoever made the list which one holds",
        id=id_,
    )
    return (wide,), [finding]
