"""What sounds at a desk: by what happens there, one after the other."""

from __future__ import annotations

import json

import pytest

from keepclear.domain.arrangement import Deadlines
from keepclear.domain.window import format_instant
from keepclear.link import bodies as b
from keepclear.link.board import Board
from keepclear.link.message import read_own
from keepclear.link.sounding import AGAIN_US, SOON_US, Sounding
from tests.link.ends import ALDER, DAWN, SECOND, declared, said, signed, stop

PEER = ALDER.name


class Desk:
    """One end of a line, with its board and what sounds there."""

    def __init__(self):
        self.board, self.sounding = Board(lambda _peer: Deadlines()), Sounding()
        self.heard, self.silent = [], False

    def gets(self, body, at_us=DAWN, *, ours=False, seq=1):
        received = read_own(signed(body, seq=seq, prev="ab" * 32 if seq > 1 else "0" * 64).note)
        effects = self.board.take(PEER, "sent" if ours else "received", received, at_us)
        self.sounding.awaits((PEER, ours, received.hash), self.board, at_us)
        found = self.sounding.steps(self.board, effects, at_us)
        if not ours:
            found += self.sounding.came(PEER, received, at_us)
        self.heard += [one.why for one in found]
        return received

    def at(self, now_us):
        effects = self.board.tick(now_us)
        found = self.sounding.steps(self.board, effects, now_us)
        found += self.sounding.passes(self.board, lambda _peer: self.silent, now_us)
        self.heard += [one.why for one in found]

    def sounds(self):
        found, self.heard = self.heard, []
        return found


@pytest.fixture
def desk():
    return Desk()


def answer(received, what):
    return b.Answer(re=b.Ref(seq=received.seq, hash=received.hash), answer=what, by="duty")


def crossing(start_us, end_us=None):
    return b.CrossingFound(
        yours="Birch/B1", your_version=1, mine="Alder/A1", my_version=1, certain=True,
        span=b.Span(start_us=start_us, end_us=end_us), text="{}",
    )  # fmt: skip


def test_a_stop_sounds_once_a_step_until_somebody_takes_it(desk):
    received = desk.gets(stop())
    assert desk.sounds() == ["stop"]
    for second in range(1, 45):
        desk.at(DAWN + second * SECOND)
    assert desk.sounds() == ["stop", "stop"]
    desk.board.take(
        PEER, "sent", read_own(signed(answer(received, "wilco")).note), DAWN + 45 * SECOND
    )
    for second in range(46, 200):
        desk.at(DAWN + second * SECOND)
    assert desk.sounds() == []


def test_who_asked_for_a_stop_hears_of_it_when_nobody_took_it(desk):
    desk.gets(stop(), ours=True)
    assert desk.sounds() == []
    desk.at(DAWN + 20 * SECOND)
    assert desk.sounds() == ["stop"]


def test_unable_sounds_once_although_a_rung_is_alerted_too(desk):
    received = desk.gets(stop(), ours=True)
    desk.gets(answer(received, "unable"), DAWN + SECOND, seq=2)
    assert desk.sounds() == ["stop"]


def test_a_unit_that_does_not_confirm_sounds_twice_an_hour(desk):
    received = desk.gets(stop(), ours=True)
    desk.gets(answer(received, "wilco"), DAWN + SECOND, seq=2)
    for minute in range(1, 61):
        desk.at(DAWN + minute * 60 * SECOND)
    assert desk.sounds().count("stop.not-confirmed") == 2


@pytest.mark.parametrize(
    ("body", "sounds"),
    [
        (b.Contact(by="duty", how="telephone"), ["contact/1"]),
        (b.Incident(incident="I1", by="duty", official=False, certainty="seen", words="fire"),
         ["incident/1"]),
        (b.Held(subject="Relief/W1", version=1, since_us=DAWN), ["held/1"]),
        (declared(), []),
        (said(), []),
        (b.LineTest(by="duty"), []),
        (crossing(DAWN + SOON_US), ["crossing/1"]),
        (crossing(DAWN + SOON_US + 1), []),
        (crossing(None), ["crossing/1"]),
        (crossing(DAWN - 2, DAWN), []),
    ],
)  # fmt: skip
def test_what_sounds_when_it_comes(desk, body, sounds):
    desk.gets(body)
    assert desk.sounds() == sounds


