"""A desk by command: the same words at a folder and at a node that is served, from stop to stopped."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager

import httpx2
import pytest

from keepclear.formats.callsheet import LETTERS
from keepclear.link.alerting import sums
from keepclear.link.bodies import Said
from tests.api.test_serve import served
from tests.node.test_carrying import ALDER, BIRCH, desks, enrolled, run
from tests.node.world import agreement

__all__ = ["desks", "enrolled", "run"]
SENT = "it goes out again and again until it is stored there"
PLACE = "31°11.0'S 144°04.2'E"


@contextmanager
def at_address(desks, name, monkeypatch, role="duty", *scopes):
    """A desk that is served, and the environment that holds its token."""
    mark = f"{role}-{len(scopes)}"
    asked = [word for one in scopes for word in ("--scope", one)]
    code, token, told = desks.run("admit", desks.folder[name], mark, "--role", role, *asked)
    assert code == 0, told
    monkeypatch.setenv("KEEPCLEAR_TOKEN", token.strip())
    with served(desks.folder[name], log=desks.table / f"{name}.log") as (process, url):
        yield url
        process.terminate()
        process.wait(60)


def typed(desks, *words, code=0):
    found, out, told = desks.run(*words)
    assert found == code, (words, out, told)
    return out, told


def stops(desks, place):
    found = json.loads(typed(desks, "link", "status", place, "--json")[0])
    over = [one for line in found["lines"] for one in line["alerts"]]
    return [*over, *found["calls"]]


def pass_on(desks, one, other, here):
    """A file from one desk, at a folder or an address, to the other, whose folder takes it in."""
    file = desks.table / f"{one}-{other}.age"
    file.unlink(missing_ok=True)
    typed(desks, "link", "export", here, other, "-o", file)
    typed(desks, "link", "import", desks.folder[other], file)


@pytest.mark.parametrize("is_served", [False, True])
def test_a_stop_from_content_to_the_units_confirmation(desks, monkeypatch, is_served):
    """Alder asks, Birch takes it; every step is typed, and Alder's node is a folder or an address."""
    alder, birch = desks.folder[ALDER], desks.folder[BIRCH]

    def play(here):
        _, told = typed(
            desks, "link", "stop", here, BIRCH, "cease", PLACE, "--words", "people at the well",
            "--radius", "500m", "--from", "2015-11-20T06:41Z", "--asked-for", "usual officer",
        )  # fmt: skip
        assert "nobody is known to act before they say so" in told
        assert (SENT if is_served else "NOTHING IS SENT YET") in told
        first = typed(desks, "link", "status", here)[0].splitlines()
        assert re.fullmatch(r"STOP to Birch is open since .*: raised, ladder at desk", first[0])
        assert "STOP. STOP. Cease what you do at this place. people at the well" in first[1]
        assert "500 m round it" in first[1]
        assert "asked for usual officer" in first[1]
        pass_on(desks, ALDER, BIRCH, here)
        (theirs,) = stops(desks, birch)
        assert (theirs["asks"], theirs["ours"], theirs["stage"]) == ("cease", False, "raised")
        assert abs(theirs["place"]["latitude"] + 31.18333333) < 1e-6
        typed(desks, "link", "answer", birch, ALDER, "roger", "--by", "desk")
        assert stops(desks, birch)[0]["stage"] == "raised"  # roger takes nothing
        typed(
            desks, "link", "answer", birch, ALDER, "wilco", "--place", PLACE, "--by", "supervisor"
        )
        pass_on(desks, BIRCH, ALDER, birch)
        (ours,) = stops(desks, here)
        assert (ours["stage"], ours["hash"]) == ("complying", theirs["hash"])
        assert [one["who"] for one in ours["steps"] if one["what"] == "wilco"] == ["supervisor"]
        typed(desks, "link", "answer", birch, ALDER, "stopped", "--unit", "two")
        pass_on(desks, BIRCH, ALDER, birch)
        assert [one["open"] for one in stops(desks, here)] == [False]
        assert "STOP" not in typed(desks, "link", "status", here)[0]
        typed(desks, "link", "answer", birch, ALDER, "wilco", code=5)

    if not is_served:
        play(alder)
        return
    with at_address(desks, ALDER, monkeypatch, "duty", "declare", "look") as url:
        play(url)


