"""The properties of a declared row, shared by GeoJSON, NDJSON and CSV.

``party, on_behalf_of, id, kind, state, priority, altitude_lower, altitude_upper, time_start,
time_end, standoff_m, ground_m, position_error_m, radius_m, half_width_m, times, edges,
leg_errors_m, name, description``, and the fields of a notification (``domain.fields``). Null is the
same as absent. Other names are ignored, except those that ``schema`` refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.altitude import Altitude, AltitudeBand
from keepclear.domain.declaration import POSITION_ERROR_M_MAX, Ground, Kind, State
from keepclear.domain.fields import NOTICE_FIELDS
from keepclear.domain.footprint import RADIUS_M_MAX, EdgeRule, length_m
from keepclear.domain.window import Window, parse_instant
from keepclear.errors import InputError
from keepclear.formats.altitudes import limit_from_json
from keepclear.formats.notices import canonical
from keepclear.formats.place import Place
from keepclear.formats.schema import refuse_unwelcome, unwelcome
from keepclear.formats.text import free_text, number, one_line, shown

__all__ = ["EDGES", "PROPERTY_NAMES", "UNLIMITED", "Limits", "Properties", "read_properties"]

PRIORITY_MAX: Final = 1_000_000
"""Priorities beyond this, either way, are typing errors; the field uses 0 to 100."""
UNLIMITED: Final = object()
"""A limit that says 'unlimited' in so many words, where a format can; JSON leaves it out."""

EDGES: Final = MappingProxyType(
    {
        "lonlat": EdgeRule.LONLAT,
        "geodesic": EdgeRule.GEODESIC,
        "great-circle": EdgeRule.GREAT_CIRCLE,
    }
)
"""What ``edges`` may say of the line between two vertices."""

_KINDS: Final = MappingProxyType({kind.value: kind for kind in Kind})
_STATES: Final = MappingProxyType({state.value.lower(): state for state in State})

Limits = Altitude | None | tuple[Altitude | None, ...]
"""One limit for the whole row, or one for each vertex of its route."""


@dataclass(frozen=True, slots=True)
class Properties:
    """What one row says beside its geometry; ``None`` and empty texts are 'not said'."""

    party: str
    on_behalf_of: str
    id: str
    kind: Kind | None
    state: State | None
    priority: int | None
    lower: Limits
    upper: Limits
    says_lower: bool
    says_upper: bool
    window: Window
    standoff_m: float | None
    ground: Ground | None
    position_error_m: float | None
    radius_m: float | None
    half_width_m: float | None
    times: tuple[int, ...] | None
    edges: EdgeRule | None
    leg_errors_m: tuple[float, ...] | None
    name: str
    description: str
    notice: tuple[tuple[str, str], ...]
    """Fields of the notification, by name; empty ones left out."""
    prefix: str
    """What stands before a property's name in error places: ``properties.`` or ``column ``."""

    def band(self) -> AltitudeBand:
        """The altitude band of a row that stands still.

        Raises:
            InputError: ``altitude.per-vertex``, ``altitude.upside-down``.
        """
        for name, limits in (("altitude_lower", self.lower), ("altitude_upper", self.upper)):
            if isinstance(limits, tuple):
                raise InputError(
                    "altitude.per-vertex",
                    "found a list of altitudes, which only a LineString with times can have; "
                    "give one altitude",
                    where=f"{self.prefix}{name}",
                )
        return self.band_at(0)

    def band_at(self, vertex: int) -> AltitudeBand:
        """The altitude band at one vertex of a route, counted from 0."""
        lower = self.lower[vertex] if isinstance(self.lower, tuple) else self.lower
        upper = self.upper[vertex] if isinstance(self.upper, tuple) else self.upper
        try:
            return AltitudeBand(lower, upper)
        except InputError as error:
            raise error.inside(f"{self.prefix}altitude_lower") from None


def read_properties(raw: Mapping[str, Any], *, prefix: str) -> Properties:
    """Check every property of a row.

    Args:
        raw: Decoded JSON values by name. ``Altitude`` and ``UNLIMITED`` are taken as limits too,
            from formats whose altitudes are text.
        prefix: ``properties.`` or ``column ``, for the places of errors.

    Raises:
        InputError: ``schema.refused`` and one code for each way a value can be wrong.
    """
    said: dict[str, Any] = {}
    notice: list[tuple[str, str]] = []
    for name, value in raw.items():
        convert = _CONVERT.get(name)
        if name in NOTICE_FIELDS:
            with Place(prefix + name):
                text = canonical(name, value)
            if text:
                notice.append((name, text))
        elif convert is None:
            refuse_unwelcome(name, value)
        elif value is not None:
            try:
                said[name] = convert(value)
            except InputError as error:
                raise error.inside(prefix + name) from None
    told = said.get
    try:
        window = Window(told("time_start"), told("time_end"))
    except InputError as error:
        raise error.inside(f"{prefix}time_end") from None
    return Properties(
        party=told("party", ""),
        on_behalf_of=told("on_behalf_of", ""),
        id=told("id", ""),
        kind=told("kind"),
        state=told("state"),
        priority=told("priority"),
        lower=told("altitude_lower"),
        upper=told("altitude_upper"),
        says_lower="altitude_lower" in said,
        says_upper="altitude_upper" in said,
        window=window,
        standoff_m=told("standoff_m"),
        ground=told("ground_m"),
        position_error_m=told("position_error_m"),
        radius_m=told("radius_m"),
        half_width_m=told("half_width_m"),
        times=told("times"),
        edges=told("edges"),
        leg_errors_m=told("leg_errors_m"),
        name=told("name", ""),
        description=told("description", ""),
        notice=tuple(notice),
        prefix=prefix,
    )


