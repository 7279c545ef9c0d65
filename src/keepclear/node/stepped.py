"""A clock that a demonstration sets, for nodes of its own: eight bytes of a file.

A node that was made with such a clock has the file in its folder, and is opened by nothing that would
take the time from the machine: a record in which two clocks write proves nothing. ``keepclear serve``
knows no way to such a clock.
"""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import Final

from keepclear.errors import ConfigurationError

__all__ = ["SteppedClock", "is_stepped"]

_NAME: Final = "stepped-clock"
_BYTES: Final = 8


def is_stepped(folder: Path) -> bool:
    """Whether the node in a folder lives on a clock that somebody sets."""
    return (folder / _NAME).exists()


class SteppedClock:
    """The time of one node, microseconds of UTC since 1970-01-01; it stands until it is set."""

    def __init__(self, folder: Path) -> None:
        """The clock of a node.

        Raises:
            ConfigurationError: there is none in its folder.
        """
        place = folder / _NAME
        try:
            with place.open("r+b") as file:
                self._bytes = mmap.mmap(file.fileno(), _BYTES)
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"{str(folder)!r} has no stepped clock ({error}); keepclear demo makes one"
            ) from error

    @classmethod
    def made(cls, folder: Path, now_us: int) -> SteppedClock:
        """A new clock for a folder, at an instant."""
        (folder / _NAME).write_bytes(now_us.to_bytes(_BYTES, "little", signed=True))
        return cls(folder)

    def now_us(self) -> int:
        """The instant it was set to last."""
        return int.from_bytes(self._bytes[:], "little", signed=True)

    def set(self, now_us: int) -> None:
        """Go on to an instant; never back."""
        assert now_us >= self.now_us(), "a clock that goes back would put effects before causes"
        self._bytes[:] = now_us.to_bytes(_BYTES, "little", signed=True)

    def close(self) -> None:
        """Let go of the file."""
        self._bytes.close()
