"""InterUSS's flight intents, YAML with deltas, as declarations at a time and place of one's choice.

The file gives some intents in full and the others as changes to them: a change replaces leaves, a
list is changed item by item, and a member written ``+name`` replaces the whole of ``name``.
Outlines lie around 0 N 0 E and times are counted from the evaluation, so both are moved where a
test wants them. The result goes through our own F3548 reader, as if a service had sent it.
"""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import yaml

from keepclear.domain.declaration import Declaration
from keepclear.domain.units import MICROSECONDS
from keepclear.domain.window import format_instant
from keepclear.formats import f3548

__all__ = ["load_intents", "resolve"]

_STATES = {"Planned": "Accepted", "InUse": "Activated", "OffNominal": "Nonconforming"}
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def load_intents(
    path: Path,
    *,
    evaluation_us: int,
    latitude: float = 0.0,
    longitude: float = 0.0,
    altitude_m: float = 0.0,
) -> dict[str, Declaration]:
    """Every intent of a file as a declaration, under its name in the file.

    Args:
        path: The YAML file.
        evaluation_us: The instant that ``TimeOfEvaluation`` stands for.
        latitude: Degrees added to every latitude.
        longitude: Degrees added to every longitude.
        altitude_m: Metres added to every altitude.

    Flight 1 is planned by one service and flight 2 by the other, as the qualifier plays it.
    """
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    intents = {}
    for name, intent in resolve(document["intents"]).items():
        volumes = [
            _volume(area, evaluation_us, latitude, longitude, altitude_m)
            for area in intent["basic_information"]["area"]
        ]
        reading = f3548.read(_message(name, intent, volumes), name=path.name)
        assert not reading.refused, reading.refused
        (intents[name],) = reading.declarations
    return intents


def resolve(intents: dict[str, Any]) -> dict[str, Any]:
    """All intents in full."""
    full: dict[str, Any] = {}

    def of(name: str) -> Any:
        if name not in full:
            element = intents[name]
            if "full" in element:
                full[name] = copy.deepcopy(element["full"])
            else:
                delta = element["delta"]
                full[name] = _changed(of(delta["source"]), delta["mutation"])
        return full[name]

    return {name: of(name) for name in intents}


def _changed(base: Any, change: Any) -> Any:
    if isinstance(change, dict) and isinstance(base, dict):
        result = copy.deepcopy(base)
        for key, value in change.items():
            name = key.removeprefix("+")
            result[name] = value if key != name else _changed(base.get(name), value)
        return result
    if isinstance(change, list) and isinstance(base, list):
        pairs = [_changed(old, new) for old, new in zip(base, change, strict=False)]
        return pairs + copy.deepcopy(base[len(change) :]) + copy.deepcopy(change[len(base) :])
    return copy.deepcopy(change)


def _volume(
    area: dict[str, Any], evaluation_us: int, latitude: float, longitude: float, altitude_m: float
) -> dict[str, Any]:
    return {
        "volume": {
            "outline_polygon": {
                "vertices": [
                    {"lat": vertex["lat"] + latitude, "lng": vertex["lng"] + longitude}
                    for vertex in area["outline_polygon"]["vertices"]
                ]
            },
            "altitude_lower": _altitude(area["altitude_lower"], altitude_m),
            "altitude_upper": _altitude(area["altitude_upper"], altitude_m),
        },
        "time_start": _time(area["start_time"], evaluation_us),
        "time_end": _time(area["end_time"], evaluation_us),
    }


def _altitude(limit: dict[str, Any], altitude_m: float) -> dict[str, Any]:
    return {**limit, "value": limit["value"] + altitude_m}


def _time(raw: dict[str, Any], evaluation_us: int) -> dict[str, str]:
    offset = raw["offset_from"]
    assert offset["starting_from"] == {"time_during_test": "TimeOfEvaluation"}
    match = re.fullmatch(r"(-?\d+)([smh])", offset["offset"])
    assert match, offset
    shift_us = int(match[1]) * _SECONDS[match[2]] * MICROSECONDS
    return {"value": format_instant(evaluation_us + shift_us), "format": "RFC3339"}


def _message(name: str, intent: dict[str, Any], volumes: list[Any]) -> dict[str, Any]:
    said = intent["basic_information"]
    state = said["usage_state"] if said["uas_state"] == "Nominal" else said["uas_state"]
    return {
        "operational_intent": {
            "reference": {
                "id": name,
                "manager": "uss1" if "flight1" in name else "uss2",
                "state": _STATES[state],
            },
            "details": {"volumes": volumes, "priority": intent["astm_f3548_21"]["priority"]},
        }
    }
