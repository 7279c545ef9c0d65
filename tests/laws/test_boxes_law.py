"""A filter by a box never leaves out what has a place in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from keepclear.node.boxes import meets, parts_meet
from tests.laws.strategies import band, circle, declared, moved, volume
from tests.laws.strategies import window as minutes

latitudes = st.floats(-84.0, 84.0)
longitudes = st.floats(-180.0, 180.0)
bearings = st.floats(-1.0, 1.0)


@given(latitudes, longitudes, st.floats(1.0, 200_000.0), bearings, bearings, st.floats(0.0, 2.0))
def test_a_place_in_a_circle_is_in_its_box(lat, lon, radius_m, east, north, wide):
    """Places are found on the sphere, by steps east and north no longer than the radius together."""
    size = max(1.0, (east**2 + north**2) ** 0.5) * 1.02
    there = moved(lat, lon, radius_m * east / size, radius_m * north / size)
    said = declared("A1", volume(circle(lat, lon, radius_m), band(0.0, 1.0), minutes(0, 1)))
    west = (there.longitude - wide + 180.0) % 360.0 - 180.0
    east_ = (there.longitude + wide + 180.0) % 360.0 - 180.0
    box = (west, max(-90.0, there.latitude - wide), east_, min(90.0, there.latitude + wide))
    assert parts_meet(said, box)


@given(st.tuples(longitudes, latitudes, longitudes, latitudes), longitudes, latitudes)
def test_a_box_meets_the_places_in_it_and_itself(box, lon, lat):
    west, south, east, north = box[0], min(box[1], box[3]), box[2], max(box[1], box[3])
    whole = (west, south, east, north)
    inside = south <= lat <= north and (
        west <= lon <= east if west <= east else lon >= west or lon <= east
    )
    assert meets(whole, whole)
    assert meets(whole, (lon, lat, lon, lat)) == meets((lon, lat, lon, lat), whole) == inside
