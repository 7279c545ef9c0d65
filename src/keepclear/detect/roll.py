"""Who stands in a set: names and numbers, and each declaration when somebody needs it.

Numbers count up and are never used again. Those of a set that was kept come first; of them nothing is
held but what the one who kept them says. Of the others the name alone is held where somebody can say
the declaration later, else the declaration itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Protocol

import numpy as np

from keepclear.domain.declaration import Declaration

__all__ = ["Kept", "Later", "Roll", "Said"]

Said = Callable[[str, str], Declaration]
"""The declaration that stands under party and id, as it stands now."""
Held = Declaration | tuple[str, str]
Later = list[Held | None]
"""Each declaration, or party and id; nothing for one that stands no longer."""
_STRETCH: Final = 1_000
"""Numbers whose names are held together, so that nobody waits while those who are gone are left out."""
_FEW: Final = _STRETCH // 8
"""With fewer left of a stretch, only these are held: a place costs 8 bytes and an entry some 90."""


class Kept(Protocol):
    """Names of a set that was kept, by numbers from 0."""

    def __len__(self) -> int:
        """How many there are."""

    def find(self, party: str, id: str) -> int:  # noqa: A002  the field's word
        """The number of a name; -1 where there is none."""

    def name(self, number: int) -> tuple[str, str]:
        """Party and id of a number."""


class _Nobody:
    def __len__(self) -> int:
        return 0

    def find(self, party: str, id: str) -> int:  # noqa: A002, ARG002 - see Kept
        return -1

    def name(self, number: int) -> tuple[str, str]:
        raise IndexError(number)


class Roll:
    """All that stand, by name and by number."""

    def __init__(self, said: Said | None = None, kept: Kept | None = None) -> None:
        """Those who were kept stand.

        Args:
            said: Says a declaration that stands; where it is left out, declarations are held.
            kept: Who stands from the beginning; needs ``said``.
        """
        self._look_up = said
        self._kept: Kept = _Nobody() if kept is None else kept
        self._first = len(self._kept)
        self._here = np.ones(self._first, dtype=bool)
        """Which of those who were kept still stand."""
        self._later: list[Later | dict[int, Held]] = []
        """All others, by stretch and place; of a stretch of which few are left, these alone."""
        self._left: list[int] = []
        """How many of each stretch still stand."""
        self.next = self._first
        """The number that the next one gets."""
        self._number: dict[str, dict[str, int]] = {}
        """By party and id. One dictionary with pairs for keys would be looked through whole, by the
        collector, each time that one was added: 10 ms at 100,000, while everybody waits."""
        self._count = self._first

    def __len__(self) -> int:
        return self._count

    def __contains__(self, name: tuple[str, str]) -> bool:
        return self.number(*name) >= 0

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Names, in the order of their numbers."""
        for number in np.flatnonzero(self._here).tolist():
            yield self._kept.name(number)
        yield from (_name(held) for held in self._others() if held is not None)

    def copy(self) -> Roll:
        """Another that goes its own way from here on."""
        other = Roll(self._look_up, self._kept)
        other._here, other._later = self._here.copy(), [one.copy() for one in self._later]
        other._left, other.next = list(self._left), self.next
        other._number = {party: dict(numbers) for party, numbers in self._number.items()}
        other._count = self._count
        return other

    def moment(self) -> tuple[int, Later]:
        """How many were kept, and all others in the order of their numbers."""
        return self._first, self._others()

    def number(self, party: str, id: str) -> int:  # noqa: A002  the field's word
        """The number of a name that stands; -1 where none does."""
        of_party = self._number.get(party)
        found = None if of_party is None else of_party.get(id)
        if found is not None:
            return found
        if self._first:
            found = self._kept.find(party, id)
            if found >= 0 and self._here[found]:
                return found
        return -1

    def name(self, number: int) -> tuple[str, str]:
        """Party and id of one that stands."""
        if number < self._first:
            return self._kept.name(number)
        return _name(self._held(number))

    def said(self, number: int) -> Declaration:
        """The declaration of one that stands."""
        if number >= self._first:
            held = self._held(number)
            if not isinstance(held, tuple):
                return held
        assert self._look_up is not None
        return self._look_up(*self.name(number))

    def add(self, declaration: Declaration) -> int:
        """Take one up; nobody of its name stands."""
        number, name = self.next, (declaration.party, declaration.id)
        self._append(declaration if self._look_up is None else name)
        self._number.setdefault(declaration.party, {})[declaration.id] = number
        self._count += 1
        return number

    def drop(self, party: str, id: str) -> int:  # noqa: A002  the field's word
        """Take one out; its number, or -1."""
        number = self.number(party, id)
        if number < 0:
            return -1
        if number < self._first:
            self._here[number] = False
        else:
            self._remove(number)
            del self._number[party][id]
        self._count -= 1
        return number

    def _others(self) -> Later:
        """Who was not kept, in the order of their numbers."""
        found: Later = []
        for one in self._later:
            found.extend(one if isinstance(one, list) else one.values())
        return found

    def _held(self, number: int) -> Held:
        stretch, place = divmod(number - self._first, _STRETCH)
        held = self._later[stretch][place]
        assert held is not None
        return held

    def _append(self, held: Held) -> None:
        if (self.next - self._first) % _STRETCH == 0:
            self._later.append([])
            self._left.append(0)
        last = self._later[-1]
        assert isinstance(last, list)  # one that is still being filled is never thinned
        last.append(held)
        self._left[-1] += 1
        self.next += 1

    def _remove(self, number: int) -> None:
        stretch, place = divmod(number - self._first, _STRETCH)
        self._left[stretch] -= 1
        some = self._later[stretch]
        if isinstance(some, dict):
            del some[place]
            self._later[stretch] = some.copy()  # one that shrank in place keeps its room
            return
        some[place] = None
        if len(some) == _STRETCH and self._left[stretch] < _FEW:
            self._later[stretch] = {k: one for k, one in enumerate(some) if one is not None}


def _name(held: Declaration | tuple[str, str]) -> tuple[str, str]:
    return held if isinstance(held, tuple) else (held.party, held.id)
