"""The options by which a person says who they are at an address, for what no program may do."""

from __future__ import annotations

from typing import Any

import click

__all__ = ["person_options"]


def person_options(command: Any) -> Any:
    """The options by which a person says who they are at an address."""
    for option in (
        click.option(
            "--password-file",
            metavar="FILE",
            help="At an address: the file with the password; else it is asked for.",
        ),
        click.option(
            "--as",
            "mark_of_person",
            metavar="MARK",
            help="At an address: who you are there; a program's token does not do it.",
        ),
    ):
        command = option(command)
    return command
