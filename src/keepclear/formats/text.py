"""Bytes to text: UTF-8 only, a byte order mark taken off, everything else refused with advice.

Leaves to others: what the text means. Nothing here guesses an encoding, because a guess turns a
name or a degree sign into something nobody wrote.
"""

from __future__ import annotations

import unicodedata
from typing import Any, Final

from keepclear.errors import InputError

__all__ = [
    "FREE_LENGTH_MAX",
    "TEXT_LENGTH_MAX",
    "checked_utf8",
    "free_text",
    "generated_id",
    "low_and_high",
    "number",
    "numbered",
    "one_line",
    "refuse_empty",
    "shown",
]

TEXT_LENGTH_MAX: Final = 200
"""Characters in a name or identifier; longer ones are pasted documents, not names."""
FREE_LENGTH_MAX: Final = 2_000
"""Characters of a name or description for people; what follows is cut, and an ellipsis says so."""
_COMPOSED_MAX: Final = 8 * TEXT_LENGTH_MAX
"""Characters that are composed before counting: letters may come with their marks apart."""
_SHOWN_MAX: Final = 40
"""Characters of a found value that an error sentence quotes."""

_BOM: Final = b"\xef\xbb\xbf"
_BOM_WARNING: Final = "the file starts with a byte order mark; it was skipped"
_OTHER_ENCODINGS: Final = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
"""Marks of encodings that spreadsheets write; the longer marks first."""
_FORMATTING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that reverse the direction of writing: two names could be made to look alike."""


def checked_utf8(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The same bytes without a byte order mark, known to be UTF-8, and what to warn of.

    Raises:
        InputError: ``file.empty``, ``file.encoding``.
    """
    for mark, encoding in _OTHER_ENCODINGS:
        if data.startswith(mark):
            raise _not_utf8(encoding)
    if b"\x00" in data[:4] and data[:4].strip(b"\x00"):
        raise _not_utf8("UTF-16 or UTF-32")
    marked = data.startswith(_BOM)
    body = data[len(_BOM) :] if marked else data
    refuse_empty(body)
    try:
        body.decode()
    except UnicodeDecodeError as error:
        at = error.start + (len(_BOM) if marked else 0)
        raise InputError(
            "file.encoding",
            f"byte {at} (0x{body[error.start]:02x}) is not UTF-8; save the file as UTF-8",
        ) from None
    return body, (_BOM_WARNING,) if marked else ()


def refuse_empty(data: bytes) -> None:
    """Refuse a file in which there is nothing but white space, or a byte order mark.

    Raises:
        InputError: ``file.empty``.
    """
    body = data.removeprefix(_BOM)
    if not body or body.isspace():
        raise InputError("file.empty", "the file is empty; expected declarations")


def _not_utf8(encoding: str) -> InputError:
    return InputError(
        "file.encoding",
        f"the file is written in {encoding}, expected UTF-8; "
        "save it again with the encoding 'UTF-8'",
    )


def shown(value: Any) -> str:
    """A found value as an error sentence quotes it: short, and never a whole document."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = repr(value[: _SHOWN_MAX + 1] if isinstance(value, str) else value)
    return text if len(text) <= _SHOWN_MAX else text[: _SHOWN_MAX - 1] + "…"


def number(value: Any) -> float:
    """A JSON number as a finite float; true and false are not numbers.

    Raises:
        InputError: ``number.expected``, ``number.range``.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        hint = "; write it without quotes" if isinstance(value, str) else ""
        raise InputError("number.expected", f"found {shown(value)}, expected a number{hint}")
    try:
        result = float(value)
    except OverflowError:
        result = float("inf")
    if result - result != 0.0:  # only infinities and NaN differ from themselves
        raise InputError("number.range", f"found {shown(value)}, expected a finite number")
    return result


def one_line(value: Any) -> str:
    """A name or identifier: one line, trimmed, composed (NFC); a whole number is taken as text.

    Control characters are refused, because these texts are shown on terminals and screens.

    Raises:
        InputError: ``text.expected``, ``text.too-long``, ``text.control``.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**18 else value
    if not isinstance(value, str):
        raise InputError("text.expected", f"found {shown(value)}, expected a text")
    if value.isascii() and value.isprintable() and len(value) <= TEXT_LENGTH_MAX:
        return value.strip()
    text = unicodedata.normalize("NFC", value[:_COMPOSED_MAX]).strip()
    if len(text) > TEXT_LENGTH_MAX or len(value) > _COMPOSED_MAX:
        raise InputError(
            "text.too-long",
            f"found a text of {len(value)} characters, expected at most {TEXT_LENGTH_MAX}",
        )
    for mark in text:
        if mark in _FORMATTING or unicodedata.category(mark) in {"Cc", "Zl", "Zp", "Cs"}:
            raise InputError(
                "text.control", f"the text holds the control character U+{ord(mark):04X}; remove it"
            )
    return text


def free_text(value: Any) -> str:
    """Words for people: composed (NFC), white space folded, marks without a shape taken out.

    Never a reason to refuse a row: a value that is no text says nothing, because foreign files use
    these names for anything. It is cut at ``FREE_LENGTH_MAX``.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    if isinstance(value, str) and value.isascii() and value.isprintable():
        plain = " ".join(value.split())
        if len(plain) <= FREE_LENGTH_MAX:
            return plain  # what the rest would come to, in a tenth of the time
    words = unicodedata.normalize("NFC", str(value)[: 2 * FREE_LENGTH_MAX])
    text = " ".join(
        "".join(
            " " if mark.isspace() else mark
            for mark in words
            if mark.isspace()
            or (mark not in _FORMATTING and unicodedata.category(mark) not in {"Cc", "Cs"})
        ).split()
    )
    return text if len(text) <= FREE_LENGTH_MAX else text[: FREE_LENGTH_MAX - 1] + "…"


def numbered(id_: str, seen: dict[str, int]) -> str:
    """The identifier, with a number behind it where the file used it before: ``R 1 (2)``.

    Args:
        id_: As the file states it, or a generated one.
        seen: How often the file has used each so far; extended.
    """
    seen[id_] = seen.get(id_, 0) + 1
    return id_ if seen[id_] == 1 else numbered(f"{id_} ({seen[id_]})", seen)


def low_and_high(text: str) -> tuple[str, str]:
    """The ends of ``60..220``, not yet numbers.

    Raises:
        InputError: ``ground.range``.
    """
    lowest, dots, highest = text.partition("..")
    if not dots:
        raise InputError(
            "ground.range", f"found {shown(text)}, expected lowest..highest, such as 60..220"
        )
    return lowest.strip(), highest.strip()


def generated_id(stem: str, number: int) -> str:
    """The identifier of a row that has none: its file and its number, such as ``areas#3``.

    Another file has another stem, so that rows of two files never become parts of one declaration
    because neither was named.
    """
    return f"{stem}#{number}"
