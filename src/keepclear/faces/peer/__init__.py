"""The line over HTTPS: notes to the addresses on a peer's card, and notes that come."""

from __future__ import annotations

from typing import Final

__all__ = ["NOTES_A_REQUEST", "NOTES_PATH"]

NOTES_PATH: Final = "/api/v1/line/notes"
"""Where every node takes notes in."""
NOTES_A_REQUEST: Final = 100
