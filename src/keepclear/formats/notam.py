"""NOTAM: notices of aviation in the form of ICAO Annex 15 -> restrictions.

Each notice is one declaration, each of its areas a part, and its number is the id. Places are on WGS84
and times are UTC, as Annex 15 says; edges are shortest paths (an assumption: a notice says "area
bounded by" and no more).

A notice that cancels another is no area; the one that it cancels is still compared if it stands in the
same text, and both facts are told. A notice about something else than airspace and without an area in
its text, such as a closed runway, is refused as one that cannot be compared.
"""

from __future__ import annotations

from typing import Final

from keepclear.domain.declaration import Declaration, Kind
from keepclear.domain.finding import Finding
from keepclear.domain.footprint import RADIUS_M_MAX, Circle
from keepclear.domain.units import NAUTICAL_MILE_M
from keepclear.domain.volume import Volume4D
from keepclear.errors import InputError, Refusal
from keepclear.formats.airpoints import read_compact
from keepclear.formats.notam_area import Found, areas_in
from keepclear.formats.notam_limits import QLine, band_of, read_q_line
from keepclear.formats.notam_text import TEXT_MAX, Notam, split_notams
from keepclear.formats.notam_times import NOT_UNDERSTOOD, opening
from keepclear.formats.place import Place
from keepclear.formats.reading import Reading
from keepclear.formats.remarks import Remarks
from keepclear.formats.text import free_text, generated_id, numbered

__all__ = ["CONTRADICTS", "FORMAT", "read"]

FORMAT: Final = "notam"

PARTS_MAX: Final = 10_000
"""Areas times windows of one notice."""
_AIRSPACE: Final = frozenset("RWA")
"""First letters of subjects that are about airspace: restrictions, warnings, organisation."""
_COARSE: Final = (
    "without an area in the text: the circle of the Q-line is taken, which is coarse: whole minutes "
    "and miles, drawn round everything"
)
CONTRADICTS: Final = "that contradicts itself ({}): the larger reading is compared"
"""Said beside the finding, for those who look at warnings alone."""
_CANCELS: Final = (
    "that cancels another: no area of its own; the other is still compared where it is in the file"
)
_REPLACES: Final = (
    "that replaces another one of the file: both are compared; take the older one out"
)


def read(content: bytes, *, name: str, stem: str | None = None) -> Reading:
    """Read a text with any number of notices.

    Args:
        content: Checked UTF-8.
        name: The file, as sentences name it.
        stem: What generated identifiers begin with; the name, if nothing is given.

    Raises:
        InputError: ``list.too-many``.
    """
    remarks = Remarks(name, "notice")
    refused: list[Refusal] = []
    declarations: list[Declaration] = []
    findings: list[Finding] = []
    seen: dict[str, int] = {}
    notams = split_notams(content.decode())
    if not notams:
        nothing = InputError("notam.form", "found no notice, expected a line that begins with Q)")
        refused.append(Refusal.of(nothing.inside(name)))
    numbers = {notam.number for notam in notams}
    for count, notam in enumerate(notams, 1):
        label = f"line {notam.line} {notam.number}".strip()
        remarks.row = label
        where = f"{name} {label}"
        try:
            if notam.type == "C":
                remarks.add(_CANCELS)
                continue
            if notam.type == "R" and notam.other in numbers:
                remarks.add(_REPLACES)
            id_ = numbered(notam.number or generated_id(stem or name, count), seen)
            declaration, found = _declaration(notam, id_, where, remarks)
            declarations.append(declaration)
            findings += found
            for finding in found:
                remarks.add(CONTRADICTS.format(finding.code))
        except InputError as error:
            refused.append(Refusal.of(error.inside(where)))
    return Reading(
        FORMAT, tuple(declarations), tuple(refused), remarks.sentences(), tuple(findings)
    )


def _declaration(
    notam: Notam, id_: str, where: str, remarks: Remarks
) -> tuple[Declaration, list[Finding]]:
    items = notam.items
    if notam.too_long:
        raise InputError(
            "text.too-long",
            f"the notice, with what follows it, is longer than {TEXT_MAX:,} characters; take out "
            "what does not belong to it",
        )
    for letter in ("B", "C"):
        if letter not in items:
            raise InputError(
                "notam.form", f"item {letter} is missing; nobody can say when it holds"
            )
    q_line = read_q_line(items.get("Q", ""))
    when = opening(items["B"], items["C"], items.get("D", ""), remarks)
    with Place("item E"):
        area = areas_in(items.get("E", ""), remarks)
    if not area.footprints:
        area = _coarse(q_line, remarks)
    band, findings = band_of(items, q_line, where, remarks)
    times = when.times
    if len(area.footprints) * len(times) > PARTS_MAX:
        remarks.add(NOT_UNDERSTOOD)
        times = (when.whole,)
    places = " ".join(items.get("A", "").split("PART")[0].split())
    return (
        Declaration(
            id=id_,
            kind=Kind.RESTRICTION,
            parts=tuple(
                Volume4D(footprint, band, window)
                for footprint in area.footprints
                for window in times
            ),
            where=where,
            name=free_text(f"{id_} {places}"),
            description=free_text(items.get("E", "")),
            stated=tuple((place,) for place in area.stated),
        ),
        [_about(finding, id_) for finding in findings],
    )


def _about(finding: Finding, id_: str) -> Finding:
    return Finding(
        finding.code, finding.severity, finding.where, finding.message, finding.advice, id=id_
    )


def _coarse(q_line: QLine | None, remarks: Remarks) -> Found:
    """The circle of the Q-line, for notices about airspace alone.

    Raises:
        InputError: ``notam.no-area``.
    """
    if q_line is None or q_line.subject[0] not in _AIRSPACE:
        raise InputError(
            "notam.no-area",
            "the notice describes no area"
            + ("" if q_line is None else f" and is about something else (Q{q_line.subject})")
            + "; it cannot be compared",
        )
    radius_m = (q_line.radius_nm or 0) * NAUTICAL_MILE_M
    if not q_line.place or not 0.0 < radius_m <= RADIUS_M_MAX:
        raise InputError(
            "notam.no-area",
            "neither its text nor its Q-line describes an area that can be compared (a radius of 999 "
            "stands for a whole region); ask for its corners",
        )
    with Place("item Q"):
        center = read_compact(q_line.place)
    remarks.add(_COARSE)
    return Found([Circle(center.position, radius_m)], [center])
