"""docs/failures.md tells each failure that is played: what is disputed, and what cannot be helped."""

from __future__ import annotations

import ast
import re

import pytest

PARTS = ("**Disputed**", "Told from: ", "**The play**", "**What software could not have changed**")


@pytest.fixture(scope="module")
def sections(root):
    page = (root / "docs" / "failures.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))


def plays(root):
    folder = root / "tests" / "simulate" / "failures"
    return {path.stem.removeprefix("test_"): path for path in folder.glob("test_*.py")}


def test_each_play_is_told_and_each_section_is_played(sections, root):
    assert set(sections) == set(plays(root))


def test_each_section_says_what_is_disputed_from_what_and_what_cannot_be_helped(sections):
    assert len(sections) == 10
    for name, text in sections.items():
        places = [text.find(part) for part in PARTS]
        assert -1 not in places, name
        assert places == sorted(places), name
        source = text[places[1] : places[2]]
        assert "https://" in source or "the same" in source, name


def test_each_play_asserts_what_software_could_not_have_changed(root):
    """By its own test, beside those of what each desk saw and what the record proves."""
    for name, path in plays(root).items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        tests = [n.name for n in tree.body if isinstance(n, ast.FunctionDef)]
        assert "Software could not have" in " ".join(ast.get_docstring(tree).split()), name
        assert any(one.startswith("test_software_") for one in tests), name
