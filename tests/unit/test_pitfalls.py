"""The 22 ways to get exact geometry wrong that were met when it was first tried, one test each.

Where it can, a test shows beside the right answer what the mistake would have answered, so that the
test is known to be able to fail.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import json
import math
import textwrap
from dataclasses import replace

import mpmath
import numpy as np
import pytest

from keepclear.detect import edges as edges_module
from keepclear.detect import lattice, metric, trig
from keepclear.detect.crossing import Minima
from keepclear.detect.edges import fine_vertices, levels
from keepclear.detect.engine import PORTABLE, Search
from keepclear.detect.fine import Fine, Skeletons, fine_of
from keepclear.detect.lattice import (
    EDGE_UNITS_MAX,
    UNITS_PER_M,
    W,
    bulge,
    face_shared,
    orient,
    to_cube,
    unit_vector,
)
from keepclear.detect.metric import distance_m, ecef, point_edge_m, to_unit
from keepclear.detect.polygon import arcs_meet, lines_meet
from keepclear.detect.prepare import prepare
from keepclear.detect.rows import Rows
from keepclear.detect.rules import compare
from keepclear.detect.separation import share_a_point
from keepclear.detect.shape import boxes, complete, next_vertex
from keepclear.detect.table import AREA
from keepclear.detect.trig import sin_cos
from keepclear.detect.twice import KERNELS
from keepclear.detect.vertical import lower_limit, upper_limit
from keepclear.domain.footprint import EdgeRule
from keepclear.domain.position import Position
from keepclear.errors import InputError
from keepclear.formats.registry import read_bytes
from tests.laws.strategies import (
    FLAT,
    NOTABLE,
    WGS84,
    area,
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
)
from tests.oracle import rational

CM = 0.01


@pytest.fixture(params=["portable", "fast"])
def engine(request):
    """Both ways to the same verdict."""
    if request.param == "portable":
        return PORTABLE
    pytest.importorskip("numba")
    from keepclear.detect.fast.engine import FAST

    return FAST


def geojson(*features):
    """Declarations read from GeoJSON features (properties, geometry type, coordinates)."""
    document = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": p, "geometry": {"type": t, "coordinates": c}}
            for p, t, c in features
        ],
    }
    return read_bytes(json.dumps(document).encode(), name="x.geojson")


def on_lattice(*polygons):
    """A table of areas whose vertices are these very lattice vectors."""
    rows = Rows()
    limits = (lower_limit(None, None), upper_limit(None, None))
    for k, rings in enumerate(polygons):
        for ring in rings:
            rows.ring([0.0] * len(ring), [0.0] * len(ring))
        rows.close((k, 0, AREA), (0.0, 0.0, 0.0), (*limits, False, *limits), (0, 1), len(rings))
    table = complete(rows)
    q = np.array([v for rings in polygons for ring in rings for v in ring], dtype=np.int32)
    closed = np.ones(len(table.vertex_start) - 1, dtype=bool)
    following = next_vertex(table.vertex_start, closed)
    sizes, face = boxes(q, np.zeros(len(q)), following, table.ring_start, table.vertex_start)
    return replace(table, q=q, box=sizes, face=face)


def meet(engine, table, i, j):
    """The verdict of an engine on rows of a table, as booleans."""
    i, j = np.array(i, dtype=np.int32), np.array(j, dtype=np.int32)
    return engine.near(table, i, j, np.zeros(len(i)), Skeletons(table))


def found(engine, table, minima=Minima()):  # noqa: B008  frozen
    """Pairs of rows that an engine's search would hand on to a verdict."""
    owner = np.arange(len(table), dtype=np.int32)
    kind = np.zeros(len(table), dtype=np.uint8)
    search = Search(owner, -1 - owner, kind, np.ones((5, 5), dtype=bool))
    return {
        frozenset(pair)
        for i, j in engine.candidates(table, minima, search)
        for pair in zip(i.tolist(), j.tolist(), strict=True)
    }


def integer_orient(a, b, c):
    """The determinant's sign in Python integers."""
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = ([int(x) for x in v] for v in (a, b, c))
    d = ax * (by * cz - bz * cy) - ay * (bx * cz - bz * cx) + az * (bx * cy - by * cx)
    return (d > 0) - (d < 0)


def double_orient(a, b, c):
    """The same in doubles, as a script in a page would have to compute it: 53 bits."""
    x, y, z = (v.astype(float).tolist() for v in (a, b, c))
    d = (
        x[0] * (y[1] * z[2] - y[2] * z[1])
        - x[1] * (y[0] * z[2] - y[2] * z[0])
        + x[2] * (y[0] * z[1] - y[1] * z[0])
    )
    return (d > 0) - (d < 0)


