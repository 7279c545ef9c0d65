"""The same line by telephone: a sheet is read out, keyed in, read back, and the call is logged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.position import Position
from keepclear.faces.demo.lines import path_to
from keepclear.faces.demo.stage import Spoken, Stage, Unmet
from keepclear.faces.demo.steps import done
from keepclear.formats.scenarios.script import Step
from keepclear.node.voice import ANSWERS

__all__ = ["STEPS"]


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


def _ask(stage: Stage, step: Step, what: str, said: dict[str, Any]) -> Any:
    return stage.desk(step).ask("POST", path_to(stage, step.slots["other"], what), json=said)


def _spoken_stop(stage: Stage, step: Step) -> dict[str, Any]:
    """The newest stop of a call with the other desk that is open."""
    name = stage.nodes.by_party[step.slots["other"]].owner
    calls = stage.desk(step).ask("GET", "/api/v1/lines").body["calls"]
    found = [one for one in calls if one["party"] == name and one["open"]]
    if not found:
        raise Unmet(f"no stop of a call with {step.slots['other']} is open at this desk")
    return dict(found[-1])


def _written(position: Position) -> str:
    """In degrees, as a person would type it."""
    south, west = position.latitude < 0, position.longitude < 0
    return (
        f"{abs(position.latitude):.6f} {'S' if south else 'N'} "
        f"{abs(position.longitude):.6f} {'W' if west else 'E'}"
    )


STEPS: Final[Mapping[str, Callable[[Stage, Step], str]]] = MappingProxyType(
    {"voice": call, "heard": heard, "call": log_call}
)
"""What is done, by the name of its form."""
