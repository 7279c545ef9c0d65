"""``keepclear lint``: what it prints and how it ends; and what ``check`` says of the same."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from keepclear.app import main
from keepclear.faces.report.findings import VERSION
from keepclear.integrity.registry import CHECKS

HEAD = "id,name,kind,latitude,longitude,description,altitude_upper\n"
RIGHT = 'S1,Clinic A,site,36.20833,37.15417,"9 km south of Bravo strip",UNL\n'
ASTRAY = 'S2,Clinic B,site,36.20833,37.35417,"9 km south of Bravo strip",UNL\n'
NOWHERE = "S3,Clinic C,site,0.0,0.0,,UNL\n"


@pytest.fixture
def file(tmp_path):
    def write(name, text):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)

    return write


def run(capsys, *words):
    code = main(["lint", *words])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_nothing_found(file, capsys):
    code, out, _ = run(capsys, file("alder.csv", HEAD + RIGHT))
    assert code == 0
    assert out.splitlines()[-1] == (
        "nothing found in 1 declaration; 0 rows refused; a position that fits all that is said of it "
        "can still be wrong"
    )


def test_words_are_looked_at_with_a_gazetteer_only(file, capsys):
    list_ = file("alder.csv", HEAD + RIGHT + ASTRAY)
    places = file("places.csv", "name,lat,lon\nBravo strip,36.29,37.15\n")
    assert run(capsys, list_)[0] == 0
    code, out, _ = run(capsys, list_, "--gazetteer", places)
    assert code == 1
    assert "line 3" in out
    assert "[position.words]" in out
    assert "alder.csv line 2" not in out


def test_worst_first(file, capsys):
    names = "S4,Clinic C,site,36.5,37.5,,UNL\nS5,Clinic C,site,36.0,37.0,,UNL\n"
    code, out, _ = run(capsys, file("alder.csv", HEAD + names + NOWHERE))
    assert code == 1
    heads = [line.split(":")[0] for line in out.splitlines() if line and line[0] != " "]
    assert heads[:3] == ["wrong", "doubt", "note"]


def test_a_row_that_cannot_be_read_makes_3_unless_something_is_wrong(file, capsys):
    bad = "S9,Clinic,site,north,37.1,,UNL\n"
    assert run(capsys, file("a.csv", HEAD + RIGHT + bad))[0] == 3
    assert run(capsys, file("b.csv", HEAD + NOWHERE + bad))[0] == 1


def test_an_outline_that_no_check_takes_is_refused_here_too(file, capsys):
    bow = '"POLYGON ((144 -31, 145 -30, 145 -31, 144 -30, 144 -31))"'
    code, out, _ = run(capsys, file("a.csv", f"id,kind,wkt\nX,restriction,{bow}\n"))
    assert code == 3
    assert 'a.csv line 2 (id "X") outline  [ring.self-crossing]' in out
    assert "refused: it cannot be used as it stands" in out


def test_half_a_place_is_told_by_the_half_that_is_missing(file, capsys):
    code, out, _ = run(capsys, file("a.csv", HEAD + "S1,A,site,36.2,,,UNL\nS2,B,site,,,,UNL\n"))
    assert code == 3
    assert "found nothing, expected the longitude of this latitude" in out
    assert "the row says no place, so nothing can be compared with it; write where it is" in out


def test_the_reporters_own_position(file, capsys):
    list_ = file("alder.csv", HEAD + RIGHT)
    code, out, _ = run(capsys, list_, "--own", "36 12 30 N 37 09 15 E")
    assert code == 1
    assert "[position.own]" in out
    assert run(capsys, list_, "--own", "somewhere")[0] == 2


def test_admin_areas(file, capsys):
    ring = [[36, 35], [37, 35], [37, 36], [36, 36], [36, 35]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    one = {"type": "Feature", "geometry": geometry, "properties": {"name": "Idlib"}}
    map_ = file("map.geojson", json.dumps({"type": "FeatureCollection", "features": [one]}))
    assert run(capsys, file("alder.csv", HEAD + RIGHT), "--admin", map_)[0] == 0


def test_a_gazetteer_that_cannot_be_read_stops_it(file, capsys):
    code, out, err = run(capsys, file("alder.csv", HEAD + RIGHT), "--gazetteer", "missing.csv")
    assert code == 3
    assert "missing.csv" in err
    assert not out


def test_the_envelope(file, capsys):
    list_ = file("alder.csv", HEAD + NOWHERE)
    code, out, err = run(capsys, list_, "--json")
    told = json.loads(out)
    assert code == 1
    assert list(told) == [
        "keepclear",
        "complete",
        "declarations",
        "deviations",
        "refused",
        "warnings",
        "findings",
    ]
    assert told["keepclear"] == VERSION == "lint/1"
    (finding,) = told["findings"]
    assert finding["code"] == "position.null-island"
    assert finding["severity"] == "wrong"
    assert finding["where"].endswith("line 2")
    assert finding["code"] in {check.code for check in CHECKS}
    assert "1 wrong" in err


def test_an_answer_in_a_file(file, capsys, tmp_path):
    answer = tmp_path / "answer.json"
    code, out, _ = run(capsys, file("alder.csv", HEAD + NOWHERE), "-o", str(answer))
    assert (code, out) == (1, "")
    assert json.loads(answer.read_text())["deviations"] == 1


def test_answers_in_a_copy_of_the_workbook(tmp_path, capsys):
    sheet, copy = str(tmp_path / "sites.xlsx"), str(tmp_path / "answered.xlsx")
    assert main(["template", "sites", "-o", sheet]) == 0
    book = openpyxl.load_workbook(sheet)
    page = book.worksheets[0]
    fields = {cell.value: cell.column for cell in page[5]}
    row = {
        "id": "S1",
        "site_type": "clinic",
        "position": "36.12500, 37.09250",
        "position_2": "36 12 30 N 37 09 15 E",
    }
    for field, value in row.items():
        page.cell(7, fields[field], value)
    book.save(sheet)
    code, _, err = run(capsys, sheet, "-o", copy)
    assert code == 1
    assert "1 wrong" in err
    answers = openpyxl.load_workbook(copy).worksheets[0]
    told = [str(cell.value) for cell in answers[7] if cell.value is not None]
    assert any("minutes" in text and "sent again" in text for text in told)


def test_answers_need_one_workbook(file, capsys):
    assert run(capsys, file("a.csv", HEAD + RIGHT), file("b.csv", HEAD), "-o", "x.xlsx")[0] == 2


def test_the_files_are_never_written_over(file, capsys):
    list_ = file("alder.csv", HEAD + RIGHT)
    assert run(capsys, list_, "-o", list_)[0] == 2
    assert Path(list_).read_text() == HEAD + RIGHT


def test_nor_by_another_name(file, capsys, tmp_path, monkeypatch):
    path = file("alder.csv", HEAD + RIGHT)
    monkeypatch.chdir(tmp_path)
    code, _, err = run(capsys, path, "-o", "./alder.csv")
    assert code == 2
    assert "is one of the files to read" in err
    assert Path(path).read_text(encoding="utf-8") == HEAD + RIGHT


def test_answers_know_the_columns_that_were_named_by_hand(tmp_path, capsys):
    sheet, copy = str(tmp_path / "sites.xlsx"), str(tmp_path / "answered.xlsx")
    book = openpyxl.Workbook()
    for row in (["Nr", "Punkt A", "Art"], ["S1", "36.20833 37.15417", "clinic"]):
        book.active.append(row)
    book.save(sheet)
    names = ("--map", "Nr=id", "--map", "Punkt A=position", "--map", "Art=site_type")
    run(capsys, sheet, "-o", copy, *names)
    cells = [[cell.value for cell in row] for row in openpyxl.load_workbook(copy).active.rows]
    assert cells[1][-1].startswith(("accepted", "please check"))


def test_a_template_is_never_written_over_a_sheet(tmp_path, capsys):
    there = tmp_path / "sites.xlsx"
    assert main(["template", "sites", "-o", str(there)]) == 0
    before = there.read_bytes()
    assert main(["template", "movements", "-o", str(there)]) == 2
    assert "is there already, and may be filled in" in capsys.readouterr().err
    assert there.read_bytes() == before
    assert main(["template", "sites", "-o", str(tmp_path / "sites.csv")]) == 2
    assert "is no name of a workbook; write -o sites.xlsx" in capsys.readouterr().err


def test_a_check_tells_that_something_looks_wrong_and_decides_as_before(file, capsys):
    rows = "".join(f"S{n},Clinic {n},site,0.0,0.0,,UNL\n" for n in range(5))
    list_ = file("alder.csv", HEAD + rows)
    code = main(["check", list_])
    err = capsys.readouterr().err.splitlines()
    assert code == 0
    assert sum("[position.null-island]" in line for line in err) == 3
    assert f"5 things look wrong in what was declared; keepclear lint {list_} shows all" in err


def test_a_quiet_check_says_nothing_of_it(file, capsys):
    main(["check", "-q", file("alder.csv", HEAD + NOWHERE)])
    assert not capsys.readouterr().err
