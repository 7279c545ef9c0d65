"""People and programs at a node: links, log-ins, tokens, and who may let in whom."""

from __future__ import annotations

import pytest

from keepclear.domain.access import Action, Principal, Role
from keepclear.errors import RuleError
from keepclear.node import access, links, login, sessions
from keepclear.node.attempts import Attempts
from keepclear.node.passwords import hash_password
from tests.node.world import World

PASSWORD = "four words that nobody guesses"


def test_first_link_login_and_token():
    world, attempts = World(), Attempts()
    link = links.first_link(world.node)
    kept = hash_password(PASSWORD, bytes(16))
    links.redeem(world.node, link, mark="chief-1", password=kept)
    assert links.first_link(world.node) is None
    attempt = login.begin_login(world.node, attempts, "chief-1")
    opened = login.open_session(world.node, attempts, attempt.compare(PASSWORD))
    chief = sessions.session(world.node, opened.session)
    assert chief == Principal("", Role.ADMINISTRATOR, "chief-1")
    invitation = access.admit(
        world.node, chief, mark="alder-1", party="Alder", role=Role.ADMINISTRATOR
    )
    links.redeem(world.node, invitation, password=kept)
    boss = Principal("Alder", Role.ADMINISTRATOR, "alder-1")
    token = access.admit(
        world.node,
        boss,
        mark="feed-1",
        party="Alder",
        role=Role.DUTY,
        only=frozenset({Action.DECLARE}),
    )
    program = sessions.bearer(world.node, token)
    assert program == Principal("Alder", Role.DUTY, "feed-1", frozenset({Action.DECLARE}))
    access.put_out(world.node, boss, "feed-1")
    assert sessions.bearer(world.node, token) is None
    with pytest.raises(RuleError):
        access.put_out(world.node, boss, "chief-1")
    sessions.logout(world.node, opened.session)
    assert sessions.session(world.node, opened.session) is None
    assert world.start().memory == world.node.memory
