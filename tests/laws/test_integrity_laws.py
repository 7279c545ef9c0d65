"""What holds for every list: what is consistent never alarms, what is planted is found."""

from __future__ import annotations

from dataclasses import fields
from random import Random

import pytest
from bench.planted import WINDS
from bench.slips import SLIPS, Row, second_writing
from hypothesis import assume, given
from hypothesis import strategies as st

from keepclear.domain.finding import Severity
from keepclear.domain.gazetteer import folded
from keepclear.domain.position import Position
from keepclear.domain.stated import Notation
from keepclear.errors import InputError
from keepclear.formats.positions import read_position, write_position
from keepclear.integrity.context import Context
from keepclear.integrity.digits import written_error_m
from keepclear.integrity.examine import examine
from keepclear.integrity.near import Neighbours
from keepclear.integrity.phrases import phrases_in
from keepclear.integrity.ruler import bearing_and_distance, distance_m
from tests.listed import at, named, site

INLAND = st.tuples(
    st.floats(-70, 70).filter(lambda x: abs(x) > 1.0),
    st.floats(-175, 175).filter(lambda x: abs(x) > 1.0),
)
ALARMS = {Severity.WRONG, Severity.DOUBT}
GRIDS = (Notation.SECONDS, Notation.MINUTES, Notation.MGRS, Notation.UTM, Notation.ICAO)


def rows(place, decimals=5):
    """As typed; never what looks as if nobody had entered anything."""
    latitude, longitude = place
    typed = [round(value, decimals) for value in place]
    assume(typed[0] != typed[1] and not any(value.is_integer() for value in typed))
    return Row("Clinic", f"{latitude:.{decimals}f}", f"{longitude:.{decimals}f}")


def alarms(declaration, **context):
    found = examine([declaration], Context(**context))
    return [finding for finding in found if finding.severity in ALARMS]


@given(INLAND, st.sampled_from(GRIDS), st.sampled_from([1.0, 10.0, 100.0]), st.integers(4, 6))
def test_the_same_place_in_two_notations_never_alarms(place, notation, precision_m, decimals):
    row = rows(place, decimals)
    second = write_position(row.position, notation, precision_m=precision_m)
    assert not alarms(site(1, row.text, second))


@given(INLAND, st.sampled_from(sorted(SLIPS)), st.integers(0, 2), st.integers(0, 1000))
def test_a_slip_beyond_what_the_digits_allow_never_passes_a_second_notation(place, kind, way, seed):
    """Found as wrong or doubtful; what cut digits can do, within ten metres, at least as a note."""
    row = rows(place)
    text = SLIPS[kind](row, Random(seed))
    assume(text is not None)
    try:
        first, second = read_position(text), read_position(second_writing(row, way))
    except InputError:
        return  # refused: the best answer of all
    moved = distance_m(first.position, second.position)
    assume(moved > written_error_m(first) + written_error_m(second) + 0.1)
    found = examine([site(1, first.text, second.text)], Context())
    assert found
    if moved > 2.0 * (written_error_m(first) + written_error_m(second)) + 0.1 or moved > 10.1:
        assert any(finding.severity in ALARMS for finding in found)


@given(
    INLAND,
    st.floats(0, 359.9),
    st.floats(700, 40_000),
    st.sampled_from(
        [
            "{km:.1f} km {wind} of {name}",
            "{km:.0f} km {wind} of {name}",
            "bearing {bearing:03.0f}, {nm:.1f} NM from {name}",
            "à {km:.1f} km {wind} de {name}",
        ]
    ),
)
def test_true_words_never_alarm(place, bearing, metres, form):
    row = rows(place)
    there = moved(row.position, bearing, metres)
    assume(there is not None)
    gazetteer = named(("Bravo strip", there.latitude, there.longitude))
    back, far = bearing_and_distance(there, row.position)
    assume(round(far / 1000) >= 1)
    words = form.format(
        km=far / 1000,
        nm=far / 1852,
        bearing=back,
        wind=WINDS[round(back / 22.5) % 16],
        name="Bravo strip",
    )
    assert phrases_in(words, gazetteer)
    assert not alarms(site(1, row.text, description=words), gazetteer=gazetteer)


