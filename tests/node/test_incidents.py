"""Incidents at a node: who says what, who sees it, and what is kept because of it."""

from __future__ import annotations

import json

import pytest

from keepclear.domain.incident import Concern, Source, Statement, Sureness, Toll
from keepclear.domain.window import Window
from keepclear.errors import RuleError, StoreError
from keepclear.node import incidents
from keepclear.node.declaring import Request
from keepclear.node.incident_views import view
from keepclear.node.keeping import due, erase_due
from keepclear.store.memory import Failure
from tests.laws.strategies import MINUTE
from tests.node.world import World, consistent, movement, operation, site

DAY = 1_440 * MINUTE


def said(says="smoke over the yard", **more):
    return Statement(
        **{"says": says, "source": Source.WITNESS, "sure": Sureness.UNCONFIRMED, **more}
    )


@pytest.fixture
def world():
    """Alder's operation crosses Birch's and Relief's site; each was told what it may know."""
    world = World()
    world.arrange()
    world.declare(site())
    world.act("Relief/S1", "verify")
    world.act("Relief/S1", "submit", by="three")
    world.declare(operation("B1", "Birch"))
    world.declare(operation("A1", "Alder"))
    return world


def report(world, party="Alder", first=None, key="", to=(), whole=False, **concern):
    concern = concern or {"subjects": ("Alder/A1",)}
    return incidents.report(
        world.node,
        Concern(**concern),
        first or said(),
        Request("shift-2", "test", key),
        party=party,
        to=to,
        whole=whole,
    )


def state(world, subject, party="Alder", what=None, key="", **more):
    request = Request("shift-2", "test", key)
    return incidents.state(world.node, subject, what or said(), request, party=party, **more)


def seen(world, subject, reader):
    return view(
        world.node.memory, incidents.incident_of(world.node.memory, subject, reader), reader
    )


def mark(world, subject):
    return world.node.memory.cases[subject].mark


def test_a_statement_says_who_in_which_role_when_how_sure_and_whether_officially(world):
    first = said(
        "two trucks burning",
        office="district fire desk",
        source=Source.DESK,
        sure=Sureness.GREAT_POSSIBILITY,
        about=Window(world.now - 5 * MINUTE, world.now),
        tolls=(Toll("wounded", 3, 5), Toll("missing", 2, None)),
    )
    subject = report(world, first=first).reply["subject"]
    (told,) = seen(world, subject, None)["statements"]
    assert told == {
        "number": 1,
        "party": "Alder",
        "by": "shift-2",
        "through": "secretariat",
        "as": "desk",
        "office": "district fire desk",
        "official": False,
        "at": "1970-01-01T16:40:00Z",
        "about": ["1970-01-01T16:35:00Z", "1970-01-01T16:40:00Z"],
        "sure": "great possibility",
        "says": "two trucks burning",
        "tolls": [
            {"category": "wounded", "lowest": 3, "highest": 5},
            {"category": "missing", "lowest": 2, "highest": None},
        ],
        "supersedes": None,
        "superseded_by": [],
        "to": [],
    }


def test_a_toll_is_a_series_of_statements_and_never_one_number(world):
    subject = report(
        world, subjects=(mark(world, "Birch/B1"),), first=said(tolls=(Toll("wounded", 3, 3),))
    ).reply["subject"]
    state(world, subject, "Birch", said(tolls=(Toll("wounded", 0, 0),), sure=Sureness.CONFIRMED))
    state(world, subject, "Alder", said(tolls=(Toll("wounded", 7, 7),), supersedes=1))
    whole = seen(world, subject, "Alder")
    tolls = [(s["party"], s["tolls"][0]["lowest"], s["superseded_by"]) for s in whole["statements"]]
    assert tolls == [("Alder", 3, [3]), ("Birch", 0, []), ("Alder", 7, [])]
    flat = json.dumps(whole)
    assert '"lowest": 10' not in flat
    assert "total" not in flat


def test_only_ones_own_statement_is_superseded(world):
    subject = report(world, parties=("Birch",)).reply["subject"]
    for number in (1, 2, 0):
        with pytest.raises(RuleError, match="only one's own"):
            state(world, subject, "Birch", said(supersedes=number))


def test_whom_it_names_sees_it_and_nobody_else(world):
    subject = report(world, subjects=(mark(world, "Birch/B1"), "Alder/A1")).reply["subject"]
    assert [one["incident"] for one in incidents.list_seen(world.node.memory, "Birch")] == [subject]
    for party in ("Relief", "Cedar", ""):
        assert incidents.list_seen(world.node.memory, party) == []
        with pytest.raises(RuleError, match="known to you") as refused:
            seen(world, subject, party)
        with pytest.raises(RuleError, match="known to you") as unknown:
            seen(world, "incident/ffffffff", party)
        assert refused.value.code == unknown.value.code
        with pytest.raises(RuleError, match="known to you"):
            state(world, subject, party)


