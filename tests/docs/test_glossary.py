"""Each term means one thing, and the glossary holds every public class."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re

import pytest

import keepclear.domain

MODULES = (
    "keepclear.errors",
    *(
        f"keepclear.domain.{found.name}"
        for found in pkgutil.iter_modules(keepclear.domain.__path__)
    ),
    "keepclear.detect.crossing",
    "keepclear.formats.reading",
)
AVOIDED = ("target", "threat", "enemy", "approve", "clearance", "conflict", "breach", "protected")
ROW = re.compile(r"\| (?P<term>[^|]+) \| (?P<meaning>[^|]+) \| (?P<source>[^|]+) \|")


@pytest.fixture(scope="module")
def rows(root):
    text = (root / "docs" / "glossary.md").read_text(encoding="utf-8")
    table = [line for line in text.splitlines() if line.startswith("| ")][1:]
    matches = [ROW.fullmatch(line) for line in table]
    assert all(matches), [line for line, match in zip(table, matches, strict=True) if not match]
    return [match.groupdict() for match in matches]


def public_classes(module):
    return {
        name
        for name, value in vars(module).items()
        if inspect.isclass(value) and value.__module__ == module.__name__ and name[0] != "_"
    }


@pytest.mark.parametrize("name", MODULES)
def test_every_public_class_stands_in_the_glossary(name, rows):
    terms = {row["term"] for row in rows}
    missing = public_classes(importlib.import_module(name)) - {t.strip("`") for t in terms}
    assert not missing, f"docs/glossary.md lacks {sorted(missing)}"


def test_every_class_that_the_glossary_names_exists(rows):
    classes = set()
    for name in MODULES:
        classes |= public_classes(importlib.import_module(name))
    named = {row["term"].strip("`") for row in rows if row["term"].startswith("`")}
    assert named <= classes, f"no such class: {sorted(named - classes)}"


def test_terms_are_in_order_and_stand_once(rows):
    terms = [row["term"].strip("`").lower() for row in rows]
    assert terms == sorted(set(terms))


def test_each_meaning_is_one_sentence(rows):
    for row in rows:
        meaning = row["meaning"].removesuffix(" *later*")
        assert meaning.endswith("."), row["term"]
        assert ". " not in meaning, row["term"]


def test_no_name_in_the_code_uses_an_avoided_word(root):
    """Names only: a format's reader may quote its format's words as text."""
    found = []
    for path in sorted((root / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                name = node.name.lower()
                found += [f"{path.name}: {node.name}" for word in AVOIDED if word in name]
    assert not found
