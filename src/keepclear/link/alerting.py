"""A stop at the other desk: content first, on every screen, before anybody is asked for.

::

    raised --taken: WILCO--> complying --unit confirms--> stopped
       |                        |  ^
       |--STANDBY (a minute)    |  |--WILCO
       |--ROGER (nothing)       v  |
       '--UNABLE-----------> unable --lifted by who asked--> lifted

Untaken it goes up the ladder every 20 s. ROGER says that it was heard and promises nothing: it neither
closes a stop nor holds the ladder. Only the unit's stopping, or who asked, ends one. Nothing happens
by itself: this shows, times and escalates, and people act. Both ends run it, so that who asked sees
that nobody took it. Times are one end's own; left to others: screens, voices, and the command.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import Final

from keepclear.domain.units import MICROSECONDS

__all__ = [
    "CHANGES",
    "EVERY_US",
    "LADDER",
    "Alert",
    "Escalate",
    "Moment",
    "Show",
    "Stage",
    "Sum",
    "Warn",
    "next_us",
    "raised",
    "sums",
    "tell",
    "tick",
]

EVERY_US: Final = 20 * MICROSECONDS
LADDER: Final = ("desk", "supervisor", "second desk", "command")
"""Who is alerted, one after the other; the last one again and again."""
STANDBY_US: Final = 60 * MICROSECONDS
"""So long the ladder waits for who said STANDBY; ICAO: wait, and I will call you."""
CONFIRM_US: Final = 300 * MICROSECONDS
"""After WILCO the unit's stopping is asked after, so often."""


class Stage(Enum):
    """Where a stop stands."""

    RAISED = "raised"
    """Shown; nobody has taken it."""
    STANDBY = "standby"
    COMPLYING = "complying"
    """WILCO: understood, and it will be done; the unit has not confirmed."""
    UNABLE = "unable"
    """It cannot be done; it stays open until it can, or is lifted."""
    STOPPED = "stopped"
    """The other desk states that the unit confirms."""
    LIFTED = "lifted"


CLOSED: Final = frozenset({Stage.STOPPED, Stage.LIFTED})
_BECOMES: Final[Mapping[str, Stage]] = MappingProxyType(
    {
        "wilco": Stage.COMPLYING,
        "unable": Stage.UNABLE,
        "standby": Stage.STANDBY,
        "stopped": Stage.STOPPED,
        "lifted": Stage.LIFTED,
    }
)
"""What somebody says, and what the stop becomes; everything else is only timed, ROGER above all."""
CHANGES: Final = frozenset(_BECOMES)
"""What a stop changes by, when somebody says it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One step, timed."""

    what: str
    """``shown``, ``alerted``, ``roger``, ``wilco``, ``hung up``, ..."""
    who: str
    at_us: int


@dataclass(frozen=True, slots=True)
class Alert:
    """One stop, as one end sees it."""

    peer: str
    seq: int
    asking: bool
    """This end asked for it; else it is asked of this end."""
    drill: bool
    raised_us: int
    stage: Stage = Stage.RAISED
    rung: int = 0
    """The last one of the ladder that was alerted."""
    due_us: int | None = None
    moments: tuple[Moment, ...] = ()
    false: bool = False
    """Lifted as one that should not have been sent."""

    @property
    def open(self) -> bool:
        """Whether it still stands."""
        return self.stage not in CLOSED


@dataclass(frozen=True, slots=True)
class Show:
    """The whole content, on every screen of the desk; it waits for nothing and nobody."""


@dataclass(frozen=True, slots=True)
class Escalate:
    """Alert one more rung of the ladder."""

    rung: str


@dataclass(frozen=True, slots=True)
class Warn:
    """Something about a stop that both ends must see."""

    code: str


Effect = Show | Escalate | Warn


