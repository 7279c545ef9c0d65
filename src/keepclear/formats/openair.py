"""OpenAir: airspace as text, one command a line, versions 1 and 2 -> restrictions.

Source: WinPilot's format as Naviter's specification 2.1 (``naviter/seeyou_file_formats``) extends it.
A block begins with ``AC`` and is one declaration: circles (``DC``) stay circles, points (``DP``) and
arcs (``DA``, ``DB``) are a ring, points of an airway (``DY``) a corridor with width ``V W``.

Two readings are assumptions, and stand in docs/formats.md: what joins two points is the shortest path
(aeronautical publications draw it so, the format does not say); an airspace without activation times
(``AA``) always holds, and so does one that is activated at times nobody knows yet (``AA NONE``).

A block with a line that cannot be read is refused as a whole, because an airspace without one of its
points lies somewhere else; every other block is still read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Final

from keepclear.domain.altitude import Altitude
from keepclear.domain.declaration import POSITION_ERROR_M_MAX, Declaration, Kind
from keepclear.domain.footprint import Area, Circle, Corridor, EdgeRule, Footprint, Polygon
from keepclear.domain.position import Position
from keepclear.domain.stated import StatedPosition
from keepclear.domain.units import NAUTICAL_MILE_M
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import ALWAYS, Window, parse_instant
from keepclear.errors import InputError, Refusal
from keepclear.formats.airlimits import air_band, air_limit
from keepclear.formats.airpoints import read_colons, two_with_colons
from keepclear.formats.arcs import Arc, arc_between, arc_of_bearings, ring_of
from keepclear.formats.place import Place
from keepclear.formats.reading import Reading
from keepclear.formats.remarks import Remarks
from keepclear.formats.text import free_text, generated_id, one_line, shown

__all__ = ["FORMAT", "MISFIT_TOLD_M", "looks_like_openair", "misfit_remark", "read"]

FORMAT: Final = "openair"

LINES_MAX: Final = 2_000_000
"""Lines of one file: the airspace of the whole world has a tenth of that."""
LINE_LENGTH_MAX: Final = 10_000
"""Characters of one line; real ones have a hundred."""
PIECES_MAX: Final = 20_000
"""Points and arcs of one airspace: the longest national borders have some thousand."""
WINDOWS_MAX: Final = 1_000
"""Activation times of one airspace."""
PARTS_MAX: Final = 10_000
"""Shapes times activation times of one airspace, as for other zones."""
MISFIT_TOLD_M: Final = 1.0
"""Ends of arcs that lie further off the circle than this are told, and charged as position error."""
_MISFIT_STEPS_M: Final = (20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0, 5_000.0, 10_000.0)
_LOOKED_AT: Final = 200
"""Lines looked at for the first command."""

_COMMAND: Final = re.compile(r"(A[A-Z]|D[A-Z]|S[A-Z]|T[A-Z]|V)(?:\s+(.*))?", re.ASCII)
_NUMBER: Final = re.compile(r"\d{1,6}(?:\.\d{1,9})?", re.ASCII)
_VARIABLE: Final = re.compile(r"([A-Z])\s*=\s*(.*)", re.ASCII)
_OPENING: Final = re.compile(r"AC\s+[A-Z0-9_\-]{1,20}\s*(?:[*;#].*)?", re.ASCII | re.IGNORECASE)

_UNTIMED: Final = "activated at times that nobody has announced (AA NONE): taken to hold always"
_NO_LIMIT: Final = "without an upper or lower limit: taken to have none on that side"
_OUTSIDE: Final = "before the first airspace: ignored"
_UNKNOWN: Final = "with a command that is not part of OpenAir: ignored"
_REPEATED: Final = "with a limit given twice: the later one is taken"


def looks_like_openair(text: str) -> bool:
    """Whether the first command of a text is ``AC``, after comments and empty lines alone."""
    for line in text.splitlines()[:_LOOKED_AT]:
        stripped = line.strip()
        if stripped and not stripped.startswith(("*", ";", "#")):
            return _OPENING.fullmatch(stripped) is not None
    return False


def misfit_remark(misfit_m: float) -> str:
    """What is said where the ends of arcs lie off their circle; figures are rounded up, to be few."""
    most = next((step for step in _MISFIT_STEPS_M if misfit_m <= step), POSITION_ERROR_M_MAX)
    return (
        f"where the ends of an arc lie up to {most:,.0f} m off its circle: both are covered, by that "
        "much as the error of its position"
    )


class _Block:
    """One airspace while its lines are read."""

    def __init__(self, line: int, class_: str) -> None:
        self.first_line = self.last_line = line
        self.class_ = class_
        self.words: dict[str, str] = {}
        self.limits: dict[str, Altitude | None] = {}
        self.pieces: list[Position | Arc] = []
        self.circles: list[Circle] = []
        self.airway: list[Position] = []
        self.stated: list[StatedPosition] = []
        self.windows: list[Window] = []
        self.center: Position | None = None
        self.clockwise = True
        self.width_m: float | None = None
        self.faults: list[InputError] = []

    @property
    def name(self) -> str:
        return self.words.get("AN", "")


def read(content: bytes, *, name: str, stem: str | None = None) -> Reading:
    """Read a whole file.

    Args:
        content: Checked UTF-8.
        name: The file, as sentences name it.
        stem: What generated identifiers begin with; the name, if nothing is given.

    Raises:
        InputError: ``list.too-many``.
    """
    remarks = Remarks(name, "airspace")
    lines = Remarks(name, "line")
    refused: list[Refusal] = []
    declarations: list[Declaration] = []
    seen: dict[str, int] = {}
    for count, block in enumerate(_blocks(content.decode(), remarks, lines), 1):
        where = _where(name, block)
        remarks.row = where.removeprefix(name + " ")
        try:
            if not block.faults:
                generated = generated_id(stem or name, count)
                declarations.append(_declaration(block, where, generated, seen, remarks))
        except InputError as error:
            block.faults.append(error)
        refused += [Refusal.of(fault.inside(where)) for fault in block.faults]
    if not declarations and not refused:
        nothing = InputError(
            "openair.empty", "found no airspace, expected blocks that begin with AC"
        )
        refused.append(Refusal.of(nothing.inside(name)))
    warnings = (*lines.sentences(), *remarks.sentences())
    return Reading(FORMAT, tuple(declarations), tuple(refused), warnings)


def _where(name: str, block: _Block) -> str:
    title = free_text(block.name)[:80]
    return f"{name} airspace in lines {block.first_line} to {block.last_line} {title}".strip()


def _blocks(text: str, remarks: Remarks, lines: Remarks) -> Iterator[_Block]:
    block: _Block | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if number > LINES_MAX:
            raise InputError("list.too-many", f"more than {LINES_MAX:,} lines; split the file")
        lines.row = f"line {number}"
        command, value = _command(line)
        if not command:
            continue
        if command == "AC":
            if block is not None:
                yield block
            block = _Block(number, value.upper())
            remarks.row = f"line {number}"
            continue
        if block is None:
            lines.add(_OUTSIDE)
            continue
        reader = _READERS.get(command)
        if reader is None:
            if command[0] not in "ST":  # terrain and styles of lines are no airspace
                lines.add(_UNKNOWN)
            continue
        block.last_line = number
        remarks.row = f"line {number}"
        try:
            with Place(f"line {number} {command}"):
                reader(block, command, value, remarks)
        except InputError as error:
            block.faults.append(error)
    if block is not None:
        yield block


def _command(line: str) -> tuple[str, str]:
    """The command of a line and what follows it; empty for comments and empty lines."""
    body = re.split(r"\*|\s;|^;|^#", line[:LINE_LENGTH_MAX], maxsplit=1)[0].strip()
    match = _COMMAND.fullmatch(body[:2].upper() + body[2:])
    if match is None:
        return ("??", body) if body else ("", "")
    return match[1], (match[2] or "").strip()


def _word(block: _Block, command: str, value: str, _remarks: Remarks) -> None:
    block.words[command] = free_text(value)


def _name(block: _Block, command: str, value: str, _remarks: Remarks) -> None:
    block.words[command] = one_line(value)


def _limit(block: _Block, command: str, value: str, remarks: Remarks) -> None:
    if command in block.limits:
        remarks.add(_REPEATED)
    block.limits[command] = air_limit(value, remarks)


def _active(block: _Block, _command: str, value: str, remarks: Remarks) -> None:
    if len(block.windows) == WINDOWS_MAX:
        raise InputError("list.too-many", f"more than {WINDOWS_MAX:,} activation times")
    if value.upper() in {"NONE", "NONE/NONE"}:
        remarks.add(_UNTIMED)
        block.windows.append(ALWAYS)
        return
    if value.upper() in {"24/7", "H24"}:
        block.windows.append(ALWAYS)
        return
    start, slash, end = value.partition("/")
    if not slash:
        raise InputError(
            "openair.activation",
            f"found {shown(value)}, expected 'START/END' such as "
            "'2023-12-16T12:00Z/2023-12-16T13:00Z', or NONE on either side",
        )
    block.windows.append(Window(_instant(start), _instant(end)))


def _instant(text: str) -> int | None:
    """An instant; ``T24:00`` is the end of that day."""
    word = text.strip().upper()
    if word == "NONE":
        return None
    midnight = re.fullmatch(r"(\d{4}-\d{2}-\d{2})T24:00(?::00)?(Z|[+-]\d\d:?\d\d)", word, re.ASCII)
    if midnight:
        return parse_instant(f"{midnight[1]}T00:00{midnight[2]}") + 86_400_000_000
    return parse_instant(word)


def _variable(block: _Block, _command: str, value: str, _remarks: Remarks) -> None:
    match = _VARIABLE.fullmatch(value.upper())
    name, said = (match[1], match[2].strip()) if match else ("", "")
    if name == "X":
        block.center = _point(block, said)
    elif name == "D" and said in {"+", "-"}:
        block.clockwise = said == "+"
    elif name == "W":
        block.width_m = _miles(said, "width")
    elif name != "Z":  # from which zoom an airspace is drawn
        raise InputError(
            "openair.variable",
            f"found {shown(value)}, expected D=+, D=-, X=place, W=width or Z=zoom",
        )


def _place(block: _Block, _command: str, value: str, _remarks: Remarks) -> None:
    _add(block, _point(block, value))


def _airway(block: _Block, _command: str, value: str, _remarks: Remarks) -> None:
    if len(block.airway) == PIECES_MAX:
        raise InputError("coordinates.too-many", f"more than {PIECES_MAX:,} points in one airspace")
    block.airway.append(_point(block, value))


def _arc_by_bearings(block: _Block, _command: str, value: str, _remarks: Remarks) -> None:
    cells = [cell.strip() for cell in value.split(",")]
    if len(cells) != 3:
        raise InputError(
            "openair.arc", f"found {shown(value)}, expected 'radius, first bearing, last bearing'"
        )
    radius_m = _miles(cells[0], "radius")
    first, last = (_number(cell, "bearing") for cell in cells[1:])
    center = _center(block)
    _add(block, arc_of_bearings(center, radius_m, first, last, clockwise=block.clockwise))


def _arc_by_ends(block: _Block, _command: str, value: str, _remarks: Remarks) -> None:
    ends = two_with_colons(value)
    if ends is None:
        raise InputError(
            "openair.arc",
            f"found {shown(value)}, expected two places with a comma between them, such as "
            "'52:22:39 N 013:08:15 E, 52:24:33 N 013:11:02 E'",
        )
    block.stated += ends
    start, end = (place.position for place in ends)
    _add(block, arc_between(_center(block), start, end, clockwise=block.clockwise))


def _circle(block: _Block, _command: str, value: str, _remarks: Remarks) -> None:
    if len(block.circles) == PIECES_MAX:
        raise InputError(
            "coordinates.too-many", f"more than {PIECES_MAX:,} circles in one airspace"
        )
    block.circles.append(Circle(_center(block), _miles(value, "radius")))


_READERS: Final = MappingProxyType[str, Callable[[_Block, str, str, Remarks], None]](
    {
        "AN": _name,
        "AI": _name,
        "AY": _word,
        "AF": _word,
        "AG": _word,
        "AX": _word,
        "AL": _limit,
        "AH": _limit,
        "AA": _active,
        "V": _variable,
        "DP": _place,
        "DA": _arc_by_bearings,
        "DB": _arc_by_ends,
        "DC": _circle,
        "DY": _airway,
        "AT": lambda *_: None,  # where a label is drawn
    }
)
"""What each command of a block does; those of terrain and style are passed over."""


def _add(block: _Block, piece: Position | Arc) -> None:
    if len(block.pieces) == PIECES_MAX:
        raise InputError("coordinates.too-many", f"more than {PIECES_MAX:,} points in one airspace")
    block.pieces.append(piece)


def _point(block: _Block, text: str) -> Position:
    stated = read_colons(text)
    block.stated.append(stated)
    return stated.position


def _center(block: _Block) -> Position:
    if block.center is None:
        raise InputError("openair.center", "no centre is set; a line 'V X=place' must stand before")
    return block.center


def _number(text: str, what: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise InputError("number.expected", f"found {what} {shown(text)}, expected a number")
    return float(text)


def _miles(text: str, what: str) -> float:
    """Nautical miles, as the specification says for every length; a unit beside them is accepted."""
    return _number(re.sub(r"\s*NM$", "", text.strip(), flags=re.IGNORECASE), what) * NAUTICAL_MILE_M


def _declaration(
    block: _Block, where: str, generated: str, seen: dict[str, int], remarks: Remarks
) -> Declaration:
    footprints, misfit_m = _footprints(block)
    if len(footprints) * len(block.windows) > PARTS_MAX:
        raise InputError(
            "list.too-many",
            f"{len(footprints):,} shapes at {len(block.windows):,} times make more than "
            f"{PARTS_MAX:,} parts; split the airspace",
        )
    if len(block.limits) < 2:
        remarks.add(_NO_LIMIT)
    band = air_band(block.limits.get("AL"), block.limits.get("AH"))
    windows = block.windows or [ALWAYS]
    if misfit_m > MISFIT_TOLD_M:
        remarks.add(misfit_remark(misfit_m))
    words = block.words
    notice = tuple(
        (field, words[command])
        for command, field in (
            ("AY", "airspace_type"),
            ("AF", "frequency"),
            ("AG", "station"),
            ("AX", "transponder"),
        )
        if words.get(command)
    )
    return Declaration(
        id=_unique(words.get("AI") or block.name or generated, seen),
        kind=Kind.RESTRICTION,
        parts=tuple(Volume4D(shape, band, when) for shape in footprints for when in windows),
        where=where,
        name=block.name,
        stated=tuple((place,) for place in block.stated),
        notice=(("airspace_class", free_text(block.class_)), *notice),
        position_error_m=misfit_m if misfit_m > MISFIT_TOLD_M else 0.0,
    )


def _unique(id_: str, seen: dict[str, int]) -> str:
    """Layers of one airspace often share a name: each is a declaration of its own."""
    seen[id_] = seen.get(id_, 0) + 1
    return id_ if seen[id_] == 1 else _unique(f"{id_} ({seen[id_]})", seen)


def _footprints(block: _Block) -> tuple[list[Footprint], float]:
    """Everything that the block draws; its worst misfit of arcs in metres."""
    found: list[Footprint] = list(block.circles)
    misfit_m = 0.0
    if block.pieces:
        ring, misfit_m = ring_of(block.pieces)
        found.append(Area((Polygon((ring,)),), EdgeRule.GEODESIC))
    if block.airway:
        if block.width_m is None:
            raise InputError("openair.width", "an airway (DY) needs its width: 'V W=width' in NM")
        found.append(Corridor(tuple(block.airway), block.width_m / 2.0, EdgeRule.GEODESIC))
    if not found:
        raise InputError("declaration.empty", "the airspace has no points, arcs or circles")
    return found, misfit_m
