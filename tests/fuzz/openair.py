"""OpenAir airspace: commands, arcs, activation times."""

from __future__ import annotations

from keepclear.errors import InputError
from keepclear.formats.registry import read_bytes

SEEDS = (
    b"""AC R
AN ED-R1
AL 1000 ft AMSL
AH FL100
AA 2025-01-01T12:00Z/2025-01-01T13:00Z
V X=52:26:00 N 007:12:00 E
V D=-
DP 52:43:03 N 007:03:49 E
DB 52:29:31 N 007:17:48 E, 52:26:00 N 007:03:50 E
DA 5,10,200
DC 2.5
V W=4
DY 52:26:00 N 007:12:00 E
DY 53:26:00 N 007:12:00 E
""",
)


def one(data: bytes) -> None:
    """Read the bytes; only an input error may come out."""
    try:
        read_bytes(data, name="fuzz", read_as="openair")
    except InputError:
        return
