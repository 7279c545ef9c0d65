"""One approach on one workload, in a process of its own: what ``run.py`` starts.

usage: python bench/measure.py APPROACH WORKLOAD.npz ROUNDS PAIRS_OUT.npy

Prints one JSON object. A round loads and joins, each timed for itself; the first round is the cold
one. Memory is read before the pairs are sorted and hashed, so that it is the approach's own.
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
from collections.abc import Callable
from functools import partial
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
    """Load and join several times, report.

    A module with ``close`` has a server to start and to stop: it loads once.
    """
    join, once = getattr(module, function), hasattr(module, "close")
    load_s, join_s, loaded, answer = [], [], None, None
    try:
        for _ in range(rounds):
            answer = None
            if loaded is None or not once:
                loaded = None
                seconds, loaded = timed(lambda: module.load(npz))
                load_s.append(seconds)
            seconds, answer = timed(partial(join, loaded))
            join_s.append(seconds)
        peak_mb = module.peak_mb(loaded) if hasattr(module, "peak_mb") else own_peak_mb()
    finally:
        if once and loaded is not None:
            module.close(loaded)
    i, j = answer
    pairs = codes(i, j)
    np.save(out, pairs)
    loaded = None
    return {
        "load_s": load_s[0],
        "load_again_s": again(load_s),
        "cold_s": join_s[0],
        "warm_s": again(join_s),
        "peak_mb": peak_mb,
        "pairs": len(pairs),
        "hash": set_hash(pairs),
        "phases": module.phases(npz) if hasattr(module, "phases") and rounds > 1 else {},
    }


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds that a call took, and its answer."""
    gc.collect()
    start = time.perf_counter()
    answer = call()
    return time.perf_counter() - start, answer


def again(seconds: list[float]) -> float:
    """The median of all but the first; the first where there is no other."""
    return statistics.median(seconds[1:] or seconds)


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
