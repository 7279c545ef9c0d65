"""Declarations that come over a line are compared, and the crossing answered: a morning on two nodes.

Alder shows its plans, Birch only what is crossed, Relief what it released. Values are those of the
scenario, computed elsewhere for shortest paths; the files have straight edges in degrees.
"""

from __future__ import annotations

import json
from dataclasses import replace

import msgspec
import pytest

from keepclear.domain.arrangement import Caps
from keepclear.domain.life import Act
from keepclear.domain.window import Window, parse_instant
from keepclear.errors import RuleError, StoreError
from keepclear.formats.registry import read_bytes
from keepclear.link import bodies as b
from keepclear.link.receipts import Step
from keepclear.node import acting, arranging, declaring, incoming, journeys
from keepclear.node.declaring import Request
from keepclear.node.due import due
from keepclear.node.ledger import Node
from keepclear.node.notices import spelled
from keepclear.node.talking import Talk
from keepclear.node.told import told_on
from keepclear.store.memory import Failure
from keepclear.wire.entries import Declared, Shown, Verdict
from tests.node.desks import alarms, carried, later, shown
from tests.node.morning import (
    ASK,
    DARLING,
    DAY,
    arrange,
    at,
    bodies,
    consent,
    declare,
    deliver,
    leaks,
    morning,
    notices,
    notify,
    of_kind,
    pass_on,
    withdraw,
)
from tests.node.shelves import MemoryShelf, same


def test_an_open_plan_is_compared_and_its_crossing_answered(plan):
    alder, birch = morning("Alder", "Birch")
    declare(birch, plan["B1"])
    assert of_kind(pass_on(alder, birch), "declared/1") == []  # Birch shows no plan
    declare(alder, plan["A2"])
    went = pass_on(alder, birch)
    (sent,) = of_kind(went, "declared/1")
    assert (sent["subject"], sent["version"], sent["what"]) == ("Alder/A2", 1, "operation")
    (came,) = notices(birch, "came/1")
    (crossing,) = came["crossings"]
    assert crossing["own"] == {"id": "B1", "parts": [0], "version": 1}
    assert crossing["time_start"] == f"{DAY}06:30:00Z"
    assert crossing["time_end"] == f"{DAY}07:30:00Z"
    assert crossing["id"] == "A2"
    (verdict,) = [one for one in bodies(birch, Verdict) if one.subject == "Alder/A2"]
    assert verdict.crossings[0].area_m2 == pytest.approx(49.2e6, rel=0.01)
    assert verdict.compared == 1
    # what goes back: the shared part, and nothing else of B1
    (found,) = of_kind(went, "crossing/1")
    assert (found["yours"], found["your_version"], found["my_version"]) == ("Alder/A2", 1, 0)
    assert found["span"] == {"start_us": at("06:30:00"), "end_us": at("07:30:00")}
    view = json.loads(found["text"])
    assert (view["level"], view["desk"], view["party"]) == ("crossing", "line 2", "Birch")
    assert "B1" not in found["text"]
    (told,) = told_on(alder.world.node.memory.cases["Alder/A2"])
    assert (told["by"], told["newest"], told["certainty"]) == ("Birch", True, "certain")
    assert told["time_start"] == f"{DAY}06:30:00Z"
    answered = [json.loads(one["text"]) for one in of_kind(went, "notice/1")]
    assert [(one["notice"], one["crossings"]) for one in answered] == [("compared/1", 1)]


def test_it_is_the_same_when_the_other_declares_last(plan):
    alder, birch = morning("Alder", "Birch")
    declare(alder, plan["A2"])
    pass_on(alder, birch)
    answer = declare(birch, plan["B1"])
    (crossing,) = json.loads(answer.reply["shown"][0])["crossings"]
    assert (crossing["id"], crossing["level"]) == ("A2", "open")
    went = pass_on(alder, birch)
    (found,) = of_kind(went, "crossing/1")
    assert (found["yours"], found["your_version"]) == ("Alder/A2", 1)
    assert found["span"] == {"start_us": at("06:30:00"), "end_us": at("07:30:00")}
    assert of_kind(went, "declared/1") == []
    assert len(told_on(alder.world.node.memory.cases["Alder/A2"])) == 1


