"""Time on which other systems are known to answer wrongly (cases 11 and 12)."""

from __future__ import annotations

import json

import pytest

from keepclear.detect.crossing import CrossingKind, Minima
from keepclear.detect.rules import compare
from keepclear.domain.declaration import Kind, State
from keepclear.domain.window import ALWAYS, Window, format_instant
from keepclear.formats.registry import read_bytes
from tests.laws.strategies import (
    FLAT,
    HOUR,
    MINUTE,
    circle,
    crosses,
    crossings,
    declared,
    pairs,
    place,
    route,
    square,
    told,
    volume,
    window,
)

HERE = square(47.0, 8.0, 500.0)
THERE = square(47.0, 8.1, 500.0)


def during(start, end, footprint=HERE):
    return volume(footprint, when=window(start, end))


@pytest.mark.parametrize(
    ("one", "other", "span_min"),
    [
        ((0, 30), (600, 630), None),  # the same square, 10 h later
        ((0, 30), (30, 60), None),  # half-open: one ends when the other begins
        ((0, 30), (29, 60), (29, 30)),
        ((0, 60), (10, 20), (10, 20)),
        ((10, 20), (10, 20), (10, 20)),
        ((5, 5), (0, 10), (5, 5)),  # an instant
        ((10, 10), (0, 10), None),
        ((None, None), (10, 20), (10, 20)),  # in force throughout
        ((None, 15), (10, 20), (10, 15)),
        ((15, None), (10, 20), (15, 20)),  # open-ended
        ((20, None), (10, 20), None),
        ((None, None), (None, None), (None, None)),
        ((None, 10), (10, None), None),
    ],
)
def test_case_11_windows_are_compared_volume_by_volume_and_half_open(one, other, span_min):
    for a, b in ((one, other), (other, one)):
        found = crossings(declared("a", during(*a)), declared("b", during(*b)))
        assert len(found) == (span_min is not None)
        if found:
            expected = tuple(None if t is None else t * MINUTE for t in span_min)
            assert (found[0].time_start_us, found[0].time_end_us) == expected


def test_case_11_a_two_leg_operation_is_no_union_of_outlines_and_times():
    """The other party is at leg 1's place at leg 2's time: nothing meets."""
    flight = declared("flight", during(0, 20), during(20, 40, THERE))
    other = declared("other", during(25, 35))
    assert crossings(flight, other) == ()
    same_time = declared("other", during(5, 15))
    found = crossings(flight, same_time)
    assert [(c.a.parts, c.b.parts) for c in found] == [((0,), (0,))]


def test_case_11_a_volume_whose_window_has_ended_holds_nothing():
    flight = declared("flight", during(0, 20), during(60, 80, THERE))
    assert not crossings(flight, declared("x", during(61, 70)))
    assert crossings(flight, declared("x", during(61, 70, THERE)))


