"""A scenario, played from its first line to its last; the first thing that is not as it says ends it.

Left to others: the nodes, what a step asks of them, what is looked for, and how it is told.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from keepclear.domain.gazetteer import Gazetteer
from keepclear.errors import KeepclearError, UsageError
from keepclear.faces.demo import (
    drawing,
    evidence,
    expecting,
    expecting_line,
    saying,
    side_by_side,
    steps,
    telephone,
    ways,
)
from keepclear.faces.demo.desk import Desk
from keepclear.faces.demo.making import nodes_of
from keepclear.faces.demo.stage import Stage, Unmet
from keepclear.faces.demo.telling import Teller
from keepclear.faces.words import count
from keepclear.formats.scenarios.script import Scenario, Step
from keepclear.integrity.context import Context
from keepclear.integrity.examine import examine, worst_first
from keepclear.node.clock import monotonic_s

__all__ = ["STRIDE_US", "Missed", "play"]

STRIDE_US: Final = 60_000_000
"""The longest step of time: after 90 s without a beat a line is silent."""
_PATIENCE_S: Final = 15.0
"""A screen is some hundredths of a second behind its node; on a machine that many share, seconds."""
_AGAIN_S: Final = 0.05

Doing = Callable[[Stage, Step], str]
_DONE: Final[Mapping[str, Doing]] = {
    **steps.STEPS,
    **saying.STEPS,
    **telephone.STEPS,
    **ways.STEPS,
    **side_by_side.STEPS,
    **drawing.STEPS,
}
_EXPECTED: Final[Mapping[str, Doing]] = {
    **expecting.EXPECTED,
    **expecting_line.EXPECTED,
    **evidence.EXPECTED,
    **side_by_side.EXPECTED,
}


class Missed(KeepclearError):  # noqa: N818 - it is told as what it is
    """Something is not as the scenario says; the sentence names its line and what was seen."""

    code = "scenario.missed"


def play(scenario: Scenario, teller: Teller, *, keep: str = "") -> int:
    """Play it.

    Args:
        scenario: What happens.
        teller: Says it to whoever looks on.
        keep: A folder that is made for the nodes and left; one that is thrown away, where it is empty.

    Returns:
        How many expectations were met.

    Raises:
        Missed: one was not, or a step could not be done.
        UsageError: the folder to keep is not empty.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(_folder(keep))
        nodes = stack.enter_context(nodes_of(scenario, folder, STRIDE_US))
        nodes.settle()
        desks = {party: Desk(node) for party, node in nodes.by_party.items()}
        for desk in desks.values():
            stack.callback(desk.close)
        stage = Stage(scenario, nodes, desks, folder)
        teller.begin(scenario, nodes)
        met = 0
        for step in scenario.steps:
            try:
                met += _step(stage, step, teller)
            except Unmet as error:
                teller.missed(step, str(error))
                raise Missed(f"{scenario.name} line {step.line}: {step.text}: {error}") from error
        teller.end(met)
        return met


def _step(stage: Stage, step: Step, teller: Teller) -> int:
    """Play one; 1 where something was expected."""
    name = step.form.name
    if name in {"act", "say"}:
        teller.words(step)
    elif name == "at":
        stage.nodes.go_on_to(step.slots["time"])
    elif name == "wait":
        stage.nodes.go_on_to(stage.nodes.now_us + step.slots["duration"])
    elif name == "check":
        teller.done(step, _checked(stage, step), stage.nodes.now_us)
    elif name in _EXPECTED:
        teller.met(step, _awaited(_EXPECTED[name], stage, step))
        return 1
    else:
        said = _DONE[name](stage, step)
        stage.nodes.settle()
        teller.done(step, said, stage.nodes.now_us)
    return 0


def _awaited(expected: Doing, stage: Stage, step: Step) -> str:
    """Look again for a little while: time in the scenario stands, and screens follow."""
    end_s = monotonic_s() + _PATIENCE_S
    while True:
        try:
            return expected(stage, step)
        except Unmet:
            if monotonic_s() > end_s:
                raise
        threading.Event().wait(_AGAIN_S)


def _checked(stage: Stage, step: Step) -> str:
    """What the desk's own check says before anything is sent: it is its own, and nobody's else."""
    places = stage.scenario.places
    context = Context(now_us=stage.nodes.now_us, gazetteer=Gazetteer(places) if places else None)
    found = worst_first(examine(step.declarations, context))
    stage.findings[f"{step.slots['party']}/{step.slots['id']}"] = tuple(found)
    return count(len(found), "finding") if found else "nothing found"


@contextmanager
def _folder(keep: str) -> Iterator[Path]:
    """Where the nodes live."""
    if keep:
        place = Path(keep)
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(place.iterdir()):
            raise UsageError(f"the folder {keep!r} is not empty; name one that is, or a new one")
        yield place
        return
    place = Path(tempfile.mkdtemp(prefix="keepclear-demo-"))
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