def test_a_convoy_is_compared_where_it_is_told_and_its_desk_hears_no_verdict(plan):
    relief, birch, alder = morning("Relief", "Birch", "Alder")
    declare(birch, plan["B1"])
    subject = notify(relief, plan["W1"])
    assert of_kind(pass_on(relief, birch, alder), "declared/1") == []  # nobody was named yet
    consent(relief, subject, "Birch", "geometry", "id", "contact")
    went = pass_on(relief, birch, alder)
    (sent,) = of_kind(went, "declared/1")
    assert sent["subject"] == "Relief/W1"
    (came,) = notices(birch, "came/1")
    (crossing,) = came["crossings"]
    assert parse_instant(crossing["time_start"]) == pytest.approx(at("07:01:40"), abs=5e6)
    assert parse_instant(crossing["time_end"]) == pytest.approx(at("07:36:00"), abs=5e6)
    assert crossing["released"]["parts"]
    assert came["deviations"] == []  # never against a humanitarian notification
    assert of_kind(went, "crossing/1") == []
    assert not any("crossing" in text for text in shown(relief, "line"))
    assert "Relief/W1" not in alder.world.node.memory.cases  # nobody told Alder

    acting.delay(relief.world.node, subject, ASK, leaves_us=at("06:00:00"))
    went = pass_on(relief, birch, alder)
    (late,) = of_kind(went, "delayed/1")
    assert late["old"]["start_us"] == at("05:30:00")
    assert late["new"]["start_us"] == at("06:00:00")
    came = notices(birch, "came/1")[-1]
    (crossing,) = came["crossings"]
    assert parse_instant(crossing["time_start"]) == pytest.approx(at("07:31:40"), abs=5e6)
    assert parse_instant(crossing["time_end"]) == at("08:00:00")
    assert came["was"]["time_start"] == f"{DAY}05:30:00Z"
    assert came["because"] == "delayed"
    assert [one.number for one in birch.world.node.memory.cases["Relief/W1"].versions] == [1, 2]


def test_held_at_a_stop_is_flash_and_its_new_plan_follows(plan):
    relief, birch = morning("Relief", "Birch")
    declare(birch, plan["B1"])
    subject = notify(relief, plan["W1"])
    consent(relief, subject, "Birch", "geometry")
    pass_on(relief, birch)
    birch.world.now = relief.world.now = at("06:20:00")
    journeys.hold(relief.world.node, subject, ASK, leaves_us=at("06:55:00"))
    went = pass_on(relief, birch)
    (held,) = of_kind(went, "held/1")
    assert (held["since_us"], held["until_us"]) == (at("06:10:00"), at("06:55:00"))
    assert held["at"] == {"lat_e7": -313_100_000, "lon_e7": 1_437_000_000}
    (amended,) = of_kind(went, "amended/1")
    assert amended["because"] == "held"
    (crossing,) = notices(birch, "came/1")[-1]["crossings"]
    assert parse_instant(crossing["time_start"]) == pytest.approx(at("07:31:40"), abs=5e6)
    mark = relief.world.node.memory.cases[subject].mark  # its id was not released
    assert held["subject"] == amended["subject"] == mark
    assert not leaks(went, "W1")
    acting.act(relief.world.node, subject, Act.COMPLETE, ASK)
    (gone,) = of_kind(pass_on(relief, birch), "withdrawn/1")
    assert (gone["subject"], gone["stage"]) == (mark, "completed")
    assert not birch.world.node.memory.cases[f"Relief/{mark}"].stands
    assert notices(birch, "gone/1")


