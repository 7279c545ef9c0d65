"""``--format html``: one page that opens offline and can be sent to a colleague.

It holds everything it needs: drawings, style and words, no script and no address outside itself,
under a content policy that lets nothing else in. What another party wrote is escaped everywhere.
Every fact that is drawn also stands in a table. The same input gives the same bytes.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from keepclear.detect.crossing import Comparison, Crossing, Minima, Side
from keepclear.domain.declaration import Declaration, Ground
from keepclear.domain.window import Window
from keepclear.faces import words
from keepclear.faces.report.cards import card
from keepclear.faces.report.diagram import draw_diagram
from keepclear.faces.report.maps import draw_map
from keepclear.faces.report.parties import Look, looks, patterns, swatch
from keepclear.faces.report.tables import crossings_table, declarations_table, left_out

__all__ = ["render_html"]

CARDS_MAX: Final = 100
"""Crossings with a card and a place on the drawings; all others stand in the table."""
DRAWN_MAX: Final = 1_500
"""Declarations on the map; those that cross come first."""
DIAGRAM_MAX: Final = 24
"""Declarations in the altitude-time diagram: more bars than this hide one another."""
_MAP_SIZE: Final = (1000.0, 760.0)
"""Width, and height at most, in pixels of the drawing; the page scales it."""
_DIAGRAM_SIZE: Final = (1000.0, 400.0)
_SMALL_DIAGRAM_SIZE: Final = (1000.0, 300.0)


def render_html(
    comparison: Comparison,
    declarations: Sequence[Declaration],
    *,
    title: str,
    generated: str | None,
    minima: Minima | None = None,
    span: Window | None = None,
    ground: Ground | None = None,
) -> str:
    """The whole page.

    Args:
        comparison: What was found.
        declarations: Everything that was read, with its parties.
        title: What the browser shows as the page's name.
        generated: When it was made, as words; nothing says nothing.
        minima: What had to remain free.
        span: The time asked for.
        ground: The ground where a declaration states none.
    """
    involved = _involved(comparison.crossings, declarations)
    style = looks([*comparison.parties, *(d.party for d in declarations)])
    numbered = list(enumerate(comparison.crossings, 1))[:CARDS_MAX]
    rest = [d for d in declarations if (d.party, d.id) not in involved]
    drawn = [*list(involved.values())[:DRAWN_MAX], *rest[: max(0, DRAWN_MAX - len(involved))]]
    page = _Page(comparison, declarations, style, numbered, involved, drawn)
    css = _asset("page.css")
    return Template(_asset("page.html")).substitute(
        policy=b64encode(sha256(css.encode()).digest()).decode(),
        css=css,
        title=escape(words.plain(title)),
        generated=f"made {escape(words.plain(generated))}" if generated else "",
        patterns=patterns(),
        heading=_heading(comparison),
        incomplete=_incomplete(comparison),
        asked=_asked(minima, span, ground),
        legend=_legend(page),
        map=_map(page),
        diagram=_diagram(page, ground),
        cards=_cards(page),
        table=crossings_table(comparison.crossings, style),
        compared=declarations_table(declarations, style, involved),
        left_out=left_out(comparison),
    )


@dataclass(frozen=True, slots=True)
class _Page:
    """What the parts of the page are made from."""

    comparison: Comparison
    declarations: Sequence[Declaration]
    looks: Mapping[str, Look]
    numbered: Sequence[tuple[int, Crossing]]
    involved: Mapping[tuple[str, str], Declaration]
    drawn: Sequence[Declaration]


def _asset(name: str) -> str:
    return files("keepclear.faces.report").joinpath(name).read_text(encoding="utf-8")


def _involved(
    crossings: Iterable[Crossing], declarations: Iterable[Declaration]
) -> dict[tuple[str, str], Declaration]:
    """The declarations that cross anything, in the order of the crossings."""
    known = {(d.party, d.id): d for d in declarations}
    sides: Iterable[Side] = (side for c in crossings for side in (c.a, c.b))
    keys = dict.fromkeys((side.party, side.id) for side in sides)
    return {key: known[key] for key in keys if key in known}


def _heading(comparison: Comparison) -> str:
    first, *rest = words.closing(comparison).split("; ")
    first = first[:1].upper() + first[1:]
    return f"{escape(first)}<small>{escape('; '.join(rest))}.</small>"


def _incomplete(comparison: Comparison) -> str:
    if comparison.complete:
        return ""
    rows = words.count(len(comparison.refused), "row")
    return (
        f'<p class="incomplete" role="note"><strong>This answer is incomplete.</strong> {rows} '
        'could not be used; <a href="#left-out">they are listed below</a>. What they hold may '
        "cross, too.</p>"
    )


def _asked(minima: Minima | None, span: Window | None, ground: Ground | None) -> str:
    facts = [("To be kept free", words.minima(minima))] if minima else []
    if span and span.start_us is not None:
        facts.append(("Only after", f"{words.moment(span.start_us)} UTC"))
    if span and span.end_us is not None:
        facts.append(("Only before", f"{words.moment(span.end_us)} UTC"))
    if ground:
        low, high = ground.lowest_m, ground.highest_m
        facts.append(("Ground where none is stated", f"{low:g} to {high:g} m above the sea"))
    return "".join(f"<div><dt>{escape(a)}</dt><dd>{escape(b)}</dd></div>" for a, b in facts)


def _legend(page: _Page) -> str:
    entries = []
    for party, look in page.looks.items():
        own = sum(d.party == party for d in page.declarations)
        name = escape(words.plain(party)) if party else "no party named"
        entries.append(f"<li>{swatch(look)} {name} <small>({own:,})</small></li>")
        if len(entries) == 24 and len(page.looks) > 25:
            entries.append(f"<li>and {len(page.looks) - 24:,} more parties</li>")
            break
    return f'<ul class="legend">{"".join(entries)}</ul>'


def _map(page: _Page) -> str:
    important = [d for d in page.drawn if (d.party, d.id) in page.involved] or page.drawn
    drawing = draw_map(
        page.drawn,
        page.numbered,
        page.looks,
        important=important,
        size=_MAP_SIZE,
        title=f"Map of {words.count(len(page.drawn), 'declaration')} and "
        f"{words.count(len(page.numbered), 'crossing')}; the tables below hold the same facts",
    )
    more = len(page.declarations) - len(page.drawn)
    notes = [f"{words.count(more, 'declaration')} more not drawn."] if more else []
    return drawing + "".join(f"<p>{escape(note)}</p>" for note in notes)


def _diagram(page: _Page, ground: Ground | None) -> str:
    chosen = list(page.involved.values())[:DIAGRAM_MAX]
    if not chosen:
        return "<p>Nothing crosses, so there is nothing to draw.</p>"
    keys = {(d.party, d.id) for d in chosen}
    among = [
        (number, c)
        for number, c in page.numbered
        if {(c.a.party, c.a.id), (c.b.party, c.b.id)} <= keys
    ]
    size = _DIAGRAM_SIZE if len(chosen) > 3 else _SMALL_DIAGRAM_SIZE
    drawing = draw_diagram(chosen, among, page.looks, ground=ground, size=size)
    more = len(page.involved) - len(chosen)
    note = f"{words.count(more, 'declaration')} more that cross are not drawn here."
    return f"{drawing}<p>{note}</p>" if more else drawing


def _cards(page: _Page) -> str:
    known = {(d.party, d.id): d for d in page.declarations}
    cards = [card(n, c, known, page.looks) for n, c in page.numbered]
    if not cards:
        return "<p>No crossing was found among what was compared.</p>"
    more = len(page.comparison.crossings) - len(cards)
    note = f"<p>{words.count(more, 'crossing')} more in the table below.</p>" if more else ""
    return f'<div class="cards">{"".join(cards)}</div>{note}'
