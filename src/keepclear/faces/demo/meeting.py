"""A crossing as somebody knows it, held against what a scenario expects of it.

The same comparison serves what a desk is shown and what two records say side by side. What is not told
of a crossing is nothing, never a guess. Left to others: where a crossing is looked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from keepclear.domain.window import format_instant
from keepclear.faces.demo.stage import Unmet
from keepclear.faces.demo.telling import hour
from keepclear.formats.scenarios.script import Step
from keepclear.formats.scenarios.sizes import Amount
from keepclear.formats.scenarios.times import Span

__all__ = ["Meeting", "any_as_expected", "metres", "near", "square_km"]

_TIMES_WITHIN_US: Final = 5_000_000
_SQUARE_KM: Final = 1e6
_IN_KM_M: Final = 10_000.0
"""From here on a length is told in kilometres."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """One crossing, from the side of one declaration."""

    other: str
    """The other declaration, or what is known of it, as a sentence names it."""
    start_us: int | None
    end_us: int | None
    area_m2: float | None = None
    heights_w84_m: tuple[float | None, float | None] | None = None
    certainty: str | None = None
    level: str | None = None
    goes_first: str | None = None
    radius_m: float | None = None
    """Of the circle to stay away from."""
    apart_m: float | None = None
    """Least distance of the two themselves, where nothing but a stand-off or a minimum joins them."""

    @property
    def span(self) -> str:
        """From when to when, in hours."""
        return f"{_hour(self.start_us)} to {_hour(self.end_us)}"


def any_as_expected(step: Step, meetings: Sequence[Meeting]) -> str:
    """What was seen of the first that is as a scenario says.

    Args:
        step: What is expected, in its details.
        meetings: At least one.

    Raises:
        Unmet: none is; it says what the last one is instead.
    """
    missed = ""
    for one in meetings:
        try:
            return _as_expected(step, one)
        except Unmet as error:
            missed = str(error)
    raise Unmet(missed)


def near(what: str, found: float | None, wanted: Amount) -> None:
    """That a size is what was expected: an area in square metres, or a length in metres.

    Raises:
        Unmet: it is not, or nobody says how large it is.
    """
    if found is None:
        raise Unmet(f"no {what} is told of it")
    shown = square_km if wanted.is_area else metres
    if abs(found - wanted.value) > wanted.within * wanted.value:
        raise Unmet(f"the {what} is {shown(found)}, expected {shown(wanted.value)}")


def square_km(area_m2: float) -> str:
    """An area as whoever looks on reads it."""
    return f"{area_m2 / _SQUARE_KM:,.4g} km2"


def metres(length_m: float) -> str:
    """A length as whoever looks on reads it."""
    return f"{length_m:,.0f} m" if length_m < _IN_KM_M else f"{length_m / 1000:,.1f} km"


def _as_expected(step: Step, seen: Meeting) -> str:
    """What is expected of it is looked at, and said; and from when to when it is."""
    told = [seen.other]
    for what, found, detail, shown, tail in (
        ("shared area", seen.area_m2, "area", square_km, "shared"),
        ("distance", seen.apart_m, "apart", metres, "apart"),
        ("radius", seen.radius_m, "stay-away", metres, "round it"),
    ):
        wanted: Amount | None = step.one(detail)
        if wanted is not None:
            near(what, found, wanted)
            assert found is not None
            told.append(f"{shown(found)} {tail}")
    span: Span | None = step.one("from")
    if span is not None:
        _at("start", seen.start_us, span.start_us)
        _at("end", seen.end_us, span.end_us)
    told.append(seen.span)
    heights = step.one("heights")
    if heights is not None:
        told.append(_heights(seen.heights_w84_m, *heights))
    for name in ("certainty", "level", "goes-first"):
        value = getattr(seen, name.replace("-", "_"))
        if step.one(name) is not None:
            if value != step.one(name):
                raise Unmet(f"its {name} is {value}")
            told.append(str(value))
    return ", ".join(told)


def _at(what: str, found_us: int | None, wanted_us: int | None) -> None:
    if found_us is None or wanted_us is None:
        off = found_us != wanted_us
    else:
        off = abs(found_us - wanted_us) > _TIMES_WITHIN_US
    if off:
        raise Unmet(f"its {what} is {_instant(found_us)}, expected {_instant(wanted_us)}")


def _heights(
    found: tuple[float | None, float | None] | None, low_m: float, high_m: float, within_m: float
) -> str:
    if found is None:
        raise Unmet("no shared heights are told of it")
    for one, wanted_m in zip(found, (low_m, high_m), strict=True):
        if one is None or abs(one - wanted_m) > within_m:
            raise Unmet(f"the shared heights are {found[0]} to {found[1]} m W84")
    return f"{found[0]:,.0f} to {found[1]:,.0f} m W84"


def _instant(time_us: int | None) -> str:
    return "no limit" if time_us is None else format_instant(time_us)


def _hour(time_us: int | None) -> str:
    return hour(None if time_us is None else format_instant(time_us))
