"""How much of a declaration another party sees, by what the two have agreed.

Rules kept here:

* Where nothing was agreed, nothing is shown.
* A humanitarian party sees nothing of anybody's plan, whatever an arrangement says.
* Parties that stand apart tell each other of notified sites alone; where one of two has suspended what
  was agreed, or left it, of sites and movements.
* What a humanitarian party notifies is never open, because nobody here has asked for its consent.
* A site that is not open is shown as a circle to stay away from, because half of a site is no site.
* A neutral node that the members have named compares for them: it has their plans, and shows none.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from keepclear.domain.arrangement import Arrangement, Disclosure, Rung
from keepclear.domain.consent import NOTIFIED
from keepclear.domain.declaration import Kind

__all__ = [
    "Level",
    "arrangement_of",
    "desk_of",
    "is_humanitarian",
    "is_neutral",
    "is_open",
    "level_of",
    "others_in",
]


class Level(Enum):
    """What is shown."""

    NOTHING = "nothing"
    STAY_AWAY = "stay away"
    """A circle that holds the site and its stand-off."""
    CROSSING = "crossing"
    """The part that both share, and how to reach the other desk."""
    OPEN = "open"
    """The declaration as it is."""


def is_humanitarian(arrangements: Iterable[Arrangement], party: str) -> bool:
    """Whether a party is one that notifies, in any arrangement."""
    for one in arrangements:  # noqa: SIM110 - asked a dozen times for each declaration
        if party in one.notified:
            return True
    return False


def is_neutral(arrangements: Iterable[Arrangement], node: str, party: str) -> bool:
    """Whether a party is to declare its plans to a node that is of no member; not while it is out."""
    return any(
        node in one.neutral and party in one.member_names and party not in one.stepped_down
        for one in arrangements
    )


def arrangement_of(arrangements: Iterable[Arrangement], a: str, b: str) -> Arrangement | None:
    """What two parties have agreed, or what one of them agreed about notifications of the other."""
    for one in arrangements:
        names = one.member_names
        if (a in names and (b in names or b in one.notified)) or (b in names and a in one.notified):
            return one
    return None


def level_of(arrangements: Iterable[Arrangement], *, viewer: str, owner: str, kind: Kind) -> Level:
    """What one party sees of a declaration of another.

    Args:
        arrangements: All that hold here; no two of them name the same pair.
        viewer: Who would see it.
        owner: Whose it is.
        kind: What kind of declaration it is.
    """
    known = tuple(arrangements)
    if any(viewer in one.neutral and owner in one.member_names for one in known):
        told = kind in NOTIFIED or is_neutral(known, viewer, owner)
        return Level.OPEN if told and not is_humanitarian(known, owner) else Level.NOTHING
    found = arrangement_of(known, viewer, owner)
    if found is None or is_humanitarian(known, viewer):
        return Level.NOTHING
    if not _told_at_all(found, frozenset((viewer, owner)), kind):
        return Level.NOTHING
    if found.disclosed(kind, owner) is Disclosure.OPEN and not is_humanitarian(known, owner):
        return Level.OPEN
    return Level.STAY_AWAY if kind is Kind.SITE else Level.CROSSING


def _told_at_all(found: Arrangement, pair: frozenset[str], kind: Kind) -> bool:
    """Whether two that agreed tell each other of a kind, by their rung and by their footing now."""
    if found.rungs.get(pair) is Rung.APART:
        return kind is Kind.SITE
    return kind in NOTIFIED or not found.stepped_down & pair


def is_open(arrangement: Arrangement) -> bool:
    """Whether its members show each other everything, and nobody notifies them of a site.

    Then an answer tells nothing that is not shown anyway, and no budget is needed.
    """
    return not arrangement.notified and arrangement.shows_all


def desk_of(arrangements: Iterable[Arrangement], party: str) -> str:
    """How a party's desk is reached; empty where no arrangement says it."""
    for one in arrangements:
        member = one.member(party)
        if member is not None and member.desk:
            return member.desk
    return ""


def others_in(arrangement: Arrangement, party: str) -> tuple[str, ...]:
    """The other members of an arrangement."""
    return tuple(member.name for member in arrangement.members if member.name != party)
