"""Check words: every single error and every exchange is found, and the page is enough to write them."""

# ruff: noqa: RUF001  letters of other alphabets are the point here

from __future__ import annotations

import json
import random
import re
from itertools import combinations

import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given
from hypothesis import strategies as st

from keepclear.domain.position import Position
from keepclear.errors import InputError
from keepclear.formats.positions import read_position
from keepclear.formats.positions.checkwords import (
    GRID_ERROR_M,
    GRID_STEP_M,
    PLACE,
    TIME_MINUTE,
    TIME_SECOND,
    decode_place,
    decode_time,
    encode_place,
    encode_time,
)
from keepclear.formats.positions.spelling import (
    ALPHABET,
    SPOKEN,
    looks_like_check_words,
    spelled,
    symbols_of,
)

places = st.builds(
    lambda a, b: Position(latitude=a, longitude=b), st.floats(-90, 90), st.floats(-180, 180)
)
DAY_US = 86_400_000_000
START_US = 946_684_800_000_000
END_US = START_US + (23**7 - 1) * 1_000_000


def sample(count):
    """Places all over the Earth, its corners among them; the same in every run."""
    chance = random.Random(23)
    ends = [(90, 180), (-90, -180), (90, -180), (0, 0), (-90, 0), (36.20833, 37.15417)]
    drawn = [(chance.uniform(-90, 90), chance.uniform(-180, 180)) for _ in range(count)]
    return [Position(latitude=a, longitude=b) for a, b in ends + drawn]


def refused(decode, symbols):
    with pytest.raises(InputError) as caught:
        decode("".join(symbols))
    assert caught.value.code == "checkwords.verify"


