"""Seeded pairs of small polygons in bulk, so that a million of them take minutes to draw.

``generate`` draws one pair at a time, of every kind of shape; here numpy draws hundreds of pairs of
polygons at once, most of them adversarial: tips that end on an edge give or take a millimetre,
shared vertices and edges, collinear edges, filled holes, slivers. *Declared* pairs are places in
degrees; *lattice* pairs are integer vectors on the cube, where a touch can be exact. Batch number
``k`` of a seed depends on the two numbers alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import numpy as np

from . import generate
from .ellipsoid import move
from .rational import CUBE
from .shapes import GEODESIC, Area, Corridor, Mover

Rings = tuple[np.ndarray, ...]
"""The rings of a polygon: (n, 2) longitude and latitude in degrees, or (n, 3) integer vectors."""

EARTH_M = 6_371_000.0
"""Only for sizes: planes are laid onto a sphere of this radius."""
VERTICES_MAX = 9
STRAIGHT_LAT_MAX = 80.0
"""Edges straight in lon/lat wind around a pole; beyond this they would have thousands of pieces."""
STRAIGHT_M_MAX = 2_500.0
"""And larger ones, which have dozens of pieces an edge, are left to ``generate``."""
GAPS_M = (0.0, 0.0, 0.0005, 0.001, 0.002, 0.004, 0.01, 0.05, 1.0)
STEPS = (1, 2, 3, 1_000, 2**14, 2**17, 2**20)
"""Widths of a lattice, units of some 2 mm."""
RADIUS_MAX = 2**22
"""So that edges, four times as long and drawn out, stay within the 2**26 units the engine allows."""


@dataclass(frozen=True)
class Polygons:
    """A pair of polygons."""

    kind: str
    a: Rings
    b: Rings
    straight: bool = False
    """Edges are straight in longitude and latitude; else great circles."""
    open: bool = False
    """The second is no area: an open line, or a point."""


# ---- on a plane: arrays of pairs -----------------------------------------------------------------
#
# A ring of N pairs at once is (points (N, V, 2), count (N,)): of pair k the first count[k] places.


def _star(rng, n, least=0.4):
    """Rings around the origin, anticlockwise, of a size of at most 1."""
    count = rng.integers(3, VERTICES_MAX + 1, n)
    step = rng.uniform(0.6, 1.0, (n, VERTICES_MAX))
    step[np.arange(VERTICES_MAX) >= count[:, None]] = 0.0
    angle = 2 * np.pi * np.cumsum(step, 1) / step.sum(1, keepdims=True)
    angle += rng.uniform(0, 2 * np.pi, (n, 1))
    size = rng.uniform(least, 1.0, angle.shape)[..., None]
    return size * np.stack([np.cos(angle), np.sin(angle)], -1), count


def _edge(rng, ring):
    """One edge of each ring: its two ends."""
    points, count = ring
    row = np.arange(len(count))
    k = rng.integers(0, count)
    return points[row, k], points[row, (k + 1) % count]


def _outwards(start, end):
    """The unit normal to the right of an edge: outwards, as rings run anticlockwise."""
    d = end - start
    size = np.maximum(np.hypot(d[:, 0], d[:, 1]), 1e-12)[:, None]
    return np.stack([d[:, 1], -d[:, 0]], -1) / size


def _ring(*corners):
    """Rings of so many corners each."""
    points = np.stack(corners, 1)
    return points, np.full(len(points), len(corners))


def _column(rng, n, low, high):
    return rng.uniform(low, high, (n, 1))


def _random(rng, n, gap):
    points, count = _star(rng, n)
    away = rng.uniform(-1.6, 1.6, (n, 1, 2)) + gap[:, None]
    return [_star(rng, n)], [(points * _column(rng, n, 0.1, 1.5)[..., None] + away, count)]


def _tip(rng, n, gap):
    """A triangle whose tip ends at an edge, or at a vertex."""
    a = _star(rng, n)
    start, end = _edge(rng, a)
    out = _outwards(start, end)
    share = np.where(_column(rng, n, 0, 1) < 0.2, 0.0, _column(rng, n, 0, 1))
    tip = start + share * (end - start) + gap * out
    along, wide = end - start, _column(rng, n, 0.01, 0.6)
    far = tip + out * _column(rng, n, 0.1, 0.8)
    return [a], [_ring(tip, far - wide * along, far + wide * along)]


def _shared(rng, n, gap):
    """Neighbours with an edge in common, as two desks draw the two sides of a border."""
    a = _star(rng, n)
    start, end = _edge(rng, a)
    far = (start + end) / 2 + _outwards(start, end) * (_column(rng, n, 0.05, 0.6) + gap)
    return [a], [_ring(end, start, far)]


def _corner(rng, n, gap):
    """Neighbours with one vertex in common."""
    a = _star(rng, n)
    start, _ = _edge(rng, a)
    out = start / np.maximum(np.hypot(start[:, 0], start[:, 1]), 1e-12)[:, None]
    side = np.stack([-out[:, 1], out[:, 0]], -1) * _column(rng, n, 0.05, 0.5)
    far = start + out * (_column(rng, n, 0.1, 0.7) + gap)
    return [a], [_ring(start, far - side, far + side)]


def _parallel(rng, n, gap):
    """A strip along an edge, from beside it to beyond its ends."""
    a = _star(rng, n)
    start, end = _edge(rng, a)
    out = _outwards(start, end)
    low, high = _column(rng, n, -0.4, 0.5), _column(rng, n, 0.5, 1.4)
    p, q = start + low * (end - start) + gap * out, start + high * (end - start) + gap * out
    deep = out * _column(rng, n, 0.001, 0.5)
    return [a], [_ring(q, p, p + deep, q + deep)]


def _hole(rng, n, gap):
    """A polygon in the hole of another, filling it up to a gap, or reaching over its edge."""
    outer = _star(rng, n, 0.8)
    points, count = _star(rng, n, 0.5)
    hole = points * 0.6, count
    scale = rng.choice([0.3, 1.0, 1.0, 1.2, 2.5], (n, 1)) * (1 - gap)
    return [outer, hole], [(hole[0] * scale[..., None], count)]


def _same(rng, n, gap):
    """One shape twice, from another vertex on, the other way round, now and then moved a little."""
    points, count = _star(rng, n)
    turned = np.where(
        np.arange(VERTICES_MAX) < count[:, None],
        (rng.integers(0, 9, (n, 1)) - np.arange(VERTICES_MAX)) % count[:, None],
        0,
    )
    b = np.take_along_axis(points, turned[..., None], 1)
    return [(points, count)], [(b + gap[:, None] * rng.choice([-1, 0, 1], (n, 1, 2)), count)]


def _sliver(rng, n, gap):
    """A bar as narrow as the gap, across, or with its end at an edge."""
    a = _star(rng, n)
    start, end = _edge(rng, a)
    out = _outwards(start, end)
    side = np.stack([-out[:, 1], out[:, 0]], -1) * np.maximum(np.abs(gap), 1e-4)
    share = _column(rng, n, -0.1, 1.1)
    near = start + share * (end - start) + out * gap
    near -= out * rng.choice([0.0, 0.0, 3.0], (n, 1))
    far = start + share * (end - start) + out * _column(rng, n, 0.2, 1.5)
    return [a], [_ring(near - side, far - side, far + side, near + side)]


MODES = {
    "random": _random,
    "tip at edge": _tip,
    "shared edge": _shared,
    "shared vertex": _corner,
    "parallel edges": _parallel,
    "in a hole": _hole,
    "same": _same,
    "slivers": _sliver,
}


# ---- declared pairs ------------------------------------------------------------------------------


def declared(seed: int, number: int, count: int) -> list[Polygons]:
    """A batch of pairs in degrees, all over the Earth."""
    rng = np.random.default_rng([seed, number, 1])
    found = []
    for kind, n in _shares(rng, count):
        size = 10 ** rng.uniform(0.5, 4.2, (n, 1))
        gap = rng.choice(GAPS_M, (n, 1)) * rng.choice([-1, 1], (n, 1)) / size
        centre = _places(rng, n)
        flat = np.abs(np.rad2deg(np.arcsin(centre[:, 2]))) < STRAIGHT_LAT_MAX
        straight = (rng.random(n) < 0.4) & flat & (size[:, 0] < STRAIGHT_M_MAX)
        grid = rng.random(n) < 0.3  # vertices on the grid of 1e-7 degree, as files have them
        sides = [
            [(_lonlat(centre, points * size[..., None], grid), counts) for points, counts in side]
            for side in MODES[kind](rng, n, gap)
        ]
        found += _pairs(rng, kind, sides, straight)
    return found


def _pairs(rng, kind, sides, straight):
    """Pairs out of arrays of them; of some, only the first vertices of the second polygon are kept:
    a point, or an open line."""
    few = rng.choice([0] * 12 + [1, 2, 3], len(straight)).tolist()
    found = []
    for k, keep in enumerate(few):
        a, b = (_rings_of(side, k) for side in sides)
        if keep:
            b = (b[0][:keep],)
        name = f"{kind}, {'point' if keep == 1 else 'line'}" if keep else kind
        found.append(Polygons(name, a, b, bool(straight[k]), bool(keep)))
    return found


def _shares(rng, count):
    """How many pairs of each kind a batch has."""
    number = rng.multinomial(count, [1 / len(MODES)] * len(MODES))
    return [(kind, int(n)) for kind, n in zip(MODES, number, strict=True) if n]


def _rings_of(side, k) -> Rings:
    return tuple(points[k, : counts[k]] for points, counts in side)


def _places(rng, n):
    """Unit vectors of centres: half of them anywhere, half at the special places."""
    v = rng.normal(size=(n, 3))
    special = rng.random(n)
    signs = rng.choice([-1.0, 1.0], (n, 3))
    at = np.arange(n)
    axis = rng.integers(0, 3, n)
    v = np.where((special < 0.1)[:, None], signs * [0, 0, 1] + v * [1e-5, 1e-5, 0], v)  # poles
    meridian = np.stack([-np.abs(v[:, 0]), v[:, 0] * 1e-5, v[:, 2]], -1)
    v = np.where(((special >= 0.1) & (special < 0.2))[:, None], meridian, v)
    close = signs * (1 + rng.normal(size=(n, 3)) * 10 ** rng.uniform(-9, -3, (n, 1)))
    free = np.where(np.arange(3) == axis[:, None], rng.uniform(-1, 1, (n, 1)), close)
    v = np.where(((special >= 0.2) & (special < 0.35))[:, None], free, v)  # edges of the cube
    v = np.where(((special >= 0.35) & (special < 0.45))[:, None], close, v)  # its corners
    middle = np.zeros((n, 3))
    middle[at, axis] = signs[:, 0]
    v = np.where(((special >= 0.45) & (special < 0.5))[:, None], middle, v)
    return v / np.sqrt((v * v).sum(-1, keepdims=True))


def _lonlat(centre, points, grid):
    """Degrees of points given in metres on the plane that touches a centre: (N, V, 2)."""
    least = np.argmin(np.abs(centre), 1)
    east = np.cross(np.eye(3)[least], centre)
    east /= np.sqrt((east * east).sum(-1, keepdims=True))
    north = np.cross(centre, east)
    p = points / EARTH_M
    n = centre[:, None] + p[..., :1] * east[:, None] + p[..., 1:] * north[:, None]
    lon = np.rad2deg(np.arctan2(n[..., 1], n[..., 0]))
    lat = np.rad2deg(np.arctan2(n[..., 2], np.hypot(n[..., 0], n[..., 1])))
    found = np.stack([lon, lat], -1)
    return np.where(grid[:, None, None], np.round(found, 7), found)


# ---- lattice pairs -------------------------------------------------------------------------------


def lattice(seed: int, number: int, count: int) -> list[Polygons]:
    """A batch of pairs of integer vectors whose vertices lie on one small grid: touching, collinear
    and shared edges are exact, and a unit beside them is the least that there is."""
    rng = np.random.default_rng([seed, number, 2])
    found = []
    for kind, n in _shares(rng, count):
        step = rng.choice(STEPS, (n, 1, 1))
        radius = np.minimum(rng.choice([3, 6, 12, 24], (n, 1, 1)), RADIUS_MAX // step)
        gap = rng.choice([0.0, 0.0, 1.0, -1.0], (n, 1)) / radius[:, 0]
        off = rng.random(n) < 0.3
        side_a, side_b = MODES[kind](rng, n, gap)
        grid = [
            [(np.rint(points * radius).astype(np.int64) * step, counts) for points, counts in side]
            for side in (side_a, side_b)
        ]
        if kind in {"tip at edge", "parallel edges"}:
            grid = _exactly(rng, grid)
        points, _ = grid[1][0]
        points[off, 0] += rng.integers(-1, 2, (int(off.sum()), 2))  # one unit beside it
        fold = _Fold.drawn(rng, n, step[:, 0, 0] * radius[:, 0, 0])
        sides = [[(fold(points), counts) for points, counts in side] for side in grid]
        found += _pairs(rng, f"lattice {kind}", sides, np.zeros(n, bool))
    return found


def _exactly(rng, grid):
    """The same pairs four times as large, the first one or two vertices of the second polygon moved
    onto the line through an edge of the first: on it, at its end, or ahead of it."""
    (points, counts), (other, theirs) = grid[0][0], grid[1][0]
    points, other = points * 4, other * 4
    start, end = _edge(rng, (points // 4, counts))
    n = len(counts)
    share = rng.choice([-1, 0, 1, 2, 3, 4, 5], (n, 2))
    other[:, 0] = start * 4 + (end - start) * share[:, :1]
    both = rng.random(n) < 0.5
    second = start * 4 + (end - start) * share[:, 1:]
    other[:, 1] = np.where(both[:, None], second, other[:, 1])
    return [(points, counts)], [(other, theirs)]


@dataclass(frozen=True)
class _Fold:
    """Lays a grid onto the cube: one face, or bent over an edge; at a corner what is over is cut."""

    base: np.ndarray
    axes: np.ndarray
    signs: np.ndarray

    @classmethod
    def drawn(cls, rng, n, reach):
        """Folds at random places, at edges and at corners."""
        base = rng.integers(-CUBE // 2, CUBE // 2, (n, 2))
        room = reach[:, None] * rng.integers(-2, 5, (n, 2)) // 2
        border = rng.random(n)[:, None] < [0.6, 0.25]
        base = np.where(border, CUBE - room, base)
        axes = rng.permuted(np.tile(np.arange(3), (n, 1)), axis=1)
        return cls(base, axes, rng.choice([-1, 1], (n, 3)))

    def __call__(self, points):
        """Integer vectors (N, V, 3) of grid points (N, V, 2)."""
        u, v = np.moveaxis(points + self.base[:, None], -1, 0)
        v = np.minimum(v, CUBE)
        over = np.maximum(u - CUBE, 0)
        q = np.stack([CUBE - over, np.minimum(u, CUBE), v], -1) * self.signs[:, None]
        return np.take_along_axis(q, np.broadcast_to(self.axes[:, None], q.shape), -1)


# ---- movers --------------------------------------------------------------------------------------


def shallow(seed: int, number: int) -> generate.MoverPair:
    """A mover that runs into a line, or over the edge of an area, at an angle of down to a
    thousandth of a degree: chords through the Earth are nearest to each other elsewhere than the
    paths above them are."""
    rng = Random(f"shallow {seed} {number}")
    where, spot = generate.place(rng)
    heading = rng.uniform(0, 360)
    slight = heading + rng.choice([-1, 1]) * 10 ** rng.uniform(-3, 1)
    legs, line = rng.uniform(1_000, 20_000), rng.uniform(500, 5_000)
    before, back = rng.uniform(0.1, 0.9), rng.uniform(0.2, 0.8)
    ends = move(*spot, heading + 180, legs * before), move(*spot, heading, legs * (1 - before))
    a, b = move(*spot, slight + 180, line * back), move(*spot, slight, line * (1 - back))
    times = generate.START_US, generate.START_US + 100 * generate.SECOND_US
    mover = Mover(ends, times, rng.choice([0.0, 0.0, 0.05]))
    side = rng.choice([-90, 90])
    area = Area(((a, b, move(*b, slight + side, 300.0), move(*a, slight + side, 300.0)),), GEODESIC)
    standing = rng.choice([Corridor((a, b), 0.0, GEODESIC), area])
    minimum = rng.choice([0.02, 0.05, 0.2])
    return generate.MoverPair(
        seed, number, "shallow crossing", where, mover, standing, times, 0, minimum, None
    )


def sliding(seed: int, number: int) -> generate.MoverPair:
    """Two movers that run abreast or in trail, at up to 250 m/s and all but one heading: they close at
    centimetres a second, and their ways are cut into legs at different places."""
    rng = Random(f"sliding {seed} {number}")
    where, spot = generate.place(rng)
    heading, speed = rng.uniform(0, 360), 10 ** rng.uniform(0.5, 2.4)
    tau = rng.choice([0, 0, 20]) * generate.SECOND_US
    width, minimum = rng.choice([0.0, 0.05, 0.5, 5.0]), rng.choice([0.02, 0.2, 1.0])
    drift = 10 ** rng.uniform(-2, 0.5)
    ahead = rng.choice([0.0, 0.0, width + minimum + generate.gap(rng)])
    movers = []
    for k in (0, 1):
        before, after = rng.uniform(10, 120), rng.uniform(10, 120)
        at = move(*spot, heading + (180 if ahead < 0 else 0), abs(ahead)) if k else spot
        way = heading + k * np.rad2deg(drift / speed)
        ends = move(*at, way + 180, speed * before), move(*at, way, speed * after)
        late = k * tau * rng.choice([0, 1, -1, 0.5])
        times = (round(generate.SECOND_US * (200 + s) + late) for s in (-before, after))
        first, last = (generate.START_US + time for time in times)
        movers.append(Mover(ends, (first, last), width * (1 - k)))
    return generate.MoverPair(seed, number, "sliding", where, *movers, None, tau, minimum, None)
