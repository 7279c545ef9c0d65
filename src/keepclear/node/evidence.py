"""The use cases on the record: its entries as rows, and bundles that prove some of them to anybody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from keepclear.domain.keeping import is_frozen
from keepclear.domain.window import Window, format_instant
from keepclear.errors import RuleError
from keepclear.node.cosigned import checkpoint_with
from keepclear.node.keeping import lifetime
from keepclear.node.ledger import Node, opening_of
from keepclear.record import bundle
from keepclear.store.base import Entry
from keepclear.wire.entries import Acted, Declared, Reported, Shown, Stated, decode_body

__all__ = ["Row", "evidence", "rows"]

_INCIDENT: Final = "incident"
"""Before the mark of an incident, which is nobody's plan; no party is called so."""


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
    node: Node,
    *,
    about: str = "",
    first: int | None = None,
    last: int | None = None,
    span: Window | None = None,
    reader: str = "",
) -> bytes:
    """A bundle of entries under the checkpoint that most peers cosigned, or the newest.

    Entries whose text was erased cannot be shown; how many those are is said. A party that is not the
    node's own is given nothing that names a declaration of others as the record does: it knows that by
    a mark, and the name is not its to know. So it is over a network and at rest.

    Args:
        node: Whose record it is.
        about: The subject whose entries are shown; of an incident also all that it names; or
        first: the first number that is shown,
        last: and the last one; or
        span: the span within which something was kept, or what it is about was in force.
        reader: A party, where only what it said and was shown itself is to be in it.

    Raises:
        RuleError: ``record.nothing``: there is no such entry; ``record.large``.
    """
    if about:
        entries, said = _about(node, about), f"all entries about {about}"
    elif span is not None:
        entries = _named(node, (), (span,))
        said = f"all entries kept, or about what was in force, from {span}"
    else:
        entries = list(_between(node, first or 1, last))
        said = f"entries {first or 1} to {entries[-1].number}" if entries else ""
    if reader:
        entries = [one for one in entries if not one.data or _is_of(one, reader)]
        if reader != node.around.owner:
            entries = [one for one in entries if not one.data or not _names_another(one, reader)]
        said += f", of what {reader} said and was shown"
    shown = [entry for entry in entries if entry.data]
    if not shown:
        raise RuleError(
            "record.nothing",
            "what it said was erased, and only its leaves are left"
            if entries
            else "the record has no such entry; keepclear log shows what there is",
        )
    if len(shown) < len(entries) and not reader:
        said += f"; of {len(entries) - len(shown)} of them only the leaves are left"
    checkpoint = checkpoint_with(node, shown[-1].number)
    data = bundle.make(checkpoint, map(opening_of, shown), node.store.node, about=said)
    if len(data) > bundle.BUNDLE_BYTES_MAX:
        raise RuleError(
            "record.large",
            f"the bundle would have {len(data):,} bytes, and {bundle.BUNDLE_BYTES_MAX:,} are the most "
            "that anybody verifies; make several, of shorter spans",
        )
    return data


def _is_of(entry: Entry, party: str) -> bool:
    """Whether a party said it or was shown it."""
    body = decode_body(opening_of(entry).body)
    if isinstance(body, Shown):
        return body.to == party
    if isinstance(body, Reported | Stated):
        return body.party == party
    return isinstance(body, Declared | Acted) and body.subject.startswith(f"{party}/")


def _names_another(entry: Entry, party: str) -> bool:
    """Whether an entry names a declaration of another party: where it is filed, or as an incident does.

    A party names another's by the mark that it was shown, and the record has the name in its place.
    """
    if _space(entry.subject) not in {party, _INCIDENT}:
        return True
    body = decode_body(opening_of(entry).body)
    return isinstance(body, Reported) and any(_space(one) != party for one in body.subjects)


def _space(subject: str) -> str:
    """The party of a declaration, or the word that stands where one may stand."""
    return subject.partition("/")[0]


def _about(node: Node, subject: str) -> list[Entry]:
    incident = node.memory.incidents.get(subject)
    if incident is None:
        return node.store.history(subject)
    said = incident.reported
    spans = () if said.span_us is None else (Window(*said.span_us),)
    return _named(node, (subject, *said.subjects), spans)


def _named(node: Node, subjects: Iterable[str], spans: Sequence[Window]) -> list[Entry]:
    """The entries of subjects, and those kept within spans or about what was in force within them."""
    memory = node.memory
    found = {entry.number: entry for subject in subjects for entry in node.store.history(subject)}
    if spans:
        for subject in (*memory.cases, *memory.gone):
            history = node.store.history(subject)
            life = lifetime(memory, subject, history)
            if life is not None and is_frozen(subject, life, (), spans):
                found |= {entry.number: entry for entry in history}
        for entry in node.entries():
            if any((s.start_us or 0) <= entry.at_us <= (s.end_us or entry.at_us) for s in spans):
                found[entry.number] = entry
    return [found[number] for number in sorted(found)]


def _between(node: Node, first: int, last: int | None) -> Iterable[Entry]:
    for entry in node.entries(max(0, first - 1)):
        if last is not None and entry.number > last:
            return
        yield entry
