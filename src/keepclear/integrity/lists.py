"""A whole list with one slip: all its decimals are below .60, as only minutes and seconds are.

One row says nothing; of twenty rows with arbitrary decimals not one in ten thousand lists looks like
that. Decimals that stay below .60 because the list covers half a degree are told apart by the whole
degrees it spreads over, and figures that are always the same by their spread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from keepclear.domain.finding import Finding, Severity
from keepclear.domain.stated import Notation
from keepclear.integrity.places import Place, where

__all__ = ["LIST_MIN", "list_slips"]

LIST_MIN: Final = 20
"""0.6 to the power of 20 is 1 in 27,000, for each of the two axes."""
_TENS_MIN: Final = 5
"""Of the six tens below 60, so many must occur."""
_DEGREES_MIN: Final = 3
"""Whole degrees that a list must spread over before its first decimals mean anything."""


def list_slips(places: Sequence[Place], what: str) -> tuple[Finding, ...]:
    """At most one finding about the list as a whole.

    Args:
        places: Those of one party and kind.
        what: How a sentence names them: ``Alder's sites``.
    """
    decimal = [place for place in places if _notation(place) is Notation.DECIMAL]
    for code, looks, sentence in _LOOKS:
        if len(decimal) >= LIST_MIN and looks(_values(decimal)):
            return (_finding(decimal, code, sentence.format(n=len(decimal), what=what)),)
    minutes = [place for place in places if _notation(place) is Notation.MINUTES]
    if len(minutes) >= LIST_MIN and _looks_like_seconds(_values(minutes) * 60.0 % 1.0, 100.0):
        sentence = _AS_MINUTES.format(n=len(minutes), what=what)
        return (_finding(minutes, "position.seconds-as-minutes", sentence),)
    return ()


def _notation(place: Place) -> Notation:
    return place.writings[0].notation if place.writings else Notation.DECIMAL


def _values(places: Sequence[Place]) -> np.ndarray:
    """Latitudes and longitudes without sign, as two columns."""
    return np.abs(
        np.array([(place.position.latitude, place.position.longitude) for place in places])
    )


def _minutes(values: np.ndarray) -> bool:
    """First two decimals always below 60, over several degrees."""
    figures = np.floor(np.round(values % 1.0, 6) * 100.0).astype(np.int64)
    if not bool(np.all(figures < 60)):
        return False
    return any(
        len(np.unique(np.floor(values[:, axis]))) >= _DEGREES_MIN and _spread(figures[:, axis])
        for axis in (0, 1)
    )


def _seconds(values: np.ndarray) -> bool:
    """Four decimals, of which the first and the last two are always below 60."""
    minutes = np.floor(np.round(values % 1.0, 6) * 100.0)
    return bool(np.all(minutes < 60)) and _looks_like_seconds(values % 1.0, 10_000.0)


def _looks_like_seconds(fractions: np.ndarray, scale: float) -> bool:
    """Fractions of so many digits whose last two are always below 60, and spread."""
    scaled = fractions * scale
    whole = np.round(scaled)
    if not bool(np.all(np.abs(scaled - whole) < 1e-4)):
        return False
    figures = whole.astype(np.int64) % 100
    return bool(np.all(figures < 60)) and all(_spread(figures[:, axis]) for axis in (0, 1))


def _spread(figures: np.ndarray) -> bool:
    return len(np.unique(figures // 10)) >= _TENS_MIN


_LOOKS: Final[tuple[tuple[str, Callable[[np.ndarray], bool], str], ...]] = (
    (
        "position.seconds-as-decimals",
        _seconds,
        "{what}: in all {n} positions each two decimals stay below 60, as minutes and seconds do",
    ),
    (
        "position.minutes-as-decimals",
        _minutes,
        "{what}: in all {n} positions the decimals stay below .60, as minutes do",
    ),
)
_AS_MINUTES: Final = (
    "{what}: in all {n} positions the decimals of the minutes stay below .60, as seconds do"
)


def _finding(places: Sequence[Place], code: str, message: str) -> Finding:
    first = places[0]
    return Finding(
        code,
        Severity.DOUBT,
        where(first),
        message,
        "ask how the list was written; have one position read back in degrees, minutes and seconds",
        first.declaration.party,
    )
