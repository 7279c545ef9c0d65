"""Lists under names, each a few bytes until somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

from keepclear.wire.remembered import pack, unpack

__all__ = ["Packed"]

_T = TypeVar("_T")


class Packed(Mapping[str, list[_T]], Generic[_T]):
    """Lists by name; an empty list is none."""

    def __init__(self, kind: type[list[_T]], packed: Mapping[str, bytes] | None = None) -> None:
        """Lists as they were packed.

        Args:
            kind: The type of a list, such as ``list[str]``.
            packed: By name, what :meth:`moment` gave.
        """
        self.kind = kind
        self._packed = dict(packed or {})
        self._open: dict[str, list[_T]] = {}

    def __len__(self) -> int:
        return len(self._packed) + len(self._open)

    def __iter__(self) -> Iterator[str]:
        return iter([*self._packed, *self._open])

    def __contains__(self, name: object) -> bool:
        return name in self._open or name in self._packed

    def __getitem__(self, name: str) -> list[_T]:
        found = self._open.get(name)
        if found is None:
            found = self._open[name] = unpack(self._packed[name], self.kind)
            del self._packed[name]
        return found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Packed) and dict(self.items()) == dict(other.items())

    __hash__ = None  # type: ignore[assignment]

    def add(self, name: str, one: _T) -> None:
        """One more, at the end of its list."""
        found = self._open.get(name)
        if found is not None:
            found.append(one)
        elif name in self._packed:
            self[name].append(one)
        else:
            self._open[name] = [one]

    def keep(self, name: str, wanted: Callable[[_T], bool]) -> None:
        """Leave out of a list what is not wanted."""
        if name not in self:
            return
        kept = [one for one in self[name] if wanted(one)]
        if kept:
            self._open[name] = kept
        else:
            del self._open[name]

    def moment(self) -> Callable[[], dict[str, bytes]]:
        """All of it as it is now, to be packed a little later while the lists go on changing."""
        packed = dict(self._packed)
        opened = {name: list(found) for name, found in self._open.items()}
        return lambda: packed | {name: pack(found) for name, found in opened.items()}
