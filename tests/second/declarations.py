"""A declaration as text (docs/protocol/declaration.md), and what is read back of it (link.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.second.messages import HIDDEN
from tests.second.notes import Refused, need

MOST = 64
KINDS = ("operation", "movement", "site", "restriction", "area")

DECLARATION = (
    "keepclear party id kind parts on_behalf_of? state? priority?:whole standoff_m? ground_m? "
    "position_error_m? name? description? stated?:stated notice?"
)
"""Members by their order and type. With ``?``: left out where they say nothing."""
MEMBERS = {
    "volume": "part footprint:footprint lower:limit upper:limit window:window schedule:schedule",
    "route": "part half_width_m waypoints:waypoint",
    "waypoint": "at time_us:whole lower:limit upper:limit error_m?",
    "area": "form edges polygons",
    "circle": "form center radius_m",
    "corridor": "form edges vertices half_width_m",
    "limit": "value units reference",
    "window": "start_us:whole end_us:whole",
    "schedule": "window:window periods:period",
    "period": "days:whole start_us:whole end_us:whole",
    "stated": "at text notation datum precision_m error_m",
}


def write_declaration(said: dict) -> str:
    """The one spelling, as a message has it, of a declaration whose members stand in any order."""
    return HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", spelled(said, DECLARATION))


def read_declaration(text: str) -> dict:
    """What a text says, if it is its one spelling; whether its values mean anything is not asked."""
    try:
        said = json.loads(text)
        need(
            said["keepclear"] == "declaration/1" and said["kind"] in KINDS,
            "another version or kind",
        )
        for part in said["parts"]:
            need(part["part"] == "route" or ("window" in part) != ("schedule" in part), "no time")
        again = write_declaration(said)
    except (ValueError, TypeError, KeyError) as error:
        raise Refused("wire.form", str(error)) from error
    if again != text:
        raise Refused("wire.spelling", "this text is spelled otherwise")
    return said


def spelled(value: dict, row: str) -> str:
    names = {member.partition(":")[0].rstrip("?") for member in row.split()}
    need(value.keys() <= names, f"unknown: {value.keys() - names}")
    need("id" not in names or value.keys() >= {"party", "id", "kind", "parts"}, "not whole")
    pairs = []
    for member in row.split():
        name, _, kind = member.partition(":")
        given = value.get(name.rstrip("?"))
        if given is not None and (given or not name.endswith("?")):
            pairs.append(f"{json.dumps(name.rstrip('?'))}:{written(given, kind)}")
    return "{" + ",".join(pairs) + "}"


def written(value, kind: str) -> str:
    """A value as JSON: numbers that are not whole have a fraction, whatever they were."""
    if isinstance(value, list):
        return "[" + ",".join(written(each, kind) for each in value) + "]"
    if isinstance(value, dict):
        return spelled(value, MEMBERS[value.get("part") or value.get("form") or kind])
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return str(value) if kind == "whole" else written_number(value + 0.0)


def written_number(value: float) -> str:
    """The fewest digits that give the same double, with a fraction or an exponent."""
    digits, _, exponent = repr(value).partition("e")
    if not exponent:
        return digits
    if int(exponent) == -5:  # the one exponent that Python writes and this spelling does not
        sign = "-" if value < 0 else ""
        return f"{sign}0.0000{digits.lstrip('-').replace('.', '')}"
    return f"{digits}e{int(exponent)}"


def footprint_places(footprint: dict) -> Iterator[list[float]]:
    if footprint["form"] == "circle":
        yield footprint["center"]
    elif footprint["form"] == "corridor":
        yield from footprint["vertices"]
    else:
        for polygon in footprint["polygons"]:
            for ring in polygon:
                yield from ring


def some(values: list) -> list:
    """All of them, or 64 from the first to the last."""
    if len(values) <= MOST:
        return values
    return [values[k * (len(values) - 1) // (MOST - 1)] for k in range(MOST)]


def understood(text: str) -> tuple[list[dict], list[int]]:
    """Places and times of a declaration, in the order of its parts, as a read-back says them."""
    places: list[list[float]] = []
    times: list[int | None] = []
    for part in json.loads(text)["parts"]:
        if part["part"] == "route":
            places += [each["at"] for each in part["waypoints"]]
            times += [each["time_us"] for each in part["waypoints"]]
            continue
        places += footprint_places(part["footprint"])
        window = part["window"] if "window" in part else part["schedule"]["window"]
        times += [window.get("start_us"), window.get("end_us")]
    said = [{"lat_e7": round(lat * 1e7), "lon_e7": round(lon * 1e7)} for lon, lat in places]
    return some(said), some([each for each in times if each is not None])
