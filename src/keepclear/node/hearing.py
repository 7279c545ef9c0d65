"""Who may hear what of a notification, from what the node remembers of its party's words."""

from __future__ import annotations

from keepclear.disclose.hearing import UNSAID, Heard, Word, hearing_of
from keepclear.disclose.levels import is_humanitarian
from keepclear.domain.consent import NOTIFIED
from keepclear.domain.declaration import Declaration
from keepclear.node.memory import Memory

__all__ = ["heard", "named"]


def heard(memory: Memory, said: Declaration, reader: str, at_us: int) -> Heard:
    """What a reader may hear of a version of a declaration at an instant."""
    if said.kind not in NOTIFIED:  # by far the most: no word is on them
        return UNSAID
    subject = f"{said.party}/{said.id}"
    case = memory.cases.get(subject)
    return hearing_of(
        said,
        _word(memory, said, subject, reader),
        at_us=at_us,
        humanitarian=is_humanitarian(memory.arrangements.values(), said.party),
        begun=case is not None and reader in case.released,
    )


def named(memory: Memory, said: Declaration) -> list[str]:
    """Parties of which its party said anything, for this one or for its kind; never its own."""
    if not memory.words and not memory.defaults:
        return []
    subject = f"{said.party}/{said.id}"
    own = memory.words.get(subject, {})
    kind = memory.defaults.get((said.party, said.kind.value), {})
    return sorted((own.keys() | kind.keys()) - {said.party})


def _word(memory: Memory, said: Declaration, subject: str, reader: str) -> Word | None:
    """What was said of this one holds before what was said of its kind."""
    own = memory.words.get(subject, {}).get(reader)
    if own is not None:
        return own
    return memory.defaults.get((said.party, said.kind.value), {}).get(reader)
