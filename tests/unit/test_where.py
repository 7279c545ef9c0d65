"""``keepclear where``: what is shown, what is refused, and the exit code."""

# ruff: noqa: RUF001  letters of other alphabets are the point here

from __future__ import annotations

import io
import json
import sys

import pytest

from keepclear import app
from keepclear.domain.position import Position
from keepclear.faces.report.places import VERSION
from keepclear.formats.positions import read_position
from keepclear.formats.positions.checkwords import decode_place, encode_place

SHOWN = """\
36 12 30 N 37 09 15 E
  decimal degrees            36.2083, 37.1542
  degrees, minutes           36° 12.50' N 037° 09.25' E
  degrees, minutes, seconds  36° 12' 30" N 037° 09' 15" E
  ICAO                       N361230E0370915
  MGRS                       37S CA 3406 0863
  UTM                        37 north 334070mE 4008640mN
  check words                JZDW ZDMF CGHJ4
                             Juliett Zulu Delta Whiskey
                             Zulu Delta Mike Foxtrot
                             Charlie Golf Hotel Juliett Four

  read as                    degrees, minutes and seconds on WGS84
  precision                  31 m
  off by at most             20 m
"""


@pytest.fixture
def where(capfdbinary):
    """Run the command: exit code, stdout, stderr."""

    def run(*arguments):
        code = app.main(["where", *arguments])
        out, err = capfdbinary.readouterr()
        return code, out.decode(), err.decode()

    return run


@pytest.fixture
def lines(monkeypatch):
    """Put bytes on standard input."""

    def put(data):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))

    return put


def test_a_place_is_shown_in_every_notation(where):
    assert where("36 12 30 N 37 09 15 E") == (0, SHOWN, "")


def test_every_line_shown_is_read_back_as_the_same_place():
    wanted = read_position("36 12 30 N 37 09 15 E").position
    for line in SHOWN.splitlines()[1:7]:
        found = read_position(line[29:]).position
        assert abs(found.latitude - wanted.latitude) < 2e-4, line
        assert abs(found.longitude - wanted.longitude) < 2e-4, line


def test_words_that_the_shell_took_apart_belong_together(where):
    code, out, _ = where("36", "12", "30", "N", "37", "09", "15", "E")
    assert code == 0
    assert out == SHOWN


def test_a_minus_sign_is_no_option(where):
    code, out, err = where("-36.2041", "-37.1588")
    assert (code, err) == (0, "")
    assert "36° 12.246' S 037° 09.528' W" in out


@pytest.mark.parametrize(
    "texts", [("36.2 37.1", "10.5 20.5"), ("N361230E0370915", "N101230E0200915")]
)
def test_several_positions_in_one_line(where, texts):
    code, out, _ = where(*texts)
    assert code == 0
    assert [line for line in out.splitlines() if line in texts] == list(texts)


def test_check_words_are_taken_back(where):
    code, out, _ = where("jzdw zdmf cghj4")
    assert code == 0
    assert "JZDW ZDMF CGHJ4" in out
    assert "read as                    check words on WGS84" in out
    assert "36.20833, 37.15417" in out


def test_check_words_that_do_not_verify_say_nothing_of_a_place(where):
    code, out, err = where("JZDW ZDMF CGHJ7")
    assert (code, out) == (3, "")
    assert "do not verify" in err
    assert len(err.splitlines()) == 1


def test_an_old_datum_is_named_with_its_operation(where):
    code, out, _ = where("--datum", "ED50", "36.20833 37.15417")
    assert code == 0
    assert "ED50, brought to WGS84 by EPSG:1784 (ED50 to WGS 84 (30), 2 m)" in out


@pytest.mark.parametrize("datum", ["local", "unknown"])
def test_an_unknown_datum_is_told_with_its_error(where, datum):
    code, out, _ = where("--datum", datum, "36.20833 37.15417")
    assert code == 0
    assert "taken for WGS84" in out
    assert "off by at most             260 m" in out


def test_beyond_84_north_there_is_no_utm(where):
    code, out, _ = where("N 86 12 30 E 37 09 15")
    assert code == 0
    assert "UTM                        ends at 80 S and 84 N" in out
    assert "Z " in out


def test_what_is_refused_leaves_one_sentence_and_code_3(where):
    code, out, err = where("37S 333000 4008000")
    assert (code, out) == (3, "")
    assert err.startswith("keepclear: the S of '37S 333000 4008000' could mean south or the band S")


def test_lines_are_read_from_standard_input_and_refused_by_number(where, lines):
    lines("36.2 37.1\n\nnowhere\r\n٣٦٫٢ ٣٧٫١\n".encode())
    code, out, err = where("-")
    assert code == 3
    assert out.count("read as") == 2
    assert err == (
        "keepclear: line 3: 'nowhere' has no place in a position; expected a latitude and a longitude "
        "such as 36.2083 N 37.1542 E, 36 12 30 N 37 09 15 E or 37S CA 32345 09876\n"
    )


@pytest.mark.parametrize("data", [b"", b"\xff\xfe3\x006\x00", b"36.2 37.1\xff"])
def test_what_is_no_text_is_refused(where, lines, data):
    lines(data)
    code, out, err = where("-")
    assert (code, out) == (3, "")
    assert len(err.splitlines()) == 1


def test_json_holds_everything(where, lines):
    lines(b"36 12 30 N 37 09 15 E\n95 37\n")
    code, out, _ = where("--json", "-")
    assert code == 3
    answer = json.loads(out)
    assert answer["keepclear"] == VERSION == "where/1"
    assert answer["complete"] is False
    (one,) = answer["positions"]
    assert (one["latitude"], one["longitude"]) == (36.2083333, 37.1541667)
    assert (one["datum"], one["datum_operation"]) == ("WGS84", None)
    assert one["notations"]["mgrs"] == "37S CA 3406 0863"
    assert decode_place(one["check_words"]) == decode_place(one["check_words_spoken"])
    assert [(r["where"], r["code"]) for r in answer["refused"]] == [("line 2", "position.range")]


def test_json_says_so_where_utm_ends(where):
    answer = json.loads(where("--json", "-85 10")[1])
    assert answer["positions"][0]["notations"]["utm"] is None
    assert answer["complete"] is True


@pytest.mark.parametrize(
    "words", [(), ("--datun", "ED50", "36 37"), ("-", "36 37"), ("--datum", "x", "36 37")]
)
def test_what_cannot_be_understood_is_usage(where, words):
    code, out, err = where(*words)
    assert (code, out) == (2, "")
    assert err


def test_foreign_text_cannot_move_the_cursor(where):
    code, out, err = where("\x1b[2J 36 37")
    assert code == 3
    assert "\x1b" not in out + err


def test_what_is_shown_of_any_place_is_read_back(where):
    for latitude, longitude in (
        (0, 0),
        (-89.9, 179.9),
        (59.99, 2.99),
        (78.2, 15.6),
        (-0.001, -0.001),
    ):
        place = Position(latitude=latitude, longitude=longitude)
        _, out, _ = where(f"{latitude} {longitude}")
        assert encode_place(place) in out
        for line in out.splitlines()[1:7]:
            if "ends at" not in line:
                read_position(line[29:])
