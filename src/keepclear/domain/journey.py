"""What becomes of a movement's plan when it is late, held, split or goes back: values from values.

By its plan a movement is somewhere at every instant. Whoever holds it says since when; it must stand at
a stop then, because where a moving thing was stopped is not in its plan. What was planned after the
stop moves with the departure, and what was planned before stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from keepclear.domain.declaration import Declaration, Part
from keepclear.domain.position import Position
from keepclear.domain.route import Route, Waypoint
from keepclear.domain.schedule import Schedule
from keepclear.domain.window import Window, format_instant
from keepclear.errors import RuleError

__all__ = ["Stop", "going_back", "held", "leaving_at", "second_group", "stay_of", "stop_at"]

_OF_THE_WHOLE: Final = frozenset(
    {"vehicle_count", "vehicle_types", "vehicle_plates", "people_count"}
)
"""What a part of a movement does not share with the whole."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a movement stands by its plan, or passes a vertex."""

    part: int
    """Of its parts, from 0."""
    vertex: int
    """The vertex at which it leaves."""
    arrives_us: int
    leaves_us: int


def leaving_at(declaration: Declaration, leaves_us: int) -> Declaration:
    """The declaration with every time moved, so that the first is ``leaves_us``.

    Raises:
        RuleError: ``delay.no-start``.
    """
    starts = [_start_us(part) for part in declaration.parts]
    if None in starts:
        raise RuleError("delay.no-start", "a part of it says no start, so there is nothing to move")
    by_us = leaves_us - min(start for start in starts if start is not None)
    parts = tuple(_moved(part, lambda time_us: time_us + by_us) for part in declaration.parts)
    return replace(declaration, parts=parts)


def stop_at(declaration: Declaration, since_us: int) -> Stop:
    """The stop at which a movement stands at an instant, by its plan.

    Raises:
        RuleError: ``stop.none``, ``stop.between``, ``stop.two``.
    """
    found = [
        stop
        for number, part in enumerate(declaration.parts)
        if isinstance(part, Route) and (stop := _stop_in(number, part, since_us)) is not None
    ]
    if not found:
        raise RuleError(
            "stop.none",
            f"by its plan it is not under way at {format_instant(since_us)}; say another time with "
            "--since, or delay it as a whole",
        )
    if len(found) > 1:
        raise RuleError(
            "stop.two", "by its plan it is at two places then; declare each way as a movement"
        )
    return found[0]


def stay_of(old: Declaration, new: Declaration) -> tuple[Position, int, int] | None:
    """Where, since when and until when a movement stands that was held between two versions of it.

    Nothing where no way of it got a longer stay: where it was amended otherwise, or has no way.
    """
    for before, after in zip(old.parts, new.parts, strict=False):
        if not isinstance(before, Route) or not isinstance(after, Route):
            continue
        pairs = zip(before.waypoints, after.waypoints, strict=False)
        at = next((k for k, (a, c) in enumerate(pairs) if a.time_us != c.time_us), None)
        if at is None or at == 0 or not _same_place(after.waypoints[at - 1], after.waypoints[at]):
            continue
        first = at - 1
        while first > 0 and _same_place(after.waypoints[first - 1], after.waypoints[at]):
            first -= 1
        leaves = after.waypoints[at]
        return leaves.position, after.waypoints[first].time_us, leaves.time_us
    return None


def held(declaration: Declaration, stop: Stop, leaves_us: int) -> Declaration:
    """The declaration with a stay at a stop until ``leaves_us``, and what follows later by as much.

    Raises:
        RuleError: ``stop.before``: it would leave before it arrives.
    """
    by_us = _later_by(stop, leaves_us)
    parts = tuple(
        _held_route(part, stop, by_us)
        if number == stop.part and isinstance(part, Route)
        else _after(part, stop.leaves_us, by_us)
        for number, part in enumerate(declaration.parts)
    )
    return replace(declaration, parts=parts)


def second_group(declaration: Declaration, stop: Stop, leaves_us: int, name: str) -> Declaration:
    """Those who stay behind at a stop and leave later, as a movement of their own from there on.

    How many vehicles and people are among them is not said by the whole, so it is left out.

    Raises:
        RuleError: ``stop.before``, ``stop.end``: nothing follows.
    """
    by_us = _later_by(stop, leaves_us)
    route = declaration.parts[stop.part]
    assert isinstance(route, Route)
    if stop.vertex + 1 >= len(route.waypoints):
        raise RuleError("stop.end", "its way ends there, so there is nowhere to go on to")
    here = replace(route.waypoints[stop.vertex], time_us=stop.arrives_us, error_m=0.0)
    later = [
        replace(point, time_us=point.time_us + by_us) for point in route.waypoints[stop.vertex :]
    ]
    on = Route((here, *later), route.half_width_m)
    rest = [
        _after(part, stop.leaves_us, by_us)
        for number, part in enumerate(declaration.parts)
        if number != stop.part and _begins_after(part, stop.leaves_us)
    ]
    notice = tuple((key, value) for key, value in declaration.notice if key not in _OF_THE_WHOLE)
    return replace(declaration, id=name, parts=(on, *rest), notice=notice, where="")


