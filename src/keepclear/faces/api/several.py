"""The route for programs with much to declare: several in one request, each answered by itself.

Each is a call of its own in the node's thread, so that a stop waits for one of them and not for all;
and each counts as one request of its party. Nothing ties them together: some may be kept and others
refused. What holds for one declaration is said in :mod:`keepclear.faces.api.declarations`.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated, Final

import msgspec

from keepclear.domain.access import Action
from keepclear.faces.api import forms
from keepclear.faces.api.declarations import declare
from keepclear.faces.api.letting_in import let_in
from keepclear.faces.api.problems import ProblemForm, problem_of
from keepclear.faces.api.route import Asked, Reply, Route
from keepclear.faces.api.service import Service
from keepclear.faces.api.technical import fault_of
from keepclear.node.ledger import Node
from keepclear.wire.forms import DeclarationForm

__all__ = ["ROUTES", "SEVERAL_MAX"]

SEVERAL_MAX: Final = 100
"""Declarations in one request: about as many as a node decides within a tenth of a second."""
_OK: Final = 200


class One(forms.In, frozen=True):
    """A declaration among several."""

    declaration: DeclarationForm
    if_match: forms.Number | None = None
    """The version seen last; 0 for none; not looked at where nothing is said."""


class Several(forms.In, frozen=True):
    """Declarations, each for itself."""

    declarations: Annotated[list[One], msgspec.Meta(min_length=1, max_length=SEVERAL_MAX)]


class OneAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one of them: an answer or a problem, as it would have been answered alone."""

    status: int
    answer: forms.Answered | None = None
    problem: ProblemForm | None = None


class SeveralAnswers(forms.Out, frozen=True):
    """In the order in which they were sent."""

    answers: list[OneAnswer]


async def several(asked: Asked, service: Service) -> Reply:
    """Declare each; what is kept is durable by now."""
    calls = [
        service.ask(partial(_declared, asked, service, number))
        for number in range(len(asked.body.declarations))
    ]
    found = await asyncio.gather(*calls, return_exceptions=True)
    service.decided()
    return Reply(SeveralAnswers([_answer(one, service) for one in found]))


def _declared(asked: Asked, service: Service, number: int, node: Node) -> Reply:
    """One of them, as if it had been sent alone; who was put out meanwhile declares no more."""
    one = asked.body.declarations[number]
    principal = let_in(service, node, asked.credentials, Action.DECLARE)
    # no header holds a line's end, so no other request has such a key
    key = f"{asked.key}\n{number}" if asked.key else ""
    return declare(
        Asked({}, body=one.declaration, principal=principal, key=key, if_match=one.if_match), node
    )


def _answer(found: Reply | BaseException, service: Service) -> OneAnswer:
    if isinstance(found, Reply):
        return OneAnswer(found.status or _OK, answer=found.body)
    if not isinstance(found, Exception):
        raise found
    problem = problem_of(found)
    if problem.code == "internal":
        service.log(fault_of(found))
    return OneAnswer(problem.status.value, problem=problem.form())


ROUTES: Final = (
    Route(
        "POST",
        "/api/v1/declarations/several",
        Action.DECLARE,
        f"Declare up to {SEVERAL_MAX} at once, each answered by itself",
        flow=several,
        body=Several,
        answer=SeveralAnswers,
        repeatable=True,
    ),
)
