"""Limits under another reference, for formats that know fewer: never a smaller band than declared.

A lower limit becomes the lowest height that it can be above the WGS84 ellipsoid, an upper limit the
highest, by the same intervals that detection compares unlike references with.
"""

from __future__ import annotations

from dataclasses import dataclass

from keepclear.detect.extent import box_of, places_of, reach_of
from keepclear.detect.vertical import WORLD_GROUND, Geoid, lower_limit, upper_limit
from keepclear.domain.altitude import Altitude, AltitudeBand, Reference, Units
from keepclear.domain.declaration import Declaration
from keepclear.domain.footprint import Footprint

__all__ = ["Heights"]


@dataclass(frozen=True, slots=True)
class Heights:
    """What limits of one declaration can be above the ellipsoid."""

    geoid: Geoid
    declaration: Declaration

    def band_w84(self, band: AltitudeBand, footprint: Footprint) -> AltitudeBand:
        """The smallest band above the ellipsoid, in whole millimetres, that surely holds the other.

        Args:
            band: As declared.
            footprint: Where it holds; the geoid is looked up over all of it.
        """
        reach_m = reach_of(footprint) + self.declaration.position_error_m
        low, high = self.geoid.bounds(*box_of(places_of(footprint), reach_m))
        ground = self.declaration.ground or WORLD_GROUND

        def offsets(reference: Reference) -> tuple[float, float]:
            if reference is Reference.W84:
                return 0.0, 0.0
            if reference in {Reference.AGL, Reference.SFC}:
                return low + ground.lowest_m, high + ground.highest_m
            return low, high

        return AltitudeBand(
            _w84(band.lower, lower_limit(band.lower, offsets).least_mm),
            _w84(band.upper, upper_limit(band.upper, offsets).most_mm),
        )


def _w84(limit: Altitude | None, millimetres: int) -> Altitude | None:
    """A limit that is above the ellipsoid already keeps its value to the last bit."""
    if limit is None:
        return None
    if limit.reference is Reference.W84:
        return Altitude(limit.metres, Units.M, Reference.W84)
    return Altitude(millimetres / 1000, Units.M, Reference.W84)
