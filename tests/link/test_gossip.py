"""Two parties that were shown two histories of one record find it out by telling each other."""

from __future__ import annotations

from keepclear.link import bodies as b
from keepclear.link.gossip import HEARTBEATS_MAX, SPLITS_MAX, Heads, SplitView, learn, newest
from tests.link.ends import ALDER, BIRCH, CEDAR, DAWN, signed, stop

ONE, OTHER = "ab" * 32, "cd" * 32


def beat(*heads, sender=ALDER, at=DAWN):
    body = b.Heartbeat(heads=[b.Head(origin=o, size=s, root=r) for o, s, r in heads])
    return signed(body, seq=0, sender=sender, recipient=CEDAR, sent_us=at)


def after(*beats):
    heads, found = Heads(), []
    for one in beats:
        heads, more = learn(heads, one)
        found += more
    return heads, found


def test_two_roots_of_one_size_are_found_with_the_two_notes():
    first, second = beat(("Birch", 7, ONE)), beat(("Birch", 7, OTHER), sender=BIRCH)
    _, found = after(first, second)
    assert found == [SplitView("Birch", 7, (first.note, second.note))]


def test_they_are_told_once():
    second = beat(("Birch", 7, OTHER), ("Birch", 8, OTHER), sender=BIRCH)
    _, found = after(beat(("Birch", 7, ONE), ("Birch", 8, ONE)), second, second)
    assert len(found) == 1


def test_a_record_that_grows_contradicts_nothing():
    _, found = after(*[beat(("Birch", n, f"{n:064x}"), at=DAWN + n) for n in range(50)])
    assert found == []


def test_the_newest_heads_are_passed_on():
    heads, _ = after(beat(("Birch", 7, ONE), ("Cedar", 1, ONE)), beat(("Birch", 9, OTHER)))
    assert {(one.origin, one.size, one.root) for one in newest(heads)} == {
        ("Birch", 9, OTHER), ("Cedar", 1, ONE),
    }  # fmt: skip


def test_what_is_remembered_of_a_peer_has_an_end():
    """In heartbeats, and so in bytes, whatever they name; what was said last is remembered."""
    for named in (lambda n: (f"record {n}", 1, ONE), lambda n: ("Birch", n, ONE)):
        beats = [beat(named(n), ("Cedar", n, ONE), at=DAWN + n) for n in range(HEARTBEATS_MAX + 5)]
        (said,) = after(*beats)[0].said.values()
        assert said.notes == tuple(one.note for one in beats[-HEARTBEATS_MAX:])
        assert {note for _, note in said.heads.values()} == set(said.notes)
        assert said.heads["Cedar", HEARTBEATS_MAX + 4] == (ONE, beats[-1].note)
        assert ("Cedar", 4) not in said.heads


def test_what_says_nothing_new_takes_no_room():
    beats = [beat(("Birch", 7, ONE), at=DAWN + n) for n in range(HEARTBEATS_MAX + 5)]
    (said,) = after(*beats)[0].said.values()
    assert said.notes == (beats[0].note,)


def test_nobody_has_forgotten_what_another_said_by_saying_much():
    """Neither by large sizes of the same record nor by many records."""
    true = beat(("Birch", 7, ONE), sender=ALDER)
    much = []
    for n in range(HEARTBEATS_MAX + 5):
        named = [(f"record {n}.{k}", k, ONE) for k in range(63)]
        much.append(beat(*named, ("Birch", 10**12 + n, ONE), sender=CEDAR))
    other = beat(("Birch", 7, OTHER), sender=BIRCH)
    _, found = after(*much, true, *much, other)
    assert found == [SplitView("Birch", 7, (true.note, other.note))]


def test_a_peer_that_contradicts_everything_is_told_of_so_often_and_hides_nobody_else():
    lies = [
        beat(*((f"record {n}.{k}", 1, root) for k in range(64)), sender=CEDAR)
        for n in range(3)
        for root in (ONE, OTHER)
    ]
    true, other = beat(("Birch", 7, ONE), sender=ALDER), beat(("Birch", 7, OTHER), sender=BIRCH)
    heads, found = after(*lies, true, other)
    assert len(found) == SPLITS_MAX + 1 == len(heads.told)
    assert found[-1] == SplitView("Birch", 7, (true.note, other.note))


def test_other_messages_say_nothing_of_records():
    assert learn(Heads(), signed(stop())) == (Heads(), [])
