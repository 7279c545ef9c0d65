"""docs/commands.md is what the program says of itself, and its promises hold."""

from __future__ import annotations

import importlib.util
import re
import sys

import pytest

from keepclear.faces.cli import cli
from keepclear.faces.outcome import EXIT_WORDS, Exit
from keepclear.faces.report.csv import safe
from keepclear.node.config import CHECK_SETTINGS


@pytest.fixture(scope="module")
def page(root):
    return (root / "docs" / "commands.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tools(root):
    """Modules of tools/ by name."""
    sys.path.insert(0, str(root / "tools"))

    def load(name):
        spec = importlib.util.spec_from_file_location(name, root / "tools" / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    yield load
    sys.path.remove(str(root / "tools"))


def section(page, title):
    _, found, rest = page.partition(f"\n## {title}\n")
    assert found, title
    return rest.partition("\n## ")[0]


def test_what_the_page_lists_is_current(page, tools):
    written = tools("marked").rewrite(page, tools("list_commands").write)
    assert written == page, "run: make docs"


def test_every_command_and_option_is_on_the_page(page):
    for name, command in cli.commands.items():
        text = section(page, f"keepclear {name}")
        for option in command.params:
            if option.param_type_name == "option":
                assert any(f"`{spelling}" in text for spelling in option.opts), option.opts


def test_every_setting_is_on_the_page_with_its_variable(page):
    text = section(page, "Settings")
    for name in CHECK_SETTINGS:
        variable = "KEEPCLEAR_" + name.upper().replace("-", "_")
        assert re.search(rf"^\\| `{name}` \\| .+ \\| `{variable}` \\|$", text, re.MULTILINE), name


def test_every_exit_code_is_on_the_page_and_in_the_readme(page, root):
    readme = (root / "README.md").read_text(encoding="utf-8")
    assert set(EXIT_WORDS) == set(Exit)
    for code, words in EXIT_WORDS.items():
        assert f"| {code.value} | {words} |" in section(page, "Exit codes")
        assert f"\n| {code.value} | " in readme


def test_every_mark_that_makes_a_formula_is_on_the_page(page):
    text = section(page, "Text that others wrote")
    marks = {chr(code) for code in range(0x3000) if safe(chr(code) + "1") != chr(code) + "1"}
    assert marks == {*"=+-@", "\t", "\r", "\n"}
    for mark in "=+-@":
        assert f"`{mark}`" in text
    assert "a tab or a line\n  break" in text


def test_links_inside_the_page_lead_somewhere(page):
    titles = re.findall(r"^## (.+)$", page, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= anchors
