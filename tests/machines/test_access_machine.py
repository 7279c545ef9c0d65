"""People and programs beside a model of dictionaries: let in, come in, log in, put out, in any order.

The model knows every secret that was ever given out, and says of each whether it opens something now.
After every step the node says the same of all of them, also once it is started again, and keeps none.
"""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from keepclear.domain.access import MAY, OF_PEOPLE, Action, Principal, Role
from keepclear.errors import RuleError, StoreError
from keepclear.node import access, links, login, sessions
from keepclear.node.allowing import HOLDER
from keepclear.node.attempts import Attempts
from keepclear.store.memory import Failure
from tests.node.people import everything_in, hashed, let_in, quick_hashes
from tests.node.world import World, consistent

MINUTE_US = 60_000_000
DAY_US = 24 * 60 * MINUTE_US
WORDS = ["one long word that is right", "two long words that are right"]
marks = st.sampled_from(["alder-1", "alder-2", "alder-3", "birch-1", "chief-1", "feed-1"])
ranks = st.integers(0, 3)
parties = st.sampled_from(["", "Alder", "Birch"])
pauses = st.sampled_from([1, 4 * MINUTE_US, 40 * MINUTE_US, 61 * MINUTE_US, DAY_US + 1])
words = st.sampled_from(WORDS)
failures = st.sampled_from([None, None, None, *Failure])


