"""One TOML text -> an arrangement: every fault is told in one pass, and nothing unknown is taken.

``TEMPLATE`` is a text to begin with, and a test reads it back. The text itself is what parties
sign, so what is kept is the text and never a re-encoding of it.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.arrangement import (
    Arrangement,
    Caps,
    Deadlines,
    Disclosure,
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
from keepclear.domain.position import Position
from keepclear.domain.units import LENGTH_M, MICROSECONDS, TIME_US
from keepclear.errors import InputError, Refusal
from keepclear.formats.positions import read_position
from keepclear.formats.text import one_line, shown

__all__ = ["ARRANGEMENT_BYTES_MAX", "TEMPLATE", "older_spelling", "read_arrangement"]

ARRANGEMENT_BYTES_MAX: Final = 200_000
"""An arrangement is a page or two; a long dividing line makes it some more."""
PARTIES_MAX: Final = 100
VERTICES_MAX: Final = 2_000
_FORMAT: Final = "keepclear arrangement 1"
_TIMES: Final = MappingProxyType({**TIME_US, "d": 86_400 * MICROSECONDS})
_QUANTITY: Final = re.compile(r"(\d{1,9}(?:\.\d{1,6})?) ?(NM|km|ft|min|m|s|h|d)", re.ASCII)
_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)Z", re.ASCII)
_LANGUAGES: Final = ("en", "fr", "ru", "ar")
_COMPARE, _RELAY = "compare", "relay"
_SERVICES: Final = frozenset({_COMPARE, _RELAY})
"""What a third may do."""
_KINDS: Final = MappingProxyType({kind.value: kind for kind in Kind})

TEMPLATE: Final = """\
# An arrangement between parties who share a space, but not their plans.
# It says what was agreed, so that differences from it can be computed. It permits nothing.
format = "keepclear arrangement 1"
name = "Darling"
version = 1

# How close the parties work: apart, parallel, coordinated, united. Every pair must be named.
[[rung]]
between = ["Alder", "Birch"]
is = "parallel"

[[party]]
name = "Alder"
desk = "duty officer, line 1, 243.0 MHz"   # a role and how to reach it, never a person

[[party]]
name = "Birch"
desk = "duty officer, line 2"

# Humanitarian parties notify; they stand on no rung, and nothing here asks anything of them.
[humanitarian]
names = ["Relief"]
confirmed_for = "180d"   # a site that is not confirmed again goes on standing, as unconfirmed

# Who serves you as a third. "compare": all parties declare to its node, which shows none another's
# plan. "relay": its desk passes sealed notes on where two cannot reach each other, and reads none.
# [[third]]
# name = "secretariat"
# does = ["compare", "relay"]

# Where it holds. Positions in any notation; leave it out for everywhere.
[theatre]
outline = ["31.8 S 142.8 E", "30.2 S 142.8 E", "30.2 S 145.6 E", "31.8 S 145.6 E"]

# Who keeps to which side, seen by somebody who walks along the line as it is written.
[dividing_line]
line = ["31.560 S 143.380 E", "31.200 S 143.950 E", "30.940 S 144.420 E", "30.530 S 145.120 E"]
left = "Birch"
right = "Alder"

# What must remain free between declarations of two parties.
[separation]
horizontal = "1000m"
vertical = "300ft"
time = "0s"

# How long before it begins a declaration is to be made. A humanitarian notification is never late.
[notice]
operation = "30min"
restriction = "30min"

# What the other members see: "open" (the plan) or "crossing" (the shared part, and whom to call).
[disclosure]
operation = "crossing"
restriction = "open"
area = "open"

[rules]
equal_priority_may_cross = false

# What is answered within which time.
[deadlines]
receipt = "10min"
urgent = "60s"
read_back = "30min"

# When the line is tested every day, and what all pilots and desks listen to.
[line]
tests = ["04:00Z", "10:00Z"]
frequencies = ["243.0 MHz", "121.5 MHz"]
languages = ["en"]

# What one party may ask of another in a day where only crossings are disclosed.
[caps]
declarations = 500
area_km2_hours = 25000
withdrawals_after_verdict = 20

