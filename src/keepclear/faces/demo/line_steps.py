"""What desks say to each other in a scenario: messages, receipts, calls, files, and a cut network.

Left to others: declarations and arrangements (``steps``), and what is expected (``expecting``).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from keepclear.domain.position import Position
from keepclear.faces.demo.desk import Desk
from keepclear.faces.demo.stage import Spoken, Stage, Unmet
from keepclear.faces.demo.steps import done
from keepclear.faces.peer import NOTES_A_REQUEST, NOTES_PATH
from keepclear.formats.scenarios.script import Step
from keepclear.formats.scenarios.values import Span
from keepclear.link.bodies import NO_PERMISSION
from keepclear.link.kinds import KINDS
from keepclear.node.carrying import opened
from keepclear.node.reading_back import points_in
from keepclear.node.voice import ANSWERS

__all__ = ["STEPS", "message_about", "path_to"]

_E7: Final = 10_000_000
_DESK: Final = "duty officer"
"""Who speaks, where the scenario does not say which role."""


def path_to(stage: Stage, other: str, what: str = "messages") -> str:
    """The path of a line, by the name under which its party has enrolled."""
    return f"/api/v1/lines/{stage.nodes.by_party[other].owner}/{what}"


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


def call(stage: Stage, step: Step) -> str:
    """A stop by telephone: the sheet is made, and read out."""
    place: Position | None = step.one("place")
    if place is None:
        raise Unmet("say where, in a line below it: place (31.2 S 144.1 E)")
    said = {"asks": step.slots["asks"], "place": _written(place)}
    if step.one("language") is not None:
        said["language"] = step.one("language")
    answered = done(step, _ask(stage, step, "sheets", said))
    sheet = answered.body
    pair = (step.slots["party"], step.slots["other"])
    stage.spoken[pair] = Spoken(sheet["keyed"], tuple(sheet["words"]))
    lines = ["the sheet begins:", *sheet["content"], f"they key in: {sheet['keyed']}"]
    return "\n".join([*lines, f"they read back: {' '.join(sheet['words'])}"])


def heard(stage: Stage, step: Step) -> str:
    """What was heard is keyed in, and its words are read back."""
    pair = (step.slots["other"], step.slots["party"])
    spoken = stage.spoken.get(pair)
    line = step.one("instead") or (spoken.line if spoken else "")
    if not line:
        raise Unmet(f"{pair[0]} said nothing over the telephone before")
    answered = done(step, _ask(stage, step, "heard", {"line": line}))
    if answered.refused:
        return f"refused: {answered.code}"
    words = answered.body["words"]
    if spoken is not None and tuple(words) != spoken.words:
        raise Unmet(f"the words {' '.join(words)} are not {' '.join(spoken.words)}")
    return f"{answered.body['says']}; read back: {' '.join(words)}"


def log_call(stage: Stage, step: Step) -> str:
    """One step of a call, or what was said in it of the newest stop that is open."""
    said = {"step": step.slots["call"], "who": step.slots["says"]}
    if step.slots["call"] in ANSWERS:
        said["about"] = _spoken_stop(stage, step)["hash"]
    done(step, _ask(stage, step, "calls", said))
    return ""


def export(stage: Stage, step: Step) -> str:
    """A file with what the other has not signed as stored."""
    answered = stage.desk(step).ask("GET", path_to(stage, step.slots["other"], "file"))
    body = done(step, answered).body
    pair = (step.slots["party"], step.slots["other"])
    stage.files[pair] = base64.b64decode(body["data"])
    return f"{body['messages']} messages and a receipt, for {pair[1]} alone to read"


def import_(stage: Stage, step: Step) -> str:
    """The file of another desk is opened, and its notes are handed to the node."""
    pair = (step.slots["other"], step.slots["party"])
    if pair not in stage.files:
        raise Unmet(f"{pair[0]} wrote no file for {pair[1]} before")
    desk = stage.desk(step)
    home = desk.node.home
    notes = opened(stage.files[pair], home.age_identity(), home.message_key.name).notes
    for first in range(0, len(notes), NOTES_A_REQUEST):
        texts = [note.decode() for note in notes[first : first + NOTES_A_REQUEST]]
        done(step, desk.ask("POST", NOTES_PATH, json={"notes": texts}))
    return f"{len(notes)} notes taken in"


def _network(change: str, *, around: bool) -> Callable[[Stage, Step], str]:
    def network(stage: Stage, step: Step) -> str:
        one = step.slots["party"]
        others = set(stage.desks) - {one} if around else {step.slots["other"]}
        getattr(stage.nodes, change)(*(frozenset({one, other}) for other in others))
        return ""

    return network


def kill(stage: Stage, step: Step) -> str:
    """The process of a node is killed, as by a power cut; nothing is said to anybody."""
    if not stage.nodes.kill(step.slots["party"]):
        raise Unmet("it is not running")
    return ""


def start(stage: Stage, step: Step) -> str:
    """A node that was killed is served again, from what its disk holds."""
    if not stage.nodes.start(step.slots["party"]):
        raise Unmet("it is running")
    return ""


def _say(stage: Stage, step: Step, kind: str, body: dict[str, Any], *, by: bool = True) -> str:
    if by:
        body = {"by": step.one("by", _DESK)} | body
    said = {"kind": kind, "body": body, "drill": bool(step.one("drill", False))}
    done(step, stage.desk(step).ask("POST", path_to(stage, step.slots["other"]), json=said))
    return ""


def _ask(stage: Stage, step: Step, what: str, said: dict[str, Any]) -> Any:
    return stage.desk(step).ask("POST", path_to(stage, step.slots["other"], what), json=said)


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


def _spoken_stop(stage: Stage, step: Step) -> dict[str, Any]:
    """The newest stop of a call with the other desk that is open."""
    name = stage.nodes.by_party[step.slots["other"]].owner
    calls = stage.desk(step).ask("GET", "/api/v1/lines").body["calls"]
    found = [one for one in calls if one["party"] == name and one["open"]]
    if not found:
        raise Unmet(f"no stop of a call with {step.slots['other']} is open at this desk")
    return dict(found[-1])


def _message(stage: Stage, step: Step, kind: str = "") -> dict[str, Any]:
    """The newest message of the other desk of a kind, or about a declaration."""
    other, word = step.slots["other"], kind or step.slots["word"]
    found = message_about(stage, stage.desk(step), other, word, ours=False)
    if found is None:
        raise Unmet(f"no message of {other} is about {word}")
    return found


def message_about(
    stage: Stage, desk: Desk, other: str, word: str, *, ours: bool, kind: str = ""
) -> dict[str, Any] | None:
    """The newest message on a line about something; nothing, where there is none.

    Args:
        stage: What is played.
        desk: Who looks.
        other: The party at the other end.
        word: A kind of message, or the id of a declaration of who sent it.
        ours: Whether this desk sent it.
        kind: Of this kind alone, where something is said.
    """
    messages = desk.ask("GET", path_to(stage, other), params={"limit": 200}).body["messages"]
    sender = desk.party if ours else other
    for one in messages:
        if one["ours"] is ours and _is_about(one, word, sender) and kind in {"", one["kind"]}:
            return dict(one)
    return None


def _is_about(message: Mapping[str, Any], word: str, other: str) -> bool:
    if message["kind"] in {word, f"{word}/1"}:
        return True
    text = json.dumps(message["body"])
    return f'"{other}/{word}"' in text or f'\\"id\\":\\"{word}\\"' in text


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


def _written(position: Position) -> str:
    """In degrees, as a person would type it."""
    south, west = position.latitude < 0, position.longitude < 0
    return (
        f"{abs(position.latitude):.6f} {'S' if south else 'N'} "
        f"{abs(position.longitude):.6f} {'W' if west else 'E'}"
    )


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
        "voice": call,
        "heard": heard,
        "call": log_call,
        "export": export,
        "import": import_,
        "kill": kill,
        "start": start,
        "cut": _network("cut", around=False),
        "cut-off": _network("cut", around=True),
        "heal": _network("heal", around=False),
        "heal-all": _network("heal", around=True),
    }
)
"""What is said, by the name of its form."""
