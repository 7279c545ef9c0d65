"""docs/access.md says who may do what as the tables have it, and every figure as the code has it."""

from __future__ import annotations

import re

import pytest

from keepclear.domain.access import FOR_OTHERS, MAY, OF_THE_NODE, Action, Role
from keepclear.node import access, attempts, passwords, sessions, tokens

HOUR_US = 3_600_000_000


@pytest.fixture(scope="module")
def page(root):
    return (root / "docs" / "access.md").read_text(encoding="utf-8")


def section(page, title):
    _, found, rest = page.partition(f"\n## {title}\n")
    assert found, title
    return rest.partition("\n## ")[0]


def cells(line):
    return [cell.strip().strip("`") for cell in line.removeprefix("|").removesuffix("|").split("|")]


def test_the_table_of_roles_is_the_one_that_holds(page):
    lines = [line for line in section(page, "Who may do what").splitlines() if line[:1] == "|"]
    head, _, *rows = map(cells, lines)
    assert {*head[1:]} == {action.value for action in Action}
    assert {row[0] for row in rows} == {role.value for role in Role}
    for role, *told in rows:
        for action, word in zip(head[1:], told, strict=True):
            assert (word == "yes") is (Action(action) in MAY[Role(role)]), (role, action)
            assert word in {"", "yes"}


def test_what_concerns_the_node_and_what_is_done_for_others_is_named(page):
    told = section(page, "Who may do what")
    names = " and ".join(f"`{one.value}`" for one in sorted(OF_THE_NODE, key=lambda a: a.value))
    assert f"{names} concern everybody at a node" in told
    first = section(page, "For parties without software").partition(".")[0]
    assert {*re.findall("`([a-z]+)`", first)} == {action.value for action in FOR_OTHERS}


def test_every_figure_is_the_codes(page):
    told = re.sub(r"\s+", " ", page)
    for text in (
        f"an invitation {access.LINK_US // HOUR_US} hours",
        f"{sessions.IDLE_US // HOUR_US} hour without use, {sessions.SHIFT_US // HOUR_US} hours at most",
        f"{passwords.LENGTH_MIN} to {passwords.LENGTH_MAX} characters",
        f"at least {passwords._DIFFERENT_MIN} different ones",
        (
            f"{passwords._TIME_COST} passes over {passwords._MEMORY_KIB // 1024} MiB in "
            f"{passwords._LANES} lanes"
        ),
        f"{passwords._SALT_BYTES} bytes of salt",
        f"one each {attempts.PAUSE_US // 1_000_000} seconds",
        f"link `{tokens.LINK_PREFIX}...`",
        f"token `{tokens.PROGRAM_PREFIX}...`",
    ):
        assert text in told, text
    assert attempts.AT_ONCE == 10
    assert "Ten wrong passwords in a row" in told
    assert passwords.HASHES_AT_ONCE == 2
    assert "at most two passwords at a time (`HASHES_AT_ONCE`)" in told
