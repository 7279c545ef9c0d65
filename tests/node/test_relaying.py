"""What a relay takes, from whom and for whom, how much of it, and when it lets go."""

from __future__ import annotations

import pytest

from keepclear.domain.footing import FootingStep
from keepclear.errors import RuleError, StoreError, VerificationError
from keepclear.formats.arrangements import read_arrangement
from keepclear.link import bodies as b
from keepclear.link.parcel import read_head, sign_asked, sign_head
from keepclear.node import peers, relaying
from keepclear.node.arranging import set_arrangement
from keepclear.node.parcels import opened, relays_to, sealed_for
from keepclear.node.relaying import asked_for, expire, handed_on, held_for, hold, holdings
from keepclear.node.stepping import take_step
from keepclear.node.ways import ways, went
from keepclear.record.note import Signer
from keepclear.store.memory import Failure
from tests.link.ends import stop
from tests.node.desks import later, meets, notes
from tests.node.party import ASK
from tests.node.relays import HOLDS, RELAY, WITHOUT, Sealing, relayed

DAY_US = 86_400_000_000


@pytest.fixture
def three():
    return relayed()


def parcel(one, other, note=None):
    note = note or notes(one.talk.say(other.name, stop()))[0]
    return sealed_for(one.world.node, one.message, other.name, note)


def refused(code, call):
    with pytest.raises((VerificationError, RuleError)) as caught:
        call()
    assert caught.value.code == code


def take(one, head, sealed):
    return opened(one.world.node, one.message, one.identity, head, sealed)


def test_a_note_goes_through_a_relay_and_is_heard_as_if_it_had_come_by_itself(three):
    alder, birch, relay = three
    note = notes(alder.talk.say("Birch", stop()))[0]
    hold(relay.world.node, *parcel(alder, birch, note))
    (found,) = held_for(relay.world.node, "Birch")
    assert take(birch, *found) == note
    birch.talk.hears([note])
    assert [one.open for one in birch.talk.board.alerts.values()] == [True]
    handed_on(relay.world.node, "Birch", {read_head(found[0]).sealed})
    assert held_for(relay.world.node, "Birch") == []
    assert relays_to(alder.world.node, "Birch") == [RELAY]


def test_a_relay_sees_who_when_and_how_much_and_its_record_says_nothing(three):
    alder, birch, relay = three
    size = relay.world.store.size()
    head, sealed = parcel(alder, birch)
    hold(relay.world.node, head, sealed)
    assert relay.world.store.size() == size
    seen = head + sealed + b"".join(relay.world.store.kept("relay-held").values())
    for word in (b"stop", b"cease", b"flash", b"duty", b"message/1"):
        assert word not in seen
    assert [(h.sender, h.recipient, h.parcels, h.bytes) for h in holdings(relay.world.node)] == [
        ("Alder", "Birch", 1, len(sealed))
    ]
    refused("age.not-ours", lambda: opened(
        relay.world.node, birch.message, relay.identity, head, sealed))  # fmt: skip


def test_what_is_held_already_is_not_held_twice_and_the_newest_takes_its_place(three):
    alder, birch, relay = three
    note = notes(alder.talk.say("Birch", stop()))[0]
    for _ in range(3):
        last = parcel(alder, birch, note)  # sealed anew, it is other bytes each time
        hold(relay.world.node, *last)
    assert held_for(relay.world.node, "Birch") == [last]


def test_of_receipts_and_heartbeats_the_newest_is_held(three):
    alder, birch, relay = three
    for k in range(4):
        later(40, alder)
        for note in notes(alder.talk.passes()):
            hold(relay.world.node, *parcel(alder, birch, note))
        assert len(held_for(relay.world.node, "Birch")) == 1, k


def test_what_was_handed_on_late_does_not_take_away_what_came_since(three):
    alder, birch, relay = three
    note = notes(alder.talk.say("Birch", stop()))[0]
    first, second = parcel(alder, birch, note), parcel(alder, birch, note)
    hold(relay.world.node, *first)
    hold(relay.world.node, *second)
    handed_on(relay.world.node, "Birch", {read_head(first[0]).sealed})
    assert held_for(relay.world.node, "Birch") == [second]
    handed_on(relay.world.node, "Alder", {read_head(second[0]).sealed})  # it was not for Alder
    assert held_for(relay.world.node, "Birch") == [second]


