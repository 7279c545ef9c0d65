"""NOTAM: areas, times and heights as notices write them; what contradicts itself is found."""

from __future__ import annotations

import json

import pytest

from keepclear.domain.altitude import Altitude, Reference, Units
from keepclear.domain.declaration import Kind
from keepclear.domain.finding import Severity
from keepclear.domain.footprint import Area, Circle, Corridor, EdgeRule
from keepclear.domain.schedule import DailyPeriod, Day, Schedule
from keepclear.domain.units import MICROSECONDS
from keepclear.domain.window import Window, parse_instant
from keepclear.faces.python import check
from keepclear.formats.registry import read_bytes

HOUR = 3_600 * MICROSECONDS
RING = "N374800E1050800-N375700E1051700-N374200E1053900-N373300E1053000"
CORNERS = [
    (37.8, round(105 + 8 / 60, 9)),
    (37.95, round(105 + 17 / 60, 9)),
    (37.7, 105.65),
    (37.55, 105.5),
]


def notam(
    e=f"A TEMPORARY DANGER AREA ESTABLISHED BOUNDED BY:\n{RING},BACK TO START.",
    *,
    number="A0755/25 NOTAMN",
    q="ZLHW/QRDCA/IV/BO/W/000/999/3745N10523E013",
    b="2504010352",
    c="2504010429",
    d="",
    f="SFC",
    g="UNL",
):
    lines = [number, f"Q) {q}", f"A) ZLHW B) {b} C) {c}"]
    lines += [f"D) {d}"] if d else []
    lines += [f"E) {e}"]
    lines += [f"F) {f} G) {g}"] if f else []
    return "\n".join(lines) + "\n"


def read(text):
    return read_bytes(text.encode(), name="notam.txt")


def one(text):
    reading = read(text)
    assert reading.refused == ()
    (declaration,) = reading.declarations
    return declaration


def footprints(e):
    return [part.footprint for part in one(notam(e)).parts]


def corners(area):
    assert isinstance(area, Area)
    assert area.edges is EdgeRule.GEODESIC
    (polygon,) = area.polygons
    (ring,) = polygon.rings
    return [(round(p.latitude, 9), round(p.longitude, 9)) for p in ring]


def test_a_notice_is_a_restriction_under_its_number():
    notice = one(notam())
    assert notice.kind is Kind.RESTRICTION
    assert notice.id == "A0755/25"
    assert notice.where == "notam.txt line 1 A0755/25"
    (part,) = notice.parts
    assert corners(part.footprint) == CORNERS
    assert part.window == Window(
        parse_instant("2025-04-01T03:52Z"), parse_instant("2025-04-01T04:29Z")
    )
    assert str(part.band) == "SFC to unlimited"
    assert len(notice.stated) == 4


@pytest.mark.parametrize(
    "written",
    [
        RING,
        "374800N1050800E - 375700N1051700E - \n374200N1053900E - 373300N1053000E",
        "374800N 1050800E\n375700N 1051700E\n374200N 1053900E\n373300N 1053000E",
        "3748N10508E, 3757N10517E, 3742N10539E, 3733N10530E",
        "N3748 E10508 TO N3757 E10517 TO N3742 E10539 TO N3733 E10530",
        "N37 48 E105 08\nN37 57 E105 17\nN37 42 E105 39\nN37 33 E105 30",
        RING + "-N374800E1050800",
        (
            "374800.00N 1050800.00E THENCE 375700.00N 1051700.00E THENCE 374200.00N 1053900.00E AND "
            "373300.00N 1053000.00E"
        ),
    ],
)
def test_corners_in_every_compact_form(written):
    (area,) = footprints(f"AREA WI {written}.")
    assert corners(area) == CORNERS


def test_corners_in_an_order_that_crosses_itself_are_refused_and_not_put_in_another_order():
    bow = "N374800E1050800-N374200E1053900-N375700E1051700-N373300E1053000"
    (refusal,) = check(read(notam(f"AREA {bow}") + notam(number="B0001/25 NOTAMN"))).refused
    assert refusal.code == "ring.self-crossing"
    assert refusal.where == "notam.txt line 1 A0755/25 outline"


