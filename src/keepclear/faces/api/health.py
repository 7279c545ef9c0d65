"""Routes for whoever runs the machine, and for whoever asks who they are: alive, ready, figures, me."""

from __future__ import annotations

from typing import Final

import msgspec

from keepclear.domain.access import Action
from keepclear.faces.api import figures, forms
from keepclear.faces.api.route import Asked, Gate, Reply, Route
from keepclear.faces.api.service import Service
from keepclear.node.ledger import Node

__all__ = ["ROUTES"]


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """How it goes."""

    state: str
    compared_percent: int | None = None
    """How much of what a snapshot stood for at the start is compared with the record again by now."""


async def healthy(asked: Asked, service: Service) -> Reply:  # noqa: ARG001 - as every flow
    """The process answers; nothing is asked of the node."""
    return Reply(State("alive"))


def ready(_asked: Asked, node: Node) -> Reply:
    """The store could be read; the record is what its last checkpoint says."""
    node.store.size()
    compared, of = node.past.compared
    return Reply(State("ready", 100 * compared // of if of else None))


def me(asked: Asked, _node: Node) -> Reply:
    """The one who asks."""
    who = asked.who
    may = sorted(action.value for action in Action if who.may(action))
    return Reply(forms.Who(who.party, who.role.value, who.mark, may))


async def metrics(_asked: Asked, service: Service) -> Reply:
    """Figures."""
    return Reply(await service.ask(service.figures.text))


ROUTES: Final = (
    Route("GET", "/healthz", Gate.OPEN, "Whether the process lives", flow=healthy, answer=State),
    Route("GET", "/readyz", Gate.OPEN, "Whether it can decide", ready, answer=State),
    Route(
        "GET",
        "/metrics",
        Action.METRICS,
        "Figures that name nobody, for Prometheus",
        flow=metrics,
        media=figures.MEDIA,
    ),
    Route(
        "GET", "/api/v1/session", Gate.KNOWN, "Who I am, and what I may do", me, answer=forms.Who
    ),
)
