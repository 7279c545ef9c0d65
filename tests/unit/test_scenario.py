"""One morning on the Darling steppe: every value that was computed for it with other tools.

The example files are GeoJSON, whose edges are straight in longitude and latitude; the values were
computed for shortest paths. On edges of 30 km the two lie up to eleven metres apart, so the clinic is
10 m nearer to A2, which is met 8 s earlier. Both are asserted, each with its own values; and great
circles, which nobody could tell from shortest paths here.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from keepclear.detect.crossing import CrossingKind, Minima
from keepclear.detect.rules import compare
from keepclear.domain.altitude import Altitude, AltitudeBand, Reference, Units
from keepclear.domain.declaration import Declaration, Ground, Kind
from keepclear.domain.footprint import Area, Corridor, EdgeRule, Polygon
from keepclear.domain.position import Position
from keepclear.domain.route import Route, Waypoint
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import format_instant
from keepclear.formats.registry import read_bytes
from keepclear.node.geoid import load_geoid
from tests.laws.strategies import between, circle, metres

RULES = (EdgeRule.LONLAT, EdgeRule.GREAT_CIRCLE, EdgeRule.GEODESIC)
SECONDS = 1_000_000
DAY = "2015-11-20T"
FILES = ("alder", "birch", "relief", "areas")


@pytest.fixture(scope="module")
def whole(request):
    """Every declaration of the example files."""
    folder = request.config.rootpath / "examples" / "darling"
    read = [
        read_bytes((folder / f"{name}.geojson").read_bytes(), name=f"{name}.geojson")
        for name in FILES
    ]
    assert all(reading.refused == () for reading in read)
    return [d for reading in read for d in reading.declarations]


@pytest.fixture(scope="module")
def example(whole):
    """What is compared, by identifier."""
    return {d.id: d for d in whole if d.kind is not Kind.AREA}


@pytest.fixture(scope="module")
def late(request):
    """The convoy once it leaves half an hour late."""
    path = (
        request.config.rootpath / "examples" / "darling" / "variants" / "convoy-30-min-late.geojson"
    )
    return read_bytes(path.read_bytes(), name=path.name).declarations[0]


def under(rule, declaration):
    """The same declaration with its edges under another rule."""

    def part(volume):
        if isinstance(volume, Volume4D) and isinstance(volume.footprint, Area | Corridor):
            return replace(volume, footprint=replace(volume.footprint, edges=rule))
        return volume

    return replace(declaration, parts=tuple(part(p) for p in declaration.parts))


def wider(declaration, half_width_m):
    """A movement with another half-width."""
    parts = tuple(replace(p, half_width_m=half_width_m) for p in declaration.parts)
    return replace(declaration, parts=parts)


def check(*declarations, **options):
    return compare(list(declarations), geoid=load_geoid(), **options)


def only(*declarations, **options):
    """The one crossing."""
    found = check(*declarations, **options).crossings
    assert len(found) == 1
    return found[0]


def at(clock):
    """Microseconds of a time of that day."""
    return between(f"{DAY}{clock}Z", f"{DAY}{clock}Z").start_us


def within(crossing, start, end, seconds=5.0):
    assert crossing.time_start_us == pytest.approx(at(start), abs=seconds * SECONDS)
    assert crossing.time_end_us == pytest.approx(at(end), abs=seconds * SECONDS)


# what the table of the scenario says, for shortest paths and for the files as they are


@pytest.mark.parametrize("rule", RULES)
def test_a2_and_b1_cross(example, rule):
    crossing = only(under(rule, example["A2"]), under(rule, example["B1"]))
    assert crossing.kind is CrossingKind.OVERLAP
    assert crossing.certain
    assert crossing.area_m2 == pytest.approx(49.2e6, rel=0.01)
    assert crossing.area_m2 == pytest.approx(
        49.0e6 if rule is EdgeRule.LONLAT else 49.2e6, rel=0.002
    )
    assert (crossing.time_start_us, crossing.time_end_us) == (at("06:30:00"), at("07:30:00"))
    assert str(crossing.altitude) == "SFC to FL100"
    assert (crossing.a.party, crossing.b.party) == ("Alder", "Birch")


@pytest.mark.parametrize("rule", RULES)
def test_s1_lies_in_b1_with_almost_all_of_its_stand_off(example, rule):
    crossing = only(example["S1"], under(rule, example["B1"]))
    assert crossing.kind is CrossingKind.OVERLAP
    assert crossing.horizontal_m == 0.0
    assert crossing.area_m2 == pytest.approx(12.55e6, rel=0.01)
    assert crossing.time_start_us == at("06:00:00")


@pytest.mark.parametrize(
    ("rule", "distance_m", "area_m2"),
    [
        (EdgeRule.LONLAT, 1_410.0, 1.15e6),
        (EdgeRule.GREAT_CIRCLE, 1_421.0, 1.12e6),
        (EdgeRule.GEODESIC, 1_421.0, 1.12e6),
    ],
)
def test_s1_lies_outside_a2_and_its_stand_off_inside(example, rule, distance_m, area_m2):
    a2 = under(rule, example["A2"])
    crossing = only(example["S1"], a2)
    assert crossing.horizontal_m == pytest.approx(distance_m, abs=1.0)
    assert crossing.area_m2 == pytest.approx(area_m2, rel=0.01)
    bare = replace(example["S1"], standoff_m=0.0)
    assert check(bare, a2).crossings == ()
    for standoff, count in ((distance_m - 2, 0), (distance_m + 2, 1)):
        assert len(check(replace(bare, standoff_m=standoff), a2).crossings) == count


@pytest.mark.parametrize("rule", RULES)
def test_s2_is_clear_of_both(example, rule):
    others = [under(rule, example[name]) for name in ("A2", "B1")]
    for other in others:
        assert check(example["S2"], other).crossings == ()


@pytest.mark.parametrize("rule", RULES)
def test_w1_and_b1(example, rule):
    crossing = only(example["W1"], under(rule, example["B1"]))
    within(crossing, "07:01:40", "07:36:00")
    assert crossing.time_end_us == at("07:36:00")


@pytest.mark.parametrize("rule", RULES)
def test_w1_half_an_hour_late_and_b1(example, late, rule):
    crossing = only(late, under(rule, example["B1"]))
    within(crossing, "07:31:40", "08:00:00")
    assert crossing.time_end_us == at("08:00:00")


@pytest.mark.parametrize("rule", RULES)
def test_w1_at_one_kilometre_stays_clear_of_a2(example, rule):
    assert check(example["W1"], under(rule, example["A2"])).crossings == ()


@pytest.mark.parametrize(
    ("rule", "start"),
    [
        (EdgeRule.LONLAT, "07:29:34"),
        (EdgeRule.GREAT_CIRCLE, "07:29:42"),
        (EdgeRule.GEODESIC, "07:29:42"),
    ],
)
def test_w1_at_two_kilometres_meets_a2_for_its_last_seconds(example, rule, start):
    wide, a2 = wider(example["W1"], 2_000.0), under(rule, example["A2"])
    crossing = only(wide, a2)
    within(crossing, start, "07:30:00", seconds=1.5)
    assert crossing.time_end_us == at("07:30:00")
    longer = replace(
        a2, parts=(replace(a2.parts[0], window=between(f"{DAY}06:30Z", f"{DAY}09:00Z")),)
    )
    within(only(wide, longer), start, "07:36:00", seconds=1.5)  # in plan view


def test_w1_at_two_kilometres_as_the_file_says(request, example):
    path = (
        request.config.rootpath / "examples" / "darling" / "variants" / "convoy-2-km-wide.geojson"
    )
    wide = read_bytes(path.read_bytes(), name=path.name).declarations[0]
    assert replace(wide, where="") == replace(wider(example["W1"], 2_000.0), where="")


def test_b2_and_a1(example):
    crossing = only(example["B2"], example["A1"])
    within(crossing, "07:48:26", "07:52:00")
    assert crossing.time_end_us == at("07:52:00")
    assert str(crossing.altitude) == "FL190 to FL210"
    assert crossing.certain


def test_b2_ends_when_a3_starts(example):
    assert check(example["B2"], example["A3"]).crossings == ()
    assert check(example["B2"], example["A3"], minima=Minima(time_us=0)).crossings == ()
    crossing = only(example["B2"], example["A3"], minima=Minima(time_us=60 * SECONDS))
    assert crossing.kind is CrossingKind.SEPARATION
    assert crossing.certain
    assert crossing.time_s == 0.0


def test_the_corridor_of_b2_lies_in_a3s_area(example):
    """146 km2 of it, were both there at one time."""
    b2 = example["B2"].parts[0]
    line = Corridor(tuple(p.position for p in b2.waypoints), b2.half_width_m, EdgeRule.GEODESIC)
    standing = Volume4D(line, b2.waypoints[0].band, between(f"{DAY}07:40Z", f"{DAY}08:10Z"))
    crossing = only(replace(example["B2"], parts=(standing,)), example["A3"])
    assert crossing.area_m2 == pytest.approx(146e6, rel=0.01)


# everything together


def test_the_morning_as_it_is_declared(whole):
    found = check(*whole)
    said = {(c.a.id, c.b.id, c.kind.value) for c in found.crossings}
    assert said == {
        ("A1", "B2", "overlap"),
        ("A2", "B1", "overlap"),
        ("A2", "S1", "overlap"),
        ("B1", "S1", "overlap"),
        ("B1", "W1", "overlap"),
    }
    assert all(c.certain for c in found.crossings)
    assert found.complete
    assert found.parties == ("Alder", "Birch", "Relief")
    assert found.warnings == ()  # the ground is stated everywhere
    assert [(c.a.party, c.b.party) for c in found.claims] == [("Alder", "Birch")]
    assert found.not_compared == (("area of activity (informs, is never a crossing)", 4),)


def test_which_changes_settle_a2_and_b1(example):
    """B1's floor raised to FL100 clears A2, S1 and W1 at once; to FL050, S1 and W1 already."""
    b1 = example["B1"]

    def floor(level):
        altitude = Altitude(level, Units.FL, Reference.STD)
        part = replace(b1.parts[0], band=AltitudeBand(altitude, b1.parts[0].band.upper))
        return replace(b1, parts=(part,))

    others = [example[name] for name in ("A2", "S1", "S2", "W1")]
    assert {c.b.id for c in _with(b1, others)} | {c.a.id for c in _with(b1, others)} == {
        "A2", "B1", "S1", "W1",
    }  # fmt: skip
    assert _with(floor(100), others) == []
    assert {c.a.id for c in _with(floor(50), others)} == {"A2"}


