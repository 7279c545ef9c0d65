"""Parts of documents that a program writes, between two comments that name them.

``<!-- written: NAME -->`` opens a part and ``<!-- end -->`` closes it. What stands between is
replaced; all else belongs to people.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

__all__ = ["ROOT", "keep_current", "rewrite"]

ROOT = Path(__file__).resolve().parent.parent
_PART = re.compile(r"(<!-- written: (?P<name>.+?) -->\n)(?P<body>.*?)(<!-- end -->)", re.DOTALL)


def rewrite(text: str, write: Callable[[str, str], str]) -> str:
    """The text with every marked part written anew.

    Args:
        text: A whole document.
        write: Takes the name of a part and what stands there now; returns what shall stand there,
            ending with a line feed.
    """

    def part(match: re.Match[str]) -> str:
        return match[1] + write(match["name"], match["body"]) + match[4]

    return _PART.sub(part, text)


def keep_current(path: Path, write: Callable[[str, str], str]) -> int:
    """Write one document anew, or with ``--check`` only say whether it is current: exit code."""
    before = path.read_text(encoding="utf-8")
    after = rewrite(before, write)
    name = path.relative_to(ROOT)
    if before == after:
        sys.stderr.write(f"{name} is current\n")
        return 0
    if "--check" in sys.argv:
        sys.stderr.write(f"{name} is not current; run: make docs\n")
        return 1
    path.write_text(after, encoding="utf-8")
    sys.stderr.write(f"{name} was written anew\n")
    return 0
