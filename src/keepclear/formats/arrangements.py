"""One TOML text -> an arrangement: every fault is told in one pass, and nothing unknown is taken.

The text itself is what parties sign, so what is kept is the text and never a re-encoding of it. Left to
others: single values (:mod:`arrangement_values`), and a text to begin with
(:mod:`arrangement_template`).
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.arrangement import (
    Arrangement,
    Caps,
    Deadlines,
    DividingLine,
    Member,
    Retention,
    Rung,
    Separation,
    Third,
)
from keepclear.domain.declaration import Kind
from keepclear.domain.expiry import CONFIRMED_FOR_US
from keepclear.domain.footprint import Area, Corridor, EdgeRule, Polygon
from keepclear.errors import InputError, Refusal
from keepclear.formats import arrangement_values as v
from keepclear.formats.strict_table import Faults, StrictTable
from keepclear.formats.text import shown

__all__ = ["ARRANGEMENT_BYTES_MAX", "older_spelling", "read_arrangement"]

ARRANGEMENT_BYTES_MAX: Final = 200_000
"""An arrangement is a page or two; a long dividing line makes it some more."""
PARTIES_MAX: Final = 100
_KINDS: Final = MappingProxyType({kind.value: kind for kind in Kind})


def read_arrangement(data: bytes, *, name: str) -> tuple[Arrangement | None, tuple[Refusal, ...]]:
    """An arrangement, or every reason why the text is none.

    Args:
        data: The text.
        name: What sentences call it.
    """
    if len(data) > ARRANGEMENT_BYTES_MAX:
        large = f"found {len(data):,} bytes, expected at most {ARRANGEMENT_BYTES_MAX:,}"
        return None, (Refusal(name, "arrangement.too-large", large),)
    try:
        table = tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        said = str(error) or "it is nested too deep"
        return None, (Refusal(name, "arrangement.toml", f"this is no TOML text: {said}"),)
    faults = Faults(name)
    found = _arrangement(StrictTable(table, "", faults))
    return (None if faults.refused else found), tuple(faults.refused)


def older_spelling(data: bytes) -> str:
    """How a text that was read is written now, where it has the lists of before; else nothing."""
    content = tomllib.loads(data.decode())
    nodes = content.get("neutral", {}).get("nodes", [])
    relays = content.get("line", {}).get("relays", [])
    tables = [
        f"[[third]] name = {json.dumps(name, ensure_ascii=False)}, does = "
        + json.dumps([v.COMPARE] * (name in nodes) + [v.RELAY] * (name in relays))
        for name in dict.fromkeys((*nodes, *relays))
    ]
    if not tables:
        return ""
    return (
        "[neutral] nodes and [line] relays are one list now; the text means what it did, and its next "
        f"version may say {'; '.join(tables)}"
    )


def _arrangement(top: StrictTable) -> Arrangement:
    top.need("format", v.as_format, None)
    name = top.need("name", v.as_text, "")
    version = top.need("version", v.as_positive, 1)
    members = tuple(_member(one) for one in top.tables("party"))
    _parties(top, members)
    names = {member.name for member in members}
    humanitarian = top.table("humanitarian")
    notified = humanitarian.take("names", v.as_texts, ())
    confirmed_for_us = humanitarian.take("confirmed_for", v.as_duration, CONFIRMED_FOR_US)
    humanitarian.close()
    rules, line = _rules(top), top.table("line")
    thirds = _thirds(top, line, names, notified)
    _apart_from(top, names, notified)
    found = Arrangement(
        name=name,
        version=version,
        members=members,
        rungs=_rungs(top, names, notified),
        notified=notified,
        thirds=thirds,
        confirmed_for_us=confirmed_for_us,
        theatre=_theatre(top),
        dividing_line=_dividing_line(top, names),
        separation=_section(top, "separation", _SEPARATION, Separation),
        notice_us=_by_kind(top, "notice", v.as_duration),
        disclosure=_by_kind(top, "disclosure", v.as_disclosure),
        deadlines=_section(top, "deadlines", _DEADLINES, Deadlines),
        caps=_section(top, "caps", _CAPS, Caps),
        retention=_section(top, "retention", _RETENTION, Retention),
        **rules,
        **_line(line),
    )
    top.close()
    return found


def _thirds(
    top: StrictTable, line: StrictTable, names: set[str], notified: Sequence[str]
) -> tuple[Third, ...]:
    """One list; texts of before have two, of those who compare and of those who relay."""
    new, old = tuple(_third(table) for table in top.tables("third")), _of_two_lists(top, line)
    served = [one.name for one in new]
    for name in sorted({name for name in served if served.count(name) > 1}):
        top.faults.add("third", "arrangement.twice", f"{shown(name)} is named twice")
    if new and old:
        top.faults.add(
            "third",
            "arrangement.twice",
            "it is said in [neutral] or [line] relays as well; say all of it in [[third]]",
        )
    for one in new:
        _may_serve(top, one, names, notified, ("third", "third"))
    for one in old:
        _may_serve(top, one, names, notified, ("neutral", "line.relays"))
    return new + old


def _third(table: StrictTable) -> Third:
    name, does = table.need("name", v.as_text, ""), table.need("does", v.as_services, frozenset())
    table.close()
    return Third(name, v.COMPARE in does, v.RELAY in does)


def _of_two_lists(top: StrictTable, line: StrictTable) -> tuple[Third, ...]:
    neutral = top.table("neutral")
    nodes, relays = neutral.take("nodes", v.as_texts, ()), line.take("relays", v.as_texts, ())
    neutral.close()
    return tuple(
        Third(name, name in nodes, name in relays) for name in dict.fromkeys((*nodes, *relays))
    )


def _may_serve(
    top: StrictTable, one: Third, names: set[str], notified: Sequence[str], where: tuple[str, str]
) -> None:
    """That it may compare, and relay, and where in the text it was said that it does."""
    if one.compares and one.name in names | set(notified):
        top.faults.add(
            where[0],
            "arrangement.neutral",
            f"{shown(one.name)} is a party and compares for others; whoever does that has no plan",
        )
    # it would be taken for a messenger of forces, and its convoys with it
    if one.relays and one.name in notified:
        top.faults.add(
            where[1],
            "arrangement.relay",
            f"{shown(one.name)} is a humanitarian party, which relays nothing between forces; name "
            "another",
        )


def _member(table: StrictTable) -> Member:
    member = Member(
        table.need("name", v.as_text, ""),
        table.take("desk", v.as_text, ""),
        table.take("on_behalf_of", v.as_texts, ()),
        _by_kind(table, "discloses", v.as_disclosure),
    )
    table.close()
    return member


def _parties(top: StrictTable, members: tuple[Member, ...]) -> None:
    names = [member.name for member in members]
    if not 2 <= len(members) <= PARTIES_MAX:
        top.faults.add(
            "party",
            "arrangement.parties",
            f"found {len(members)} parties, expected 2 to {PARTIES_MAX}",
        )
    for name in sorted({name for name in names if names.count(name) > 1}):
        top.faults.add("party", "arrangement.twice", f"party {shown(name)} is named twice")


def _apart_from(top: StrictTable, names: set[str], notified: Iterable[str]) -> None:
    for name in sorted(names & set(notified)):
        top.faults.add(
            "humanitarian",
            "arrangement.humanitarian",
            f"{shown(name)} is a party and a humanitarian party; a humanitarian party signs no "
            "arrangement between forces",
        )


def _rungs(
    top: StrictTable, names: set[str], notified: tuple[str, ...]
) -> Mapping[frozenset[str], Rung]:
    rungs: dict[frozenset[str], Rung] = {}
    for table in top.tables("rung"):
        pair = frozenset(table.need("between", v.as_texts, ()))
        rung = table.need("is", v.as_rung, Rung.APART)
        table.close()
        if len(pair) != 2 or not pair <= names:
            what = "a humanitarian party stands on no rung" if pair & set(notified) else (
                "name two different parties of this arrangement"
            )  # fmt: skip
            top.faults.add(table.at("between"), "arrangement.rung", what)
        elif pair in rungs:
            top.faults.add(table.at("between"), "arrangement.twice", "this pair is named twice")
        else:
            rungs[pair] = rung
    for pair in map(frozenset, combinations(sorted(names), 2)):
        if pair not in rungs:
            both = " and ".join(sorted(pair))
            top.faults.add("rung", "arrangement.missing", f"no rung is said for {both}")
    return MappingProxyType(rungs)


def _theatre(top: StrictTable) -> Area | None:
    if "theatre" not in top.values:
        return None
    table = top.table("theatre")
    places = table.need("outline", v.as_places, ())
    table.close()
    try:
        return Area((Polygon((places,)),), EdgeRule.GEODESIC) if places else None
    except InputError as error:
        top.faults.add(table.at("outline"), error.code, error.message)
        return None


def _dividing_line(top: StrictTable, names: set[str]) -> DividingLine | None:
    if "dividing_line" not in top.values:
        return None
    table = top.table("dividing_line")
    places = table.need("line", v.as_places, ())
    left, right = (table.need(side, v.as_text, "") for side in ("left", "right"))
    table.close()
    if {left, right} - names or left == right:
        top.faults.add(
            table.where, "arrangement.line", "left and right must be two different parties"
        )
    try:
        return DividingLine(Corridor(places, 0.0, EdgeRule.GEODESIC), left, right)
    except InputError as error:
        top.faults.add(table.at("line"), error.code, error.message)
        return None


def _section(top: StrictTable, key: str, members: Mapping[str, tuple[str, Any]], make: Any) -> Any:
    """A table whose members are each optional."""
    table = top.table(key)
    said = {
        field_: table.take(name, convert)
        for name, (field_, convert) in members.items()
        if name in table.values
    }
    table.close()
    return make(**{name: value for name, value in said.items() if value is not None})


def _by_kind(top: StrictTable, key: str, convert: Callable[[Any], Any]) -> Mapping[Kind, Any]:
    table = top.table(key)
    said = {_KINDS[name]: table.take(name, convert) for name in _KINDS if name in table.values}
    table.close()
    return MappingProxyType({kind: value for kind, value in said.items() if value is not None})


def _rules(top: StrictTable) -> dict[str, Any]:
    table = top.table("rules")
    said = {
        "equal_priority_may_cross": table.take("equal_priority_may_cross", v.as_yes_or_no, False)
    }
    table.close()
    return said


def _line(table: StrictTable) -> dict[str, Any]:
    said = {
        "test_times_us": table.take("tests", v.as_clocks, ()),
        "frequencies": table.take("frequencies", v.as_texts, ()),
        "languages": table.take("languages", v.as_languages, ("en",)),
    }
    table.close()
    return said


_SEPARATION: Final = MappingProxyType(
    {
        "horizontal": ("horizontal_m", v.as_length),
        "vertical": ("vertical_m", v.as_length),
        "time": ("time_us", v.as_duration),
    }
)
_DEADLINES: Final = MappingProxyType(
    {
        "receipt": ("receipt_us", v.as_duration),
        "urgent": ("urgent_us", v.as_duration),
        "read_back": ("read_back_us", v.as_duration),
    }
)
_CAPS: Final = MappingProxyType(
    {
        "declarations": ("declarations", v.as_positive),
        "area_km2_hours": ("area_km2_hours", v.as_positive_number),
        "withdrawals_after_verdict": ("withdrawals_after_verdict", v.as_positive),
    }
)
_RETENTION: Final = MappingProxyType(
    {"operations": ("operations_us", v.as_duration), "evidence": ("evidence_us", v.as_duration)}
)
