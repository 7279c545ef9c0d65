"""docs/security.md names tests that exist, and leaves no point without one or a reason."""

from __future__ import annotations

import ast
import re

import pytest

from tests.docs.naming import assert_all_exist

NAMED = re.compile(r"`(tests/[a-z_/0-9]+\.py)::([A-Za-z_0-9]+)`")
POINTS = (  # of the baseline that this project set itself
    "1.5.1", "1.5.3", "5.2", "5.3", "1.3.6", "9.1", "4.1.5", "6.3", "3.3", "3.5", "7.2", "8.2", "2.4.1",
    "15.2.2", "2.3.3", "15.4.2", "12.1", "12.2", "12.3", "11.2.1", "11.2.4", "11.5.1", "16.2", "16.5",
)  # fmt: skip
CONNECTING = {
    "socket", "ssl", "http.client", "urllib.request", "ftplib", "smtplib", "httpx2", "requests",
    "aiohttp",
}  # fmt: skip
MAY_CONNECT = {
    "faces/remote/line.py": {"httpx2"},  # to the address that a person typed, with its token
    "faces/peer/reach.py": {"httpx2"},  # to the addresses on cards that were compared
    "node/pinned_tls.py": {"ssl"},  # how the line reaches a peer
    "faces/api/server.py": {"socket"},  # it listens
    "faces/api/speaking.py": {"socket", "ssl"},  # likewise
    "faces/api/early.py": {"socket", "ssl"},  # it listens until the node is ready
    "faces/front/behind.py": {"socket"},  # of the one that listens
    "faces/front/child.py": {"socket"},  # pairs, between a node and its front
    "faces/front/inlet.py": {"socket"},  # the node's end of such a pair
    "faces/front/pipe.py": {"socket"},  # one end of such a pair
    "faces/front/speaker.py": {"socket"},  # the other, and the one that listens
    "faces/demo/desk.py": {"httpx2"},  # to the demonstration's own nodes, on this machine
    "faces/demo/making.py": {"socket"},  # on which these listen
    "faces/demo/nodes.py": {"socket"},  # and again, once their process was killed
    "faces/demo/served.py": {"socket"},  # of the one that listens
    "faces/demo/process.py": {"httpx2", "socket"},  # as the line; where the scenario cut it, not
}


@pytest.fixture(scope="module")
def page(root):
    return (root / "docs" / "security.md").read_text(encoding="utf-8")


def rows(page):
    lines = [line for line in page.splitlines() if line.startswith("| ")]
    return [line.strip("|").rpartition(" | ") for line in lines if not line.startswith("| Point")]


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def test_every_test_that_is_named_exists(page, root):
    named = NAMED.findall(page)
    assert len(named) > 50
    assert_all_exist(root, named)


def test_every_row_has_a_test_or_says_why_not(page):
    for point, _, held in rows(page):
        assert (
            NAMED.search(held)
            or "**Not held**" in held
            or "no test:" in held
            or ("not a fault but a limit" in held)
        ), point


def test_every_point_of_the_baseline_has_a_row(page):
    said = " ".join(point for point, _, _ in rows(page))
    for number in POINTS:
        assert re.search(rf"(^|[ ,]){re.escape(number)}(?![.\d])", said), number


def test_what_looks_like_a_test_is_found(page):
    """A name in another spelling would be passed over in silence."""
    assert page.count("`tests/") == len(NAMED.findall(page))


def test_nothing_connects_to_another_machine_but_the_line_that_a_person_types(root):
    source = root / "src" / "keepclear"
    for path in sorted(source.rglob("*.py")):
        found = set(imported(path)) & CONNECTING
        assert found <= MAY_CONNECT.get(path.relative_to(source).as_posix(), set()), path


def test_randomness_comes_from_the_system_alone(root):
    source = root / "src" / "keepclear"
    for path in sorted(source.rglob("*.py")):
        found = {name.partition(".")[0] for name in imported(path)} & {"random", "secrets", "uuid"}
        assert found <= ({"secrets"} if path == source / "node" / "chance.py" else set()), path
