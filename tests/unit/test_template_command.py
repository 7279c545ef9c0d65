"""``keepclear template`` as it is typed, and the filled-in file through ``check`` and ``convert``."""

from __future__ import annotations

import openpyxl
import pytest

from keepclear import app
from keepclear.domain.fields import FIELDS
from keepclear.formats.labels.meanings import MEANINGS, meaning
from keepclear.formats.templates import SUBJECTS


@pytest.mark.parametrize("language", ["en", "fr", "ru", "ar"])
def test_a_template_is_written_and_its_wording_marked(tmp_path, capsys, language):
    path = tmp_path / "sites.xlsx"
    assert app.main(["template", "sites", "--lang", language, "-o", str(path)]) == 0
    assert ("unreviewed" in capsys.readouterr().err) == (language != "en")
    assert openpyxl.load_workbook(path).worksheets[0].sheet_view.rightToLeft == (language == "ar")


@pytest.mark.parametrize("code", sorted(MEANINGS))
def test_every_column_is_explained_in_the_language_of_its_template(code):
    fields = {field.name: field for field in FIELDS}
    columns = {name for about in SUBJECTS.values() for name in about.columns}
    assert set(MEANINGS[code]) == columns
    for name in columns:
        assert meaning(fields[name], code) != fields[name].meaning, name
    assert len(set(MEANINGS[code].values())) == len(columns)
    assert meaning(fields["id"], "en") == fields["id"].meaning


def test_examples_are_not_marked_as_guarded_texts():
    """A text that begins like a formula is written with a mark before it, which people would see."""
    for about in SUBJECTS.values():
        for example in about.examples:
            assert not [text for text in example.values() if text[:1] in "=+-@"]


def test_answers_lie_inside_what_is_printed(tmp_path):
    path, copy = tmp_path / "sites.xlsx", tmp_path / "answers.xlsx"
    assert app.main(["template", "sites", "-o", str(path)]) == 0
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    names = {sheet.cell(5, column).value: column for column in range(1, sheet.max_column + 1)}
    for row in (7, 50):
        for name, text in (("id", f"S{row}"), ("position", "nowhere"), ("contact_role", "desk")):
            sheet.cell(row, names[name], text)
    book.save(path)
    assert app.main(["lint", str(path), "-o", str(copy)]) == 3
    answered = openpyxl.load_workbook(copy).worksheets[0]
    assert answered.print_area == f"'{answered.title}'!$A$1:$AD$50"
    assert answered["AD50"].value.startswith("refused")


def test_other_languages_and_subjects_are_a_usage_error(tmp_path, capsys):
    for words in (["sites", "--lang", "de"], ["targets"], []):
        assert app.main(["template", *words, "-o", str(tmp_path / "x.xlsx")]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_column_named_by_hand_is_converted(tmp_path, capsys):
    (tmp_path / "a.csv").write_text("Point A,kind\n36.2 37.1,site\n", encoding="utf-8")
    out = tmp_path / "b.csv"
    typed = ["convert", str(tmp_path / "a.csv"), str(out), "--map"]
    assert app.main([*typed, "Point A=position"]) == 0
    assert out.read_text(encoding="utf-8").splitlines()[0].startswith("id,kind,latitude,longitude")
    assert app.main([*typed, "Point A=posit"]) == 2
    assert "did you mean 'position'" in capsys.readouterr().err
