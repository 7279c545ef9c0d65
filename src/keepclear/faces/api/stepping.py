"""The route by which the party of a node steps down from an arrangement, or takes that back.

For administrators of the desk whose node it is: it is no duty officer's business to end what was
agreed. It is told to the other members over their lines at once.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

from keepclear.domain.access import Action
from keepclear.domain.footing import FootingStep
from keepclear.faces.api import forms
from keepclear.faces.api.lines import conversation_of
from keepclear.faces.api.route import Asked, Reply, Route
from keepclear.faces.api.service import Service
from keepclear.node.ledger import Node
from keepclear.node.stepping import Taken, take_step
from keepclear.node.talking import Told

__all__ = ["ROUTES"]


class StepIn(forms.In, frozen=True):
    """What the party of this node does."""

    step: Literal["suspend", "resume", "withdraw"]
    because: Annotated[str, msgspec.Meta(max_length=1_000)] = ""
    """For people; none need be given."""


class StepOut(forms.Out, frozen=True):
    """It holds here from now on."""

    arrangement: str
    version: int
    footing: str
    told: list[str]
    """Members to whom it goes out."""
    untold: list[str]
    """Members without a line: they must hear of it in another way."""


async def take(asked: Asked, service: Service) -> Reply:
    """Take the step."""
    conversation, said = conversation_of(service), asked.body

    def step(node: Node) -> tuple[Taken, Told]:
        return take_step(
            node,
            conversation.talk,
            asked.path["name"],
            FootingStep(said.step),
            asked.request(),
            said.because,
        )

    done, told = await service.ask(step)
    conversation.carry_out(told)
    return Reply(
        StepOut(
            done.arrangement, done.version, done.footing.value, list(done.told), list(done.untold)
        )
    )


ROUTES: Final = (
    Route(
        "POST",
        "/api/v1/arrangements/{name}/steps",
        Action.ARRANGE,
        "Suspend an arrangement, resume it or withdraw, for the party of the node",
        flow=take,
        body=StepIn,
        answer=StepOut,
        repeatable=True,
        problems=(404, 409, 422),
    ),
)
