"""The lives of declarations, as tables: what may become what, by whose act. Nothing else may.

State sets are never mixed: the life of an operation is one thing, that of a notification (of a site or
a movement) another; how far a message got, and whether access was had, are further ones and stand
elsewhere. The pictures in ``docs/lives.md`` are drawn from these tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from keepclear.domain.declaration import Kind, State
from keepclear.errors import RuleError

__all__ = [
    "LIVES",
    "NOTIFICATION_LIFE",
    "OPERATION_LIFE",
    "STANDING",
    "Act",
    "Life",
    "Stage",
    "next_stage",
]


class Stage(Enum):
    """Where in its life a declaration is that is no operation."""

    # as quick as it can be: tables are looked up by it with every declaration
    __hash__ = object.__hash__

    DRAFT = "draft"
    """Written, and sent to nobody."""
    VERIFIED = "verified"
    """A second person has compared it with what it is about."""
    ACTIVE = "active"
    """Submitted; it stands and is compared."""
    EXPIRED = "expired"
    """Its date of confirmation has passed: it still stands, at the same severity, as unconfirmed."""
    COMPLETED = "completed"
    """A movement that has arrived."""
    WITHDRAWN = "withdrawn"
    """Taken back by its party, with a reason."""
    REMOVED = "removed"
    """A site that is no more, taken off by its party with a reason."""


class Act(Enum):
    """What somebody does, or what the passing of time does, to a declaration."""

    DECLARE = "declare"
    VERIFY = "verify"
    SUBMIT = "submit"
    AMEND = "amend"
    CONFIRM = "confirm"
    EXPIRE = "expire"
    ACTIVATE = "activate"
    LEAVE = "leave"
    """Out of its volumes, and expected back."""
    LOSE = "lose"
    """Out of its volumes, and not expected back."""
    RETURN = "return"
    COMPLETE = "complete"
    END = "end"
    WITHDRAW = "withdraw"
    REMOVE = "remove"


Life = Mapping[State | Stage, Mapping[Act, State | Stage]]
"""For each state the acts that are possible in it, and what they lead to."""

OPERATION_LIFE: Final[Life] = MappingProxyType(
    {
        State.ACCEPTED: {
            Act.AMEND: State.ACCEPTED,
            Act.ACTIVATE: State.ACTIVATED,
            Act.END: State.ENDED,
            Act.WITHDRAW: State.ENDED,
        },
        State.ACTIVATED: {
            Act.AMEND: State.ACTIVATED,
            Act.LEAVE: State.NONCONFORMING,
            Act.LOSE: State.CONTINGENT,
            Act.END: State.ENDED,
            Act.WITHDRAW: State.ENDED,
        },
        State.NONCONFORMING: {
            Act.AMEND: State.NONCONFORMING,
            Act.RETURN: State.ACTIVATED,
            Act.LOSE: State.CONTINGENT,
            Act.END: State.ENDED,
        },
        State.CONTINGENT: {
            Act.AMEND: State.CONTINGENT,
            Act.END: State.ENDED,
        },
        State.ENDED: {},
    }
)
"""ASTM F3548-21: an operation that is lost does not come back to life, it ends."""

NOTIFICATION_LIFE: Final[Life] = MappingProxyType(
    {
        Stage.DRAFT: {
            Act.AMEND: Stage.DRAFT,
            Act.VERIFY: Stage.VERIFIED,
            Act.WITHDRAW: Stage.WITHDRAWN,
        },
        Stage.VERIFIED: {
            Act.AMEND: Stage.DRAFT,
            Act.SUBMIT: Stage.ACTIVE,
            Act.WITHDRAW: Stage.WITHDRAWN,
        },
        Stage.ACTIVE: {
            Act.AMEND: Stage.ACTIVE,
            Act.CONFIRM: Stage.ACTIVE,
            Act.EXPIRE: Stage.EXPIRED,
            Act.COMPLETE: Stage.COMPLETED,
            Act.WITHDRAW: Stage.WITHDRAWN,
            Act.REMOVE: Stage.REMOVED,
        },
        Stage.EXPIRED: {
            Act.AMEND: Stage.ACTIVE,
            Act.CONFIRM: Stage.ACTIVE,
            Act.REMOVE: Stage.REMOVED,
        },
        Stage.COMPLETED: {},
        Stage.WITHDRAWN: {},
        Stage.REMOVED: {},
    }
)
"""Sites and movements: an amendment of what nobody received goes back to be verified again; an expired
one can be confirmed or removed with a reason, and until then it stands."""

CLAIM_LIFE: Final[Life] = MappingProxyType(
    {
        Stage.ACTIVE: {Act.AMEND: Stage.ACTIVE, Act.WITHDRAW: Stage.WITHDRAWN},
        Stage.WITHDRAWN: {},
    }
)
"""Restrictions and areas of activity."""

LIVES: Final = MappingProxyType(
    {
        Kind.OPERATION: OPERATION_LIFE,
        Kind.MOVEMENT: NOTIFICATION_LIFE,
        Kind.SITE: NOTIFICATION_LIFE,
        Kind.RESTRICTION: CLAIM_LIFE,
        Kind.AREA: CLAIM_LIFE,
    }
)
FIRST: Final[Mapping[Kind, State | Stage]] = MappingProxyType(
    {
        Kind.OPERATION: State.ACCEPTED,
        Kind.MOVEMENT: Stage.DRAFT,
        Kind.SITE: Stage.DRAFT,
        Kind.RESTRICTION: Stage.ACTIVE,
        Kind.AREA: Stage.ACTIVE,
    }
)
"""What a declaration begins as."""
STANDING: Final = frozenset(
    {
        State.ACCEPTED,
        State.ACTIVATED,
        State.NONCONFORMING,
        State.CONTINGENT,
        Stage.ACTIVE,
        Stage.EXPIRED,
    }
)
"""In these a declaration is compared with others and told to recipients."""


def next_stage(kind: Kind, stage: State | Stage, act: Act) -> State | Stage:
    """What a declaration becomes.

    Raises:
        RuleError: ``life.not-possible``: the tables do not have it.
    """
    acts = LIVES[kind].get(stage, {})
    if act not in acts:
        possible = ", ".join(sorted(one.value for one in acts)) or "nothing"
        raise RuleError(
            "life.not-possible",
            f"a {kind.value} that is {stage.value} cannot {act.value}; possible: {possible}",
        )
    return acts[act]
