"""The file ``serving`` in a node's folder: under which address the process that holds it answers.

Whoever finds the folder in use learns from it where to ask instead. It is about a process that runs:
one that was killed leaves it behind, and the next one to open the folder does not believe it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from keepclear.node.files import write_file

__all__ = ["served_at", "serving"]

_NAME: Final = "serving"
_BYTES_MAX: Final = 1_000


@contextmanager
def serving(folder: Path, url: str) -> Iterator[None]:
    """Say where the node is asked, while it is.

    Raises:
        OSError: it cannot be written.
    """
    write_file(folder / _NAME, url.encode() + b"\n")
    try:
        yield
    finally:
        with suppress(OSError):
            (folder / _NAME).unlink()


def served_at(folder: Path) -> str:
    """The address in the file; empty where there is none."""
    try:
        with (folder / _NAME).open("rb") as file:
            text = file.read(_BYTES_MAX).decode("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return text if text.startswith(("http://", "https://")) and text.isprintable() else ""
