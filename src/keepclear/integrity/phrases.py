"""Words that say where a place is: '9 km south of Bravo strip', 'bearing 045, 3 NM from ...'.

English, French, Russian and Arabic. A phrase is a distance, a direction or a bearing, or both, and
the name of a place that the gazetteer holds. Names in a grammatical case must stand in the gazetteer
as aliases. What cannot be read this way says nothing.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from keepclear.domain.gazetteer import Gazetteer, NamedPlace
from keepclear.domain.units import NAUTICAL_MILE_M
from keepclear.integrity.vocabulary import (
    BEARING,
    CARDINALS,
    FILLING,
    FROM,
    MILES,
    NAUTICAL,
    UNITS_M,
    WINDS,
)

__all__ = ["Phrase", "phrases_in"]

_WIND_SLACK: Final = MappingProxyType({1: 33.75, 2: 33.75, 3: 17.0})
"""Half the sector of a direction and half as much again: people round to the nearest of eight."""
_BEARING_SLACK: Final = 10.0
"""A bearing may be magnetic."""
_SPELLINGS: Final = MappingProxyType({"ة": "ه", "ى": "ي", "٫": ".", "ـ": ""})  # noqa: RUF001
"""Arabic endings written either way, its decimal point, and the mark that stretches a word."""
_TOKEN: Final = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+")
_WORDS_MAX: Final = 14
"""Words looked at after a distance or direction before a place must have been named."""
_SHOWN_MAX: Final = 40
_SENTENCE_END: Final = re.compile(r"[.,;:()\n]\s|[;()]|$")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Where a place is said to be, seen from a named one."""

    distance_m: float | None
    distance_half_step_m: float
    """Half of what the last digit that counts stands for."""
    measured: bool
    """Whether the distance was given with a decimal."""
    bearing: float | None
    """Degrees from north eastwards."""
    bearing_slack: float
    """How many degrees the direction may be off, by how it was said."""
    places: tuple[NamedPlace, ...]
    """Every place of the name; empty where the gazetteer does not hold it."""
    name: str
    """The place's name as it was written, or what stands where it was looked for."""
    text: str
    """The phrase, for quoting."""


@dataclass(slots=True)
class _Found:
    start: int
    distance_m: float | None = None
    half_step_m: float = 0.0
    measured: bool = False
    winds: str = ""
    bearing: float | None = None
    from_: bool = False


def phrases_in(text: str, gazetteer: Gazetteer) -> tuple[Phrase, ...]:
    """Every phrase of a description that says where something is, in order."""
    plain = _prepared(text)
    tokens = list(_TOKEN.finditer(plain))
    found, at = [], 0
    while at < len(tokens):
        at, phrase = _phrase(plain, tokens, at, gazetteer)
        if phrase is not None:
            found.append(phrase)
    return tuple(found)


def _prepared(text: str) -> str:
    """Lower case, without accents, with the digits 0 to 9."""
    marks = []
    for mark in unicodedata.normalize("NFKD", text.casefold()):
        if mark.isdecimal():
            marks.append(str(unicodedata.decimal(mark)))
        elif not unicodedata.combining(mark):
            marks.append(_SPELLINGS.get(mark, mark))
    return "".join(marks)


def _phrase(
    plain: str, tokens: list[re.Match[str]], at: int, gazetteer: Gazetteer
) -> tuple[int, Phrase | None]:
    """The phrase that begins at a token, and where to look on."""
    found = _Found(tokens[at].start())
    here = _step(tokens, at, found)
    if here == at:
        return at + 1, None
    for _ in range(_WORDS_MAX):
        if here >= len(tokens):
            break
        word = tokens[here].group()
        if found.from_ or found.winds or found.bearing is not None:
            places, end = _named(plain, tokens, here, gazetteer)
            if places:
                return end, _made(plain, found, places, tokens[here].start(), tokens[end - 1].end())
        step = _step(tokens, here, found)
        if step > here:
            here = step
        elif word in FROM:
            found.from_, here = True, here + 1
        elif word in FILLING:
            here += 1
        else:
            break
    return max(here, at + 1), _unknown(plain, tokens, here, found, gazetteer)


