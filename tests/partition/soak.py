"""Two served nodes, a way between them that fails, and kill -9: nothing acknowledged is lost.

usage: python -m tests.partition.soak [--rounds 200] [--seed 1] [--resume] [--serve=OPTION ...]

Each 25 rounds are of one pair of nodes, so that looking at all they hold stays short; after each pair
the state is written to ``out/``, and ``--resume`` goes on from there. At the end the run adds a line
to ``docs/soak.md``; the exit status is 1 where something was lost, done twice, or broke.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.partition.pair import Served
from tests.partition.rounds import COUNTED, run
from tests.soak import ROOT, add_line, commit_now, take_serve

SECTION = "Served nodes, partitions and kill -9"
HEAD = """
`make partitions` serves two nodes over TLS with pinned certificates, each behind a proxy that cuts,
holds open, delays, slows, ends in the midst, doubles and changes what goes through it
(`tests/partition`). Programs of both desks say things through the API meanwhile; in half of the rounds
one node, or both, are killed with kill -9 and started again. Then the way is whole: everything that was
answered must be on the other screen, once and in order, the boards must agree, and the records go on.
After 25 rounds both folders are compared note by note. *Unknown* was said and never answered (it may be
there, once); *across* counts stops shown while earlier messages were missing. *Broken* are rounds after
which anything else did not hold.

| Date | Commit | Seed | Rounds | Kills | Answered | Unknown | Stops | Across | Lost | Twice | Broken \
| Seconds |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
"""
EACH = 25


def all_of(rounds, seed, state):
    """Pair after pair; sums with those of ``state``, seconds, commits, and what broke."""
    sums, seconds, commits, broken = dict.fromkeys(COUNTED, 0), 0.0, [], []
    if state.exists():
        said = json.loads(state.read_text())
        sums, seconds, commits = said["sums"], said["seconds"], said["commits"]
    while sums["rounds"] < rounds and not (broken or sums["lost"] or sums["twice"]):
        begun, commit = time.monotonic(), commit_now("src", "tests")
        with TemporaryDirectory() as place:
            some = min(EACH, rounds - sums["rounds"])
            found = run(Path(place), some, seed + sums["rounds"] // EACH)
        broken = found.broken
        sums = {name: sums[name] + getattr(found, name) for name in COUNTED}
        seconds += time.monotonic() - begun
        commits = list(dict.fromkeys([*commits, commit]))
        state.parent.mkdir(exist_ok=True)
        state.write_text(json.dumps({"sums": sums, "seconds": seconds, "commits": commits}))
        print(sums, broken, flush=True)
    return sums, seconds, commits, broken


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", action="store_true")
    take_serve(parser)
    typed = parser.parse_args()
    Served.serve = tuple(typed.serve)
    how = f", `{' '.join(typed.serve)}`" if typed.serve else ""
    state = ROOT / "out" / f"partitions-{typed.seed}.json"
    if not typed.resume:
        state.unlink(missing_ok=True)
    sums, seconds, commits, broken = all_of(typed.rounds, typed.seed, state)
    today = datetime.now(UTC).strftime("%Y-%m-%d")  # noqa: TID251
    numbers = " | ".join(f"{sums[name]:,}" for name in COUNTED)
    line = (
        f"| {today} | {', '.join(commits)}{how} | {typed.seed} | {numbers} | {len(broken)} | "
        f"{seconds:,.0f} |"
    )
    add_line(SECTION, HEAD, line)
    print(line)
    return int(bool(sums["lost"] or sums["twice"] or broken))


if __name__ == "__main__":
    sys.exit(main())
