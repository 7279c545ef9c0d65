"""Wrong positions: each slip of the table of position errors is found by what stands beside it."""

from __future__ import annotations

import pytest

from keepclear.domain.declaration import Kind
from keepclear.domain.finding import Severity
from keepclear.domain.footprint import Area, EdgeRule, Polygon
from keepclear.domain.gazetteer import AdminArea, AdminAreas
from keepclear.domain.stated import Datum, Notation
from keepclear.formats.positions import write_position
from keepclear.integrity.ruler import distance_m
from tests.listed import at, found, named, one, site, spread

RIGHT = "36.20833, 37.15417"
BRAVO = named(("Bravo strip", 36.29, 37.15), ("Delta mill", 36.20, 37.40))
SECOND = {
    "swapped axes": ("37.15417, 36.20833", "position.swapped"),
    "minutes typed as decimals": ("36.12500, 37.09250", "position.minutes-as-decimals"),
    "seconds typed as decimals": ("36.1230, 37.0915", "position.seconds-as-decimals"),
    "seconds read as minutes": ("36° 12.30' N 37° 09.15' E", "position.seconds-as-minutes"),
    "hemisphere": ("36.20833, -37.15417", "position.hemisphere"),
}


@pytest.mark.parametrize(("typed", "code"), SECOND.values(), ids=SECOND)
def test_a_second_notation_names_the_slip(typed, code):
    findings = one(site(1, typed, "36 12 30.0 N 37 09 15.0 E"))
    assert set(findings) == {code}
    (finding,) = findings[code]
    assert finding.severity is Severity.WRONG
    assert "it fits if" in finding.message


@pytest.mark.parametrize(("typed", "code"), SECOND.values(), ids=SECOND)
def test_the_advice_says_what_was_meant(typed, code):
    (finding,) = one(site(1, typed, "36 12 30.0 N 37 09 15.0 E"))[code]
    written = finding.advice.rpartition("written as ")[2]
    latitude, longitude = (float(word.split()[-1]) for word in written.split(","))
    assert distance_m(at(latitude, longitude), at(36.20833, 37.15417)) < 20.0


def test_a_wrong_digit_is_named():
    (finding,) = one(site(1, "36.20833, 37.75417", "36 12 30.0 N 37 09 15.0 E"))["position.second"]
    assert finding.severity is Severity.WRONG
    assert "one digit is another of the longitude: 37.15417" in finding.message


def test_two_exchanged_digits_are_named():
    (finding,) = one(site(1, "36.20833, 37.51417", "36 12 30.0 N 37 09 15.0 E"))["position.second"]
    assert "two neighbouring digits are exchanged of the longitude: 37.15417" in finding.message


def test_a_wrong_zone_is_named():
    right = write_position(at(36.20833, 37.15417), Notation.UTM, precision_m=1.0)
    (finding,) = one(site(1, right.replace("37 north", "38 north"), RIGHT))["position.second"]
    assert "the zone is another one" in finding.message


def test_a_disagreement_as_large_as_a_datum_says_so():
    (finding,) = one(site(1, "36.20900, 37.15500", RIGHT))["position.second"]
    assert "datum" in finding.message


@pytest.mark.parametrize(
    "notation", [Notation.SECONDS, Notation.MGRS, Notation.UTM, Notation.MINUTES]
)
def test_a_right_second_notation_is_silent(notation):
    second = write_position(at(36.20833, 37.15417), notation, precision_m=1.0)
    assert not one(site(1, RIGHT, second))


def test_cut_digits_are_told_as_what_they_are():
    (finding,) = one(site(1, "36.208, 37.154", "36 12 31.9 N 37 09 17.3 E"))["position.second"]
    assert "cut off" in finding.message


def test_what_cut_digits_do_not_explain_is_no_note():
    """One wrong digit moves a place further than cutting could, or away from 0."""
    for text in ("36.20830, 37.15417", "36.20833, 37.15410"):
        assert one(site(1, text, "36 12 29.99 N 37 09 15.01 E"))["position.second"]
    cut = one(site(1, "36.20832, 37.15416", "36 12 29.985 N 37 09 15.010 E"))["position.second"]
    assert cut[0].severity is Severity.NOTE
    wrong = one(site(1, "36.20829, 37.15416", "36 12 29.985 N 37 09 15.010 E"))["position.second"]
    assert wrong[0].severity is Severity.DOUBT


@pytest.mark.parametrize(
    ("standoff_m", "severity"), [(2000.0, Severity.NOTE), (300.0, Severity.DOUBT)]
)
def test_a_finer_second_writing_is_told_as_its_standoff_covers_it(standoff_m, severity):
    findings = one(site(1, "36.21, 37.15", "36 12 30.0 N 37 09 15.0 E", standoff_m=standoff_m))
    assert findings["position.finer"][0].severity is severity


