"""All routes of a node, and the rule that each path and method stands in the table once."""

from __future__ import annotations

from typing import Final

from keepclear.faces.api import (
    agreements,
    arrangements,
    calls,
    consents,
    declarations,
    enrolment,
    evidence,
    health,
    incidents,
    journeys,
    lines,
    ogc,
    pages,
    parcels,
    people,
    record,
    several,
    stepping,
    upkeep,
    witness,
)
from keepclear.faces.api.route import Route

__all__ = ["ROUTES"]

ROUTES: Final[tuple[Route, ...]] = (
    *declarations.ROUTES,
    *several.ROUTES,
    *journeys.ROUTES,
    *consents.ROUTES,
    *incidents.ROUTES,
    *arrangements.ROUTES,
    *agreements.ROUTES,
    *stepping.ROUTES,
    *record.ROUTES,
    *evidence.ROUTES,
    *enrolment.ROUTES,
    *lines.ROUTES,
    *witness.ROUTES,
    *parcels.ROUTES,
    *calls.ROUTES,
    *upkeep.ROUTES,
    *people.ROUTES,
    *ogc.ROUTES,
    *health.ROUTES,
    *pages.ROUTES,
)
"""In the order in which paths are tried: what is written out goes before what has a name in braces."""
