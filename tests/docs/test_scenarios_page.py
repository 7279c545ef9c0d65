"""docs/scenarios.md has a row for every sentence, and its example can be read."""

from __future__ import annotations

import re

import pytest

from keepclear.formats.scenarios.details import DETAILS
from keepclear.formats.scenarios.forms import FORMS
from keepclear.formats.scenarios.matching import CHOICES
from keepclear.formats.scenarios.reading import read_scenario


@pytest.fixture(scope="module")
def page(root):
    return (root / "docs" / "scenarios.md").read_text(encoding="utf-8")


def test_every_sentence_has_its_row(page):
    words = [form.words for form in FORMS]
    there = [row for row in re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE) if row in words]
    assert sorted(there) == sorted(words)
    assert len(set(there)) == len(there)


def test_every_detail_and_every_choice_is_named(page):
    named = set(re.findall(r"[A-Za-z0-9-]+", page))
    for names in (DETAILS, *CHOICES.values()):
        missing = [name for name in names if name not in named]
        assert not missing, missing


def test_the_example_can_be_played(page):
    text = page.split("## A text\n```\n")[1].split("```")[0]
    assert len(read_scenario(text.encode(), name="page").steps) == 5


def test_the_scenario_that_is_shipped_can_be_played(root):
    file = root / "src" / "keepclear" / "data" / "acts-1-4.scenario"
    scenario = read_scenario(
        file.read_bytes(), name=file.name, beside=lambda name: (file.parent / name).read_bytes()
    )
    assert [one.name for one in scenario.parties] == ["Alder", "Birch", "Relief", "Secretariat"]
    assert sum(step.form.words.startswith("expect") for step in scenario.steps) >= 90