def _step(tokens: list[re.Match[str]], at: int, found: _Found) -> int:
    """Take a distance, a direction or a bearing at a token; the same token where there is none."""
    word = tokens[at].group()
    if word in BEARING:
        for ahead in range(at + 1, min(at + 4, len(tokens))):
            number = tokens[ahead].group()
            if number.isdigit() and int(number) <= 360:
                found.bearing = float(number) % 360.0
                return ahead + 1
        return at
    if word[0].isdigit():
        return _distance(tokens, at, found)
    if word in CARDINALS and not found.winds:
        return _direction(tokens, at, found)
    return at


def _direction(tokens: list[re.Match[str]], at: int, found: _Found) -> int:
    """One to three words of a direction; a single letter only after a distance."""
    winds = ""
    here = at
    while here < len(tokens) and len(winds) < 3:
        word = tokens[here].group()
        more = CARDINALS.get(word, "")
        if not more or winds + more not in WINDS:
            break
        if len(word) == 1 and found.distance_m is None:
            break
        winds, here = winds + more, here + 1
    if winds:
        found.winds = winds
    return here


def _distance(tokens: list[re.Match[str]], at: int, found: _Found) -> int:
    if found.distance_m is not None or at + 1 >= len(tokens):
        return at
    digits, unit = tokens[at].group(), tokens[at + 1].group()
    after = at + 2
    metres = UNITS_M.get(unit)
    beside = {tokens[i].group() for i in (after, at + 1) if i < len(tokens)}
    if beside & NAUTICAL and (unit in MILES or unit in NAUTICAL):
        metres, after = NAUTICAL_MILE_M, at + 3
    if metres is None:
        return at
    value, step = _value(digits, metres)
    if value is None:
        return at
    found.distance_m, found.half_step_m = value * metres, step * metres / 2.0
    found.measured = step < 1.0
    return after


def _value(digits: str, unit_m: float) -> tuple[float | None, float]:
    """The number and what its last digit stands for; a comma before three digits is doubtful."""
    whole, _, fraction = digits.replace(",", ".").partition(".")
    if "," in digits and len(fraction) == 3:
        if unit_m != 1.0:
            return None, 0.0
        whole, fraction = whole + fraction, ""
    if fraction:
        return float(f"{whole}.{fraction}"), 10.0 ** -len(fraction)
    zeros = len(whole) - len(whole.rstrip("0"))
    return float(whole), 10.0 ** min(zeros, len(whole) - 1)


def _named(
    plain: str, tokens: list[re.Match[str]], at: int, gazetteer: Gazetteer
) -> tuple[tuple[NamedPlace, ...], int]:
    """The places of the longest name that begins at a token, and the token after it."""
    start = tokens[at].start()
    for end in range(min(at + 2 * gazetteer.longest_words, len(tokens)), at, -1):
        places = gazetteer.find(plain[start : tokens[end - 1].end()])
        if places:
            return places, end
    return (), at


def _made(
    plain: str, found: _Found, places: tuple[NamedPlace, ...], name_start: int, end: int
) -> Phrase | None:
    bearing, slack = found.bearing, _BEARING_SLACK
    if bearing is None and found.winds:
        bearing, slack = WINDS[found.winds], _WIND_SLACK[len(found.winds)]
    if bearing is None and found.distance_m is None:
        return None
    return Phrase(
        distance_m=found.distance_m,
        distance_half_step_m=found.half_step_m,
        measured=found.measured,
        bearing=bearing,
        bearing_slack=slack,
        places=places,
        name=plain[name_start:end].strip(),
        text=plain[found.start : end].strip(),
    )


def _unknown(
    plain: str, tokens: list[re.Match[str]], at: int, found: _Found, gazetteer: Gazetteer
) -> Phrase | None:
    """A whole phrase whose place the gazetteer does not hold."""
    whole = found.distance_m is not None and (found.winds or found.bearing is not None)
    if not (whole and found.from_ and gazetteer.places and at < len(tokens)):
        return None
    start = tokens[at].start()
    end = _SENTENCE_END.search(plain, start)
    stop = min(end.start() if end else len(plain), start + _SHOWN_MAX)
    return _made(plain, found, (), start, stop)
