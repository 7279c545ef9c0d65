"""What another party sees at level ``crossing`` says nothing of a plan beyond the part that both share.

Two laws. *Inside*: every place, time and height shown lies within the viewer's own declaration, and no
text of the other's is in it. *The same*: another plan that goes on differently where the viewer is not,
but shares the same part, looks the same. The second needs no list of what could leak.
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from keepclear.detect.crossing import CrossingKind, Minima
from keepclear.detect.index import StandingSet
from keepclear.disclose.crossing_only import circle_round, coarse_area, shared_part, stay_away
from keepclear.domain.declaration import Kind
from keepclear.domain.footprint import Area, EdgeRule, Polygon
from keepclear.domain.window import format_instant, parse_instant
from tests.laws.strategies import (
    FLAT,
    HOUR,
    LAW,
    MINUTE,
    WGS84,
    band,
    circle,
    corridor,
    declared,
    laid,
    moved,
    place,
    rectangle,
    route,
    volume,
    window,
)

LAT, LON = -31.0, 144.0
OWN_M, OWN_BAND, OWN_MIN = 5_000.0, (1_000.0, 2_000.0), (60.0, 120.0)
SECRET = {"name": "Quiet Heron", "description": "9 km south of Bravo strip"}
NONE = Minima()


def own():
    return declared(
        "mine",
        volume(
            laid(LAT, LON, rectangle(-OWN_M, -OWN_M, OWN_M, OWN_M)),
            band(*OWN_BAND),
            window(*OWN_MIN),
        ),
        party="Alder",
    )


def plan(west, south, east, north, low, high, start, end):
    shape = laid(LAT, LON, rectangle(west, south, east, north))
    said = declared("Z-4711", volume(shape, band(low, high), window(start, end)), party="Birch")
    return replace(said, **SECRET)


def met(mine, other, minima=NONE):
    standing = StandingSet(geoid=FLAT, minima=minima)
    standing.insert(other)
    return standing.query(mine)


def seen(mine, other, minima=NONE):
    return [
        shared_part(one, mine, mark="m", desk="line 2", minima=minima)
        for one in met(mine, other, minima)
    ]


beyond = st.integers(0, 40)
offset = st.integers(-9, 9)


@st.composite
def plans(draw):
    """A plan that meets the viewer's, by corners in units of 100 m, 10 m and minutes."""
    west, east = sorted(draw(st.lists(st.integers(-90, 90), min_size=2, max_size=2, unique=True)))
    south, north = sorted(draw(st.lists(st.integers(-90, 90), min_size=2, max_size=2, unique=True)))
    low, high = sorted(draw(st.lists(st.integers(50, 260), min_size=2, max_size=2, unique=True)))
    start, end = sorted(draw(st.lists(st.integers(0, 200), min_size=2, max_size=2, unique=True)))
    return [west * 100.0, south * 100.0, east * 100.0, north * 100.0,
            low * 10.0, high * 10.0, float(start), float(end)]  # fmt: skip