class AccessMachine(RuleBasedStateMachine):
    @initialize()
    def begin(self):
        self.patch = pytest.MonkeyPatch()
        quick_hashes(self.patch)
        self.world = World()
        self.people = {}
        """Mark to its principal, and to a person's password."""
        self.waiting = {}
        """Mark to principal, by whom, and the link's secret with its end."""
        self.links, self.tokens, self.sessions = {}, {}, {}
        """Secret to mark; of a session with when it was opened and used."""
        self.dead = set()
        """Secrets that open nothing any more."""
        for mark, party in (("chief-1", ""), ("alder-1", "Alder")):
            let_in(self.world, mark, party, Role.ADMINISTRATOR, password=WORDS[0])
            self.people[mark] = (Principal(party, Role.ADMINISTRATOR, mark), WORDS[0])

    def teardown(self):
        if hasattr(self, "patch"):
            self.patch.undo()

    @property
    def now(self):
        return self.world.now

    def who(self, number):
        """The holder of the folder, or somebody who is in."""
        known = [HOLDER, *(who for who, _ in self.people.values())]
        return known[number % len(known)]

    @rule(by=ranks, mark=marks, party=parties, role=st.sampled_from(Role))
    def invite(self, by, mark, party, role):
        self.admit(by, mark, party, role, None)

    @rule(by=ranks, mark=marks, role=st.sampled_from(Role))
    def invite_for_ones_own(self, by, mark, role):
        self.admit(by, mark, self.who(by).party, role, None)

    @rule(
        by=ranks,
        mark=marks,
        party=parties,
        role=st.sampled_from(Role),
        only=st.frozensets(st.sampled_from(Action), max_size=2),
    )
    def give_a_token(self, by, mark, party, role, only):
        self.admit(by, mark, party, role, only)

    def admit(self, by, mark, party, role, only):
        by = self.who(by)
        new = Principal(party, role, mark, only)
        may = by is HOLDER or (
            by.role is Role.ADMINISTRATOR
            and by.only is None
            and (by.party == party or (by.party == "" and role is Role.ADMINISTRATOR))
        )
        known = [one[mark][0] for one in (self.people, self.waiting) if mark in one]
        free = not known or (only is None and all(one == new for one in known))
        fits = only is None or (only and only <= MAY[role] - OF_PEOPLE)
        try:
            secret = access.admit(self.world.node, by, mark=mark, party=party, role=role, only=only)
        except RuleError:
            assert not (may and free and fits)
            return
        assert may
        assert free
        assert fits
        if only is None:
            self.end(self.links, mark)
            self.waiting[mark] = (new, by.mark)
            self.links[secret] = (mark, self.now + DAY_US)
        else:
            self.people[mark] = (new, None)
            self.tokens[secret] = mark

    def end(self, secrets, mark):
        for secret in [one for one, held in secrets.items() if mark in {held, held[0]}]:
            del secrets[secret]
            self.dead.add(secret)

    @precondition(lambda self: self.links)
    @rule(data=st.data(), word=words)
    def come_in(self, data, word):
        secret = data.draw(st.sampled_from(sorted(self.links)))
        mark, until = self.links[secret]
        try:
            links.redeem(self.world.node, secret, password=hashed(word))
        except RuleError:
            assert self.now > until
            return
        assert self.now <= until
        for kind in (self.links, self.sessions):
            self.end(kind, mark)
        self.people[mark] = (self.waiting.pop(mark)[0], word)

    @rule(mark=marks, word=words)
    def log_in(self, mark, word):
        if sum(held[0] == mark for held in self.sessions.values()) == login.SESSIONS_MAX:
            return  # its oldest one would end, which has a test of its own
        right = mark in self.people and self.people[mark][1] == word
        attempts = Attempts()
        attempt = login.begin_login(self.world.node, attempts, mark)
        try:
            opened = login.open_session(self.world.node, attempts, attempt.compare(word))
        except RuleError:
            assert not right
            return
        assert right
        self.sessions[opened.session] = (mark, self.now, self.now)
        self.over()

    def over(self):
        for secret, (_, opened, used) in list(self.sessions.items()):
            if self.now - used > sessions.IDLE_US or self.now - opened > sessions.SHIFT_US:
                del self.sessions[secret]
                self.dead.add(secret)

    @rule(by=ranks, mark=marks, failure=failures)
    def put_out(self, by, mark, failure):
        by = self.who(by)
        known = [one[mark][0] for one in (self.people, self.waiting) if mark in one]
        may = by is HOLDER or (
            by.role is Role.ADMINISTRATOR
            and by.only is None
            and any(by.party in {"", one.party} for one in known)
        )
        self.world.store.failing = failure if may and known else None
        try:
            access.put_out(self.world.node, by, mark)
        except StoreError:
            if failure is Failure.LOST:
                return
        except RuleError:
            assert not (may and known)
            return
        assert may
        assert known
        self.people.pop(mark, None)
        for one in [m for m, (_, sent_by) in self.waiting.items() if mark in {m, sent_by}]:
            del self.waiting[one]
            self.end(self.links, one)
        for kind in (self.tokens, self.sessions):
            self.end(kind, mark)

    @precondition(lambda self: self.sessions)
    @rule(data=st.data())
    def log_out(self, data):
        secret = data.draw(st.sampled_from(sorted(self.sessions)))
        sessions.logout(self.world.node, secret)
        del self.sessions[secret]
        self.dead.add(secret)

    @rule(pause=pauses)
    def wait(self, pause):
        self.world.now += pause
        self.over()

    @rule()
    def restart(self):
        self.world.node = self.world.start()

    @invariant()
    def each_secret_opens_what_the_model_says(self):
        if not hasattr(self, "world"):
            return
        node = self.world.node
        for secret, mark in self.tokens.items():
            assert sessions.bearer(node, secret) == self.people[mark][0]
            assert sessions.session(node, secret) is links.invited(node, secret) is None
        for secret, (mark, opened, used) in list(self.sessions.items()):
            assert sessions.session(node, secret) == self.people[mark][0]
            assert sessions.bearer(node, secret) is links.invited(node, secret) is None
            if self.now - used >= 5 * MINUTE_US:
                self.sessions[secret] = (mark, opened, self.now)
        for secret, (mark, until) in self.links.items():
            found = links.invited(node, secret)
            new = self.waiting[mark][0]
            expected = links.Invitation(new.party, mark, new.role)
            assert found == (expected if self.now <= until else None)
            assert sessions.session(node, secret) is sessions.bearer(node, secret) is None
        for secret in self.dead:
            assert sessions.bearer(node, secret) is sessions.session(node, secret) is None
            assert links.invited(node, secret) is None

    @invariant()
    def memory_and_record_agree_and_hold_no_secret(self):
        if not hasattr(self, "world"):
            return
        node = self.world.node.fresh()
        assert consistent(self.world)
        assert node.memory == self.world.start().memory
        assert set(node.memory.people) == set(self.people)
        assert set(node.memory.invited) == set(self.waiting)
        store = everything_in(self.world.store)
        for secret in (*self.dead, *self.tokens, *self.sessions, *self.links, *WORDS):
            assert secret.encode() not in store


TestAccess = AccessMachine.TestCase
TestAccess.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
