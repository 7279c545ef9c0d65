"""Declarations -> one A4 page for the vehicle that has no network: black and white, with a QR code.

The page opens in any browser and prints as one sheet. Each place is written twice, in degrees and on
the military grid, with its check words, so that it can be read over a radio. What does not fit is
counted on the sheet and told; nothing is made smaller than can be read on a moving seat.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from itertools import groupby
from typing import Final

import segno

from keepclear.domain.altitude import AltitudeBand
from keepclear.domain.declaration import Declaration
from keepclear.domain.footprint import Area, Circle, Corridor
from keepclear.domain.position import Position
from keepclear.domain.route import Route, Waypoint
from keepclear.domain.schedule import Schedule
from keepclear.domain.stated import Notation
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import Window, format_instant
from keepclear.errors import InputError
from keepclear.formats.positions import write_position
from keepclear.formats.positions.checkwords import encode_place
from keepclear.formats.writers.geojson import LOST_WRITING
from keepclear.formats.writers.losses import Losses

__all__ = ["LINES_MAX", "QR_BYTES_MAX", "write"]

LINES_MAX: Final = 20
"""Places on one sheet: what A4 holds at a size that can be read in a moving vehicle."""
QR_BYTES_MAX: Final = 1_000
"""Bytes in the code: with a quarter of it damaged, a telephone still reads it at 45 mm."""
VERTICES_MAX: Final = 8
"""Corners of one outline that are written; more belong on a map, not on a sheet."""
_DEGREES_PRECISION_M: Final = 5.0
_GRID_PRECISION_M: Final = 1.0
_MINUTE_US: Final = 60_000_000
_NO_ROOM: Final = "being on the sheet, which is full"
_AWAY: Final = "its stand-off and position error as figures of their own: Keep away holds them"
_COURSE: Final = "its course between its points, and how far off its legs may be"
_HOLES: Final = "its holes: the sheet has outer outlines only"
_HOURS: Final = "its weekly hours: the sheet says 'certain hours'"
_WORDS: Final = (
    "its state, priority, ground, further words, and on whose behalf it is declared: the sheet is "
    "for people who drive"
)
_OUTLINE: Final = f"the corners of outlines of more than {VERTICES_MAX}: the sheet says how many"

_STYLE: Final = """
@page { size: A4 portrait; margin: 11mm }
* { box-sizing: border-box }
body { font: 9.5pt/1.25 "DejaVu Sans", Arial, sans-serif; color: #000; background: #fff;
  margin: 0 auto; max-width: 188mm }
h1 { font-size: 17pt; margin: 0 }
header { display: flex; justify-content: space-between; gap: 6mm; border-bottom: 1.2pt solid #000;
  padding-bottom: 2mm }
