"""The words people read: one home for every sentence, so that all reports say the same.

Written to be read aloud over a bad line at night: short, times in UTC, units said, nothing called
clear. :func:`plain` makes foreign text safe to show: what another party wrote may hold control
characters that move a terminal's cursor, or marks that turn text around.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from math import ceil, floor
from types import MappingProxyType
from typing import Final

from keepclear.detect.crossing import Claim, Comparison, Crossing, CrossingKind, Minima, Side
from keepclear.domain.declaration import Kind
from keepclear.domain.units import MICROSECONDS
from keepclear.domain.window import format_instant
from keepclear.errors import Refusal

__all__ = [
    "NOT_YET",
    "altitudes",
    "apart",
    "area",
    "between",
    "certainty",
    "claim",
    "closing",
    "count",
    "duration",
    "length",
    "listed",
    "minima",
    "moment",
    "not_compared",
    "plain",
    "refusal",
    "shared",
    "span",
    "unconfirmed",
    "w84",
    "who",
]

NOT_YET: Final = MappingProxyType(
    {
        "draft": (
            "it does not stand yet, and nobody is told of it: a second person verifies it, then it is "
            "submitted"
        ),
        "verified": "it does not stand yet, and nobody is told of it: it is still to be submitted",
    }
)
"""What is said of a site or movement by its stage, where that may be taken for more than it is."""
PARTIES_NAMED: Final = 6
"""More parties than this are counted instead of listed."""
_SHALLOW_M: Final = 0.1
"""What is shared less deep than this is said to be: positions are rarely known so well, and within
1 cm the rounding of positions and edges may make or unmake it."""
_REFUSED_WHOLE: Final = "every part was refused"
"""Such a declaration is not counted again beside its refused parts."""
_UNSAFE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories without a shape of their own: controls, turning marks, half characters."""
_JOINERS: Final = frozenset("\u200c\u200d")
"""Cf characters that Persian, Indic scripts and many names need."""


def plain(text: str) -> str:
    """Text of a foreign hand on one line: what has no shape is shown by its code point."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character
        if character in _JOINERS or unicodedata.category(character) not in _UNSAFE
        else f"\\u{ord(character):04x}"
        for character in text
    )


def count(number: int, noun: str, plural: str | None = None) -> str:
    """``1 crossing``, ``2 crossings``, ``1,243 parties``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(names: Sequence[str]) -> str:
    """``A``, ``A and B``, ``A, B and C``."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def who(side: Side) -> str:
    """Party and identifier; what is no operation is named as what it is."""
    name = plain(f"{side.party} {side.id}".strip()) or "(without a name)"
    return name if side.kind is Kind.OPERATION else f"{name} ({side.kind.value})"


def between(crossing: Crossing | Claim) -> str:
    """Both sides of it."""
    return f"{who(crossing.a)} and {who(crossing.b)}"


def moment(instant_us: int, *, up: bool = False) -> str:
    """``2015-11-20 06:30``, with seconds where there are any; rounded down, or ``up``, to them."""
    seconds = -(-instant_us // MICROSECONDS) if up else instant_us // MICROSECONDS
    day, clock = format_instant(seconds * MICROSECONDS)[:-1].split("T")
    return f"{day} {clock[:5] if clock.endswith(':00') else clock}"


def span(start_us: int | None, end_us: int | None) -> str:
    """From when until when; the day is said once where it is one day. Rounded outward."""
    if start_us is None and end_us is None:
        return "at all times"
    if start_us is None or end_us is None:
        start = "" if start_us is None else f"from {moment(start_us)} "
        return f"{start}until " + ("further notice" if end_us is None else moment(end_us, up=True))
    start, end = moment(start_us), moment(end_us, up=True)
    if start == end:
        return start
    same_day = start.split()[0] == end.split()[0]
    return f"{start} to {end.split()[1] if same_day else end}"


def duration(microseconds: int) -> str:
    """``34 min 20 s``, ``1 h``, ``2 d 3 h``: the two largest units, rounded up to the second."""
    seconds = -(-microseconds // MICROSECONDS)
    if seconds == 0:
        return "an instant"
    sizes = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
    words: list[str] = []
    for unit, size in sizes:
        number, seconds = divmod(seconds, size)
        if number:
            words.append(f"{number} {unit}")
    return " ".join(words[:2])


def length(metres: float) -> str:
    """Metres to 10 km, kilometres beyond; below 10 m with centimetres."""
    if metres >= 9_999.5:
        return f"{metres / 1000:,.1f} km"
    return f"{metres:,.0f} m" if metres >= 9.995 else f"{metres:.2f} m"


def area(square_metres: float) -> str:
    """Square metres to 0.1 km², square kilometres beyond."""
    if square_metres >= 99_999.5:
        return f"{square_metres / 1e6:,.{1 if square_metres >= 9_995_000 else 2}f} km²"
    return f"{square_metres:,.0f} m²" if square_metres >= 0.5 else "under 1 m²"


def w84(lower_m: float | None, upper_m: float | None) -> str:
    """A band above the ellipsoid in whole metres, rounded outward."""
    lower = "" if lower_m is None else f"{floor(lower_m):,}"
    upper = "" if upper_m is None else f"{ceil(upper_m):,}"
    if lower and upper:
        return f"{lower} to {upper} m W84"
    if lower:
        return f"from {lower} m W84 up"
    return f"up to {upper} m W84" if upper else "at all heights"


def altitudes(crossing: Crossing) -> str:
    """The shared band as declared, where both use one reference; else above the ellipsoid."""
    if crossing.altitude is not None:
        return str(crossing.altitude)
    return w84(*crossing.altitude_w84_m)


def certainty(crossing: Crossing) -> str:
    """``certain`` or ``possible``."""
    return "certain" if crossing.certain else "possible"


def apart(crossing: Crossing) -> str:
    """How far they are from each other, in the dimensions in which they are."""
    gaps = [
        f"{length(crossing.horizontal_m)} beside" if crossing.horizontal_m > 0 else "",
        f"{length(crossing.vertical_m)} in height" if crossing.vertical_m > 0 else "",
        f"{duration(round(crossing.time_s * MICROSECONDS))} in time" if crossing.time_s > 0 else "",
    ]
    return ", ".join(gap for gap in gaps if gap) or "no gap left"


def shared(crossing: Crossing) -> str:
    """The size of the shared area, or how close they come."""
    if crossing.kind is CrossingKind.SEPARATION:
        gap = apart(crossing)
        return gap if gap.startswith("no") else f"only {gap}"
    size = "they meet" if crossing.area_m2 is None else area(crossing.area_m2)
    return f"{size}{_shallow(crossing)}"


def _shallow(crossing: Crossing) -> str:
    """How deep, where it is so little that a vertex moved by a hand's breadth would end it."""
    depth_m = crossing.depth_m
    if depth_m is None or depth_m >= _SHALLOW_M or crossing.horizontal_m > 0:
        return ""
    millimetres = round(depth_m * 1000)
    return f", shared {millimetres} mm deep" if millimetres else ", the footprints only touch"


