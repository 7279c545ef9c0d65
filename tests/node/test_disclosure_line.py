"""Whatever happened, no byte that leaves a node holds anything of a plan that its reader may not have.

Histories of three desks are made by chance. Every id, longitude, altitude and time in them is said once
only, so that a trace of it in a note is a leak. Relief's sites are for those alone that it named, and
with the fields that it named; nobody passes on what it was given.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from keepclear.domain.consent import Consent
from keepclear.domain.declaration import Kind
from keepclear.domain.life import Act
from keepclear.errors import RuleError
from keepclear.node import acting, arranging, consenting, declaring
from keepclear.node.declaring import Request
from keepclear.node.talking import Talk
from tests.api.test_disclosure import hidden, made
from tests.node.desks import later, meets
from tests.node.party import Party

QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
ASK = Request("one", "test")
SECOND = Request("two", "test")
NAMES = ("Alder", "Birch", "Relief")
TEXT = """\
format = "keepclear arrangement 1"
name = "Darling"
version = 1
[[rung]]
between = ["Alder", "Birch"]
is = "parallel"
[[party]]
name = "Alder"
discloses = {{ operation = "{alder}", area = "{area}" }}
[[party]]
name = "Birch"
discloses = {{ operation = "{birch}", restriction = "{area}" }}
[humanitarian]
names = ["Relief"]
"""
KINDS = (Kind.OPERATION, Kind.RESTRICTION, Kind.AREA)
STEPS = ("declare", "declare", "amend", "withdraw", "leave", "consent", "revoke", "pass")
levels = st.sampled_from(["open", "crossing"])
steps = st.lists(
    st.tuples(
        st.sampled_from(STEPS),
        st.sampled_from(NAMES),
        st.sampled_from(KINDS),
        st.integers(0, 5),
        st.sets(st.sampled_from(["geometry", "id", "name", "contact"])),
    ),
    min_size=4,
    max_size=14,
)


class Played:
    """Three desks, what they did, and every note that left."""

    def __init__(self, **terms):
        self.some = {name: Party(name, number) for number, name in enumerate(NAMES, 1)}
        self.left = []
        self.things = []
        self.released = {}
        """By id and reader, the words that were ever given."""
        for one in self.some.values():
            arranging.set_arrangement(one.world.node, TEXT.format(**terms), ASK)
            for other in self.some.values():
                if one is not other:
                    meets(one, other)
            one.talk = Talk(one.world.node, one.message)

    def step(self, number, step, party, kind, which, words):
        if step == "pass":
            return self.pass_on()
        one, mine = self.some[party], [pair for pair in self.things if pair[1].party == party]
        node = one.world.node
        if step == "declare" or not mine:
            said, thing = made(number, party, Kind.SITE if party == "Relief" else kind)
            self.things.append((said, thing))
            declaring.declare(node, said, ASK)
            if party == "Relief":
                for act, request in ((Act.VERIFY, SECOND), (Act.SUBMIT, ASK)):
                    acting.act(node, f"Relief/{said.id}", act, request)
            return None
        said, _ = mine[which % len(mine)]
        subject, to = f"{party}/{said.id}", ("Alder", "Birch")[which % 2]
        if step == "amend":
            declaring.declare(node, replace(said, priority=number), ASK)
        elif step == "withdraw":
            acting.act(node, subject, Act.WITHDRAW, ASK, reason="as agreed")
        elif step == "leave":
            acting.act(node, subject, Act.ACTIVATE, ASK)
            acting.act(node, subject, Act.LEAVE, ASK)
        elif party == "Relief" and step == "consent":
            consenting.consent(node, subject, Consent(to, tuple(sorted(words))), ASK)
            self.released.setdefault((said.id, to), set()).update(words | {"told"})
        elif party == "Relief":
            consenting.revoke(node, subject, to, ASK)
        return None

    def pass_on(self):
        for _ in range(3):
            later(0.1, *self.some.values())
            for one in self.some.values():
                for told in (one.talk.forward(), one.talk.passes()):
                    self.deliver(one, told)

    def deliver(self, one, told):
        for party, send in told.sends:
            self.left.append((one.name, party, send.note.decode().replace("\\", "")))
            other = self.some[party]
            self.deliver(other, other.talk.hears([send.note]))


def may_not_leave(played, terms, sender, reader, thing):
    """What of a declaration may stand in no note from one desk to another."""
    if reader == thing.party:
        return ()  # its own
    if sender != thing.party or reader == "Relief":
        return thing.traces
    if thing.party == "Relief":
        words = played.released.get((thing.id, reader))
        if words is None:
            return thing.traces
        id_, _, low, high, *_ = thing.traces
        return (() if "id" in words else (id_,)) + (() if "geometry" in words else (low, high))
    level = {
        ("Alder", Kind.OPERATION): terms["alder"],
        ("Alder", Kind.AREA): terms["area"],
        ("Birch", Kind.OPERATION): terms["birch"],
        ("Birch", Kind.RESTRICTION): terms["area"],
    }.get((thing.party, thing.kind), "crossing")
    return () if level == "open" else hidden(thing)


@settings(max_examples=40, deadline=None, phases=QUICK)
@given(levels, levels, levels, steps)
def test_no_byte_that_leaves_says_what_its_reader_may_not_have(alder, birch, area, history):
    terms = {"alder": alder, "birch": birch, "area": area}
    played = Played(**terms)
    for number, step in enumerate(history, 1):
        try:
            played.step(number, *step)
        except RuleError:
            continue  # no such step in its life
    played.pass_on()
    for sender, reader, text in played.left:
        for _, thing in played.things:
            leaks = [
                one for one in may_not_leave(played, terms, sender, reader, thing) if one in text
            ]
            assert not leaks, (sender, reader, thing, leaks, text)


def test_what_is_open_does_leave():
    """Else the law above would hold of a node that says nothing."""
    terms = {"alder": "open", "birch": "crossing", "area": "crossing"}
    played = Played(**terms)
    for number, party in enumerate(("Alder", "Birch", "Relief"), 1):
        played.step(number, "declare", party, Kind.OPERATION, 0, set())
    played.step(4, "consent", "Relief", Kind.SITE, 0, {"geometry"})
    played.pass_on()
    texts = [text for sender, reader, text in played.left if (sender, reader) == ("Alder", "Birch")]
    (thing,) = [thing for _, thing in played.things if thing.party == "Alder"]
    assert all(any(trace in text for text in texts) for trace in (thing.id, *thing.traces[:6]))
    kinds = {text.partition("kind: ")[2].partition("\n")[0] for _, _, text in played.left}
    assert {"declared/1", "crossing/1", "notice/1"} <= kinds
