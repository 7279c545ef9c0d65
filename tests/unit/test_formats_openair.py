"""OpenAir: what its lines mean, and one sentence for each line that means nothing."""

from __future__ import annotations

import pytest
from geographiclib.geodesic import Geodesic

from keepclear.domain.altitude import Altitude, Reference, Units
from keepclear.domain.declaration import Kind
from keepclear.domain.footprint import Area, Circle, Corridor, EdgeRule
from keepclear.domain.stated import Notation
from keepclear.domain.window import ALWAYS, Window, parse_instant
from keepclear.errors import InputError
from keepclear.formats.airlimits import SURFACE
from keepclear.formats.registry import read_bytes

SQUARE = """DP 47:00:00 N 008:00:00 E
DP 47:00:00 N 008:10:00 E
DP 47:10:00 N 008:10:00 E
DP 47:10:00 N 008:00:00 E
"""
HEAD = """AC R
AN LS-R1
AL GND
AH FL100
"""


def read(text):
    return read_bytes(text.encode(), name="ch.txt")


def one(text):
    reading = read(text)
    assert reading.refused == ()
    (declaration,) = reading.declarations
    return declaration


def footprint(text):
    (part,) = one(HEAD + text).parts
    return part.footprint


def test_an_airspace_is_a_restriction_with_shortest_paths_between_its_points():
    airspace = one("* comment\n" + HEAD + SQUARE)
    assert airspace.kind is Kind.RESTRICTION
    assert airspace.id == airspace.name == "LS-R1"
    assert airspace.where == "ch.txt airspace in lines 2 to 9 LS-R1"
    (part,) = airspace.parts
    assert isinstance(part.footprint, Area)
    assert part.footprint.edges is EdgeRule.GEODESIC
    assert [(p.latitude, p.longitude) for p in part.footprint.polygons[0].rings[0]] == [
        (47.0, 8.0),
        (47.0, 8.0 + 1 / 6),
        (47.0 + 1 / 6, 8.0 + 1 / 6),
        (47.0 + 1 / 6, 8.0),
    ]
    assert part.window == ALWAYS
    assert str(part.band) == "SFC to FL100"
    assert airspace.position_error_m == 0.0
    assert [place.notation for (place,) in airspace.stated] == [Notation.SECONDS] * 4


def test_a_last_point_that_repeats_the_first_is_left_out():
    assert footprint(SQUARE) == footprint(SQUARE + SQUARE.splitlines()[0])


def test_a_circle_stays_a_circle():
    circle = footprint("V X=47:00.500 N 008:30.25 E\nDC 2.5")
    assert isinstance(circle, Circle)
    assert (circle.center.latitude, circle.center.longitude) == (47 + 0.5 / 60, 8 + 30.25 / 60)
    assert circle.radius_m == 4_630.0


def test_an_airway_is_a_corridor_of_its_whole_width():
    line = footprint("V W=4\nDY 47:00:00 N 008:00:00 E\nDY 47:30:00 N 008:00:00 E")
    assert isinstance(line, Corridor)
    assert line.half_width_m == 3_704.0


def area_m2(area):
    polygon = Geodesic.WGS84.Polygon()
    for place in area.polygons[0].rings[0]:
        polygon.AddPoint(place.latitude, place.longitude)
    return abs(polygon.Compute()[2])


@pytest.mark.parametrize(("direction", "turn"), [("", 90), ("V D=+\n", 90), ("V D=-\n", 270)])
def test_an_arc_by_bearings_turns_clockwise_unless_told(direction, turn):
    arc = footprint(f"{direction}V X=47:00:00 N 008:00:00 E\nDP 47:00:00 N 008:00:00 E\nDA 5,0,90")
    circle_m2 = 3.14159265 * (5 * 1852) ** 2
    assert area_m2(arc) == pytest.approx(circle_m2 * turn / 360, rel=2e-4)


def test_an_arc_by_ends_whose_radii_differ_is_told_and_charged_as_position_error():
    text = HEAD + (
        "V X=47:00:00 N 008:00:00 E\nDB 47:05:00 N 008:00:00 E, 46:55:01 N 008:00:00 E\n"
    )
    reading = read(text)
    (airspace,) = reading.declarations
    assert 30.0 < airspace.position_error_m < 32.0
    (warning,) = reading.warnings
    assert warning.startswith(
        "ch.txt: 1 airspace where the ends of an arc lie up to 50 m off its circle: both are covered"
    )
    assert warning.endswith("(first: airspace in lines 1 to 6 LS-R1)")


