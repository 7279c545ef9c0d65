"""Where compiled code is kept between runs, when it is old, and which work has all that it needs of it.

The cache of the compiler looks only at the file a kernel stands in. Our kernels call one another
across files, so the folder carries a fingerprint of them all: changed source, fresh folder. Kernels are
kept one by one, and a process may end while it compiles; so work that was done to its end leaves a
mark, and only the mark says that nobody has to wait for the compiler any more.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from keepclear.node.threads import lend_threads

__all__ = [
    "COLD_FACTOR",
    "COMPARING",
    "EVENTS",
    "STANDING",
    "cache_folder",
    "has_warmed",
    "prepare_cache",
    "warm",
]

_VARIABLE = "NUMBA_CACHE_DIR"


_READERS: Final = ("cot_scan", "cot_ring")
"""Modules of kernels that only read."""
COMPARING: Final = "comparing"
"""All with all, as ``keepclear check`` does it."""
STANDING: Final = "standing"
"""One with all that stand, as a node does it."""
EVENTS: Final = "cot_scan._events"
"""Large files of events. The kernel that calls all others of its reader: it is kept when they are."""


@cache
def cache_folder() -> Path:
    """The folder for the compiled form of exactly this source."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    package = Path(__file__).parent.parent
    digest = sha256()
    kernels = [package / "formats" / f"{name}.py" for name in _READERS]
    scans = package.glob("formats/scan/*.py")
    for path in sorted([*package.glob("detect/**/*.py"), *scans, *kernels]):
        digest.update(path.read_bytes())
    return Path(base) / "keepclear" / f"compiled-{digest.hexdigest()[:16]}"


COLD_FACTOR: Final = 10
"""Compiling takes most of a minute; until that is done, only work this much larger asks for it."""


def warm(work: str) -> bool:
    """Whether all that a kind of work needs was compiled before on this machine, for this program.

    Args:
        work: :data:`COMPARING`, :data:`STANDING` or :data:`EVENTS`.
    """
    if work == EVENTS:
        return any(_folder().rglob(f"{EVENTS}-*.nbc"))
    try:
        return (_folder() / f"{work}.mark").read_text() == _compiled_by()
    except OSError:
        return False


def has_warmed(work: str) -> None:
    """Leave a mark: work of this kind was done by compiled code, to its end.

    What is met for the first time afterwards (minima, say) may still ask for a kernel or two.
    """
    with suppress(OSError):  # without a mark the next ones go the slow way, which is right too
        (_folder() / f"{work}.mark").write_text(_compiled_by())


def _folder() -> Path:
    return Path(os.environ.get(_VARIABLE) or cache_folder())


def _compiled_by() -> str:
    """What kernels are compiled from, and by what; for another of these they are compiled again."""
    try:
        compiler = version("numba")
    except PackageNotFoundError:
        compiler = ""
    return f"{cache_folder().name} {sys.implementation.cache_tag} numba {compiler}\n"


def prepare_cache() -> None:
    """Lend compiled code its threads, and tell the compiler where to keep its work.

    Where somebody else has told it, that stays. Call before the compiler is imported.
    """
    lend_threads()
    if _VARIABLE in os.environ:
        return
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return  # it then compiles anew each time, which is slow but right
    os.environ[_VARIABLE] = str(folder)
