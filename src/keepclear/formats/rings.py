"""Coordinate lists as GeoJSON writes them -> places, with the antimeridian and its habits resolved.

Lists are (longitude, latitude). Files write a line over the antimeridian in two ways, and both are
read: jumping from 179 to -179, or running on to 181. Where an edge is straight in longitude and
latitude (RFC 7946), one that jumps more than 180 degrees is taken the short way and remarked on, and
one of exactly 180 degrees is refused: it could run either way. Shortest paths and great circles may
pass over a pole; they have no direction between opposite points of the Earth, and are refused there.

Whether a ring crosses itself, has an area or fills more than a hemisphere is not judged here but on
the lattice of ``detect``, where every verdict is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from keepclear.domain.footprint import EdgeRule, Ring
from keepclear.domain.position import Position
from keepclear.errors import InputError
from keepclear.formats.place import Place
from keepclear.formats.remarks import Remarks
from keepclear.formats.text import number, shown

__all__ = ["VERTICES_MAX", "read_line", "read_point", "read_rings"]

VERTICES_MAX: Final = 1_000_000
"""Vertices in one line or ring; the finest coastlines of whole continents stay below."""
_LONGITUDE_WRITTEN_MAX: Final = 360.0
"""Files that run on past the antimeridian reach 360; anything beyond is no longitude."""
_OPPOSITE_DEGREES: Final = 0.001
"""Ends this near to opposite points (100 m): which way the edge runs would be up to rounding."""

_THIRD: Final = (
    "with a third coordinate: ignored; heights stand in altitude_lower and altitude_upper"
)
_SHORT_WAY: Final = (
    "with an edge that jumps more than 180 degrees of longitude: taken the short way"
)

_Numbers = list[tuple[float, float]]
"""Longitude and latitude as written, checked to be numbers and nothing more."""


def read_point(raw: Any, remarks: Remarks) -> Position:
    """A single place; its longitude lies within -180 to 180, because nothing shows its habit.

    Raises:
        InputError: ``position.*``, ``number.*``, ``coordinates.expected``.
    """
    return _place(*_pair(raw, remarks))


def read_line(raw: Any, remarks: Remarks, edges: EdgeRule | None) -> tuple[Position, ...]:
    """The vertices of a line in order.

    Args:
        raw: A list of coordinate pairs.
        remarks: Receives what should be looked at.
        edges: What joins the vertices; one that repeats the vertex before it means nothing. None
            for routes, whose legs are geodesics, and which stay where a vertex is repeated.

    Raises:
        InputError: as :func:`read_point`; ``edge.half-turn``.
    """
    numbers = _numbers(raw, remarks)
    if edges is not None:
        _check_edges(numbers, remarks, edges)
        numbers = numbers[:1] + [b for a, b in pairwise(numbers) if not _same(a, b)]
    return _places(numbers, reduce=_runs_on([numbers]))


def read_rings(raw: Any, remarks: Remarks, edges: EdgeRule = EdgeRule.LONLAT) -> tuple[Ring, ...]:
    """The rings of one polygon, the closing vertex and repeated vertices taken off.

    Raises:
        InputError: as :func:`read_line`; ``ring.unclosed``, ``ring.too-few``.
    """
    if not isinstance(raw, list) or not raw:
        raise InputError(
            "coordinates.expected", f"found {shown(raw)}, expected a list of rings, the outer first"
        )
    read: list[_Numbers] = []
    for count, ring in enumerate(raw, 1):
        with Place(f"ring {count}"):
            read.append(_open_ring(ring, remarks, edges))
    reduce = _runs_on(read)
    rings = []
    for count, numbers in enumerate(read, 1):
        with Place(f"ring {count}"):
            rings.append(_places(numbers, reduce=reduce))
    return tuple(rings)


def _open_ring(raw: Any, remarks: Remarks, edges: EdgeRule) -> _Numbers:
    numbers = _numbers(raw, remarks)
    if not numbers or not _same(numbers[0], numbers[-1]):
        raise InputError(
            "ring.unclosed",
            "the last vertex differs from the first; a ring ends where it began, so either a "
            "vertex is missing or the first must be repeated",
        )
    _check_edges(numbers, remarks, edges)
    # _same, written out: a large file has a million vertices
    kept = [a for a, b in pairwise(numbers) if a[1] != b[1] or (a[0] - b[0]) % 360.0]
    if _different(kept[:8]) < 3 and _different(kept) < 3:  # the first few settle almost every ring
        raise InputError(
            "ring.too-few",
            f"a ring needs at least 3 different vertices; found {max(1, _different(kept))}",
        )
    return kept


def _different(numbers: _Numbers) -> int:
    return len({(longitude % 360.0, latitude) for longitude, latitude in numbers})


def _same(a: tuple[float, float], b: tuple[float, float]) -> bool:
    """Whether two vertices are one place, -180 and 180 included.

    Not so at the poles: there the longitude still says along which meridian an edge leaves.
    """
    return a[1] == b[1] and (a[0] - b[0]) % 360.0 == 0.0


def _numbers(raw: Any, remarks: Remarks) -> _Numbers:
    if not isinstance(raw, list):
        raise InputError(
            "coordinates.expected",
            f"found {shown(raw)}, expected a list of [longitude, latitude] pairs",
        )
    if len(raw) > VERTICES_MAX:
        raise InputError(
            "coordinates.too-many",
            f"found {len(raw):,} vertices, expected at most {VERTICES_MAX:,}",
        )
    numbers: _Numbers = []
    for count, pair in enumerate(raw, 1):
        # the usual case first: a million of these are read in a second
        if type(pair) is list and len(pair) == 2:
            longitude, latitude = pair
            if type(longitude) is float and type(latitude) is float:
                numbers.append((longitude, latitude))
                continue
        with Place(f"vertex {count}"):
            numbers.append(_pair(pair, remarks))
    return numbers


def _pair(raw: Any, remarks: Remarks) -> tuple[float, float]:
    if not isinstance(raw, list) or len(raw) < 2:
        raise InputError(
            "coordinates.expected", f"found {shown(raw)}, expected [longitude, latitude]"
        )
    if len(raw) > 2:
        remarks.add(_THIRD)
    return number(raw[0]), number(raw[1])


def _check_edges(numbers: _Numbers, remarks: Remarks, edges: EdgeRule) -> None:
    """Judge edges as they were written, before any longitude is reduced."""
    if edges is not EdgeRule.LONLAT:
        _check_opposites(numbers)
        return
    if not numbers or max(numbers)[0] - min(numbers)[0] < 180.0:
        return
    jumps = False
    for count, ((a, _), (b, _)) in enumerate(pairwise(numbers), 1):
        turn = abs(a - b)
        if turn % 360.0 == 180.0:
            raise InputError(
                "edge.half-turn",
                f"the edge from longitude {a} to {b} spans exactly 180 degrees and could run "
                "either way; put a vertex between",
                where=f"edge {count}",
            )
        jumps = jumps or turn > 180.0
    if jumps:
        remarks.add(_SHORT_WAY)


def _check_opposites(numbers: _Numbers) -> None:
    for count, ((a, south), (b, north)) in enumerate(pairwise(numbers), 1):
        turn = abs(abs(a - b) % 360.0 - 180.0)
        at_a_pole = abs(south) >= 90.0 - _OPPOSITE_DEGREES  # every meridian meets there
        if abs(south + north) <= _OPPOSITE_DEGREES and (turn <= _OPPOSITE_DEGREES or at_a_pole):
            raise InputError(
                "edge.half-turn",
                f"the edge from [{a}, {south}] to [{b}, {north}] joins opposite points of the "
                "Earth and could run any way; put a vertex between",
                where=f"edge {count}",
            )


def _runs_on(lines: Sequence[_Numbers]) -> bool:
    """Whether longitudes beyond 180 mean that a shape runs on over the antimeridian.

    They do when another vertex of the same shape lies within -180 to 180. Where none does, nothing
    shows whether the numbers are longitudes at all, and they are refused one by one.
    """
    if all(min(line)[0] >= -180.0 and max(line)[0] <= 180.0 for line in lines if line):
        return False
    written = [abs(longitude) for line in lines for longitude, _ in line]
    return max(written) <= _LONGITUDE_WRITTEN_MAX and min(written) <= 180.0


def _reduced(longitude: float) -> float:
    """The same meridian within -180 to 180: exact, as 180 to 360 less 360 is in binary numbers."""
    if longitude > 180.0:
        return longitude - 360.0
    return longitude + 360.0 if longitude < -180.0 else longitude


def _places(numbers: _Numbers, *, reduce: bool) -> tuple[Position, ...]:
    if reduce:
        numbers = [(_reduced(longitude), latitude) for longitude, latitude in numbers]
    try:
        return tuple(Position(latitude=lat, longitude=lon) for lon, lat in numbers)
    except InputError:
        for count, (longitude, latitude) in enumerate(numbers, 1):
            with Place(f"vertex {count}"):
                _place(longitude, latitude)
        raise


def _place(longitude: float, latitude: float) -> Position:
    if 180.0 < abs(longitude) <= _LONGITUDE_WRITTEN_MAX:
        raise InputError(
            "position.range",
            f"longitude {longitude} lies outside -180 to 180 degrees; write it as "
            f"{_reduced(longitude)}",
        )
    return Position(latitude=latitude, longitude=longitude)
