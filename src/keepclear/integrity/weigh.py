"""All evidence about one place against it, and the slip that explains what contradicts it.

A slip explains a contradiction where what was meant satisfies all evidence: the sharpest of what
contradicted confirms it, and nothing else contradicts it. Then one finding names the slip, with what
it was found by; otherwise each contradiction is told for itself, once for each code.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from keepclear.domain.finding import Finding, Severity
from keepclear.integrity.evidence import Evidence
from keepclear.integrity.places import Place, where
from keepclear.integrity.slips import Meant, digit_slips, slips

__all__ = ["weigh"]

_PUT_RIGHT = "ask the party; if that is what was meant, have it sent again, written as {}"


def weigh(place: Place, evidence: Sequence[Evidence]) -> tuple[Finding, ...]:
    """What the evidence finds wrong with a place."""
    position = place.position
    doubting = [one for one in evidence if one.doubts(position)]
    if not doubting:
        return ()
    contradicting = [one for one in doubting if one.contradicts(position)]
    # the sharpest evidence decides what was meant; the rest must only bear it
    decisive = [one for one in contradicting if one.exact] or contradicting or doubting
    others = [one for one in evidence if one not in decisive]
    meant = _explained(slips(place), decisive, others)
    if meant is not None and meant.code:
        severity = Severity.DOUBT
        if any(one.severity(position) is Severity.WRONG for one in contradicting):
            severity = Severity.WRONG
        return (_by_slip(place, meant, contradicting or decisive, severity),)
    if meant is None and contradicting and decisive[0].exact:
        meant = _explained(digit_slips(place), decisive, others)
    slip = f"; it fits if {meant.slip}" if meant is not None else ""
    told = {one.code: one for one in reversed(contradicting)}
    return tuple(
        _finding(
            place,
            one.code,
            one.severity(position),
            f"{place.shown()}: {one.says(position)}{slip if one.exact else ''}",
            one.advice(),
        )
        for one in reversed(told.values())
    )


def _explained(
    candidates: Iterable[Meant], decisive: Sequence[Evidence], others: Sequence[Evidence]
) -> Meant | None:
    return next(
        (
            meant
            for meant in candidates
            if all(one.confirms(meant.position) for one in decisive)
            and not any(one.contradicts(meant.position) for one in others)
        ),
        None,
    )


def _by_slip(
    place: Place, meant: Meant, found_by: Sequence[Evidence], severity: Severity
) -> Finding:
    reasons = " and ".join(one.says(place.position) for one in found_by)
    lat, lon = meant.position.latitude, meant.position.longitude
    return _finding(
        place,
        meant.code,
        severity,
        f"{place.shown()}: {reasons}; it fits if {meant.slip}",
        _PUT_RIGHT.format(f"latitude {lat:.5f}, longitude {lon:.5f}"),
    )


def _finding(place: Place, code: str, severity: Severity, message: str, advice: str) -> Finding:
    declaration = place.declaration
    return Finding(code, severity, where(place), message, advice, declaration.party, declaration.id)
