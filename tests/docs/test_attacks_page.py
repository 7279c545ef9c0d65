"""docs/attacks.md: each row names tests that exist, or says that nothing shows or prevents it."""

from __future__ import annotations

import re

import pytest

from tests.docs.naming import assert_all_exist

NAMED = re.compile(r"`(tests/[a-z_/0-9]+\.py)::([A-Za-z_0-9]+)`")
NOTHING = "nothing does"
ATTACKERS = {
    "A peer that lies", "Whoever carries notes between", "An observer of the network",
    "A stranger who wants to be believed", "A thief at a desk", "A thief of the folder",
    "An administrator who means harm",
}  # fmt: skip


@pytest.fixture(scope="module")
def page(root):
    return (root / "docs" / "attacks.md").read_text(encoding="utf-8")


def rows(page):
    """Attacker, and the cells of each row."""
    found, who = [], ""
    for line in page.splitlines():
        if line.startswith("## "):
            who = line.removeprefix("## ")
        elif line.startswith("| ") and not re.match(r"\| (It tries|They try|They have) \|", line):
            found.append((who, [cell.strip() for cell in line.strip("|").split(" | ")]))
    return found


def test_each_attacker_has_rows_of_three_cells(page):
    found = rows(page)
    assert {who for who, _ in found} == ATTACKERS
    assert all(len(cells) == 3 for _, cells in found), [c for _, c in found if len(c) != 3]


def test_each_row_names_a_test_or_says_that_nothing_does(page):
    for _, cells in rows(page):
        assert NAMED.search(cells[2]) or cells[2].startswith(NOTHING), cells[0]


def test_every_test_that_is_named_exists(page, root):
    named = NAMED.findall(page)
    assert page.count("`tests/") == len(named)
    assert len(named) > 60
    assert_all_exist(root, named)


def test_what_nothing_prevents_is_said_in_no_small_number(page):
    """A page on which everything is held would not be believed, and should not be."""
    assert sum(NOTHING in " ".join(cells) for _, cells in rows(page)) >= 12
