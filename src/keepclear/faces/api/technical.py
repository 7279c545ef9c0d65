"""The technical log: one line of JSON for each request, for the operator of the machine.

It holds no plan, no key, no token, no name of a declaration and no address that was asked for: of a
request the route of the table, its status and how long it took. What was decided stands in the record,
which is a different thing. Lines that come together are written together, within a tenth of a second:
whoever writes waits for the other threads of the process, and would do so for each request.
"""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final, TextIO

import msgspec
from starlette.types import Scope

from keepclear.domain.window import format_instant

__all__ = ["TechnicalLog", "address_of", "fault_of", "line_of"]

_GATHER_S: Final = 0.1
"""How long lines may wait for others; a fault waits for none."""


class TechnicalLog:
    """Something that writes lines, used in one loop."""

    def __init__(self, now_us: Callable[[], int], out: TextIO | None = None) -> None:
        """Write nothing yet.

        Args:
            now_us: The clock that lines are dated by.
            out: Where to; standard error, if nothing is said.
        """
        self._now_us = now_us
        self._out = out or sys.stderr
        self._lines: list[bytes] = []

    def __call__(self, members: dict[str, object]) -> None:
        """One more line; it is dated now, and written soon."""
        self._lines.append(msgspec.json.encode({"at": format_instant(self._now_us()), **members}))
        if "fault" in members:
            self.flush()
        elif len(self._lines) == 1:
            asyncio.get_running_loop().call_later(_GATHER_S, self.flush)

    def flush(self) -> None:
        """Write what waits."""
        lines, self._lines = self._lines, []
        if lines:
            self._out.write(b"\n".join([*lines, b""]).decode())
            self._out.flush()


def line_of(
    method: str, route: str, status: int, seconds: float, address: str
) -> dict[str, object]:
    """What a line says of a request: no address that was asked for, and whence it came."""
    return {
        "method": method,
        "route": route,
        "status": status,
        "ms": round(seconds * 1e3, 3),
        "from": address,
    }


def address_of(scope: Scope) -> str:
    """Whence a request came; empty where nobody knows."""
    client = scope.get("client")
    return client[0] if client else ""


def fault_of(error: BaseException) -> dict[str, object]:
    """What a line says of a fault of ours: its kind, files and lines, without any value."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames]
    return {"level": "error", "fault": type(error).__name__, "places": places}