def test_which_of_two_stops_is_answered_must_be_said(desks):
    alder, birch = desks.folder[ALDER], desks.folder[BIRCH]
    for asks in ("cease", "hold"):
        typed(desks, "link", "stop", alder, BIRCH, asks, PLACE)
    pass_on(desks, ALDER, BIRCH, alder)
    _, told = typed(desks, "link", "answer", birch, ALDER, "wilco", code=2)
    assert "2 stops are meant" in told
    wanted = next(one for one in stops(desks, birch) if one["asks"] == "hold")
    typed(desks, "link", "answer", birch, ALDER, "wilco", "--stop", wanted["hash"][:8])
    assert {one["asks"]: one["stage"] for one in stops(desks, birch)} == {
        "cease": "raised",
        "hold": "complying",
    }
    _, told = typed(desks, "link", "answer", birch, ALDER, "wilco", "--stop", "ffffffff", code=5)
    assert "no stop from Alder is named 'ffffffff'" in told


def test_who_asked_takes_it_back_and_a_false_one_is_counted(desks):
    alder = desks.folder[ALDER]
    typed(desks, "link", "stop", alder, BIRCH, "stay-away", PLACE)
    typed(desks, "link", "answer", alder, BIRCH, "false", "--words", "another well")
    pass_on(desks, ALDER, BIRCH, alder)
    for name in (ALDER, BIRCH):
        with desks.talk(name) as (_, _, talk):
            found = sums(talk.board.alerts.values(), drill=False)
        assert (found.stops, found.false, found.untaken) == (1, 1, 0)


def test_a_drill_is_marked_from_end_to_end_and_counts_for_nothing_real(desks):
    alder, birch = desks.folder[ALDER], desks.folder[BIRCH]
    typed(desks, "link", "stop", alder, BIRCH, "cease", PLACE, "--drill")
    pass_on(desks, ALDER, BIRCH, alder)
    typed(desks, "link", "answer", birch, ALDER, "wilco")
    pass_on(desks, BIRCH, ALDER, birch)
    status = typed(desks, "link", "status", alder)[0]
    assert ", EXERCISE EXERCISE EXERCISE" in status
    assert "of exercises: 1; untaken 0, false 0, hung up on 0" in status
    assert "stops so far" not in status
    shown = json.loads(typed(desks, "link", "messages", alder, BIRCH, "--json")[0])["messages"]
    assert [(one["kind"], one["drill"]) for one in shown] == [("answer/1", True), ("stop/1", True)]
    with desks.talk(ALDER) as (_, _, talk):
        assert sums(talk.board.alerts.values(), drill=False).stops == 0
        assert sums(talk.board.alerts.values(), drill=True).stops == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("cease",), 2, "say where, or what it is about"),
        (("cease", "nowhere"), 3, "nowhere"),
        (("surrender", PLACE), 2, "surrender"),
    ],
)
def test_a_stop_that_says_nothing_is_one_sentence(desks, words, code, said):
    _, told = typed(desks, "link", "stop", desks.folder[ALDER], BIRCH, *words, code=code)
    assert said in told
    assert stops(desks, desks.folder[ALDER]) == []


REPLIES = {
    "acknowledged": (),
    "noted": (),
    "query": ("--words", "which of the two wells?"),
    "contact": ("--words", "line 2"),
    "read-back": ("--place", PLACE, "--time", "2015-11-20T06:41Z"),
    "disseminated": ("--list-version", "v16", "--unit", "two"),
}


def test_every_receipt_can_be_typed_and_is_beside_its_message_at_who_sent_it(desks):
    alder, birch = desks.folder[ALDER], desks.folder[BIRCH]
    typed(
        desks, "link", "stop", alder, BIRCH, "hold", PLACE, "--from", "2015-11-20T06:41Z",
    )  # fmt: skip
    pass_on(desks, ALDER, BIRCH, alder)
    for what, more in REPLIES.items():
        _, told = typed(desks, "link", "reply", birch, ALDER, what, "1", *more)
        assert "This is no permission and no agreement" in told
    pass_on(desks, BIRCH, ALDER, birch)
    found = json.loads(typed(desks, "link", "messages", alder, BIRCH, "--json")[0])["messages"]
    (mine,) = [one for one in found if one["ours"]]
    got = mine["receipts"]
    assert got["stored"] is not None
    assert got["acknowledged"] is not None
    assert got["read_back"] is not None
    assert got["differences"] == []
    assert [(one["list_version"], one["units"]) for one in got["claims"]] == [("v16", ["two"])]
    assert set(got["answered"]) == {"noted/1", "query/1", "contact/1", "read-back/1"}
    table = typed(desks, "link", "messages", alder, BIRCH)[0]
    assert "desk states that it was passed on to two" in table
    _, told = typed(desks, "link", "reply", birch, ALDER, "noted", "9", code=5)
    assert "no message 9 of Alder is here" in told
    for what in ("query", "contact"):
        typed(desks, "link", "reply", birch, ALDER, what, "1", code=2)
    _, told = typed(desks, "link", "reply", birch, ALDER, "read-back", "1", code=5)
    assert "say the places and times as they were understood" in told


