"""One standing set, whichever way it finds: compiled = portable = every pair by itself.

Sequences of putting in, taking out and asking, over all kinds of shapes and where it is hard. The
portable finder looks at every row; ``compare`` on one pair at a time looks for nothing at all.
"""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from keepclear.detect.crossing import Minima
from keepclear.detect.index import PortableFinder, StandingSet
from keepclear.domain.declaration import Kind, State
from keepclear.errors import InputError
from tests.laws.strategies import (
    FLAT,
    LAW,
    MINUTE,
    NOTABLE,
    band,
    centres,
    circle,
    corridor,
    crossings,
    declarations,
    declared,
    laid,
    moved,
    rectangle,
    square,
    told,
    volume,
    window,
)

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("numba") is None, reason="the compiled finder needs numba"
)

STEPS = 12
EXAMPLES = 20
"""For each of the ways to build; some 15 seconds of processor time."""
MINIMA = st.builds(
    Minima,
    st.sampled_from([0.0, 0.0, 150.0, 1_000.0]),
    st.sampled_from([0.0, 0.0, 30.0, 100.0]),
    st.sampled_from([0, 0, MINUTE, 10 * MINUTE]),
)
ONE_AT_A_TIME, IN_BULK, OUT, ASK = range(4)


WAYS = {"grid at once": (0, 0.0), "newest first": (4_096, 1.0), "both in turn": (1, 1.0)}
"""How many of the newest there may be beside a grid, and which share of it."""


@pytest.fixture(params=WAYS.values(), ids=WAYS)
def _fresh(request, monkeypatch):
    """With the grid built over whatever stands, with the newest beside none, and with both."""
    standing = importlib.import_module("keepclear.detect.fast.standing")
    monkeypatch.setattr(standing, "_FRESH_MIN", request.param[0])
    monkeypatch.setattr(standing, "_FRESH_SHARE", request.param[1])


@st.composite
def casts(draw):
    """Declarations round one or two places: some named alike, some areas, some ended, some wide."""
    said = []
    for number in range(draw(st.integers(1, 2))):
        at = draw(centres)
        said += [
            replace(one, id=f"{number}{one.id}")
            for one in draw(declarations(*at, count=draw(st.integers(2, 6))))
        ]
        if draw(st.booleans()):  # wide and long: on several faces where it is near a border
            half = draw(st.sampled_from([60_000.0, 300_000.0]))
            lat, lon = max(min(at[0], 86.0), -86.0), at[1]
            said.append(declared(f"wide{number}", square(lat, lon, half), party="Birch"))
        if draw(st.booleans()):
            ring = laid(*at, rectangle(-9_000, -300, 9_000, 300), rectangle(-80, -80, 80, 80))
            said.append(declared(f"hole{number}", volume(ring, band(0, 200), window(5, 25))))
    for k in range(len(said)):
        odd = draw(st.integers(0, 11))
        if odd == 7:
            said[k] = replace(said[k], kind=Kind.AREA)
        elif odd == 8:
            said[k] = replace(said[k], state=State.ENDED)
        elif odd == 9 and k:
            said[k] = replace(said[k], party=said[0].party, id=said[0].id)  # takes its place
    return said


steps = st.lists(
    st.tuples(st.sampled_from([ONE_AT_A_TIME, IN_BULK, OUT, ASK, ASK]), st.integers(0, 15)),
    min_size=4,
    max_size=STEPS,
)


class PairByPair:
    """What a standing set must say, from comparing every two declarations by themselves."""

    def __init__(self, minima, *, within_party):
        self.stands = {}
        self._options = {"minima": minima, "within_party": within_party}
        self._known = {}

    def insert(self, one):
        self.remove(one)
        if one.kind is not Kind.AREA and one.state is not State.ENDED:
            self.stands[one.party, one.id] = one

    def remove(self, one):
        return self.stands.pop((one.party, one.id), None) is not None

    def ask(self, one):
        """All that is said about crossings, and the names of who is met."""
        said, met = [], []
        for name, other in self.stands.items():
            if name != (one.party, one.id):
                found = self._of(one, other)
                said += found
                met += [name] * bool(found)
        return sorted(said), tuple(sorted(met))

    def _of(self, one, other):
        key = (id(one), id(other))
        if key not in self._known:
            self._known[key] = told(crossings(one, other, **self._options))
        return self._known[key]


