"""Compiled search for all pairs whose boxes, bands and windows meet (candidates for a verdict).

Two tiers. *Small* rows (on one face, short in time, at most a few cells wide) are entered into every
cell that their box touches, cell by cell in order of start; a cell is then swept in time. *Large*
rows look for small ones along the cells that their outline really covers, row of cells by row of
cells, and for each other in a coarse grid of boxes. No pair is found twice.

Everything here only filters: cells, boxes, bands and windows are taken no smaller than they are.
"""

from __future__ import annotations

import numba
import numpy as np

from keepclear.detect.fast.arcs import _SPARES, dealt, njit
from keepclear.detect.lattice import W
from keepclear.detect.table import AREA

__all__ = ["count_entries", "enter", "face_mask", "large_large", "large_small", "small_small"]

_BEYOND_DEPTH = 0.6
"""How far over its border a face's plane is drawn on: 31 degrees past the edge of the cube."""
_BEYOND_SCALE = 5
"""There a unit on the cube is at most (1 / 0.6) * (1 + 1 / 0.6) = 4.5 units on the plane."""
U0, U1, V0, V1, A0, A1, T0, T1 = range(8)
"""Columns of the hot rows: box on the face, band, window; int32."""


@njit
def plane_of(face):
    """The two axes that span a face."""
    axis = face // 2
    if axis == 0:
        return 1, 2
    if axis == 1:
        return 0, 2
    return 0, 1


@njit
def face_mask(low, high):
    """One bit for each face that a padded box touches."""
    mask = 0
    for axis in range(3):
        if low[axis] <= -W:
            mask |= 1 << (2 * axis)
        if high[axis] >= W:
            mask |= 1 << (2 * axis + 1)
    return mask


@njit
def count_entries(hot, face, small, shift, first_u, first_v, width, base, counts):
    """Number of small rows in each cell."""
    for k in range(len(small)):
        row = small[k]
        f = face[row]
        for cv in range(
            (hot[row, V0] >> shift) - first_v[f], (hot[row, V1] >> shift) - first_v[f] + 1
        ):
            for cu in range(
                (hot[row, U0] >> shift) - first_u[f], (hot[row, U1] >> shift) - first_u[f] + 1
            ):
                counts[base[f] + cv * width[f] + cu] += 1


@njit
def enter(hot, face, small, shift, first_u, first_v, width, base, at, entries):
    """Small rows in their cells; ``at`` holds where each cell begins and is moved to its end."""
    for k in range(len(small)):
        row = small[k]
        f = face[row]
        for cv in range(
            (hot[row, V0] >> shift) - first_v[f], (hot[row, V1] >> shift) - first_v[f] + 1
        ):
            for cu in range(
                (hot[row, U0] >> shift) - first_u[f], (hot[row, U1] >> shift) - first_u[f] + 1
            ):
                cell = base[f] + cv * width[f] + cu
                entries[at[cell]] = row
                at[cell] += 1


@njit
def _boxes_meet(hot, a, b):
    return (
        hot[a, U0] <= hot[b, U1] and hot[b, U0] <= hot[a, U1]
        and hot[a, V0] <= hot[b, V1] and hot[b, V0] <= hot[a, V1]
        and hot[a, A0] < hot[b, A1] and hot[b, A0] < hot[a, A1]
    )  # fmt: skip


@njit
def _wanted(a, b, owner, group, kind, compared):
    return owner[a] != owner[b] and group[a] != group[b] and compared[kind[a], kind[b]]


@njit
def _small_chunk(
    low,
    high,
    hot,
    begins,
    entries,
    shift,
    cell_u,
    cell_v,
    owner,
    group,
    kind,
    compared,
    out_i,
    out_j,
    at,
    write,
):
    """Pairs within the cells low to high; counts them, and writes them where asked to."""
    for cell in range(low, high):
        first, last = begins[cell], begins[cell + 1]
        if last - first < 2:
            continue
        cu, cv = cell_u[cell], cell_v[cell]
        for p in range(first, last):
            a = entries[p]
            until = hot[a, T1]
            for r in range(p + 1, last):
                b = entries[r]
                if hot[b, T0] >= until:
                    break
                if not _boxes_meet(hot, a, b):
                    continue
                if (max(hot[a, U0], hot[b, U0]) >> shift) != cu:
                    continue
                if (max(hot[a, V0], hot[b, V0]) >> shift) != cv:
                    continue
                if not _wanted(a, b, owner, group, kind, compared):
                    continue
                if write:
                    out_i[at] = a
                    out_j[at] = b
                at += 1
    return at


