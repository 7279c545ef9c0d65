"""Texts of ``name: value`` lines in a fixed order, the form of everything signed here but checkpoints.

Rules kept here: the first line names the type and its version; each name stands where the type says;
a name that is not known refuses the text; what is read is printed again and compared, so that one
meaning has one spelling. Left to others: what the values mean, and who signed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from keepclear.errors import VerificationError

__all__ = ["LINES_MAX", "LINE_LENGTH_MAX", "Field", "read_fields", "write_fields"]

Field = tuple[str, str]
LINE_LENGTH_MAX: Final = 20_000
"""Characters of one line: a card in base64 is some thousand; a plan travels beside, by its hash."""
LINES_MAX: Final = 500


def write_fields(
    head: str, fields: Iterable[Field], *, line_length_max: int = LINE_LENGTH_MAX
) -> str:
    """The text with a head and some fields.

    Args:
        head: The type and its version.
        fields: In the order of the type.
        line_length_max: Characters of a line, where the type has longer ones.

    Raises:
        ValueError: a value does not fit on one line.
    """
    lines = [head, *(f"{name}: {value}" for name, value in fields)]
    if not all(line.isprintable() and len(line) <= line_length_max for line in lines):
        raise ValueError("a value stands on one line and holds no control characters")
    return "".join(f"{line}\n" for line in lines)


def read_fields(
    text: str,
    head: str,
    *,
    line_length_max: int = LINE_LENGTH_MAX,
    lines_max: int = LINES_MAX,
) -> list[Field]:
    """The fields of a text, in their order; the caller prints what it made of them and compares.

    Args:
        text: As it came.
        head: The type and its version.
        line_length_max: Characters of a line, where the type has longer ones.
        lines_max: Lines below the head, where the type has more.

    Raises:
        VerificationError: ``text.other-type``, ``text.malformed``.
    """
    first, *lines = text.split("\n")
    if first != head:
        raise VerificationError(
            "text.other-type", f"this begins with {first[:60]!r}, expected {head!r}"
        )
    if not lines or lines.pop() != "" or len(lines) > lines_max:
        raise _malformed("it does not end with its last line, or has too many")
    found = []
    for line in lines:
        name, colon, value = line.partition(": ")
        if not colon or not name or len(line) > line_length_max:
            raise _malformed(f"{line[:60]!r} is not 'name: value'")
        found.append((name, value))
    return found


def _malformed(why: str) -> VerificationError:
    return VerificationError("text.malformed", f"this text is not as its type makes it: {why}")
