"""Ways between desks: networks that are cut and healed, nodes without power, files that are carried."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from keepclear.faces.demo.lines import path_to
from keepclear.faces.demo.stage import Stage, Unmet
from keepclear.faces.demo.steps import done
from keepclear.faces.peer import NOTES_A_REQUEST, NOTES_PATH
from keepclear.formats.scenarios.script import Step
from keepclear.node.carrying import opened

__all__ = ["STEPS"]


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


STEPS: Final[Mapping[str, Callable[[Stage, Step], str]]] = MappingProxyType(
    {
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
"""What is done, by the name of its form."""
