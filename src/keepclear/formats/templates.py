"""Empty spreadsheets for people to fill in, in their language, that our reader takes back.

Every heading stands over the field's own name, in a hidden row, so that reading is certain whatever
is done to the words. Choices are drop-downs, notes say what is asked, grey rows are examples that the
reader knows. Wording that nobody of that language has reviewed says so, in it and in English.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from keepclear.domain.fields import FIELDS, Field, Form
from keepclear.formats.labels import LANGUAGES, title
from keepclear.formats.labels.language import Language
from keepclear.formats.labels.meanings import meaning
from keepclear.formats.sheets.columns import LENGTHS
from keepclear.formats.sheets.example import EXAMPLE_ID, EXAMPLE_POSITIONS, OURS
from keepclear.formats.workbooks import put_text, saved

__all__ = ["SUBJECTS", "template"]

ROWS: Final = 300
"""Empty rows that are prepared; more can be written below them."""
_TITLE_ROW, _HOW_ROW, _MARK_ROW, _HEADING_ROW, _NAME_ROW = range(1, 6)
_FIRST_ROW: Final = _NAME_ROW + 1
_WIDTHS: Final = MappingProxyType(
    {Form.TEXT: 22, Form.POSITION: 26, Form.DATE: 13, Form.TIME: 18, Form.NUMBER: 12}
)
_WIDTH: Final = 17
_WIDE: Final = MappingProxyType({"description": 36, "id": 14, "contact_role": 26})
_HEADING_HEIGHT: Final = 48
_PAGES_WIDE: Final = 4
"""Sheets of paper side by side; on fewer the words are too small to be read."""
_LEFT_TO_RIGHT, _RIGHT_TO_LEFT = 1, 2
_LISTS: Final = "Lists"
_INK, _PAPER, _PALE, _GREY, _LINE = "1F3A5F", "FFFFFF", "E8EEF5", "808080", "C9D3DF"
_AMBER: Final = "FFF3CD"

_SITE_COLUMNS: Final = (
    "id", "party", "name", "site_type", "position", "position_2", "datum", "description",
    "standoff_m", "position_error_m", "position_method", "measured_on", "country", "admin_area",
    "alias", "wkt", "entrance", "height_m", "marking", "function_since", "confirmed_on",
    "contact_role", "contact_phone", "contact_radio", "valid_until", "consented_recipients",
    "sensitivity", "photos", "amendment_of",
)  # fmt: skip
_MOVEMENT_COLUMNS: Final = (
    "id", "party", "stop_kind", "stop_name", "position", "position_2", "datum",
    "arrival_earliest", "arrival_latest", "departure_earliest", "departure_latest", "stay_min",
    "half_width_m", "speed_kmh", "purpose", "vehicle_count", "vehicle_types", "marking",
    "vehicle_plates", "people_count", "return_leg", "contact_role", "contact_phone",
    "contact_radio", "emergency", "consented_recipients", "amendment_of",
)  # fmt: skip
_FIELDS: Final = MappingProxyType({field.name: field for field in FIELDS})


@dataclass(frozen=True, slots=True)
class _Subject:
    """What a template is about."""

    columns: tuple[str, ...]
    sheet: str
    """Word for the name of its sheet."""
    examples: tuple[MappingProxyType[str, str], ...]
    """Values by field; those that begin with ``word:`` or ``choice:`` are put in the language."""


def _example(**cells: str) -> MappingProxyType[str, str]:
    return MappingProxyType({"id": EXAMPLE_ID, "datum": "WGS84", **cells})


_DESK: Final = "word:example_desk"
SUBJECTS: Final = MappingProxyType(
    {
        "sites": _Subject(
            _SITE_COLUMNS,
            "sites",
            (
                _example(
                    name="word:example_name",
                    site_type="choice:clinic",
                    position=EXAMPLE_POSITIONS[0],
                    position_2="31.09500 S, 144.20000 E",
                    description="word:example_words",
                    standoff_m="2000",
                    position_method="choice:GPS in place",
                    measured_on="2015-11-02",
                    marking="choice:day",
                    confirmed_on="2015-11-15",
                    contact_role=_DESK,
                    contact_phone="(+00) 000 000 000",
                    valid_until="2016-02-15",
                    sensitivity="choice:high",
                ),
            ),
        ),
        "movements": _Subject(
            _MOVEMENT_COLUMNS,
            "movements",
            (
                _example(
                    stop_kind="choice:departure",
                    stop_name="A",
                    position=EXAMPLE_POSITIONS[2],
                    departure_earliest="2015-11-20 05:30",
                    departure_latest="2015-11-20 05:45",
                    half_width_m="1000",
                    speed_kmh="40",
                    purpose="choice:medical",
                    vehicle_count="3",
                    people_count="8",
                    return_leg="yes/no:no",
                    contact_role=_DESK,
                    contact_phone="(+00) 000 000 000",
                ),
                _example(
                    stop_kind="choice:holding point",
                    stop_name="B",
                    position=EXAMPLE_POSITIONS[1],
                    arrival_earliest="2015-11-20 06:10",
                    arrival_latest="2015-11-20 06:30",
                    departure_earliest="2015-11-20 06:25",
                    departure_latest="2015-11-20 06:55",
                    stay_min="60",
                    half_width_m="1000",
                ),
                _example(
                    stop_kind="choice:arrival",
                    stop_name="C",
                    position=EXAMPLE_POSITIONS[0],
                    arrival_earliest="2015-11-20 07:36",
                    arrival_latest="2015-11-20 08:10",
                    half_width_m="1000",
                ),
            ),
        ),
    }
)
"""What there are templates for."""


def template(subject: str, code: str) -> bytes:
    """An empty workbook to fill in.

    Args:
        subject: A name of :data:`SUBJECTS`.
        code: A language of ``labels.LANGUAGES``.
    """
    about, language = SUBJECTS[subject], LANGUAGES[code]
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = language.words[about.sheet]
    _headed(sheet, subject, about, language)
    lists = workbook.create_sheet(_LISTS)
    lists.sheet_state = "hidden"
    put_text(lists.cell(1, 1), f"{OURS} lists")
    for at, name in enumerate(about.columns, 1):
        _column(sheet, lists, at, _FIELDS[name], language)
    _examples(sheet, about, language)
    _pages(sheet, len(about.columns), language)
    _read_me(workbook.create_sheet(language.words["readme"]), about, language)
    return saved(workbook)


def _headed(sheet: Worksheet, subject: str, about: _Subject, language: Language) -> None:
    """Title, how to fill it in, and what nobody has reviewed."""
    lines = (
        (_TITLE_ROW, language.words[f"title_{subject}"], Font(size=16, bold=True, color=_INK)),
        (
            _HOW_ROW,
            " ".join(
                language.words[word] for word in (f"how_{subject}", "times_utc", "not_permission")
            ),
            Font(size=10, color=_INK),
        ),
    )
    for row, text, font in lines:
        put_text(sheet.cell(row, 1), text)
        sheet.cell(row, 1).font = font
        sheet.cell(row, 1).alignment = Alignment(readingOrder=_order(language))
    if not language.reviewed:
        put_text(sheet.cell(_MARK_ROW, 1), _unreviewed(language))
        sheet.cell(_MARK_ROW, 1).font = Font(size=10, italic=True, color="8A5A00")
        sheet.cell(_MARK_ROW, 1).alignment = Alignment(readingOrder=_order(language))
        for column in range(1, len(about.columns) + 1):
            sheet.cell(_MARK_ROW, column).fill = PatternFill("solid", fgColor=_AMBER)
    sheet.row_dimensions[_TITLE_ROW].height = 26


def _order(language: Language) -> float:
    """Which way a cell is read (ECMA-376, 18.8.1): full stops and stars stand at its end."""
    return _RIGHT_TO_LEFT if language.right_to_left else _LEFT_TO_RIGHT


def _unreviewed(language: Language) -> str:
    return f"{language.words['unreviewed']} / unreviewed: {LANGUAGES['en'].words['unreviewed']}"


def _heading(field: Field, language: Language) -> str:
    """The title of a column, with its unit and clock, and a star where it is required."""
    text = title(field.name, language)
    if field.name in LENGTHS:
        text += " (m)"
    if field.form is Form.TIME:
        text += " (UTC)"
    return f"{text} *" if field.required else text


def _column(sheet: Worksheet, lists: Worksheet, at: int, field: Field, language: Language) -> None:
    """One column: heading, name, note, drop-down, format of its cells."""
    heading = sheet.cell(_HEADING_ROW, at)
    put_text(heading, _heading(field, language))
    heading.font = Font(bold=True, color=_PAPER)
    heading.fill = PatternFill("solid", fgColor=_INK if field.required else "4A6588")
    heading.alignment = Alignment(
        wrap_text=True, vertical="center", horizontal="center", readingOrder=_order(language)
    )
    heading.comment = _note(field, language)
    put_text(sheet.cell(_NAME_ROW, at), field.name)
    letter = get_column_letter(at)
    sheet.column_dimensions[letter].width = _WIDE.get(field.name, _WIDTHS.get(field.form, _WIDTH))
    line = Side(style="hair", color=_LINE)
    for row in range(_FIRST_ROW, _FIRST_ROW + ROWS):
        cell = sheet.cell(row, at)
        cell.border = Border(bottom=line, right=line)
        cell.number_format = {Form.DATE: "yyyy-mm-dd", Form.TIME: "yyyy-mm-dd hh:mm"}.get(
            field.form, "0" if field.form is Form.NUMBER else "@"
        )
        if field.form is Form.NUMBER:
            cell.number_format = "General"
    words = _choices(field, language)
    if words:
        _drop_down(sheet, lists, letter, field, words, language)


def _note(field: Field, language: Language) -> Comment:
    words = meaning(field, language.code)
    if field.required:
        words = f"{language.words['required']} {words}"
    if field.choices:
        closed = field.form is Form.CHOICE
        words += f" {language.words['choose_only' if closed else 'choose']}"
    note = Comment(words, "keepclear")
    note.width, note.height = 260, 90
    return note


def _choices(field: Field, language: Language) -> list[str]:
    """The choices of a field in the language's first word for each."""
    name = "yes/no" if field.form is Form.YES_NO else field.name
    choices = field.choices or (("yes", "no") if field.form is Form.YES_NO else ())
    known = language.choices.get(name, {})
    return [known[choice][0] if choice in known else choice for choice in choices]


