"""The text of a scenario -> what it says, whole or not at all.

One sentence a line; what is indented below a sentence says more of it; ``#`` begins a comment; the text
of an arrangement stands between its line and ``END``. Every fault names the line, what was found and
what was expected, and is told before anything is played. Left to others: the sentences (``forms``), and
what may stand in their places (``matching``, ``values``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from keepclear.domain.declaration import Declaration, Kind
from keepclear.domain.gazetteer import NamedPlace
from keepclear.errors import InputError
from keepclear.formats.arrangements import read_arrangement
from keepclear.formats.scenarios.declared import SHAPES, declared, declared_in
from keepclear.formats.scenarios.forms import DECLARED
from keepclear.formats.scenarios.matching import Known, did_you_mean, matched
from keepclear.formats.scenarios.script import Arranged, PartySaid, Scenario, Step
from keepclear.formats.scenarios.values import DETAILS, SEEN_HEIGHTS, place

__all__ = ["FIRST", "SCENARIO_BYTES_MAX", "read_scenario"]

SCENARIO_BYTES_MAX: Final = 1_000_000
FIRST: Final = "keepclear scenario 1"
"""The first line of every scenario."""
_END: Final = "END"
_PROSE: Final = frozenset({"say", "act", "title"})
"""Forms whose indented lines go on with their words."""
_SEEN: Final = frozenset({"crossing", "both-cross"})
"""Forms in which heights are those of a crossing."""
_DECLARING: Final = frozenset({"declare", "amend", "check", "suppose"})
"""Forms whose details say what is declared."""
_SEVERAL: Final = frozenset({"polygon", "line", "via", "note"})
"""Details that may be written more than once."""


@dataclass(slots=True)
class _Sentence:
    """A line, with what is indented below it."""

    line: int
    text: str
    below: list[tuple[int, str]] = field(default_factory=list)
    block: str = ""
    """The text up to ``END``, of an arrangement."""


@dataclass(slots=True)
class _Reading:
    """What was read so far."""

    name: str
    beside: Callable[[str], bytes]
    known: Known = field(default_factory=Known)
    title: str = ""
    parties: list[PartySaid] = field(default_factory=list)
    lines: set[frozenset[str]] = field(default_factory=set)
    arrangements: dict[str, Arranged] = field(default_factory=dict)
    places: list[NamedPlace] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    said: dict[str, dict[str, tuple[Any, ...]]] = field(default_factory=dict)
    """What sentences said of a declaration, by ``Party/id``: others may be like it."""
    now_us: int | None = None
    begins_us: int = 0


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
    reading = _Reading(name, beside or _nothing_beside)
    for sentence in _sentences(text, name):
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


def _sentences(text: str, name: str) -> Iterator[_Sentence]:
    lines = enumerate(text.splitlines(), 1)
    first = next((line.strip() for _, line in lines if _says(line)), "")
    if first != FIRST:
        raise InputError(
            "scenario.first", f"found {first[:60]!r} first, expected {FIRST!r}", where=name
        )
    open_: _Sentence | None = None
    for number, line in lines:
        if not _says(line):
            continue
        if line[0] in " \t":
            if open_ is None:
                raise InputError(
                    "scenario.indented",
                    "an indented line says more of the sentence above it, and there is none",
                    where=f"{name} line {number}",
                )
            open_.below.append((number, line.strip()))
            continue
        if open_ is not None:
            yield open_
        open_ = _Sentence(number, line.strip())
        if _opens_block(open_.text):
            open_.block = _block(lines, open_, name)
    if open_ is not None:
        yield open_


def _opens_block(text: str) -> bool:
    """An arrangement whose text stands below it."""
    words = text.split()
    return words[0] == "arrangement" and "from" not in words[2:3]


def _nothing_beside(file: str) -> bytes:
    raise InputError("scenario.value", f"found {file!r}, and files cannot be read from here")


def _says(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _block(lines: Iterator[tuple[int, str]], begun: _Sentence, name: str) -> str:
    taken: list[str] = []
    for _, line in lines:
        if line.rstrip() == _END:
            return "".join(f"{one}\n" for one in taken)
        taken.append(line)
    raise InputError(
        "scenario.no-end",
        f"the text of the arrangement goes on to the end of the file; write {_END} below it",
        where=f"{name} line {begun.line}",
    )


def _take(reading: _Reading, sentence: _Sentence) -> None:
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
        _HEADS[form.name](reading, slots, sentence)
        return
    _time(reading, form.name, slots)
    said = _declarations(form.name, slots, details, reading)
    reading.steps.append(Step(sentence.line, form, slots, details, sentence.text, said))


def _details(
    form: str, may: tuple[str, ...], sentence: _Sentence, day: str
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


def _time(reading: _Reading, form: str, slots: dict[str, Any]) -> None:
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


def _declarations(
    form: str, slots: dict[str, Any], details: dict[str, tuple[Any, ...]], reading: _Reading
) -> tuple[Declaration, ...]:
    known = reading.known
    if form == "declare-file":
        return _from_file(reading, slots, details)
    if form == "split":
        known.declared[f"{slots['party']}/{slots['new']}"] = Kind.MOVEMENT.value
    if form not in _DECLARING:
        return ()
    subject = f"{slots['party']}/{slots['id']}"
    kind = known.declared.get(subject) if form == "amend" else slots["kind"]
    if kind is None:
        raise InputError("scenario.unknown", f"{subject} was not declared above")
    said = _like(reading, slots["party"], details)
    declaration = declared(slots["party"], kind, slots["id"], said)
    if form in {"declare", "suppose"}:
        _is_new(known, subject, form)
    if form == "declare":
        known.declared[subject] = kind
    reading.said[subject] = said
    return (declaration,)


def _from_file(
    reading: _Reading, slots: dict[str, Any], details: dict[str, tuple[Any, ...]]
) -> tuple[Declaration, ...]:
    """What a file declares; nothing, where it is to be refused as its reader refuses it."""
    only, file = next(iter(details.get("only", ([],)))), slots["file"]
    try:
        several = declared_in(slots["party"], reading.beside(file), file, only)
    except InputError as error:
        if error.code not in details.get("refused", ()):
            raise
        slots["says"] = str(error)
        return ()
    for one in several:
        reading.known.declared[f"{one.party}/{one.id}"] = one.kind.value
    return several


def _like(
    reading: _Reading, party: str, details: Mapping[str, tuple[Any, ...]]
) -> dict[str, tuple[Any, ...]]:
    """What is declared: as another declaration above, where it says so, but for what it says itself."""
    own = {name: value for name, value in details.items() if name in DECLARED}
    if "like" not in details:
        return own
    name = details["like"][0]
    subject = name if "/" in name else f"{party}/{name}"
    if subject not in reading.said:
        raise InputError(
            "scenario.unknown",
            f"{subject} was not declared in sentences above" + did_you_mean(subject, reading.said),
        )
    other = reading.said[subject]
    drawn_anew = any(name in SHAPES for name in own)
    kept = {k: v for k, v in other.items() if not (drawn_anew and k in SHAPES)}
    return kept | own


def _is_new(known: Known, subject: str, form: str) -> None:
    """That what is declared was not only supposed, nor the other way round, under one name."""
    if form == "suppose":
        if subject in known.declared:
            raise InputError(
                "scenario.twice", f"{subject} is declared above; call what is supposed otherwise"
            )
        known.supposed.append(subject)
        return
    if subject in known.supposed:
        raise InputError("scenario.twice", f"{subject} is only supposed above; call it otherwise")


def _title(reading: _Reading, slots: dict[str, Any], _: _Sentence) -> None:
    reading.title = slots["rest"]


def _day(reading: _Reading, slots: dict[str, Any], _: _Sentence) -> None:
    reading.known.day = slots["day"]


def _party(reading: _Reading, slots: dict[str, Any], sentence: _Sentence) -> None:
    name = slots["new"]
    if name in reading.known.parties:
        raise InputError("scenario.twice", f"{name} stands there twice")
    reading.known.parties.append(name)
    secretariat = sentence.text.endswith(" secretariat")
    if secretariat and any(one.secretariat for one in reading.parties):
        raise InputError("scenario.twice", "there is one secretariat at most")
    reading.parties.append(PartySaid(name, secretariat, sentence.line))


def _line(reading: _Reading, slots: dict[str, Any], _: _Sentence) -> None:
    pair = frozenset({slots["party"], slots["other"]})
    if len(pair) == 1:
        raise InputError("scenario.value", "a line is between two parties")
    reading.lines.add(pair)


def _lines(reading: _Reading, slots: dict[str, Any], _: _Sentence) -> None:
    del slots
    names = reading.known.parties
    reading.lines |= {frozenset({a, b}) for a in names for b in names if a != b}


def _place(reading: _Reading, slots: dict[str, Any], _: _Sentence) -> None:
    name, at, position = slots["rest"].partition(" at ")
    if not at:
        raise InputError("scenario.value", "expected: place NAME at POSITION")
    reading.places.append(NamedPlace(name.strip(), place(position, "")))


def _arrangement(reading: _Reading, slots: dict[str, Any], sentence: _Sentence) -> None:
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


_HEADS: Final = {
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
