"""The line over HTTPS: notes to the addresses on a peer's card, and notes that come."""

from __future__ import annotations

from typing import Final

__all__ = [
    "CONSISTENCY_PATH",
    "NOTES_A_REQUEST",
    "NOTES_PATH",
    "PARCELS_ASKED_PATH",
    "PARCELS_A_REQUEST",
    "PARCELS_PATH",
    "WITNESS_PATH",
]

NOTES_PATH: Final = "/api/v1/line/notes"
"""Where every node takes notes in."""
PARCELS_PATH: Final = "/api/v1/line/parcels"
"""Where every node takes sealed notes in, for its desk or to pass them on."""
PARCELS_ASKED_PATH: Final = "/api/v1/line/parcels/asked"
"""Where a relay is asked for what it holds."""
PARCELS_A_REQUEST: Final = 100
WITNESS_PATH: Final = "/api/v1/line/add-checkpoint"
"""Where every node is asked, as a witness, for a cosignature."""
CONSISTENCY_PATH: Final = "/api/v1/line/consistency"
"""Where every node shows that a state of its own record goes on from an earlier one."""
NOTES_A_REQUEST: Final = 100
