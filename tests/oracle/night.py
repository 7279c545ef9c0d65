"""The long run: a million pairs and more against the oracles, in chunks that can be resumed.

usage: python -m tests.oracle.night [--pairs N] [--seconds S] [--seed K] [--resume] [--s2 VOLUMES]

Chunk ``k`` of a seed is always the same. After each the state is written to ``out/``, so that a run
that was stopped goes on with ``--resume``. At the end one line is added to ``docs/soak.md``; pairs
that differ stand in ``out/``, one a line, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
os.environ.setdefault("NUMBA_NUM_THREADS", "1")  # small tables: waking threads takes the most time

from keepclear.detect.crossing import Minima  # noqa: E402
from keepclear.detect.engine import PORTABLE, Engine  # noqa: E402
from tests.soak import add_line  # noqa: E402

from . import batches, compare, generate  # noqa: E402

OUT = ROOT / "out"
POLYGONS = 2_000
"""Pairs of each of two sorts that a chunk draws for the rational oracle, a few tenths of a ms each."""
AREAS = 60
"""Pairs of areas with every edge rule, up to 30 km, for the rational oracle; some 5 ms each."""
AREA_M = (10.0, 30_000.0)
FIFTY = 60
"""Standing pairs and pairs with movers, each, for the 50-digit oracle; some 20 ms each."""
SHALLOW = 10
"""Movers across a line at a small angle, and movers that hardly close, for the 50-digit oracle."""
PATHS_EVERY = 4
"""Of so many chunks one is also searched, and compared to the bit between the two paths."""
MINIMA = (
    Minima(),
    Minima(horizontal_m=100.0, vertical_m=30.0),
    Minima(horizontal_m=1_000.0, time_us=60_000_000),
)


@dataclass
class State:
    """How far a run has come."""

    seed: int
    chunk: int = 0
    seconds: float = 0.0
    judged: Counter[str] = field(default_factory=Counter)
    """Pairs by oracle."""
    kinds: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    meeting: int = 0
    differences: Counter[str] = field(default_factory=Counter)
    s2_volumes: int = 0
    commits: list[str] = field(default_factory=list)
    """What was tested, one after the other: a run may be resumed on other code."""

    @property
    def pairs(self) -> int:
        """Pairs that the rational and the 50-digit oracle have judged."""
        return self.judged["rational"] + self.judged["50 digits"]

    @property
    def file(self) -> Path:
        """Where it is kept."""
        return OUT / f"exact-night-{self.seed}.json"

    @property
    def differing(self) -> Path:
        """Where pairs that differ are kept."""
        return self.file.with_suffix(".differences.ndjson")

    def add(self, oracle: str, tally: compare.Tally) -> None:
        """Take over what one comparison found, and write down what differs."""
        self.judged[oracle] += tally.pairs
        self.kinds += tally.judged
        self.skipped += tally.skipped
        self.meeting += tally.meeting
        self.differences += Counter(_class_of(found) for found in tally.differences)
        if tally.differences:
            with self.differing.open("a") as file:
                file.writelines(f"{compare.as_line(found)}\n" for found in tally.differences)

    def save(self) -> None:
        """Write it down in one step, so that a run cut short leaves no half of it."""
        OUT.mkdir(exist_ok=True)
        part = self.file.with_suffix(".part")
        part.write_text(json.dumps(vars(self), indent=1))
        part.replace(self.file)

    @classmethod
    def load(cls, seed: int) -> State:
        """What was written down, or a new one."""
        file = cls(seed).file
        if not file.exists():
            return cls(seed)
        said = json.loads(file.read_text())
        names = ("judged", "kinds", "skipped", "differences")
        return cls(**{**said, **{name: Counter(said[name]) for name in names}})


def _class_of(difference: dict[str, object]) -> str:
    """``verdict``, or which of the engines it is, where one alone can be meant."""
    engine = difference.get("engine")
    return f"{difference['what']} ({engine})" if engine else str(difference["what"])


def chunk(state: State, engines: list[Engine]) -> None:
    """Draw and compare one chunk."""
    for drawn in _drawn(state.seed, state.chunk):
        state.add("rational", compare.compare_polygons(drawn, engines))
        if state.chunk % PATHS_EVERY == 0:
            state.add("paths", compare.compare_search(drawn, engines))
            state.add("paths", compare.compare_distances(drawn, engines))
    some = range(state.chunk * FIFTY, (state.chunk + 1) * FIFTY)
    standing = [generate.pair(state.seed, number) for number in some]
    movers = [generate.mover_pair(state.seed, number) for number in some]
    shallow = [batches.shallow(state.seed, number) for number in some[:SHALLOW]]
    sliding = [batches.sliding(state.seed, number) for number in some[:SHALLOW]]
    state.add("50 digits", compare.compare_standing(standing, engines))
    for pairs, spans_every in ((movers, 2), (shallow, 10), (sliding, 10)):
        tally = compare.compare_movers(pairs, engines, spans_every)
        state.kinds["times"] += tally.judged.pop("times", 0)
        state.add("50 digits", tally)
    if state.chunk % PATHS_EVERY == 0:
        minima = MINIMA[state.chunk // PATHS_EVERY % len(MINIMA)]
        state.add("paths", compare.compare_hits([*standing, *movers], engines, minima, state.chunk))
    state.chunk += 1


def _drawn(seed: int, number: int) -> Iterator[compare.Drawn]:
    """The polygons of a chunk."""
    at = f"{seed} {number} {POLYGONS}"
    yield compare.Drawn.of(batches.declared(seed, number, POLYGONS), f"declared {at}")
    yield compare.Drawn.of(batches.lattice(seed, number, POLYGONS), f"lattice {at}")
    some = range(number * AREAS, (number + 1) * AREAS)
    pairs = [generate.pair(seed, k, generate.POLYGONS, AREA_M) for k in some]
    yield compare.Drawn.of_areas(pairs, f"areas {seed} from {some.start}")


SECTION = "Verdicts against the oracles"
HEAD = """