def _limits(value: Any) -> Limits:
    if not isinstance(value, list):
        return _limit(value)
    limits = []
    for count, item in enumerate(value, 1):
        try:
            limits.append(_limit(item))
        except InputError as error:
            raise error.inside(f"item {count}") from None
    return tuple(limits)


def _limit(value: Any) -> Altitude | None:
    if isinstance(value, Altitude):
        return value
    return None if value is UNLIMITED else limit_from_json(value)


def _kind(value: Any) -> Kind:
    if isinstance(value, str):
        kind = _KINDS.get(value.strip().lower())
        if kind is not None:
            return kind
        reason = unwelcome(value)
        if reason is not None:
            raise InputError(
                "schema.refused", f"keepclear carries no {reason}; found kind {value!r}"
            )
    raise InputError("kind.unknown", f"found {shown(value)}, expected one of {', '.join(_KINDS)}")


def _state(value: Any) -> State:
    state = _STATES.get(value.strip().lower()) if isinstance(value, str) else None
    if state is None:
        names = ", ".join(state.value for state in State)
        raise InputError("state.unknown", f"found {shown(value)}, expected one of {names}")
    return state


def _priority(value: Any) -> int:
    priority = number(value)
    if not priority.is_integer() or abs(priority) > PRIORITY_MAX:
        raise InputError(
            "priority.range",
            f"found {shown(value)}, expected a whole number from {-PRIORITY_MAX:,} to "
            f"{PRIORITY_MAX:,}",
        )
    return int(priority)


def _instant(value: Any) -> int:
    if not isinstance(value, str):
        raise InputError(
            "time.unreadable",
            f"found {shown(value)}, expected a time such as '2015-11-20T06:30:00Z'",
        )
    return parse_instant(value)


def _times(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or not value:
        raise InputError(
            "time.unreadable", f"found {shown(value)}, expected a list with one time per vertex"
        )
    instants = []
    for count, item in enumerate(value, 1):
        try:
            instants.append(_instant(item))
        except InputError as error:
            raise error.inside(f"item {count}") from None
    return tuple(instants)


def _edges(value: Any) -> EdgeRule:
    rule = EDGES.get(value.strip().lower()) if isinstance(value, str) else None
    if rule is None:
        raise InputError(
            "edges.unknown", f"found {shown(value)}, expected one of {', '.join(EDGES)}"
        )
    return rule


def _length(value: Any) -> float:
    return length_m(number(value), "a length of", RADIUS_M_MAX)


def _position_error(value: Any) -> float:
    return length_m(number(value), "a position error of", POSITION_ERROR_M_MAX)


def _leg_errors(value: Any) -> tuple[float, ...]:
    if not isinstance(value, list) or not value:
        raise InputError(
            "length.range", f"found {shown(value)}, expected a list with one length per vertex"
        )
    return tuple(_position_error(item) for item in value)


def _ground(value: Any) -> Ground:
    if not isinstance(value, list) or len(value) != 2:
        raise InputError(
            "ground.range",
            f"found {shown(value)}, expected [lowest, highest] metres above mean sea level, "
            "such as [60, 220]",
        )
    return Ground(number(value[0]), number(value[1]))


_CONVERT: Final = MappingProxyType[str, Callable[[Any], Any]](
    {
        "party": one_line,
        "on_behalf_of": one_line,
        "id": one_line,
        "kind": _kind,
        "state": _state,
        "priority": _priority,
        "altitude_lower": _limits,
        "altitude_upper": _limits,
        "time_start": _instant,
        "time_end": _instant,
        "standoff_m": _length,
        "ground_m": _ground,
        "position_error_m": _position_error,
        "radius_m": _length,
        "half_width_m": _length,
        "times": _times,
        "edges": _edges,
        "leg_errors_m": _leg_errors,
        "name": free_text,
        "description": free_text,
    }
)
PROPERTY_NAMES: Final = tuple(_CONVERT)
