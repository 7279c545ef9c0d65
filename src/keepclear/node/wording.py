"""What is shown, as the very text that is kept and sent."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["text_of"]


def text_of(value: dict[str, Any]) -> str:
    """One line of JSON."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