def test_another_is_told_of_a_declaration_only_by_the_mark_it_was_shown(world):
    subject = report(world, subjects=(mark(world, "Birch/B1"), "Alder/A1")).reply["subject"]
    assert seen(world, subject, "Birch")["concerns"]["declarations"] == [
        {"party": "Birch", "id": "B1"},
        {"party": "Alder", "ref": mark(world, "Alder/A1")},
    ]
    (sent,) = [text for text in world.sent("Birch") if "incident/1" in text]
    assert "A1" not in sent
    assert world.sent("Relief") == []


def test_what_one_was_not_shown_cannot_be_named(world):
    """Whether another has declared something under a name is not answered."""
    world.declare(operation("B2", "Birch", east_m=90_000.0))
    refusals = set()
    for name in (
        "Birch/B2",
        "Birch/none",
        mark(world, "Birch/B2"),
        "Birch/B1",
        "0" * 16,
        "Alder/A9",
    ):
        with pytest.raises(RuleError) as refused:
            report(world, subjects=(name,))
        refusals.add((refused.value.code, str(refused.value).replace(name, "...")))
    assert len(refusals) == 1
    report(world, subjects=("Birch/B2",), whole=True)  # whoever holds the folder knows it


def test_a_humanitarian_party_tells_those_alone_whom_it_names(world):
    """Naming a party is no consent to tell it."""
    subject = report(world, "Relief", subjects=("Relief/S1",), parties=("Birch",)).reply["subject"]
    assert [text for text in world.sent("Birch") if "incident/1" in text] == []
    assert incidents.list_seen(world.node.memory, "Birch") == []
    other = report(world, "Relief", to=("Alder",), subjects=("Relief/S1",)).reply["subject"]
    assert [one["incident"] for one in incidents.list_seen(world.node.memory, "Alder")] == [other]
    state(world, other, "Relief", said("the roof is gone"))  # to nobody: nothing was said
    state(world, other, "Relief", said("two rooms can be used", to=("Alder",)))
    texts = [one["says"] for one in seen(world, other, "Alder")["statements"]]
    assert texts == ["smoke over the yard", "two rooms can be used"]
    with pytest.raises(RuleError, match="not among those"):
        state(world, other, "Relief", said(to=("Birch",)))
    assert seen(world, subject, "Relief")["statements"][0]["to"] == []


def test_a_humanitarian_party_hears_of_its_site_and_of_no_plan(world):
    reply = report(world, subjects=(mark(world, "Relief/S1"), "Alder/A1")).reply
    assert reply["told"] == ["Relief"]
    concerns = seen(world, reply["subject"], "Relief")["concerns"]
    assert concerns["declarations"] == [{"party": "Relief", "id": "S1"}, {"party": "Alder"}]


def test_parties_without_an_arrangement_cannot_be_told(world):
    with pytest.raises(RuleError, match="no party 'Cedar'"):
        report(world, parties=("Cedar",))
    with pytest.raises(RuleError, match="no party 'Birhc'"):
        report(world, to=("Birhc",))


def test_nothing_is_reported_ahead_of_time(world):
    with pytest.raises(RuleError, match="has not happened"):
        report(world, first=said(about=Window(world.now + 1, None)))
    with pytest.raises(RuleError, match="has not happened"):
        report(world, span=Window(world.now + 1, world.now + 2))


def test_reports_of_a_day_are_limited(world):
    for _ in range(incidents.REPORTS_A_DAY_MAX):
        report(world)
    with pytest.raises(RuleError, match="within 24 hours"):
        report(world)
    report(world, "Birch", parties=("Alder",))
    world.now += DAY
    report(world)


@pytest.mark.parametrize("failure", list(Failure))
def test_a_report_asked_again_is_one_report(world, failure):
    world.store.failing = failure
    with pytest.raises(StoreError):
        report(world, key="k")
    first = report(world, key="k").reply
    assert report(world, key="k").reply == first
    assert len(world.node.memory.incidents) == 1
    assert len(world.node.memory.incidents[first["subject"]].statements) == 1
    assert world.start().memory == world.node.memory
    assert consistent(world)


# keeping


def ended(world, days):
    """Everything but the site has ended, and some days have passed."""
    for subject in ("Alder/A1", "Birch/B1"):
        world.act(subject, "end")
    world.now += days * DAY


def kept(world):
    return [entry.subject for entry in world.store.entries(0, 1_000) if entry.data]


