"""``keepclear convert SRC... DST``: one form into another, with nothing lost silently."""

from __future__ import annotations

from typing import Any, Final

import click

from keepclear.errors import UsageError
from keepclear.faces.columns import map_option
from keepclear.faces.limits import max_bytes_option
from keepclear.faces.outcome import Exit
from keepclear.faces.terminal import deliver, not_over_input, say

__all__ = ["convert"]

_SHOWN_MAX: Final = 20
"""Refusals that are told one by one; the others are counted."""


_EXIT_CODES: Final = (
    "\b\nExit code:\n"
    "    0  written; what is not kept was listed\n"
    "    2  the command cannot be understood\n"
    "    3  nothing was written, because something was refused"
)


@click.command(epilog=_EXIT_CODES)
@click.argument("files", nargs=-1, required=True, metavar="SRC... DST")
@click.option("--read-as", metavar="FORMAT", help="Format of SRC, where it should not be guessed.")
@map_option()
@click.option("--write-as", metavar="FORMAT", help="Format of DST, where its name does not say it.")
@max_bytes_option(click.option)
@click.option(
    "--keep-going", is_flag=True, help="Write what could be read, without the refused rows."
)
@click.option("--quiet", "-q", is_flag=True, help="Say only what was refused or lost.")
def convert(files: tuple[str, ...], **options: Any) -> int:
    """Write what SRC declares in the form of DST, and list what that form cannot hold.

    The name of DST says the form: .geojson, .ndjson, .csv, .xlsx, .kml, .cot, .f3548.json,
    .ed318.json, or .html for one A4 page to print; --write-as overrides it. - is standard input or
    output.
    """
    from keepclear.node.clock import now_us  # noqa: PLC0415
    from keepclear.node.convert import convert as converted  # noqa: PLC0415

    *sources, output = files
    if not sources:
        raise UsageError("name the file to read, then the file to write: keepclear convert SRC DST")
    form = _form(options["write_as"], output)
    not_over_input(output, sources)
    done = converted(
        sources,
        form,
        read_as=options["read_as"],
        max_bytes=options["max_bytes"],
        keep_going=options["keep_going"],
        now_us=now_us(),
        mapping=options["mapping"],
    )
    for refusal in done.refused[:_SHOWN_MAX]:
        say(f"refused: {refusal.where}: {refusal.message}")
    if len(done.refused) > _SHOWN_MAX:
        say(f"refused: {len(done.refused) - _SHOWN_MAX:,} more")
    if not options["quiet"]:
        for warning in done.warnings:
            say(f"look at this: {warning}")
    if done.data is None:
        say(_nothing_written(done.declarations, len(done.refused)))
        return Exit.UNREADABLE
    for loss in done.losses:
        say(loss)
    deliver(done.data, output)
    if not options["quiet"]:
        what = "1 declaration" if done.declarations == 1 else f"{done.declarations:,} declarations"
        lost = "everything is kept" if not done.losses else "see above for what is not kept"
        say(f"wrote {what} as {form}; {lost}")
    return Exit.NOTHING


def _nothing_written(declarations: int, refused: int) -> str:
    if not declarations:
        return "nothing was written: nothing in it can be used; mend the file"
    rows, them = ("1 row was", "it") if refused == 1 else (f"{refused:,} rows were", "them")
    return (
        f"nothing was written: {rows} refused; mend the file, or leave {them} out with --keep-going"
    )


def _form(write_as: str | None, output: str) -> str:
    from keepclear.formats.writers.registry import WRITERS, format_for  # noqa: PLC0415

    form = write_as or format_for(output)
    if form is None or form not in WRITERS:
        found = f"format {form!r} is not written" if form else f"the name {output!r} says no format"
        raise UsageError(f"{found}; choose one with --write-as: {', '.join(WRITERS)}")
    return form
