"""One check at a time against a standing set: how long the slowest ones take.

usage: python bench/online.py [--sizes 1e5,1e6] [--approaches keepclear,sqlite] [--probes 20000]
                              [--seed 1]

The workload stands; copies of its volumes, shifted by some kilometres and minutes, are asked one by
one, then put in, then taken out, each by one call in this process. Every approach has a process of
its own; their answers are compared. Times on the wall clock are what a user waits, and include
whatever else the machine did; processor time is the approach's own.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from measure import own_peak_mb
from pairset import codes, difference
from run import OUT, say, workload
from workload import Arrays

APPROACHES = {
    "keepclear": ("**keepclear**", "ours"),
    "sqlite": ("SQLite R*Tree in memory, shapely", "peers.sqlite_rtree"),
}
SIZES = "1e5,1e6"
PROBES = 20_000
WARM_UP = 200
"""Calls before the clock starts: nobody's first call is judged here."""
SHIFT_DEGREE, SHIFT_S = 0.02, 1_800
"""Standard deviation of the shift: about 2 km, and half an hour."""
KINDS = {"all kinds": (0, 1, 2), "drones": (0,), "corridors": (1,)}
MARKS = (50, 99, 99.9)
COLUMNS = (
    *("approach", "call", "calls", "p50 us", "p99 us", "p99.9 us", "p99 us of processor"),
    *("calls/s", "peak MB", "missing", "extra"),
)


def with_probes(standing: int, seed: int, count: int) -> Path:
    """A file with a workload and its probes behind it; written once."""
    npz = OUT / f"online-{standing}-{seed}-{count}.npz"
    if not npz.exists():
        with np.load(workload(standing, seed)) as arrays:
            np.savez(npz, **probes(dict(arrays), count, seed))
    return npz


def probes(arrays: Arrays, count: int, seed: int) -> Arrays:
    """The workload followed by shifted copies of ``count`` of its volumes."""
    draw = np.random.default_rng(seed)
    which = draw.integers(0, len(arrays["kind"]), count)
    shift = np.round(draw.normal(0, SHIFT_DEGREE, (count, 2)), 7)
    later = (np.round(draw.normal(0, SHIFT_S, count) / 60) * 60).astype(np.int32)
    length = np.diff(arrays["off"])[which]
    start = np.cumsum(length) - length
    at = np.arange(length.sum()) + np.repeat(arrays["off"][which] - start, length)
    moved = arrays["xy"][at] + np.repeat(np.round(shift * 1e7).astype(np.int32), length, axis=0)
    circ = arrays["circ"][which]
    circ[:, :2] = np.round(circ[:, :2] + shift, 7)
    added = {
        "xy": moved,
        "off": arrays["off"][-1] + np.cumsum(length),
        "alt": arrays["alt"][which],
        "tm": arrays["tm"][which] + later[:, None],
        "circ": circ,
        "kind": arrays["kind"][which],
    }
    return {name: np.concatenate([arrays[name], added[name]]) for name in arrays}


def child(name: str, npz: Path, standing: int, out: Path) -> dict[str, Any]:
    """Fill, ask, insert, remove; microseconds of every call by kind of probe."""
    module = importlib.import_module(APPROACHES[name][1])
    absent = module.unavailable() if hasattr(module, "unavailable") else None
    if absent:
        return {"absent": absent}
    with np.load(npz) as arrays:
        kind = arrays["kind"][standing:]
    index = module.Standing(npz)
    start = time.perf_counter()
    if hasattr(index, "fill"):
        index.fill(range(standing))
    else:
        for volume in range(standing):
            index.insert(volume)
    fill_s = time.perf_counter() - start
    named = range(standing, standing + len(kind))
    for volume in named:
        if hasattr(index, "prepare"):
            index.prepare(volume)
    for volume in named[:WARM_UP]:
        index.query(volume)
    gc.collect()
    answers, asked = _each(index.query, named)
    _, inserted = _each(index.insert, named)
    _, removed = _each(index.remove, named)
    i = np.repeat(np.array(named), [len(answer) for answer in answers])
    j = np.array([other for answer in answers for other in answer], dtype=np.int64)
    np.save(out, codes(i, j))
    calls = {
        f"check, {words}": _marks(asked[np.isin(kind, kinds)]) for words, kinds in KINDS.items()
    }
    calls |= {"insert": _marks(inserted), "remove": _marks(removed)}
    return {"fill_s": fill_s, "peak_mb": own_peak_mb(), "calls": calls}


