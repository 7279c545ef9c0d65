"""The headers of one request, read once: names in lower case, each with all that was sent under it."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["Headers"]


class Headers:
    """By name in lower case; a name may have been sent several times."""

    __slots__ = ("_sent",)

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        """Read them.

        Args:
            raw: Names in lower case with their values, as a server of ASGI hands them on.
        """
        self._sent: dict[str, list[str]] = {}
        for name, value in raw:
            self._sent.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))

    def getlist(self, name: str) -> list[str]:
        """Everything that was sent under a name, in its order."""
        return self._sent.get(name, [])

    def one(self, name: str) -> str | None:
        """The first that was sent under a name, if any was."""
        found = self._sent.get(name)
        return found[0] if found else None

    def get(self, name: str, otherwise: str) -> str:
        """The first that was sent under a name, or something else."""
        found = self._sent.get(name)
        return found[0] if found else otherwise
