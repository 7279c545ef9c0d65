"""Declarations -> CSV (RFC 4180, UTF-8): what our reader of tables takes back whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from keepclear.domain.declaration import Declaration
from keepclear.formats.writers.flat import columns_of, flat_rows
from keepclear.formats.writers.losses import Losses

__all__ = ["write"]


def write(declarations: Sequence[Declaration], losses: Losses) -> bytes:
    """One row for each part, under our own column names."""
    rows = flat_rows(declarations, losses)
    columns = columns_of(rows)
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(columns)
    table.writerows([row.get(name, "") for name in columns] for row in rows)
    return text.getvalue().encode()
