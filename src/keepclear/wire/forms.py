"""The JSON forms of a declaration, as types: what is not in them is refused, on the way in and out.

Members stand in the order of their fields; a member that is not said is left out. Lengths are metres,
times microseconds since 1970-01-01T00:00Z, places ``[longitude, latitude]`` in degrees on WGS84.
"""

from __future__ import annotations

import msgspec

__all__ = [
    "AreaForm",
    "CircleForm",
    "CorridorForm",
    "DailyForm",
    "DeclarationForm",
    "LimitForm",
    "Place",
    "RouteForm",
    "ScheduleForm",
    "StatedForm",
    "VolumeForm",
    "WaypointForm",
    "WindowForm",
]

Place = tuple[float, float]
"""Longitude and latitude in degrees."""


class _Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Strict on the way in, and without what is not said on the way out.

    Nothing but null is a default: whether another value counts as one depends on how it came about.
    """


class LimitForm(_Form, frozen=True):
    """One altitude limit."""

    value: float
    units: str
    reference: str


class AreaForm(_Form, frozen=True, tag="area", tag_field="form"):
    """Polygons, each an outer ring and its holes; the first vertex is not repeated."""

    edges: str
    polygons: list[list[list[Place]]]


class CircleForm(_Form, frozen=True, tag="circle", tag_field="form"):
    """A centre and a radius."""

    center: Place
    radius_m: float


class CorridorForm(_Form, frozen=True, tag="corridor", tag_field="form"):
    """A standing line with its half width."""

    edges: str
    vertices: list[Place]
    half_width_m: float


class WindowForm(_Form, frozen=True):
    """A span; a limit that is left out is none."""

    start_us: int | None = None
    end_us: int | None = None


class DailyForm(_Form, frozen=True):
    """The same hours on certain days of the week (0 is Monday)."""

    days: list[int]
    start_us: int
    end_us: int


class ScheduleForm(_Form, frozen=True):
    """Daily periods within an outer span."""

    window: WindowForm
    periods: list[DailyForm]


class VolumeForm(_Form, frozen=True, tag="volume", tag_field="part"):
    """A footprint that stands still; either a window or a schedule."""

    footprint: AreaForm | CircleForm | CorridorForm
    lower: LimitForm | None = None
    upper: LimitForm | None = None
    window: WindowForm | None = None
    schedule: ScheduleForm | None = None


class WaypointForm(_Form, frozen=True):
    """The centre of a moving disc at one instant."""

    at: Place
    time_us: int
    lower: LimitForm | None = None
    upper: LimitForm | None = None
    error_m: float | None = None


class RouteForm(_Form, frozen=True, tag="route", tag_field="part"):
    """A moving disc."""

    half_width_m: float
    waypoints: list[WaypointForm]


class StatedForm(_Form, frozen=True):
    """A place as it was written."""

    at: Place
    text: str
    notation: str
    datum: str
    precision_m: float
    error_m: float


class DeclarationForm(_Form, frozen=True, tag="declaration/1", tag_field="keepclear"):
    """What one party declares under one identifier."""

    party: str
    id: str
    kind: str
    parts: list[VolumeForm | RouteForm]
    on_behalf_of: str | None = None
    state: str | None = None
    priority: int | None = None
    standoff_m: float | None = None
    ground_m: tuple[float, float] | None = None
    position_error_m: float | None = None
    name: str | None = None
    description: str | None = None
    stated: list[list[StatedForm]] | None = None
    notice: list[tuple[str, str]] | None = None
