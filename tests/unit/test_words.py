"""The sentences that people read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keepclear.detect.crossing import Comparison, Crossing, CrossingKind, Minima, Side
from keepclear.domain.declaration import Kind
from keepclear.domain.units import MICROSECONDS
from keepclear.domain.window import parse_instant
from keepclear.errors import Refusal
from keepclear.faces import words

A = Side("Alder", "A2", Kind.OPERATION, (0,))
B = Side("Relief", "S1", Kind.SITE, (0,))
MEETING = Crossing(
    a=A,
    b=B,
    kind=CrossingKind.OVERLAP,
    certain=True,
    why_possible=(),
    time_start_us=0,
    time_end_us=1,
    altitude=None,
    altitude_w84_m=(-0.2, 3000.4),
    area_m2=1.12e6,
    area=None,
    horizontal_m=0.0,
    vertical_m=0.0,
    time_s=0.0,
)
NOTHING = Comparison(
    complete=True,
    declarations=7,
    volumes=9,
    compared=7,
    parties=("Alder", "Birch"),
    not_compared=(),
    refused=(),
    warnings=(),
    crossings=(),
)
TAIL = "parties that declare nothing are not seen"


def at(text):
    return parse_instant(text)


def test_nothing_found_is_never_called_clear():
    said = words.closing(NOTHING)
    assert (
        said == f"no crossing among 7 declarations of Alder and Birch; 0 rows not compared; {TAIL}"
    )


def test_one_is_one():
    one = replace(NOTHING, compared=1, parties=("Alder",), refused=(Refusal("", "x", "y"),))
    said = words.closing(one)
    assert said == f"no crossing among 1 declaration of Alder; 1 row not compared; {TAIL}"


def test_rows_not_compared_are_the_refused_and_the_left_out():
    said = words.closing(
        replace(
            NOTHING,
            refused=(Refusal("", "x", "y"),) * 3,
            not_compared=(("ended", 2), ("every part was refused", 1)),
        )
    )
    assert "5 rows not compared" in said


def test_where_nothing_was_compared_nothing_is_said_about_crossings():
    said = words.closing(replace(NOTHING, compared=0, parties=()))
    assert said == f"nothing was compared; 0 rows not compared; {TAIL}"


def test_unnamed_parties_are_said_to_be_unnamed():
    assert "7 declarations without a party;" in words.closing(replace(NOTHING, parties=("",)))
    mixed = words.closing(replace(NOTHING, parties=("", "Alder")))
    assert "of Alder and others unnamed;" in mixed


def test_many_parties_are_counted():
    many = words.closing(replace(NOTHING, parties=tuple(f"p{n}" for n in range(1243))))
    assert "of 1,243 parties;" in many


@pytest.mark.parametrize(
    ("certain", "possible", "said"),
    [
        (1, 0, "1 crossing (certain)"),
        (0, 2, "2 crossings (all possible)"),
        (3, 2, "5 crossings (3 certain, 2 possible)"),
    ],
)
def test_crossings_say_how_certain_they_are(certain, possible, said):
    found = (MEETING,) * certain + (replace(MEETING, certain=False),) * possible
    assert words.closing(replace(NOTHING, crossings=found)).startswith(f"{said} among 7 ")


def test_foreign_text_cannot_move_a_cursor_or_turn_words_round():
    assert words.plain("a\x1b[2J\r\nb\u202ec\ud800") == r"a\u001b[2J\u000d\u000ab\u202ec\ud800"
    assert words.plain("Ärzte 医院 می‌خواهم") == "Ärzte 医院 می‌خواهم"


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2015-11-20T06:30Z", "2015-11-20T07:30Z", "2015-11-20 06:30 to 07:30"),
        ("2015-11-20T23:30Z", "2015-11-21T00:30Z", "2015-11-20 23:30 to 2015-11-21 00:30"),
        ("2015-11-20T07:01:40.7Z", "2015-11-20T07:36:00.2Z", "2015-11-20 07:01:40 to 07:36:01"),
        ("2015-11-20T07:52Z", "2015-11-20T07:52Z", "2015-11-20 07:52"),
        (None, "2015-11-20T07:30Z", "until 2015-11-20 07:30"),
        ("2015-11-20T07:30Z", None, "from 2015-11-20 07:30 until further notice"),
        (None, None, "at all times"),
    ],
)
def test_spans_are_rounded_outward(start, end, said):
    assert words.span(start and at(start), end and at(end)) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "an instant"),
        (59.2, "1 min"),
        (2060, "34 min 20 s"),
        (3600, "1 h"),
        (183_700, "2 d 3 h"),
    ],
)
def test_durations(seconds, said):
    assert words.duration(int(seconds * MICROSECONDS)) == said


@pytest.mark.parametrize(
    ("metres", "said"),
    [(0.014, "0.01 m"), (9.99, "9.99 m"), (1421.3, "1,421 m"), (9999.6, "10.0 km")],
)
def test_lengths(metres, said):
    assert words.length(metres) == said


@pytest.mark.parametrize(
    ("square_metres", "said"),
    [(0.2, "under 1 m²"), (1250, "1,250 m²"), (1.12e6, "1.12 km²"), (49.2e6, "49.2 km²")],
)
def test_areas(square_metres, said):
    assert words.area(square_metres) == said


def test_heights_above_the_ellipsoid_are_rounded_outward():
    assert words.altitudes(MEETING) == "-1 to 3,001 m W84"
    assert words.w84(None, 3000.0) == "up to 3,000 m W84"
    assert words.w84(10.5, None) == "from 10 m W84 up"
    assert words.w84(None, None) == "at all heights"


def test_a_separation_says_in_which_dimensions():
    near = replace(
        MEETING, kind=CrossingKind.SEPARATION, area_m2=None, horizontal_m=812.0, time_s=60.0
    )
    assert words.shared(near) == "only 812 m beside, 1 min in time"
    assert words.shared(replace(near, horizontal_m=0.0, time_s=0.0)) == "no gap left"


@pytest.mark.parametrize(
    ("depth_m", "said"),
    [
        (None, "1.12 km²"),
        (0.1, "1.12 km²"),
        (0.0042, "1.12 km², shared 4 mm deep"),
        (0.0, "1.12 km², the footprints only touch"),
    ],
)
def test_what_is_shared_by_millimetres_is_said_to_be(depth_m, said):
    assert words.shared(replace(MEETING, depth_m=depth_m)) == said
    # only a stated error brings these together: nothing is shared, and nothing touches
    assert words.shared(replace(MEETING, depth_m=depth_m, horizontal_m=3.0)) == "1.12 km²"


def test_what_is_no_operation_is_named_as_what_it_is():
    assert words.between(MEETING) == "Alder A2 and Relief S1 (site)"
    assert words.who(replace(A, party="", id="")) == "(without a name)"


def test_an_unconfirmed_site_still_stands():
    assert words.unconfirmed(B) is None
    since = replace(B, unconfirmed_since_us=at("2015-11-01T00:00Z"))
    assert words.unconfirmed(since) == (
        "Relief S1 (site) is unconfirmed since 2015-11-01 00:00 UTC; it stands until it is removed"
    )


def test_minima():
    assert words.minima(Minima()) == "none: only what meets is a crossing"
    asked = Minima(9260.0, 304.8, 300 * MICROSECONDS)
    assert words.minima(asked) == "9,260 m beside, 305 m in height, 5 min in time"
