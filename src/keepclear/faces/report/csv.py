"""``--format csv``: one row for each crossing, for spreadsheets.

Quoted as in RFC 4180, UTF-8, lines end with a line feed. Text that another party wrote never
reaches a spreadsheet as a formula: a cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a
line break gets an apostrophe in front. The JSON envelope holds the text as it was written.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Final

from keepclear.detect.crossing import Comparison, Crossing, Side
from keepclear.domain.altitude import Altitude
from keepclear.faces.report.envelope import instant, rounded

__all__ = ["COLUMNS", "render_csv", "safe", "write_rows"]

COLUMNS: Final = (
    "a_party",
    "a_id",
    "a_kind",
    "a_parts",
    "a_unconfirmed_since",
    "b_party",
    "b_id",
    "b_kind",
    "b_parts",
    "b_unconfirmed_since",
    "kind",
    "certainty",
    "why_possible",
    "time_start",
    "time_end",
    "altitude_lower",
    "altitude_upper",
    "altitude_lower_w84_m",
    "altitude_upper_w84_m",
    "area_m2",
    "horizontal_m",
    "vertical_m",
    "time_s",
)
"""An empty cell is no limit, or nothing to say."""
_FORMULA: Final = frozenset("=+-@\t\r\n")

Cell = str | float | None


def safe(text: str) -> str:
    """Foreign text that a spreadsheet takes for text."""
    return f"'{text}" if text[:1] in _FORMULA else text


def write_rows(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A CSV text with its header."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def render_csv(comparison: Comparison) -> str:
    """One row for each crossing, in the order of the envelope."""
    return write_rows(COLUMNS, map(_row, comparison.crossings))


def _row(crossing: Crossing) -> list[Cell]:
    band = crossing.altitude
    lower, upper = crossing.altitude_w84_m
    return [
        *_side(crossing.a),
        *_side(crossing.b),
        crossing.kind.value,
        "certain" if crossing.certain else "possible",
        safe("; ".join(crossing.why_possible)),
        instant(crossing.time_start_us),
        instant(crossing.time_end_us),
        _limit(band.lower if band else None),
        _limit(band.upper if band else None),
        rounded(lower, 3),
        rounded(upper, 3),
        rounded(crossing.area_m2, 2),
        rounded(crossing.horizontal_m, 3),
        rounded(crossing.vertical_m, 3),
        rounded(crossing.time_s, 6),
    ]


def _side(side: Side) -> tuple[Cell, ...]:
    return (
        safe(side.party),
        safe(side.id),
        side.kind.value,
        " ".join(map(str, side.parts)),
        instant(side.unconfirmed_since_us),
    )


def _limit(limit: Altitude | None) -> str | None:
    return None if limit is None else safe(str(limit))
