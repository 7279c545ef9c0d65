"""The values in which a desk is shown: every face hands them on as they are, in words and times.

Made in :mod:`keepclear.node.desk`; a member that is not here is shown by no face.
"""

from __future__ import annotations

from dataclasses import dataclass

from keepclear.node.beside import BesideView

__all__ = [
    "CardView",
    "DeskView",
    "DeviationView",
    "DrillView",
    "ExercisedView",
    "FootingView",
    "HourView",
    "LineView",
    "OutsideView",
    "OverdueView",
    "PlaceView",
    "StepView",
    "StopView",
    "SumView",
    "TookView",
    "UnseenView",
]


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of a stop, by this desk's clock."""

    what: str
    who: str
    at: str


@dataclass(frozen=True, slots=True)
class PlaceView:
    """Where."""

    latitude: float
    longitude: float
    written: str | None


@dataclass(frozen=True, slots=True)
class StopView:
    """A stop: what it says, and how far it has come."""

    party: str
    by_voice: bool
    """It was told by telephone; it is answered there, too."""
    ours: bool
    """This desk asked for it."""
    drill: bool
    seq: int
    """Of the message; 0 in a call."""
    hash: str
    """What tells it from others."""
    asks: str
    words: str
    by: str
    place: PlaceView | None
    radius_m: int | None
    start: str | None
    end: str | None
    subject: str | None
    asked_for: str | None
    stage: str
    rung: str
    """The last one of the ladder that was alerted."""
    raised: str
    open: bool
    false: bool
    """Taken back as one that should not have been said."""
    steps: list[StepView]


@dataclass(frozen=True, slots=True)
class OverdueView:
    """A receipt that did not come in time; nothing depends on it."""

    hash: str
    seq: int
    kind: str
    ours: bool
    """It was said here, and the other desk is late; else this desk is."""
    drill: bool
    what: str
    due: str


@dataclass(frozen=True, slots=True)
class UnseenView:
    """What a party has not yet signed as stored, and what of its own is missing here."""

    messages: int
    first: int
    last: int
    oldest: str | None
    flash: int
    notices: int
    """Of this node, that are no messages yet."""
    missing: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class LineView:
    """One line as this desk sees it."""

    party: str
    pinned: str
    failures: int
    """Requests to its addresses that came to nothing since one succeeded."""
    alerts: list[StopView]
    overdue: list[OverdueView]
    unseen: UnseenView
    says: str
    arrangements: list[FootingView]
    down: bool | None
    """Nothing was heard for 90 s; nothing, where nobody has listened since the start."""
    heard: str | None
    """When something signed by the peer came last, since the start."""
    tests: list[HourView]
    """Agreed hours of the last day, and the next one where it is near."""
    test_waits: int | None
    """The number of the newest test of the other desk that nobody here has answered."""
    deviations: list[DeviationView]
    """The newest, the last one first."""
    degraded: list[str]
    """Why not all that was said is here in order, or times cannot be compared; empty where it is."""


@dataclass(frozen=True, slots=True)
class FootingView:
    """An arrangement with a party, and who has stepped down from it."""

    name: str
    version: int
    suspended: list[str]
    """By which of the two: what is not urgent is refused meanwhile, and nothing else."""
    withdrawn: list[str]


@dataclass(frozen=True, slots=True)
class HourView:
    """An agreed hour of a line test."""

    due: str
    state: str
    """``due``, ``held`` or ``missed``."""


@dataclass(frozen=True, slots=True)
class DeviationView:
    """Something agreed that was not done in time, as this desk reckons it."""

    code: str
    party: str
    """Who was late; empty for a line test, which is for both."""
    due: str
    recorded: str
    about: str | None


@dataclass(frozen=True, slots=True)
class OutsideView:
    """An operation of another party that is outside of what it declared, as its desk said."""

    party: str
    ref: str
    """The mark by which that desk speaks of it."""
    id: str | None
    """Where its plan is here."""
    stage: str
    since: str
    """When this desk heard so."""
    yours: list[str]
    """One's own declarations with which it was told to cross."""
    says: str


@dataclass(frozen=True, slots=True)
class CardView:
    """A party that has enrolled here, this node's own among them."""

    party: str
    pinned: str
    number: int
    until: str
    holds: bool
    addresses: list[str]
    words: list[str]
    """This desk's own, for others to compare; of nobody else."""


@dataclass(frozen=True, slots=True)
class SumView:
    """How many stops there were."""

    stops: int
    untaken: int
    """Open, and nobody took them."""
    false: int
    hung_up: int
    """Calls that ended so, counted for each stop that was open in them."""


@dataclass(frozen=True, slots=True)
class TookView:
    """One step of an exercise, and how many seconds after its beginning, by this desk's clock."""

    what: str
    who: str
    after_s: float


@dataclass(frozen=True, slots=True)
class ExercisedView:
    """One thing of an exercise."""

    party: str
    ours: bool
    hash: str
    what: str
    """``stop``, ``test``, or the kind of a message."""
    says: str
    began: str
    steps: list[TookView]
    open: bool


@dataclass(frozen=True, slots=True)
class DrillView:
    """What exercises of a span took."""

    party: str
    """Whose desk reports."""
    after: str | None
    until: str
    exercises: list[ExercisedView]


@dataclass(frozen=True, slots=True)
class DeskView:
    """All lines of a desk."""

    party: str
    """Whose desk it is."""
    cards: list[CardView]
    lines: list[LineView]
    calls: list[StopView]
    """Stops that were told by telephone."""
    stops: SumView
    """Of all stops, over lines and by telephone; none of an exercise is among them."""
    drills: SumView
    beside: BesideView
    outside: list[OutsideView]
    """Of other parties, the newest first."""