def all_texts():
    yield from ((decode_place, encode_place(place)) for place in sample(60))
    chance = random.Random(7)
    for _ in range(40):
        minute = chance.randrange(23**7 // 60) * 60
        yield decode_time, encode_time(START_US + minute * 1_000_000)
        yield decode_time, encode_time(START_US + (minute + chance.randrange(1, 60)) * 1_000_000)


def test_every_wrong_symbol_at_every_place_is_found():
    for decode, text in all_texts():
        right = list(text.replace(" ", ""))
        for at in range(len(right)):
            for other in ALPHABET:
                if other != right[at]:
                    refused(decode, [*right[:at], other, *right[at + 1 :]])


def test_every_exchange_of_two_symbols_is_found_neighbours_or_not():
    for decode, text in all_texts():
        right = list(text.replace(" ", ""))
        for a, b in combinations(range(len(right)), 2):
            if right[a] != right[b]:
                swapped = right.copy()
                swapped[a], swapped[b] = right[b], right[a]
                refused(decode, swapped)


def test_every_pair_of_wrong_symbols_is_found():
    for place in sample(2):
        right = list(encode_place(place).replace(" ", ""))
        for a, b in combinations(range(len(right)), 2):
            for one in ALPHABET[::3]:
                for two in ALPHABET:
                    if one != right[a] and two != right[b]:
                        wrong = right.copy()
                        wrong[a], wrong[b] = one, two
                        refused(decode_place, wrong)


def test_why_it_holds_for_every_code_word():
    """Any two columns of the two sums are independent modulo 23: no two errors cancel."""
    assert len(ALPHABET) == 23
    for kind in (PLACE, TIME_MINUTE, TIME_SECOND):
        assert kind.length <= 23
        assert sum(kind.groups) == kind.length
        for i, j in combinations(range(1, kind.length + 1), 2):
            cancelling = [
                (x, y)
                for x in range(23)
                for y in range(23)
                if (i * x + j * y) % 23 == 0 and (i * i * x + j * j * y) % 23 == 0
            ]
            assert cancelling == [(0, 0)]


def test_groups_in_another_order_are_found_but_for_one_in_some_529():
    passed, tried = 0, 0
    for place in sample(3_000):
        a, b, c = encode_place(place).split()
        for text in (f"{b} {a} {c}", f"{b} {c} {a}", f"{c} {a} {b}", f"{a} {c} {b}"):
            tried += 1
            try:
                decode_place(text)
            except InputError:
                continue
            passed += text.replace(" ", "") != a + b + c
    assert passed / tried < 2 / 529


def test_a_symbol_lost_or_added_is_told():
    right = encode_place(sample(0)[-1]).replace(" ", "")
    for text in (right[:-1], right + "A", right[1:], ""):
        with pytest.raises(InputError) as caught:
            decode_place(text)
        assert caught.value.code == "checkwords.length"


@given(places)
def test_a_place_comes_back_within_its_grid(place):
    back = decode_place(encode_place(place))
    line = Geodesic.WGS84.Inverse(place.latitude, place.longitude, back.latitude, back.longitude)
    assert line["s12"] <= GRID_ERROR_M
    assert encode_place(back) == encode_place(place)


def test_the_stated_grid_is_the_largest_there_is():
    steps = [Geodesic.WGS84.Inverse(a, 0, a + 1e-5, 0)["s12"] for a in range(-90, 90)]
    wide = Geodesic.WGS84.Inverse(0, 0, 0, 1e-5)["s12"]
    assert GRID_STEP_M - 0.005 < max(*steps, wide) <= GRID_STEP_M
    high = Geodesic.WGS84.Inverse(0, 0, 0.5e-5, 0.5e-5)["s12"]
    assert GRID_ERROR_M - 0.01 < high <= GRID_ERROR_M


@given(places)
def test_case_blanks_dashes_and_spoken_words_are_all_the_same(place):
    text = encode_place(place)
    want = decode_place(text)
    for other in (text.lower(), text.replace(" ", ""), text.replace(" ", "-"), spelled(text)):
        assert decode_place(other) == want
        assert looks_like_check_words(other)


def test_check_words_of_mostly_digits_are_known_as_such():
    """Near the south pole and the antimeridian they begin with zeros, which are written 4."""
    assert looks_like_check_words("4444 4DHW K77XW")
    assert not looks_like_check_words("44JKM77447744")
    assert not looks_like_check_words("4444 4444 44444")


@given(st.integers(0, 23**7 - 1))
def test_a_time_comes_back_to_the_second(seconds):
    time_us = START_US + seconds * 1_000_000
    text = encode_time(time_us)
    assert decode_time(text) == time_us
    assert len(text.replace(" ", "")) == (9 if seconds % 60 else 8)


@pytest.mark.parametrize("time_us", [START_US - 1, START_US + 1, END_US + 1_000_000, -1, 10**18])
def test_a_time_that_does_not_fit_is_refused_not_rounded(time_us):
    with pytest.raises(InputError) as caught:
        encode_time(time_us)
    assert caught.value.code == "checkwords.time"


def test_a_time_is_no_place_and_a_whole_minute_has_one_spelling():
    for text in (encode_time(START_US), encode_time(START_US + 1_000_000)):
        with pytest.raises(InputError):
            decode_place(text)
    with pytest.raises(InputError):
        decode_time(encode_place(sample(0)[0]))


@given(st.text(max_size=60))
def test_any_text_is_check_words_or_an_input_error(text):
    for decode in (decode_place, decode_time):
        try:
            decode(text)
        except InputError as error:
            told(error)


def told(error):
    assert error.code.startswith("checkwords.")
    assert "\n" not in error.message


@pytest.mark.parametrize("mark", "0123568 9OQILUßſıé".replace(" ", ""))
def test_a_mark_outside_the_alphabet_is_named(mark):
    with pytest.raises(InputError) as caught:
        symbols_of("JZDW ZDMF CGHW" + mark)
    assert caught.value.code == "checkwords.symbol"


def test_no_position_in_the_examples_is_taken_for_check_words():
    from tests.unit.test_positions_examples import READ

    assert not [row[0] for row in READ if row[3] is not None and looks_like_check_words(row[0])]


def test_check_words_are_no_position():
    for place in sample(200):
        with pytest.raises(InputError):
            read_position(encode_place(place))


# The page is enough: a second implementation, written from docs/protocol/checkwords.md alone.


def written_from_the_page(value, data, mark):
    digits = []
    for _ in range(data):
        digits.insert(0, value % 23)
        value //= 23
    for x in range(23):
        for y in range(23):
            word = [*digits, x, y]
            first = sum((n + 1) * s for n, s in enumerate(word))
            second = sum((n + 1) ** 2 * s for n, s in enumerate(word))
            if first % 23 == mark and second % 23 == mark:
                return "".join("47ABCDEFGHJKMNPRSTVWXYZ"[s] for s in word)
    raise AssertionError


@pytest.fixture(scope="module")
def vectors(root):
    path = root / "tests" / "vectors" / "checkwords.json"
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_vectors_hold(vectors):
    assert len(vectors["places"]) >= 10
    assert len(vectors["times"]) >= 5
    for case in vectors["places"]:
        place = Position(latitude=case["latitude"], longitude=case["longitude"])
        assert encode_place(place) == case["words"]
        assert spelled(case["words"]) == case["spoken"]
        row = round((case["latitude"] + 90) * 100_000)
        column = round((case["longitude"] + 180) * 100_000) % 36_000_000
        by_the_page = written_from_the_page(row * 36_000_000 + column, 11, 1)
        assert by_the_page == case["words"].replace(" ", "")
        back = decode_place(case["words"])
        assert (back.latitude, back.longitude) == (
            case["back"]["latitude"],
            case["back"]["longitude"],
        )
    for case in vectors["times"]:
        assert encode_time(case["unix_s"] * 1_000_000) == case["words"]
        assert decode_time(case["words"]) == case["unix_s"] * 1_000_000
        seconds = case["unix_s"] - 946_684_800
        whole = seconds % 60 == 0
        by_the_page = written_from_the_page(
            seconds // 60 if whole else seconds, 6 if whole else 7, 2 if whole else 3
        )
        assert by_the_page == case["words"].replace(" ", "")
    for case in vectors["refused"]:
        decode = {"place": decode_place, "time": decode_time}[case["of"]]
        with pytest.raises(InputError) as caught:
            decode(case["words"])
        assert caught.value.code == case["code"]


def test_the_page_has_the_alphabet_and_its_words(root):
    page = (root / "docs" / "protocol" / "checkwords.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| `(.)` \| (\S+) \|", page, re.MULTILINE)
    assert [(int(value), symbol, word) for value, symbol, word in rows] == [
        (value, symbol, SPOKEN[symbol]) for value, symbol in enumerate(ALPHABET)
    ]
