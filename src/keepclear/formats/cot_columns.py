"""What the compiled scanner found in a stream of events, in the order of the file.

Without a compiler, and for small files, there is nothing here, and the parser reads everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

__all__ = ["SCANNED_BYTES_MIN", "PlainEvent", "Stretch", "scanned"]

SCANNED_BYTES_MIN: Final = 4_000_000
"""Below this the parser is done before the compiled scanner would be loaded."""
COLD_FACTOR: Final = 10
"""Compiling takes some five seconds; until that is done, only files this much larger ask for it."""


class PlainEvent(NamedTuple):
    """One event whose every part was plain, as numbers."""

    begin: int
    """Where it stands in the bytes."""
    end: int
    uid: str
    type: str
    time_us: int
    start_us: int
    stale_us: int
    lat: float
    lon: float
    hae: float
    ce_m: float
    le_m: float


class Stretch(NamedTuple):
    """Events that follow each other and are read in one way."""

    begin: int
    end: int
    plain: Iterator[PlainEvent] | None
    """None where the parser must read them."""


def scanned(data: bytes, start: int, end: int, *, compiled: bool) -> Iterator[Stretch] | None:
    """All events between two places as stretches, or None where the parser must read them all.

    Args:
        data: The text.
        start: Where its events begin.
        end: Where they end.
        compiled: The scanner has been compiled before.
    """
    if len(data) < SCANNED_BYTES_MIN * (1 if compiled else COLD_FACTOR):
        return None
    try:
        from keepclear.formats.cot_scan import scan_events  # noqa: PLC0415  loads a compiler
    except ImportError:
        return None
    found = scan_events(data, start, end)
    if found is None:
        return None
    text = data.decode("latin-1")  # one character for each byte, so that places are the same
    return _stretches(
        text,
        found.plain.tolist(),
        found.spans.tolist(),
        found.times_us.tolist(),
        found.numbers.tolist(),
    )


def _stretches(
    text: str,
    plain: list[bool],
    spans: list[list[int]],
    times_us: list[list[int]],
    numbers: list[list[float]],
) -> Iterator[Stretch]:
    count, first = len(plain), 0
    while first < count:
        after = first
        while after < count and plain[after] is plain[first]:
            after += 1
        begin, end = spans[first][0], spans[after - 1][1]
        rows = range(first, after)
        found = (
            PlainEvent(
                span[0], span[1], text[span[2] : span[3]], text[span[4] : span[5]],
                *times_us[k], *numbers[k],
            )
            for k in rows
            if (span := spans[k])
        )  # fmt: skip
        yield Stretch(begin, end, found if plain[first] else None)
        first = after