@pytest.mark.parametrize("way", ["whole", "cut", "other"])
def test_a_notice_that_cannot_be_read_does_not_sound(desk, way):
    """Another node's words are shown as they are; they neither sound nor stop anything."""
    crossings = [{"time_start": format_instant(DAWN), "time_end": None}]
    text = json.dumps({"notice": "crossing/1", "crossings": crossings})
    text = {"whole": text, "cut": text[:-1], "other": "[1]"}[way]
    desk.gets(b.Notice(notice="crossing/1", text=text))
    assert desk.sounds() == (["notice/1"] if way == "whole" else [])


def test_deep_or_odd_notices_do_not_stop_it(desk):
    for seq, text in enumerate(("[" * 100_000, '{"crossings":[{"time_start":1,"time_end":2}]}'), 1):
        desk.gets(b.Notice(notice="crossing/1", text=text), seq=seq)
    assert desk.sounds() == []


def test_the_same_message_sounds_once(desk):
    received = desk.gets(b.Contact(by="duty", how="telephone"))
    assert desk.sounding.came(PEER, received, DAWN) == []


def test_what_is_urgent_and_unread_sounds_once_for_the_line_and_routine_never(desk):
    for seq in range(1, 6):
        desk.gets(crossing(DAWN + 2 * SOON_US), DAWN + seq * SECOND, seq=seq)
    for seq in range(6, 20):
        desk.gets(declared(), DAWN + seq * SECOND, seq=seq)
    for minute in range(1, 30):
        desk.at(DAWN + minute * 60 * SECOND)
    assert desk.sounds() == ["receipts late"]
    for minute in range(30, 240):
        desk.at(DAWN + minute * 60 * SECOND)
    assert desk.sounds() == ["receipts late"]  # the four that became late just after the first
    assert len({key for key, _ in desk.board.overdue(DAWN + AGAIN_US)}) == 19  # all are shown


def test_what_was_read_in_time_does_not_sound(desk):
    received = desk.gets(crossing(DAWN + 2 * SOON_US))
    re = b.Ref(seq=1, hash=received.hash)
    read = b.Acknowledged(re=re, by="duty", at_us=DAWN, says=b.NO_PERMISSION)
    desk.board.take(PEER, "sent", read_own(signed(read).note), DAWN + SECOND)
    desk.at(DAWN + AGAIN_US)
    assert desk.sounds() == []


def test_a_line_that_comes_and_goes_sounds_twice_an_hour(desk):
    desk.silent = True
    for minute in range(60):
        found = desk.sounding.alarm(PEER, "line.silent", DAWN + minute * 60 * SECOND)
        desk.heard += [one.why for one in found]
        desk.at(DAWN + minute * 60 * SECOND + SECOND)
    assert desk.sounds() == ["line.silent", "line.silent"]
    assert desk.sounding.alarm("birch.example/desk", "line.silent", DAWN + 59 * 60 * SECOND)


@pytest.mark.parametrize(("still", "sounds"), [(True, ["line.silent"]), (False, [])])
def test_a_silence_that_came_too_soon_to_sound_sounds_if_it_lasts(desk, still, sounds):
    assert desk.sounding.alarm(PEER, "line.silent", DAWN)
    assert not desk.sounding.alarm(PEER, "line.silent", DAWN + 60 * SECOND)
    assert desk.sounding.next_us() == DAWN + AGAIN_US
    desk.silent = still
    for minute in range(1, 120):
        desk.at(DAWN + minute * 60 * SECOND)
    assert desk.sounds() == sounds


@pytest.mark.parametrize("code", ["note.bad-signature", "note.malformed", "message.too-large"])
def test_who_has_no_key_sounds_nothing(desk, code):
    assert desk.sounding.alarm(PEER, code, DAWN) == []


def test_what_proves_a_lie_sounds(desk):
    codes = ["stream.two-texts", "stream.other-chain", "record.split-view", "ack.other-text"]
    assert [desk.sounding.alarm(PEER, code, DAWN)[0].why for code in codes] == codes
