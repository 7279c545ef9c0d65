"""Every code that a finding can carry: how sure it is at most, what is looked at, what it means.

The table of ``docs/lint.md`` is checked against this one. ``severity`` is the highest that a code is
told with; several checks say the same thing more mildly where it matters less.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from keepclear.domain.finding import Severity

__all__ = ["CHECKS", "Check", "explanation"]

_WRONG, _DOUBT, _NOTE = Severity.WRONG, Severity.DOUBT, Severity.NOTE


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is looked for."""

    code: str
    """Stable: programs may depend on it."""
    severity: Severity
    """The highest it is told with."""
    looks_at: str
    """What it compares, in a few words."""
    explanation: str
    """What it means, for a tired person; one sentence."""


CHECKS: Final = (
    Check(
        "admin.unknown",
        _NOTE,
        "the admin area's name, and the file of admin areas",
        "The file of admin areas holds no area of that name, so nothing was compared with it.",
    ),
    Check(
        "altitude.contradicts",
        _WRONG,
        "both limits of a band, and the ground",
        "The band is upside down or below the ground, whatever the weather and the terrain are.",
    ),
    Check(
        "altitude.two-ceilings",
        _DOUBT,
        "bands of one and the same volume",
        "One volume was given two different upper (or lower) limits, and only one can be meant.",
    ),
    Check(
        "duplicate.entry",
        _DOUBT,
        "names and places of a party's sites",
        "The same site stands in the list twice.",
    ),
    Check(
        "duplicate.name",
        _NOTE,
        "names of a party's sites",
        "Sites at different places share a name: one site with two positions, or a common name.",
    ),
    Check(
        "duplicate.place",
        _NOTE,
        "places of a party's sites",
        "Sites with different names are at one place: one site, or a position that was copied.",
    ),
    Check(
        "movement.speed",
        _WRONG,
        "each leg's length and time",
        "A leg needs a speed that nothing of this kind has, so a vertex or a time is wrong.",
    ),
    Check(
        "position.coarse",
        _DOUBT,
        "the digits written, and the stand-off",
        "So few digits were given that the place may lie outside its own stand-off.",
    ),
    Check(
        "position.datum-unknown",
        _DOUBT,
        "the datum named",
        "Nobody said on which datum it was measured, so it may be 250 m off.",
    ),
    Check(
        "position.default",
        _DOUBT,
        "the numbers themselves",
        "The numbers look like those that a form or device gives when nobody entered any.",
    ),
    Check(
        "position.far",
        _DOUBT,
        "the party's other places",
        "It lies far from all other places of this party, judged by how they are spread.",
    ),
    Check(
        "position.finer",
        _DOUBT,
        "two writings of one place",
        "The row holds the same place with more digits than the writing that is used.",
    ),
    Check(
        "position.hemisphere",
        _WRONG,
        "N and S, E and W, against all else that is known",
        "With the other hemisphere it agrees with what else is said of the place.",
    ),
    Check(
        "position.minutes-as-decimals",
        _WRONG,
        "what stands after the point, against all else that is known",
        "36 degrees 12.5 minutes was typed as 36.125: up to 44 km off.",
    ),
    Check(
        "position.null-island",
        _WRONG,
        "the numbers themselves",
        "0, 0 is in the sea, and is what devices send that know no position.",
    ),
    Check(
        "position.outside-admin",
        _DOUBT,
        "the stated admin area's border",
        "It does not lie in the admin area that it is said to be in.",
    ),
    Check(
        "position.own",
        _DOUBT,
        "the reporter's own position",
        "It is where the reporter is: a receiver that was switched on again shows that.",
    ),
    Check(
        "position.second",
        _WRONG,
        "two writings of one place",
        "Two writings of the same place disagree by more than their digits allow.",
    ),
    Check(
        "position.seconds-as-decimals",
        _WRONG,
        "what stands after the point, against all else that is known",
        "36 12 30 was typed as 36.1230: up to 66 km off.",
    ),
    Check(
        "position.seconds-as-minutes",
        _WRONG,
        "the decimals of the minutes, against all else that is known",
        "36 12 30 was read as 36 degrees 12.30 minutes: up to 1 km off.",
    ),
    Check(
        "position.swapped",
        _WRONG,
        "both axes, against all else that is known",
        "With latitude and longitude exchanged it agrees with what else is said of the place.",
    ),
    Check(
        "position.words",
        _DOUBT,
        "the description, and the gazetteer",
        "It does not lie where its description says, seen from a place of that name.",
    ),
    Check(
        "time.past",
        _DOUBT,
        "the end of its window, and the clock",
        "It has ended already, so its day, month or year may be wrong.",
    ),
    Check(
        "words.unknown",
        _NOTE,
        "the description, and the gazetteer",
        "The description counts from a place that the gazetteer does not hold.",
    ),
)
"""In order of their codes."""
_BY_CODE: Final = MappingProxyType({check.code: check for check in CHECKS})


def explanation(code: str) -> str:
    """What a code means; empty for codes that readers give, whose messages say it."""
    check = _BY_CODE.get(code)
    return check.explanation if check is not None else ""
