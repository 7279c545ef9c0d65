"""The use cases of a signed arrangement: propose one, sign one that another proposed, let it hold.

Its members sign the same bytes with the message keys of their cards, and only keys whose root was
compared count. It holds at a node when the last member has signed; until then it is kept with the
signatures it has, and changes nothing. A node whose party is no member signs nothing, and takes up
what the members have signed.
"""

from __future__ import annotations

from keepclear.domain.arrangement import Arrangement
from keepclear.errors import RuleError
from keepclear.link.agreement import Agreement, add_signature, combined, open_agreement, text_in
from keepclear.link.agreement import propose as proposal
from keepclear.link.pinning import Pinned
from keepclear.node.arranging import read_or_refuse, set_arrangement
from keepclear.node.declaring import Request
from keepclear.node.ledger import Node
from keepclear.record.note import Signer, Verifier
from keepclear.wire.entries import Agreed

__all__ = ["propose", "sign"]


def propose(node: Node, text: str, key: Signer, request: Request) -> Agreement:
    """An arrangement signed by this node's party, for the others to sign.

    Raises:
        RuleError: ``arrangement.*``: it cannot be read; ``agreement.*``.
        VerificationError: ``agreement.text``.
        StoreError: nobody can know whether it is kept.
    """
    node.fresh()
    found = read_or_refuse(text)
    keys = _keys(node, found)
    if node.around.owner not in keys:
        raise RuleError(
            "agreement.no-member",
            f"{node.around.owner} is no party of {found.name!r}, and proposes nothing in it",
        )
    return _keep(node, found, keys, proposal(text, key), request)


def sign(node: Node, note: bytes, key: Signer, request: Request) -> Agreement:
    """The same arrangement with this node's signature; it holds here when nobody's is missing.

    Raises:
        RuleError: ``arrangement.*``, ``agreement.*``.
        VerificationError: ``note.*``, ``text.other-type``: somebody changed it; keep it.
        StoreError: nobody can know whether it is kept.
    """
    node.fresh()
    found = read_or_refuse(text_in(note))
    keys = _keys(node, found)
    open_agreement(note, keys)  # what others signed must hold before ours stands beside it
    signed = add_signature(note, key) if node.around.owner in keys else note
    agreement = _keep(node, found, keys, signed, request)
    held = node.memory.arrangements.get(found.name)
    if agreement.holds and (held is None or held.version < found.version):
        set_arrangement(node, agreement.text, request)
    return agreement


def _keys(node: Node, found: Arrangement) -> dict[str, Verifier]:
    """The message key of every member; each of them is believed and valid now.

    Raises:
        RuleError: ``agreement.not-enrolled``, ``agreement.not-compared``, ``agreement.card-over``.
    """
    keys: dict[str, Verifier] = {}
    for member in found.members:
        peer = node.memory.peers.get(member.name)
        if peer is None:
            raise RuleError(
                "agreement.not-enrolled",
                f"{member.name} has not enrolled here; accept its invitation and compare its words",
            )
        if peer.pinned not in {Pinned.COMPARED, Pinned.OWN}:
            raise RuleError(
                "agreement.not-compared",
                f"the key of {member.name} is {peer.pinned.value}; compare its twelve words first",
            )
        if not peer.card.holds_at(node.now_us()):
            raise RuleError(
                "agreement.card-over",
                f"the card of {member.name} does not hold now; ask for its newest invitation",
            )
        keys[member.name] = peer.card.message_key
    return keys


def _keep(
    node: Node, found: Arrangement, keys: dict[str, Verifier], note: bytes, request: Request
) -> Agreement:
    """The agreement with all signatures that were seen on the same text; kept where there are more."""
    subject = f"arrangement/{found.name}"
    before = node.memory.agreements.get(subject)
    if before is not None:
        note = combined(note, before.note.encode())
    agreement = open_agreement(note, keys)
    if before is None or before.note.encode() != note:
        body = Agreed(
            subject=subject,
            at_us=node.now_us(),
            note=note.decode(),
            signed=list(agreement.signed),
            missing=list(agreement.missing),
            by=request.by,
        )
        node.save([body])
    return agreement
