"""keepclear's verdicts beside those of the oracles: the one module here that knows both.

Every function takes drawn pairs, asks both sides, and returns a :class:`Tally`. A pair counts as
judged only when an oracle itself gave a verdict on it; what keepclear refuses as no area, and gaps
within 1 cm of the boundary, are counted apart.
"""

from __future__ import annotations

import importlib.util
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from keepclear.detect.crossing import Crossing, Minima
from keepclear.detect.engine import PORTABLE, Engine, Search
from keepclear.detect.exact import Court, Hits, judge
from keepclear.detect.fine import Fine, Skeletons
from keepclear.detect.prepare import prepare
from keepclear.detect.rings import ring_faults
from keepclear.detect.rows import Rows
from keepclear.detect.rules import compare
from keepclear.detect.shape import boxes, complete, next_vertex, widen_round_faces
from keepclear.detect.standing import standing_separation
from keepclear.detect.table import AREA, FOREVER_US, LINE, Table
from keepclear.detect.vertical import lower_limit, upper_limit
from keepclear.domain import footprint
from keepclear.domain.altitude import EVERYWHERE, Altitude, AltitudeBand, Reference, Units
from keepclear.domain.declaration import Declaration, Kind
from keepclear.domain.footprint import EdgeRule, Polygon
from keepclear.domain.position import Position
from keepclear.domain.route import Route, Waypoint
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import ALWAYS, Window
from keepclear.node.fastpath import prepare_cache
from keepclear.node.geoid import load_geoid

from . import fifty, moving, rational, shapes, spans
from .batches import Polygons
from .generate import MoverPair, Pair

TOLERANCE_M = 0.01
"""Nearer to the boundary than this no verdict is promised."""
DISTANCE_M = 0.01
"""A distance that is reported is good to this: two vertices, each moved by at most 2.1 mm, two edges
that lie at most 2.5 mm beside what was declared, and half a millimetre of rounding."""
SPAN_SLACK_US = 2
"""Times are rounded outwards to whole microseconds."""
OWN_EVERY = 5
"""Of so many pairs whose times are compared one is, where a time minimum makes that slow."""
WIDE_EVERY = 8
"""Of so many pairs that share no point, one is also asked at the very distance between the two."""
RULES = {
    shapes.LONLAT: EdgeRule.LONLAT,
    shapes.GEODESIC: EdgeRule.GEODESIC,
    shapes.GREAT_CIRCLE: EdgeRule.GREAT_CIRCLE,
}


@dataclass
class Tally:
    """What was compared."""

    judged: Counter[str] = field(default_factory=Counter)
    """Pairs by kind on which an oracle gave a verdict."""
    skipped: Counter[str] = field(default_factory=Counter)
    """Pairs without one, by reason."""
    meeting: int = 0
    """Of the judged pairs, how many meet."""
    differences: list[dict[str, Any]] = field(default_factory=list)
    """Pairs with a wrong verdict, or with one that the two paths do not share."""

    @property
    def pairs(self) -> int:
        """How many pairs were judged."""
        return self.judged.total()

    def count(self, kind: str, *, meet: bool) -> None:
        """One more judged pair."""
        self.judged[kind] += 1
        self.meeting += meet

    def differ(self, what: str, **facts: Any) -> None:
        """One more difference."""
        self.differences.append({"what": what, **facts})

    def add(self, other: Tally) -> None:
        """Take over what another tally holds."""
        self.judged += other.judged
        self.skipped += other.skipped
        self.meeting += other.meeting
        self.differences += other.differences


def fast_engine() -> Engine | None:
    """The compiled engine, or None where its extra is not installed."""
    prepare_cache()
    try:
        from keepclear.detect.fast.engine import FAST
    except ImportError:
        return None
    return FAST


# ---- polygons on the lattice: rational -----------------------------------------------------------


