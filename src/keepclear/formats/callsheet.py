"""A stop by telephone: the sheet that is read out, and the line that the other desk keys in.

The content comes first: what is asked, where, and when, before anybody says who calls or asks for
somebody. Place and time are check words, so that what was heard wrong is known at once. Both desks then
hold the same bytes, and four words over all of them, which the other desk reads back, say so.

Rules kept here: what is keyed in stands for exactly one body; a place is the grid point that its check
words name, a time a whole minute. Left to others: what is recorded, and who may send a stop.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from keepclear.domain.position import Position
from keepclear.domain.window import format_instant
from keepclear.errors import InputError
from keepclear.formats.positions.checkwords import (
    decode_place,
    decode_time,
    encode_place,
    encode_time,
)
from keepclear.formats.positions.spelling import spelled
from keepclear.link.bodies import Place, Span, Stop
from keepclear.link.phrases import Language, wording
from keepclear.link.pinning import words_over

__all__ = [
    "DRILL_LETTER",
    "LETTERS",
    "SPEECH_WORDS_A_MINUTE",
    "TYPED_KEYS_A_MINUTE",
    "Asks",
    "CallSheet",
    "call_sheet",
    "compared",
    "in_words",
    "is_drill",
    "keyed",
    "said_words",
    "stop_of",
    "to_key",
]

Asks = Literal["cease", "hold", "stay-away"]
LETTERS: Final[dict[str, Asks]] = {"C": "cease", "H": "hold", "S": "stay-away"}
"""What is asked, as the first letter of the line that is keyed in."""
_LETTER_OF: Final = {asks: letter for letter, asks in LETTERS.items()}
DRILL_LETTER: Final = "E"
"""Before the letter, where it is an exercise. One that is lost makes it real at the other desk, and one
that was heard too many makes a line of another length, or other words: both are noticed."""
_DRILL_WORDS: Final = b"\nEXERCISE"
SPEECH_WORDS_A_MINUTE: Final = 100
"""ICAO Annex 10, volume II, 5.2.1.5.3: a rate of speech not above 100 words a minute."""
TYPED_KEYS_A_MINUTE: Final = 120
"""Two keys a second: a person who is no typist, and looks at each key."""
_COMPARED_WORDS: Final = 4
"""Forty-four bits over all that was said."""
_MINUTE_US: Final = 60_000_000
_PLACE_SYMBOLS: Final = 13
_E7: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class CallSheet:
    """What one desk says, in the order of saying."""

    content: tuple[str, ...]
    """Said first, before anything else."""
    after: tuple[str, ...]
    """Who calls, and that it is to be read back."""
    keyed: str
    """The line that the other desk keys in."""
    words: tuple[str, ...]
    """What the other desk must read back; not said by the one who calls."""


def stop_of(asks: Asks, position: Position, at_us: int) -> Stop:
    """The stop as it can be said: its place on the grid of check words, its time to the minute before.

    Args:
        asks: What is asked.
        position: Where, on WGS84.
        at_us: When it is said, or from when it holds.

    Raises:
        InputError: ``checkwords.time``.
    """
    return _stop(asks, decode_place(encode_place(position)), at_us - at_us % _MINUTE_US)


def call_sheet(
    stop: Stop, sender: str, recipient: str, language: Language, *, drill: bool = False
) -> CallSheet:
    """The sheet for a stop that came from :func:`stop_of`, in English and the other desk's language.

    Args:
        stop: What is said.
        sender: The party that calls.
        recipient: The party that is called.
        language: Of the other desk.
        drill: Whether it is an exercise; that is said before anything else.
    """
    place, time = _symbols(stop)
    say_place, say_time = (f"        {one:<16}  {spelled(one)}" for one in (place, time))
    content = []
    for one in dict.fromkeys((Language.ENGLISH, language)):
        exercise = f"{wording('exercise', one)}  " if drill else ""
        content.append(f"{one.value.upper()}  {exercise}{wording(f'voice.{stop.asks}', one)}")
        content.append(f"    {wording('place', one)}")
        content.append(say_place)
        content.append(f"    {wording('time', one)}")
        content.append(say_time)
    after = []
    for one in dict.fromkeys((Language.ENGLISH, language)):
        after.append(f"{one.value.upper()}  {wording('call.open', one, sender=sender)}")
        after.append(f"    {wording('call.close', one)} {wording('words', one)}")
    line = f"{DRILL_LETTER} {to_key(stop)}" if drill else to_key(stop)
    words = compared(stop, sender, recipient, drill=drill)
    return CallSheet(tuple(content), tuple(after), line, words)


def said_words(stop: Stop) -> int:
    """Words in the English content: a symbol is a word, and so is each word of a phrase."""
    place, time = _symbols(stop)
    phrase = wording(f"voice.{stop.asks}", Language.ENGLISH)
    labels = 2  # "Place", "Time": the rest of each label stands on the sheet for whoever writes
    return len(phrase.split()) + labels + len((place + time).replace(" ", ""))


def to_key(stop: Stop) -> str:
    """The line that is keyed in: a letter, then place and time in check words."""
    place, time = _symbols(stop)
    return f"{_LETTER_OF[stop.asks]} {place} {time}"


def keyed(line: str) -> Stop:
    """The stop that a line stands for; blanks and the case of letters do not matter.

    Whether it is an exercise, :func:`is_drill` says.

    Raises:
        InputError: ``voice.asks``: its first letter; ``checkwords.*``: place or time was heard or typed
            wrong; have it said again.
    """
    symbols = _symbols_of(line)
    asks = LETTERS.get(symbols[:1])
    if asks is None:
        raise InputError(
            "voice.asks",
            f"it begins with {symbols[:1]!r}; expected C to cease, H to hold or S to stay away",
        )
    if not symbols.isalnum():  # a dash that is left out would give one stop two names
        raise InputError(
            "checkwords.symbol", f"found {line.strip()[:60]!r}; a line has symbols and blanks alone"
        )
    place, time = symbols[1 : 1 + _PLACE_SYMBOLS], symbols[1 + _PLACE_SYMBOLS :]
    try:
        position = decode_place(place)
    except InputError as error:
        raise error.inside("place") from None
    try:
        at_us = decode_time(time)
    except InputError as error:
        raise error.inside("time") from None
    if at_us % _MINUTE_US:
        raise InputError("voice.minute", "the time is no whole minute; have it said again")
    return _stop(asks, position, at_us)


def is_drill(line: str) -> bool:
    """Whether a line that is keyed in is of an exercise."""
    return line.strip()[:1].upper() == DRILL_LETTER


def compared(stop: Stop, sender: str, recipient: str, *, drill: bool = False) -> tuple[str, ...]:
    """The words that both desks must have for the same stop between the same two desks.

    Those of an exercise are others, so that it is never taken for what is real.
    """
    body = msgspec.json.encode(stop) + (_DRILL_WORDS if drill else b"")
    return words_over(f"{sender}\n{recipient}\n".encode() + body, _COMPARED_WORDS)


def _symbols_of(line: str) -> str:
    """What is keyed in, without blanks and without the letter of an exercise."""
    symbols = "".join(line.upper().split())
    return symbols.removeprefix(DRILL_LETTER)


def _stop(asks: Asks, position: Position, at_us: int) -> Stop:
    return Stop(
        asks=asks,
        by="voice",
        words=wording(f"voice.{asks}", Language.ENGLISH),
        place=Place(
            lat_e7=round(position.latitude * _E7),
            lon_e7=round(position.longitude * _E7),
            written=encode_place(position),
        ),
        span=Span(start_us=at_us),
    )


def _symbols(stop: Stop) -> tuple[str, str]:
    assert stop.place is not None
    assert stop.place.written is not None
    assert stop.span is not None
    assert stop.span.start_us is not None
    return stop.place.written, encode_time(stop.span.start_us)


def in_words(stop: Stop) -> str:
    """What was understood, for the desk that keyed it in."""
    assert stop.place is not None
    assert stop.span is not None
    assert stop.span.start_us is not None
    return (
        f"{stop.words} Place {stop.place.lat_e7 / _E7:.5f}, {stop.place.lon_e7 / _E7:.5f}. "
        f"Time {format_instant(stop.span.start_us)}."
    )