@numba.njit(cache=True, error_model="numpy", parallel=True)
def small_small(bounds, hot, begins, entries, shift, cell_u, cell_v, owner, group, kind, compared,
                counts, out_i, out_j, write):  # fmt: skip
    """Pairs of small rows, chunk of cells by chunk of cells; first counted, then written."""
    for chunk in numba.prange(len(bounds) - 1):
        start = counts[chunk] if write else 0
        end = _small_chunk(
            bounds[chunk], bounds[chunk + 1], hot, begins, entries, shift, cell_u, cell_v, owner,
            group, kind, compared, out_i, out_j, start, write,
        )  # fmt: skip
        if not write:
            counts[chunk] = end


@njit
def _edge_rows(au, av, bu, bv, pad, first_row, shift, lows, highs):
    """Widen the run of every row of cells that an edge, padded, passes through."""
    if av > bv:
        au, av, bu, bv = bu, bv, au, av
    top = len(lows) - 1
    row = min(max(((av - pad) >> shift) - first_row, 0), top)
    last = min(max(((bv + pad) >> shift) - first_row, 0), top)
    slope = (bu - au) / (bv - av) if bv > av else 0.0
    while row <= last:
        floor = np.int64(row + first_row) << shift
        ceiling = floor + (np.int64(1) << shift)
        low_v = min(max(floor - pad, av), bv)
        high_v = min(max(ceiling + pad, av), bv)
        if bv > av:
            p, r = au + slope * (low_v - av), au + slope * (high_v - av)
        else:
            p, r = float(au), float(bu)
        lows[row] = min(lows[row], np.int64(np.floor(min(p, r))) - pad - 2)
        highs[row] = max(highs[row], np.int64(np.ceil(max(p, r))) + pad + 2)
        row += 1


@njit
def _runs(row, f, pad, kind, ring_start, vertex_start, q, level, first_row, shift, lows, highs):
    """For each row of cells the lowest and highest coordinate of a row's outline, padded."""
    axis_u, axis_v = plane_of(f)
    for ring in range(ring_start[row], ring_start[row + 1]):
        first, last = vertex_start[ring], vertex_start[ring + 1]
        for k in range(first, last):
            n = k + 1
            if n == last:
                if kind[row] != AREA and last - first > 1:
                    break
                n = first
            _edge_rows(
                np.int64(q[k, axis_u]), np.int64(q[k, axis_v]),
                np.int64(q[n, axis_u]), np.int64(q[n, axis_v]),
                pad + _SPARES[level[k]], first_row, shift, lows, highs,
            )  # fmt: skip


@njit
def _runs_beyond(
    row, f, pad, kind, ring_start, vertex_start, q, level, first_row, shift, lows, highs
):
    """As ``_runs`` for a row that leaves face f: on the plane of the face, drawn on beyond it.

    Great circles stay straight there. False where a vertex lies too far round the Earth.
    """
    axis, sign = f // 2, 1 if f % 2 else -1
    axis_u, axis_v = plane_of(f)
    start, stop = vertex_start[ring_start[row]], vertex_start[ring_start[row + 1]]
    for k in range(start, stop):
        if sign * np.int64(q[k, axis]) < _BEYOND_DEPTH * W:
            return False
    for ring in range(ring_start[row], ring_start[row + 1]):
        first, last = vertex_start[ring], vertex_start[ring + 1]
        for k in range(first, last):
            n = k + 1
            if n == last:
                if kind[row] != AREA and last - first > 1:
                    break
                n = first
            deep_k = W / (sign * float(q[k, axis]))
            deep_n = W / (sign * float(q[n, axis]))
            _edge_rows(
                np.int64(q[k, axis_u] * deep_k), np.int64(q[k, axis_v] * deep_k),
                np.int64(q[n, axis_u] * deep_n), np.int64(q[n, axis_v] * deep_n),
                _BEYOND_SCALE * (pad + _SPARES[level[k]] + 2), first_row, shift, lows, highs,
            )  # fmt: skip
    return True


