"""The second implementation on a line with a node of the first: each acts on what the other says."""

from __future__ import annotations

import json
import re

import pytest

from keepclear.link import bodies as b
from keepclear.link.alerting import Show, Stage
from keepclear.link.pinning import words_of
from keepclear.node import peers
from keepclear.node.arranging import set_arrangement
from keepclear.node.declaring import declare
from keepclear.node.notices import spelled
from keepclear.node.talking import Talk
from keepclear.node.told import told_on
from keepclear.wire.declaration import encode
from tests.node.desks import SECOND, alarms, notes, shown
from tests.node.party import ASK
from tests.node.party import Party as FirstParty
from tests.node.world import agreement, operation, site
from tests.second.bodies import RECEIVED
from tests.second.declarations import understood
from tests.second.messages import read_message, text_hash
from tests.second.notes import write_note
from tests.second.party import Party

STOP = {
    "asks": "cease",
    "by": "duty officer",
    "words": "people at the well",
    "place": {"lat_e7": -311_800_000, "lon_e7": 1_440_700_000},
}


class Meeting:
    """Alder has keepclear, Birch has not; both compared words."""

    def __init__(self):
        self.alder, self.birch = FirstParty("Alder", 1), Party("Birch", 2)
        node, self.now = self.alder.world.node, self.alder.world.now
        peers.accept(node, self.birch.joins(self.now), ASK)
        peers.compare(node, "Birch", self.birch.words, ASK)
        words = list(words_of(self.alder.root.verifier))
        self.line = self.birch.meets(self.alder.invitation(), words, self.now)
        self.talk = Talk(node, self.alder.message)

    def later(self, seconds):
        self.now += round(seconds * SECOND)
        self.alder.world.now = self.now

    def told(self, *several):
        """What Alder sends at once when it hears these."""
        return notes(self.talk.hears(list(several)))

    def heard(self, several):
        """What follows at Birch from what Alder sent."""
        return [effect for note in several for effect in self.line.hears(note)]

    def said(self, several, kind):
        found = [
            read_message(each, self.line.reader.peer, self.birch.message.name) for each in several
        ]
        return [each for each in found if each.kind == kind]

    def says(self, kind, **body):
        return self.line.say(kind, body, self.now)

    def ticks(self):
        """What Alder sends because time passes."""
        self.later(0.1)
        return notes(self.talk.passes())


@pytest.fixture
def both():
    return Meeting()


def test_a_stop_of_the_second_is_on_the_first_ones_board_and_answered(both):
    told = both.talk.hears([both.says("stop/1", **STOP)])
    assert any(isinstance(effect, Show) for _, effect in told.effects)
    assert "people at the well" in shown(both.alder, "line")[0]
    re = b.Ref(seq=1, hash=both.line.prev)
    came = both.talk.say("Birch", b.Answer(re=re, answer="wilco", by="supervisor"))
    (name, answer), *_ = both.heard(notes(came))
    assert (name, answer.kind, answer.body["answer"]) == ("act", "answer/1", "wilco")
    assert answer.body["re"] == {"seq": 1, "hash": both.line.prev}
    confirmed = b.Stopped(re=re, by="supervisor", at_us=both.now, unit="A2")
    (name, stopped), *_ = both.heard(notes(both.talk.say("Birch", confirmed)))
    assert (name, stopped.body["unit"]) == ("act", "A2")
    assert both.line.outbox == {}, "the answer says beside it that the stop is stored"


def test_a_stop_of_the_first_is_taken_by_the_second_and_its_answers_move_the_board(both):
    stop = b.Stop(asks="hold", by="duty officer", words="a convoy crosses")
    (name, came), *_ = both.heard(notes(both.talk.say("Birch", stop)))
    assert (name, came.body["asks"]) == ("act", "hold")
    stage = lambda: next(iter(both.talk.board.alerts.values())).stage  # noqa: E731
    both.told(both.says("answer/1", re=came.ref(), answer="roger", by="desk"))
    assert stage() is Stage.RAISED
    both.told(both.says("answer/1", re=came.ref(), answer="wilco", by="desk"))
    assert stage() is Stage.COMPLYING
    both.told(both.says("stopped/1", re=came.ref(), by="desk", at_us=both.now))
    assert stage() is Stage.STOPPED


