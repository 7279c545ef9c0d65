"""Geometry on which other systems are known to answer wrongly (cases 1 to 10)."""

from __future__ import annotations

import json
import math
import time
from dataclasses import replace

import pytest

from keepclear.detect.crossing import CrossingKind, Minima
from keepclear.detect.fine import fine_of
from keepclear.detect.prepare import prepare
from keepclear.detect.rules import compare
from keepclear.detect.separation import separation_m
from keepclear.domain.declaration import Kind
from keepclear.domain.footprint import Area, EdgeRule, Polygon
from keepclear.domain.position import Position
from keepclear.errors import InputError
from keepclear.formats.registry import read_bytes
from tests.laws.strategies import (
    FLAT,
    WGS84,
    box,
    circle,
    corridor,
    crosses,
    crossings,
    declared,
    laid,
    lonlat,
    metres,
    moved,
    pairs,
    place,
    rectangle,
    route,
    square,
    told,
    volume,
    window,
)

CM = 0.01


def feature(name, kind, coordinates, **properties):
    return {
        "type": "Feature",
        "properties": {"party": name, "id": name, "kind": "operation", **properties},
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def read(*features):
    document = {"type": "FeatureCollection", "features": list(features)}
    return read_bytes(json.dumps(document).encode(), name="plan.geojson")


def meets(reading, *others):
    """Identifiers of what the first declaration read crosses."""
    first = reading.declarations[0]
    found = crossings(*reading.declarations, *others)
    return {name for pair in pairs(found) if first.id in pair for name in pair} - {first.id}


# 1: the antimeridian

ACROSS = {
    "jumping": ("Polygon", [[[179.5, 10], [-179.5, 10], [-179.5, 11], [179.5, 11], [179.5, 10]]]),
    "running on": ("Polygon", [[[179.5, 10], [180.5, 10], [180.5, 11], [179.5, 11], [179.5, 10]]]),
    "running on west": (
        "Polygon", [[[-180.5, 10], [-179.5, 10], [-179.5, 11], [-180.5, 11], [-180.5, 10]]]
    ),
    "split": ("MultiPolygon", [
        [[[179.5, 10], [180, 10], [180, 11], [179.5, 11], [179.5, 10]]],
        [[[-180, 10], [-179.5, 10], [-179.5, 11], [-180, 11], [-180, 10]]],
    ]),
}  # fmt: skip


@pytest.mark.parametrize("habit", ACROSS)
def test_case_01_a_polygon_over_the_antimeridian_in_every_habit_of_writing(habit):
    reading = read(feature("across", *ACROSS[habit]))
    assert reading.refused == ()
    others = [
        declared("inside west", square(10.5, 179.8, 500)),
        declared("inside east", square(10.5, -179.8, 500)),
        declared("on the line", circle(10.5, 180.0, 10)),
        declared("on the line too", circle(10.5, -180.0, 10)),
        declared("greenwich", square(10.5, 0.0, 500)),
        declared("just outside", circle(10.5, 179.499, 10)),
        declared("half the world", box(-90, 5, 80, 15)),
    ]
    assert meets(reading, *others) == {
        "inside west",
        "inside east",
        "on the line",
        "on the line too",
    }


def test_case_01_circles_corridors_and_restrictions_over_the_antimeridian():
    here = circle(-17.0, 179.999, 2_000)
    assert crosses(here, circle(-17.0, -179.985, 1_000))
    assert not crosses(here, circle(-17.0, -179.96, 1_000))
    assert crosses(here, corridor(100, place(-17.01, 179.9), place(-17.01, -179.9)))
    assert crosses(here, corridor(100, place(-17.01, -179.9), place(-17.01, 179.9)))
    assert not crosses(here, corridor(100, place(-17.1, 179.9), place(-17.1, -179.9)))
    fence = declared("fence", box(179.0, -18, -179.0, -16), kind=Kind.RESTRICTION)
    assert crossings(fence, declared("flight", square(-17.0, -179.5, 100)))
    assert crossings(fence, declared("flight", square(-17.0, 179.5, 100)))
    assert not crossings(fence, declared("flight", square(-17.0, 0.0, 100)))
    assert not crossings(fence, declared("flight", square(-17.0, 178.0, 100)))


def test_case_01_routes_over_the_antimeridian_do_not_go_round_the_earth():
    east = route(500, (place(52.0, 179.9), 0), (place(52.0, -179.9), 10))
    west = route(500, (place(52.0, -179.9), 0), (place(52.0, 179.9), 10))
    assert crosses(east, west)  # head-on over the line
    assert crosses(east, circle(52.0, 180.0, 100))
    assert not crosses(east, circle(52.0, 0.0, 10_000))  # the midpoint that a plain mean gives
    assert not crosses(east, circle(52.2, 180.0, 100))


def test_case_01_a_square_over_the_antimeridian_against_one_inside_and_one_at_greenwich():
    over = square(0.0, 180.0, 20_000)
    assert crosses(over, square(0.05, -179.95, 1_000))
    assert not crosses(over, square(0.05, 0.05, 1_000))


# 2: poles


@pytest.mark.parametrize("pole", [90.0, -90.0])
def test_case_02_circles_over_a_pole(pole):
    toward = -math.copysign(1.0, pole)
    cap = circle(pole, 33.0, 10_000)
    for lon in (-180.0, -90.0, 0.0, 33.0, 120.0):
        inside, outside = pole + toward * 0.085, pole + toward * 0.095  # 9.5 and 10.6 km
        assert crosses(cap, circle(inside, lon))
        assert not crosses(cap, circle(outside, lon))
    assert crosses(circle(pole, 0.0, 1.0), circle(pole, 77.0, 1.0))  # one place, however called


def test_case_02_tracks_meeting_over_the_pole():
    one = route(100, (place(89.8, 0.0), 0), (place(89.8, 180.0), 20))
    other = route(100, (place(89.8, 90.0), 0), (place(89.8, -90.0), 20))
    later = route(100, (place(89.8, 90.0), 15), (place(89.8, -90.0), 35))
    assert crosses(one, other)
    assert not crosses(one, later)
    assert crosses(one, circle(90.0, 0.0))


def test_case_02_polygons_round_a_pole():
    cap = lonlat([(lon, 85.0) for lon in range(-180, 180, 45)])
    assert crosses(cap, circle(90.0, 0.0))
    assert crosses(cap, circle(86.0, 100.0))
    assert not crosses(cap, circle(84.0, 100.0))
    assert not crosses(cap, circle(-90.0, 0.0))
    band = lonlat([(0, 88.0), (90, 88.0), (90, 89.0), (0, 89.0)])
    assert crosses(band, circle(88.5, 45.0))
    assert not crosses(band, circle(88.5, -45.0))
    assert not crosses(band, circle(90.0, 45.0))


# 3: edges


def test_case_03_the_edge_rule_decides_where_a_long_edge_runs():
    ends = [(-10.0, 55.0), (10.0, 55.0)]
    straight = corridor(1.0, *(place(lat, lon) for lon, lat in ends), edges=EdgeRule.LONLAT)
    great = corridor(1.0, *(place(lat, lon) for lon, lat in ends), edges=EdgeRule.GREAT_CIRCLE)
    shortest = corridor(1.0, *(place(lat, lon) for lon, lat in ends), edges=EdgeRule.GEODESIC)
    middle = WGS84.InverseLine(55.0, -10.0, 55.0, 10.0)
    top = middle.Position(middle.s13 / 2)
    assert 0.35 < top["lat2"] - 55.0 < 0.45  # 45 km apart in the middle
    on_parallel, on_shortest = circle(55.0, 0.0), circle(top["lat2"], 0.0)
    assert crosses(straight, on_parallel)
    assert not crosses(straight, on_shortest)
    assert crosses(shortest, on_shortest)
    assert not crosses(shortest, on_parallel)
    assert crosses(great, circle(top["lat2"], 0.0, 200.0))
    assert not crosses(great, on_parallel)


def test_case_03_great_circle_and_shortest_path_differ_as_measured():
    """At most 164 mm on 50 km, and 5.9 m on 300 km: two rules, and neither is the other."""
    for length, most in ((50_000, 0.170), (300_000, 6.1)):
        ends = place(45.0, 0.0), moved(45.0, 0.0, length * 0.7071, length * 0.7071)
        line = WGS84.InverseLine(45.0, 0.0, ends[1].latitude, ends[1].longitude)
        reached = []
        for share in (0.25, 0.5, 0.75):
            at = line.Position(line.s13 * share)
            spot = circle(at["lat2"], at["lon2"])
            shortest = corridor(CM, *ends, edges=EdgeRule.GEODESIC)
            assert crosses(shortest, spot)
            assert crosses(corridor(most, *ends, edges=EdgeRule.GREAT_CIRCLE), spot)
            reached.append(crosses(corridor(most / 20, *ends, edges=EdgeRule.GREAT_CIRCLE), spot))
        assert not all(reached)


# 4: metres


@pytest.mark.parametrize("lat", [0.0, 30.0, 47.0, 60.0, 70.0, 85.0, 89.99, -33.9, -90.0])
@pytest.mark.parametrize("bearing", [0, 45, 90, 200, 270])
def test_case_04_metres_are_metres_at_every_latitude_and_in_every_direction(lat, bearing):
    turn = math.radians(bearing)
    for half in (55.0, 500.0, 20_000.0):
        for gap, expected in ((CM, False), (-CM, True)):
            off = moved(lat, 8.5, (half + gap) * math.sin(turn), (half + gap) * math.cos(turn))
            assert crosses(circle(lat, 8.5, half), circle(off.latitude, off.longitude)) is expected


@pytest.mark.parametrize("lat", [0.0, 47.0, 60.0, 70.0, 84.0])
@pytest.mark.parametrize("bearing", [0, 90, 135])
def test_case_04_a_route_is_as_wide_everywhere_as_it_says(lat, bearing):
    """Buffers in degrees made 55 m of route 19 m at 70 N."""
    turn = math.radians(bearing)
    along, across = (math.sin(turn), math.cos(turn)), (math.cos(turn), -math.sin(turn))
    line = corridor(
        55.0, *(moved(lat, 10.0, s * 1_000 * along[0], s * 1_000 * along[1]) for s in (-1, 1))
    )
    for gap, expected in ((0.02, False), (-0.02, True)):
        off = moved(lat, 10.0, (55 + gap) * across[0], (55 + gap) * across[1])
        assert crosses(line, circle(off.latitude, off.longitude)) is expected


@pytest.mark.parametrize(
    ("lat", "lon"),
    [(35.68, 139.69), (47.37, 8.54), (-33.92, 18.42)],
    ids=["Tokyo", "Zurich", "Cape Town"],
)
def test_case_04_no_zone_of_a_projection_is_set_anywhere(lat, lon):
    """A circle of 500 m is one in Tokyo, Zurich and Cape Town within one run."""
    here = declared("circle", circle(lat, lon, 500.0))
    for bearing in range(0, 360, 45):
        turn = math.radians(bearing)
        near, far = (
            moved(lat, lon, r * math.sin(turn), r * math.cos(turn)) for r in (499.99, 500.01)
        )
        assert crossings(here, declared("near", circle(near.latitude, near.longitude)))
        assert not crossings(here, declared("far", circle(far.latitude, far.longitude)))


# 5: nothing is drawn smaller than declared


def test_case_05_a_circle_is_no_polygon():
    disc = circle(47.0, 8.0, 5_000.0)
    for k in range(180):  # between the corners of any polygon that might stand for it
        turn = math.radians(2.0 * k + 0.7)
        inside = moved(47.0, 8.0, (5_000 - CM) * math.sin(turn), (5_000 - CM) * math.cos(turn))
        assert crosses(disc, circle(inside.latitude, inside.longitude)), k


def test_case_05_shared_areas_are_right_to_a_thousandth():
    found = crossings(
        declared("disc", circle(47.0, 8.0, 5_000.0)), declared("all", square(47.0, 8.0, 9_000.0)),
        areas=True,
    )  # fmt: skip
    assert found[0].area_m2 == pytest.approx(math.pi * 5_000**2, rel=1e-3)


# 6: rings


@pytest.mark.parametrize(
    ("name", "ring", "code"),
    [
        ("bow tie", [(8, 47), (8.1, 47.1), (8.1, 47), (8, 47.1)], "ring.self-crossing"),
        ("spike", [(8, 47), (8.1, 47), (8.1, 47.1), (8.1, 47.2), (8.1, 47.05), (8, 47.1)],
         "ring.self-crossing"),
        ("flat", [(8, 47), (8.1, 47), (8.05, 47)], "ring.zero-area"),
        ("speck", [(8, 47), (8 + 1e-10, 47), (8, 47 + 1e-10)], "ring.zero-area"),
    ],
)  # fmt: skip
def test_case_06_what_is_no_area_is_refused_by_name_and_the_rest_compared(name, ring, code):
    said = [
        declared(name, lonlat(ring)),
        declared("x", circle(47.05, 8.05, 9_000)),
        declared("y", circle(47.05, 8.05, 9_000)),
    ]
    result = compare(said, geoid=FLAT)
    assert [refusal.code for refusal in result.refused] == [code]
    assert name in result.refused[0].where
    assert not result.complete
    assert pairs(result.crossings) == {frozenset({"x", "y"})}


def test_case_06_winding_and_repeated_points_change_nothing():
    ring = [(8, 47), (8.1, 47), (8.1, 47.1), (8, 47.1)]
    doubled = [point for point in ring for _ in range(3)]
    turned = [*ring[2:], *ring[:2]]
    for other, expected in ((circle(47.05, 8.05), True), (circle(47.2, 8.05), False)):
        for form in (ring, ring[::-1], doubled, turned):
            assert crosses(lonlat(form), other) is expected


def test_case_06_an_unclosed_ring_is_refused_by_the_reader():
    open_ring = [[8, 47], [8.1, 47], [8.1, 47.1], [8, 47.1]]
    reading = read(feature("open", "Polygon", [open_ring]))
    assert reading.declarations == ()
    assert reading.refused[0].code == "ring.unclosed"


def test_case_06_holes_and_multipolygons():
    holed = laid(47.0, 8.0, rectangle(-900, -900, 900, 900), rectangle(-500, -500, 500, 500))
    assert not crosses(holed, circle(47.0, 8.0, 400.0))  # in a fence's hole
    assert crosses(holed, circle(47.0, 8.0, 501.0))
    assert crosses(holed, square(47.0, 8.0, 5_000.0))
    two = Area(
        tuple(Polygon((tuple(moved(47.0, 8.0, e + off, n) for e, n in rectangle(0, 0, 500, 500)),))
              for off in (-3_000, 3_000)),
        EdgeRule.GREAT_CIRCLE,
    )  # fmt: skip
    assert not crosses(two, square(47.0, 8.0, 1_000.0))  # between the two
    for off in (-2_750, 3_250):
        at = moved(47.0, 8.0, off, 250)
        assert crosses(two, circle(at.latitude, at.longitude))


def test_case_06_a_near_zero_area_costs_nothing():
    """A polygon of centimetres once exhausted a service's memory."""
    began = time.process_time()
    tiny = [declared(f"t{k}", square(47.0, 8.0 + k * 1e-6, 0.02)) for k in range(20)]
    found = crossings(*tiny, declared("world", box(-20, 30, 20, 60)))
    assert len({pair for pair in pairs(found) if "world" in pair}) == 20
    assert time.process_time() - began < 10.0


# 7: touching


@pytest.mark.parametrize(
    ("lat", "lon"), [(47.37, 8.54), (0.0, 0.0), (0.0, 180.0), (35.264, 45.0), (89.9, 5.0)]
)
def test_case_07_more_than_a_centimetre_shared_is_found_and_more_apart_is_not(lat, lon):
    here = laid(lat, lon, rectangle(-800, -600, 0, 600))
    for gap, expected in ((0.011, False), (-0.011, True), (0.05, False), (-0.05, True)):
        assert crosses(here, laid(lat, lon, rectangle(gap, -500, 900, 500))) is expected
        assert crosses(circle(lat, lon, 100.0), _ball(lat, lon, 200.0 + gap, 100.0)) is expected


def _ball(lat, lon, off_m, radius_m):
    at = moved(lat, lon, off_m * 0.6, off_m * 0.8)
    return circle(at.latitude, at.longitude, radius_m)


def test_case_07_footprints_with_a_corner_or_an_edge_in_common_meet():
    west = lonlat([(8, 47), (8.1, 47), (8.1, 47.1), (8, 47.1)])
    assert crosses(west, lonlat([(8.1, 47), (8.2, 47), (8.2, 47.1), (8.1, 47.1)]))
    assert crosses(west, lonlat([(8.1, 47.1), (8.2, 47.1), (8.2, 47.2), (8.1, 47.2)]))
    assert crosses(west, circle(47.1, 8.1))  # exactly on the outline


def test_case_07_consecutive_volumes_of_one_operation_never_cross_themselves():
    legs = [
        volume(square(47.0, 8.0 + k * 0.01, 600), when=window(10 * k, 10 * k + 12))
        for k in range(5)
    ]
    alone = declared("flight", *legs)
    assert crossings(alone) == ()
    assert crossings(alone, within_party=True) == ()
    other = declared("other", circle(47.0, 8.02))
    assert {c.a.id + c.b.id for c in crossings(alone, other)} == {"flightother"}


# 8: no bounding boxes


def test_case_08_in_the_notch_of_an_l_nothing_crosses():
    ell = laid(
        47.0, 8.0, [(0, 0), (3_000, 0), (3_000, 1_000), (1_000, 1_000), (1_000, 3_000), (0, 3_000)]
    )
    at = moved(47.0, 8.0, 2_000, 2_000)
    assert not crosses(ell, square(at.latitude, at.longitude, 900))
    assert crosses(ell, square(at.latitude, at.longitude, 1_010))


def test_case_08_inside_the_bend_of_a_corridor_nothing_crosses():
    points = [moved(47.0, 8.0, *p) for p in ((0, 0), (5_000, 0), (5_000, 5_000))]
    at = moved(47.0, 8.0, 2_000, 3_000)
    assert not crosses(corridor(500, *points), circle(at.latitude, at.longitude, 2_400))
    assert crosses(corridor(500, *points), circle(at.latitude, at.longitude, 2_510))


def test_case_08_a_declaration_is_its_volumes_and_not_their_hull():
    two = declared("two", square(47.0, 8.0, 500), square(47.0, 8.1, 500))
    assert not crossings(two, declared("between", square(47.0, 8.05, 500)))
    assert crossings(two, declared("at one", square(47.0, 8.1, 100)))[0].a.parts == (0,)


# 9: neighbours, order, symmetry


def test_case_09_an_unrelated_neighbour_hides_no_crossing():
    """Asking whether *all* others cross, where any was meant, missed the same square."""
    mine, same = declared("mine", square(47, 8, 500)), declared("same", square(47, 8, 500))
    at = moved(47.0, 8.0, 900, 900)  # its box touches, it does not
    corner = declared("beside", laid(at.latitude, at.longitude, [(0, -500), (500, 0), (500, 500)]))
    far = declared("far", square(10, 100, 500))
    for others in (
        [same],
        [same, corner],
        [corner, same],
        [far, corner, same],
        [far, same, corner],
    ):
        assert frozenset({"mine", "same"}) in pairs(crossings(mine, *others))
        assert len(pairs(crossings(mine, *others))) == 1


def test_case_09_order_and_side_change_nothing():
    said = [
        declared("a", square(47, 8, 500)),
        declared("b", circle(47.005, 8.005, 500)),
        declared("c", route(100, (place(47, 7.9), 0), (place(47, 8.1), 30))),
        declared("d", corridor(50, place(46.99, 8.0), place(47.02, 8.01))),
    ]
    first = told(crossings(*said))
    assert len(first) == 6
    for order in ((3, 2, 1, 0), (1, 3, 0, 2), (2, 0, 3, 1)):
        assert told(crossings(*(said[k] for k in order))) == first


# 10: axis order


def test_case_10_the_order_of_axes_cannot_be_mixed_up_silently():
    with pytest.raises(TypeError):
        Position(47.0, 8.0)
    with pytest.raises(InputError, match="swapped"):
        place(100.5, 13.7)
    reading = read(feature("swapped", "Point", [13.7, 100.5], radius_m=100))
    assert reading.refused[0].code == "position.range"
    assert "swapped" in reading.refused[0].message


def test_case_10_a_fence_far_away_at_swapped_coordinates_is_not_found():
    fence = declared("fence", box(47.0, 8.0, 47.1, 8.1), kind=Kind.RESTRICTION)
    flight = declared("flight", box(8.0, 47.0, 8.1, 47.1))
    assert crossings(fence, flight) == ()
    here = declared("fence", box(8.05, 47.05, 8.2, 47.2), kind=Kind.RESTRICTION)
    assert len(crossings(here, flight)) == 1


# minima and stand-off use the same distances


def apart(a, b):
    """The distance of two standing shapes to the last bit, as it is judged."""
    table = prepare([declared("a", a), declared("b", b)], geoid=FLAT).table
    return separation_m(fine_of(table, 0), fine_of(table, 1))


NEIGHBOURS = {
    "areas": (square(47.0, 8.0, 500), square(47.0, 8.05, 500)),
    "points": (circle(47.0, 8.0), circle(47.01, 8.02)),
    "point and area": (circle(47.0, 8.0), square(47.01, 8.02, 100)),
    "over a corner of the cube": (circle(35.26, 44.99), circle(35.27, 45.01)),
}


@pytest.mark.parametrize("kind", NEIGHBOURS)
def test_case_07_a_gap_equal_to_the_minimum_keeps_it_and_a_touch_of_a_stand_off_does_not(kind):
    """To the last bit of the distance: a minimum is open, a stand-off is closed."""
    one, other = NEIGHBOURS[kind]
    gap = apart(one, other)
    assert gap > 500
    more, less = math.nextafter(gap, math.inf), math.nextafter(gap, 0.0)
    assert not crosses(one, other, minima=Minima(horizontal_m=gap))
    assert crosses(one, other, minima=Minima(horizontal_m=more))
    for standoff, expected in ((gap, 1), (less, 0), (more, 1)):
        kept = declared("a", one, kind=Kind.SITE, standoff_m=standoff)
        assert len(crossings(kept, declared("b", other))) == expected


def test_case_07_a_gap_equal_to_the_minimum_keeps_it_for_movers_too():
    still = route(0.0, (place(47.0, 8.0), 0), (place(47.0, 8.0), 10))
    beside = route(0.0, (place(47.01, 8.02), 0), (place(47.01, 8.02), 10))
    gap = apart(circle(47.0, 8.0), circle(47.01, 8.02))
    for other in (beside, circle(47.01, 8.02)):
        assert not crosses(still, other, minima=Minima(horizontal_m=gap))
        assert crosses(still, other, minima=Minima(horizontal_m=math.nextafter(gap, math.inf)))


def test_case_07_the_larger_of_stand_off_and_minimum_counts_and_never_their_sum():
    here, there = circle(47.0, 8.0, 100), moved(47.0, 8.0, 450, 0)
    other = declared("b", circle(there.latitude, there.longitude, 100))  # 250 m between them
    for standoff, minimum, kind in (
        (200, 100, None), (100, 200, None), (0, 249, None), (249, 0, None), (200, 249, None),
        (251, 100, CrossingKind.OVERLAP), (251, 300, CrossingKind.OVERLAP),
        (100, 251, CrossingKind.SEPARATION), (0, 251, CrossingKind.SEPARATION),
    ):  # fmt: skip
        kept = declared("a", here, kind=Kind.SITE, standoff_m=standoff)
        found = crossings(kept, other, minima=Minima(horizontal_m=minimum))
        assert [c.kind for c in found] == ([] if kind is None else [kind]), (standoff, minimum)
    both = [
        crossings(declared("a", here, standoff_m=x), replace(other, standoff_m=y))
        for x, y in ((200, 200), (200, 251), (251, 200))
    ]
    assert [len(found) for found in both] == [0, 1, 1]  # nor do two stand-offs add up


def test_case_04_separation_is_measured_between_outlines():
    one = declared("a", laid(47.0, 8.0, rectangle(-500, -500, 500, 500)))
    other = declared("b", laid(47.0, 8.0, rectangle(1_500, -500, 2_500, 500)))
    gap = metres(moved(47.0, 8.0, 500, 500), moved(47.0, 8.0, 1_500, 500))
    assert gap == pytest.approx(1_000.0, abs=0.001)
    for minimum, expected in ((gap - CM, 0), (gap + CM, 1)):
        found = crossings(one, other, minima=Minima(horizontal_m=minimum))
        assert len(found) == expected
    found = crossings(one, other, minima=Minima(horizontal_m=gap + 1), areas=True)[0]
    assert found.kind is CrossingKind.SEPARATION
    assert found.horizontal_m == pytest.approx(gap, abs=0.01)
    assert found.area_m2 is None