def raised(
    peer: str, seq: int, now_us: int, *, asking: bool, drill: bool
) -> tuple[Alert, tuple[Effect, ...]]:
    """A stop that came, or was sent, now: shown everywhere first, then the first of the ladder."""
    moments = (Moment("shown", "every screen", now_us), Moment("alerted", LADDER[0], now_us))
    alert = Alert(peer, seq, asking, drill, now_us, due_us=now_us + EVERY_US, moments=moments)
    return alert, (Show(), Escalate(LADDER[0]))


def tell(
    alert: Alert, what: str, who: str, now_us: int, *, false: bool = False, overtaken: bool = False
) -> tuple[Alert, tuple[Effect, ...]]:
    """Somebody says something about it: an answer, a confirmation, a lift, a hang-up.

    Args:
        alert: Where it stood.
        what: ``wilco``, ``unable``, ``standby``, ``roger``, ``stopped``, ``lifted``; anything else,
            such as ``hung up`` or ``opened``, is timed and changes nothing.
        who: A role or a screen.
        now_us: By this end's clock.
        false: With ``lifted``: it should not have been sent.
        overtaken: What the same desk said later came before it: it is timed and changes nothing.
    """
    alert = replace(alert, moments=(*alert.moments, Moment(what, who, now_us)))
    stage = None if overtaken else _BECOMES.get(what)
    if stage is None or not alert.open:
        return alert, ()
    due = {Stage.STANDBY: now_us + STANDBY_US, Stage.COMPLYING: now_us + CONFIRM_US}.get(stage)
    alert = replace(alert, stage=stage, due_us=due, false=false and stage is Stage.LIFTED)
    if stage is not Stage.UNABLE:
        return alert, ()
    alert, effects = _up(alert, now_us)
    return replace(alert, due_us=None), (Warn("stop.unable"), *effects)


def tick(alert: Alert, now_us: int) -> tuple[Alert, tuple[Effect, ...]]:
    """Time has passed; call it again at :func:`next_us`."""
    if alert.due_us is None or now_us < alert.due_us:
        return alert, ()
    if alert.stage is Stage.COMPLYING:
        late = Moment("not confirmed", "unit", now_us)
        alert = replace(alert, due_us=now_us + CONFIRM_US, moments=(*alert.moments, late))
        return alert, (Warn("stop.not-confirmed"),)
    alert = replace(alert, stage=Stage.RAISED)
    alert, effects = _up(alert, now_us)
    return replace(alert, due_us=now_us + EVERY_US), (Show(), *effects)


def next_us(alert: Alert) -> int | None:
    """When something is due; nothing where only people can go on."""
    return alert.due_us if alert.open else None


def _up(alert: Alert, now_us: int) -> tuple[Alert, tuple[Effect, ...]]:
    rung = min(alert.rung + 1, len(LADDER) - 1)
    who = LADDER[rung]
    moments = (*alert.moments, Moment("alerted", who, now_us))
    return replace(alert, rung=rung, moments=moments), (Escalate(who),)


@dataclass(frozen=True, slots=True)
class Sum:
    """What a review counts, real stops and drills apart."""

    stops: int
    untaken: int
    """Open, and nobody took them."""
    false: int
    hung_up: int
    taken_us: tuple[int, ...]
    """From being raised to the first WILCO or UNABLE, sorted."""
    stopped_us: tuple[int, ...]
    """To the unit's confirmation."""


def sums(alerts: Iterable[Alert], *, drill: bool) -> Sum:
    """The figures of some stops; drills never count among the real ones."""
    some = [one for one in alerts if one.drill is drill]
    said = Counter(moment.what for one in some for moment in one.moments)
    return Sum(
        stops=len(some),
        untaken=sum(one.stage is Stage.RAISED for one in some),
        false=sum(one.false for one in some),
        hung_up=said["hung up"],
        taken_us=_spans(some, {"wilco", "unable"}),
        stopped_us=_spans(some, {"stopped"}),
    )


def _spans(alerts: Iterable[Alert], what: set[str]) -> tuple[int, ...]:
    firsts = (
        next((moment.at_us - one.raised_us for moment in one.moments if moment.what in what), None)
        for one in alerts
    )
    return tuple(sorted(span for span in firsts if span is not None))