def test_dropped_zeros_do_not_hide_a_slip():
    """13.2 in a number cell is 13.20000 when the other axis has five decimals."""
    findings = one(site(1, "13.2, 16.54831", "13 15 00.0 N 16 32 53.9 E"))
    assert "position.second" in findings


# the trap of the table: swapped, and still inside the theatre

IDLIB = spread(30, latitude=35.93, longitude=36.63, degrees=0.2, seed=3)


def test_swapped_inside_the_theatre_is_found_by_the_partys_other_sites():
    findings = found([*IDLIB, site(99, "36.62911, 35.93122")])
    assert [f.id for f in findings.pop("position.swapped")] == ["S99"]
    assert not findings


def test_the_same_list_without_the_swap_is_silent():
    assert not found([*IDLIB, site(99, "35.93122, 36.62911")])


def test_many_rows_swapped_together_are_found_although_they_have_each_other():
    rows = spread(200, latitude=9.0, longitude=38.0, degrees=2.0, seed=5)
    swapped = [
        site(n, ", ".join(reversed(row.stated[0][0].text.split(", "))))
        for n, row in enumerate(rows[:10])
    ]
    findings = found([*swapped, *rows[10:]])
    ids = {finding.id for finding in findings["position.swapped"]}
    assert ids == {f"S{n}" for n in range(10)}


def box(south, west, north, east, name):
    ring = (at(south, west), at(south, east), at(north, east), at(north, west))
    return AdminArea(name, Area((Polygon((ring,)),), EdgeRule.LONLAT), (f"{name} Governorate",))


MAP = AdminAreas([box(35.5, 36.2, 36.3, 37.2, "Idlib"), box(36.3, 35.8, 37.0, 36.4, "Hatay")])


def test_swapped_is_found_by_the_admin_area():
    row = site(1, "36.63000, 35.93000", notice=(("admin_area", "IDLIB governorate"),))
    findings = one(row, admin=MAP)
    assert set(findings) == {"position.swapped"}
    assert "in Hatay" in findings["position.swapped"][0].message


def test_outside_the_admin_area_says_how_far_and_where_instead():
    row = site(1, "36.62000, 36.31000", notice=(("admin_area", "Idlib"),))
    (finding,) = one(row, admin=MAP)["position.outside-admin"]
    assert finding.severity is Severity.DOUBT
    assert "35.5 km outside Idlib, in Hatay" in finding.message


@pytest.mark.parametrize("typed", ["36.00000, 36.60000", "36.30500, 36.60000"])
def test_inside_or_just_over_the_drawn_border_is_silent(typed):
    assert not one(site(1, typed, notice=(("admin_area", "Idlib"),)), admin=MAP)


def test_an_admin_area_that_nobody_knows_is_noted():
    findings = one(site(1, RIGHT, notice=(("admin_area", "Atlantis"),)), admin=MAP)
    assert {code: f[0].severity for code, f in findings.items()} == {"admin.unknown": Severity.NOTE}


def test_without_a_map_nothing_is_said_of_admin_areas():
    assert not one(site(1, RIGHT, notice=(("admin_area", "Idlib"),)))


# words


def test_words_that_agree_are_silent():
    assert not one(site(1, RIGHT, description="Clinic, 9 km south of Bravo strip"), gazetteer=BRAVO)


def test_nine_kilometres_off_is_found_by_words():
    row = site(1, "36.20833, 37.35417", description="9 km south of Bravo strip")
    (finding,) = one(row, gazetteer=BRAVO)["position.words"]
    assert finding.severity is Severity.DOUBT
    assert "20.5 km to the east-southeast (bearing 116) of Bravo strip" in finding.message


@pytest.mark.parametrize(
    "words",
    [
        "9 km S of Bravo strip",
        "à 9 km au sud de Bravo strip",
        "в 9 км к югу от Bravo strip",
        "على بعد ٩ كم جنوب Bravo strip",
        "bearing 178, 4.9 NM from Bravo strip",
    ],
)
def test_words_name_the_slip_in_four_languages(words):
    assert set(one(site(1, "36.12500, 37.09250", description=words), gazetteer=BRAVO)) == {
        "position.minutes-as-decimals"
    }
    assert not one(site(1, RIGHT, description=words), gazetteer=BRAVO)


def test_two_places_of_one_name_either_will_do():
    two = named(("Bravo strip", 36.29, 37.15), ("Bravo Strip", 10.0, 10.0))
    assert not one(site(1, RIGHT, description="9 km south of Bravo strip"), gazetteer=two)


