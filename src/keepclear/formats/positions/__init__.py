"""Positions in any notation people use, and back: one door in, one door out.

:func:`read_position` takes one text that names one place, :func:`write_position` writes a place with
as many digits as it is known to. What could mean two places is refused with the two of them named;
nothing is guessed. The rules stand in docs/positions.md.
"""

from __future__ import annotations

from keepclear.formats.positions.reading import read_position
from keepclear.formats.positions.writing import write_position

__all__ = ["read_position", "write_position"]
