"""A stop by telephone: every slip in place and time is found, and both desks hold the same bytes."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.domain.position import Position
from keepclear.errors import InputError
from keepclear.formats.callsheet import (
    DRILL_LETTER,
    LETTERS,
    SPEECH_WORDS_A_MINUTE,
    TYPED_KEYS_A_MINUTE,
    call_sheet,
    compared,
    is_drill,
    keyed,
    said_words,
    stop_of,
    to_key,
)
from keepclear.formats.positions.spelling import ALPHABET
from keepclear.link.phrases import LANGUAGES, Language
from keepclear.node import voice
from keepclear.node.declaring import Request
from tests.node.world import World


def at(latitude, longitude):
    return Position(latitude=latitude, longitude=longitude)


ASKS = sorted(LETTERS.values())
BEGUN_US, ENDED_US = 946_684_800_000_000, 4_300_000_000_000_000
stops = st.builds(
    stop_of,
    st.sampled_from(ASKS),
    st.builds(at, st.floats(-90, 90), st.floats(-180, 180)),
    st.integers(BEGUN_US, ENDED_US),
)
NOON = stop_of("cease", at(-31.18, 144.07), 1_448_001_660_000_000)


@given(stops)
def test_what_is_keyed_in_is_what_was_said_to_the_byte(stop):
    assert msgspec.json.encode(keyed(to_key(stop))) == msgspec.json.encode(stop)
    assert keyed(to_key(stop).lower().replace(" ", "")) == stop


@given(stops)
def test_the_place_is_moved_by_less_than_a_metre(stop):
    again = stop_of(stop.asks, at(stop.place.lat_e7 / 1e7, stop.place.lon_e7 / 1e7), 10**15)
    assert again.place.written == stop.place.written


def slips(line):
    """Every line that differs by one symbol or by two neighbours exchanged, in place or time."""
    head, symbols = line[0], line[1:].replace(" ", "")
    for k, symbol in enumerate(symbols):
        yield from (
            head + symbols[:k] + one + symbols[k + 1 :] for one in ALPHABET if one != symbol
        )
        yield head + symbols[:k] + symbols[k + 1 :]
        yield from (head + symbols[:k] + one + symbols[k:] for one in ALPHABET)
        if k and symbols[k - 1] != symbol:
            yield head + symbols[: k - 1] + symbol + symbols[k - 1] + symbols[k + 1 :]


@pytest.mark.parametrize("asks", ASKS)
def test_every_slip_in_place_and_time_is_found(asks):
    """All of them, for some stops: one symbol wrong, lost or added, two neighbours exchanged."""
    tried = 0
    for k in range(40):
        where = at(-89.5 + 4.5 * k, (137.3 * k) % 360 - 180)
        line = to_key(stop_of(asks, where, 1_448_001_660_000_000 + k * 987_654_321_000))
        for wrong in slips(line):
            tried += 1
            with pytest.raises(InputError) as error:
                keyed(wrong)
            assert error.value.code.startswith(("checkwords.", "voice.minute"))
    assert tried > 30_000


def test_a_wrong_letter_is_refused_or_changes_the_words():
    line = to_key(NOON)
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789":
        if letter == "C":
            continue
        if letter not in LETTERS:
            with pytest.raises(InputError, match="expected C to cease"):
                keyed(letter + line[1:])
        else:
            other = keyed(letter + line[1:])
            assert compared(other, "Alder", "Birch") != compared(NOON, "Alder", "Birch")


@given(stops, st.booleans())
def test_a_slip_in_what_marks_an_exercise_is_refused_or_changes_the_words(stop, drill):
    """Every letter and digit in place of the first two, lost, or heard too many."""
    line = (f"{DRILL_LETTER} " if drill else "") + to_key(stop)
    symbols = line.replace(" ", "")
    said = compared(stop, "Birch", "Alder", drill=drill)
    heard = {symbols[:k] + symbols[k + 1 :] for k in range(2)}
    for one in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789":
        heard |= {symbols[:k] + one + symbols[k + 1 :] for k in range(2)}
        heard |= {symbols[:k] + one + symbols[k:] for k in range(2)}
    for wrong in heard - {symbols}:
        try:
            understood = keyed(wrong)
        except InputError:
            continue
        assert compared(understood, "Birch", "Alder", drill=is_drill(wrong)) != said


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_exercise_is_said_to_be_one_before_all_else(language):
    sheet = call_sheet(NOON, "Birch", "Alder", language, drill=True)
    assert sheet.content[0] == "EN  EXERCISE EXERCISE EXERCISE  STOP. STOP. CEASE."
    assert (is_drill(sheet.keyed), keyed(sheet.keyed)) == (True, NOON)
    assert sheet.words != call_sheet(NOON, "Birch", "Alder", language).words


def test_the_words_are_bound_to_the_two_desks():
    both = {compared(NOON, *pair) for pair in [("Alder", "Birch"), ("Birch", "Alder"), ("A", "B")]}
    assert len(both) == 3


@given(stops)
def test_it_is_said_within_20_seconds_and_keyed_within_40(stop):
    assert said_words(stop) / SPEECH_WORDS_A_MINUTE * 60 <= 20
    assert (len(to_key(stop)) + 1) / TYPED_KEYS_A_MINUTE * 60 <= 40


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_content_comes_before_who_calls(language):
    sheet = call_sheet(NOON, "Birch", "Alder", language)
    assert not any("Birch" in line for line in sheet.content)
    assert any("Birch" in line for line in sheet.after)
    assert sheet.content[0].startswith("EN  STOP. STOP. CEASE.")
    assert not any(word in line for word in sheet.words for line in sheet.content + sheet.after)
    marked = any("[unreviewed" in line for line in sheet.content)
    assert marked == (language is not Language.ENGLISH)


def test_both_desks_record_the_same_line_and_words():
    alder, birch = World(owner="Alder"), World(owner="Birch")
    birch.now = 1_448_001_661_000_000
    one, two = Request("duty", "test"), Request("watch", "test")
    voice.call_step(birch.node, "Alder", "dialled", one)
    voice.call_step(birch.node, "Alder", "asked-for", one, who="usual officer")
    sheet = voice.say_stop(birch.node, "Alder", "cease", at(-31.18, 144.07), Language.ENGLISH, one)
    stop, words = voice.hear(alder.node, "Birch", sheet.keyed.replace(" ", "").lower(), two)
    voice.hear(alder.node, "Birch", sheet.keyed, two)
    assert words == sheet.words
    assert stop.asks == "cease"
    said, heard = birch.bodies()[-1], alder.bodies()[-1]
    assert (said.how, heard.how, said.line, said.words) == (
        "said",
        "heard",
        heard.line,
        heard.words,
    )
    assert [one.by for one in alder.start().memory.heard] == ["watch", "watch"]


def test_a_slip_is_not_recorded():
    alder = World(owner="Alder")
    size = alder.store.size()
    with pytest.raises(InputError, match="place: "):
        voice.hear(alder.node, "Birch", "C AAAA AAAA AAAAA AAAA AAAA", Request("watch", "test"))
    assert alder.store.size() == size
