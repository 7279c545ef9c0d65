"""The parts of documents that benches write: between two comments that name them."""

from __future__ import annotations

import re
import sys
from pathlib import Path

__all__ = ["write_part"]


def write_part(path, name, text):
    """Put a text where a document has a part of that name.

    Raises:
        SystemExit: The document has no such part, or several.
    """
    path = Path(path)
    before = path.read_text(encoding="utf-8")
    opening, closing = re.escape(f"<!-- written: {name} -->"), re.escape("<!-- end -->")
    found = re.compile(f"({opening}\n).*?({closing})", re.DOTALL)
    after, count = found.subn(lambda part: f"{part[1]}{text}\n{part[2]}", before)
    if count != 1:
        sys.exit(f"{path} has no part between '<!-- written: {name} -->' and '<!-- end -->'")
    path.write_text(after, encoding="utf-8")
