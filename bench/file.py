"""From a GeoJSON file to pairs on disk: what a user waits for, everything included.

usage: python bench/file.py [--sizes 1e5,1e6] [--seed 1] [--runs 3] [-- COMMAND...]

Runs ``keepclear check FILE --format pairs -o PAIRS`` as a process of its own and reports seconds on
the wall and peak memory. COMMAND replaces ``python -m keepclear``.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

# Nothing large is imported here: on Linux a child's peak memory starts at its parent's size.

HERE = Path(__file__).resolve().parent
OUT = HERE / "out"
SIZES = "1e5,1e6"
EXPECTED = (0, 1)
"""Exit codes of a check that could read everything: nothing or something crosses."""
COLUMNS = ("features", "file MB", "first s", "again s", "peak MB", "rows written", "pairs MB")


def main() -> None:
    """Command line: see the head of this module."""
    parser = argparse.ArgumentParser(description="GeoJSON file to pairs on disk")
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("command", nargs="*", help="instead of python -m keepclear")
    options = parser.parse_args()
    command = options.command or [sys.executable, "-m", "keepclear"]
    OUT.mkdir(exist_ok=True)
    print(f"| {' | '.join(COLUMNS)} |\n|" + "--:|" * len(COLUMNS))
    for size in options.sizes.split(","):
        print(measure(command, int(float(size)), options.seed, options.runs), flush=True)


def measure(command: list[str], size: int, seed: int, runs: int) -> str:
    """One row of the table."""
    source = make(size, seed)
    pairs = OUT / f"pairs-{size}-{seed}.out"
    seconds, peaks = [], []
    for _ in range(runs):
        pairs.unlink(missing_ok=True)
        words = [*command, "check", str(source), "--format", "pairs", "-o", str(pairs)]
        elapsed, peak_mb, code = run(words)
        if code not in EXPECTED or not pairs.exists():
            sys.exit(f"{' '.join(words)} ended with {code} and no pairs to count")
        seconds.append(elapsed)
        peaks.append(peak_mb)
    with pairs.open("rb") as file:
        rows = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
    again = statistics.median(seconds[1:] or seconds)
    megabytes = [path.stat().st_size / 1e6 for path in (source, pairs)]
    return (
        f"| {size:,} | {megabytes[0]:,.0f} | {seconds[0]:.2f} | {again:.2f} "
        f"| {max(peaks):,.0f} | {rows:,} | {megabytes[1]:,.1f} |"
    )


def run(words: list[str]) -> tuple[float, float, int]:
    """Seconds, peak MB and exit code of one process."""
    start = time.perf_counter()
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return time.perf_counter() - start, usage.ru_maxrss / unit, process.returncode


def make(size: int, seed: int) -> Path:
    """The GeoJSON file of the workload, made once."""
    source = OUT / f"workload-{size}-{seed}.geojson"
    if not source.exists():
        part = OUT / f"part-{source.name}"
        command = [sys.executable, str(HERE / "workload.py"), str(size), str(seed), str(part)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        part.rename(source)
    return source


if __name__ == "__main__":
    main()
