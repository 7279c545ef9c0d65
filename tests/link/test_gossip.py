"""Two parties that were shown two histories of one record find it out by telling each other."""

from __future__ import annotations

from keepclear.link import bodies as b
from keepclear.link.gossip import ORIGINS_MAX, SIZES_MAX, Heads, SplitView, learn, newest
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


def test_what_is_remembered_has_an_end():
    heads, _ = after(*[beat((f"record {n}", 1, ONE)) for n in range(ORIGINS_MAX + 5)])
    assert len(heads.said) == ORIGINS_MAX
    heads, _ = after(*[beat(("Birch", n, ONE)) for n in range(SIZES_MAX + 5)])
    assert len(heads.said["Birch"]) == SIZES_MAX


def test_other_messages_say_nothing_of_records():
    assert learn(Heads(), signed(stop())) == (Heads(), [])
