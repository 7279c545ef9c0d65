"""Exact verdicts on integer vectors, in Python integers and nothing else.

A polygon is a list of rings, a ring a list of integer vectors ``(x, y, z)``; neighbouring vertices
are joined by the shorter great-circle arc between their directions, the last with the first. A
polygon is a closed set: every point of an arc, and every point that an odd number of rings
surround. The smaller side of a ring is its inside, whichever way round it runs.

Two ideas carry it, both other than the four orientations and the ray of the engine under test:

* *Two arcs meet* in a direction that both planes hold, the cross product of their normals, or its
  opposite. It is computed outright and looked for on both arcs.
* *A ring surrounds a point* when its winding number in a gnomonic picture is odd, counted in
  quarter turns around the point. The picture is homogeneous: two of the coordinates over the
  product with the ring's mean direction. Great circles become straight lines, nothing is rounded
  or divided, and no quarter turn is ever doubtful, because points on an arc are found beforehand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

Vector = tuple[int, int, int]
Ring = Sequence[Vector]
Rings = Sequence[Ring]
Arc = tuple[Vector, Vector, Vector]
"""Start, end, and the normal of their plane; the normal is zero for an arc that is one point."""

CUBE = 2**31 - 1
"""Largest coordinate of a vertex on the cube."""


def dot(a: Vector, b: Vector) -> int:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vector, b: Vector) -> Vector:
    return (
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    )


def polygons_meet(a: Rings, b: Rings) -> bool:
    """Whether two polygons, as closed sets, have a point in common.

    Once no arc of one meets an arc of the other, every ring lies wholly inside or wholly outside
    the other polygon, so that one vertex of each ring decides.

    Raises:
        ValueError: a ring is empty, has opposite neighbours, or fits into no hemisphere.
    """
    arcs_b = [arc for ring in b for arc in arcs(ring)]
    for ring in a:
        for arc in arcs(ring):
            if any(arcs_meet(arc, other) for other in arcs_b):
                return True
    return any(contains(b, ring[0]) for ring in a) or any(contains(a, ring[0]) for ring in b)


def contains(rings: Rings, point: Vector) -> bool:
    """Whether a polygon, as a closed set, holds the direction of a vector."""
    if any(on_arc(point, arc) for ring in rings for arc in arcs(ring)):
        return True
    return sum(winding(ring, point) for ring in rings) % 2 == 1


def arcs(ring: Ring) -> list[Arc]:
    """The arcs of a ring in order; neighbours that are equal make no arc, one place makes one."""
    if not ring:
        raise ValueError("a ring needs a vertex")
    found = []
    for start, end in zip(ring, [*ring[1:], ring[0]], strict=True):
        normal = cross(start, end)
        if normal == (0, 0, 0):
            if dot(start, end) <= 0:
                raise ValueError(f"no shortest arc between {start} and {end}")
            continue
        found.append((start, end, normal))
    return found or [(ring[0], ring[0], (0, 0, 0))]


def on_arc(point: Vector, arc: Arc) -> bool:
    """Whether the direction of a vector lies on an arc, its ends included."""
    start, _, normal = arc
    if normal == (0, 0, 0):
        return cross(start, point) == (0, 0, 0) and dot(start, point) > 0
    return dot(normal, point) == 0 and _between(point, arc)


def _between(point: Vector, arc: Arc) -> bool:
    """Whether a vector of the arc's plane lies in its sector: turning onwards from the start to
    the vector, and from the vector to the end, neither turn beyond half a circle."""
    start, end, normal = arc
    after_start = dot(cross(start, point), normal)
    before_end = dot(cross(point, end), normal)
    return after_start >= 0 and before_end >= 0 and (after_start, before_end) != (0, 0)


def arcs_meet(first: Arc, second: Arc) -> bool:
    """Whether two closed arcs have a point in common."""
    if _strictly_beside(first, second) or _strictly_beside(second, first):
        return False
    if first[2] == (0, 0, 0):
        return on_arc(first[0], second)
    if second[2] == (0, 0, 0):
        return on_arc(second[0], first)
    common = cross(first[2], second[2])
    if common == (0, 0, 0):
        return any(on_arc(point, second) for point in first[:2]) or any(
            on_arc(point, first) for point in second[:2]
        )
    opposite = (-common[0], -common[1], -common[2])
    return any(_between(p, first) and _between(p, second) for p in (common, opposite))


def _strictly_beside(plane: Arc, other: Arc) -> bool:
    """Whether both ends of an arc lie strictly on one side of the other's plane; then all of it
    does, and it cannot meet what lies in the plane. Only saves time."""
    first, last = dot(plane[2], other[0]), dot(plane[2], other[1])
    return (first > 0 and last > 0) or (first < 0 and last < 0)


def winding(ring: Ring, point: Vector) -> int:
    """How often a ring runs around a point that is not on it.

    Only its being odd has a meaning: the picture may be a mirror image.
    """
    pole = _hemisphere(ring)
    scale = dot(pole, point)
    if scale <= 0:
        return 0  # the ring and its smaller side lie in the open hemisphere around the pole
    drop = max(range(3), key=lambda axis: abs(pole[axis]))
    k, m = [axis for axis in range(3) if axis != drop]
    # Differences of homogeneous coordinates, times two positive scales: signs are exact.
    around = [
        (v[k] * scale - point[k] * depth, v[m] * scale - point[m] * depth)
        for v in ring
        for depth in (dot(pole, v),)
    ]
    quarters = 0
    for here, there in zip(around, [*around[1:], around[0]], strict=True):
        step = (_quadrant(*there) - _quadrant(*here)) % 4
        if step == 2:
            turn = here[0] * there[1] - here[1] * there[0]
            if turn == 0:
                raise ValueError("the point lies on the ring")
            step = 2 if turn > 0 else -2
        elif step == 3:
            step = -1
        quarters += step
    return quarters // 4


def _quadrant(x: int, y: int) -> int:
    """The quarter of the plane around the origin, each with its first axis and without its last."""
    if x > 0 and y >= 0:
        return 0
    if x <= 0 and y > 0:
        return 1
    if x < 0 and y <= 0:
        return 2
    if x >= 0 and y < 0:
        return 3
    raise ValueError("the point is a vertex of the ring")


def _hemisphere(ring: Ring) -> Vector:
    """A direction whose open hemisphere holds the whole ring."""
    total = (sum(v[0] for v in ring), sum(v[1] for v in ring), sum(v[2] for v in ring))
    axes = [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)]
    corners = [(x, y, z) for x in (1, -1) for y in (1, -1) for z in (1, -1)]
    for pole in (total, *axes, *corners):
        if all(dot(pole, v) > 0 for v in ring):
            return pole
    raise ValueError("the ring fits into none of the hemispheres tried")


def contacts(rings: Rings) -> Iterator[tuple[tuple[int, int], tuple[int, int], str]]:
    """Where the outline of a polygon meets itself, apart from the vertex that neighbours share.

    Yields:
        ``(ring, arc)`` twice, and ``cross`` (both pass through), ``touch`` (an end of one lies on
        the other) or ``overlap`` (they share a stretch). Arcs are counted after equal neighbouring
        vertices have been joined.
    """
    lists = [arcs(ring) for ring in rings]
    every = [(r, e) for r, found in enumerate(lists) for e in range(len(found))]
    for one, two in combinations(every, 2):
        first, second = lists[one[0]][one[1]], lists[two[0]][two[1]]
        if not arcs_meet(first, second):
            continue
        if _overlap(first, second):
            yield one, two, "overlap"
            continue
        count = len(lists[one[0]])
        neighbours = one[0] == two[0] and (two[1] - one[1]) % count in (1, count - 1)
        if neighbours:
            continue
        ends = any(on_arc(p, second) for p in first[:2]) or any(
            on_arc(p, first) for p in second[:2]
        )
        yield one, two, "touch" if ends else "cross"


def _overlap(first: Arc, second: Arc) -> bool:
    """Whether two arcs that meet share more than one point."""
    if cross(first[2], second[2]) != (0, 0, 0) or (0, 0, 0) in (first[2], second[2]):
        return False
    shared = [p for p in first[:2] if on_arc(p, second)]
    shared += [p for p in second[:2] if on_arc(p, first)]
    return any(cross(p, q) != (0, 0, 0) for p, q in combinations(shared, 2))


def self_crossing(rings: Rings) -> bool:
    """Whether any single ring meets itself anywhere but at the vertex that neighbours share.

    A ring that only touches itself counts, and so does a spike that runs back over itself. Rings
    are judged one by one; :func:`rings_cross` looks at one against another.
    """
    return any(one[0] == two[0] for one, two, _ in contacts(rings))


def rings_cross(rings: Rings) -> bool:
    """Whether arcs of two different rings cross or share a stretch; touching at a point is fine."""
    return any(one[0] != two[0] and kind != "touch" for one, two, kind in contacts(rings))
