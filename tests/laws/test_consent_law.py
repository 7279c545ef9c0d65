"""Nobody is shown a field of a notification that its party did not release to just that reader.

Histories in any order: versions, consent, late release, refusal, plans that cross, delays, time. After
each step every byte that was shown or put out for sending since is searched for what stands in the
fields, and held against a model of the words that is a dictionary. The model has no code of the
program in it: each word's marks are written here.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from keepclear.domain.consent import NEVER_RELEASED, NOTIFIED, RELEASES, Consent
from keepclear.domain.declaration import Kind
from keepclear.domain.fields import NOTICE_FIELDS, Applies
from keepclear.domain.footprint import Area, EdgeRule, Polygon
from keepclear.domain.stated import Datum, Notation, StatedPosition
from keepclear.errors import RuleError
from keepclear.node import consenting, journeys
from keepclear.node.declaring import Request
from keepclear.node.due import due
from keepclear.wire.entries import decode_body
from tests.laws.strategies import MINUTE, band, declared, place, route, volume
from tests.node.world import LAT, LON, World, operation

READERS = ("Alder", "Birch")
KINDS = ("site", "movement")
PLACE = 144.0123457
"""A vertex of every outline: seven decimals, which no drawn area has."""
BESIDE = {"geometry": str(PLACE), "id": "ZQid", "name": "ZQname", "description": "ZQdescription",
          "position": "ZQstated", "on_behalf_of": "ZQbehalf"}  # fmt: skip
QUOTED = {str(PLACE)}
"""Marks that are no text of their own."""
RECIPIENTS = "ZQrecipients"


def marks():
    """What stands in the fields of each word."""
    found = {word: [BESIDE[word]] if word in BESIDE else [] for word in RELEASES}
    for word, names in RELEASES.items():
        found[word] += [f"ZQ{name}" for name in names if name in NOTICE_FIELDS]
    return found


MARKS = marks()
NOTICE = (
    *(
        (name, f"ZQ{name}")
        for names in RELEASES.values()
        for name in names
        if name in NOTICE_FIELDS
    ),
    ("consented_recipients", RECIPIENTS),
)


def notification(kind, shift, start):
    east = place(LAT + 0.01, PLACE)
    if kind == "site":
        ring = (place(LAT, LON + shift), east, place(LAT - 0.01, PLACE))
        part = volume(Area((Polygon((ring,)),), EdgeRule.LONLAT), band(0.0, 600.0))
    else:
        points = ((place(LAT, LON - 0.05 + shift), start), (east, start + 60.0))
        part = route(50.0, *points, altitudes=band(0.0, 600.0))
    stated = StatedPosition(
        position=place(LAT, LON + 0.02), text="ZQstated", notation=Notation.DECIMAL, datum=Datum.WGS84,
        precision_m=1.0, error_m=0.0,
    )  # fmt: skip
    said = declared(f"ZQid-{kind}", part, party="Relief", kind=Kind(kind))
    return replace(
        said, name="ZQname", description="ZQdescription", on_behalf_of="ZQbehalf",
        stated=((stated,),), notice=NOTICE,
    )  # fmt: skip


def refused_as(ask):
    """The code of a refusal; only what is unknown is refused here."""
    try:
        ask()
    except RuleError as error:
        code = error.code
    else:
        return None
    assert code == "declaration.unknown"
    return code


words = st.lists(st.sampled_from(sorted(RELEASES)), unique=True, max_size=4).map(tuple)
minutes_on = st.sampled_from([0, 1, 30, 90, 200])


class ConsentMachine(RuleBasedStateMachine):
    @initialize(draws=st.fixed_dictionaries(dict.fromkeys(KINDS, st.booleans())))
    def begin(self, draws):
        """Each of the two stands from the beginning, or is a draft to come."""
        self.world = World()
        self.world.arrange()
        self.own, self.kinds = {}, {}
        """Words by (kind of the one notification, reader), and by (kind, reader): (fields, from,
        lead) or None."""
        self.start, self.shift = {}, {}
        self.began = set()
        self.plans = 0
        self.read = self.world.store.size()
        self.sent = len(self.world.store.pending(100_000))
        for kind in KINDS:
            if draws[kind]:
                self.stand(kind)

    # what is done

    @rule(kind=st.sampled_from(KINDS), shift=st.sampled_from([0.0, 0.001, 0.002]))
    def declare(self, kind, shift):
        with suppress(RuleError):
            self.world.declare(notification(kind, shift, 1_150.0))
            self.start[kind] = 1_150.0

    @rule(kind=st.sampled_from(KINDS), what=st.sampled_from(["verify", "submit", "submit",
          "confirm", "withdraw", "remove", "complete"]))  # fmt: skip
    def act(self, kind, what):
        if what in {"withdraw", "remove", "complete"} and self.plans % 4 != 3:
            return  # what is over can do nothing more
        with suppress(RuleError):
            self.world.act(f"Relief/ZQid-{kind}", what, reason="why")

    @rule(kind=st.sampled_from(KINDS))
    def stand(self, kind):
        self.declare(kind, 0.0)
        self.act(kind, "verify")
        self.act(kind, "submit")

    @rule(kind=st.sampled_from(KINDS), reader=st.sampled_from(READERS), fields=words,
          begins=st.none() | minutes_on, lead=st.none() | minutes_on, whole=st.booleans())  # fmt: skip
    def consent(self, kind, reader, fields, begins, lead, whole):
        begins_us = None if begins is None else self.world.now + begins * MINUTE
        lead_us = None if lead is None else lead * MINUTE
        given = Consent(reader, fields, begins_us, lead_us)
        subject = "Relief" if whole else f"Relief/ZQid-{kind}"
        options = {"kind": Kind(kind)} if whole else {}
        book = self.kinds if whole else self.own
        word = (frozenset(fields), begins_us, lead_us)
        if book.get((kind, reader), ()) != word:
            fresh = whole is False or (kind, reader) not in self.own
            word_before = book.get((kind, reader), ())
            book[kind, reader] = word
            if fresh:
                self.began.discard((kind, reader))
        else:
            word_before, fresh = word, False
        ask = lambda: consenting.consent(self.world.node, subject, given, Request(), **options)  # noqa: E731
        if refused_as(ask) is None:
            return
        book[kind, reader] = word_before
        if word_before == ():
            del book[kind, reader]

    @rule(kind=st.sampled_from(KINDS), reader=st.sampled_from(READERS), whole=st.booleans())
    def revoke(self, kind, reader, whole):
        subject = "Relief" if whole else f"Relief/ZQid-{kind}"
        options = {"kind": Kind(kind)} if whole else {}
        ask = lambda: consenting.revoke(self.world.node, subject, reader, Request(), **options)  # noqa: E731
        if refused_as(ask) is not None:
            return
        (self.kinds if whole else self.own)[kind, reader] = None
        if not whole or (kind, reader) not in self.own:
            self.began.discard((kind, reader))

    @rule(reader=st.sampled_from(READERS), east=st.sampled_from([0.0, 2_000.0]))
    def plan(self, reader, east):
        self.plans += 1
        with suppress(RuleError):
            self.world.declare(
                operation(
                    f"P{self.plans % 3}", reader, east_m=east, radius_m=1e3 + self.plans, end=2_000
                )
            )

    @rule(minutes=st.sampled_from([1, 40, 100]))
    def wait(self, minutes):
        self.world.now += minutes * MINUTE
        due(self.world.node)

    @rule(later=st.sampled_from([0, 45, 500]))
    def delay(self, later):
        leaves = self.world.now + later * MINUTE
        with suppress(RuleError):
            self.world.delay("Relief/ZQid-movement", leaves_us=leaves)
            self.start["movement"] = leaves / MINUTE

    @rule(later=st.sampled_from([5, 60]), since=st.sampled_from([0, 60]))
    def hold(self, later, since):
        """Its end moves and not its beginning, so no lead does."""
        if "movement" not in self.start:
            return
        stop = round(self.start["movement"] * MINUTE) + since * MINUTE
        with suppress(RuleError):
            journeys.hold(
                self.world.node, "Relief/ZQid-movement", Request(),
                since_us=stop, leaves_us=stop + later * MINUTE,
            )  # fmt: skip

    @rule(days=st.sampled_from([90, 200]))
    def let_expire(self, days):
        self.world.now += days * 1_440 * MINUTE
        due(self.world.node)

    @rule()
    def restart(self):
        self.world.node = self.world.start()

    # what the model says of a reader

    def word(self, kind, reader):
        own = self.own.get((kind, reader), ())
        return self.kinds.get((kind, reader), ()) if own == () else own

    def hears(self, kind, reader):
        """``silence``, ``held``, or the fields that it may see."""
        word = self.word(kind, reader)
        if word == ():
            return "silence"
        if word is None:
            return "held"
        fields, begins_us, lead_us = word
        instants = [] if begins_us is None else [begins_us]
        if lead_us is not None and kind == "movement":
            instants.append(self.start[kind] * MINUTE - lead_us)
        if (kind, reader) in self.began or max(instants, default=0) <= self.world.now:
            return fields
        return "held"

    # what was shown since

    @invariant()
    def nothing_is_shown_that_was_not_released(self):
        if not hasattr(self, "world"):
            return
        refs = {case.mark: case.kind.value for name, case in self.world.node.memory.cases.items()
                if name.startswith("Relief/")}  # fmt: skip
        told = self.new_texts()
        for reader, text in told:
            if reader == "Relief":
                assert "crossings" not in text
                assert not any(f"P{k}" in text for k in range(3))
                continue
            for mark, kind in refs.items():
                if mark not in text:
                    continue
                may = self.hears(kind, reader)
                notice = json.loads(text)["notice"]
                if may == "held":
                    assert notice == "revoked/1"
                if may == "silence" and notice != "unconfirmed/1":
                    assert self.plans
                if notice == "notification/1":
                    assert isinstance(may, frozenset)
                    self.began.add((kind, reader))
            self.only_released(reader, text, {refs[mark] for mark in refs if mark in text})

    def only_released(self, reader, text, kinds):
        assert RECIPIENTS not in text
        may = set()
        for kind in kinds:
            heard = self.hears(kind, reader)
            may |= heard if isinstance(heard, frozenset) else set()
        for word, signs in MARKS.items():
            if word not in may:
                seen = [sign for sign in signs if (sign if sign in QUOTED else f'"{sign}') in text]
                assert seen == [], (word, text)

    def new_texts(self):
        """Reader and text of all that was shown or put out since the last look."""
        entries = self.world.store.entries(self.read, 100_000)
        self.read = self.world.store.size()
        bodies = [decode_body(entry.data[32:]) for entry in entries]
        told = [(body.to, body.text) for body in bodies if type(body).__name__ == "Shown"]
        pending = self.world.store.pending(100_000)
        told += [(one.recipient, one.data.decode()) for one in pending[self.sent :]]
        self.sent = len(pending)
        return told

    @invariant()
    def whoever_may_hear_was_told_the_version_that_holds(self):
        if not hasattr(self, "world"):
            return
        with suppress(RuleError):
            due(self.world.node)
        self.nothing_is_shown_that_was_not_released()
        for name, case in self.world.node.memory.cases.items():
            if not name.startswith("Relief/") or not case.stands:
                continue
            for reader in READERS:
                may = self.hears(case.kind.value, reader)
                if isinstance(may, frozenset):
                    assert case.released[reader] == case.latest.number

    def teardown(self):
        if hasattr(self, "world"):
            assert self.world.start().memory == self.world.node.memory


TestConsent = ConsentMachine.TestCase
TestConsent.settings = settings(
    max_examples=30, stateful_step_count=40, deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip


def test_every_field_of_a_notification_is_released_by_one_word_or_never():
    words = [name for names in RELEASES.values() for name in names]
    asked = {f.name for f in NOTICE_FIELDS.values() if f.applies is not Applies.AIRSPACE}
    assert len(words) == len(set(words))
    assert asked <= set(words) | NEVER_RELEASED
    assert frozenset({Kind.SITE, Kind.MOVEMENT}) == NOTIFIED


def test_the_law_sees_every_field_when_all_is_released():
    """The search would find each mark: with every word, every mark is there."""
    world = World()
    world.arrange()
    for kind in KINDS:
        world.declare(notification(kind, 0.0, 1_150.0))
        for what in ("verify", "submit"):
            world.act(f"Relief/ZQid-{kind}", what)
        consenting.consent(
            world.node, f"Relief/ZQid-{kind}", Consent("Alder", tuple(RELEASES)), Request()
        )
    for text in world.sent("Alder"):
        assert [sign for signs in MARKS.values() for sign in signs if sign not in text] == []
        assert RECIPIENTS not in text
    assert len(world.sent("Alder")) == 2