def test_two_areas_are_two_parts_and_reporting_points_are_none():
    text = (
        f"AREA 1: {RING}\nPOINTS CONNECTION RANGE\nAREA 2: 083541N1104200E - 092700N1104200E - "
        "092700N1110900E\nALTN: BUNTO 025001N1074216E KAMIN - 113000N1111300E - AGSAM"
    )
    reading = read(notam(text))
    assert [len(corners(p.footprint)) for p in reading.declarations[0].parts] == [4, 3]
    assert "reporting points" in reading.warnings[0]


@pytest.mark.parametrize(
    ("written", "radius_m"),
    [
        ("RADIUS 5 NM CENTRED ON 513000N0003000W", 9_260.0),
        ("RADIUS OF 5NM CENTERED AT 513000N0003000W", 9_260.0),
        ("A CIRCLE WITH RADIUS 2.5NM CENTRED ON PSN 513000N 0003000W (LONDON)", 4_630.0),
        ("5NM RADIUS OF 513000N0003000W", 9_260.0),
        ("WI 3NM OF 513000N0003000W", 5_556.0),
        ("WITHIN A RADIUS OF 10 KM FROM 513000N0003000W", 10_000.0),
        ("500M RADIUS CENTRED ON 513000N0003000W", 500.0),
        ("AREA CENTRED ON 513000N0003000W RADIUS 5NM.", 9_260.0),
        ("513000N0003000W WITH A RADIUS OF 5 NM", 9_260.0),
    ],
)
def test_a_place_with_a_radius_is_a_circle(written, radius_m):
    (circle,) = footprints(f"UNMANNED ACFT WILL OPR {written}. CTC 0123456")
    assert isinstance(circle, Circle)
    assert circle.radius_m == radius_m
    assert (circle.center.latitude, circle.center.longitude) == (51.5, -0.5)


def test_several_centres_are_several_circles_and_no_ring():
    found = footprints("RADIUS 1NM CENTRED ON 513000N0003000W, 514000N0003000W, 515000N0003000W")
    assert [type(shape) for shape in found] == [Circle] * 3


@pytest.mark.parametrize(
    "written",
    [
        "5NM EITHER SIDE OF LINE JOINING 513000N0003000W - 520000N0003000W",
        "5 NM EITHER SIDE OF A LINE FM 513000N0003000W TO 520000N0003000W",
        "5NM EACH SIDE OF TRACK 513000N0003000W 520000N0003000W",
    ],
)
def test_a_line_with_a_width_on_either_side_is_a_corridor(written):
    (line,) = footprints(f"CORRIDOR {written}")
    assert isinstance(line, Corridor)
    assert line.half_width_m == 9_260.0
    assert len(line.vertices) == 2


def test_without_an_area_in_the_text_the_circle_of_the_q_line_is_taken_and_told():
    reading = read(notam("DANGER AREA ZLD12 ACT"))
    (circle,) = [part.footprint for part in reading.declarations[0].parts]
    assert isinstance(circle, Circle)
    assert circle.radius_m == 13 * 1852.0
    assert (circle.center.latitude, circle.center.longitude) == (37.75, 105 + 23 / 60)
    assert "coarse" in reading.warnings[0]


@pytest.mark.parametrize(
    "q",
    [
        "ZLHW/QMRLC/IV/NBO/A/000/999/3745N10523E005",
        "ZLHW/QRDCA/IV/BO/W/000/999/3745N10523E999",
        "ZLHW/QRDCA/IV/BO/W/000/999",
        "nothing",
    ],
)
def test_what_is_no_area_of_airspace_is_refused_by_name(q):
    reading = read(notam("RWY 09/27 CLSD", q=q))
    assert reading.declarations == ()
    (refusal,) = reading.refused
    assert refusal.code == "notam.no-area"
    assert refusal.where == "notam.txt line 1 A0755/25"


