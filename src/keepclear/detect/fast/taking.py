"""Which standing rows come into question for the one asked about, once they were come upon."""

from __future__ import annotations

from keepclear.detect.fast.arcs import njit

__all__ = ["take"]


@njit
def _may_meet(row, pads, box, start_us, end_us, time_us, low, high, start, end):
    """Whether padded boxes and windows of a standing row and the new one meet."""
    if start_us[row] > end + time_us or start > end_us[row] + time_us:
        return False
    pad = pads[row]
    for axis in range(3):
        if box[row, axis] - pad > high[axis] or box[row, axis + 3] + pad < low[axis]:
            return False
    return True


@njit
def take(
    row, asked, alive, owner, group, kind, compared, pads, box, start_us, end_us, time_us, low, high,
    out, at,
):  # fmt: skip
    """Put a standing row on the list if it is compared with the new one and may meet it.

    How long the list is then; more than fit into ``out`` are counted.
    """
    if not alive[row] or owner[row] == owner[asked] or group[row] == group[asked]:
        return at
    if not compared[kind[row], kind[asked]]:
        return at
    if not _may_meet(
        row, pads, box, start_us, end_us, time_us, low, high, start_us[asked], end_us[asked]
    ):
        return at
    if at < len(out):
        out[at] = row
    return at + 1