[retention]
operations = "24h"
evidence = "3653d"
"""


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
    faults = _Faults(name)
    found = _arrangement(_Table(table, "", faults))
    return (None if faults.refused else found), tuple(faults.refused)


def older_spelling(data: bytes) -> str:
    """How a text that was read is written now, where it has the lists of before; else nothing."""
    content = tomllib.loads(data.decode())
    nodes = content.get("neutral", {}).get("nodes", [])
    relays = content.get("line", {}).get("relays", [])
    tables = [
        f"[[third]] name = {json.dumps(name, ensure_ascii=False)}, does = "
        + json.dumps([_COMPARE] * (name in nodes) + [_RELAY] * (name in relays))
        for name in dict.fromkeys((*nodes, *relays))
    ]
    if not tables:
        return ""
    return (
        "[neutral] nodes and [line] relays are one list now; the text means what it did, and its next "
        f"version may say {'; '.join(tables)}"
    )


@dataclass(slots=True)
class _Faults:
    name: str
    refused: list[Refusal] = field(default_factory=list)

    def add(self, where: str, code: str, message: str) -> None:
        self.refused.append(Refusal(f"{self.name} {where}".strip(), code, message))


@dataclass(slots=True)
class _Table:
    """A table of the text; what is asked of it is taken out, what is left at the end is a fault."""

    values: dict[str, Any]
    where: str
    faults: _Faults

    def at(self, key: str) -> str:
        return f"{self.where}.{key}".strip(".")

    def take(self, key: str, convert: Callable[[Any], Any], default: Any = None) -> Any:
        """A value converted; a fault is noted, and the default taken so that the rest is looked at."""
        if key not in self.values:
            return default
        try:
            return convert(self.values.pop(key))
        except InputError as error:
            where = f"{self.at(key)} {error.where}".strip()
            self.faults.add(where, error.code, error.message)
            return default

    def need(self, key: str, convert: Callable[[Any], Any], default: Any) -> Any:
        if key not in self.values:
            self.faults.add(self.at(key), "arrangement.missing", f"{key} must be said")
        return self.take(key, convert, default)

    def table(self, key: str) -> _Table:
        inner = self.values.pop(key, {})
        if not isinstance(inner, dict):
            self.faults.add(
                self.at(key), "arrangement.form", f"found {shown(inner)}, expected a table"
            )
            inner = {}
        return _Table(inner, self.at(key), self.faults)

    def tables(self, key: str) -> list[_Table]:
        inner = self.values.pop(key, [])
        if not isinstance(inner, list) or not all(isinstance(one, dict) for one in inner):
            self.faults.add(self.at(key), "arrangement.form", f"write each as [[{key}]]")
            return []
        return [_Table(one, f"{self.at(key)} {n}", self.faults) for n, one in enumerate(inner, 1)]

    def close(self) -> None:
        for key in self.values:
            self.faults.add(
                self.at(key), "arrangement.unknown", "this name is not known; is it misspelt?"
            )


def _arrangement(top: _Table) -> Arrangement:
    top.need("format", _format, None)
    name = top.need("name", _text, "")
    version = top.need("version", _positive, 1)
    members = tuple(_member(one) for one in top.tables("party"))
    _parties(top, members)
    names = {member.name for member in members}
    humanitarian = top.table("humanitarian")
    notified = humanitarian.take("names", _texts, ())
    confirmed_for_us = humanitarian.take("confirmed_for", _duration, CONFIRMED_FOR_US)
    humanitarian.close()
    rules, line = _rules(top), top.table("line")
    thirds = _thirds(top, line)
    _apart_from(top, names, notified)
    _may_serve(top, thirds, names, notified)
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
        notice_us=_by_kind(top, "notice", _duration),
        disclosure=_by_kind(top, "disclosure", _disclosure),
        deadlines=_section(top, "deadlines", _DEADLINES, Deadlines),
        caps=_section(top, "caps", _CAPS, Caps),
        retention=_section(top, "retention", _RETENTION, Retention),
        **rules,
        **_line(line),
    )
    top.close()
    return found


def _thirds(top: _Table, line: _Table) -> tuple[Third, ...]:
    """One list; texts of before have two, of those who compare and of those who relay."""
    found = [_third(table) for table in top.tables("third")]
    neutral = top.table("neutral")
    nodes, relays = neutral.take("nodes", _texts, ()), line.take("relays", _texts, ())
    neutral.close()
    names = [one.name for one in found]
    for name in sorted({name for name in names if names.count(name) > 1}):
        top.faults.add("third", "arrangement.twice", f"{shown(name)} is named twice")
    if found and (nodes or relays):
        top.faults.add(
            "third",
            "arrangement.twice",
            "it is said in [neutral] or [line] relays as well; say all of it in [[third]]",
        )
    old = dict.fromkeys((*nodes, *relays))
    return (*found, *(Third(name, name in nodes, name in relays) for name in old))


def _third(table: _Table) -> Third:
    name, does = table.need("name", _text, ""), table.need("does", _services, frozenset())
    table.close()
    return Third(name, _COMPARE in does, _RELAY in does)


def _may_serve(
    top: _Table, thirds: Iterable[Third], names: set[str], notified: Iterable[str]
) -> None:
    for one in thirds:
        if one.compares and one.name in names | set(notified):
            top.faults.add(
                "third",
                "arrangement.neutral",
                f"{shown(one.name)} is a party and compares for others; whoever does that has no plan",
            )
        # it would be taken for a messenger of forces, and its convoys with it
        if one.relays and one.name in notified:
            top.faults.add(
                "third",
                "arrangement.relay",
                f"{shown(one.name)} is a humanitarian party, which relays nothing between forces; "
                "name another",
            )


def _member(table: _Table) -> Member:
    member = Member(
        table.need("name", _text, ""),
        table.take("desk", _text, ""),
        table.take("on_behalf_of", _texts, ()),
        _by_kind(table, "discloses", _disclosure),
    )
    table.close()
    return member


def _parties(top: _Table, members: tuple[Member, ...]) -> None:
    names = [member.name for member in members]
    if not 2 <= len(members) <= PARTIES_MAX:
        top.faults.add(
            "party",
            "arrangement.parties",
            f"found {len(members)} parties, expected 2 to {PARTIES_MAX}",
        )
    for name in sorted({name for name in names if names.count(name) > 1}):
        top.faults.add("party", "arrangement.twice", f"party {shown(name)} is named twice")


def _apart_from(top: _Table, names: set[str], notified: Iterable[str]) -> None:
    for name in sorted(names & set(notified)):
        top.faults.add(
            "humanitarian",
            "arrangement.humanitarian",
            f"{shown(name)} is a party and a humanitarian party; a humanitarian party signs no "
            "arrangement between forces",
        )


def _rungs(
    top: _Table, names: set[str], notified: tuple[str, ...]
) -> Mapping[frozenset[str], Rung]:
    rungs: dict[frozenset[str], Rung] = {}
    for table in top.tables("rung"):
        pair = frozenset(table.need("between", _texts, ()))
        rung = table.need("is", _rung, Rung.APART)
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


def _theatre(top: _Table) -> Area | None:
    if "theatre" not in top.values:
        return None
    table = top.table("theatre")
    places = table.need("outline", _places, ())
    table.close()
    try:
        return Area((Polygon((places,)),), EdgeRule.GEODESIC) if places else None
    except InputError as error:
        top.faults.add(table.at("outline"), error.code, error.message)
        return None


def _dividing_line(top: _Table, names: set[str]) -> DividingLine | None:
    if "dividing_line" not in top.values:
        return None
    table = top.table("dividing_line")
    places = table.need("line", _places, ())
    left, right = (table.need(side, _text, "") for side in ("left", "right"))
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


def _section(top: _Table, key: str, members: Mapping[str, tuple[str, Any]], make: Any) -> Any:
    """A table whose members are each optional."""
    table = top.table(key)
    said = {
        field_: table.take(name, convert)
        for name, (field_, convert) in members.items()
        if name in table.values
    }
    table.close()
    return make(**{name: value for name, value in said.items() if value is not None})


def _by_kind(top: _Table, key: str, convert: Callable[[Any], Any]) -> Mapping[Kind, Any]:
    table = top.table(key)
    said = {_KINDS[name]: table.take(name, convert) for name in _KINDS if name in table.values}
    table.close()
    return MappingProxyType({kind: value for kind, value in said.items() if value is not None})


def _rules(top: _Table) -> dict[str, Any]:
    table = top.table("rules")
    said = {"equal_priority_may_cross": table.take("equal_priority_may_cross", _yes_or_no, False)}
    table.close()
    return said


def _line(table: _Table) -> dict[str, Any]:
    said = {
        "test_times_us": table.take("tests", _clocks, ()),
        "frequencies": table.take("frequencies", _texts, ()),
        "languages": table.take("languages", _languages, ("en",)),
    }
    table.close()
    return said


# values


def _format(value: Any) -> str:
    if value != _FORMAT:
        raise InputError("arrangement.format", f"found {shown(value)}, expected {_FORMAT!r}")
    return _FORMAT


def _text(value: Any) -> str:
    text = one_line(value)
    if not text:
        raise InputError("arrangement.form", "found an empty text")
    return text


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise InputError("arrangement.form", f"found {shown(value)}, expected a list of texts")
    return tuple(map(_text, value))


def _services(value: Any) -> frozenset[str]:
    found = frozenset(_texts(value))
    if not found or found - _SERVICES:
        known = " or ".join(map(repr, sorted(_SERVICES)))
        raise InputError("arrangement.form", f"found {shown(value)}, expected a list of {known}")
    return found


def _positive(value: Any) -> int:
    if type(value) is not int or not 1 <= value <= 10**9:
        raise InputError(
            "arrangement.form", f"found {shown(value)}, expected a whole number from 1"
        )
    return value


def _positive_number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 10**12:
        raise InputError("arrangement.form", f"found {shown(value)}, expected a number above 0")
    return float(value)


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise InputError("arrangement.form", f"found {shown(value)}, expected true or false")
    return value


def _length(value: Any) -> float:
    return _quantity(value, LENGTH_M, "1000m, 5NM or 300ft")


def _duration(value: Any) -> int:
    return round(_quantity(value, _TIMES, "60s, 30min, 24h or 90d"))


def _quantity(value: Any, units: Mapping[str, float], example: str) -> float:
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[2] not in units:
        raise InputError(
            "arrangement.quantity",
            f"found {shown(value)}, expected a number with its unit in quotes, such as {example}",
        )
    return float(match[1]) * units[match[2]]


def _rung(value: Any) -> Rung:
    names = {rung.value: rung for rung in Rung}
    if not isinstance(value, str) or value not in names:
        raise InputError(
            "arrangement.rung", f"found {shown(value)}, expected one of {', '.join(names)}"
        )
    return names[value]


def _disclosure(value: Any) -> Disclosure:
    if value == "sealed":
        raise InputError(
            "arrangement.sealed",
            "sealed comparison does not exist yet, and nothing less is put in its place; agree on "
            "crossing or open",
        )
    names = {level.value: level for level in Disclosure}
    if not isinstance(value, str) or value not in names:
        raise InputError(
            "arrangement.disclosure", f"found {shown(value)}, expected one of {', '.join(names)}"
        )
    return names[value]


def _places(value: Any) -> tuple[Position, ...]:
    if not isinstance(value, list) or len(value) > VERTICES_MAX:
        raise InputError(
            "arrangement.form",
            f"found {shown(value)}, expected a list of at most {VERTICES_MAX:,} positions",
        )
    places = []
    for number, text in enumerate(value, 1):
        if not isinstance(text, str):
            raise InputError(
                "arrangement.form",
                f"found {shown(text)}, expected a position in quotes",
                where=f"position {number}",
            )
        try:
            places.append(read_position(text).position)
        except InputError as error:
            raise error.inside(f"position {number}") from None
    return tuple(places)


def _clocks(value: Any) -> tuple[int, ...]:
    times = []
    for text in _texts(value):
        match = _CLOCK.fullmatch(text)
        if match is None:
            raise InputError(
                "arrangement.clock", f"found {shown(text)}, expected a time of day such as '04:00Z'"
            )
        times.append((int(match[1]) * 60 + int(match[2])) * 60 * MICROSECONDS)
    return tuple(sorted(times))


def _languages(value: Any) -> tuple[str, ...]:
    found = _texts(value)
    for language in found:
        if language not in _LANGUAGES:
            raise InputError(
                "arrangement.language",
                f"found {shown(language)}, expected one of {', '.join(_LANGUAGES)}",
            )
    return found


_SEPARATION: Final = MappingProxyType(
    {
        "horizontal": ("horizontal_m", _length),
        "vertical": ("vertical_m", _length),
        "time": ("time_us", _duration),
    }
)
_DEADLINES: Final = MappingProxyType(
    {
        "receipt": ("receipt_us", _duration),
        "urgent": ("urgent_us", _duration),
        "read_back": ("read_back_us", _duration),
    }
)
_CAPS: Final = MappingProxyType(
    {
        "declarations": ("declarations", _positive),
        "area_km2_hours": ("area_km2_hours", _positive_number),
        "withdrawals_after_verdict": ("withdrawals_after_verdict", _positive),
    }
)
_RETENTION: Final = MappingProxyType(
    {"operations": ("operations_us", _duration), "evidence": ("evidence_us", _duration)}
)
