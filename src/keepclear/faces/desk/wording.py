"""What a message says, on one line for a table: its members in words, without what a machine needs.

Everything is in the record and in ``--json`` as it was signed; here a hash is the number of a message,
a position two numbers, an instant a time to the second, and a long text is cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from keepclear.domain.window import format_instant, parse_instant
from keepclear.faces.words import moment

__all__ = ["at_second", "in_words"]

_LEFT_OUT: Final = frozenset({"says", "hash"})
"""The sentence of every receipt, and names for machines."""
_LENGTH_MAX: Final = 120
_E7: Final = 10_000_000
_INSTANT: Final = "_us"


def in_words(body: Mapping[str, Any]) -> str:
    """The members of a body."""
    said = "; ".join(_members(body))
    return said if len(said) <= _LENGTH_MAX else f"{said[: _LENGTH_MAX - 3]}..."


def at_second(text: str) -> str:
    """An instant of an answer, to the second before it."""
    return moment(parse_instant(text))


def _members(body: Mapping[str, Any]) -> Iterator[str]:
    for name, value in body.items():
        if name in {"re", "mine"}:
            yield f"about message {value['seq']}" if isinstance(value, dict) else f"{name} {value}"
        elif name not in _LEFT_OUT:
            said = _value(name, value)
            if said:
                yield f"{_named(name)} {said}"


def _value(name: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_value(name, one) for one in value)
    if isinstance(value, dict):
        if "lat_e7" in value:
            return f"{value['lat_e7'] / _E7:.5f} {value['lon_e7'] / _E7:.5f}"
        return " ".join(_members(value))
    if name.endswith(_INSTANT) and isinstance(value, int):
        return format_instant(value - value % 1_000_000)
    return str(value)


def _named(name: str) -> str:
    return name.removesuffix(_INSTANT).replace("_", " ")
