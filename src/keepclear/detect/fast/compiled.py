"""Compiles the shared kernels of ``detect.twice`` for scalars, in the order they were defined."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import numba

from keepclear.detect import edges, lattice, metric, trig
from keepclear.detect.twice import KERNELS

__all__ = ["COMPILED", "compiled"]

_MODULES = (trig, lattice, edges, metric)
"""Named so that their kernels are registered before they are compiled here."""


def _compile_all() -> dict[str, Callable[..., Any]]:
    done: dict[str, Callable[..., Any]] = {}
    for kernel in KERNELS:
        names = {**kernel.__globals__, **done}
        copy = types.FunctionType(kernel.__code__, names, kernel.__name__)
        done[kernel.__name__] = numba.njit(copy, inline="never", error_model="numpy")
    return done


COMPILED: dict[str, Callable[..., Any]] = _compile_all()
"""Every kernel by name, compiled when first called."""


def compiled(name: str) -> Callable[..., Any]:
    """The compiled form of a shared kernel."""
    return COMPILED[name]
