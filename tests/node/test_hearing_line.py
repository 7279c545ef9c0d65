"""Declarations that come over a line are compared, and the crossing answered: a morning on two nodes.

Alder shows its plans, Birch only what is crossed, Relief what it released. Values are those of the
scenario, computed elsewhere for shortest paths; the files have straight edges in degrees.
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from keepclear.domain.consent import Consent
from keepclear.domain.life import Act
from keepclear.domain.window import parse_instant
from keepclear.formats.registry import read_bytes
from keepclear.node import acting, arranging, consenting, declaring, journeys
from keepclear.node.declaring import Request
from keepclear.node.geoid import load_geoid
from keepclear.node.talking import Talk
from keepclear.node.told import told_on
from keepclear.wire.entries import Verdict
from tests.node.desks import later, meets, shown
from tests.node.test_peers import Party

DAY = "2015-11-20T"
ASK = Request("duty", "test")
DARLING = """\
format = "keepclear arrangement 1"
name = "Darling"
version = {version}
[[rung]]
between = ["Alder", "Birch"]
is = "parallel"
[[party]]
name = "Alder"
desk = "line 1"
discloses = {{ operation = "{alder}" }}
[[party]]
name = "Birch"
desk = "line 2"
[humanitarian]
names = ["Relief"]
{neutral}
[dividing_line]
line = ["31.560 S 143.380 E", "31.200 S 143.950 E", "30.940 S 144.420 E", "30.530 S 145.120 E"]
left = "Birch"
right = "Alder"
[notice]
operation = "30min"
movement = "30min"
site = "30min"
"""


@pytest.fixture(scope="module")
def plan(request):
    """What the files declare, by identifier."""
    folder = request.config.rootpath / "examples" / "darling"
    read = [
        read_bytes((folder / f"{name}.geojson").read_bytes(), name=name)
        for name in ("alder", "birch", "relief")
    ]
    return {one.id: one for reading in read for one in reading.declarations}


def at(clock):
    return parse_instant(f"{DAY}{clock}Z")


def morning(*names, clock="05:00:00", alder="open", neutral=""):
    """Desks of a morning, with the true geoid; those that sign have signed."""
    some = [Party(name, number) for number, name in enumerate(names, 1)]
    for one in some:
        one.world.now = at(clock)
        around = replace(one.world.node.around, geoid=load_geoid())
        one.world.start = lambda one=one, around=around: type(one.world.node)(
            one.world.store, around, checkpoint=one.world.notes[-1]
        )
        one.world.node = one.world.start()
        arrange(one, alder=alder, neutral=neutral)
    for one in some:
        for other in some:
            if one is not other:
                meets(one, other)
        one.talk = Talk(one.world.node, one.message)
    return some


def arrange(one, version=1, alder="open", neutral=""):
    text = DARLING.format(version=version, alder=alder, neutral=neutral)
    arranging.set_arrangement(one.world.node, text, ASK)


def declare(one, said):
    return declaring.declare(one.world.node, said, ASK)


def pass_on(*some, rounds=4):
    """Everything that they have to say to each other goes over their lines; what went, by kind."""
    went = []
    for _ in range(rounds):
        later(0.1, *some)
        for one in some:
            for told in (one.talk.forward(), one.talk.passes()):
                went += deliver(told, some)
    return went


def deliver(told, some):
    went = []
    for party, send in told.sends:
        other = next((desk for desk in some if desk.name == party), None)
        if other is not None:
            went.append(send.note)
            went += deliver(other.talk.hears([send.note]), some)
    return went


def said(note):
    """Kind and body of a note."""
    text = note.decode()
    kind = text.partition("\nkind: ")[2].partition("\n")[0]
    return kind, json.loads(text.partition("\nbody: ")[2].partition("\n")[0])


def of_kind(went, *kinds):
    return [body for kind, body in map(said, went) if kind in kinds]


def notices(one, name):
    found = [json.loads(text.text) for text in one.world.shown(one.name) if text.how == "notice"]
    return [text for text in found if text["notice"] == name]


def bodies(one, kind):
    return [body for body in one.world.bodies() if isinstance(body, kind)]


def notify(one, declaration):
    """A site or movement, verified by somebody else, and submitted."""
    declare(one, declaration)
    subject = f"{declaration.party}/{declaration.id}"
    acting.act(one.world.node, subject, Act.VERIFY, Request("second", "test"))
    acting.act(one.world.node, subject, Act.SUBMIT, ASK)
    return subject


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


def consent(relief, subject, to, *fields, **when):
    consenting.consent(relief.world.node, subject, Consent(to, fields, **when), ASK)


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


def leaks(went, word):
    """Whether a word stands in a text that left, as a value of its own."""
    return any(f'"{word}"' in note.decode().replace("\\", "") for note in went)
