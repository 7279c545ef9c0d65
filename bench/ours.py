"""keepclear itself, behind the same functions as every peer.

Everything the benchmark knows of keepclear's insides stands here.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from volumes import Pairs

NOT_CONNECTED = "keepclear's search is not connected to the benchmark (bench/ours.py)"


def unavailable() -> str | None:
    """Why keepclear cannot run here, if so."""
    return NOT_CONNECTED


def load(npz: Path) -> Any:
    """The arrays of the workload, as read; not timed."""
    raise NotImplementedError(NOT_CONNECTED)


def join(loaded: Any) -> Pairs:
    """From arrays to exact pairs: lattice, search and verdict, all timed."""
    raise NotImplementedError(NOT_CONNECTED)


def pairs(npz: Path) -> tuple[Any, Any, float]:
    """First and second volume of each pair, and the seconds that finding them took."""
    loaded = load(npz)
    start = time.perf_counter()
    i, j = join(loaded)
    return i, j, time.perf_counter() - start


class Standing:
    """A set that volumes are put into, asked of and taken from, one call each.

    Args:
        npz: A workload; all its volumes may be named, none is in the set yet.
    """

    def __init__(self, npz: Path) -> None:
        raise NotImplementedError(NOT_CONNECTED)

    def insert(self, volume: int) -> None:
        """Put one volume in."""
        raise NotImplementedError(NOT_CONNECTED)

    def remove(self, volume: int) -> None:
        """Take one volume out."""
        raise NotImplementedError(NOT_CONNECTED)

    def query(self, volume: int) -> list[int]:
        """The volumes in the set that cross this one, in any order."""
        raise NotImplementedError(NOT_CONNECTED)
