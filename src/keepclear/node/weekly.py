"""Weekly schedules become plain windows, over the time that the other declarations name.

A weekly schedule goes on for ever; a check looks at a span of it: around everything else that it
may meet, else the next seven days, and never beyond the time asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from keepclear.domain.declaration import NOT_COMPARED_KINDS, Declaration, Kind, Part
from keepclear.domain.route import Route
from keepclear.domain.schedule import DAY_US, Schedule
from keepclear.domain.units import MICROSECONDS
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import Window
from keepclear.errors import InputError, Refusal

__all__ = ["Key", "Opened", "extent", "open_schedules"]

_SPAN_US: Final = 7 * DAY_US
"""How far weekly schedules are opened when nothing else in the files names a time."""

NEVER_OPENED: Final = (
    "{:,} declarations with a weekly schedule were never in force in that time, and may be at another "
    "that matters: name the time with --after and --before"
)

Key = tuple[str, str, Kind]
"""Party, identifier and kind."""


def extent(part: Part) -> Window:
    """From the first to the last instant of a part."""
    if isinstance(part, Route):
        return Window(part.waypoints[0].time_us, part.waypoints[-1].time_us)
    return part.window.window if isinstance(part.window, Schedule) else part.window


@dataclass(slots=True)
class Opened:
    """Declarations whose schedules are plain windows now, and how to find back."""

    declarations: list[Declaration] = field(default_factory=list)
    origin: dict[Key, tuple[int, ...]] = field(default_factory=dict)
    """For each declaration that was opened, the declared part of every part it has now; empty where
    two share one name, because then nobody can tell whose part is meant."""
    closed: int = 0
    """Declarations of which no window opens in the span looked at."""
    whole: bool = True
    """Whether a closed one could not open at another time that matters: the span was asked for, or it
    holds all the times of everything that they may meet."""
    refused: list[Refusal] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def open_schedules(
    declarations: Sequence[Declaration], *, span: Window, wider_us: int, now_us: int
) -> Opened:
    """Put plain windows in the place of every weekly schedule.

    Args:
        declarations: All that will be compared.
        span: The time asked for.
        wider_us: The time minimum: it reaches beyond the other declarations' times.
        now_us: Where to look when nothing names a time.
    """
    weekly = [any(map(_is_weekly, d.parts)) for d in declarations]
    if not any(weekly):
        return Opened(list(declarations))
    pairs = list(zip(declarations, weekly, strict=True))
    kinds = {declaration.kind for declaration, is_weekly in pairs if is_weekly}
    others = [d for d, is_weekly in pairs if not is_weekly and _meets(d.kind, kinds)]
    looked_at = _span(others, span, wider_us, now_us)
    opened = Opened(
        whole=_is_whole(others, span),
        warnings=[f"weekly schedules were looked at from {_whole_seconds(looked_at)}"],
    )
    for declaration, is_weekly in pairs:
        if not is_weekly:
            opened.declarations.append(declaration)
            continue
        try:
            parts = [
                (index, part)
                for index, declared in enumerate(declaration.parts)
                for part in _windows(declared, looked_at)
            ]
        except InputError as error:
            opened.refused.append(Refusal.of(error.inside(declaration.where)))
            continue
        if not parts:
            opened.closed += 1
            continue
        opened.declarations.append(replace(declaration, parts=tuple(part for _, part in parts)))
        key = (declaration.party, declaration.id, declaration.kind)
        indexes = tuple(index for index, _ in parts)
        opened.origin[key] = indexes if key not in opened.origin else ()
    if opened.closed and not opened.whole:
        opened.warnings.append(NEVER_OPENED.format(opened.closed))
    return opened


def _meets(kind: Kind, kinds: Iterable[Kind]) -> bool:
    """Whether a kind is ever compared with one of others: zones do not stretch each other's span."""
    if kind is Kind.AREA:
        return False
    return any(frozenset({kind, other}) not in NOT_COMPARED_KINDS for other in kinds)


def _is_weekly(part: Part) -> bool:
    return isinstance(part, Volume4D) and isinstance(part.window, Schedule)


def _windows(part: Part, span: Window) -> Iterable[Part]:
    if isinstance(part, Volume4D) and isinstance(part.window, Schedule):
        return [replace(part, window=window) for window in part.window.within(span)]
    return [part]


def _is_whole(others: Sequence[Declaration], asked: Window) -> bool:
    """Whether the span holds all the time that was asked for, or that the others name."""
    extents = [extent(part) for declaration in others for part in declaration.parts]
    return all(
        bound is not None or (bool(extents) and all(end is not None for end in ends))
        for bound, ends in (
            (asked.start_us, [window.start_us for window in extents]),
            (asked.end_us, [window.end_us for window in extents]),
        )
    )


def _span(others: Iterable[Declaration], asked: Window, wider_us: int, now_us: int) -> Window:
    """Where weekly schedules are opened: around the times of all they may meet, else a week.

    A time minimum reaches beyond those times, and the last instant of a route belongs to it, so the
    span ends a microsecond later. What begins and never ends is looked at for a week.
    """
    instants: list[int] = []
    for window in (extent(part) for d in others for part in d.parts):
        start_us, end_us = window.start_us, window.end_us
        if start_us is not None:
            instants += (start_us, start_us + _SPAN_US if end_us is None else end_us)
        elif end_us is not None:
            instants += (end_us - _SPAN_US, end_us)
    after, before = asked.start_us, asked.end_us
    if instants:
        start, end = min(instants) - wider_us, max(instants) + wider_us + 1
    else:
        start = now_us if before is None else before - _SPAN_US
        start = start if after is None else after
        end = start + _SPAN_US if before is None else before
    start = start if after is None else max(start, after)
    end = end if before is None else min(end, before)
    return Window(start, max(start, end))


def _whole_seconds(span: Window) -> Window:
    """For a sentence."""
    start_us, end_us = (
        None if instant is None else instant // MICROSECONDS * MICROSECONDS
        for instant in (span.start_us, span.end_us)
    )
    return Window(start_us, end_us)
