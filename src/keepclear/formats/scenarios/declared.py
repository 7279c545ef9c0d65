"""The details of a scenario's sentence -> a declaration, by the reader of GeoJSON and its rules.

Lines between places are shortest paths on the ellipsoid where nothing else is said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

from keepclear.domain.declaration import Declaration
from keepclear.domain.position import Position
from keepclear.domain.window import format_instant
from keepclear.errors import InputError
from keepclear.formats import geojson
from keepclear.formats.properties import UNLIMITED
from keepclear.formats.registry import read_bytes
from keepclear.formats.scenarios.places import Via
from keepclear.formats.scenarios.times import Span

__all__ = ["SHAPES", "declared", "declared_in"]

SHAPES: Final = ("circle", "polygon", "line", "point", "via")
"""Details that draw what is declared; one of them does."""
_PLAIN: Final = {
    "half-width": "half_width_m",
    "stand-off": "standoff_m",
    "ground": "ground_m",
    "error": "position_error_m",
    "for": "on_behalf_of",
    "priority": "priority",
    "state": "state",
    "name": "name",
    "description": "description",
    "edges": "edges",
}
"""Details that are one property each."""
_LINES: Final = frozenset({"polygon", "line"})
"""Shapes that have lines between places, and say by which rule."""


def declared(
    party: str, kind: str, id_: str, details: Mapping[str, tuple[Any, ...]]
) -> Declaration:
    """What is declared.

    Args:
        party: Whose it is.
        kind: Such as ``operation``.
        id_: Its id.
        details: As :mod:`keepclear.formats.scenarios.details` reads them.

    Raises:
        InputError: it is none; the sentence says why.
    """
    shapes = [name for name in SHAPES if name in details]
    if len(shapes) != 1:
        found = " and ".join(shapes) or "none"
        raise InputError(
            "scenario.shape", f"found {found}, expected one of {', '.join(SHAPES)} below it"
        )
    said: dict[str, Any] = {"party": party, "kind": kind, "id": id_}
    if kind == "operation":
        said["state"] = "Accepted"
    if shapes[0] in _LINES:
        said["edges"] = "geodesic"
    said |= {name: details[one][0] for one, name in _PLAIN.items() if one in details}
    said |= dict(details.get("note", ()))
    said |= dict(_limits(details))
    said |= dict(_window(details))
    geometry, more = _geometry(shapes[0], details[shapes[0]])
    feature = {"type": "Feature", "properties": said | more, "geometry": geometry}
    reading = geojson.read(feature, name="")
    if reading.refused:
        first = reading.refused[0]
        where = first.where.removeprefix(" ").partition("properties.")[2]
        raise InputError(first.code, f"{where}: {first.message}" if where else first.message)
    return reading.declarations[0]


def declared_in(
    party: str, data: bytes, name: str, only: Collection[str]
) -> tuple[Declaration, ...]:
    """What a file declares, in any format that keepclear reads.

    Args:
        party: Whose they are; a file may say so, too, and nothing else.
        data: The file.
        name: What sentences call it.
        only: Ids; none: all of it.

    Raises:
        InputError: something in it cannot be used, or is not there.
    """
    reading = read_bytes(data, name=name)
    if reading.refused:
        first = reading.refused[0]
        raise InputError(first.code, f"{first.where}: {first.message}")
    found = [
        replace(one, party=party) for one in reading.declarations if not only or one.id in only
    ]
    strangers = sorted({one.party for one in reading.declarations} - {"", party})
    missing = sorted(set(only) - {one.id for one in found})
    if strangers or missing or not found:
        what = (
            f"declarations of {strangers[0]}"
            if strangers
            else f"no {missing[0] if missing else ''}"
        )
        raise InputError(
            "scenario.value", f"found {what.strip()} in {name}, expected what {party} declares"
        )
    return tuple(found)


def _limits(details: Mapping[str, tuple[Any, ...]]) -> Iterator[tuple[str, Any]]:
    if "heights" in details:
        for name, limit in zip(("lower", "upper"), details["heights"][0], strict=True):
            yield f"altitude_{name}", UNLIMITED if limit is None else limit


def _window(details: Mapping[str, tuple[Any, ...]]) -> Iterator[tuple[str, str]]:
    if "from" in details:
        span: Span = details["from"][0]
        if span.start_us is not None:
            yield "time_start", format_instant(span.start_us)
        if span.end_us is not None:
            yield "time_end", format_instant(span.end_us)


def _geometry(shape: str, said: tuple[Any, ...]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The geometry, and the properties that belong to it."""
    if shape == "circle":
        position, radius_m = said[0]
        return {"type": "Point", "coordinates": _pair(position)}, {"radius_m": radius_m}
    if shape == "point":
        return {"type": "Point", "coordinates": _pair(said[0])}, {}
    if shape == "via":
        stops = list(_stops(said))
        times = [format_instant(at_us) for _, at_us in stops]
        return {"type": "LineString", "coordinates": [pair for pair, _ in stops]}, {"times": times}
    pairs = [_pair(one) for line in said for one in line]
    if shape == "line":
        return {"type": "LineString", "coordinates": pairs}, {}
    ring = pairs if pairs[0] == pairs[-1] else [*pairs, pairs[0]]
    return {"type": "Polygon", "coordinates": [_counterclockwise(ring)]}, {}


def _stops(said: tuple[Via, ...]) -> Iterator[tuple[list[float], int]]:
    for one in said:
        yield _pair(one.position), one.at_us
        if one.leaves_us is not None:
            yield _pair(one.position), one.leaves_us


def _pair(position: Position) -> list[float]:
    return [position.longitude, position.latitude]


def _counterclockwise(ring: list[list[float]]) -> list[list[float]]:
    """As RFC 7946 has it; which way round it was written says nothing here."""
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))
    return ring if area >= 0 else ring[::-1]
