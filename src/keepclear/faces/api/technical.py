"""The technical log: one line of JSON for each request, for the operator of the machine.

It holds no plan, no key, no token, no name of a declaration and no address that was asked for: of a
request the route of the table, its status and how long it took. What was decided stands in the record,
which is a different thing.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import msgspec

from keepclear.domain.window import format_instant

__all__ = ["line_writer", "places_of"]


def line_writer(
    now_us: Callable[[], int], out: TextIO | None = None
) -> Callable[[dict[str, object]], None]:
    """Something that writes lines.

    Args:
        now_us: The clock that lines are dated by.
        out: Where to; standard error, if nothing is said.
    """
    stream = out or sys.stderr

    def write(members: dict[str, object]) -> None:
        line = msgspec.json.encode({"at": format_instant(now_us()), **members}).decode()
        stream.write(line + "\n")
        stream.flush()

    return write


def places_of(error: BaseException) -> list[str]:
    """Where a fault happened: files and lines, without any value."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames]