def test_a_place_that_was_read_back_otherwise_is_shown_at_who_sent_it(desks):
    alder, birch = desks.folder[ALDER], desks.folder[BIRCH]
    typed(desks, "link", "stop", alder, BIRCH, "hold", PLACE)
    pass_on(desks, ALDER, BIRCH, alder)
    typed(desks, "link", "reply", birch, ALDER, "read-back", "1", "--place", "31°11.9'S 144°04.2'E")
    pass_on(desks, BIRCH, ALDER, birch)
    assert "READ BACK OTHERWISE  place 1: 1,6" in typed(desks, "link", "messages", alder, BIRCH)[0]


def test_what_is_not_urgent_needs_something_agreed(desks):
    alder, birch = desks.folder[ALDER], desks.folder[BIRCH]
    typed(desks, "link", "say", alder, BIRCH, "good morning")
    typed(desks, "link", "say", alder, BIRCH, "--phrase", "answer.query", "--slot", "part=route 5")
    typed(desks, "link", "say", alder, BIRCH, "--phrase", "answer.query", code=2)
    typed(desks, "link", "say", alder, BIRCH, "--phrase", "no.such", code=2)
    typed(desks, "link", "say", alder, BIRCH, code=2)
    pass_on(desks, ALDER, BIRCH, alder)
    pass_on(desks, BIRCH, ALDER, birch)
    found = json.loads(typed(desks, "link", "messages", alder, BIRCH, "--json")[0])["messages"]
    assert [one["body"].get("code") for one in found if one["kind"] == "refused/1"] == [
        "arrangement.other",
        "arrangement.other",
    ]


QUERY = ("--phrase", "answer.query", "--slot", "part=route 5")
IN_ENGLISH = "Question about route 5. Please check it."
IN_FRENCH = "Question sur route 5. Veuillez vérifier. [unreviewed / non vérifié]"
IN_ARABIC = "سؤال حول route 5. يرجى التحقق. [unreviewed / غير مراجَع]"


@pytest.mark.parametrize("is_served", [False, True])
def test_a_phrase_is_read_at_both_ends_each_in_its_own_language(desks, monkeypatch, is_served):
    alder, birch = desks.folder[ALDER], desks.folder[BIRCH]
    typed(desks, "link", "say", alder, BIRCH, *QUERY)
    file = desks.table / "phrase.age"
    typed(desks, "link", "export", alder, BIRCH, "-o", file)
    came, _ = typed(desks, "link", "import", birch, file)
    assert all(text in came for text in (IN_ENGLISH, IN_FRENCH, IN_ARABIC))

    def play(here):
        read = typed(desks, "link", "messages", here, ALDER, "--lang", "fr")[0]
        assert [line.strip() for line in read.splitlines()][2:4] == [
            f"fr: {IN_FRENCH}",
            f"en: {IN_ENGLISH}",
        ]
        found = json.loads(typed(desks, "link", "messages", here, ALDER, "--json")[0])["messages"]
        (one,) = [one for one in found if not one["ours"]]
        assert one["words"]["unreviewed"] == ["fr", "ru", "ar"]
        assert one["words"]["by_language"]["ar"] == IN_ARABIC
        assert one["words"]["problem"] == ""
        monkeypatch.setenv("KEEPCLEAR_LANG", "ar")
        assert f"ar: {IN_ARABIC}" in typed(desks, "link", "messages", here, ALDER)[0]
        monkeypatch.setenv("KEEPCLEAR_LANG", "xx")
        assert "'xx'" in typed(desks, "link", "messages", here, ALDER, code=2)[1]
        monkeypatch.delenv("KEEPCLEAR_LANG")

    if is_served:
        with at_address(desks, BIRCH, monkeypatch, "duty", "declare", "look") as url:
            play(url)
    else:
        play(birch)
    ours = typed(desks, "link", "messages", alder, BIRCH)[0]
    assert f"en: {IN_ENGLISH}" in ours
    assert "fr:" not in ours


