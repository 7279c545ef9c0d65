"""What was read of a scenario so far: each sentence may name what the sentences above it brought."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from keepclear.domain.gazetteer import NamedPlace
from keepclear.formats.scenarios.matching import Known
from keepclear.formats.scenarios.script import Arranged, PartySaid, Step

__all__ = ["Draft"]


@dataclass(slots=True)
class Draft:
    """What was read so far."""

    name: str
    beside: Callable[[str], bytes]
    known: Known = field(default_factory=Known)
    title: str = ""
    parties: list[PartySaid] = field(default_factory=list)
    lines: set[frozenset[str]] = field(default_factory=set)
    arrangements: dict[str, Arranged] = field(default_factory=dict)
    places: list[NamedPlace] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    said: dict[str, dict[str, tuple[Any, ...]]] = field(default_factory=dict)
    """What sentences said of a declaration, by ``Party/id``: others may be like it."""
    now_us: int | None = None
    begins_us: int = 0
