"""Standing pairs in bulk: which share a point, and how far apart the others are (portable path)."""

from __future__ import annotations

import numpy as np
import shapely

from keepclear.detect.fine import Skeletons
from keepclear.detect.separation import planar, separation_m, share_a_point
from keepclear.detect.table import AREA, Table

__all__ = ["share_points", "standing_separation"]


def shared_face(table: Table, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """The face of the cube that holds both rows of each pair, or -1."""
    return np.where(table.face[i] == table.face[j], table.face[i], -1)


def share_points(table: Table, i: np.ndarray, j: np.ndarray, skeletons: Skeletons) -> np.ndarray:
    """Which pairs of skeletons share a point, exactly.

    Pairs on one face are asked of shapely in bulk: its orientation test is exact for integers, so
    its answer is the determinant's. All others are decided by the determinant itself.
    """
    found = np.zeros(len(i), dtype=bool)
    face = shared_face(table, i, j)
    planar_pairs = (face >= 0) & ((table.kind[i] == AREA) | (table.kind[j] == AREA))
    at = np.flatnonzero(planar_pairs)
    if len(at):
        rows, inverse = np.unique(np.concatenate([i[at], j[at]]), return_inverse=True)
        shapes = np.array(
            [planar(skeletons[int(row)], int(table.face[row])) for row in rows], dtype=object
        )
        found[at] = shapely.intersects(shapes[inverse[: len(at)]], shapes[inverse[len(at) :]])
    for k in np.flatnonzero(~planar_pairs):
        found[k] = share_a_point(skeletons[int(i[k])], skeletons[int(j[k])], int(face[k]))
    return found


def standing_separation(
    table: Table,
    i: np.ndarray,
    j: np.ndarray,
    skeletons: Skeletons,
    share: np.ndarray | None = None,
) -> np.ndarray:
    """Distances of pairs of skeletons in metres; 0 where they share a point.

    Args:
        table: All rows.
        i: First row of each pair.
        j: Second row.
        skeletons: Fine skeletons.
        share: Which of them share a point, where somebody has found that out.
    """
    distance = np.zeros(len(i))
    share = share_points(table, i, j, skeletons) if share is None else share
    for k in np.flatnonzero(~share):
        distance[k] = separation_m(skeletons[int(i[k])], skeletons[int(j[k])], meet=False)
    return distance
