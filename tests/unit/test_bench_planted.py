"""The bench of planted errors: it plants what it says, and the promised figures hold on a real list."""

from __future__ import annotations

from random import Random

import pytest
from bench.lists import read_list
from bench.planted import List, false_alarms, main, plant
from bench.shapes import shapes_of
from bench.slips import SLIPS, Row

from keepclear.formats.positions import read_position
from keepclear.integrity.ruler import distance_m
from tests.listed import spread

SIZES_M = {
    "36 12.5' typed as 36.125": (9_000, 45_000),
    "36 12 30 typed as 36.1230": (9_000, 66_000),
    "36 12 30 read as 36 12.30'": (300, 900),
    "ED50 taken for WGS84": (90, 200),
    "Pulkovo-42 taken for WGS84": (90, 200),
    "a local datum taken for WGS84": (131, 134),
    "cut to 3 decimals": (0, 150),
    "cut to 4 decimals": (0, 15),
}
"""At 36 N 37 E, by the table of position errors."""


@pytest.mark.parametrize(("kind", "size"), SIZES_M.items(), ids=SIZES_M)
def test_mistakes_have_the_sizes_of_the_table(kind, size):
    row = Row("Clinic", "36.20833", "37.15417")
    first = read_position(SLIPS[kind](row, Random(1)))
    assert size[0] <= distance_m(first.position, row.position) <= size[1]


def test_the_swap_of_the_table_stays_in_the_theatre():
    row = Row("Clinic", "35.93000", "36.63000")
    swapped = read_position(SLIPS["latitude and longitude exchanged"](row, Random(1)))
    assert distance_m(swapped.position, row.position) == pytest.approx(100_000, rel=0.01)


def rows_of(declarations):
    return [Row(one.name, *one.stated[0][0].text.split(", ")) for one in declarations]


MADE = rows_of(spread(150, latitude=9.0, longitude=38.0, degrees=2.0, seed=4))


def test_it_is_deterministic():
    listed = List(MADE)
    once, again = (plant(listed, "one digit wrong", errors=30, share=0.1, seed=7) for _ in range(2))
    assert vars(once) == vars(again)


def test_any_list_with_names_and_places_will_do(tmp_path, capsys):
    path = tmp_path / "list.csv"
    lines = [f"{row.name},{row.latitude},{row.longitude}" for row in MADE]
    path.write_text("\n".join(["Nom,X_lat,X_lon", *lines, "Without,,"]), encoding="utf-8")
    with pytest.raises(SystemExit, match="no column for lat"):
        main([str(path)])
    main(
        [
            str(path),
            "--lat",
            "x_lat",
            "--lon",
            "X_LON",
            "--errors",
            "5",
            "--kind",
            "hemisphere wrong",
        ]
    )
    out = capsys.readouterr().out
    assert "150 rows with a place, 1 without" in out
    assert "| hemisphere wrong | 5 |" in out


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Nom;Latitude;Longitude\nHôpital;-33,45;-70,66667\n", "utf-8"),
        ("Nom;Latitude;Longitude\nHôpital;-33,45;-70,66667\n", "cp1252"),
        ("\ufeffLongitude\tNotes\tName\tLatitude\n-70.66667\tx\tHôpital\t-33.45\n", "utf-8"),
        ("facility,x,y\nHôpital,-70.66667,-33.45\nOther,,\nThird,1.2.3,4\n", "utf-8"),
        ("Название,Широта,Долгота\nHôpital,-33.45,-70.66667\n", "utf-8"),
    ],
)
def test_lists_are_read_as_people_write_them(tmp_path, text, encoding):
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(encoding))
    rows, without = read_list(path)
    assert [(row.name, row.text) for row in rows] == [("Hôpital", "-33.45, -70.66667")]
    assert without == text.count("\n") - 2


def test_other_lists_keep_the_pattern_and_change_one_thing():
    shapes = dict(shapes_of(MADE))
    far = [row.position for row in shapes["moved to Fiji, on both sides of the antimeridian"]]
    assert min(place.longitude for place in far) < -178.0
    assert max(place.longitude for place in far) > 178.0
    here = [row.position for row in MADE]
    for one, other in ((0, 1), (5, 77), (20, 149)):
        before, after = distance_m(here[one], here[other]), distance_m(far[one], far[other])
        assert after == pytest.approx(before, rel=0.03)
    assert len(shapes["thinned to 10"]) == 10
    assert all(len(row.latitude.partition(".")[2]) == 2 for row in shapes["2 decimals"])


@pytest.mark.data
def test_false_alarms_on_a_real_list(data):
    rows, without = read_list(data / "sites" / "who_kwtrp_ssd_mli_tcd_eth.csv")
    assert (len(rows), without) == (9587, 136)
    sample = rows[:1229] + rows[6405:7853]  # Chad, where axes are alike, and Mali, with its deserts
    for what, (count, codes) in false_alarms(sample).items():
        assert count <= 0.02 * len(sample), (what, codes)


@pytest.mark.data
@pytest.mark.parametrize(
    "kind",
    [
        "latitude and longitude exchanged",
        "36 12.5' typed as 36.125",
        "one digit wrong",
        "Pulkovo-42 taken for WGS84",
        "36 12 30 read as 36 12.30'",
    ],
)
def test_planted_errors_in_a_real_list_are_found(data, kind):
    rows, _ = read_list(data / "sites" / "who_kwtrp_ssd_mli_tcd_eth.csv")
    told = plant(List(rows[::8]), kind, errors=200, share=0.1, seed=11)
    assert told.beyond_either >= 0.95 * told.beyond
    assert told.either >= 0.93 * told.tried
