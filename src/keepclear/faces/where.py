"""``keepclear where``: a place in every notation, and as check words for the telephone.

Takes what was typed apart into positions; leaves reading and writing them to ``formats.positions``, and
how the answer looks to :mod:`keepclear.faces.report.places`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from keepclear.errors import InputError, Refusal, UsageError
from keepclear.faces.outcome import Exit
from keepclear.faces.terminal import deliver, say
from keepclear.node.files import STDIN, read_file

if TYPE_CHECKING:
    from keepclear.domain.stated import Datum
    from keepclear.faces.report.places import Place

__all__ = ["where"]

_BYTES_MAX: Final = 10_000_000
"""A list of some 200,000 positions; longer ones are files to check, not places to look at."""
_DATUMS: Final = ("WGS84", "ED50", "Pulkovo-42", "NAD27", "local", "unknown")


_EXIT_CODES: Final = (
    "\b\nExit code:\n"
    "    0  every position could be read\n"
    "    2  the command cannot be understood\n"
    "    3  something is no position"
)


@click.command(context_settings={"ignore_unknown_options": True}, epilog=_EXIT_CODES)
@click.argument("text", nargs=-1, required=True, metavar="TEXT...")
@click.option(
    "--datum",
    type=click.Choice(_DATUMS, case_sensitive=False),
    help="What the numbers are measured on, where the text does not say; else WGS84.",
)
@click.option("--json", "as_json", is_flag=True, help="The same for programs.")
def where(*, text: tuple[str, ...], datum: str | None, as_json: bool) -> int:
    """Write a position in every notation, with its precision, and as check words.

    TEXT is a position in any notation, or check words. Of several positions each one stands in
    quotation marks; - takes one a line from standard input.
    """
    from keepclear.faces.report.places import render_places  # noqa: PLC0415  heavy

    given = _datum(datum)
    found: list[Place] = []
    refused: list[Refusal] = []
    for place, one in _texts(text, given):
        try:
            found.append(_read(one, given))
        except InputError as error:
            refused.append(Refusal.of(error.inside(place)))
    for refusal in refused:
        at = f"{refusal.where}: " if refusal.where else ""
        say(f"keepclear: {at}{refusal.message}")
    if found or as_json:
        deliver(render_places(found, refused, as_json=as_json), STDIN)
    return Exit.UNREADABLE if refused else Exit.NOTHING


def _datum(name: str | None) -> Datum | None:
    from keepclear.domain.stated import Datum  # noqa: PLC0415

    return None if name is None else Datum(name)


def _texts(words: tuple[str, ...], datum: Datum | None) -> list[tuple[str, str]]:
    """Each position with the place where it stands: a line of standard input, or nothing."""
    options = [word for word in words if word.startswith("--")]
    if options:
        raise UsageError(f"there is no option {options[0]!r}; see keepclear where --help")
    if STDIN not in words:
        return [("", one) for one in _positions(words, datum)]
    if len(words) > 1:
        raise UsageError("- (standard input) stands alone")
    return _lines(read_file(STDIN, max_bytes=_BYTES_MAX))


def _lines(data: bytes) -> list[tuple[str, str]]:
    from keepclear.formats.text import checked_utf8  # noqa: PLC0415

    text, warnings = checked_utf8(data)
    for warning in warnings:
        say(f"keepclear: {warning}")
    lines = text.decode().splitlines()
    return [(f"line {at}", line) for at, line in enumerate(lines, start=1) if line.strip()]


def _positions(words: tuple[str, ...], datum: Datum | None) -> list[str]:
    """Words that the shell took apart belong together, unless each is a position by itself."""
    if any(" " in word.strip() for word in words) or all(_readable(word, datum) for word in words):
        return list(words)
    return [" ".join(words)]


def _readable(word: str, datum: Datum | None) -> bool:
    try:
        _read(word, datum)
    except InputError:
        return False
    return True


def _read(text: str, datum: Datum | None) -> Place:
    """A position, or what check words name."""
    from keepclear.faces.report.places import Place  # noqa: PLC0415
    from keepclear.formats.positions import read_position  # noqa: PLC0415
    from keepclear.formats.positions.checkwords import decode_place  # noqa: PLC0415
    from keepclear.formats.positions.reading import operation_of  # noqa: PLC0415
    from keepclear.formats.positions.spelling import looks_like_check_words  # noqa: PLC0415

    if looks_like_check_words(text):
        return Place.of_check_words(text, decode_place(text))
    return Place.of_stated(read_position(text, datum=datum), operation_of(text, datum=datum))