def test_what_is_withdrawn_stands_no_longer_and_is_told_of_no_more(plan):
    alder, birch = morning("Alder", "Birch")
    declare(birch, plan["B1"])
    declare(alder, plan["A2"])
    pass_on(alder, birch)
    withdraw(birch, "Birch/B1")
    (gone,) = of_kind(pass_on(alder, birch), "withdrawn/1")
    mark = birch.world.node.memory.cases["Birch/B1"].mark
    assert gone == {"subject": mark, "version": 1, "stage": "Ended"}  # its name was never told
    assert told_on(alder.world.node.memory.cases["Alder/A2"]) == []
    withdraw(alder, "Alder/A2")
    (gone,) = of_kind(pass_on(alder, birch), "withdrawn/1")
    assert gone == {"subject": "Alder/A2", "version": 1, "stage": "Ended"}
    held = birch.world.node.memory.cases["Alder/A2"]
    assert not held.stands
    assert len(birch.world.node.standing) == 0


def test_an_amendment_is_compared_anew_and_old_words_are_marked(plan):
    alder, birch = morning("Alder", "Birch")
    declare(birch, plan["B1"])
    declare(alder, plan["A2"])
    pass_on(alder, birch)
    moved = hours(plan["A2"], "08:00:00", "09:00:00")
    declare(alder, moved)
    case = alder.world.node.memory.cases["Alder/A2"]
    (told,) = told_on(case)
    assert told["newest"] is False  # Birch has not seen the change
    went = pass_on(alder, birch)
    (amended,) = of_kind(went, "amended/1")
    assert amended["version"] == 2
    assert told_on(case) == []
    answered = [json.loads(one["text"]) for one in of_kind(went, "notice/1")]
    assert answered[0]["crossings"] == 0
    assert answered[0]["about"] == {"party": "Alder", "id": "A2", "version": 2}
    declare(birch, hours(plan["B1"], "06:00:00", "08:30:00"))
    pass_on(alder, birch)
    (told,) = told_on(case)
    assert (told["about"]["version"], told["time_end"]) == (2, f"{DAY}08:30:00Z")
    declare(birch, plan["B1"])  # and back: they meet no longer
    pass_on(alder, birch)
    assert told_on(case) == []


def hours(said, start, end):
    parts = tuple(replace(one, window=Window(at(start), at(end))) for one in said.parts)
    return replace(said, parts=parts)


def test_late_notice_is_found_on_both_sides_and_nothing_of_it_against_a_convoy(plan):
    alder, birch = morning("Alder", "Birch", clock="07:51:00")
    declare(alder, plan["A3"])
    pass_on(alder, birch)
    for one in (alder, birch):
        (verdict,) = bodies(one, Verdict)
        late = [each for each in verdict.deviations if each.code == "notice.late"]
        assert [each.agreed_us for each in late] == [1_800_000_000]
        assert late[0].found_us == pytest.approx(60_000_000, abs=1_000_000)
    (came,) = notices(birch, "came/1")
    assert "notice.late" in {each["code"] for each in came["deviations"]}


def test_the_line_on_the_map_is_looked_at_on_both_sides(plan):
    birch, alder = morning("Birch", "Alder", alder="open")
    text = DARLING.format(version=2, alder="open", neutral="").replace(
        'desk = "line 2"', 'desk = "line 2"\ndiscloses = { operation = "open" }'
    )
    for one in (birch, alder):
        arranging.set_arrangement(one.world.node, text, ASK)
    declare(birch, plan["B1"])
    pass_on(birch, alder)
    for one in (birch, alder):
        (verdict,) = bodies(one, Verdict)
        (beyond,) = [each for each in verdict.deviations if each.code == "line.beyond"]
        assert beyond.area_m2 == pytest.approx(221e6, rel=0.01)
        assert beyond.side == "Alder"


def test_what_neither_node_can_compare_is_said(plan):
    alder, birch = morning("Alder", "Birch", alder="crossing")
    declare(birch, plan["B1"])
    answer = json.loads(declare(alder, plan["A2"]).reply["shown"][0])
    went = pass_on(alder, birch)
    assert of_kind(went, "declared/1", "crossing/1", "notice/1") == []
    (said_so,) = answer["not_computed"]
    assert "neither of the two nodes" in said_so
    assert "Birch" in said_so
    (verdict,) = bodies(birch, Verdict)
    assert "only a neutral node" in verdict.not_computed[0]


