"""CSV under headings in four languages, sites and stops."""

from __future__ import annotations

from keepclear.errors import InputError
from keepclear.formats.registry import read_bytes

SEEDS = (
    b"id,kind,lat,lon,standoff_m,altitude_upper\nA,site,47.3,8.5,500,120 m AGL\n",
    (
        "Список\nНомер;Тип;Широта;Долгота\nA;больница;36,2;37°09'15\"E\n"  # noqa: RUF001
    ).encode(),
    (
        b"Ref\tStop type\tPosition\tETA (UTC)\tMax stay (min)\tHalf width (m)\n"
        b"W1\tdeparture\t36 12 30 N 37 09 15 E\t2015-11-20 05:30\t\t1000\n"
        b"\tarrival\t36.30, 37.20\t2015-11-20 06:30\t60\t\n"
    ),
    (
        b"kind,wkt,position,position_2,datum\n"
        b'area,"POLYGON ((8 47, 9 47, 9 48, 8 47))",8 E 47 N | ,,ED50\n'
    ),
)


def one(data: bytes) -> None:
    """Read the bytes; only an input error may come out."""
    try:
        read_bytes(data, name="fuzz", read_as="csv")
    except InputError:
        return
