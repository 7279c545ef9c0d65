"""Heights of a KML geometry: its altitude mode, its extrusion, and the altitudes of its vertices.

``absolute`` is metres above mean sea level, EGM96 (OGC 07-147r2, clause 6.2); ``relativeToGround``
metres above the ground; with ``clampToGround``, which holds where nothing is said, altitudes mean
nothing. What is extruded reaches down to the ground (clauses 10.4 and 10.8.3.1).

An area that stands at one height and is not extruded has no thickness. Nobody can stay in that, and
people draw it to say *up to here*, so it is taken from the ground up, and said.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, NamedTuple

from keepclear.domain.altitude import Altitude, Reference, Units
from keepclear.errors import InputError
from keepclear.formats.remarks import Remarks
from keepclear.formats.text import shown
from keepclear.formats.xmltext import Element, local, text_of

__all__ = ["Heights", "heights_of"]

CLAMPED: Final = "clampToGround"
_REFERENCES: Final = MappingProxyType(
    {"relativeToGround": Reference.AGL, "absolute": Reference.AMSL}
)
_SEA_FLOOR: Final = frozenset({"clampToSeaFloor", "relativeToSeaFloor"})
_TRUE: Final = frozenset({"1", "true"})
_SURFACE: Final = Altitude(0.0, Units.M, Reference.SFC)

_LID: Final = (
    "with an area at one height that is not extruded: taken from the ground up to it; "
    "altitude_lower and altitude_upper in ExtendedData say it exactly"
)
_FLOOR: Final = "with heights above the sea floor, which are not compared: taken at every height"
_MISSING: Final = "with an altitude mode but vertices without altitude: taken at every height"


class Heights(NamedTuple):
    """What an element says of heights, before its vertices are known."""

    reference: Reference | None
    """None where altitudes mean nothing."""
    extruded: bool

    def band(
        self, metres: list[float | None], remarks: Remarks, *, area: bool
    ) -> tuple[Altitude, Altitude] | None:
        """From the lowest to the highest of some vertices; None where nothing is said.

        Raises:
            InputError: ``altitude.*``.
        """
        known = self.known(metres, remarks)
        if known is None or self.reference is None:
            return None
        upper = Altitude(max(known), Units.M, self.reference)
        if area and not self.extruded:
            remarks.add(_LID)
        if area or self.extruded:
            return _SURFACE, upper
        return Altitude(min(known), Units.M, self.reference), upper

    def levels(self, metres: list[float | None], remarks: Remarks) -> list[Altitude] | None:
        """The height at each vertex of something that moves; None where nothing is said."""
        known = self.known(metres, remarks)
        if known is None or self.reference is None:
            return None
        return [Altitude(height, Units.M, self.reference) for height in known]

    def known(self, metres: list[float | None], remarks: Remarks) -> list[float] | None:
        """The heights of all vertices, if each has one and they mean something."""
        if self.reference is None or not metres:
            return None
        known = [height for height in metres if height is not None]
        if len(known) < len(metres):
            remarks.add(_MISSING)
            return None
        return known


def heights_of(geometry: Element, remarks: Remarks) -> Heights:
    """The altitude mode and extrusion of one geometry.

    Raises:
        InputError: ``altitude.reference``.
    """
    mode, extruded = CLAMPED, False
    for element in geometry:
        name = local(element)
        if name == "altitudeMode":
            mode = text_of(element)
        elif name == "extrude":
            extruded = text_of(element) in _TRUE
    if mode in _SEA_FLOOR:
        remarks.add(_FLOOR)
        return Heights(None, extruded)
    if mode != CLAMPED and mode not in _REFERENCES:
        raise InputError(
            "altitude.reference",
            f"found altitudeMode {shown(mode)}, expected {CLAMPED}, {', '.join(_REFERENCES)}",
        )
    return Heights(_REFERENCES.get(mode), extruded)