def _with(b1, others):
    found = check(b1, *others).crossings
    return [c for c in found if "B1" in {c.a.id, c.b.id}]


def test_a2_moved_by_an_hour_and_a_half_clears_a2_only(example):
    a2 = example["A2"]
    moved_on = replace(a2.parts[0], window=between(f"{DAY}08:00Z", f"{DAY}09:00Z"))
    found = check(replace(a2, parts=(moved_on,)), example["B1"], example["S1"]).crossings
    assert {(c.a.id, c.b.id) for c in found} == {("A2", "S1"), ("B1", "S1")}


# the same morning from the table of positions, not from the files

SFC = Altitude(0, Units.M, Reference.SFC)
GROUND = Ground(60, 220)


def flight_level(value):
    return Altitude(value, Units.FL, Reference.STD)


def built(name, party, part, **more):
    return Declaration(id=name, party=party, parts=(part,), ground=GROUND, **more)


def ring(*places):
    corners = tuple(Position(latitude=y, longitude=x) for y, x in places)
    return Area((Polygon((corners,)),), EdgeRule.GEODESIC)


A2 = built("A2", "Alder", Volume4D(
    ring((-31.180, 144.070), (-31.040, 144.330), (-31.150, 144.550), (-31.330, 144.200)),
    AltitudeBand(SFC, flight_level(100)), between(f"{DAY}06:30Z", f"{DAY}07:30Z"),
), kind=Kind.OPERATION)  # fmt: skip
B1 = built("B1", "Birch", Volume4D(
    ring((-31.000, 143.850), (-30.800, 144.150), (-31.050, 144.350), (-31.220, 144.020)),
    AltitudeBand(SFC, flight_level(150)), between(f"{DAY}06:00Z", f"{DAY}08:00Z"),
), kind=Kind.OPERATION)  # fmt: skip
S1 = built("S1", "Relief", Volume4D(
    circle(-31.095, 144.200), AltitudeBand(SFC, flight_level(50)),
    between(f"{DAY}00:00Z", f"{DAY}23:00Z"),
), kind=Kind.SITE, standoff_m=2_000.0)  # fmt: skip
CONVOY = (
    ((-31.480, 143.520), "05:30"), ((-31.310, 143.700), "06:10"), ((-31.310, 143.700), "06:25"),
    ((-31.180, 143.980), "07:02"), ((-31.095, 144.200), "07:36"),
)  # fmt: skip


