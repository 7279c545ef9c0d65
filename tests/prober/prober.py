"""Ways to ask: each yields what to declare next, and is sent what was told of it."""

from __future__ import annotations

import random
from dataclasses import dataclass

from keepclear.errors import RuleError
from tests.laws.strategies import HOUR, corridor, declared, laid, moved, rectangle, volume
from tests.laws.strategies import window as minutes
from tests.node.world import LAT, LON, World
from tests.prober.plan import DAY_MIN, NIGHT, SIDE_M, cells, random_plan, told

ALL_DAY = minutes(NIGHT, NIGHT + DAY_MIN)


def square(east, north, side):
    """At all heights, so that height costs nothing."""
    half = side / 2
    centre = moved(LAT, LON, east, north)
    return laid(centre.latitude, centre.longitude, rectangle(-half, -half, half, half))


def scattered(theatre_m, roll, side=SIDE_M):
    """Many small volumes, anywhere, all day: what the budget is made against."""
    half = theatre_m / 2
    while True:
        yield volume(
            square(roll.uniform(-half, half), roll.uniform(-half, half), side), when=ALL_DAY
        )


def blanket(theatre_m, _roll):
    """One volume over everything, then smaller ones until one is taken."""
    side = theatre_m
    while True:
        yield volume(square(0.0, 0.0, side), when=ALL_DAY)
        side *= 0.9


def lines(theatre_m, _roll):
    """Lines without width across the theatre: ground is what they do not use."""
    half, at = theatre_m / 2, 0
    while True:
        north = -half + (at * 0.618034 % 1.0) * theatre_m
        ends = [moved(LAT, LON, east, north) for east in (-half, half)]
        yield volume(corridor(0.5, *ends), when=ALL_DAY)
        at += 1


def instants(theatre_m, _roll):
    """The whole theatre for a second: time is what they do not use."""
    at = 0
    while True:
        start = NIGHT + (at * 0.618034 % 1.0) * DAY_MIN
        yield volume(square(0.0, 0.0, theatre_m), when=minutes(start, start + 1 / 60))
        at += 1


def following(theatre_m, roll, side=3 * SIDE_M):
    """Anywhere until something is hit, then round about it."""
    half, waiting, seen = theatre_m / 2, [], set()
    while True:
        if waiting:
            x, y = waiting.pop(0)
        else:
            x, y = (int(roll.uniform(-half, half) // side) for _ in range(2))
        if (x, y) in seen:
            continue
        seen.add((x, y))
        hit = yield volume(square((x + 0.5) * side, (y + 0.5) * side, side), when=ALL_DAY)
        if hit:
            waiting += [(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)]


WAYS = {
    "scattered": scattered,
    "blanket": blanket,
    "lines": lines,
    "instants": instants,
    "following": following,
}


@dataclass
class Found:
    """What became of one prober."""

    way: str
    share: float
    """Of the plan's cells that were told."""
    declarations: int
    crossings: int
    """Told; the other desk was shown each of them, too."""
    refused: str
    alarmed: set[str]
    """Desks that were told of the refusal."""


def probe(way: str, seed: int, *, theatre_m=300_000.0, operations=40, most=2_000, **caps) -> Found:
    """Ask until the budget is used up, and count what was learnt."""
    world, roll = World(), random.Random(seed)
    world.arrange(apart="0m", **caps)
    plan = random_plan(seed, theatre_m, operations)
    for number, (part, _) in enumerate(plan):
        world.declare(declared(f"B{number}", part, party="Birch"))
        world.now += 8 * HOUR  # over two weeks: Birch has a budget, too
    world.now += 24 * HOUR
    asking = WAYS[way](theatre_m, roll)
    question, pieces, kept, crossings, refusals = next(asking), [], 0, 0, set()
    for _ in range(most):
        hit = False
        try:
            answer = world.declare(declared(f"A{kept}", question, party="Alder"))
        except RuleError as error:
            refusals.add(error.code)
            if way != "blanket" or kept:
                break
        else:
            kept += 1
            found = list(told(answer.reply["shown"][0]))
            crossings += len(found)
            pieces += found
            hit = bool(found)
        question = asking.send(hit)
    whole = cells(piece for _, piece in plan)
    learnt = cells(pieces) & whole
    alarmed = {
        p for p in ("Alder", "Birch", "Relief") if any("alarm/1" in t for t in world.sent(p))
    }
    share = len(learnt) / len(whole)
    return Found(way, share, kept, crossings, ", ".join(sorted(refusals)), alarmed)
