"""The option ``--map HEADING=FIELD``: what a column of a table is, where it should not be guessed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

import click

from keepclear.errors import UsageError

__all__ = ["map_option", "parse_mapping"]

_FORM: Final = "--map HEADING=FIELD, such as --map 'Point A=position'"


def parse_mapping(texts: Sequence[str]) -> Mapping[str, str]:
    """What the person says columns are, by heading; an empty field leaves a column out.

    Raises:
        UsageError: A text has no ``=``, names no field, or says two things of one heading.
    """
    from keepclear.formats.labels import COLUMNS  # noqa: PLC0415  help appears without it

    mapping: dict[str, str] = {}
    for text in texts:
        heading, equals, field = (part.strip() for part in text.rpartition("="))
        if not equals or not heading:
            raise UsageError(f"found --map {text!r}, expected {_FORM}")
        if field and field not in COLUMNS:
            close = get_close_matches(field, COLUMNS, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else f"; one of {', '.join(COLUMNS)}"
            raise UsageError(f"--map {text!r} names no field{hint}")
        if mapping.setdefault(heading, field) != field:
            raise UsageError(f"--map says two things of column {heading!r}")
    return mapping


def _callback(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> Mapping[str, str]:
    return parse_mapping(texts)


def map_option() -> Callable[[Any], Any]:
    """The option, for every command that reads tables."""
    return click.option(
        "--map",
        "mapping",
        multiple=True,
        metavar="HEADING=FIELD",
        callback=_callback,
        help="What a column of a table is; nothing after = leaves it out. May be repeated.",
    )