# times


def window(**said):
    (part,) = one(notam(**said)).parts
    return part.window


def span(start, end):
    return Window(*(None if t is None else parse_instant(t) for t in (start, end)))


@pytest.mark.parametrize(
    ("b", "c", "start", "end"),
    [
        ("2504010352", "PERM", "2025-04-01T03:52Z", None),
        ("2504010000", "2504012400", "2025-04-01T00:00Z", "2025-04-02T00:00Z"),
        ("WIE", "2504012359", None, "2025-04-01T23:59Z"),
        ("2504010352", "2504010429 UTC", "2025-04-01T03:52Z", "2025-04-01T04:29Z"),
    ],
)
def test_times_are_ten_digits_of_utc(b, c, start, end):
    assert window(b=b, c=c) == span(start, end)


def test_an_estimated_end_is_no_end_and_told():
    reading = read(notam(c="2504010429 EST"))
    assert reading.declarations[0].parts[0].window == span("2025-04-01T03:52Z", None)
    assert "EST" in reading.warnings[0]


ALL = frozenset(Day)


@pytest.mark.parametrize(
    ("d", "periods"),
    [
        ("DAILY 0930-1630", [(ALL, 9.5, 16.5)]),
        ("DLY 0600-1800", [(ALL, 6, 18)]),
        ("1152-1217,1236-1301", [(ALL, 11 + 52 / 60, 12 + 17 / 60), (ALL, 12.6, 13 + 1 / 60)]),
        ("0708-0757 0908-0957", [(ALL, 7 + 8 / 60, 7.95), (ALL, 9 + 8 / 60, 9.95)]),
        ("DAILY 2200-0400", [(ALL, 22, 4)]),
        ("DAILY 1930-2359", [(ALL, 19.5, 0)]),
        ("MON-FRI 0800-1600", [(frozenset(Day(k) for k in range(5)), 8, 16)]),
        ("SAT-MON 0800-1600", [(frozenset({Day.SAT, Day.SUN, Day.MON}), 8, 16)]),
        ("MON WED 0800-1600", [(frozenset({Day.MON, Day.WED}), 8, 16)]),
    ],
)
def test_daily_and_weekly_schedules(d, periods):
    found = window(b="2412150930", c="2412191630", d=d)
    assert isinstance(found, Schedule)
    assert found.window == span("2024-12-15T09:30Z", "2024-12-19T16:30Z")
    assert found.periods == tuple(
        DailyPeriod(days, round(a * HOUR), round(b * HOUR)) for days, a, b in periods
    )


@pytest.mark.parametrize(
    ("d", "b", "c", "windows"),
    [
        (
            "DEC 15-17 19 0930-1630",
            "2412150930",
            "2412191630",
            [f"12-{day}T09:30 12-{day}T16:30" for day in (15, 16, 17, 19)],
        ),
        (
            "28-29 2000-2355",
            "2404282000",
            "2404292355",
            ["04-28T20:00 04-28T23:55", "04-29T20:00 04-29T23:55"],
        ),
        (
            "APR 28 1930-2359, APR 29 0000-0025 1930-2359,  APR 30 0000-0025",
            "2404281930",
            "2404300025",
            ["04-28T19:30 04-29T00:25", "04-29T19:30 04-30T00:25"],
        ),
        (
            "APR 30-MAY 01 2200-0100",
            "2404302200",
            "2405020100",
            ["04-30T22:00 05-01T01:00", "05-01T22:00 05-02T01:00"],
        ),
        (
            "2412120713 TO 2412120810\n   2412120913 TO 2412121010",
            "2412120713",
            "2412121010",
            ["12-12T07:13 12-12T08:10", "12-12T09:13 12-12T10:10"],
        ),
        ("DEC 15 0930-1630", "2412151000", "2412151200", ["12-15T10:00 12-15T12:00"]),
    ],
)
def test_schedules_that_name_dates(d, b, c, windows):
    reading = read(notam(d=d, b=b, c=c))
    assert reading.warnings == ()
    assert [part.window for part in reading.declarations[0].parts] == [
        span(*(f"2024-{end}Z" for end in window.split())) for window in windows
    ]


