"""What a scenario expects of the lines: stops, screens, receipts, and what was not seen.

As in ``expecting``, looked for in what the node answers and shows, and in nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.window import format_instant
from keepclear.faces.demo.desk import Event
from keepclear.faces.demo.lines import message_about
from keepclear.faces.demo.stage import Stage, Unmet
from keepclear.faces.demo.telling import hour
from keepclear.formats.scenarios.script import Step
from keepclear.link.bodies import NO_PERMISSION

__all__ = ["EXPECTED"]

_TIMES_WITHIN_US: Final = 1_000_000
_SHOWN_MAX: Final = 160


def stop_at(stage: Stage, step: Step) -> str:
    """A stop, and how far it has come at this desk."""
    line = _line(stage, step)
    ours = step.slots["way"] == "to"
    calls = stage.desk(step).ask("GET", "/api/v1/lines").body.get("calls", [])
    stops = [
        one
        for one in [*line["alerts"], *(c for c in calls if c["party"] == line["party"])]
        if one["ours"] is ours
    ]
    for one in reversed(stops):
        if one["stage"] == step.slots["stage"] and step.one("rung", one["rung"]) == one["rung"]:
            return f"{one['stage']}, {one['rung']} alerted, raised {hour(one['raised'])}"
    last = f"{stops[-1]['stage']}, {stops[-1]['rung']} alerted" if stops else "nowhere"
    raise Unmet(f"the stop stands at: {last}")


def alerted(stage: Stage, step: Step) -> str:
    """Somebody was alerted at an instant, and within a second of it."""
    rung, wanted_us = step.slots["rung"], step.slots["time"]
    found = [
        event.at_us
        for event in _of(list(stage.desk(step).events), "alert")
        if event.text.partition(":")[0] == rung
    ]
    if not any(abs(at_us - wanted_us) <= _TIMES_WITHIN_US for at_us in found):
        times = ", ".join(map(format_instant, found[:8])) or "never"
        raise Unmet(f"{rung} was alerted: {times}")
    return hour(format_instant(wanted_us))


def shown(stage: Stage, step: Step) -> str:
    """Words stand on the screen of a desk."""
    found = _shown(step, list(stage.desk(step).events))
    if found is None:
        raise Unmet("no event on its screen says so")
    return f"event {found.number}, {hour(format_instant(found.at_us))}"


def not_shown(stage: Stage, step: Step) -> str:
    """Words stand nowhere on the screen of a desk, and nowhere in what it was shown."""
    desk = stage.desk(step)
    found = _shown(step, [*desk.noticed(), *list(desk.events)])
    if found is not None:
        raise Unmet(f"event {found.number} says: {found.text[:_SHOWN_MAX]}")
    return ""


def unseen(stage: Stage, step: Step) -> str:
    """So many messages the other desk has not signed as stored."""
    one = _line(stage, step)["unseen"]
    if one["messages"] != step.slots["count"]:
        raise Unmet(f"it has not seen {one['messages']}")
    return f"{one['messages']}, the oldest of {hour(one['oldest'])}"


def seen(stage: Stage, step: Step) -> str:
    """The other desk has signed everything as stored."""
    one = _line(stage, step)["unseen"]
    if one["messages"] or one["notices"]:
        raise Unmet(f"it has not seen {one['messages']} messages and {one['notices']} notices")
    return ""


def came_of(stage: Stage, step: Step) -> str:
    """What became of the newest message about something, at one recipient."""
    other, word, kind = step.slots["other"], step.slots["word"], step.one("kind", "")
    found = message_about(stage, stage.desk(step), other, word, ours=True, kind=kind)
    if found is None:
        raise Unmet(f"nothing about {word} was said to {other}")
    came = found["receipts"] or {}
    wanted = step.slots["progress"].replace("-", "_")
    if wanted == "unseen":
        if came.get("stored"):
            raise Unmet(f"it was stored at {came['stored']['at']}")
        return f"{found['kind']} of {hour(found['sent'])}"
    value = came.get("claims" if wanted == "disseminated" else wanted)
    if not value:
        steps = [name for name in ("stored", "acknowledged", "read_back") if came.get(name)]
        off = "; ".join(came.get("differences", []))
        raise Unmet(f"it is {', '.join(steps) or 'unseen'}{f'; {off}' if off else ''}")
    return _claimed(value) if isinstance(value, list) else f"by {value['by']}, {hour(value['at'])}"


def receipt_of(stage: Stage, step: Step) -> str:
    """A receipt of another desk on something notified, in which it says that it is no permission."""
    desk, other, id_ = stage.desk(step), step.slots["other"], step.slots["id"]
    found = message_about(stage, desk, other, id_, ours=True)
    if found is None:
        raise Unmet(f"nothing about {id_} was said to {other}")
    for event in _of(list(desk.events), "line"):
        if found["hash"] in event.text and NO_PERMISSION in event.text:
            return f"event {event.number}: {NO_PERMISSION}"
    raise Unmet(f"no receipt of {other} on its screen names that message")


def _claimed(value: list[Any]) -> str:
    """What the other desk states, or with which kinds it answered."""
    last = value[-1]
    if isinstance(last, str):
        return ", ".join(value)
    return f"stated by {last['by']}: {last['list_version'] or 'no list'}, {hour(last['stated'])}"


def overdue(stage: Stage, step: Step) -> str:
    """A receipt of the other desk is late, and nothing depends on it."""
    line = _line(stage, step)
    late = {one["what"] for one in line["overdue"] if one["ours"]}
    if step.slots["receipt-step"] not in late:
        raise Unmet(f"overdue are: {', '.join(sorted(late)) or 'none'}")
    return str(line["says"])


def stands(stage: Stage, step: Step) -> str:
    """How a line stands, as its desk sees it: what people decided, what is missing, what is heard."""
    line = _line(stage, step)
    found = {
        "suspended": [who for one in line["arrangements"] for who in one["suspended"]],
        "degraded": line["degraded"],
        "down": ["nothing is heard"] if line["down"] else [],
    }
    wanted = step.slots["line-state"]
    said = {name: why for name, why in found.items() if why}
    if (wanted == "whole" and said) or (wanted != "whole" and wanted not in said):
        told = "; ".join(f"{name}: {', '.join(why)}" for name, why in said.items())
        raise Unmet(f"it is {told or 'whole'}")
    return ", ".join(said.get(wanted, []))


def asked(stage: Stage, step: Step) -> str:
    """Any answer of the node, somewhere in its text."""
    answer = stage.desk(step).ask("GET", step.slots["path"])
    text = answer.body if isinstance(answer.body, bytes) else _plain(answer.body)
    if step.slots["says"].encode() not in text:
        raise Unmet(f"it answered {answer.status}: {text[:400].decode(errors='replace')}")
    return ""


def _plain(value: Any) -> bytes:
    """JSON without blanks between its parts."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _line(stage: Stage, step: Step) -> Mapping[str, Any]:
    name = stage.nodes.by_party[step.slots["other"]].owner
    lines = stage.desk(step).ask("GET", "/api/v1/lines").body["lines"]
    for line in lines:
        if line["party"] == name:
            return dict(line)
    raise Unmet(f"there is no line to {step.slots['other']}")


def _shown(step: Step, events: list[Event]) -> Event | None:
    since, kind = step.one("since", 0), step.one("kind", "")
    for event in _of(events, kind):
        if event.at_us >= since and all(
            part.strip() in event.text for part in step.slots["says"].split(" ... ")
        ):
            return event
    return None


def _of(events: list[Event], how: str) -> list[Event]:
    """Events of a kind, or what was shown in a way; all, where nothing is said."""
    return [one for one in events if not how or how in {one.kind, one.told.get("how")}]


EXPECTED: Final[Mapping[str, Callable[[Stage, Step], str]]] = MappingProxyType(
    {
        "stop-at": stop_at,
        "alerted": alerted,
        "shown": shown,
        "not-shown": not_shown,
        "unseen": unseen,
        "seen": seen,
        "came-of": came_of,
        "receipt-of": receipt_of,
        "overdue": overdue,
        "stands": stands,
        "asked": asked,
    }
)
"""What is expected, by the name of its form."""
