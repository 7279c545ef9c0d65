"""Two real folders that have nothing but files between them: lost, doubled, late, or not for us."""

from __future__ import annotations

import json
import random
import re
from contextlib import contextmanager
from shutil import copytree

import pytest
import segno

from keepclear.app import main
from keepclear.errors import RuleError
from keepclear.faces.carrying_words import unseen_lines
from keepclear.formats.carrysheet import carry_pages
from keepclear.link import bodies as b
from keepclear.link.alerting import Escalate, Show
from keepclear.link.carry import Carry, write_carry
from keepclear.link.pinning import words_of
from keepclear.node.carrying import make
from keepclear.node.outstanding import unseen
from keepclear.node.sealing import recipient_of, seal
from keepclear.node.start import running
from keepclear.node.talking import Talk
from keepclear.store.base import Outgoing
from keepclear.wire.entries import Carried, decode_body
from tests.api.test_serve import served
from tests.link.ends import chain, said, stop
from tests.node.desks import desks as two

ALDER, BIRCH = "Alder", "Birch"
OTHER = {ALDER: BIRCH, BIRCH: ALDER}


class Desks:
    """Two folders, and a table on which files lie."""

    def __init__(self, table, run):
        self.table, self.run = table, run
        self.folder = {name: table / name.lower() for name in OTHER}

    @contextmanager
    def talk(self, name):
        with running(str(self.folder[name])) as (home, node):
            yield home, node, Talk(node, home.message_key)

    def say(self, name, *bodies):
        with self.talk(name) as (_, _, talk):
            for body in bodies:
                talk.say(OTHER[name], body)

    def write(self, name, file="a.age", *options):
        place = self.table / file
        code, _, told = self.run(
            "link", "export", self.folder[name], OTHER[name], "-o", place, *options
        )
        assert code == 0, told
        return place

    def take(self, name, place, expected=0):
        code, out, told = self.run("link", "import", self.folder[name], place)
        assert code == expected, told
        return out, told

    def status(self, name):
        return self.run("link", "status", self.folder[name])[1]

    def received(self, name):
        """Words of what was received, each as often as it is in the record."""
        with self.talk(name) as (_, node, _):
            found = [decode_body(entry.data[32:]) for entry in node.entries()]
        notes = [one.note for one in found if isinstance(one, Carried) and one.how == "received"]
        return [json.loads(re.search("\nbody: (.*)\n", note)[1]).get("words") for note in notes]


@pytest.fixture
def run(capsysbinary):
    def typed(*words):
        code = main([str(word) for word in words])
        said = capsysbinary.readouterr()
        return code, said.out.decode(), said.err.decode()

    return typed


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory):
    """Two folders that have compared each other's words; each test has copies of its own."""
    table = tmp_path_factory.mktemp("enrolled")

    def typed(*words):
        assert main([str(word) for word in words]) == 0

    for name in OTHER:
        typed("init", table / name.lower(), "--party", name)
        typed("link", "invite", table / name.lower(), "-o", table / f"{name}.invitation")
    for name, other in OTHER.items():
        typed("link", "accept", table / name.lower(), table / f"{other}.invitation")
        with running(str(table / name.lower())) as (_, node):
            words = words_of(node.memory.peers[other].root)
        typed("link", "compare", table / name.lower(), other, *words)
    return table


@pytest.fixture
def desks(enrolled, tmp_path, run):
    for name in OTHER:
        copytree(enrolled / name.lower(), tmp_path / name.lower())
    return Desks(tmp_path, run)


def asked(words):
    return b.Query(re=b.Ref(seq=1, hash="0" * 64), by="desk", words=words)


