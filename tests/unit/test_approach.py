"""Closest approach of moving discs against a dense search that knows nothing of quadratics."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from pyproj import Geod

from keepclear.detect.approach import closest
from keepclear.detect.crossing import Minima
from keepclear.detect.moments import moments
from keepclear.detect.prepare import prepare
from keepclear.detect.presence import span_within
from tests.laws.strategies import FLAT, MINUTE, declared, metres, moved, place, route

GEOD = Geod(ellps="WGS84")
I, J = np.array([0]), np.array([1])


def table_of(*routes):
    return prepare([declared(f"d{k}", r) for k, r in enumerate(routes)], geoid=FLAT).table


def leg(at, first, last, start=0, end=10, half_width_m=0.0):
    """One leg between two plans in metres round a place, minutes from start to end."""
    return route(half_width_m, (moved(*at, *first), start), (moved(*at, *last), end))


def nearest(table, tau_us=0):
    """Closest approach of rows 0 and 1."""
    minima = Minima(time_us=tau_us)
    when = moments(table, I, J, minima)
    assert when.holds[0]
    return closest(table, I, J, when, tau_us), when


def position(table, row, t):
    """Longitude and latitude of a centre at times after 1970: linear along the chord."""
    first = table.vertex_start[table.ring_start[row]]
    p, q = table.q[first].astype(float), table.q[first + 1].astype(float)
    p, q = p / np.linalg.norm(p), q / np.linalg.norm(q)
    lasts = table.end_us[row] - table.start_us[row]
    share = (t - table.start_us[row]) / lasts if lasts else np.zeros_like(t)
    n = p[:, None] + (q - p)[:, None] * share
    return np.degrees(np.arctan2(n[1], n[0])), np.degrees(np.arctan2(n[2], np.hypot(n[0], n[1])))


def dense(table, tau_us, count=161):
    """Least distance over a grid of both times, then over ever finer grids round the best."""
    windows = [(float(table.start_us[r]), float(table.end_us[r])) for r in (0, 1)]
    low, high = [w[0] for w in windows], [w[1] for w in windows]
    best, when = np.inf, (0.0, 0.0)
    for _ in range(9):
        t, s = (np.linspace(low[r], high[r], count) for r in (0, 1))
        if tau_us == 0:
            low_both, high_both = max(low), min(high)
            t = np.linspace(low_both, high_both, count * 20)
            tt, ss = t, t
        else:
            tt, ss = (x.ravel() for x in np.meshgrid(t, s))
            # the borders |t - s| = tau, which a grid would only come near to
            tt = np.concatenate([tt, t, t, s + tau_us, s - tau_us])
            ss = np.concatenate([ss, t + tau_us, t - tau_us, s, s])
            ok = np.abs(tt - ss) <= tau_us * (1 + 1e-12)
            for x, w in ((tt, windows[0]), (ss, windows[1])):
                ok &= (x >= w[0]) & (x <= w[1])
            tt, ss = tt[ok], ss[ok]
        a, b = position(table, 0, tt), position(table, 1, ss)
        _, _, d = GEOD.inv(*a, *b)
        k = int(np.argmin(d))
        best, when = min(best, float(d[k])), (tt[k], ss[k])
        for r in (0, 1):
            width = (high[r] - low[r]) / count * 4
            low[r] = max(windows[r][0], when[r] - width)
            high[r] = min(windows[r][1], when[r] + width)
    return best


def random_legs(rng, spread_m=9_000.0, at=None):
    """Two legs of up to 5 km somewhere on the Earth, with windows that often overlap."""
    if at is None:
        at = (np.degrees(np.arcsin(rng.uniform(-1, 1))), rng.uniform(-180, 180))
    legs = []
    for _ in range(2):
        first = rng.uniform(-spread_m / 2, spread_m / 2, 2)
        turn, length = rng.uniform(0, 2 * np.pi), rng.uniform(0, 4_900)
        last = first + length * np.array([np.cos(turn), np.sin(turn)])
        start = rng.integers(0, 10)
        legs.append(leg(at, first, last, start, start + rng.integers(0, 10)))
    return table_of(*legs)


@pytest.mark.parametrize(("tau_min", "tolerance_m"), [(0, 0.001), (3, 0.01)])
def test_closest_approach_is_the_least_of_a_dense_search(tau_min, tolerance_m):
    rng = np.random.default_rng(100 + tau_min)
    tau = tau_min * MINUTE
    compared = 0
    while compared < 30:
        table = random_legs(rng)
        if len(table) != 2 or not moments(table, I, J, Minima(time_us=tau)).holds[0]:
            continue
        found, _ = nearest(table, tau)
        truth = dense(table, tau)
        assert found.distance_m[0] == pytest.approx(truth, abs=tolerance_m)
        compared += 1


@pytest.mark.parametrize("tau_min", [0, 3])
def test_the_times_found_are_allowed_and_have_that_distance(tau_min):
    rng = np.random.default_rng(200 + tau_min)
    tau = tau_min * MINUTE
    compared = 0
    while compared < 150:
        table = random_legs(rng)
        if len(table) != 2 or not moments(table, I, J, Minima(time_us=tau)).holds[0]:
            continue
        found, when = nearest(table, tau)
        t = when.origin_us[0] + found.time_i[0]
        s = when.origin_us[0] + found.time_j[0]
        assert abs(t - s) <= tau + 1
        assert table.start_us[0] - 1 <= t <= table.end_us[0] + 1
        assert table.start_us[1] - 1 <= s <= table.end_us[1] + 1
        a, b = position(table, 0, np.array([t])), position(table, 1, np.array([s]))
        assert found.distance_m[0] == pytest.approx(GEOD.inv(*a, *b)[2][0], abs=0.001)
        compared += 1


@pytest.mark.parametrize("tau_min", [0, 2])
def test_both_orders_give_one_distance_to_the_bit(tau_min):
    rng = np.random.default_rng(300 + tau_min)
    tau = tau_min * MINUTE
    for _ in range(150):
        table = random_legs(rng)
        if len(table) != 2:
            continue
        when = moments(table, I, J, Minima(time_us=tau))
        if when.holds[0]:
            there = closest(table, I, J, when, tau)
            back = closest(table, J, I, moments(table, J, I, Minima(time_us=tau)), tau)
            assert there.distance_m[0] == back.distance_m[0]
            assert (there.time_i[0], there.time_j[0]) == (back.time_j[0], back.time_i[0])


def test_a_wider_time_minimum_is_never_farther():
    rng = np.random.default_rng(400)
    for _ in range(80):
        table = random_legs(rng)
        if len(table) != 2 or not moments(table, I, J, Minima()).holds[0]:
            continue
        distances = [nearest(table, tau * MINUTE)[0].distance_m[0] for tau in (0, 1, 4, 30)]
        for before, after in pairwise(distances):
            assert after <= before + 1e-3


@pytest.mark.parametrize("at", [(0.0, 0.0), (47.0, 8.0), (0.0, 180.0), (90.0, 0.0), (-89.99, 30.0)])
@pytest.mark.parametrize("tau", [0, MINUTE])
def test_zero_relative_velocity(at, tau):
    """Side by side at one speed, both hovering, and the very same motion: no division by nothing."""
    abreast = table_of(leg(at, (0, 0), (0, 3_000)), leg(at, (700, 0), (700, 3_000)))
    assert nearest(abreast, 0)[0].distance_m[0] == pytest.approx(700.0, abs=0.01)
    hovering = table_of(leg(at, (0, 0), (0, 0)), leg(at, (300, 400), (300, 400)))
    assert nearest(hovering, tau)[0].distance_m[0] == pytest.approx(500.0, abs=0.005)
    same = table_of(leg(at, (0, 0), (900, 900)), leg(at, (0, 0), (900, 900)))
    assert nearest(same, tau)[0].distance_m[0] == 0.0
    in_trail = table_of(leg(at, (0, 0), (0, 3_000)), leg(at, (0, 600), (0, 3_600)))
    assert nearest(in_trail, 0)[0].distance_m[0] == pytest.approx(600.0, abs=0.005)


def test_in_trail_the_gap_in_time_counts_with_a_time_minimum():
    """600 m behind at 5 m/s is two minutes: with two minutes to keep they are at one place."""
    at = (47.0, 8.0)
    table = table_of(leg(at, (0, 0), (0, 3_000)), leg(at, (0, 600), (0, 3_600)))
    assert nearest(table, MINUTE)[0].distance_m[0] == pytest.approx(300.0, abs=0.01)
    assert nearest(table, 2 * MINUTE)[0].distance_m[0] == pytest.approx(0.0, abs=0.01)
    assert nearest(table, 3 * MINUTE)[0].distance_m[0] == pytest.approx(0.0, abs=0.01)


def test_head_on_they_meet_in_the_middle():
    at = (0.0, 180.0)
    table = table_of(leg(at, (-2_000, 0), (2_000, 0)), leg(at, (2_000, 0), (-2_000, 0)))
    found, _ = nearest(table)
    assert found.distance_m[0] == pytest.approx(0.0, abs=0.005)
    assert found.time_i[0] == pytest.approx(5 * MINUTE, abs=100)


def test_diverging_movers_are_nearest_at_the_start_and_converging_ones_at_the_end():
    at = (60.0, 10.0)
    apart = table_of(leg(at, (0, 100), (0, 4_000)), leg(at, (0, -100), (0, -4_000)))
    found, _ = nearest(apart)
    assert found.distance_m[0] == pytest.approx(200.0, abs=0.005)
    assert found.time_i[0] == 0
    closing = table_of(leg(at, (0, 4_000), (0, 100)), leg(at, (0, -4_000), (0, -100)))
    found, _ = nearest(closing)
    assert found.time_i[0] == 10 * MINUTE


@pytest.mark.parametrize(("slope", "crossing_m"), [(1e-4, 800.0), (3e-4, 800.0), (1e-3, 1_500.0)])
def test_legs_that_cross_at_a_small_angle_meet_within_the_time_minimum(slope, crossing_m):
    at = (47.0, 8.0)
    a = leg(at, (0, 0), (4_900, 0), 0, 10)
    b = leg(at, (2_500, -slope * crossing_m), (7_400, slope * (4_900 - crossing_m)), 1, 11)
    table = table_of(a, b)
    found, _ = nearest(table, 10 * MINUTE)
    # The two do meet; a search on a grid stays a centimetre or two above.
    assert found.distance_m[0] <= min(dense(table, 10 * MINUTE) + 0.005, 0.01)


def test_an_instant_meets_a_leg_at_that_instant():
    at = (47.0, 8.0)
    flight = leg(at, (-1_000, 0), (1_000, 0))
    point = route(0.0, (moved(*at, 0, 50), 5))
    assert nearest(table_of(flight, point))[0].distance_m[0] == pytest.approx(50.0, abs=0.005)
    early = route(0.0, (moved(*at, 0, 50), 0))
    expected = metres(moved(*at, -1_000, 0), moved(*at, 0, 50))
    assert nearest(table_of(flight, early))[0].distance_m[0] == pytest.approx(expected, abs=0.005)


def test_two_instants_within_the_time_minimum():
    at = (47.0, 8.0)
    a, b = route(0.0, (place(*at), 5)), route(0.0, (moved(*at, 30, 40), 6))
    found, _ = nearest(table_of(a, b), 2 * MINUTE)
    assert found.distance_m[0] == pytest.approx(50.0, abs=0.005)


def test_legs_one_after_the_other_within_the_time_minimum():
    """Windows that do not overlap: the end of one against the start of the other."""
    at = (47.0, 8.0)
    a = leg(at, (0, 0), (1_000, 0), 0, 10)
    b = leg(at, (1_000, 200), (2_000, 200), 12, 22)
    table = table_of(a, b)
    assert not moments(table, I, J, Minima()).holds[0]
    found, _ = nearest(table, 3 * MINUTE)
    assert found.distance_m[0] == pytest.approx(dense(table, 3 * MINUTE), abs=0.002)
    assert found.distance_m[0] == pytest.approx(200.0, abs=0.5)


def test_the_span_within_reach_against_a_dense_sampling():
    rng = np.random.default_rng(500)
    compared = 0
    while compared < 60:
        table = random_legs(rng, spread_m=3_000.0)
        if len(table) != 2 or not moments(table, I, J, Minima()).holds[0]:
            continue
        found, when = nearest(table)
        reach = found.distance_m + float(rng.uniform(1.0, 800.0))
        low, high = span_within(table, I, J, when, reach)
        t = np.linspace(when.first[0], when.last[0], 4001)
        absolute = when.origin_us[0] + t
        _, _, d = GEOD.inv(*position(table, 0, absolute), *position(table, 1, absolute))
        inside = (t >= low[0]) & (t <= high[0])
        assert (d[inside] <= reach[0] + 0.002).all()
        assert (d[~inside] >= reach[0] - 0.002).all()
        compared += 1


def test_the_span_of_two_that_stay_together_is_all_their_time():
    at = (47.0, 8.0)
    table = table_of(leg(at, (0, 0), (0, 3_000)), leg(at, (100, 0), (100, 3_000)))
    _, when = nearest(table)
    low, high = span_within(table, I, J, when, np.array([150.0]))
    assert (low[0], high[0]) == (0.0, 10.0 * MINUTE)
