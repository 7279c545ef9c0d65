"""GPX: waypoints, routes and tracks, what they declare, and every way in which they can be wrong."""

from __future__ import annotations

import pytest

from keepclear.domain.altitude import EVERYWHERE, AltitudeBand, Reference
from keepclear.domain.declaration import Kind
from keepclear.domain.footprint import Corridor, EdgeRule
from keepclear.domain.route import Route
from keepclear.domain.window import parse_instant
from keepclear.errors import InputError
from keepclear.formats.registry import read_bytes

HEAD = '<gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">'


def read(*inside):
    return read_bytes((HEAD + "".join(inside) + "</gpx>").encode(), name="walk.gpx")


def one(*inside):
    reading = read(*inside)
    assert reading.refused == ()
    (declaration,) = reading.declarations
    return declaration


def ours(**said):
    words = " ".join(f'{name}="{value}"' for name, value in said.items())
    return f"<extensions><keepclear {words}/></extensions>"


def point(name, lat, lon, time="", ele=""):
    inside = (f"<ele>{ele}</ele>" if ele else "") + (f"<time>{time}</time>" if time else "")
    return f'<{name} lat="{lat}" lon="{lon}">{inside}</{name}>'


def track(*points, extra=""):
    return f"<trk>{extra}<trkseg>{''.join(points)}</trkseg></trk>"


def clock(second):
    return f"2015-11-20T06:00:{second:02d}Z"


FLOWN = [point("trkpt", 47.0, 8 + k / 1000, clock(k * 10), 400 + k) for k in range(3)]


def test_a_track_is_a_disc_that_moves_at_its_heights():
    found = one(track(*FLOWN, extra="<name>Bravo</name><desc>to the strip</desc>"))
    (route,) = found.parts
    assert (found.id, found.kind) == ("walk.gpx#1", Kind.OPERATION)
    assert (found.name, found.description) == ("Bravo", "to the strip")
    assert isinstance(route, Route)
    assert route.half_width_m == 0.0
    assert [p.time_us for p in route.waypoints] == [parse_instant(clock(k)) for k in (0, 10, 20)]
    assert route.waypoints[2].band.upper.value == 402.0
    assert route.waypoints[2].band.upper.reference is Reference.AMSL
    assert "receivers differ" in " ".join(read(track(*FLOWN)).warnings)


def test_segments_of_a_track_are_parts_and_nothing_is_claimed_between_them():
    inside = "".join(FLOWN[:2])
    later = "".join(point("trkpt", 47, 8.01, clock(k)) for k in (40, 50))
    found = one(f"<trk><trkseg>{inside}</trkseg><trkseg/><trkseg>{later}</trkseg></trk>")
    assert [len(part.waypoints) for part in found.parts] == [2, 2]
    assert found.parts[1].waypoints[0].band == EVERYWHERE


def test_a_track_with_a_width_is_a_plan():
    late = [point("trkpt", 47, 8, clock(0)), point("trkpt", 47.01, 8, "2015-11-20T06:05:00Z")]
    (recorded,) = one(track(*late)).parts
    assert recorded.waypoints[0].error_m > 0
    (planned,) = one(track(*late, extra=ours(half_width_m="40"))).parts
    assert (planned.half_width_m, planned.waypoints[0].error_m) == (40.0, 0.0)


def test_a_route_without_times_is_a_line_that_stands():
    points = [point("rtept", 47, 8), point("rtept", 47, 9, ele="400")]
    said = ours(half_width_m="40", party="Relief", id="R1", kind="movement", altitude_upper="SFC")
    found = one(f"<rte>{said}{''.join(points)}</rte>")
    (part,) = found.parts
    assert (found.party, found.id, found.kind) == ("Relief", "R1", Kind.MOVEMENT)
    assert isinstance(part.footprint, Corridor)
    assert part.footprint.edges is EdgeRule.GEODESIC
    assert part.footprint.half_width_m == 40.0
    assert part.band.lower is None


def test_a_route_with_times_moves():
    points = [point("rtept", 47, 8, clock(0)), point("rtept", 47, 8.1, clock(30))]
    (part,) = one(
        f"<rte>{ours(half_width_m='40', altitude_upper='50 m AGL')}{''.join(points)}</rte>"
    ).parts
    assert isinstance(part, Route)
    assert part.waypoints[0].band == AltitudeBand(None, part.waypoints[0].band.upper)
    assert part.waypoints[0].band.upper.reference is Reference.AGL