def going_back(declaration: Declaration, leaves_us: int) -> Declaration:
    """The declaration with its last way added once more, backwards, with the same stays and speeds.

    Raises:
        RuleError: ``return.no-way``, ``return.before``.
    """
    ways = [part for part in declaration.parts if isinstance(part, Route)]
    if not ways:
        raise RuleError("return.no-way", "it has no way that could be gone backwards; declare one")
    there = ways[-1].waypoints
    if leaves_us < there[-1].time_us:
        raise RuleError(
            "return.before",
            f"by its plan it arrives at {format_instant(there[-1].time_us)}, and goes back later",
        )
    errors = [0.0, *(point.error_m for point in there[:-1])]  # of the leg that ends there
    back = tuple(
        replace(point, time_us=leaves_us + there[-1].time_us - point.time_us, error_m=error_m)
        for point, error_m in zip(reversed(there), reversed(errors), strict=True)
    )
    parts = (*declaration.parts, Route(back, ways[-1].half_width_m))
    return replace(declaration, parts=parts)


def _stop_in(number: int, route: Route, since_us: int) -> Stop | None:
    points = route.waypoints
    if not points[0].time_us <= since_us <= points[-1].time_us:
        return None
    at = max(k for k, point in enumerate(points) if point.time_us <= since_us)
    last = at
    while last + 1 < len(points) and _same_place(points[last + 1], points[at]):
        last += 1
    first = at
    while first > 0 and _same_place(points[first - 1], points[at]):
        first -= 1
    if since_us > points[last].time_us:
        raise RuleError(
            "stop.between",
            f"by its plan it is between two stops at {format_instant(since_us)}; where it was "
            "stopped is not known here: say with --since when it was at a stop, or amend it",
        )
    return Stop(number, last, points[first].time_us, points[last].time_us)


def _same_place(a: Waypoint, b: Waypoint) -> bool:
    return a.position == b.position


def _later_by(stop: Stop, leaves_us: int) -> int:
    if leaves_us < stop.arrives_us:
        raise RuleError(
            "stop.before",
            f"by its plan it arrives there at {format_instant(stop.arrives_us)}, and leaves later",
        )
    return leaves_us - stop.leaves_us


def _held_route(route: Route, stop: Stop, by_us: int) -> Route:
    """Its stay ends later; where it only passed the place, it stays there now."""
    points = list(route.waypoints)
    before, after = points[: stop.vertex], points[stop.vertex :]
    if stop.arrives_us == stop.leaves_us:
        before.append(replace(after[0], error_m=0.0))
    moved = [replace(point, time_us=point.time_us + by_us) for point in after]
    return replace(route, waypoints=(*before, *moved))


def _after(part: Part, pivot_us: int, by_us: int) -> Part:
    """Another part: moved where it begins no earlier than the departure, longer where it lasts."""
    if _begins_after(part, pivot_us):
        return _moved(part, lambda time_us: time_us + by_us)
    if isinstance(part, Route) or isinstance(part.window, Schedule):
        return part
    end_us = part.window.end_us
    if end_us is None or end_us < pivot_us:
        return part
    return replace(part, window=Window(part.window.start_us, max(end_us, end_us + by_us)))


def _begins_after(part: Part, pivot_us: int) -> bool:
    start_us = _start_us(part)
    return start_us is not None and start_us >= pivot_us


def _start_us(part: Part) -> int | None:
    if isinstance(part, Route):
        return part.waypoints[0].time_us
    return None if isinstance(part.window, Schedule) else part.window.start_us


def _moved(part: Part, move: Callable[[int], int]) -> Part:
    if isinstance(part, Route):
        points = tuple(replace(point, time_us=move(point.time_us)) for point in part.waypoints)
        return replace(part, waypoints=points)
    window = part.window
    assert isinstance(window, Window)
    assert window.start_us is not None
    end_us = None if window.end_us is None else move(window.end_us)
    return replace(part, window=Window(move(window.start_us), end_us))