def test_both_ways_by_file_alone(desks):
    desks.say(ALDER, asked("one"), asked("two"), stop("three"))
    assert re.search(
        r"Birch has not seen 3 messages, 1 of them flash, the oldest of \S+ \S+ UTC "
        r"\(numbers 1 to 3\)",
        desks.status(ALDER),
    )
    there = desks.write(ALDER)
    assert b"three" not in there.read_bytes()
    assert "not seen 3 messages" in desks.status(ALDER)  # a file that was written has not arrived
    out, told = desks.take(BIRCH, there)
    assert "3 new messages" in told
    assert "a STOP is among them" in told
    assert out.index("three") < out.index("one") < out.index("two")  # content first
    assert sorted(desks.received(BIRCH)) == ["one", "three", "two"]
    desks.say(BIRCH, asked("four"))
    _, told = desks.take(ALDER, desks.write(BIRCH, "b.age"))
    assert "1 new message" in told
    assert "nothing that was said to Birch is unseen" in desks.status(ALDER)
    assert "Alder has not seen 1 message, the oldest" in desks.status(BIRCH)
    desks.take(BIRCH, desks.write(ALDER, "c.age"))
    assert "nothing that was said to Alder is unseen" in desks.status(BIRCH)


def test_twice_late_and_after_a_newer_one_change_nothing(desks):
    desks.say(ALDER, asked("one"))
    first = desks.write(ALDER, "1.age")
    desks.say(ALDER, asked("two"))
    second = desks.write(ALDER, "2.age")
    for place in (second, first, second, first):
        desks.take(BIRCH, place)
    assert desks.received(BIRCH) == ["one", "two"]
    assert "0 new messages" in desks.take(BIRCH, second)[1]


def test_a_lost_file_is_made_up_for_by_the_next(desks):
    desks.say(ALDER, asked("one"))
    desks.write(ALDER).unlink()
    desks.say(ALDER, asked("two"))
    desks.take(BIRCH, desks.write(ALDER))
    desks.write(BIRCH, "b.age").unlink()  # the receipt is lost, too
    desks.say(ALDER, asked("three"))
    desks.take(BIRCH, desks.write(ALDER))
    assert desks.received(BIRCH) == ["one", "two", "three"]


def test_whatever_becomes_of_the_files_each_message_counts_once(desks):
    dice = random.Random(5)
    written = {ALDER: [], BIRCH: []}
    for number in range(12):
        name = dice.choice([ALDER, BIRCH])
        desks.say(name, asked(f"{name} {number}"))
        written[name].append(desks.write(name, f"{number}.age"))
        if dice.random() < 0.5 and written[OTHER[name]]:
            desks.take(name, dice.choice(written[OTHER[name]]))
    for name in (ALDER, BIRCH, ALDER, BIRCH):
        desks.take(OTHER[name], desks.write(name))
    for name, other in OTHER.items():
        got = desks.received(other)
        assert got == [f"{name} {n}" for n in range(12) if f"{name} {n}" in got]
        assert len(got) == len(written[name])
        assert f"nothing that was said to {other} is unseen" in desks.status(name)


def test_in_letters_for_ways_that_take_no_bytes(desks):
    desks.say(ALDER, stop("one"))
    place = desks.write(ALDER, "a.txt", "--text")
    assert place.read_bytes().isascii()
    desks.take(BIRCH, place)
    assert desks.received(BIRCH) == ["one"]