def test_case_11_two_spans_of_one_pair_are_two_crossings_and_touching_ones_are_one():
    fence = declared("fence", during(0, 300), kind=Kind.RESTRICTION)
    twice = declared("flight", during(0, 20), during(40, 60))
    found = crossings(fence, twice)
    assert [(c.time_start_us // MINUTE, c.time_end_us // MINUTE) for c in found] == [
        (0, 20),
        (40, 60),
    ]
    joined = declared("flight", during(0, 20), during(20, 60))
    found = crossings(fence, joined)
    assert [(c.time_start_us // MINUTE, c.time_end_us // MINUTE) for c in found] == [(0, 60)]
    assert found[0].b.parts == (0, 1)


def test_case_11_a_site_stands_beyond_its_validity_and_says_so():
    site = declared("clinic", during(0, 60), kind=Kind.SITE)
    late = declared("flight", during(120, 130))
    found = crossings(site, late)
    assert len(found) == 1
    assert found[0].a.unconfirmed_since_us == 60 * MINUTE
    assert found[0].certain
    early = crossings(site, declared("flight", during(10, 20)))
    assert early[0].a.unconfirmed_since_us is None
    before = declared("flight", volume(HERE, when=window(-30, -10)))
    assert crossings(site, before) == ()  # not before it was notified to stand there


def test_case_11_what_has_ended_is_in_nobodys_way():
    ended = declared("ended", during(0, 60), state=State.ENDED)
    result = compare([ended, declared("x", during(0, 60))], geoid=FLAT)
    assert result.crossings == ()
    assert result.not_compared == (("ended", 1),)


def test_case_12_a_fence_that_starts_or_ends_within_an_operation_is_found():
    flight = declared("flight", during(0, 60))
    for fence, span in (
        ((None, None), (0, 60)),
        ((30, 90), (30, 60)),
        ((-30, 30), (0, 30)),
        ((20, 40), (20, 40)),
        ((-30, 90), (0, 60)),
        ((59, None), (59, 60)),
        ((None, 1), (0, 1)),
    ):
        found = crossings(flight, declared("fence", during(*fence), kind=Kind.RESTRICTION))
        assert [(c.time_start_us / MINUTE, c.time_end_us / MINUTE) for c in found] == [span]


def test_case_12_restrictions_are_not_compared_with_each_other_nor_sites():
    for kind in (Kind.RESTRICTION, Kind.SITE):
        assert crossings(declared("a", HERE, kind=kind), declared("b", HERE, kind=kind)) == ()
    mixed = crossings(
        declared("a", HERE, kind=Kind.SITE), declared("b", HERE, kind=Kind.RESTRICTION)
    )
    assert len(mixed) == 1


def test_case_12_a_route_is_cut_to_the_time_of_the_fence():
    through = declared("flight", route(100, (place(47.0, 7.9), 0), (place(47.0, 8.1), 60)))
    whole = crossings(through, declared("fence", HERE, kind=Kind.RESTRICTION))[0]
    assert 25 * MINUTE < whole.time_start_us < whole.time_end_us < 35 * MINUTE
    half = during(None, 30)
    cut = crossings(through, declared("fence", half, kind=Kind.RESTRICTION))[0]
    assert (cut.time_start_us, cut.time_end_us) == (whole.time_start_us, 30 * MINUTE)
    over = during(whole.time_end_us / MINUTE + 0.01, None)
    assert crossings(through, declared("fence", over, kind=Kind.RESTRICTION)) == ()


def test_case_12_only_what_happens_in_the_span_asked_for():
    a, b = declared("a", during(0, 60)), declared("b", during(30, 90))
    for span, count in (
        (Window(0, HOUR), 1),
        (Window(40 * MINUTE, None), 1),
        (Window(None, 31 * MINUTE), 1),
        (Window(None, 30 * MINUTE), 0),
        (Window(61 * MINUTE, None), 0),
        (ALWAYS, 1),
    ):
        assert len(crossings(a, b, span=span)) == count, span


def test_case_12_a_crossing_that_ends_when_the_span_begins_is_outside_it():
    a, b = declared("a", during(0, 60)), declared("b", during(30, 90))
    assert crossings(a, b, span=Window(60 * MINUTE, None)) == ()


@pytest.mark.parametrize(
    ("minimum_s", "kind"), [(0, None), (600, None), (600.000001, CrossingKind.SEPARATION)]
)
def test_case_12_a_gap_in_time_equal_to_the_minimum_keeps_it(minimum_s, kind):
    a, b = declared("a", during(0, 30)), declared("b", during(40, 60))
    found = crossings(a, b, minima=Minima(time_us=round(minimum_s * 1e6)))
    assert [c.kind for c in found] == ([] if kind is None else [kind])
    if found:
        assert found[0].time_s == 600.0
        assert (found[0].time_start_us, found[0].time_end_us) == (30 * MINUTE, 40 * MINUTE)


def test_case_11_times_are_kept_to_the_microsecond():
    last = 86_400 * 365 * 45 * 1_000_000 + 123_457
    a = declared("a", volume(HERE, when=Window(0, last)))
    b = declared("b", volume(HERE, when=Window(last - 1, last + 5)))
    c = declared("c", volume(HERE, when=Window(last, last + 5)))
    found = crossings(a, b, c)
    assert pairs(found) == {frozenset("ab"), frozenset("bc")}
    assert next(x for x in found if x.a.id == "a").time_start_us == last - 1


def test_case_11_offsets_are_the_same_instants():
    def plan(name, start, end):
        return {
            "type": "Feature",
            "properties": {
                "party": name, "id": name, "kind": "operation", "time_start": start, "time_end": end,
                "radius_m": 100,
            },
            "geometry": {"type": "Point", "coordinates": [8.0, 47.0]},
        }  # fmt: skip

    document = {
        "type": "FeatureCollection",
        "features": [
            plan("a", "2025-06-01T10:00:00+02:00", "2025-06-01T11:00:00.000+02:00"),
            plan("b", "2025-06-01T08:59:59.999999Z", "2025-06-01T09:30Z"),
            plan("c", "2025-06-01T09:00:00Z", "2025-06-01T09:30:00Z"),
            plan("naive", "2025-06-01T08:00:00", "2025-06-01T09:30:00"),
        ],
    }
    reading = read_bytes(json.dumps(document).encode(), name="plan.geojson")
    assert [refusal.code for refusal in reading.refused] == ["time.no-offset"]
    found = crossings(*reading.declarations)
    assert pairs(found) == {frozenset("ab"), frozenset("bc")}
    assert format_instant(told(found)[0][5]) == "2025-06-01T08:59:59.999999Z"


def test_case_11_nobody_crosses_at_different_times_without_a_window_being_lost():
    """Neither place nor time alone decides."""
    assert not crosses(during(0, 10), during(0, 10, THERE))
    assert not crosses(during(0, 10), during(20, 30))
    assert crosses(during(0, 10), during(0, 10, circle(47.0, 8.0, 1.0)))
