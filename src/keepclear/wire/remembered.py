"""What a snapshot says of one declaration <-> msgpack: everything about it but its texts.

A snapshot is derived from the record and thrown away with every change of these forms, so nothing here
has to be read by another program or another version. What entries said is not in it: it is read from
the store by the number of its entry, and believed by the hash of its leaf.
"""

from __future__ import annotations

from typing import Any, Final, TypeVar

import msgspec

from keepclear.errors import InputError

__all__ = ["CaseForm", "JudgedForm", "VersionForm", "pack", "pack_case", "unpack", "unpack_case"]

_T = TypeVar("_T")


class VersionForm(msgspec.Struct, frozen=True, array_like=True):
    """One version of a declaration, without its text."""

    number: int
    by: str
    at_us: int
    through: str | None
    because: str | None
    split_from: tuple[str, int] | None
    entry: int
    seal: bytes
    message: str | None


class JudgedForm(msgspec.Struct, frozen=True, array_like=True):
    """The last verdict, without what it says."""

    entry: int
    seal: bytes
    arrangements: list[str]


class CaseForm(msgspec.Struct, frozen=True, array_like=True):
    """A declaration with its life."""

    kind: str
    stage: str
    party: str
    mark: str
    versions: list[VersionForm]
    told: list[str]
    judged: JudgedForm | None
    stood_us: int | None
    crossed: bool
    released: dict[str, int]
    confirmed_us: int | None
    unconfirmed_us: int | None
    size_km2_hours: float
    disclosed: dict[str, int]
    ref: str
    told_by: list[tuple[str, str, int, int, str]]


_encoder: Final = msgspec.msgpack.Encoder()
_cases: Final = msgspec.msgpack.Decoder(CaseForm)


def pack_case(form: CaseForm) -> bytes:
    """A declaration as bytes."""
    return _encoder.encode(form)


def unpack_case(data: bytes | memoryview) -> CaseForm:
    """The declaration that bytes stand for.

    Raises:
        InputError: ``wire.form``.
    """
    try:
        return _cases.decode(data)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise InputError("wire.form", f"this is no part of a snapshot: {error}") from None


def pack(value: Any) -> bytes:
    """Lists, mappings and dataclasses as bytes."""
    return _encoder.encode(value)


def unpack(data: bytes | memoryview, kind: type[_T]) -> _T:
    """The value of a known type that bytes stand for.

    Raises:
        InputError: ``wire.form``.
    """
    try:
        return msgspec.msgpack.decode(data, type=kind)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise InputError("wire.form", f"this is no part of a snapshot: {error}") from None