@dataclass(frozen=True)
class Drawn:
    """Pairs of polygons in keepclear's own table."""

    where: str
    """How to draw them again."""
    table: Table
    skeletons: Skeletons
    number: list[int]
    """Which of the pairs drawn, in order; the others were refused."""
    kinds: list[str]
    i: np.ndarray
    j: np.ndarray
    refused: int
    """Pairs of which keepclear refuses one as no area."""

    @classmethod
    def of(cls, pairs: Sequence[Polygons], where: str) -> Drawn:
        """Pairs of ``batches``: all declared, or all on the lattice."""
        table = table_of(pairs)
        faults = ring_faults(table)
        rows = [row for row in range(len(table)) if row not in faults]
        return cls._kept(table.take(np.array(rows)), [pair.kind for pair in pairs], where)

    @classmethod
    def of_areas(cls, pairs: Sequence[Pair], where: str) -> Drawn:
        """Pairs of areas of ``generate``, with all edge rules, up to 600 km across."""
        said = [
            Declaration(id=str(k), kind=Kind.OPERATION, parts=(part_of(shape),))
            for k, shape in enumerate(shape for pair in pairs for shape in (pair.a, pair.b))
        ]
        table = prepare(said, geoid=GEOID).table
        return cls._kept(table, [f"areas, {pair.kind}" for pair in pairs], where)

    @classmethod
    def _kept(cls, table: Table, kinds: list[str], where: str) -> Drawn:
        row_of = {owner: row for row, owner in enumerate(table.owner.tolist())}
        number = [k for k in range(len(kinds)) if 2 * k in row_of and 2 * k + 1 in row_of]
        i, j = (np.array([row_of[2 * k + side] for k in number], np.int64) for side in (0, 1))
        kept = [kinds[k] for k in number]
        refused = len(kinds) - len(number)
        return cls(where, table, Skeletons(table), number, kept, i, j, refused)

    def facts(self, k: int) -> dict[str, Any]:
        """What is written down of a pair that differs."""
        rings = [_vectors(self.skeletons[int(row)]) for row in (self.i[k], self.j[k])]
        return {"where": f"{self.where} pair {self.number[k]}", "kind": self.kinds[k], "q": rings}


def compare_polygons(drawn: Drawn, engines: Sequence[Engine]) -> Tally:
    """Do two polygons share a point: rational arithmetic on the very vertices that keepclear uses."""
    tally = Tally()
    table, skeletons = drawn.table, drawn.skeletons
    tally.skipped["refused as no area"] += drawn.refused
    rings = {row: as_rings(skeletons[row]) for row in (*drawn.i.tolist(), *drawn.j.tolist())}
    both = zip(drawn.i.tolist(), drawn.j.tolist(), strict=True)
    truth = np.array([rational.polygons_meet(rings[a], rings[b]) for a, b in both], dtype=bool)
    none = np.zeros(len(truth))
    for engine in engines:
        for i, j in ((drawn.i, drawn.j), (drawn.j, drawn.i)):
            found = engine.near(table, i, j, none, skeletons)
            for k in np.flatnonzero(found != truth).tolist():
                meet = bool(truth[k])
                tally.differ("verdict", engine=engine.name, expected=meet, **drawn.facts(k))
    for kind, meet in zip(drawn.kinds, truth.tolist(), strict=True):
        tally.count(kind, meet=meet)
    return tally


def compare_search(drawn: Drawn, engines: Sequence[Engine]) -> Tally:
    """Does the search of each engine find every pair that meets, and its sieve keep just those?"""
    tally = Tally()
    table, n = drawn.table, len(drawn.table)
    meet = PORTABLE.near(table, drawn.i, drawn.j, np.zeros(len(drawn.i)), drawn.skeletons)
    number_of = np.full(n, -1)
    for rows in (drawn.i, drawn.j):
        number_of[rows] = np.arange(len(rows))
    for engine in engines:
        found = np.zeros(len(meet), dtype=bool)
        for i, j in engine.candidates(table, Minima(), _every(table)):
            own = (number_of[i] == number_of[j]) & (number_of[i] >= 0)
            left, _ = engine.sift(table, i[own], j[own], Minima())
            found[number_of[left]] = True
        wrong = meet & ~found | (found & ~meet if engine.sifts else False)
        for k in np.flatnonzero(wrong).tolist():
            tally.differ("search", engine=engine.name, expected=bool(meet[k]), **drawn.facts(k))
    return tally


def compare_distances(drawn: Drawn, engines: Sequence[Engine]) -> Tally:
    """Is the verdict at a distance the same to the last bit: near at the portable path's distance,
    not near at the number before it?"""
    tally = Tally()
    table, skeletons = drawn.table, drawn.skeletons
    meet = PORTABLE.near(table, drawn.i, drawn.j, np.zeros(len(drawn.i)), skeletons)
    apart = np.flatnonzero(~meet)[::WIDE_EVERY]
    i, j = drawn.i[apart], drawn.j[apart]
    far = standing_separation(table, i, j, skeletons)
    for engine in engines:
        for reach, expected in ((far, True), (np.nextafter(far, -np.inf), False)):
            for one, other in ((i, j), (j, i)):
                found = engine.near(table, one, other, reach, skeletons)
                for k in np.flatnonzero(found != expected).tolist():
                    facts = drawn.facts(int(apart[k]))
                    tally.differ("bits", engine=engine.name, reach_m=float(reach[k]), **facts)
    tally.judged["at the very distance"] += len(apart)
    return tally


