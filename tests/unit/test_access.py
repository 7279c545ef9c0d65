"""Roles: what each may do is a table, and a scope only ever takes away."""

from itertools import product

from keepclear.domain.access import MAY, Action, Principal, Role


def test_each_role_is_in_the_table():
    assert set(MAY) == set(Role)


def test_who_verifies_does_not_declare_and_who_admits_sees_no_plan():
    assert not MAY[Role.VERIFIER] & {Action.DECLARE, Action.CONSENT}
    assert not MAY[Role.ADMINISTRATOR] & {Action.LOOK, Action.DECLARE, Action.VERIFY, Action.SITES}
    assert Action.VERIFY not in MAY[Role.DUTY]


def test_a_scope_adds_nothing():
    for role, action in product(Role, Action):
        whole = Principal("Alder", role, "watch 1")
        scoped = Principal("Alder", role, "feed", frozenset({action}))
        assert scoped.may(action) == whole.may(action)
        assert not any(scoped.may(other) for other in Action if other is not action)
