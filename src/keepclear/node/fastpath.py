"""Where compiled code is kept between runs, and when it is old.

The cache of the compiler looks only at the file a kernel stands in. Our kernels call one another
across files, so the folder carries a fingerprint of them all: changed source, fresh folder.
"""

from __future__ import annotations

import os
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from keepclear.node.threads import lend_threads

__all__ = ["COLD_FACTOR", "cache_folder", "prepare_cache", "warm"]

_VARIABLE = "NUMBA_CACHE_DIR"


_READERS: Final = ("cot_scan", "cot_ring")
"""Modules of kernels that only read: that they are compiled says nothing of those that compare."""


@cache
def cache_folder() -> Path:
    """The folder for the compiled form of exactly this source."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    package = Path(__file__).parent.parent
    digest = sha256()
    kernels = [package / "formats" / f"{name}.py" for name in ("scan", *_READERS)]
    for path in sorted([*package.glob("detect/**/*.py"), *kernels]):
        digest.update(path.read_bytes())
    return Path(base) / "keepclear" / f"compiled-{digest.hexdigest()[:16]}"


COLD_FACTOR: Final = 10
"""Compiling takes most of a minute; until that is done, only work this much larger asks for it."""


def warm(reader: str = "") -> bool:
    """Whether the compiled form has been made before on this machine.

    Args:
        reader: Of this module of kernels that only read; else of those that compare.
    """
    folder = Path(os.environ.get(_VARIABLE) or cache_folder())
    if reader:
        return any(folder.rglob(f"{reader}.*.nbc"))
    return any(not path.name.startswith(_READERS) for path in folder.rglob("*.nbc"))


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
