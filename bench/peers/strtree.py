"""Peer: shapely's STRtree, as it is usually tuned and as far as it goes.

Both keep boxes in the tree (a query with ``predicate='intersects'`` runs the exact test before time
and altitude have thinned the candidates: 5 to 10 times slower), ask in chunks so that memory stays
flat, thin by window and band with numpy, and test exactly last.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import shapely

from volumes import WORKERS, Pairs, Volumes, meets, morton, overlap, refine

CHUNK = 2_000
"""Volumes asked at once: at most some million box pairs in memory."""
SLICE_S = 7_200
"""One tree for each two hours: one hour finds candidates more slowly, a whole day too."""


def load(npz: Path) -> Volumes:
    """Shapely geometries of the workload."""
    return Volumes(npz)


def join(volumes: Volumes) -> Pairs:
    """As it is usually tuned: one tree, one thread, each chunk tested at once."""
    boxes = volumes.boxes()
    tree = shapely.STRtree(boxes)
    found: list[Pairs] = []
    for at in range(0, volumes.size, CHUNK):
        asked, hit = tree.query(boxes[at : at + CHUNK])
        asked += at
        once = asked < hit
        i, j = overlap(volumes, asked[once], hit[once])
        keep = meets(volumes, i, j)
        found.append((i[keep], j[keep]))
    return np.concatenate([i for i, _ in found]), np.concatenate([j for _, j in found])


def join_far(volumes: Volumes) -> Pairs:
    """As far as it goes: a tree for each slice of time, spatial order, all cores, prepared."""
    boxes = volumes.boxes()
    order = np.argsort(morton(volumes.box))
    first, last = volumes.tm[:, 0] // SLICE_S, (volumes.tm[:, 1] - 1) // SLICE_S

    def candidates(when: int) -> list[Pairs]:
        who = order[(first[order] <= when) & (when <= last[order])]
        inside = boxes[who]
        tree = shapely.STRtree(inside)
        found = []
        for at in range(0, len(who), CHUNK):
            asked, hit = tree.query(inside[at : at + CHUNK])
            asked += at
            once = asked < hit
            i, j = who[asked[once]], who[hit[once]]
            once = np.maximum(first[i], first[j]) == when  # not again in the next slice
            i, j = overlap(volumes, i[once], j[once])
            found.append((i.astype(np.int32), j.astype(np.int32)))
        return found

    with ThreadPoolExecutor(WORKERS) as pool:
        slices = pool.map(candidates, range(int(first.min()), int(last.max()) + 1))
        found = [part for part in slices for part in part]
    i = np.concatenate([i for i, _ in found])
    j = np.concatenate([j for _, j in found])
    return refine(volumes, i, j)
