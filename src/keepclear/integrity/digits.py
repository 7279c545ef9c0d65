"""How many digits a writing really has: a spreadsheet's number cell drops the zeros at its end.

``13.2, 16.54831`` was measured as ``13.20000, 16.54831``: nobody measures one axis ten thousand times
more finely than the other. So two writings of a place are compared by the finer axis, while the
coarser one still counts where it is asked how well a place is known.
"""

from __future__ import annotations

import re
from typing import Final

from keepclear.domain.stated import Notation, StatedPosition

__all__ = ["dropped_zeros", "written_error_m", "written_step_m"]

_NUMBER: Final = re.compile(r"\d+(?:[.,](\d*))?")
_FIGURES: Final = re.compile(r"\d{6,7}(?![\d.,])")
"""Easting and northing, where they are whole metres."""
_FINE: Final = 3
"""Decimals from which an axis counts as measured: 100 m."""


def dropped_zeros(stated: StatedPosition) -> int:
    """By how many decimals one axis is shorter than the other, where that other one is fine."""
    if stated.notation is not Notation.DECIMAL:
        return 0
    decimals = [len(match.group(1) or "") for match in _NUMBER.finditer(stated.text)]
    if len(decimals) != 2 or max(decimals) < _FINE:
        return 0
    return max(decimals) - min(decimals)


def written_error_m(stated: StatedPosition) -> float:
    """How far off a writing may be, by the digits that seem to have been measured.

    Both axes are taken to be as fine as the finer one; UTM figures that both end in zeros, which has
    no other way to say so, as coarse as those zeros.
    """
    return float(stated.error_m * _as_measured(stated))


def written_step_m(stated: StatedPosition) -> float:
    """Size on the ground of the last digit that seems to have been measured, on the coarser axis."""
    return float(stated.precision_m * _as_measured(stated))


def _as_measured(stated: StatedPosition) -> float:
    """By how much coarser or finer it was measured than its digits say."""
    return float(10.0 ** (_filled_zeros(stated) - dropped_zeros(stated)))


def _filled_zeros(stated: StatedPosition) -> int:
    """Zeros at the end of both numbers of a UTM reference."""
    if stated.notation is not Notation.UTM:
        return 0
    figures = [match.group() for match in _FIGURES.finditer(stated.text)]
    return min((len(one) - len(one.rstrip("0")) for one in figures), default=0)
