"""What one declaration costs a node when it is decided, without HTTP: processor time by phase.

usage: python bench/deciding.py [--standing 1e5] [--count 4000] [--group 16] [--seed 1] [--agreed 0m]
                                [--filled DIR] [--areas FILE] [--profile FILE]

The workload stands in a node in a folder, as ``bench/node.py`` enters it; then shifted copies of its
volumes are read, examined, declared and written, so many to a write. Clock and salts are given, so
that a run is the same every time: the first digest is of every entry that was kept, the areas in it
left out, and stays when nothing but the pace has changed. ``--areas`` keeps the areas in a file, or
compares them with the file that is there. ``--agreed`` lets all parties have one arrangement with a
theatre, a dividing line between two of them and minima, so that all is judged and told. Times are of
this thread on the processor; what a phase does that is a phase of its own is not counted in it. What is
remembered is looked through for what can go as in a served node.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from typing import Any

from node import PARTIES, fill, party_of, said
from online import with_probes
from ours import arrays_of
from run import OUT, say

PROBES = 20_000
WARM_UP = 200
"""Declarations before the clock starts."""
NOW_US = 1_780_272_000_000_000
"""2026-06-01T00:00Z, when the day of the workload begins."""
AGREED = """\
format = "keepclear arrangement 1"
name = "Deciding"
version = 1
{rungs}
{parties}
[theatre]
outline = ["35 N 12 W", "35 N 33 E", "63 N 33 E", "63 N 12 W"]
[dividing_line]
line = ["36 N 10 E", "45 N 11 E", "50 N 10 E", "62 N 12 E"]
left = "Party 00"
right = "Party 01"
[separation]
horizontal = "{free}"
vertical = "0m"
time = "0s"
[disclosure]
operation = "crossing"
[caps]
declarations = 1000000
area_km2_hours = 1000000000
withdrawals_after_verdict = 1000000
"""


class Clock:
    """Exclusive time of phases, a stack deep."""

    def __init__(self) -> None:
        self.ns: dict[str, int] = defaultdict(int)
        self.calls: dict[str, int] = defaultdict(int)
        self._open: list[int] = []

    def around(self, place: Any, name: str, phase: str) -> None:
        """Count what a function of a module or class takes as a phase, where there is one."""
        real = getattr(place, name, None)
        if real is not None:
            setattr(place, name, self.timed(real, phase))

    def timed(self, real: Callable[..., Any], phase: str) -> Callable[..., Any]:
        """A function, with its time counted."""

        def call(*given: Any, **named: Any) -> Any:
            self._open.append(0)
            start = time.thread_time_ns()
            try:
                return real(*given, **named)
            finally:
                whole = time.thread_time_ns() - start
                self.ns[phase] += whole - self._open.pop()
                self.calls[phase] += 1
                if self._open:
                    self._open[-1] += whole

        return call


def clock_on() -> Clock:
    """A clock around what a node is made of."""
    from keepclear.detect import account, assemble, index
    from keepclear.node import declaring, ledger

    clock = Clock()
    for place, name, phase in (
        (index.StandingSet, "prepared", "one row made ready"),
        (index.StandingSet, "query", "crossings found and described"),
        (assemble, "shared_area", "shared areas"),
        (account, "_grounds", "shared areas"),
        (declaring, "verdict_on", "verdict"),
        (declaring, "tell", "what is told"),
        (declaring, "notify", "what is told"),
        (ledger.Node, "save", "kept in memory: texts, hashes, what stands"),
        (ledger.Node, "settle", "written"),
    ):
        clock.around(place, name, phase)
    return clock


def home_of(standing: int, arrays: Any, filled: Path | None, place: Path) -> Path:
    """A folder of a node in which the workload stands; copied, where one was filled before."""
    folder = place / "node"
    if filled is not None and filled.exists():
        shutil.copytree(filled, folder)
        return folder
    say(f"{standing:,} volumes are entered")
    fill(folder, arrays, standing)
    if filled is not None:
        shutil.copytree(folder, filled)
    return folder


def node_in(folder: Path) -> Any:
    """The node, with a clock and salts that are the same every time."""
    from keepclear.node.geoid import load_geoid
    from keepclear.node.home import open_home
    from keepclear.node.ledger import Node, Surroundings
    from keepclear.store.sqlite import SqliteStore

    count = iter(range(1 << 40))

    def salt() -> bytes:
        return sha256(b"%d" % next(count)).digest()

    home = open_home(folder)
    around = Surroundings(
        now_us=lambda: NOW_US,
        salt=salt,
        geoid=load_geoid(),
        signer=home.record_key,
        keep=lambda _: None,
        owner=home.owner,
    )
    return Node(SqliteStore(home.database), around)


def decide(node: Any, texts: list[tuple[str, bytes]], group: int, clock: Clock) -> None:
    """Declare all, so many to a write; what was read is examined first, as the API does."""
    from keepclear.integrity.context import Context
    from keepclear.integrity.examine import examine
    from keepclear.node import tidying
    from keepclear.node.declaring import Request, declare
    from keepclear.wire.declaration import declaration_of, form_in, spelled

    def read(data: bytes) -> tuple[Any, str]:
        form = form_in(data)
        return declaration_of(form), spelled(form).decode()

    read_it, look = clock.timed(read, "read"), clock.timed(examine, "examined")
    tidy = clock.timed(tidying.tidy, "memory looked through")
    for first in range(0, len(texts), group):
        node.gather()
        for party, data in texts[first : first + group]:
            one, text = read_it(data)
            doubts = look([one], Context(now_us=node.now_us()))
            codes = [d.code for d in doubts]
            declare(node, one, Request(desk=party), if_match=None, doubts=codes, text=text)
        node.settle()
        tidy()


def digest_of(node: Any, after: int) -> tuple[str, str, list[tuple[str, str, float | None]]]:
    """Of all entries that were kept, areas left out; of the entries word for word; the areas."""
    from keepclear.record.commitment import SALT_BYTES

    bare, whole, areas = sha256(), sha256(), []
    for entry in node.entries(after):
        body = entry.data[SALT_BYTES:]
        whole.update(body)
        value = json.loads(body)
        if value["entry"].startswith("shown"):
            value["text"] = json.loads(value["text"])
        areas += [
            (value["subject"], crossing["id"], crossing.get("area_m2"))
            for crossing in value.get("crossings", ())
        ]
        bare.update(json.dumps(_without_areas(value)).encode())
    return bare.hexdigest()[:16], whole.hexdigest()[:16], areas


def _without_areas(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_areas(one) for one in value]
    if isinstance(value, dict):
        kept = ("area", "area_m2", "area_km2")
        return {key: _without_areas(one) for key, one in value.items() if key not in kept}
    return value


def agree(node: Any, free: str) -> None:
    """One arrangement of all parties; what stands already is not judged anew."""
    from keepclear.wire.entries import Arranged

    names = [party_of(number) for number in range(PARTIES)]
    parties = "\n".join(f'[[party]]\nname = "{name}"\ndesk = "line 1"' for name in names)
    rungs = "\n".join(
        f'[[rung]]\nbetween = ["{a}", "{b}"]\nis = "parallel"' for a, b in combinations(names, 2)
    )
    text = AGREED.format(rungs=rungs, parties=parties, free=free)
    node.save([Arranged(subject="arrangement/Deciding", at_us=NOW_US, text=text)])


def compare_areas(areas: list[tuple[str, str, float | None]], file: Path) -> str:
    """Keep the areas, or say how far they are from those that were kept."""
    if not file.exists():
        file.write_text(json.dumps(areas))
        return f"areas kept in {file}"
    before = {(a, b): m2 for a, b, m2 in json.loads(file.read_text())}
    worst, missing = 0.0, 0
    for a, b, m2 in areas:
        old = before.pop((a, b), -1.0)
        if old == -1.0 or (old is None) != (m2 is None):
            missing += 1
        elif old is not None and m2 is not None:
            worst = max(worst, abs(old - m2) / max(old, m2, 1.0))
    return f"areas differ by {worst:.2e} of themselves at most; {missing + len(before)} not in both"


def main() -> None:
    """Command line: see the head of this module."""
    options = _options()
    OUT.mkdir(exist_ok=True)
    standing = int(float(options.standing))
    arrays = arrays_of(with_probes(standing, options.seed, PROBES))
    from keepclear.node import tidying
    from keepclear.wire.declaration import encode

    with tempfile.TemporaryDirectory(prefix="keepclear-bench-", dir=OUT) as place:
        folder = home_of(standing, arrays, options.filled, Path(place))
        say("the node starts")
        node = node_in(folder)
        if options.agreed:
            agree(node, options.agreed)
        volumes = range(standing, standing + WARM_UP + options.count)
        texts = [(party_of(volume), encode(said(arrays, volume))) for volume in volumes]
        decide(node, texts[:WARM_UP], options.group, Clock())
        tidying.begin()
        known, clock = node.store.size(), clock_on()
        profile = cProfile.Profile() if options.profile else None
        began, wall_s = time.thread_time_ns(), time.perf_counter()
        if profile:
            profile.enable()
        decide(node, texts[WARM_UP:], options.group, clock)
        if profile:
            profile.disable()
            profile.dump_stats(options.profile)
        spent, wall_s = time.thread_time_ns() - began, time.perf_counter() - wall_s
        bare, whole, areas = digest_of(node, known)
        node.close()
    print(_table(clock, spent, wall_s, options.count))
    print(f"\n{len(areas):,} crossings; digest without areas {bare}, with them {whole}")
    if options.areas:
        print(compare_areas(areas, options.areas))


def _table(clock: Clock, spent: int, wall_s: float, count: int) -> str:
    lines = ["| phase | us of processor for each declaration | calls |", "|---|--:|--:|"]
    for phase, ns in sorted(clock.ns.items(), key=lambda one: -one[1]):
        lines.append(f"| {phase} | {ns / count / 1e3:,.0f} | {clock.calls[phase]:,} |")
    rest = spent - sum(clock.ns.values())
    lines.append(f"| the rest | {rest / count / 1e3:,.0f} | |")
    lines.append(f"| **all** | **{spent / count / 1e3:,.0f}** | {count:,} |")
    load = os.getloadavg()[0]
    pace = f"{count / wall_s:,.0f} a second on the wall clock; load average {load:.1f}"
    return "\n".join([*lines, "", pace])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="what one declaration costs when it is decided")
    parser.add_argument("--standing", default="1e5")
    parser.add_argument("--count", type=int, default=4_000)
    parser.add_argument("--group", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--agreed", metavar="METRES")
    parser.add_argument("--filled", type=Path)
    parser.add_argument("--areas", type=Path)
    parser.add_argument("--profile", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
