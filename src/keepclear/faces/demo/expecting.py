"""What a scenario expects at a desk, looked for in what its node answers and shows alone.

Each returns what was seen, in a few words, or says what is there instead. Areas are compared
within 1 %, times within five seconds, unless the scenario says otherwise. Left to others:
stops and receipts (``expecting_line``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.window import format_instant, parse_instant
from keepclear.faces.demo.desk import Desk, path_of
from keepclear.faces.demo.stage import Stage, Unmet
from keepclear.faces.demo.telling import hour
from keepclear.formats.scenarios.script import Step
from keepclear.formats.scenarios.values import Amount, Span
from keepclear.node.measuring import area_m2

__all__ = ["EXPECTED", "near", "verdict_of"]

_TIMES_WITHIN_US: Final = 5_000_000
_NOTHING: Final = "nothing"
_VERDICTS: Final = frozenset({"answer/1", "receipt/1"})
"""Notices that say all that is known of one's own, when it was judged last."""
_OF_OTHERS: Final = frozenset({"told/1", "told-no-more/1"})
"""Notices on what other nodes say."""


def crossing(stage: Stage, step: Step) -> str:
    """One's own declaration crosses another's, as this desk sees it."""
    views = _with(stage, step)
    if not views:
        others = ", ".join(
            sorted({_name(one) for one in _views(stage.desk(step), step.slots["id"])})
        )
        raise Unmet(f"it crosses {others or _NOTHING} as this desk sees it")
    missed = ""
    for view in views:
        try:
            return _as_expected(step, view)
        except Unmet as error:
            missed = str(error)
    raise Unmet(missed)


def no_crossing(stage: Stage, step: Step) -> str:
    """One's own declaration crosses nothing of another's, as this desk sees it."""
    found = _with(stage, step)
    if found:
        raise Unmet(f"it crosses {_name(found[0])}, {_span_of(found[0])}")
    return ""