def test_a_phrase_that_cannot_be_worded_is_read_as_it_came(desks):
    desks.say(
        ALDER,
        Said(phrase="weather.report", slots=[("part", "route 5")]),
        Said(phrase="answer.query"),
        Said(phrase="answer.query", slots=[("part", "route 5"), ("part", "route 6")]),
        Said(words="good morning"),
    )
    desks.take(BIRCH, desks.write(ALDER))
    read = typed(desks, "link", "messages", desks.folder[BIRCH], ALDER, "--lang", "ru")[0]
    told = [line.strip() for line in read.splitlines() if "NO WORDING" in line]
    assert told == [
        "NO WORDING  this phrase is not known here; it came as weather.report, part = route 5",
        "NO WORDING  this phrase has the slot part, and came with no slot; it came as answer.query",
        (
            "NO WORDING  this phrase has the slot part, and came with the slots part, part; it came as "
            "answer.query, part = route 5, part = route 6"
        ),
    ]
    assert "ru:" not in read
    found = json.loads(typed(desks, "link", "messages", desks.folder[BIRCH], ALDER, "--json")[0])
    theirs = [one["words"] for one in found["messages"] if not one["ours"]]
    assert theirs[0] is None
    assert [one["by_language"] for one in theirs[1:]] == [{}, {}, {}]


def sheet_line(text):
    return re.search(r"THEY KEY IN   (.*)", text)[1]


@pytest.mark.parametrize("is_served", [False, True])
def test_a_stop_by_telephone_is_on_both_boards_and_its_steps_are_timed(
    desks, monkeypatch, is_served
):
    alder, birch = desks.folder[ALDER], desks.folder[BIRCH]
    sheet = typed(desks, "link", "voice", birch, ALDER, "cease", PLACE)[0]
    line = sheet_line(sheet)
    assert line[0] in LETTERS

    def play(here):
        out, _ = typed(desks, "link", "heard", here, BIRCH, *line.lower().split())
        words = re.search(r"READ BACK THE WORDS   (.*)", out)[1]
        assert f"THEY READ BACK THE WORDS   {words}" in sheet
        typed(desks, "link", "heard", here, BIRCH, line)  # keyed in twice, it stands once
        (theirs,) = stops(desks, here)
        assert (theirs["by_voice"], theirs["ours"], theirs["asks"]) == (True, False, "cease")
        assert [one["what"] for one in theirs["steps"]][:2] == ["shown", "alerted"]
        first = typed(desks, "link", "status", here)[0].splitlines()
        assert first[0].startswith("STOP from Birch is open since ")
        assert ", by telephone: cease: STOP. STOP. CEASE." in first[1]
        _, told = typed(desks, "link", "answer", here, BIRCH, "wilco")
        assert "it was told by telephone: say so there" in told
        assert stops(desks, here)[0]["stage"] == "complying"
        typed(desks, "link", "call", here, BIRCH, "hung-up", "--who", "duty officer")
        typed(desks, "link", "answer", here, BIRCH, "stopped")
        (theirs,) = stops(desks, here)
        assert (theirs["stage"], theirs["open"]) == ("stopped", False)
        assert [one["what"] for one in theirs["steps"]][-3:] == ["wilco", "hung up", "stopped"]

    if is_served:
        with at_address(desks, ALDER, monkeypatch, "duty", "declare", "look") as url:
            play(url)
    else:
        play(alder)
    (ours,) = stops(desks, birch)
    assert (ours["by_voice"], ours["ours"], ours["stage"]) == (True, True, "raised")
    typed(desks, "link", "call", birch, ALDER, "asked-for", "--who", "usual officer")
    typed(desks, "link", "call", birch, ALDER, "wilco", "--who", "duty officer")
    typed(desks, "link", "call", birch, ALDER, "stopped", "--who", "duty officer")
    (ours,) = stops(desks, birch)
    assert [one["what"] for one in ours["steps"]][2:] == ["asked for", "wilco", "stopped"]
    with desks.talk(ALDER) as (_, _, talk):
        assert sums(talk.board.alerts.values(), drill=False).hung_up == 1
    assert stops(desks, alder)[0]["hash"] == ours["hash"]  # both desks give it one name


def test_a_slip_by_telephone_leaves_nothing_on_the_board(desks):
    alder = desks.folder[ALDER]
    typed(
        desks, "link", "heard", alder, BIRCH, "C", "AAAA", "AAAA", "AAAAA", "AAAA", "AAAA", code=3
    )
    assert stops(desks, alder) == []
    _, told = typed(desks, "link", "call", alder, BIRCH, "whistled", code=5)
    assert "is none of dialled" in told
    typed(desks, "link", "call", alder, BIRCH, "wilco", code=5)


