"""What the parties of a scenario do with their declarations and arrangements, asked of their nodes.

Every step is a request that a desk could make by itself. One that is refused fails the play, unless its
detail ``refused`` says so; then one that is not refused does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

from keepclear.domain.window import format_instant
from keepclear.errors import InternalError
from keepclear.faces.demo.desk import Answer, path_of
from keepclear.faces.demo.stage import Stage, Unmet
from keepclear.formats.scenarios.script import Step
from keepclear.wire.declaration import encode

__all__ = ["STEPS", "done"]

_FOOTINGS: Final = {"suspends": "suspend", "resumes": "resume", "withdraws-from": "withdraw"}
_JSON: Final = {"Content-Type": "application/json"}


def done(step: Step, answer: Answer) -> Answer:
    """That it was done, or was refused as the scenario says.

    Raises:
        Unmet: otherwise.
    """
    wanted = step.one("refused", "")
    if wanted and not answer.refused:
        raise Unmet(f"it was done; expected that it is refused with {wanted}")
    if answer.refused and answer.code != wanted:
        detail = answer.body.get("detail", "") if isinstance(answer.body, dict) else ""
        meant = f"; expected {wanted}" if wanted else ""
        raise Unmet(f"it was refused with {answer.code}: {detail}{meant}")
    return answer


def declare(stage: Stage, step: Step) -> str:
    """A new declaration, or those of a file, one after the other."""
    if not step.declarations:  # the reader of the file refused it, as the scenario says it must
        return f"refused: {step.one('refused')}: {step.slots['says']}"
    desk, told = stage.desk(step), []
    for one in step.declarations:
        answer = desk.ask("POST", "/api/v1/declarations", content=encode(one), headers=_JSON)
        name = f"{one.id} " if len(step.declarations) > 1 else ""
        told.append(name + _told(done(step, answer)))
    return "; ".join(told)


def amend(stage: Stage, step: Step) -> str:
    """A new version, by whoever saw the last one."""
    desk, path = stage.desk(step), _path(step)
    seen = desk.ask("GET", path)
    headers = {**_JSON, "If-Match": seen.headers.get("etag", '"0"')}
    return _told(
        done(step, desk.ask("PUT", path, content=encode(step.declarations[0]), headers=headers))
    )


def verify(stage: Stage, step: Step) -> str:
    """The second person says that it is what is meant."""
    answer = stage.desk(step).ask("POST", f"{_path(step)}/verification", who="second")
    return _told(done(step, answer))


def act_on(stage: Stage, step: Step) -> str:
    """A step in its life."""
    said = {"act": step.slots["act"], "reason": step.slots["says"]}
    return _told(done(step, stage.desk(step).ask("POST", f"{_path(step)}/acts", json=said)))


def _moved(name: str, said: Callable[[Step], Mapping[str, Any]]) -> Callable[[Stage, Step], str]:
    def moved(stage: Stage, step: Step) -> str:
        answer = stage.desk(step).ask("POST", f"{_path(step)}/{name}", json=dict(said(step)))
        return _told(done(step, answer))

    return moved


def tell(stage: Stage, step: Step) -> str:
    """Consent: a party is told of a notification."""
    said: dict[str, Any] = {"fields": step.one("fields", [])}
    if step.one("not-before") is not None:
        said["not_before"] = format_instant(step.one("not-before"))
    if step.one("lead") is not None:
        said["lead_s"] = step.one("lead") // 1_000_000
    done(step, stage.desk(step).ask("PUT", _consent(step), json=said))
    return ""


def untell(stage: Stage, step: Step) -> str:
    """Consent is taken back."""
    done(step, stage.desk(step).ask("DELETE", _consent(step)))
    return ""


def propose(stage: Stage, step: Step) -> str:
    """The text is signed for the others to sign; the note goes to them by hand."""
    name = step.slots["arrangement"]
    said = {"text": stage.scenario.arrangements[name].text}
    answer = stage.desk(step).ask("POST", "/api/v1/agreements", who="admin", json=said)
    return _signed(stage, name, done(step, answer))


def take_up(stage: Stage, step: Step) -> str:
    """A party that is no member has what the members signed; it signs nothing."""
    sign(stage, step)
    return ""


def sign(stage: Stage, step: Step) -> str:
    """What was proposed is signed."""
    name = step.slots["arrangement"]
    if name not in stage.notes:
        raise Unmet("nobody proposed it before")
    answer = stage.desk(step).ask(
        "POST", "/api/v1/agreements/signatures", who="admin", json={"note": stage.notes[name]}
    )
    told = _signed(stage, name, done(step, answer))
    if not answer.refused and answer.body["holds"]:
        _handed_round(stage, name, answer.body["signed"])
    return told


def footing(stage: Stage, step: Step) -> str:
    """A party steps down from an arrangement by its own word, or up again to where it was."""
    said: dict[str, Any] = {"step": _FOOTINGS[step.slots["footing"]]}
    if step.slots["says"]:
        said["because"] = step.slots["says"]
    name = stage.scenario.arrangements[step.slots["arrangement"]].name
    path = f"/api/v1/arrangements/{quote(name, safe='')}/steps"
    answer = stage.desk(step).ask("POST", path, who="admin", json=said)
    done(step, answer)
    return f"refused: {answer.code}" if answer.refused else ""


def request(stage: Stage, step: Step) -> str:
    """Anything else that the API of a node has: a method, a path, and JSON where it takes a body."""
    more: dict[str, Any] = {}
    if step.slots["says"]:
        more = {"content": step.slots["says"].encode(), "headers": _JSON}
    who = step.one("who", "duty")
    if who not in stage.desk(step).node.tokens:
        raise Unmet(f"{who!r} is nobody at a desk; expected duty, second or admin")
    answer = stage.desk(step).ask(step.slots["method"], step.slots["path"], who=who, **more)
    done(step, answer)
    return f"refused: {answer.code}" if answer.refused else str(answer.status)


def _signed(stage: Stage, name: str, answer: Answer) -> str:
    if answer.refused:
        return answer.code
    stage.notes[name] = answer.body["note"]
    missing = answer.body["missing"]
    return f"not yet signed by {', '.join(missing)}" if missing else "signed by all: it holds"


def _handed_round(stage: Stage, name: str, signed: list[str]) -> None:
    """With the last signature on it the note goes back to those who signed before."""
    for party in signed:
        desk = stage.desks.get(party)
        if desk is None:
            raise InternalError(f"{party} signed and is not played")
        desk.ask(
            "POST", "/api/v1/agreements/signatures", who="admin", json={"note": stage.notes[name]}
        )


def _told(answer: Answer) -> str:
    if answer.refused:
        return f"refused: {answer.code}"
    return f"version {answer.body['version']}, {answer.body['stage']}"


def _path(step: Step) -> str:
    return path_of(step.slots["party"], step.slots["id"])


def _consent(step: Step) -> str:
    return f"{_path(step)}/consents/{step.slots['other']}"


def _since(step: Step) -> dict[str, str]:
    """When a movement stands at the stop, where that is not now."""
    since_us = step.one("since")
    return {} if since_us is None else {"since": format_instant(since_us)}


def _until(name: str) -> Callable[[Step], Mapping[str, Any]]:
    return lambda step: {name: format_instant(step.slots["time"])}


STEPS: Final[Mapping[str, Callable[[Stage, Step], str]]] = MappingProxyType(
    {
        "declare": declare,
        "declare-file": declare,
        "amend": amend,
        "verify": verify,
        "act-on": act_on,
        "delay": _moved("delay", _until("leaves")),
        "hold": _moved("hold", lambda step: {**_until("leaves")(step), **_since(step)}),
        "turn": _moved("return", _until("leaves")),
        "split": _moved(
            "split",
            lambda step: {
                "id": step.slots["new"],
                "leaves": format_instant(step.slots["time"]),
                **_since(step),
            },
        ),
        "tell": tell,
        "untell": untell,
        "request": request,
        "propose": propose,
        "sign": sign,
        "take-up": take_up,
        "footing": footing,
    }
)
"""What is done, by the name of its form; what it answers is a few words for whoever looks on."""