def test_a_year_is_that_of_the_notice():
    parts = (
        read(notam(d="DEC 31 JAN 01 0900-1000", b="2412310900", c="2501011000"))
        .declarations[0]
        .parts
    )
    assert [part.window for part in parts] == [
        span("2024-12-31T09:00Z", "2024-12-31T10:00Z"),
        span("2025-01-01T09:00Z", "2025-01-01T10:00Z"),
    ]


@pytest.mark.parametrize(
    "d",
    [
        "SR-SS",
        "28-30 2000-2355",
        "APR 28 1930-2359, APR 29 0000-0025",
        "DEC 15-25 0930-1630",
        "DEC 19-15 0930-1630",
        "DEC 15-19 0930-1675",
        "DEC 15-19",
        "DEC 15- 0930-1630",
        "DEC 15 0900-0920",
        "0930-1630 DEC 15",
        "2412150930 TO 2412151630 AND",
        "2412160930 TO 2412151630",
        "2412150930 TO 2413151630",
        "2412300930 TO 2412311630",
        "DAILY 0930-1675",
        "DAILY EXC SAT 0930-1630",
    ],
)
def test_any_other_schedule_is_the_whole_time_and_told(d):
    reading = read(notam(d=d, b="2412150930", c="2412191630"))
    assert reading.declarations[0].parts[0].window == span("2024-12-15T09:30Z", "2024-12-19T16:30Z")
    assert "not understood" in reading.warnings[0]


# heights


def level(value):
    return Altitude(value, Units.FL, Reference.STD)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("FL320", level(320)),
        ("20000M AMSL", Altitude(20_000, Units.M, Reference.AMSL)),
        ("20,000FT AMSL", Altitude(20_000, Units.FT, Reference.AMSL)),
        ("400FT AGL", Altitude(400, Units.FT, Reference.AGL)),
        ("UNL", None),
        ("FL320)", level(320)),
    ],
)
def test_upper_limits(text, limit):
    assert one(notam(g=text)).parts[0].band.upper == limit


def test_limits_of_the_q_line_hold_where_the_items_are_missing_and_that_is_told():
    reading = read(notam(f="", q="ZLHW/QRDCA/IV/BO/W/050/120/3745N10523E013"))
    band = reading.declarations[0].parts[0].band
    assert (band.lower, band.upper) == (level(50), level(120))
    assert "Q-line" in reading.warnings[0]


def test_limits_that_agree_are_those_of_the_items():
    q = "ZLHW/QRDCA/IV/BO/W/000/656/3745N10523E013"
    e = f"AREA {RING}. VERTICAL LIMITS:SFC-20,000M"
    reading = read(notam(e, q=q, g="20000M AMSL"))
    assert reading.findings == ()
    assert reading.declarations[0].parts[0].band.upper == Altitude(20_000, Units.M, Reference.AMSL)


THREE_TELLERS = {
    "item G against the text": {"e": f"AREA {RING} CLSD FROM SFC TO FL320", "g": "FL530"},
    "the text against item G": {"e": f"AREA {RING} CLSD FROM SFC TO FL530", "g": "FL320"},
    "item G against the Q-line": {
        "q": "UKXX/QRTCA/IV/BO/W/260/320/4820N03730E100",
        "f": "FL260",
        "g": "FL530",
    },
    "the Q-line against item G": {
        "q": "UKXX/QRTCA/IV/BO/W/260/530/4820N03730E100",
        "f": "FL260",
        "g": "FL320",
    },
}


