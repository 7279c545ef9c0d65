"""Seeded pairs of shapes, random and adversarial, all over the Earth.

Pair number ``k`` of a seed depends on the two numbers alone, so that a failure is reproduced by
them. What is aimed at (a gap of so many millimetres) is a hint; the truth is what the oracles say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import asin, atan2, cos, degrees, hypot, log10, pi, sin
from random import Random

import numpy as np

from .curves import line
from .ellipsoid import azimuth, lonlat, move
from .rational import CUBE
from .shapes import GEODESIC, GREAT_CIRCLE, LONLAT, Area, Circle, Corridor, Footprint, Mover

START_US = 1_448_000_000_000_000
"""Movers start within an hour of this: 2015-11-20T06:13:20Z."""
SECOND_US = 1_000_000
SIZE_M = (10.0, 300_000.0)
USUAL_M = 30_000.0
LARGE = 0.1
"""Share of pairs that may be larger than usual; they take most of the time."""
MINIMA_M = (0.0, 0.0, 0.0, 50.0, 500.0, 9260.0)


@dataclass(frozen=True)
class Pair:
    """Two standing footprints."""

    seed: int
    number: int
    kind: str
    where: str
    a: Footprint
    b: Footprint
    minimum_m: float
    """Horizontal minimum that the pair was made for: near gaps are near it."""
    aimed_m: float | None
    """Roughly the separation beyond the minimum; ``None`` where nothing was aimed at."""


@dataclass(frozen=True)
class MoverPair:
    """A mover, and a standing footprint or another mover."""

    seed: int
    number: int
    kind: str
    where: str
    a: Mover
    b: Footprint | Mover
    window_us: tuple[int, int] | None
    """Window of a standing footprint; ``None`` beside another mover."""
    tau_us: int
    minimum_m: float
    aimed_m: float | None


@dataclass(frozen=True)
class LatticePair:
    """Two polygons of integer vectors on the cube, full of shared vertices and collinear edges."""

    seed: int
    number: int
    where: str
    a: tuple[tuple[tuple[int, int, int], ...], ...]
    b: tuple[tuple[tuple[int, int, int], ...], ...]


def pairs(seed: int, count: int, kinds=None, size_m=SIZE_M) -> Iterator[Pair]:
    """``count`` pairs of standing footprints; ``kinds`` is a choice from :data:`KINDS`."""
    for number in range(count):
        yield pair(seed, number, kinds, size_m)


def pair(seed: int, number: int, kinds=None, size_m=SIZE_M) -> Pair:
    """One pair of standing footprints."""
    rng = Random(f"pair {seed} {number}")
    kind = rng.choice(list(kinds or KINDS))
    where, centre = place(rng)
    low, high = size_m
    high = high if rng.random() < LARGE else min(high, max(low, USUAL_M))
    size = 10 ** rng.uniform(log10(low), log10(high))
    minimum = rng.choice(MINIMA_M)
    a, b, aimed = KINDS[kind](rng, centre, size, minimum)
    if rng.random() < 0.5:
        a, b = b, a
    return Pair(seed, number, kind, where, a, b, minimum, aimed)


def mover_pairs(seed: int, count: int, kinds=None) -> Iterator[MoverPair]:
    """``count`` pairs with a mover; ``kinds`` is a choice from :data:`MOVER_KINDS`."""
    for number in range(count):
        yield mover_pair(seed, number, kinds)


def mover_pair(seed: int, number: int, kinds=None) -> MoverPair:
    """One pair with a mover."""
    rng = Random(f"mover {seed} {number}")
    kind = rng.choice(list(kinds or MOVER_KINDS))
    where, centre = place(rng)
    minimum = rng.choice(MINIMA_M)
    a, b, window, tau, aimed = MOVER_KINDS[kind](rng, centre, minimum)
    return MoverPair(seed, number, kind, where, a, b, window, tau, minimum, aimed)


# ---- places --------------------------------------------------------------------------------------


def place(rng: Random):
    """A kind of place and one of it, (longitude, latitude); half of them are nowhere special."""
    where = rng.choice(["anywhere"] * 5 + ["pole", "antimeridian", "face centre", "edge", "corner"])
    if where == "anywhere":
        spot = rng.uniform(-180, 180), degrees(asin(rng.uniform(-1, 1)))
    elif where == "pole":
        off = rng.choice([0.0, 10 ** rng.uniform(-7, 0)])
        spot = rng.uniform(-180, 180), rng.choice([-1, 1]) * (90 - off)
    elif where == "antimeridian":
        spot = rng.choice([180.0, -180.0]), degrees(asin(rng.uniform(-1, 1)))
    else:
        free = {"face centre": 0.0, "edge": rng.uniform(-1, 1), "corner": 1.0}[where]
        v = [rng.choice([-1, 1]), rng.choice([-1, 1]) * (where != "face centre"), free]
        rng.shuffle(v)
        spot = degrees(atan2(v[1], v[0])), degrees(atan2(v[2], hypot(v[0], v[1])))
    return where, spot


def offset(centre, x, y):
    """The place ``x`` metres east and ``y`` north of another, along one geodesic."""
    lon, lat = move(*centre, degrees(atan2(x, y)), hypot(x, y))
    return min(max(lon, -180.0), 180.0), min(max(lat, -90.0), 90.0)


def gap(rng: Random) -> float:
    """A separation to aim at, metres: mostly within 50 mm of nothing."""
    sign = rng.choice([-1, 1])
    small = rng.choice([0.0, 0.001, 0.004, 0.0101, 0.0125, rng.uniform(0, 0.05), rng.uniform(0, 2)])
    return sign * small


def rule(rng: Random, centre, size):
    """An edge rule; near a pole not the one whose edges wind around it."""
    from_pole = (90 - abs(centre[1])) * 111_000
    return rng.choice([LONLAT, GEODESIC, GREAT_CIRCLE] if from_pole > 8 * size else RULES_AT_POLES)


RULES_AT_POLES = [GEODESIC, GREAT_CIRCLE]


# ---- polygons ------------------------------------------------------------------------------------


def blob(rng: Random, radius, count=None, least=0.5):
    """A ring around the origin, anticlockwise, metres; ``least`` near 0 makes it a jagged star."""
    count = count or rng.randrange(3, 12)
    start = rng.uniform(0, 2 * pi)
    steps = [rng.uniform(0.6, 1.0) for _ in range(count)]
    angles = [start + 2 * pi * sum(steps[:k]) / sum(steps) for k in range(count)]
    sizes = [radius * rng.uniform(least, 1.0) for _ in range(count)]
    return [(r * cos(t), r * sin(t)) for r, t in zip(sizes, angles, strict=True)]


def put(rng: Random, centre, *metre_rings, edges):
    """An area from rings in metres; now and then its vertices lie on the grid of 1e-7 degrees."""
    rings = [[offset(centre, x, y) for x, y in ring] for ring in metre_rings]
    if rng.random() < 0.4:
        rings = [[(round(lon, 7), round(lat, 7)) for lon, lat in ring] for ring in rings]
    return Area(tuple(tuple(ring) for ring in rings), edges)


def _any_area(rng: Random, centre, size):
    least = rng.choice([0.3, 0.6, 0.9])
    outer = blob(rng, size, least=least)
    metre_rings = [outer]
    if rng.random() < 0.3:  # a hole that stays clear of the outline
        metre_rings.append(blob(rng, size * least * 0.35)[::-1])
    return put(rng, centre, *metre_rings, edges=rule(rng, centre, size))


def _random(rng, centre, size, _minimum):
    other = offset(centre, rng.uniform(-2, 2) * size, rng.uniform(-2, 2) * size)
    b = _any_area(rng, other, size * 10 ** rng.uniform(-1, 0.3))
    return _any_area(rng, centre, size), b, None


def _stars(rng, centre, size, _minimum):
    shapes = []
    for _ in range(2):
        at = offset(centre, rng.uniform(-1, 1) * size, rng.uniform(-1, 1) * size)
        ring = blob(rng, size, rng.randrange(8, 30), least=0.1)
        shapes.append(put(rng, at, ring, edges=rule(rng, at, size)))
    return *shapes, None


def _on_edge(rng: Random, area: Area, u=None):
    """A place on the outer ring of an area and the azimuth that leads outwards there."""
    ring = area.rings[0]
    k = rng.randrange(len(ring))
    curve = line([ring[k], ring[(k + 1) % len(ring)]], area.edges)
    u = rng.uniform(0.1, 0.9) if u is None else u
    at = np.array([u - 1e-3, u, u + 1e-3])
    lon, lat = lonlat(curve.at(np.zeros(3, int), at))
    ahead = azimuth(float(lon[0]), float(lat[0]), float(lon[2]), float(lat[2]))
    return (float(lon[1]), float(lat[1])), ahead + 90.0, k  # rings run anticlockwise


def _outwards(spot, out_deg, forward, sideways):
    """The place ``forward`` metres outwards and ``sideways`` to the right of that."""
    turned = degrees(atan2(sideways, forward))
    lon, lat = move(*spot, out_deg + turned, hypot(forward, sideways))
    return min(max(lon, -180.0), 180.0), lat


def _corner_at_edge(rng, centre, size, minimum):
    a = _any_area(rng, centre, size)
    spot, out, _ = _on_edge(rng, a)
    aimed = gap(rng)
    near, reach = minimum + aimed, size * rng.uniform(0.05, 0.5)
    half = reach * rng.uniform(0.01, 1.0)  # down to slivers of a degree
    ring = [
        _outwards(spot, out, near, 0.0),
        _outwards(spot, out, near + reach, half),
        _outwards(spot, out, near + reach, -half * rng.uniform(0, 0.9)),
    ]
    return a, Area((tuple(ring),), a.edges), aimed


def _parallel(rng, centre, size, minimum):
    a = _any_area(rng, centre, size)
    k = rng.randrange(len(a.rings[0]))
    ring = a.rings[0]
    curve = line([ring[k], ring[(k + 1) % len(ring)]], a.edges)
    u = sorted(rng.uniform(-0.3, 1.3) for _ in range(2))
    lon, lat = lonlat(curve.at(np.zeros(2, int), np.array(u)))
    ends = [(float(x), float(y)) for x, y in zip(lon, lat, strict=True)]
    out = azimuth(*ends[0], *ends[1]) + 90.0
    aimed = gap(rng)
    near = minimum + aimed
    deep = rng.choice([0.05, 1.0, size * 0.2])  # a strip of 5 cm, of a metre, or a proper shape
    b = [
        _outwards(ends[1], out, near, 0.0),
        _outwards(ends[0], out, near, 0.0),
        _outwards(ends[0], out, near + deep, 0.0),
        _outwards(ends[1], out, near + deep, 0.0),
    ]
    return a, Area((tuple(b),), a.edges), aimed


def _shared(rng, centre, size, _minimum):
    """Neighbours: two vertices in common, or one, or a T-junction on the edge, or all of them."""
    a = _any_area(rng, centre, size)
    spot, out, k = _on_edge(rng, a, 0.5)
    ring = a.rings[0]
    start, end = ring[k], ring[(k + 1) % len(ring)]
    far = _outwards(spot, out, size * rng.uniform(0.05, 0.4), size * rng.uniform(-0.2, 0.2))
    mode = rng.choice(["edge", "vertex", "tee", "same"])
    b = {
        "edge": [end, start, far],
        "vertex": [end, far, _outwards(end, out, size * 0.2, -size * 0.1)],
        "tee": [spot, far, _outwards(spot, out, size * 0.3, size * 0.3)],
        "same": list(ring),
    }[mode]
    return a, Area((tuple(b),), a.edges), 0.0


def _inside(rng, centre, size, _minimum):
    """One in the other, or in its hole, or filling the hole up to a small gap."""
    edges = rule(rng, centre, size)
    hole = blob(rng, size * 0.5, least=0.7)
    outer = blob(rng, size * 2, rng.randrange(8, 14), least=0.8)
    aimed = gap(rng)
    scale = rng.choice([0.2, 0.6, 1.0 - aimed / (size * 0.5)])
    inner = [(x * scale, y * scale) for x, y in hole]
    a = Area(tuple(tuple(offset(centre, *p) for p in ring) for ring in (outer, hole[::-1])), edges)
    if rng.random() < 0.3:
        a = Area(a.rings[:1], edges)
    b = Area((tuple(offset(centre, *p) for p in inner),), edges)
    return a, b, None


def _slivers(rng, centre, size, _minimum):
    """Two bars, from 2 cm to 2 m wide, that cross, or nearly meet at an end."""
    shapes = []
    for _ in range(2):
        turn, wide = rng.uniform(0, pi), 10 ** rng.uniform(-1.7, 0.3)
        along, shift = rng.choice([1.0, 0.5]), rng.choice([0.0, size * rng.uniform(-1, 1)])
        bar = [(-size, 0), (size * along, 0), (size * along, wide), (-size, wide)]
        ring = [
            (x * cos(turn) - (y + shift) * sin(turn), x * sin(turn) + (y + shift) * cos(turn))
            for x, y in bar
        ]
        shapes.append(put(rng, centre, ring, edges=rule(rng, centre, size)))
    return *shapes, None


def _caps(rng, centre, size, _minimum):
    """Rings around a pole with edges straight in longitude and latitude, and something beside."""
    pole = 90.0 if centre[1] >= 0 else -90.0
    deg = max(size, 1000.0) / 111_000
    count = rng.randrange(4, 13)
    ring = []
    for k in range(count):
        lon = -180 + 360 * (k + rng.uniform(0, 0.6)) / count
        ring.append((lon, pole - (1 if pole > 0 else -1) * deg * rng.uniform(0.5, 1)))
    cap = Area((tuple(ring if pole > 0 else ring[::-1]),), LONLAT)
    near = offset((0.0, pole), rng.uniform(-2, 2) * size, rng.uniform(-2, 2) * size)
    return cap, put(rng, near, blob(rng, size * 0.5), edges=rng.choice(RULES_AT_POLES)), None


# ---- circles and corridors -----------------------------------------------------------------------


def _circles(rng, centre, size, minimum):
    aimed = gap(rng)
    radii = size * rng.uniform(0.1, 1), rng.choice([0.0, size * rng.uniform(0.1, 1)])
    apart = sum(radii) + minimum + aimed
    other = move(*centre, rng.uniform(0, 360), max(apart, 0.0))
    return Circle(centre, radii[0]), Circle(other, radii[1]), aimed


def _circle_at_edge(rng, centre, size, minimum):
    a = _any_area(rng, centre, size)
    spot, out, _ = _on_edge(rng, a, rng.choice([None, None, 0.0]))
    aimed = gap(rng)
    radius = rng.choice([0.0, size * rng.uniform(0.01, 0.5)])
    return a, Circle(_outwards(spot, out, radius + minimum + aimed, 0.0), radius), aimed


def _circle_in(rng, centre, size, _minimum):
    a = _any_area(rng, centre, size)
    at = offset(centre, rng.uniform(-1.2, 1.2) * size, rng.uniform(-1.2, 1.2) * size)
    return a, Circle(at, size * 10 ** rng.uniform(-3, 0.3)), None


def _path(rng, centre, size):
    points = [centre]
    heading = rng.uniform(0, 360)
    for _ in range(rng.randrange(1, 5)):
        heading += rng.uniform(-70, 70)
        points.append(move(*points[-1], heading, size * rng.uniform(0.2, 1)))
    return tuple(points)


def _corridor_at_edge(rng, centre, size, minimum):
    a = _any_area(rng, centre, size)
    spot, out, _ = _on_edge(rng, a)
    aimed, width = gap(rng), size * rng.uniform(0.01, 0.3)
    away = width + minimum + aimed
    reach = size * rng.uniform(0.05, 0.5)
    ends = _outwards(spot, out, away, -reach), _outwards(spot, out, away, reach)
    return a, Corridor(ends, width, a.edges), aimed


def _corridors(rng, centre, size, _minimum):
    shapes = []
    for _ in range(2):
        at = offset(centre, rng.uniform(-1, 1) * size, rng.uniform(-1, 1) * size)
        path = _path(rng, at, size)
        shapes.append(Corridor(path, size * rng.uniform(0.005, 0.2), rule(rng, at, 5 * size)))
    return *shapes, None


def _corridor_circle(rng, centre, size, minimum):
    path = _path(rng, centre, size)
    corridor = Corridor(path, size * rng.uniform(0.01, 0.2), rule(rng, centre, 5 * size))
    aimed = gap(rng)
    radius = size * rng.uniform(0.01, 0.5)
    away = corridor.half_width_m + radius + minimum + aimed
    back = azimuth(*path[0], *path[1]) + 180 + rng.uniform(-80, 80)  # around the round end
    return corridor, Circle(move(*centre, back, away), radius), aimed


KINDS = {
    "random": _random,
    "stars": _stars,
    "corner at edge": _corner_at_edge,
    "parallel edges": _parallel,
    "shared": _shared,
    "inside": _inside,
    "slivers": _slivers,
    "polar caps": _caps,
    "circles": _circles,
    "circle at edge": _circle_at_edge,
    "circle in area": _circle_in,
    "corridor at edge": _corridor_at_edge,
    "corridors": _corridors,
    "corridor and circle": _corridor_circle,
}
"""Kinds of standing pairs. The first eight are polygons alone: :data:`POLYGONS`."""
POLYGONS = tuple(KINDS)[:8]


# ---- movers --------------------------------------------------------------------------------------


def _time(rng, seconds):
    return START_US + round(rng.uniform(0, seconds) * SECOND_US)


def _journey(rng, centre, speed):
    """A mover near a place: legs of 20 s to 10 min, now and then a stay."""
    points, times = [offset(centre, rng.uniform(-5e3, 5e3), rng.uniform(-5e3, 5e3))], []
    times.append(_time(rng, 1200))
    heading = rng.uniform(0, 360)
    for _ in range(rng.randrange(1, 5)):
        seconds = rng.uniform(20, 600)
        heading += rng.uniform(-90, 90)
        stay = rng.random() < 0.2
        points.append(points[-1] if stay else move(*points[-1], heading, speed * seconds))
        times.append(times[-1] + round(seconds * SECOND_US))
    return Mover(tuple(points), tuple(times), rng.choice([0.0, 30.0, 1000.0]))


def _mover_random(rng, centre, _minimum):
    a = _journey(rng, centre, rng.choice([1.5, 15.0, 60.0]))
    size = 10 ** rng.uniform(1.5, 4)
    at = offset(centre, rng.uniform(-8e3, 8e3), rng.uniform(-8e3, 8e3))
    b = rng.choice([_any_area(rng, at, size), Circle(at, size)])
    window = sorted(_time(rng, 3600) for _ in range(2))
    return a, b, tuple(window), 0, None


def _mover_grazes(rng, centre, minimum):
    """A mover past the edge of an area or past a circle, at its width, the minimum and the gap."""
    aimed, width, speed = gap(rng), rng.choice([0.0, 30.0, 1000.0]), rng.uniform(1, 250)
    size = 10 ** rng.uniform(1.5, 4)
    if rng.random() < 0.5:
        b = _any_area(rng, centre, size)
        spot, out, _ = _on_edge(rng, b)
        away = width + minimum + aimed
    else:
        b, spot, out = Circle(centre, size), centre, rng.uniform(0, 360)
        away = size + width + minimum + aimed
    before, after = rng.uniform(10, 100), rng.uniform(10, 100)
    start = _outwards(spot, out, away, -speed * before)
    end = _outwards(spot, out, away, speed * after)
    times = START_US, START_US + round((before + after) * SECOND_US)
    return Mover((start, end), times, width), b, times, 0, aimed


def _movers_random(rng, centre, _minimum):
    speed = rng.choice([1.5, 15.0, 60.0])
    tau = rng.choice([0, 0, 30, 300]) * SECOND_US
    return _journey(rng, centre, speed), _journey(rng, centre, speed), None, tau, None


def _movers_pass(rng, centre, minimum):
    """Closest approach at the widths, the minimum and the gap; at times without relative speed."""
    aimed, widths = gap(rng), [rng.choice([0.0, 30.0, 500.0]) for _ in range(2)]
    speeds = [rng.choice([0.0, rng.uniform(1, 250)]), rng.uniform(1, 250)]
    headings = [rng.uniform(0, 2 * pi) for _ in range(2)]
    if rng.random() < 0.2:
        speeds[1], headings[1] = speeds[0], headings[0]
    v = [(s * sin(h), s * cos(h)) for s, h in zip(speeds, headings, strict=True)]
    relative = v[1][0] - v[0][0], v[1][1] - v[0][1]
    size = hypot(*relative)
    across = (-relative[1] / size, relative[0] / size) if size > 0 else (1.0, 0.0)
    apart = sum(widths) + minimum + aimed
    before, after = rng.uniform(10, 60), rng.uniform(10, 60)
    tau = rng.choice([0, 0, 5, 60]) * SECOND_US
    late = rng.choice([-1, 1]) * tau  # the second passes as late as still counts
    movers = []
    for k in (0, 1):
        x, y = (0.0, 0.0) if k == 0 else (across[0] * apart, across[1] * apart)
        ends = [
            offset(centre, x - v[k][0] * before, y - v[k][1] * before),
            offset(centre, x + v[k][0] * after, y + v[k][1] * after),
        ]
        if speeds[k] == 0:
            ends[1] = ends[0]
        first = START_US + k * late
        last = first + round((before + after) * SECOND_US)
        movers.append(Mover(tuple(ends), (first, last), widths[k]))
    return movers[0], movers[1], None, tau, aimed if tau == 0 else None


MOVER_KINDS = {
    "mover and shape": _mover_random,
    "mover grazes": _mover_grazes,
    "two movers": _movers_random,
    "two movers pass": _movers_pass,
}


# ---- lattice -------------------------------------------------------------------------------------


def lattice_pairs(seed: int, count: int) -> Iterator[LatticePair]:
    """``count`` pairs of polygons on small lattices of the cube."""
    for number in range(count):
        yield lattice_pair(seed, number)


def lattice_pair(seed: int, number: int) -> LatticePair:
    """One pair of polygons with vertices from one lattice of 3 mm to 12 km, a third of them over an
    edge of the cube and a third around a corner."""
    rng = Random(f"lattice {seed} {number}")
    where = rng.choice(["face", "edge", "corner"])
    step = rng.choice([1, 2, 1000, 2**17, 2**20, 2**22])
    order, signs = rng.sample(range(3), 3), [rng.choice([-1, 1]) for _ in range(3)]
    u0, v0 = (rng.randrange(-CUBE // 2, CUBE // 2) for _ in range(2))

    def vector(i, j, side):
        if where == "face":
            v = (CUBE, u0 + i * step, v0 + j * step)
        elif where == "edge":
            v = (CUBE, CUBE - i * step, v0 + j * step)
            v = v if side else (v[1], v[0], v[2])
        else:
            v = [CUBE - i * step, CUBE - j * step]
            v.insert(side, CUBE)
        return tuple(v[order[k]] * signs[k] for k in range(3))

    sides = {"face": 1, "edge": 2, "corner": 3}[where]
    span = rng.choice([3, 5, 7])
    pool = {vector(i, j, s) for i in range(span) for j in range(span) for s in range(sides)}
    polygons = []
    for _ in range(2):
        near = rng.choice(sorted(pool))
        some = sorted(
            pool, key=lambda v: (sum((x - y) ** 2 for x, y in zip(v, near, strict=True)), v)
        )
        some = some[: rng.randrange(4, 14)]
        count = rng.choice([1, 1, 1, 2, 3])
        sizes = [rng.randrange(3, min(9, len(some) + 1)) for _ in range(count)]
        rings = [_around(rng, rng.sample(some, size)) for size in sizes]
        polygons.append(tuple(rings))
    return LatticePair(seed, number, where, *polygons)


def _around(rng: Random, points):
    """The points as a ring, mostly by their angle around their mean; now and then in any order."""
    if rng.random() < 0.1:
        return tuple(points)
    v = np.array(points, float) / CUBE
    pole = v.mean(axis=0)
    east = np.cross(pole, np.eye(3)[int(np.argmin(np.abs(pole)))])
    off = v - pole
    angle = np.arctan2(off @ np.cross(pole, east), off @ east)
    return tuple(points[k] for k in np.argsort(angle, kind="stable"))