def test_pitfall_01_positions_are_typed_and_impossible_ones_refused():
    with pytest.raises(TypeError):
        Position(12.0, 47.0)  # neither order is guessed at
    for lat, lon in ((math.nan, 0.0), (0.0, math.inf), (90.0001, 0.0), (-91.0, 0.0), (0.0, 190.0)):
        with pytest.raises(InputError, match="degrees"):
            place(lat, lon)
    with pytest.raises(InputError, match="swapped"):
        place(144.2, -31.1)
    # what is not refused comes out exactly: longitudes that name one meridian are one vector
    for lat in (0.0, 47.123, -89.5):
        for lon in (-180.0, -170.0, 12.3456789, 90.0):
            assert to_cube(lon, lat).tolist() == to_cube(lon + 360.0, lat).tolist()


def test_pitfall_02_no_verdict_depends_on_the_c_library(monkeypatch):
    rng = np.random.default_rng(2)
    lon, lat = rng.uniform(-180, 180, 20_000), rng.uniform(-90, 90, 20_000)
    # The same integers on every machine: this digest was the same with and without fused
    # multiply-add, and each vector is the exact one to the last unit (below).
    digest = hashlib.sha256(to_cube(lon, lat).astype("<i8").tobytes()).hexdigest()
    mpmath.mp.dps = 40
    for x, y, q in zip(lon[:300], lat[:300], to_cube(lon[:300], lat[:300]), strict=True):
        lam, phi = mpmath.radians(mpmath.mpf(float(x))), mpmath.radians(mpmath.mpf(float(y)))
        v = (
            mpmath.cos(phi) * mpmath.cos(lam), mpmath.cos(phi) * mpmath.sin(lam), mpmath.sin(phi)
        )  # fmt: skip
        most = max(abs(c) for c in v)
        assert all(abs(int(k) - c / most * W) < 0.50001 for k, c in zip(q, v, strict=True))
    assert digest == "d53c714d69dadb3aaa53d0341d22fba8b0e32421d5b94081fcf60ea610ea3407"

    def boom(*_args, **_more):
        raise AssertionError("a verdict asked the C library")

    for name in ("sin", "cos", "tan", "arctan2", "arcsin", "arccos", "hypot", "deg2rad", "radians"):
        monkeypatch.setattr(np, name, boom)
    shapes = [
        square(47.0, 8.0, 900.0),
        circle(47.0, 8.02, 500.0),
        corridor(30.0, place(47.0, 8.0), place(47.1, 8.1), edges=EdgeRule.LONLAT),
    ]
    moving = route(50.0, (place(47.0, 8.0), 0), (place(47.01, 8.01), 9))
    parts = [declared(f"d{k}", part) for k, part in enumerate([*shapes, moving])]
    table = prepare([parts[1], parts[2], parts[3]], geoid=FLAT).table
    assert len(table) == 3
    monkeypatch.undo()  # whether rings are simple is judged in a drawing plane; that is no verdict
    table = prepare(parts, geoid=FLAT).table
    for name in ("sin", "cos", "tan", "arctan2", "arcsin", "arccos", "hypot", "deg2rad", "radians"):
        monkeypatch.setattr(np, name, boom)
    i, j = np.triu_indices(3, 1)
    assert meet(PORTABLE, table, i, j).tolist() == [False, True, False]


def test_pitfall_02_nor_do_the_points_inserted_into_great_circles(monkeypatch):
    def boom(*_args, **_more):
        raise AssertionError("a vertex asked the C library")

    for name in ("sin", "cos", "tan", "arctan", "arctan2", "hypot", "degrees", "rad2deg"):
        monkeypatch.setattr(np, name, boom)
    monkeypatch.setattr(np.linalg, "norm", boom)
    edges_module.great_circle_lonlat(8.0, 47.0, 12.0, 48.0)


def test_pitfall_03_an_edge_over_180_goes_the_short_way_along_its_own_line():
    plan = {"party": "A", "id": "a"}
    ring = [[179.0, 60.0], [-179.0, 60.0], [-179.0, 61.0], [179.0, 61.0], [179.0, 60.0]]
    reading = geojson((plan, "Polygon", [ring]))
    assert any("short way" in warning for warning in reading.warnings)
    jumper = reading.declarations[0].parts[0]
    assert crosses(jumper, circle(60.5, 180.0, 100.0))
    assert not crosses(jumper, circle(60.5, 0.0, 100.0))
    # densified in longitude and latitude: its border is the parallel, not the great circle, which
    # in the middle lies 950 m further north
    assert crosses(jumper, circle(60.002, 180.0, 10.0))
    assert not crosses(jumper, circle(59.9995, 180.0, 10.0))
    half = [[0.0, 60.0], [180.0, 60.0], [90.0, 80.0], [0.0, 60.0]]
    reading = geojson((plan, "Polygon", [half]))
    assert reading.declarations == ()
    assert reading.refused[0].code == "edge.half-turn"


