"""Declarations -> one GeoJSON feature per line."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from keepclear.domain.declaration import Declaration
from keepclear.formats.writers.geojson import features
from keepclear.formats.writers.losses import Losses

__all__ = ["write"]


def write(declarations: Sequence[Declaration], losses: Losses) -> bytes:
    """A feature on each line, as ``geojson`` writes it."""
    return b"".join(msgspec.json.encode(f) + b"\n" for f in features(declarations, losses))