def test_a_place_that_the_gazetteer_does_not_hold_is_noted():
    findings = one(site(1, RIGHT, description="9 km south of Nowhere"), gazetteer=BRAVO)
    assert {code: f[0].severity for code, f in findings.items()} == {"words.unknown": Severity.NOTE}


# far, coarse, datum, own, defaults


def test_far_from_the_partys_others():
    findings = found([*spread(40), site(99, "33.50000, 36.30000", name="Other")])
    assert [f.id for f in findings["position.far"]] == ["S99"]


def test_another_partys_places_are_not_compared():
    assert not found([*spread(40), site(99, "33.50000, 36.30000", party="Birch", name="Other")])


def test_a_short_list_has_no_spread():
    assert not found([*spread(5), site(99, "33.50000, 36.30000", name="Other")])


@pytest.mark.parametrize(
    ("typed", "standoff_m", "severity"),
    [
        ("36.21, 37.15", 0.0, Severity.NOTE),
        ("36.2, 37.2", 0.0, Severity.DOUBT),
        ("36.21, 37.15", 500.0, Severity.DOUBT),
        ("36.21, 37.15", 1000.0, Severity.NOTE),
        ("36.2, 37.15417", 500.0, Severity.NOTE),
    ],
)
def test_too_coarse_for_the_stand_off(typed, standoff_m, severity):
    (finding,) = one(site(1, typed, standoff_m=standoff_m))["position.coarse"]
    assert finding.severity is severity


@pytest.mark.parametrize(
    ("typed", "standoff_m"), [("36.208, 37.154", 0.0), ("36.21, 37.15", 2000.0)]
)
def test_precise_enough(typed, standoff_m):
    assert not one(site(1, typed, standoff_m=standoff_m))


@pytest.mark.parametrize(
    ("standoff_m", "severity"),
    [(0.0, Severity.DOUBT), (200.0, Severity.DOUBT), (500.0, Severity.NOTE)],
)
def test_an_unknown_datum_is_told(standoff_m, severity):
    row = site(1, RIGHT, datum=Datum.UNKNOWN, standoff_m=standoff_m)
    (finding,) = one(row)["position.datum-unknown"]
    assert finding.severity is severity
    assert "250 m" in finding.message


def test_the_reporters_own_position():
    own = at(36.2083, 37.1542)
    assert one(site(1, RIGHT), own=own)["position.own"][0].severity is Severity.DOUBT
    assert not one(site(1, "36.21500, 37.15417"), own=own)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("0.00012, 0.00031", "position.null-island"),
        ("0.00000, 37.15417", "position.default"),
        ("36.20833, 36.20833", "position.default"),
        ("36.00000, 37.00000", "position.default"),
    ],
)
def test_positions_that_nobody_entered(typed, code):
    assert set(one(site(1, typed))) == {code}


def test_a_drawn_volume_may_have_whole_degrees():
    assert not one(site(1, "36.00000, 37.00000", kind=Kind.OPERATION, radius_m=1000.0))


# a whole list with one slip


def rewritten(rows, write):
    return [site(n, write(row.stated[0][0].position), name=row.name) for n, row in enumerate(rows)]


NATIONAL = spread(60, latitude=9.0, longitude=38.0, degrees=3.0, seed=8)


def sixtieths(value, seconds):
    whole, rest = divmod(value, 1.0)
    if seconds:
        minutes, left = divmod(min(round(rest * 3600), 3599), 60)
        return f"{int(whole)}.{minutes:02d}{left:02d}"
    return f"{int(whole)}.{min(round(rest * 6000), 5999):04d}"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(True, "position.seconds-as-decimals"), (False, "position.minutes-as-decimals")],
)
def test_a_whole_list_with_one_slip(seconds, code):
    rows = rewritten(
        NATIONAL,
        lambda p: f"{sixtieths(p.latitude, seconds)}, {sixtieths(p.longitude, seconds)}",
    )
    (finding,) = found(rows)[code]
    assert "all 60 positions" in finding.message


def test_a_whole_list_of_seconds_read_as_minutes():
    def write(p):
        texts = []
        for value, letter in ((p.latitude, "N"), (p.longitude, "E")):
            minutes, seconds = divmod(round(value * 3600), 60)
            degrees, minutes = divmod(minutes, 60)
            texts.append(f"{degrees}° {minutes:02d}.{seconds:02d}' {letter}")
        return " ".join(texts)

    assert "position.seconds-as-minutes" in found(rewritten(NATIONAL, write))


def test_a_list_within_half_a_degree_is_no_list_of_minutes():
    rows = spread(60, latitude=36.3, longitude=37.3, degrees=0.29, seed=2)
    assert not found(rows)


def test_a_national_list_in_decimals_is_silent():
    assert not found(NATIONAL)
