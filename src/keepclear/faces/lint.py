"""``keepclear lint``: what looks wrong in some files, said before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import click

from keepclear.errors import InputError, UsageError
from keepclear.faces.columns import map_option
from keepclear.faces.limits import max_bytes_option
from keepclear.faces.outcome import Exit
from keepclear.faces.terminal import deliver, not_over_input, say
from keepclear.node.files import STDIN

if TYPE_CHECKING:
    from keepclear.domain.position import Position
    from keepclear.node.lint import Lint

__all__ = ["lint"]

_FORMS: Final = ("table", "json")
_WORKBOOK: Final = "workbook"
"""What a name after ``-o`` that ends in .xlsx asks for."""
_EXIT_CODES: Final = (
    "\b\nExit code:\n"
    "    0  everything could be read, and nothing looks wrong\n"
    "    1  something is wrong or in doubt\n"
    "    2  the command cannot be understood\n"
    "    3  something could not be read, and nothing looks wrong in the rest"
)


@click.command(epilog=_EXIT_CODES)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--gazetteer",
    multiple=True,
    metavar="FILE",
    help="Named places (CSV or GeoJSON), to hold words such as '9 km south of Bravo strip' against.",
)
@click.option(
    "--admin",
    multiple=True,
    metavar="FILE",
    help="Admin areas (GeoJSON polygons with a name), to hold stated admin areas against.",
)
@click.option(
    "--own", metavar="POSITION", help="Where you are: a position there is probably your own."
)
@click.option(
    "--format", "-f", type=click.Choice(_FORMS), default=None, help="Form of the answer; table."
)
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@click.option(
    "-o",
    "--output",
    default=STDIN,
    metavar="FILE",
    help="Write the answer there; .xlsx: a copy of the one workbook, with an answer in each row.",
)
@click.option(
    "--read-as",
    metavar="FORMAT",
    help="Format of the files, if not to be guessed; check --help lists them.",
)
@max_bytes_option(click.option)
@map_option()
def lint(files: tuple[str, ...], **options: Any) -> int:
    """Say what looks wrong in FILE..., before it is sent.

    Swapped axes, minutes taken for decimals, words that disagree with numbers, and more: docs/lint.md
    lists them all. Nothing is corrected. What a gazetteer, admin areas or your own position would
    show is looked at only where they are given.
    """
    from keepclear.faces.report.findings import (  # noqa: PLC0415  only now is it needed
        render_findings,
        render_findings_json,
        summary,
    )
    from keepclear.node.clock import now_us  # noqa: PLC0415
    from keepclear.node.lint import lint as look  # noqa: PLC0415

    output = options["output"]
    form = _form(options["format"], output, as_json=options["as_json"])
    if form == _WORKBOOK and (len(files) != 1 or files[0] == STDIN):
        raise UsageError("answers go into a copy of one workbook; give one XLSX file")
    not_over_input(output, (*files, *options["gazetteer"], *options["admin"]))
    found = look(
        files,
        now_us=now_us(),
        gazetteers=options["gazetteer"],
        admin=options["admin"],
        own=_own(options["own"]),
        read_as=options["read_as"],
        max_bytes=options["max_bytes"],
        mapping=options["mapping"],
    )
    if form == _WORKBOOK:
        deliver(_answered(files[0], found, options), output)
    else:
        deliver(render_findings_json(found) if form == "json" else render_findings(found), output)
    if form == "json" or output != STDIN:
        say(summary(found))
    if found.deviations:
        return Exit.CROSSING
    return Exit.UNREADABLE if found.refused else Exit.NOTHING


def _form(form: str | None, output: str, *, as_json: bool) -> str:
    if as_json and form == "table":
        raise UsageError("--json and --format table contradict each other; give one of them")
    if as_json or (form is None and output.lower().endswith(".json")):
        return "json"
    if form is None and output.lower().endswith(".xlsx"):
        return _WORKBOOK
    return form or "table"


def _answered(path: str, found: Lint, options: Mapping[str, Any]) -> bytes:
    """A copy of the workbook with an answer in each row."""
    from keepclear.formats.answers import answered  # noqa: PLC0415
    from keepclear.node.files import read_file  # noqa: PLC0415

    data = read_file(path, max_bytes=options["max_bytes"])
    said = found.reading.declarations
    return answered(data, found.refused, found.findings, said, options["mapping"])


def _own(text: str | None) -> Position | None:
    """The reporter's position, in any notation."""
    if text is None:
        return None
    from keepclear.formats.positions import read_position  # noqa: PLC0415

    try:
        return read_position(text).position
    except InputError as error:
        raise UsageError(f"--own: {error}") from error
