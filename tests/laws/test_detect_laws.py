"""What must hold for every pair of shapes, anywhere on the Earth, on either code path."""

from __future__ import annotations

import importlib.util
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from keepclear.detect.crossing import Minima
from keepclear.detect.engine import PORTABLE, Search
from keepclear.detect.exact import Court, judge
from keepclear.detect.fine import Skeletons, fine_of
from keepclear.detect.index import StandingSet
from keepclear.detect.prepare import prepare
from keepclear.detect.rules import compare
from keepclear.detect.separation import separation_m
from keepclear.detect.table import AREA
from keepclear.domain.altitude import EVERYWHERE
from keepclear.domain.declaration import Declaration
from keepclear.domain.footprint import Circle, EdgeRule
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import ALWAYS
from tests.laws.strategies import (
    FLAT,
    LAW,
    MINUTE,
    NOTABLE,
    SLOW_LAW,
    area,
    band,
    box,
    centres,
    circle,
    corridor,
    crosses,
    crossings,
    declarations,
    declared,
    moved,
    pairs,
    place,
    plans,
    rules,
    shifted,
    standing,
    told,
    volumes,
    window,
)

compiled = pytest.mark.skipif(
    importlib.util.find_spec("numba") is None, reason="the compiled engine needs numba"
)


def fast():
    from keepclear.detect.fast.engine import FAST

    return FAST


@st.composite
def scenes(draw, count=4, spread_m=5_000.0, routes=True):
    """Some declarations round one place that is often a hard one."""
    at = draw(centres)
    return at, draw(declarations(*at, count=count, spread_m=spread_m, routes=routes))


some_minima = st.builds(
    Minima,
    st.sampled_from([0.0, 0.0, 150.0, 1_000.0]),
    st.sampled_from([0.0, 0.0, 30.0, 100.0]),
    st.sampled_from([0, 0, MINUTE, 10 * MINUTE]),
)


# symmetry and order


def mirrored(said):
    """What a crossing says, with its sides exchanged."""
    return sorted((row[1], row[0], *row[2:]) for row in said)


@SLOW_LAW
@given(scenes(count=2), some_minima)
def test_a_crossing_is_symmetric(scene, minima):
    _, (one, other) = scene
    a, b = replace(one, party="A", id="a"), replace(other, party="B", id="b")
    there = told(crossings(a, b, minima=minima))
    swapped = (replace(one, party="B", id="b"), replace(other, party="A", id="a"))
    names = {("A", "a"): ("B", "b"), ("B", "b"): ("A", "a")}
    back = [
        ((*names[row[0][:2]], row[0][2]), (*names[row[1][:2]], row[1][2]), *row[2:])
        for row in told(crossings(*swapped, minima=minima))
    ]
    assert _but_reasons(mirrored(back)) == _but_reasons(there)


def _but_reasons(said):
    """Reasons name the sides, so that their words follow the order of the names."""
    return sorted((*row[:4], *row[5:]) for row in said)


@SLOW_LAW
@given(scenes(), some_minima, st.randoms(use_true_random=False))
def test_the_order_of_declarations_never_matters(scene, minima, random):
    _, said = scene
    first = compare(said, geoid=FLAT, minima=minima, areas=False)
    shuffled = list(said)
    random.shuffle(shuffled)
    again = compare(shuffled, geoid=FLAT, minima=minima, areas=False)
    assert again.crossings == first.crossings
    assert again.compared == first.compared


# neighbours, parts and minima


@LAW
@given(scenes(), some_minima, st.integers(0, 3))
def test_an_unrelated_volume_never_changes_a_verdict(scene, minima, where):
    (lat, lon), said = scene
    far = shifted(said[0], max(min(-lat, 80.0), -80.0), lon - 180.0 if lon > 0 else lon + 180.0)
    assume(abs(lat) > 2 or abs(lon) < 179)
    before = compare(said, geoid=FLAT, minima=minima, areas=False).crossings
    with_it = [*said[:where], far, *said[where:]]
    assert compare(with_it, geoid=FLAT, minima=minima, areas=False).crossings == before


