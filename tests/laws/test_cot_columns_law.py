"""The compiled scanner of events and the parser give the same answer, to the last warning."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
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
AREA = (
    b'<event version="2.0" uid="U%d" type="u-d-f" time="2026-03-01T0%d:00:00Z" '
    b'start="2026-03-01T06:00:00Z" stale="2026-03-02T06:00:00Z" how="h-e"><point lat="46.5" '
    b'lon="7.5" hae="300" ce="25.0" le="120"/><detail><link point="46.5,7.5"/><link point="46.6,7.5"/>'
    b'<link uid="x" point="46.6,7.7,400.5"/><link relation="c"/><link point="46.5,7.5"/>'
    b'<contact callsign="Area North"/><a><link point="1,1"/></a><remarks>keep off</remarks></detail>'
    b"</event>"
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
OTHER_AREAS = (
    (b"u-d-f", b"u-d-r"), (b"u-d-f", b"r-c"), (b"u-d-f", b"b-m-r"), (b"u-d-f", b"b-m-p-w"),
    (b"u-d-f", b"a-n-G-I"), (b"u-d-f", b"a-n-A-C-F"), (b"u-d-f", b"r-u"), (b"120", b"9999999"),
    (b"120", b"0"), (b"120", b"-3"), (b"300", b"90000"), (b"300", b"-9999999"), (b'e="120"', b'e=""'),
    (b"46.6,7.5", b"46.5,7.5"), (b"46.6,7.5", b"-46.5,-172.5"), (b"46.6,7.5", b"46.6,187.5"),
    (b"46.6,7.5", b"46.6,-179.95"), (b"46.6,7.5", b"89.95,7.5"), (b"46.6,7.5", b"90,7.5"),
    (b"46.6,7.5", b"91,7.5"), (b"46.6,7.5", b"46.6,-172.6"), (b"46.6,7.5", b"46.6"),
    (b"46.6,7.5", b"46.6,7.5,"), (b"46.6,7.5", b"46.6,7.5,x"), (b"46.6,7.5", b"46.6,7.5,1,2"),
    (b"46.6,7.5", b" 46.6 , 7.5 "), (b"46.6,7.5", b"46.6,7,5"), (b"46.6,7.5", b"4.66e1,7.5"),
    (b"46.6,7.5", b""), (b"46.6,7.5", b"46.60000000000000001,7.5"), (b"46.6,7.5", b"NaN,7.5"),
    (b'<link uid="x" point="46.6,7.7,400.5"/>', b""),
    (b'<link point="46.5,7.5"/><contact', b"<contact"),
    (b'<link point="46.5,7.5"/><contact', b'<link point="46.50,7.5"/><contact'),
    (b"<contact", b'<contact callsign="First"/><contact'), (b"Area North", b" Area  North "),
    (b"Area North", b""), (b"Area North", b"N" * 201), (b'callsign="Area North"', b""),
    (b"<remarks>keep off</remarks>", b""), (b"<remarks>keep off</remarks>", b"<remarks/>"),
    (b"keep off", b""), (b"keep off", b"  keep\n off "), (b"keep off", b"keep<b>out</b>off"),
    (b"keep off", b"keep " * 50), (b"<remarks>", b"<remarks/><remarks>"), (b"keep off", b"a &lt; b"),
    (b"<contact", b"<shape><polyline closed='true'/></shape><contact"),
    (b"<contact", b"<shape><ellipse major='9' minor='9' angle='0'/></shape><contact"),
    (b"<contact", b"<keepclear id='U1' party='Alder'/><contact"),
    (b"<contact", b"<keepclear id='U2' kind='restriction'/><contact"), (b'uid="U', b'uid=" U'),
    (b"<contact", b"<keepclear name='Other' time_end='open'/><contact"), (b'"h-e"', b'"m-s"'),
    (b"2026-03-02T06", b"2026-02-02T06"), (b"2026-03-02T06", b"2026-03-02t06"), (b"46.5", b"95"),
)  # fmt: skip


@st.composite
def streams(draw):
    parts = []
    for _ in range(draw(st.integers(1, 6))):
        if draw(st.integers(0, 9)) == 0:
            parts.append(draw(st.sampled_from([*ODD, *SEEDS])))
            continue
        form, changes = draw(st.sampled_from([(PLAIN, CHANGES), (AREA, OTHER_AREAS)]))
        text = form % (draw(st.integers(1, 3)), draw(st.integers(0, 9)))
        if draw(st.integers(0, 2)) == 0:
            text = text.replace(*draw(st.sampled_from(changes)), 1)
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
    seen = {"plain": 0, "left": 0, "whole": 0, "rings": 0, "no rings": 0}

    @settings(LAW, max_examples=4 * settings.default.max_examples)
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
            begins, ends = found.rings[found.plain].T
            seen["rings"] += int((ends > begins).sum())
            seen["no rings"] += int((ends < 0).sum())

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


@pytest.mark.parametrize("change", OTHER_AREAS)
def test_each_change_of_a_plain_area_is_read_the_same(both, change):
    assert change[0] in AREA
    for where in (1, 3):
        changed = (AREA % (2, 2)).replace(*change, where)
        for data in (
            AREA % (1, 1) + changed + PLAIN % (3, 3) + AREA % (4, 1),
            AREA % (2, 1) + changed,
            changed + AREA % (2, 3),
        ):
            scanned, parsed = both(data)
            assert scanned == parsed


def test_plain_areas_are_taken_from_the_columns():
    data = AREA % (1, 1) + AREA % (2, 1)
    found = scan_events(data, 0, len(data))
    assert found.rings.tolist() == [[0, 4], [4, 8]]
    assert found.corners[:4].tolist() == [[46.5, 7.5], [46.6, 7.5], [46.6, 7.7], [46.5, 7.5]]


def test_plain_events_are_plain():
    data = PLAIN % (1, 1) + b"\n<?xml version='1.0'?>" + PLAIN % (2, 1)
    assert scan_events(data, 0, len(data)).plain.tolist() == [True, True]
