"""What a scenario expects at a desk, looked for in what its node answers and shows alone.

Each returns what was seen, in a few words, or says what is there instead. Left to others: which
crossings a desk knows (``seeing``), what of one is compared (``meeting``), what no desk may see
(``side_by_side``), stops and receipts (``expecting_line``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from keepclear.faces.demo.desk import path_of
from keepclear.faces.demo.meeting import any_as_expected, near, square_km
from keepclear.faces.demo.seeing import (
    came_to,
    crossings_of,
    id_of,
    meeting_of,
    name_of,
    verdict_of,
)
from keepclear.faces.demo.stage import Stage, Unmet
from keepclear.formats.scenarios.script import Step
from keepclear.formats.scenarios.sizes import Amount

__all__ = ["EXPECTED"]

_NOTHING: Final = "nothing"
_SECOND_US: Final = 1_000_000


def crossing(stage: Stage, step: Step) -> str:
    """One's own declaration crosses another's, as this desk sees it."""
    views = _with(stage, step)
    if not views:
        known = crossings_of(stage.desk(step), step.slots["id"])
        others = ", ".join(sorted({name_of(one) for one in known}))
        raise Unmet(f"it crosses {others or _NOTHING} as this desk sees it")
    return any_as_expected(step, [meeting_of(one) for one in views])


def no_crossing(stage: Stage, step: Step) -> str:
    """One's own declaration crosses nothing of another's, as this desk sees it."""
    found = _with(stage, step)
    if found:
        raise Unmet(f"it crosses {name_of(found[0])}, {meeting_of(found[0]).span}")
    return ""


def _with(stage: Stage, step: Step) -> list[Mapping[str, Any]]:
    """Crossings of one's own with a party, or with one declaration of it."""
    party, _, id_ = step.slots["subject"].partition("/")
    owner = stage.nodes.by_party[party].owner
    return [
        one
        for one in crossings_of(stage.desk(step), step.slots["id"])
        if one["party"] == owner and id_ in {"", id_of(one)}
    ]


def deviation(stage: Stage, step: Step) -> str:
    """Something differs from what was agreed."""
    found = _deviations(stage, step)
    same = [one for one in found if one["code"] == step.slots["word"]]
    if not same:
        raise Unmet(f"deviations are: {', '.join(one['code'] for one in found) or _NOTHING}")
    one, told = same[0], []
    wanted: Amount | None = step.one("area")
    if wanted is not None:
        area_m2 = one.get("area_km2", 0.0) * 1e6
        near("area", area_m2, wanted)
        told.append(square_km(area_m2))
    if step.one("side") is not None and one.get("side") != step.one("side"):
        raise Unmet(f"it is on the side of {one.get('side')}")
    for name in ("agreed", "found"):
        seconds = one.get(f"{name}_s")
        if step.one(name) is not None and seconds != step.one(name) / _SECOND_US:
            raise Unmet(f"what was {name} is {seconds} s")
        if seconds is not None:
            told.append(f"{name} {seconds / 60:g} min")
    return ", ".join(told)


def no_deviation(stage: Stage, step: Step) -> str:
    """Nothing differs from what was agreed."""
    found = _deviations(stage, step)
    if found:
        raise Unmet(f"deviations are: {', '.join(one['code'] for one in found)}")
    return ""


def _deviations(stage: Stage, step: Step) -> list[Mapping[str, Any]]:
    """Those of one's own, by the verdict on it; those of another's, as this desk was shown it."""
    desk, what = stage.desk(step), step.slots["what"]
    party, slash, id_ = what.rpartition("/")
    if not slash or party == desk.party:
        return list(verdict_of(desk, id_).get("deviations", []))
    return list(came_to(desk, party, id_)["deviations"])


def stage_of(stage: Stage, step: Step) -> str:
    """Where in its life something is."""
    answer = stage.desk(step).ask("GET", path_of(step.slots["party"], step.slots["id"]))
    if answer.refused:
        raise Unmet(f"it is not there: {answer.code}")
    found, version = answer.body["stage"], answer.body["version"]
    if found.lower() != step.slots["word"].lower() or step.one("version", version) != version:
        raise Unmet(f"it is at {found}, version {version}")
    return f"{found}, version {version}"


def holds(stage: Stage, step: Step) -> str:
    """An arrangement holds at the node of a party."""
    held = stage.desk(step).ask("GET", "/api/v1/agreed").body["arrangements"]
    wanted = stage.scenario.arrangements[step.slots["arrangement"]]
    if (wanted.name, wanted.version) not in {(one["name"], one["version"]) for one in held}:
        names = [f"{one['name']} version {one['version']}" for one in held]
        raise Unmet(f"it holds to {', '.join(names) or _NOTHING}")
    return f"version {wanted.version}"


def finding(stage: Stage, step: Step) -> str:
    """The desk's own check says that something looks wrong."""
    found = stage.findings.get(f"{step.slots['party']}/{step.slots['id']}", ())
    same = [one for one in found if one.code == step.slots["word"]]
    if not same:
        raise Unmet(f"findings are: {', '.join(one.code for one in found) or _NOTHING}")
    says = step.slots["says"]
    for one in same:
        if all(part.strip() in one.message for part in says.split(";")):
            return f"{one.message}; {one.advice}"
    raise Unmet(f"it says: {same[0].message}")


def no_finding(stage: Stage, step: Step) -> str:
    """The desk's own check finds nothing."""
    found = stage.findings.get(f"{step.slots['party']}/{step.slots['id']}", ())
    if found:
        raise Unmet(f"it finds {found[0].code}: {found[0].message}")
    return ""


EXPECTED: Final[Mapping[str, Callable[[Stage, Step], str]]] = MappingProxyType(
    {
        "crossing": crossing,
        "no-crossing": no_crossing,
        "deviation": deviation,
        "no-deviation": no_deviation,
        "stage": stage_of,
        "holds": holds,
        "finding": finding,
        "no-finding": no_finding,
    }
)
"""What is expected, by the name of its form; each answers with what was seen."""