@pytest.mark.parametrize("said", THREE_TELLERS.values(), ids=THREE_TELLERS)
def test_two_ceilings_are_found_and_the_larger_band_is_compared(said):
    """17 July 2014: one notice, FL320 and FL530; flights passed between the two."""
    reading = read(notam(**said))
    (finding,) = reading.findings
    assert finding.code == "altitude.two-ceilings"
    assert finding.severity is Severity.WRONG
    assert finding.id == "A0755/25"
    assert "FL320" in finding.message
    assert "FL530" in finding.message
    assert "contradicts itself (altitude.two-ceilings)" in reading.warnings[0]
    assert reading.declarations[0].parts[0].band.upper == level(530)


def test_two_floors_are_found_too():
    reading = read(notam(q="UKXX/QRTCA/IV/BO/W/260/320/4820N03730E100", f="FL290", g="FL320"))
    assert [finding.code for finding in reading.findings] == ["altitude.two-floors"]
    assert reading.declarations[0].parts[0].band.lower == level(260)


def test_heights_above_ground_and_unsaid_limits_are_no_second_opinion():
    for q in ("000/015", "000/999"):
        reading = read(notam(q=f"ZLHW/QWULW/IV/BO/W/{q}/3745N10523E013", f="GND", g="400FT AGL"))
        assert reading.findings == ()
        assert reading.declarations[0].parts[0].band.upper.reference is Reference.AGL


# several notices in one text


def test_notices_are_told_apart_with_or_without_their_first_line():
    text = notam() + "\nSOME CENTRE WROTE THIS\n" + notam(number="B0001/25 NOTAMN")
    assert [d.id for d in read(text).declarations] == ["A0755/25", "B0001/25"]
    bare = "\n".join(notam().splitlines()[1:]) + "\n"
    assert [d.id for d in read(bare + bare).declarations] == ["notam.txt#1", "notam.txt#2"]


def test_lists_inside_the_text_are_not_its_items():
    text = f"A) AREA {RING} B) RMK C) RMK\nD) SEE AIP F) NIL\nG) NIL"
    reading = read(notam(text, f="FL100", g="FL200"))
    assert reading.refused == reading.warnings == ()
    (part,) = reading.declarations[0].parts
    assert corners(part.footprint) == CORNERS
    assert str(part.band) == "FL100 to FL200"


def test_the_same_number_twice_is_two_declarations():
    assert [d.id for d in read(notam() + notam()).declarations] == ["A0755/25", "A0755/25 (2)"]


def test_parts_of_one_notice_are_put_together_again():
    first = notam(f"PART 1 OF 2 AREA {RING}", f="")
    second = notam("PART 2 OF 2 ACFT SHALL AVOID THE AREA", g="FL200")
    (part,) = one(first + second).parts
    assert corners(part.footprint) == CORNERS
    assert part.band.upper == level(200)


def test_one_that_cancels_is_no_area_and_told():
    reading = read(notam() + notam(number="A0756/25 NOTAMC A0755/25"))
    assert [d.id for d in reading.declarations] == ["A0755/25"]
    assert "cancels" in reading.warnings[0]


def test_one_that_replaces_another_of_the_file_is_compared_beside_it_and_that_is_told():
    reading = read(notam() + notam(number="A0756/25 NOTAMR A0755/25"))
    assert [d.id for d in reading.declarations] == ["A0755/25", "A0756/25"]
    assert "replaces" in reading.warnings[0]
    assert read(notam(number="A0756/25 NOTAMR A0755/25")).warnings == ()


BAD = {
    "item B": ({"b": "25040103"}, "item B", "notam.time"),
    "a month": ({"b": "2513010352"}, "item B", "notam.time"),
    "an hour": ({"c": "2504012500"}, "item C", "notam.time"),
    "times exchanged": ({"b": "2504020352"}, "items B and C", "time.end-before-start"),
    "item G": ({"g": "HIGH"}, "item G", "altitude.form"),
    "limits": ({"f": "FL200", "g": "FL100"}, "limits", "altitude.upside-down"),
    "a place": (
        {"e": "AREA N377500E1050800-N375700E1051700-N374200E1053900"},
        "item E place 1",
        "position.minutes",
    ),
    "two corners": (
        {"e": "AREA N374800E1050800-N375700E1051700-N374800E1050800"},
        "item E",
        "ring.too-few",
    ),
}


