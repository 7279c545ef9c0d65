"""The rows of a declaration that is to stand, the same whoever makes them.

A standing set makes them for itself, or is given those that another process has made with the same
heights of the geoid (:mod:`keepclear.detect.packed` carries them).
"""

from __future__ import annotations

from collections.abc import Sequence

from keepclear.detect.packed import PackedRows
from keepclear.detect.prepare import PORTABLE_MAKER, Maker, Prepared, gather, prepare
from keepclear.detect.rules import standing_on
from keepclear.detect.vertical import Geoid
from keepclear.domain.declaration import Declaration, Ground
from keepclear.errors import InputError

__all__ = ["rows_of"]


def rows_of(
    declarations: Sequence[Declaration],
    *,
    geoid: Geoid,
    ground: Ground | None = None,
    maker: Maker = PORTABLE_MAKER,
) -> Prepared | PackedRows:
    """The rows of declarations, all of them usable; of one by itself as bytes, where that is quicker.

    Args:
        declarations: With plain windows; those of sites are left open at their end.
        geoid: EGM96 undulations.
        ground: Ground where a declaration states none, metres above mean sea level.
        maker: Makes the rows; the same ones, whichever it is.

    Raises:
        InputError: A part of one cannot be used.
    """
    said = [standing_on(one) for one in declarations]
    if len(said) == 1:
        rows, refused, missing = gather(said, geoid, ground)
        packed = maker.packed(rows, missing) if rows.closed and not refused else None
        if packed is not None:
            return packed
    found = prepare(said, geoid=geoid, ground=ground, maker=maker)
    if found.refused:
        first = found.refused[0]
        raise InputError(first.code, first.message, where=first.where)
    return found
