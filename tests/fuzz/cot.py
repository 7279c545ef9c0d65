"""Cursor-on-Target: events alone, in a row, and in an element."""

from __future__ import annotations

from keepclear.errors import InputError
from keepclear.formats.registry import read_bytes

_EVENT = (
    b'<event version="2.0" uid="U1" type="%s" time="2015-11-20T05:30:00Z" '
    b'start="2015-11-20T05:30:00Z" stale="2015-11-20T07:30:00+02:00" how="m-g"><point lat="47.5" '
    b'lon="8.25" hae="400" ce="25" le="9999999"/><detail>%s</detail></event>'
)
_ROUTE = (
    b'<keepclear party="Alder" half_width_m="50" wkt="LINESTRING (8 47, 8.1 47)" '
    b'times="2015-11-20T05:30:00Z;2015-11-20T06:30:00Z"/>'
)
_LINKS = b'<link point="47,8"/><link point="47,9"/><link point="48,9"/><link point="47,8"/>'
_ELLIPSE = b'<shape><ellipse major="900" minor="300" angle="30" extrude="5"/></shape>'
SEEDS = (
    _EVENT % (b"a-n-A-C-F", b'<contact callsign="X"/>'),
    _EVENT % (b"u-d-f", _LINKS) + b"\n<?xml version='1.0'?>" + _EVENT % (b"u-d-c-e", _ELLIPSE),
    b"<events>" + _EVENT % (b"b-m-r", _ROUTE) + b"</events>",
)


def one(data: bytes) -> None:
    """Read the bytes; only an input error may come out."""
    try:
        read_bytes(data, name="fuzz", read_as="cot")
    except InputError:
        return