def test_parcels_are_handed_on_in_the_order_in_which_they_came_as_much_as_fits(three, monkeypatch):
    alder, birch, relay = three
    for k in range(5):
        note = notes(alder.talk.say("Birch", b.Said(words=f"number {k}")))[0]
        hold(relay.world.node, *parcel(alder, birch, note))
    found = [take(birch, *one) for one in held_for(relay.world.node, "Birch")]
    assert [b"number %d" % k in one for k, one in enumerate(found)] == [True] * 5
    two = sum(len(sealed) for _, sealed in held_for(relay.world.node, "Birch")[:2])
    monkeypatch.setattr(relaying, "_ANSWER_BYTES", two)
    assert len(held_for(relay.world.node, "Birch")) == 2
    monkeypatch.setattr(relaying, "_ANSWER_BYTES", 1)
    assert len(held_for(relay.world.node, "Birch")) == 1


@pytest.mark.parametrize("failure", Failure)
def test_a_failed_write_loses_nothing_that_was_acknowledged(three, failure):
    alder, birch, relay = three
    first = parcel(alder, birch)
    hold(relay.world.node, *first)
    relay.world.store.failing = failure
    with pytest.raises(StoreError):
        hold(relay.world.node, *parcel(alder, birch))
    relay.world.node = relay.world.start()
    assert held_for(relay.world.node, "Birch")[0] == first


# who relays for whom


def test_nobody_relays_who_was_not_agreed_on():
    alder, birch, relay = relayed(text=WITHOUT)
    assert relays_to(alder.world.node, "Birch") == []
    refused("relay.not-agreed", lambda: hold(relay.world.node, *parcel(alder, birch)))


def test_it_holds_between_those_whom_the_arrangement_names_and_nobody_else():
    _, birch, relay, relief, cedar = relayed("Alder", "Birch", RELAY, "Relief", "Cedar")
    hold(relay.world.node, *parcel(relief, birch))  # it notifies, and is named as such
    hold(relay.world.node, *parcel(birch, relief))
    refused("relay.not-agreed", lambda: hold(relay.world.node, *parcel(cedar, birch)))
    refused("relay.not-agreed", lambda: hold(relay.world.node, *parcel(birch, cedar)))
    assert relays_to(cedar.world.node, "Birch") == []


def test_a_humanitarian_party_is_no_relay_in_an_arrangement():
    text = HOLDS.replace(f'["{RELAY}"]', '["Relief"]')
    found, (fault,) = read_arrangement(text.encode(), name="it")
    assert found is None
    assert fault.code == "arrangement.relay"
    assert "relays nothing between forces" in fault.message


def test_a_humanitarian_party_relays_nothing_whatever_another_arrangement_says():
    alder, birch, relay = relayed()
    other = WITHOUT.replace('name = "Darling"', 'name = "Other"').replace('"Relief"', f'"{RELAY}"')
    other = other.replace('"Alder"', '"Cedar"').replace('"Birch"', '"Dale"')
    for one in (alder, relay):
        set_arrangement(one.world.node, other, ASK)
    assert relays_to(alder.world.node, "Birch") == []
    with pytest.raises(RuleError, match="relays nothing between forces") as caught:
        hold(relay.world.node, *parcel(alder, birch))
    assert caught.value.code == "relay.humanitarian"


def test_strangers_and_those_who_were_not_compared_are_not_passed_on(three):
    alder, birch, relay = three
    stranger = Sealing("Alder", 9)
    head, sealed = parcel(alder, birch)
    _, forged = sign_head(stranger.message, birch.message.name, "ab" * 32, 1, sealed)
    refused("note.unsigned", lambda: hold(relay.world.node, forged, sealed))
    cedar = Sealing("Cedar", 4)
    _, unknown = sign_head(cedar.message, birch.message.name, "ab" * 32, 1, sealed)
    refused("relay.unknown", lambda: hold(relay.world.node, unknown, sealed))
    refused("parcel.changed", lambda: hold(relay.world.node, head, sealed[:-1] + b"x"))
    peers.call_lost(relay.world.node, "Birch", "heard so", ASK)
    refused("relay.unknown", lambda: hold(relay.world.node, head, sealed))
    assert holdings(relay.world.node) == []


def test_without_a_recipient_on_the_card_nothing_is_sealed(three):
    alder, *_ = three
    from tests.node.party import Party

    bare = Party("Cedar", 4)
    meets(alder, bare)
    alder.talk = type(alder.talk)(alder.world.node, alder.message)
    refused("carried.no-recipient", lambda: parcel(alder, bare))


@pytest.mark.parametrize("step", [FootingStep.SUSPEND, FootingStep.WITHDRAW])
def test_an_arrangement_that_was_suspended_or_left_still_says_who_relays(three, step):
    """Stops, sites and receipts must go through, whatever two desks think of each other."""
    alder, birch, relay = three
    for one in (alder, birch):
        take_step(one.world.node, one.talk, "Darling", step, ASK)
    for one, other in ((alder, birch), (birch, alder)):
        assert relays_to(one.world.node, other.name) == [RELAY]
        hold(relay.world.node, *parcel(one, other))
    assert len(holdings(relay.world.node)) == 2