@SLOW_LAW
@given(scenes(count=3), some_minima)
def test_a_neighbour_in_the_way_of_all_hides_nothing(scene, minima):
    (lat, lon), said = scene
    wall = Declaration(
        id="wall", party="Wall", kind=said[0].kind,
        parts=(Volume4D(Circle(place(lat, lon), 9_000.0), EVERYWHERE, ALWAYS),),
    )  # fmt: skip
    before = told(crossings(*said, minima=minima))
    after = [
        row
        for row in told(crossings(*said, wall, minima=minima))
        if "wall" not in (row[0][1], row[1][1])
    ]
    assert after == before


@LAW
@given(st.data(), centres, some_minima)
def test_parts_of_one_declaration_are_compared_like_declarations(data, at, minima):
    parts = [data.draw(volumes(*at)) for _ in range(3)]
    other = declared("other", data.draw(volumes(*at)))
    together = crossings(declared("whole", *parts), other, minima=minima)
    apart = [crossings(declared(f"part{k}", p), other, minima=minima) for k, p in enumerate(parts)]
    met = {k for c in together for k in (c.b.parts if c.b.id == "whole" else c.a.parts)}
    assert met == {k for k, found in enumerate(apart) if found}
    assert any(c.certain for c in together) == any(c.certain for found in apart for c in found)
    if minima.time_us == 0:
        assert _spans(together) == _spans([c for found in apart for c in found])


def _spans(found):
    """The union of spans of time."""
    ends = sorted(
        (-math.inf if c.time_start_us is None else c.time_start_us,
         math.inf if c.time_end_us is None else c.time_end_us)
        for c in found
    )  # fmt: skip
    union = []
    for start, end in ends:
        if union and start <= union[-1][1]:
            union[-1][1] = max(union[-1][1], end)
        else:
            union.append([start, end])
    return union


@SLOW_LAW
@given(
    scenes(), some_minima,
    st.tuples(st.floats(0, 800), st.floats(0, 90), st.integers(0, 12 * MINUTE)),
)  # fmt: skip
def test_wider_minima_never_lose_a_crossing(scene, minima, more):
    _, said = scene
    wider = Minima(
        minima.horizontal_m + more[0], minima.vertical_m + more[1], minima.time_us + more[2]
    )
    before = crossings(*said, minima=minima)
    after = crossings(*said, minima=wider)
    assert pairs(before) <= pairs(after)
    sure = {frozenset((c.a.id, c.b.id)) for c in before if c.certain}
    assert sure <= {frozenset((c.a.id, c.b.id)) for c in after if c.certain}


@SLOW_LAW
@given(scenes(), st.floats(0, 500), st.floats(0, 500))
def test_a_stated_error_or_stand_off_never_loses_a_crossing(scene, error_m, standoff_m):
    _, said = scene
    before = pairs(crossings(*said))
    vague = [replace(d, position_error_m=d.position_error_m + error_m) for d in said]
    assert before <= pairs(crossings(*vague))
    wider = [replace(d, standoff_m=d.standoff_m + standoff_m) for d in said]
    assert before <= pairs(crossings(*wider))


# anywhere on the Earth


@LAW
@given(plans(3_000.0), plans(3_000.0), centres, centres)
def test_moving_two_shapes_over_the_earth_never_changes_their_distance(one, other, here, there):
    """Laid as the same metres anywhere, great-circle edges: 2 cm hold both roundings and the sphere's
    curvature, which differs with latitude."""
    gaps = [_gap(standing(one, *at), standing(other, *at)) for at in (here, there)]
    assert gaps[0] == pytest.approx(gaps[1], abs=0.02)


def _gap(a, b):
    """Distance of two footprints, 0 where they meet."""
    prepared = prepare([declared("a", a), declared("b", b)], geoid=FLAT)
    assume(not prepared.refused)
    table = prepared.table
    apart = separation_m(fine_of(table, 0), fine_of(table, 1))
    return max(apart - float(table.reach_m[:2].sum()), 0.0)


GAPS = st.one_of(st.floats(0.0105, 0.06), st.floats(-0.06, -0.0105))
"""More than a centimetre apart, or more than a centimetre shared."""