def unconfirmed(side: Side) -> str | None:
    """What is said where a site's validity has ended; nothing otherwise."""
    if side.unconfirmed_since_us is None:
        return None
    since = moment(side.unconfirmed_since_us)
    return f"{who(side)} is unconfirmed since {since} UTC; it stands until it is removed"


def claim(one: Claim) -> str:
    """Two areas of activity on the same ground."""
    size = "" if one.area_m2 is None else f" ({area(one.area_m2)})"
    return f"claimed by both {between(one)}{size}"


def minima(asked: Minima) -> str:
    """What must remain free between two declarations, in one line."""
    parts = [
        f"{length(asked.horizontal_m)} beside" if asked.horizontal_m else "",
        f"{length(asked.vertical_m)} in height" if asked.vertical_m else "",
        f"{duration(asked.time_us)} in time" if asked.time_us else "",
    ]
    return ", ".join(part for part in parts if part) or "none: only what meets is a crossing"


def closing(comparison: Comparison, found: tuple[int, int] | None = None) -> str:
    """The honest last sentence of every check. It never says that anything is free.

    ``found`` gives the number of crossings and of certain ones where they are not in the comparison.
    """
    rows = len(comparison.refused) + sum(
        number for reason, number in comparison.not_compared if reason != _REFUSED_WHOLE
    )
    tail = f"{count(rows, 'row')} not compared; parties that declare nothing are not seen"
    if not comparison.compared:
        return f"nothing was compared; {tail}"
    if found is None:
        certain = sum(crossing.certain for crossing in comparison.crossings)
        found = len(comparison.crossings), certain
    return f"{_found(*found)} among {_compared(comparison)}; {tail}"


def _found(crossings: int, certain: int) -> str:
    if not crossings:
        return "no crossing"
    if certain in {0, crossings}:
        all_ = "all " if crossings > 1 else ""
        return f"{count(crossings, 'crossing')} ({all_}{'certain' if certain else 'possible'})"
    return f"{count(crossings, 'crossing')} ({certain:,} certain, {crossings - certain:,} possible)"


def _compared(comparison: Comparison) -> str:
    declarations = count(comparison.compared, "declaration")
    named = [plain(party) for party in comparison.parties if party]
    if not named:
        return f"{declarations} without a party"
    if len(named) > PARTIES_NAMED:
        return f"{declarations} of {len(named):,} parties"
    others = [] if len(named) == len(comparison.parties) else ["others unnamed"]
    return f"{declarations} of {listed([*named, *others])}"


def not_compared(comparison: Comparison) -> Iterable[str]:
    """Each reason with its number."""
    for reason, number in comparison.not_compared:
        yield f"{count(number, 'declaration')} not compared: {plain(reason)}"


def refusal(refused: Refusal) -> str:
    """Where, and what is wrong there."""
    text = f"{refused.where}: {refused.message}" if refused.where else refused.message
    return plain(text)
