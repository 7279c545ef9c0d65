"""OpenAir text -> its blocks: what each command says, and which lines cannot be read.

Every fault of a block is kept with its line, so that one pass tells all of them. Direction and centre
end with their block, as WinPilot's description says. Lengths are nautical miles.

Leaves to ``openair``: what a block declares.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Final

from keepclear.domain.altitude import Altitude
from keepclear.domain.footprint import Circle
from keepclear.domain.position import Position
from keepclear.domain.schedule import DAY_US
from keepclear.domain.stated import StatedPosition
from keepclear.domain.units import NAUTICAL_MILE_M
from keepclear.domain.window import ALWAYS, Window, parse_instant
from keepclear.errors import InputError
from keepclear.formats.airlimits import air_limit
from keepclear.formats.airpoints import read_colons, two_with_colons
from keepclear.formats.arcs import Arc, arc_between, arc_of_bearings
from keepclear.formats.place import Place
from keepclear.formats.remarks import Remarks
from keepclear.formats.text import free_text, one_line, shown

__all__ = ["Block", "blocks"]

LINES_MAX: Final = 2_000_000
"""Lines of one file: the airspace of the whole world has a tenth of that."""
LINE_LENGTH_MAX: Final = 10_000
"""Characters of one line; real ones have a hundred."""
PIECES_MAX: Final = 20_000
"""Points and arcs of one airspace: the longest national borders have some thousand."""
WINDOWS_MAX: Final = 1_000
"""Activation times of one airspace."""
_COMMAND: Final = re.compile(r"(A[A-Z]|D[A-Z]|S[A-Z]|T[A-Z]|V)(?:\s+(.*))?", re.ASCII)
_NUMBER: Final = re.compile(r"\d{1,6}(?:\.\d{1,9})?", re.ASCII)
_VARIABLE: Final = re.compile(r"([A-Z])\s*=\s*(.*)", re.ASCII)
_UNTIMED: Final = "activated at times that nobody has announced (AA NONE): taken to hold always"
_OUTSIDE: Final = "before the first airspace: ignored"
_UNKNOWN: Final = "with a command that is not part of OpenAir: ignored"


class Block:
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
        """As written; empty where it has none."""
        return self.words.get("AN", "")


def blocks(text: str, remarks: Remarks, lines: Remarks) -> Iterator[Block]:
    """The blocks of a text, in its order.

    Args:
        text: The whole file.
        remarks: Receives what should be looked at in an airspace.
        lines: Receives what should be looked at in a line that belongs to none.

    Raises:
        InputError: ``list.too-many``.
    """
    block: Block | None = None
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
            block = Block(number, value.upper())
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


def _word(block: Block, command: str, value: str, _remarks: Remarks) -> None:
    block.words[command] = free_text(value)


def _name(block: Block, command: str, value: str, _remarks: Remarks) -> None:
    block.words[command] = one_line(value)


def _limit(block: Block, command: str, value: str, remarks: Remarks) -> None:
    limit = air_limit(value, remarks)
    if command in block.limits:
        raise InputError(
            "openair.twice", "the limit is given twice; an airspace has one of each, leave one out"
        )
    block.limits[command] = limit


def _active(block: Block, _command: str, value: str, remarks: Remarks) -> None:
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
        return parse_instant(f"{midnight[1]}T00:00{midnight[2]}") + DAY_US
    return parse_instant(word)


def _variable(block: Block, _command: str, value: str, _remarks: Remarks) -> None:
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


def _place(block: Block, _command: str, value: str, _remarks: Remarks) -> None:
    _add(block, _point(block, value))


def _airway(block: Block, _command: str, value: str, _remarks: Remarks) -> None:
    if len(block.airway) == PIECES_MAX:
        raise InputError("coordinates.too-many", f"more than {PIECES_MAX:,} points in one airspace")
    block.airway.append(_point(block, value))


def _arc_by_bearings(block: Block, _command: str, value: str, _remarks: Remarks) -> None:
    cells = [cell.strip() for cell in value.split(",")]
    if len(cells) != 3:
        raise InputError(
            "openair.arc", f"found {shown(value)}, expected 'radius, first bearing, last bearing'"
        )
    radius_m = _miles(cells[0], "radius")
    first, last = (_number(cell, "bearing") for cell in cells[1:])
    center = _center(block)
    _add(block, arc_of_bearings(center, radius_m, first, last, clockwise=block.clockwise))


def _arc_by_ends(block: Block, _command: str, value: str, _remarks: Remarks) -> None:
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


def _circle(block: Block, _command: str, value: str, _remarks: Remarks) -> None:
    if len(block.circles) == PIECES_MAX:
        raise InputError(
            "coordinates.too-many", f"more than {PIECES_MAX:,} circles in one airspace"
        )
    block.circles.append(Circle(_center(block), _miles(value, "radius")))


_READERS: Final = MappingProxyType[str, Callable[[Block, str, str, Remarks], None]](
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


def _add(block: Block, piece: Position | Arc) -> None:
    if len(block.pieces) == PIECES_MAX:
        raise InputError("coordinates.too-many", f"more than {PIECES_MAX:,} points in one airspace")
    block.pieces.append(piece)


def _point(block: Block, text: str) -> Position:
    stated = read_colons(text)
    block.stated.append(stated)
    return stated.position


def _center(block: Block) -> Position:
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