def test_direction_and_centre_end_with_their_airspace():
    reading = read(HEAD + "V D=-\nV X=47:00:00 N 008:00:00 E\nDC 1\n" + HEAD + "DC 1\n")
    assert len(reading.declarations) == 1
    (refusal,) = reading.refused
    assert refusal.code == "openair.center"
    assert refusal.where == "ch.txt airspace in lines 8 to 12 LS-R1 line 12 DC"


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("FL95", Altitude(95, Units.FL, Reference.STD)),
        ("FL 95", Altitude(95, Units.FL, Reference.STD)),
        ("1500 ft MSL", Altitude(1500, Units.FT, Reference.AMSL)),
        ("1500ft AMSL", Altitude(1500, Units.FT, Reference.AMSL)),
        ("2000FT AGL", Altitude(2000, Units.FT, Reference.AGL)),
        ("500 ft GND", Altitude(500, Units.FT, Reference.AGL)),
        ("1500 F MSL", Altitude(1500, Units.FT, Reference.AMSL)),
        ("600m AMSL", Altitude(600, Units.M, Reference.AMSL)),
        ("4000ft STD", Altitude(4000, Units.FT, Reference.STD)),
        ("0ft AGL", SURFACE),
        ("GND", SURFACE),
        ("SFC", SURFACE),
    ],
)
def test_lower_limits(text, limit):
    (part,) = one(f"AC D\nAN X\nAL {text}\nAH UNL\n{SQUARE}").parts
    assert part.band.lower == limit
    assert part.band.upper is None


@pytest.mark.parametrize("word", ["UNL", "UNLIM", "unlimited"])
def test_no_upper_limit(word):
    (part,) = one(f"AC D\nAN X\nAL GND\nAH {word}\n{SQUARE}").parts
    assert part.band.upper is None


@pytest.mark.parametrize(
    ("text", "word"),
    [("3500", "feet or metres"), ("3500 MSL", "feet or metres"), ("3500ft", "from")],
)
def test_a_limit_that_does_not_say_enough_is_none_and_told(text, word):
    reading = read(f"AC D\nAN X\nAL GND\nAH {text}\n{SQUARE}")
    (airspace,) = reading.declarations
    assert airspace.parts[0].band.upper is None
    (warning,) = reading.warnings
    assert word in warning
    assert "taken to have none on that side" in warning


def test_without_limits_there_are_none_and_that_is_told():
    reading = read(f"AC D\nAN X\n{SQUARE}")
    assert str(reading.declarations[0].parts[0].band) == "no lower limit to unlimited"
    assert len(reading.warnings) == 1


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2025-01-01T12:00Z/2025-01-01T13:00Z", "2025-01-01T12:00Z", "2025-01-01T13:00Z"),
        ("2025-01-01T00:00Z/2025-01-01T24:00Z", "2025-01-01T00:00Z", "2025-01-02T00:00Z"),
        ("2025-01-01T12:00:30Z/NONE", "2025-01-01T12:00:30Z", None),
        ("NONE/2025-01-01T12:00Z", None, "2025-01-01T12:00Z"),
        ("24/7", None, None),
    ],
)
def test_activation_times(text, start, end):
    (part,) = one(HEAD + f"AA {text}\n" + SQUARE).parts
    assert part.window == Window(*(None if t is None else parse_instant(t) for t in (start, end)))


def test_activation_at_unknown_times_holds_always_and_is_told():
    reading = read(HEAD + "AA NONE\n" + SQUARE)
    assert reading.declarations[0].parts[0].window == ALWAYS
    assert "AA NONE" in reading.warnings[0]


def test_what_else_is_said_goes_along():
    airspace = one(
        "AC D\nAY TMA\nAN ZUERICH\nAI b3836bab\nAF 123.505\nAG Zurich Information\nAX 7000\n"
        "AL GND\nAH FL100 * ceiling\nSP 0,1,0,0,255\nAT 47:05:00 N 008:05:00 E\n" + SQUARE
    )
    assert airspace.id == "b3836bab"
    assert airspace.name == "ZUERICH"
    assert dict(airspace.notice) == {
        "airspace_class": "D",
        "airspace_type": "TMA",
        "airspace_frequency": "123.505",
        "airspace_station": "Zurich Information",
        "airspace_transponder": "7000",
    }


def test_layers_that_share_a_name_stay_apart():
    reading = read(HEAD + SQUARE + HEAD + SQUARE)
    assert [airspace.id for airspace in reading.declarations] == ["LS-R1", "LS-R1 (2)"]


