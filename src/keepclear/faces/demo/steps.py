"""What the parties of a scenario do with their declarations and arrangements, asked of their nodes.

Every step is a request that a desk could make by itself. One that is refused fails the play, unless its
detail ``refused`` says so; then one that is not refused does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.window import format_instant
from keepclear.errors import InternalError
from keepclear.faces.demo.desk import Answer, path_of
from keepclear.faces.demo.stage import Stage, Unmet
from keepclear.formats.scenarios.script import Step
from keepclear.wire.declaration import encode

__all__ = ["STEPS", "done"]

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
    """A new declaration."""
    desk = stage.desk(step)
    answer = desk.ask("POST", "/api/v1/declarations", content=_encoded(step), headers=_JSON)
    return _told(done(step, answer))


def amend(stage: Stage, step: Step) -> str:
    """A new version, by whoever saw the last one."""
    desk, path = stage.desk(step), _path(step)
    seen = desk.ask("GET", path)
    headers = {**_JSON, "If-Match": seen.headers.get("etag", '"0"')}
    return _told(done(step, desk.ask("PUT", path, content=_encoded(step), headers=headers)))


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


def _encoded(step: Step) -> bytes:
    assert step.declaration is not None
    return encode(step.declaration)


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
        "propose": propose,
        "sign": sign,
    }
)
"""What is done, by the name of its form; what it answers is a few words for whoever looks on."""
