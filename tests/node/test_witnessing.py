"""Real nodes as witnesses of each other: nothing signed that goes back, forks or was not kept."""

from __future__ import annotations

import json

import pytest

from keepclear.errors import SplitViewError, StoreError, VerificationError
from keepclear.node import peers
from keepclear.node.cosigned import asking, cosigned, took
from keepclear.node.events import events_after
from keepclear.node.evidence import evidence
from keepclear.node.witnessing import seen_of, splits, take
from keepclear.record.addition import read_addition, write_addition
from keepclear.record.bundle import verify
from keepclear.record.checkpoint import open_checkpoint
from keepclear.record.note import Signer, open_note, with_signature
from keepclear.record.split import verify_split
from keepclear.record.witness import cosign
from keepclear.store.memory import Failure
from keepclear.wire.entries import Carried, Voiced
from tests.node.desks import alarms, desks, meets
from tests.node.party import ASK, Party
from tests.node.world import World


@pytest.fixture
def two():
    return desks("Alder", "Birch")


def grow(party, entries=1):
    for _ in range(entries):
        party.world.now += 1
        said = Voiced(subject="voice/Cedar", at_us=party.world.now, how="dialled", by="one")
        party.world.node.save([said])


def ask(one, other, old=None):
    """One node asks another, as the two do over a network; the cosignature is made at the very end."""
    asked = asking(one.world.node, other.name, old)
    checkpoint = take(other.world.node, read_addition(asked.body))
    line = with_signature(b"", cosign(checkpoint, other.record, other.world.now // 1_000_000))
    return took(one.world.node, other.name, asked, line)


def refused(code, call):
    with pytest.raises(VerificationError) as caught:
        call()
    assert caught.value.code == code


def rewritten(party, entries):
    """A node with the same keys and another history."""
    other = Party(party.name, 1)
    for one in party.known:
        meets(other, one)
    grow(other, entries - other.world.store.size())
    return other


@pytest.fixture
def known(two):
    alder, birch = two
    alder.known = [birch]
    return two


def test_each_goes_on_from_what_it_signed(two):
    alder, birch = two
    for size in (1, 3, 1, 8):
        grow(alder, size)
        found = ask(alder, birch)
        assert (
            found.size
            == alder.world.store.size()
            == seen_of(birch.world.node, alder.record.name).size
        )
        assert asking(alder.world.node, "Birch") is None
    assert alarms(alder) == alarms(birch) == []


def test_witnessing_makes_no_entry_in_either_record(two):
    """Else two nodes would witness each other's witnessing without end."""
    alder, birch = two
    sizes = [one.world.store.size() for one in two]
    ask(alder, birch)
    ask(birch, alder)
    assert [one.world.store.size() for one in two] == sizes


def test_what_was_signed_and_what_was_got_is_there_after_a_start(two):
    alder, birch = two
    first = ask(alder, birch)
    birch.world.node, alder.world.node = birch.world.start(), alder.world.start()
    assert cosigned(alder.world.node) == [first]
    grow(alder)
    asked = asking(alder.world.node, "Birch", old=0)  # it asks as if nothing had been signed
    refused("witness.stale", lambda: take(birch.world.node, read_addition(asked.body)))
    assert ask(alder, birch, seen_of(birch.world.node, alder.record.name).size).size > first.size


@pytest.mark.parametrize("failure", Failure)
def test_nothing_is_signed_that_may_not_be_kept(two, failure):
    """The call raises, so no checkpoint comes back that could be signed; afterwards it goes on from
    what is kept: lost or stored, never from both."""
    alder, birch = two
    first = ask(alder, birch)
    grow(alder)
    birch.world.store.failing = failure
    with pytest.raises(StoreError):
        ask(alder, birch)
    birch.world.node = birch.world.start()
    size = seen_of(birch.world.node, alder.record.name).size
    assert size == (first.size if failure is Failure.LOST else alder.world.store.size())
    assert ask(alder, birch, size).size == alder.world.store.size()


def test_an_asker_that_dies_before_it_keeps_an_answer_asks_again(two):
    alder, birch = two
    asked = asking(alder.world.node, "Birch")
    take(birch.world.node, read_addition(asked.body))  # signed, and the answer is lost
    grow(alder)
    again = asking(alder.world.node, "Birch")
    refused("witness.stale", lambda: take(birch.world.node, read_addition(again.body)))
    assert ask(alder, birch, asked.size).size == alder.world.store.size()


def test_two_requests_at_once_never_start_from_the_same_state(two):
    """Both are decided in one write; the second one meets what the first one left."""
    alder, birch = two
    ask(alder, birch)
    grow(alder)
    short = read_addition(asking(alder.world.node, "Birch").body)
    grow(alder)
    long = read_addition(asking(alder.world.node, "Birch").body)
    done = birch.world.together(
        lambda: take(birch.world.node, long), lambda: take(birch.world.node, short)
    )
    assert done[0].size == alder.world.store.size()
    assert done[1].code == "witness.stale"
    assert seen_of(birch.world.node, alder.record.name).size == done[0].size


def test_a_record_that_was_put_back_is_not_signed(known):
    alder, birch = known
    grow(alder, 5)
    ask(alder, birch)
    asked = read_addition(asking(alder.world.node, "Birch", old=2).body)
    refused("witness.stale", lambda: take(birch.world.node, asked))
    back = rewritten(alder, 4)
    note = back.world.node.checkpoint()
    size = back.world.store.size()
    refused(
        "witness.stale",
        lambda: take(birch.world.node, read_addition(write_addition(size, (), note))),
    )
    big = write_addition(size + 3, (), note)
    refused("witness.older", lambda: take(birch.world.node, read_addition(big)))


@pytest.mark.parametrize("more", [0, 1, 2, 3, 9])
@pytest.mark.parametrize("size", [5, 6, 7, 9])
def test_a_rewritten_record_is_refused_and_proven_to_anybody(known, size, more):
    """The proof is made of what the rewriter itself showed; it verifies with its key alone."""
    alder, birch = known
    grow(alder, size - alder.world.store.size())
    ask(alder, birch)
    birch_size = birch.world.store.size()
    other = rewritten(alder, size + more)
    for _ in range(3):  # told once, however often it is tried
        with pytest.raises(SplitViewError):
            take(birch.world.node, read_addition(asking(other.world.node, "Birch", old=size).body))
    assert seen_of(birch.world.node, alder.record.name).size == size
    assert alarms(birch) == ["record.split-view"]
    proof = splits(birch.world.node)[alder.record.name]
    found = verify_split(proof, alder.record.verifier)
    assert (found.older.size, found.newer.size) == (size, size + more)
    events, _ = events_after(birch.world.node, birch_size)
    on_screen = [
        json.loads(one.text) for one in events if one.kind == "shown" and "Birch" in one.parties
    ]
    assert [one["text"] for one in on_screen] == [f"record.split-view: {proof.decode()}"]
    notes = [one.note.encode() for one in birch.world.bodies() if isinstance(one, Carried)]
    assert len(notes) == 2
    assert all(open_note(one, [alder.record.verifier]) for one in notes)
    birch.world.node = birch.world.start()
    assert splits(birch.world.node) == {alder.record.name: proof}
    assert seen_of(birch.world.node, alder.record.name).size == size


def test_where_the_old_size_is_a_power_of_two_the_proof_leaves_out_what_would_prove_it(known):
    """It is refused all the same; nobody is accused of what is not shown."""
    alder, birch = known
    grow(alder, 8 - alder.world.store.size())
    ask(alder, birch)
    other = rewritten(alder, 11)
    asked = read_addition(asking(other.world.node, "Birch", old=8).body)
    refused("record.consistency", lambda: take(birch.world.node, asked))
    assert splits(birch.world.node) == {}
    assert seen_of(birch.world.node, alder.record.name).size == 8


def test_a_stranger_with_a_checkpoint_and_any_hashes_accuses_nobody(two):
    alder, birch = two
    grow(alder, 4)
    ask(alder, birch)
    grow(alder, 4)
    good = read_addition(asking(alder.world.node, "Birch").body)
    for proof in (
        (),
        good.proof[:-1],
        good.proof[::-1],
        (*good.proof, bytes(32)),
        (bytes(32),) * 3,
    ):
        bad = read_addition(write_addition(good.old, proof, good.note))
        refused("record.consistency", lambda bad=bad: take(birch.world.node, bad))
    assert alarms(birch) == []
    assert take(birch.world.node, good).size == alder.world.store.size()


def test_only_records_of_parties_whose_words_were_compared_are_witnessed(two):
    alder, birch = two
    stranger = Party("Cedar", 3)
    peers.accept(birch.world.node, stranger.invitation(), ASK)
    grow(stranger)
    note = stranger.world.node.checkpoint()
    refused(
        "witness.unknown",
        lambda: take(birch.world.node, read_addition(write_addition(0, (), note))),
    )
    forged = note.replace(stranger.record.name.encode(), alder.record.name.encode())
    refused(
        "note.unsigned",
        lambda: take(birch.world.node, read_addition(write_addition(0, (), forged))),
    )
    own = birch.world.node.checkpoint()
    refused(
        "witness.unknown", lambda: take(birch.world.node, read_addition(write_addition(0, (), own)))
    )


def test_a_record_that_two_parties_call_theirs_is_witnessed_of_neither(two):
    """Else one could have signed for the other what the other never was."""
    alder, birch = two
    ask(alder, birch)
    cedar = Party("Cedar", 3)
    cedar.record = Signer(alder.record.name, b"c" * 32)
    cedar.world.signer = cedar.record
    cedar.world.notes.clear()
    cedar.world.node = cedar.world.start()
    meets(birch, cedar)
    grow(cedar)
    asked = read_addition(write_addition(0, (), cedar.world.node.checkpoint()))
    refused("witness.unknown", lambda: take(birch.world.node, asked))
    grow(alder)
    refused("witness.unknown", lambda: ask(alder, birch))


def test_a_record_taken_over_by_another_party_does_not_go_on(two):
    alder, birch = two
    ask(alder, birch)
    cedar = Party("Cedar", 3)
    cedar.record = alder.record
    cedar.world.signer = alder.record
    cedar.world.notes.clear()
    cedar.world.node = cedar.world.start()
    meets(birch, cedar)
    peers.call_lost(birch.world.node, "Alder", "heard so", ASK)
    grow(cedar, 9)
    asked = read_addition(write_addition(0, (), cedar.world.node.checkpoint()))
    refused("witness.unknown", lambda: take(birch.world.node, asked))


def test_an_empty_record_is_not_signed(two):
    alder, birch = two
    empty = World(owner="Alder")
    empty.signer, empty.notes = alder.record, []
    empty.node = empty.start()
    asked = read_addition(write_addition(0, (), empty.node.checkpoint()))
    refused("record.consistency", lambda: take(birch.world.node, asked))
    assert asking(empty.node, "Birch") is None


def test_an_answer_without_the_witnesss_own_cosignature_is_not_kept(two):
    alder, birch = two
    asked = asking(alder.world.node, "Birch")
    checkpoint, _ = open_checkpoint(asked.note, alder.record.name, alder.record.verifier)
    stranger = Signer(birch.record.name, b"x" * 32)
    grow(alder)
    later, _ = open_checkpoint(
        alder.world.node.checkpoint(), alder.record.name, alder.record.verifier
    )
    good = with_signature(b"", cosign(checkpoint, birch.record, 1))
    for answer, code in (
        (with_signature(b"", cosign(checkpoint, stranger, 1)), "witness.no-cosignature"),
        (with_signature(b"", cosign(later, birch.record, 1)), "note.bad-signature"),
        (b"", "witness.no-cosignature"),
        (b"hello\n", "note.malformed"),
        (good * 300, "witness.no-cosignature"),
    ):
        refused(code, lambda answer=answer: took(alder.world.node, "Birch", asked, answer))
    assert cosigned(alder.world.node) == []
    assert took(alder.world.node, "Birch", asked, good).size == checkpoint.size


def test_an_answer_that_comes_late_puts_nothing_back(two):
    alder, birch = two
    slow = asking(alder.world.node, "Birch")
    checkpoint = take(birch.world.node, read_addition(slow.body))
    grow(alder)
    newer = ask(alder, birch, slow.size)
    line = with_signature(b"", cosign(checkpoint, birch.record, 1))
    took(alder.world.node, "Birch", slow, line)
    assert cosigned(alder.world.node) == [newer]


def test_a_bundle_carries_what_peers_cosigned_and_a_quorum_is_checked():
    alder, birch, cedar = desks("Alder", "Birch", "Cedar")
    grow(alder, 4)
    for one in (birch, cedar):
        ask(alder, one)
    signed = alder.world.store.size()
    grow(alder, 3)
    keys = [one.record.verifier for one in (birch, cedar)]
    data = evidence(alder.world.node, first=1, last=signed)
    found = verify(data, alder.record.verifier, keys, quorum=2)
    assert found.checkpoint.size == signed
    assert {one.witness for one in found.seen_by} == {key.name for key in keys}
    # who asks for entries that nobody has cosigned yet gets none
    data = evidence(alder.world.node, first=1, last=signed + 1)
    assert verify(data, alder.record.verifier, keys).seen_by == ()
    refused("bundle.quorum", lambda: verify(data, alder.record.verifier, keys, quorum=1))
    # one signs more: the most signatures are shown where that is enough, the newest where it is not
    for _ in range(30):
        grow(alder)
        ask(alder, birch)
    data = evidence(alder.world.node, first=1, last=signed)
    assert len(verify(data, alder.record.verifier, keys, quorum=2).seen_by) == 2
    data = evidence(alder.world.node, first=1, last=signed + 1)
    found = verify(data, alder.record.verifier, keys, quorum=1)
    assert found.checkpoint.size == alder.world.store.size()
    assert len(alder.world.store.kept("cosigned")) < 20


def test_a_key_counts_once_and_the_records_own_does_not_count(two):
    alder, birch = two
    ask(alder, birch)
    data = evidence(alder.world.node, first=1, last=1)
    birch_key, own = birch.record.verifier, alder.record.verifier
    text = json.loads(data)
    head, _ = open_checkpoint(text["checkpoint"].encode(), own.name, own)
    text["checkpoint"] = with_signature(
        text["checkpoint"].encode(), cosign(head, alder.record, 5)
    ).decode()
    data = json.dumps(text).encode()
    assert len(verify(data, own, [birch_key, birch_key, own], quorum=1).seen_by) == 2
    refused("bundle.quorum", lambda: verify(data, own, [birch_key, birch_key, own], quorum=2))
