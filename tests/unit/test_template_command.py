"""``keepclear template`` as it is typed, and the filled-in file through ``check`` and ``convert``."""

from __future__ import annotations

import openpyxl
import pytest

from keepclear import app


@pytest.mark.parametrize("language", ["en", "fr", "ru", "ar"])
def test_a_template_is_written_and_its_wording_marked(tmp_path, capsys, language):
    path = tmp_path / "sites.xlsx"
    assert app.main(["template", "sites", "--lang", language, "-o", str(path)]) == 0
    assert ("unreviewed" in capsys.readouterr().err) == (language != "en")
    assert openpyxl.load_workbook(path).worksheets[0].sheet_view.rightToLeft == (language == "ar")


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
