"""Cursor-on-Target 2.0 -> declarations: the events of a file or of a recorded stream.

Each event is one declaration under its ``uid``, in force from ``start`` to ``stale``; a later event of
one uid, by its ``time``, renews the earlier one. What an event is its type says (see ``cot_types``):
drawings and routes are shapes, things are points with their circle of error. Reports of persons'
devices and labels of hostility are refused by schema. Our own properties stand as the attributes of
an element ``keepclear`` in the detail, by the names of GeoJSON, with the exact geometry as ``wkt``.

Heights are metres above the WGS84 ellipsoid; 9999999 is unknown, and never a number.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from operator import attrgetter
from typing import Any, Final, NamedTuple

from keepclear.domain.declaration import Declaration, Kind, Part
from keepclear.domain.footprint import Circle
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import Window, parse_instant
from keepclear.errors import InputError
from keepclear.formats.cot_columns import PlainEvent, Stretch, scanned
from keepclear.formats.cot_heights import band_of, error_of, known, shape_range
from keepclear.formats.cot_plain import area_of, is_area, thing_of, told_of
from keepclear.formats.cot_shapes import EDGES, UNKNOWN, decimal, drawn, position
from keepclear.formats.cot_stream import EVENTS_MAX, bounds, events_between
from keepclear.formats.cot_types import Rule, Use, rule_of
from keepclear.formats.place import Place
from keepclear.formats.properties import Properties
from keepclear.formats.reading import Reading
from keepclear.formats.rows import Rows
from keepclear.formats.shapes import parts_of
from keepclear.formats.text import free_text, one_line, shown
from keepclear.formats.textprops import ELEMENT, typed, with_limits_of
from keepclear.formats.wkt import parse_wkt
from keepclear.formats.xmltext import Element, as_utf8, child, local, root_name, text_of

__all__ = ["OPEN", "PREFIX", "read"]

PREFIX: Final = "detail keepclear "
"""What stands before a property's name in the places of errors."""
OPEN: Final = "open"
"""What our own files write as ``time_start`` or ``time_end`` where there is no limit: the format
itself always has one."""
_CIVIL: Final = 2.0
"""The version whose ``start`` and ``stale`` bound the event; in version 1 ``time`` did."""
_SELF_REPORT: Final = frozenset({"takv", "__group"})
"""Elements in which a client tells what device and team it is."""

_RENEWED: Final = "that a later event of the same uid renews: only the latest holds"
_LATE: Final = "that came after a newer event of the same uid: not used"
_MESSAGES: Final = "that declare nothing: {} (type {})"
_NOT_EVENTS: Final = "that are no events: not read"
_GROUND: Final = "of places on the ground: their height is not used"
_PRACTICE: Final = "of a simulation or an exercise: compared like any other"


class _Taken(NamedTuple):
    """One event that was understood."""

    time_us: int
    number: int
    declaration: Declaration | None
    told: Properties | None = None
    parts: tuple[Part, ...] = ()
    shape: Rule | None = None
    """Of a declaration that is an area, to which other rows of its id may be joined."""


class _Event(NamedTuple):
    """What every event says, checked."""

    uid: str
    type: str
    rule: Rule
    time_us: int
    window: Window
    point: Element
    detail: Element | None


def read(data: bytes, *, name: str, stem: str | None = None, compiled: bool = False) -> Reading:
    """Read a file of events.

    Args:
        data: The whole file, in the encoding that it declares.
        name: The file, as sentences name it.
        stem: What generated identifiers begin with; the name, if nothing is given.
        compiled: The compiled scanner is ready; else it must be worth the time to compile it.

    Raises:
        InputError: ``xml.*``, ``file.encoding``, ``xml.root``: nothing in the file can be used.
    """
    rows = Rows("cot", name, stem=stem or name, row="event", prefix=PREFIX)
    latest: dict[str, _Taken] = {}
    with Place(name):
        text = as_utf8(data)
        if root_name(text) not in {"event", "events"}:
            raise InputError(
                "xml.root", f"found the root element {shown(root_name(text))}, expected event"
            )
        _take_all(text, rows, latest, compiled=compiled)
    return _reading(rows, latest, name)


def _take_all(text: bytes, rows: Rows, latest: dict[str, _Taken], *, compiled: bool) -> None:
    """Take every event; what the compiled scanner leaves aside, the parser reads."""
    inside = bounds(text)
    if inside is None:
        return
    columns = scanned(text, *inside, compiled=compiled)
    number = 0
    for stretch in [Stretch(*inside, None)] if columns is None else columns:
        if stretch.plain is None:
            for event in events_between(text, stretch.begin, stretch.end):
                number += 1
                _check_count(number)
                _take(event, number, rows, latest)
            continue
        for plain in stretch.plain:
            number += 1
            _check_count(number)
            if not _take_plain(plain, number, rows, latest):
                for event in events_between(text, plain.begin, plain.end):
                    _take(event, number, rows, latest)


