"""Which crossings of its own declarations a desk knows, from its node's notices and answers alone.

What was shown since the last verdict on a declaration takes the place of what that verdict says of the
same declaration of another; what other nodes tell stands beside it. Left to others: what is expected.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from keepclear.domain.window import parse_instant
from keepclear.faces.demo.desk import Desk, path_of
from keepclear.faces.demo.meeting import Meeting
from keepclear.faces.demo.stage import Unmet
from keepclear.node.measuring import area_m2

__all__ = ["came_to", "crossings_of", "id_of", "meeting_of", "name_of", "verdict_of"]

_VERDICTS: Final = frozenset({"answer/1", "receipt/1"})
"""Notices that say all that is known of one's own, when it was judged last."""
_OF_OTHERS: Final = frozenset({"told/1", "told-no-more/1"})
"""Notices on what other nodes say."""


def crossings_of(desk: Desk, id_: str) -> Iterator[Mapping[str, Any]]:
    """Crossings of one's own declaration as its desk knows them now, in the node's words."""
    told: set[str] = set()
    for shown in _newest_first(desk):
        about = shown.get("about") or {}
        if shown.get("notice") in _VERDICTS and about.get("id") == id_:
            yield from (one for one in _in(shown, id_) if one.get("ref") not in told)
            break
        ref = shown.get("ref")
        if ref is None or ref in told or shown.get("notice") in _OF_OTHERS:
            continue
        told.add(ref)
        yield from _in(shown, id_)
    answer = desk.ask("GET", path_of(desk.party, id_))
    for one in [] if answer.refused else answer.body.get("told_by", []):
        if one["newest"]:
            for view in _in(one["crossing"], id_):
                yield {"told by": one["by"], **view}


def meeting_of(view: Mapping[str, Any]) -> Meeting:
    """A crossing, from the node's words."""
    area, heights = view.get("area"), view.get("altitude_w84_m")
    return Meeting(
        other=name_of(view),
        start_us=_instant(view.get("time_start")),
        end_us=_instant(view.get("time_end")),
        area_m2=None if area is None else area_m2(area),
        heights_w84_m=None if heights is None else (heights[0], heights[1]),
        certainty=view.get("certainty"),
        level=view.get("level"),
        goes_first=view.get("goes_first"),
        radius_m=view.get("radius_m"),
    )


def name_of(view: Mapping[str, Any]) -> str:
    """The other declaration, as far as its desk may know it."""
    id_ = id_of(view)
    return f"{view['party']}/{id_}" if id_ else f"{view['kind']} of {view['party']}"


def id_of(view: Mapping[str, Any]) -> str:
    """Of the other declaration, where it may be known."""
    return str(view.get("id") or view.get("released", {}).get("id", ""))


def verdict_of(desk: Desk, id_: str) -> Mapping[str, Any]:
    """What a party was last told of the verdict on its own.

    Raises:
        Unmet: nothing was.
    """
    answer = desk.ask("GET", f"{path_of(desk.party, id_)}/verdict")
    if answer.refused:
        raise Unmet(f"no verdict on it was told: {answer.code}")
    return dict(answer.body["told"])


def came_to(desk: Desk, party: str, id_: str) -> Mapping[str, Any]:
    """What a desk was last shown of another's declaration as it came over the line.

    Raises:
        Unmet: it did not come.
    """
    for shown in _newest_first(desk):
        if shown.get("notice") == "came/1" and (shown["party"], shown["id"]) == (party, id_):
            return shown
    raise Unmet(f"{party}/{id_} did not come to this desk")


def _newest_first(desk: Desk) -> Iterator[Mapping[str, Any]]:
    """What a desk was shown, but for the signed texts of the line."""
    for event in reversed(desk.noticed()):
        shown = event.told.get("shown")
        if isinstance(shown, dict) and "notice" in shown:
            yield shown


def _in(value: Any, id_: str) -> Iterator[Mapping[str, Any]]:
    """Every crossing in what was told that is about one's own declaration."""
    if isinstance(value, list):
        for one in value:
            yield from _in(one, id_)
    elif isinstance(value, dict):
        own = value.get("own")
        if isinstance(own, dict) and own.get("id") == id_ and "party" in value:
            yield value
        else:
            for one in value.values():
                yield from _in(one, id_)


def _instant(text: str | None) -> int | None:
    return None if text is None else parse_instant(text)
