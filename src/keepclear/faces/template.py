"""The command ``keepclear template``: an empty spreadsheet for people to fill in."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from keepclear.errors import UsageError
from keepclear.faces.outcome import Exit
from keepclear.faces.terminal import deliver, say
from keepclear.node.files import STDIN

__all__ = ["template"]


@click.command()
@click.argument("subject", type=click.Choice(["sites", "movements"]))
@click.option(
    "--lang",
    type=click.Choice(["en", "fr", "ru", "ar"]),
    default="en",
    show_default=True,
    help="Language of the headings and choices; only English is reviewed.",
)
@click.option("-o", "--output", default=STDIN, metavar="FILE", help="Write it there: FILE.xlsx.")
def template(subject: str, lang: str, output: str) -> int:
    """Write an empty spreadsheet to fill in and send, for sites or for movements.

    keepclear check, lint and convert take the filled-in file back, in whichever language.
    """
    from keepclear.formats.labels import LANGUAGES  # noqa: PLC0415  help appears without them
    from keepclear.formats.templates import template as made  # noqa: PLC0415

    if output == STDIN and sys.stdout.isatty():
        raise UsageError(f"a spreadsheet cannot be shown here; name a file: -o {subject}.xlsx")
    if output != STDIN and not output.lower().endswith(".xlsx"):
        raise UsageError(f"{output!r} is no name of a workbook; write -o {subject}.xlsx")
    if output != STDIN and Path(output).exists():
        raise UsageError(f"{output!r} is there already, and may be filled in; choose another name")
    deliver(made(subject, lang), output)
    if not LANGUAGES[lang].reviewed:
        say(f"the wording in {LANGUAGES[lang].own_name} is unreviewed, and the sheet says so")
    return Exit.NOTHING
