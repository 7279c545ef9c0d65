"""Looks at this machine: is everything here that a check needs, and can the clock be trusted.

Each look gives one :class:`Finding`. Only ``missing`` keeps keepclear from answering rightly;
``note`` says what one should know. A node's folder is :mod:`examining`'s, where something is ``wrong``.
"""

from __future__ import annotations

import ctypes
import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal

from keepclear.domain.window import format_instant
from keepclear.errors import ConfigurationError
from keepclear.node.clock import now_us, resolution_s
from keepclear.node.fastpath import COMPARING, cache_folder, warm

__all__ = ["Finding", "clock_findings", "examine"]

_NEEDED: Final = ("numpy", "shapely", "pyproj", "msgspec", "click", "rich")
_KNOWN_PLACE: Final = (-0.466744, 0.0023)
"""Latitude and longitude of a test point that NGA publishes with EGM96."""
_KNOWN_UNDULATION_M: Final = 17.329
_TIMEX_WORDS: Final = 64
"""More than the kernel's struct timex holds, on every platform."""
_TIME_ERROR: Final = 5
"""What adjtimex answers when nothing keeps the clock right."""
_MAX_ERROR_WORD: Final = 3
_ROUGH_RESOLUTION_S: Final = 1e-3
_COMPARE: Final = "compare it with another clock; checks of files do not depend on it"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor."""

    name: str
    state: Literal["ok", "note", "missing", "wrong"]
    text: str
    advice: str = ""
    """What to do, where something is to be done."""


def examine(own_version: str) -> list[Finding]:
    """Everything that can be known without asking anybody outside this machine."""
    return [
        Finding("keepclear", "ok", own_version),
        *_versions(),
        *_fast_path(),
        _geoid(),
        *clock_findings(),
        _cache(),
    ]


def _versions() -> Iterable[Finding]:
    python = f"{platform.python_version()} ({platform.python_implementation()})"
    yield Finding("python", "ok", python)
    for name in _NEEDED:
        try:
            text = version(name)
        except PackageNotFoundError:
            advice = f"python -m pip install {name}"
            yield Finding(name, "missing", "not installed", advice)
            continue
        yield Finding(name, "ok", text + _library(name))


def _library(name: str) -> str:
    """The C library behind a package, because that is what computes."""
    if name == "shapely":
        import shapely  # noqa: PLC0415 -- only where it is installed

        return f" (GEOS {'.'.join(map(str, shapely.geos_version))})"
    if name == "pyproj":
        import pyproj  # noqa: PLC0415

        return f" (PROJ {pyproj.proj_version_str})"
    return ""


def _fast_path() -> Iterable[Finding]:
    """Whether large jobs run compiled, and whether that was done already."""
    try:
        numba = version("numba")
    except PackageNotFoundError:
        text = "not installed: verdicts are the same, large files take longer"
        yield Finding("numba", "note", text, "python -m pip install 'keepclear[fast]'")
        return
    yield Finding("numba", "ok", numba)
    if warm(COMPARING):
        yield Finding("fast path", "ok", "compiled")
    else:
        yield Finding("fast path", "note", "not compiled yet; the first large file does it, once")


def _geoid() -> Finding:
    """The grid is here, and gives the undulation that is published for a known place."""
    latitude, longitude = _KNOWN_PLACE
    try:
        from keepclear.node.geoid import load_geoid  # noqa: PLC0415 -- needs numpy

        low, high = load_geoid().bounds(latitude, longitude, latitude, longitude)
    except (ConfigurationError, ImportError) as error:
        return Finding("geoid", "missing", str(error), "install keepclear again")
    if not low <= _KNOWN_UNDULATION_M <= high:
        text = f"EGM96 gives {low:.1f} to {high:.1f} m where {_KNOWN_UNDULATION_M} m is published"
        return Finding("geoid", "missing", text, "install keepclear again")
    text = f"EGM96, {low:.1f} to {high:.1f} m at a place where {_KNOWN_UNDULATION_M} m is published"
    return Finding("geoid", "ok", text)


def clock_findings(advice: str = _COMPARE) -> Iterable[Finding]:
    """What this machine's clock says, and whether something keeps it right."""
    now = format_instant(now_us() // 1_000_000 * 1_000_000)
    resolution = resolution_s()
    state: Literal["ok", "note"] = "ok" if resolution <= _ROUGH_RESOLUTION_S else "note"
    steps = "by less than a microsecond" if resolution < 1e-6 else f"by {resolution * 1e3:g} ms"
    yield Finding("clock", state, f"{now}, goes on {steps} at a time; compare it with your watch")
    error_us = _clock_error_us()
    if error_us is None:
        yield Finding("clock kept", "note", "cannot be known on this machine", advice)
    elif error_us < 0:
        yield Finding("clock kept", "note", "nothing keeps this clock right (no NTP)", advice)
    else:
        yield Finding("clock kept", "ok", f"kept by NTP, within {error_us / 1000:,.0f} ms")


def _clock_error_us() -> int | None:
    """The kernel's own estimate of how wrong the clock is; -1: nothing keeps it; None: unknown."""
    if find_spec("fcntl") is None or platform.system() != "Linux":
        return None
    state = (ctypes.c_long * _TIMEX_WORDS)()
    try:
        answer = ctypes.CDLL(None, use_errno=True).adjtimex(state)
    except (AttributeError, OSError):
        return None
    if answer < 0:
        return None
    return -1 if answer == _TIME_ERROR else int(state[_MAX_ERROR_WORD])


def _cache() -> Finding:
    """Compiled code is kept between runs only where somebody may write."""
    place = above = Path(os.environ.get("NUMBA_CACHE_DIR") or cache_folder())
    while not above.exists() and above != above.parent:
        above = above.parent
    if os.access(above, os.W_OK):
        return Finding("cache", "ok", f"compiled code is kept under {place}")
    text = "no folder to write to: every large job compiles anew"
    return Finding("cache", "note", text, "set NUMBA_CACHE_DIR to a folder of your own")