def compare_build(table: Table, other: Table) -> Tally:
    """Are the integers of two tables of the same rows the same?"""
    tally = Tally()
    for name in ("q", "level", "box", "face"):
        a, b = getattr(table, name), getattr(other, name)
        if a.dtype != b.dtype or a.tobytes() != b.tobytes():
            tally.differ("table", column=name)
    return tally


def built_fast(table: Table) -> Table:
    """The table as the compiled path makes it from the same degrees."""
    from keepclear.detect.fast.build import complete as complete_fast

    columns = ("kind", "ring_start", "vertex_start", "lon", "lat", "straight", "reach_m", "bands",
               "start_us", "end_us")  # fmt: skip
    given = {name: getattr(table, name) for name in columns}
    return complete_fast(scale=table.scale, **given)


def as_rings(fine: Fine) -> list[list[tuple[int, ...]]]:
    """A skeleton as the oracle takes it; an open line runs out and back, and so encloses nothing."""
    rings = _vectors(fine)
    return rings if fine.area else [[*rings[0], *rings[0][-2:0:-1]]]


def _vectors(fine: Fine) -> list[list[tuple[int, ...]]]:
    """The vertices of a skeleton as Python integers."""
    return [[tuple(v) for v in ring.tolist()] for ring in fine.rings]


def table_of(pairs: Iterable[Polygons]) -> Table:
    """Rows 2 k and 2 k + 1 are the two polygons of pair k."""
    both = [
        (rings, pair.straight, LINE if pair.open and rings is pair.b else AREA)
        for pair in pairs
        for rings in (pair.a, pair.b)
    ]
    rows = Rows()
    for owner, (rings, straight, kind) in enumerate(both):
        for ring in rings:
            rows.ring(ring[:, 0].tolist(), ring[:, 1].tolist())
        index = (owner, 0, kind)
        rows.close(index, (0.0, 0.0, 0.0), _OPEN, _ALWAYS, len(rings), straight=straight)
    vertices = np.concatenate([ring for rings, *_ in both for ring in rings])
    if vertices.shape[1] == 2:
        return complete(rows)
    rows.lon, rows.lat = [0.0] * len(rows.lon), [0.0] * len(rows.lat)
    return _on_lattice(complete(rows), vertices.astype(np.int32))


_LIMITS = (lower_limit(None, None), upper_limit(None, None))
_OPEN = (*_LIMITS, False, *_LIMITS)
_ALWAYS = (-FOREVER_US, FOREVER_US)


def _on_lattice(table: Table, q: np.ndarray) -> Table:
    """The same rows with the vertices given as lattice vectors."""
    closed = np.repeat(table.kind == AREA, np.diff(table.ring_start))
    following = next_vertex(table.vertex_start, closed)
    box, face = boxes(q, np.zeros(len(q)), following, table.ring_start, table.vertex_start)
    table = replace(table, q=q, box=box, face=face)
    widen_round_faces(table)
    return table


def _every(table: Table) -> Search:
    """Each row against each other."""
    n = len(table)
    return Search(table.owner, table.owner, np.zeros(n, np.uint8), np.ones((1, 1), dtype=bool))


