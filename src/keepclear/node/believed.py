"""To which parties a desk has lines, and on which terms: all by what its node remembers.

There is a line to every party whose words two people compared, while its card holds. Left to others:
what goes over it (:mod:`keepclear.node.talking`), and what is late (:mod:`keepclear.node.deviating`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from keepclear.disclose.levels import is_humanitarian
from keepclear.domain.arrangement import Arrangement, Deadlines
from keepclear.domain.footing import Footing
from keepclear.errors import RuleError
from keepclear.link.happening import Line
from keepclear.link.pinning import Pinned
from keepclear.node.deviating import Terms
from keepclear.node.footings import arrangement_word, between, who_is
from keepclear.node.ledger import Node
from keepclear.node.memory import Memory, Peer
from keepclear.record.note import Signer

__all__ = ["Agreed", "Believed", "agreed_with", "believed_now", "word_with"]


@dataclass(frozen=True, slots=True)
class Believed:
    """The lines of a desk."""

    by_party: Mapping[str, tuple[Peer, Line]]
    agreed: frozenset[tuple[str, int, frozenset[str]]]
    """Each arrangement with its version, and who has stepped down from it."""

    def name(self, party: str) -> str:
        """The name of a party's key.

        Raises:
            RuleError: ``line.none``.
        """
        if party not in self.by_party:
            raise RuleError(
                "line.none",
                f"there is no line to {party[:80]!r}: its card must hold, and its words be compared",
            )
        return self.by_party[party][1].peer.name

    def lines(self) -> dict[str, Line]:
        """By the name of the peer's key."""
        return {line.peer.name: line for _, line in self.by_party.values()}

    def parties(self) -> dict[str, str]:
        """By the name of its key, each party with a line."""
        return {line.peer.name: party for party, (_, line) in self.by_party.items()}

    def keys(self) -> dict[str, tuple[str, str]]:
        """By party the keys at both ends."""
        return {
            party: (str(line.me.verifier), str(line.peer))
            for party, (_, line) in self.by_party.items()
        }


@dataclass(frozen=True, slots=True)
class Agreed:
    """What was agreed with each peer, by the name of its key."""

    deadlines: Mapping[str, Deadlines]
    aid: frozenset[str]
    """Aid desks, from which nothing is ever overdue."""
    terms: Mapping[str, Terms]
    """What is in force: neither suspended nor left by one of the two."""


def believed_now(node: Node, key: Signer) -> Believed:
    """The lines that there are now.

    Args:
        node: This desk's.
        key: The message key of this desk.
    """
    arrangements = node.memory.arrangements.values()
    agreed = frozenset((one.name, one.version, one.stepped_down) for one in arrangements)
    return Believed(dict(_lines(node, key)), agreed)


def agreed_with(memory: Memory, owner: str, believed: Believed) -> Agreed:
    """What was agreed with those to whom there are lines."""
    arrangements, peers = memory.arrangements.values(), believed.parties()
    return Agreed(
        {peer: _deadlines(memory, owner, party) for peer, party in peers.items()},
        frozenset(peer for peer, party in peers.items() if is_humanitarian(arrangements, party)),
        _terms(memory, owner, believed),
    )


def word_with(memory: Memory, owner: str, party: str) -> str:
    """How messages to a party name what was agreed with it; empty where nothing was."""
    return next(map(arrangement_word, _between(memory, owner, party)), "")


def _lines(node: Node, key: Signer) -> Iterator[tuple[str, tuple[Peer, Line]]]:
    memory, owner, now_us = node.memory, node.around.owner, node.now_us()
    for party, peer in memory.peers.items():
        if peer.pinned is Pinned.COMPARED and peer.card.holds_at(now_us):
            agreed = _between(memory, owner, party)
            words = frozenset(map(arrangement_word, agreed))
            down = any(who_is(memory, one, Footing.SUSPENDED, (owner, party)) for one in agreed)
            yield party, (peer, Line(key, peer.card.message_key, words, down))


def _between(memory: Memory, owner: str, party: str) -> list[Arrangement]:
    """Arrangements that hold between this desk's party and another, suspended ones included."""
    both = (owner, party)
    known = [one for _, one in sorted(memory.arrangements.items())]
    found = [one for one in known if _are_named(one, *both)]
    return [one for one in found if not who_is(memory, one, Footing.WITHDRAWN, both)]


def _are_named(arrangement: Arrangement, a: str, b: str) -> bool:
    """Whether two are members of it, or one is and the other compares for it."""
    members, both = arrangement.member_names, {a, b}
    return both <= members | set(arrangement.neutral) and bool(both & members)


def _deadlines(memory: Memory, owner: str, party: str) -> Deadlines:
    """The shortest of those agreed; those of no arrangement, where there is none."""
    agreed = [one.deadlines for one in _between(memory, owner, party)] or [Deadlines()]
    return Deadlines(
        min(one.receipt_us for one in agreed),
        min(one.urgent_us for one in agreed),
        min(one.read_back_us for one in agreed),
    )


def _terms(memory: Memory, owner: str, believed: Believed) -> dict[str, Terms]:
    return {
        line.peer.name: Terms(party, one, max(peer.since_us, memory.arranged_us[one.name]))
        for party, (peer, line) in believed.by_party.items()
        for one in between(memory, owner, party)
        if not one.stepped_down & {owner, party}
    }