@given(INLAND, st.floats(0, 359.9), st.floats(3_000, 20_000), st.floats(0, 359.9))
def test_words_find_what_lies_twice_as_far_away_as_they_say(place, bearing, metres, astray):
    row = rows(place)
    there = moved(row.position, bearing, metres)
    wrong = moved(row.position, astray, 3.0 * metres + 5_000)
    assume(there is not None and wrong is not None)
    gazetteer = named(("Bravo strip", there.latitude, there.longitude))
    far = distance_m(there, row.position)
    words = f"{far / 1000:.1f} km from Bravo strip"
    text = f"{wrong.latitude:.5f}, {wrong.longitude:.5f}"
    assert alarms(site(1, text, description=words), gazetteer=gazetteer)


def moved(position, bearing, metres):
    from pyproj import Geod

    lon, lat, _ = Geod(ellps="WGS84").fwd(position.longitude, position.latitude, bearing, metres)
    return Position(latitude=lat, longitude=lon) if abs(lon) < 179.0 and abs(lat) < 75 else None


@given(st.integers(0, 10_000), st.integers(8, 60), st.floats(0.02, 4.0), INLAND)
def test_an_evenly_spread_list_never_alarms(seed, count, degrees, middle):
    """Wherever on Earth it lies, also where latitude and longitude are alike."""
    random = Random(seed)
    assume(abs(middle[0]) + degrees < 75 and abs(middle[1]) + degrees < 180)
    assume(min(abs(middle[0]), abs(middle[1])) > degrees + 1)
    listed = [
        site(
            n,
            f"{middle[0] + random.uniform(-degrees, degrees):.5f}, "
            f"{middle[1] + random.uniform(-degrees, degrees):.5f}",
            name=f"Clinic {n}",
        )
        for n in range(count)
    ]
    found = [one for one in examine(listed, Context()) if one.severity in ALARMS]
    # near 36 N 36 E a place and its image can both lie in the list: a doubt there is no fault
    overlap = abs(abs(middle[0]) - abs(middle[1])) < 2 * degrees + 1
    assert overlap or not found


@given(
    st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=5, max_size=60),
    st.integers(1, 4),
)
def test_the_kth_neighbour_is_the_one_that_sorting_finds(places, k):
    spots = [at(latitude, longitude) for latitude, longitude in places]
    near = Neighbours(spots)
    assume(len(near) == len(spots))  # none within one cell
    (fast,) = near.kth_m(k)
    for row, here in enumerate(spots):
        others = sorted(distance_m(here, there) for n, there in enumerate(spots) if n != row)
        assert fast[row] == pytest.approx(others[k - 1], rel=0.01, abs=1.0)


@given(INLAND, st.sampled_from(sorted(SLIPS)), st.integers(0, 100))
def test_a_peer_reads_the_code_and_nothing_else(place, kind, seed):
    row = rows(place)
    text = SLIPS[kind](row, Random(seed))
    assume(text is not None)
    try:
        declaration = site(1, text, second_writing(row, seed))
    except InputError:
        return
    for finding in examine([declaration], Context()):
        assert finding.for_peer() == finding.code
        told = finding.for_peer()
        assert not any(
            getattr(finding, field.name) in told
            for field in fields(finding)
            if field.name in {"where", "message", "advice", "party", "id"}
        )


@given(st.text(max_size=200))
def test_any_words_are_read_without_a_fault(text):
    gazetteer = named(("Bravo strip", 36.0, 37.0), ("Ö", 1.0, 1.0))
    for phrase in phrases_in(text, gazetteer):
        assert phrase.distance_m is not None or phrase.bearing is not None


@given(st.text(max_size=60))
def test_folding_a_name_twice_changes_nothing(name):
    assert folded(folded(name)) == folded(name)