# ---- what was declared: fifty digits -------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """How a minimum is put to keepclear: as a minimum, a stand-off, or an error of positions."""

    minima: Minima
    standoff_m: tuple[float, float] = (0.0, 0.0)
    error_m: float = 0.0

    @classmethod
    def of(cls, number: int, minimum_m: float, tau_us: int = 0) -> Question:
        """The four ways in turn; of stand-off and minimum the larger counts, so each does once."""
        h = minimum_m
        ways = (
            cls(Minima(horizontal_m=h, time_us=tau_us)),
            cls(Minima(horizontal_m=h / 2, time_us=tau_us), standoff_m=(h, h / 3)),
            cls(Minima(horizontal_m=h, time_us=tau_us), standoff_m=(0.0, h / 3)),
            cls(Minima(time_us=tau_us), error_m=h),
        )
        return ways[number % len(ways)]

    def ask(
        self, parts: Sequence[Volume4D | Route], engine: Engine, *, areas: bool = False
    ) -> tuple[tuple[Crossing, ...], str]:
        """The crossings, and the code of a refusal."""
        said = [
            Declaration(
                id=name,
                kind=Kind.OPERATION,
                parts=(part,),
                party=name,
                standoff_m=standoff,
                position_error_m=error,
            )
            for name, part, standoff, error in zip(
                "ab", parts, self.standoff_m, (self.error_m, 0.0), strict=True
            )
        ]
        found = compare(said, geoid=GEOID, minima=self.minima, areas=areas, engine=engine)
        return found.crossings, found.refused[0].code if found.refused else ""


GEOID = load_geoid()


def part_of(shape: Any, window: Window = ALWAYS, band: AltitudeBand = EVERYWHERE) -> Any:
    """A shape of the oracles as a part of a declaration."""
    if isinstance(shape, shapes.Mover):
        stops = zip(shape.vertices, shape.times_us, strict=True)
        return Route(tuple(Waypoint(_place(p), t, band) for p, t in stops), shape.half_width_m)
    what: footprint.Footprint
    if isinstance(shape, shapes.Area):
        rings = tuple(tuple(_place(p) for p in ring) for ring in shape.rings)
        what = footprint.Area((Polygon(rings),), RULES[shape.edges])
    elif isinstance(shape, shapes.Circle):
        what = footprint.Circle(_place(shape.center), shape.radius_m)
    else:
        line = tuple(_place(p) for p in shape.vertices)
        what = footprint.Corridor(line, shape.half_width_m, RULES[shape.edges])
    return Volume4D(what, band, window)


def _place(lonlat: shapes.Place) -> Position:
    return Position(longitude=lonlat[0], latitude=lonlat[1])


def compare_standing(pairs: Iterable[Pair], engines: Sequence[Engine]) -> Tally:
    """Pairs of standing footprints, judged at fifty digits from the positions as declared."""
    tally = Tally()
    for pair in pairs:
        question = Question.of(pair.number, pair.minimum_m)
        parts = [part_of(pair.a), part_of(pair.b)]
        found = _asked(tally, pair, question, parts, engines, areas=pair.minimum_m > 0)
        if found is None:
            continue
        truth = fifty.separation(pair.a, pair.b, pair.minimum_m)
        if abs(truth.metres - pair.minimum_m) <= TOLERANCE_M:
            tally.skipped["within 1 cm"] += 1
            continue
        meet = truth.metres <= pair.minimum_m
        tally.count(pair.kind, meet=meet)
        if bool(found) != meet:
            tally.differ("verdict", expected=meet, pair=repr(pair), truth=repr(truth))
        elif found:
            _compare_measures(tally, pair, question, found[0], truth)
    return tally


def _compare_measures(
    tally: Tally, pair: Pair, question: Question, found: Crossing, truth: fifty.Separation
) -> None:
    """Notes a wrong distance, and a wrong certainty where distances decide it."""
    measured = truth.how != "bounds" and pair.minimum_m > 0
    if measured and abs(found.horizontal_m - max(truth.metres, 0.0)) > DISTANCE_M:
        tally.differ("distance", pair=repr(pair), truth=repr(truth), found=found.horizontal_m)
    apart = truth.metres + width_m(pair.a) + width_m(pair.b) > TOLERANCE_M
    doubtful = abs(truth.metres + question.error_m) <= TOLERANCE_M
    if question.error_m == 0 or (apart and not doubtful):
        certain = question.error_m == 0 or truth.metres <= -question.error_m
        if found.certain != certain:
            tally.differ("certainty", expected=certain, pair=repr(pair), truth=repr(truth))


def width_m(shape: Any) -> float:
    """How far a shape reaches beyond its core."""
    if isinstance(shape, shapes.Area):
        return 0.0
    return shape.radius_m if isinstance(shape, shapes.Circle) else shape.half_width_m


