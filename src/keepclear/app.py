"""The only place that composes: runs the command line and turns exceptions into exit codes."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Final

import click

from keepclear.errors import (
    ConfigurationError,
    InputError,
    RuleError,
    StoreError,
    UnreachableError,
    UsageError,
    VerificationError,
)
from keepclear.faces.cli import cli
from keepclear.faces.outcome import Exit
from keepclear.faces.terminal import say

__all__ = ["main"]

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What a system says where a disk, a quota or a file has no room left."""
_CODES: Final[tuple[tuple[type[BaseException], Exit, str], ...]] = (
    (UsageError, Exit.USAGE, "{error}"),
    (InputError, Exit.UNREADABLE, "{error}"),
    (ConfigurationError, Exit.UNREADABLE, "{error}"),
    (StoreError, Exit.UNREADABLE, "{error}"),
    (UnreachableError, Exit.UNREACHABLE, "{error}"),
    (RuleError, Exit.NOT_ALLOWED, "{error}"),
    (VerificationError, Exit.UNVERIFIED, "{error}"),
    (
        ModuleNotFoundError,
        Exit.UNREADABLE,
        "a package that keepclear needs is not installed ({error}); keepclear doctor says which",
    ),
    (
        MemoryError,
        Exit.UNREADABLE,
        "this machine has too little memory for these files; split them, or use --format pairs",
    ),
    (click.Abort, Exit.INTERRUPTED, "interrupted; nothing was decided"),
    (KeyboardInterrupt, Exit.INTERRUPTED, "interrupted; nothing was decided"),
    (
        Exception,
        Exit.BUG,
        (
            "this is a fault in keepclear ({kind}: {error}); nothing was decided; please report it "
            "with the command and the files; KEEPCLEAR_DEBUG=1 shows where it happened"
        ),
    ),
)
"""The first class that fits decides the code and the sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: Words after ``keepclear``; those of the process when left out.

    Returns:
        The exit code.
    """
    try:
        code = cli.main(args=arguments, prog_name="keepclear", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return Exit.USAGE
    except BaseException as error:
        if isinstance(error, SystemExit | GeneratorExit):
            raise
        return _explained(error)
    return int(code or 0)


def _explained(error: BaseException) -> int:
    """One sentence for whoever has to act; the trace only where somebody asked for it."""
    if os.environ.get("KEEPCLEAR_DEBUG"):
        traceback.print_exception(error, file=sys.stderr)
    if isinstance(error, OSError) and error.errno in _FULL:
        # wherever it happened: the compiler, too, keeps its work on the disk
        say(f"keepclear: the disk is full ({error.strerror}); nothing was decided; make room")
        return Exit.UNREADABLE
    for kind, code, sentence in _CODES:
        if isinstance(error, kind):
            say("keepclear: " + sentence.format(error=error, kind=type(error).__name__))
            return code
    return Exit.BUG
