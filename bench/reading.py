"""How fast files are read: each format's generator, how much of it, and the seconds it may take.

usage: python bench/reading.py [--runs 3] [--only cot,kmz] [--scale 1.0]

Prints a table. Seconds are those of one core's work (``process_time``), the best of the runs: what
other processes on the machine do at the same time is not the reader's. A row is one more line of
``CASES``.
"""

from __future__ import annotations

import argparse
import gc
import io
import math
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from openpyxl import Workbook

from keepclear.formats.registry import read_bytes
from keepclear.node.fastpath import prepare_cache

COLUMNS = ("case", "rows", "MB", "s", "rows a second", "goal s", "met")


SITE_HEADER = (
    "Reference", "Facility name", "Facility type", "Latitude", "Longitude", "Stand-off (m)",
    "Country", "Admin1", "Confirmed on", "Contact role",
)  # fmt: skip


class Case(NamedTuple):
    """One kind of file that is read."""

    name: str
    make: Callable[[int], bytes]
    """The file with so many rows; the same bytes in every run."""
    read_as: str
    rows: int
    goal_s: float


def cot_things(rows: int) -> bytes:
    """Position reports, each of a thing of its own: nothing is renewed, everything declares."""
    events = []
    for k in range(rows):
        day, clock = 1 + k // 86_400 % 28, f"{k // 3600 % 24:02d}:{k // 60 % 60:02d}:{k % 60:02d}"
        moment = f"2026-03-{day:02d}T{clock}.{k % 1000:03d}Z"
        stale = f"2026-04-{day:02d}T{clock}Z"
        events.append(
            f'<event version="2.0" uid="ICAO-{k:06x}" type="a-n-A-C-F" time="{moment}" '
            f'start="{moment}" stale="{stale}" how="m-g"><point lat="{46 + k % 9000 / 3000:.6f}" '
            f'lon="{7 + k % 7000 / 3000:.6f}" hae="{300 + k % 9000}.0" ce="25.0" le="30.0"/>'
            f'<detail><contact callsign="SWR{k % 999}"/><track course="{k % 360}.0" speed="120.0"/>'
            f"</detail></event>\n"
        )
    return "".join(events).encode()


def cot_shapes(rows: int) -> bytes:
    """Drawn areas of eight corners."""
    events = []
    for k in range(rows):
        lat, lon = 46 + k % 9000 / 3000, 7 + k % 7000 / 3000
        corners = _round(lat, lon, 0.01, 8)
        links = "".join(f'<link point="{y:.7f},{x:.7f}"/>' for x, y in [*corners, corners[0]])
        events.append(
            f'<event version="2.0" uid="area-{k}" type="u-d-f" time="2026-03-01T06:00:00Z" '
            f'start="2026-03-01T06:00:00Z" stale="2026-03-02T06:00:00Z" how="h-e"><point '
            f'lat="{lat:.6f}" lon="{lon:.6f}" hae="400.0" ce="1500.0" le="9999999.0"/><detail>{links}'
            f'<contact callsign="Area {k}"/></detail></event>\n'
        )
    return "".join(events).encode()


def kmz_areas(rows: int) -> bytes:
    """An archive of extruded polygons of 24 corners, with properties and a span of time."""
    marks = []
    for k in range(rows):
        corners = _round(46 + k % 9000 / 3000, 7 + k % 7000 / 3000, 0.02, 24)
        text = " ".join(f"{x:.7f},{y:.7f},120" for x, y in [*corners, corners[0]])
        marks.append(
            f'<Placemark id="a{k}"><name>Area {k}</name><TimeSpan><begin>2026-03-01T06:00:00Z</begin>'
            f"<end>2026-03-01T09:00:00Z</end></TimeSpan><styleUrl>#s</styleUrl><ExtendedData>"
            f'<Data name="party"><value>Alder</value></Data><Data name="kind"><value>operation'
            f"</value></Data></ExtendedData><Polygon><extrude>1</extrude><altitudeMode>"
            f"relativeToGround</altitudeMode><outerBoundaryIs><LinearRing><coordinates>{text}"
            f"</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
        )
    kml = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>' + "".join(marks)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", kml + "</Document></kml>")
    return held.getvalue()


