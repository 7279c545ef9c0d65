"""The node beside a model that is a dictionary, in whatever order, with failing writes.

The model knows the tables of lives, versions and which circles meet, by a formula of its own. Some
calls share a write, and are then all told of its failure. After every step memory, store and record say
the same; no refusal tells another party more than a code.
"""

from __future__ import annotations

import re
from contextlib import suppress

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from keepclear.domain.declaration import Kind
from keepclear.domain.life import FIRST, LIVES, STANDING, Act
from keepclear.errors import KeepclearError, RuleError, StoreError
from keepclear.node.keeping import due, erase_due
from keepclear.store.memory import Failure
from tests.laws.strategies import MINUTE
from tests.node.shelves import MemoryShelf, same
from tests.node.world import World, consistent, operation, site

DAY = 1_440 * MINUTE
CODE = re.compile(r"[a-z]+(\.[a-z-]+)?")
parties = st.sampled_from(["Alder", "Birch", "Cedar", "Relief"])
names = st.sampled_from(["1", "2"])
places = st.sampled_from([0.0, 1_500.0, 2_900.0, 4_000.0])
acts = st.sampled_from(
    ["verify", "submit", "activate", "end", "withdraw", "remove", "confirm", "leave", "return"]
)
failures = st.sampled_from([None, None, None, *Failure])


