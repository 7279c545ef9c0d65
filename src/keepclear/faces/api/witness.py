"""Routes of witnessing: cosignatures for peers' records, and those that peers gave to this node's.

A witness is asked by anybody who brings a checkpoint that a record known here has signed (C2SP
tlog-witness). A cosignature is made when it is durable that nothing else will be signed beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from starlette.responses import Response

from keepclear.domain.access import Action
from keepclear.domain.window import format_instant
from keepclear.errors import SplitViewError, VerificationError
from keepclear.faces.api import forms
from keepclear.faces.api.problems import Problem
from keepclear.faces.api.route import Asked, Gate, Reply, Route
from keepclear.faces.api.service import Service
from keepclear.faces.peer import CONSISTENCY_PATH, WITNESS_PATH
from keepclear.node import proofs
from keepclear.node.cosigned import cosigned, witnesses
from keepclear.node.doubts import Doubt, refused
from keepclear.node.ledger import Node
from keepclear.node.witnessing import seen_of, take
from keepclear.record.addition import read_addition
from keepclear.record.checkpoint import Checkpoint, parse_checkpoint
from keepclear.record.merkle import root_of
from keepclear.record.note import Signer, parse_note, with_signature
from keepclear.record.witness import cosign
from keepclear.wire.witnessed import Cosigned

if TYPE_CHECKING:
    from starlette.types import ASGIApp

__all__ = ["ROUTES"]

_SIZE: Final = "text/x.tlog.size"
_TEXT: Final = "text/plain; charset=utf-8"
_STATUS: Final = {
    "witness.malformed": 400,
    "witness.older": 400,
    "witness.unknown": 404,
    "record.consistency": 422,
}
"""Those of tlog-witness; a signature that is missing or does not verify is 403."""
_CONFLICT, _UNPROCESSABLE = 409, 422


class CosignedOut(forms.Out, frozen=True):
    """What one party has cosigned of this record."""

    party: str
    size: int
    """Entries; 0: none yet."""
    time: str | None
    """By that party's clock."""
    last: str
    """What asking it came to last: ``cosigned``, ``refused``, ``unreachable``, a code, or nothing."""


class CosignaturesOut(forms.Out, frozen=True):
    """How far this record is cosigned, by whom."""

    record: str
    size: int
    cosigned: list[CosignedOut]


class Challenge(forms.In, frozen=True):
    """A state of this node's record that somebody knows already, and a smaller size."""

    size: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    root: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    old: Annotated[int, msgspec.Meta(ge=1, le=2**53)]


class Shown(forms.Out, frozen=True):
    """The root that it had at the smaller size, and the proof of RFC 6962 from there."""

    root: str
    hashes: list[bytes]


async def add(asked: Asked, service: Service) -> Reply | ASGIApp:
    """Cosign a peer's checkpoint."""
    found = await service.ask(lambda node: _decided(node, asked.body))
    if isinstance(
        found, Doubt
    ):  # whose proof does not hold: the record's own node is asked for one
        if service.conversation is not None:
            service.conversation.witnesses.refused[found.origin] = found
        raise Problem(_UNPROCESSABLE, "record.consistency")
    if isinstance(found, VerificationError):
        status = _STATUS.get(found.code, 403)
        raise Problem(status, found.for_peer())
    if isinstance(found, int):
        body = f"{found}\n".encode()
        return Response(body, _CONFLICT, headers={"content-type": _SIZE})
    checkpoint, signer, now_us = found
    return Reply(with_signature(b"", cosign(checkpoint, signer, now_us // 1_000_000)))


def _decided(
    node: Node, data: bytes
) -> tuple[Checkpoint, Signer, int] | VerificationError | Doubt | int:
    """What may be cosigned once this is durable; or why not; or the size that was signed last."""
    try:
        addition = read_addition(data)
        try:
            return take(node, addition), node.around.signer, node.now_us()
        except VerificationError as error:
            origin = parse_checkpoint(parse_note(addition.note).text).origin
            if error.code == "witness.stale" or isinstance(error, SplitViewError):
                return seen_of(node, origin).size
            if error.code == "record.consistency":
                return refused(node, addition.note, origin) or error
            raise
    except VerificationError as error:
        return error


def consistency(asked: Asked, node: Node) -> Reply:
    """Show that a state of this record that is known to who asks goes on from an earlier one.

    Who does not know it learns nothing, not even how large the record is.
    """
    said: Challenge = asked.body
    unknown = Problem(404, "record.no-proof", "this record was never so")
    if not said.old < said.size <= node.store.size():
        raise unknown
    if root_of(0, said.size, node.store.node).hex() != said.root:
        raise unknown
    root = root_of(0, said.old, node.store.node)
    return Reply(Shown(root.hex(), proofs.consistency(node, said.old, said.size)))


async def look(_asked: Asked, service: Service) -> Reply:
    """How far this record is cosigned."""
    return Reply(await service.ask(lambda node: _standing(node, service)))


async def ask_now(_asked: Asked, service: Service) -> Reply:
    """Ask every peer now, and say how far it is cosigned then."""
    if service.conversation is None:
        raise Problem(404, "line.none", "this node has no line to other desks")
    await service.conversation.witnesses.ask_all(service)
    return Reply(await service.ask(lambda node: _standing(node, service)))


def _standing(node: Node, service: Service) -> CosignaturesOut:
    kept = {one.party: one for one in cosigned(node)}
    last = service.conversation.witnesses.answers if service.conversation is not None else {}
    rows = [
        _row(party, kept.get(party), last.get(party, ""))
        for party in sorted({*kept, *witnesses(node)})
    ]
    return CosignaturesOut(node.around.signer.name, node.store.size(), rows)


def _row(party: str, one: Cosigned | None, last: str) -> CosignedOut:
    if one is None:
        return CosignedOut(party, 0, None, last)
    return CosignedOut(party, one.size, format_instant(one.time_s * 1_000_000), last)


_HERE: Final = "/api/v1/record/cosignatures"
ROUTES: Final = (
    Route(
        "POST",
        WITNESS_PATH,
        Gate.OPEN,
        "Cosign a checkpoint of a peer's record (C2SP tlog-witness)",
        flow=add,
        body=bytes,
        takes=("text/plain",),
        media=_TEXT,
        problems=(403, 409, 422),
    ),
    Route(
        "POST",
        CONSISTENCY_PATH,
        Gate.OPEN,
        "Show that a known state of this record goes on from an earlier one",
        consistency,
        body=Challenge,
        answer=Shown,
        problems=(404,),
    ),
    Route(
        "GET",
        _HERE,
        Action.RECORD,
        "How far this record is cosigned, and by whom",
        flow=look,
        answer=CosignaturesOut,
    ),
    Route(
        "POST",
        _HERE,
        Action.RECORD,
        "Ask every peer to cosign what is new, now",
        flow=ask_now,
        answer=CosignaturesOut,
        problems=(404,),
    ),
)
