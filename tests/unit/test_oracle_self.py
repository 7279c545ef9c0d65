"""The oracles against cases worked out by hand, published values and independent libraries."""

from __future__ import annotations

import re
from math import cos, pi, radians

import numpy as np
import pytest
import shapely

from tests.oracle import ellipsoid, fifty, generate, moving, rational, spans
from tests.oracle.fifty import GEODESIC, GREAT_CIRCLE, LONLAT, Area, Circle, Corridor, Mover
from tests.oracle.rational import CUBE

RULES = [LONLAT, GEODESIC, GREAT_CIRCLE]
SECOND = 1_000_000


# ---- rational: by hand ---------------------------------------------------------------------------


def box(x0, y0, x1, y1):
    """A rectangle on the face around the north pole, in units of 1,000."""
    places = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    return [(x * 1000, y * 1000, CUBE) for x, y in places]


HAND = [
    ("apart", [box(0, 0, 2, 2)], [box(3, 0, 5, 2)], False),
    ("one unit apart", [box(0, 0, 2, 2)], [[(2001, 0, CUBE), (9000, 0, CUBE), (9000, 9, CUBE)]], False),
    ("overlap", [box(0, 0, 2, 2)], [box(1, 1, 5, 5)], True),
    ("shared edge", [box(0, 0, 2, 2)], [box(2, 0, 4, 2)], True),
    ("part of an edge", [box(0, 0, 2, 2)], [box(2, 1, 4, 5)], True),
    ("shared vertex", [box(0, 0, 2, 2)], [box(2, 2, 4, 4)], True),
    ("T-junction", [box(0, 0, 2, 2)], [[(2000, 700, CUBE), (9000, 0, CUBE), (9000, 900, CUBE)]], True),
    ("equal", [box(0, 0, 2, 2)], [box(0, 0, 2, 2)], True),
    ("inside", [box(0, 0, 9, 9)], [box(4, 4, 5, 5)], True),
    ("in the hole", [box(0, 0, 9, 9), box(2, 2, 7, 7)], [box(4, 4, 5, 5)], False),
    ("touching the hole's edge", [box(0, 0, 9, 9), box(2, 2, 7, 7)], [box(2, 4, 5, 5)], True),
    ("filling the hole", [box(0, 0, 9, 9), box(2, 2, 7, 7)], [box(2, 2, 7, 7)], True),
    ("island in it", [box(0, 0, 9, 9), box(2, 2, 7, 7), box(4, 4, 5, 5)], [box(4, 4, 5, 5)], True),
    ("cross without vertices", [box(-9, -1, 9, 1)], [box(-1, -9, 1, 9)], True),
    ("line on an edge", [box(0, 0, 2, 2)], [[(1000, 2000, CUBE), (5000, 2000, CUBE)]], True),
    ("line ahead of an edge", [box(0, 0, 2, 2)], [[(3000, 2000, CUBE), (5000, 2000, CUBE)]], False),
    ("point on an edge", [box(0, 0, 2, 2)], [[(1000, 2000, CUBE)]], True),
    ("point inside", [box(0, 0, 2, 2)], [[(1000, 1000, CUBE)]], True),
    ("point outside", [box(0, 0, 2, 2)], [[(1000, 2001, CUBE)]], False),
    ("opposite", [box(-2, -2, 2, 2)], [[(-x, -y, -z) for x, y, z in box(-2, -2, 2, 2)]], False),
    ("across an edge of the cube",
     [[(CUBE, CUBE - 5000, 0), (CUBE - 5000, CUBE, 0), (CUBE, CUBE, 5000)]],
     [[(CUBE, CUBE, 1000), (CUBE, CUBE, 9000), (CUBE - 99, CUBE, 9000)]], True),
    ("touching on an edge of the cube",
     [[(CUBE, CUBE - 5000, 0), (CUBE - 5000, CUBE, 0), (CUBE, CUBE, 5000)]],
     [[(CUBE, CUBE, 5000), (CUBE, CUBE, 9000), (CUBE - 99, CUBE, 9000)]], True),
    ("above it on an edge of the cube",
     [[(CUBE, CUBE - 5000, 0), (CUBE - 5000, CUBE, 0), (CUBE, CUBE, 5000)]],
     [[(CUBE, CUBE, 5001), (CUBE, CUBE, 9000), (CUBE - 99, CUBE, 9000)]], False),
    ("corner inside a triangle of three faces",
     [[(CUBE, CUBE - 9, CUBE - 9), (CUBE - 9, CUBE, CUBE - 9), (CUBE - 9, CUBE - 9, CUBE)]],
     [[(CUBE, CUBE, CUBE)]], True),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b", "meet"), [row[1:] for row in HAND], ids=[r[0] for r in HAND])
def test_by_hand(a, b, meet):
    assert rational.polygons_meet(a, b) is meet
    assert rational.polygons_meet(b, a) is meet
    for turn in ((1, 2, 0), (2, 0, 1), (0, 2, 1)):  # the faces of the cube are alike
        ra, rb = ([[tuple(-v[k] for k in turn) for v in r] for r in p] for p in (a, b))
        assert rational.polygons_meet(ra, rb) is meet


def test_refusals():
    with pytest.raises(ValueError, match="no shortest arc"):
        rational.arcs([(CUBE, 0, 0), (-CUBE, 0, 0), (0, CUBE, 0)])
    with pytest.raises(ValueError, match="needs a vertex"):
        rational.arcs([])
    around = [(CUBE, 0, 0), (0, CUBE, 0), (-CUBE, 1, 0), (0, -CUBE, 0)]
    with pytest.raises(ValueError, match="hemispheres"):
        rational.contains([around], (0, 1, CUBE))


def test_self_crossing_by_hand():
    bowtie = [(0, 0, CUBE), (2000, 2000, CUBE), (2000, 0, CUBE), (0, 2000, CUBE)]
    spike = [*box(0, 0, 2, 2), (0, 1000, CUBE), (-5000, 1000, CUBE), (0, 1000, CUBE)]
    pinched = [(0, 0, CUBE), (1, 1, CUBE), (2, 0, CUBE), (2, 2, CUBE), (1, 1, CUBE), (0, 2, CUBE)]
    doubled = [p for p in box(0, 0, 2, 2) for _ in (0, 1)]
    assert [rational.self_crossing([r]) for r in (bowtie, spike, pinched)] == [True] * 3
    assert [k for _, _, k in rational.contacts([bowtie])] == ["cross"]
    assert not rational.self_crossing([box(0, 0, 9, 9), box(2, 2, 7, 7)])
    assert not rational.self_crossing([doubled])
    assert not rational.rings_cross([box(0, 0, 9, 9), box(2, 2, 7, 7)])
    assert rational.rings_cross([box(0, 0, 9, 9), box(2, 2, 17, 7)])
    assert rational.rings_cross([box(0, 0, 9, 9), box(0, 2, 7, 7)])


# ---- rational: against shapely and S2 ------------------------------------------------------------


def test_shapely_agrees_on_a_face():
    valid = 0
    for pair in generate.lattice_pairs(7, 4000):
        if pair.where != "face":
            continue
        every = [v for ring in pair.a + pair.b for v in ring]
        face = next(k for k in range(3) if all(abs(v[k]) == CUBE for v in every))
        axes = [k for k in range(3) if k != face]

        def flat(rings, axes=axes):
            return shapely.Polygon([[v[k] for k in axes] for v in rings[0]])

        if len(pair.a) == len(pair.b) == 1:
            a, b = flat(pair.a), flat(pair.b)
            assert a.is_valid != rational.self_crossing(pair.a), pair
            if a.is_valid and b.is_valid:
                valid += 1
                assert a.intersects(b) == rational.polygons_meet(pair.a, pair.b), pair
    assert valid > 300


def test_symmetric_and_independent_of_order():
    seen = set()
    for pair in generate.lattice_pairs(8, 3000):
        meet = rational.polygons_meet(pair.a, pair.b)
        seen.add((pair.where, meet))
        backwards = [tuple(reversed((*ring[2:], *ring[:2]))) for ring in pair.a[::-1]]
        assert rational.polygons_meet(pair.b, backwards) == meet, pair
    assert len(seen) == 6


def test_s2_agrees_with_both_oracles():
    spherely = pytest.importorskip("spherely", reason="no S2 here: there is no package for it")
    compared = 0
    for pair in generate.pairs(3, 300, kinds=["random", "corner at edge", "inside"]):
        shapes = [Area(p.rings, GREAT_CIRCLE) for p in (pair.a, pair.b)]
        apart = fifty.separation(*shapes, 0.0)
        if abs(apart.metres) <= 0.01:
            continue
        compared += 1
        lattice = [[[fifty.cube_vector(*v) for v in r] for r in p.rings] for p in shapes]
        s2 = [spherely.create_polygon(p.rings[0], holes=list(p.rings[1:]) or None) for p in shapes]
        meet = bool(spherely.intersects(*s2))
        assert (apart.metres <= 0) == meet, pair
        assert rational.polygons_meet(*lattice) == meet, pair
    assert compared > 150


# ---- fifty: the ellipsoid ------------------------------------------------------------------------


def test_three_geodesics_agree():
    rng = np.random.default_rng(1)
    for size in (1.0, 1e3, 1e5, 9e5):
        lon, lat = rng.uniform(-180, 180), rng.uniform(-89, 89)
        there = ellipsoid.move(lon, lat, rng.uniform(0, 360), size)
        library = ellipsoid.geodesic_m(lon, lat, *there)
        exact = ellipsoid.mp_geodesic_m(lon, lat, *there)
        double = ellipsoid.vincenty(ellipsoid.normals(lon, lat), ellipsoid.normals(*there))
        assert float(abs(exact - library)) < 2e-8
        assert double == pytest.approx(library, abs=1e-4)


def test_vincenty_within_a_tenth_of_a_millimetre():
    rng = np.random.default_rng(2)
    lon, lat = rng.uniform(-180, 180, 500), rng.uniform(-90, 90, 500)
    far = 10 ** rng.uniform(-3, 6, 500)
    ends = [ellipsoid.move(*p, rng.uniform(0, 360), d) for *p, d in zip(lon, lat, far, strict=True)]
    there = ellipsoid.normals(*np.array(ends).T)
    assert np.abs(ellipsoid.vincenty(ellipsoid.normals(lon, lat), there) - far).max() < 1e-4


def test_known_lengths():
    # one degree along the equator is a * pi / 180; from there to 1 N the published 110,574.39 m
    equator = fifty.separation(Circle((0, 0), 0), Circle((1, 0), 0))
    assert equator.metres == pytest.approx(6378137 * pi / 180, abs=1e-6)
    assert equator.how == "fifty"
    north = fifty.separation(Circle((0, 0), 1000), Circle((0, 1), 500))
    assert north.metres == pytest.approx(110_574.3886 - 1500, abs=1e-3)
    assert fifty.separation(Circle((0, 90), 0), Circle((77, 90), 0)).metres == pytest.approx(
        0, abs=1e-8
    )


def test_cube_vectors():
    w = CUBE
    assert fifty.cube_vector(0, 0) == (w, 0, 0)
    assert fifty.cube_vector(45, 0) == (w, w, 0)
    assert fifty.cube_vector(-180, 0) == fifty.cube_vector(180, 0) == (-w, 0, 0)
    assert fifty.cube_vector(12, 90) == (0, 0, w)
    assert fifty.cube_vector(-135, -45)[2] == -w


# ---- fifty: edges --------------------------------------------------------------------------------


def test_edges_differ_by_rule():
    line = (0.0, 60.0), (1.0, 60.0)
    at = Circle((0.5, 60.01), 0.0)
    gaps = {rule: fifty.separation(Corridor(line, 0.0, rule), at).metres for rule in RULES}
    straight = ellipsoid.geodesic_m(0.5, 60.0, 0.5, 60.01)  # the parallel's nearest place is abeam
    assert gaps[LONLAT] == pytest.approx(straight, abs=1e-6)
    # A great circle over one degree of longitude rises L^2 tan(60) / 8R = 105 m above it
    rise = (6378137 * radians(1) * cos(radians(60))) ** 2 * 3**0.5 / 8 / 6378137
    assert gaps[LONLAT] - gaps[GREAT_CIRCLE] == pytest.approx(rise, rel=0.01)
    assert 0 < abs(gaps[GEODESIC] - gaps[GREAT_CIRCLE]) < 0.2  # a 56 km edge


@pytest.mark.parametrize("rule", RULES)
def test_brute_force_agrees(rule):
    """Of thousands of places on each outline no two are nearer, and two are hardly farther."""
    checked = 0
    for pair in generate.pairs(40, 150, kinds=["random"], size_m=(300, 30_000)):
        a, b = (Area(p.rings[:1], rule) for p in (pair.a, pair.b))
        found = fifty.separation(a, b)
        if found.metres <= 0 or abs(a.rings[0][0][1]) > 85:
            continue
        n, m = samples(a, 400), samples(b, 400)
        rows = [int(np.argmax(n @ q)) for q in m]
        near = ellipsoid.vincenty(n[rows], m)
        k = int(np.argmin(near))
        close = ellipsoid.vincenty(n, np.broadcast_to(m[k], n.shape)).min()
        step = sum(float(np.sqrt((np.diff(x, axis=0) ** 2).sum(axis=1)).max()) for x in (n, m))
        assert found.metres - 1e-6 <= min(close, near[k]) <= found.metres + step * 6.4e6
        checked += 1
    assert checked > 15


def samples(area, count):
    """Unit normals along the first ring, by formulas of their own."""
    ring = area.rings[0]
    u = np.arange(count) / count
    out = []
    for p, q in zip(ring, (*ring[1:], ring[0]), strict=True):
        if area.edges == LONLAT:
            turn = (q[0] - p[0] + 180) % 360 - 180
            out.append(ellipsoid.normals(p[0] + u * turn, p[1] + u * (q[1] - p[1])))
        elif area.edges == GREAT_CIRCLE:
            a, b = ellipsoid.normals(*p), ellipsoid.normals(*q)
            angle = np.arccos(np.clip(a @ b, -1, 1))
            w = np.stack([np.sin((1 - u) * angle), np.sin(u * angle)], axis=1) / np.sin(angle)
            out.append(w @ np.stack([a, b]))
        else:
            azimuth, far = ellipsoid.azimuth(*p, *q), ellipsoid.geodesic_m(*p, *q)
            ends = [ellipsoid.move(*p, azimuth, s * far) for s in u[:: count // 200]]
            out.append(ellipsoid.normals(*np.array(ends).T))
    return np.concatenate(out)


# ---- fifty: gaps and depths ----------------------------------------------------------------------


def square(lon, lat, size):
    return ((lon, lat), (lon + size, lat), (lon + size, lat + size), (lon, lat + size))


@pytest.mark.parametrize("lon", [10.0, 180.0 - 0.01, 44.99])
@pytest.mark.parametrize("rule", RULES)
def test_gap_and_overlap_of_neighbours(lon, rule):
    # Meridian sides, 1e-7 degrees of longitude apart: 7.88 mm at 45 N, the least at the north end
    def at(start):
        ring = square(0.0, 45.0, 0.05)
        wrapped = [((start + x + 180) % 360 - 180, y) for x, y in ring]
        return Area((tuple(wrapped),), rule)

    north = ellipsoid.geodesic_m(0, 45.05, 1e-7, 45.05)
    south = ellipsoid.geodesic_m(0, 45.0, 1e-7, 45.0)
    gap = fifty.separation(at(lon), at(lon + 0.05 + 1e-7))
    assert gap.metres == pytest.approx(north, abs=3e-6)
    assert gap.how == "fifty"
    overlap = fifty.separation(at(lon), at(lon + 0.05 - 1e-7))
    assert overlap.metres == pytest.approx(-south, abs=2e-4)


def test_depth_of_a_corner():
    wedge = [ellipsoid.move(0.02, 0.03, azimuth, 1000) for azimuth in (80, 100)]
    for away, depth in ((270, 0.02), (90, -0.02)):
        tip = ellipsoid.move(0.02, 0.03, away, 0.02)
        found = fifty.separation(
            Area((((0, 0), (0.02, 0), (0.02, 0.05), (0, 0.05)),)),
            Area(((tip, *wedge),)),
        )
        assert found.metres == pytest.approx(-depth, abs=2e-4)


def test_depth_of_containment_and_of_equals():
    outer, inner = Area((square(0, 0, 0.1),)), Area((square(0.04, 0.04, 0.01),))
    # the deepest corner lies 0.05 degrees of longitude and of latitude from the outer sides
    low = min(ellipsoid.geodesic_m(0, 0.05, 0.05, 0.05), ellipsoid.geodesic_m(0, 0.05, 0, 0.1))
    assert fifty.separation(outer, inner).metres <= -low + 2.5
    half = ellipsoid.geodesic_m(0, 0, 0, 0.05)
    assert -2.1 * half < fifty.separation(outer, outer).metres < -half
    ring = Area((square(0, 0, 0.1), square(0.03, 0.03, 0.03)))
    gap = fifty.separation(ring, Circle((0.045, 0.045), 100.0)).metres
    assert gap == pytest.approx(ellipsoid.geodesic_m(0, 0.045, 0, 0.06) - 100, abs=1.0)


def test_circle_in_area_and_corridor_in_area():
    area = Area((square(0, 0, 0.1),))
    inside = fifty.separation(area, Circle((0.05, 0.05), 10.0), 0.0).metres
    assert inside == pytest.approx(-ellipsoid.geodesic_m(0, 0.05, 0, 0.1) - 10, abs=3)
    assert fifty.separation(area, Corridor(((0.02, 0.02), (0.03, 0.02)), 5.0)).metres < -1000
    over = fifty.separation(area, Corridor(((-1, 0.05), (1, 0.05)), 5.0)).metres
    assert over < -ellipsoid.geodesic_m(0, 0.05, 0, 0.1) + 3


def test_slivers_that_cross_are_found():
    bars = [
        Area((((0, -0.01), (3e-7, -0.01), (3e-7, 0.01), (0, 0.01)),)),
        Area((((-0.01, 0), (0.01, 0), (0.01, 3e-7), (-0.01, 3e-7)),)),
    ]  # 3.3 cm wide, 2 km long
    depth = -fifty.separation(*bars).metres
    assert 0.0165 < depth < 0.0335


def test_symmetric_and_the_same_all_around_the_earth():
    for pair in generate.pairs(11, 40, size_m=(50, 5000)):
        one, two = fifty.separation(pair.a, pair.b), fifty.separation(pair.b, pair.a)
        if max(one.metres, two.metres) > -fifty.DEEP_M:
            assert one.metres == pytest.approx(two.metres, abs=6e-4)
        turned = [moved(shape, 64.25) for shape in (pair.a, pair.b)]
        there = fifty.separation(*turned)
        if one.metres > 0:
            assert there.metres == pytest.approx(one.metres, abs=2e-5)
        assert (there.metres <= 1e-4) == (one.metres <= 1e-4)


def moved(shape, by):
    """The same shape further east."""

    def east(p):
        return (p[0] + by + 180) % 360 - 180, p[1]

    if isinstance(shape, Area):
        return Area(tuple(tuple(map(east, r)) for r in shape.rings), shape.edges)
    if isinstance(shape, Circle):
        return Circle(east(shape.center), shape.radius_m)
    return Corridor(tuple(map(east, shape.vertices)), shape.half_width_m, shape.edges)


def test_far_away_the_bounds_are_enough_and_on_the_right_side():
    for pair in generate.pairs(12, 60):
        quick = fifty.separation(pair.a, pair.b, pair.minimum_m)
        full = fifty.separation(pair.a, pair.b)
        assert (quick.metres <= pair.minimum_m) == (full.metres <= pair.minimum_m) or (
            abs(full.metres - pair.minimum_m) < 1e-3
        )
        if quick.how == "bounds":
            assert abs(quick.metres - full.metres) <= quick.error_m + 1e-6


# ---- movers --------------------------------------------------------------------------------------


def mover(*stops, width=0.0):
    return Mover(tuple(s[0] for s in stops), tuple(round(s[1] * SECOND) for s in stops), width)


def test_head_on_and_abreast_on_the_equator():
    degree = 6378137 * pi / 180
    east = mover(((0, 0), 0), ((0.1, 0), 100), width=30)
    west = mover(((0.1, 0), 0), ((0, 0), 100), width=20)
    met = moving.closest(east, west)
    assert met.metres == pytest.approx(-50, abs=1e-6)
    assert met.a_us == pytest.approx(50 * SECOND, abs=2)
    behind = mover(((-0.01, 0), 0), ((0.09, 0), 100))  # no relative velocity
    assert moving.closest(east, behind).metres == pytest.approx(0.01 * degree - 30, abs=1e-6)
    # with a time minimum of 4 s it may come 0.004 degrees nearer
    near = moving.closest(east, behind, 4 * SECOND)
    assert near.metres == pytest.approx(0.006 * degree - 30, abs=1e-5)
    assert moving.closest(east, mover(((0, 0), 200), ((0, 0), 300)), 99 * SECOND) is None
    later = moving.closest(east, mover(((0.1, 0), 200), ((0.1, 0), 300)), 100 * SECOND)
    assert later.metres == pytest.approx(-30, abs=1e-6)


def test_crossing_between_samples_with_other_clocks():
    # One passes 0/0 northwards at 60 s, the other eastwards at 63 s, reported at unlike times
    north = mover(((0, -0.06), 0), ((0, 0.04), 100))
    east = mover(((-0.056, 0), 7), ((0.037, 0), 100))
    apart = moving.closest(north, east)
    assert 0 < apart.metres < 3 * 0.001 * 111_320
    assert moving.closest(north, east, 3 * SECOND).metres == pytest.approx(0, abs=1e-3)
    speed_n = ellipsoid.geodesic_m(0, -0.06, 0, 0.04) / 100
    speed_e = 6378137 * radians(0.001)
    # by hand: two straight lines at right angles, 3 s apart
    hand = 3 * speed_n * speed_e / (speed_n**2 + speed_e**2) ** 0.5
    assert apart.metres == pytest.approx(hand, abs=0.01)


def test_spans_on_the_equator():
    degree = 6378137 * pi / 180
    walk = mover(((0, 0), 0), ((1, 0), 1000))
    found = spans.spans(walk, Circle((0.5, 0), 0.0), 0.1 * degree)
    assert found == [(pytest.approx(400 * SECOND, abs=2), pytest.approx(600 * SECOND, abs=2))]
    cut = spans.spans(walk, Circle((0.5, 0), 0.0), 0.1 * degree, (0, 450 * SECOND))
    assert cut == [(pytest.approx(400 * SECOND, abs=2), 450 * SECOND)]
    area = Area(
        (((0.2, -1), (0.3, -1), (0.3, 1), (0.2, 1)), ((0.22, -0.5), (0.28, -0.5), (0.25, 0.5)))
    )
    inside = spans.spans(walk, area, 0.0)  # in, out in the hole, in again
    assert [round(t / SECOND, 3) for span in inside for t in span] == [200, 235, 265, 300]
    assert spans.spans(walk, Circle((0.5, 1), 0.0), 1000.0) == []
    stay = mover(((0.5, 0), 0), ((0.5, 0), 100))
    assert spans.spans(stay, area, 30_000.0) == [(0, 100 * SECOND)]
    assert spans.spans(stay, area, 20_000.0) == []


def test_spans_of_two_movers_agree_with_their_closest_approach():
    seen = 0
    for pair in generate.mover_pairs(5, 30, kinds=["two movers", "two movers pass"]):
        found = moving.closest(pair.a, pair.b, pair.tau_us)
        if found is None:
            continue
        centres = found.metres + pair.a.half_width_m + pair.b.half_width_m
        wide = spans.spans_of_two(pair.a, pair.b, centres + 0.5, pair.tau_us)
        assert any(start - 2 <= found.a_us <= end + 2 for start, end in wide)
        if centres > 0.01:
            assert spans.spans_of_two(pair.a, pair.b, centres - 0.005, pair.tau_us) == []
        seen += 1
    assert seen > 20


def test_least_distance_agrees_with_spans():
    for pair in generate.mover_pairs(6, 30, kinds=["mover and shape", "mover grazes"]):
        found = moving.least_distance(pair.a, pair.b, pair.window_us)
        if found is None or found.metres < 0:
            continue
        radius = pair.b.radius_m if isinstance(pair.b, Circle) else 0.0
        reach = found.metres + pair.a.half_width_m + radius
        assert spans.spans(pair.a, pair.b, reach + 0.01, pair.window_us)
        assert not spans.spans(pair.a, pair.b, reach - 0.01, pair.window_us)


def clock(hours, minutes):
    return hours * 3600 + minutes * 60


def test_the_scenario():
    """Values of the project's scenario: a convoy, two areas, a transit and an orbit."""
    a2 = ((144.070, -31.180), (144.330, -31.040), (144.550, -31.150), (144.200, -31.330))
    b1 = ((143.850, -31.000), (144.150, -30.800), (144.350, -31.050), (144.020, -31.220))
    clinic, water = (144.200, -31.095), (143.700, -31.310)
    convoy = mover(
        ((143.520, -31.480), clock(5, 30)), (water, clock(6, 10)), (water, clock(6, 25)),
        ((143.980, -31.180), clock(7, 2)), (clinic, clock(7, 36)), width=1000,
    )  # fmt: skip
    window = clock(6, 0) * SECOND, clock(8, 0) * SECOND
    (span,) = spans.spans(convoy, Area((b1,), GEODESIC), 1000, window)
    assert span[0] / SECOND == pytest.approx(clock(7, 1) + 40, abs=5)
    assert span[1] == clock(7, 36) * SECOND
    a2 = Area((a2,), GEODESIC)
    assert fifty.separation(a2, Circle(clinic, 0)).metres == pytest.approx(1421, abs=1)
    (span,) = spans.spans(convoy, a2, 2000)
    assert span[0] / SECOND == pytest.approx(clock(7, 29) + 42, abs=5)
    used = clock(6, 30) * SECOND, clock(7, 30) * SECOND
    assert moving.least_distance(convoy, a2, used, 0.0).metres > 0
    transit = mover(
        ((143.6, -30.95), clock(7, 40)), ((144.3, -31.3), clock(7, 52)), width=5000
    )  # fmt: skip
    (span,) = spans.spans(transit, Circle((144.35, -31.35), 25_000), 30_000)
    assert span[0] / SECOND == pytest.approx(clock(7, 48) + 26, abs=5)


def test_the_examples_of_the_readme_run(root):
    text = (root / "tests" / "oracle" / "README.md").read_text(encoding="utf-8")
    names: dict = {}
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    for block in blocks:
        exec(block, names)
    assert len(blocks) == 4
    found = names["separation"](names["zone"], Circle((10.06, 45.02), 500.0))
    assert round(found.metres, 3) == 288.194


# ---- generators ----------------------------------------------------------------------------------


def test_pairs_depend_on_seed_and_number_alone():
    whole = list(generate.pairs(1, 30))
    assert whole[17] == generate.pair(1, 17)
    assert whole != list(generate.pairs(2, 30))
    assert list(generate.mover_pairs(1, 9))[8] == generate.mover_pair(1, 8)
    assert list(generate.lattice_pairs(1, 9))[8] == generate.lattice_pair(1, 8)


def test_positions_are_positions():
    for pair in [*generate.pairs(4, 300), *generate.mover_pairs(4, 100)]:
        for shape in (pair.a, pair.b):
            places = (
                [p for ring in shape.rings for p in ring] if isinstance(shape, Area)
                else [shape.center] if isinstance(shape, Circle) else shape.vertices
            )  # fmt: skip
            assert all(-180 <= lon <= 180 and -90 <= lat <= 90 for lon, lat in places), pair


@pytest.mark.parametrize(
    "kind", ["corner at edge", "circles", "circle at edge", "corridor and circle"]
)
def test_near_gaps_are_near(kind):
    pairs = list(generate.pairs(9, 30, kinds=[kind], size_m=(100, 10_000)))
    hits = 0
    for pair in pairs:
        beyond = fifty.separation(pair.a, pair.b, pair.minimum_m).metres - pair.minimum_m
        hits += abs(beyond) < 2.1
    assert hits > 20
