"""A declaration <-> its canonical JSON: one line of UTF-8, one spelling.

What is read is written again and compared byte for byte, so that two texts never mean one
declaration, and a hash names one declaration only. ``where`` does not travel: it is about a file at
the desk that read it.

A form that says everything in its one way is written as it is; only where that is not sure, it becomes
a declaration first (:func:`spelled`), which takes several times as long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, TypeVar

import msgspec

from keepclear.domain.altitude import Altitude, AltitudeBand, Reference, Units
from keepclear.domain.declaration import Declaration, Ground, Kind, Part, State
from keepclear.domain.footprint import Area, Circle, Corridor, EdgeRule, Footprint, Polygon
from keepclear.domain.position import Position, positions
from keepclear.domain.route import Route, Waypoint
from keepclear.domain.schedule import DailyPeriod, Day, Schedule
from keepclear.domain.stated import Datum, Notation, StatedPosition
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import Window
from keepclear.errors import InputError
from keepclear.wire import forms

__all__ = ["DECLARATION_BYTES_MAX", "declaration_of", "decode", "encode", "form_in", "spelled"]

DECLARATION_BYTES_MAX: Final = 4_000_000
"""Some 100,000 vertices: more than any outline that people drew."""
_FIRST_US: Final = -62_135_596_800_000_000
_LAST_US: Final = 253_402_300_799_999_999
_EDGES: Final = MappingProxyType(
    {
        EdgeRule.LONLAT: "lonlat",
        EdgeRule.GEODESIC: "geodesic",
        EdgeRule.GREAT_CIRCLE: "great-circle",
    }
)
_RULES: Final = MappingProxyType({name: rule for rule, name in _EDGES.items()})
_KINDS: Final = MappingProxyType({one.value: one for one in Kind})
_STATES: Final = MappingProxyType({one.value: one for one in State})
_UNITS: Final = MappingProxyType({one.value: one for one in Units})
_REFERENCES: Final = MappingProxyType({one.value: one for one in Reference})
_NOTATIONS: Final = MappingProxyType({one.value: one for one in Notation})
_DATUMS: Final = MappingProxyType({one.value: one for one in Datum})
_PERHAPS: Final = (b"-0.0", b'"error_m":0.0', b'"periods"')
"""Where a text holds one of these, its form may have another way to say the same: a negative zero, an
error that is none, days in any order."""
_decoder: Final = msgspec.json.Decoder(forms.DeclarationForm)
_encoder: Final = msgspec.json.Encoder()
_V = TypeVar("_V")


def encode(declaration: Declaration) -> bytes:
    """The canonical bytes of a declaration."""
    return _encoder.encode(_form_of(declaration))


def spelled(form: forms.DeclarationForm) -> bytes:
    """The canonical bytes of the declaration that a form stands for.

    Raises:
        InputError: where it has to become one first, as :func:`declaration_of`.
    """
    data = _encoder.encode(form)
    return data if _is_plain(form, data) else encode(declaration_of(form))


def _is_plain(form: forms.DeclarationForm, data: bytes) -> bool:
    """Whether the bytes of a form are surely those of its declaration: nothing is said emptily."""
    said = (
        *(form.on_behalf_of, form.priority, form.standoff_m, form.position_error_m),
        *(form.name, form.description, form.stated, form.notice),
    )
    for one in said:
        if one is not None and not one:
            return False
    return not any(other in data for other in _PERHAPS)


def decode(data: bytes) -> Declaration:
    """The declaration that canonical bytes stand for.

    Raises:
        InputError: ``wire.too-large``, ``wire.form``, ``wire.spelling``, and what the values raise.
    """
    if len(data) > DECLARATION_BYTES_MAX:
        raise InputError(
            "wire.too-large",
            f"a declaration of {len(data):,} bytes; at most {DECLARATION_BYTES_MAX:,} are taken",
        )
    form = form_in(data)
    declaration = declaration_of(form)
    if spelled(form) != data:
        raise InputError(
            "wire.spelling", "a declaration/1 has one spelling, and this is another; encode it anew"
        )
    return declaration


def form_in(data: bytes) -> forms.DeclarationForm:
    """The form that a text holds, in whatever spelling.

    Raises:
        InputError: ``wire.form``.
    """
    try:
        return _decoder.decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise InputError("wire.form", f"this is no declaration/1: {error}") from None


# to forms


def _form_of(said: Declaration) -> forms.DeclarationForm:
    ground = said.ground
    return forms.DeclarationForm(
        party=said.party,
        id=said.id,
        kind=said.kind.value,
        parts=[_part_form(part) for part in said.parts],
        on_behalf_of=said.on_behalf_of or None,
        state=said.state.value if said.state else None,
        priority=said.priority or None,
        standoff_m=_number(said.standoff_m) or None,
        ground_m=(_number(ground.lowest_m), _number(ground.highest_m)) if ground else None,
        position_error_m=_number(said.position_error_m) or None,
        name=said.name or None,
        description=said.description or None,
        stated=[[_stated_form(one) for one in place] for place in said.stated] or None,
        notice=list(said.notice) or None,
    )


def _part_form(part: Part) -> forms.VolumeForm | forms.RouteForm:
    if isinstance(part, Route):
        return forms.RouteForm(
            _number(part.half_width_m), [_waypoint_form(point) for point in part.waypoints]
        )
    window = part.window
    return forms.VolumeForm(
        _footprint_form(part.footprint),
        lower=_limit_form(part.band.lower),
        upper=_limit_form(part.band.upper),
        window=_window_form(window) if isinstance(window, Window) else None,
        schedule=_schedule_form(window) if isinstance(window, Schedule) else None,
    )


def _footprint_form(
    footprint: Footprint,
) -> forms.AreaForm | forms.CircleForm | forms.CorridorForm:
    if isinstance(footprint, Circle):
        return forms.CircleForm(_place(footprint.center), _number(footprint.radius_m))
    if isinstance(footprint, Corridor):
        vertices = _line(footprint.vertices)
        return forms.CorridorForm(
            _EDGES[footprint.edges], vertices, _number(footprint.half_width_m)
        )
    polygons = [[_line(ring) for ring in polygon.rings] for polygon in footprint.polygons]
    return forms.AreaForm(_EDGES[footprint.edges], polygons)


def _waypoint_form(point: Waypoint) -> forms.WaypointForm:
    return forms.WaypointForm(
        _place(point.position),
        point.time_us,
        _limit_form(point.band.lower),
        _limit_form(point.band.upper),
        _number(point.error_m) or None,
    )


def _limit_form(limit: Altitude | None) -> forms.LimitForm | None:
    if limit is None:
        return None
    return forms.LimitForm(_number(limit.value), limit.units.value, limit.reference.value)


def _window_form(window: Window) -> forms.WindowForm:
    return forms.WindowForm(window.start_us, window.end_us)


def _schedule_form(schedule: Schedule) -> forms.ScheduleForm:
    periods = [
        forms.DailyForm(sorted(int(day) for day in period.days), period.start_us, period.end_us)
        for period in schedule.periods
    ]
    return forms.ScheduleForm(_window_form(schedule.window), periods)


def _stated_form(stated: StatedPosition) -> forms.StatedForm:
    return forms.StatedForm(
        _place(stated.position),
        stated.text,
        stated.notation.value,
        stated.datum.value,
        _number(stated.precision_m),
        _number(stated.error_m),
    )


def _number(value: float) -> float:
    """A fraction, and no negative zero: equal numbers have one text."""
    return float(value) + 0.0


def _place(position: Position) -> forms.Place:
    return _number(position.longitude), _number(position.latitude)


def _line(places: Sequence[Position]) -> list[forms.Place]:
    # as _place: millions of calls are most of what a start without a snapshot writes anew
    return [(float(one.longitude) + 0.0, float(one.latitude) + 0.0) for one in places]


# from forms


def declaration_of(form: forms.DeclarationForm) -> Declaration:
    """What a form says, however its text was spelled.

    Raises:
        InputError: ``wire.form``, and what the values raise.
    """
    return Declaration(
        party=form.party,
        id=form.id,
        kind=_known(_KINDS, form.kind, "kind"),
        parts=tuple([_part(part) for part in form.parts]),
        on_behalf_of=form.on_behalf_of or "",
        state=None if form.state is None else _known(_STATES, form.state, "state"),
        priority=form.priority or 0,
        standoff_m=form.standoff_m or 0.0,
        ground=form.ground_m and Ground(*form.ground_m),
        position_error_m=form.position_error_m or 0.0,
        name=form.name or "",
        description=form.description or "",
        stated=tuple([tuple(map(_stated, place)) for place in form.stated or ()]),
        notice=tuple(form.notice or ()),
    )


def _part(form: forms.VolumeForm | forms.RouteForm) -> Part:
    if isinstance(form, forms.RouteForm):
        return Route(tuple(_waypoint(point) for point in form.waypoints), form.half_width_m)
    if (form.window is None) == (form.schedule is None):
        raise InputError("wire.form", "a volume has either a window or a schedule")
    when = _window(form.window) if form.window is not None else _schedule(form.schedule)
    return Volume4D(
        _footprint(form.footprint), AltitudeBand(_limit(form.lower), _limit(form.upper)), when
    )


def _footprint(form: forms.AreaForm | forms.CircleForm | forms.CorridorForm) -> Footprint:
    if isinstance(form, forms.CircleForm):
        return Circle(_position(form.center), form.radius_m)
    edges = _known(_RULES, form.edges, "edges")
    if isinstance(form, forms.CorridorForm):
        return Corridor(_places(form.vertices), form.half_width_m, edges)
    return Area(
        tuple([Polygon(tuple([_places(ring) for ring in rings])) for rings in form.polygons]), edges
    )


def _waypoint(form: forms.WaypointForm) -> Waypoint:
    band = AltitudeBand(_limit(form.lower), _limit(form.upper))
    return Waypoint(_position(form.at), _time(form.time_us), band, form.error_m or 0.0)


def _limit(form: forms.LimitForm | None) -> Altitude | None:
    if form is None:
        return None
    units = _known(_UNITS, form.units, "units")
    return Altitude(form.value, units, _known(_REFERENCES, form.reference, "reference"))


def _window(form: forms.WindowForm) -> Window:
    start_us = None if form.start_us is None else _time(form.start_us)
    return Window(start_us, None if form.end_us is None else _time(form.end_us))


def _time(time_us: int) -> int:
    """A time that a calendar has: years 1 to 9999."""
    if not _FIRST_US <= time_us <= _LAST_US:
        raise InputError("wire.time", f"found {time_us} microseconds, which no calendar has")
    return time_us


def _schedule(form: forms.ScheduleForm | None) -> Schedule:
    assert form is not None
    periods = []
    for period in form.periods:
        if not all(day in list(map(int, Day)) for day in period.days):
            raise InputError("wire.form", f"found days {period.days}, expected 0 to 6")
        days = frozenset(map(Day, period.days))
        periods.append(DailyPeriod(days, period.start_us, period.end_us))
    return Schedule(_window(form.window), tuple(periods))


def _stated(form: forms.StatedForm) -> StatedPosition:
    return StatedPosition(
        position=_position(form.at),
        text=form.text,
        notation=_known(_NOTATIONS, form.notation, "notation"),
        datum=_known(_DATUMS, form.datum, "datum"),
        precision_m=form.precision_m,
        error_m=form.error_m,
    )


def _places(pairs: list[forms.Place]) -> tuple[Position, ...]:
    return tuple(positions([pair[1] for pair in pairs], [pair[0] for pair in pairs]))


def _position(place: forms.Place) -> Position:
    return Position(longitude=place[0], latitude=place[1])


def _known(names: Mapping[str, _V], value: str, what: str) -> _V:
    found = names.get(value)
    if found is None:
        raise InputError("wire.form", f"found {what} {value[:40]!r}, expected one of {list(names)}")
    return found
