"""What a node and its front say to each other: small frames, each with its length before it.

A frame is four bytes of length, the lowest first, and then a list in MessagePack whose first item says
which frame it is. Each side takes the frames of the other and no others; what is none of them ends the
connection. Left to others: who says what when.
"""

from __future__ import annotations

import struct
from typing import Any, Final

import msgspec

__all__ = [
    "FROM_FRONT",
    "FROM_NODE",
    "Beat",
    "Begins",
    "Broken",
    "Cutter",
    "Ends",
    "Fails",
    "FrameError",
    "Gone",
    "Line",
    "Lines",
    "Open",
    "Piece",
    "Serves",
    "Starts",
    "Taken",
    "Warm",
    "packed",
]

Lines = list[tuple[bytes, bytes]]
"""Headers: names in lower case, and values."""
_LENGTH: Final = struct.Struct("<I")
_BYTES_MAX: Final = 16_000_000
"""A body, its headers, and room; no side sends a larger frame."""


class FrameError(Exception):
    """What came is no frame."""


class _Frame(msgspec.Struct, array_like=True, gc=False, frozen=True):
    pass


class Serves(_Frame, frozen=True, tag=1):
    """To the front, before all else: where it listens, and how fast one address may ask."""

    host: str
    port: int
    names: tuple[str, ...]
    certificate: str
    key: str
    per_s: float
    burst: float


class Open(_Frame, frozen=True, tag=2):
    """To the front: accept clients from now on."""


class Ends(_Frame, frozen=True, tag=3):
    """To the front: accept nobody any more, finish what was asked, and end."""


class Beat(_Frame, frozen=True, tag=4):
    """To the front, which says it back: it lives."""


class Warm(_Frame, frozen=True, tag=5):
    """From the front: it can accept clients."""


class Fails(_Frame, frozen=True, tag=6):
    """From the front, in the place of that: why it cannot."""

    why: str


class Line(_Frame, frozen=True, tag=7):
    """From the front: a line for the technical log, about something that never came to the node."""

    members: dict[str, Any]


class Begins(_Frame, frozen=True, tag=8):
    """From the front: a whole request, under a number of its own."""

    number: int
    method: str
    raw_path: bytes
    query: bytes
    headers: Lines
    client: tuple[str, int] | None
    http_version: str
    body: bytes | None
    """None: the client left in the middle of it."""


class Gone(_Frame, frozen=True, tag=9):
    """From the front: nobody waits for this answer any more."""

    number: int


class Taken(_Frame, frozen=True, tag=10):
    """From the front: the client took the last piece, and the next may come."""

    number: int


class Starts(_Frame, frozen=True, tag=11):
    """To the front: an answer begins."""

    number: int
    status: int
    headers: Lines


class Piece(_Frame, frozen=True, tag=12):
    """To the front: a part of an answer; after one that is not the last the front says ``Taken``."""

    number: int
    data: bytes
    more: bool


class Broken(_Frame, frozen=True, tag=13):
    """To the front: this answer has begun and will never be whole."""

    number: int


FROM_NODE: Final = msgspec.msgpack.Decoder(Serves | Open | Ends | Beat | Starts | Piece | Broken)
FROM_FRONT: Final = msgspec.msgpack.Decoder(Warm | Fails | Beat | Line | Begins | Gone | Taken)
_ENCODER: Final = msgspec.msgpack.Encoder()


def packed(frame: msgspec.Struct) -> bytes:
    """A frame as it goes over the line."""
    data = _ENCODER.encode(frame)
    return _LENGTH.pack(len(data)) + data


class Cutter:
    """Bytes as they come, cut into frames."""

    def __init__(self, decoder: msgspec.msgpack.Decoder[Any]) -> None:
        """Take what one side says: ``FROM_NODE`` or ``FROM_FRONT``."""
        self._decoder = decoder
        self._held = bytearray()

    def frames(self, data: bytes) -> list[Any]:
        """The frames that are whole with these bytes.

        Raises:
            FrameError: they are no frames of that side.
        """
        held = self._held
        held += data
        found, at = [], 0
        while len(held) - at >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(held, at)
            if length > _BYTES_MAX:
                raise FrameError
            begin = at + _LENGTH.size
            if len(held) < begin + length:
                break
            try:
                found.append(self._decoder.decode(bytes(held[begin : begin + length])))
            except msgspec.MsgspecError as error:
                raise FrameError from error
            at = begin + length
        del held[:at]
        return found
