"""UTM zones and latitude bands: which one a place lies in, and what each spans.

Bands are 8 degrees from 80 S, X has 12. Zones are 6 degrees from 180 W, but for south-west Norway (32V
is wider than 31V) and Svalbard (31X, 33X, 35X and 37X have what 32X, 34X and 36X would).

Source:
    NGA.STND.0037, Universal Grids and Grid Reference Systems.
"""

from __future__ import annotations

from typing import Final

__all__ = ["BANDS", "band_of", "band_span", "zone_of", "zone_span"]

BANDS: Final = "CDEFGHJKLMNPQRSTUVWX"
"""From 80 S to 84 N; I and O look like digits and are left out."""
_SOUTH_END: Final = -80.0
_NORTH_END: Final = 84.0
_SPANS: Final[dict[tuple[int, str], tuple[float, float] | None]] = {
    (31, "V"): (0.0, 3.0),
    (32, "V"): (3.0, 12.0),
    (31, "X"): (0.0, 9.0),
    (32, "X"): None,
    (33, "X"): (9.0, 21.0),
    (34, "X"): None,
    (35, "X"): (21.0, 33.0),
    (36, "X"): None,
    (37, "X"): (33.0, 42.0),
}
"""Zones that are not 6 degrees wide, and those that do not exist."""


def band_of(latitude: float) -> str | None:
    """The letter of a latitude's band; None beyond 80 S and 84 N, where the polar grids begin."""
    if not _SOUTH_END <= latitude <= _NORTH_END:
        return None
    return BANDS[min(int((latitude - _SOUTH_END) // 8.0), len(BANDS) - 1)]


def band_span(band: str) -> tuple[float, float]:
    """Southern and northern end of a band, degrees."""
    south = _SOUTH_END + 8.0 * BANDS.index(band)
    return south, _NORTH_END if band == "X" else south + 8.0


def zone_span(zone: int, band: str) -> tuple[float, float] | None:
    """Western and eastern end of a zone in a band, degrees; None where there is no such zone."""
    west = 6.0 * zone - 186.0
    return _SPANS.get((zone, band), (west, west + 6.0))


def zone_of(latitude: float, longitude: float) -> int:
    """The zone of a place between 80 S and 84 N; 180 E is 180 W."""
    zone = int((longitude + 180.0) // 6.0) % 60 + 1
    band = band_of(latitude) or ""
    for neighbour in (zone - 1, zone, zone + 1):
        span = _SPANS.get((neighbour, band))
        if span is not None and span[0] <= longitude < span[1]:
            return neighbour
    return zone
