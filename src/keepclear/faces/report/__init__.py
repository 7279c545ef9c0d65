"""Reports: one module for each form in which a check is handed on, and the door to them."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Final

from keepclear.node.files import STDIN

if TYPE_CHECKING:
    from keepclear.detect.crossing import Comparison
    from keepclear.formats.reading import Reading
    from keepclear.node.check import Question

__all__ = ["FORMS", "render"]

FORMS: Final = ("table", "json", "geojson", "csv", "html", "pairs")
"""What ``--format`` takes."""
_FOR_MACHINES: Final = {
    "json": ("envelope", "render_json"),
    "geojson": ("geojson", "render_geojson"),
    "csv": ("csv", "render_csv"),
    "pairs": ("pairs", "render_pairs"),
}
"""Module and function; each takes the comparison alone. Only the one asked for is loaded."""


def render(
    form: str, comparison: Comparison, reading: Reading, question: Question, *, output: str
) -> str:
    """A check's answer as text.

    Args:
        form: One of :data:`FORMS`.
        comparison: The answer.
        reading: What was read.
        question: What was asked.
        output: Where it goes; a table looks different on a terminal.
    """
    if form == "table":
        return _table(comparison, output)
    if form == "html":
        return _page(comparison, reading, question)
    module, function = _FOR_MACHINES[form]
    text = getattr(import_module(f"{__name__}.{module}"), function)(comparison)
    assert isinstance(text, str)
    return text


def _table(comparison: Comparison, output: str) -> str:
    from keepclear.faces.report.table import render_plain, render_rich  # noqa: PLC0415

    forced = bool(os.environ.get("FORCE_COLOR"))
    if output != STDIN or not (forced or sys.stdout.isatty()):
        return render_plain(comparison)
    color = forced or not os.environ.get("NO_COLOR")
    return render_rich(comparison, width=get_terminal_size().columns, color=color)


def _page(comparison: Comparison, reading: Reading, question: Question) -> str:
    from keepclear.domain.window import Window  # noqa: PLC0415
    from keepclear.faces.report.html import render_html  # noqa: PLC0415
    from keepclear.faces.words import closing, moment  # noqa: PLC0415
    from keepclear.node.clock import now_us  # noqa: PLC0415

    return render_html(
        comparison,
        reading.declarations,
        title=f"keepclear: {closing(comparison).split(';')[0]}",
        generated=f"{moment(now_us())} UTC",
        minima=question.minima,
        span=Window(question.after_us, question.before_us),
        ground=question.ground,
    )
