"""A file of Cursor-on-Target events -> its events, one by one, each broken one told apart.

A single event, events one after the other as a stream leaves them, each with or without an XML
declaration, and events inside an element ``events`` are all read. A stream is no XML document; it
is cut where events end and read in pieces, so that memory stays small and one broken event does not
take the others with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from keepclear.errors import InputError
from keepclear.formats.xmltext import Element, local, parse, root_name

__all__ = ["EVENTS_MAX", "EVENT_BYTES_MAX", "bounds", "events", "events_between"]

EVENTS_MAX: Final = 1_000_000
"""Events of one file."""
EVENT_BYTES_MAX: Final = 4_000_000
"""Bytes of one event; outlines of 50,000 vertices stay below."""
_PIECE: Final = 262_144
"""Bytes of whole events that are parsed at once: large enough that the parser works, not the loop."""
_END: Final = re.compile(rb"</event\s*>")
_WRAPPER: Final = re.compile(rb"<events(?:\s[^<>]{0,10000})?>")
_WRAPPER_END: Final = re.compile(rb"</events\s*>\s*$")
_DECLARATION: Final = re.compile(rb"<\?xml\s[^<>]{0,200}\?>")
_OPENING: Final = b"<events>"
_CLOSING: Final = b"</events>"


def events(data: bytes) -> Iterator[Element | InputError]:
    """Each event in file order, or why one could not be read.

    Args:
        data: UTF-8 as ``xmltext.as_utf8`` returns it.

    Raises:
        InputError: ``xml.*``: the file as a whole.
    """
    inside = bounds(data)
    if inside is not None:
        yield from events_between(data, *inside)


def bounds(data: bytes) -> tuple[int, int] | None:
    """Where the events of a file begin and end; None where it is an empty wrapper.

    Raises:
        InputError: ``xml.*``: the file as a whole.
    """
    wrapped = root_name(data) == "events"
    if b"<!DOCTYPE" in data:
        root_name(b"<!DOCTYPE>")
    if not wrapped:
        return 0, len(data)
    opening, closing = _WRAPPER.search(data), _WRAPPER_END.search(data)
    if opening is None or closing is None:
        parse(data)  # says what is wrong, if it is not just empty
        return None
    return opening.end(), closing.start()


def events_between(data: bytes, start: int, end: int) -> Iterator[Element | InputError]:
    """The events between two places, each or why it could not be read."""
    lines = _Lines(data)
    for piece in _pieces(data, start, end):
        yield from _read(data, *piece, lines)


class _Lines:
    """Where places of a text stand, asked in rising order: each byte is looked at once."""

    __slots__ = ("_at", "_count", "_data", "_start")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = self._count = self._start = 0

    def before(self, place: int) -> tuple[int, int]:
        """Whole lines in front of a place, and characters of its own line."""
        self._count += self._data.count(b"\n", self._at, place)
        last = self._data.rfind(b"\n", self._at, place)
        self._start = last + 1 if last >= 0 else self._start
        self._at = place
        return self._count, place - self._start


def _pieces(data: bytes, start: int, ends: int) -> Iterator[tuple[int, int]]:
    """Spans of whole events, and what stands after the last of them."""
    begin = start
    for found in _END.finditer(data, start, ends):
        if found.end() - begin >= _PIECE:
            yield begin, found.end()
            begin = found.end()
    if data[begin:ends].strip():
        yield begin, ends


def _read(data: bytes, begin: int, end: int, lines: _Lines) -> Iterator[Element | InputError]:
    try:
        yield from _parsed(data, begin, end, lines)
    except InputError as error:
        cuts = [found.end() for found in _END.finditer(data, begin, end)]
        if len(cuts) <= 1 and (not cuts or not data[cuts[0] : end].strip()):
            yield error
            return
        if cuts[-1] < end and data[cuts[-1] : end].strip():
            cuts.append(end)
        for cut in cuts:  # one by one, so that the others are read
            yield from _read(data, begin, cut, lines)
            begin = cut


def _blank(declaration: re.Match[bytes]) -> bytes:
    """Spaces in its place, so that what follows stands where it stood."""
    return b" " * len(declaration[0])


def _parsed(data: bytes, begin: int, end: int, lines: _Lines) -> list[Element]:
    """The events of one piece.

    Raises:
        InputError: ``xml.*``.
    """
    piece = data[begin:end]
    size = len(piece.strip())
    if size > EVENT_BYTES_MAX:
        raise InputError(
            "xml.too-large",
            f"found one event of {size:,} bytes, expected at most {EVENT_BYTES_MAX:,}",
        )
    if b"<?xml" in piece:
        piece = _DECLARATION.sub(_blank, piece)

    def place() -> tuple[int, int]:
        line, column = lines.before(begin)
        return line, column - len(_OPENING)

    root = parse(_OPENING + piece + _CLOSING, place=place)
    return [event for event in root if local(event)]
