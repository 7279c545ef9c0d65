"""Timed position reports of one identity -> the moving discs that they show.

Nothing reported is dropped, and nothing is joined that cannot be one craft:

* reports that no craft could have flown between go to separate chains, so that one wrong report
  neither bends the track nor cuts it, and two craft that share an identity stay two;
* reports of one instant at several places become one vertex whose legs are uncertain by the
  distance between them;
* across a gap the track may be off the straight line, the more the longer it lasted; across a long
  gap nothing is known, and the route ends and begins again.
"""

from __future__ import annotations

from itertools import pairwise
from math import cos, dist, radians, sin
from typing import Final, NamedTuple

from keepclear.domain.altitude import EVERYWHERE, Altitude, AltitudeBand
from keepclear.domain.declaration import POSITION_ERROR_M_MAX
from keepclear.domain.position import Position
from keepclear.domain.route import Route, Waypoint
from keepclear.domain.units import MICROSECONDS
from keepclear.errors import InputError
from keepclear.formats.remarks import Remarks

__all__ = [
    "CHAINS_MAX",
    "GAP_S",
    "GAP_SPEED_MPS",
    "SPEED_MPS_MAX",
    "STAMP_S",
    "UNSEEN_S",
    "Report",
    "gap_error_m",
    "routes",
    "space",
    "untangle",
]

SPEED_MPS_MAX: Final = 1_000.0
"""No craft that reports its position is faster: three times the speed of sound."""
STAMP_S: Final = 1.0
"""Reports are stamped to whole seconds: two may be this much further apart than they say."""
GAP_S: Final = 15.0
"""Reports up to this far apart are taken as joined by a straight leg: the usual ten seconds of
recorded tracks, and one of them late by half."""
GAP_SPEED_MPS: Final = 350.0
"""How fast over the ground a craft may be in a gap: an airliner in the strongest tail winds."""
UNSEEN_S: Final = 600.0
"""After a gap longer than this nothing is claimed about where the craft was meanwhile."""
CHAINS_MAX: Final = 200
"""Chains that one identity may fall into; more is not a track but a mixture."""

_EARTH_M: Final = 6_371_009.0
"""Mean radius: good to 0.6 %, for judging speeds and never a verdict."""
_STEADY_S: Final = 60.0
"""Two reports no further apart than this say in which direction a craft goes on."""

_SAME_INSTANT: Final = (
    "of one craft and one instant at different places: its legs there are taken as uncertain "
    "by the distance"
)
_GAP: Final = f"after a gap of more than {GAP_S:.0f} s: the leg across it is taken as uncertain"
_UNSEEN: Final = f"after a gap of more than {UNSEEN_S:.0f} s: the craft was not seen meanwhile"


class Report(NamedTuple):
    """One position report."""

    time_us: int
    row: int
    """Its number in the file: reports of one instant keep the order of the file."""
    place: tuple[float, float, float]
    """Where it is in space, metres from the middle of a round Earth; see :func:`space`."""
    position: Position
    band: AltitudeBand
    error_m: float = 0.0
    """How far off the place may be, where its source says so."""


def space(position: Position) -> tuple[float, float, float]:
    """A place on a round Earth, in metres: straight distances that know no pole or antimeridian."""
    latitude, longitude = radians(position.latitude), radians(position.longitude)
    off_axis = _EARTH_M * cos(latitude)
    return off_axis * cos(longitude), off_axis * sin(longitude), _EARTH_M * sin(latitude)


def gap_error_m(gap_s: float) -> float:
    """How far a craft may be off the straight leg across a gap, metres.

    A craft that flies no faster than v and is seen at two places T seconds apart is never further
    than v T / 2 from the point that moves evenly between them: by Stewart's theorem its squared
    distance is at most s (1 - s) (v² T² - d²), with s the elapsed share of T and d the distance of
    the two places. The time up to ``GAP_S``, which any recording leaves open, is not charged, so
    that the error grows from 0; it ends where the domain takes no larger one.
    """
    return min(POSITION_ERROR_M_MAX, GAP_SPEED_MPS * max(0.0, gap_s - GAP_S) / 2.0)


