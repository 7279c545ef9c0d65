"""The forms for machines and the table: members, order, digits, and safe text."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace

import pytest

from keepclear.detect.crossing import Claim, Comparison, Crossing, CrossingKind, Side
from keepclear.domain.altitude import Altitude, AltitudeBand, Reference, Units
from keepclear.domain.declaration import Kind
from keepclear.domain.window import parse_instant
from keepclear.errors import Refusal
from keepclear.faces.report.csv import COLUMNS, render_csv, safe
from keepclear.faces.report.envelope import render_json
from keepclear.faces.report.geojson import render_geojson
from keepclear.faces.report.pairs import COLUMNS as PAIRS
from keepclear.faces.report.pairs import render_pairs
from keepclear.faces.report.table import render_plain, render_rich

SPAN = "2015-11-20T06:30:00Z,2015-11-20T07:30:00.25Z"
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[144.1, -31.1], [144.2, -31.1], [144.2, -31.0], [144.1, -31.1]]],
}
MEETING = Crossing(
    a=Side("Alder", "A2", Kind.OPERATION, (0, 2)),
    b=Side("Relief", "S1", Kind.SITE, (0,), parse_instant("2015-11-20T07:00Z")),
    kind=CrossingKind.OVERLAP,
    certain=False,
    why_possible=("the ground is not stated",),
    time_start_us=parse_instant("2015-11-20T06:30Z"),
    time_end_us=parse_instant("2015-11-20T07:30:00.25Z"),
    altitude=AltitudeBand(
        Altitude(0, Units.M, Reference.SFC), Altitude(100, Units.FL, Reference.STD)
    ),
    altitude_w84_m=(-1e-9, 3456.7891234),
    area_m2=1_120_345.678,
    area=SQUARE,
    horizontal_m=0.0,
    vertical_m=0.0,
    time_s=0.0,
    depth_m=512.3456,
)
NEAR = Crossing(
    a=Side("Alder", "A2", Kind.OPERATION, (0,)),
    b=Side("Birch", "B1", Kind.OPERATION, (1,)),
    kind=CrossingKind.SEPARATION,
    certain=True,
    why_possible=(),
    time_start_us=None,
    time_end_us=None,
    altitude=None,
    altitude_w84_m=(None, None),
    area_m2=None,
    area=None,
    horizontal_m=812.3456,
    vertical_m=0.0,
    time_s=0.1234567,
)
FOUND = Comparison(
    complete=False,
    declarations=6,
    volumes=9,
    compared=3,
    parties=("Alder", "Birch", "Relief"),
    not_compared=(("ended", 1),),
    refused=(Refusal("b.csv row 2", "ring.self-crossing", "the ring crosses itself"),),
    warnings=("a.json: look",),
    crossings=(MEETING, NEAR),
    claims=(Claim(Side("Alder", "x", Kind.AREA, (0,)), Side("Birch", "y", Kind.AREA, (0,)), 2e6),),
)
NOTHING = replace(FOUND, complete=True, refused=(), warnings=(), crossings=(), claims=())


def hostile(text):
    """The same answer, in which another party has chosen its words badly."""
    side = Side(text, text, Kind.OPERATION, (0,))
    return replace(FOUND, crossings=(replace(MEETING, a=side, why_possible=(text,)),))


class TestEnvelope:
    """``check/1``, to the byte."""

    def test_every_member_in_its_order(self):
        envelope = json.loads(render_json(FOUND))
        assert list(envelope) == [
            "keepclear",
            "complete",
            "declarations",
            "volumes",
            "compared",
            "not_compared",
            "refused",
            "warnings",
            "crossings",
            "claims",
        ]
        assert envelope["keepclear"] == "check/1"
        assert envelope["complete"] is False
        assert envelope["not_compared"] == [{"reason": "ended", "count": 1}]
        assert envelope["refused"] == [
            {
                "where": "b.csv row 2",
                "code": "ring.self-crossing",
                "message": "the ring crosses itself",
            }
        ]
        assert [claim["area_m2"] for claim in envelope["claims"]] == [2e6]

    def test_a_crossing(self):
        crossing, _ = json.loads(render_json(FOUND))["crossings"]
        assert list(crossing.items()) == [
            ("a", {"party": "Alder", "id": "A2", "kind": "operation", "parts": [0, 2]}),
            (
                "b",
                {
                    "party": "Relief",
                    "id": "S1",
                    "kind": "site",
                    "parts": [0],
                    "unconfirmed_since": "2015-11-20T07:00:00Z",
                },
            ),
            ("kind", "overlap"),
            ("certainty", "possible"),
            ("why_possible", ["the ground is not stated"]),
            ("time_start", "2015-11-20T06:30:00Z"),
            ("time_end", "2015-11-20T07:30:00.25Z"),
            (
                "altitude",
                {
                    "lower": {"value": 0.0, "units": "M", "reference": "SFC"},
                    "upper": {"value": 100.0, "units": "FL", "reference": "STD"},
                },
            ),
            ("altitude_w84_m", [0.0, 3456.789]),
            ("area_m2", 1_120_345.68),
            ("area", SQUARE),
            ("horizontal_m", 0.0),
            ("vertical_m", 0.0),
            ("time_s", 0.0),
            ("depth_m", 512.346),
        ]

    def test_what_has_no_limit_is_null(self):
        _, near = json.loads(render_json(FOUND))["crossings"]
        for name in ("time_start", "time_end", "altitude", "area_m2", "area", "depth_m"):
            assert near[name] is None
        assert near["altitude_w84_m"] == [None, None]
        assert (near["horizontal_m"], near["time_s"]) == (812.346, 0.123457)
        assert "unconfirmed_since" not in near["b"]

    def test_no_minus_zero_and_one_crossing_a_line(self):
        text = render_json(FOUND)
        assert "-0.0" not in text
        assert sum('"certainty"' in line for line in text.splitlines()) == 2
        assert max(line.count('"certainty"') for line in text.splitlines()) == 1

    def test_nothing_found_is_still_an_envelope(self):
        envelope = json.loads(render_json(NOTHING))
        assert envelope["crossings"] == []
        assert envelope["complete"] is True

    def test_what_is_no_number_never_gets_out(self):
        with pytest.raises(ValueError, match="not JSON compliant"):
            render_json(replace(FOUND, crossings=(replace(NEAR, horizontal_m=float("nan")),)))

    @pytest.mark.parametrize("text", ['"},{"', "\x00\x1b[2J", "\ud800", "日本語", "</script>"])
    def test_foreign_text_comes_back_as_it_was(self, text):
        written = render_json(hostile(text)).encode("utf-8", "backslashreplace")
        assert json.loads(written)["crossings"][0]["a"]["party"] == text


class TestGeojson:
    """A FeatureCollection with the same facts."""

    def test_features_carry_the_members_of_the_envelope(self):
        collection = json.loads(render_geojson(FOUND))
        envelope = json.loads(render_json(FOUND))
        assert collection["type"] == "FeatureCollection"
        for feature, crossing in zip(collection["features"], envelope["crossings"], strict=True):
            assert feature["geometry"] == crossing.pop("area")
            assert feature["properties"] == crossing
        assert [feature["id"] for feature in collection["features"]] == [1, 2]

    def test_an_incomplete_answer_says_so(self):
        collection = json.loads(render_geojson(FOUND))
        assert collection["complete"] is False
        assert collection["refused"]
        assert collection["claims"]

    def test_nothing_found_is_still_a_collection(self):
        assert json.loads(render_geojson(NOTHING))["features"] == []


class TestCsv:
    """Rows for spreadsheets, and nothing that they would run."""

    def test_one_row_for_each_crossing(self):
        first, second = csv.DictReader(render_csv(FOUND).splitlines())
        assert list(first) == list(COLUMNS)
        assert first["a_parts"] == "0 2"
        assert first["b_unconfirmed_since"] == "2015-11-20T07:00:00Z"
        assert (first["altitude_lower"], first["altitude_upper"]) == ("SFC", "FL100")
        assert first["area_m2"] == "1120345.68"
        assert second["time_start"] == second["area_m2"] == second["altitude_lower"] == ""
        assert second["horizontal_m"] == "812.346"

    @pytest.mark.parametrize("first", list("=+-@\t\r\n"))
    @pytest.mark.parametrize("render", [render_csv, render_pairs])
    def test_no_cell_of_foreign_text_is_a_formula(self, first, render):
        text = f'{first}HYPERLINK("http://x","y")'
        assert safe(text) == f"'{text}"
        rows = list(csv.reader(render(hostile(text)).splitlines(keepends=True)))
        cells = [cell for row in rows[1:] for cell in row if "HYPERLINK" in cell]
        assert len(cells) >= 2
        assert all(cell.startswith("'") for cell in cells)

    @pytest.mark.parametrize("text", ["A2", "", "a=b", "1-2", "'quoted"])
    def test_other_text_is_left_alone(self, text):
        assert safe(text) == text

    def test_negative_numbers_stay_numbers(self):
        below = replace(MEETING, altitude_w84_m=(-12.5, 3.0))
        (row,) = csv.DictReader(render_csv(replace(FOUND, crossings=(below,))).splitlines())
        assert row["altitude_lower_w84_m"] == "-12.5"

    def test_pairs(self):
        assert ",".join(PAIRS) == (
            "a_party,a_id,b_party,b_id,kind,certainty,time_start,time_end,"
            "altitude_lower_w84_m,altitude_upper_w84_m"
        )
        lines = render_pairs(FOUND).split("\n")
        assert lines == [
            ",".join(PAIRS),
            f"Alder,A2,Relief,S1,overlap,possible,{SPAN},0.0,3456.789",
            "Alder,A2,Birch,B1,separation,certain,,,,",
            "",
        ]


class TestTable:
    """What people read."""

    def test_rows_notes_and_the_sentence(self):
        lines = render_plain(FOUND).splitlines()
        assert lines[1].split("  ")[0] == "1"
        assert "Alder A2 and Relief S1 (site)" in lines[1]
        assert "2015-11-20 06:30 to 07:30:01" in lines[1]
        assert re.search(r"SFC to FL100 +1\.12 km² +possible$", lines[1])
        assert "only 812 m beside, 1 s in time" in lines[2]
        assert "possible (1): the ground is not stated" in lines
        assert any(line.startswith("Relief S1 (site) is unconfirmed since") for line in lines)
        assert any(line.startswith("claimed by both Alder x (area) and Birch y") for line in lines)
        assert lines[-1].endswith("parties that declare nothing are not seen")

    def test_columns_stand_below_one_another(self):
        head, *rows = render_plain(FOUND).splitlines()[:3]
        for name in ("between", "when", "altitudes", "shared"):
            column = head.index(name)
            assert all(row[column - 1] == " " != row[column] for row in rows)

    def test_nothing_found_is_the_sentence_alone(self):
        (line,) = render_plain(NOTHING).splitlines()
        assert line.startswith("no crossing among 3 declarations of Alder, Birch and Relief; ")

    @pytest.mark.parametrize("width", [40, 80, 200])
    def test_at_a_terminal_nothing_is_cut(self, width):
        text = render_rich(FOUND, width=width, color=False)
        assert "\x1b[" not in text or "\x1b[3" not in text
        together = "".join(text.split())
        for word in ("Relief", "possible", "812m", "unconfirmed", "notseen"):
            assert word in together

    def test_brackets_in_names_are_no_markup(self):
        assert "[red]x[/red]" in render_rich(hostile("[red]x[/red]"), width=200, color=True)

    def test_foreign_text_is_shown_safely(self):
        for text in (
            render_plain(hostile("\x1b[2J\u202e")),
            render_rich(hostile("\x1b[2J\u202e"), width=200, color=False),
        ):
            assert "\x1b[2J" not in text
            assert "\u202e" not in text
            assert r"\u001b[2J\u202e" in text
