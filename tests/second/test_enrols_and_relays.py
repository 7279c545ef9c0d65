"""Cards, arrangements and sealed notes between the two programs, with each of them in each place."""

from __future__ import annotations

import pytest
from pyrage import decrypt, encrypt, x25519

from keepclear.errors import KeepclearError
from keepclear.link.pinning import Pinned, words_of
from keepclear.node import agreeing, peers, relaying
from keepclear.node.arranging import set_arrangement
from keepclear.node.peers import peer_of
from tests.node.party import ASK
from tests.node.relays import HOLDS, RELAY, Sealing
from tests.node.world import agreement
from tests.second import cards, parcels
from tests.second.messages import read_message
from tests.second.notes import read_key
from tests.second.party import DAY_US, Party

MARK = "5a" * 32


class Known:
    """A node of the first, and parties of the second whose words it compared, and they its own."""

    def __init__(self, name, *parties):
        self.party = Sealing(name, 9)
        self.node, self.now = self.party.world.node, self.party.world.now
        self.words = list(words_of(self.party.root.verifier))
        self.others = {one.name: one for one in parties}
        self.ages = {one.name: x25519.Identity.generate() for one in parties}
        self.invited = {}
        for one in parties:
            age = str(self.ages[one.name].to_public())
            self.invited[one.name] = one.joins(self.now, age=age)
            peers.accept(self.node, self.invited[one.name], ASK)
            peers.compare(self.node, one.name, one.words, ASK)
        own = self.party.invitation()
        for one in parties:
            one.meets(own, self.words, self.now)


@pytest.fixture
def alder():
    return Known("Alder", Party("Birch", 2))


def next_card(party, before, now_us, **more):
    """The card after ``before``; its message key is another one with the same name."""
    values = {"message": party.message.key, "record": party.record.key} | more
    return cards.write_card(
        party.root,
        party=party.name,
        number=2,
        previous=before.hash,
        from_us=now_us - DAY_US,
        until_us=now_us + DAY_US,
        **values,
    )


def parts_of(invitation):
    root, held = cards.read_invitation(invitation)
    rows = invitation.split("\n")[2:-1]
    return root, held, [cards.decode64(row.removeprefix("card: ")) for row in rows]


def test_the_next_card_of_the_second_is_taken_and_stays_compared(alder):
    birch = alder.others["Birch"]
    root, (first,), (note,) = parts_of(alder.invited["Birch"])
    old = (str(first.message_key), 41)
    new = next_card(birch, first, alder.now, address=["https://b.example"], revoked=[old])
    peers.accept(alder.node, cards.write_invitation(root, [note, new]), ASK)
    known = peer_of(alder.node, "Birch")
    assert (known.card.number, known.pinned) == (2, Pinned.COMPARED)
    assert [(one.key, one.after) for one in known.card.revoked] == [old]


def test_two_cards_of_one_number_are_proof_for_both(alder):
    birch = alder.others["Birch"]
    root, (first,), (note,) = parts_of(alder.invited["Birch"])
    one, two = (next_card(birch, first, alder.now, address=[f"https://{k}.example"]) for k in "ab")
    peers.accept(alder.node, cards.write_invitation(root, [note, one]), ASK)
    with pytest.raises(KeepclearError) as raised:
        peers.accept(alder.node, cards.write_invitation(root, [note, two]), ASK)
    assert raised.value.code == "card.fork"
    assert peer_of(alder.node, "Birch").pinned is Pinned.LOST
    with pytest.raises(cards.Refused, match=r"card\.fork"):
        cards.check_fork(cards.read_card(one, root), cards.read_card(two, root))


def test_the_next_card_of_the_first_follows_for_the_second(alder):
    text = alder.party.invitation(addresses=["https://alder.example"])
    _, held = cards.read_invitation(text)
    assert [one.number for one in held] == [1, 2]
    assert cards.follows(held[1], held[0])
    assert held[1].addresses == ["https://alder.example"]


@pytest.mark.parametrize("first", [True, False])
def test_an_arrangement_is_signed_by_both_whoever_proposes_it(alder, first):
    birch = alder.others["Birch"]
    toml, keys = agreement(), {
        "Alder": read_key(str(alder.party.message.verifier)),
        "Birch": birch.message.key,
    }  # fmt: skip
    if first:
        note = agreeing.propose(alder.node, toml, alder.party.message, ASK).note
        assert cards.read_arrangement(note, keys) == (toml, ["Birch"])
        held = agreeing.sign(
            alder.node, cards.sign_too(note, birch.message), alder.party.message, ASK
        )
    else:
        held = agreeing.sign(
            alder.node, cards.propose(toml, birch.message), alder.party.message, ASK
        )
    assert held.holds
    assert cards.read_arrangement(held.note, keys) == (toml, [])
    assert alder.node.memory.arrangements["Darling"].version == 1


def test_a_relay_of_the_first_holds_what_two_of_the_second_seal_for_each_other():
    """It reads nothing of it, hands it on to who asks, and lets it go when that says that it has it."""
    alder, birch = Party("Alder", 1), Party("Birch", 2)
    harbour = Known(RELAY, alder, birch)
    set_arrangement(harbour.node, HOLDS, ASK)
    line = alder.meets(harbour.invited["Birch"], birch.words, harbour.now)
    back = birch.meets(harbour.invited["Alder"], alder.words, harbour.now)
    said = line.say("stop/1", {"asks": "cease", "by": "desk", "words": "the well"}, harbour.now)
    sealed = encrypt(said, [x25519.Recipient.from_str(alder.cards["Birch"].age)])
    head = parcels.write_head(alder.message, birch.message.name, MARK, harbour.now, sealed)
    assert relaying.hold(harbour.node, head, sealed).mark == MARK
    assert b"the well" not in b"".join(
        one.data for one in harbour.party.world.store.entries(0, 100)
    )

    def asks(at_us, taken):
        key = harbour.party.message
        note = parcels.write_asked(birch.message, key.name, at_us, taken)
        return relaying.asked_for(harbour.node, key, note)

    who, ((held, bytes_),) = asks(harbour.now, [])
    assert who == "Birch"
    found = parcels.read_head(held, alder.message.key, bytes_)
    note = decrypt(bytes_, [harbour.ages["Birch"]])
    assert read_message(note, alder.message.key, birch.message.name).body["words"] == "the well"
    assert [(name, one.kind) for name, one in back.hears(note)] == [("act", "stop/1")]
    assert asks(harbour.now + 1, [found.sealed]) == ("Birch", [])
    with pytest.raises(KeepclearError) as raised:
        asks(harbour.now + 1, [])
    assert raised.value.code == "relay.old"
    with pytest.raises(KeepclearError) as raised:
        relaying.hold(harbour.node, head, sealed + b"x")
    assert raised.value.code == "parcel.changed"
