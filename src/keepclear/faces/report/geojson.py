"""``--format geojson``: the shared areas as a FeatureCollection that any map opens.

Each crossing is a feature with the members of the JSON envelope as its properties; where two only
come too close there is no shared area, and the geometry is null. The head of the envelope stands
beside the features, so that nobody takes an incomplete answer for a whole one.
"""

from __future__ import annotations

from keepclear.detect.crossing import Comparison, Crossing
from keepclear.faces.report.envelope import claim_members, crossing_members, dump, head_members

__all__ = ["render_geojson"]


def render_geojson(comparison: Comparison) -> str:
    """A FeatureCollection (RFC 7946), one feature a line."""
    head = {"type": "FeatureCollection", **head_members(comparison)}
    head["claims"] = [claim_members(claim) for claim in comparison.claims]
    features = ",\n".join(_feature(number, c) for number, c in enumerate(comparison.crossings, 1))
    members = ",\n".join(f"{dump(name)}: {dump(value)}" for name, value in head.items())
    return f'{{\n{members},\n"features": [\n{features}\n]\n}}\n'


def _feature(number: int, crossing: Crossing) -> str:
    properties = crossing_members(crossing)
    geometry = properties.pop("area")
    return dump({"type": "Feature", "id": number, "geometry": geometry, "properties": properties})