def _asked(
    tally: Tally,
    pair: Pair | MoverPair,
    question: Question,
    parts: Sequence[Volume4D | Route],
    engines: Sequence[Engine],
    *,
    areas: bool,
) -> tuple[Crossing, ...] | None:
    """The crossings by the first engine, None where it refuses; notes where another differs."""
    found, refused = question.ask(parts, engines[0], areas=areas)
    for engine in engines[1:]:
        other = question.ask(parts, engine, areas=areas)
        if repr(other) != repr((found, refused)):
            tally.differ("paths", engine=engine.name, pair=repr(pair))
    if refused:
        tally.skipped[f"refused: {refused}"] += 1
        return None
    return found


def compare_movers(
    pairs: Iterable[MoverPair], engines: Sequence[Engine], spans_every: int = 2
) -> Tally:
    """Pairs with a mover, judged at fifty digits; of some, the times of the crossing as well."""
    tally = Tally()
    for pair in pairs:
        question = Question.of(pair.number, pair.minimum_m, pair.tau_us)
        window = Window(*pair.window_us) if pair.window_us else ALWAYS
        parts = [part_of(pair.a), part_of(pair.b, window)]
        found = _asked(tally, pair, question, parts, engines, areas=False)
        if found is None:
            continue
        truth = _closest(pair)
        if truth is not None and abs(truth - pair.minimum_m) <= TOLERANCE_M:
            tally.skipped["within 1 cm"] += 1
            continue
        meet = truth is not None and truth <= pair.minimum_m
        tally.count(pair.kind, meet=meet)
        if bool(found) != meet:
            tally.differ("verdict", expected=meet, pair=repr(pair), truth=truth)
        elif found and pair.number % spans_every == 0:
            if pair.tau_us == 0:
                _compare_spans(tally, pair, found)
            elif not pair.window_us and pair.number % (OWN_EVERY * spans_every) == 0:
                _compare_own_spans(tally, pair, found)
    return tally


def _closest(pair: MoverPair) -> float | None:
    """Least separation in metres; None where there is no common time."""
    if pair.window_us:
        found = moving.least_distance(pair.a, pair.b, pair.window_us, pair.minimum_m)
    else:
        found = moving.closest(pair.a, pair.b, pair.tau_us)
    return None if found is None else found.metres


def _compare_spans(tally: Tally, pair: MoverPair, found: Sequence[Crossing]) -> None:
    """Notes where the times of the crossings leave out a time that is surely within reach, or hold
    one that surely is not."""
    reach = width_m(pair.a) + width_m(pair.b) + pair.minimum_m
    got = [(crossing.time_start_us or 0, crossing.time_end_us or 0) for crossing in found]
    try:
        least, most = (_spans(pair, reach + by) for by in (-TOLERANCE_M, TOLERANCE_M))
    except ValueError:  # too near to the reach for too long
        tally.skipped["times: along the boundary"] += 1
        return
    tally.judged["times"] += 1
    if not (_covered(least, got) and _covered(got, most)):
        tally.differ("times", pair=repr(pair), found=got, least=least, most=most)


def _compare_own_spans(tally: Tally, pair: MoverPair, found: Sequence[Crossing]) -> None:
    """With a time minimum: notes a crossing that is not the time both own spans have in common, or
    the gap between them."""
    reach = width_m(pair.a) + width_m(pair.b) + pair.minimum_m
    sides = (pair.a, pair.b), (pair.b, pair.a)
    try:
        least, most = (
            [spans.spans_of_two(*side, max(reach + by, 0.0), pair.tau_us) for side in sides]
            for by in (-TOLERANCE_M, TOLERANCE_M)
        )
    except ValueError:
        tally.skipped["times: along the boundary"] += 1
        return
    if len(found) > 1 or any(len(one) != 1 for one in (*least, *most)):
        tally.skipped["times: not one span"] += 1
        return
    tally.judged["times"] += 1
    starts = [
        max(a[0], b[0]) for (a,), (b,) in (most, least)
    ]  # later of the starts, at most and least
    ends = [min(a[1], b[1]) for (a,), (b,) in (least, most)]
    early = min(starts[0], ends[0]), min(starts[1], ends[1])
    late = max(starts[0], ends[0]), max(starts[1], ends[1])
    got = found[0].time_start_us or 0, found[0].time_end_us or 0
    slack = SPAN_SLACK_US
    if not all(
        low - slack <= at <= high + slack
        for at, (low, high) in zip(got, (early, late), strict=True)
    ):
        tally.differ("times", pair=repr(pair), found=got, least=least, most=most)