def _drop_down(
    sheet: Worksheet,
    lists: Worksheet,
    letter: str,
    field: Field,
    words: Sequence[str],
    language: Language,
) -> None:
    column = lists.max_column + 1
    for row, word in enumerate(words, 2):
        put_text(lists.cell(row, column), word)
    where = get_column_letter(column)
    closed = field.form is not Form.OPEN_CHOICE
    rule = DataValidation(
        type="list",
        formula1=f"={_LISTS}!${where}$2:${where}${len(words) + 1}",
        allow_blank=True,
        showErrorMessage=closed,
        error=language.words["choose_only"],
    )
    rule.add(f"{letter}{_FIRST_ROW}:{letter}{_FIRST_ROW + ROWS - 1}")
    sheet.add_data_validation(rule)


def _examples(sheet: Worksheet, about: _Subject, language: Language) -> None:
    for row, example in enumerate(about.examples, _FIRST_ROW):
        for at, name in enumerate(about.columns, 1):
            cell = sheet.cell(row, at)
            if name in example:
                put_text(cell, _in_language(name, example[name], language))
            cell.font = Font(italic=True, color=_GREY)
            cell.fill = PatternFill("solid", fgColor="F3F3F3")


def _in_language(name: str, text: str, language: Language) -> str:
    how, _, rest = text.partition(":")
    if how == "word":
        return language.words[rest]
    if how == "choice":
        return language.choices[name].get(rest, (rest,))[0]
    if how == "yes/no":
        return language.choices[how][rest][0]
    return text


