"""Laws of tables: what is written as CSV or XLSX comes back the same, and no bytes break a reader."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keepclear.domain.declaration import Declaration, Kind
from keepclear.domain.footprint import Circle
from keepclear.domain.stated import Datum
from keepclear.domain.volume import Volume4D
from keepclear.errors import InputError
from keepclear.formats.labels import COLUMNS, LANGUAGES
from keepclear.formats.positions import read_position
from keepclear.formats.registry import read_bytes
from keepclear.formats.writers.losses import Losses
from keepclear.formats.writers.registry import WRITERS
from tests.laws.strategies import LAW, SLOW_LAW

FORMS = ("csv", "xlsx")


def back(said, form):
    losses = Losses()
    data = WRITERS[form].write(said, losses)
    reading = read_bytes(data, name="plan", read_as=form)
    assert reading.refused == ()
    return reading.declarations, losses


def as_read(declaration):
    return replace(declaration, where="", stated=())


TEXTS = [
    "36.2 37.1",
    "-31.095 144.200",
    "36°12'30\"N 37°09'15\"E",
    "N362312E0371045",
    "36 12.5 N 37 9.25 E",
    "36.20450, 37.15417",
]


@pytest.mark.parametrize("form", FORMS)
@given(
    st.sampled_from(TEXTS),
    st.lists(st.sampled_from(TEXTS), max_size=2),
    st.sampled_from([None, Datum.ED50, Datum.UNKNOWN, Datum.LOCAL]),
)
def test_how_a_position_was_written_comes_back(form, text, others, datum):
    if datum is Datum.ED50:  # in use in Europe alone, and the file says which datum it is for all
        text, others = "36°12'30\"N 37°09'15\"E", []
    stated = tuple(read_position(one, datum=datum) for one in (text, *others))
    site = Declaration(
        id="S1", kind=Kind.SITE, stated=(stated,),
        parts=(Volume4D(Circle(stated[0].position, 0.0), *bare_limits()),),
        position_error_m=0.0 if datum is None else max(one.error_m for one in stated),
    )  # fmt: skip
    read, losses = back([site], form)
    assert not losses
    assert [replace(one, where="") for one in read] == [site]


def bare_limits():
    from keepclear.domain.altitude import EVERYWHERE
    from keepclear.domain.window import ALWAYS

    return EVERYWHERE, ALWAYS


# any bytes, any cells


def read_or_refuse(data, form, mapping=None):
    try:
        reading = read_bytes(data, name="plan", read_as=form, mapping=mapping)
    except InputError as error:
        reading, refused = None, [error]
    else:
        refused = reading.refused
    for refusal in refused:
        assert refusal.where.startswith("plan")
        assert "\n" not in refusal.message
    return reading


headings = st.sampled_from(
    [
        title
        for language in LANGUAGES.values()
        for names in language.columns.values()
        for title in names
    ]
    + [*COLUMNS, "Driver name", "Паспорт", "Weapon", "wkt (2)", "times (2)", "", "Notes"]
)
texts = st.one_of(
    st.text(max_size=10),
    st.sampled_from(
        [
            "36.2", "144,2", "-31.1", "1,234", "site", "больница", "POINT (1 2)", "yes", "SFC",
            "2015-11-20T06:30:00Z", "2015-11-20 06:30", "20.11.2015", "UTC+3", "ED50", "EXAMPLE",
            "36 12 30 N 37 09 15 E", "2 km", "holding point", "A | B", "'=1", "120 m AMSL", "#REF!",
        ]
    ),
)  # fmt: skip
cells = st.one_of(
    texts,
    st.none(),
    st.booleans(),
    st.integers(-200, 200),
    st.floats(-200, 200),
    st.floats(allow_nan=False, allow_infinity=False),
    st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001  sheets have no offset
    st.dates(date(1950, 1, 1), date(2100, 1, 1)),
    st.times(),
)


@LAW
@given(
    st.lists(headings, min_size=1, max_size=9),
    st.lists(st.lists(texts, max_size=10), max_size=5),
    st.sampled_from(",;\t"),
    st.dictionaries(headings, st.sampled_from(["", *COLUMNS]), max_size=2),
)
def test_any_csv_under_known_headings_is_read_or_refused(header, rows, separator, mapping):
    text = io.StringIO(newline="")
    table = csv.writer(text, delimiter=separator)
    table.writerows([["lat", "lon", *header], *(["46", "8", *row] for row in rows)])
    data = text.getvalue().encode(errors="replace")
    reading = read_or_refuse(data, "csv", mapping)
    if reading is not None:
        counted = sum(len(d.parts) for d in reading.declarations) + len(reading.refused)
        assert counted <= max(3 * len(rows), 1)


def workbook(rows):
    book = openpyxl.Workbook()
    for at, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            try:
                book.active.cell(at, column, value)
            except (ValueError, openpyxl.utils.exceptions.IllegalCharacterError):
                continue
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@SLOW_LAW
@given(
    st.lists(headings, min_size=1, max_size=9), st.lists(st.lists(cells, max_size=10), max_size=5)
)
def test_any_workbook_is_read_or_refused(header, rows):
    read_or_refuse(workbook([["lat", "lon", *header], *([46, 8, *row] for row in rows)]), "xlsx")


SMALL = workbook([["lat", "lon", "id", "kind"], [46, 8, "A", "site"], [47, 8, "=1+1", "site"]])


@SLOW_LAW
@given(st.integers(0, len(SMALL) - 1), st.integers(0, 255), st.integers(0, len(SMALL)))
@example(0, 0, len(SMALL))
def test_a_workbook_with_a_wrong_byte_or_cut_short_is_read_or_refused(at, byte, end):
    spoiled = bytearray(SMALL)
    spoiled[at] = byte
    read_or_refuse(bytes(spoiled[:end]) or b"x", "xlsx")


PARTS = {
    n: zipfile.ZipFile(io.BytesIO(SMALL)).read(n)
    for n in zipfile.ZipFile(io.BytesIO(SMALL)).namelist()
}


@SLOW_LAW
@given(
    st.sampled_from(sorted(PARTS)),
    st.integers(0, 3000),
    st.sampled_from([b"", b"<", b'"', b"9999999999", b"-1", b"&x;", b"<f/>", b't="e"', b"\x00"]),
)
def test_a_workbook_with_wrong_xml_inside_is_read_or_refused(name, at, planted):
    content = PARTS[name]
    at %= len(content)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for part, data in PARTS.items():
            archive.writestr(part, data[:at] + planted + data[at + 3 :] if part == name else data)
    read_or_refuse(file.getvalue(), "xlsx")