def _spans(pair: MoverPair, reach_m: float) -> list[tuple[float, float]]:
    if reach_m < 0:
        return []
    if pair.window_us:
        return spans.spans(pair.a, pair.b, reach_m, pair.window_us)
    return spans.spans_of_two(pair.a, pair.b, reach_m)


def _covered(inner: Iterable[Sequence[float]], outer: Sequence[Sequence[float]]) -> bool:
    """Whether each span lies in one of the others, give or take :data:`SPAN_SLACK_US`."""
    slack = SPAN_SLACK_US
    return all(any(c - slack <= a and b <= d + slack for c, d in outer) for a, b in inner)


# ---- both paths, to the bit ----------------------------------------------------------------------


def compare_hits(
    pairs: Sequence[Pair | MoverPair], engines: Sequence[Engine], minima: Minima, seed: int
) -> Tally:
    """Pairs of one table (at most 256), from search to times, distances and certainty: the same bits
    from every engine, whichever of two rows it names first."""
    tally = Tally()
    rng = np.random.default_rng([seed, 3])
    shapes_of = [(pair, k, (pair.a, pair.b)[k]) for pair in pairs for k in (0, 1)]
    said = [_declared(rng, shape, pair, k) for pair, k, shape in shapes_of]
    table = prepare(said, geoid=GEOID).table
    kind = (table.owner // 2).astype(np.uint8)  # so that the two of a pair meet nobody else
    search = Search(table.owner, table.owner, kind, np.eye(len(pairs), dtype=bool))
    for measure in (False, True):
        courts = [Court(table, minima, Skeletons(table), engine, measure) for engine in engines]
        first, *others = (_all_hits(court, search) for court in courts)
        for engine, hits in zip(engines[1:], others, strict=True):
            for name in unequal(first, hits):
                tally.differ("hits", engine=engine.name, column=name, where=f"{seed} {minima}")
        tally.judged["hits of two paths"] += len(first.i)
    return tally


def compare_exchanged(a: Any, b: Any, engines: Sequence[Engine], minima: Minima) -> Tally:
    """The rows of one shape against those of another, and the other way round: the same bits."""
    tally = Tally()
    said = [
        Declaration(id=str(k), kind=Kind.OPERATION, parts=(part_of(shape),))
        for k, shape in enumerate((a, b))
    ]
    table = prepare(said, geoid=GEOID).table
    rows, others = (np.flatnonzero(table.owner == k) for k in (0, 1))
    i, j = np.repeat(rows, len(others)), np.tile(others, len(rows))
    for engine in engines:
        court = Court(table, minima, Skeletons(table), engine)
        one, other = judge(court, i, j), judge(court, j, i)
        for name in unequal(one, exchanged(other, np.ones(len(other.i), dtype=bool))):
            tally.differ("exchanged", engine=engine.name, column=name)
        tally.judged["exchanged"] += len(one.i)
    return tally


def _all_hits(court: Court, search: Search) -> Hits:
    """Everything that one engine finds in a table, in one order."""
    found = court.engine.candidates(court.table, court.minima, search)
    parts = [judge(court, i, j) for i, j in found]
    names = [column.name for column in fields(Hits)]
    hits = Hits(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
    hits = exchanged(hits, hits.i > hits.j)
    hits = replace(hits, i=hits.i.astype(np.int64), j=hits.j.astype(np.int64))
    return hits.take(np.lexsort((hits.start_us, hits.j, hits.i)))


def exchanged(hits: Hits, swap: np.ndarray) -> Hits:
    """The same hits, some of them with the other row named first."""
    i, j = np.where(swap, hits.j, hits.i), np.where(swap, hits.i, hits.j)
    own_us = np.where(swap[:, None], hits.own_us[:, [2, 3, 0, 1]], hits.own_us)
    return replace(hits, i=i, j=j, own_us=own_us)


def unequal(one: Hits, other: Hits) -> list[str]:
    """Names of the columns that are not the same to the bit."""
    names = [column.name for column in fields(Hits)]
    pairs = [(name, getattr(one, name), getattr(other, name)) for name in names]
    return [n for n, a, b in pairs if a.shape != b.shape or a.tobytes() != b.tobytes()]


def _declared(rng: np.random.Generator, shape: Any, pair: Any, k: int) -> Declaration:
    """A declaration with a window and a band that often, not always, hold together with another's."""
    start = 1_448_000_000_000_000 + int(rng.integers(0, 1_800)) * 1_000_000
    window = Window(start, start + int(rng.integers(0, 3_600)) * 1_000_000)
    low = float(rng.integers(0, 5)) * 100.0
    reference = rng.choice([Reference.W84, Reference.AMSL])
    band = AltitudeBand(
        Altitude(low, Units.M, reference), Altitude(low + 150.0, Units.M, reference)
    )
    standing = not isinstance(pair, MoverPair)
    return Declaration(
        id=str(k),
        kind=Kind.OPERATION,
        parts=(part_of(shape, ALWAYS if standing and rng.random() < 0.5 else window, band),),
        party="ab"[k],
        standoff_m=float(rng.choice([0.0, 0.0, 300.0])),
        position_error_m=float(rng.choice([0.0, 0.0, 25.0])),
    )


# ---- the benchmark's polygons: S2 ----------------------------------------------------------------


def workload_tables(size: int, seed: int = 1) -> tuple[Table, Table | None]:
    """The polygons of the benchmark's workload: as the portable path makes the table from degrees,
    and as the compiled path makes it from columns of 1e-7 degree."""
    arrays = _workload().generate(size, seed)
    polygons = np.flatnonzero(arrays["kind"] != CIRCLE_KIND)
    rows = Rows()
    for owner, k in enumerate(polygons.tolist()):
        ring = arrays["xy"][arrays["off"][k] : arrays["off"][k + 1]] / 1e7
        rows.ring(ring[:, 0].tolist(), ring[:, 1].tolist())
        window = (arrays["tm"][k].astype(np.int64) * 1_000_000).tolist()
        bounds = (window[0], window[1])
        rows.close((owner, 0, AREA), (0.0, 0.0, 0.0), _OPEN, bounds, straight=True)
    table = complete(rows)
    if fast_engine() is None:
        return table, None
    degrees = {
        name: np.rint(getattr(table, name) * 1e7).astype(np.int32) for name in ("lon", "lat")
    }
    return table, built_fast(replace(table, scale=1e7, **degrees))


CIRCLE_KIND = 2
"""The workload's number for circles, which S2 has no exact form of."""


def _workload() -> Any:
    """The generator of the benchmark, which is no package."""
    path = Path(__file__).parents[2] / "bench" / "workload.py"
    spec = importlib.util.spec_from_file_location("keepclear_bench_workload", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def compare_s2(tables: tuple[Table, Table | None]) -> Tally:
    """The candidates of the search among the benchmark's polygons, judged by S2 on the very vertices
    that keepclear uses, split edges included."""
    import spherely

    tally = Tally()
    table, fast_table = tables
    found = list(PORTABLE.candidates(table, Minima(), _every(table)))
    i, j = (np.concatenate([pair[k] for pair in found]).astype(np.int64) for k in (0, 1))
    skeletons = Skeletons(table)
    used, inverse = np.unique(np.concatenate([i, j]), return_inverse=True)
    made = np.array([_s2_polygon(spherely, skeletons[int(row)]) for row in used], dtype=object)
    spherely.prepare(made)
    one, other = made[inverse[: len(i)]], made[inverse[len(i) :]]
    truth = np.asarray(spherely.intersects(one, other), dtype=bool)
    answers = {"portable": PORTABLE.near(table, i, j, np.zeros(len(i)), skeletons)}
    if fast_table is not None:
        tally.add(compare_build(table, fast_table))
        fast = fast_engine()
        answers["fast"] = fast.near(fast_table, i, j, np.zeros(len(i)), skeletons)
    for engine, answer in answers.items():
        for k in np.flatnonzero(answer != truth).tolist():
            rings = [as_rings(skeletons[int(row)]) for row in (i[k], j[k])]
            exact = rational.polygons_meet(*rings)
            tally.differ("S2", engine=engine, s2=bool(truth[k]), rational=exact, q=rings)
    tally.judged["S2"] += len(i)
    tally.meeting += int(truth.sum())
    return tally


def _s2_polygon(spherely: Any, fine: Fine) -> Any:
    """A skeleton as S2 takes it: degrees of the lattice vertices, good to a nanometre."""
    rings = []
    for ring in fine.rings:
        x, y, z = ring.T.astype(np.float64)
        lon, lat = np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))
        rings.append(np.stack([lon, lat], axis=-1).tolist())
    return spherely.create_polygon(rings[0], holes=rings[1:] or None)


def as_line(difference: dict[str, Any]) -> str:
    """A difference as one line of JSON."""
    return json.dumps(difference, default=str)
