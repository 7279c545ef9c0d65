"""docs/lint.md lists every check as the registry has it, and names everything that it promises."""

from __future__ import annotations

import re

import pytest

from keepclear.domain.finding import Severity
from keepclear.faces.report import findings
from keepclear.integrity.registry import CHECKS


@pytest.fixture(scope="module")
def page(root):
    return (root / "docs" / "lint.md").read_text(encoding="utf-8")


def section(page, title):
    _, found, rest = page.partition(f"\n## {title}\n")
    assert found, title
    return rest.partition("\n## ")[0]


def rows(text):
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_the_table_is_the_registry(page):
    told = rows(section(page, "What is looked for"))
    assert [row[:3] for row in told] == [
        [f"`{check.code}`", check.severity.value, check.explanation] for check in CHECKS
    ]
    assert all(len(row) == 5 and all(row) for row in told)


ROOMS = "position|altitude|movement|time|duplicate|words|admin"


def test_every_code_that_the_checks_give_is_in_the_registry(root):
    known = {check.code for check in CHECKS}
    given = set()
    for path in (root / "src" / "keepclear" / "integrity").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        given |= set(
            re.findall(
                r'"((?:position|altitude|movement|time|duplicate|words|admin)\.[a-z-]+)"', text
            )
        )
    assert given == known


def test_every_severity_is_explained(page):
    for severity in Severity:
        assert f"- **{severity.value}**: " in page


def test_the_envelope_has_its_version_and_members(page, root):
    text = section(page, f"The envelope `{findings.VERSION}`")
    members = [row[0].strip("`") for row in rows(text)]
    source = (root / "src/keepclear/faces/report/findings.py").read_text(encoding="utf-8")
    assert members == re.findall(r'^        "([a-z]+)":', source, re.MULTILINE)


def test_links_lead_somewhere(page, root):
    for link in re.findall(r"\]\(([a-z0-9/.-]+\.md)", page):
        assert (root / "docs" / link).is_file(), link