@pytest.mark.parametrize(("said", "where", "code"), BAD.values(), ids=BAD)
def test_each_fault_is_told_and_the_others_are_read(said, where, code):
    reading = read(notam(**said) + notam(number="B0001/25 NOTAMN"))
    assert [d.id for d in reading.declarations] == ["B0001/25"]
    (refusal,) = reading.refused
    assert refusal.code == code
    assert refusal.where == f"notam.txt line 1 A0755/25 {where}"


def test_a_notice_without_times_is_refused():
    reading = read("Q) ZLHW/QRDCA/IV/BO/W/000/999/3745N10523E013\nE) AREA " + RING)
    assert [refusal.code for refusal in reading.refused] == ["notam.form"]


def test_a_notice_with_a_book_behind_it_is_refused_rather_than_cut():
    reading = read(notam() + "X" * 100_000)
    assert reading.declarations == ()
    assert [refusal.code for refusal in reading.refused] == ["text.too-long"]


# columns as JSON


def columns(**said):
    document = {
        "NUM": 1,
        "CODE": ["A0755/25"],
        "COORDINATES": [RING],
        "TIME": ["01 APR 03:52 2025 UNTIL 01 APR 04:29 2025"],
        "RAWMESSAGE": [notam()],
        "ALTITUDE": ["0 ~ INF"],
    } | said
    return read_bytes(
        json.dumps({k: v for k, v in document.items() if v is not None}).encode(), name="h.json"
    )


def test_columns_say_the_same_as_the_notice_they_were_taken_from():
    reading = columns()
    assert reading.format == "notam-json"
    assert (reading.refused, reading.warnings, reading.findings) == ((), (), ())
    (area,) = reading.declarations
    (same,) = read(notam()).declarations
    assert area.parts == same.parts
    assert area.id == "A0755/25"


def test_without_the_notice_time_is_utc_and_there_are_no_limits():
    reading = columns(RAWMESSAGE=None)
    (part,) = reading.declarations[0].parts
    assert part.window == span("2025-04-01T03:52Z", "2025-04-01T04:29Z")
    assert str(part.band) == "no lower limit to unlimited"
    assert "RAWMESSAGE" in reading.warnings[0]


def test_two_times_are_found_and_both_covered():
    reading = columns(TIME=["01 APR 04:00 2025 UNTIL 01 APR 06:00 2025"])
    assert [finding.code for finding in reading.findings] == ["time.two-windows"]
    (part,) = reading.declarations[0].parts
    assert part.window == span("2025-04-01T03:52Z", "2025-04-01T06:00Z")


def test_several_areas_in_one_row_are_its_parts():
    for both in ([RING, RING], RING + ";" + RING, RING + "|" + RING):
        assert len(columns(COORDINATES=[both]).declarations[0].parts) == 2


BAD_COLUMNS = {
    "corners": ({"COORDINATES": ["here"]}, "area 1 A0755/25 COORDINATES", "position.form"),
    "no corners": ({"COORDINATES": [None]}, "area 1 A0755/25 COORDINATES", "coordinates.expected"),
    "time": ({"TIME": ["soon"]}, "area 1 A0755/25 TIME", "notam.time"),
    "no time": ({"TIME": None, "RAWMESSAGE": None}, "area 1 A0755/25", "notam.time"),
    "rows": ({"TIME": []}, "TIME", "notam.columns"),
    "count": ({"NUM": 2}, "", "notam.columns"),
    "two corners": ({"COORDINATES": [RING[:31]]}, "area 1 A0755/25 COORDINATES", "ring.too-few"),
}


@pytest.mark.parametrize(("said", "where", "code"), BAD_COLUMNS.values(), ids=BAD_COLUMNS)
def test_each_fault_of_columns_is_told_with_its_place(said, where, code):
    (refusal,) = columns(**said).refused
    assert refusal.code == code
    assert refusal.where == f"h.json {where}".strip()
