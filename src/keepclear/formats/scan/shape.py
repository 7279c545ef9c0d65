"""Compiled: where a feature is: a Polygon with its rings, or a Point, on the grid of 1e-7 degree."""

from __future__ import annotations

from typing import Final

import numba
import numpy as np

from keepclear.detect.table import AREA, LINE
from keepclear.formats.scan.decimals import number
from keepclear.formats.scan.member import following, key
from keepclear.formats.scan.text import is_word, space, string_end

__all__ = ["geometry"]

_GRID: Final = 10_000_000
_JUMP_GRID: Final = 90 * _GRID
"""Wider edges may run over 180 or go the long way, of which the ordinary reader says a sentence."""
_TYPE = np.frombuffer(b"type", np.uint8)
_COORDINATES = np.frombuffer(b"coordinates", np.uint8)
_POLYGON = np.frombuffer(b"Polygon", np.uint8)
_POINT = np.frombuffer(b"Point", np.uint8)

njit = numba.njit(cache=True, error_model="numpy", nogil=True)


@njit
def _grid(b, p, n, most):
    """An angle on the grid of 1e-7 degree and its end; end -1 where it is not, or beyond most."""
    mantissa, decimals, p = number(b, p, n)
    if p < 0 or decimals > 7:
        return 0, -1
    for _ in range(7 - decimals):
        mantissa *= 10
    if abs(mantissa) > most * _GRID:
        return 0, -1
    return mantissa, p


@njit
def _position(b, p, n, lon, lat, at):
    """One ``[lon, lat]`` into the columns; its end, -1 where it is anything else."""
    if p >= n or b[p] != 91:
        return -1
    x, p = _grid(b, space(b, p + 1, n), n, 180)
    if p < 0:
        return -1
    p = space(b, p, n)
    if p >= n or b[p] != 44:
        return -1
    y, p = _grid(b, space(b, p + 1, n), n, 90)
    if p < 0:
        return -1
    p = space(b, p, n)
    if p >= n or b[p] != 93:
        return -1
    lon[at], lat[at] = x, y
    return p + 1


@njit
def _ring(b, p, n, lon, lat, at):
    """A closed ring, its last vertex left out; its end and the next free vertex."""
    if p >= n or b[p] != 91:
        return -1, at
    first = at
    p = space(b, p + 1, n)
    while True:
        p = _position(b, p, n, lon, lat, at)
        if p < 0:
            return -1, at
        if at > first and abs(np.int64(lon[at]) - lon[at - 1]) > _JUMP_GRID:
            return -1, at
        if at > first and lon[at] == lon[at - 1] and lat[at] == lat[at - 1]:
            at -= 1
        at += 1
        p = space(b, p, n)
        if p >= n:
            return -1, at
        if b[p] == 93:
            break
        if b[p] != 44:
            return -1, at
        p = space(b, p + 1, n)
    last = at - 1
    if last - first < 3 or lon[first] != lon[last] or lat[first] != lat[last]:
        return -1, at
    return p + 1, last


@njit
def _polygon(b, p, n, lon, lat, at, vertex_start, ring):
    """All rings of a polygon; end, next free vertex, next free ring."""
    if p >= n or b[p] != 91:
        return -1, at, ring
    p = space(b, p + 1, n)
    while True:
        p, at = _ring(b, p, n, lon, lat, at)
        if p < 0:
            return -1, at, ring
        ring += 1
        vertex_start[ring] = at
        p = space(b, p, n)
        if p >= n:
            return -1, at, ring
        if b[p] == 93:
            return p + 1, at, ring
        if b[p] != 44:
            return -1, at, ring
        p = space(b, p + 1, n)


@njit
def geometry(b, p, n, lon, lat, at, vertex_start, ring):
    """A Polygon or Point; end, next free vertex and ring, and kind."""
    if p >= n or b[p] != 123:
        return -1, at, ring, 0
    p = space(b, p + 1, n)
    seen, kind, first = 0, 255, -1
    end_of_shape = -1
    while True:
        start, end, p = key(b, p, n)
        if p < 0:
            return -1, at, ring, 0
        if is_word(b, start, end, _TYPE) and not seen & 1:
            stop = string_end(b, p, n)
            if stop < 0:
                return -1, at, ring, 0
            if is_word(b, p + 1, stop, _POLYGON):
                kind = AREA
            elif is_word(b, p + 1, stop, _POINT):
                kind = LINE
            else:
                return -1, at, ring, 0
            p = stop + 1
            seen |= 1
        elif is_word(b, start, end, _COORDINATES) and seen == 1:
            first = p
            if kind == AREA:
                end_of_shape, at, ring = _polygon(b, first, n, lon, lat, at, vertex_start, ring)
            else:
                end_of_shape = _position(b, first, n, lon, lat, at)
                at += 1
                ring += 1
                vertex_start[ring] = at
            if end_of_shape < 0:
                return -1, at, ring, 0
            p = end_of_shape
            seen |= 2
        else:
            return -1, at, ring, 0
        state, p = following(b, p, n)
        if state == -1:
            return -1, at, ring, 0
        if state == -2:
            return (p if seen == 3 else -1), at, ring, kind
