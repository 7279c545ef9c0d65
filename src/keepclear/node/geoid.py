"""The EGM96 grid that is shipped with the package: loaded whole, or not at all.

A missing grid is an error that says so. Heights above sea level are never compared as if the geoid
were the ellipsoid.
"""

from __future__ import annotations

import hashlib
import zlib
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np

from keepclear.detect.vertical import Geoid
from keepclear.errors import ConfigurationError

__all__ = ["GRID_FILE", "GRID_SHA256", "GRID_SHAPE", "grid_from_bytes", "load_geoid"]

GRID_FILE: Final = ("data", "egm96_15min.z")
"""Where the grid lies in the package."""
GRID_SHAPE: Final = (721, 1440)
"""Rows from 90 N to 90 S, columns from 0 E eastward, every 15 minutes of arc."""
GRID_SHA256: Final = "9dcaf4efd6857aaa2e1e2e2c574d3f5264eacf47024cdcd5291c40ddad5e5acc"
"""Of the grid as published: centimetres as int16, big-endian."""
_REPAIR: Final = "install keepclear again"


@cache
def load_geoid() -> Geoid:
    """The shipped geoid, read once (some 20 ms).

    Raises:
        ConfigurationError: the grid is missing, or not the one that was published.
    """
    try:
        packed = files("keepclear").joinpath(*GRID_FILE).read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"the geoid grid {GRID_FILE[-1]} is missing from this installation, so heights above "
            f"sea level cannot be compared; {_REPAIR}"
        ) from error
    return Geoid(grid_from_bytes(packed))


def grid_from_bytes(packed: bytes) -> np.ndarray[Any, np.dtype[np.int16]]:
    """The grid in centimetres, int16 (721, 1440), read-only, from the content of the shipped file.

    Raises:
        ConfigurationError: the content is not the published grid.
    """
    size = GRID_SHAPE[0] * GRID_SHAPE[1] * 2
    try:
        raw = zlib.decompressobj().decompress(packed, size + 1)
    except zlib.error:
        raw = b""
    if len(raw) == size:
        steps = np.frombuffer(raw, "<i2").reshape(GRID_SHAPE)
        grid = steps.cumsum(axis=0, dtype=np.int16).cumsum(axis=1, dtype=np.int16)
        if hashlib.sha256(grid.astype(">i2").tobytes()).hexdigest() == GRID_SHA256:
            grid.setflags(write=False)
            return grid
    raise ConfigurationError(
        f"the geoid grid {GRID_FILE[-1]} is damaged: it is not the published EGM96 grid; {_REPAIR}"
    )
