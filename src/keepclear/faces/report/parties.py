"""How each party looks: a colour, a pattern that survives a black-and-white printer, a letter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from string import ascii_uppercase
from typing import Final

from keepclear.faces.report.svg import tag

__all__ = ["CROSSING_FILL", "Look", "looks", "patterns", "swatch"]

LOOKS: Final = 8
"""Colours and patterns before they repeat; the letter never does."""
CROSSING_FILL: Final = "url(#tx)"

_SIZE: Final = 9
_LINES: Final = (
    "M-2 11L11 -2M-2 2L2 -2M7 11L11 7",
    "M-2 -2L11 11M7 -2L11 2M-2 7L2 11",
    "M4 4h1.6v1.6h-1.6z",
    "M0 4.5H9",
    "M4.5 0V9",
    "M0 4.5H9M4.5 0V9",
    "M0 0L9 9M9 0L0 9",
    "M1 4.5H5",
)


@dataclass(frozen=True, slots=True)
class Look:
    """One party's letter and place among the colours and patterns."""

    letter: str
    index: int

    @property
    def class_(self) -> str:
        """CSS class that sets the colour."""
        return f"p{self.index % LOOKS}"

    @property
    def fill(self) -> str:
        """Reference to the pattern."""
        return f"url(#t{self.index % LOOKS})"


def looks(names: Iterable[str]) -> dict[str, Look]:
    """A look for every party in the order given; its own initial as its letter where it is free."""
    found: dict[str, Look] = {}
    taken: set[str] = set()
    spare = _letters()
    for index, name in enumerate(dict.fromkeys(names)):
        letter = name[:1].upper()
        if name and (letter not in ascii_uppercase or letter in taken):
            letter = next(candidate for candidate in spare if candidate not in taken)
        taken.add(letter)
        found[name] = Look(letter, index)
    return found


def _letters() -> Iterator[str]:
    """A to Z, A2 to Z2 and so on."""
    for round_ in count(1):
        for letter in ascii_uppercase:
            yield letter if round_ == 1 else f"{letter}{round_}"


def patterns() -> str:
    """The definitions that every drawing on the page refers to; itself without size."""
    found = [
        tag("pattern", tag("path", d=line), id=f"t{index}", class_=f"p{index}", **_frame())
        for index, line in enumerate(_LINES)
    ]
    cross = tag("path", d="M0 0L8 8M8 0L0 8")
    found.append(
        tag(
            "pattern",
            tag("rect", width=8, height=8),
            cross,
            id="tx",
            class_="px",
            width=8,
            height=8,
            patternUnits="userSpaceOnUse",
        )
    )
    return tag("svg", tag("defs", *found), class_="patterns", width=0, height=0, aria_hidden="true")


def _frame() -> dict[str, object]:
    return {"width": _SIZE, "height": _SIZE, "patternUnits": "userSpaceOnUse"}


def swatch(look: Look) -> str:
    """A small sample for the legend and the tables."""
    return tag(
        "svg",
        tag("rect", x=1, y=1, width=26, height=16, rx=3, class_="fill"),
        tag("rect", x=1, y=1, width=26, height=16, rx=3, class_="edge", fill=look.fill),
        tag("text", look.letter, x=14, y=13, text_anchor="middle") if look.letter else "",
        class_=f"swatch {look.class_}",
        width=28,
        height=18,
        viewBox="0 0 28 18",
        aria_hidden="true",
    )
