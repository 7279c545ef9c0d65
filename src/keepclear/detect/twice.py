"""One source, run twice: the kernels that both code paths share.

A kernel marked :func:`kernel` uses only ``+ - * /``, comparisons, bit operations and the elementwise
numpy functions ``sqrt floor rint abs minimum maximum where``, each of which IEEE 754 rounds in one
way only. Called with numpy arrays it works elementwise (the portable path); ``detect.fast`` compiles
the very same function for scalars. Bits are therefore equal by construction, and a law checks it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

__all__ = ["KERNELS", "kernel"]

F = TypeVar("F", bound=Callable[..., Any])

KERNELS: Final[list[Callable[..., Any]]] = []
"""Every kernel in the order of definition, callees before callers."""


def kernel(function: F) -> F:
    """Mark a function as shared by both code paths."""
    KERNELS.append(function)
    return function
