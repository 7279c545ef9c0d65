"""What two declarations say side by side: as an inquiry finds it that is handed the records of both.

Neither desk need see it: each is told what the other agreed to tell. So the player asks each party's
own node for the evidence on its own declaration, verifies it without a network, reads what was
declared last, and compares the two as ``keepclear check`` does. What is only supposed stands in the
scenario, and no node hears of it. Left to others: what is expected of a crossing (``meeting``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from keepclear.detect.crossing import Crossing, Minima
from keepclear.domain.declaration import Declaration
from keepclear.faces.demo.evidence import evidence_on
from keepclear.faces.demo.meeting import Meeting, any_as_expected, metres, near
from keepclear.faces.demo.stage import Stage, Unmet
from keepclear.formats.reading import Reading
from keepclear.formats.scenarios.script import Step
from keepclear.formats.scenarios.sizes import Amount
from keepclear.node.check import Question, answer
from keepclear.wire.declaration import decode
from keepclear.wire.entries import Declared, decode_body

__all__ = ["EXPECTED", "STEPS"]

_FAR_M: Final = 1_000_000.0
"""A minimum so large that whatever shares time and heights comes too near, and is measured."""


def suppose(stage: Stage, step: Step) -> str:
    """What could be declared is kept for comparing; nobody declares it."""
    for one in step.declarations:
        stage.supposed[f"{one.party}/{one.id}"] = one
    return ""


def crosses(stage: Stage, step: Step) -> str:
    """The two cross, and what of it is expected is so."""
    first, second = _both(stage, step)
    found = _crossings(stage, first, second, _minima(step))
    if not found:
        raise Unmet("they do not cross")
    return any_as_expected(step, [_meeting(second, one) for one in found])


def is_clear(stage: Stage, step: Step) -> str:
    """The two do not cross; and how far apart they are, while both are there."""
    first, second = _both(stage, step)
    minima = _minima(step)
    found = _crossings(stage, first, second, minima)
    if found:
        raise Unmet(f"they cross, {_meeting(second, found[0]).span}")
    wanted: Amount | None = step.one("apart")
    if wanted is None:
        return ""
    by_far = replace(minima, horizontal_m=_FAR_M)
    apart_m = min(
        (one.horizontal_m for one in _crossings(stage, first, second, by_far)), default=None
    )
    if apart_m is None:
        raise Unmet(
            "they are never there at one time and at one height, so no distance is measured"
        )
    near("distance", apart_m, wanted)
    return f"{metres(apart_m)} apart"


def _both(stage: Stage, step: Step) -> tuple[Declaration, Declaration]:
    first, second = (_said(stage, step.slots[name]) for name in ("first", "second"))
    if first.party == second.party:
        raise Unmet(f"both are of {first.party}, which is not compared with itself")
    return first, second


def _said(stage: Stage, subject: str) -> Declaration:
    """What is supposed, or what the record of its party says that it declared last."""
    if subject in stage.supposed:
        return stage.supposed[subject]
    versions = [
        body
        for shown in evidence_on(stage, subject).entries
        if isinstance(body := decode_body(shown.body), Declared)
    ]
    if not versions:
        raise Unmet(f"the record of its party says nowhere what {subject} is")
    newest = max(versions, key=lambda body: body.version)
    return decode(newest.text.encode())


def _crossings(
    stage: Stage, first: Declaration, second: Declaration, minima: Minima
) -> tuple[Crossing, ...]:
    reading = Reading(format="records", declarations=(first, second))
    found = answer(reading, Question(minima=minima), now_us=stage.nodes.now_us)
    if found.refused:
        raise Unmet(f"{found.refused[0].where}: {found.refused[0].message}")
    return found.crossings


def _minima(step: Step) -> Minima:
    return Minima(
        horizontal_m=step.one("horizontal", 0.0),
        vertical_m=step.one("vertical", 0.0),
        time_us=step.one("time", 0),
    )


def _meeting(second: Declaration, found: Crossing) -> Meeting:
    return Meeting(
        other=f"{second.party}/{second.id}",
        start_us=found.time_start_us,
        end_us=found.time_end_us,
        area_m2=found.area_m2,
        heights_w84_m=found.altitude_w84_m,
        certainty="certain" if found.certain else "possible",
        apart_m=found.horizontal_m,
    )


STEPS: Final[Mapping[str, Callable[[Stage, Step], str]]] = MappingProxyType({"suppose": suppose})
"""What is done, by the name of its form."""
EXPECTED: Final[Mapping[str, Callable[[Stage, Step], str]]] = MappingProxyType(
    {"both-cross": crosses, "both-clear": is_clear}
)
"""What is expected, by the name of its form."""
