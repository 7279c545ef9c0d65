"""Compiled join: finds pairs of rows whose boxes, bands and windows meet, and judges each at once.

A pair is judged where it is found, while what it reads is still at hand, and only pairs that meet are
written down. No pair is found twice: in the cells of small rows only the cell that holds the greater
of the two low corners counts, and a row that looks along the cells it covers counts only the first
cell, in the order in which it looks, that both rows touch.
"""

from __future__ import annotations

import numpy as np

from keepclear.detect.fast.arcs import inlined, njit
from keepclear.detect.fast.cover import (
    outline,
    outline_box,
    outline_disc,
    outline_ring,
    runs,
    runs_beyond,
    runs_of_pieces,
    wide_wide,
)
from keepclear.detect.fast.grid import face_mask, large_key, plane_of
from keepclear.detect.fast.hot import (
    A0,
    A1,
    DISC,
    OTHER,
    RING,
    T0,
    T1,
    U0,
    U1,
    V0,
    V1,
    form_of,
    span_of,
)
from keepclear.detect.fast.quick import APART, MEET, UNSURE, disc_form, disc_ring
from keepclear.detect.fast.verdict import swift, thorough, timely, wanted
from keepclear.detect.lattice import W

__all__ = ["across", "large_large", "within_cells"]

_ROOM = 1024
"""Pairs that a task has room for at first."""
_LOW = 4
"""Rows at most so many cells wide and high are looked for in all cells of their box."""
_FAR = 2**40
"""Outside every face."""


@njit
def _room_for(found, count, more):
    """The list of pairs so far, with room for more."""
    if count + more <= len(found):
        return found
    larger = np.empty((2 * len(found) + more, 2), np.int32)
    larger[:count] = found[:count]
    return larger


@inlined
def _boxes_meet(one, a, other, b):
    return (
        one[a, U0] <= other[b, U1] and other[b, U0] <= one[a, U1]
        and one[a, V0] <= other[b, V1] and other[b, V0] <= one[a, V1]
        and one[a, A0] < other[b, A1] and other[b, A0] < one[a, A1]
    )  # fmt: skip


@njit
def within_cells(low, high, hot, cards, compared, grid, shapes, limits):
    """Pairs that the entries low to high make with later ones of their cells."""
    found, count = np.empty((_ROOM, 2), np.int32), 0
    shift, settled = grid.shift, limits.settled
    begins, entries, base, width = grid.begins, grid.entries, grid.base, grid.width
    first_u, first_v = grid.first_u, grid.first_v
    kind, q, level, reach_m = shapes.kind, shapes.q, shapes.level, limits.reach_m
    copy = np.empty((256, 8), np.int32)
    cell = np.searchsorted(begins, low, side="right") - 1
    face = 5
    while low < high:
        while begins[cell + 1] <= low:
            cell += 1
        first, last = low, begins[cell + 1]
        stop = min(last, high)
        low = stop
        if last - first < 2:
            continue
        face = 5
        while base[face] > cell or width[face] == 0:
            face -= 1
        cu = (cell - base[face]) % width[face] + first_u[face]
        cv = (cell - base[face]) // width[face] + first_v[face]
        # side by side in memory, they are read once for each row that overlaps them in time
        if last - first > len(copy):
            copy = np.empty((2 * (last - first), 8), np.int32)
        for k in range(last - first):
            row = entries[first + k]
            for column in range(8):
                copy[k, column] = hot[row, column]
        for p in range(stop - first):
            until = copy[p, T1]
            for r in range(p + 1, last - first):
                if copy[r, T0] >= until:
                    break
                if not _boxes_meet(copy, p, copy, r):
                    continue
                if (max(copy[p, U0], copy[r, U0]) >> shift) != cu:
                    continue
                if (max(copy[p, V0], copy[r, V0]) >> shift) != cv:
                    continue
                a, b = entries[first + p], entries[first + r]
                if not wanted(a, b, cards, compared):
                    continue
                if not settled and not timely(a, b, kind, limits):
                    continue
                answer = swift(a, b, hot, cards, q, level, reach_m)
                if answer == UNSURE:
                    answer = MEET if thorough(a, b, shapes, limits) else APART
                if answer == MEET:
                    found = _room_for(found, count, 1)
                    found[count, 0], found[count, 1] = a, b
                    count += 1
    return found[:count]


