"""What desks say to each other over the line: stops and their answers, receipts, tests, free words.

Left to others: the telephone (``telephone``), files and what is cut (``ways``), declarations and
arrangements (``steps``), and what is expected.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from keepclear.domain.position import Position
from keepclear.faces.demo.lines import message_about, path_to
from keepclear.faces.demo.stage import Stage, Unmet
from keepclear.faces.demo.steps import done
from keepclear.formats.scenarios.script import Step
from keepclear.formats.scenarios.times import Span
from keepclear.link.bodies import NO_PERMISSION
from keepclear.link.kinds import KINDS
from keepclear.node.reading_back import points_in

__all__ = ["STEPS"]

_E7: Final = 10_000_000
_DESK: Final = "duty officer"
"""Who speaks, where the scenario does not say which role."""


def stop(stage: Stage, step: Step) -> str:
    """A stop, content first."""
    body: dict[str, Any] = {"asks": step.one("asks", "cease"), "words": step.slots["says"]}
    if step.one("place") is not None:
        body["place"] = _place(step.one("place"))
    if step.one("radius") is not None:
        body["radius_m"] = round(step.one("radius"))
    if step.one("span") is not None:
        body["span"] = _span(step.one("span"))
    for name, detail in (("subject", "about"), ("asked_for", "asked-for")):
        if step.one(detail) is not None:
            body[name] = step.one(detail)
    return _say(stage, step, "stop/1", body)


def answer(stage: Stage, step: Step) -> str:
    """Wilco, unable, standby or roger to the newest stop that is open; its place is read back."""
    found = _stop(stage, step, ours=False)
    body: dict[str, Any] = {"re": _ref(found), "answer": step.slots["answer"]}
    place = step.one("place")
    if place is not None:
        body["places"] = [_place(place)]
    elif found.get("place"):
        seen = found["place"]
        body["places"] = [_place(Position(latitude=seen["latitude"], longitude=seen["longitude"]))]
    if step.slots["says"]:
        body["words"] = step.slots["says"]
    return _say(stage, step, "answer/1", body)


def stopped(stage: Stage, step: Step) -> str:
    """The unit confirms."""
    body: dict[str, Any] = {
        "re": _ref(_stop(stage, step, ours=False)),
        "at_us": stage.nodes.now_us,
    }
    if step.one("unit") is not None:
        body["unit"] = step.one("unit")
    return _say(stage, step, "stopped/1", body)


def lift(stage: Stage, step: Step) -> str:
    """Who asked for a stop takes it back."""
    body = {"mine": _ref(_stop(stage, step, ours=True)), "because": step.slots["lifted"]}
    return _say(stage, step, "stop-lifted/1", body | _words(step))


def say(stage: Stage, step: Step) -> str:
    """Free words."""
    return _say(stage, step, "said/1", _words(step), by=False)


def contact(stage: Stage, step: Step) -> str:
    """Not everything can be written."""
    return _say(stage, step, "contact/1", {"how": step.slots["says"]})


def receipt(stage: Stage, step: Step) -> str:
    """A receipt on the newest message that is about something, or of a kind."""
    kind, now_us = step.slots["receipt"], stage.nodes.now_us
    found = _message(stage, step)
    body: dict[str, Any] = {"re": _ref(found)}
    if kind == "query/1":
        return _say(stage, step, kind, body | _words(step))
    body["says"] = NO_PERMISSION
    if kind in {"acknowledged/1", "disseminated/1"}:
        body["at_us"] = now_us
    if kind == "read-back/1":
        body |= _as_read(found, step.one("place"))
    for name, detail in (("list_version", "list"), ("units", "units")):
        if step.one(detail) is not None:
            body[name] = step.one(detail)
    return _say(stage, step, kind, body)


def test(stage: Stage, step: Step) -> str:
    """The line is tested."""
    return _say(stage, step, "test/1", {})


def tested(stage: Stage, step: Step) -> str:
    """Somebody heard the test."""
    found = _message(stage, step, "test/1")
    return _say(stage, step, "test-answer/1", {"re": _ref(found), "at_us": stage.nodes.now_us})


def send(stage: Stage, step: Step) -> str:
    """Any message: its kind, and its body as JSON."""
    try:
        body = json.loads(step.slots["says"])
    except ValueError as error:
        raise Unmet(f"what follows the colon is no JSON: {error}") from None
    return _say(stage, step, step.slots["word"], body, by=False)


def _say(stage: Stage, step: Step, kind: str, body: dict[str, Any], *, by: bool = True) -> str:
    if by:
        body = {"by": step.one("by", _DESK)} | body
    said = {"kind": kind, "body": body, "drill": bool(step.one("drill", False))}
    done(step, stage.desk(step).ask("POST", path_to(stage, step.slots["other"]), json=said))
    return ""


def _stop(stage: Stage, step: Step, *, ours: bool) -> dict[str, Any]:
    """The newest stop on the line that is open."""
    other = step.slots["other"]
    lines = stage.desk(step).ask("GET", "/api/v1/lines").body["lines"]
    name = stage.nodes.by_party[other].owner
    stops = [one for line in lines if line["party"] == name for one in line["alerts"]]
    found = [one for one in stops if one["ours"] is ours and one["open"]]
    if not found:
        raise Unmet(f"no stop {'to' if ours else 'from'} {other} is open at this desk")
    return dict(found[-1])


def _message(stage: Stage, step: Step, kind: str = "") -> dict[str, Any]:
    """The newest message of the other desk of a kind, or about a declaration."""
    other, word = step.slots["other"], kind or step.slots["word"]
    found = message_about(stage, stage.desk(step), other, word, ours=False)
    if found is None:
        raise Unmet(f"no message of {other} is about {word}")
    return found


def _as_read(message: Mapping[str, Any], place: Position | None) -> dict[str, Any]:
    """Positions and times as the message has them; the first place as it was misheard, if it was."""
    body = message["body"]
    declared = points_in(msgspec.convert(body, KINDS[message["kind"]].body))
    if declared is not None:
        places = [msgspec.to_builtins(one) for one in declared[0]]
        times = list(declared[1])
    else:
        places = [body[name] for name in ("place", "at") if isinstance(body.get(name), dict)]
        span = body.get("span") or body.get("new") or {}
        times = [span[name] for name in ("start_us", "end_us") if name in span]
        times += [body[name] for name in ("since_us", "until_us") if name in body]
    if place is not None:
        places[:1] = [_place(place)]
    return {"places": places, "times_us": times}


def _ref(found: Mapping[str, Any]) -> dict[str, Any]:
    return {"seq": found["seq"], "hash": found["hash"]}


def _words(step: Step) -> dict[str, Any]:
    return {"words": step.slots["says"]} if step.slots["says"] else {}


def _place(position: Position) -> dict[str, int]:
    return {
        "lat_e7": round(position.latitude * _E7),
        "lon_e7": round(position.longitude * _E7),
    }


def _span(span: Span) -> dict[str, int]:
    both = {"start_us": span.start_us, "end_us": span.end_us}
    return {name: value for name, value in both.items() if value is not None}


STEPS: Final[Mapping[str, Callable[[Stage, Step], str]]] = MappingProxyType(
    {
        "stop": stop,
        "answer": answer,
        "stopped": stopped,
        "lift": lift,
        "tell-words": say,
        "contact": contact,
        "receipt": receipt,
        "test": test,
        "tested": tested,
        "send": send,
    }
)
"""What is said, by the name of its form."""
