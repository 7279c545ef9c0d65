"""Tables of results: for the terminal, and for ``docs/performance.md`` between two markers."""

from __future__ import annotations

import math
import os
import platform
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from pathlib import Path

from approaches import APPROACHES, OURS

PACKAGES = ("numpy", "numba", "shapely", "duckdb", "psycopg")
PART = re.compile(r"(<!-- written: benchmark -->\n).*?(<!-- end -->)", re.DOTALL)
COLUMNS = (
    *("approach", "load s", "join s", "load again s", "join again s"),
    *("join against ours", "load + join against ours", "peak MB", "runs"),
    *("pairs", "missing", "extra", "set"),
)
NEW_DOCUMENT = """# Performance

`make bench` measures keepclear and its peers side by side, in one run, on one machine, on the same
volumes; `bench/README.md` says how, and what *load*, *join* and *again* mean. It writes the tables
below.

<!-- written: benchmark -->
<!-- end -->
"""


@dataclass(frozen=True, slots=True)
class Row:
    """What one approach did with one size: medians over its runs, in s and MB."""

    approach: str
    size: int
    absent: str | None = None
    failed: str | None = None
    load_s: float = math.nan
    """The first time in a process; likewise ``cold_s``, of the join."""
    load_again_s: float = math.nan
    cold_s: float = math.nan
    warm_s: float = math.nan
    peak_mb: float = math.nan
    pairs: int = 0
    hash: str = ""
    missing: int = 0
    """Pairs of the reference that it did not find."""
    extra: int = 0
    """Pairs that it found and the reference did not."""
    runs: int = 0
    phases: dict[str, float] = field(default_factory=dict)
    """Seconds of its phases, where it tells them."""

    @property
    def all_s(self) -> float:
        """Load and join, when both are done again."""
        return self.load_again_s + self.warm_s

    @property
    def done(self) -> bool:
        """Whether there are figures."""
        return self.absent is None and self.failed is None


def sections(rows: list[Row], seed: int) -> str:
    """One table for each size, and the growth between sizes, as Markdown."""
    sizes = sorted({row.size for row in rows})
    parts = [_size_table([row for row in rows if row.size == size], seed) for size in sizes]
    if len(sizes) > 1:
        parts.append(_growth_table(rows, sizes))
    parts.append(_phase_table(rows, sizes))
    return "\n".join(part for part in parts if part)


def _size_table(rows: list[Row], seed: int) -> str:
    done = [row for row in rows if row.done]
    reference = next((row for row in done if row.approach == OURS), done[0] if done else None)
    lines = [
        f"### {rows[0].size:,} volumes, seed {seed}\n",
        f"| {' | '.join(COLUMNS)} |",
        "|---|" + "--:|" * (len(COLUMNS) - 2) + "---|",
    ]
    for row in rows:
        title = APPROACHES[row.approach].title
        if not row.done:
            why = f"absent: {row.absent}" if row.absent else f"failed: {row.failed}"
            lines.append(f"| {title} | {why} |" + " |" * (len(COLUMNS) - 2))
            continue
        ratios = ["", ""]
        if reference is not None and reference.approach == OURS:
            ratios = [_ratio(row.warm_s, reference.warm_s), _ratio(row.all_s, reference.all_s)]
        times = (row.load_s, row.cold_s, row.load_again_s, row.warm_s)
        lines.append(
            f"| {title} | {' | '.join([*map(_seconds, times), *ratios])} "
            f"| {row.peak_mb:,.0f} | {row.runs} | {row.pairs:,} "
            f"| {row.missing} | {row.extra} | `{row.hash}` |"
        )
    if reference is not None and reference.approach != OURS:
        title = APPROACHES[reference.approach].title
        lines.append(f"\nMissing and extra are counted against {title}: keepclear did not run.")
    return "\n".join(lines) + "\n"


def _ratio(seconds: float, ours: float) -> str:
    return "" if math.isnan(seconds) else f"{seconds / ours:.1f} x"