@inlined
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


@inlined
def _first_entry(starts, low, high, earliest):
    """The first entry of a cell that starts no earlier."""
    while low < high:
        middle = (low + high) >> 1
        if starts[middle] < earliest:
            low = middle + 1
        else:
            high = middle
    return low


@njit
def _look(a, once, f, box, lows, highs, first_row, hot, cards, compared, grid, near_by):
    """Rows of a grid that row a may meet on face f; ``lows`` and ``highs`` say where it lies."""
    count, shift = 0, grid.shift
    begins, entries, starts = grid.begins, grid.entries, grid.starts
    width, height, base = grid.width[f], grid.height[f], grid.base[f]
    first_u, first_v = grid.first_u[f], grid.first_v[f]
    begin, until, bottom, top = hot[a, T0], hot[a, T1], hot[a, A0], hot[a, A1]
    earliest = begin if once else begin - grid.longest
    for row in range(len(lows)):
        up = row + first_row - first_v
        if up < 0 or up >= height or lows[row] > highs[row]:
            continue
        line = base + up * width - first_u
        first = line + max(lows[row] >> shift, first_u)
        last = line + min(highs[row] >> shift, first_u + width - 1)
        for cell in range(first, last + 1):
            entry, end = begins[cell], begins[cell + 1]
            if entry == end or starts[end - 1] < earliest:
                continue
            entry = _first_entry(starts, entry, end, earliest)
            if count + end - entry > len(near_by):
                larger = np.empty(2 * len(near_by) + end - entry, np.int32)
                larger[:count] = near_by[:count]
                near_by = larger
            while entry < end and starts[entry] < until:
                b = entries[entry]
                entry += 1
                if hot[b, T1] <= begin or hot[b, A0] >= top or bottom >= hot[b, A1]:
                    continue
                if (
                    box[0] > hot[b, U1] or hot[b, U0] > box[1]
                    or box[2] > hot[b, V1] or hot[b, V0] > box[3]
                ):  # fmt: skip
                    continue
                if once and (b == a or (hot[b, T0] == begin and b < a)):
                    continue
                if _first_seen(hot, b, cell - line, row, shift, first_row, lows, highs) and wanted(
                    a, b, cards, compared
                ):
                    near_by[count] = b
                    count += 1
    return near_by, count


@njit
def _fetch(rows, count, cards, q, sink):
    """Read vertices of some rows: asked for all at once, memory answers sooner than one by one.

    What is read is written to ``sink``, so that the compiler cannot leave it out.
    """
    seen = 0
    for k in range(count):
        first, last = span_of(rows[k], cards)
        if last > first:
            seen ^= q[first, 0] ^ q[(first + last) >> 1, 1] ^ q[last - 1, 2]
    sink[0] = seen


