"""What is shown, as the very text that is kept and sent.

Two writers make the same text, one of them twenty times as fast. They differ in numbers alone: such as
are nearer to zero than 0.0001, or 1e16 and beyond, and such as are none.
"""

from __future__ import annotations

import json
from typing import Any, Final

import msgspec

__all__ = ["plain_text_of", "text_of"]

_WRITER: Final = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), check_circular=False
)
"""Made once: it is used with every decision. What is said is made here and does not hold itself; to
look for that is an eighth of the writing."""
_QUICK: Final = msgspec.json.Encoder()
_PERHAPS: Final = (b"0.0000", b"null")
"""Where a text holds one of these, it may hold a number that the other writer spells otherwise, or one
that is none and must not pass for nothing."""


def text_of(value: dict[str, Any]) -> str:
    """One line of JSON.

    Raises:
        ValueError: a number in it is none.
    """
    return _WRITER.encode(value)


def plain_text_of(value: dict[str, Any]) -> str:
    """The same, where no number in it is 1e16 or more, or below 0.00001 and not zero.

    Raises:
        ValueError: as :func:`text_of`.
    """
    data = _QUICK.encode(value)
    if any(one in data for one in _PERHAPS):
        return text_of(value)
    return data.decode()