def test_a_stop_by_file_is_on_the_board_and_its_ladder_runs(desks):
    desks.say(ALDER, stop("stay away from the well"))
    desks.take(BIRCH, desks.write(ALDER))
    with desks.talk(BIRCH) as (_, node, talk):  # another process, as it were: from the record
        (alert,), now_us = talk.board.alerts.values(), node.now_us()
        assert (alert.open, alert.stage.value) == (True, "raised")
        assert now_us - 60_000_000 < alert.raised_us <= now_us
        effects = [one for _, one in talk.passes().effects]
    assert effects[0] == Show()
    assert isinstance(effects[1], Escalate)
    with desks.talk(ALDER) as (_, _, talk):
        (ours,) = talk.board.alerts.values()
        assert ours.open  # who asked sees, too, that nobody has taken it
    for name, way in ((ALDER, "to Birch"), (BIRCH, "from Alder")):
        first = desks.status(name).split("\n")[0]
        assert re.fullmatch(
            rf"STOP {way} is open since \S+ \S+ UTC: raised, ladder at [a-z ]+", first
        )
    with desks.talk(BIRCH) as (_, _, talk):
        (key,) = talk.board.alerts
        re_ = b.Ref(seq=1, hash=key[2])
        talk.say(ALDER, b.Answer(re=re_, answer="wilco", by="supervisor"))
        talk.say(ALDER, b.Stopped(re=re_, by="supervisor", at_us=now_us, unit="two"))
    desks.take(ALDER, desks.write(BIRCH, "b.age"))
    with desks.talk(ALDER) as (_, _, talk):
        (alert,) = talk.board.alerts.values()
    assert alert.stage.value == "stopped"
    assert "STOP" not in desks.status(ALDER) + desks.status(BIRCH)