def test_a_waypoint_is_a_site_or_a_circle():
    wpt = '<wpt lat="47" lon="8"><ele>300</ele><name>Bravo</name>{}</wpt>'
    site = one(wpt.format(ours(kind="site", standoff_m="500")))
    assert (site.kind, site.standoff_m, site.parts[0].band) == (Kind.SITE, 500.0, EVERYWHERE)
    assert one(wpt.format(ours(radius_m="20"))).parts[0].footprint.radius_m == 20.0
    assert "mostly the ground's" in " ".join(read(wpt.format(ours(kind="site"))).warnings)


def test_times_without_offset_are_utc_because_the_schema_says_so():
    bare = [text.replace("Z<", "<") for text in FLOWN]
    found = read(track(*bare))
    assert found.declarations[0].parts == one(track(*FLOWN)).parts
    assert "taken as UTC, as the GPX schema says" in " ".join(found.warnings)


def test_the_author_is_never_read():
    secret = "<metadata><author><name>Ann Onym</name><email id='a' domain='b'/></author></metadata>"
    assert "Onym" not in repr(read(secret, track(*FLOWN)))


BAD = {
    "a bare waypoint": ('<wpt lat="47" lon="8"/>', "point.no-radius", "radius_m"),
    "a bare route": (
        f"<rte>{point('rtept', 47, 8)}{point('rtept', 47, 9)}</rte>", "line.no-width", "keepclear",
    ),
    "a timed route without width": (
        f"<rte>{point('rtept', 47, 8, clock(1))}</rte>", "line.no-width", "half_width_m",
    ),
    "an empty track": ("<trk/>", "geometry.missing", "no points"),
    "no latitude": ('<wpt lon="8"/>', "number.expected", "found nothing"),
    "a comma": ('<wpt lat="47,1" lon="8"/>', "number.expected", "'47,1'"),
    "swapped axes": (
        f'<wpt lat="108" lon="8">{ours(kind="site")}</wpt>', "position.range", "latitude 108.0",
    ),
    "no time": (track(FLOWN[0], point("trkpt", 1, 1, "noon")), "time.unreadable", "noon"),
    "no height": (track(point("trkpt", 1, 1, clock(1), "high")), "number.expected", "'high'"),
    "a mixture": (
        track(*(point("trkpt", k / 4, k / 4, clock(0)) for k in range(300))),
        "track.tangled", "more than 200",
    ),
    "a person's name": (
        f'<wpt lat="1" lon="1">{ours(driver_name="X")}</wpt>', "schema.refused", "persons",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_item_is_named_and_the_next_one_read(name):
    text, code, words = BAD[name]
    reading = read(text, track(*FLOWN))
    (found,) = reading.refused
    assert found.where.startswith("walk.gpx item 1")
    assert found.code == code
    assert words in found.message
    assert [d.id for d in reading.declarations] == ["walk.gpx#2"]


def test_points_without_a_time_are_left_out_and_said():
    reading = read(track(*FLOWN, point("trkpt", 47, 8.5)))
    assert len(reading.declarations[0].parts[0].waypoints) == 3
    assert any("1 point without a time" in warning for warning in reading.warnings)


def test_another_root_is_refused():
    with pytest.raises(InputError, match="found the root element 'kml', expected gpx"):
        read_bytes(b"<kml/>", name="a", read_as="gpx")


@pytest.mark.data
def test_the_real_route_needs_a_width(data):
    text = (data / "tracks" / "route.gpx").read_bytes()
    reading = read_bytes(text, name="route.gpx")
    assert (len(reading.declarations), [r.code for r in reading.refused]) == (0, ["line.no-width"])
    wide = text.replace(b"<rte>", b"<rte>" + ours(half_width_m="25").encode())
    (found,) = read_bytes(wide, name="route.gpx").declarations
    assert len(found.parts[0].footprint.vertices) == 55


@pytest.mark.data
def test_the_real_track_of_a_car(data):
    path = data / "tracks" / "around-visnjan-with-car.gpx"
    reading = read_bytes(path.read_bytes(), name="car.gpx")
    (found,) = reading.declarations
    assert reading.refused == ()
    assert found.name == "2020-12-18 07:24:29"
    assert sum(len(part.waypoints) for part in found.parts) == 104
    assert len(found.parts) == 1
    assert any("7 points after a gap of more than 15 s" in w for w in reading.warnings)
