"""The compiled scanner of events and the parser give the same answer, to the last warning."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keepclear.errors import InputError
from keepclear.formats import cot_columns
from keepclear.formats.cot_scan import scan_events
from keepclear.formats.registry import read_bytes
from tests.fuzz.cot import SEEDS
from tests.laws.strategies import LAW
from tests.laws.test_xml_law import pieces

PLAIN = (
    b'<event version="2.0" uid="U%d" type="a-n-A-C-F" time="2026-03-01T0%d:00:00.25Z" '
    b'start="2026-03-01T06:00:00Z" stale="2026-03-02T06:00:00Z" how="m-g"><point lat="46.5" '
    b'lon="-7.000001" hae="300" ce="25.0" le="9999999.0"/><detail><track course="1.0"/><a>b<c/></a>'
    b"</detail></event>"
)
ODD = (
    b"\n", b" junk ", b"<!-- ", b" -->", b"<![CDATA[", b"]]>", b"<?xml version='1.0'?>", b"<?x?>",
    b"<auth/>", b"</event>", b"<event>", b"<event/>", b"<events>", b"</events>", b"&amp;",
    PLAIN % (7, 1) + b"</detail></event>",
    PLAIN.replace(b"<a>b<c/></a>", PLAIN) % (1, 1, 2, 2),
    PLAIN.replace(b"<a>b<c/></a>", PLAIN + PLAIN) % (1, 1, 2, 2, 3, 3),
    PLAIN.replace(b"<a>", b"<keepclear kind='site'/><a>") % (8, 1),
    PLAIN.replace(b"<a>", b"<takv a='b'/><a>") % (9, 1),
)  # fmt: skip
CHANGES = (
    (b"a-n-A-C-F", b"a-f-G-U-C"), (b"a-n-A-C-F", b"a-n-G-I"), (b"a-n-A-C-F", b"b-t-f"),
    (b"a-n-A-C-F", b"u-d-f"), (b"a-n-A-C-F", b"a-h-A"), (b"46.5", b"146.5"), (b"46.5", b"4.65e1"),
    (b"300", b"9999999"), (b"300", b"2000000"), (b"25.0", b"9999999"), (b"25.0", b"-1"),
    (b"25.0", b"60000"), (b"9999999.0", b"30"), (b"2026-03-02T06", b"2026-02-02T06"),
    (b"06:00:00Z", b"06:00:00+02:00"), (b"06:00:00Z", b"06:00:00"), (b"2.0", b"1.0"),
    (b"m-g", b"m-s"), (b"<c/>", b"<c x='1' x='2'/>"), (b"<c/>", b"<k:c/>"), (b"</a>", b"</b>"),
    (b"<a>b", b"<a>b & c"), (b"<a>b", b"<a>]]&gt;"), (b"<a>b", "<a>\u00e9".encode()),
    (b'uid="U', b'uid=" '), (b'uid="U', b'uid="\xc2\x80'), (b'"m-g"', b"'m-g'"),
    (b'how="m-g"', b'how="m-g" how="m-g"'), (b"<point ", b"<point\n"), (b"/><detail>", b"/> <detail >"),
)  # fmt: skip


@st.composite
def streams(draw):
    parts = []
    for _ in range(draw(st.integers(1, 6))):
        if draw(st.integers(0, 5)) == 0:
            parts.append(draw(st.sampled_from([*ODD, *SEEDS])))
            continue
        text = PLAIN % (draw(st.integers(1, 3)), draw(st.integers(0, 9)))
        if draw(st.integers(0, 3)) == 0:
            text = text.replace(*draw(st.sampled_from(CHANGES)), 1)
        parts.append(text + draw(st.sampled_from([b"", b"\n"])))
    text = bytearray(b"".join(parts))
    if draw(st.integers(0, 4)) == 0:
        at = draw(st.integers(0, len(text)))
        text[at : at + draw(st.sampled_from([0, 1, 5]))] = draw(pieces)
    if draw(st.integers(0, 4)) == 0:
        return b"<events>" + bytes(text) + b"</events>"
    return bytes(text)


def answer(data):
    try:
        return read_bytes(data, name="feed", read_as="cot")
    except InputError as error:
        return error.code, error.where, error.message


@pytest.fixture
def both(monkeypatch):
    def read(data):
        monkeypatch.setattr(cot_columns, "SCANNED_BYTES_MIN", 0)
        scanned = answer(data)
        monkeypatch.setattr(cot_columns, "SCANNED_BYTES_MIN", len(data) + 1)
        return scanned, answer(data)

    return read


def test_scanner_and_parser_say_the_same(both):
    seen = {"plain": 0, "left": 0, "whole": 0}

    @LAW
    @given(streams())
    @example(b"<!--" + PLAIN % (1, 1) + PLAIN % (2, 1) + b"-->" + PLAIN % (3, 1))
    @example(b"<?x " + PLAIN % (1, 1) + PLAIN % (2, 1) + b"?>" + PLAIN % (3, 1))
    def law(data):
        scanned, parsed = both(data)
        assert scanned == parsed
        found = scan_events(data, 0, len(data))
        if found is None:
            seen["whole"] += 1
        else:
            seen["plain"] += int(found.plain.sum())
            seen["left"] += int((~found.plain).sum())

    law()
    assert min(seen.values()) > 10, seen


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_of_a_plain_event_is_read_the_same(both, change):
    text = PLAIN % (2, 2)
    assert change[0] in text
    for where in (1, 3):
        data = PLAIN % (1, 1) + text.replace(*change, where) + PLAIN % (3, 3)
        scanned, parsed = both(data)
        assert scanned == parsed


def test_plain_events_are_plain():
    data = PLAIN % (1, 1) + b"\n<?xml version='1.0'?>" + PLAIN % (2, 1)
    assert scan_events(data, 0, len(data)).plain.tolist() == [True, True]