`make exact-night` compares keepclear's verdicts with calculations that share no code with them
(`tests/oracle/README.md`) and adds a line here. *Pairs* counts those on which an oracle itself gave
a verdict: Python integers on the very vertices (rational), and 50 digits from the positions as
declared, standing and moving (gaps within 1 cm of the boundary are not counted). *By kind* tells both
apart by what was compared; *times* are spans of movers, *hits* pairs described by both code paths and
compared to the bit, *distances* verdicts at the very distance. *S2* are the
candidates of the search among the benchmark's polygons. *Differences* are of any sort: verdicts, a
pair that a search lost, or a bit in which the two code paths do not agree. A commit with a plus had
changes that were not committed.

| Date | Commit | Seed | Pairs | Rational | 50 digits | Meet | S2 | Seconds | Differences | By kind |
|---|---|---|---|---|---|---|---|---|---|---|
"""


GROUPS = {
    "lattice ": "lattice polygons",
    "areas, ": "areas by edge rule",
    "circle": "circles and corridors",
    "corridor": "circles and corridors",
    "mover ": "movers past shapes",
    "two movers": "two movers",
    "shallow": "movers at small angles",
    "sliding": "movers that hardly close",
    "times": "times",
    "hits": "hits",
    "at the very distance": "distances",
}
"""How kinds are put together in a line, by how their names begin; the rest are polygons."""


def by_kind(kinds: Counter[str]) -> str:
    """How many pairs of which kinds, the most first."""
    groups: Counter[str] = Counter()
    for kind, number in kinds.items():
        if kind != "S2":
            found = [name for start, name in GROUPS.items() if kind.startswith(start)]
            groups[found[0] if found else "polygons in degrees"] += number
    return ", ".join(f"{number:,} {name}" for name, number in groups.most_common())


def line(state: State) -> str:
    """The line of a run."""
    date = time.strftime("%Y-%m-%d", time.gmtime())
    found = ", ".join(f"{n} {what}" for what, n in sorted(state.differences.items())) or "0"
    s2 = f"{state.judged['S2']:,} of {state.s2_volumes:,} volumes" if state.s2_volumes else "-"
    share = state.meeting / max(1, state.judged.total())
    return (
        f"| {date} | {', '.join(state.commits)} | {state.seed} | {state.pairs:,} "
        f"| {state.judged['rational']:,} | {state.judged['50 digits']:,} | {share:.0%} | {s2} "
        f"| {state.seconds:,.0f} | {found} | {by_kind(state.kinds)} |\n"
    )


def commit_now() -> str:
    """The commit in short, with a plus where the code has changes beyond it."""

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=ROOT, capture_output=True, text=True, check=False
        ).stdout.strip()

    changed = git("status", "--porcelain", "--", "src/keepclear/detect", "src/keepclear/domain")
    return (git("rev-parse", "--short", "HEAD") or "none") + ("+" if changed else "")


def main() -> int:
    """Run until so many pairs are judged, or so many seconds have passed."""
    ask = argparse.ArgumentParser(prog="python -m tests.oracle.night", description=__doc__)
    ask.add_argument("--pairs", type=int, default=1_000_000)
    ask.add_argument("--seconds", type=float, default=float("inf"))
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--resume", action="store_true", help="go on where this seed was stopped")
    ask.add_argument("--s2", type=int, default=100_000, help="volumes of the benchmark; 0 for none")
    given = ask.parse_args()
    fast = compare.fast_engine()
    engines = [PORTABLE] if fast is None else [PORTABLE, fast]
    state = State.load(given.seed) if given.resume else State(given.seed)
    if commit_now() not in state.commits[-1:]:
        state.commits.append(commit_now())
    OUT.mkdir(exist_ok=True)
    if not given.resume:
        state.differing.unlink(missing_ok=True)
    stop: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):  # end with the chunk, and say what was done
        signal.signal(number, lambda got, _frame: stop.append(got))
    before, begun = state.seconds, time.monotonic()
    if given.s2 and not state.s2_volumes:
        state.add("S2", compare.compare_s2(compare.workload_tables(given.s2)))
        state.s2_volumes = given.s2
        _say(state)
    while state.pairs < given.pairs and time.monotonic() - begun < given.seconds and not stop:
        chunk(state, engines)
        state.seconds = before + time.monotonic() - begun
        state.save()
        _say(state)
    add_line(SECTION, HEAD, line(state).rstrip())
    _say(state)
    print(json.dumps({"kinds": state.kinds, "skipped": state.skipped}, indent=1))
    return 1 if state.differences else 0


def _say(state: State) -> None:
    done = f"chunk {state.chunk}: {state.pairs:,} pairs in {state.seconds:,.0f} s"
    print(f"{done}, differences {dict(state.differences)}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
