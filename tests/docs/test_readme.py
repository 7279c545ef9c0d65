"""What the documents show is what the program does."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "examples/**/*.md", "tests/*.md", "requirements/*.md")
    for path in ROOT.glob(pattern)
)


def name_of(path):
    return str(path.relative_to(ROOT))


def tool(name):
    """A program of tools/, loaded as a module."""
    folder = str(ROOT / "tools")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


readme_output = tool("readme_output")
marked = tool("marked")


@pytest.mark.parametrize("path", readme_output.documents(), ids=name_of)
def test_output_in_documents_is_current(path, monkeypatch):
    monkeypatch.chdir(ROOT)
    text = path.read_text(encoding="utf-8")
    assert marked.rewrite(text, readme_output.writer()) == text, "run: make docs"


def test_the_pictures_of_the_lives_are_current():
    writer = tool("draw_lives")
    text = writer.DOCUMENT.read_text(encoding="utf-8")
    assert marked.rewrite(text, writer.write) == text, "run: make docs"


def test_the_drawing_of_the_architecture_is_current():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert marked.rewrite(text, tool("draw_architecture").write) == text, "run: make docs"


def test_the_first_screen_of_the_readme_shows_a_crossing():
    first_screen = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:40]
    command = next(i for i, line in enumerate(first_screen) if line.startswith("$ keepclear"))
    assert any("A2" in line and "B1" in line for line in first_screen[command + 1 :])


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_python_in_documents_runs(path, monkeypatch):
    monkeypatch.chdir(ROOT)
    for block in re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL):
        exec(compile(block, name_of(path), "exec"), {"__name__": "__document__"})


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_links_lead_somewhere(path):
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    missing = [link for link in links if "://" not in link and not (path.parent / link).exists()]
    assert not missing


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_what_is_made_can_be_made(path):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    text = path.read_text(encoding="utf-8")
    asked = set(re.findall(r"`make ([a-z-]+)", text))
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        asked |= set(re.findall(r"^make ([a-z-]+)", block, re.MULTILINE))
    assert asked <= targets


class TestTheWriter:
    """The writer itself, so that a block which is never run cannot look current."""

    def written(self, body):
        return readme_output.writer()("output", body)

    def test_old_output_is_replaced_and_the_exit_code_is_carried(self):
        body = "```console\n$ echo one; false\nold\n$ echo $?\n```\n"
        assert self.written(body) == "```console\n$ echo one; false\none\n$ echo $?\n1\n```\n"

    def test_python_statements_keep_their_lines(self):
        body = "```pycon\n>>> for i in (1, 2):\n...     print(i)\n>>> 3 + 4\n8\n```\n"
        expected = "```pycon\n>>> for i in (1, 2):\n...     print(i)\n1\n2\n>>> 3 + 4\n7\n```\n"
        assert self.written(body) == expected

    def test_a_stale_document_is_noticed(self):
        text = "<!-- written: output -->\n```console\n$ echo one\ntwo\n```\n<!-- end -->\n"
        assert marked.rewrite(text, readme_output.writer()) != text
