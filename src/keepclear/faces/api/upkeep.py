"""Routes for the upkeep of a node that is served: a backup, and erasing what was kept long enough.

For administrators of the desk whose node it is. They see no plan, so nothing is named here: only how
many. Both go on a part at a time, and whoever has something urgent to say goes between.
"""

from __future__ import annotations

import asyncio
from typing import Final

from keepclear.domain.access import Action
from keepclear.errors import ConfigurationError
from keepclear.faces.api import forms
from keepclear.faces.api.problems import Problem
from keepclear.faces.api.route import Asked, Reply, Route
from keepclear.faces.api.service import Service
from keepclear.node import backing, keeping
from keepclear.node.ledger import Node

__all__ = ["ROUTES"]

_ERASED_AT_ONCE: Final = 100
"""Declarations, in one write."""


class BackupOut(forms.Out, frozen=True):
    """A whole copy of the database lies in the node's own folder."""

    file: str
    entries: int
    """How many are in it, at least: what came while it was written is, too."""


class Keeping(forms.Out, frozen=True):
    """Declarations that were kept long enough, and entries about them."""

    declarations: int
    entries: int


async def backup(_asked: Asked, service: Service) -> Reply:
    """Copy the database."""
    try:
        found, size = await service.ask(lambda node: (backing.begin(node), node.store.size()))
        done = False
        try:
            while not done:
                done = await service.ask(lambda _: found.copying.step())
                await asyncio.sleep(0)
        finally:
            if not done:
                await service.ask(lambda _: found.copying.give_up())
    except ConfigurationError:
        raise Problem(
            507, "backup.disk", "the copy could not be written; is there room on the node's disk?"
        ) from None
    return Reply(BackupOut(f"{backing.FOLDER}/{found.name}", size))


def due(_asked: Asked, node: Node) -> Reply:
    """What would be erased now."""
    return Reply(_sum(keeping.due(node)))


async def erase(asked: Asked, service: Service) -> Reply:
    """Erase it, until nothing is due."""
    done: list[keeping.Due] = []
    while found := await service.ask(
        lambda node: keeping.erase_due(node, by=asked.who.mark, most=_ERASED_AT_ONCE)
    ):
        done += found
    return Reply(_sum(done))


def _sum(found: list[keeping.Due]) -> Keeping:
    subjects = {one.subject for one in found}
    return Keeping(len(subjects), sum(len(one.numbers) for one in found))


ROUTES: Final = (
    Route(
        "POST",
        "/api/v1/backups",
        Action.KEEP,
        "Write a whole copy of the database into the node's own folder",
        flow=backup,
        answer=BackupOut,
        status=201,
        problems=(409, 507),
    ),
    Route(
        "GET",
        "/api/v1/keeping",
        Action.KEEP,
        "How much was kept for long enough, and may be erased",
        due,
        answer=Keeping,
    ),
    Route(
        "POST",
        "/api/v1/keeping/erasures",
        Action.KEEP,
        "Erase what was kept for long enough; it cannot be brought back",
        flow=erase,
        answer=Keeping,
    ),
)