def gpx_points(rows: int) -> bytes:
    """One recorded track, a point every ten seconds."""
    points = [
        f'<trkpt lat="{46 + k * 1e-4 % 3:.7f}" lon="{7 + k * 1e-4 % 3:.7f}"><ele>{400 + k % 100}</ele>'
        f"<time>2026-03-{1 + k // 8640 % 28:02d}T{k // 360 % 24:02d}:{k // 6 % 60:02d}:{k % 6}0Z</time>"
        f"</trkpt>"
        for k in range(rows)
    ]
    return f'<gpx version="1.1"><trk><trkseg>{"".join(points)}</trkseg></trk></gpx>'.encode()


def _round(lat: float, lon: float, size: float, corners: int) -> list[tuple[float, float]]:
    turns = [2 * math.pi * k / corners for k in range(corners)]
    return [(lon + size * math.cos(turn), lat + size * math.sin(turn)) for turn in turns]


def sites_xlsx(rows: int) -> bytes:
    """A spreadsheet of sites as health services keep them, ten columns wide."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sites")
    for row in _site_rows(rows):
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def sites_csv(rows: int) -> bytes:
    """The same as CSV."""
    return "\n".join(",".join(map(str, row)) for row in _site_rows(rows)).encode()


def _site_rows(rows: int) -> Iterator[Sequence[object]]:
    yield SITE_HEADER
    for k in range(rows):
        yield (
            f"S{k:05}", f"Clinic {k} of the north", "Health Centre",
            round(4 + k % 9_973 / 1_000, 4), round(8 + k % 15_013 / 1_000, 4), 500,
            "Chad", f"District {k % 60}", "2015-11-20", "Duty desk",
        )  # fmt: skip


CASES = (
    Case("CoT things", cot_things, "cot", 100_000, 1.0),
    Case("CoT areas", cot_shapes, "cot", 100_000, 1.0),
    Case("KMZ areas", kmz_areas, "kmz", 20_000, 5.0),
    Case("GPX points", gpx_points, "gpx", 100_000, 5.0),
    Case("XLSX sites", sites_xlsx, "xlsx", 50_000, 5.0),
    Case("CSV sites", sites_csv, "csv", 50_000, 5.0),
)
"""Name, generator, reader, rows, goal: 100,000 CoT events a second, a KMZ of 20,000 polygons in 5 s,
50,000 spreadsheet rows in 5 s."""


def main() -> None:
    """Command line: see the head of this module."""
    parser = argparse.ArgumentParser(description="how fast files are read")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="")
    parser.add_argument("--scale", type=float, default=1.0)
    options = parser.parse_args()
    wanted = [word for word in options.only.split(",") if word]
    prepare_cache()  # the first of the runs may compile; the best of them does not
    print(f"| {' | '.join(COLUMNS)} |\n|---|" + "--:|" * (len(COLUMNS) - 1))
    for case in CASES:
        if not wanted or case.read_as in wanted:
            print(row(case, max(1, int(case.rows * options.scale)), options.runs), flush=True)


def row(case: Case, rows: int, runs: int) -> str:
    """One row of the table."""
    data = case.make(rows)
    best = math.inf
    for _ in range(runs):
        gc.collect()
        began = time.process_time()
        reading = read_bytes(data, name="bench", read_as=case.read_as, compiled=True)
        best = min(best, time.process_time() - began)
        if reading.refused or not reading.declarations:
            raise SystemExit(f"{case.name}: not everything was read: {reading.refused[:1]}")
    goal_s = case.goal_s * rows / case.rows
    return (
        f"| {case.name} | {rows:,} | {len(data) / 1e6:.1f} | {best:.2f} | {rows / best:,.0f} "
        f"| {goal_s:.2f} | {'yes' if best <= goal_s else 'no'} |"
    )


if __name__ == "__main__":
    main()
