"""Words go to stderr, data to stdout or the file asked for; neither ever breaks a check.

A reader that hangs up (``| head``) ends the output, not the verdict: the exit code stays what was
found.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, TextIO

from keepclear.errors import ConfigurationError, UsageError
from keepclear.faces.words import plain
from keepclear.node.clock import monotonic_s
from keepclear.node.files import STDIN, shown, write_file

__all__ = ["ProgressLine", "deliver", "not_over_input", "same_place", "say"]

_PATIENCE_S: Final = 1.0
"""Work that is over sooner needs no progress line."""
_STEP_S: Final = 0.1


def say(text: str) -> None:
    """One line of words on stderr; if nobody reads it, nothing is lost."""
    with suppress(OSError, ValueError):
        sys.stderr.write(plain(text) + "\n")
        sys.stderr.flush()


def deliver(text: str | bytes, output: str) -> None:
    r"""Write a report to stdout (``-``) or, whole or not at all, to a file; always UTF-8.

    Half characters that a foreign file may hold are written as ``\udXXX``, which JSON reads back.

    Raises:
        ConfigurationError: The disk or the folder does not take it.
    """
    data = text.encode("utf-8", "backslashreplace") if isinstance(text, str) else text
    try:
        if output != STDIN:
            write_file(output, data)
            return
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Point stdout elsewhere, or the interpreter complains when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        place = "standard output" if output == STDIN else shown(output)
        raise ConfigurationError(
            f"the report could not be written to {place} ({error.strerror})"
        ) from error


def not_over_input(output: str, files: Sequence[str]) -> None:
    """Refuse to write in the place of a file that is read, by whatever name it goes.

    Raises:
        UsageError: ``output`` is one of the files, or standard input is read twice.
    """
    if list(files).count(STDIN) > 1:
        raise UsageError("- (standard input) can be read once only")
    if output == STDIN or not Path(output).exists():
        return
    if any(name != STDIN and _same_file(name, output) for name in files):
        raise UsageError(f"{output!r} is one of the files to read; choose another name to write to")


def _same_file(a: str, b: str) -> bool:
    try:
        return Path(a).is_file() and Path(a).samefile(b)
    except (OSError, ValueError):
        return False


def same_place(a: TextIO, b: TextIO) -> bool:
    """Whether two streams end in the same terminal, pipe or file."""
    try:
        return os.path.sameopenfile(a.fileno(), b.fileno())
    except (OSError, ValueError, AttributeError):
        return False


class ProgressLine:
    """One line on stderr that says how far long work has come; only where a person looks."""

    def __init__(self, *, wanted: bool, clock: Callable[[], float] = monotonic_s) -> None:
        self._clock = clock
        self._next_s = clock() + _PATIENCE_S if wanted and sys.stderr.isatty() else float("inf")
        self._width = 0

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show the stage, at most ten times a second."""
        now = self._clock()
        if now < self._next_s:
            return
        self._next_s = now + _STEP_S
        part = f" {100 * done // total} % of {total:,}" if total else ""
        self._show(f"{stage}{part}")

    def close(self) -> None:
        """Take the line away, so that the words after it start on a clean one."""
        if self._width:
            self._show("")
            self._width = 0
        self._next_s = float("inf")

    def _show(self, text: str) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.write(f"\r{text:<{self._width}}" + ("" if text else "\r"))
            sys.stderr.flush()
        self._width = max(self._width, len(text))
