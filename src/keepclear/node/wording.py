"""What is shown, as the very text that is kept and sent."""

from __future__ import annotations

import json
from typing import Any, Final

__all__ = ["text_of"]

_WRITER: Final = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), check_circular=False
)
"""Made once: it is used with every decision. What is said is made here and does not hold itself; to
look for that is an eighth of the writing."""


def text_of(value: dict[str, Any]) -> str:
    """One line of JSON."""
    return _WRITER.encode(value)
