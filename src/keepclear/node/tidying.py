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
"""Objects between two looks at what is new: 1 to 2 ms each, and up to 8 after requests of twenty, whose
own are looked at, too. A declaration leaves some 27 that stay. Each is looked at once and left out,
where Python would look at it twice."""
_MANY: Final = 50_000
"""Objects after which Python looks by itself, where one question makes so many."""
_TURNS: Final = 8
"""Or calls between two looks, where objects that were left out go meanwhile: Python counts those that
came less those that went. While old texts make room for new ones it would count none, and a hundred
thousand would be looked at in one go after all. To look at none takes 80 microseconds."""
_NEVER: Final = 1_000_000_000
_turns = [0]
"""Calls since the last look."""


def begin() -> None:
    """What is remembered by now mostly stays, and is looked through no more."""
    gc.freeze()
    _turns[0] = 0
    gc.set_threshold(_MANY, _NEVER, _NEVER)


def tidy() -> None:
    """Look through what is new, if there is some or it is time; call it between two questions."""
    _turns[0] += 1
    newest, looked_through, _ = gc.get_count()
    if newest >= _YOUNG or looked_through or _turns[0] >= _TURNS:
        gc.collect()
        gc.freeze()
        _turns[0] = 0


def end() -> None:
    """As usual again for what comes; what was left out stays so, for a quick end of the process."""
    gc.set_threshold(*_USUAL)