@njit
def across(
    first, last, rows, once, hot, faces, low, high, pads, cards, compared, grid, pieces, shapes,
    limits,
):  # fmt: skip
    """Pairs that rows[first:last] make with the rows of a grid.

    ``low`` and ``high`` are the corners of the rows' padded boxes on the cube, ``pads`` by how much
    each is padded. With ``once`` the rows stand in the grid themselves and take later ones only.
    """
    found, count = np.empty((_ROOM, 2), np.int32), 0
    near_by, sink = np.empty(_ROOM, np.int32), np.empty(1, np.int32)
    shift, q, level = grid.shift, shapes.q, shapes.level
    begins, ends, spares, width = pieces.begins, pieces.ends, pieces.spares, grid.width
    reach_m, settled = limits.reach_m, limits.settled
    box = np.empty(4, np.int64)
    for k in range(first, last):
        a = rows[k]
        form, face = form_of(a, cards)
        from_a, to_a = begins[k], begins[k + 1]
        mask = face_mask(low[k], high[k])
        for f in range(6):
            if not mask & (1 << f) or width[f] == 0:
                continue
            axis_u, axis_v = plane_of(f)
            box[0], box[1] = max(low[k, axis_u], -W), min(high[k, axis_u], W)
            box[2], box[3] = max(low[k, axis_v], -W), min(high[k, axis_v], W)
            first_row = box[2] >> shift
            tall = (box[3] >> shift) - first_row + 1
            lows, highs = np.full(tall, np.int64(_FAR)), np.full(tall, np.int64(-_FAR))
            outlined = form == RING and face == f and to_a > from_a
            known = True
            if outlined:
                runs_of_pieces(from_a, to_a, ends, spares, pads[k], first_row, shift, lows, highs)
            elif faces[a] >= 0 and tall <= _LOW and box[1] - box[0] <= _LOW << shift:
                known = False
            elif faces[a] == f:
                runs(a, f, pads[k], shapes.kind, shapes.ring_start, shapes.vertex_start, q, level,
                     first_row, shift, lows, highs)  # fmt: skip
            else:
                known = runs_beyond(
                    a, f, pads[k], shapes.kind, shapes.ring_start, shapes.vertex_start, q, level,
                    first_row, shift, lows, highs,
                )  # fmt: skip
            for row in range(tall):
                if known:
                    lows[row], highs[row] = max(lows[row], box[0]), min(highs[row], box[1])
                else:
                    lows[row], highs[row] = box[0], box[1]
            near_by, there = _look(
                a, once, f, box, lows, highs, first_row, hot, cards, compared, grid, near_by
            )
            if not settled:
                there = _timely(a, near_by, there, shapes.kind, limits)
            found = _room_for(found, count, there)
            if outlined:
                count = _by_outline(
                    a, near_by, there, from_a, to_a, f, axis_u, axis_v, first_row, tall, shift,
                    hot, cards, ends, spares, shapes, limits, found, count, sink,
                )  # fmt: skip
            elif form == DISC and face == f:
                count = _by_disc(
                    a, near_by, there, f, axis_u, axis_v, cards, shapes, limits, found, count, sink
                )
            else:
                for n in range(there):
                    b = near_by[n]
                    answer = swift(a, b, hot, cards, q, level, reach_m)
                    if answer == UNSURE:
                        answer = MEET if thorough(a, b, shapes, limits) else APART
                    if answer == MEET:
                        found[count, 0], found[count, 1] = a, b
                        count += 1
    return found[:count]


@njit
def _timely(a, near_by, there, kind, limits):
    """Keep those whose windows and bands meet those of a."""
    kept = 0
    for n in range(there):
        if timely(a, near_by[n], kind, limits):
            near_by[kept] = near_by[n]
            kept += 1
    return kept


@njit
def _by_disc(a, near_by, there, f, axis_u, axis_v, cards, shapes, limits, found, count, sink):
    """Write the pairs that disc a makes with rows near by."""
    q, level = shapes.q, shapes.level
    _fetch(near_by, there, cards, q, sink)
    centre, _ = span_of(a, cards)
    cu, cv = np.int64(q[centre, axis_u]), np.int64(q[centre, axis_v])
    m, n, o, within, beyond = disc_form(cu, cv, limits.reach_m[a])
    for k in range(there):
        b = near_by[k]
        other, face = form_of(b, cards)
        answer = UNSURE
        if other == RING and face == f:
            first, last = span_of(b, cards)
            answer = disc_ring(
                cu, cv, m, n, o, within, beyond, first, last, axis_u, axis_v, q, level
            )
        if answer == UNSURE:
            answer = MEET if thorough(a, b, shapes, limits) else APART
        if answer == MEET:
            found[count, 0], found[count, 1] = a, b
            count += 1
    return count


