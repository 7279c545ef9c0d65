"""The verdict on a pair that the search has found: quick where that is sure, else by ``pairs``."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from keepclear.detect.crossing import Minima
from keepclear.detect.fast.arcs import inlined, njit
from keepclear.detect.fast.hot import (
    DISC,
    GROUP,
    KIND_MASK,
    OWNER,
    RING,
    SHAPE,
    U0,
    U1,
    V0,
    V1,
    form_of,
    span_of,
)
from keepclear.detect.fast.pairs import near
from keepclear.detect.fast.quick import UNSURE, disc_form, disc_ring, ring_ring
from keepclear.detect.fast.sift import _bands_meet, _reach, _windows_meet
from keepclear.detect.table import LEG, Table

__all__ = ["Limits", "Shapes", "limits_of", "shapes_of", "swift", "thorough", "timely", "wanted"]


class Shapes(NamedTuple):
    """Columns of the table that say where rows are."""

    kind: np.ndarray
    ring_start: np.ndarray
    vertex_start: np.ndarray
    q: np.ndarray
    lon: np.ndarray
    lat: np.ndarray
    scale: float
    level: np.ndarray
    box: np.ndarray
    face: np.ndarray


class Limits(NamedTuple):
    """Columns of the table that say how far rows reach, when and at which heights; and the minima.

    ``settled`` says that hot rows decide windows and bands, ``bare`` that nothing widens any row but
    the reach of lines: then the columns are not even read.
    """

    reach_m: np.ndarray
    standoff_m: np.ndarray
    error_m: np.ndarray
    start_us: np.ndarray
    end_us: np.ndarray
    lower_code: np.ndarray
    lower_own: np.ndarray
    lower_least: np.ndarray
    upper_code: np.ndarray
    upper_own: np.ndarray
    upper_most: np.ndarray
    surface: np.ndarray
    horizontal_m: float
    vertical_mm: float
    time_us: int
    settled: bool
    bare: bool


def shapes_of(table: Table) -> Shapes:
    """The shapes of a table."""
    return Shapes(
        table.kind, table.ring_start, table.vertex_start, table.q, table.lon, table.lat,
        table.scale, table.level, table.box, table.face,
    )  # fmt: skip


def limits_of(table: Table, minima: Minima, *, settled: bool) -> Limits:
    """The limits of a table."""
    bands = table.bands
    bare = minima.horizontal_m == 0 and not (table.standoff_m.any() or table.error_m.any())
    return Limits(
        table.reach_m, table.standoff_m, table.error_m, table.start_us, table.end_us,
        bands.lower_code, bands.lower_own, bands.lower_least, bands.upper_code, bands.upper_own,
        bands.upper_most, bands.surface, float(minima.horizontal_m), minima.vertical_m * 1000.0,
        int(minima.time_us), settled, bool(bare),
    )  # fmt: skip


@inlined
def wanted(a, b, cards, compared):
    """Whether two rows are compared at all."""
    if cards[a, OWNER] == cards[b, OWNER] or cards[a, GROUP] == cards[b, GROUP]:
        return False
    return compared[cards[a, SHAPE] & KIND_MASK, cards[b, SHAPE] & KIND_MASK]


@njit
def timely(a, b, kind, limits):
    """Whether windows and bands of two standing rows meet; True where one of them moves."""
    if kind[a] == LEG or kind[b] == LEG:
        return True
    return _windows_meet(
        limits.start_us[a], limits.end_us[a], limits.start_us[b], limits.end_us[b], limits.time_us
    ) and _bands_meet(
        a, b, limits.lower_code, limits.lower_own, limits.lower_least, limits.upper_code,
        limits.upper_own, limits.upper_most, limits.surface, limits.vertical_mm,
    )  # fmt: skip


@njit
def thorough(a, b, shapes, limits):
    """The verdict without any short cut."""
    if shapes.kind[a] == LEG or shapes.kind[b] == LEG:
        return True
    reach = _reach(
        a, b, shapes.kind, limits.reach_m, limits.standoff_m, limits.error_m, limits.horizontal_m,
        limits.bare,
    )  # fmt: skip
    return near(
        a, b, shapes.kind, shapes.ring_start, shapes.vertex_start, shapes.q, shapes.lon,
        shapes.lat, shapes.scale, shapes.level, shapes.box, shapes.face, reach,
    )  # fmt: skip


@inlined
def _axes(face):
    if face < 2:
        return 1, 2
    if face < 4:
        return 0, 2
    return 0, 1


@njit
def swift(a, b, hot, cards, q, level, reach_m):
    """The verdict on two rows of known form: MEET, APART or UNSURE."""
    form_a, face_a = form_of(a, cards)
    form_b, face_b = form_of(b, cards)
    if face_a != face_b:
        return UNSURE
    axis_u, axis_v = _axes(face_a)
    if form_a == RING and form_b == RING:
        first_a, last_a = span_of(a, cards)
        first_b, last_b = span_of(b, cards)
        return ring_ring(
            first_a, last_a, first_b, last_b, axis_u, axis_v, q, level,
            np.int64(hot[a, U0]), np.int64(hot[a, U1]), np.int64(hot[a, V0]), np.int64(hot[a, V1]),
            np.int64(hot[b, U0]), np.int64(hot[b, U1]), np.int64(hot[b, V0]), np.int64(hot[b, V1]),
        )  # fmt: skip
    if form_a == RING and form_b == DISC:
        a, b = b, a
    elif not (form_a == DISC and form_b == RING):
        return UNSURE
    centre, _ = span_of(a, cards)
    first, last = span_of(b, cards)
    cu, cv = np.int64(q[centre, axis_u]), np.int64(q[centre, axis_v])
    m, n, o, within, beyond = disc_form(cu, cv, reach_m[a])
    return disc_ring(cu, cv, m, n, o, within, beyond, first, last, axis_u, axis_v, q, level)
