"""Older datums to WGS84: by named operations of the EPSG register, never by a silent approximation.

Each operation is three or seven published numbers that PROJ applies; none needs a grid file, so the
answer is the same on every machine. Of the operations whose area holds a place, the first in the table
is taken, most exact first. Outside all areas a place is refused: nobody has said what holds there.

Source:
    EPSG Geodetic Parameter Dataset, as PROJ ships it; a test compares names, areas and accuracies.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.stated import DATUM_UNKNOWN_M, Datum
from keepclear.errors import ConfigurationError, InputError
from keepclear.formats.positions.projection import once_round

__all__ = ["OPERATIONS", "Operation", "operation_for", "to_wgs84"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One way from a datum to WGS84."""

    code: int
    """In the EPSG register."""
    name: str
    accuracy_m: float
    west: float
    south: float
    east: float
    """Less than ``west`` where the area crosses the antimeridian."""
    north: float
    """Degrees: the box around the area that the register names."""

    def covers(self, latitude: float, longitude: float) -> bool:
        """Whether a place lies in the box of its area."""
        if not self.south <= latitude <= self.north:
            return False
        if self.west <= self.east:
            return self.west <= longitude <= self.east
        return longitude >= self.west or longitude <= self.east


OPERATIONS: Final = MappingProxyType(
    {
        Datum.ED50: (
            Operation(1784, "ED50 to WGS 84 (30)", 2.0, 25.62, 34.42, 44.83, 43.45),
            Operation(1087, "ED50 to WGS 84 (37)", 2.5, 34.88, 29.18, 39.31, 33.38),
            Operation(1133, "ED50 to WGS 84 (1)", 10.0, -9.56, 34.88, 31.59, 71.24),
            Operation(1136, "ED50 to WGS 84 (4)", 26.0, 29.95, 32.88, 35.2, 36.21),
            Operation(1245, "ED50 to WGS 84 (16)", 44.0, 7.49, 30.23, 13.67, 38.41),
            Operation(1135, "ED50 to WGS 84 (3)", DATUM_UNKNOWN_M, 34.17, 16.37, 55.67, 37.39),
        ),
        Datum.PULKOVO_42: (
            Operation(5044, "Pulkovo 1942 to WGS 84 (20)", 3.0, 19.58, 41.19, -168.97, 81.91),
            Operation(15865, "Pulkovo 1942 to WGS 84 (16)", 4.5, 19.57, 35.14, -168.97, 81.91),
        ),
        Datum.NAD27: (
            Operation(1173, "NAD27 to WGS 84 (4)", 10.0, -124.79, 24.41, -66.91, 49.38),
            Operation(1176, "NAD27 to WGS 84 (7)", 12.0, -168.26, 54.34, -129.99, 71.4),
            Operation(1187, "NAD27 to WGS 84 (18)", 12.0, -118.47, 14.51, -86.68, 32.72),
            Operation(1172, "NAD27 to WGS 84 (3)", 20.0, -141.01, 40.0, -44.0, 83.17),
            Operation(1170, "NAD27 to WGS 84 (1)", 16.0, -85.01, 13.0, -59.37, 23.25),
            Operation(1171, "NAD27 to WGS 84 (2)", 10.0, -92.29, 7.98, -82.53, 18.49),
        ),
    }
)
"""In the order in which they are asked."""


def operation_for(datum: Datum, latitude: float, longitude: float) -> Operation | None:
    """The operation that is used for a place; None where none covers it, or none is needed."""
    found = OPERATIONS.get(datum, ())
    return next((operation for operation in found if operation.covers(latitude, longitude)), None)


def to_wgs84(datum: Datum, latitude: float, longitude: float) -> tuple[float, float, float]:
    """Latitude and longitude on WGS84, and how far off the conversion may be, metres.

    Raises:
        InputError: ``position.datum-area`` for a place where the datum is not in use.
        ConfigurationError: This PROJ has another operation under the same number.
    """
    if datum is Datum.WGS84:
        return latitude, longitude, 0.0
    if datum in {Datum.LOCAL, Datum.UNKNOWN}:
        return latitude, longitude, DATUM_UNKNOWN_M
    operation = operation_for(datum, latitude, longitude)
    if operation is None:
        raise InputError(
            "position.datum-area",
            f"latitude {latitude:.4f}, longitude {longitude:.4f} lies where {datum.value} is not in "
            "use and no conversion is published; is the datum or the place wrong? A datum called "
            f"unknown is taken as it stands, with an error of {DATUM_UNKNOWN_M:.0f} m",
        )
    moved_latitude, moved_longitude = _transformer(operation).transform(latitude, longitude)
    if not (isfinite(moved_latitude) and isfinite(moved_longitude)):
        raise InputError(
            "position.datum-area",
            f"latitude {latitude:.4f}, longitude {longitude:.4f} cannot be converted from "
            f"{datum.value}",
        )
    return float(moved_latitude), once_round(float(moved_longitude)), operation.accuracy_m


@lru_cache(maxsize=64)
def _transformer(operation: Operation) -> Any:
    """PROJ's own form of an operation, known to be the one in the table."""
    from pyproj import Transformer  # noqa: PLC0415  0.1 s that most texts never need

    urn = f"urn:ogc:def:coordinateOperation:EPSG::{operation.code}"
    transformer = Transformer.from_pipeline(urn)
    if transformer.description != operation.name:
        raise ConfigurationError(
            f"PROJ calls the operation EPSG:{operation.code} {transformer.description!r}, expected "
            f"{operation.name!r}; install the PROJ that keepclear was tested with"
        )
    return transformer