def _each(call: Callable[[int], Any], volumes: range) -> tuple[list[Any], np.ndarray]:
    """Answers, and (n, 2) microseconds of every call on the wall and of the processor."""
    wall, processor = time.perf_counter_ns, time.thread_time_ns
    answers, spans = [], []
    for volume in volumes:
        cpu = processor()
        start = wall()
        answers.append(call(volume))
        end = wall()
        spans.append((end - start, processor() - cpu))
    return answers, np.array(spans) / 1e3


def _marks(spans: np.ndarray) -> dict[str, float]:
    if not len(spans):
        return {"calls": 0}
    marks = dict(zip(("p50", "p99", "p999"), np.percentile(spans[:, 0], MARKS), strict=True))
    return {
        "calls": len(spans),
        **marks,
        "cpu99": float(np.percentile(spans[:, 1], 99)),
        "rate": 1e6 / float(spans[:, 0].mean()),
    }


def compare(size: int, seed: int, count: int, approaches: list[str]) -> str:
    """Every approach on one size, as a Markdown table."""
    npz = with_probes(size, seed, count)
    lines = [
        f"### {size:,} volumes stand, {count:,} probes, seed {seed}\n",
        f"| {' | '.join(COLUMNS)} |",
        "|---|---" + "|--:" * (len(COLUMNS) - 2) + "|",
    ]
    reference: np.ndarray | None = None
    for name in approaches:
        say(f"{size:,} volumes stand: {name}")
        out = OUT / f"online-{name}.npy"
        words = ["--child", name, str(npz), str(size), str(out)]
        command = [sys.executable, Path(__file__), *words]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        result = json.loads(done.stdout)
        title = APPROACHES[name][0]
        if "absent" in result:
            lines.append(f"| {title} | absent: {result['absent']}" + " |" * (len(COLUMNS) - 1))
            continue
        answers = np.load(out)
        out.unlink()
        reference = answers if reference is None else reference
        lines += _lines(title, result, difference(answers, reference))
    return "\n".join(lines) + "\n"


def _lines(title: str, result: dict[str, Any], wrong: tuple[int, int]) -> list[str]:
    fill = f"filled in {result['fill_s']:.1f} s"
    lines = []
    for words, marks in result["calls"].items():
        if not marks["calls"]:
            continue
        figures = " | ".join(f"{marks[key]:.1f}" for key in ("p50", "p99", "p999", "cpu99"))
        judged = f"{wrong[0]} | {wrong[1]}" if words == "check, all kinds" else " | "
        lines.append(
            f"| {title} ({fill}) | {words} | {marks['calls']:,} | {figures} | {marks['rate']:,.0f} "
            f"| {result['peak_mb']:,.0f} | {judged} |"
        )
    return lines


def main() -> None:
    """Command line: see the head of this module."""
    if sys.argv[1:2] == ["--child"]:
        name, npz, standing, out = sys.argv[2:]
        print(json.dumps(child(name, Path(npz), int(standing), Path(out))))
        return
    parser = argparse.ArgumentParser(description="checks one at a time against a standing set")
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("--approaches", default=",".join(APPROACHES))
    parser.add_argument("--probes", type=int, default=PROBES)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    OUT.mkdir(exist_ok=True)
    for size in options.sizes.split(","):
        names = options.approaches.split(",")
        print(compare(int(float(size)), options.seed, options.probes, names))


if __name__ == "__main__":
    main()