def test_what_the_second_left_out_is_asked_for_and_a_stop_does_not_wait_for_it(both):
    first = both.says("said/1", words="one")
    second = both.says("said/1", words="two")
    both.told(both.says("stop/1", **STOP))
    assert ["people at the well" in text for text in shown(both.alder, "line")] == [True]
    asked = both.said(both.ticks(), "stored/1")
    assert [each.body["gaps"] for each in asked] == [[[1, 2]]]
    assert both.line.missing(asked[0]) == [first, second]
    both.told(*both.line.missing(asked[0]))
    both.heard(both.ticks())
    assert both.line.outbox == {}


def test_what_the_first_left_out_is_sent_when_the_second_asks(both):
    lost = notes(both.talk.say("Birch", b.LineTest(by="desk")))
    came = notes(both.talk.say("Birch", b.Stop(asks="cease", by="desk", words="now")))
    assert [(name, message.seq) for name, message in both.heard(came)] == [("act", 2)]
    both.later(1)
    again = both.told(both.line.receipt(both.now))
    assert [each for each in again if each in lost] == lost
    assert [(name, message.seq) for name, message in both.heard(lost)] == [("act", 1)]
    assert both.line.reader.stored == 2
    both.told(both.line.receipt(both.now))
    assert both.talk.state("Birch").sending.unstored == ()


def test_receipts_of_the_second_stand_beside_the_first_ones_message(both):
    both.heard(notes(both.talk.say("Birch", b.Stop(**{**STOP, "place": b.Place(**STOP["place"])}))))
    re = {"seq": 1, "hash": both.line.reader.hashes[1]}
    says = {"by": "supervisor", "says": RECEIVED}
    both.told(both.says("acknowledged/1", re=re, at_us=both.now, **says))
    place = {"lat_e7": -311_800_000, "lon_e7": 1_450_700_000}
    both.told(both.says("read-back/1", re=re, places=[place], times_us=[], **says))
    both.told(both.says("disseminated/1", re=re, at_us=both.now, units=["A2"], **says))
    (progress,) = both.talk.board.progress.values()
    assert progress.acknowledged.by == "supervisor"
    assert len(progress.differences) == 1, "a degree off is told"
    assert [each.units for each in progress.claims] == [("A2",)]


def test_under_one_number_two_texts_of_the_second_are_proof_at_the_first(both):
    both.told(both.says("said/1", words="one"))
    both.line.seq, both.line.prev = 0, "0" * 64
    both.told(both.says("said/1", words="another"))
    assert alarms(both.alder) == ["stream.two-texts"]


@pytest.mark.parametrize(
    ("kind", "old", "new", "code"),
    [
        ("stop/1", '"asks":"cease"', '"asks":"strike"', "body.form"),
        ("stop/1", "kind: stop/1", "kind: strike/1", "body.unknown-kind"),
        ("stop/1", "drill: -", "drill: EXERCISE", "message.spelling"),
        ("said/1", "arrangement: -", "arrangement: Other/1", "arrangement.other"),
    ],
)
def test_what_the_first_does_not_act_on_it_refuses_by_the_code_of_the_page(
    both, kind, old, new, code
):
    """And the second takes the refusal for one of its own message."""
    body = STOP if kind == "stop/1" else {"words": "good morning"}
    text = both.line.write(kind, body, both.now, seq=1).text.replace(old, new)
    assert text.count(new) == 1
    refused = both.said(both.told(write_note(text, both.birch.message)), "refused/1")
    assert [each.body for each in refused] == [
        {"re": {"seq": 1, "hash": text_hash(text)}, "code": code}
    ]


def test_heartbeats_of_both_are_understood_and_a_head_that_the_other_never_had_is_told(both):
    both.birch.records(b"one")
    beat = {"heads": [both.birch.head()]}
    both.told(both.line.write("heartbeat/1", beat, both.now, seq=0).note)
    assert alarms(both.alder) == []
    both.later(31)
    (heard,) = both.said(both.ticks(), "heartbeat/1")
    assert heard.body["heads"][0]["origin"] == both.alder.record.name
    assert heard.body["your_sent_us"] < both.now
    both.later(1)
    longer = {**heard.body["heads"][0], "size": 1_000_000}
    both.told(both.line.write("heartbeat/1", {"heads": [longer]}, both.now, seq=0).note)
    assert alarms(both.alder) == ["record.rolled-back"]


