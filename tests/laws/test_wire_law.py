"""Laws of canonical bytes: one declaration, one text; one text, one declaration."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.domain.altitude import EVERYWHERE
from keepclear.domain.stated import Datum, Notation, StatedPosition
from keepclear.domain.volume import Volume4D
from keepclear.errors import InputError
from keepclear.wire.declaration import (
    DECLARATION_BYTES_MAX,
    declaration_of,
    decode,
    encode,
    form_in,
    spelled,
)
from tests.laws.strategies import LAW, circle, declared
from tests.laws.test_writers_law import WEEKLY, full_declarations

STATED = StatedPosition(
    position=circle(36.2, 37.1).center,
    text="36° 12' N 037° 06' E",
    notation=Notation.MINUTES,
    datum=Datum.ED50,
    precision_m=1_855.0,
    error_m=1_320.5,
)


@LAW
@given(full_declarations())
def test_what_is_encoded_comes_back_the_same(said):
    for one in said:
        whole = replace(
            one, where="", stated=((STATED, STATED),), notice=(("admin_area", "Idlib"),)
        )
        assert decode(encode(whole)) == whole
        assert encode(decode(encode(whole))) == encode(whole)


@st.composite
def spellings(draw):
    """A text of a declaration/1, perhaps another spelling of it."""
    said = draw(full_declarations())[0]
    value = json.loads(encode(replace(said, where="", stated=((STATED,),))))
    for name, ways in EMPTY.items():
        if name not in value and draw(st.booleans()):
            value[name] = draw(st.sampled_from(ways))
    for part in value["parts"]:
        if part["part"] == "route":
            part["waypoints"][0]["error_m"] = draw(st.sampled_from([0.0, -0.0, 3.0, None]))
        elif part["footprint"]["form"] == "circle" and draw(st.booleans()):
            part["footprint"]["radius_m"] = draw(st.sampled_from([0, -0.0, 5, 7.5]))
    if draw(st.booleans()):
        days = draw(st.lists(st.integers(0, 6), min_size=1, max_size=4))
        window = {"start_us": 0, "end_us": 86_400_000_000}
        hours = {"days": days, "start_us": 0, "end_us": 3_600_000_000}
        circle_ = {"form": "circle", "center": [0.0, -0.0], "radius_m": 5.0}
        schedule = {"window": window, "periods": [hours]}
        value["parts"].append({"part": "volume", "footprint": circle_, "schedule": schedule})
    return json.dumps(value, ensure_ascii=draw(st.booleans())).encode()


EMPTY = {
    "on_behalf_of": ["", None, "Partner"],
    "state": [None, "Accepted"],
    "priority": [0, None, 3],
    "standoff_m": [0, -0.0, None, 2],
    "ground_m": [None, [-0.0, 0], [1, 2.5]],
    "position_error_m": [0.0, None, 1e-7],
    "name": ["", None, "-0.0", '"error_m":0.0'],
    "description": ["", None],
    "stated": [[], None],
    "notice": [[], None, [["admin_area", ""]]],
}
"""Members that may be left out, and ways to say nothing in them, or something."""


@LAW
@given(spellings())
def test_a_form_in_any_spelling_is_spelled_as_its_declaration_is(data):
    form = form_in(data)
    assert spelled(form) == encode(declaration_of(form))
    if data != spelled(form):
        with pytest.raises(InputError):
            decode(data)
    else:
        assert encode(decode(data)) == data


def test_a_schedule_comes_back_the_same():
    said = declared("Z", Volume4D(circle(45.0, 8.0, 500.0), EVERYWHERE, WEEKLY))
    assert decode(encode(said)) == said


def test_it_is_one_line_without_control_characters():
    said = replace(declared("a\nb\tc", circle(1.0, 2.0)), name="tab\there")
    data = encode(said)
    assert not any(byte < 32 for byte in data)
    assert decode(data) == said


def test_whole_numbers_and_fractions_are_one_spelling():
    """``500`` and ``500.0``, and the two zeros, are equal in Python and must be one text."""
    assert encode(declared("a", circle(-0.0, 0.0))) == encode(declared("a", circle(0.0, -0.0)))
    zero = declared("a", circle(0.0, 0.0), standoff_m=float("1e-400"), priority=int("0"))
    assert encode(zero) == encode(declared("a", circle(0.0, 0.0)))
    assert encode(declared("a", circle(1, 2, 500))) == encode(
        declared("a", circle(1.0, 2.0, 500.0))
    )


def test_the_text_is_what_the_protocol_page_shows():
    said = declared("S1", circle(-31.095, 144.2), party="Relief", standoff_m=2_000.0)
    assert encode(said).decode() == (
        '{"keepclear":"declaration/1","party":"Relief","id":"S1","kind":"operation","parts":'
        '[{"part":"volume","footprint":{"form":"circle","center":[144.2,-31.095],"radius_m":0.0},'
        '"window":{}}],"standoff_m":2000.0}'
    )


GOOD = encode(declared("S1", circle(-31.095, 144.2), party="Relief", standoff_m=2_000.0))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b'"party"', b' "party"', "wire.spelling"),
        (b"2000.0", b"2000", "wire.spelling"),
        (b"2000.0", b"2e3", "wire.spelling"),
        (b"Relief", b"\\u0052elief", "wire.spelling"),
        (b'"kind":"operation"', b'"kind":"operation","priority":0', "wire.spelling"),
        (b'"id":"S1"', b'"id":"S1","id":"S1"', "wire.spelling"),
        (b'"id":"S1"', b'"id":"S1","aim":1', "wire.form"),
        (b'"operation"', b'"strike"', "wire.form"),
        (b"declaration/1", b"declaration/2", "wire.form"),
        (b'"window":{}', b'"window":null', "wire.form"),
        (b"144.2", b"NaN", "wire.form"),
        (b"144.2", b"1e999", "wire.form"),
        (b"144.2", b"190.0", "position.range"),
        (b"}]", b"", "wire.form"),
    ],
)
def test_every_other_text_is_refused(old, new, code):
    assert old in GOOD
    with pytest.raises(InputError) as refused:
        decode(GOOD.replace(old, new, 1))
    assert refused.value.code == code
    assert refused.value.for_peer() == code


def test_a_text_that_is_too_large_is_not_looked_at():
    with pytest.raises(InputError) as refused:
        decode(b"{" * (DECLARATION_BYTES_MAX + 1))
    assert refused.value.code == "wire.too-large"


@given(st.binary(max_size=300))
def test_nothing_but_an_input_error_comes_out(data):
    with pytest.raises(InputError):
        decode(data)


def test_json_readers_elsewhere_read_the_same_values():
    said = json.loads(GOOD)
    assert said["parts"][0]["footprint"]["center"] == [144.2, -31.095]
