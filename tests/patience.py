"""How long a test waits for what comes at once, before it says that it never came.

Nothing is measured by it: on a quiet machine none of what is waited for takes a second, and on one that
does much else nobody knows how long it takes.
"""

from __future__ import annotations

PATIENCE_S = 150.0
