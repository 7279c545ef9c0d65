"""docs/api.md lists every route, with what it asks for, and nothing else."""

from __future__ import annotations

import re

from keepclear.faces.api.limits import PER_ADDRESS, PER_PARTY
from keepclear.faces.api.route import BODY_BYTES_MAX
from keepclear.faces.api.sizes import PARTS_MAX, PLACES_MAX
from keepclear.faces.api.stream import STREAMS_PER_PARTY_MAX
from keepclear.faces.api.table import ROUTES


def test_every_route_is_on_the_page(root):
    page = (root / "docs" / "api.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `([A-Z]+ [^`]+)` \| (\w+) \| (.+) \|$", page, re.MULTILINE))
    there = {
        (f"{route.method} {route.path.replace(':path', '')}", route.need.value, route.summary)
        for route in ROUTES
    }
    assert rows == there


def test_the_limits_on_the_page_are_those_of_the_program(root):
    page = (root / "docs" / "api.md").read_text(encoding="utf-8").replace("\n", " ")
    assert f"more than {PER_PARTY.per_s:.0f} requests a second of one party" in page
    assert f"or {PER_ADDRESS.per_s:.0f} from one address" in page
    assert f"more than {STREAMS_PER_PARTY_MAX} streams" in page
    assert f"more than {PARTS_MAX} parts or {PLACES_MAX:,} places" in page
    assert f"larger than {BODY_BYTES_MAX // 1_000_000} MB" in page