@njit
def _first_seen(hot, b, cu, row, shift, first_row, lows, highs):
    """Whether (cu, row) is the first cell, in the order of search, that both rows touch."""
    b_first_u, b_last_u = hot[b, U0] >> shift, hot[b, U1] >> shift
    for above in range(max((hot[b, V0] >> shift) - first_row, 0), row):
        if (
            lows[above] <= highs[above]
            and (lows[above] >> shift) <= b_last_u
            and (highs[above] >> shift) >= b_first_u
        ):
            return False
    return cu == max(b_first_u, lows[row] >> shift)


@njit
def _probe_face(
    a,
    f,
    lows,
    highs,
    first_row,
    hot,
    begins,
    entries,
    shift,
    first_u,
    first_v,
    width,
    height,
    base,
    earliest,
    latest,
    owner,
    group,
    kind,
    compared,
    out_i,
    out_j,
    at,
    write,
    box,
):
    """Small rows on one face whose box, band and window meet those of large row a."""
    if width[f] == 0:
        return at
    for row in range(len(lows)):
        cv = row + first_row - first_v[f]
        if cv < 0 or cv >= height[f] or lows[row] > highs[row]:
            continue
        start = max((lows[row] >> shift) - first_u[f], 0)
        stop = min((highs[row] >> shift) - first_u[f], width[f] - 1)
        for cu in range(start, stop + 1):
            cell = base[f] + cv * width[f] + cu
            low, high = begins[cell], begins[cell + 1]
            if low == high or entries[high - 1] < earliest or entries[low] >= latest:
                continue
            while low < high:  # first entry that does not end before a starts
                middle = (low + high) >> 1
                if entries[middle] < earliest:
                    low = middle + 1
                else:
                    high = middle
            for p in range(low, begins[cell + 1]):
                b = entries[p]
                if b >= latest:
                    break
                if hot[b, T1] <= hot[a, T0] or hot[b, A0] >= hot[a, A1] or hot[a, A0] >= hot[b, A1]:
                    continue
                if (
                    box[0] > hot[b, U1]
                    or hot[b, U0] > box[1]
                    or box[2] > hot[b, V1]
                    or hot[b, V0] > box[3]
                ):
                    continue
                if not _first_seen(hot, b, cu + first_u[f], row, shift, first_row, lows, highs):
                    continue
                if not _wanted(a, b, owner, group, kind, compared):
                    continue
                if write:
                    out_i[at] = a
                    out_j[at] = b
                at += 1
    return at


@njit
def _probe(
    a,
    row,
    low,
    high,
    one_face,
    pad,
    shape_kind,
    ring_start,
    vertex_start,
    q,
    level,
    hot,
    begins,
    entries,
    shift,
    first_u,
    first_v,
    width,
    height,
    base,
    earliest,
    latest,
    owner,
    group,
    kind,
    compared,
    out_i,
    out_j,
    at,
    write,
):
    """Small rows that meet large row a, on every face that it touches."""
    mask = face_mask(low, high)
    box = np.empty(4, np.int64)
    for f in range(6):
        if not mask & (1 << f):
            continue
        axis_u, axis_v = plane_of(f)
        box[0], box[1] = max(low[axis_u], -W), min(high[axis_u], W)
        box[2], box[3] = max(low[axis_v], -W), min(high[axis_v], W)
        first_row = box[2] >> shift
        rows = (box[3] >> shift) - first_row + 1
        lows = np.full(rows, np.int64(2) ** 40)
        highs = np.full(rows, -(np.int64(2) ** 40))
        known = True
        if one_face == f:
            _runs(
                row,
                f,
                pad,
                shape_kind,
                ring_start,
                vertex_start,
                q,
                level,
                first_row,
                shift,
                lows,
                highs,
            )
        else:
            known = _runs_beyond(
                row,
                f,
                pad,
                shape_kind,
                ring_start,
                vertex_start,
                q,
                level,
                first_row,
                shift,
                lows,
                highs,
            )
        for k in range(rows):
            if known:
                lows[k], highs[k] = max(lows[k], box[0]), min(highs[k], box[1])
            else:
                lows[k], highs[k] = box[0], box[1]
        at = _probe_face(
            a,
            f,
            lows,
            highs,
            first_row,
            hot,
            begins,
            entries,
            shift,
            first_u,
            first_v,
            width,
            height,
            base,
            earliest,
            latest,
            owner,
            group,
            kind,
            compared,
            out_i,
            out_j,
            at,
            write,
            box,
        )
    return at