def numbers(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [number for item in value for number in numbers(item)]
    return [value] if isinstance(value, float | int) and not isinstance(value, bool) else []


def places(area):
    flat = numbers(area["coordinates"])
    return list(zip(flat[::2], flat[1::2], strict=True))


@LAW
@given(plans())
def test_everything_shown_lies_inside_ones_own(corners):
    views = seen(own(), plan(*corners))
    assume(views)
    for view in views:
        text = json.dumps(view)
        assert not [word for word in ("Z-4711", "Quiet", "Bravo") if word in text]
        assert parse_instant(view["time_start"]) >= OWN_MIN[0] * MINUTE
        assert parse_instant(view["time_end"]) <= OWN_MIN[1] * MINUTE
        low, high = view["altitude_w84_m"]
        assert OWN_BAND[0] - 1.1 <= low <= high <= OWN_BAND[1] + 1.1  # the geoid's model error
        if view["area"] is None:
            continue  # the two only touch there
        for lon, lat in places(view["area"]):
            away = WGS84.Inverse(LAT, LON, lat, lon)["s12"]
            assert away <= OWN_M * 2**0.5 + 2.0


@LAW
@given(plans(), st.tuples(*[beyond] * 8))
def test_plans_that_share_the_same_part_look_the_same(corners, further):
    """Each limit that lies outside one's own is moved further out: nothing shown may change."""
    mine, other = own(), plan(*corners)
    limits = [-OWN_M, -OWN_M, OWN_M, OWN_M, *OWN_BAND, *OWN_MIN]
    steps = [-100.0, -100.0, 100.0, 100.0, -10.0, 10.0, -1.0, 1.0]
    outward = list(corners)
    for k, (limit, step, count) in enumerate(zip(limits, steps, further, strict=True)):
        if (corners[k] - limit) * step > 0:
            outward[k] += step * count
    views, others = seen(mine, other), seen(mine, plan(*outward))
    assume(views)
    assert len(views) == len(others)
    for a, b in zip(views, others, strict=True):
        area, moved_area = a.pop("area"), b.pop("area")
        assert a == b
        if area is not None and moved_area is not None:
            assert _same_ground(area, moved_area)


degrees = st.floats(-180.0, 180.0)
corners_of_rings = st.lists(
    st.lists(st.lists(degrees, min_size=2, max_size=2), min_size=1, max_size=5), max_size=3
)
drawn = st.one_of(
    corners_of_rings.map(lambda rings: {"type": "Polygon", "coordinates": rings}),
    st.lists(corners_of_rings, max_size=3).map(
        lambda pieces: {"type": "MultiPolygon", "coordinates": pieces}
    ),
)


@LAW
@given(drawn)
def test_a_shared_area_keeps_its_form_and_five_digits(area):
    """Written out and read again with every number rounded on its way, and zero never below zero."""
    (one,) = met(own(), plan(0, 0, 1_000, 1_000, 1_000, 2_000, 0, 300))
    text = json.dumps(area)
    rounded = json.loads(text, parse_float=lambda digits: round(float(digits), 5) + 0.0)
    told = coarse_area(replace(one, area=area))
    assert json.dumps(told) == json.dumps(rounded)
    assert json.dumps(area) == text  # what the verdict holds is left as it is


def _same_ground(a, b):
    """Edges of a plane that is not the same one differ by a metre or two; corners do not."""
    ours, theirs = places(a), places(b)
    return all(min(WGS84.Inverse(y, x, q, p)["s12"] for p, q in theirs) < 3.0 for x, y in ours)


MINIMA = Minima(3_000.0, 300.0, 20 * MINUTE)


@LAW
@given(plans())
def test_what_only_comes_near_says_no_distance(corners):
    """A plan outside one's own, within the minima: that it is so is told, and nothing to measure by."""
    other = plan(*corners)
    for one in met(own(), other, MINIMA):
        if one.kind is CrossingKind.OVERLAP:
            continue
        view = shared_part(one, own(), mark="m", desk="", minima=MINIMA)
        assert "area" not in view
        assert "altitude_w84_m" not in view
        assert parse_instant(view["time_start"]) >= OWN_MIN[0] * MINUTE
        assert parse_instant(view["time_end"]) <= OWN_MIN[1] * MINUTE
        kept = {3_000.0, 300.0, 1_200.0, 0}
        assert set(numbers(view)) <= kept


def test_a_gap_in_time_is_not_measured():
    early = plan(-5_000, -5_000, 5_000, 5_000, 1_000, 2_000, 0, 47)
    (view,) = seen(own(), early, Minima(0.0, 0.0, 20 * MINUTE))
    assert (view["time_start"], view["time_end"]) == tuple(
        format_instant(round(t * MINUTE)) for t in OWN_MIN
    )


@pytest.mark.parametrize(("start", "end"), [(0, 90), (90, 300), (0, 300), (None, None)])
def test_a_time_beyond_ones_own_is_never_told(start, end):
    """Whatever the window of a crossing is said to be: here it is wider than any could be."""
    (one,) = met(own(), plan(0, 0, 1_000, 1_000, 1_000, 2_000, 0, 300))
    wide = replace(
        one,
        time_start_us=None if start is None else start * MINUTE,
        time_end_us=None if end is None else end * MINUTE,
    )
    view = shared_part(wide, own(), mark="m", desk="", minima=NONE)
    told = parse_instant(view["time_start"]), parse_instant(view["time_end"])
    assert told == (max(start or 0, 60) * MINUTE, min(end or 300, 120) * MINUTE)


def test_a_mover_is_shown_where_and_while_it_is_inside():
    mover = declared(
        "Z-4711",
        route(
            200.0,
            *(
                (moved(LAT, LON, east, 0.0), minute)
                for east, minute in ((-60_000.0, 30.0), (60_000.0, 150.0))
            ),
            altitudes=band(1_200.0, 1_300.0),
        ),
        party="Birch",
        kind=Kind.MOVEMENT,
    )
    (view,) = seen(own(), mover)
    # 1 km a minute: inside from 5 km west to 5 km east, 85 to 95 min, and its own 200 m
    start, end = parse_instant(view["time_start"]), parse_instant(view["time_end"])
    assert 84.5 * MINUTE < start < 85.1 * MINUTE
    assert 94.9 * MINUTE < end < 95.5 * MINUTE
    assert all(abs(lon - LON) < 0.06 for lon, _ in places(view["area"]))


# sites


shapes = st.one_of(
    st.builds(lambda r: circle(LAT, LON, float(r)), st.integers(1, 3_000)),
    st.builds(
        lambda w, s, e, n: laid(LAT, LON, rectangle(-w, -s, e, n)),
        *[st.floats(1.0, 20_000.0)] * 4,
    ),
    st.builds(
        lambda w, e, n: corridor(w, place(LAT, LON), moved(LAT, LON, e, n)),
        st.floats(1.0, 500.0), st.floats(10.0, 30_000.0), st.floats(-30_000.0, 30_000.0),
    ),
)  # fmt: skip


@settings(LAW)
@given(shapes, st.integers(0, 2_000), st.sampled_from(list(EdgeRule)), st.sampled_from([0.0, 70.0]))
def test_the_circle_of_a_site_holds_all_of_it(shape, standoff, edges, turn):
    """Sampled along every edge by the edge's own rule, at the site's latitude and far from it."""
    if isinstance(shape, Area):
        rings = tuple(
            tuple(place(p.latitude + turn, p.longitude) for p in ring)
            for ring in shape.polygons[0].rings
        )
        shape = Area((Polygon(rings),), edges)
    site = declared("S1", volume(shape), party="Relief", kind=Kind.SITE)
    site = replace(site, standoff_m=float(standoff))
    center, radius = circle_round(site)
    for point, reach in _edge_points(shape):
        away = WGS84.Inverse(center.latitude, center.longitude, *point)["s12"]
        assert away + reach + standoff <= radius + 1e-6


def _edge_points(shape):
    if not isinstance(shape, Area):
        if hasattr(shape, "center"):
            return [((shape.center.latitude, shape.center.longitude), shape.radius_m)]
        return [((v.latitude, v.longitude), shape.half_width_m) for v in shape.vertices]
    found = []
    ring = shape.polygons[0].rings[0]
    for a, b in zip(ring, (*ring[1:], ring[0]), strict=True):
        line = WGS84.InverseLine(a.latitude, a.longitude, b.latitude, b.longitude)
        for k in range(17):
            if shape.edges is EdgeRule.LONLAT:
                share = k / 16
                found.append((a.latitude + share * (b.latitude - a.latitude),
                              a.longitude + share * (b.longitude - a.longitude)))  # fmt: skip
            else:
                at = line.Position(line.s13 * k / 16)
                found.append((at["lat2"], at["lon2"]))
    return [(point, 0.0) for point in found]


def test_an_edge_over_the_pole_is_in_the_circle():
    """Straight in degrees it goes round the pole, where the way between its ends is much shorter."""
    ring = (place(89.9, -105.0), place(89.9, 0.0), place(89.9, 150.0))
    shape = Area((Polygon((ring,)),), EdgeRule.LONLAT)
    center, radius = circle_round(declared("S1", volume(shape), party="Relief", kind=Kind.SITE))
    assert WGS84.Inverse(center.latitude, center.longitude, 89.9, 75.0)["s12"] <= radius


def test_a_site_is_a_circle_and_says_since_when_it_is_unconfirmed():
    site = declared(
        "S1", volume(circle(LAT, LON, 100.0), when=window(0, 30)), party="Relief", kind=Kind.SITE
    )
    site = replace(site, standoff_m=500.0, **SECRET)
    (one,) = met(own(), site)
    view = stay_away(one, own(), site, mark="m", desk="")
    assert view["center"] == [LON, LAT]
    assert view["radius_m"] == 600.0
    assert view["unconfirmed_since"] == format_instant(HOUR // 2)
    assert not [word for word in ("S1", "Quiet", "Bravo") if word in json.dumps(view)]


def test_the_law_would_see_a_leak():
    """The whole crossing, uncut, does not pass: distances of a plan that only comes near differ."""
    near = plan(6_000, 0, 9_000, 1_000, 1_000, 2_000, 60, 120)
    nearer = plan(5_500, 0, 9_000, 1_000, 1_000, 2_000, 60, 120)
    (a,), (b,) = met(own(), near, MINIMA), met(own(), nearer, MINIMA)
    assert a.horizontal_m != b.horizontal_m
    assert seen(own(), near, MINIMA) == seen(own(), nearer, MINIMA)
