"""The kinds of message as one table: what each holds, how urgent it is, and what holds for it.

Nothing that is not in the table is acted on. Flash kinds act on arrival, even where earlier messages
are missing: a stop must not wait for number 411.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Final

from keepclear.link import bodies
from keepclear.link.bodies import Body

__all__ = ["KINDS", "UNCHAINED", "Kind", "Urgency", "flows_always", "kind_of"]


class Urgency(IntEnum):
    """How soon a message is sent and shown; a higher one goes first."""

    ROUTINE = 0
    IMMEDIATE = 1
    """Shown at once, and acknowledged by a role within the arrangement's urgent time."""
    FLASH = 2
    """On every screen of the other desk before anybody is asked for; acts across a gap."""

    @property
    def word(self) -> str:
        """As it is written in a message."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Kind:
    """What holds for all messages of a kind."""

    name: str
    body: type[Body]
    urgency: Urgency
    """At least; ``flash`` is for the kinds that have it, and for no others."""
    always: bool = False
    """It flows without an arrangement, and while one is suspended."""
    chained: bool = True
    """It has a number in the stream; what has none says only what the next one says again."""
    acknowledge: bool = False
    """A role at the other desk is expected to say that it was read."""
    read_back: bool = False
    """Its positions and times are expected to be read back."""

    @property
    def on_arrival(self) -> bool:
        """Whether it acts even where earlier messages are missing."""
        return self.urgency is Urgency.FLASH


_R, _I, _F = Urgency.ROUTINE, Urgency.IMMEDIATE, Urgency.FLASH

_TABLE: Final = (
    #     name                  body                    urgency
    Kind("declared/1", bodies.Declared, _R, always=True, acknowledge=True, read_back=True),
    Kind("amended/1", bodies.Amended, _I, always=True, acknowledge=True, read_back=True),
    Kind("withdrawn/1", bodies.Withdrawn, _R, always=True, acknowledge=True),
    Kind("delayed/1", bodies.Delayed, _I, always=True, acknowledge=True, read_back=True),
    Kind("held/1", bodies.Held, _F, always=True, acknowledge=True, read_back=True),
    Kind("activated/1", bodies.Activated, _I, always=True, acknowledge=True),
    Kind("outside/1", bodies.Outside, _F, always=True, acknowledge=True),
    Kind("crossing/1", bodies.CrossingFound, _I, acknowledge=True),
    Kind("notice/1", bodies.Notice, _I, always=True, acknowledge=True),
    Kind("stepped/1", bodies.Stepped, _I, always=True, acknowledge=True),
    Kind("read-back/1", bodies.ReadBack, _R, always=True),
    Kind("query/1", bodies.Query, _R, always=True, acknowledge=True),
    Kind("noted/1", bodies.Noted, _R, always=True),
    Kind("contact/1", bodies.Contact, _I, always=True, acknowledge=True),
    Kind("acknowledged/1", bodies.Acknowledged, _R, always=True),
    Kind("disseminated/1", bodies.Disseminated, _R, always=True),
    Kind("refused/1", bodies.Refused, _R, always=True),
    Kind("said/1", bodies.Said, _R, acknowledge=True),
    Kind("stop/1", bodies.Stop, _F, always=True, acknowledge=True, read_back=True),
    Kind("answer/1", bodies.Answer, _F, always=True),
    Kind("stopped/1", bodies.Stopped, _F, always=True),
    Kind("stop-lifted/1", bodies.StopLifted, _F, always=True, acknowledge=True),
    Kind("incident/1", bodies.Incident, _F, always=True, acknowledge=True),
    Kind("incident-request/1", bodies.IncidentRequest, _R, always=True, acknowledge=True),
    Kind("incident-answer/1", bodies.IncidentAnswer, _R, always=True, acknowledge=True),
    Kind("test/1", bodies.LineTest, _I, always=True),
    Kind("test-answer/1", bodies.LineTestAnswer, _I, always=True),
    Kind("stored/1", bodies.Stored, _I, always=True, chained=False),
    Kind("heartbeat/1", bodies.Heartbeat, _I, always=True, chained=False),
)
KINDS: Final[Mapping[str, Kind]] = MappingProxyType({kind.name: kind for kind in _TABLE})
"""By name."""
UNCHAINED: Final = frozenset(kind.name for kind in _TABLE if not kind.chained)
_ARRANGED: Final = frozenset({"operation", "restriction", "area"})
"""What is told under an arrangement alone."""
_OF_BODY: Final[Mapping[type, Kind]] = MappingProxyType({kind.body: kind for kind in _TABLE})


def kind_of(body: Body) -> Kind:
    """The kind of message that carries a body."""
    return _OF_BODY[type(body)]


def flows_always(body: Body) -> bool:
    """Whether it is acted on without an arrangement, and while one is suspended.

    Urgent messages, receipts, sites and movements are; plans of operations, and what is not urgent, are
    not. That something moved or is gone always is.
    """
    sort = body.what if isinstance(body, bodies.Declared) else ""
    return kind_of(body).always and sort not in _ARRANGED
