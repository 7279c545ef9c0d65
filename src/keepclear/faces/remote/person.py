"""A person at a node that is served: who they are, and a password that is typed, never an argument.

For what no program may do: letting others in, and saying whose keys are believed. The session that is
opened for one command ends with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import click

from keepclear.errors import KeepclearError, UsageError
from keepclear.faces.remote.line import Line, line_of

__all__ = ["person"]

_PASSWORD_BYTES_MAX: Final = 4_000


@contextmanager
def person(url: str, mark: str | None, password_file: str | None) -> Iterator[Line]:
    """A line for one command, as a person.

    Raises:
        UsageError: nobody is named, or the file cannot be read; and as
            :func:`~keepclear.faces.remote.line.line_of`.
    """
    if mark is None:
        raise UsageError(
            "at an address a person does this, and no program: say who you are with --as MARK; the "
            "password is asked for"
        )
    to = line_of(url, mark, _password(mark, password_file))
    try:
        yield to
    finally:
        with suppress(KeepclearError):  # it ends by itself when it is not used
            to.ask("DELETE", "/api/v1/session")
        to.close()


def _password(mark: str, file: str | None) -> str:
    if file is None:
        return str(click.prompt(f"password of {mark}", hide_input=True, err=True))
    try:
        with Path(file).open("rb") as opened:
            return opened.read(_PASSWORD_BYTES_MAX).decode().removesuffix("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the password file {file!r} cannot be read ({error})") from error
