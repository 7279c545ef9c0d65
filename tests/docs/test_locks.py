"""The locked requirements are complete, agree with one another, and name no place to fetch from."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise

import pytest

SETS = ("run", "fast", "pg", "dev", "bench")
"""Each holds everything of the one before it."""
PIN = re.compile(r"^(?P<name>[a-z0-9.-]+)==(?P<version>\S+)(?P<marker> ; [^\\]+)?", re.MULTILINE)


@pytest.fixture(scope="module")
def locks(root):
    return {path.stem: path.read_text("utf-8") for path in root.glob("requirements/*.txt")}


@pytest.fixture(scope="module")
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))


def pins(text):
    return {match[0].strip() for match in PIN.finditer(text)}


def assert_holds(larger, smaller):
    """Each pin of the smaller set, under the same condition or under none."""
    for pin in pins(smaller):
        assert {pin, pin.split(" ;")[0]} & pins(larger), pin


def names(requirements):
    found = [re.match(r"[A-Za-z0-9._-]+", requirement)[0] for requirement in requirements]
    return {re.sub(r"[._-]+", "-", name).lower() for name in found}


def locked(text):
    return {match["name"] for match in PIN.finditer(text)}


def test_no_lock_names_an_address_or_an_option(locks):
    for name, text in locks.items():
        assert "://" not in text, name
        assert not re.search(r"^-", text, re.MULTILINE), name


def test_every_pin_has_hashes(locks):
    for name, text in locks.items():
        blocks = re.split(r"\n(?=\S)", text.strip())
        assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", block) for block in blocks), name


def test_each_set_holds_the_one_before(locks):
    assert all(pins(locks[name]) for name in (*SETS, "build"))
    for smaller, larger in pairwise(SETS):
        assert_holds(locks[larger], locks[smaller])
    assert_holds(locks["dev"], locks["build"])


def test_whatever_the_project_asks_for_is_locked(locks, project):
    run = names(project["project"]["dependencies"])
    fast = run | names(project["project"]["optional-dependencies"]["fast"])
    groups = project["dependency-groups"]
    dev = fast | names(groups["test"]) | names(groups["lint"])
    assert run <= locked(locks["run"]), "run: make lock"
    assert fast <= locked(locks["fast"]), "run: make lock"
    assert dev <= locked(locks["dev"]), "run: make lock"
    assert dev | names(groups["bench"]) <= locked(locks["bench"]), "run: make lock"
    assert names(project["build-system"]["requires"]) <= locked(locks["build"]), "run: make lock"
