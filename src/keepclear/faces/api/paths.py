"""From the path of a request to what answers under it: a look into a table, and then a few patterns.

A path is matched as it was sent, its parts still packed. What is written out goes before what has a
name in braces; among those that have, the order of the table decides. Left to others: methods, and all
else of a request (:mod:`keepclear.faces.api.endpoint`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Generic, TypeVar

__all__ = ["Paths"]

Place = TypeVar("Place")
_PART: Final = re.compile(r"\{(\w+)(:path)?\}")


class Paths(Generic[Place]):
    """Places by their paths, as route tables write them."""

    def __init__(self, places: Mapping[str, Place]) -> None:
        """Lay them out, in the order of the table."""
        self._whole: Final = {path: place for path, place in places.items() if "{" not in path}
        self._patterns: Final[dict[int | None, list[tuple[re.Pattern[str], Place]]]] = {None: []}
        """By how many slashes they have, those that are as long as one likes under nothing."""
        for path, place in places.items():
            if "{" in path:
                slashes = None if ":path}" in path else path.count("/")
                self._patterns.setdefault(slashes, []).append((_pattern(path), place))

    def find(self, path: str) -> tuple[Place, Mapping[str, str]] | None:
        """What is under a path, with the parts that it names; nothing where nothing is."""
        place = self._whole.get(path)
        if place is not None:
            return place, {}
        for slashes in (path.count("/"), None):
            for pattern, found in self._patterns.get(slashes, ()):
                match = pattern.fullmatch(path)
                if match is not None:
                    return found, match.groupdict()
        return None


def _pattern(path: str) -> re.Pattern[str]:
    """A part is what stands between two slashes, or all that follows where the table says so."""
    written, at = "", 0
    for part in _PART.finditer(path):
        kind = "(?s:.*)" if part[2] else "[^/]+"
        written += re.escape(path[at : part.start()]) + f"(?P<{part[1]}>{kind})"
        at = part.end()
    return re.compile(written + re.escape(path[at:]))
