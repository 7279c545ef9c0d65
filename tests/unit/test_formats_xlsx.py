"""Workbooks: sheets, hidden things, formulas, dates, merged cells, limits; and what is written back."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from keepclear.domain.finding import Finding, Severity
from keepclear.domain.window import parse_instant
from keepclear.errors import InputError
from keepclear.formats import worksheets
from keepclear.formats.answers import answered
from keepclear.formats.labels import LANGUAGES
from keepclear.formats.registry import read_bytes
from keepclear.formats.sheets.cells import guarded, text_of
from keepclear.formats.templates import SUBJECTS, template
from keepclear.formats.writers.losses import Losses
from keepclear.formats.writers.registry import WRITERS

HEADER = ["Reference", "Type", "Lat", "Long", "Stand-off (m)", "Confirmed on", "Start"]
GOOD = ["S1", "clinic", -31.095, 144.2, 500, date(2015, 11, 15), None]


def workbook(*rows, title="Sites", change=None):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    if change:
        change(book)
    return saved(book)


def saved(book):
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read(data, name="plan.xlsx", **options):
    return read_bytes(data, name=name, **options)


def test_a_sheet_is_read_whatever_its_name_says():
    for name in ("plan.xlsx", "plan", "plan.csv"):
        reading = read(workbook(["Our sites"], [], HEADER, GOOD), name=name)
        (site,) = reading.declarations
        assert reading.format == "xlsx"
        assert (site.id, site.standoff_m, site.where) == (
            "S1",
            500.0,
            f'{name} sheet "Sites" row 4',
        )
        assert dict(site.notice) == {"site_type": "clinic", "confirmed_on": "2015-11-15"}
        assert site.stated[0][0].text == "-31.095 144.2"


def test_numbers_stored_as_text_decimal_commas_and_other_notations():
    data = workbook(
        HEADER,
        ["A", "clinic", "-31.095", "144,2", "500"],
        ["B", "clinic", "31°05'42\"S", "144°12'00\"E", "0,5 km"],
    )
    reading = read(data)
    assert reading.refused == ()
    for site in reading.declarations:
        center = site.parts[0].footprint.center
        assert (round(center.latitude, 6), center.longitude) == (-31.095, 144.2)
        assert site.standoff_m == 500.0


def test_a_date_cell_has_no_offset_unless_the_heading_gives_one():
    moment = datetime(2015, 11, 20, 6, 30)  # noqa: DTZ001  a sheet has none
    (refused,) = read(workbook(HEADER, [*GOOD[:6], moment])).refused
    assert (refused.code, refused.where) == (
        "time.no-offset", 'plan.xlsx sheet "Sites" row 2 (id "S1") column "Start"')  # fmt: skip
    reading = read(workbook([*HEADER[:6], "Start (UTC)"], [*GOOD[:6], moment]))
    (site,) = reading.declarations
    assert site.parts[0].window.start_us == parse_instant("2015-11-20T06:30:00Z")


def test_every_fault_names_sheet_row_and_column():
    def faults(book):
        sheet = book.active
        sheet["C3"], sheet["C4"] = "=1/0", "#REF!"
        sheet["C4"].data_type = "e"

    rows = [["A", *GOOD[1:]], ["B", *GOOD[1:]], ["C", *GOOD[1:5], "soon"], ["D", *GOOD[1:]]]
    reading = read(workbook(HEADER, *rows, change=faults))
    told = {(r.where, r.code) for r in reading.refused}
    assert told == {
        ('plan.xlsx sheet "Sites" row 3 (id "B") column "Lat"', "cell.broken"),
        ('plan.xlsx sheet "Sites" row 4 (id "C") column "Lat"', "cell.broken"),
    }
    messages = [r.message for r in reading.refused]
    assert "result is not saved" in messages[0]
    assert "#REF!" in messages[1]
    assert 'column "Confirmed on"' in messages[1]
    assert [d.id for d in reading.declarations] == ["A", "D"]


def test_hidden_things_are_read_and_told():
    def hide(book):
        book.active.row_dimensions[2].hidden = True
        book.active.column_dimensions["E"].hidden = True
        other = book.create_sheet("Old")
        other.sheet_state = "hidden"
        other.append(HEADER)
        other.append(["S2", *GOOD[1:]])
        book.create_sheet("Notes").append(["nothing to see"])

    reading = read(workbook(HEADER, GOOD, change=hide))
    assert [d.where for d in reading.declarations] == [
        'plan.xlsx sheet "Sites" row 2', 'plan.xlsx sheet "Old" row 2']  # fmt: skip
    for words in (
        '"Sites" has 1 hidden row', '"Sites" has hidden columns', '"Old" is hidden',
        '"Notes" has no header with a place: not read',
    ):  # fmt: skip
        assert any(words in warning for warning in reading.warnings), words


def test_a_merged_cell_holds_for_all_its_rows():
    def merge(book):
        book.active.merge_cells("B2:B3")

    reading = read(workbook(HEADER, GOOD, ["S2", None, *GOOD[2:]], change=merge))
    assert [dict(d.notice)["site_type"] for d in reading.declarations] == ["clinic", "clinic"]


def test_a_sheet_that_was_meant_but_has_no_place_is_refused_and_the_others_are_read():
    def more(book):
        book.create_sheet("Bad").append(["Reference", "Type", "Contact role", "Name"])

    reading = read(workbook(HEADER, GOOD, change=more))
    assert len(reading.declarations) == 1
    assert [(r.where, r.code) for r in reading.refused] == [
        ('plan.xlsx sheet "Bad"', "table.header")
    ]


@pytest.mark.parametrize("rows", [[], [["a", "b"], [1, 2]]])
def test_a_workbook_without_places_is_refused(rows):
    with pytest.raises(InputError) as caught:
        read(workbook(*rows))
    assert caught.value.where == "plan.xlsx"
    assert caught.value.code == "table.header"


# limits


def around(sheet_xml=None, **members):
    with zipfile.ZipFile(io.BytesIO(workbook(HEADER, GOOD))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    if sheet_xml:
        name = "xl/worksheets/sheet1.xml"
        parts[name] = parts[name].replace(b"</sheetData>", sheet_xml + b"</sheetData>")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts | members).items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    "cell",
    [
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b'<row r="99999999"><c><v>1</v></c></row>',
        b"<row r='4294967295'><c r = 'A4294967295'><v>1</v></c></row>",
        b'<row r="4"><c r="ZZZZZZ4"><v>1</v></c></row>',
    ],
)
def test_a_stray_cell_far_away_costs_no_memory(cell):
    reading = read(around(cell))
    assert [(r.where, r.code) for r in reading.refused] == [
        ('plan.xlsx sheet "Sites"', "xlsx.cells")
    ]


def test_entities_bombs_and_passwords_are_refused():
    entity = b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'
    bomb = b"<x>" + b" " * 30_000_000 + b"</x>"
    for data, code in (
        (around(**{"xl/theme/theme1.xml": entity}), "xlsx.damaged"),
        (around(**{"xl/theme/theme1.xml": bomb}), "zip.expands"),
        (workbook(HEADER, GOOD)[:-40], "zip.damaged"),
    ):
        with pytest.raises(InputError) as caught:
            read(data)
        assert caught.value.code == code
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("readme.txt", "x")
    with pytest.raises(InputError) as caught:
        read(other.getvalue())
    assert caught.value.code == "file.binary"


def test_a_reference_written_with_entities_is_not_trusted():
    with pytest.raises(InputError):
        worksheets.check_span(b'<row r="&#57;&#57;99999999">')


# written


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "'=1", "''+1", "a", "'a", ""])
def test_no_text_begins_like_a_formula(text):
    assert guarded(text)[:1] not in {"=", "+", "-", "@"}
    assert text_of(guarded(text)) == text


def test_a_long_outline_runs_over_several_cells():
    ring = [[8 + i / 100_000, 47 + (i % 7) / 1e6] for i in range(3000)] + [[8.01, 48]]
    ring.append(ring[0])
    feature = {
        "type": "Feature", "properties": {"id": "A", "kind": "area"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }  # fmt: skip
    import json

    (said,) = read_bytes(json.dumps(feature).encode(), name="a").declarations
    losses = Losses()
    data = WRITERS["xlsx"].write([said], losses)
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert "wkt (2)" in [cell.value for cell in sheet[1]]
    (back,) = read(data).declarations
    assert (back.parts, losses.sentences()) == (said.parts, ())


def test_what_is_written_is_the_same_bytes_every_time():
    said = read(workbook(HEADER, GOOD)).declarations
    assert WRITERS["xlsx"].write(said, Losses()) == WRITERS["xlsx"].write(said, Losses())
    assert template("sites", "ar") == template("sites", "ar")


@pytest.mark.data
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_facility_list_comes_back_whole(data, form):
    text = (data / "sites" / "who_kwtrp_ssd_mli_tcd_eth.csv").read_bytes()
    said = read_bytes(text, name="who.csv").declarations[::7]
    losses = Losses()
    back = read(WRITERS[form].write(said, losses), name="who").declarations
    assert losses.sentences() == ()
    assert [strip(d) for d in back] == [strip(d) for d in said]


def strip(declaration):
    from dataclasses import replace

    return replace(declaration, where="")


# templates and answers


def filled(subject, language):
    book = openpyxl.load_workbook(io.BytesIO(template(subject, language)))
    sheet = book.worksheets[0]
    names = [cell.value for cell in sheet[5]]
    examples = len(SUBJECTS[subject].examples)

    def put(row, **cells):
        for name, value in cells.items():
            sheet.cell(row, names.index(name) + 1, value)
        return row

    def example(name):
        return sheet.cell(6, names.index(name) + 1).value

    return book, 6 + examples, put, example


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_filled_template_of_sites_is_read_back(language):
    book, row, put, example = filled("sites", language)
    put(row, id="S9", name="Clinic", site_type=example("site_type"), standoff_m=500,
        position="36 12 30 N 37 09 15 E", position_2="36.20833 37.15417",
        contact_role="Desk", confirmed_on=date(2015, 11, 15))  # fmt: skip
    reading = read(saved(book))
    assert reading.refused == ()
    (site,) = reading.declarations
    assert (site.id, site.standoff_m, len(site.stated[0])) == ("S9", 500.0, 2)
    assert dict(site.notice)["site_type"] == "clinic"
    assert sum("example" in warning for warning in reading.warnings) == 1


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_filled_template_of_movements_is_read_back(language):
    book, row, put, example = filled("movements", language)
    leaves, arrives = datetime(2015, 11, 20, 5, 30), datetime(2015, 11, 20, 6, 30)  # noqa: DTZ001
    put(row, id="W9", stop_kind=example("stop_kind"), position="36.20 37.10", half_width_m=500,
        departure_earliest=leaves, purpose=example("purpose"), vehicle_count=3)  # fmt: skip
    put(row + 1, id="W9", position="36.30 37.20", arrival_earliest=arrives, half_width_m=500)
    reading = read(saved(book))
    assert reading.refused == ()
    (convoy,) = reading.declarations
    assert [w.time_us for w in convoy.parts[0].waypoints] == [
        parse_instant("2015-11-20T05:30:00Z"), parse_instant("2015-11-20T06:30:00Z")]  # fmt: skip
    assert dict(convoy.notice)["purpose"] == "medical"


@pytest.mark.parametrize("subject", sorted(SUBJECTS))
@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_template_is_finished(subject, language):
    book = openpyxl.load_workbook(io.BytesIO(template(subject, language)))
    sheet, words = book.worksheets[0], LANGUAGES[language]
    shown = " ".join(str(c.value) for s in book.worksheets for row in s.iter_rows() for c in row)
    assert words.words["not_permission"] in shown
    assert words.words["contact_is_desk"] in shown
    assert ("unreviewed" in shown) == (not words.reviewed)
    assert bool(sheet.sheet_view.rightToLeft) == (language == "ar")
    assert sheet.row_dimensions[5].hidden
    assert sheet.freeze_panes == "B6"
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
    assert len(sheet.data_validations.dataValidation) >= 5
    assert all(cell.comment for cell in sheet[4] if cell.value)
    empty = read(template(subject, language))
    assert (empty.declarations, empty.refused) == ((), ())


def test_an_example_that_was_written_over_is_not_passed_over():
    book, _, put, _ = filled("sites", "en")
    put(6, position="36.20 37.10")
    (refused,) = read(saved(book)).refused
    assert refused.code == "template.example"


def test_every_row_of_the_copy_is_answered():
    def more(book):
        book.active["H2"] = "=1+1"
        book.active["A2"].font = openpyxl.styles.Font(bold=True)

    data = workbook(
        [*HEADER, "Sum"], GOOD, ["S2", *GOOD[1:]], ["S3", "clinic", "=x", 1], [], ["S4", *GOOD[1:]],
        change=more,
    )  # fmt: skip
    reading = read(data)
    finding = Finding(
        "position.swapped", Severity.DOUBT, reading.declarations[1].where, "=It looks odd", "ask"
    )
    copy = openpyxl.load_workbook(
        io.BytesIO(answered(data, reading.refused, [finding], reading.declarations))
    )
    sheet = copy.active
    answers = [sheet.cell(row, 9).value for row in range(1, 7)]
    assert answers[0] == "Answer"
    assert answers[1] == "accepted"
    assert answers[2] == "please check: =It looks odd; ask"
    assert answers[3].startswith('refused: column "Lat": found')
    assert answers[4] is None
    assert answers[5] == "accepted"
    assert sheet["H2"].value == "=1+1"
    assert sheet["A2"].font.bold
    assert len({sheet.cell(row, 9).fill.fgColor.rgb for row in (2, 3, 4)}) == 3


def test_an_answer_never_becomes_a_formula():
    data = workbook(HEADER, ["=A", "clinic", "=cmd|' /C calc'!A0", 1])
    reading = read(data)
    copy = openpyxl.load_workbook(io.BytesIO(answered(data, reading.refused, [], [])))
    for row in copy.active.iter_rows(min_col=8, max_col=8):
        assert row[0].data_type != "f"


def test_what_cannot_be_copied_is_refused():
    with pytest.raises(InputError):
        answered(b"PK\x03\x04", [], [], [])