def _with(stage: Stage, step: Step) -> list[Mapping[str, Any]]:
    """Crossings of one's own with a party, or with one declaration of it."""
    party, _, id_ = step.slots["subject"].partition("/")
    owner = stage.nodes.by_party[party].owner
    return [
        one
        for one in _views(stage.desk(step), step.slots["id"])
        if one["party"] == owner and id_ in {"", _id(one)}
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
        told.append(near("its area", one.get("area_km2", 0.0) * 1e6, wanted))
    if step.one("side") is not None and one.get("side") != step.one("side"):
        raise Unmet(f"it is on the side of {one.get('side')}")
    if "agreed_s" in one:
        told.append(f"{one['found_s'] / 60:g} min, agreed {one['agreed_s'] / 60:g} min")
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
    for shown in _newest_first(desk):
        if shown.get("notice") == "came/1" and (shown["party"], shown["id"]) == (party, id_):
            return list(shown["deviations"])
    raise Unmet(f"{what} did not come to this desk")


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


def verdict_of(desk: Desk, id_: str) -> Mapping[str, Any]:
    """What a party was last told of the verdict on its own.

    Raises:
        Unmet: nothing was.
    """
    answer = desk.ask("GET", f"{path_of(desk.party, id_)}/verdict")
    if answer.refused:
        raise Unmet(f"no verdict on it was told: {answer.code}")
    return dict(answer.body["told"])


def near(what: str, found: float, wanted: Amount) -> str:
    """That a size is what was expected.

    Raises:
        Unmet: it is not.
    """
    shown = f"{found / 1e6:,.4g} km2" if wanted.value >= 1e4 else f"{found:,.0f}"
    if abs(found - wanted.value) > wanted.within * wanted.value:
        raise Unmet(f"{what} is {shown}, expected {wanted.value / 1e6:,.4g} km2")
    return shown


def _views(desk: Desk, id_: str) -> Iterator[Mapping[str, Any]]:
    """Crossings of one's own declaration as its desk knows them now.

    What was shown since the last verdict on it takes the place of what the verdict says of the same
    declaration of another; what other nodes tell stands beside it.
    """
    told: set[str] = set()
    for shown in _newest_first(desk):
        about = shown.get("about") or {}
        if shown.get("notice") in _VERDICTS and about.get("id") == id_:
            yield from (one for one in _in(shown, id_) if one.get("ref") not in told)
            break
        ref = shown.get("ref")
        if ref is None or ref in told or shown.get("notice") in _OF_OTHERS:
            continue
        told.add(ref)
        yield from _in(shown, id_)
    answer = desk.ask("GET", path_of(desk.party, id_))
    for one in [] if answer.refused else answer.body.get("told_by", []):
        if one["newest"]:
            for view in _in(one["crossing"], id_):
                yield {"told by": one["by"], **view}


def _newest_first(desk: Desk) -> Iterator[Mapping[str, Any]]:
    """What a desk was shown, but for the signed texts of the line."""
    for event in reversed(desk.noticed()):
        shown = event.told.get("shown")
        if isinstance(shown, dict) and "notice" in shown:
            yield shown


def _in(value: Any, id_: str) -> Iterator[Mapping[str, Any]]:
    """Every crossing in what was told that is about one's own declaration."""
    if isinstance(value, list):
        for one in value:
            yield from _in(one, id_)
    elif isinstance(value, dict):
        own = value.get("own")
        if isinstance(own, dict) and own.get("id") == id_ and "party" in value:
            yield value
        else:
            for one in value.values():
                yield from _in(one, id_)


def _as_expected(step: Step, view: Mapping[str, Any]) -> str:
    told = [_name(view)]
    wanted: Amount | None = step.one("area")
    if wanted is not None:
        if view.get("area") is None:
            raise Unmet("no shared area is told of it")
        told.append(near("the shared area", area_m2(view["area"]), wanted))
    span: Span | None = step.one("from")
    if span is not None:
        for name, instant_us in (("time_start", span.start_us), ("time_end", span.end_us)):
            _at(name, view.get(name), instant_us)
    told.append(_span_of(view))
    heights = step.one("heights")
    if heights is not None:
        told.append(_heights(view, *heights))
    for name, key in (("certainty", "certainty"), ("level", "level"), ("goes-first", "goes_first")):
        if step.one(name) is not None:
            if view.get(key) != step.one(name):
                raise Unmet(f"its {name} is {view.get(key)}")
            told.append(str(view[key]))
    return ", ".join(told)


def _at(name: str, found: str | None, wanted_us: int | None) -> None:
    if (found is None) != (wanted_us is None):
        raise Unmet(f"its {name} is {found}")
    if found is None or wanted_us is None:
        return
    if abs(parse_instant(found) - wanted_us) > _TIMES_WITHIN_US:
        raise Unmet(f"its {name} is {found}, expected {format_instant(wanted_us)}")


def _heights(view: Mapping[str, Any], low_m: float, high_m: float, within_m: float) -> str:
    found = view.get("altitude_w84_m")
    if found is None:
        raise Unmet("no shared heights are told of it")
    for one, wanted_m in zip(found, (low_m, high_m), strict=True):
        if one is None or abs(one - wanted_m) > within_m:
            raise Unmet(f"the shared heights are {found[0]} to {found[1]} m W84")
    return f"{found[0]:,.0f} to {found[1]:,.0f} m W84"


def _name(view: Mapping[str, Any]) -> str:
    id_ = _id(view)
    return f"{view['party']}/{id_}" if id_ else f"{view['kind']} of {view['party']}"


def _id(view: Mapping[str, Any]) -> str:
    """Of the other declaration, where it may be known."""
    return str(view.get("id") or view.get("released", {}).get("id", ""))


def _span_of(view: Mapping[str, Any]) -> str:
    return f"{hour(view.get('time_start'))} to {hour(view.get('time_end'))}"


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
