"""SBS-1 lines, as a recording in UTC."""

from __future__ import annotations

from keepclear.errors import InputError
from keepclear.formats.registry import read_bytes

SEEDS = (
    b"""MSG,1,5,276,4010E9,1,2008/11/28,14:53:49.000,2008/11/28,14:58:51.153,BAW4J,,,,,,,,,,,
MSG,3,5,276,4010E9,1,2008/11/28,14:53:49.986,2008/11/28,14:58:51.153,,28000,,,53.02,-2.91,,,0,0,0,0
MSG,3,5,276,4010E9,1,2008/11/28,14:53:50.594,2008/11/28,14:58:51.153,,28000,,,53.03,-2.92,,,0,0,0,0
""",
)


def one(data: bytes) -> None:
    """Read the bytes; only an input error may come out."""
    try:
        read_bytes(data, name="fuzz", read_as="sbs-utc")
    except InputError:
        return