DAMAGE = {
    "last-byte-lost": lambda data: data[:-1],
    "half": lambda data: data[: len(data) // 2],
    "one-bit": lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
    "not-encrypted": lambda _: b"keepclear/carried/1\nfrom: a\n",
    "zeros": lambda _: b"\0" * 1000,
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_damaged_or_no_such_file_is_refused_in_one_sentence(desks, damage):
    desks.say(ALDER, stop("one"))
    place = desks.write(ALDER)
    place.write_bytes(DAMAGE[damage](place.read_bytes()))
    _, told = desks.take(BIRCH, place, expected=6)
    assert f"{place}: this file was not encrypted to this node, or it is damaged" in told
    assert len(told.strip().split("\n")) == 1
    assert desks.received(BIRCH) == []


def test_a_file_for_another_is_refused(desks):
    desks.say(ALDER, stop("one"))
    _, told = desks.take(ALDER, desks.write(ALDER), expected=6)
    assert "not encrypted to this node" in told


def test_an_empty_and_an_oversized_file_are_refused(desks, monkeypatch):
    empty = desks.table / "empty.age"
    empty.write_bytes(b"")
    assert "is empty" in desks.take(BIRCH, empty, expected=3)[1]
    monkeypatch.setattr("keepclear.node.carrying.SEALED_BYTES_MAX", 100)
    desks.say(ALDER, stop("one"))
    _, told = desks.take(BIRCH, desks.write(ALDER), expected=3)
    assert "beyond the limit of 100 bytes" in told


def sealed_for(desks, name, carry):
    with desks.talk(name) as (home, _, _):
        data = seal(write_carry(carry).encode(), recipient_of(home.age_identity()))
    place = desks.table / "made.age"
    place.write_bytes(data)
    return place


class Named:
    """A recipient of whom only the name is known."""

    def __init__(self, name):
        self.name = name


def names(desks):
    found = {}
    for name in OTHER:
        with desks.talk(name) as (home, _, _):
            found[name] = home.message_key.name
    return found


def test_a_file_of_nobody_known_or_for_another_key_is_refused(desks):
    notes = tuple(one.note for one in chain(said()))
    known = names(desks)
    place = sealed_for(desks, BIRCH, Carry("alder.example/desk", "birch.example/desk", 0, notes))
    assert "it is for the key 'birch.example/desk'" in desks.take(BIRCH, place, expected=6)[1]
    forged = chain(said(), recipient=Named(known[BIRCH]))[0].note
    carry = Carry("alder.example/desk", known[BIRCH], 0, (forged,))
    _, told = desks.take(BIRCH, sealed_for(desks, BIRCH, carry), expected=6)
    assert "it says that it is from the key 'alder.example/desk'" in told
    assert desks.received(BIRCH) == []


def test_a_forged_note_alarms_and_hides_none_of_the_others(desks):
    """Whoever has a desk's card can encrypt to it: the signature of each note decides, by itself."""
    desks.say(ALDER, stop("true"))
    with desks.talk(ALDER) as (_, _, talk):
        notes = talk.to_carry(BIRCH)
    known = names(desks)
    forged = notes[0].replace(b"true", b"lies")
    carry = Carry(known[ALDER], known[BIRCH], 0, (forged, *notes))
    out, told = desks.take(BIRCH, sealed_for(desks, BIRCH, carry), expected=6)
    assert "ALARM note." in told
    assert "lies" not in out
    assert "true" in out
    assert desks.received(BIRCH) == ["true"]


def test_to_whom_there_is_no_line_nothing_is_written(desks):
    code, _, told = desks.run(
        "link", "export", desks.folder[ALDER], "Cedar", "-o", desks.table / "c.age"
    )
    assert (code, "there is no line to 'Cedar'" in told) == (5, True)
    assert not (desks.table / "c.age").exists()


def test_a_card_that_names_no_recipient_is_said():
    alder, birch = two("Alder", "Birch")
    with pytest.raises(RuleError, match="the card of Birch names no recipient of age"):
        make(alder.world.node, alder.talk, birch.name)


def test_notices_that_the_node_decided_on_are_carried_as_messages():
    alder, birch = two("Alder", "Birch")
    text = '{"notice":"gone/1","ref":"0"}'
    to_cedar = Outgoing("Cedar", text.encode())
    alder.world.node.save([], outgoing=[Outgoing("Birch", text.encode()), to_cedar])
    assert alder.talk.unsaid() == {"Birch": 1, "Cedar": 1}
    (there,) = unseen(alder.talk)
    assert (there.messages, there.notices) == (0, 1)
    alder.talk.forward()
    (there,) = unseen(alder.talk)
    assert (there.messages, there.first, there.last, there.notices) == (1, 1, 1, 0)
    assert there.oldest_us == alder.world.now
    assert alder.talk.unsaid() == {"Cedar": 1}
    birch.talk.hears(alder.talk.to_carry("Birch"))
    alder.talk.hears(birch.talk.to_carry("Alder"))
    assert unseen(alder.talk)[0].oldest_us is None


def test_what_is_missing_between_is_said_on_both_ends():
    alder, birch = two("Alder", "Birch")
    for words in ("one", "two", "three"):
        alder.talk.say("Birch", asked(words))
    first, _, third, receipt = alder.talk.to_carry("Birch")
    birch.talk.hears([first, third, receipt])
    (there,) = unseen(birch.talk)
    assert there.missing == ((2, 2),)
    (line, *_) = [line for line in unseen_lines([there]) if "missing" in line]
    assert line == "missing here of Alder's, while later ones are here: number 2"
    alder.talk.hears(birch.talk.to_carry("Alder"))
    (here,) = unseen(alder.talk)
    assert (here.first, here.last) == (2, 3)  # all from the first that is missing
    birch.talk.hears(alder.talk.to_carry("Birch"))
    assert unseen(birch.talk)[0].missing == ()


def modules_of(svg):
    """The dark squares of a code, from the strokes of its drawing: ``m`` moves, ``h`` draws."""
    x, y, dark = 0.0, 0.0, set()
    for what, numbers in re.findall(r"([MmHh])([-\d. ]*)", re.search(r' d="([^"]+)"', svg)[1]):
        values = [float(one) for one in re.findall(r"-?[\d.]+", numbers)]
        if what == "M":
            x, y = values
        elif what == "m":
            x, y = x + values[0], y + values[1]
        else:
            assert what == "h"
            dark |= {(int(y), int(x) + k) for k in range(int(values[0]))}
            x += values[0]
    return dark


def test_short_messages_are_pages_that_hold_the_file(desks, monkeypatch):
    files = []
    monkeypatch.setattr(
        "keepclear.formats.carrysheet.carry_pages",
        lambda *asked: files.extend(asked[3]) or carry_pages(*asked),
    )
    desks.say(ALDER, asked("routine"), stop("one"), stop("two"), stop("x" * 900))
    page = desks.table / "pages.html"
    code, _, told = desks.run("link", "export", desks.folder[ALDER], BIRCH, "-o", page, "--pages")
    assert code == 0
    assert "2 pages" in told
    assert "1 flash message too long for a page" in told
    assert "1 unseen message without flash" in told
    text = page.read_text("utf-8")
    codes = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    assert len(codes) == text.count("<section>") == 2
    for svg, file in zip(codes, files, strict=True):
        made = segno.make(file.decode(), error="m", mode="byte", micro=False, boost_error=False)
        dark = {
            (row + 4, column + 4)
            for row, line in enumerate(made.matrix)
            for column, one in enumerate(line)
            if one
        }
        assert modules_of(svg) == dark
    for place, file in enumerate(reversed(files)):
        scanned = desks.table / f"{place}.txt"
        scanned.write_bytes(file.rstrip().replace(b"\n", b"\r\n"))  # as some scanners give it
        desks.take(BIRCH, scanned)
    assert sorted(desks.received(BIRCH)) == ["one", "two"]


def test_without_flash_there_is_no_page(desks):
    desks.say(ALDER, asked("routine"))
    page = desks.table / "pages.html"
    code, _, told = desks.run("link", "export", desks.folder[ALDER], BIRCH, "-o", page, "--pages")
    assert (code, "no page was written" in told) == (0, True)
    assert not page.exists()


def test_what_finds_no_room_goes_when_the_receipt_is_here(desks, monkeypatch):
    """However many are flash, the oldest goes, or nothing behind it would ever be stored."""
    monkeypatch.setattr("keepclear.link.carry.CARRIED_NOTES_MAX", 3)
    desks.say(ALDER, asked("0"), asked("1"), stop("a"), stop("b"))
    for left, new in ((2, 2), (1, 1), (0, 1)):
        place = desks.table / "a.age"
        _, _, told = desks.run("link", "export", desks.folder[ALDER], BIRCH, "-o", place)
        assert re.findall(r"(\d) more message", told) == ([str(left)] if left else [])
        assert f"{new} new message" in desks.take(BIRCH, place)[1]
        desks.take(ALDER, desks.write(BIRCH, "b.age"))
    assert desks.received(BIRCH) == ["a", "0", "1", "b"]
    assert "nothing that was said to Birch is unseen" in desks.status(ALDER)


def test_a_node_that_is_being_served_is_handed_the_file(desks):
    """The desk sits before its screens while the stick comes: it need not stop to read it."""
    desks.say(ALDER, *(asked(str(number)) for number in range(150)), stop("first"))
    place = desks.write(ALDER)
    with served(desks.folder[BIRCH], log=desks.table / "log") as (_, url):
        for _ in range(2):
            _, told = desks.take(BIRCH, place)
            assert "152 notes handed to the node at http" in told
        code, _, told = desks.run("link", "export", desks.folder[BIRCH], ALDER, "-o", place)
        assert (code, f"is being served; give {url} in place of the folder" in told) == (3, True)
    assert desks.received(BIRCH) == ["first", *(str(number) for number in range(150))]
    assert "STOP from Alder is open" in desks.status(BIRCH)


def test_a_file_of_nobody_known_is_handed_to_no_node(desks):
    known = names(desks)
    forged = chain(said(), recipient=Named(known[BIRCH]))[0].note
    carry = Carry("alder.example/desk", known[BIRCH], 0, (forged,))
    place = sealed_for(desks, BIRCH, carry)
    with served(desks.folder[BIRCH], log=desks.table / "log"):
        _, told = desks.take(BIRCH, place, expected=3)
    assert f"{place}: nothing of it was taken" in told
    assert desks.received(BIRCH) == []