@st.composite
def borders(draw):
    """Two shapes either side of a straight line, a known gap from each other: (a, b, gap in metres)."""
    lat, lon = draw(centres)
    rule = draw(rules)
    if rule is EdgeRule.LONLAT:
        lat = max(min(lat, 89.0), -89.0)
    turn = draw(st.floats(0, 2 * math.pi))
    length = draw(st.floats(20.0, 4_000.0))
    gap = draw(GAPS)
    along, across = (math.sin(turn), math.cos(turn)), (math.cos(turn), -math.sin(turn))

    def at(forward, aside):
        return moved(
            lat, lon, *(forward * u + aside * v for u, v in zip(along, across, strict=True))
        )

    half, deep = length / 2, draw(st.floats(30.0, 1_000.0))
    # lines straight in lon/lat bend, and two of them beside each other bend differently
    kinds = ["area", "corridor", "circle"] if rule is EdgeRule.GREAT_CIRCLE else ["area"]
    first, second = draw(st.sampled_from(kinds[:2])), draw(st.sampled_from(kinds))
    share = draw(st.floats(-0.8, 0.8))

    def shape(kind, side, off):
        if kind == "area":
            ring = [at(-half, off), at(half, off), at(half * 0.7, off + side * deep),
                    at(-half * 0.6, off + side * deep)]  # fmt: skip
            return area(ring, edges=rule)
        width = deep / 2
        if kind == "corridor":
            return corridor(
                width, at(-half, off + side * width), at(half, off + side * width), edges=rule
            )
        spot = at(share * half, off + side * width)
        return circle(spot.latitude, spot.longitude, width)

    return shape(first, -1, 0.0), shape(second, 1, gap), gap


@LAW
@given(borders())
def test_more_than_a_centimetre_shared_always_crosses_and_more_apart_never(border):
    a, b, gap = border
    assert crosses(a, b) is (gap < 0)
    assert crosses(b, a) is (gap < 0)


@compiled
@LAW
@given(borders())
def test_more_than_a_centimetre_decides_on_the_compiled_path_too(border):
    a, b, gap = border
    assert crosses(a, b, engine=fast()) is (gap < 0)


# all pairs and one at a time


def everything(table):
    """A search that compares all rows of different declarations."""
    kind = np.zeros(len(table), dtype=np.uint8)
    group = (-1 - table.owner).astype(np.int32)
    return Search(table.owner, group, kind, np.ones((5, 5), dtype=bool))


def rows_of(found):
    """Hits as comparable rows."""
    columns = (
        np.minimum(found.i, found.j), np.maximum(found.i, found.j), found.start_us, found.end_us,
        found.overlap, found.doubt,
    )  # fmt: skip
    return list(zip(*(column.tolist() for column in columns), strict=True))


def brute_force(table, minima):
    """The portable verdict on every pair of rows of different declarations."""
    i, j = np.triu_indices(len(table), 1)
    other = table.owner[i] != table.owner[j]
    court = Court(table, minima, Skeletons(table), PORTABLE, measure=False)
    return sorted(rows_of(judge(court, i[other], j[other])))


def swept(engine, table, minima):
    """Search and verdict of an engine on all pairs."""
    court = Court(table, minima, Skeletons(table), engine, measure=False)
    found = [
        row
        for i, j in engine.candidates(table, minima, everything(table))
        for row in rows_of(judge(court, i, j))
    ]
    return sorted(found)


@SLOW_LAW
@given(scenes(count=6, spread_m=15_000.0), some_minima)
def test_the_search_hands_on_every_pair_that_meets_and_none_twice(scene, minima):
    _, said = scene
    table = prepare(said, geoid=FLAT).table
    assert swept(PORTABLE, table, minima) == brute_force(table, minima)
    found = [
        frozenset(pair)
        for i, j in PORTABLE.candidates(table, minima, everything(table))
        for pair in zip(i.tolist(), j.tolist(), strict=True)
    ]
    assert len(found) == len(set(found))


@SLOW_LAW
@given(scenes(count=4), some_minima, st.randoms(use_true_random=False))
def test_asking_one_by_one_answers_as_comparing_all(scene, minima, random):
    _, said = scene
    assume(not prepare(said, geoid=FLAT).refused)
    standing_set = StandingSet(geoid=FLAT, minima=minima)
    order = list(said)
    random.shuffle(order)
    for one in order:
        standing_set.insert(one)
    gone = order.pop()
    assert standing_set.remove(gone.party, gone.id)
    whole = compare([*order, gone], geoid=FLAT, minima=minima, areas=False).crossings
    mine = [c for c in whole if gone.id in {c.a.id, c.b.id}]
    assert standing_set.query(gone, areas=False) == tuple(mine)
    rest = compare(order, geoid=FLAT, minima=minima, areas=False).crossings
    for one in order:  # each against the others, itself left out
        mine = tuple(c for c in rest if one.id in {c.a.id, c.b.id})
        assert standing_set.query(one, areas=False) == mine


