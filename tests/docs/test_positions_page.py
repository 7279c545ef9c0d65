"""docs/positions.md and the pages beside it: every example is read, every datum is the one used."""

from __future__ import annotations

import re

import pytest

from keepclear import app
from keepclear.domain.stated import DATUM_UNKNOWN_M, Datum
from keepclear.errors import InputError
from keepclear.formats.positions import read_position
from keepclear.formats.positions.datum_words import datum_named
from keepclear.formats.positions.datums import OPERATIONS


@pytest.fixture(scope="module")
def page(root):
    return (root / "docs" / "positions.md").read_text(encoding="utf-8")


def section(page, title):
    _, found, rest = page.partition(f"\n## {title}\n")
    assert found, title
    return rest.partition("\n## ")[0]


def rows(text):
    return [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("| ")][1:]


def test_every_notation_shown_is_read_as_one_place_near_the_others(page):
    count = 0
    for _, examples in rows(section(page, "Notations")):
        for text in re.findall(r"`([^`]+)`", examples):
            stated = read_position(text)
            if "Z AH" not in text:
                assert abs(abs(stated.position.latitude) - 36.2083) < 0.01, text
                assert abs(abs(stated.position.longitude) - 37.15) < 0.01, text
            count += 1
    assert count >= 25


def test_every_canonical_form_is_read(page):
    for row in rows(section(page, "How a place is written")):
        (text,) = re.findall(r"`([^`]+)`", row[1])
        read_position(text)


@pytest.mark.parametrize(
    "text", ["-36.2 S 37 E", "36,2083", "36,2,37,1", "36.2 - 37.1", "37S 333000 4008000", "36 190"]
)
def test_what_the_page_says_is_refused_is_refused(page, text):
    assert text.removesuffix(" 37 E").removeprefix("36 1") in page
    with pytest.raises(InputError):
        read_position(text)


def test_every_datum_has_its_names_operations_and_accuracies(page):
    table = {row[0].strip(): row for row in rows(section(page, "Datums"))}
    for datum, operations in OPERATIONS.items():
        _, names, how, accuracy = table[datum.value]
        for name in re.findall(r"`([^`]+)`", names):
            assert datum_named(name) is datum
        assert set(re.findall(r"(?:EPSG:| )(\d{4,5})\b", how)) == {str(o.code) for o in operations}
        stated = {float(metres) for metres in re.findall(r"([\d.]+) m", accuracy)}
        assert stated == {o.accuracy_m for o in operations}
    assert f"{DATUM_UNKNOWN_M:.0f} m" in table["local, unknown"][3]
    for name in ("WGS84", "local datum", "datum unknown"):
        assert datum_named(name) in {Datum.WGS84, Datum.LOCAL, Datum.UNKNOWN}


def test_links_lead_somewhere(root, page):
    titles = re.findall(r"^## (.+)$", page, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    for link in re.findall(r"\]\(([^)]+)\)", page):
        file, _, anchor = link.partition("#")
        if file:
            assert (root / "docs" / file).is_file(), link
        else:
            assert anchor in anchors, link


def test_the_page_of_commands_shows_what_where_prints(root, capfdbinary):
    page = (root / "docs" / "commands.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r'```\n\$ keepclear where "([^\n]+)"\n(.*?)```', page, re.DOTALL)
    assert app.main(["where", shown[0]]) == 0
    assert capfdbinary.readouterr().out.decode() == shown[1]


def test_the_page_of_check_words_shows_what_where_prints(root, capfdbinary):
    page = (root / "docs" / "protocol" / "checkwords.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```\n(.*?)```", page, re.DOTALL)
    app.main(["where", shown.splitlines()[0].partition(" E ")[0] + " E"])
    out = capfdbinary.readouterr().out.decode()
    for words in [line[32:] for line in shown.splitlines()]:
        assert words in out
