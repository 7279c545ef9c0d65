"""Hazard areas of NOTAM in columns."""

from __future__ import annotations

import json

from keepclear.errors import InputError
from keepclear.formats.registry import read_bytes
from tests.fuzz import notam

COLUMNS = json.dumps(
    {
        "NUM": 1,
        "CODE": ["A0755/25"],
        "COORDINATES": ["N374800E1050800-N375700E1051700-N374200E1053900"],
        "TIME": ["01 APR 03:52 2025 UNTIL 01 APR 04:29 2025"],
        "RAWMESSAGE": [notam.SEEDS[0].decode()],
    }
).encode()
SEEDS = (COLUMNS,)


def one(data: bytes) -> None:
    """Read the bytes; only an input error may come out."""
    try:
        read_bytes(data, name="fuzz", read_as="notam-json")
    except InputError:
        return