def _check_count(number: int) -> None:
    if number > EVENTS_MAX:
        raise InputError("cot.too-many", f"found more than {EVENTS_MAX:,} events; split the file")


def _take_plain(event: PlainEvent, number: int, rows: Rows, latest: dict[str, _Taken]) -> bool:
    """Take an event from its columns; False where the parser must read it after all."""
    rule = rule_of(event.type)
    row = rows.remarks.row = f"event {number}"
    where = f"{rows.name} {row}"
    try:
        if rule.use is Use.ATOM:
            taken = _Taken(event.time_us, number, thing_of(event, rule, where, rows.remarks))
        elif is_area(event, rule):
            area = area_of(event, rule, where, rows.remarks)
            taken = _Taken(event.time_us, number, area, shape=rule)
        else:
            return False
    except InputError:
        return False
    _keep(taken, event.uid, rows, latest)
    return True


def _take(event: Element | InputError, number: int, rows: Rows, latest: dict[str, _Taken]) -> None:
    rows.remarks.row = f"event {number}"
    uid = None
    try:
        if isinstance(event, InputError):
            raise event
        if local(event) != "event":
            rows.remarks.add(_NOT_EVENTS)
            return
        uid = event.get("uid")
        found = _event(event, rows)
        if found is None:
            return
        taken = _taken(found, number, rows)
    except InputError as error:
        rows.refuse(error, number, uid)
        return
    _keep(taken, found.uid, rows, latest)


def _keep(taken: _Taken, uid: str, rows: Rows, latest: dict[str, _Taken]) -> None:
    """The latest event of each uid holds; of two with one time, the one that came later."""
    before = latest.get(uid)
    if before is not None and before.time_us > taken.time_us:
        rows.remarks.add(_LATE)
        return
    if before is not None:
        rows.remarks.add(_RENEWED)
    latest[uid] = taken


def _reading(rows: Rows, latest: dict[str, _Taken], name: str) -> Reading:
    """Everything that holds at the end, in the order of the file."""
    alone: list[Declaration] = []
    joined = {taken.told.id for taken in latest.values() if taken.told is not None}
    for kept in sorted(latest.values(), key=attrgetter("number")):
        taken = kept if kept.shape is None else _settled(kept, kept.shape, rows, joined)
        if taken.declaration is not None:
            alone.append(taken.declaration)
        elif taken.told is not None:
            rows.remarks.row = f"event {taken.number}"
            try:
                rows.add(taken.told, taken.parts, number=taken.number)
            except InputError as error:
                rows.refuse(error, taken.number, taken.told.id)
    reading = rows.reading()
    if not reading.declarations:
        return replace(reading, declarations=tuple(alone))
    ours = {declaration.id for declaration in reading.declarations if not declaration.party}
    renamed = [
        replace(declaration, id=f"{declaration.id} (event)")
        if declaration.id in ours
        else declaration
        for declaration in alone
    ]
    numbers = {f"{name} event {taken.number}": taken.number for taken in latest.values()}
    whole = sorted((*reading.declarations, *renamed), key=lambda d: numbers[d.where])
    return replace(reading, declarations=tuple(whole))


def _settled(taken: _Taken, shape: Rule, rows: Rows, joined: Container[str]) -> _Taken:
    """An area from its columns: a declaration of its own, or a row where other rows have its id."""
    area = taken.declaration
    volume = area.parts[0] if area is not None else None
    if area is None or not isinstance(volume, Volume4D):
        return taken
    if area.id in joined:
        told = told_of(area, volume, shape.kind, prefix=PREFIX)
        return _Taken(taken.time_us, taken.number, None, told, area.parts)
    rows.remark(taken.number, shape.kind, volume)
    return taken


def _event(event: Element, rows: Rows) -> _Event | None:
    """What an event says of itself; None where it declares nothing.

    Raises:
        InputError: ``member.missing``, ``cot.version``, ``cot.type``, ``schema.refused``, ``time.*``.
    """
    type_ = _attribute(event, "type")
    rule = rule_of(type_)
    if rule.use is Use.MESSAGE:
        rows.remarks.add(_MESSAGES.format(rule.reason, rule.words))
        return None
    if rule.use is Use.UNWELCOME:
        raise InputError(
            "schema.refused", f"keepclear carries no {rule.reason}; found type {shown(type_)}"
        )
    if rule.use is Use.FOREIGN:
        raise InputError(
            "cot.type", f"found type {shown(type_)}: it is {rule.reason}, and declares no place"
        )
    if decimal(_attribute(event, "version"), "version") < _CIVIL:
        raise InputError(
            "cot.version",
            f"found version {shown(event.get('version'))}, expected 2.0 or later: before it, "
            "start and stale did not bound the event",
        )
    uid = one_line(_attribute(event, "uid"))
    if not uid:
        raise _missing("uid")
    window = Window(_instant(event, "start"), _instant(event, "stale"))
    point = child(event, "point")
    if point is None:
        raise _missing("point")
    if (event.get("how") or "").startswith("m-s") or (event.get("opex") or "o")[:1] in {"e", "s"}:
        rows.remarks.add(_PRACTICE)
    time_us = _instant(event, "time")
    return _Event(uid, type_, rule, time_us, window, point, child(event, "detail"))


