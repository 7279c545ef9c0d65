"""Datums: what is named is found, converted by the operation named, and doubted as far as it says."""
# ruff: noqa: RUF001  letters of other alphabets are the point here

from __future__ import annotations

import warnings
from math import atan2, cos, degrees, hypot, radians, sin, sqrt

import pytest
from geographiclib.geodesic import Geodesic
from pyproj import Transformer
from pyproj.transformer import TransformerGroup

from keepclear.domain.stated import DATUM_UNKNOWN_M, Datum
from keepclear.errors import InputError
from keepclear.formats.positions import read_position
from keepclear.formats.positions.datum_words import datum_named
from keepclear.formats.positions.datums import OPERATIONS, operation_for
from keepclear.formats.positions.reading import operation_of

REGISTER = {Datum.ED50: 4230, Datum.PULKOVO_42: 4284, Datum.NAD27: 4267}
INTERNATIONAL_1924 = (6_378_388.0, 1 / 297)
CLARKE_1866 = (6_378_206.4, 1 / 294.978698214)
WGS84 = (6_378_137.0, 1 / 298.257223563)


def apart_m(a, b):
    return Geodesic.WGS84.Inverse(*a, *b)["s12"]


def shifted(latitude, longitude, ellipsoid, shift_m):
    """Geocentric translation, written out: the published numbers, and no code of PROJ."""
    a, f = ellipsoid
    e2 = f * (2 - f)
    p, l = radians(latitude), radians(longitude)
    n = a / sqrt(1 - e2 * sin(p) ** 2)
    x = n * cos(p) * cos(l) + shift_m[0]
    y = n * cos(p) * sin(l) + shift_m[1]
    z = n * (1 - e2) * sin(p) + shift_m[2]
    a, f = WGS84
    e2 = f * (2 - f)
    p = atan2(z, hypot(x, y) * (1 - e2))
    for _ in range(10):
        n = a / sqrt(1 - e2 * sin(p) ** 2)
        p = atan2(z + e2 * n * sin(p), hypot(x, y))
    return degrees(p), degrees(atan2(y, x))


@pytest.mark.parametrize(
    ("datum", "code", "place", "ellipsoid", "shift_m"),
    [
        (Datum.ED50, 1133, (50.0, 10.0), INTERNATIONAL_1924, (-87, -98, -121)),
        (Datum.ED50, 1135, (33.0, 45.0), INTERNATIONAL_1924, (-103, -106, -141)),
        (Datum.NAD27, 1173, (40.0, -100.0), CLARKE_1866, (-8, 160, 176)),
        (Datum.NAD27, 1187, (20.0, -100.0), CLARKE_1866, (-12, 130, 190)),
    ],
)
def test_published_shifts_by_hand_give_the_same_place(datum, code, place, ellipsoid, shift_m):
    """Shifts as the tables of the US department of defence print them (TR 8350.2, appendix B)."""
    text = f"{place[0]:.6f} {place[1]:.6f}"
    assert operation_of(text, datum=datum).code == code
    found = read_position(text, datum=datum).position
    wanted = shifted(*place, ellipsoid, shift_m)
    assert apart_m((found.latitude, found.longitude), wanted) < 0.01


def test_the_operations_are_those_of_the_register():
    for datum, operations in OPERATIONS.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # grids that are not installed
            known = {
                one.description.split(" + ")[1]: one
                for one in TransformerGroup(REGISTER[datum], 4326, always_xy=True).transformers
                if " + " in one.description
            }
        for operation in operations:
            theirs = known[operation.name]
            stated_m = DATUM_UNKNOWN_M if theirs.accuracy >= 999 else theirs.accuracy
            assert operation.accuracy_m == stated_m
            box = (operation.west, operation.south, operation.east, operation.north)
            assert box == theirs.area_of_use.bounds


@pytest.mark.parametrize(("datum", "metres"), [(Datum.ED50, 118), (Datum.PULKOVO_42, 117)])
def test_a_datum_moves_a_place_as_far_as_was_measured_elsewhere(datum, metres):
    """At 36 N 37 E the two lie 118 and 117 m from WGS84."""
    found = read_position("36.000000 37.000000", datum=datum).position
    assert apart_m((found.latitude, found.longitude), (36, 37)) == pytest.approx(metres, abs=12)