# how much, and how long


def test_what_is_held_is_bounded_for_each_pair_and_nobody_takes_anothers_part(three, monkeypatch):
    alder, birch, relay = three
    monkeypatch.setattr(relaying, "PAIR_PARCELS_MAX", 3)
    for k in range(3):
        note = notes(alder.talk.say("Birch", b.Said(words=f"number {k}")))[0]
        hold(relay.world.node, *parcel(alder, birch, note))
    refused("relay.full", lambda: hold(relay.world.node, *parcel(alder, birch)))
    hold(relay.world.node, *parcel(alder, birch, note))  # it takes its own place
    hold(relay.world.node, *parcel(birch, alder))
    assert sorted((one.sender, one.parcels) for one in holdings(relay.world.node)) == [
        ("Alder", 3), ("Birch", 1),
    ]  # fmt: skip


def test_large_ones_leave_room_for_small_ones(three, monkeypatch):
    """A relay does not know what is flash; flash is small."""
    alder, birch, relay = three
    monkeypatch.setattr(relaying, "PAIR_BYTES_MAX", 40_000)
    monkeypatch.setattr(relaying, "SMALL_ROOM", 4_000)
    large = b.Notice(notice="x/1", text="x" * 30_000)
    note = notes(alder.talk.say("Birch", large))[0]
    hold(relay.world.node, *parcel(alder, birch, note))
    again = notes(alder.talk.say("Birch", large))[0]
    refused("relay.full", lambda: hold(relay.world.node, *parcel(alder, birch, again)))
    hold(relay.world.node, *parcel(alder, birch))
    assert sum(one.parcels for one in holdings(relay.world.node)) == 2


def test_what_nobody_came_for_is_gone_after_two_weeks(three):
    alder, birch, relay = three
    hold(relay.world.node, *parcel(alder, birch))
    later(14 * 86_400 - 1, relay)
    assert len(held_for(relay.world.node, "Birch")) == 1
    later(1, relay)
    assert held_for(relay.world.node, "Birch") == []
    note = parcel(alder, birch)
    hold(relay.world.node, *note)
    assert expire(relay.world.node) == 1
    assert expire(relay.world.node) == 0
    assert held_for(relay.world.node, "Birch") == [note]
    assert len(relay.world.store.kept("relay-sealed")) == 1


# asking


def test_who_asks_gets_what_is_held_and_says_what_has_come(three):
    alder, birch, relay = three
    hold(relay.world.node, *parcel(alder, birch))
    hold(relay.world.node, *parcel(birch, alder))

    def ask(who, sent_us, taken=()):
        note = sign_asked(who.message, relay.message.name, sent_us, taken)
        return asked_for(relay.world.node, relay.message, note)[1]

    now = relay.world.now
    (found,) = ask(birch, now)
    assert ask(birch, now + 1) == [found]  # it may have been lost on the way
    assert ask(birch, now + 2, [read_head(found[0]).sealed]) == []
    assert len(ask(alder, now)) == 1


def test_an_asking_is_good_once_and_for_the_relay_that_it_names(three):
    alder, birch, relay = three
    hold(relay.world.node, *parcel(alder, birch))
    now, name = relay.world.now, relay.message.name

    def ask(note):
        return lambda: asked_for(relay.world.node, relay.message, note)

    good = sign_asked(birch.message, name, now, [])
    assert ask(good)()
    refused("relay.old", ask(good))
    relay.world.node = relay.world.start()
    refused("relay.old", ask(good))
    for wrong in (now - 300_000_001, now + 300_000_001):
        refused("relay.old", ask(sign_asked(birch.message, name, wrong, [])))
    refused("parcel.malformed", ask(sign_asked(birch.message, alder.message.name, now + 5, [])))
    thief = Signer(birch.message.name, b"t" * 32)
    refused("note.unsigned", ask(sign_asked(thief, name, now + 5, [])))
    stranger = Signer("keepclear/stranger/desk", b"t" * 32)
    refused("relay.unknown", ask(sign_asked(stranger, name, now + 5, [])))
    for rubbish in (b"", b"\n\n", b"\xff" * 50, b"from: x\n"):
        refused("relay.unknown", ask(rubbish))


# which way


def test_the_way_is_kept_where_it_changes(three):
    alder, *_ = three
    went(alder.world.node, "Birch")
    since = alder.world.now
    later(5, alder)
    went(alder.world.node, "Birch")
    assert ways(alder.world.node)["Birch"].since_us == since
    went(alder.world.node, "Birch", RELAY)
    again = alder.world.start()
    assert (ways(again)["Birch"].relay, ways(again)["Birch"].since_us) == (RELAY, alder.world.now)
