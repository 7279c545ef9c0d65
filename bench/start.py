"""How long a node takes to be ready again: with a snapshot beside it, and reading every entry.

usage: python bench/start.py [--standing 1e5,1e6] [--seed 1] [--without]

The workload stands in a new node. The first start reads every entry and keeps a snapshot; after that
``keepclear serve`` is started again and again as a process of its own, and is ready when ``/readyz``
says so. Cold: the files were put out of the memory of the operating system before. Memory is what the
process holds when it is ready. ``--without`` times a start without a snapshot as well, in a process
that keeps none; a million takes many minutes.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

from node import fill
from ours import arrays_of
from run import OUT, say, workload

START_S = 3_600
REPEATS = 3
COLUMNS = (
    *("standing", "start", "ready after s", "s of processor", "memory MB", "snapshot MB"),
    "database MB",
)


def main() -> None:
    """Command line: see the head of this module."""
    parser = argparse.ArgumentParser(description="a start with and without a snapshot")
    parser.add_argument("--standing", default="1e5,1e6")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without", action="store_true")
    options = parser.parse_args()
    OUT.mkdir(exist_ok=True)
    print(f"| {' | '.join(COLUMNS)} |\n|--:|---|{'--:|' * (len(COLUMNS) - 2)}")
    for size in options.standing.split(","):
        standing = int(float(size))
        folder = _filled(standing, options.seed)
        snapshot = folder / "snapshot"
        if options.without or not snapshot.exists():
            snapshot.unlink(missing_ok=True)
            print(_row(standing, "every entry read", folder, [_started(folder)]), flush=True)
        cold = []
        for _ in range(REPEATS):
            _put_out(folder)
            cold.append(_started(folder))
        print(_row(standing, "snapshot, cold", folder, cold), flush=True)
        warm = [_started(folder) for _ in range(REPEATS)]
        print(_row(standing, "snapshot, warm", folder, warm), flush=True)
    print(f"\n{os.cpu_count()} cores; load average {os.getloadavg()[0]:.1f}.")


def _filled(standing: int, seed: int) -> Path:
    """A node in which so many stand; made once."""
    place = OUT / f"start-{standing}-{seed}"
    if not (place / "filled").exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        say(f"{standing:,} volumes are entered")
        fill(place / "node", arrays_of(workload(standing, seed)), standing)
        (place / "filled").touch()
    return place / "node"


def _started(folder: Path) -> dict[str, float]:
    """Start it, wait until it is ready, look at it, stop it."""
    began_s = time.perf_counter()
    words = ["serve", str(folder), "--port", "0"]
    log = folder.parent / "serve.log"
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "keepclear", *words], stdout=subprocess.DEVNULL, stderr=file
        )
        try:
            _wait(process, log)
            found = {"ready_s": time.perf_counter() - began_s, **_held(process.pid)}
        finally:
            process.terminate()
            process.wait(120)
    return found


def _wait(process: Any, log: Path) -> None:
    pause, until_s, url = threading.Event(), time.perf_counter() + START_S, ""
    while time.perf_counter() < until_s and process.poll() is None:
        at = re.search(r"at (http://[^:\s]+:\d+)", log.read_text())
        url = at[1] if at else url
        try:
            if url and urllib.request.urlopen(f"{url}/readyz", timeout=60).status == 200:
                return
        except OSError:  # not ready yet
            pass
        pause.wait(0.01)
    raise RuntimeError(f"the node did not start: {log.read_text()[-500:]}")


def _held(pid: int) -> dict[str, float]:
    status = Path(f"/proc/{pid}/status").read_text()
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = os.sysconf("SC_CLK_TCK")
    memory = re.search(r"VmRSS:\s+(\d+) kB", status)
    return {
        "cpu_s": (int(fields[11]) + int(fields[12])) / ticks,
        "memory_mb": int(memory[1]) / 1024 if memory else 0.0,
    }


def _put_out(folder: Path) -> None:
    """Have the operating system forget what it holds of the files."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _row(standing: int, name: str, folder: Path, found: list[dict[str, float]]) -> str:
    middle = sorted(found, key=lambda one: one["ready_s"])[len(found) // 2]
    sizes = [
        path.stat().st_size / 1e6 if path.exists() else 0.0
        for path in (folder / "snapshot", folder / "node.db")
    ]
    return (
        f"| {standing:,} | {name} | {middle['ready_s']:.2f} | {middle['cpu_s']:.2f} | "
        f"{middle['memory_mb']:,.0f} | {sizes[0]:,.0f} | {sizes[1]:,.0f} |"
    )


if __name__ == "__main__":
    main()