def test_a_neutral_node_compares_what_the_two_do_not_show_each_other(plan):
    some = morning(
        "Alder", "Birch", "secretariat", alder="crossing",
        neutral='[neutral]\nnodes = ["secretariat"]',
    )  # fmt: skip
    alder, birch, third = some
    declare(birch, plan["B1"])
    answer = json.loads(declare(alder, plan["A2"]).reply["shown"][0])
    assert "secretariat compares them" in answer["not_computed"][0]
    went = pass_on(*some)
    assert {one["subject"] for one in of_kind(went, "declared/1")} == {"Alder/A2", "Birch/B1"}
    (to_alder,) = told_on(alder.world.node.memory.cases["Alder/A2"])
    (to_birch,) = told_on(birch.world.node.memory.cases["Birch/B1"])
    for told, other in ((to_alder, "Birch"), (to_birch, "Alder")):
        assert told["by"] == "secretariat"
        assert (told["crossing"]["level"], told["crossing"]["party"]) == ("crossing", other)
        assert told["time_start"] == f"{DAY}06:30:00Z"
    # neither has anything of the other's plan
    assert "Birch/B1" not in alder.world.node.memory.cases
    assert "B1" not in str(to_alder["crossing"])
    (verdict,) = [one for one in bodies(third, Verdict) if one.crossings]
    assert verdict.crossings[0].area_m2 == pytest.approx(49.2e6, rel=0.01)


def test_two_that_both_came_are_not_compared_on_a_third_partys_node(plan):
    relief, alder, birch = morning("Relief", "Alder", "Birch")
    subject = notify(relief, plan["S1"])
    consent(relief, subject, "Birch", "geometry", "id")
    declare(alder, plan["A2"])
    pass_on(relief, alder, birch)
    assert {"Relief/S1", "Alder/A2"} <= set(birch.world.node.memory.cases)
    assert all(one.crossings == [] and one.compared == 0 for one in bodies(birch, Verdict))
    declare(birch, plan["B1"])  # its own meets both
    (verdict,) = [one for one in bodies(birch, Verdict) if one.subject == "Birch/B1"]
    assert {(one.party, one.id) for one in verdict.crossings} == {("Alder", "A2"), ("Relief", "S1")}
    went = pass_on(relief, alder, birch)
    assert [one["yours"] for one in of_kind(went, "crossing/1")] == ["Alder/A2"]
    assert not leaks(went, "S1")


def test_without_an_outline_the_circle_to_stay_away_from_is_compared(plan):
    relief, birch = morning("Relief", "Birch")
    declare(birch, plan["B1"])
    subject = notify(relief, plan["S1"])
    consent(relief, subject, "Birch")
    went = pass_on(relief, birch)
    (sent,) = of_kind(went, "declared/1")
    mark = relief.world.node.memory.cases[subject].mark
    assert sent["subject"] == mark
    (part,) = json.loads(sent["text"])["parts"]
    assert part["footprint"] == {"form": "circle", "center": [144.2, -31.095], "radius_m": 2000.0}
    (crossing,) = notices(birch, "came/1")[-1]["crossings"]
    assert crossing["party"] == "Relief"
    consent(relief, subject, "Birch", "geometry", "name", "id")  # the same version, with more of it
    pass_on(relief, birch)
    held = birch.world.node.memory.cases[f"Relief/{mark}"]
    assert held.latest.declaration.standoff_m == 2_000.0
    assert [one.number for one in held.versions] == [1, 1]
    assert len([name for name in birch.world.node.memory.cases if "Relief" in name]) == 1
    assert of_kind(went, "refused/1") == []


