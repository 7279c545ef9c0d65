"""Paths lead where route tables say: the same as the router of Starlette says, which this replaces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Match
from starlette.routing import Route as Path

from keepclear.faces.api.headers import Headers
from keepclear.faces.api.paths import Paths
from keepclear.faces.api.table import ROUTES

TABLE = tuple(dict.fromkeys(route.path for route in ROUTES))
PATHS = Paths({path: path for path in TABLE})
ORACLE = [Path(path, endpoint=lambda: None, methods=None) for path in TABLE]
WORDS = sorted({word for path in TABLE for word in path.split("/") if "{" not in word})
PARTS = st.one_of(
    st.sampled_from([*WORDS, "", "%2F", "a b", "x.y+z", "{party}", "\n", "0", "x012/345.p/7"]),
    st.text(st.characters(max_codepoint=127, exclude_characters="/"), max_size=6),
)


def by_starlette(path):
    """What the first pattern of the table that fits says."""
    scope = {"type": "http", "method": "GET", "path": path, "path_params": {}}
    for one in ORACLE:
        match, child = one.matches(scope)
        if match is Match.FULL:
            return one.path, child["path_params"]
    return None


@given(st.lists(PARTS, max_size=9))
def test_any_path_leads_where_starlette_led(parts):
    path = "/" + "/".join(parts)
    if path.endswith("\n"):
        return  # its patterns let a line's end pass unseen; no server sends one
    assert PATHS.find(path) == by_starlette(path)


@given(st.sampled_from(TABLE), st.lists(PARTS.filter(bool), min_size=9, max_size=9))
def test_every_pattern_filled_in_leads_where_starlette_led(pattern, parts):
    filled = [parts.pop() if "{" in word else word for word in pattern.split("/")]
    path = "/".join(filled)
    if path.endswith("\n"):
        return
    assert PATHS.find(path) is not None
    assert PATHS.find(path) == by_starlette(path)


@pytest.mark.parametrize("path", [path for path in TABLE if "{" not in path])
def test_what_is_written_out_is_found_without_any_part(path):
    assert PATHS.find(path) == (path, {})
    assert PATHS.find(f"{path}/") is None


def test_headers_are_known_by_name_and_each_as_often_as_it_was_sent():
    found = Headers([(b"host", b"a"), (b"cookie", b"x=1"), (b"cookie", "y=é".encode("latin-1"))])
    assert found.getlist("cookie") == ["x=1", "y=é"]
    assert (found.one("host"), found.one("origin"), found.get("origin", "-")) == ("a", None, "-")
    assert found.getlist("origin") == []
