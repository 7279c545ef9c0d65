"""``keepclear convert``: what is said, what is written, and when nothing is."""

from __future__ import annotations

import json

import pytest

from keepclear import app
from keepclear.domain.declaration import Kind
from keepclear.formats.registry import read_bytes
from keepclear.formats.writers.registry import WRITERS
from tests.unit.test_formats_ed318 import official  # noqa: F401 - the schema, as a fixture


@pytest.fixture
def darling(root):
    return root / "examples" / "darling"


def run(*words):
    return app.main([str(word) for word in ("convert", *words)])


def test_a_file_in_another_form_declares_the_same(tmp_path, darling, capsys):
    there = tmp_path / "relief.ndjson"
    assert run(darling / "relief.geojson", there) == 0
    assert capsys.readouterr().err == "wrote 3 declarations as ndjson; everything is kept\n"
    reading = read_bytes(there.read_bytes(), name="r")
    kinds = [(d.party, d.id, d.kind) for d in reading.declarations]
    assert kinds == [
        ("Relief", "S1", Kind.SITE),
        ("Relief", "S2", Kind.SITE),
        ("Relief", "W1", Kind.MOVEMENT),
    ]


def test_what_the_form_cannot_hold_is_told(tmp_path, darling, capsys):
    assert run(darling / "relief.geojson", tmp_path / "relief.f3548.json") == 0
    said = capsys.readouterr().err
    assert "not kept of Relief W1: its motion" in said
    assert said.endswith("wrote 3 declarations as f3548; see above for what is not kept\n")


def test_several_files_become_one(tmp_path, darling, capsys):
    there = tmp_path / "all.geojson"
    assert run(darling / "relief.geojson", darling / "alder.geojson", there, "-q") == 0
    assert capsys.readouterr().err == ""
    parties = {f["properties"]["party"] for f in json.loads(there.read_bytes())["features"]}
    assert parties == {"Alder", "Relief"}


def broken(tmp_path):
    good = {
        "type": "Feature",
        "properties": {"party": "P", "id": "g", "kind": "site"},
        "geometry": {"type": "Point", "coordinates": [8, 47]},
    }
    bad = {**good, "geometry": {"type": "Point", "coordinates": [8, 147]}}
    path = tmp_path / "half.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [good, bad]}))
    return path


def test_a_refused_row_stops_the_conversion(tmp_path, capsys):
    there = tmp_path / "out.ndjson"
    assert run(broken(tmp_path), there) == 3
    said = capsys.readouterr().err
    assert "feature 2" in said
    assert "latitude 147" in said
    assert "nothing was written: 1 row was refused" in said
    assert not there.exists()


def test_keep_going_leaves_refused_rows_out(tmp_path, capsys):
    there = tmp_path / "out.ndjson"
    assert run(broken(tmp_path), there, "--keep-going") == 0
    assert "feature 2" in capsys.readouterr().err
    assert there.read_bytes().count(b"\n") == 1


def bow_tie(tmp_path):
    ring = [[144, -31], [145, -30], [145, -31], [144, -30], [144, -31]]
    rings = [{"type": "Polygon", "coordinates": [ring]}, SQUARE]
    feature = {
        "type": "Feature",
        "properties": {"id": "X", "kind": "restriction"},
        "geometry": {"type": "GeometryCollection", "geometries": rings},
    }
    path = tmp_path / "bow.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return path


SQUARE = {"type": "Polygon", "coordinates": [[[10, 10], [11, 10], [11, 11], [10, 11], [10, 10]]]}


def test_an_outline_that_no_check_takes_is_not_handed_on(tmp_path, capsys):
    there = tmp_path / "out.ndjson"
    assert run(bow_tie(tmp_path), there) == 3
    said = capsys.readouterr().err
    assert 'feature 1 (id "X") part 1 outline: the outline is no simple ring' in said
    assert not there.exists()
    assert run(bow_tie(tmp_path), there, "--keep-going") == 0
    (left,) = read_bytes(there.read_bytes(), name="out").declarations
    assert len(left.parts) == 1


def test_keep_going_writes_no_file_of_nothing(tmp_path, capsys):
    path, there = tmp_path / "x.geojson", tmp_path / "out.ndjson"
    path.write_text("{")
    assert run(path, there, "--keep-going") == 3
    assert "nothing was written: nothing in it can be used" in capsys.readouterr().err
    assert not there.exists()


def test_an_existing_source_is_never_written_over(tmp_path, capsys):
    path = broken(tmp_path)
    before = path.read_bytes()
    assert run(path, path) == 2
    assert "is one of the files to read" in capsys.readouterr().err
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("a.geojson",), "name the file to read, then the file to write"),
        (("a.geojson", "b.docx"), "the name 'b.docx' says no format"),
        (("a.geojson", "-"), "the name '-' says no format"),
        (("a.geojson", "b", "--write-as", "dwg"), "format 'dwg' is not written; choose one"),
    ],
)
def test_what_was_typed_wrongly_is_one_sentence(words, said, capsys):
    assert run(*words) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("form", [f for f, w in WRITERS.items() if w.read_back])
def test_the_whole_scenario_can_be_written_and_read_in_every_form(tmp_path, darling, form):
    there = tmp_path / "scenario"
    files = [darling / f"{party}.geojson" for party in ("alder", "birch", "relief")]
    assert run(*files, there, "--write-as", form) == 0
    reading = read_bytes(there.read_bytes(), name="scenario", read_as=form)
    assert reading.refused == ()
    assert len(reading.declarations) >= 8


@pytest.mark.data
def test_what_is_written_as_ed318_fits_its_official_schema(tmp_path, darling, official):  # noqa: F811
    there = tmp_path / "zones.ed318.json"
    assert run(darling / "alder.geojson", darling / "relief.geojson", there) == 0
    assert [e.message for e in official.iter_errors(json.loads(there.read_bytes()))] == []
