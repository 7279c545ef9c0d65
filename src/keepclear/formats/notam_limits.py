"""The heights of a NOTAM: items F and G, the limits of its Q-line, and ranges written in its text.

They say the same thing three times and do not always agree. On 17 July 2014 a notice carried two
ceilings, FL320 and FL530, and aircraft flew between them. So all are compared: where two differ by
more than rounding, that is a finding (``altitude.two-ceilings``, ``altitude.two-floors``), and the
larger band is the one that holds. Where they agree, items F and G hold, which say it exactly.

The Q-line rounds to flight levels, and 000 and 999 there stand for nothing in particular; neither
is ever taken for a second opinion. A text may give each of its areas a band of its own: only its
highest ceiling and its lowest floor are held against the rest. Heights above ground are held against
each other alone, because nobody here knows the ground.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from keepclear.domain.altitude import Altitude, AltitudeBand, Reference, Units
from keepclear.domain.finding import Finding, Severity
from keepclear.domain.units import FLIGHT_LEVEL_M
from keepclear.errors import InputError
from keepclear.formats.airlimits import air_band, air_limit
from keepclear.formats.place import Place
from keepclear.formats.remarks import Remarks

__all__ = ["FROM_Q_LINE", "SLACK_FL", "QLine", "band_of", "read_q_line"]

SLACK_FL: Final = 5.0
"""Flight levels by which two limits may differ and still be one: the Q-line rounds up to whole levels,
and metres, feet and standard pressure do not match exactly."""
FROM_Q_LINE: Final = (
    "without items F and G: the limits are those of the Q-line, which are rounded to flight levels"
)
_NO_LIMITS: Final = "without any limits: taken to have none"

_Q_LINE: Final = re.compile(
    r"(?P<fir>[A-Z]{4})\s*/\s*Q(?P<subject>[A-Z]{2})(?P<condition>[A-Z]{2})\s*/[^/]{0,20}/[^/]{0,20}/"
    r"[^/]{0,20}/\s*(?P<lower>\d{3})\s*/\s*(?P<upper>\d{3})\s*"
    r"(?:/\s*(?P<place>\d{4}[NS]\d{5}[EW])\s*(?P<radius>\d{3})?)?",
    re.ASCII,
)
_LIMIT: Final = (
    r"(?:SFC|GND|UNL(?:IM(?:ITED)?)?|FL\s?\d{2,3}|\d{1,3}(?:,\d{3})+\s?(?:FT|M)"
    r"|\d{1,6}\s?(?:FT|M)\b(?:\s?(?:AMSL|MSL|AGL))?)"
)
_LEAD: Final = (
    r"\b(?:VERTICAL\s+(?:LIMITS?|ALTITUDE)|LIMITS|ALTITUDES?|LEVELS?|FM|FROM|BTN|BETWEEN)\s*:?\s*"
)
_RANGE: Final = re.compile(
    rf"(?:{_LEAD}(?P<a>{_LIMIT})|(?P<b>\b(?:SFC|GND)))\s*(?:-|/|TO|UP\s+TO|AND|UNTIL)\s*"
    rf"(?P<upper>{_LIMIT})",
    re.ASCII,
)
_UP_TO: Final = re.compile(
    r"\b(?:UP\s+TO|BELOW|AT\s+OR\s+BELOW)\s+(?P<upper>FL\s?\d{2,3})\b", re.ASCII
)
_UNSAID: Final = {"000", "999"}


@dataclass(frozen=True, slots=True)
class QLine:
    """What the coded line says."""

    fir: str
    subject: str
    """Second and third letter of the code: RD danger area, WM missile firing, MR runway, ..."""
    lower: str
    upper: str
    place: str
    radius_nm: int | None


def read_q_line(text: str) -> QLine | None:
    """A Q-line, or None where there is none that can be read."""
    match = _Q_LINE.match(text)
    if match is None:
        return None
    radius = match["radius"]
    return QLine(
        match["fir"],
        match["subject"],
        match["lower"],
        match["upper"],
        match["place"] or "",
        int(radius) if radius else None,
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """One limit, and who says so."""

    by: str
    limit: Altitude | None


def band_of(
    items: dict[str, str], q_line: QLine | None, where: str, remarks: Remarks
) -> tuple[AltitudeBand, list[Finding]]:
    """The band that holds everything the notice says, and what contradicts itself.

    Raises:
        InputError: ``altitude.*``.
    """
    lower, upper = (_item(items, letter, remarks) for letter in "FG")
    if lower is None and upper is None:
        remarks.add(FROM_Q_LINE if q_line else _NO_LIMITS)
    floors, ceilings = _ranges(items.get("E", ""))
    if q_line and q_line.lower not in _UNSAID:
        floors.append(_Said("the Q-line", _level(q_line.lower)))
    if q_line and q_line.upper not in _UNSAID:
        ceilings.append(_Said("the Q-line", _level(q_line.upper)))
    bottom, low = _agreed(lower, floors, _Side("floor", _low, outer=min), where)
    top, high = _agreed(upper, ceilings, _Side("ceiling", _high, outer=max), where)
    return air_band(bottom, top), [finding for finding in (low, high) if finding is not None]


@dataclass(frozen=True, slots=True)
class _Side:
    name: str
    height: Callable[[_Said], float]
    outer: Callable[..., _Said]
    """Which of two limits leaves more room to the notice."""


def _item(items: dict[str, str], letter: str, remarks: Remarks) -> _Said | None:
    text = items.get(letter, "").split("\n")[0].strip(" ).")
    if not text:
        return None
    with Place(f"item {letter}"):
        return _Said(f"item {letter}", air_limit(text.replace(",", ""), remarks))


def _agreed(
    item: _Said | None, others: list[_Said], side: _Side, where: str
) -> tuple[Altitude | None, Finding | None]:
    """The limit that holds, and a finding where somebody says another one."""
    if item is None:
        return (side.outer(others, key=side.height).limit if others else None), None
    differing = [said for said in others if _differ(item, said, side)]
    if not differing:
        return item.limit, None
    taken = side.outer([item, *differing], key=side.height)
    other = differing[0] if taken is item else item
    return taken.limit, Finding(
        f"altitude.two-{side.name}s",
        Severity.WRONG,
        where,
        f"the notice has two {side.name}s: {_shown(taken)} in {taken.by}, but {_shown(other)} in "
        f"{other.by}; the larger band is compared",
        "ask whoever issued it which one holds, and keep to the larger until then",
    )


def _differ(one: _Said, other: _Said, side: _Side) -> bool:
    above_ground = [
        said.limit is not None and said.limit.reference is Reference.AGL for said in (one, other)
    ]
    if above_ground[0] is not above_ground[1]:
        return False
    a, b = side.height(one), side.height(other)
    return a != b and abs(a - b) > SLACK_FL


def _ranges(text: str) -> tuple[list[_Said], list[_Said]]:
    """The lowest floor and the highest ceiling of ranges such as SFC-FL320 in the text of item E."""
    floors: list[_Said] = []
    ceilings: list[_Said] = []
    for match in (*_RANGE.finditer(text), *_UP_TO.finditer(text)):
        found = match.groupdict()
        floor = _written(found.get("a") or found.get("b") or "")
        ceiling = _written(found["upper"])
        floors += [floor] if floor is not None else []
        ceilings += [ceiling] if ceiling is not None else []
    return sorted(floors, key=_low)[:1], sorted(ceilings, key=_high)[-1:]


def _written(text: str) -> _Said | None:
    """A limit in the text; one without its unit or reference is no second opinion."""
    try:
        limit = air_limit(text.replace(",", ""), Remarks("", "")) if text else None
    except InputError:
        return None
    return None if limit is None and not text.startswith("UNL") else _Said("the text", limit)


def _level(digits: str) -> Altitude:
    return Altitude(float(digits), Units.FL, Reference.STD)


def _nominal_fl(limit: Altitude) -> float:
    """Hundreds of feet, whatever they are measured from; for comparing what one author wrote."""
    return limit.metres / FLIGHT_LEVEL_M


def _low(said: _Said) -> float:
    if said.limit is None or said.limit.reference is Reference.SFC:
        return float("-inf")
    return _nominal_fl(said.limit)


def _high(said: _Said) -> float:
    return float("inf") if said.limit is None else _nominal_fl(said.limit)


def _shown(said: _Said) -> str:
    return "unlimited" if said.limit is None else str(said.limit)
