"""One approach on one workload, in a process of its own: what ``run.py`` starts.

usage: python bench/measure.py APPROACH WORKLOAD.npz ROUNDS PAIRS_OUT.npy

Prints one JSON object. The first round is the cold one; memory is read before the pairs are
sorted and hashed, so that it is the approach's own.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import re
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from approaches import APPROACHES
from pairset import codes, set_hash


def main() -> None:
    """Command line: see the head of this module."""
    name, npz, rounds, out = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    approach = APPROACHES[name]
    try:
        module = importlib.import_module(approach.module)
    except ImportError as error:
        print(json.dumps({"absent": str(error)}))
        return
    absent = module.unavailable() if hasattr(module, "unavailable") else None
    if absent:
        print(json.dumps({"absent": absent}))
        return
    try:
        result = measure(module, approach.function, npz, rounds, out)
    except Exception as error:  # noqa: BLE001 - one approach may fail, the others still run
        result = {"failed": f"{type(error).__name__}: {error}"}
    print(json.dumps(result))


def measure(module: Any, function: str, npz: Path, rounds: int, out: Path) -> dict[str, Any]:
    """Load, join several times, report."""
    start = time.perf_counter()
    loaded = module.load(npz)
    load_s = time.perf_counter() - start
    try:
        seconds, (i, j) = timed(lambda: getattr(module, function)(loaded), rounds)
        peak_mb = module.peak_mb(loaded) if hasattr(module, "peak_mb") else own_peak_mb()
    finally:
        if hasattr(module, "close"):
            module.close(loaded)
    pairs = codes(i, j)
    np.save(out, pairs)
    return {
        "load_s": load_s,
        "cold_s": seconds[0],
        "warm_s": statistics.median(seconds[1:] or seconds),
        "peak_mb": peak_mb,
        "pairs": len(pairs),
        "hash": set_hash(pairs),
    }


def timed(call: Any, rounds: int) -> tuple[list[float], Any]:
    """Seconds of each round, and the last answer; earlier answers are let go first."""
    seconds, answer = [], None
    for _ in range(rounds):
        answer = None
        gc.collect()
        start = time.perf_counter()
        answer = call()
        seconds.append(time.perf_counter() - start)
    return seconds, answer


def own_peak_mb() -> float:
    """Peak resident memory of this process since it was started.

    ``ru_maxrss`` would not do: on Linux it starts at the size of the process that forked us.
    """
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        import resource

        unit = 1024**2 if os.uname().sysname == "Darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else float("nan")


if __name__ == "__main__":
    main()
