"""A notification as its reader may have it: built from the fields released, never by taking out.

The least is a circle that holds the whole of it, with its stand-off and its error, and from when to
when it holds. Positions are never moved: whoever keeps clear of a circle must be clear of the site.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from keepclear.disclose.crossing_only import circle_round, extent
from keepclear.domain.consent import NEVER_RELEASED, RELEASES
from keepclear.domain.declaration import Declaration
from keepclear.domain.fields import NOTICE_FIELDS
from keepclear.domain.window import format_instant
from keepclear.wire.declaration import encode

__all__ = ["least_of", "plan_of", "released_fields", "times_of"]


def least_of(said: Declaration) -> dict[str, Any]:
    """The circle to stay away from, and from when to when; a site stays until it is taken off."""
    center, radius_m = circle_round(said)
    first, last = times_of(said)
    return {
        "kind": said.kind.value,
        "center": [center.longitude, center.latitude],
        "radius_m": radius_m,
        "time_start": first,
        "time_end": last,
    }


def times_of(said: Declaration) -> tuple[str | None, str | None]:
    """From its first to its last instant; nothing where it has no limit."""
    windows = [extent(part) for part in said.parts]
    starts, ends = [w.start_us for w in windows], [w.end_us for w in windows]
    first = None if None in starts else min(one for one in starts if one is not None)
    last = None if None in ends else max(one for one in ends if one is not None)
    return (
        None if first is None else format_instant(first),
        None if last is None else format_instant(last),
    )


def plan_of(said: Declaration) -> Declaration:
    """A whole plan as another party may have it: all of it, but not who else is told."""
    notice = tuple((name, value) for name, value in said.notice if name not in NEVER_RELEASED)
    return replace(said, notice=notice, where="")


def released_fields(said: Declaration, words: tuple[str, ...]) -> dict[str, Any]:
    """The fields that some words of a consent release, where the declaration has them."""
    whole = json.loads(encode(said))
    notice = dict(said.notice)
    found: dict[str, Any] = {}
    for word in words:
        for name in RELEASES[word]:
            value = notice.get(name) if name in NOTICE_FIELDS else whole.get(name)
            if value is not None:
                found[name] = value
    return found
