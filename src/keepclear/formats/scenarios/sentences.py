"""The text of a scenario -> its sentences, each with what is indented below it, or its block of text.

Left to others: what a sentence says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from keepclear.errors import InputError

__all__ = ["FIRST", "Sentence", "sentences"]

FIRST: Final = "keepclear scenario 1"
"""The first line of every scenario."""
_END: Final = "END"


@dataclass(slots=True)
class Sentence:
    """A line, with what is indented below it."""

    line: int
    text: str
    below: list[tuple[int, str]] = field(default_factory=list)
    block: str = ""
    """The text up to ``END``, of an arrangement."""


def sentences(text: str, name: str) -> Iterator[Sentence]:
    """The sentences of a text, in order.

    Args:
        text: All of it, with its first line.
        name: What faults call the file.

    Raises:
        InputError: it does not begin as a scenario, a line is indented below nothing, or a block has
            no end.
    """
    lines = enumerate(text.splitlines(), 1)
    first = next((line.strip() for _, line in lines if _says(line)), "")
    if first != FIRST:
        raise InputError(
            "scenario.first", f"found {first[:60]!r} first, expected {FIRST!r}", where=name
        )
    open_: Sentence | None = None
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
        open_ = Sentence(number, line.strip())
        if _opens_block(open_.text):
            open_.block = _block(lines, open_, name)
    if open_ is not None:
        yield open_


def _opens_block(text: str) -> bool:
    """An arrangement whose text stands below it."""
    words = text.split()
    return words[0] == "arrangement" and "from" not in words[2:3]


def _says(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _block(lines: Iterator[tuple[int, str]], begun: Sentence, name: str) -> str:
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