def test_a_ladder_of_a_call_goes_up_and_starts_again_after_a_start(desks):
    alder, birch = desks.folder[ALDER], desks.folder[BIRCH]
    line = sheet_line(typed(desks, "link", "voice", birch, ALDER, "hold", PLACE)[0])
    typed(desks, "link", "heard", alder, BIRCH, line)
    with desks.talk(ALDER) as (_, node, talk):
        assert talk.due_us() <= node.now_us()  # what is open is shown once more
        talk.passes()
        assert node.now_us() < talk.due_us() <= node.now_us() + 20_000_000


def test_upkeep_of_a_node_that_is_served(desks, monkeypatch, tmp_path):
    with at_address(desks, ALDER, monkeypatch, "administrator", "keep", "record") as url:
        out, told = typed(desks, "backup", url)
        assert re.match(r"\d+ entries at least are in it", told)
        assert typed(desks, "keep", url)[1] == "due: 0 declarations, 0 entries about them\n"
        assert "erased: 0 declarations" in typed(desks, "keep", url, "--erase")[1]
        typed(desks, "backup", url, tmp_path / "x.db", code=2)
        typed(desks, "due", url, code=2)
        typed(desks, "link", "status", url, code=5)
    copy = desks.folder[ALDER] / out.strip()
    assert copy.stat().st_mode & 0o777 == 0o600
    entries = json.loads(typed(desks, "status", desks.folder[ALDER], "--json")[0])["entries"]
    copy.replace(desks.folder[ALDER] / "node.db")
    (desks.folder[ALDER] / "checkpoint").unlink()
    held = json.loads(typed(desks, "status", desks.folder[ALDER], "--json")[0])["entries"]
    assert 0 < held <= entries


@pytest.mark.parametrize("is_served", [False, True])
def test_an_arrangement_is_suspended_resumed_and_left_by_one(desks, monkeypatch, is_served):
    alder, birch = desks.folder[ALDER], desks.folder[BIRCH]
    text = desks.table / "darling.toml"
    text.write_text(agreement())
    for folder in (alder, birch):
        typed(desks, "arrangement", "set", folder, text)

    def status(place):
        return [
            line.partition(" by ")[0]
            for line in typed(desks, "link", "status", place)[0].splitlines()
            if line.startswith(("SUSPENDED", "WITHDRAWN"))
        ]

    def play(here):
        _, told = typed(desks, "arrangement", "suspend", here, "Darling", "--because", "elections")
        assert "Darling, version 1: suspended from here on" in told
        assert f"for Birch: {SENT if is_served else 'NOTHING IS SENT YET'}" in told
        assert "notified sites and movements, and receipts go on as before" in told
        typed(desks, "arrangement", "suspend", here, "Darling", code=5)
        typed(desks, "arrangement", "resume", here, "Darling")
        typed(desks, "arrangement", "withdraw", here, "Darling")
        typed(desks, "arrangement", "withdraw", here, "Elsewhere", code=5)

    if is_served:
        with at_address(desks, ALDER, monkeypatch, "administrator", "arrange") as url:
            play(url)
    else:
        play(alder)
    assert status(alder) == ["WITHDRAWN with Birch: Darling, version 1,"]
    assert status(birch) == []
    pass_on(desks, ALDER, BIRCH, alder)
    assert status(birch) == ["WITHDRAWN with Alder: Darling, version 1,"]


@pytest.mark.parametrize("is_served", [False, True])
def test_a_report_of_a_drill_holds_its_steps_and_nothing_real(desks, monkeypatch, is_served):
    alder, birch = desks.folder[ALDER], desks.folder[BIRCH]
    typed(desks, "link", "stop", alder, BIRCH, "hold", PLACE, "--words", "real")
    typed(desks, "link", "stop", alder, BIRCH, "cease", PLACE, "--drill", "--words", "drilled")
    typed(desks, "link", "test", alder, BIRCH, "--drill")
    pass_on(desks, ALDER, BIRCH, alder)
    marks = {one["words"].rpartition(" ")[2]: one["hash"] for one in stops(desks, birch)}
    typed(desks, "link", "answer", birch, ALDER, "wilco", "--stop", marks["drilled"][:8])
    typed(desks, "link", "test", birch, ALDER, "--answer")
    typed(desks, "link", "test", birch, ALDER, "--answer", code=5)
    pass_on(desks, BIRCH, ALDER, birch)

    def play(here):
        out, told = typed(desks, "link", "drill-report", here)
        assert out.startswith("EXERCISE EXERCISE EXERCISE, as the desk of Alder timed it\n")
        assert told == "2 exercises, 1 of them open\n"
        assert "drilled" in out
        assert "real" not in out
        assert re.search(r"\+ \d+\.\d s  wilco: desk", out)
        assert re.search(r"\+ \d+\.\d s  answered: desk", out)
        found = json.loads(typed(desks, "link", "drill-report", here, "--json")[0])
        assert [one["what"] for one in found["exercises"]] == ["stop", "test"]
        none = typed(desks, "link", "drill-report", here, "--before", "2015-11-20T06:00Z")
        assert none == ("", "0 exercises, 0 of them open\n")

    if is_served:
        with at_address(desks, ALDER, monkeypatch, "duty", "look") as url:
            play(url)
    else:
        play(alder)


