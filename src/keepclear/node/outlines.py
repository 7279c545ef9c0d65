"""Outlines that no check would take: rings that cross themselves, or enclose nothing.

A reader does not look at the shape of a ring; ``detect`` does, when it compares. Who only converts or
lints a file must hear of it too, before the file goes on to somebody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from keepclear.detect.prepare import prepare
from keepclear.domain.altitude import AltitudeBand
from keepclear.domain.declaration import Declaration, Part
from keepclear.domain.footprint import Area, Circle
from keepclear.domain.position import Position
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import ALWAYS
from keepclear.errors import Refusal
from keepclear.node.geoid import load_geoid

__all__ = ["without_bad_outlines"]

_ANY_HEIGHT: Final = AltitudeBand(None, None)
_NO_OUTLINE: Final = Volume4D(
    Circle(Position(latitude=0.0, longitude=0.0), 0.0), _ANY_HEIGHT, ALWAYS
)
"""Stands for parts without rings, so that parts are counted as they are declared."""


def without_bad_outlines(
    declarations: Sequence[Declaration],
) -> tuple[list[Declaration], tuple[Refusal, ...]]:
    """The declarations without the parts that a check would refuse, and these refusals.

    A declaration keeps its other parts; one that has none left is left out.
    """
    drawn = [number for number, one in enumerate(declarations) if any(map(_is_area, one.parts))]
    found = prepare([_outlines_of(declarations[n]) for n in drawn], geoid=load_geoid())
    bad: dict[int, set[int]] = {}
    for at, part in found.refused_parts:
        bad.setdefault(drawn[at], set()).add(part)
    kept: list[Declaration] = []
    for number, one in enumerate(declarations):
        out = bad.get(number, set())
        parts = tuple(part for index, part in enumerate(one.parts) if index not in out)
        if parts:
            kept.append(one if parts == one.parts else replace(one, parts=parts))
    return kept, found.refused


def _is_area(part: Part) -> bool:
    return isinstance(part, Volume4D) and isinstance(part.footprint, Area)


def _outlines_of(declaration: Declaration) -> Declaration:
    """The rings alone: heights and times do not matter here, and cost."""
    parts = tuple(
        replace(part, band=_ANY_HEIGHT, window=ALWAYS)
        if isinstance(part, Volume4D) and _is_area(part)
        else _NO_OUTLINE
        for part in declaration.parts
    )
    return replace(declaration, parts=parts)
