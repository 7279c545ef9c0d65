"""Routes on declarations: to declare, to look, to amend, and the steps of their lives.

A party declares for itself. Another's declaration that does not exist for a party is answered as one
that does not exist at all. Every answer on a verdict is what the party may see of it, as the record has
it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from keepclear.domain.access import Action, Principal
from keepclear.domain.declaration import Declaration
from keepclear.domain.life import Act
from keepclear.domain.window import format_instant
from keepclear.errors import RuleError
from keepclear.faces.api import forms
from keepclear.faces.api.asking import cursor_of, name_of, wanted
from keepclear.faces.api.problems import Problem
from keepclear.faces.api.route import GEOJSON, Asked, Reply, Route
from keepclear.faces.api.sizes import check_size
from keepclear.integrity.context import Context
from keepclear.integrity.examine import examine
from keepclear.node import acting, declaring, views
from keepclear.node.allowing import allow
from keepclear.node.declaring import Answer, Request
from keepclear.node.ledger import Node
from keepclear.node.told import told_on
from keepclear.node.views import View, view_of
from keepclear.wire.declaration import declaration_of, spelled
from keepclear.wire.forms import DeclarationForm

__all__ = ["ROUTES", "answered", "declared", "own"]


def declare(asked: Asked, node: Node) -> Reply:
    """A new declaration, or a new version of one."""
    check_size(asked.body)
    return _declared(asked, node, declaration_of(asked.body))


def amend(asked: Asked, node: Node) -> Reply:
    """A new version of what is there, by whoever saw which version is there."""
    view = own(asked, node)
    check_size(asked.body)
    said = declaration_of(asked.body)
    if f"{said.party}/{said.id}" != view.subject:
        raise Problem(422, "declaration.other", "party and id in it are not those in the address")
    if asked.if_match is None:
        raise Problem(428, "version.missing", 'say which version you saw: If-Match: "3"')
    return _declared(asked, node, said)


def list_(asked: Asked, node: Node) -> Reply:
    """What exists for the party, as GeoJSON."""
    query, who = asked.query, asked.who
    fits = wanted(query.bbox, query.party, query.kind, query.datetime)
    after = name_of(query.cursor)
    found = views.page(node.memory, who, fits, after=after, limit=query.limit)
    views.read(node, who, found.views)
    features = [feature for view in found.views for feature in views.features_of(view)]
    return Reply(
        forms.Features(type="FeatureCollection", features=features, next=cursor_of(found.after))
    )


def show(asked: Asked, node: Node) -> Reply:
    """One declaration as it stands."""
    view = _seen(asked, node)
    views.read(node, asked.who, [view])
    case, said = view.case, view.declaration
    held = forms.Held(
        party=said.party,
        id=said.id,
        kind=case.kind.value,
        stage=case.stage.value,
        stands=case.stands,
        version=case.latest.number,
        own=view.own,
        declaration=_raw(case.latest.text),
        told_by=told_on(case) if view.own else [],
    )
    return Reply(held, headers=_tag(case.latest.number))


def versions(asked: Asked, node: Node) -> Reply:
    """All versions of one's own."""
    case = own(asked, node).case
    found = [
        forms.VersionForm(one.number, format_instant(one.at_us), one.by, _raw(one.text))
        for one in case.versions
    ]
    return Reply(forms.Versions(found), headers=_tag(case.latest.number))


def verdict(asked: Asked, node: Node) -> Reply:
    """What was last told of the verdict on one's own; a receipt, where the party notifies."""
    text = views.answered(node, own(asked, node))
    if text is None:
        raise Problem(404, "verdict.none", "nothing was told of it yet; does it stand?")
    return Reply(forms.Told(_raw(text)))


def step(asked: Asked, node: Node) -> Reply:
    """A step in a life."""
    subject = own(asked, node).subject
    answer = acting.act(
        node,
        subject,
        Act(asked.body.act),
        asked.request(),
        reason=asked.body.reason,
        if_match=asked.if_match,
    )
    return answered(answer)


def verify(asked: Asked, node: Node) -> Reply:
    """The second person says that what was entered is what is meant."""
    subject = own(asked, node).subject
    answer = acting.act(node, subject, Act.VERIFY, asked.request(), if_match=asked.if_match)
    return answered(answer)


