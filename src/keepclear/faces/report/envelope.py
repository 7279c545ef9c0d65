"""``--format json``: everything one check found, as the versioned envelope ``check/1``.

The order of the members is fixed, numbers are rounded where their digits end to mean anything, and
no time of making is in it: the same declarations give the same bytes. Every crossing stands on one
line of its own, so that two answers can be compared with ``diff``.
"""

from __future__ import annotations

import json
from typing import Any, Final

from keepclear.detect.crossing import Claim, Comparison, Crossing, Side
from keepclear.domain.altitude import Altitude, AltitudeBand
from keepclear.domain.window import format_instant

__all__ = [
    "VERSION",
    "claim_members",
    "crossing_members",
    "head_members",
    "lines_of",
    "render_json",
    "side",
]

VERSION: Final = "check/1"
"""Name of the form. Members may be added under it; none changes its meaning or goes away."""

_LENGTH_DIGITS: Final = 3
"""Millimetres: distances are exact to about 0.1 mm."""
_AREA_DIGITS: Final = 2
_TIME_DIGITS: Final = 6
"""Microseconds."""


def render_json(comparison: Comparison) -> str:
    """The envelope as text, with one line for each crossing, refusal, warning and claim."""
    members = {
        **head_members(comparison),
        "crossings": [crossing_members(crossing) for crossing in comparison.crossings],
        "claims": [claim_members(claim) for claim in comparison.claims],
    }
    return lines_of(members)


def lines_of(members: dict[str, Any]) -> str:
    """An envelope as text: a line for each member, and one for each item of a list."""
    lines = ",\n".join(f"{dump(name)}: {_block(value)}" for name, value in members.items())
    return f"{{\n{lines}\n}}\n"


def dump(value: Any) -> str:
    """One JSON value on one line; what is no JSON number never gets out."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _block(value: Any) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(dump(item) for item in value) + "\n]"
    return dump(value)


def head_members(comparison: Comparison) -> dict[str, Any]:
    """Everything before the crossings: how complete the answer is, and what it leaves out."""
    return {
        "keepclear": VERSION,
        "complete": comparison.complete,
        "declarations": comparison.declarations,
        "volumes": comparison.volumes,
        "compared": comparison.compared,
        "not_compared": [
            {"reason": reason, "count": count} for reason, count in comparison.not_compared
        ],
        "refused": [
            {"where": refusal.where, "code": refusal.code, "message": refusal.message}
            for refusal in comparison.refused
        ],
        "warnings": list(comparison.warnings),
    }


def crossing_members(crossing: Crossing) -> dict[str, Any]:
    """One crossing, lengths in metres, times in RFC 3339 with Z."""
    return {
        "a": side(crossing.a),
        "b": side(crossing.b),
        "kind": crossing.kind.value,
        "certainty": "certain" if crossing.certain else "possible",
        "why_possible": list(crossing.why_possible),
        "time_start": instant(crossing.time_start_us),
        "time_end": instant(crossing.time_end_us),
        "altitude": _band(crossing.altitude),
        "altitude_w84_m": [rounded(limit, _LENGTH_DIGITS) for limit in crossing.altitude_w84_m],
        "area_m2": rounded(crossing.area_m2, _AREA_DIGITS),
        "area": crossing.area,
        "horizontal_m": rounded(crossing.horizontal_m, _LENGTH_DIGITS),
        "vertical_m": rounded(crossing.vertical_m, _LENGTH_DIGITS),
        "time_s": rounded(crossing.time_s, _TIME_DIGITS),
        "depth_m": rounded(crossing.depth_m, _LENGTH_DIGITS),
    }


def claim_members(claim: Claim) -> dict[str, Any]:
    """Two areas of activity on the same ground: no crossing, and worth knowing."""
    return {
        "a": side(claim.a),
        "b": side(claim.b),
        "area_m2": rounded(claim.area_m2, _AREA_DIGITS),
    }


def side(one: Side) -> dict[str, Any]:
    """Who it is; ``unconfirmed_since`` only where a site's validity has ended."""
    members: dict[str, Any] = {
        "party": one.party,
        "id": one.id,
        "kind": one.kind.value,
        "parts": list(one.parts),
    }
    if one.unconfirmed_since_us is not None:
        members["unconfirmed_since"] = instant(one.unconfirmed_since_us)
    return members


def instant(instant_us: int | None) -> str | None:
    """RFC 3339 with Z, or nothing where there is no limit."""
    return None if instant_us is None else format_instant(instant_us)


def rounded(value: float | None, digits: int) -> float | None:
    """Rounded to the digits that mean something; never minus zero."""
    return None if value is None else round(float(value), digits) + 0.0


def _band(band: AltitudeBand | None) -> dict[str, Any] | None:
    if band is None:
        return None
    return {"lower": _limit(band.lower), "upper": _limit(band.upper)}


def _limit(limit: Altitude | None) -> dict[str, Any] | None:
    if limit is None:
        return None
    return {
        "value": limit.value + 0.0,
        "units": limit.units.value,
        "reference": limit.reference.value,
    }
