"""Consent: to whom a notified site or movement is told, which of its fields, and from when.

Each word of :data:`RELEASES` stands for some fields of a notification; what no word was given for is
not told. Without any word a recipient is told the least that keeps somebody away: a circle, never
moved and never too small, and from when to when. Left to others: what silence means, and who is told
(``disclose.hearing`` and the node).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from keepclear.domain.declaration import Declaration, Kind
from keepclear.domain.route import Route
from keepclear.domain.schedule import Schedule
from keepclear.errors import InputError

__all__ = ["LEAD_US_MAX", "NEVER_RELEASED", "NOTIFIED", "RELEASES", "Consent", "starts_us"]

NOTIFIED: Final = frozenset({Kind.SITE, Kind.MOVEMENT})
"""What consent is asked for."""
RELEASES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "geometry": ("parts", "standoff_m", "ground_m", "position_error_m"),
        "id": ("id",),
        "name": ("name",),
        "alias": ("alias",),
        "type": ("site_type", "purpose"),
        "on_behalf_of": ("on_behalf_of",),
        "description": ("description", "country", "admin_area", "stops"),
        "position": ("stated", "position_method", "measured_on"),
        "building": ("entrance", "height_m"),
        "contact": ("contact_role", "contact_phone", "contact_radio"),
        "marking": ("marking",),
        "photos": ("photos",),
        "history": ("function_since", "confirmed_on", "valid_until", "amendment_of"),
        "vehicles": ("vehicle_count", "vehicle_types", "speed_kmh"),
        "plates": ("vehicle_plates",),
        "people": ("people_count",),
        "way": ("return_leg", "abort_points"),
        "emergency": ("emergency",),
        "sensitivity": ("sensitivity",),
    }
)
"""Each word of a consent, and the members and notice fields of a declaration that it releases."""
NEVER_RELEASED: Final = frozenset({"consented_recipients"})
"""Who else is told is nobody's to know but the party's own."""
LEAD_US_MAX: Final = 366 * 86_400_000_000
"""A lead longer than a year is a slip."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What one recipient is told of a notification, and from when.

    Raises:
        InputError: ``consent.field``, ``consent.release``.
    """

    to: str
    """The party."""
    fields: tuple[str, ...] = ()
    """Words of :data:`RELEASES`; none: the circle alone."""
    from_us: int | None = None
    """Nothing before this instant."""
    lead_us: int | None = None
    """Nothing earlier than so long before it begins."""

    def __post_init__(self) -> None:
        for word in self.fields:
            if word not in RELEASES:
                raise InputError(
                    "consent.field",
                    f"found field {word[:40]!r}, expected some of: {', '.join(RELEASES)}",
                )
        if self.lead_us is not None and not 0 <= self.lead_us <= LEAD_US_MAX:
            raise InputError("consent.release", "a lead lies between 0 and 366 days")

    def release_us(self, said: Declaration) -> int | None:
        """From when it is told, the later of what was said; nothing is at once.

        What has no beginning is there already, so a lead holds nothing of it back.
        """
        begins_us = starts_us(said)
        lead = None
        if self.lead_us is not None and begins_us is not None:
            lead = begins_us - self.lead_us
        instants = [one for one in (self.from_us, lead) if one is not None]
        return max(instants, default=None)


def starts_us(said: Declaration) -> int | None:
    """When its first part begins; nothing where one has no beginning."""
    starts: list[int] = []
    for part in said.parts:
        if isinstance(part, Route):
            starts.append(part.waypoints[0].time_us)
            continue
        window = part.window.window if isinstance(part.window, Schedule) else part.window
        if window.start_us is None:
            return None
        starts.append(window.start_us)
    return min(starts)