def _phase_table(rows: list[Row], sizes: list[int]) -> str:
    """Where keepclear's time goes: seconds of each phase at each size."""
    found = {row.size: row.phases for row in rows if row.approach == OURS and row.phases}
    shown = [size for size in sizes if size in found]
    if not shown:
        return ""
    lines = [
        "### Where keepclear's time goes, in seconds, in a run of its own\n",
        "| phase | " + " | ".join(f"{size:,}" for size in shown) + " |",
        "|---|" + "--:|" * len(shown),
    ]
    for name in found[shown[-1]]:
        cells = " | ".join(f"{found[size].get(name, 0.0):.3f}" for size in shown)
        lines.append(f"| {name} | {cells} |")
    return "\n".join(lines) + "\n"


def _growth_table(rows: list[Row], sizes: list[int]) -> str:
    """Exponents e of time ~ size**e between neighbouring sizes; 1 is linear, 2 is quadratic."""
    steps = list(pairwise(sizes))
    found = {(row.approach, row.size): row for row in rows if row.done}
    lines = [
        "### Growth: exponent of the join's time over size (1 is linear, 2 is quadratic)\n",
        "| approach | " + " | ".join(f"{a:,} to {b:,}" for a, b in steps) + " |",
        "|---|" + "--:|" * len(steps),
    ]
    for name, approach in APPROACHES.items():
        cells = [_exponent(found.get((name, a)), found.get((name, b))) for a, b in steps]
        if any(cells):
            lines.append(f"| {approach.title} | " + " | ".join(cells) + " |")
    pairs = [_pairs_exponent(rows, a, b) for a, b in steps]
    lines.append("| (the pairs themselves) | " + " | ".join(pairs) + " |")
    return "\n".join(lines) + "\n"


def _exponent(small: Row | None, large: Row | None) -> str:
    if small is None or large is None:
        return ""
    grown = math.log(large.warm_s / small.warm_s) / math.log(large.size / small.size)
    return f"{grown:.2f}"


def _pairs_exponent(rows: list[Row], a: int, b: int) -> str:
    counts = [next((r.pairs for r in rows if r.size == n and r.done), 0) for n in (a, b)]
    if not all(counts):
        return ""
    return f"{math.log(counts[1] / counts[0]) / math.log(b / a):.2f}"


def _seconds(seconds: float) -> str:
    if math.isnan(seconds):
        return ""
    return (
        f"{seconds:.3f}" if seconds < 1 else f"{seconds:.2f}" if seconds < 10 else f"{seconds:.1f}"
    )


def circumstances(root: Path) -> str:
    """Machine, date, commit and versions, as one Markdown paragraph."""
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    libraries = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    return (
        f"Measured {time.strftime('%Y-%m-%d', time.gmtime())} at commit {_commit(root)} on "
        f"{os.cpu_count()} cores ({_processor()}), {memory_gib:.0f} GiB, {platform.system()}; "
        f"Python {platform.python_version()}, {libraries}. "
        f"Load average at the end: {os.getloadavg()[0]:.1f}.\n"
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()


def _commit(root: Path) -> str:
    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(root), *words], capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    try:
        commit = git("rev-parse", "--short=10", "HEAD")
        changed = " with changes" if git("status", "--porcelain", "--untracked-files=no") else ""
    except FileNotFoundError:
        return "unknown"
    return f"{commit}{changed}" if commit else "unknown"


def write_document(path: Path, text: str) -> None:
    """Put the text between the markers of a document, which is made where there is none.

    Raises:
        SystemExit: When the document exists and has no markers.
    """
    before = path.read_text() if path.exists() else NEW_DOCUMENT
    after, count = PART.subn(lambda found: f"{found[1]}{text}{found[2]}", before)
    if count != 1:
        sys.exit(f"{path} has no part between '<!-- written: benchmark -->' and '<!-- end -->'")
    path.write_text(after)
