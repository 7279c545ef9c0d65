"""What our templates hold beside what people write: example rows and sheets of notes, never read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from keepclear.errors import InputError
from keepclear.formats.sheets.cells import Cell, text_of

__all__ = ["EXAMPLE_ID", "EXAMPLE_POSITIONS", "OURS", "is_example"]

OURS: Final = "keepclear:"
"""What the first cell of our own notes and lists begins with; such sheets are passed over."""
EXAMPLE_ID: Final = "EXAMPLE"
"""The reference of every example row, the same in all languages."""
EXAMPLE_POSITIONS: Final = (
    "31°05'42.0\"S 144°12'00.0\"E",
    "31°18'36.0\"S 143°42'00.0\"E",
    "31°28'48.0\"S 143°31'12.0\"E",
)
"""Where the examples are: empty steppe."""


def is_example(said: Mapping[str, Cell]) -> bool:
    """Whether a row that carries the example's reference still is the example.

    Raises:
        InputError: ``template.example``: somebody wrote over it and left its reference.
    """
    if text_of(said.get("position")) in EXAMPLE_POSITIONS:
        return True
    raise InputError(
        "template.example",
        f"the reference still is {EXAMPLE_ID}, but the position is not that of the example; give "
        "the row a reference of your own",
        where="column id",
    )
