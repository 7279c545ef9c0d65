"""Who may do what at a node: roles, what each of them may do, and the one who asks.

Everything that is not named here is refused. Persons are marks of a shift; their names stay at home.
Left to others: passwords, tokens and sessions (the node), and which fields of another party's
declaration exist for a reader at all (``disclose``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

__all__ = [
    "FOR_OTHERS",
    "MAY",
    "OF_PEOPLE",
    "OF_THE_NODE",
    "SECRETARIAT",
    "Action",
    "Principal",
    "Role",
]

SECRETARIAT: Final = "secretariat"
"""What entries call the desk of a node that serves many parties, and is none of them."""


class Role(Enum):
    """What somebody, or a program, is at a node."""

    DUTY = "duty"
    """The duty officer: declares, acts, answers."""
    VERIFIER = "verifier"
    """The second person, who compares what the first one entered."""
    READER = "reader"
    """Looks, and changes nothing."""
    ADMINISTRATOR = "administrator"
    """Lets others in and sets what was arranged; sees no plan and declares nothing."""


class Action(Enum):
    """What can be asked of a node."""

    LOOK = "look"
    """See the party's own declarations, and of others' what the arrangement discloses."""
    DECLARE = "declare"
    """Declare, amend, delay, withdraw, remove, and say what happened."""
    VERIFY = "verify"
    """Say as a second person that what was entered is what was meant."""
    CONSENT = "consent"
    """Say who may see which field of a notification, and from when."""
    INCIDENT = "incident"
    """Report an incident, and state something about one."""
    RECORD = "record"
    """Read the record, its proofs and the evidence on the party's own declarations."""
    SITES = "sites"
    """Read layers of notified sites; every reading is recorded and shown to who notified them."""
    ARRANGE = "arrange"
    """Set arrangements."""
    ENROL = "enrol"
    """Say whose keys are believed: take invitations in, compare words, call a key lost."""
    ADMIT = "admit"
    """Let people and programs in, and put them out."""
    METRICS = "metrics"
    """Read the node's figures, which name no declaration."""
    KEEP = "keep"
    """Back the node up, and erase what was kept for long enough."""


MAY: Final[Mapping[Role, frozenset[Action]]] = MappingProxyType(
    {
        Role.DUTY: frozenset(
            {
                Action.LOOK,
                Action.DECLARE,
                Action.CONSENT,
                Action.INCIDENT,
                Action.RECORD,
                Action.SITES,
            }
        ),
        Role.VERIFIER: frozenset({Action.LOOK, Action.VERIFY, Action.INCIDENT, Action.RECORD}),
        Role.READER: frozenset({Action.LOOK, Action.RECORD}),
        Role.ADMINISTRATOR: frozenset(
            {
                Action.ADMIT,
                Action.ARRANGE,
                Action.ENROL,
                Action.RECORD,
                Action.METRICS,
                Action.KEEP,
            }
        ),
    }
)
"""Whoever is not named for an action may not do it."""

OF_THE_NODE: Final = frozenset({Action.ARRANGE, Action.ENROL, Action.KEEP, Action.METRICS})
"""What concerns every party at a node: only for those who are at the desk whose node it is. An
administrator of one party must not decide what others disclose to it."""

OF_PEOPLE: Final = frozenset({Action.ADMIT, Action.ENROL})
"""Never a program's: who gets hold of a token must not be able to give away more than the token, and
twelve words are heard by a person."""

FOR_OTHERS: Final = frozenset(
    {Action.DECLARE, Action.VERIFY, Action.CONSENT, Action.INCIDENT, Action.LOOK, Action.RECORD}
)
"""What the desk of a secretariat may do for a party, because not every party has software. Each entry
says that it came through the secretariat. It looks at nothing that a party entered itself, and reads no
layer of sites in anybody's name."""


@dataclass(frozen=True, slots=True)
class Principal:
    """The one who asks, once it is known who that is."""

    party: str
    """For whom; empty for the desk of a secretariat, whose node serves many parties."""
    role: Role
    mark: str
    """A shift's mark or a program's name, never a person's; entries say it as ``by``."""
    only: frozenset[Action] | None = None
    """A program's scopes; nothing else, even where the role may do more."""

    def may(self, action: Action) -> bool:
        """Whether an action is this one's to ask for."""
        return action in MAY[self.role] and (self.only is None or action in self.only)

    @property
    def desk(self) -> str:
        """Whose desk it is, as entries say it."""
        return self.party or SECRETARIAT