def test_pitfall_04_an_s_shaped_edge_is_not_taken_for_straight():
    edge = ((-20.0, -40.0), (20.0, 40.0))  # its middle lies on its great circle, by symmetry
    level, _ = levels(np.array([-20.0, 20.0]), np.array([-40.0, 40.0]), np.array([1, 0]))
    assert level.min() >= 10
    line = corridor(1.0, *(place(lat, lon) for lon, lat in edge), edges=EdgeRule.LONLAT)
    quarter = (-10.0, -20.0)  # (longitude, latitude) on the declared line
    assert crosses(line, circle(quarter[1], quarter[0], 1.0))
    great = corridor(1.0, *(place(lat, lon) for lon, lat in edge), edges=EdgeRule.GREAT_CIRCLE)
    assert not crosses(great, circle(quarter[1], quarter[0], 1_000.0))
    forth = fine_vertices(np.array([-20.0, 20.0]), np.array([-40.0, 40.0]), level, closed=False)
    back = fine_vertices(np.array([20.0, -20.0]), np.array([40.0, -40.0]), level, closed=False)
    assert (forth == back[::-1]).all()  # neighbours of a shared edge get the same points


SOUTH_CAP = [[-180.0, -70.0], [-90.0, -72.0], [0.0, -70.0], [90.0, -68.0], [180.0, -70.0]]


def _with_south_cap(pole_edge, engine):
    """What a cap round the south pole meets, its ring closed along the pole in GeoJSON's way."""
    ring = [*SOUTH_CAP, *pole_edge, SOUTH_CAP[0]]
    reading = geojson(({"party": "A", "id": "cap"}, "Polygon", [ring]))
    others = {
        "inside": circle(-80.0, 37.0, 50.0),
        "pole": circle(-90.0, 0.0, 50.0),
        "on the cut": circle(-80.0, 180.0, 50.0),
        "outside": circle(-60.0, 37.0, 50.0),
        "outside on the cut": circle(-69.0, 180.0, 50.0),
        "north": circle(80.0, 37.0, 50.0),
    }
    said = [*reading.declarations, *(declared(name, part) for name, part in others.items())]
    result = compare(said, geoid=FLAT, engine=engine, areas=False)
    assert (reading.refused, result.refused) == ((), ())
    return {name for pair in pairs(result.crossings) for name in pair if "cap" in pair} - {"cap"}


def test_pitfall_05_edges_along_a_pole_and_its_cut_have_no_length(engine):
    pole_edge = [[lon, -90.0] for lon in (180.0, 120.0, 0.0, -120.0, -180.0)]
    assert _with_south_cap(pole_edge, engine) == {"inside", "pole", "on the cut"}


def test_pitfall_05_nor_has_one_that_runs_once_round_the_pole(engine):
    assert _with_south_cap([[180.0, -90.0], [-180.0, -90.0]], engine) == {
        "inside", "pole", "on the cut",
    }  # fmt: skip


def test_pitfall_05_vertices_that_round_to_one_make_no_edge(engine):
    """An edge without length is collinear with everything; it must be gone before the verdict."""
    spaced = rectangle(0, 0, 400, 300)
    steps = ((1e-4, 0.0), (0.0, 1e-4), (-1e-4, 0.0), (0.0, -1e-4))
    doubled = [
        (e + k * de, n + k * dn)
        for (e, n), (de, dn) in zip(spaced, steps, strict=True)
        for k in (0, 0, 1)  # each corner twice, and once more 0.1 mm on
    ]
    for at in NOTABLE[::3]:
        plain, twice = laid(*at, spaced), laid(*at, doubled)
        prepared = prepare([declared("a", plain), declared("b", twice)], geoid=FLAT)
        assert prepared.refused == ()
        fine = fine_of(prepared.table, 1)
        assert 4 <= len(fine.rings[0]) < 12
        a, b = fine.edges
        assert (a != b).any(axis=1).all()
        for e, n in (
            (410.0, 150.0),
            (-10.0, 300.0),
            (200.0, 310.0),
            (410.0, 300.0),
            (200.0, 150.0),
        ):
            near = laid(*at, rectangle(e - 5, n - 5, e + 5, n + 5))
            assert crosses(twice, near, engine=engine) == crosses(plain, near, engine=engine)
            assert crosses(plain, near, engine=engine) == ((e, n) == (200.0, 150.0))


def test_pitfall_06_what_is_left_with_less_than_three_vertices_is_never_dropped_silently():
    speck = laid(47.0, 8.0, [(0.0, 0.0), (1e-4, 0.0), (0.0, 1e-4)])
    sliver = laid(47.0, 8.0, [(-500.0, 0.0), (0.0, 0.0), (500.0, 0.0), (0.0, 0.0)])
    whole = square(47.0, 8.0, 100.0)
    other = declared("other", circle(47.0, 8.0, 10.0))
    for bad in (speck, sliver):
        alone = compare([declared("bad", bad), other], geoid=FLAT)
        assert [refusal.code for refusal in alone.refused] == ["ring.zero-area"]
        assert not alone.complete
        assert alone.compared == 1
        assert alone.crossings == ()
        beside = compare([declared("bad", bad, whole), other], geoid=FLAT)
        assert len(beside.refused) == 1
        assert "part 1" in beside.refused[0].where
        assert pairs(beside.crossings) == {
            frozenset({"bad", "other"})
        }  # its other part is compared
        assert beside.crossings[0].a.parts == (1,)
    # thinner than the lattice but not without extent: taken, and found by what lies across it
    thin = laid(47.0, 8.0, [(0.0, 0.0), (500.0, 0.0), (250.0, 0.004)])
    result = compare([declared("thin", thin), other], geoid=FLAT)
    assert (result.refused, len(result.crossings)) == ((), 1)


