"""The option `--max-bytes`: the largest file that is read, said once for every command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keepclear.faces import quantities
from keepclear.node.files import BYTES_MAX

__all__ = ["max_bytes_option"]


def max_bytes_option(option: Callable[..., Any]) -> Callable[[Any], Any]:
    """The option.

    Args:
        option: What makes it: ``click.option``, or what lets it stand in a settings file too.
    """
    decorator: Callable[[Any], Any] = option(
        "--max-bytes",
        type=quantities.SIZE,
        default=str(BYTES_MAX),
        metavar="SIZE",
        help="Largest file that is read: 500MB; 1GB if nothing is said.",
    )
    return decorator
