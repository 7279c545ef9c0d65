"""The details of a scenario's sentences, by name: each is read by one reader, and by no other.

Left to others: times, sizes and places, and which sentence may have which detail (``forms``).
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

from keepclear.errors import InputError
from keepclear.formats.scenarios.places import circle, corners, place, places, via
from keepclear.formats.scenarios.sizes import (
    area,
    distance,
    ground,
    height_numbers,
    heights,
    length,
)
from keepclear.formats.scenarios.times import duration, instant, span
from keepclear.formats.text import one_line

__all__ = ["DETAILS", "LAYERS", "SEEN_HEIGHTS", "whole"]

LAYERS: Final = ("areas", "restrictions", "operations", "movements", "sites")
"""Of the map of a desk, as its node names them."""


def words(text: str, _: str) -> str:
    """What a person wrote."""
    return one_line(text)


def listed(text: str, _: str) -> list[str]:
    """Names with commas between them."""
    return [one.strip() for one in text.split(",") if one.strip()]


def layers(text: str, _: str) -> list[str]:
    """Layers of a map, with commas between them."""
    found = listed(text, "")
    for one in found:
        if one not in LAYERS:
            raise InputError(
                "scenario.value", f"found the layer {one!r}, expected some of {', '.join(LAYERS)}"
            )
    return found


def whole(text: str, _: str) -> int:
    """A whole number."""
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise InputError("scenario.value", f"found {text!r}, expected a whole number")
    return int(text)


def noted(text: str, _: str) -> tuple[str, str]:
    """A field of a notification: ``contact_role: duty desk``."""
    name, colon, said = text.partition(":")
    if not colon:
        raise InputError("scenario.value", f"found {text!r}, expected FIELD: what it says")
    return name.strip(), said.strip()


def nothing(text: str, _: str) -> bool:
    """A detail that says all with its name."""
    if text:
        raise InputError("scenario.detail", f"found {text!r} behind it, expected nothing")
    return True


Reader = Callable[[str, str], Any]
DETAILS: Final = MappingProxyType[str, Reader](
    {
        # of what is declared
        "circle": circle,
        "polygon": places,
        "line": places,
        "point": place,
        "via": via,
        "half-width": length,
        "heights": heights,
        "from": span,
        "stand-off": length,
        "ground": ground,
        "error": length,
        "edges": words,
        "for": words,
        "priority": whole,
        "state": words,
        "name": words,
        "description": words,
        "note": noted,
        "like": words,
        # of what is said
        "by": words,
        "asks": words,
        "place": place,
        "radius": length,
        "span": span,
        "about": words,
        "asked-for": words,
        "unit": words,
        "list": words,
        "only": listed,
        "who": words,
        "units": listed,
        "language": words,
        "instead": words,
        "drill": nothing,
        # of consent
        "fields": listed,
        "not-before": instant,
        "lead": duration,
        # of what is expected
        "area": area,
        "apart": distance,
        "stay-away": distance,
        "horizontal": length,
        "vertical": length,
        "time": duration,
        "certainty": words,
        "level": words,
        "goes-first": words,
        "side": words,
        "agreed": duration,
        "found": duration,
        "version": whole,
        "rung": words,
        "kind": words,
        "since": instant,
        "entries": whole,
        "witnesses": listed,
        "refused": words,
        # of how it is told
        "in-words": words,
        "layers": layers,
        "frame": corners,
    }
)
"""The reader of each detail."""
SEEN_HEIGHTS: Final = height_numbers
"""How heights are written where they are expected of a crossing, in place of ``heights``."""
