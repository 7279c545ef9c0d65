"""Who may let whom in at a node, and what a mark looks like.

Rules kept here:

* An administrator of a party lets in people and programs of that party, and of no other.
* An administrator of a secretariat lets in its own desk's, and for each party its administrators: who
  else sees a party's plans is that party's own affair.
* Only a person lets others in: no program does.

A mark stands for one shift or program in every entry, for as long as the record is kept. So it is none
of a person's names: letters, digits and hyphens, with a digit in it, and nothing that an address or a
written name needs. That somebody is called by a mark cannot be seen here.
"""

from __future__ import annotations

import re
from typing import Final

from keepclear.domain.access import MAY, OF_PEOPLE, Action, Principal, Role
from keepclear.errors import RuleError

__all__ = ["check_admits", "check_mark", "check_scopes"]

_MARK: Final = re.compile(r"(?=.*[0-9])[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)
_MARK_MAX: Final = 32


def check_mark(mark: str) -> None:
    """Whether a mark can stand for a shift or a program: ``alder-1``, ``night-2``, ``feed-1``.

    Raises:
        RuleError: ``access.mark``.
    """
    if len(mark) > _MARK_MAX or not _MARK.fullmatch(mark):
        raise RuleError(
            "access.mark",
            f"mark {mark[:40]!r}: expected at most {_MARK_MAX} small letters a-z, digits and hyphens, "
            "a letter first and at least one digit, such as alder-1; it stands in the record for "
            "years, so it is no name and no address of a person",
        )


def check_admits(who: Principal, party: str, role: Role) -> None:
    """Whether somebody may let in, or put out, somebody of a role for a party.

    Args:
        who: Who asks.
        party: For whom; empty for a secretariat's own desk.
        role: As what.

    Raises:
        RuleError: ``access.role``: it lets nobody in; ``access.party``: nobody of this party;
            ``access.administrator``: nobody in this role.
    """
    if not who.may(Action.ADMIT):
        raise RuleError(
            "access.role", f"{who.mark} is {_is(who)}; only an administrator lets people in"
        )
    if who.party == party:
        return
    if who.party:
        raise RuleError(
            "access.party", f"{who.mark} lets in people of {who.party}, and of no other party"
        )
    if role is not Role.ADMINISTRATOR:
        raise RuleError(
            "access.administrator",
            f"a secretariat lets in administrators of {party}; these let in whom {party} wants",
        )


def check_scopes(role: Role, only: frozenset[Action]) -> None:
    """Whether a program of a role may be given these scopes.

    Raises:
        RuleError: ``access.scopes``.
    """
    possible = MAY[role] - OF_PEOPLE
    if not only or not only <= possible:
        names = ", ".join(sorted(one.value for one in possible))
        raise RuleError(
            "access.scopes",
            f"a program that is {role.value} is given some of these scopes: {names}",
        )


def _is(who: Principal) -> str:
    return f"a program with the role {who.role.value}" if who.only is not None else who.role.value
