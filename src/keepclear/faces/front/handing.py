"""What the process that speaks hands to the node's thread, and what comes back.

A declaration is handed on as its canonical text, with what looked wrong in it and with its rows, so
that nothing of that has to be worked out by the thread that decides. Who asks is not known here: the
token is handed on as it came, and is looked up where it always is. Frames are as in
:mod:`keepclear.faces.front.frames`; nobody else writes on the socket.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Generic, TypeVar

import msgspec

__all__ = ["Frames", "Ready", "Told", "framed"]

Form = TypeVar("Form")
_LENGTH_BYTES: Final = 4


class Ready(msgspec.Struct, frozen=True, array_like=True):
    """A declaration that waits for the node's thread."""

    number: int
    """By which its answer is known."""
    came_s: float
    """When its request began, by the clock that is never set; one for all processes of a machine."""
    token: str
    key: str
    """Of ``Idempotency-Key``; empty for none."""
    if_match: int | None
    text: bytes
    """Its canonical JSON."""
    doubts: list[str]
    """Codes of what looked wrong in it."""
    rows: bytes
    """Its rows, packed; see :mod:`keepclear.detect.packed`."""


class Told(msgspec.Struct, frozen=True, array_like=True):
    """What became of it; what it changed is durable."""

    number: int
    status: int
    headers: dict[str, str]
    body: bytes
    is_problem: bool


_encoder: Final = msgspec.msgpack.Encoder()


def framed(form: msgspec.Struct) -> bytes:
    """A form as a frame."""
    data = _encoder.encode(form)
    return len(data).to_bytes(_LENGTH_BYTES, "little") + data


class Frames(Generic[Form]):
    """Forms of one type out of pieces of a stream, wherever it was cut."""

    def __init__(self, form: type[Form]) -> None:
        """Nothing has come yet."""
        self._decoder = msgspec.msgpack.Decoder(form)
        self._held = b""

    def feed(self, piece: bytes) -> Iterator[Form]:
        """The forms that are whole with one more piece.

        Raises:
            msgspec.MsgspecError: what came is no such form.
        """
        data, at = self._held + piece if self._held else piece, 0
        while len(data) - at >= _LENGTH_BYTES:
            begin = at + _LENGTH_BYTES
            end = begin + int.from_bytes(data[at:begin], "little")
            if end > len(data):
                break
            yield self._decoder.decode(data[begin:end])
            at = end
        self._held = data[at:]