def untangle(reports: list[Report], *, known: bool) -> list[list[Report]]:
    """Chains of reports that one craft can have flown, the chain of the first report first.

    Args:
        reports: Of one identity, in order of time.
        known: The identity is a craft's own. Reports of nobody in particular (address 000000) are
            joined only by where they are: never two of one instant, never over a long gap.

    Raises:
        InputError: ``track.tangled``: more than ``CHAINS_MAX`` chains.
    """
    if known and all(_reachable(a, b, known=True) for a, b in pairwise(reports)):
        return [reports]
    chains: list[list[Report]] = []
    for report in reports:
        best, best_miss = None, float("inf")
        for chain in chains:
            if _reachable(chain[-1], report, known=known):
                miss = dist(_expected(chain, report.time_us), report.place)
                if miss < best_miss:
                    best, best_miss = chain, miss
        if best is not None:
            best.append(report)
            continue
        if len(chains) == CHAINS_MAX:
            raise InputError(
                "track.tangled",
                f"the reports of this identity fall into more than {CHAINS_MAX} tracks; give each "
                "craft its own icao24",
            )
        chains.append([report])
    return chains


def _reachable(before: Report, after: Report, *, known: bool) -> bool:
    """Whether one craft can have sent both reports."""
    gap_s = (after.time_us - before.time_us) / MICROSECONDS
    if not known:
        if gap_s > UNSEEN_S:
            return False
        if gap_s == 0.0:
            return before.place == after.place and before.band == after.band
    return dist(before.place, after.place) <= SPEED_MPS_MAX * (gap_s + STAMP_S)


def _expected(chain: list[Report], time_us: int) -> tuple[float, float, float]:
    """Where a chain goes on to, if its last two reports were close enough to say."""
    last = chain[-1]
    if len(chain) > 1:
        step_us = last.time_us - chain[-2].time_us
        ahead_us = time_us - last.time_us
        if 0 < step_us <= _STEADY_S * MICROSECONDS and ahead_us <= _STEADY_S * MICROSECONDS:
            share = ahead_us / step_us
            x, y, z = last.place
            u, v, w = chain[-2].place
            return x + (x - u) * share, y + (y - v) * share, z + (z - w) * share
    return last.place


class _Instant(NamedTuple):
    """Everything that one chain reports of one instant."""

    time_us: int
    position: Position
    band: AltitudeBand
    spread_m: float


def routes(chain: list[Report], remarks: Remarks) -> list[Route]:
    """The moving discs, of no width, that one chain of reports shows; at least one."""
    found: list[Route] = []
    waypoints: list[Waypoint] = []
    instants = _instants(chain, remarks)
    for here, following in pairwise((*instants, None)):
        assert here is not None  # only the last of the pairs ends in None
        gap_s = (
            UNSEEN_S + 1 if following is None else (following.time_us - here.time_us) / MICROSECONDS
        )
        error_m = here.spread_m
        if following is not None and gap_s <= UNSEEN_S:
            if gap_s > GAP_S:
                remarks.add_rows(_GAP, 1)
            error_m = max(error_m, following.spread_m) + gap_error_m(gap_s)
        waypoints.append(Waypoint(here.position, here.time_us, here.band, error_m))
        if gap_s > UNSEEN_S:
            found.append(Route(tuple(waypoints), 0.0))
            waypoints = []
            if following is not None:
                remarks.add_rows(_UNSEEN, 1)
    return found


def _instants(chain: list[Report], remarks: Remarks) -> list[_Instant]:
    merged: list[_Instant] = []
    place = chain[0].place
    for report in chain:
        if not merged or report.time_us != merged[-1].time_us:
            merged.append(_Instant(report.time_us, report.position, report.band, report.error_m))
            place = report.place
            continue
        same = merged[-1]
        apart_m = dist(place, report.place)
        if apart_m > 0.0:
            remarks.add_rows(_SAME_INSTANT, 1)
        merged[-1] = same._replace(
            band=_cover(same.band, report.band),
            spread_m=max(same.spread_m, apart_m + report.error_m),
        )
    return merged


def _cover(a: AltitudeBand, b: AltitudeBand) -> AltitudeBand:
    """The band that holds two bands of one instant; without limits where references differ."""
    if a == b:
        return a
    limits = (a.lower, a.upper, b.lower, b.upper)
    altitudes = [limit for limit in limits if isinstance(limit, Altitude)]
    if len(altitudes) < 4 or len({limit.reference for limit in altitudes}) > 1:
        return EVERYWHERE
    return AltitudeBand(
        min(altitudes, key=lambda limit: limit.metres),
        max(altitudes, key=lambda limit: limit.metres),
    )
