"""When what is remembered is looked through for what can go: in small steps, never all of it at once.

A node remembers more and more, and nearly all of it stays. Python looks through all that is new each
time a quarter has been added, and everybody waits meanwhile. Here it is looked through often, a little
at a time, and what stayed then is left out from there on. What nothing refers to goes at once in any
case; this is about circles of things that refer to each other. A circle that was alive when it was left
out stays until the process ends; the node's own values are in none.
"""

from __future__ import annotations

import gc
from typing import Final

__all__ = ["begin", "end", "tidy"]

_USUAL: Final = gc.get_threshold()
_YOUNG: Final = 5_000
"""Objects between two looks at the newest alone: a millisecond each."""
_LOOKS: Final = 2
"""Of these, between two looks at all that is new; a declaration leaves some 27 objects that stay."""
_NEVER: Final = 1_000_000_000


def begin() -> None:
    """What is remembered by now mostly stays, and is looked through no more."""
    gc.freeze()
    gc.set_threshold(_YOUNG, _NEVER, _NEVER)


def tidy() -> None:
    """Look through what is new, if there is some; call it between two questions."""
    if gc.get_count()[1] >= _LOOKS:
        gc.collect()
        gc.freeze()


def end() -> None:
    """As usual again for what comes; what was left out stays so, for a quick end of the process."""
    gc.set_threshold(*_USUAL)
