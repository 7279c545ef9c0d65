"""Phrases: complete in every language, the same fields in each, and honest about review."""

from __future__ import annotations

import unicodedata

import pytest

from keepclear.link.phrases import LANGUAGES, PHRASES, REVIEWED, Language, fields_of, wording

SCRIPTS = {
    Language.ENGLISH: "LATIN",
    Language.FRENCH: "LATIN",
    Language.RUSSIAN: "CYRILLIC",
    Language.ARABIC: "ARABIC",
}
AVOIDED = ("approve", "clearance", "permitted", "authorised to", "target", "enemy", "threat")


@pytest.mark.parametrize("name", list(PHRASES))
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_phrase_is_said_in_each_language_in_its_script(name, language):
    text = wording(name, language, **dict.fromkeys(fields_of(name), "7"))
    assert "{" not in text
    own = text.split(" [unreviewed")[0]
    letters = [mark for mark in own if mark.isalpha()]
    assert letters
    assert all(unicodedata.name(mark).startswith(SCRIPTS[language]) for mark in letters), own
    assert ("[unreviewed" in text) == (language not in REVIEWED)


@pytest.mark.parametrize("name", list(PHRASES))
def test_no_phrase_gives_leave(name):
    assert not any(word in PHRASES[name].en.lower() for word in AVOIDED)


def test_roger_and_standby_say_that_they_are_no_answer():
    assert "does not say that I will" in PHRASES["stop.roger"].en
    assert "not an answer" in PHRASES["stop.standby"].en


def test_a_field_that_is_missing_is_our_fault_and_said():
    with pytest.raises(KeyError):
        wording("reference", Language.ENGLISH)
    with pytest.raises(KeyError):
        wording("no.such.phrase", Language.ENGLISH)
