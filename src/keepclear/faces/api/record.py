"""Routes on the record: checkpoint, tiles, proofs, evidence, what a party was shown, and its events."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from keepclear.domain.access import Action, Principal
from keepclear.domain.window import format_instant
from keepclear.faces.api import forms
from keepclear.faces.api.declarations import own
from keepclear.faces.api.problems import Problem
from keepclear.faces.api.route import JSON, Asked, Reply, Route
from keepclear.faces.api.stream import After, stream
from keepclear.node import proofs
from keepclear.node.allowing import reaches
from keepclear.node.events import shown_in
from keepclear.node.ledger import Node, opening_of
from keepclear.record.tiles import Tile
from keepclear.wire.entries import Shown, decode_body

__all__ = ["ROUTES"]

_LOOKED_AT: Final = 1_000
"""Entries that one page of notices goes through."""
_BYTES: Final = "application/octet-stream"


class Inclusion(forms.In, frozen=True):
    """Which entry of which record."""

    number: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    size: Annotated[int, msgspec.Meta(ge=1, le=2**53)]


class Consistency(forms.In, frozen=True):
    """Between which sizes."""

    old: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    new: Annotated[int, msgspec.Meta(ge=1, le=2**53)]


class Proof(forms.Out, frozen=True):
    """Hashes of RFC 6962, from the leaf upwards."""

    hashes: list[bytes]


def checkpoint(_asked: Asked, node: Node) -> Reply:
    """The newest signed checkpoint, a C2SP signed note."""
    return Reply(node.checkpoint())


def hashes_tile(asked: Asked, node: Node) -> Reply:
    """A tile of hashes."""
    return Reply(proofs.hashes_tile(node, _tile(asked, asked.path["level"])))


def entries_tile(asked: Asked, node: Node) -> Reply:
    """A tile of leaves."""
    return Reply(proofs.entries_tile(node, _tile(asked, "0")))


def inclusion(asked: Asked, node: Node) -> Reply:
    """That an entry is in."""
    return Reply(Proof(proofs.inclusion(node, asked.query.number, asked.query.size)))


def consistency(asked: Asked, node: Node) -> Reply:
    """That nothing was rewritten."""
    return Reply(Proof(proofs.consistency(node, asked.query.old, asked.query.new)))


def bundle(asked: Asked, node: Node) -> Reply:
    """What the party said and was shown about its own declaration, with proofs."""
    view = own(asked, node)
    return Reply(proofs.own_evidence(node, view.declaration.party, view.subject))


def notices(asked: Asked, node: Node) -> Reply:
    """What the party was shown, in order; a page looks at some entries of the record only."""
    after = asked.query.after
    entries = node.store.entries(after, _LOOKED_AT)
    found = []
    for entry in entries:
        if entry.kind != "shown" or not entry.data:
            continue
        body = decode_body(opening_of(entry).body)
        assert isinstance(body, Shown)
        if _is_for(asked.who, body, node):
            shown = shown_in(body)
            found.append(forms.Notice(entry.number, format_instant(entry.at_us), body.how, shown))
    size = node.store.size()
    return Reply(forms.Notices(found, entries[-1].number if entries else size, size))


def _is_for(who: Principal, body: Shown, node: Node) -> bool:
    """Whether a party was shown it; a secretariat's desk what its own entries were told."""
    if who.party:
        return body.to == who.party
    case = node.memory.cases.get(body.subject)
    return case is not None and reaches(who, case) and body.to == case.party


def _tile(asked: Asked, level: str) -> Tile:
    if not (level.isascii() and level.isdigit() and len(level) == 1):
        raise Problem(404, "record.no-tile", "there is no such tile")
    return proofs.tile_named(int(level), asked.path["index"])


_RECORD: Final = "/api/v1/record"
ROUTES: Final = (
    Route(
        "GET",
        f"{_RECORD}/checkpoint",
        Action.RECORD,
        "The newest checkpoint, a signed note",
        checkpoint,
        media="text/plain; charset=utf-8",
    ),
    Route(
        "GET",
        f"{_RECORD}/tile/entries/{{index:path}}",
        Action.RECORD,
        "A bundle of leaves, in the layout of tlog-tiles: salted commitments",
        entries_tile,
        media=_BYTES,
        problems=(404,),
    ),
    Route(
        "GET",
        f"{_RECORD}/tile/{{level}}/{{index:path}}",
        Action.RECORD,
        "A tile of hashes, in the layout of tlog-tiles",
        hashes_tile,
        media=_BYTES,
        problems=(404,),
    ),
    Route(
        "GET",
        f"{_RECORD}/inclusion",
        Action.RECORD,
        "Proof that an entry is in the record",
        inclusion,
        query=Inclusion,
        answer=Proof,
        problems=(404,),
    ),
    Route(
        "GET",
        f"{_RECORD}/consistency",
        Action.RECORD,
        "Proof that the record only grew",
        consistency,
        query=Consistency,
        answer=Proof,
        problems=(404,),
    ),
    Route(
        "GET",
        "/api/v1/declarations/{party}/{id}/bundle",
        Action.RECORD,
        "Evidence of what the party said of its declaration and was shown about it",
        bundle,
        media=JSON,
        problems=(404,),
    ),
    Route(
        "GET",
        "/api/v1/notices",
        Action.LOOK,
        "What the party was shown, word for word",
        notices,
        query=forms.NoticeQuery,
        answer=forms.Notices,
    ),
    Route(
        "GET",
        "/api/v1/events",
        Action.LOOK,
        "What happens, as server-sent events that go on from Last-Event-ID",
        flow=stream,
        query=After,
        media="text/event-stream",
    ),
)