header svg { width: 45mm; height: 45mm; flex: none }
header p { margin: 1.2mm 0 0 }
.law { font-weight: bold }
table { width: 100%; border-collapse: collapse; margin-top: 2mm }
th, td { text-align: left; vertical-align: top; padding: .7mm 1.2mm .7mm 0;
  border-bottom: .3pt solid #777 }
th { font-size: 8pt; border-bottom: .8pt solid #000 }
tr.first td { border-top: .8pt solid #000 }
.place { font-family: "DejaVu Sans Mono", Consolas, monospace; font-size: 8.5pt; white-space: nowrap }
table { table-layout: fixed }
col:nth-child(1) { width: 7mm } col:nth-child(2) { width: 37mm } col:nth-child(3) { width: 70mm }
col:nth-child(4) { width: 19mm }
td:nth-child(4) { white-space: nowrap }
td > div { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden;
  overflow-wrap: anywhere }
footer { margin-top: 2mm; font-size: 8.5pt }
"""


@dataclass(frozen=True, slots=True)
class _Line:
    """One place on the sheet."""

    declaration: Declaration
    what: str
    """Which part or point, in two words; empty where the declaration is one place."""
    place: Position | None
    """Nothing where an outline is too long to be written."""
    keep_away: str
    heights: str
    when: str
    first: bool


def write(
    declarations: Sequence[Declaration], losses: Losses, *, made_us: int | None = None
) -> bytes:
    """The page, as HTML that needs nothing beside it.

    Args:
        declarations: What goes on the sheet, in this order.
        losses: Takes what did not fit.
        made_us: When the list was made; the sheet says so, because an old one misleads.
    """
    lines: list[_Line] = []
    left: list[Declaration] = []
    for said in declarations:
        _tell(said, losses)
        more = list(_lines(said, losses))
        if len(lines) + len(more) > LINES_MAX:
            left.append(said)
            losses.add(said, _NO_ROOM)
        else:
            lines += more
    code, coded = _code(lines, made_us)
    return _page(lines, len(left), code, coded, made_us).encode()


def _tell(said: Declaration, losses: Losses) -> None:
    """Note what a line of the sheet has no room for."""
    standing = [part for part in said.parts if isinstance(part, Volume4D)]
    areas = [part.footprint for part in standing if isinstance(part.footprint, Area)]
    further = (said.state, said.priority, said.ground, said.description, said.on_behalf_of)
    for lost, what in (
        (said.position_error_m > 0, _AWAY),
        (len(standing) < len(said.parts), _COURSE),
        (any(len(polygon.rings) > 1 for area in areas for polygon in area.polygons), _HOLES),
        (any(isinstance(part.window, Schedule) for part in standing), _HOURS),
        (any(further) or bool(said.notice), _WORDS),
        (bool(said.stated), LOST_WRITING),
    ):
        if lost:
            losses.add(said, what)


def _lines(said: Declaration, losses: Losses) -> Iterator[_Line]:
    first = True
    for number, part in enumerate(said.parts, 1):
        name = f"part {number}" if len(said.parts) > 1 else ""
        for line in _part(said, part, name, losses):
            yield _Line(said, *line, first)
            first = False


def _part(
    said: Declaration, part: Volume4D | Route, name: str, losses: Losses
) -> Iterator[tuple[str, Position | None, str, str, str]]:
    beyond_m = said.standoff_m + said.position_error_m
    if isinstance(part, Route):
        away = _metres(part.half_width_m + beyond_m)
        for stay in _stays(part):
            here, when = stay[0], _between(stay[0].time_us, stay[-1].time_us)
            yield name, here.position, away, _heights(here.band), when
        return
    heights, when, footprint = _heights(part.band), _window(part.window), part.footprint
    if isinstance(footprint, Circle):
        away = _metres(footprint.radius_m + beyond_m)
        yield name, footprint.center, away, heights, when
        return
    places, what, away_m = _corners(footprint)
    away = _metres(away_m + beyond_m)
    if len(places) > VERTICES_MAX:
        losses.add(said, _OUTLINE)
        yield f"{name} {what} of {len(places)} corners".strip(), None, away, heights, when
        return
    for number, place in enumerate(places, 1):
        yield f"{name} {what} {number}".strip(), place, away, heights, when
        heights = when = ""  # said once for all corners


def _stays(route: Route) -> Iterator[list[Waypoint]]:
    """The vertices of a route, those of one stay together."""
    for _, points in groupby(route.waypoints, key=lambda point: (point.position, point.band)):
        yield list(points)


def _corners(footprint: Area | Corridor) -> tuple[tuple[Position, ...], str, float]:
    if isinstance(footprint, Corridor):
        return footprint.vertices, "line", footprint.half_width_m
    rings = [place for polygon in footprint.polygons for place in polygon.rings[0]]
    return tuple(rings), "corner", 0.0


def _metres(length_m: float) -> str:
    return f"{length_m:,.0f} m" if length_m else "outline"


def _heights(band: AltitudeBand) -> str:
    lower = "no lower limit" if band.lower is None else str(band.lower)
    return f"{lower} to {'no limit' if band.upper is None else band.upper}"


def _window(window: Window | Schedule) -> str:
    outer = window.window if isinstance(window, Schedule) else window
    start, end = outer.start_us, outer.end_us
    if start is not None and end is not None:
        text = _between(start, end)
    elif start is not None:
        text = f"from {_instant(start)}"
    else:
        text = "always" if end is None else f"until {_instant(end)}"
    return f"{text}, certain hours" if isinstance(window, Schedule) else text


def _between(start_us: int, end_us: int) -> str:
    """Both instants, the day once where it is the same."""
    start, end = _instant(start_us), _instant(end_us)
    if start == end:
        return start
    day = start.partition(" ")[0] + " "
    return f"{start} to {end.removeprefix(day)}"


def _instant(instant_us: int) -> str:
    """To the minute; seconds only where there are any."""
    text = format_instant(instant_us).replace("T", " ").removesuffix("Z")
    return text.removesuffix(":00")


def _code(lines: Sequence[_Line], made_us: int | None) -> tuple[str, int]:
    """The QR code of as many lines as it holds, as SVG; and how many these are."""
    made = _instant(made_us - made_us % _MINUTE_US) + " UTC" if made_us is not None else ""
    text, held = f"keepclear {made}".strip(), 0
    for line in lines:
        row = "\n" + _coded(line)
        if len((text + row).encode()) > QR_BYTES_MAX:
            break
        text, held = text + row, held + 1
    out = BytesIO()
    segno.make(text, error="m", micro=False, boost_error=False).save(
        out, kind="svg", xmldecl=False, svgns=True, border=2, omitsize=True, nl=False
    )
    return out.getvalue().decode(), held


def _coded(line: _Line) -> str:
    said = line.declaration
    where = "" if line.place is None else f"{line.place.latitude:.5f},{line.place.longitude:.5f}"
    cells = (f"{said.party} {said.id}".strip(), line.what, where, line.keep_away, line.when)
    return ";".join(cell.replace(";", ",") for cell in cells)


def _page(lines: Sequence[_Line], left: int, code: str, coded: int, made_us: int | None) -> str:
    parties = sorted({line.declaration.party for line in lines} - {""})
    made = (
        "time not stated"
        if made_us is None
        else f"as known at {_instant(made_us - made_us % _MINUTE_US)} UTC"
    )
    rest = f"<p class=law>{left} more did not fit on this sheet.</p>" if left else ""
    rows = "".join(_row(number, line) for number, line in enumerate(lines, 1))
    held = "all lines" if coded == len(lines) else f"lines 1 to {coded}" if coded else "no lines"
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Keep clear: sheet</title>
<style>{_STYLE}</style></head><body>
<header><div><h1>Keep clear of these places</h1>
<p>Declared by {escape(", ".join(parties)) or "parties not named"}, {made}. All times UTC, WGS84.</p>
<p class=law>This sheet is information. It is no permission and no guarantee. Whoever is not on it
has the same protection under the law.</p>
<p>An older sheet may be wrong: ask your desk for the newest one. Read a place back by its check
words; one wrong letter or two exchanged ones are found.</p>{rest}</div>{code}</header>
<table><colgroup><col><col><col><col><col></colgroup>
<thead><tr><th>#<th>Who and what<th>Place; military grid, check words<th>Keep away
<th>Heights and time</tr></thead><tbody>{rows}</tbody></table>
<footer>The code above holds {held}. Names as their parties wrote them.</footer>
</body></html>
"""


def _row(number: int, line: _Line) -> str:
    said = line.declaration
    name = f"<b>{escape(f'{said.party} {said.id}'.strip())}</b>" if line.first else ""
    kind = f" {said.kind.value}" if line.first else ""
    words = f"<br>{escape(said.name[:60])}" if line.first and said.name else ""
    what = f"{'<br>' if line.first else ''}{escape(line.what)}" if line.what else ""
    first = " class=first" if line.first else ""
    who = f"<div>{name}{kind}{words}{what}</div>"
    when = f"<div>{escape(line.heights)}<br>{escape(line.when)}</div>"
    cells = (str(number), who, _place(line.place), line.keep_away, when)
    return f"<tr{first}><td>{'<td>'.join(cells)}</tr>"


def _place(place: Position | None) -> str:
    if place is None:
        return "see the file"
    degrees = write_position(place, Notation.SECONDS, precision_m=_DEGREES_PRECISION_M)
    try:
        grid = write_position(place, Notation.MGRS, precision_m=_GRID_PRECISION_M)
    except InputError:  # nearer to a pole than the grid reaches
        grid = ""
    words = encode_place(place)
    return (
        f"<span class=place>{escape(degrees)}<br>{escape(grid)}&ensp;<b>{escape(words)}</b></span>"
    )
