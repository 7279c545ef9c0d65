"""The use cases on the record: its entries as rows, and bundles that prove some of them to anybody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from keepclear.domain.window import format_instant
from keepclear.errors import RuleError
from keepclear.node.ledger import Node, opening_of
from keepclear.record import bundle
from keepclear.record.checkpoint import open_checkpoint
from keepclear.store.base import Entry

__all__ = ["Row", "evidence", "rows"]


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of the record, without what it says."""

    number: int
    time: str
    kind: str
    subject: str


def rows(node: Node, first: int = 1, last: int | None = None) -> list[Row]:
    """Entries from one number to another, both included."""
    return [
        Row(entry.number, format_instant(entry.at_us), entry.kind, entry.subject)
        for entry in _between(node, first, last)
    ]


def evidence(
    node: Node, *, about: str = "", first: int | None = None, last: int | None = None
) -> bytes:
    """A bundle of entries under the newest checkpoint.

    Args:
        node: Whose record it is.
        about: The subject whose entries are shown; or
        first: the first number that is shown,
        last: and the last one.

    Raises:
        RuleError: ``record.nothing``: there is no such entry.
    """
    if about:
        entries: list[Entry] = node.store.history(about)
        said = f"all entries about {about}"
    else:
        entries = list(_between(node, first or 1, last))
        said = f"entries {first or 1} to {entries[-1].number}" if entries else ""
    if not entries:
        raise RuleError(
            "record.nothing", "the record has no such entry; keepclear log shows what there is"
        )
    checkpoint, _ = open_checkpoint(
        node.checkpoint(), node.around.signer.name, node.around.signer.verifier
    )
    return bundle.make(checkpoint, map(opening_of, entries), node.store.node, about=said)


def _between(node: Node, first: int, last: int | None) -> Iterable[Entry]:
    for entry in node.entries(max(0, first - 1)):
        if last is not None and entry.number > last:
            return
        yield entry