def test_a_due_test_is_a_task_until_somebody_answers(desks):
    alder, birch = desks.folder[ALDER], desks.folder[BIRCH]
    with desks.talk(ALDER) as (_, node, _):
        minutes = node.now_us() // 60_000_000 % 1_440 + 2
    text = desks.table / "darling.toml"
    hour = f"{minutes // 60 % 24:02}:{minutes % 60:02}Z"
    text.write_text(agreement() + f'[line]\ntests = ["{hour}"]\n')
    for folder in (alder, birch):
        typed(desks, "arrangement", "set", folder, text)
    assert re.search(
        r"LINE TEST with Birch at .* UTC is due", typed(desks, "link", "status", alder)[0]
    )
    typed(desks, "link", "test", alder, BIRCH)
    pass_on(desks, ALDER, BIRCH, alder)
    assert "LINE TEST of Alder waits for an answer" in typed(desks, "link", "status", birch)[0]
    typed(desks, "link", "test", birch, ALDER, "--answer", "--by", "watch")
    assert "LINE TEST" not in typed(desks, "link", "status", birch)[0]
    pass_on(desks, BIRCH, ALDER, birch)
    assert "LINE TEST" not in typed(desks, "link", "status", alder)[0]


def test_an_exercise_by_telephone_is_marked_on_both_boards(desks):
    alder, birch = desks.folder[ALDER], desks.folder[BIRCH]
    sheet = typed(desks, "link", "voice", birch, ALDER, "cease", PLACE, "--drill")[0]
    assert sheet.splitlines()[1].startswith("EN  EXERCISE EXERCISE EXERCISE  STOP.")
    out = typed(desks, "link", "heard", alder, BIRCH, sheet_line(sheet))[0]
    assert out.startswith("EXERCISE EXERCISE EXERCISE\n")
    words = re.search(r"READ BACK THE WORDS   (.*)", out)[1]
    assert f"THEY READ BACK THE WORDS   {words}" in sheet
    for place in (alder, birch):
        (one,) = stops(desks, place)
        assert (one["drill"], one["by_voice"]) == (True, True)
        status = typed(desks, "link", "status", place)[0]
        assert "stops so far" not in status
        assert "of exercises: 1" in status


def test_a_command_asks_again_by_itself_and_a_stop_is_said_once(desks, monkeypatch):
    """The answer is lost on its way back: first once, then as often as the command asks."""
    lost, asked, ask = [], [], httpx2.Client.request

    def lossy(client, method, path, **more):
        answer = ask(client, method, path, **more)
        if method == "POST" and path.endswith("/messages"):
            asked.append(more["headers"]["Idempotency-Key"])
            if lost:
                raise httpx2.ReadTimeout(lost.pop())
        return answer

    with at_address(desks, ALDER, monkeypatch, "duty", "declare", "look") as url:
        monkeypatch.setattr(httpx2.Client, "request", lossy)
        said = ("link", "stop", url, BIRCH, "cease", PLACE)
        lost.append("no answer")
        typed(desks, *said)
        assert len(asked) == 2
        assert len(set(asked)) == 1
        assert len(stops(desks, url)) == 1
        lost.extend(["no answer"] * 3)
        _, told = typed(desks, *said, code=4)
        key = re.search("--key ([0-9a-f]{16}) it is done once", told)[1]
        assert len(told.strip().splitlines()) == 1
        _, told = typed(desks, *said, "--key", key)
        assert len(stops(desks, url)) == 2
        typed(desks, "link", "stop", url, BIRCH, "hold", PLACE, "--key", key, code=3)
        assert len(stops(desks, url)) == 2
