"""docs/formats.md is a promise: what it lists is what the code has, no more and no less."""

from __future__ import annotations

import ast
import re

import pytest

from keepclear.domain.footprint import EdgeRule
from keepclear.faces.report import csv, envelope, pairs
from keepclear.formats.cot_types import RULES
from keepclear.formats.kml_geometry import AREA_EDGES, LINE_EDGES
from keepclear.formats.properties import EDGES, PROPERTY_NAMES
from keepclear.formats.registry import FORMATS
from keepclear.formats.shapes import DEFAULT_EDGES

MADE_UP = {"altitude.units", "altitude.reference"}
"""Codes that the code puts together from two words."""


@pytest.fixture(scope="module")
def page(root):
    return (root / "docs" / "formats.md").read_text(encoding="utf-8")


def section(page, title):
    _, found, rest = page.partition(f"\n## {title}\n")
    assert found, title
    return rest.partition("\n## ")[0]


def first_cells(text):
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row.split(" | ")[0])]


def codes_in(root):
    found = set()
    for path in sorted((root / "src" / "keepclear").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                first = node.args[0] if node.args else None
                if node.func.id == "InputError" and isinstance(first, ast.Constant):
                    found.add(first.value)
                if node.func.id == "_exactly":
                    found.add(node.args[3].value)
    return found | MADE_UP


def test_every_refusal_code_is_listed_once_in_order(root, page):
    listed = first_cells(section(page, "Refusal codes"))
    assert listed == sorted(set(listed))
    assert set(listed) == codes_in(root)


def test_every_input_format_has_its_row(page):
    assert set(first_cells(section(page, "How a file is recognised"))) == set(FORMATS)


def test_every_property_has_its_row(page):
    table = section(page, "GeoJSON and NDJSON").split("| Property |")[1]
    assert set(first_cells(table)) == set(PROPERTY_NAMES)


def test_every_edge_rule_is_named_as_it_is_written(page):
    (row,) = [line for line in page.splitlines() if line.startswith("| `edges` |")]
    assert set(EDGES) <= set(re.findall(r"`([^`]+)`", row))
    assert set(EDGES.values()) == set(EdgeRule)


def test_columns_of_the_outputs_are_listed_in_order(page):
    for title, columns in (("Output: CSV", csv.COLUMNS), ("Output: pairs", pairs.COLUMNS)):
        text = " ".join(section(page, title).split())
        assert "`" + ", ".join(columns) + "`" in text


def test_the_envelope_has_its_version_and_members(page):
    text = section(page, f"Output: the envelope `{envelope.VERSION}`")
    head, crossing = text.split("Each crossing:")
    assert first_cells(head)[0] == "keepclear"
    assert {"complete", "refused", "warnings", "crossings", "claims"} <= set(first_cells(head))
    assert {"certainty", "why_possible", "area_m2", "time_s"} <= set(first_cells(crossing))


def test_links_inside_the_page_lead_somewhere(page):
    titles = re.findall(r"^## (.+)$", page, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= anchors


def test_links_to_decisions_lead_somewhere(root, page):
    for link in re.findall(r"\]\((decisions/[^)#]+)\)", page):
        assert (root / "docs" / link).is_file(), link


def test_the_edge_rule_of_each_format_is_the_one_its_reader_uses(root, page):
    """The rule named on the page is the only one that the reader's source names.

    GeoJSON and CSV take theirs from the row where it says so: see DEFAULT_EDGES.
    """
    rules = {
        "ASTM F3548-21": ("volume4d.py", EdgeRule.GEODESIC),
        "ED-318": ("ed318_geometry.py", EdgeRule.LONLAT),
        "ED-269": ("ed269.py", EdgeRule.LONLAT),
        "GPX": ("gpx.py", EdgeRule.GEODESIC),
        "Cursor-on-Target": ("cot_shapes.py", EdgeRule.GEODESIC),
        "OpenAir": ("openair.py", EdgeRule.GEODESIC),
        "YAIXM": ("yaixm.py", EdgeRule.GEODESIC),
        "NOTAM (text and columns)": ("notam_area.py", EdgeRule.GEODESIC),
    }
    words = {
        EdgeRule.LONLAT: "straight in longitude and latitude",
        EdgeRule.GEODESIC: "shortest path",
    }
    table = section(page, "What the line between two vertices means")
    for name in ("GeoJSON, NDJSON", "CSV (`wkt`)"):
        (row,) = [line for line in table.splitlines() if line.startswith(f"| {name} |")]
        assert f"| {words[DEFAULT_EDGES]}; `edges` may say otherwise |" in row
    for name, (module, rule) in rules.items():
        (row,) = [line for line in table.splitlines() if line.startswith(f"| {name} |")]
        assert words[rule] in row
        source = (root / "src" / "keepclear" / "formats" / module).read_text(encoding="utf-8")
        assert set(re.findall(r"EdgeRule\.([A-Z_]+)", source)) == {rule.name}


def test_the_two_rules_of_kml_are_those_of_its_reader(page):
    table = section(page, "What the line between two vertices means")
    (row,) = [line for line in table.splitlines() if line.startswith("| KML |")]
    assert "| areas straight in longitude and latitude; lines along the shortest path;" in row
    assert (AREA_EDGES, LINE_EDGES) == (EdgeRule.LONLAT, EdgeRule.GEODESIC)


def test_every_rule_for_types_of_cursor_on_target_stands_on_the_page(page):
    table = section(page, "Cursor-on-Target").split("| Part |")[0]
    named = set(re.findall(r"`([^`]+)`", table))
    assert {rule.words for rule in RULES} <= named
