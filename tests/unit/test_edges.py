"""Every edge rule as great circles: never further off than promised, and alike from both ends."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from geographiclib.geodesic import Geodesic

from keepclear.detect.edges import (
    LEVEL_MAX,
    TOLERANCE_M,
    deviation_m,
    fine_vertices,
    geodesic_points,
    great_circle_lonlat,
    levels,
    lonlat_points,
    unwrap,
    without_repeats,
)
from keepclear.detect.fine import fine_of
from keepclear.detect.lattice import EDGE_UNITS_MAX, W, face_shared, to_cube, unit_vector
from keepclear.detect.prepare import prepare
from keepclear.detect.trig import lonlat_of
from keepclear.domain.footprint import Area, EdgeRule, Polygon
from keepclear.errors import InputError
from keepclear.formats.writers.redraw import redrawn
from tests.laws.strategies import FLAT, circle, corridor, declared, place

LEAST_RADIUS_M = 6_335_439.0
MOST_RADIUS_M = 6_399_594.0
WGS84 = Geodesic.WGS84


def normals(lon, lat):
    """Unit normals (n, 3), by the C library."""
    lam, phi = np.radians(lon), np.radians(lat)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)


def off_great_circle(lon, lat):
    """Angles between a path (n) and the great circle of its ends, nearer than any metre could err."""
    n = normals(lon, lat)
    plane = np.cross(n[0], n[-1] - n[0])  # the difference keeps short edges exact
    plane /= np.linalg.norm(plane)
    return np.arcsin(np.abs((n - n[0]) @ plane))


def path(lon_a, lat_a, lon_b, lat_b, count=257):
    """The declared line: straight in longitude and latitude, the short way round."""
    a, b = unwrap(lon_a, lon_b), unwrap(lon_b, lon_a)
    t = np.linspace(0, 1, count)
    return a + (b - a) * t, lat_a + (lat_b - lat_a) * t


def level_of(lon_a, lat_a, lon_b, lat_b):
    level, _ = levels(np.array([lon_a, lon_b]), np.array([lat_a, lat_b]), np.array([1, 0]))
    assert level[0] == level[1]  # both directions alike
    return int(level[0])


def edges(count, widest, seed):
    """Edges of up to ``widest`` degrees anywhere, flat, steep and over the equator."""
    rng = np.random.default_rng(seed)
    size = widest * 10.0 ** rng.uniform(-4, 0, count)
    lat_a = np.degrees(np.arcsin(rng.uniform(-1, 1, count)))
    lat_b = np.clip(lat_a + size * rng.choice([0, 0, 1e-3, 0.1, 1, -1], count), -90, 90)
    lat_b = np.where(rng.uniform(size=count) < 0.1, -lat_a, lat_b)
    lat_a, lat_b = (np.where(np.abs(lat_a - lat_b) > widest, lat_a, x) for x in (lat_a, lat_b))
    lon_a = rng.uniform(-180, 180, count)
    lon_b = (lon_a + size * rng.choice([1, -1, 0.1], count) + 540) % 360 - 180
    return zip(lon_a, lat_a, lon_b, lat_b, strict=True)


@pytest.mark.parametrize("widest", [0.01, 1.0, 15.0])
def test_the_bound_is_never_below_the_deviation(widest):
    for edge in edges(400, widest, seed=round(widest * 100)):
        measured = off_great_circle(*path(*edge)).max() * LEAST_RADIUS_M
        assert deviation_m(*edge) >= measured * (1 - 1e-9) - 1e-7, edge


def test_edges_are_cut_before_the_bound_could_be_too_small():
    """The bound is that of a small-angle argument; edges over some 20 degrees exceed it."""
    exceeded = 0
    for edge in edges(200, 179.0, seed=179):
        measured = off_great_circle(*path(*edge)).max() * LEAST_RADIUS_M
        exceeded += int(deviation_m(*edge) < measured * (1 - 1e-9))
        line = corridor(0.0, place(*edge[1::-1]), place(*edge[:1:-1]), edges=EdgeRule.LONLAT)
        table = prepare([declared("x", line)], geoid=FLAT).table
        lon, lat = table.degrees(table.vertices_of(0))
        for k in range(len(lon) - 1):
            piece = lon[k], lat[k], lon[k + 1], lat[k + 1]
            off = off_great_circle(*path(*piece, count=17)).max() * LEAST_RADIUS_M
            assert deviation_m(*piece) >= off * (1 - 1e-9) - 1e-7, edge
            assert off < 40_000
    assert exceeded > 5  # what they are cut for


@pytest.mark.parametrize("widest", [0.02, 2.0, 60.0])
def test_split_edges_lie_within_the_tolerance_of_the_declared_line(widest):
    rng = np.random.default_rng(7)
    for edge in edges(120, widest, seed=8):
        level = level_of(*edge)
        if level == LEVEL_MAX:
            continue
        lon, lat = lonlat_points(*edge, level)
        for k in {0, len(lon) - 2, int(rng.integers(len(lon) - 1))}:
            piece = path(lon[k], lat[k], lon[k + 1], lat[k + 1], 33)
            assert off_great_circle(*piece).max() * MOST_RADIUS_M <= TOLERANCE_M * 1.000001


def test_split_edges_hold_to_fifty_digits_where_they_are_longest():
    """One worst case without any rounding: 100 km along the parallel of 60 N."""
    mpmath.mp.dps = 50
    edge = (10.0, 60.0, 11.8, 60.0)
    level = level_of(*edge)
    lon, lat = lonlat_points(*edge, level)

    def normal(x, y):
        lam, phi = mpmath.radians(mpmath.mpf(x)), mpmath.radians(mpmath.mpf(y))
        return mpmath.matrix(
            [mpmath.cos(phi) * mpmath.cos(lam), mpmath.cos(phi) * mpmath.sin(lam), mpmath.sin(phi)]
        )

    a, b = normal(lon[0], lat[0]), normal(lon[1], lat[1])
    middle = normal((lon[0] + lon[1]) / 2, lat[0])
    plane = mpmath.matrix(
        [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    )
    sine = sum(plane[k] * middle[k] for k in range(3)) / mpmath.norm(plane)
    off = abs(mpmath.asin(sine)) * MOST_RADIUS_M
    assert 0.2 * TOLERANCE_M < off <= TOLERANCE_M


@pytest.mark.parametrize(
    ("edge", "at_least", "at_most"),
    [
        ((0.0, 45.0, 0.1271, 45.0), 8, 64),  # 10 km at 45 N: measured 32 pieces for 5 mm
        ((0.0, 60.0, 1.793, 60.0), 256, 1024),  # 100 km at 60 N: 512 for 5 mm
        ((0.0, 0.0, 0.3, 0.0), 1, 1),  # the equator costs nothing
        ((33.0, -60.0, 33.0, -60.3), 1, 1),  # nor does a meridian
    ],
)
def test_how_many_pieces_an_edge_needs(edge, at_least, at_most):
    assert at_least <= 2 ** level_of(*edge) <= at_most


def test_an_s_shaped_edge_is_split_though_its_middle_lies_on_the_great_circle():
    edge = (-20.0, -40.0, 20.0, 40.0)
    lon, lat = path(*edge)
    angles = off_great_circle(lon, lat)
    assert angles[128] * MOST_RADIUS_M < 1e-6  # a test of the midpoint alone would see nothing
    assert angles.max() * LEAST_RADIUS_M > 1_000
    assert level_of(*edge) >= 10


def test_both_directions_of_an_edge_give_the_same_points():
    for edge in edges(300, 5.0, seed=11):
        level = min(level_of(*edge), 7)
        forth = np.stack(lonlat_points(*edge, level))
        back = np.stack(lonlat_points(*edge[2:], *edge[:2], level))
        assert (forth == back[:, ::-1]).all()
        lon, lat = np.array(edge[::2]), np.array(edge[1::2])
        there = fine_vertices(lon, lat, np.array([level, level]), closed=False)
        here = fine_vertices(lon[::-1], lat[::-1], np.array([level, level]), closed=False)
        assert (there == here[::-1]).all()


@pytest.mark.parametrize("rule", [EdgeRule.GREAT_CIRCLE, EdgeRule.GEODESIC])
def test_both_directions_of_a_long_edge_give_the_same_lattice_vertices(rule):
    insert = great_circle_lonlat if rule is EdgeRule.GREAT_CIRCLE else geodesic_points
    differ = 0
    for lon_a, lat_a, lon_b, lat_b in edges(400, 3.0, seed=13):
        forth = to_cube(*insert(lon_a, lat_a, lon_b, lat_b))[1:]
        back = to_cube(*insert(lon_b, lat_b, lon_a, lat_a))[1:][::-1]
        assert len(forth) == len(back)
        differ += int((forth != back).any())
    assert differ == 0


def test_the_antimeridian_has_one_lattice_whatever_it_is_called():
    level = np.array([5, 5])
    east = fine_vertices(np.array([179.5, 180.0]), np.array([10.0, 10.2]), level, closed=False)
    west = fine_vertices(np.array([179.5, -180.0]), np.array([10.0, 10.2]), level, closed=False)
    assert (east == west).all()


def test_an_edge_over_the_antimeridian_runs_along_its_parallel():
    """Densified in longitude and latitude, before anything is projected."""
    lon, lat = np.array([179.0, -179.0]), np.array([60.0, 60.0])
    level, _ = levels(lon, lat, np.array([1, 0]))
    fine = fine_vertices(lon, lat, level, closed=False)
    height = fine[:, 2] / np.linalg.norm(fine.astype(float), axis=1)
    assert np.abs(np.degrees(np.arcsin(height)) - 60.0).max() * 111_000 < 0.005
    assert len(fine) > 100


def test_at_a_pole_all_longitudes_are_one_vertex():
    lon, lat = np.array([-180.0, -60.0, 60.0, 180.0]), np.full(4, 90.0)
    assert len(fine_vertices(lon, lat, np.full(4, 6), closed=False)) == 1
    assert (to_cube(lon, lat) == [0, 0, W]).all()


def test_equal_neighbours_are_dropped_and_a_ring_closes():
    a, b, c = ([W, 0, 0], [W, 9, 0], [W, 9, 9])
    ring = np.array([a, a, b, c, c, c, a])
    assert without_repeats(ring, closed=True).tolist() == [a, b, c]
    assert without_repeats(ring, closed=False).tolist() == [a, b, c, a]
    assert without_repeats(np.array([a, a]), closed=True).tolist() == [a]
    assert without_repeats(np.array([a]), closed=False).tolist() == [a]


def test_great_circle_points_lie_on_it_and_no_more_than_50_km_apart():
    for lon_a, lat_a, lon_b, lat_b in edges(60, 90.0, seed=14):
        lon, lat = great_circle_lonlat(lon_a, lat_a, lon_b, lat_b)
        n = np.vstack([normals(lon, lat), normals([lon_b], [lat_b])])
        plane = np.cross(n[0], n[-1] - n[0])
        plane /= np.linalg.norm(plane)
        assert np.abs((n - n[0]) @ plane).max() * MOST_RADIUS_M < 1e-6
        steps = np.linalg.norm(np.diff(n, axis=0), axis=1)
        assert steps.max() * MOST_RADIUS_M <= 50_000
        assert (lon[0], lat[0]) == (lon_a, lat_a)


def opposite(lon, lat, off_m, azimuth):
    """A place so far from the one opposite on the Earth, to a percent."""
    far = WGS84.Direct(-lat, lon - 180.0 if lon > 0.0 else lon + 180.0, azimuth, off_m)
    return far["lon2"], far["lat2"]


PLACES = [(0.0, 0.0), (10.0, 20.0), (-170.0, -67.25), (45.0, 90.0), (0.0, -90.0), (180.0, 1e-9)]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("off_m", [0.0, 1e-6, 1.0, 50.0])
def test_an_edge_to_the_other_side_of_the_earth_goes_no_way_that_anybody_could_name(place, off_m):
    for azimuth in (0.0, 77.0, 180.0):
        with pytest.raises(InputError, match="could run any way; put a vertex between") as caught:
            great_circle_lonlat(*place, *opposite(*place, off_m, azimuth))
        assert caught.value.code == "edge.half-turn"


@pytest.mark.parametrize("place", PLACES)
def test_one_that_misses_it_by_little_more_runs_as_exact_arithmetic_says(place):
    """The middle of all its points, beside the one in fifty digits."""
    lon_b, lat_b = opposite(*place, 200.0, 77.0)
    lon, lat = great_circle_lonlat(*place, lon_b, lat_b)
    with mpmath.workdps(50):
        ends = [
            mpmath.matrix([mpmath.cos(p) * mpmath.cos(q), mpmath.cos(p) * mpmath.sin(q), mpmath.sin(p)])
            for q, p in (map(mpmath.radians, end) for end in (place, (lon_b, lat_b)))
        ]  # fmt: skip
        both = ends[0] + ends[1]
        middle = np.array([float(x) for x in both / mpmath.norm(both)])
    (found,) = normals(
        lon[len(lon) // 2 : len(lon) // 2 + 1], lat[len(lat) // 2 : len(lat) // 2 + 1]
    )
    assert np.linalg.norm(found - middle) * MOST_RADIUS_M < 1e-3


def test_what_has_such_an_edge_is_refused_by_its_name_and_the_others_stand():
    ring = (place(0.0, 0.0), place(0.0, 179.9999), place(45.0, 90.0))
    area = Area((Polygon((ring,)),), EdgeRule.GREAT_CIRCLE)
    said = [declared("A1", area), declared("A2", circle(0.0, 0.0, 50.0))]
    found = prepare(said, geoid=FLAT)
    assert [(one.code, one.where) for one in found.refused] == [
        ("edge.half-turn", 'declaration (id "A1") outline')
    ]
    assert found.table.owner.tolist() == [1]


def test_geodesic_points_lie_on_the_shortest_path_and_no_more_than_2_km_apart():
    for lon_a, lat_a, lon_b, lat_b in edges(25, 3.0, seed=15):
        lon, lat = geodesic_points(lon_a, lat_a, lon_b, lat_b)
        line = WGS84.InverseLine(lat_a, lon_a, lat_b, lon_b)
        assert (lon[0], lat[0]) == (lon_a, lat_a)
        step = line.s13 / len(lon)
        assert step <= 2_000
        for k in range(0, len(lon), 7):
            at = line.Position(step * k)
            off = WGS84.Inverse(at["lat2"], at["lon2"], lat[k], lon[k])["s12"]
            assert off < 1e-5


@pytest.mark.parametrize("rule", list(EdgeRule))
@pytest.mark.parametrize(
    "ends",
    [((0, 0), (0, 170)), ((50, -20), (55, 100)), ((-80, 0), (80, 10)), ((10, 170), (-60, -120))],
)
def test_no_piece_is_too_long_for_the_integers(rule, ends):
    line = corridor(1.0, *(place(*at) for at in ends), edges=rule)
    table = prepare([declared("x", line)], geoid=FLAT).table
    a, b = fine_of(table, 0).edges
    assert np.abs(a - b).max() <= EDGE_UNITS_MAX
    assert len(a) > 50


def test_boxes_hold_every_vertex_of_split_edges():
    for edge in edges(150, 12.0, seed=16):
        ends = place(edge[1], edge[0]), place(edge[3], edge[2])
        table = prepare(
            [declared("x", corridor(0.0, *ends, edges=EdgeRule.LONLAT))], geoid=FLAT
        ).table
        fine = fine_of(table, 0).rings[0]
        assert (fine >= table.box[0, :3]).all()
        assert (fine <= table.box[0, 3:]).all()
        if table.face[0] >= 0:
            assert face_shared(fine[:-1], fine[1:]).all()


def test_boxes_hold_every_vertex_of_very_long_edges():
    for edge in [*edges(40, 179.0, seed=17), (0.0, 45.0, 179.0, 45.0), (-90.0, 30.0, 80.0, 31.0)]:
        ends = place(edge[1], edge[0]), place(edge[3], edge[2])
        table = prepare(
            [declared("x", corridor(0.0, *ends, edges=EdgeRule.LONLAT))], geoid=FLAT
        ).table
        fine = fine_of(table, 0).rings[0]
        assert (fine >= table.box[0, :3]).all(), edge
        assert (fine <= table.box[0, 3:]).all(), edge


def test_unit_vectors_are_exact_at_right_angles_and_agree_with_the_c_library():
    lon = np.array([0.0, 90.0, 180.0, -180.0, -90.0, 37.0])
    lat = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 90.0])
    found = np.stack(unit_vector(lon, lat), axis=-1)
    assert np.abs(found).tolist() == [
        [1, 0, 0],
        [0, 1, 0],
        [1, 0, 0],
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
    ]
    rng = np.random.default_rng(18)
    lon, lat = rng.uniform(-180, 180, 1000), rng.uniform(-90, 90, 1000)
    assert np.abs(np.stack(unit_vector(lon, lat), axis=-1) - normals(lon, lat)).max() < 4e-16


def test_longitude_and_latitude_of_a_direction_are_good_to_ten_nanometres():
    rng = np.random.default_rng(7)
    v = rng.normal(size=(20_000, 3)) * 10.0 ** rng.uniform(-6, 0, (20_000, 3))
    v /= np.sqrt((v * v).sum(axis=1))[:, None]
    lon, lat = lonlat_of(*v.T)
    flat = np.hypot(v[:, 0], v[:, 1])
    assert np.abs(lon - np.degrees(np.arctan2(v[:, 1], v[:, 0]))).max() < 9e-14
    assert np.abs(lat - np.degrees(np.arctan2(v[:, 2], flat))).max() < 9e-14


@pytest.mark.parametrize(
    ("direction", "place"),
    [
        ((0, 0, 1), (0, 90)),
        ((0, 0, -1), (0, -90)),
        ((1, 0, 0), (0, 0)),
        ((0, 1, 0), (90, 0)),
        ((0, -1, 0), (-90, 0)),
        ((-1, 0, 0), (180, 0)),
        ((-1, -1e-18, 0), (-180, 0)),
    ],
)
def test_longitude_and_latitude_at_the_special_places(direction, place):
    lon, lat = lonlat_of(*(np.array([float(value)]) for value in direction))
    assert (float(lon[0]), float(lat[0])) == place


@pytest.mark.parametrize("rule", [EdgeRule.LONLAT, EdgeRule.GEODESIC])
def test_nor_is_it_drawn_by_another_rule(rule):
    with pytest.raises(InputError, match="could run any way"):
        redrawn(
            [place(20.0, 10.0), place(-20.0, -170.0)], EdgeRule.GREAT_CIRCLE, rule, closed=False
        )
