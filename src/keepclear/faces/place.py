"""Where a command finds a node: in a folder, or at an address."""

from __future__ import annotations

__all__ = ["is_url"]


def is_url(place: str) -> bool:
    """Whether what stands in place of a folder is the address of a node that is served."""
    return place.startswith(("http://", "https://"))
