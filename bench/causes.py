"""Where those waited who were answered late: read from the figures of a served node, before and after.

The node counts, for each call of its thread, how long it waited for its turn, was decided, and was kept
until it could be answered (``keepclear/node/paces.py``), and for each group how long its write took.
They are counts up to limits, so that a percentile is known to be at most a limit, and is shown so.
The p99 of the parts do not add up to that of the whole: those that wait long are not those that take
long.
"""

from __future__ import annotations

import re
import urllib.request
from typing import NamedTuple

LINE = re.compile(r'^keepclear_(\w+)_seconds_bucket\{le="([^"]+)"\} (\S+)$', re.MULTILINE)
PARTS = ("call_waited", "call_decided", "call_kept", "write")
HEADINGS = ("waited for its turn", "decided", "kept for its group and the write", "the write alone")
MARKS = (50.0, 99.0)

Counts = dict[str, dict[float, float]]
"""Of each part, how many took up to each limit in seconds."""


class Causes(NamedTuple):
    """Of one load."""

    parts: dict[str, dict[float, float]]

    @property
    def calls_a_group(self) -> float:
        """How many shared a write, on the average; groups with nothing to write are counted, too."""
        return _all(self.parts["call_kept"]) / max(_all(self.parts["write"]), 1.0)

    def cells(self) -> list[str]:
        """As the table shows it: of each part what half of all keep, and 99 in a hundred."""
        found = [f"{self.calls_a_group:.1f}"]
        for name in PARTS:
            found += [_limit(self.parts[name], mark) for mark in MARKS]
        return found


def headings() -> list[str]:
    """Of the cells."""
    marks = [f"p{mark:.0f} ms {words}" for words in HEADINGS for mark in MARKS]
    return ["calls a group", *marks]


def counts(port: int, token: str) -> Counts:
    """What a node has counted by now."""
    url = f"http://127.0.0.1:{port}/metrics"
    asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(asked) as answer:
        text = answer.read().decode()
    found: Counts = {}
    for name, limit, count in LINE.findall(text):
        found.setdefault(name, {})[float(limit)] = float(count)
    return found


def between(before: Counts, after: Counts) -> Causes:
    """What came in between."""
    return Causes(
        {
            name: {limit: count - before[name][limit] for limit, count in after[name].items()}
            for name in PARTS
        }
    )


def _all(part: dict[float, float]) -> float:
    return part[float("inf")]


def _limit(part: dict[float, float], mark: float) -> str:
    """In milliseconds, the first limit that so many in a hundred keep."""
    wanted = _all(part) * mark / 100
    limit = next(limit for limit, count in sorted(part.items()) if count >= wanted)
    return "> 1,000" if limit == float("inf") else f"<= {limit * 1e3:g}"
