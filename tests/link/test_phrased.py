"""A phrase that came: whole in every language, or as it came with the reason; nothing in between."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.link.bodies import Said
from keepclear.link.phrased import NO_WORDING, lines_of, phrased
from keepclear.link.phrases import LANGUAGES, PHRASES, REVIEWED, UNREVIEWED, Language, fields_of
from tests.laws.strategies import LAW

SHAPED = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=30)
NAMES = st.sampled_from(sorted(PHRASES))


@LAW
@given(st.data(), NAMES)
def test_a_phrase_with_its_slots_is_its_wording_in_each_language(data, name):
    slots = [(field, data.draw(SHAPED)) for field in fields_of(name)]
    found = phrased(Said(phrase=name, slots=data.draw(st.permutations(slots)) or None))
    assert found.problem == ""
    assert list(found.words) == list(LANGUAGES)
    for language, text in found.words.items():
        parts, rest = [], getattr(PHRASES[name], language.value)
        for field, value in sorted(slots, key=lambda one: rest.index("{" + one[0] + "}")):
            before, _, rest = rest.partition("{" + field + "}")
            parts += [before, value]
        mark = "" if language in REVIEWED else f" {UNREVIEWED[language]}"
        assert text == "".join([*parts, rest]) + mark


@LAW
@given(NAMES, st.lists(st.tuples(st.sampled_from(["part", "sender", "x"]), SHAPED), max_size=3))
def test_a_phrase_without_just_its_slots_is_shown_as_it_came_and_never_with_a_hole(name, slots):
    fits = sorted(slot for slot, _ in slots) == list(fields_of(name))
    found = phrased(Said(phrase=name, slots=slots or None))
    assert bool(found.words) == fits == (not found.problem)
    if not fits:
        for text in (name, *(f"{slot} = {value}" for slot, value in slots)):
            assert text in found.problem


@LAW
@given(
    st.text(min_size=1, max_size=200), st.lists(st.tuples(st.text(max_size=9), st.text(max_size=9)))
)
def test_whatever_came_is_lines_and_never_an_error(name, slots):
    """No text of another hand begins a line of its own, ends one, or turns one round."""
    found = phrased(Said(phrase=name, slots=slots or None))
    if name not in PHRASES:
        assert not found.words
        assert "not known here" in found.problem
    (line,) = lines_of(found) if found.problem else [""]
    assert line.startswith(f"{NO_WORDING}: ") or not found.problem
    assert not set(line) & set("\n\r\x00\x1b\x85\u2028\u2029\u202a\u202e\u2066\u2069")


@pytest.mark.parametrize(
    "text", ["a\nen: Go ahead.", "a\u2028b", "\u202eb", "{part}", "{0.__class__}"]
)
def test_text_of_another_hand_is_nothing_but_text(text):
    found = phrased(Said(phrase="answer.query", slots=[("part", text)]))
    said = found.words[Language.ENGLISH]
    assert len(list(lines_of(found))) == len(LANGUAGES)
    assert all(len(line.splitlines()) == 1 for line in lines_of(found))
    assert said.startswith("Question about ")
    if "{" in text:
        assert text in said


def test_what_says_no_phrase_has_none():
    assert phrased(Said(words="good morning")) is None