def answered(answer: Answer, *, status: int | None = None) -> Reply:
    """What became of a request, as it is told."""
    reply = answer.reply
    version = int(reply["version"])
    form = forms.Answered(
        subject=str(reply["subject"]),
        version=version,
        stage=str(reply["stage"]),
        number=reply.get("number"),
        shown=[_raw(text) for text in reply.get("shown", ())],
        again=answer.again,
    )
    return Reply(form, status=status, headers=_tag(version))


def declared(
    node: Node,
    who: Principal,
    said: Declaration,
    request: Request,
    *,
    if_match: int | None,
    doubts: Sequence[str],
    text: str,
) -> Reply:
    """Declare for somebody, and answer.

    Args:
        node: Where.
        who: Who asks.
        said: What they declare.
        request: Of theirs.
        if_match: The version that was seen last.
        doubts: Codes of what looked wrong in it.
        text: Its canonical JSON.

    Raises:
        RuleError, InputError, StoreError: as :func:`keepclear.node.declaring.declare`; ``access.*``.
    """
    allow(node, who, Action.DECLARE, said.party)
    answer = declaring.declare(node, said, request, if_match=if_match, doubts=doubts, text=text)
    fresh = answer.reply["version"] == 1 and not answer.again
    return answered(answer, status=201 if fresh else 200)


def _declared(asked: Asked, node: Node, said: Declaration) -> Reply:
    return declared(
        node,
        asked.who,
        said,
        asked.request(),
        if_match=asked.if_match,
        doubts=[one.code for one in examine([said], Context(now_us=node.now_us()))],
        text=spelled(asked.body).decode(),
    )


def _seen(asked: Asked, node: Node) -> View:
    """A declaration that exists for the one who asks; sites of others are layers of their own."""
    subject = f"{asked.path['party']}/{asked.path['id']}"
    view = view_of(node.memory, asked.who, subject)
    if not view.own and view.case.kind.value == "site":
        raise _unknown()
    return view


def own(asked: Asked, node: Node) -> View:
    """One's own declaration.

    Raises:
        RuleError: ``declaration.unknown``, whether or not there is one of somebody else.
    """
    view = _seen(asked, node)
    if not view.own:
        raise _unknown()
    return view


def _unknown() -> RuleError:
    return RuleError("declaration.unknown", "nothing of yours is declared under this name")


def _raw(text: str) -> Any:
    """JSON as it is kept, word for word."""
    return msgspec.Raw(text.encode())


def _tag(version: int) -> dict[str, str]:
    return {"ETag": f'"{version}"'}


_ONE: Final = "/api/v1/declarations/{party}/{id}"
ROUTES: Final = (
    Route(
        "POST",
        "/api/v1/declarations",
        Action.DECLARE,
        "Declare, and be told what it crosses",
        declare,
        body=DeclarationForm,
        answer=forms.Answered,
        status=201,
        problems=(200, 403, 409, 412, 422),
        versioned=True,
        repeatable=True,
    ),
    Route(
        "GET",
        "/api/v1/declarations",
        Action.LOOK,
        "What is declared, as far as it exists for the party, as GeoJSON",
        list_,
        query=forms.ListQuery,
        answer=forms.Features,
        media=GEOJSON,
    ),
    Route("GET", _ONE, Action.LOOK, "One declaration", show, answer=forms.Held, problems=(404,)),
    Route(
        "PUT",
        _ONE,
        Action.DECLARE,
        "Amend: a new version of what is there",
        amend,
        body=DeclarationForm,
        answer=forms.Answered,
        problems=(404, 409, 412, 422, 428),
        versioned=True,
        repeatable=True,
    ),
    Route(
        "GET",
        f"{_ONE}/versions",
        Action.LOOK,
        "All versions of one's own declaration",
        versions,
        answer=forms.Versions,
        problems=(404,),
    ),
    Route(
        "GET",
        f"{_ONE}/verdict",
        Action.LOOK,
        "What the party was last told of the verdict on its own declaration",
        verdict,
        answer=forms.Told,
        problems=(404,),
    ),
    Route(
        "POST",
        f"{_ONE}/acts",
        Action.DECLARE,
        "Take a step in its life",
        step,
        body=forms.Step,
        answer=forms.Answered,
        problems=(404, 409, 412, 422),
        versioned=True,
        repeatable=True,
    ),
    Route(
        "POST",
        f"{_ONE}/verification",
        Action.VERIFY,
        "Say as a second person that what was entered is what is meant",
        verify,
        answer=forms.Answered,
        problems=(404, 409, 412, 422),
        versioned=True,
        repeatable=True,
    ),
)
