"""Who stands, by number: whatever comes and goes, and without a place for each who is gone."""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass

import pytest

from keepclear.detect import roll
from keepclear.detect.roll import Roll


@dataclass(frozen=True)
class Someone:
    party: str
    id: str


class Kept:
    """Ten who stood from the beginning."""

    def __len__(self):
        return 10

    def find(self, party, id):  # noqa: A002 - the field's word
        return int(id) if party == "K" and id.isdigit() and int(id) < 10 else -1

    def name(self, number):
        return "K", str(number)


def looked_up(party, id):  # noqa: A002
    return Someone(party, id)


@pytest.mark.parametrize("kept", [None, Kept()])
@pytest.mark.parametrize("said", [None, looked_up])
@pytest.mark.parametrize("seed", range(20))
def test_it_is_a_plain_list_of_who_stands(monkeypatch, kept, said, seed):
    if kept and not said:
        return  # a set that was kept holds no declarations
    monkeypatch.setattr(roll, "_STRETCH", 8)
    monkeypatch.setattr(roll, "_FEW", 3)
    chance = random.Random(seed)
    one = Roll(said, kept)
    stands = {("K", str(k)): k for k in range(10)} if kept else {}
    number = len(stands)
    for _ in range(300):
        name = (chance.choice("KAB"), str(chance.randrange(12)))
        if name in stands:
            assert one.drop(*name) == stands.pop(name)
        elif chance.random() < 0.6:
            assert one.add(Someone(*name)) == number == one.next - 1
            stands[name] = number
            number += 1
        else:
            assert one.drop(*name) == one.number(*name) == -1
        if chance.random() < 0.1:
            one = one.copy()
        assert len(one) == len(stands)
        assert list(one) == sorted(stands, key=stands.get)
    for name, at in stands.items():
        assert (one.number(*name), one.name(at), one.said(at)) == (at, name, Someone(*name))
    first, later = one.moment()
    names = [held if said else (held.party, held.id) for held in later if held is not None]
    assert names == [name for name in one if stands[name] >= first]


def test_a_copy_goes_its_own_way():
    one = Roll()
    one.add(Someone("A", "1"))
    other = one.copy()
    one.drop("A", "1")
    other.add(Someone("A", "2"))
    assert (list(one), list(other)) == ([], [("A", "1"), ("A", "2")])


def test_those_who_are_gone_take_no_room():
    """Ten stand, and are said anew two hundred thousand times; one of a thousand stays for good."""
    one = Roll(looked_up)
    for k in range(200_000):
        if k % 1_000 == 0:
            one.add(Someone("stays", str(k)))
        one.drop("A", str(k % 10))
        one.add(Someone("A", str(k % 10)))
    held = sum(sys.getsizeof(some) for some in one._later)
    assert len(one) == 210
    assert held < 200_000  # a place for each would be 1.6 MB
    assert [name for name in one if name[0] == "stays"] == [
        ("stays", str(k)) for k in range(0, 200_000, 1_000)
    ]