@pytest.mark.parametrize(
    ("words", "datum"),
    [
        ("WGS84", Datum.WGS84),
        ("wgs 84", Datum.WGS84),
        ("WGS-84", Datum.WGS84),
        ("WGS 1984", Datum.WGS84),
        ("(WGS84)", Datum.WGS84),
        ("datum: WGS84", Datum.WGS84),
        ("ED50", Datum.ED50),
        ("ED 50", Datum.ED50),
        ("European 1950", Datum.ED50),
        ("European Datum 1950", Datum.ED50),
        ("Pulkovo-42", Datum.PULKOVO_42),
        ("Pulkovo 1942", Datum.PULKOVO_42),
        ("SK-42", Datum.PULKOVO_42),
        ("СК-42", Datum.PULKOVO_42),
        ("CK-42", Datum.PULKOVO_42),
        ("Пулково 1942", Datum.PULKOVO_42),
        ("local datum", Datum.LOCAL),
        ("datum unknown", Datum.UNKNOWN),
    ],
)
@pytest.mark.parametrize(
    "form", ["{words} 42.1 38.2", "42.1, 38.2 {words}", "42.1 N 38.2 E, {words}"]
)
def test_a_datum_is_named_in_the_text(form, words, datum):
    stated = read_position(form.format(words=words))
    assert stated.datum is datum
    if datum is not Datum.WGS84:
        plain = read_position("42.1 38.2")
        moved = stated.position != plain.position
        assert moved is (datum not in {Datum.LOCAL, Datum.UNKNOWN})


def test_nad27_is_named_in_the_text():
    assert read_position("NAD 27 40.1 -100.2").datum is Datum.NAD27


@pytest.mark.parametrize("datum", [Datum.LOCAL, Datum.UNKNOWN])
def test_an_unknown_datum_is_taken_as_it_stands_with_a_wide_error(datum):
    stated = read_position("36.20833 37.15417", datum=datum)
    assert stated.position == read_position("36.20833 37.15417").position
    assert stated.error_m >= DATUM_UNKNOWN_M
    assert read_position("37S CA 34070 08640", datum=datum).error_m >= DATUM_UNKNOWN_M


def test_the_accuracy_of_the_operation_is_part_of_the_error():
    plain = read_position("36.20833 37.15417").error_m
    assert read_position("36.20833 37.15417", datum=Datum.ED50).error_m == pytest.approx(
        plain + 2.0
    )
    assert read_position("36.20833 46.15417", datum=Datum.ED50).error_m >= DATUM_UNKNOWN_M


def test_utm_on_an_older_datum_is_drawn_on_its_own_ellipsoid():
    """By the register's own coordinate system, ED50 / UTM zone 37N, then the same datum conversion."""
    latitude, longitude = Transformer.from_crs(23037, 4230).transform(333_000, 4_008_000)
    wanted = read_position(f"{latitude:.9f} {longitude:.9f}", datum=Datum.ED50).position
    found = read_position("37 north 333000 4008000", datum=Datum.ED50).position
    assert apart_m((found.latitude, found.longitude), (wanted.latitude, wanted.longitude)) < 0.001


@pytest.mark.parametrize(
    ("text", "datum"),
    [
        ("ED50 36.2 37.1", Datum.WGS84),
        ("36.2 37.1 WGS84", Datum.ED50),
        ("local 36 37", Datum.UNKNOWN),
    ],
)
def test_a_datum_beside_the_text_must_agree(text, datum):
    with pytest.raises(InputError) as caught:
        read_position(text, datum=datum)
    assert caught.value.code == "position.datum"


@pytest.mark.parametrize("datum", REGISTER)
def test_where_no_operation_covers_a_place_it_is_refused(datum):
    assert operation_for(datum, -40.0, 20.0) is None
    with pytest.raises(InputError) as caught:
        read_position("-40.000 20.000", datum=datum)
    assert caught.value.code == "position.datum-area"
    assert "250 m" in caught.value.message


def test_a_datum_area_may_cross_the_antimeridian():
    stated = read_position("66.0000 -172.0000", datum=Datum.PULKOVO_42)
    assert 1 < apart_m((66, -172), (stated.position.latitude, stated.position.longitude)) < 300


@pytest.mark.parametrize("words", ["WGS84", "ed50", "SK-42", "local", "unknown"])
def test_a_word_alone_names_a_datum(words):
    assert datum_named(words) in Datum


@pytest.mark.parametrize("words", ["", "NAD83", "36.2", "WGS84 and more", "ED50 WGS84"])
def test_other_words_name_none(words):
    with pytest.raises(InputError) as caught:
        datum_named(words)
    assert caught.value.code == "position.datum"
