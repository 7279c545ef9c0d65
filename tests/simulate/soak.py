"""Very many worlds, in a run that can be stopped and goes on: or one of them again.

usage: python -m tests.simulate.soak [--boards] [--worlds 100000] [--from 1000] [--jobs 1]
       python -m tests.simulate.soak [--boards] --seed N

Worlds are of lines alone, or (``--boards``) of desks with their boards.

Every 100th world is on real SQLite files. After each thousand the state is written to ``out/``; a run
that was stopped goes on from there. At the end, and at the first world that breaks, a line is added
to ``docs/soak.md``; the exit status is 1 where a world broke.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.simulate.boards import BoardWorld
from tests.simulate.world import World
from tests.soak import ROOT, add_line, commit_now

SECTION = "Simulated worlds of the line"
HEAD = """
`make simulate` plays worlds of two to five desks on a network that loses, doubles, delays, cuts,
replays and changes notes, with crashes, failing disks, wrong clocks and a desk that lies
(`tests/simulate`), and looks at the invariants after each. Seeds follow each other from *From*.
*Messages* counts those between desks that do not lie, *two texts* what a liar signed twice under one
number and was found out for, *broken* worlds in which an invariant did not hold.

| Date | Commit | From | Worlds | Messages | Receipts | Across a gap | Crossings | Two texts \
| Seconds | Broken |
|---|---|---|---|---|---|---|---|---|---|---|
"""
KEYS = ("messages", "acknowledged", "across gaps", "crossings", "two texts")
BOARDS_SECTION = "Simulated worlds of boards"
BOARDS_HEAD = """
`make simulate` then plays worlds of two or three desks with their boards, which ask each other for
stops, answer and take them back, on the same network, with crashes and failing writes, and looks
whether any stop is missing on a board, was on no screen, or went up its ladder at another time than it
should. *In time* are rungs that were alerted within 3 s of when they were due; the others came due
while their desk was down or its disk failed, and are alerted when it is back.
In one world of three a desk lies: it signs two texts under one number, about stops and answers to
them (`tests/simulate/lying.py`). Its stops must all be on the other board, both texts must be kept and
told of, and nothing that is only proof may close a stop. *Stops* are those between honest desks.

| Date | Commit | From | Worlds | Stops | Closed | Rungs | In time | Calls | Seconds | Broken |
|---|---|---|---|---|---|---|---|---|---|---|
"""
BOARDS_KEYS = ("stops", "closed", "rungs", "rungs in time", "calls")
CHUNK = 100
FILES_EVERY = 100


def chunk(first, world):
    """Counts of some worlds, and the seeds of those that broke, with why."""
    counts, broken = Counter(), []
    for seed in range(first, first + CHUNK):
        try:
            counts += play(seed, world)
        except Exception as error:  # noqa: BLE001
            broken.append(f"{seed}: {type(error).__name__}: {error}")
    return counts, broken


def play(seed, world=World):
    if seed % FILES_EVERY:
        one = world(seed)
        one.run()
        return one.counts
    with TemporaryDirectory() as place:
        one = world(seed, Path(place))
        one.run()
        return one.counts


def run(first, worlds, jobs, world=World):
    kept_at = ROOT / "out" / ("boards.json" if world is BoardWorld else "simulate.json")
    state = {"from": first, "done": 0, "counts": {}, "seconds": 0.0, "broken": [], "commits": []}
    if kept_at.exists():
        kept = json.loads(kept_at.read_text())
        if kept["from"] == first and kept["done"] < worlds:
            state = kept
    counts, now = Counter(state["counts"]), commit_now("src", "tests")
    if now not in state["commits"]:
        state["commits"].append(now)  # a run may be resumed on other code
    with ProcessPoolExecutor(jobs) as pool:
        while state["done"] < worlds and not state["broken"]:
            begun, at = time.monotonic(), first + state["done"]
            some = range(at, min(at + 10 * CHUNK, first + worlds), CHUNK)
            for found, broken in pool.map(partial(chunk, world=world), some):
                counts += found
                state["broken"] += broken
            state["done"] += len(some) * CHUNK
            state["seconds"] += time.monotonic() - begun
            state["counts"] = counts
            kept_at.parent.mkdir(exist_ok=True)
            part = kept_at.with_suffix(".part")
            part.write_text(json.dumps(state))
            part.replace(kept_at)
    return state, counts


def line_of(state, counts, keys=KEYS):
    today = datetime.now(UTC).strftime("%Y-%m-%d")  # noqa: TID251
    numbers = " | ".join(f"{counts[key]:,}" for key in keys)
    commits = ", ".join(state["commits"])
    return (
        f"| {today} | {commits} | {state['from']} | {state['done']:,} | {numbers} | "
        f"{state['seconds']:,.0f} | {len(state['broken'])} |"
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=100_000)
    parser.add_argument("--from", dest="first", type=int, default=1_000)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--boards", action="store_true")
    typed = parser.parse_args()
    world, section, head, keys = (
        (BoardWorld, BOARDS_SECTION, BOARDS_HEAD, BOARDS_KEYS)
        if typed.boards
        else (World, SECTION, HEAD, KEYS)
    )
    if typed.seed is not None:
        try:
            print(dict(play(typed.seed, world)))
        except Exception:  # noqa: BLE001
            traceback.print_exc()
            return 1
        return 0
    state, counts = run(typed.first, typed.worlds, typed.jobs, world)
    for one in state["broken"]:
        which = " --boards" if typed.boards else ""
        print(f"python -m tests.simulate.soak{which} --seed {one}", file=sys.stderr)
    line = line_of(state, counts, keys)
    add_line(section, head, line)
    print(line)
    return int(bool(state["broken"]))


if __name__ == "__main__":
    sys.exit(main())
