"""A table of an arrangement's text: nothing may stand there that is not known, and every fault is told.

What is asked of it is taken out; what is left when it is closed is a fault. A value that cannot be used
is noted with its place, and a default taken for it, so that the rest is looked at in the same pass.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from keepclear.errors import InputError, Refusal
from keepclear.formats.text import shown

__all__ = ["Faults", "StrictTable"]


@dataclass(slots=True)
class Faults:
    """What is wrong with one text, in the order in which it was found."""

    name: str
    refused: list[Refusal] = field(default_factory=list)

    def add(self, where: str, code: str, message: str) -> None:
        """One more, with where in the text it is."""
        self.refused.append(Refusal(f"{self.name} {where}".strip(), code, message))


@dataclass(slots=True)
class StrictTable:
    """One table of a text."""

    values: dict[str, Any]
    where: str
    faults: Faults

    def at(self, key: str) -> str:
        """Where a name of this table stands."""
        return f"{self.where}.{key}".strip(".")

    def take(self, key: str, convert: Callable[[Any], Any], default: Any = None) -> Any:
        """A value converted; a fault is noted, and the default taken so that the rest is looked at."""
        if key not in self.values:
            return default
        try:
            return convert(self.values.pop(key))
        except InputError as error:
            where = f"{self.at(key)} {error.where}".strip()
            self.faults.add(where, error.code, error.message)
            return default

    def need(self, key: str, convert: Callable[[Any], Any], default: Any) -> Any:
        """As :meth:`take`; that it is missing is a fault, too."""
        if key not in self.values:
            self.faults.add(self.at(key), "arrangement.missing", f"{key} must be said")
        return self.take(key, convert, default)

    def table(self, key: str) -> StrictTable:
        """An inner table; an empty one, where there is none."""
        inner = self.values.pop(key, {})
        if not isinstance(inner, dict):
            self.faults.add(
                self.at(key), "arrangement.form", f"found {shown(inner)}, expected a table"
            )
            inner = {}
        return StrictTable(inner, self.at(key), self.faults)

    def tables(self, key: str) -> list[StrictTable]:
        """Inner tables of one name, in order; each must be closed."""
        inner = self.values.pop(key, [])
        if not isinstance(inner, list) or not all(isinstance(one, dict) for one in inner):
            self.faults.add(self.at(key), "arrangement.form", f"write each as [[{key}]]")
            return []
        return [
            StrictTable(one, f"{self.at(key)} {n}", self.faults) for n, one in enumerate(inner, 1)
        ]

    def close(self) -> None:
        """Nothing more is asked of it: what is left is a fault."""
        for key in self.values:
            self.faults.add(
                self.at(key), "arrangement.unknown", "this name is not known; is it misspelt?"
            )
