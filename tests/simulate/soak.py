"""Very many worlds, in a run that can be stopped and goes on: or one of them again.

usage: python -m tests.simulate.soak [--worlds 100000] [--from 1000] [--jobs 1]
       python -m tests.simulate.soak --seed N

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
from pathlib import Path
from tempfile import TemporaryDirectory

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
STATE = ROOT / "out" / "simulate.json"
CHUNK = 100
FILES_EVERY = 100


def chunk(first):
    """Counts of some worlds, and the seeds of those that broke, with why."""
    counts, broken = Counter(), []
    for seed in range(first, first + CHUNK):
        try:
            counts += play(seed)
        except Exception as error:  # noqa: BLE001
            broken.append(f"{seed}: {type(error).__name__}: {error}")
    return counts, broken


def play(seed):
    if seed % FILES_EVERY:
        world = World(seed)
        world.run()
        return world.counts
    with TemporaryDirectory() as place:
        world = World(seed, Path(place))
        world.run()
        return world.counts


def run(first, worlds, jobs):
    state = {"from": first, "done": 0, "counts": {}, "seconds": 0.0, "broken": [], "commits": []}
    if STATE.exists():
        kept = json.loads(STATE.read_text())
        if kept["from"] == first and kept["done"] < worlds:
            state = kept
    counts, now = Counter(state["counts"]), commit_now("src", "tests")
    if now not in state["commits"]:
        state["commits"].append(now)  # a run may be resumed on other code
    with ProcessPoolExecutor(jobs) as pool:
        while state["done"] < worlds and not state["broken"]:
            begun, at = time.monotonic(), first + state["done"]
            some = range(at, min(at + 10 * CHUNK, first + worlds), CHUNK)
            for found, broken in pool.map(chunk, some):
                counts += found
                state["broken"] += broken
            state["done"] += len(some) * CHUNK
            state["seconds"] += time.monotonic() - begun
            state["counts"] = counts
            STATE.parent.mkdir(exist_ok=True)
            part = STATE.with_suffix(".part")
            part.write_text(json.dumps(state))
            part.replace(STATE)
    return state, counts


def line_of(state, counts):
    today = datetime.now(UTC).strftime("%Y-%m-%d")  # noqa: TID251
    keys = ("messages", "acknowledged", "across gaps", "crossings", "two texts")
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
    typed = parser.parse_args()
    if typed.seed is not None:
        try:
            print(dict(play(typed.seed)))
        except Exception:  # noqa: BLE001
            traceback.print_exc()
            return 1
        return 0
    state, counts = run(typed.first, typed.worlds, typed.jobs)
    for one in state["broken"]:
        print(f"python -m tests.simulate.soak --seed {one}", file=sys.stderr)
    line = line_of(state, counts)
    add_line(SECTION, HEAD, line)
    print(line)
    return int(bool(state["broken"]))


if __name__ == "__main__":
    sys.exit(main())
