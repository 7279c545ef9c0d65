"""The text of a scenario -> what it says, whole or not at all.

One sentence a line; what is indented below a sentence says more of it; ``#`` begins a comment; the text
of an arrangement stands between its line and ``END``. Every fault names the line, what was found and
what was expected, and is told before anything is played. Left to others: the sentences (``forms``), and
what may stand in their places (``matching``, ``details``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from keepclear.errors import InputError
from keepclear.formats.scenarios.details import DETAILS, SEEN_HEIGHTS
from keepclear.formats.scenarios.draft import Draft
from keepclear.formats.scenarios.heads import HEADS
from keepclear.formats.scenarios.matching import did_you_mean, matched
from keepclear.formats.scenarios.script import Scenario, Step
from keepclear.formats.scenarios.sentences import FIRST, Sentence, sentences
from keepclear.formats.scenarios.subjects import declarations_of

__all__ = ["FIRST", "SCENARIO_BYTES_MAX", "read_scenario"]

SCENARIO_BYTES_MAX: Final = 1_000_000
_PROSE: Final = frozenset({"say", "act", "title"})
"""Forms whose indented lines go on with their words."""
_SEEN: Final = frozenset({"crossing", "both-cross"})
"""Forms in which heights are those of a crossing."""
_SEVERAL: Final = frozenset({"polygon", "line", "via", "note"})
"""Details that may be written more than once."""


def read_scenario(
    data: bytes, *, name: str, beside: Callable[[str], bytes] | None = None
) -> Scenario:
    """A scenario.

    Args:
        data: Its text, UTF-8.
        name: What sentences call the file.
        beside: Gives the bytes of a file that the text names; without it none can be named.

    Raises:
        InputError: ``scenario.*``, or what stands in it is wrong by its own rules; ``where`` names
            the file and the line.
    """
    if len(data) > SCENARIO_BYTES_MAX:
        large = f"found {len(data):,} bytes, expected at most {SCENARIO_BYTES_MAX:,}"
        raise InputError("scenario.too-large", large, where=name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("scenario.text", "this is no UTF-8 text", where=name) from None
    reading = Draft(name, beside or _nothing_beside)
    for sentence in sentences(text, name):
        try:
            _take(reading, sentence)
        except InputError as error:
            raise error.inside(f"{name} line {sentence.line}") from None
    if not reading.steps:
        raise InputError("scenario.empty", "nothing happens in it", where=name)
    return Scenario(
        name=name,
        title=reading.title,
        parties=tuple(reading.parties),
        lines=frozenset(reading.lines),
        arrangements=reading.arrangements,
        places=tuple(reading.places),
        steps=tuple(reading.steps),
        begins_us=reading.begins_us,
    )


def _take(reading: Draft, sentence: Sentence) -> None:
    known = reading.known
    form, slots = matched(sentence.text, known)
    if form.name in _PROSE:
        more = [text for _, text in sentence.below]
        slots["rest"] = " ".join([slots["rest"], *more])
        details: dict[str, tuple[Any, ...]] = {}
    else:
        details = _details(form.name, form.details, sentence, known.day)
    if form.head:
        if reading.steps:
            raise InputError("scenario.late", "this stands before the first time, with the parties")
        HEADS[form.name](reading, slots, sentence)
        return
    _time(reading, form.name, slots)
    said = declarations_of(form.name, slots, details, reading)
    reading.steps.append(Step(sentence.line, form, slots, details, sentence.text, said))


def _details(
    form: str, may: tuple[str, ...], sentence: Sentence, day: str
) -> dict[str, tuple[Any, ...]]:
    found: dict[str, list[Any]] = {}
    for number, text in sentence.below:
        name, _, said = text.partition(" ")
        try:
            _may_stand(name, may, found)
            read = SEEN_HEIGHTS if name == "heights" and form in _SEEN else DETAILS[name]
            found.setdefault(name, []).append(read(said.strip(), day))
        except InputError as error:
            raise error.inside(f"(line {number}: {name})") from None
    return {name: tuple(values) for name, values in found.items()}


def _may_stand(name: str, may: tuple[str, ...], found: Mapping[str, Any]) -> None:
    if name not in may:
        known = f"one of {', '.join(may)}" if may else "nothing below this sentence"
        raise InputError(
            "scenario.detail", f"found {name!r}, expected {known}{did_you_mean(name, may)}"
        )
    if name in found and name not in _SEVERAL:
        raise InputError("scenario.twice", f"{name!r} stands there twice")


def _time(reading: Draft, form: str, slots: dict[str, Any]) -> None:
    """Time goes forward, from the first ``at`` on."""
    if form == "at":
        if reading.now_us is not None and slots["time"] < reading.now_us:
            raise InputError("scenario.backwards", "this is before the time above; time goes on")
        if reading.now_us is None:
            reading.begins_us = slots["time"]
        reading.now_us = slots["time"]
    elif form == "wait" and reading.now_us is not None:
        reading.now_us += slots["duration"]
    elif form not in _PROSE and reading.now_us is None:
        raise InputError("scenario.no-time", "say first when this is, such as: at 06:30Z")


def _nothing_beside(file: str) -> bytes:
    raise InputError("scenario.value", f"found {file!r}, and files cannot be read from here")