def crowd(seed, count=160):
    """Many small standing volumes, a few large ones and some movers over one hard place."""
    rng = np.random.default_rng(seed)
    lat, lon = NOTABLE[seed % len(NOTABLE)]
    said = []
    for k in range(count):
        size = 10.0 ** rng.uniform(1.0, 3.0)
        at = moved(lat, lon, *rng.uniform(-20_000, 20_000, 2))
        if rng.uniform() < 0.05:
            size *= 20
        if rng.uniform() < 0.5:
            shape = circle(at.latitude, at.longitude, size)
        else:
            turns = np.sort(rng.uniform(0, 2 * math.pi, 5))
            turns = turns if np.diff(turns, append=turns[0] + 2 * math.pi).max() < 3 else (
                np.arange(5) / 5 * 2 * math.pi
            )  # fmt: skip
            shape = area(
                [
                    moved(at.latitude, at.longitude, size * math.sin(t), size * math.cos(t))
                    for t in turns
                ],
                edges=(EdgeRule.GREAT_CIRCLE, EdgeRule.LONLAT)[k % 2],
            )
        start = int(rng.integers(0, 200))
        low = int(rng.integers(0, 300))
        heights = EVERYWHERE if rng.uniform() < 0.1 else band(low, low + int(rng.integers(0, 200)))
        lasts = (
            window(None, None)
            if rng.uniform() < 0.1
            else window(start, start + int(rng.integers(0, 90)))
        )
        said.append(declared(f"d{k}", Volume4D(shape, heights, lasts)))
    return said


@pytest.mark.parametrize("seed", range(0, len(NOTABLE), 2))
@pytest.mark.parametrize(
    "minima", [Minima(), Minima(500.0, 50.0, 5 * MINUTE)], ids=["bare", "minima"]
)
def test_all_pairs_of_a_crowd_are_those_found_one_by_one(seed, minima):
    table = prepare(crowd(seed), geoid=FLAT).table
    brute = brute_force(table, minima)
    assert len(brute) >= 5
    assert swept(PORTABLE, table, minima) == brute


@compiled
@pytest.mark.parametrize("seed", range(len(NOTABLE)))
@pytest.mark.parametrize(
    "minima", [Minima(), Minima(500.0, 50.0, 5 * MINUTE)], ids=["bare", "minima"]
)
def test_the_compiled_search_finds_the_same_in_a_crowd(seed, minima):
    table = prepare(crowd(seed), geoid=FLAT).table
    assert swept(fast(), table, minima) == swept(PORTABLE, table, minima)


# portable and compiled


@compiled
@SLOW_LAW
@given(scenes(), some_minima)
def test_both_paths_say_the_same_to_the_bit(scene, minima):
    _, said = scene
    slow = compare(said, geoid=FLAT, minima=minima, areas=False, engine=PORTABLE)
    quick = compare(said, geoid=FLAT, minima=minima, areas=False, engine=fast())
    assert quick == slow


@compiled
@LAW
@example(("circle", (0.0, 697.0), 0.0), ("circle", (0.0, 1.0), 0.0), (0.0, 0.0), EdgeRule.LONLAT, 0)
@example(("circle", (0.0, 0.0), 0.0), ("circle", (0.0, 700.0), 0.0), (0.0, 0.0), EdgeRule.LONLAT, 0)
@given(plans(), plans(), centres, rules, st.integers(-2, 2))
def test_both_paths_agree_when_the_minimum_is_the_very_distance(one, other, at, rule, ulps):
    """The distance that one path measures, or a neighbouring number, is given to both as the reach."""
    said = [declared("a", standing(one, *at, rule)), declared("b", standing(other, *at, rule))]
    prepared = prepare(said, geoid=FLAT)
    assume(not prepared.refused)
    table = prepared.table
    apart = separation_m(fine_of(table, 0), fine_of(table, 1))
    assume(apart > 0)
    reach = apart
    for _ in range(abs(ulps)):
        reach = np.nextafter(reach, math.inf if ulps > 0 else 0.0)
    i, j, reaches = np.array([0], np.int32), np.array([1], np.int32), np.array([reach])
    slow = PORTABLE.near(table, i, j, reaches, Skeletons(table))
    assert slow.tolist() == [reach >= apart]
    assert fast().near(table, i, j, reaches, Skeletons(table)).tolist() == slow.tolist()
    assert fast().near(table, j, i, reaches, Skeletons(table)).tolist() == slow.tolist()


