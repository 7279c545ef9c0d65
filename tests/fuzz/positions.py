"""Positions in any notation, and check words: no text but an input error may come out."""

from __future__ import annotations

from contextlib import suppress

from keepclear.domain.stated import Notation
from keepclear.errors import InputError
from keepclear.formats.positions import read_position, write_position
from keepclear.formats.positions.checkwords import decode_place, decode_time

SEEDS = tuple(
    text.encode()
    for text in (
        "36 12 30 N 37 09 15 E",
        "-36,2041 37,1588",
        "N361230.5E0370915.25",
        "37S CA 34070 08640",
        "UTM zone 37N, E 334070, N 4008640",
        "Z AH 12345 67890",
        "ED50 lat 36d12m30s lon 37d09m15s",
        "\u0663\u0666\u00b0\u0661\u0662\u2032 \u0634 \u0663\u0667\u00b0\u0660\u0669\u2032 \u0642",
        "JZDW ZDMF CGHJ4",
        "Alfa Bravo Charlie Delta, Echo Foxtrot Golf Hotel",
    )
)


def one(data: bytes) -> None:
    """Read the bytes as text, and write what was read in every notation."""
    text = data.decode("utf-8", "replace")
    for read in (decode_place, decode_time):
        with suppress(InputError):
            read(text)
    try:
        stated = read_position(text)
    except InputError:
        return
    for notation in Notation:
        try:
            written = write_position(stated.position, notation, precision_m=stated.precision_m)
        except InputError:
            assert notation is Notation.UTM  # it ends near the poles
            continue
        read_position(written)
