"""The tables of the page: the same facts as the drawings, for reading aloud and printing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Final

from keepclear.detect.crossing import Comparison, Crossing
from keepclear.domain.altitude import AltitudeBand
from keepclear.domain.declaration import Declaration, Part
from keepclear.domain.footprint import Circle, Corridor
from keepclear.domain.route import Route
from keepclear.domain.schedule import Schedule
from keepclear.faces import words
from keepclear.faces.report.parties import Look, swatch

__all__ = ["crossings_table", "declarations_table", "left_out"]

ROWS_MAX: Final = 1_000
"""Rows of one table; a page with more is a file for machines."""


def crossings_table(crossings: Sequence[Crossing], looks: Mapping[str, Look]) -> str:
    """One row for each crossing, numbered as on the drawings."""
    if not crossings:
        return "<p>No crossing was found among what was compared.</p>"
    rows = [
        (
            f'<a href="#crossing-{n}">{n}</a>' if n <= 100 else str(n),
            *(f"{swatch(looks[s.party])} {escape(words.who(s))}" for s in (c.a, c.b)),
            escape(words.span(c.time_start_us, c.time_end_us)),
            escape(words.altitudes(c)),
            escape(words.shared(c)),
            words.certainty(c),
        )
        for n, c in enumerate(crossings[:ROWS_MAX], 1)
    ]
    heads = ("#", "who", "and who", "when (UTC)", "altitudes", "shared", "")
    return _table(heads, rows, len(crossings))


def declarations_table(
    declarations: Sequence[Declaration],
    looks: Mapping[str, Look],
    involved: Mapping[tuple[str, str], Declaration],
) -> str:
    """One row for each declaration that was read, those that cross marked."""
    rows = [
        (
            f"{swatch(looks[d.party])} {escape(words.plain(d.party))}",
            escape(words.plain(d.id)),
            d.kind.value,
            "<br>".join(escape(text) for text in _each(d.parts, _where)),
            "<br>".join(escape(text) for text in _each(d.parts, _when)),
            "<br>".join(escape(text) for text in _each(d.parts, _height)),
            "crosses" if (d.party, d.id) in involved else "",
        )
        for d in declarations[:ROWS_MAX]
    ]
    heads = ("party", "id", "kind", "shape", "when (UTC)", "altitudes", "")
    return _table(heads, rows, len(declarations))


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], total: int) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    more = f"<p>and {total - len(rows):,} more</p>" if total > len(rows) else ""
    return (
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        f"</div>{more}"
    )


def _each(parts: Sequence[Part], say: Callable[[Part], str]) -> list[str]:
    """What is said of each part, each sentence once, at most three."""
    found = list(dict.fromkeys(say(part) for part in parts))
    return found if len(found) <= 3 else [*found[:2], f"and {len(found) - 2} more"]


def _where(part: Part) -> str:
    if isinstance(part, Route):
        return f"moving, {words.length(part.half_width_m)} to each side"
    footprint = part.footprint
    if isinstance(footprint, Circle):
        return f"circle, {words.length(footprint.radius_m)}" if footprint.radius_m else "point"
    if isinstance(footprint, Corridor):
        return f"corridor, {words.length(footprint.half_width_m)} to each side"
    return "polygon" if len(footprint.polygons) == 1 else f"{len(footprint.polygons)} polygons"


def _when(part: Part) -> str:
    if isinstance(part, Route):
        return words.span(part.waypoints[0].time_us, part.waypoints[-1].time_us)
    if isinstance(part.window, Schedule):
        window = part.window.window
        return f"every week, {words.span(window.start_us, window.end_us)}"
    return words.span(part.window.start_us, part.window.end_us)


def _height(part: Part) -> str:
    band = part.waypoints[0].band if isinstance(part, Route) else part.band
    return _band(band)


def _band(band: AltitudeBand) -> str:
    return "all heights" if band.lower is None and band.upper is None else str(band)


def left_out(comparison: Comparison) -> str:
    """What was not compared and why, what was refused, what should be looked at."""
    parts = [
        _list("Not compared", list(words.not_compared(comparison))),
        _list("Refused", [words.refusal(refused) for refused in comparison.refused]),
        _list("To be looked at", [words.plain(text) for text in comparison.warnings]),
        _list("Claimed by both", [words.claim(claim) for claim in comparison.claims]),
    ]
    found = "".join(parts)
    return found or "<p>Every row that was read was compared.</p>"


def _list(title: str, lines: Sequence[str]) -> str:
    if not lines:
        return ""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines[:ROWS_MAX])
    more = f"<li>and {len(lines) - ROWS_MAX:,} more</li>" if len(lines) > ROWS_MAX else ""
    return f"<h3>{escape(title)} ({len(lines):,})</h3><ul>{items}{more}</ul>"
