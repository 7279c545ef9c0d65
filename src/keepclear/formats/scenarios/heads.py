"""The sentences before the first time: who there is, who compared whose words, what may be signed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.gazetteer import NamedPlace
from keepclear.errors import InputError
from keepclear.formats.arrangements import read_arrangement
from keepclear.formats.scenarios.draft import Draft
from keepclear.formats.scenarios.matching import did_you_mean
from keepclear.formats.scenarios.places import place
from keepclear.formats.scenarios.script import Arranged, PartySaid
from keepclear.formats.scenarios.sentences import Sentence

__all__ = ["HEADS"]


def _title(reading: Draft, slots: dict[str, Any], _: Sentence) -> None:
    reading.title = slots["rest"]


def _day(reading: Draft, slots: dict[str, Any], _: Sentence) -> None:
    reading.known.day = slots["day"]


def _party(reading: Draft, slots: dict[str, Any], sentence: Sentence) -> None:
    name = slots["new"]
    if name in reading.known.parties:
        raise InputError("scenario.twice", f"{name} stands there twice")
    reading.known.parties.append(name)
    secretariat = sentence.text.endswith(" secretariat")
    if secretariat and any(one.secretariat for one in reading.parties):
        raise InputError("scenario.twice", "there is one secretariat at most")
    reading.parties.append(PartySaid(name, secretariat, sentence.line))


def _line(reading: Draft, slots: dict[str, Any], _: Sentence) -> None:
    pair = frozenset({slots["party"], slots["other"]})
    if len(pair) == 1:
        raise InputError("scenario.value", "a line is between two parties")
    reading.lines.add(pair)


def _lines(reading: Draft, slots: dict[str, Any], _: Sentence) -> None:
    del slots
    names = reading.known.parties
    reading.lines |= {frozenset({a, b}) for a in names for b in names if a != b}


def _place(reading: Draft, slots: dict[str, Any], _: Sentence) -> None:
    name, at, position = slots["rest"].partition(" at ")
    if not at:
        raise InputError("scenario.value", "expected: place NAME at POSITION")
    reading.places.append(NamedPlace(name.strip(), place(position, "")))


def _arrangement(reading: Draft, slots: dict[str, Any], sentence: Sentence) -> None:
    name = slots["new"]
    data = reading.beside(slots["file"]) if "file" in slots else sentence.block.encode()
    found, refused = read_arrangement(data, name="in its text")
    if found is None:
        first = refused[0]
        raise InputError(first.code, f"{first.where}: {first.message}")
    if name in reading.arrangements:
        raise InputError("scenario.twice", f"{name} stands there twice; call this one otherwise")
    known = set(reading.known.parties)
    strangers = sorted({*(one.name for one in found.members), *found.notified} - known)
    if strangers:
        raise InputError(
            "scenario.unknown",
            f"its text names {strangers[0]!r}, which is no party of this scenario"
            + did_you_mean(strangers[0], reading.known.parties),
        )
    reading.arrangements[name] = Arranged(found.name, found.version, data.decode(), sentence.line)
    reading.known.arrangements.append(name)


HEADS: Final[Mapping[str, Callable[[Draft, dict[str, Any], Sentence], None]]] = MappingProxyType(
    {
        "title": _title,
        "day": _day,
        "party": _party,
        "humanitarian": _party,
        "secretariat": _party,
        "line": _line,
        "lines": _lines,
        "place": _place,
        "arrangement": _arrangement,
        "arrangement-file": _arrangement,
    }
)
"""What takes in each, by the name of its form."""
