"""``--format table``: what a person reads, on a terminal with colour, in a pipe as aligned text.

Both show the same rows in the same words and end with the same honest sentence.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from keepclear.detect.crossing import Comparison
from keepclear.faces import words

__all__ = ["render_plain", "render_rich"]

_HEADS: Final = ("#", "between", "when (UTC)", "altitudes", "shared", "")
_GAP: Final = "  "


def render_plain(comparison: Comparison) -> str:
    """Aligned text without colour or frame, lines as long as they need to be."""
    lines: list[str] = []
    if comparison.crossings:
        rows = [_HEADS, *_rows(comparison)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            _GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        lines.append("")
    notes = list(_notes(comparison))
    if notes:
        lines += [*notes, ""]
    lines.append(words.closing(comparison))
    return "\n".join(lines) + "\n"


def render_rich(comparison: Comparison, *, width: int, color: bool) -> str:
    """The same for a terminal of a given width; long cells are folded, never cut."""
    from rich import box  # noqa: PLC0415 -- 0.1 s that only a person at a terminal waits for
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(
        width=width,
        force_terminal=True,
        no_color=not color,
        color_system="standard" if color else None,
        highlight=False,
        emoji=False,
        markup=False,
        record=False,
    )
    with console.capture() as capture:
        if comparison.crossings:
            table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
            for head in _HEADS:
                table.add_column(head, overflow="fold", no_wrap=head == "#")
            for row, crossing in zip(_rows(comparison), comparison.crossings, strict=True):
                style = "bold red" if crossing.certain else "yellow"
                table.add_row(*(Text(cell) for cell in row[:-1]), Text(row[-1], style=style))
            console.print(table)
        notes = list(_notes(comparison))
        for note in notes:
            console.print(Text(note), soft_wrap=False)
        if notes:
            console.print()
        console.print(Text(words.closing(comparison), style="bold"))
    return capture.get()


def _rows(comparison: Comparison) -> list[tuple[str, ...]]:
    return [
        (
            str(number),
            words.between(crossing),
            words.span(crossing.time_start_us, crossing.time_end_us),
            words.altitudes(crossing),
            words.shared(crossing),
            words.certainty(crossing),
        )
        for number, crossing in enumerate(comparison.crossings, 1)
    ]


def _notes(comparison: Comparison) -> Iterable[str]:
    """Why a crossing is not certain, which sites are unconfirmed, what is claimed by both."""
    reasons: dict[str, list[int]] = {}
    for number, crossing in enumerate(comparison.crossings, 1):
        for reason in crossing.why_possible:
            reasons.setdefault(reason, []).append(number)
    for reason, numbers in reasons.items():
        yield f"possible ({_numbers(numbers)}): {words.plain(reason)}"
    sides = (side for crossing in comparison.crossings for side in (crossing.a, crossing.b))
    yield from dict.fromkeys(note for side in sides if (note := words.unconfirmed(side)))
    yield from map(words.claim, comparison.claims)


def _numbers(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:12]))
    return shown if len(numbers) <= 12 else f"{shown} and {len(numbers) - 12:,} more"
