"""What a party may name where it reports an incident: declarations and parties that it can know of.

Nobody learns here what is declared: one's own declarations are named by ``Party/id``, another's by the
mark that one was shown. Whatever cannot be known is refused alike, whether it is there or not.
"""

from __future__ import annotations

from collections.abc import Iterable

from keepclear.disclose.levels import Level, level_of
from keepclear.errors import RuleError
from keepclear.node.memory import Memory

__all__ = ["all_known", "parties_known", "resolved"]


def resolved(memory: Memory, name: str, party: str, *, whole: bool) -> str:
    """The declaration that a name or a mark stands for, where whoever asks can know it.

    Raises:
        RuleError: ``incident.names``; the same, whether there is none or it is not for them.
    """
    if (whole or name.startswith(f"{party}/")) and (name in memory.cases or name in memory.gone):
        return name
    for subject in dict.fromkeys((memory.cases.marked(name) or name, name)):
        case = memory.cases.get(subject)
        if case is None:
            continue
        owner = case.party
        if not whole and owner != party and party not in case.told:
            continue
        if case.mark == name:
            return subject
        known = memory.arrangements.values()
        level = level_of(known, viewer=party, owner=owner, kind=case.kind)
        if subject == name and level is Level.OPEN:
            return subject
    raise RuleError(
        "incident.names",
        f"nothing known to {party} is called {name[:80]!r}; name your own as Party/id, and "
        "another's by the mark that you were shown",
    )


def parties_known(memory: Memory, party: str, *, whole: bool) -> set[str]:
    """Those who are in an arrangement with a party; all there are, for whoever holds the folder."""
    named = [set(one.named) for one in memory.arrangements.values()]
    if whole:
        named.append({subject.partition("/")[0] for subject in (*memory.cases, *memory.gone)})
        return set().union(*named)
    return set().union(*(names for names in named if party in names))


def all_known(known: set[str], named: Iterable[str], where: str) -> None:
    """That all who are named are known.

    Raises:
        RuleError: ``incident.party``.
    """
    for name in named:
        if name not in known:
            raise RuleError(
                "incident.party", f"no party {name[:40]!r} is named {where}; is it spelt so?"
            )