def _pages(sheet: Worksheet, columns: int, language: Language) -> None:
    """How it looks on a screen and on paper: A4 across, heading and reference on each page."""
    sheet.row_dimensions[_NAME_ROW].hidden = True
    sheet.row_dimensions[_HEADING_ROW].height = _HEADING_HEIGHT
    sheet.freeze_panes = sheet.cell(_FIRST_ROW, 2)
    sheet.sheet_view.rightToLeft = language.right_to_left
    sheet.sheet_view.zoomScale = 90
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = _PAGES_WIDE, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{_HEADING_ROW}:{_HEADING_ROW}"
    sheet.print_title_cols = "A:A"
    sheet.print_area = f"A1:{get_column_letter(columns)}{_FIRST_ROW + 30}"
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.oddFooter.center.text = "&P / &N"


def _read_me(sheet: Worksheet, about: _Subject, language: Language) -> None:
    """What an acknowledgement is not, whose contact is asked for, and what each column means."""
    sheet.sheet_view.rightToLeft = language.right_to_left
    lines = [language.words["not_permission"], language.words["contact_is_desk"]]
    put_text(sheet.cell(1, 1), f"{OURS} {language.words['readme']}")
    sheet.cell(1, 1).font = Font(size=16, bold=True, color=_INK)
    for row, line in enumerate(lines, 3):
        put_text(sheet.cell(row, 1), line)
        sheet.cell(row, 1).font = Font(size=12, bold=True)
    put_text(sheet.cell(5, 1), language.words["times_utc"])
    if not language.reviewed:
        put_text(sheet.cell(6, 1), _unreviewed(language))
        sheet.cell(6, 1).fill = PatternFill("solid", fgColor=_AMBER)
    for row, name in enumerate(about.columns, 8):
        field = _FIELDS[name]
        put_text(sheet.cell(row, 1), _heading(field, language))
        put_text(sheet.cell(row, 2), meaning(field, language.code))
        sheet.cell(row, 1).font = Font(bold=field.required)
    for cell in (cell for row in sheet.iter_rows() for cell in row):
        cell.alignment = Alignment(readingOrder=_order(language))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 46, 80
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
