"""The benchmark: keepclear and its peers, side by side, each in a process of its own.

usage: python bench/run.py [--quick] [--sizes 1e4,1e5,1e6] [--approaches keepclear,strtree]
                           [--seed 1] [--write docs/performance.md] [--json FILE]

Runs are interleaved (a b c a b c a b c), so that a busy moment hits everybody; the table shows
medians. From 1e6 on, peers run once. A run over all sizes and approaches writes
``docs/performance.md``; any other does so only when asked.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from approaches import APPROACHES, ONCE, OURS
from pairset import difference
from table import Row, circumstances, sections, write_document

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
OUT = HERE / "out"
SIZES = (10_000, 100_000, 1_000_000)
LARGE = 1_000_000
"""From here on peers run once: they take a minute or more each."""
REPEATS, ROUNDS = 3, 3
"""Processes of an approach, and joins within each: the first is cold, the others warm."""
LIMIT_S = 1_200
"""A peer that takes longer is stopped and its row says so."""


def main(arguments: list[str] | None = None) -> None:
    """Command line: see the head of this module."""
    options = _options(arguments)
    OUT.mkdir(exist_ok=True)
    rows: list[Row] = []
    for size in options.sizes:
        rows += compare(size, options.seed, options.approaches)
    text = f"{circumstances(ROOT)}\n{sections(rows, options.seed)}"
    print(text)
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
    complete = tuple(options.sizes) == SIZES and options.approaches == list(APPROACHES)
    document = options.write or (ROOT / "docs" / "performance.md" if complete else None)
    if document:
        write_document(document, text)
        say(f"wrote {document}")


def compare(size: int, seed: int, approaches: list[str]) -> list[Row]:
    """Run the approaches interleaved on one workload."""
    npz = workload(size, seed)
    results: dict[str, list[dict[str, Any]]] = {name: [] for name in approaches}
    scratch = Path(tempfile.mkdtemp(prefix="kc-"))
    scratch.chmod(0o711)  # a server that must not be root has to reach its folder inside
    try:
        for repeat in range(REPEATS):
            for name in approaches:
                if results[name] and not _again(name, size, results[name][-1]):
                    continue
                say(f"{size:,} volumes, run {repeat + 1}: {name}")
                results[name].append(run_child(name, npz, rounds(name, size), scratch))
        return _rows(size, results, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def rounds(name: str, size: int) -> int:
    """How often an approach joins within one process."""
    alone = name in ONCE or (size >= LARGE and name != OURS)
    return 1 if alone else ROUNDS


def _again(name: str, size: int, last: dict[str, Any]) -> bool:
    usable = "absent" not in last and "failed" not in last
    return usable and name not in ONCE and (size < LARGE or name == OURS)


def run_child(name: str, npz: Path, times: int, scratch: Path) -> dict[str, Any]:
    """One process of one approach; its answer is left in the scratch folder."""
    environment = dict(os.environ, TMPDIR=str(scratch))
    for variable in APPROACHES[name].environment:
        environment[variable] = tempfile.mkdtemp(dir=scratch)
    command = [HERE / "measure.py", name, npz, str(times), scratch / f"{name}.npy"]
    try:
        done = subprocess.run(
            [sys.executable, *command],
            env=environment,
            stdout=subprocess.PIPE,
            timeout=LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"failed": f"stopped after {LIMIT_S} s"}
    if done.returncode != 0:
        return {"failed": f"ended with {done.returncode}"}
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _rows(size: int, results: dict[str, list[dict[str, Any]]], scratch: Path) -> list[Row]:
    """Medians, and every set of pairs beside the reference: keepclear's, else the first one's."""
    order = sorted(results, key=lambda name: name != OURS)
    kept = [scratch / f"{name}.npy" for name in order]
    reference = next((np.load(path) for path in kept if path.exists()), None)
    rows = []
    for name, runs in results.items():
        last = runs[-1]
        if "absent" in last or "failed" in last:
            rows.append(Row(name, size, absent=last.get("absent"), failed=last.get("failed")))
            continue
        middle = {
            key: statistics.median(run[key] for run in runs)
            for key in ("load_s", "load_again_s", "cold_s", "warm_s", "peak_mb")
        }
        missing, extra = difference(np.load(scratch / f"{name}.npy"), reference)
        sets = {run["hash"] for run in runs}
        rows.append(
            Row(
                name,
                size,
                failed=None if len(sets) == 1 else "its runs do not agree with each other",
                **middle,
                pairs=last["pairs"],
                hash=last["hash"],
                missing=missing,
                extra=extra,
                runs=len(runs),
                phases=_phases(runs),
            )
        )
    return rows


def _phases(runs: list[dict[str, Any]]) -> dict[str, float]:
    """Medians of the seconds of each phase."""
    return {
        name: statistics.median(run["phases"].get(name, 0.0) for run in runs)
        for name in runs[0]["phases"]
    }


def workload(size: int, seed: int) -> Path:
    """The workload's npz file, made once in a process of its own, which gives its memory back."""
    npz = OUT / f"workload-{size}-{seed}.npz"
    if not npz.exists():
        say(f"making {npz.name}")
        part = OUT / f"part-{npz.name}"
        command = [sys.executable, HERE / "workload.py", str(size), str(seed), part]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        part.rename(npz)
    return npz


def say(words: str) -> None:
    """Progress, for people."""
    print(words, file=sys.stderr, flush=True)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="keepclear and its peers, side by side")
    parser.add_argument("--quick", action="store_true", help="10,000 volumes only")
    parser.add_argument("--sizes", type=_sizes, help="like 1e4,1e5,1e6")
    parser.add_argument("--approaches", type=_names, default=list(APPROACHES))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", type=Path, help="document to write the tables into")
    parser.add_argument("--json", type=Path, help="file for the figures")
    options = parser.parse_args(arguments)
    options.sizes = options.sizes or ([SIZES[0]] if options.quick else list(SIZES))
    return options


def _sizes(text: str) -> list[int]:
    return sorted(int(float(size)) for size in text.split(","))


def _names(text: str) -> list[str]:
    names = text.split(",")
    unknown = set(names) - set(APPROACHES)
    if unknown:
        raise argparse.ArgumentTypeError(f"{unknown}: choose from {', '.join(APPROACHES)}")
    return [name for name in APPROACHES if name in names]


if __name__ == "__main__":
    main()