def test_pitfall_07_differences_of_vertices_do_not_wrap(engine):
    """Vertices on opposite faces differ by 2**32: in 32 bits that is nothing."""
    wide = area([moved(0.0, 0.0, *p) for p in _disc(5_000_000.0, 90)])  # 45 degrees round 0 N 0 E
    assert prepare([declared("a", wide)], geoid=FLAT).table.q.dtype == np.int32
    for lat, lon, inside in (
        (0, 0, True), (40, 0, True), (0, -43, True), (0, 47, False), (50, 0, False), (0, 135, False),
        (0, 180, False), (0, -137, False), (-40, 180, False), (90, 0, False), (30, 30, True),
    ):  # fmt: skip
        assert crosses(wide, square(lat, lon, 1_000.0), engine=engine) is inside, (lat, lon)
    a, b = np.array([W, 0, 0]), np.array([W, 100, 50])
    far = np.array([-W, -77, 31])
    assert orient(*a, *b, *far) == integer_orient(a, b, far) != 0
    with np.errstate(over="ignore"):
        narrow = [v.astype(np.int32) for v in (a, b, far)]
        assert int((narrow[2] - narrow[0])[0]) != -2 * W  # what the mistake would have computed


def _disc(radius_m, count):
    """A ring of corners on a circle."""
    angles = np.arange(count) / count * 2 * math.pi
    return [(radius_m * math.sin(t), radius_m * math.cos(t)) for t in angles]


