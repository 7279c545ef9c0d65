"""``--format pairs``: who crosses whom, when and in which band, and nothing that takes long.

The form for millions of declarations: shared areas are neither computed nor written. The rules for
foreign text are those of ``--format csv``.
"""

from __future__ import annotations

from typing import Final

from keepclear.detect.crossing import Comparison
from keepclear.faces.report.csv import safe, write_rows
from keepclear.faces.report.envelope import instant, rounded

__all__ = ["COLUMNS", "render_pairs"]

COLUMNS: Final = (
    "a_party",
    "a_id",
    "b_party",
    "b_id",
    "kind",
    "certainty",
    "time_start",
    "time_end",
    "altitude_lower_w84_m",
    "altitude_upper_w84_m",
)


def render_pairs(comparison: Comparison) -> str:
    """One row for each crossing, in the order of the envelope."""
    return write_rows(
        COLUMNS,
        (
            (
                safe(crossing.a.party),
                safe(crossing.a.id),
                safe(crossing.b.party),
                safe(crossing.b.id),
                crossing.kind.value,
                "certain" if crossing.certain else "possible",
                instant(crossing.time_start_us),
                instant(crossing.time_end_us),
                rounded(crossing.altitude_w84_m[0], 3),
                rounded(crossing.altitude_w84_m[1], 3),
            )
            for crossing in comparison.crossings
        ),
    )
