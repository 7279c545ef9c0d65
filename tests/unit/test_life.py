"""The tables of lives: whole, reachable, and with an end."""

from __future__ import annotations

import pytest

from keepclear.domain import life
from keepclear.domain.declaration import Kind, State
from keepclear.domain.life import Act, Stage, next_stage
from keepclear.errors import RuleError

TABLES = [life.OPERATION_LIFE, life.NOTIFICATION_LIFE, life.CLAIM_LIFE]


@pytest.mark.parametrize("table", TABLES)
def test_every_state_can_be_reached_and_leads_to_an_end(table):
    reached, todo = set(), [next(iter(table))]
    while todo:
        state = todo.pop()
        if state not in reached:
            reached.add(state)
            todo += table[state].values()
    assert reached == set(table)
    ends = {state for state, acts in table.items() if not acts}
    assert ends
    for start in table:  # an end can be reached from everywhere
        seen, todo = set(), [start]
        while todo:
            state = todo.pop()
            if state not in seen:
                seen.add(state)
                todo += table[state].values()
        assert seen & ends


def test_every_kind_has_a_life_and_a_beginning_in_it():
    for kind in Kind:
        assert life.FIRST[kind] in life.LIVES[kind]


def test_what_has_ended_does_nothing_and_stands_nowhere():
    for table in TABLES:
        for state, acts in table.items():
            if not acts:
                assert state not in life.STANDING


@pytest.mark.parametrize("act", list(Act))
def test_a_contingent_operation_does_not_come_back(act):
    if act in {Act.AMEND, Act.END}:
        next_stage(Kind.OPERATION, State.CONTINGENT, act)
        return
    with pytest.raises(RuleError, match="possible: amend, end") as refused:
        next_stage(Kind.OPERATION, State.CONTINGENT, act)
    assert refused.value.for_peer() == "life.not-possible"


def test_a_site_is_verified_by_a_second_person_before_anybody_receives_it():
    assert next_stage(Kind.SITE, Stage.DRAFT, Act.VERIFY) is Stage.VERIFIED
    assert next_stage(Kind.SITE, Stage.VERIFIED, Act.AMEND) is Stage.DRAFT
    with pytest.raises(RuleError, match="a site that is draft cannot submit"):
        next_stage(Kind.SITE, Stage.DRAFT, Act.SUBMIT)


def test_an_expired_site_stands_and_only_its_party_takes_it_off():
    assert Stage.EXPIRED in life.STANDING
    assert set(life.NOTIFICATION_LIFE[Stage.EXPIRED]) == {Act.AMEND, Act.CONFIRM, Act.REMOVE}