@compiled
@SLOW_LAW
@given(st.data(), centres)
def test_both_paths_complete_a_table_alike(data, at):
    from keepclear.detect.fast.build import complete

    spread = data.draw(st.sampled_from([2_000.0, 50_000.0, 400_000.0]))
    said = [
        declared(f"d{k}", standing(data.draw(plans(spread)), *at, data.draw(rules)))
        for k in range(5)
    ]
    table = prepare(said, geoid=FLAT).table
    assume(len(table))
    built = complete(
        kind=table.kind, ring_start=table.ring_start, vertex_start=table.vertex_start,
        lon=table.lon, lat=table.lat, scale=1.0, straight=table.straight, reach_m=table.reach_m,
        bands=table.bands, start_us=table.start_us, end_us=table.end_us,
    )  # fmt: skip
    for column in ("q", "level", "box", "face", "kind", "straight", "reach_m"):
        expected, found = getattr(table, column), getattr(built, column)
        assert found.dtype == expected.dtype, column
        assert (found == expected).all(), column


WIDE = [
    (-60, -30, 60, 40), (-85, 2, 88, 3), (-89, -2.1, 88, 2.1), (-88, 20, 89, 60), (100, -50, -100, 10),
    (10, 55, 170, 56), (-20, -70, 60, 70), (-45, -35, 45, 35), (0, 1, 90, 2), (-170, 60, 5, 70),
]  # fmt: skip
"""Boxes straight in lon/lat whose edges run far round the Earth."""


def near_borders(rng, bounds, count):
    """Small circles round about a wide box, many of them close to where its border runs."""
    west, south, east, north = bounds
    turn = (east - west) % 360
    for _ in range(count):
        lon = (west + turn * rng.uniform(-0.1, 1.1) + 180) % 360 - 180
        lat = rng.choice([south, north]) + rng.normal() * 10.0 ** rng.uniform(-5, 1)
        yield circle(float(np.clip(lat, -89, 89)), lon, 10.0 ** rng.uniform(0, 4))


@compiled
@pytest.mark.parametrize("bounds", WIDE)
def test_both_paths_agree_on_edges_that_run_far_round_the_earth(bounds):
    rng = np.random.default_rng(7)
    said = [declared("wide", box(*bounds))]
    said += [declared(f"d{k}", shape) for k, shape in enumerate(near_borders(rng, bounds, 60))]
    table = prepare(said, geoid=FLAT).table
    assert table.kind[0] == AREA
    slow = swept(PORTABLE, table, Minima())
    assert 0 < sum(row[0] == 0 for row in slow) < 60
    assert swept(fast(), table, Minima()) == slow


@pytest.mark.parametrize("bounds", WIDE)
def test_a_wide_box_holds_what_lies_between_its_parallels(bounds):
    """Straight in lon/lat: its north edge is the parallel, however far it runs."""
    west, south, east, north = bounds
    turn = (east - west) % 360
    spots = [
        ((west + turn * share + 180) % 360 - 180, lat, inside)
        for share in (0.03, 0.31, 0.5, 0.77, 0.97)
        for lat, inside in ((north - 1e-6, True), (north + 1e-6, False), (south + 1e-6, True),
                            (south - 1e-6, False), ((south + north) / 2, True))
    ]  # fmt: skip
    said = [declared("wide", box(*bounds))]
    said += [declared(f"d{k}", circle(lat, lon)) for k, (lon, lat, _) in enumerate(spots)]
    found = {name for pair in pairs(crossings(*said)) for name in pair if "wide" in pair}
    assert found - {"wide"} == {f"d{k}" for k, (_, _, inside) in enumerate(spots) if inside}