def test_a_line_that_is_new_brings_what_stands_already(plan):
    alder, birch = morning("Alder", "Birch", alder="crossing")
    declare(alder, plan["A2"])
    declare(birch, plan["B1"])
    assert of_kind(pass_on(alder, birch), "declared/1") == []
    for one in (alder, birch):
        arrange(one, version=2, alder="open")
    went = pass_on(alder, birch)
    assert len(of_kind(went, "declared/1")) == 1
    assert len(told_on(alder.world.node.memory.cases["Alder/A2"])) == 1
    assert of_kind(pass_on(alder, birch), "declared/1") == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"text": lambda _: "{}"}, "wire.form"),
        ({"text": lambda text: text.replace('"Alder"', '"Cedar"')}, "declaration.not-yours"),
        ({"text": lambda text: text + " "}, "wire.spelling"),
        ({"text": lambda text: text.replace("144.07", "144.08")}, "version.other-text"),
        ({"what": lambda _: "site"}, "declaration.kind"),
        ({"subject": lambda _: "Alder/A9"}, "declaration.id"),
        ({"version": lambda _: 0}, "version.older"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_and_the_next_is_heard(plan, change, code):
    alder, birch = morning("Alder", "Birch")
    declare(birch, plan["B1"])
    declare(alder, plan["A2"])
    (body,) = of_kind(pass_on(alder, birch), "declared/1")
    changed = {**body, **{name: make(body[name]) for name, make in change.items()}}
    bad = msgspec.convert(changed, b.Declared)
    deliver(alder.talk.say("Birch", bad, arrangement="Darling/1"), (alder, birch))
    went = pass_on(alder, birch)
    refused = [
        json.loads(x.partition("body: ")[2]) for x in shown(alder, "line") if "kind: refused/1" in x
    ]
    assert [one["code"] for one in refused] == [code]
    assert any(text.startswith(code) for text in shown(birch, "refused"))
    assert birch.world.node.memory.cases["Alder/A2"].latest.number == 1
    declare(alder, hours(plan["A2"], "07:00:00", "07:30:00"))
    went += pass_on(alder, birch)
    assert birch.world.node.memory.cases["Alder/A2"].latest.number == 2
    assert len(bodies(birch, Verdict)) == 3


def test_a_fault_of_ours_in_one_message_stops_nothing(plan, monkeypatch):
    alder, birch = morning("Alder", "Birch")
    declare(birch, plan["B1"])
    declare(alder, plan["A2"])
    with monkeypatch.context() as patch:
        patch.setattr(incoming, "verdict_on", lambda *_: 1 // 0)
        pass_on(alder, birch)
    assert "line.not-judged" in alarms(birch)
    assert any("declaration.unusable" in text for text in shown(alder, "line"))
    declare(alder, hours(plan["A2"], "07:00:00", "07:30:00"))
    pass_on(alder, birch)
    assert birch.world.node.memory.cases["Alder/A2"].latest.number == 2


def test_an_aid_desk_is_shown_nobodys_plan(plan):
    relief, alder = morning("Relief", "Alder")
    text = spelled(plan["A2"])
    body = b.Declared(subject="Alder/A2", version=1, what="site", text=text, ref="00")
    deliver(alder.talk.say("Relief", body), (relief, alder))
    pass_on(relief, alder)
    assert not any("144.07" in text for text in shown(relief, "line"))
    assert any("disclosure.not-ours" in text for text in shown(alder, "line"))
    assert list(relief.world.node.memory.cases) == []


def test_an_exercise_changes_nothing_that_is_compared(plan):
    alder, birch = morning("Alder", "Birch")
    declare(birch, plan["B1"])
    text = spelled(plan["A2"])
    body = b.Declared(subject="Alder/A2", version=1, what="operation", text=text, ref="00")
    deliver(alder.talk.say("Birch", body, drill=True, arrangement="Darling/1"), (alder, birch))
    pass_on(alder, birch)
    assert "Alder/A2" not in birch.world.node.memory.cases
    assert "EXERCISE" in shown(birch, "line")[0]


def understood(digest):
    """A read-back without places and times: as the node holds it."""
    return b.ReadBack(
        re=b.Ref(seq=1, hash=digest),
        by="duty officer",
        places=[],
        times_us=[],
        says=b.NO_PERMISSION,
    )


def test_a_declaration_is_read_back_and_compared_by_both_ends(plan):
    alder, birch = morning("Alder", "Birch")
    declare(alder, plan["A2"])
    pass_on(alder, birch)
    ((_, _, digest),) = [key for key in birch.talk.board.progress if not key[1]]
    late = birch.talk.board.overdue(birch.world.now + 1_801_000_000)
    assert Step.READ_BACK in {one.step for _, one in late}
    deliver(birch.talk.say("Alder", understood(digest)), (alder, birch))
    pass_on(alder, birch)
    for one in (alder, birch):
        (progress,) = [x for x in one.talk.board.progress.values() if x.kind == "declared/1"]
        assert (progress.read_back.by, progress.differences) == ("duty officer", ())
        assert len(progress.places) == 4
        assert progress.times_us == (at("06:30:00"), at("07:30:00"))
    with pytest.raises(RuleError, match="held as a declaration"):
        birch.talk.say("Alder", understood("00" * 32))


@pytest.mark.parametrize("failure", Failure)
@pytest.mark.parametrize("fails_at", range(1, 9))
@pytest.mark.parametrize("where", ["Alder", "Birch"])
def test_whichever_write_fails_each_is_told_once(plan, failure, fails_at, where):
    alder, birch = some = morning("Alder", "Birch")
    declare(birch, plan["B1"])
    pass_on(*some)
    world = next(one for one in some if one.name == where).world
    commit, writes = world.store.commit, []

    def failing(batches):
        writes.append(batches)
        if len(writes) == fails_at:
            world.store.failing = failure
        return commit(batches)

    world.store.commit = failing
    for _ in range(6):
        later(3, *some)
        for one in some:
            try:
                if one is alder:
                    declaring.declare(one.world.node, plan["A2"], Request("duty", "test", "once"))
                for told in (one.talk.forward(), one.talk.passes()):
                    hear(told, some)
            except StoreError:
                pass
    world.store.commit = commit
    pass_on(*some, rounds=6)
    came = [one for one in bodies(birch, Declared) if one.subject == "Alder/A2"]
    assert [one.version for one in came] == [1]
    assert len(notices(birch, "came/1")) == 1
    told = [one for one in bodies(alder, Shown) if one.how == "told"]
    assert [one.subject for one in told] == ["Alder/A2"]
    sent = [note for note in carried(birch, "sent") if b"kind: crossing/1" in note]
    assert len(sent) == 1
    for one in some:
        assert one.world.store.kept("link-heard") == {}
        assert one.world.store.pending(10) == []


def hear(told, some):
    """Deliver; whoever cannot take it in is sent it again."""
    for party, send in told.sends:
        other = next(one for one in some if one.name == party)
        try:
            hear(other.talk.hears([send.note]), some)
        except StoreError:
            continue


def test_after_a_start_everything_is_there(plan):
    alder, birch = morning("Alder", "Birch")
    declare(birch, plan["B1"])
    declare(alder, plan["A2"])
    pass_on(alder, birch)
    for one in (alder, birch):
        before = one.world.node.memory
        one.world.node = one.world.start()
        assert one.world.node.memory == before
        one.talk = Talk(one.world.node, one.message)
    size = birch.world.store.size()
    assert of_kind(pass_on(alder, birch), "declared/1", "crossing/1") == []
    assert birch.world.store.size() == size
    withdraw(alder, "Alder/A2")
    pass_on(alder, birch)
    assert not birch.world.node.memory.cases["Alder/A2"].stands


def test_held_acts_across_a_gap_by_the_plan_that_is_here(plan):
    relief, birch = some = morning("Relief", "Birch")
    declare(birch, plan["B1"])
    subject = notify(relief, plan["W1"])
    consent(relief, subject, "Birch", "geometry", "id")
    pass_on(*some)
    lost = relief.talk.say("Birch", b.LineTest(by="duty"))  # it does not come
    assert lost.sends
    relief.world.now = birch.world.now = at("06:20:00")
    journeys.hold(relief.world.node, subject, ASK, leaves_us=at("06:55:00"))
    held, amended = sorted(
        (send.note for _, send in relief.talk.forward().sends), key=lambda note: b"amended" in note
    )
    birch.talk.hears([held])
    assert shown(birch, "line")[-1].startswith("earlier messages are missing")
    came = notices(birch, "came/1")[-1]
    assert (came["version"], came["because"]) == (2, "held")
    (crossing,) = came["crossings"]
    assert parse_instant(crossing["time_start"]) == pytest.approx(at("07:31:40"), abs=5e6)
    birch.talk.hears([amended])
    later(5, *some)
    pass_on(*some)
    assert len(notices(birch, "came/1")) == 2  # what followed said the same
    case = birch.world.node.memory.cases[subject]
    assert [one.number for one in case.versions] == [1, 2]
    assert case.latest.declaration.parts == relief.world.node.memory.cases[
        subject
    ].latest.declaration.parts  # fmt: skip
    digest = next(
        key[2] for key, one in birch.talk.board.progress.items() if one.kind == "amended/1"
    )
    deliver(birch.talk.say("Relief", understood(digest)), some)
    pass_on(*some)
    (progress,) = [one for one in relief.talk.board.progress.values() if one.kind == "amended/1"]
    assert progress.read_back is not None


def test_a_site_is_confirmed_and_unconfirmed_where_it_was_told(plan):
    relief, birch = some = morning("Relief", "Birch")
    subject = notify(relief, plan["S1"])
    consent(relief, subject, "Birch", "geometry", "id")
    pass_on(*some)
    half_a_year = 180 * 86_400
    later(half_a_year - 60, *some)
    acting.act(relief.world.node, subject, Act.CONFIRM, ASK)
    pass_on(*some)
    later(3_600, *some)
    for one in some:
        due(one.world.node)
    pass_on(*some)
    held = birch.world.node.memory.cases[subject]
    assert held.unconfirmed_us is None
    later(half_a_year, *some)
    due(relief.world.node)
    pass_on(*some)
    assert held.unconfirmed_us == relief.world.node.memory.cases[subject].unconfirmed_us
    assert held.unconfirmed_us is not None
    assert held.stands


def test_more_than_was_agreed_for_a_day_is_refused_and_both_ends_are_told(plan):
    alder, birch = some = morning("Alder", "Birch")
    text = DARLING.format(version=2, alder="open", neutral="") + "[caps]\ndeclarations = 2\n"
    for one in some:
        arranging.set_arrangement(one.world.node, text, ASK)
    alder.world.node.memory.arrangements["Darling"] = replace(
        alder.world.node.memory.arrangements["Darling"], caps=Caps()
    )  # Alder's own node does not stop it
    for number in range(3):
        declare(alder, replace(plan["A2"], id=f"A2-{number}"))
    pass_on(*some)
    assert len([name for name in birch.world.node.memory.cases if "A2-" in name]) == 2
    assert "budget.declarations" in alarms(birch)
    assert any("budget.declarations" in text for text in shown(alder, "line"))


def test_a_start_from_a_snapshot_knows_what_came(plan):
    some = morning("Relief", "Alder", "Birch")
    relief, alder, birch = some
    subject = notify(relief, plan["W1"])
    consent(relief, subject, "Birch", "geometry")
    declare(birch, plan["B1"])
    declare(alder, plan["A2"])
    pass_on(*some)
    for one in some:
        node = one.world.node
        shelf = MemoryShelf()
        made = node.moment().made()
        shelf.put(made.snapshot)
        again = Node(one.world.store, node.around, checkpoint=one.world.notes[-1], shelf=shelf)
        assert shelf.taken == 1
        assert again.memory == node.memory
        assert again.memory.lines == node.memory.lines
        assert same(again, node)


def test_a_plan_that_came_before_what_was_agreed_is_offered_again(plan):
    alder, birch = some = morning("Alder", "Birch", alder="crossing")
    declare(birch, plan["B1"])
    declare(alder, plan["A2"])
    arrange(alder, version=2, alder="open")  # Birch has not got it yet
    went = pass_on(*some)
    assert len(of_kind(went, "declared/1")) == 1
    assert [one["code"] for one in of_kind(went, "refused/1")] == ["arrangement.other"]
    assert "Alder/A2" not in birch.world.node.memory.cases
    arrange(birch, version=2, alder="open")
    assert of_kind(pass_on(*some), "declared/1") == []  # not at once, and not for ever
    later(61, *some)
    went = pass_on(*some)
    assert len(of_kind(went, "declared/1")) == 1
    assert birch.world.node.memory.cases["Alder/A2"].stands
    assert len(told_on(alder.world.node.memory.cases["Alder/A2"])) == 1
    later(7_200, *some)
    assert of_kind(pass_on(*some), "declared/1") == []


def test_what_is_suspended_gets_no_plans_until_it_holds_again(plan):
    alder, birch = some = morning("Alder", "Birch")
    declare(birch, plan["B1"])
    suspended = frozenset({"Birch"})
    for one in some:
        memory = one.world.node.memory
        agreed = memory.arrangements["Darling"]
        memory.arrangements["Darling"] = replace(agreed, stepped_down=suspended)
    declare(alder, plan["A2"])
    assert of_kind(pass_on(*some), "declared/1") == []
    for one in some:
        memory = one.world.node.memory
        agreed = memory.arrangements["Darling"]
        memory.arrangements["Darling"] = replace(agreed, stepped_down=frozenset())
    assert len(of_kind(pass_on(*some), "declared/1")) == 1
    assert len(told_on(alder.world.node.memory.cases["Alder/A2"])) == 1


def test_a_node_that_tells_of_too_much_is_refused(plan):
    alder, birch = some = morning("Alder", "Birch")
    declare(alder, plan["A2"])
    pass_on(*some)
    for number in range(66):
        body = b.CrossingFound(
            yours="Alder/A2", your_version=1, mine=f"{number:016}", my_version=0, certain=False,
            span=b.Span(start_us=2**53 - 1), text='{"a":1e999}' if number else '{"a":"\\ud800"}',
        )  # fmt: skip
        deliver(birch.talk.say("Alder", body), some)
    pass_on(*some)
    told = told_on(alder.world.node.memory.cases["Alder/A2"])
    assert len(told) == 64
    assert told[1]["crossing"] == '{"a":1e999}'  # no number that can be kept: as it was written
    assert told[0]["crossing"] == '{"a":"\\ud800"}'
    assert told[0]["time_start"].startswith("2255-")
    codes = [text.partition("\n")[0] for text in shown(alder, "refused")]
    assert codes == ["crossing.too-many"] * 2


def test_areas_that_both_claim_are_listed_to_both(request):
    path = request.config.rootpath / "examples" / "darling" / "areas.geojson"
    areas = read_bytes(path.read_bytes(), name="areas").declarations
    alder, birch = some = morning("Alder", "Birch")
    text = DARLING.format(version=2, alder="open", neutral="").replace("operation =", "area =", 1)
    for one in some:
        arranging.set_arrangement(one.world.node, text, ASK)
    for one in areas:
        if one.party in {"Alder", "Birch"}:
            declare(alder if one.party == "Alder" else birch, one)
    went = pass_on(*some)
    (claimed,) = [each["claimed_by_both"] for each in notices(birch, "claimed/1")]
    assert claimed[0]["party"] == "Alder"
    back = [json.loads(each["text"]) for each in of_kind(went, "notice/1")]
    found = [view for each in back for view in each.get("claimed_by_both", ())]
    assert {view["party"] for view in found} == {"Birch"}
    assert of_kind(went, "crossing/1") == []
    assert all("declaration" not in view for view in found)


def test_what_is_released_takes_no_place_of_a_whole_plan(plan):
    alder, birch = some = morning("Alder", "Birch")
    text = DARLING.format(version=2, alder="open", neutral="").replace(
        "operation =", "movement =", 1
    )
    for one in some:
        arranging.set_arrangement(one.world.node, text, ASK)
    subject = notify(alder, replace(plan["W1"], party="Alder"))
    consent(alder, subject, "Birch")  # the circle alone
    went = pass_on(*some)
    assert len(of_kind(went, "declared/1")) == 1
    held = birch.world.node.memory.cases[subject].latest.declaration
    assert held.parts == plan["W1"].parts
