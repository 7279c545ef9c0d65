"""NOTAM as text: items, places, schedules, limits."""

from __future__ import annotations

from keepclear.errors import InputError
from keepclear.formats.registry import read_bytes

SEEDS = (
    b"""A0755/25 NOTAMR A0754/25
Q) ZLHW/QRDCA/IV/BO/W/000/200/3745N10523E013
A) ZLHW PART 1 OF 2 B) 2504010352 C) 2504010429 EST
D) DAILY 0930-1630, 1700-1800
E) AREA 1 WI N374800E1050800-N375700E1051700-N374200E1053900 VERTICAL LIMITS SFC-FL190
RADIUS 5 NM CENTRED ON 513000N0003000W, 5NM EITHER SIDE OF LINE JOINING 5130N00030W - 5200N00030W
F) SFC G) FL200
""",
)


def one(data: bytes) -> None:
    """Read the bytes; only an input error may come out."""
    try:
        read_bytes(data, name="fuzz", read_as="notam")
    except InputError:
        return