class NodeMachine(RuleBasedStateMachine):
    owner = "secretariat"

    @initialize()
    def begin(self):
        self.world = World(owner=self.owner, shelf=MemoryShelf())
        self.made = None
        self.world.arrange()
        self.model = {}
        """Subject to [kind, stage, versions, east, radius]."""
        self.keys = 0
        self.last = {}
        """When something was last said of a subject."""
        self.gone = {}
        """How many versions of a subject were erased."""

    def asked(self, do, failure):
        """Ask, and after a failed write ask again with the same key: the effect is one."""
        self.keys += 1
        key = f"k{self.keys}"
        self.world.store.failing = failure
        try:
            return do(key)
        except StoreError as error:
            self.only_a_code(error)
            return do(key)
        except KeepclearError as error:
            self.only_a_code(error)
            raise
        finally:
            self.world.store.failing = None

    def only_a_code(self, error):
        assert CODE.fullmatch(error.for_peer()), error.for_peer()

    @rule(party=parties, name=names, east=places, is_site=st.booleans(), failure=failures)
    def declare(self, party, name, east, is_site, failure):
        try:
            found = self.asked(self.declaring(party, name, east, is_site), failure)
        except RuleError as error:
            found = error
        self.compare(*self.learn_declared(party, name, east, is_site, found))

    def declaring(self, party, name, east, is_site):
        said = (site if is_site else operation)(name, party, east_m=east)
        return lambda key: self.world.declare(said, key=key)

    def learn_declared(self, party, name, east, is_site, found):
        """The subject, and what the verdict on it must name, if one was made."""
        subject = f"{party}/{name}"
        known = self.model.get(subject)
        kind = Kind.SITE if is_site else Kind.OPERATION
        if isinstance(found, RuleError):
            assert known is not None
            assert known[0] is not kind or Act.AMEND not in LIVES[kind][known[1]]
            return subject, None
        radius = 100.0 if is_site else 1_000.0
        if known is not None and known[3] == east and known[0] is kind:
            assert found.again
            return subject, None
        stage = FIRST[kind] if known is None else LIVES[kind][known[1]][Act.AMEND]
        versions = self.gone.get(subject, 0) + 1 if known is None else known[2] + 1
        self.last[subject] = self.world.now
        self.model[subject] = [kind, stage, versions, east, radius]
        assert found.reply["version"] == versions
        assert found.reply["stage"] == stage.value
        return subject, self.expected(subject)

    @rule(party=parties, name=names, what=acts, failure=failures)
    def act(self, party, name, what, failure):
        try:
            found = self.asked(self.acting(party, name, what), failure)
        except RuleError as error:
            found = error
        self.compare(*self.learn_acted(party, name, what, found))

    def acting(self, party, name, what):
        return lambda key: self.world.act(f"{party}/{name}", what, key=key, reason="why")

    def learn_acted(self, party, name, what, found):
        """As :meth:`learn_declared`."""
        subject, known = f"{party}/{name}", self.model.get(f"{party}/{name}")
        if isinstance(found, RuleError):
            assert known is None or Act(what) not in LIVES[known[0]][known[1]]
            return subject, None
        self.last[subject] = self.world.now
        began = known[1] in STANDING
        known[1] = LIVES[known[0]][known[1]][Act(what)]
        assert found.reply["stage"] == known[1].value
        judged = known[1] in STANDING and not began
        return subject, self.expected(subject) if judged else None

    @rule(days=st.sampled_from([0, 1, 2, 3_652, 3_654]), failure=failures)
    def keep(self, days, failure):
        """Time passes, and what nobody keeps any longer goes; by days, as a person would count."""
        self.world.now += days * DAY
        for subject in [one for one in self.model if self.is_due(one)]:
            self.gone[subject] = self.model.pop(subject)[2]
        self.world.store.failing = failure
        try:
            erase_due(self.world.node)
        except StoreError:
            erase_due(self.world.node)
        self.world.store.failing = None
        assert due(self.world.node) == []

    def is_due(self, subject):
        kind, stage, *_ = self.model[subject]
        ended = not LIVES[kind][stage]
        if kind is Kind.SITE and not ended:
            return False
        since = self.last[subject] if ended else max(self.last[subject], 1_200 * MINUTE)
        whole = self.owner == "secretariat" or subject.startswith(f"{self.owner}/")
        return self.world.now - since >= (3_653 if whole else 1) * DAY

    @rule(
        asks=st.lists(
            st.one_of(
                st.tuples(st.just("declare"), parties, names, places, st.booleans()),
                st.tuples(st.just("act"), parties, names, acts),
            ),
            min_size=2,
            max_size=5,
        ),
        failure=failures,
        read=st.none() | st.integers(1, 4),
    )
    def together(self, asks, failure, read):
        """Several share a write, or two where somebody reads in between; one failure is all theirs."""
        calls = []
        for what, *values in asks:
            self.keys += 1
            do = (self.declaring if what == "declare" else self.acting)(*values)
            calls.append(lambda do=do, key=f"k{self.keys}": do(key))
        tried = list(calls)
        if read is not None:
            tried.insert(min(read, len(calls)), lambda: self.world.node.store.history("?"))
        size = self.world.store.size()
        self.world.store.failing = failure
        try:
            found = self.world.together(*tried)
        except StoreError as error:
            assert failure is not None
            self.only_a_code(error)
            found = self.world.together(*calls)
        else:
            assert failure is None or self.world.store.size() == size  # nothing had to be written
            found = [one for one in found if not isinstance(one, list)]
        self.world.store.failing = None
        pairs = list(zip(asks, found, strict=True))
        if failure is Failure.STORED:  # what was stored came first; the others are decided anew
            pairs.sort(key=lambda pair: not getattr(pair[1], "again", False))
        expected = {}
        for (what, *values), one in pairs:
            learn = self.learn_declared if what == "declare" else self.learn_acted
            subject, names = learn(*values, one)
            if names is not None or self.model.get(subject, [None, None])[1] not in STANDING:
                expected[subject] = names
        for subject, names in expected.items():
            self.compare(subject, names)

    def expected(self, subject):
        if self.model[subject][1] not in STANDING:
            return None
        return {other for other in self.model if self.crosses(subject, other)}

    def compare(self, subject, expected):
        """The verdict in memory is the one that the model finds, where one was made just now."""
        if expected is not None:
            verdict = self.world.node.memory.cases[subject].verdict
            assert {f"{one.party}/{one.id}" for one in verdict.crossings} == expected

    def crosses(self, subject, other):
        """By the distance of their circles and what the two have agreed."""
        party, their = subject.split("/")[0], other.split("/")[0]
        (kind, stage, _, east, radius), (kind2, stage2, _, east2, radius2) = (
            self.model[subject], self.model[other],
        )  # fmt: skip
        if not {stage, stage2} <= STANDING or party == their or kind is kind2 is Kind.SITE:
            return False
        agreed = {party, their} <= {"Alder", "Birch", "Relief"}
        return abs(east - east2) < radius + radius2 + (1_000.0 if agreed else 0.0)

    @invariant()
    def who_crosses_was_told(self):
        """Of two that stand and cross, both desks were told, if they may be."""
        if not hasattr(self, "world"):
            return
        cases = self.world.node.memory.cases
        for subject in self.model:
            reader = subject.split("/")[0]
            for other in self.model:
                owner = other.split("/")[0]
                if self.crosses(subject, other) and reader in {"Alder", "Birch"}:
                    assert (reader in cases[other].told) is (owner != "Cedar")

    @rule(with_snapshot=st.booleans())
    def restart(self, with_snapshot):
        self.world.node = self.world.start(self.world.shelf if with_snapshot else None)
        if not with_snapshot:
            self.world.node._shelf = self.world.shelf

    @rule()
    def begin_a_snapshot(self):
        self.made = self.world.node.moment()

    @rule(failure=failures)
    def finish_a_snapshot(self, failure):
        """What was decided since the moment is not in it, and does not get lost."""
        if self.made is not None:
            made, self.made = self.made.made(), None
            if failure is None:
                self.world.node.put(made)
            self.world.node.go_on_with(made)

    @invariant()
    def no_snapshot_holds_what_was_erased(self):
        if hasattr(self, "world"):
            assert self.world.shelf.names() <= self.model.keys()

    @invariant()
    def nobody_humanitarian_was_told_of_anybody(self):
        if not hasattr(self, "world"):
            return
        assert self.world.sent("Relief") == []
        assert all("crossings" not in one.text for one in self.world.shown("Relief"))

    @invariant()
    def memory_and_record_agree(self):
        if not hasattr(self, "world"):
            return
        with suppress(StoreError):
            self.world.node.fresh()
        assert consistent(self.world)
        cases = self.world.node.memory.cases
        assert cases.keys() == self.model.keys()
        for subject, (kind, stage, versions, *_) in self.model.items():
            case = cases[subject]
            assert (case.kind, case.stage, case.latest.number) == (kind, stage, versions)
            first = self.gone.get(subject, 0) + 1
            assert [v.number for v in case.versions] == list(range(first, versions + 1))
        standing = {s for s, one in self.model.items() if one[1] in STANDING}
        found = {f"{party}/{name}" for party, name in self.world.node.standing._compared}
        assert found == standing

    def teardown(self):
        if hasattr(self, "world"):
            read = self.world.start()
            assert same(read, self.world.node)
            assert same(read, self.world.start(self.world.shelf))


class PartyMachine(NodeMachine):
    """The node of one of the parties, which keeps what the others declare for a day."""

    owner = "Alder"


TestNode = NodeMachine.TestCase
TestNode.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
TestPartyNode = PartyMachine.TestCase
TestPartyNode.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