SITE = {
    "keepclear": "declaration/1",
    "party": "Birch",
    "id": "S1",
    "kind": "site",
    "parts": [
        {
            "part": "volume",
            "footprint": {"form": "circle", "center": [144.07, -31.18], "radius_m": 500.0},
            "window": {"start_us": 1_448_000_000_000_000, "end_us": 1_448_100_000_000_000},
        }
    ],
    "name": "clinic",
}


def test_a_site_that_the_second_declares_is_kept_and_read_back_as_it_was_meant(both):
    text = json.dumps(SITE, separators=(",", ":"))
    body = {"subject": "Birch/S1", "version": 1, "what": "site", "text": text, "ref": "aa"}
    both.told(both.says("declared/1", **body))
    kept = both.alder.world.node.memory.cases["Birch/S1"].latest.declaration
    assert encode(kept).decode() == text
    re = b.Ref(seq=1, hash=both.line.prev)
    read = b.ReadBack(re=re, by="desk", places=[], times_us=[], says=b.NO_PERMISSION)
    (_, came), *_ = both.heard(notes(both.talk.say("Birch", read)))
    assert (came.body["places"], came.body["times_us"]) == understood(text)


@pytest.fixture
def agreed(both):
    set_arrangement(both.alder.world.node, agreement(), ASK)
    declare(both.alder.world.node, operation("A1"), ASK)
    return both


CROSSING = {
    "yours": "Alder/A1",
    "your_version": 1,
    "mine": "bb",
    "my_version": 0,
    "certain": True,
    "span": {},
    "text": json.dumps({"level": "crossing", "ref": "bb"}),
}


def test_what_the_second_tells_of_a_crossing_stands_beside_it_until_it_takes_it_back(agreed):
    both, says = agreed, {"arrangement": "Darling/1"}
    case = both.alder.world.node.memory.cases["Alder/A1"]
    both.told(both.line.say("crossing/1", CROSSING, both.now, **says))
    (told,) = told_on(case)
    assert (told["by"], told["ref"], told["certainty"]) == ("Birch", "bb", "certain")
    text = json.dumps({"notice": "crossing/1", "ref": "bb", "party": "Birch", "crossings": []})
    both.told(both.says("notice/1", notice="crossing/1", text=text))
    assert told_on(case) == []


def test_what_the_first_tells_of_a_crossing_has_the_members_of_the_page(agreed, root):
    both = agreed
    page = (root / "docs" / "protocol" / "told.md").read_text("utf-8")
    crossing, notices = page.split("\n## ")[1:3]
    known = set(re.findall(r"`(\w+)`", crossing))
    text = spelled(operation("B1", party="Birch"))
    body = {"subject": "Birch/B1", "version": 1, "what": "operation", "text": text}
    came = both.told(
        both.line.say("declared/1", body | {"ref": "aa"}, both.now, arrangement="Darling/1")
    )
    both.line.reader.arrangements = ("Darling/1",)
    acted = [what for name, what in both.heard(came) if name == "act"]
    (one,) = [each for each in acted if each.kind == "crossing/1"]
    assert (one.body["yours"], one.body["your_version"], one.body["certain"]) == (
        "Birch/B1",
        1,
        True,
    )
    told = json.loads(one.body["text"])
    assert told.keys() <= known
    assert (told["level"], told["ref"], told["own"]["id"]) == ("crossing", one.body["mine"], "B1")
    (said,) = [each for each in acted if each.kind == "notice/1"]
    compared = json.loads(said.body["text"])
    assert (compared["notice"], compared["crossings"]) == ("compared/1", 1)
    assert compared.keys() <= set(re.findall(r"`(\w+)`", notices)) | {"notice"}


def test_what_the_first_declares_is_read_back_by_the_second_without_a_difference(both):
    text = spelled(site())
    body = b.Declared(subject="Alder/H1", version=1, what="site", text=text, ref="aa")
    (_, came), *_ = both.heard(notes(both.talk.say("Birch", body)))
    places, times = understood(came.body["text"])
    said = {"places": places, "times_us": times, "by": "desk", "says": RECEIVED}
    both.told(both.says("read-back/1", re=came.ref(), **said))
    (progress,) = both.talk.board.progress.values()
    assert (progress.read_back.by, progress.differences) == ("desk", ())
    assert places