@pytest.mark.parametrize("owner", ["Alder", "secretariat"])
def test_what_an_incident_names_is_never_erased(owner):
    world = World(owner=owner)
    world.arrange()
    for said_ in (operation("B1", "Birch"), operation("B2", "Birch", east_m=90_000.0)):
        world.declare(said_)
    world.declare(operation("A1", "Alder"))
    report(world, subjects=(mark(world, "Birch/B1"),))
    before = kept(world)
    world.now += 20_000 * DAY
    erase_due(world.node)
    after = kept(world)
    assert after.count("Birch/B1") == before.count("Birch/B1")
    assert before.count("Birch/B2") > after.count("Birch/B2")
    assert "Birch/B1" in world.node.memory.cases
    assert "Birch/B2" not in world.node.memory.cases
    assert [one for one in after if one.startswith("incident/")]
    assert consistent(world)
    assert world.start().memory == world.node.memory


def test_a_span_freezes_what_was_in_force_in_it():
    world = World(owner="Alder")
    world.arrange()
    world.declare(operation("B1", "Birch", start=1_100, end=1_200))
    world.declare(operation("B2", "Birch", start=1_300, end=1_400))
    world.now += 90 * MINUTE
    world.declare(operation("B3", "Birch", start=1_300, end=1_400))
    world.now = 1_250 * MINUTE
    report(world, span=Window(1_000 * MINUTE, 1_050 * MINUTE))
    world.now += 5 * DAY
    assert {one.subject for one in erase_due(world.node)} == {"Birch/B3"}


def test_another_partys_operation_goes_a_day_after_it_was_over_and_what_was_shown_stays():
    world = World(owner="Alder")
    world.arrange()
    world.declare(operation("A1", "Alder"))
    world.declare(operation("B1", "Birch"))
    world.act("Birch/B1", "activate")
    world.now = 1_200 * MINUTE + DAY - 1
    assert due(world.node) == []
    world.now += 1
    (gone,) = due(world.node)
    assert (gone.subject, gone.over_us, gone.kept_us) == ("Birch/B1", 1_200 * MINUTE, DAY)
    plan = b"radius_m"
    assert any(plan in e.data for e in world.store.history("Birch/B1"))
    erase_due(world.node)
    history = world.store.history("Birch/B1")
    assert {e.kind for e in history if not e.data} == {"declared", "acted"}
    assert {e.kind for e in history if e.data} == {"verdict", "shown", "erased"}
    assert not any(plan in e.data for e in history)
    assert "Alder/A1" in world.node.memory.cases  # its own desk's is evidence
    assert world.declare(operation("B1", "Birch")).reply["version"] == 2
    assert consistent(world)
    assert world.start().memory == world.node.memory


def test_a_site_and_a_movement_are_kept_until_they_are_taken_off():
    other = World(owner="Alder")
    other.arrange()
    for said_ in (site(), movement()):
        other.declare(said_)
        other.act(f"Relief/{said_.id}", "verify")
        other.act(f"Relief/{said_.id}", "submit", by="three")
    other.now += 30_000 * DAY
    assert due(other.node) == []
    other.act("Relief/W1", "complete")
    other.act("Relief/S1", "remove", reason="moved away")
    other.now += DAY
    assert {one.subject for one in erase_due(other.node)} == {"Relief/S1", "Relief/W1"}


def test_a_secretariat_keeps_all_for_the_evidence_period(world):
    ended(world, 3_652)
    assert due(world.node) == []
    world.now += DAY
    erase_due(world.node)
    assert {one for one in kept(world) if one.startswith(("Alder", "Birch"))} == {
        "Alder/A1", "Birch/B1",  # entries that say what was erased, and who was told of the site
    }  # fmt: skip
    kinds = {e.kind for e in world.store.history("Birch/B1") if e.data}
    assert kinds <= {"erased", "shown"}
    assert consistent(world)
    assert world.start().memory == world.node.memory


def test_an_answer_is_kept_a_day_for_whoever_asks_again(world):
    world.declare(operation("A2", "Alder"), key="k")
    world.now += 3_700 * DAY
    erase_due(world.node)
    assert world.store.reply("test", "k") is None


# what somebody changed


def test_an_entry_that_says_nothing_and_that_nobody_erased_is_noticed(world):
    from dataclasses import replace

    from keepclear.errors import ConfigurationError

    world.store._entries[-1] = replace(world.store._entries[-1], data=b"")
    with pytest.raises(ConfigurationError, match="no later entry says that it was erased"):
        world.start()


def test_a_leaf_changed_under_an_erased_entry_is_noticed():
    from keepclear.errors import ConfigurationError

    world = World(owner="Alder")
    world.arrange()
    world.declare(operation("B1", "Birch"))
    world.now += 5 * DAY
    erase_due(world.node)
    number = next(e.number for e in world.store.entries(0, 100) if not e.data)
    world.store._leaves[number - 1] = b"another leaf"
    with pytest.raises(ConfigurationError, match="not the one that its record holds"):
        world.start()