def _taken(event: _Event, number: int, rows: Rows) -> _Taken:
    with Place("point"):
        center = position(event.point)
        ce_m, le_m = _error(event.point, "ce"), _error(event.point, "le")
        hae = _error(event.point, "hae")
    ours = None if event.detail is None else child(event.detail, ELEMENT)
    if ours is None and event.rule.use is Use.ATOM:
        declaration = _atom(event, number, rows, Circle(center, 0.0), ce_m, hae, le_m)
        return _Taken(event.time_us, number, declaration)
    said = {} if ours is None else {str(key): str(text) for key, text in ours.items()}
    with Place(PREFIX.strip()):
        raw = typed(said)
    wkt = raw.pop("wkt", None)
    _add_event(raw, event, ce_m, hae, le_m, rows, whole=wkt is not None)
    if wkt is not None:
        geometry: dict[str, Any] = parse_wkt(wkt)
    else:
        found = drawn(event.type, center, ce_m, event.detail, rows.remarks)
        point = {"type": "Point", "coordinates": [center.longitude, center.latitude]}
        geometry = point if found is None else found.geometry
        if found is not None and found.radius_m is not None:
            raw.setdefault("radius_m", found.radius_m)
    told = rows.told(raw, number=number)
    outlined = geometry["type"] not in {"Point", "MultiPoint"}
    standing = told.times is None and told.edges is None and outlined
    parts = parts_of(geometry, replace(told, edges=EDGES) if standing else told, rows.remarks)
    return _Taken(event.time_us, number, None, with_limits_of(told, parts), parts)


def _atom(
    event: _Event, number: int, rows: Rows, place: Circle, ce_m: float, hae: float, le_m: float
) -> Declaration:
    """A thing at a place: its circle of error is how far off the place may be."""
    if event.type[4:5] == "G" and event.detail is not None:
        for element in event.detail:
            if local(element) in _SELF_REPORT:
                raise InputError(
                    "schema.refused",
                    "keepclear carries no tracks of persons' devices; this event says of which "
                    f"device it comes ({shown(local(element))})",
                )
    return Declaration(
        id=event.uid,
        kind=event.rule.kind or Kind.OPERATION,
        parts=(Volume4D(place, band_of(hae, le_m, rows.remarks), event.window),),
        position_error_m=error_of(ce_m, rows.remarks),
        where=f"{rows.name} event {number}",
    )


def _add_event(
    raw: dict[str, Any],
    event: _Event,
    ce_m: float,
    hae: float,
    le_m: float,
    rows: Rows,
    *,
    whole: bool,
) -> None:
    """What the event itself says, where our own properties do not."""
    raw.setdefault("id", event.uid)
    if event.rule.kind is not None:
        raw.setdefault("kind", event.rule.kind.value)
    for name, instant in (("time_start", "start"), ("time_end", "stale")):
        if raw.get(name) == OPEN:
            del raw[name]
        elif "times" not in raw:
            raw.setdefault(name, event.point.getparent().get(instant))
    if not whole and "altitude_lower" not in raw and "altitude_upper" not in raw:
        if event.rule.kind is Kind.SITE:
            rows.remarks.add(_GROUND)
        elif band := shape_range(hae, le_m, rows.remarks):
            raw["altitude_lower"], raw["altitude_upper"] = band.lower, band.upper
    if not whole and event.rule.kind is Kind.SITE and ce_m != UNKNOWN:
        raw.setdefault("position_error_m", ce_m)
    if event.detail is not None:
        contact, remarks = child(event.detail, "contact"), child(event.detail, "remarks")
        name_ = "" if contact is None else free_text(contact.get("callsign"))
        words = free_text(text_of(remarks))
        if name_ and not whole:
            raw.setdefault("name", name_)
        if words and not whole:
            raw.setdefault("description", words)


def _error(point: Element, name: str) -> float:
    """A height or an error; what is not there is unknown."""
    text = point.get(name)
    value = UNKNOWN if text is None else decimal(text, name)
    if name != "hae" and value < 0.0:
        raise InputError(
            "length.range", f"found {shown(text)}, expected metres, not negative", where=name
        )
    return known(value)


def _instant(event: Element, name: str) -> int:
    with Place(name):
        return parse_instant(_attribute(event, name))


def _attribute(element: Element, name: str) -> str:
    text = element.get(name)
    if text is None or not text.strip():
        raise _missing(name)
    return str(text)


def _missing(name: str) -> InputError:
    return InputError("member.missing", f"the event has no {name!r}, which every event must have")
