"""Lists that nobody tuned anything on, made of one real list: the same bench on each of them.

    python -m bench.shapes LIST.csv [--group Country] [--errors 200] [--seed 1] [--only thinned]

Others will run their own lists. What those look like that the one list at hand does not: another
country, the other hemispheres, places on both sides of a meridian, few places, a town, few decimals.
Each shape keeps the names and the arrangement of real places and changes one thing. The table shows
the false alarms on each (with nothing, a second writing and words beside the numbers), and per headline
mistake the share found with a second writing or words.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from math import cos, radians

from bench.lists import read_list
from bench.parts import write_part
from bench.planted import List, false_alarms, plant
from bench.slips import Row

__all__ = ["HEADLINE", "shapes_of"]

HEADLINE = (
    "latitude and longitude exchanged",
    "36 12.5' typed as 36.125",
    "36 12 30 typed as 36.1230",
    "hemisphere wrong",
    "ED50 taken for WGS84",
    "one digit wrong",
)
"""The mistakes that a figure is promised for."""
PLACES = {
    "Chile": (-35.0, -71.0),
    "Ukraine": (49.0, 31.0),
    "Syria": (35.5, 37.0),
    "the Philippines": (12.0, 122.0),
    "Ghana, on both sides of Greenwich": (7.5, 0.0),
    "Gabon, on both sides of the equator": (0.0, 11.0),
    "Fiji, on both sides of the antimeridian": (-17.0, 180.0),
    "Alaska": (64.0, -150.0),
    "Mozambique": (-18.0, 35.0),
}
"""Where the middle of the list is put, latitude and longitude."""
THINNED = (300, 100, 30, 10)
TOWN_DEGREES = 0.08
DECIMALS = (4, 3, 2)
DIGITS = 5


def shapes_of(rows):
    """Each list by its name; what is moved is the largest group, or all where there is none."""
    yield "as it is", rows
    groups = {}
    for row in rows:
        groups.setdefault(row.group, []).append(row)
    for name, part in groups.items():
        if len(groups) > 1:
            yield f"{name} alone", part
    one = min(groups.values(), key=lambda part: abs(len(part) - 1500))
    for name, middle in PLACES.items():
        yield f"moved to {name}", _moved(one, *middle)
    for count in THINNED:
        yield f"thinned to {count}", one[:: max(1, len(one) // count)][:count]
    yield "squeezed into one town", _moved(one, 36.2, 37.15, degrees=TOWN_DEGREES)
    for decimals in DECIMALS:
        yield f"{decimals} decimals", [_rounded(row, decimals) for row in one]


def _moved(rows, latitude, longitude, degrees=None):
    """The same pattern elsewhere, with the distances kept; or as many degrees high in all."""
    lats = [row.position.latitude for row in rows]
    lons = [row.position.longitude for row in rows]
    middle = (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
    scale = 1.0 if degrees is None else degrees / (max(lats) - min(lats))
    wider = cos(radians(middle[0])) / cos(radians(latitude))
    moved = []
    for row, lat, lon in zip(rows, lats, lons, strict=True):
        east = longitude + (lon - middle[1]) * scale * wider
        north = latitude + (lat - middle[0]) * scale
        moved.append(_at(row, north, (east + 180.0) % 360.0 - 180.0))
    return moved


def _at(row, latitude, longitude):
    """Somewhere else, with as many decimals as were written."""
    figures = (
        f"{value:.{min(len(text.partition('.')[2]), DIGITS)}f}"
        for value, text in ((latitude, row.latitude), (longitude, row.longitude))
    )
    return Row(row.name, *figures, group=row.group)


def _rounded(row, decimals):
    figures = (f"{float(text):.{decimals}f}" for text in (row.latitude, row.longitude))
    return replace(row, latitude=next(figures), longitude=next(figures), full=("", ""))


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("list")
    parser.add_argument("--group", default="")
    parser.add_argument("--errors", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--only", default="")
    parser.add_argument("--write", metavar="DOCUMENT", help="put the table into its part 'shapes'")
    given = parser.parse_args(arguments)
    rows, _ = read_list(given.list, group=given.group)
    lines = [
        f"| List | rows | false alarms, % | {' | '.join(HEADLINE)} |",
        "|---|--:|--:|" + "--:|" * len(HEADLINE),
    ]
    print("\n".join(lines))
    for name, shape in shapes_of(rows):
        if given.only in name:
            lines.append(_line(name, shape, given))
            print(lines[-1], flush=True)
    if given.write:
        write_part(given.write, "shapes", "\n".join(lines))


def _line(name, rows, given):
    alarms = false_alarms(rows)
    told = " / ".join(f"{100 * count / len(rows):.1f}" for count, _ in alarms.values())
    listed = List(rows)
    cells = []
    for kind in HEADLINE:
        made = plant(listed, kind, errors=given.errors, share=given.share, seed=given.seed)
        cells.append(
            f"{100 * made.either / max(made.tried, 1):.1f} %" if made.either < made.tried else "all"
        )
    codes = ", ".join(f"{code} {count}" for code, count in alarms["nothing"][1].most_common())
    print(f"{name}: {codes}", file=sys.stderr, flush=True)
    return f"| {name} | {len(rows):,} | {told} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
