"""Is a place known well enough: too few digits for its stand-off, a datum nobody named."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from typing import Final

from keepclear.domain.declaration import Kind
from keepclear.domain.finding import Finding, Severity
from keepclear.domain.stated import DATUM_UNKNOWN_M, Datum
from keepclear.integrity.context import Bounds
from keepclear.integrity.digits import dropped_zeros
from keepclear.integrity.places import Place, where
from keepclear.integrity.ruler import distance_m, length

__all__ = ["precision_findings"]

_HALF_DIAGONAL: Final = sqrt(2.0) / 2.0
_FINER: Final = 4.0
"""A second writing that is so many times finer should be the one that holds."""
_UNNAMED: Final = (Datum.UNKNOWN, Datum.LOCAL)
_POINTS: Final = (Kind.SITE, Kind.MOVEMENT)
"""Kinds whose places must be exact even without a stand-off; an operation has its volume."""


def precision_findings(place: Place, bounds: Bounds) -> Iterator[Finding]:
    """What a place's digits and datum leave open; nothing where its writing was not kept."""
    if not place.writings:
        return
    yield from _coarse(place, bounds)
    yield from _datum(place)
    yield from _finer(place, bounds)


def _coarse(place: Place, bounds: Bounds) -> Iterator[Finding]:
    declaration, first = place.declaration, place.writings[0]
    standoff = declaration.standoff_m
    if not standoff and declaration.kind not in _POINTS:
        return
    allowed = standoff or bounds.coarse_m
    error = first.precision_m * _HALF_DIAGONAL
    if error <= allowed / 2.0 or (not standoff and error <= allowed):
        return
    dropped = dropped_zeros(first) > 0
    doubtful = error > (standoff or bounds.useless_m) and not dropped
    severity = Severity.DOUBT if doubtful else Severity.NOTE
    beside = f"its stand-off is {length(standoff)}" if standoff else "it has no stand-off"
    perhaps = "; did a spreadsheet drop zeros at its end?" if dropped else ""
    yield _finding(
        place,
        "position.coarse",
        severity,
        f"{place.shown()} says where it is to {length(first.precision_m)}, so it may be "
        f"{length(error)} off, and {beside}{perhaps}",
        "ask for more digits, or give a stand-off that covers it",
    )


def _datum(place: Place) -> Iterator[Finding]:
    first, standoff = place.writings[0], place.declaration.standoff_m
    if first.datum not in _UNNAMED:
        return
    yield _finding(
        place,
        "position.datum-unknown",
        Severity.NOTE if standoff > DATUM_UNKNOWN_M else Severity.DOUBT,
        f"{place.shown()} is on a datum that is not named, so it may be "
        f"{length(DATUM_UNKNOWN_M)} off",
        "ask on which datum it was measured; a GPS receiver says WGS84 unless it was set otherwise",
    )


def _finer(place: Place, bounds: Bounds) -> Iterator[Finding]:
    """The writing that holds is off by what the other one shows; a stand-off may cover that."""
    first = place.writings[0]
    for second in place.writings[1:]:
        apart = distance_m(first.position, second.position)
        agree = apart <= first.error_m + second.error_m
        if agree and apart >= bounds.matters_m and second.error_m * _FINER < first.error_m:
            covered = apart <= place.declaration.standoff_m
            yield _finding(
                place,
                "position.finer",
                Severity.NOTE if covered else Severity.DOUBT,
                f"{second.text!r} is the same place written with more digits, {length(apart)} from "
                f"{first.text!r}, which holds",
                "put the finer one first",
            )
            return


def _finding(place: Place, code: str, severity: Severity, message: str, advice: str) -> Finding:
    declaration = place.declaration
    return Finding(code, severity, where(place), message, advice, declaration.party, declaration.id)
