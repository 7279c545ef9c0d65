"""Compiled: the very functions of :mod:`keepclear.detect.cut`, so that both paths draw alike."""

from __future__ import annotations

import types
from typing import Any, Final

import numba

from keepclear.detect import cut as plain
from keepclear.detect.cut import Cut

__all__ = ["CUT"]


def _compiled() -> Cut:
    """The last of the functions, each of which calls only those before it."""
    done: dict[str, Any] = {}
    for function in plain.PARTS:
        names = {**function.__globals__, **done}
        copy = types.FunctionType(function.__code__, names, function.__name__)
        last = function is plain.cut
        done[function.__name__] = numba.njit(copy, error_model="numpy", nogil=True, cache=last)
    whole: Cut = done[plain.cut.__name__]
    return whole


CUT: Final[Cut] = _compiled()
"""See :func:`keepclear.detect.cut.cut`."""
