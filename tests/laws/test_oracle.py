"""Verdicts beside two calculations that share no code with ``detect``, and beside S2.

Pairs of polygons are judged by rational arithmetic on the very vertices that keepclear uses (more
than 10,000 here), everything else by 50 digits from the positions as declared (some 1,500), the
benchmark's polygons by S2. ``make exact-night`` does the same to a million pairs and more.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from keepclear.detect.crossing import Minima
from keepclear.detect.engine import PORTABLE
from keepclear.detect.table import AREA
from tests.oracle import batches, compare, generate, shapes

SEED = 2015
CHUNKS = range(5)
"""Pairs are drawn in chunks, so that tests can be shared out and a failure names a small set."""
POLYGONS = 1_200
AREAS = 60
AREA_M = (10.0, 30_000.0)
FIFTY = 200
SHALLOW = 40
HITS = 100
WORKLOAD = 10_000
VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "oracle.json").read_text())


@pytest.fixture(scope="module")
def engines():
    """Both paths where the compiled one is installed, which here runs on one core: its tables are
    small, and waking threads would take most of the time."""
    fast = compare.fast_engine()
    if fast is None:
        yield [PORTABLE]
        return
    import numba

    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    yield [PORTABLE, fast]
    numba.set_num_threads(threads)


def drawn(sort, number):
    """A chunk of pairs of polygons."""
    if sort == "areas":
        some = range(number * AREAS, (number + 1) * AREAS)
        pairs = [generate.pair(SEED, k, generate.POLYGONS, AREA_M) for k in some]
        return compare.Drawn.of_areas(pairs, f"areas {SEED} from {some.start}")
    draw = {"declared": batches.declared, "lattice": batches.lattice}[sort]
    return compare.Drawn.of(draw(SEED, number, POLYGONS), f"{sort} {SEED} {number} {POLYGONS}")


def some_of(number, count):
    """The numbers of a chunk."""
    return range(number * count, (number + 1) * count)


# ---- (a) rational --------------------------------------------------------------------------------


@pytest.mark.parametrize("number", CHUNKS)
def test_polygons_meet_exactly_where_rational_arithmetic_says(engines, number):
    tally = compare.Tally()
    for sort in ("declared", "lattice", "areas"):
        tally.add(compare.compare_polygons(drawn(sort, number), engines))
    assert tally.differences == []
    assert tally.pairs >= 2_000
    assert 0.3 < tally.meeting / tally.pairs < 0.9


@pytest.mark.parametrize("number", CHUNKS)
@pytest.mark.parametrize("sort", ["declared", "lattice", "areas"])
def test_search_finds_every_pair_that_meets(engines, sort, number):
    assert compare.compare_search(drawn(sort, number), engines).differences == []


@pytest.mark.parametrize("number", CHUNKS)
@pytest.mark.parametrize("sort", ["declared", "lattice", "areas"])
def test_verdicts_at_the_very_distance_are_the_same_to_the_bit(engines, sort, number):
    tally = compare.compare_distances(drawn(sort, number), engines)
    assert tally.differences == []
    assert tally.pairs > 2


def test_both_paths_make_the_same_table(engines):
    if len(engines) == 1:
        pytest.skip("the extra [fast] is not installed")
    for number in CHUNKS:
        table = drawn("declared", number).table
        assert compare.compare_build(table, compare.built_fast(table)).differences == []


# ---- (b) fifty digits ----------------------------------------------------------------------------


@pytest.mark.parametrize("number", CHUNKS)
def test_standing_pairs_are_as_fifty_digits_say(engines, number):
    pairs = [generate.pair(SEED, k) for k in some_of(number, FIFTY)]
    tally = compare.compare_standing(pairs, engines)
    assert tally.differences == []
    assert tally.pairs > FIFTY / 2
    assert 0.2 < tally.meeting / tally.pairs < 0.9


@pytest.mark.parametrize("number", CHUNKS)
def test_movers_are_as_fifty_digits_say(engines, number):
    pairs = [generate.mover_pair(SEED, k) for k in some_of(number, FIFTY)]
    tally = compare.compare_movers(pairs, engines)
    assert tally.differences == []
    assert tally.pairs > FIFTY / 2
    assert tally.meeting > 20


@pytest.mark.parametrize("number", CHUNKS)
def test_movers_across_a_line_at_a_small_angle_are_as_fifty_digits_say(engines, number):
    pairs = [batches.shallow(SEED, k) for k in some_of(number, SHALLOW)]
    tally = compare.compare_movers(pairs, engines, spans_every=10)
    assert tally.differences == []
    assert tally.meeting > SHALLOW / 2


@pytest.mark.parametrize("number", CHUNKS)
def test_movers_that_hardly_close_are_as_fifty_digits_say(engines, number):
    pairs = [batches.sliding(SEED, k) for k in some_of(number, SHALLOW)]
    tally = compare.compare_movers(pairs, engines, spans_every=10)
    assert tally.differences == []
    assert tally.meeting > SHALLOW / 2


# ---- (c) S2 --------------------------------------------------------------------------------------


def test_polygons_of_the_benchmark_are_as_s2_says(engines):
    pytest.importorskip("spherely")
    tally = compare.compare_s2(compare.workload_tables(WORKLOAD))
    assert tally.differences == []
    assert tally.judged["S2"] > 3_000
    assert tally.meeting > 500
    assert engines


# ---- (d) both paths ------------------------------------------------------------------------------


@pytest.mark.parametrize("number", CHUNKS)
@pytest.mark.parametrize(
    "minima",
    [
        Minima(),
        Minima(horizontal_m=100.0, vertical_m=30.0),
        Minima(horizontal_m=1_000.0, time_us=60_000_000),
    ],
    ids=["no minima", "100 m and 30 m", "1 km and 60 s"],
)
def test_whole_crossings_are_the_same_to_the_bit(engines, minima, number):
    if len(engines) == 1:
        pytest.skip("the extra [fast] is not installed")
    some = some_of(number, HITS)
    pairs = [generate.pair(SEED, k, size_m=(10.0, 3_000.0)) for k in some]
    pairs += [generate.mover_pair(SEED, k) for k in some]
    tally = compare.compare_hits(pairs, engines, minima, number)
    assert tally.differences == []
    assert tally.pairs > 20


# ---- frozen vectors ------------------------------------------------------------------------------


def shape_of(said):
    """A shape of the oracles out of a frozen vector."""
    values = {name: value for name, value in said.items() if name != "type"}
    for name in ("vertices", "times_us", "center"):
        if name in values:
            values[name] = tuple(tuple(v) if isinstance(v, list) else v for v in values[name])
    if "rings" in values:
        values["rings"] = tuple(tuple(tuple(p) for p in ring) for ring in values["rings"])
    return getattr(shapes, said["type"])(**values)


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"].replace(" ", "-"))
def test_frozen_vector(engines, case):
    if case["of"] == "polygons":
        a, b = (tuple(np.array(ring) for ring in case[side]) for side in "ab")
        pair = batches.Polygons(case["name"], a, b, case["straight"], case["open"])
        one = compare.Drawn.of([pair], case["name"])
        tally = compare.compare_polygons(one, engines)
        assert tally.meeting == case["meet"]
        tally.add(compare.compare_search(one, engines))
        tally.add(compare.compare_distances(one, engines))
        assert tally.differences == []
        return
    a, b = shape_of(case["a"]), shape_of(case["b"])
    if case["of"] == "exchanged":
        minima = Minima(horizontal_m=case["minimum_m"], time_us=case["tau_us"])
        tally = compare.compare_exchanged(a, b, engines, minima)
    else:
        pair = generate.MoverPair(
            0,
            0,
            "mover",
            "",
            a,
            b,
            tuple(case["window_us"]),
            case["tau_us"],
            case["minimum_m"],
            None,
        )
        tally = compare.compare_movers([pair], engines, spans_every=1)
    assert tally.pairs > 0
    assert tally.differences == []


# ---- the comparison itself -----------------------------------------------------------------------


class Wrong:
    """An engine that says the contrary of the portable one where the second row is an area."""

    name = "wrong"
    sifts = False
    cut = staticmethod(PORTABLE.cut)

    def sift(self, table, i, j, minima):
        return PORTABLE.sift(table, i, j, minima)

    def candidates(self, table, minima, search):
        for i, j in PORTABLE.candidates(table, minima, search):
            yield i[1:], j[1:]

    def near(self, table, i, j, reach_m, skeletons):
        return PORTABLE.near(table, i, j, reach_m, skeletons) ^ (table.kind[j] == AREA)


def test_a_wrong_engine_is_noticed():
    one = compare.Drawn.of(batches.declared(SEED, 0, 30), "")
    wrong = [Wrong()]
    for found in (
        compare.compare_polygons(one, wrong),
        compare.compare_search(one, wrong),
        compare.compare_distances(one, wrong),
    ):
        assert found.differences
    pairs = [generate.pair(SEED, k, generate.POLYGONS) for k in range(12)]
    assert compare.compare_standing(pairs, wrong).differences