def convoy(half_width_m):
    heights = AltitudeBand(SFC, Altitude(150, Units.M, Reference.AGL))
    points = tuple(
        Waypoint(Position(latitude=y, longitude=x), at(f"{clock}:00"), heights)
        for (y, x), clock in CONVOY
    )
    return built("W1", "Relief", Route(points, half_width_m), kind=Kind.MOVEMENT)


def test_the_table_of_positions_under_shortest_paths():
    crossing = only(A2, B1)
    assert crossing.area_m2 == pytest.approx(49.2e6, rel=0.01)
    near = only(A2, S1)
    assert near.horizontal_m == pytest.approx(1_421.0, abs=1.0)
    assert near.area_m2 == pytest.approx(1.12e6, rel=0.01)
    assert only(B1, S1).area_m2 == pytest.approx(12.55e6, rel=0.01)
    within(only(B1, convoy(1_000.0)), "07:01:40", "07:36:00")
    assert check(A2, convoy(1_000.0)).crossings == ()
    within(only(A2, convoy(2_000.0)), "07:29:42", "07:30:00")


def test_the_files_say_what_the_table_says(example):
    corners = example["A2"].parts[0].footprint.polygons[0].rings[0]
    table = A2.parts[0].footprint.polygons[0].rings[0]
    assert {(p.latitude, p.longitude) for p in corners} == {
        (p.latitude, p.longitude) for p in table
    }
    stops = [(p.position, format_instant(p.time_us)) for p in example["W1"].parts[0].waypoints]
    mine = [(p.position, format_instant(p.time_us)) for p in convoy(1_000.0).parts[0].waypoints]
    assert stops == mine


def test_words_against_numbers():
    """Written "9 km south of the strip", with a position 5.3 km away; the gap is 6.3 km."""
    strip = Position(latitude=-31.150, longitude=144.300)
    written = Position(latitude=-31.185, longitude=144.262)
    south = Position(latitude=-31.150 - 9_000 / 110_880, longitude=144.300)
    assert metres(strip, written) == pytest.approx(5_300, abs=60)
    assert metres(written, south) == pytest.approx(6_300, abs=60)
