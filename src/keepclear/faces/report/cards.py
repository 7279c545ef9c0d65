"""One card for each crossing: who, when, which altitudes, how certain and why not, how near."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Final

from keepclear.detect.crossing import Crossing, CrossingKind, Side
from keepclear.domain.altitude import Reference
from keepclear.domain.declaration import Declaration
from keepclear.faces import words
from keepclear.faces.report.maps import draw_inset
from keepclear.faces.report.parties import Look, swatch
from keepclear.faces.report.plane import Plane, geometry_rings, inner_point
from keepclear.faces.report.svg import PRIME

__all__ = ["card"]

_INSET: Final = (280.0, 190.0)
Known = Mapping[tuple[str, str], Declaration]


def card(number: int, crossing: Crossing, known: Known, looks: Mapping[str, Look]) -> str:
    """An article that can be read aloud from top to bottom."""
    sides = (crossing.a, crossing.b)
    names = " and ".join(
        f"<span>{swatch(looks[side.party])} {escape(words.who(side))}</span>" for side in sides
    )
    certain = words.certainty(crossing)
    meets = "they meet" if crossing.kind is CrossingKind.OVERLAP else "closer than asked"
    facts = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{value}</dd></div>"
        for name, value in _facts(crossing, known)
    )
    inset = _inset(crossing, known, looks)
    return (
        f'<article class="card" id="crossing-{number}"><header><b class="number">{number}</b>'
        f"<h3>{names}</h3>"
        f'<p class="chips"><span class="{certain}">{certain}</span><span>{meets}</span></p>'
        f'</header><div class="body"><dl>{facts}</dl>{inset}</div></article>'
    )


def _facts(crossing: Crossing, known: Known) -> Iterable[tuple[str, str]]:
    """Names and values; the values are HTML already."""
    start, end = crossing.time_start_us, crossing.time_end_us
    when = escape(words.span(start, end))
    if start is not None or end is not None:
        when += " UTC"
    if start is not None and end is not None:
        when += f" <small>{escape(words.duration(end - start))}</small>"
    yield "When", when
    yield "Altitudes between" if crossing.vertical_m > 0 else "Altitudes", _altitudes(crossing)
    if crossing.area_m2 is not None:
        yield "Shared area", f"{escape(words.area(crossing.area_m2))}{_around(crossing)}"
    if crossing.kind is CrossingKind.SEPARATION:
        yield "Apart", escape(words.apart(crossing))
    if crossing.why_possible:
        reasons = "".join(
            f"<li>{escape(words.plain(reason))}</li>" for reason in crossing.why_possible
        )
        yield "Only possible, because", f"<ul>{reasons}</ul>"
    sides = [(s, known.get((s.party, s.id))) for s in (crossing.a, crossing.b)]
    for name, say in _SIDE_FACTS:
        lines = [escape(text) for side, d in sides if (text := say(side, d))]
        if lines:
            yield name, "<br>".join(lines)


def _behalf(side: Side, declaration: Declaration | None) -> str | None:
    if declaration is None or not declaration.on_behalf_of:
        return None
    return f"{words.who(side)}: {words.plain(declaration.on_behalf_of)}"


def _standoff(side: Side, declaration: Declaration | None) -> str | None:
    if declaration is None or declaration.standoff_m <= 0:
        return None
    return f"{words.length(declaration.standoff_m)} from {words.who(side)}"


def _parts(side: Side, declaration: Declaration | None) -> str | None:
    if declaration is None or len(declaration.parts) < 2 or not side.parts:
        return None
    numbers = [str(part + 1) for part in side.parts[:12]]
    return f"{words.who(side)}: {words.listed(numbers)} of {len(declaration.parts)}"


def _unconfirmed(side: Side, _: Declaration | None) -> str | None:
    return words.unconfirmed(side)


_SIDE_FACTS: Final = (
    ("Unconfirmed", _unconfirmed),
    ("Stand-off", _standoff),
    ("On behalf of", _behalf),
    ("Which parts", _parts),
)


def _altitudes(crossing: Crossing) -> str:
    """As declared, and above the ellipsoid where that is something else."""
    ellipsoid = words.w84(*crossing.altitude_w84_m)
    band = crossing.altitude
    if band is None:
        return escape(ellipsoid)
    limits = [limit for limit in (band.lower, band.upper) if limit is not None]
    if all(limit.reference is Reference.W84 for limit in limits):
        return escape(str(band) if limits else ellipsoid)
    return f"{escape(str(band))} <small>{escape(ellipsoid)}</small>"


def _around(crossing: Crossing) -> str:
    """A place in the middle of the shared area, in the two notations that are read out most."""
    rings = geometry_rings(crossing.area)
    if not rings:
        return ""
    plane = Plane.around(pair for ring in rings for pair in ring)
    place = plane.place(inner_point([plane.line(ring) for ring in rings]))
    north = "N" if place.latitude >= 0 else "S"
    east = "E" if place.longitude >= 0 else "W"
    minutes = f"{_minutes(place.latitude, 2)} {north}, {_minutes(place.longitude, 3)} {east}"
    decimal = f"{place.latitude:.4f}, {place.longitude:.4f}"
    return f" <small>around {decimal}</small> <small>{minutes}</small>"


def _minutes(angle: float, digits: int) -> str:
    tenths = round(abs(angle) * 600)
    return f"{tenths // 600:0{digits}d}°{tenths % 600 / 10:04.1f}{PRIME}"


def _inset(crossing: Crossing, known: Known, looks: Mapping[str, Look]) -> str:
    keys = [(side.party, side.id) for side in (crossing.a, crossing.b)]
    a, b = (known.get(key) for key in keys)
    if a is None or b is None:
        return ""
    title = f"Map of {words.between(crossing)}"
    return draw_inset((a, b), crossing, looks, size=_INSET, title=title)
