"""Volume4D: a footprint, an altitude band and a time window that hold together."""

from __future__ import annotations

from dataclasses import dataclass

from keepclear.domain.altitude import AltitudeBand
from keepclear.domain.footprint import Footprint
from keepclear.domain.schedule import Schedule
from keepclear.domain.window import Window

__all__ = ["Volume4D"]


@dataclass(frozen=True, slots=True)
class Volume4D:
    """Somebody may be anywhere in the footprint, anywhere in the band, at any time in the window.

    The name and the sense are those of ASTM F3548-21. ``window`` may be a weekly schedule, which is
    opened into plain windows before anything is compared.
    """

    footprint: Footprint
    band: AltitudeBand
    window: Window | Schedule
