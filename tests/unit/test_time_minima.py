"""When a crossing is, where a time minimum is asked for: by the movers' own times, not their legs'."""

from __future__ import annotations

from itertools import pairwise

import pytest

from keepclear.detect.crossing import CrossingKind, Minima
from keepclear.detect.engine import PORTABLE
from keepclear.detect.rules import compare
from tests.laws.strategies import FLAT, declared, laid, moved, rectangle, route, volume, window

AT = (47.0, 8.0)
SECOND = 1_000_000
MINUTE = 60 * SECOND


def near(one, other, tau_s, horizontal_m=0.0):
    """What two shapes cross with a time minimum, in seconds: start, end, gap."""
    said = [declared("a", one), declared("b", other)]
    minima = Minima(horizontal_m=horizontal_m, time_us=round(tau_s * SECOND))
    found = compare(said, geoid=FLAT, minima=minima, engine=PORTABLE).crossings
    back = compare(said[::-1], geoid=FLAT, minima=minima, engine=PORTABLE).crossings
    assert found == back
    return [(c.time_start_us / SECOND, c.time_end_us / SECOND, c.time_s) for c in found]


def straight(first, last, start_min, end_min, half_width_m=10.0, cuts=1):
    """From one place to another in metres, in so many equal pieces."""
    points = []
    for k in range(cuts + 1):
        share = k / cuts
        place = [p + (q - p) * share for p, q in zip(first, last, strict=True)]
        points.append((moved(*AT, *place), start_min + (end_min - start_min) * share))
    return route(half_width_m, *points)


@pytest.mark.parametrize("cuts", [1, 4, 40])
def test_two_that_pass_one_place_one_after_the_other(cuts):
    """At 10 m/s, half-widths of 10 m: the first is within 20 m of the other's line for 4 s round
    5:00, the second of the first's for 4 s round 5:40, however finely their ways are cut."""
    a = straight((-3_000, 0), (3_000, 0), 0, 10, cuts=cuts)
    b = straight((0, -3_400), (0, 2_600), 0, 10, cuts=cuts)
    assert near(a, b, 0) == []
    assert near(a, b, 30) == []
    ((start, end, gap),) = near(a, b, 60)
    assert start == pytest.approx(302, abs=0.01)
    assert end == pytest.approx(338, abs=0.01)
    assert gap == pytest.approx(36, abs=0.02)


@pytest.mark.parametrize("cuts", [1, 4, 60])
def test_in_trail_the_crossing_lasts_as_long_as_they_share_the_road(cuts):
    """One 40 s behind the other at 10 m/s: from when the second sets out where the first was, to
    when the first ends where the second comes to."""
    a = straight((0, 0), (6_000, 0), 0, 10, cuts=cuts)
    b = straight((0, 0), (6_000, 0), 40 / 60, 10 + 40 / 60, cuts=cuts)
    assert near(a, b, 30) == []
    ((start, end, gap),) = near(a, b, 60)
    assert (start, gap) == (pytest.approx(40, abs=0.01), 0.0)
    assert end == pytest.approx(600, abs=0.01)


def test_a_mover_that_comes_after_a_window_ended():
    """The area is closed from 10:00 to 20:00; the mover enters it at 20:30 and is out at 22:10."""
    area = laid(*AT, rectangle(-500, -500, 500, 500))
    flight = straight((-800, 0), (1_200, 0), 20, 20 + 200 / 60, half_width_m=0.0)
    later = straight((-300, 0), (-2_300, 0), 5, 5 + 200 / 60, half_width_m=0.0)
    area = volume(area, when=window(10, 20))
    assert near(flight, area, 0) == []
    assert near(flight, area, 29.9) == []
    ((start, end, gap),) = near(flight, area, 60)
    assert (start, end) == (1_200, pytest.approx(1_230, abs=0.01))
    assert gap == pytest.approx(30, abs=0.01)
    # and one that leaves it at 5:20, before it is closed
    ((start, end, gap),) = near(later, area, 300)
    assert (start, end) == (pytest.approx(320, abs=0.01), 600)
    assert gap == pytest.approx(280, abs=0.01)


def test_a_mover_inside_while_the_window_ends_shares_that_time():
    area = laid(*AT, rectangle(-500, -500, 500, 500))
    flight = straight((-800, 0), (1_200, 0), 19, 19 + 200 / 60, half_width_m=0.0)
    assert near(flight, volume(area, when=window(10, 20)), 60) == near(
        flight, volume(area, when=window(10, 20)), 0
    )


def test_a_gap_equal_to_the_minimum_keeps_it():
    """Into the area exactly a minute after it ended: the border lies on the equator."""
    area = laid(0.0, 8.0, rectangle(-500, -500, 500, 0))
    points = [moved(0.0, 8.0, 0, y) for y in (600, 0, -400)]
    flight = route(0.0, *zip(points, (19, 21, 22), strict=True))
    assert near(flight, volume(area, when=window(10, 20)), 60) == []
    assert len(near(flight, volume(area, when=window(10, 20)), 60.000001)) == 1


def test_a_mover_that_arrives_at_the_very_end_of_a_window_shares_nothing():
    area = laid(0.0, 8.0, rectangle(-500, -500, 500, 0))
    points = [moved(0.0, 8.0, 0, y) for y in (600, 0, -400)]
    flight = route(0.0, *zip(points, (19, 20, 22), strict=True))
    assert near(flight, volume(area, when=window(10, 20)), 0) == []
    assert near(flight, volume(area, when=window(10, 20.0001)), 0) != []
    until = route(0.0, *zip(points[:2], (19, 20), strict=True))
    assert near(until, area, 0) == []


def test_certainty_and_kind_hold_where_the_times_lie_apart():
    a = straight((-3_000, 0), (3_000, 0), 0, 10)
    b = straight((0, -3_400), (0, 2_600), 0, 10)
    said = [declared("a", a), declared("b", b)]
    (found,) = compare(said, geoid=FLAT, minima=Minima(time_us=MINUTE), engine=PORTABLE).crossings
    assert (found.kind, found.certain) == (CrossingKind.SEPARATION, True)
    assert found.depth_m is None


def test_a_wider_time_minimum_never_begins_later_nor_ends_earlier():
    a = straight((0, 0), (6_000, 0), 0, 10)
    b = straight((0, 15), (6_000, -15), 0.5, 10.4)
    found = [near(a, b, tau)[0] for tau in (35, 60, 120, 300)]
    assert [gap for _, _, gap in found] == [0.0] * 4
    for (start, end, _), (start_wide, end_wide, _) in pairwise(found):
        assert start_wide <= start + 1e-5
        assert end_wide >= end - 1e-5