def usable(said):
    """Those of which no part is refused."""
    empty = StandingSet(geoid=FLAT)
    kept = []
    for one in said:
        try:
            empty.prepared(one)
        except InputError:
            continue
        kept.append(one)
    return kept


@pytest.mark.usefixtures("_fresh")
def test_every_way_to_find_gives_the_answers_of_pair_by_pair():
    from keepclear.detect.fast.standing import FastFinder

    seen = SimpleNamespace(asked=0, met=0)

    @settings(LAW, max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(casts(), steps, MINIMA, st.booleans())
    def law(said, steps, minima, within_party):
        said = usable(said)
        assume(len(said) > 1)
        truth = PairByPair(minima, within_party=within_party)
        sets = [
            StandingSet(geoid=FLAT, minima=minima, within_party=within_party, finder=finder)
            for finder in (PortableFinder(), FastFinder())
        ]
        for step, which in [(IN_BULK, 3), *steps, (ASK, 0)]:
            one = said[which % len(said)]
            many = said[which % len(said) :]
            if step == ONE_AT_A_TIME:
                truth.insert(one)
            elif step == IN_BULK:
                for each in many:
                    truth.insert(each)
            elif step == OUT:
                gone = truth.remove(one)
            else:
                in_the_way = one.kind is not Kind.AREA and one.state is not State.ENDED
                expected = truth.ask(one) if in_the_way else ([], ())
                seen.asked += 1
                seen.met += len(expected[1])
            for standing in sets:
                if step == ONE_AT_A_TIME:
                    standing.insert(one)
                elif step == IN_BULK:
                    standing.insert_many(many)
                elif step == OUT:
                    assert standing.remove(one.party, one.id) == gone
                else:
                    assert told(standing.query(one, areas=False)) == expected[0]
                    assert standing.meeting(one) == expected[1]
                assert len(standing) == len(truth.stands)
                assert all(name in standing for name in truth.stands)
        measured = [standing.query(said[0]) for standing in sets]
        assert measured[0] == measured[1]  # areas, distances and depths too
        # without depths the shared heights are not given in the declarations' own words, either
        without = tuple(replace(found, depth_m=None, altitude=None) for found in measured[0])
        assert [standing.query(said[0], depths=False) for standing in sets] == [without, without]

    law()
    assert seen.asked > 2 * EXAMPLES
    assert seen.met > EXAMPLES // 2


@pytest.mark.parametrize("place", NOTABLE[::2])
def test_a_crowd_is_found_alike_while_it_changes(monkeypatch, place):
    """Hundreds of rows, so that grids, chains and rebuilding all take part; both finders agree."""
    module = importlib.import_module("keepclear.detect.fast.standing")
    index = importlib.import_module("keepclear.detect.index")
    monkeypatch.setattr(module, "_FRESH_MIN", 40)
    monkeypatch.setattr(index, "_DEAD_MIN", 5)
    monkeypatch.setattr(index, "_DEAD_MAX", 0.05)
    forgotten = []
    forget = module.FastFinder.forget
    monkeypatch.setattr(
        module.FastFinder, "forget", lambda self: (forgotten.append(1), forget(self))
    )
    chance = np.random.default_rng(abs(hash(place)) % 2**32)
    crowd = [_one_of_a_crowd(chance, number, place) for number in range(150)]
    sets = [StandingSet(geoid=FLAT, finder=f) for f in (PortableFinder(), module.FastFinder())]
    met = 0
    for standing in sets:
        standing.insert_many(crowd[:60])
    for one in crowd[60:120]:
        gone = crowd[int(chance.integers(0, 150))]
        answers = [standing.meeting(one) for standing in sets]
        assert answers[0] == answers[1]
        met += len(answers[0])
        for standing in sets:
            standing.insert(one)
            standing.remove(gone.party, gone.id)
    assert met > 10
    assert len(forgotten) > 2  # once when made, then each time it is built anew


@pytest.mark.parametrize("years", [1, 33, 35, 60, 900])
def test_windows_a_lifetime_apart_hide_nothing(monkeypatch, years):
    """The grid counts seconds from the first start, and not beyond 34 years."""
    module = importlib.import_module("keepclear.detect.fast.standing")
    monkeypatch.setattr(module, "_FRESH_MIN", 0)
    later = years * 525_960
    standing = StandingSet(geoid=FLAT, finder=module.FastFinder())
    for name, start in (("old", 0), ("new", later), ("newer", later + 50)):
        for size in (100.0, 90_000.0):
            shape = volume(square(47.0, 8.0, size), when=window(start, start + 20))
            standing.insert(declared(f"{name} {size:.0f}", shape))
    for start, name in ((0, "old"), (later, "new"), (later + 50, "newer"), (later + 21, None)):
        asked = declared("asked", volume(square(47.0, 8.0, 50.0), when=window(start, start + 20)))
        met = {id_.split()[0] for _, id_ in standing.meeting(asked)}
        assert met == ({name} if name else set())


def test_a_grid_is_built_when_there_are_as_many_again_or_looking_costs_more(monkeypatch):
    module = importlib.import_module("keepclear.detect.fast.standing")
    monkeypatch.setattr(module, "_FRESH_MIN", 4)
    monkeypatch.setattr(module, "_WORK_A_ROW", 16)
    chance = np.random.default_rng(7)
    crowd = [_one_of_a_crowd(chance, number, (47.0, 8.0)) for number in range(60)]
    finder = module.FastFinder()
    standing = StandingSet(geoid=FLAT, finder=finder)

    def put(first, last):
        for one in crowd[first:last]:
            standing.insert(one)
        standing.meeting(crowd[-1])
        return finder._built.rows

    assert put(0, 4) == 0
    assert put(4, 20) == 20
    assert put(20, 40) == 20
    assert put(40, 41) == 41
    assert put(41, 50) == 41
    for _ in range(200):  # nine of the newest are looked at by each
        standing.meeting(crowd[-1])
    assert finder._built.rows == 50


def _one_of_a_crowd(chance, number, place):
    at = moved(*place, *chance.uniform(-15_000, 15_000, 2))
    lat, lon = at.latitude, at.longitude
    size = float(10 ** chance.uniform(1.5, 3.3))
    start = int(chance.integers(0, 120))
    when = window(start, start + int(chance.integers(0, 60)))
    shape = int(chance.integers(0, 4))
    if shape == 0:
        what = circle(lat, lon, size)
    elif shape == 1:
        end = moved(lat, lon, *chance.uniform(-20_000, 20_000, 2))
        what = corridor(size / 5, at, end)
    elif shape == 2:
        what = laid(lat, lon, rectangle(-size, -size, size, size))
    else:
        half = size / 2
        ring, hole = rectangle(-size, -size, size, size), rectangle(-half, -half, half, half)
        what = laid(lat, lon, ring, hole)
    low = int(chance.integers(0, 100))
    return declared(f"{number}", volume(what, band(low, low + 50), when))


def test_more_than_there_is_room_for_are_all_found():
    """Those who are met are counted first where they are more than ever before."""
    from keepclear.detect.fast.standing import FastFinder

    finder = FastFinder()
    finder._out = np.empty(1, dtype=np.int64)
    standing = StandingSet(geoid=FLAT, finder=finder)
    for name in "abcde":
        standing.insert(declared(name, circle(47.0, 8.0, 100.0)))
    asked = declared("x", square(47.0, 8.0, 500.0))
    assert [name for _, name in standing.meeting(asked)] == [*"abcde"]
    assert len(standing.query(asked, depths=False)) == 5
