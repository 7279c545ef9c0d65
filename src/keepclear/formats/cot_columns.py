"""What the compiled scanner found in a stream of events, in the order of the file.

Without a compiler, and for small files, there is nothing here, and the parser reads everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from keepclear.domain.footprint import Ring
from keepclear.domain.position import positions

if TYPE_CHECKING:
    from keepclear.formats.cot_scan import PlainEvents

__all__ = ["COLD_FACTOR", "SCANNED_BYTES_MIN", "PlainEvent", "Stretch", "scanned"]

SCANNED_BYTES_MIN: Final = 4_000_000
"""Below this the parser is done before the compiled scanner would be loaded."""
COLD_FACTOR: Final = 10
"""Compiling takes some five seconds; until that is done, only files this much larger ask for it."""
_TEXTS: Final = (2, 4, 6, 8)
"""Where in the scanner's spans the texts of an event stand: its uid, type, call sign and remarks."""


class PlainEvent(NamedTuple):
    """One event whose every part was plain."""

    begin: int
    """Where it stands in the bytes."""
    end: int
    uid: str
    type: str
    name: str
    """Its call sign."""
    words: str
    """Its remarks."""
    ring: Ring | None
    """What it draws: nothing where it is empty, no plain ring where it is None."""
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
    # one character for each byte, so that places are the same
    return _stretches(found, data.decode("latin-1"))


def _stretches(found: PlainEvents, text: str) -> Iterator[Stretch]:
    """Cut where plain events end or begin."""
    plain: list[bool] = found.plain.tolist()
    begins, ends = found.spans[:, :2].T.tolist()
    count, first = len(plain), 0
    while first < count:
        after = first
        while after < count and plain[after] is plain[first]:
            after += 1
        events = _events(found, text, first, after) if plain[first] else None
        yield Stretch(begins[first], ends[after - 1], events)
        first = after


def _events(found: PlainEvents, text: str, first: int, after: int) -> Iterator[PlainEvent]:
    """The plain events of some rows: column by column, which is several times as fast as by rows."""
    spans = found.spans[first:after].T.tolist()
    texts = ([text[p:q] for p, q in zip(spans[k], spans[k + 1], strict=True)] for k in _TEXTS)
    return map(
        PlainEvent,
        *spans[:2],
        *texts,
        _rings(found, first, after),
        *found.times_us[first:after].T.tolist(),
        *found.numbers[first:after].T.tolist(),
    )


def _rings(found: PlainEvents, first: int, after: int) -> Iterator[Ring | None]:
    """What each of them draws, without the last corner of a ring, which repeats the first."""
    begins, ends = found.rings[first:after].T.tolist()
    low, high = begins[0], max(begins[-1], ends[-1])
    places = positions(*found.corners[low:high].T.tolist())
    for begin, end in zip(begins, ends, strict=True):
        if end < 0:
            yield None
        elif begin == end:
            yield ()
        else:
            yield tuple(places[begin - low : end - low - 1])
