"""Where an error stands in a file: each level adds its own word on the way out."""

from __future__ import annotations

from keepclear.errors import InputError

__all__ = ["Place"]


class Place:
    """A block whose input errors carry its place: ``with Place("ring 2"): ...``.

    A plain class, because ``contextlib`` costs twice as much and files have many places.
    """

    __slots__ = ("_where",)

    def __init__(self, where: str) -> None:
        self._where = where

    def __enter__(self) -> None:
        return

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, InputError):
            raise error.inside(self._where) from None
