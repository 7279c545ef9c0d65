"""What holds a node's thread up at one go: each step of it that took long, and what it took long for.

usage: python bench/stalls.py [--standing 1e5] [--count 8000] [--group 16] [--seed 1] [--least 2]
                              [--filled DIR]

Declarations are read beforehand and handed to the thread of a node in this process, so many at a
time, the next when all of those are answered; all else is as in ``bench/deciding.py``, but checkpoint
and collector are as in a served node. A step is what others wait for whole: one decision, one write,
one look of the collector, one checkpoint. Milliseconds on the processor are told, and those on the
wall that went beyond; on a busy machine only the first say something about keepclear.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from deciding import PROBES, WARM_UP, home_of, node_in
from online import with_probes
from ours import arrays_of
from run import OUT, say
from served import party_of, said


class Step(NamedTuple):
    """Of the node's thread."""

    what: str
    number: int
    """So many declarations had been decided before."""
    ms: float
    wall_ms: float
    within: dict[str, float]
    """Milliseconds of processor in what is looked at more closely."""
    met: int


class Watch:
    """Times steps, and what happens within them."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.decided = 0
        self._within: dict[str, float] = defaultdict(float)
        self._met = 0

    def step(self, what: str, real: Callable[..., Any]) -> Callable[..., Any]:
        """A function that is a step of its own."""

        def call(*given: Any, **named: Any) -> Any:
            self._within, self._met = defaultdict(float), 0
            wall, spent = time.perf_counter_ns(), time.thread_time_ns()
            try:
                return real(*given, **named)
            finally:
                spent, wall = time.thread_time_ns() - spent, time.perf_counter_ns() - wall
                self.steps.append(
                    Step(what, self.decided, spent / 1e6, wall / 1e6, self._within, self._met)
                )

        return call

    def within(self, place: Any, name: str, what: str) -> None:
        """Count what a function takes in the step that it is called in."""
        real = getattr(place, name)

        def call(*given: Any, **named: Any) -> Any:
            began = time.thread_time_ns()
            try:
                found = real(*given, **named)
            finally:
                self._within[what] += (time.thread_time_ns() - began) / 1e6
            if what == "crossings":
                self._met += len(found)
            return found

        setattr(place, name, call)


def watch_on(node: Any) -> Watch:
    """A watch on what a node's thread does."""
    from keepclear.detect.fast.standing import FastFinder
    from keepclear.detect.growing import GrowingTable
    from keepclear.detect.index import StandingSet
    from keepclear.node import declaring, tidying

    watch = Watch()
    for place, name, what in (
        (FastFinder, "_build", "grid"),
        (GrowingTable, "_widen", "room for rows"),
        (StandingSet, "_close_up", "rows closed up"),
        (StandingSet, "prepared", "row"),
        (StandingSet, "query", "crossings"),
        (declaring, "verdict_on", "verdict"),
        (declaring, "tell", "telling"),
        (declaring, "notify", "telling"),
    ):
        watch.within(place, name, what)
    for place, name, what in (
        (node, "settle", "write"),
        (node, "keep_checkpoint", "checkpoint"),
        (tidying, "tidy", "collector"),
    ):
        setattr(place, name, watch.step(what, getattr(place, name)))
    return watch


def drive(node: Any, ones: list[tuple[str, Any, str]], group: int, watch: Watch) -> None:
    """Have all decided, so many at a time."""
    from keepclear.node.declaring import Request, declare
    from keepclear.node.worker import Worker

    worker = Worker(node)

    def decided(party: str, one: Any, text: str, node: Any) -> Any:
        found = declare(node, one, Request(desk=party), if_match=None, doubts=[], text=text)
        watch.decided += 1
        return found

    for first in range(0, len(ones), group):
        answers = [
            worker.ask(watch.step("decision", partial(decided, *one)))
            for one in ones[first : first + group]
        ]
        for answer in answers:
            answer.result()
    worker.close()


def table(steps: list[Step], least_ms: float) -> str:
    """Steps of each kind, and those that took long."""
    lines = [
        "| step | times | p50 ms | p99 ms | most ms | most ms of wall |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for what in Counter(step.what for step in steps):
        ms = np.array([step.ms for step in steps if step.what == what])
        wall = max(step.wall_ms for step in steps if step.what == what)
        p50, p99 = np.quantile(ms, (0.5, 0.99))
        lines.append(
            f"| {what} | {len(ms):,} | {p50:.2f} | {p99:.2f} | {ms.max():.1f} | {wall:.1f} |"
        )
    lines += [
        "",
        "| step | after | ms | ms of wall | met | most of it |",
        "|---|--:|--:|--:|--:|---|",
    ]
    for step in sorted(steps, key=lambda step: -step.ms):
        if step.ms >= least_ms:
            most = sorted(step.within.items(), key=lambda one: -one[1])[:3]
            words = ", ".join(f"{what} {ms:.1f}" for what, ms in most)
            lines.append(
                f"| {step.what} | {step.number:,} | {step.ms:.1f} | {step.wall_ms:.1f} "
                f"| {step.met} | {words} |"
            )
    return "\n".join(lines)


def main() -> None:
    """Command line: see the head of this module."""
    options = _options()
    OUT.mkdir(exist_ok=True)
    standing = int(float(options.standing))
    arrays = arrays_of(with_probes(standing, options.seed, PROBES))
    from keepclear.wire.declaration import encode

    with tempfile.TemporaryDirectory(prefix="keepclear-bench-", dir=OUT) as place:
        folder = home_of(standing, arrays, options.filled, Path(place))
        say("the node starts")
        node = node_in(folder)
        volumes = range(standing, standing + WARM_UP + options.count)
        ones = [(party_of(volume), said(arrays, volume)) for volume in volumes]
        texts = [(party, one, encode(one).decode()) for party, one in ones]
        drive(node, texts[:WARM_UP], options.group, Watch())
        watch = watch_on(node)
        began_s = time.perf_counter()
        drive(node, texts[WARM_UP:], options.group, watch)
        say(f"{options.count / (time.perf_counter() - began_s):,.0f} a second on the wall clock")
        node.close()
    print(table(watch.steps, options.least))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="what holds a node's thread up at one go")
    parser.add_argument("--standing", default="1e5")
    parser.add_argument("--count", type=int, default=8_000)
    parser.add_argument("--group", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--least", type=float, default=2.0, metavar="MS")
    parser.add_argument("--filled", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
