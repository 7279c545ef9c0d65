"""What a query of declarations asks for, from its text: box, time, cursor.

A cursor is the name that a page ended with, in base64: it opens nothing that its reader may not see.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from math import inf, isfinite

from keepclear.domain.declaration import Kind
from keepclear.domain.window import Window, parse_instant
from keepclear.errors import InputError
from keepclear.faces.api.problems import Problem
from keepclear.node.boxes import Box, parts_meet, span_of
from keepclear.node.views import View

__all__ = ["box_of", "cursor_of", "name_of", "wanted", "window_of"]


def cursor_of(name: str) -> str | None:
    """The cursor of a page that ended with a name; nothing for the last page."""
    return urlsafe_b64encode(name.encode()).decode() if name else None


def name_of(cursor: str | None) -> str:
    """The name in a cursor.

    Raises:
        Problem: 400 ``query.cursor``.
    """
    try:
        return urlsafe_b64decode((cursor or "").encode("ascii")).decode()
    except ValueError:
        raise Problem(400, "query.cursor", "take the cursor as the page before gave it") from None


def wanted(
    bbox: str | None, party: str | None, kind: str | None, datetime: str | None
) -> Callable[[View], bool]:
    """Whether a declaration is one of those that a query asks for.

    Raises:
        Problem: 400: a part of the query cannot be read.
    """
    box = box_of(bbox) if bbox is not None else None
    window = window_of(datetime) if datetime is not None else None
    only = Kind(kind) if kind is not None else None

    def fits(view: View) -> bool:
        said = view.declaration
        return (
            (party is None or said.party == party)
            and (only is None or view.case.kind is only)
            and (window is None or _overlap(span_of(said), window))
            and (box is None or parts_meet(said, box))
        )

    return fits


def box_of(text: str) -> Box:
    """The box in ``west,south,east,north``; heights between them are taken and not looked at.

    Raises:
        Problem: 400 ``query.bbox``.
    """
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:  # west, south, lowest, east, north, highest
        numbers = [*numbers[:2], *numbers[3:5]]
    if (
        len(numbers) != 4
        or not all(map(isfinite, numbers))
        or not -90 <= numbers[1] <= numbers[3] <= 90
        or not all(-180 <= numbers[at] <= 180 for at in (0, 2))
    ):
        raise Problem(
            400, "query.bbox", f"found {text[:60]!r}, expected west,south,east,north in degrees"
        )
    west, south, east, north = numbers
    return west, south, east, north


def window_of(text: str) -> Window:
    """The span in an instant, or in two with a slash between; ``..`` or nothing is no limit.

    Raises:
        Problem: 400 ``query.datetime``.
    """
    first, slash, last = text.partition("/")
    try:
        start = _limit(first)
        end = _limit(last) if slash else start
        window = Window(start, end)
    except InputError as error:
        raise _no_time(text, str(error)) from None
    if not slash and start is None:
        raise _no_time(text, "nothing was said")
    # an instant as the end belongs to what is asked for; a window's own end does not
    return Window(start, None if window.end_us is None else window.end_us + 1)


def _no_time(text: str, why: str) -> Problem:
    return Problem(
        400,
        "query.datetime",
        f"found {text[:60]!r}, expected an instant such as 2015-11-20T06:30:00Z, or two with a "
        f"slash between ({why})",
    )


def _limit(text: str) -> int | None:
    return None if text in {"", ".."} else parse_instant(text)


def _overlap(a: Window, b: Window) -> bool:
    """Whether two spans share a moment."""
    (a_start, a_end), (b_start, b_end) = _ends(a), _ends(b)
    return a_start < b_end and b_start < a_end


def _ends(window: Window) -> tuple[float, float]:
    start = -inf if window.start_us is None else window.start_us
    end = inf if window.end_us is None else window.end_us
    return start, end + 1 if start == end else end  # an instant is one microsecond, not none