@pytest.mark.parametrize("rule", list(EdgeRule))
def test_pitfall_08_long_edges_are_split_before_they_could_overflow(rule):
    for first, last in (((0, 0), (0, 120)), ((60, -170), (-50, -60)), ((89, 0), (10, 100))):
        line = corridor(10.0, place(*first), place(*last), edges=rule)
        table = prepare([declared("a", line)], geoid=FLAT).table
        a, b = fine_of(table, 0).edges
        assert np.abs(a - b).max() <= EDGE_UNITS_MAX
        steps = zip(a[:: len(a) // 20], b[:: len(a) // 20], strict=True)
        for p, q in steps:  # and then the integers are right, wherever the third point lies
            for c in ([W, W, -W], [-W, W, W], [-W, -W, -W], [1, -W, 5], [W, 3, 3]):
                assert orient(*p, *q, *np.array(c)) == integer_orient(p, q, c)


def test_pitfall_09_three_full_products_are_summed_without_overflow():
    rng = np.random.default_rng(9)
    wrong_in_doubles = wrong_in_64_bits = 0
    for _ in range(3_000):
        a = rng.integers(-W, W, 3, endpoint=True)
        a[rng.integers(3)] = rng.choice([-W, W])
        most = EDGE_UNITS_MAX if rng.uniform() < 0.5 else int(10.0 ** rng.uniform(0, 7))
        b = np.clip(a + rng.integers(-most, most, 3, endpoint=True), -W, W)
        c = rng.choice([-W, W, 0, 1, -1], 3) if rng.uniform() < 0.3 else rng.integers(-W, W, 3)
        if rng.uniform() < 0.4:  # nearly on the great circle of a b, or a multiple: the hard ones
            k = int(rng.integers(1, 60))
            c = np.clip(a + (b - a) // k + rng.integers(-1, 2, 3), -W, W)
        exact = integer_orient(a, b, c)
        assert orient(*a, *b, *c) == exact
        assert orient(*b, *a, *c) == -exact
        wrong_in_doubles += int(double_orient(a, b, c) != exact)
        with np.errstate(over="ignore"):
            n = np.cross(b - a, c - a)
            wrong_in_64_bits += int(np.sign((a * n).sum()) != exact)
    assert wrong_in_doubles > 50
    assert wrong_in_64_bits > 50


def test_pitfall_10_arcs_on_opposite_sides_of_the_earth_do_not_meet(engine):
    here = np.array([[W, -1000, -1000], [W, 1000, 1000]])
    other = np.array([[W, -1000, 1000], [W, 1000, -1000]])
    a, b = here[:1], here[1:]
    c, d = -other[:1], -other[1:]
    assert arcs_meet(a, b, c, d).tolist() == [True]  # the four signs alone
    assert not lines_meet((a, b), (c, d))
    assert lines_meet((a, b), (-c, -d))
    for lat, lon in ((0.0, 0.0), (35.0, 45.0), (-47.0, 8.0), (90.0, 0.0)):
        cross = corridor(0.0, moved(lat, lon, -500, -500), moved(lat, lon, 500, 500))
        anti = moved(-lat, lon + 180 if lon <= 0 else lon - 180, 0, 0)
        at = anti.latitude, anti.longitude
        opposite = corridor(0.0, moved(*at, -500, 500), moved(*at, 500, -500))
        assert not crosses(cross, opposite, engine=engine)
        assert not crosses(square(lat, lon, 700.0), square(*at, 700.0), engine=engine)


def test_pitfall_11_the_box_of_an_arc_over_a_border_is_padded(engine):
    rng = np.random.default_rng(11)
    outside_bare, ticks = 0, []
    for lat, lon in ((0.0, 45.0), (35.2644, 45.0), (44.9, 90.0), (0.0, -135.0), (-35.26, 134.99)):
        for _ in range(40):
            turn = rng.uniform(0, 2 * math.pi)
            e, n = 20_000 * math.sin(turn), 20_000 * math.cos(turn)
            share = rng.uniform(0.1, 0.9)
            ends = [moved(lat, lon, e * s, n * s) for s in (-share, 1 - share)]
            a, b = to_cube([p.longitude for p in ends], [p.latitude for p in ends])
            units = np.stack([v / np.linalg.norm(v) for v in (a, b)])
            t = np.linspace(0, 1, 301)[:, None]
            path = units[0] + (units[1] - units[0]) * t
            on_cube = path / np.abs(path).max(axis=1)[:, None] * W
            pad = bulge(a[None], b[None])[0]
            low, high = np.minimum(a, b), np.maximum(a, b)
            assert (on_cube >= low - pad - 1).all()
            assert (on_cube <= high + pad + 1).all()
            outside_bare += int(((on_cube < low - 1) | (on_cube > high + 1)).any())
            if face_shared(a, b):
                continue
            # a short line across the arc where it bulges most out of the bare box
            k = int(np.argmax(np.maximum(low - on_cube, on_cube - high).max(axis=1)))
            x, y, z = to_unit(*path[k])
            at = math.degrees(math.asin(z)), math.degrees(math.atan2(y, x))
            tick = corridor(0.0, moved(*at, -n / 2e4, e / 2e4), moved(*at, n / 2e4, -e / 2e4))
            ticks += [corridor(0.0, *ends), tick]
    assert outside_bare > 20
    assert len(ticks) > 200
    table = prepare([declared(f"d{k}", part) for k, part in enumerate(ticks)], geoid=FLAT).table
    assert meet(engine, table, range(0, len(ticks), 2), range(1, len(ticks), 2)).all()


def test_pitfall_12_arcs_on_one_great_circle_meet_only_where_they_overlap():
    """On the equator over the border at 45 E: boxes overlap, arcs do not."""
    over = np.array([[W, W - 300, 0]]), np.array([[W - 100, W, 0]])
    beside = np.array([[W - 200, W, 0]]), np.array([[W - 400, W, 0]])
    low = [np.minimum(*arc) - bulge(*arc)[:, None] for arc in (over, beside)]
    high = [np.maximum(*arc) + bulge(*arc)[:, None] for arc in (over, beside)]
    assert (low[0] <= high[1]).all()  # the box argument would say that they meet
    assert (low[1] <= high[0]).all()
    assert not lines_meet(over, beside)
    assert not lines_meet(beside, over)
    touching = np.array([[W - 100, W, 0]]), np.array([[W - 400, W, 0]])
    assert lines_meet(over, touching)
    within = np.array([[W, W - 200, 0]]), np.array([[W, W - 100, 0]])
    assert lines_meet(over, within)
    assert lines_meet(within, over)


def test_pitfall_12_the_same_on_both_engines(engine):
    for lon in (45.0, 135.0, -45.0, 10.0, 179.99):
        line = corridor(0.0, place(0, lon - 0.05), place(0, lon + 0.002))
        behind = corridor(0.0, place(0, lon + 0.003), place(0, lon + 0.01))
        joined = corridor(0.0, place(0, lon + 0.002), place(0, lon + 0.01))
        assert not crosses(line, behind, engine=engine)
        assert crosses(line, joined, engine=engine)


def test_pitfall_13_every_ring_is_asked_and_both_ways(engine):
    # on one face, over borders and corners of the cube, a pole, the antimeridian
    for at in (
        (47.0, 8.0),
        (0.0, 45.0),
        (35.26439, 45.0),
        (90.0, 0.0),
        (45.0, 180.0),
        (-35.264, -135.0),
    ):
        holed = laid(*at, rectangle(-900, -900, 900, 900), rectangle(-600, -600, 600, 600))
        in_hole = laid(*at, rectangle(-300, -300, 300, 300))
        inside = laid(*at, rectangle(700, 700, 800, 800))
        round_the_hole = laid(*at, rectangle(-800, -800, 800, 800), rectangle(-700, -700, 700, 700))
        island = laid(*at, rectangle(-2_000, -2_000, 2_000, 2_000))
        for other, expected in (
            (in_hole, False), (inside, True), (round_the_hole, True), (island, True),
            (circle(*at, 599.0), False), (circle(*at, 601.0), True),
        ):  # fmt: skip
            assert crosses(holed, other, engine=engine) is expected, at
            assert crosses(other, holed, engine=engine) is expected, at
    # several outer rings in one skeleton: the first may be far while the second is in the way
    far, near = (np.array(to_cube(*zip(*ring, strict=True))) for ring in _two_rings())
    both = Fine((far, near), area=True)
    small = Fine((_shrunk(near),), area=True)
    around = Fine((_shrunk(near, 1.5),), area=True)
    for other in (small, around):
        assert share_a_point(both, other)
        assert share_a_point(other, both)
    assert not share_a_point(Fine((far,), area=True), small)


def _two_rings():
    far = [(12.0, 47.0), (12.01, 47.0), (12.01, 47.01)]
    near = [(8.0, 47.0), (8.01, 47.0), (8.01, 47.01)]
    return far, near


def _shrunk(ring, share=0.5):
    middle = ring.mean(axis=0)
    return np.rint(middle + (ring - middle) * share).astype(np.int64)


def test_pitfall_14_a_ring_round_a_whole_face_holds_the_middle_of_it(engine):
    """A cap down to 30 N touches the top face of the cube nowhere, and yet holds all of it."""
    cap = lonlat([(lon, 30.0) for lon in range(-180, 180, 10)], edges=EdgeRule.GREAT_CIRCLE)
    for lat, lon in ((90.0, 0.0), (85.0, 17.0), (60.0, -100.0), (36.0, 45.0)):
        assert crosses(cap, square(lat, lon, 1_000.0), engine=engine), (lat, lon)
    for lat, lon in ((25.0, 17.0), (-90.0, 0.0)):
        assert not crosses(cap, square(lat, lon, 1_000.0), engine=engine)


def test_pitfall_15_the_search_measures_in_metres_everywhere(engine):
    rng = np.random.default_rng(15)
    minima = Minima(horizontal_m=2_000.0)
    parts = []
    for lat, lon in [*NOTABLE, *((89.9, lon) for lon in (0.0, 60.0, 179.9))]:
        for _ in range(3):
            turn = rng.uniform(0, 2 * math.pi)
            off = moved(lat, lon, 1_998.0 * math.sin(turn), 1_998.0 * math.cos(turn))
            parts += [circle(lat, lon), circle(off.latitude, off.longitude)]
    table = prepare([declared(f"d{k}", p) for k, p in enumerate(parts)], geoid=FLAT).table
    near = found(engine, table, minima)
    assert {frozenset({k, k + 1}) for k in range(0, len(parts), 2)} <= near
    # degrees would have taken these for 120 apart; and 834 units are no less than a metre
    over_the_pole = crosses(
        circle(89.995, -60.0), circle(89.995, 60.0), minima=minima, engine=engine
    )
    assert over_the_pole
    units = [
        np.abs(np.diff(to_cube(*zip(*ends, strict=True)), axis=0)).max() / metres(*at)
        for ends, at in _short_steps(rng)
    ]
    assert 800.0 < max(units) <= UNITS_PER_M


def _short_steps(rng):
    for _ in range(400):
        lat, lon = rng.choice([(0.0, 44.9), (35.2, 45.0), (35.2, -44.9), (-35.2, 135.1)])
        turn = rng.uniform(0, 2 * math.pi)
        at = place(lat, lon), moved(lat, lon, 10_000 * math.sin(turn), 10_000 * math.cos(turn))
        yield [(p.longitude, p.latitude) for p in at], at


def test_pitfall_16_the_foot_of_the_perpendicular_is_refined(engine):
    """On a 57 km edge the foot on the chord is up to 110 mm from where it should be."""
    ends = place(60.0, 8.0), place(60.0, 8.8)  # 44.6 km: one great-circle edge
    a, b = (np.array(unit_vector(p.longitude, p.latitude)) for p in ends)
    for share in (0.15, 0.21, 0.3, 0.8):
        on_edge = np.stack(to_unit(*(a + share * (b - a))))
        start, end, at = (np.stack(ecef(*v)) for v in (a, b, on_edge))
        t = ((at - start) @ (end - start)) / ((end - start) @ (end - start))
        assert distance_m(*on_edge, *to_unit(*(a + t * (b - a)))) > 2 * CM  # unrefined
        assert point_edge_m(*on_edge, *a, *b) < 1e-4
        lat, lon = math.degrees(math.asin(on_edge[2])), math.degrees(math.atan2(*on_edge[1::-1]))
        assert crosses(corridor(CM, *ends), circle(lat, lon, 0.0), engine=engine)


def test_pitfall_17_a_chord_is_no_distance(engine):
    for lat, lon in NOTABLE[::2]:
        for turn in (0.3, 2.0):
            for gap, expected in ((-CM, True), (CM, False)):
                radius = 50_000.0
                off = 2 * radius + gap
                other = moved(lat, lon, off * math.sin(turn), off * math.cos(turn))
                one, two = circle(lat, lon, radius), circle(other.latitude, other.longitude, radius)
                assert crosses(one, two, engine=engine) is expected
    a, b = (np.array(unit_vector(*p)) for p in ((8.0, 47.0), (8.0, 47.4497)))
    chord = math.dist(np.stack(ecef(*a)), np.stack(ecef(*b)))
    assert distance_m(*a, *b) - chord > 0.12  # at 50 km the chord is 128 mm short


def test_pitfall_18_movers_are_judged_on_the_surface():
    """A disc that flies 40 km passes a point half way, where the chord lies 31 m under the ground."""
    for lat, lon in ((47.0, 8.0), (0.0, 180.0), (35.264, 45.0), (89.0, 10.0)):
        ends = moved(lat, lon, -20_000, 0), moved(lat, lon, 20_000, 0)
        flight = route(100.0, (ends[0], 0), (ends[1], 20))
        for off, expected in ((100.0 + CM, False), (100.0 - CM, True)):
            aside = moved(lat, lon, 0, off)
            assert crosses(flight, circle(aside.latitude, aside.longitude)) is expected
        # two movers abreast, some 10 km apart: nearest where their paths, not their chords, are
        side = moved(lat, lon, -20_000, 10_000), moved(lat, lon, 20_000, 9_900)
        paths = [WGS84.InverseLine(p.latitude, p.longitude, q.latitude, q.longitude)
                 for p, q in (ends, side)]  # fmt: skip
        least = min(
            metres(
                *(
                    place(at["lat2"], at["lon2"])
                    for at in (path.Position(path.s13 * t) for path in paths)
                )
            )
            for t in np.linspace(0, 1, 161)
        )
        for gap, expected in ((CM, False), (-CM, True)):
            width = (least - gap) / 2
            wide = route(width, (ends[0], 0), (ends[1], 20))
            beside = route(width, (side[0], 0), (side[1], 20))
            assert crosses(wide, beside) is expected


def test_pitfall_19_neighbours_with_t_junctions_get_one_stable_answer(engine):
    """A long edge against two short ones that meet its middle: 2 mm of noise, said the same always."""
    answers = set()
    for share in (0.2, 0.37, 0.5, 0.81):
        west = lonlat([(8.0, 47.0), (8.1, 47.0), (8.1, 47.1), (8.0, 47.1)])
        lat = 47.0 + 0.1 * share
        south = lonlat([(8.1, 47.0), (8.2, 47.0), (8.2, lat), (8.1, lat)])
        north = lonlat([(8.1, lat), (8.2, lat), (8.2, 47.1), (8.1, 47.1)])
        for neighbour in (south, north):
            there = crosses(west, neighbour, engine=engine)
            assert crosses(neighbour, west, engine=engine) == there
            assert crosses(west, neighbour, engine=PORTABLE) == there
            answers.add(there)
            if there:
                crossing = crossings(declared("a", west), declared("b", neighbour), areas=True)[0]
                assert crossing.area_m2 < 11_120 * CM  # no deeper than 1 cm anywhere
    assert True in answers  # shared corners are shared points: closed footprints meet
    gap = lonlat([(8.1000002, 47.0), (8.2, 47.0), (8.2, 47.1), (8.1000002, 47.1)])  # 15 mm
    assert not crosses(west, gap, engine=engine)


ALLOWED = {"sqrt", "floor", "rint", "abs", "minimum", "maximum", "where"}


def test_pitfall_20_shared_kernels_use_nothing_that_rounds_in_two_ways():
    assert len(KERNELS) >= 12
    for kernel in KERNELS:
        tree = ast.parse(textwrap.dedent(inspect.getsource(kernel)))
        for node in ast.walk(tree):
            assert not isinstance(node, ast.Pow | ast.MatMult), kernel.__name__
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                assert node.value.id == "np", (kernel.__name__, ast.unparse(node))
                assert node.attr in ALLOWED, (kernel.__name__, node.attr)


def test_pitfall_20_compiled_and_interpreted_kernels_give_the_same_bits():
    pytest.importorskip("numba")
    from keepclear.detect.fast.compiled import compiled

    rng = np.random.default_rng(20)
    lon, lat = rng.uniform(-180, 180, 3_000), rng.uniform(-90, 90, 3_000)
    n = np.stack(unit_vector(lon, lat))
    step = n + rng.normal(size=(3, 3_000)) * 10.0 ** rng.uniform(-8, -2, 3_000)
    a, b, p = n, np.stack(to_unit(*step)), np.stack(to_unit(*(n + step[::-1] * 1e-3)))
    columns = {
        "sin_cos": (sin_cos(lon), (lon,)),
        "unit_vector": (unit_vector(lon, lat), (lon, lat)),
        "distance_m": (distance_m(*a, *b), (*a, *b)),
        "point_edge_m": (point_edge_m(*p, *a, *b), (*p, *a, *b)),
        "deviation_m": (edges_module.deviation_m(lon, lat, lon + 0.3, lat * 0.99),
                        (lon, lat, lon + 0.3, lat * 0.99)),
    }  # fmt: skip
    for name, (whole, arguments) in columns.items():
        fast = compiled(name)
        plain = next(k for k in KERNELS if k.__name__ == name)
        for k in range(0, 3_000, 3):
            scalars = [float(column[k]) for column in arguments]
            expected = tuple(float(x[k]) for x in np.atleast_2d(np.asarray(whole)))
            assert tuple(np.atleast_1d(fast(*scalars))) == expected, name
            assert tuple(float(x) for x in np.atleast_1d(plain(*scalars))) == expected, name


def test_pitfall_21_doubles_would_decide_wrongly_so_no_page_recomputes_a_verdict():
    wrong = 0
    rng = np.random.default_rng(21)
    for _ in range(800):
        most = int(10.0 ** rng.uniform(1, 6))  # up to some kilometres
        a = np.array([W, *rng.integers(-(2**30), 2**30, 2)])
        b = a + np.array([0, *rng.integers(-most, most, 2)])
        c = a + (b - a) // 3 + np.array([0, *rng.integers(-1, 2, 2)])
        exact = integer_orient(a, b, c)
        assert orient(*a, *b, *c) == exact
        wrong += int(double_orient(a, b, c) != exact)
    assert wrong > 20
    from keepclear.faces import report

    page = (inspect.getsourcefile(report) or "").replace("__init__.py", "page.html")
    with open(page, encoding="utf-8") as file:  # noqa: PTH123
        assert "<script" not in file.read().lower()


def _lattice_polygons(rng, centre, step, count):
    """Polygons on a coarse lattice round a cube vector: shared corners, collinear and equal edges."""
    axis = int(np.argmax(np.abs(centre)))
    made = []
    while len(made) < count:
        corner = rng.integers(-3, 4, 2)
        size = rng.integers(1, 4, 2)
        kind = rng.integers(3)
        (u, v), (du, dv) = corner, size
        ring = [(u, v), (u + du, v), (u + du, v + dv), (u, v + dv)]
        if kind == 1:
            ring = [(u, v), (u + du, v), (u, v + dv)]
        if kind == 2:
            ring = [
                (u, v),
                (u + 2 * du, v),
                (u + 2 * du, v + dv),
                (u + du, v + 2 * dv),
                (u, v + dv),
            ]
        vectors = []
        for p, q in ring:
            off = np.zeros(3)
            off[(axis + 1) % 3], off[(axis + 2) % 3] = p * step, q * step
            vector = centre + off
            vectors.append(np.rint(vector / np.abs(vector).max() * W).astype(np.int64))
        made.append([np.array(vectors)])
    return made


def test_pitfall_22_all_exact_kernels_agree_with_integers_of_any_size(engine):
    rng = np.random.default_rng(22)
    centres = (
        [W, 0, 0], [0, 0, -W], [W, W, 1000], [W, W, W], [-W, W, -W], [W, 5, W], [-W, 3_000, 70_000],
    )  # fmt: skip
    for centre in centres:
        polygons = _lattice_polygons(rng, np.array(centre, dtype=float), 150_000, 22)
        table = on_lattice(*polygons)
        i, j = np.triu_indices(len(polygons), 1)
        answers = meet(engine, table, i, j)
        exact = [
            rational.polygons_meet(
                *([[tuple(map(int, v)) for v in r] for r in polygons[k]] for k in pair)
            )
            for pair in zip(i, j, strict=True)
        ]
        assert answers.tolist() == exact
        assert 0 < sum(exact) < len(exact)
        # the three-dimensional form is the definition; on one face shapely must not differ
        solid = [Fine(tuple(rings), area=True) for rings in polygons]
        assert [share_a_point(solid[p], solid[q]) for p, q in zip(i, j, strict=True)] == exact


def test_pitfall_22_every_shared_kernel_is_compiled_from_the_same_source():
    pytest.importorskip("numba")
    from keepclear.detect.fast.compiled import COMPILED

    assert {kernel.__name__ for kernel in KERNELS} == set(COMPILED)
    for kernel in KERNELS:
        assert COMPILED[kernel.__name__].py_func.__code__ is kernel.__code__
    assert {kernel.__module__ for kernel in KERNELS} <= {
        m.__name__ for m in (trig, lattice, metric, edges_module)
    }
