"""YAIXM: the airspace of the United Kingdom as YAML -> restrictions.

Source: the schema of ``ahsparrow/yaixm`` (``yaixm/data/schema.yaml``); ``uk_rat`` files hold temporary
restricted areas under ``rat`` in the same form. Each airspace is one declaration, each of its volumes a
part: a circle stays a circle, lines and arcs are a ring with shortest paths between its places (an
assumption: neither the schema nor its files say what joins them). Limits in feet or metres are above
mean sea level, as the schema says; ``SFC`` behind a height is read as above the ground.

The format has no times: every airspace holds always, and where its rules or its name say that a notice
activates it (``NOTAM``, ``SI``, a date in brackets), a remark says that it was taken to hold always.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from keepclear.domain.altitude import Reference
from keepclear.domain.declaration import Declaration, Kind
from keepclear.domain.footprint import Area, Circle, EdgeRule, Footprint, Polygon
from keepclear.domain.position import Position
from keepclear.domain.stated import StatedPosition
from keepclear.domain.units import NAUTICAL_MILE_M
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import ALWAYS
from keepclear.errors import InputError
from keepclear.formats.airlimits import air_band, air_limit
from keepclear.formats.airpoints import read_compact
from keepclear.formats.arc_rings import MISFIT_TOLD_M, misfit_remark, ring_of
from keepclear.formats.arcs import Arc, arc_between
from keepclear.formats.members import (
    Findings,
    as_list,
    as_object,
    member,
    refuse_unwelcome_members,
    unique,
)
from keepclear.formats.place import Place
from keepclear.formats.reading import Reading
from keepclear.formats.text import free_text, generated_id, one_line, shown
from keepclear.formats.yamltext import parse_yaml

__all__ = ["FORMAT", "looks_like_yaixm", "read"]

FORMAT: Final = "yaixm"

LISTS: Final = ("airspace", "rat", "obstacle", "service", "loa")
"""Lists at the top of such files; the first two hold airspace."""
AIRSPACES_MAX: Final = 100_000
VOLUMES_MAX: Final = 10_000
PIECES_MAX: Final = 20_000
"""Places and arcs of one volume."""

_TOP: Final = re.compile(r"(?m)^(?:airspace|rat)\s*:\s*(?:#.*)?$")
_RADIUS: Final = re.compile(r"(\d{0,4}(?:\.\d{1,6})?)\s*(nm|km)", re.ASCII | re.IGNORECASE)
_RADIUS_M: Final = {"nm": NAUTICAL_MILE_M, "km": 1000.0}
_CLOCKWISE: Final = {"cw": True, "ccw": False}
_ACTIVATED: Final = frozenset({"NOTAM", "SI"})
_DATED: Final = re.compile(
    r"\b\d{1,2}\s*(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)|\bNOTAM\b", re.ASCII
)

_UNTIMED: Final = "that a notice or a date activates, without times: taken to hold always"
_NOT_AIRSPACE: Final = "with lists that hold no airspace (obstacles, services, agreements): ignored"


def looks_like_yaixm(text: str) -> bool:
    """Whether a line of the text opens a list ``airspace`` or ``rat`` at its top level."""
    return _TOP.search(text) is not None


def read(content: bytes, *, name: str, stem: str | None = None) -> Reading:
    """Read a whole file.

    Args:
        content: Checked UTF-8.
        name: The file, as sentences name it.
        stem: What generated identifiers begin with; the name, if nothing is given.
    """
    findings = Findings(name)
    declarations: list[Declaration] = []
    seen: dict[str, int] = {}
    count = 0
    with findings.file():
        document = as_object(parse_yaml(content))
        if not any(isinstance(document.get(listed), list) for listed in LISTS[:2]):
            raise InputError("yaixm.form", "found no list 'airspace' or 'rat' at the top")
        if any(document.get(listed) for listed in LISTS[2:]):
            findings.remark(_NOT_AIRSPACE)
        for listed in LISTS[:2]:
            airspaces: list[Any] = []
            with findings.row(listed):
                airspaces = as_list(document.get(listed) or [], AIRSPACES_MAX)
            for number, raw in enumerate(airspaces, 1):
                count += 1
                with findings.row(_label(listed, number, raw)):
                    generated = generated_id(stem or name, count)
                    declarations += _airspace(as_object(raw), generated, seen, findings)
    return findings.reading(FORMAT, declarations)


def _label(listed: str, number: int, raw: Any) -> str:
    title = free_text(raw.get("name"))[:80] if isinstance(raw, dict) else ""
    return f"{listed} {number} {title}".strip()


def _airspace(
    raw: dict[str, Any], generated: str, seen: dict[str, int], findings: Findings
) -> Iterator[Declaration]:
    refuse_unwelcome_members(raw)
    title = one_line(member(raw, "name"))
    where = findings.where
    stated: list[StatedPosition] = []
    parts: list[Volume4D] = []
    misfit_m = 0.0
    rules = set(_rules(raw))
    volumes = as_list(member(raw, "geometry"), VOLUMES_MAX)
    refused_before = len(findings.refused)
    for number, volume in enumerate(volumes, 1):
        with findings.row(f"geometry {number}"):
            said = as_object(volume)
            footprint, misfit = _footprint(said, stated)
            limits = [_limit(said, side, findings) for side in ("lower", "upper")]
            parts.append(Volume4D(footprint, air_band(limits[0], limits[1]), ALWAYS))
            misfit_m = max(misfit_m, misfit)
            rules |= set(_rules(said))
    if not parts and len(findings.refused) == refused_before:
        raise InputError("declaration.empty", "the airspace has no volume")
    if not parts:
        return
    if len(findings.refused) > refused_before:
        findings.remark(
            "where volumes were refused: compared without them, and a crossing with those is not found"
        )
    if rules & _ACTIVATED or _DATED.search(title):
        findings.remark(_UNTIMED)
    if misfit_m > MISFIT_TOLD_M:
        findings.remark(misfit_remark(misfit_m))
    yield Declaration(
        id=unique(raw.get("id"), title if title not in seen else generated, seen, findings),
        kind=Kind.RESTRICTION,
        parts=tuple(parts),
        where=where,
        name=title,
        stated=tuple((place,) for place in stated),
        notice=tuple(_notice(raw, rules)),
        position_error_m=misfit_m if misfit_m > MISFIT_TOLD_M else 0.0,
    )


def _rules(raw: dict[str, Any]) -> Iterator[str]:
    rules = raw.get("rules")
    for rule in rules if isinstance(rules, list) else []:
        if isinstance(rule, str):
            yield rule


def _notice(raw: dict[str, Any], rules: set[str]) -> Iterator[tuple[str, str]]:
    for field, key in (
        ("airspace_class", "class"),
        ("airspace_type", "type"),
        ("airspace_local_type", "localtype"),
    ):
        word = free_text(raw.get(key))
        if word:
            yield field, word
    if rules:
        yield "airspace_rules", free_text(" ".join(sorted(rules)))


def _limit(raw: dict[str, Any], side: str, findings: Findings) -> Any:
    with findings.at(side):
        text = member(raw, side)
        if not isinstance(text, str):
            raise InputError("altitude.form", f"found {shown(text)}, expected a limit")
        return air_limit(text, findings.remarks, default=Reference.AMSL)


def _footprint(raw: dict[str, Any], stated: list[StatedPosition]) -> tuple[Footprint, float]:
    boundary = as_list(member(raw, "boundary"), PIECES_MAX)
    pieces: list[Position | Arc] = []
    here: Position | None = None
    for number, segment in enumerate(boundary, 1):
        with Place(f"boundary {number}"):
            kind, said = _segment(segment, alone=len(boundary) == 1)
            if kind == "circle":
                return _circle(as_object(said), stated), 0.0
            if kind == "line":
                places = _line(said, stated)
                pieces += places
                here = places[-1]
            else:
                arc = _arc(as_object(said), _start(here, boundary, stated), stated)
                pieces.append(arc)
                here = arc.end
    ring, misfit_m = ring_of(pieces)
    return Area((Polygon((ring,)),), EdgeRule.GEODESIC), misfit_m


def _line(raw: Any, stated: list[StatedPosition]) -> list[Position]:
    places = [_place(text, stated) for text in as_list(raw, PIECES_MAX)]
    if not places:
        raise InputError("line.too-few", "the line has no place")
    return places


def _segment(raw: Any, *, alone: bool) -> tuple[str, Any]:
    segment = as_object(raw)
    kinds = [kind for kind in ("line", "arc", "circle") if segment.get(kind) is not None]
    if len(kinds) != 1 or len(segment) != 1:
        raise InputError(
            "yaixm.boundary",
            f"found {', '.join(map(shown, segment)) or 'nothing'}, expected one of line, arc, circle",
        )
    if kinds[0] == "circle" and not alone:
        raise InputError("yaixm.boundary", "a circle is a whole boundary by itself")
    return kinds[0], segment[kinds[0]]


def _start(here: Position | None, boundary: list[Any], stated: list[StatedPosition]) -> Position:
    """Where an arc begins: where the piece before it ended, which for the first is the last one."""
    if here is not None:
        return here
    kind, said = _segment(boundary[-1], alone=False)
    if kind == "line" and isinstance(said, list) and said:
        return _place(said[-1], stated)
    if kind == "arc" and len(boundary) > 1:
        return _place(member(as_object(said), "to"), stated)
    raise InputError("yaixm.boundary", "an arc needs a place to begin at; write a line before it")


def _arc(raw: dict[str, Any], start: Position, stated: list[StatedPosition]) -> Arc:
    direction = member(raw, "dir")
    if direction not in _CLOCKWISE:
        raise InputError("yaixm.boundary", f"found dir {shown(direction)}, expected cw or ccw")
    return arc_between(
        _place(member(raw, "centre"), stated),
        start,
        _place(member(raw, "to"), stated),
        clockwise=_CLOCKWISE[direction],
        radius_m=_radius_m(member(raw, "radius")),
    )


def _circle(raw: dict[str, Any], stated: list[StatedPosition]) -> Circle:
    return Circle(_place(member(raw, "centre"), stated), _radius_m(member(raw, "radius")))


def _radius_m(text: Any) -> float:
    match = _RADIUS.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None or not match[1].strip("."):
        raise InputError("length.units", f"found radius {shown(text)}, expected such as '2.5 nm'")
    return float(match[1]) * _RADIUS_M[match[2].lower()]


def _place(text: Any, stated: list[StatedPosition]) -> Position:
    if not isinstance(text, str):
        raise InputError(
            "position.form", f"found {shown(text)}, expected such as '572153N 0015835W'"
        )
    place = read_compact(text)
    stated.append(place)
    return place.position
