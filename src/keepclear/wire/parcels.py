"""What a desk keeps of a parcel that it passes on <-> JSON, beside the entries and not in them."""

from __future__ import annotations

import msgspec

__all__ = ["HeldParcel", "decode_parcel", "encode_parcel"]


class HeldParcel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One that waits here."""

    sender: str
    """A party; as it was known when it came."""
    recipient: str
    came_us: int
    """By this node's clock."""
    turn: int
    """The order in which they came, by recipient."""
    size: int
    sealed: str
    """SHA-256 of the sealed bytes, which are kept apart from this."""
    head: bytes


def encode_parcel(parcel: HeldParcel) -> bytes:
    """The bytes that are kept."""
    return msgspec.json.encode(parcel)


def decode_parcel(data: bytes) -> HeldParcel:
    """What kept bytes stand for.

    Raises:
        ValueError: nothing of ours writes them so.
    """
    return msgspec.json.decode(data, type=HeldParcel)


class Way(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By which way notes to a party go."""

    relay: str
    """Through whose node; empty: to its own."""
    since_us: int


def encode_way(way: Way) -> bytes:
    """The bytes that are kept."""
    return msgspec.json.encode(way)


def decode_way(data: bytes) -> Way:
    """What kept bytes stand for.

    Raises:
        ValueError: nothing of ours writes them so.
    """
    return msgspec.json.decode(data, type=Way)
