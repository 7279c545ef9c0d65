"""Coverage-guided fuzzing of every reader, a process each; what they learnt is kept and gone on with.

usage: python -m tests.fuzz [--seconds 600] [--jobs 1] [--only kml,gpx]

Inputs that widen the coverage are kept in ``out/fuzz/NAME/``, so that a later run goes on from
there. An input that crashes, hangs (10 s) or takes more than 1 GB is left as ``out/fuzz/NAME.*`` and
the exit status is 1; make it a frozen vector in ``tests/vectors/`` before mending the reader. Each
reader adds a line to ``docs/soak.md``.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import tests.fuzz
from tests.soak import ROOT, add_line, commit_now

OUT = ROOT / "out" / "fuzz"
HANG_S = 10
MEMORY_MB = 1_024
LENGTH_MAX = 65_536
SECTION = "Readers under fuzzing"
HEAD = """
`make fuzz` gives each reader bytes that are changed at random, guided by which lines of code they
reach, and goes on from the inputs it kept. *Findings* are crashes, hangs over 10 s and more than
1 GB of memory.

| Date | Commit | Reader | Seconds | Inputs tried | Inputs kept | Findings |
|---|---|---|---|---|---|---|
"""


def names() -> list[str]:
    """The harnesses there are."""
    found = (module.name for module in pkgutil.iter_modules(tests.fuzz.__path__))
    return sorted(name for name in found if not name.startswith("_"))


def run(name: str, seconds: int) -> int:
    """Fuzz one reader in a process of its own and write its line; how many inputs were found."""
    corpus = OUT / name
    corpus.mkdir(parents=True, exist_ok=True)
    seeds = getattr(importlib.import_module(f"tests.fuzz.{name}"), "SEEDS", ())
    for number, seed in enumerate(seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    before = set(OUT.glob(f"{name}.*-*"))
    command = [
        sys.executable, "-m", "tests.fuzz._one", name, str(corpus),
        f"-max_total_time={seconds}", f"-timeout={HANG_S}", f"-rss_limit_mb={MEMORY_MB}",
        f"-max_len={LENGTH_MAX}", f"-artifact_prefix={OUT / name}.", "-print_final_stats=1",
    ]  # fmt: skip
    begun = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    took = time.monotonic() - begun
    log = done.stderr.decode(errors="replace")
    (OUT / f"{name}.log").write_text(log, encoding="utf-8")
    findings = len(set(OUT.glob(f"{name}.*-*")) - before)
    findings += done.returncode != 0 and not findings
    tried = re.search(r"number_of_executed_units:\s*(\d+)", log)
    kept = sum(1 for _ in corpus.iterdir())
    cells = [
        time.strftime("%Y-%m-%d", time.gmtime()),
        commit_now("src/keepclear"),
        name,
        f"{took:.0f}",
        f"{int(tried[1]):,}" if tried else "-",
        f"{kept:,}",
        str(findings),
    ]
    line = f"| {' | '.join(cells)} |"
    add_line(SECTION, HEAD, line)
    print(line, flush=True)
    return findings


def main() -> int:
    """Command line: see the head of this module."""
    ask = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    ask.add_argument("--seconds", type=int, default=600, help="for each reader")
    ask.add_argument("--jobs", type=int, default=1, help="readers at a time")
    ask.add_argument("--only", type=lambda text: text.split(","), help="these readers alone")
    given = ask.parse_args()
    unknown = set(given.only or ()) - set(names())
    if unknown:
        ask.error(f"no reader {', '.join(sorted(unknown))}; there are {', '.join(names())}")
    OUT.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(given.jobs) as pool:
        found = list(pool.map(lambda name: run(name, given.seconds), given.only or names()))
    return 1 if any(found) else 0


if __name__ == "__main__":
    sys.exit(main())
