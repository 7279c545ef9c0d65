"""What people type: every number with its unit, nothing guessed."""

from __future__ import annotations

import pytest

from keepclear.domain.declaration import Ground
from keepclear.errors import UsageError
from keepclear.faces.quantities import (
    parse_duration_us,
    parse_ground,
    parse_instant_us,
    parse_length_m,
    parse_size,
)


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("1000m", 1000.0),
        ("1 km", 1000.0),
        ("0.1km", 100.0),
        ("5NM", 9260.0),
        ("5nm", 9260.0),
        ("300ft", 91.44),
        ("10FL", 304.8),
        (" 12.5 m ", 12.5),
        ("0", 0.0),
        ("0ft", 0.0),
    ],
)
def test_lengths(text, metres):
    assert parse_length_m(text) == metres


@pytest.mark.parametrize(
    "text", ["1000", "", "m", "-5m", "1e3m", "nan m", "5 miles", "1,000m", "٣m"]
)
def test_lengths_that_are_not_understood_are_refused(text):
    with pytest.raises(UsageError):
        parse_length_m(text)


def test_the_sentence_shows_how_to_write_it():
    with pytest.raises(UsageError, match="unit is missing; write it like 1000m"):
        parse_length_m("1000")


def test_a_length_beyond_reason_is_a_wrong_unit():
    with pytest.raises(UsageError, match="check the unit"):
        parse_length_m("1000NM")


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [("90s", 90_000_000), ("5min", 300_000_000), ("1.5h", 5_400_000_000), ("0", 0)],
)
def test_durations(text, microseconds):
    assert parse_duration_us(text) == microseconds


@pytest.mark.parametrize("text", ["5", "5m", "-5min", "9999h"])
def test_durations_that_are_not_understood_are_refused(text):
    with pytest.raises(UsageError):
        parse_duration_us(text)


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("40..150m", Ground(40, 150)),
        ("-430..-400m", Ground(-430, -400)),
        ("120m", Ground(120, 120)),
        ("100 .. 200 ft", Ground(30.48, 60.96)),
    ],
)
def test_ground(text, ground):
    found = parse_ground(text)
    assert (found.lowest_m, found.highest_m) == pytest.approx((ground.lowest_m, ground.highest_m))


@pytest.mark.parametrize("text", ["40..150", "150..40m", "40-150m", "..150m", "0..20000m", "x"])
def test_ground_that_is_not_understood_is_refused(text):
    with pytest.raises(UsageError):
        parse_ground(text)


def test_a_time_must_say_its_clock():
    assert parse_instant_us("1970-01-01T00:00:01Z") == 1_000_000
    with pytest.raises(UsageError, match="add Z for UTC"):
        parse_instant_us("2015-11-20T06:30")


@pytest.mark.parametrize(("text", "size"), [("100", 100), ("2GB", 2 * 10**9), ("0.5 kb", 500)])
def test_sizes(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["0", "-1", "many", "5TB"])
def test_sizes_that_are_not_understood_are_refused(text):
    with pytest.raises(UsageError):
        parse_size(text)