@njit
def _by_outline(
    a, near_by, there, from_a, to_a, f, axis_u, axis_v, first_row, tall, shift, hot, cards, ends,
    spares, shapes, limits, found, count, sink,
):  # fmt: skip
    """Write the pairs that wide ring a makes with rows near by.

    Most are settled by their box alone; the vertices of the others are fetched together.
    """
    q, level = shapes.q, shapes.level
    reach_m = limits.reach_m
    begins, passing, bounds, lines = outline(from_a, to_a, ends, spares, first_row, tall, shift)
    open_ = 0
    for k in range(there):
        b = near_by[k]
        form, face = form_of(b, cards)
        answer = UNSURE
        if form == RING and face == f:
            answer = outline_box(
                begins, bounds, lines, first_row, shift, np.int64(hot[b, U0]),
                np.int64(hot[b, U1]), np.int64(hot[b, V0]), np.int64(hot[b, V1]),
            )  # fmt: skip
        if answer == MEET:
            found[count, 0], found[count, 1] = a, b
            count += 1
        elif answer == UNSURE:
            near_by[open_] = b
            open_ += 1
    _fetch(near_by, open_, cards, q, sink)
    for k in range(open_):
        b = near_by[k]
        form, face = form_of(b, cards)
        answer = UNSURE
        if face == f and form != OTHER:
            first, last = span_of(b, cards)
            if form == RING:
                answer = outline_ring(
                    ends, spares, begins, passing, first_row, shift, np.int64(hot[b, U0]),
                    np.int64(hot[b, U1]), np.int64(hot[b, V0]), np.int64(hot[b, V1]), first, last,
                    axis_u, axis_v, q, level,
                )  # fmt: skip
            else:
                answer = outline_disc(
                    ends, spares, begins, passing, first_row, shift, np.int64(hot[b, V0]),
                    np.int64(hot[b, V1]), np.int64(q[first, axis_u]), np.int64(q[first, axis_v]),
                    reach_m[b],
                )  # fmt: skip
        if answer == UNSURE:
            answer = MEET if thorough(a, b, shapes, limits) else APART
        if answer == MEET:
            found[count, 0], found[count, 1] = a, b
            count += 1
    return count


@njit
def _wide_wide(a, b, from_a, from_b, hot, cards, ends, spares, q, level):
    """Two wide rings whose pieces begin at from_a and from_b: MEET, APART or UNSURE."""
    _, face = form_of(a, cards)
    _, its_face = form_of(b, cards)
    if face != its_face:
        return UNSURE
    axis_u, axis_v = plane_of(face)
    first_a, last_a = span_of(a, cards)
    first_b, last_b = span_of(b, cards)
    return wide_wide(
        first_a, last_a, from_a, first_b, last_b, from_b, axis_u, axis_v, q, level,
        ends, spares, np.int64(hot[b, U0]), np.int64(hot[b, U1]), np.int64(hot[b, V0]),
        np.int64(hot[b, V1]),
    )  # fmt: skip


@njit
def large_large(
    first, last, cell_ends, cells, members, shift, rows, low, high, masks, hot, cards, compared, pieces,
    shapes, limits,
):  # fmt: skip
    """Pairs that the entries first to last of large rows make with later ones of their cells.

    Entries are cell by cell in order of start; ``cell_ends`` is where the cell of each entry ends,
    ``masks`` are the faces that each row touches.
    """
    found, count = np.empty((_ROOM, 2), np.int32), 0
    begins, ends, spares = pieces.begins, pieces.ends, pieces.spares
    kind, q, level, settled = shapes.kind, shapes.q, shapes.level, limits.settled
    for p in range(first, last):
        cell = cells[p]
        f = cell >> 60
        axis_u, axis_v = plane_of(f)
        m = members[p]
        a = rows[m]
        for r in range(p + 1, cell_ends[p]):
            n = members[r]
            b = rows[n]
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
            if masks[m] & masks[n] & ((1 << f) - 1):
                continue  # met on a face with a lower number
            cu = max(low[m, axis_u], low[n, axis_u], -W) >> shift
            cv = max(low[m, axis_v], low[n, axis_v], -W) >> shift
            if large_key(f, cu, cv) != cell or not wanted(a, b, cards, compared):
                continue
            if not settled and not timely(a, b, kind, limits):
                continue
            answer = UNSURE
            from_a, from_b = begins[m], begins[n]
            if begins[m + 1] > from_a and begins[n + 1] > from_b:
                answer = _wide_wide(a, b, from_a, from_b, hot, cards, ends, spares, q, level)
            if answer == UNSURE:
                answer = MEET if thorough(a, b, shapes, limits) else APART
            if answer == MEET:
                found = _room_for(found, count, 1)
                found[count, 0], found[count, 1] = a, b
                count += 1
    return found[:count]