BAD = {
    "a point": ("DP 47:00:00 N 008", "line 5 DP", "position.form"),
    "seconds": ("DP 47:00:75 N 008:00:00 E", "line 5 DP", "position.minutes"),
    "a latitude": ("DP 97:00:00 N 008:00:00 E", "line 5 DP", "position.range"),
    "a limit": ("AH high", "line 5 AH", "altitude.form"),
    "a limit twice": ("AH FL95", "line 5 AH", "openair.twice"),
    "more vertices than the limit": (
        "V X=47:00:00 N 008:00:00 E\n" + "\n".join(["DA 260,0,359"] * 250),
        "",
        "coordinates.too-many",
    ),
    "more parts than the limit": (
        "V X=47:00:00 N 008:00:00 E\n"
        + "\n".join(["DC 1"] * 101 + ["AA 2025-01-01T12:00Z/NONE"] * 100),
        "",
        "list.too-many",
    ),
    "bearings": ("V X=47:00:00 N 008:00:00 E\nDA 5,0", "line 6 DA", "openair.arc"),
    "a bearing": ("V X=47:00:00 N 008:00:00 E\nDA 5,0,400", "line 6 DA", "arc.bearing"),
    "a whole turn": ("V X=47:00:00 N 008:00:00 E\nDA 5,0,360", "line 6 DA", "arc.turn"),
    "no centre": ("DC 5", "line 5 DC", "openair.center"),
    "a radius": ("V X=47:00:00 N 008:00:00 E\nDC five", "line 6 DC", "number.expected"),
    "a huge radius": ("V X=47:00:00 N 008:00:00 E\nDC 500", "line 6 DC", "length.range"),
    "ends": ("V X=47:00:00 N 008:00:00 E\nDB 47:05:00 N 008:00:00 E", "line 6 DB", "openair.arc"),
    "ends that do not fit": (
        "V X=47:00:00 N 008:00:00 E\nDB 47:05:00 N 008:00:00 E, 47:00:00 N 008:10:00 E",
        "line 6 DB",
        "arc.misfit",
    ),
    "a variable": ("V Q=5", "line 5 V", "openair.variable"),
    "an airway without width": (
        "DY 47:00:00 N 008:00:00 E\nDY 47:30:00 N 008:00:00 E",
        "",
        "openair.width",
    ),
    "a time without offset": (
        "AA 2025-01-01T12:00/2025-01-01T13:00",
        "line 5 AA",
        "time.no-offset",
    ),
    "times exchanged": (
        "AA 2025-01-01T13:00Z/2025-01-01T12:00Z",
        "line 5 AA",
        "time.end-before-start",
    ),
    "one time": ("AA 2025-01-01T12:00Z", "line 5 AA", "openair.activation"),
    "nothing drawn": ("", "", "declaration.empty"),
    "two points": ("DP 47:00:00 N 008:00:00 E\nDP 47:30:00 N 008:00:00 E", "", "ring.too-few"),
}


@pytest.mark.parametrize(("lines", "where", "code"), BAD.values(), ids=BAD)
def test_each_fault_is_told_with_its_line_and_the_others_are_read(lines, where, code):
    reading = read(f"{HEAD}{lines}\n" + HEAD.replace("R1", "R2") + SQUARE)
    assert [airspace.id for airspace in reading.declarations] == ["LS-R2"]
    (refusal,) = reading.refused
    assert refusal.code == code
    assert refusal.where.endswith(where)
    assert refusal.where.startswith("ch.txt airspace in lines 1 to ")


def test_every_fault_of_an_airspace_is_told_in_one_pass():
    reading = read(HEAD + "DP here\nDP there\nAH high\n")
    assert [refusal.code for refusal in reading.refused] == [
        "position.form",
        "position.form",
        "altitude.form",
    ]


def test_unknown_commands_and_what_stands_before_the_first_airspace_are_told():
    reading = read_bytes(
        b"AN lost\n" + HEAD.encode() + b"ZZ what\n" + SQUARE.encode(), name="x", read_as="openair"
    )
    assert len(reading.declarations) == 1
    assert [w.split(" line")[0] for w in reading.warnings] == ["x: 1", "x: 1"]


def test_a_file_without_airspace_is_refused():
    reading = read_bytes(b"* nothing\n", name="x", read_as="openair")
    assert [refusal.code for refusal in reading.refused] == ["openair.empty"]


def test_other_text_is_not_taken_for_openair():
    with pytest.raises(InputError) as caught:
        read("ACCORDING to the plan\nAC R\n")
    assert caught.value.code == "format.unknown"