@numba.njit(cache=True, error_model="numpy", parallel=True)
def large_small(large, order, low, high, one_face, pads, shape_kind, ring_start, vertex_start, q,
                level, hot, begins, entries, shift, first_u, first_v, width, height, base, earliest,
                latest, owner, group, kind, compared, hands, counts, out_i, out_j, write):  # fmt: skip
    """Pairs of a large and a small row; first counted, then written."""
    for task in numba.prange(len(large)):
        k = dealt(np.int64(task), len(large), hands)
        a = large[k]
        start = counts[k] if write else 0
        end = _probe(a, order[a], low[k], high[k], one_face[k], pads[k], shape_kind, ring_start,
                     vertex_start, q, level, hot, begins, entries, shift, first_u, first_v, width,
                     height, base, earliest[k], latest[k], owner, group, kind, compared, out_i,
                     out_j, start, write)  # fmt: skip
        if not write:
            counts[k] = end


@njit
def _large_entries(low, high, shift, cells, rows, write):
    """Cells (one integer) of large rows on every face they touch, by their boxes."""
    at = 0
    for k in range(len(low)):
        mask = face_mask(low[k], high[k])
        for f in range(6):
            if not mask & (1 << f):
                continue
            axis_u, axis_v = plane_of(f)
            for cv in range(
                max(low[k, axis_v], -W) >> shift, (min(high[k, axis_v], W) >> shift) + 1
            ):
                for cu in range(
                    max(low[k, axis_u], -W) >> shift, (min(high[k, axis_u], W) >> shift) + 1
                ):
                    if write:
                        cells[at] = (
                            (np.int64(f) << 60) | ((cv + (1 << 20)) << 30) | (cu + (1 << 20))
                        )
                        rows[at] = k
                    at += 1
    return at


@njit
def large_entries(low, high, shift):
    """See _large_entries; counted, then written."""
    none = np.empty(0, np.int64)
    total = _large_entries(low, high, shift, none, none, False)
    cells, rows = np.empty(total, np.int64), np.empty(total, np.int64)
    _large_entries(low, high, shift, cells, rows, True)
    return cells, rows


@njit
def _large_cell(
    first,
    last,
    cells,
    rows,
    shift,
    large,
    low,
    high,
    hot,
    owner,
    group,
    kind,
    compared,
    out_i,
    out_j,
    at,
    write,
):
    """Pairs of large rows in one cell (rows in order of start)."""
    cell = cells[first]
    f = cell >> 60
    axis_u, axis_v = plane_of(f)
    for p in range(first, last):
        m = rows[p]
        a = large[m]
        for r in range(p + 1, last):
            n = rows[r]
            b = large[n]
            if hot[b, T0] >= hot[a, T1]:
                break
            if hot[b, A0] >= hot[a, A1] or hot[a, A0] >= hot[b, A1]:
                continue
            if (
                low[m, 0] > high[n, 0]
                or low[n, 0] > high[m, 0]
                or low[m, 1] > high[n, 1]
                or low[n, 1] > high[m, 1]
                or low[m, 2] > high[n, 2]
                or low[n, 2] > high[m, 2]
            ):
                continue
            common = face_mask(low[m], high[m]) & face_mask(low[n], high[n])
            if common & ((1 << f) - 1):
                continue  # met on a face with a lower number
            cu = max(low[m, axis_u], low[n, axis_u], -W) >> shift
            cv = max(low[m, axis_v], low[n, axis_v], -W) >> shift
            if ((np.int64(f) << 60) | ((cv + (1 << 20)) << 30) | (cu + (1 << 20))) != cell:
                continue
            if not _wanted(a, b, owner, group, kind, compared):
                continue
            if write:
                out_i[at] = a
                out_j[at] = b
            at += 1
    return at


@numba.njit(cache=True, error_model="numpy", parallel=True)
def large_large(begins, cells, rows, shift, large, low, high, hot, owner, group, kind, compared,
                counts, out_i, out_j, write):  # fmt: skip
    """Pairs of large rows, cell by cell; first counted, then written."""
    for k in numba.prange(len(begins) - 1):
        start = counts[k] if write else 0
        end = _large_cell(begins[k], begins[k + 1], cells, rows, shift, large, low, high, hot,
                          owner, group, kind, compared, out_i, out_j, start, write)  # fmt: skip
        if not write:
            counts[k] = end
