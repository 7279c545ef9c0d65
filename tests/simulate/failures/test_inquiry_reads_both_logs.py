"""A board of inquiry asked parties for their records and could not establish what was (2016).

Here both records hold the same signed notes: what one says to have sent, the other has under the
sender's signature, and what it was shown of it. **Software could not have changed** what was
never said over the line, nor what a party leaves out of its answer; it can only show that
something is missing.
"""

from __future__ import annotations

from itertools import pairwise

from keepclear.link import bodies as b
from keepclear.link.message import open_message
from tests.link.ends import stop
from tests.node.desks import carried, desks, exchange, later, notes, plan_told, shown
from tests.node.world import site


def test_what_one_sent_the_other_has_under_the_senders_signature():
    alder, birch = desks("Alder", "Birch")
    for body in (plan_told(site(party="Alder")), stop(), b.LineTest(by="duty")):
        birch.talk.hears(notes(alder.talk.say("Birch", body)))
        alder.talk.hears(notes(birch.talk.say("Alder", b.LineTest(by="duty"))))
        later(5, alder, birch)
    exchange(alder, birch)
    for one, other in ((alder, birch), (birch, alder)):
        sent, got = carried(one, "sent"), carried(other, "received")
        assert got == sent
        opened = [open_message(note, one.message.verifier, other.message.name) for note in got]
        assert [note.seq for note in opened] == list(range(1, len(got) + 1))
        # the chain shows that nothing in between was left out of the answer
        for before, after in pairwise(opened):
            assert after.prev == before.hash
        # and what the desk was shown of each, word for word
        assert shown(other, "line") == [note.text for note in opened]


def test_a_message_that_is_left_out_leaves_a_hole():
    alder, birch = desks("Alder", "Birch")
    for number in range(3):
        birch.talk.hears(
            notes(alder.talk.say("Birch", plan_told(site(f"S{number}", "Alder"), ref=f"{number}")))
        )
    handed_over = carried(birch, "received")
    del handed_over[1]
    first, third = (
        open_message(note, alder.message.verifier, birch.message.name) for note in handed_over
    )
    assert third.prev != first.hash
    assert third.seq - first.seq == 2


def test_software_does_not_see_what_is_left_out_at_the_end_or_was_never_said():
    """An answer that ends too early is a whole chain; only the other party's copy shows more."""
    alder, birch = desks("Alder", "Birch")
    for number in range(3):
        said = plan_told(site(f"S{number}", "Alder"), ref=f"{number}")
        birch.talk.hears(notes(alder.talk.say("Birch", said)))
    exchange(alder, birch)
    handed_over = carried(birch, "received")[:-1]
    opened = [
        open_message(note, alder.message.verifier, birch.message.name) for note in handed_over
    ]
    assert all(after.prev == before.hash for before, after in pairwise(opened))
    assert len(carried(alder, "sent")) == len(handed_over) + 1
    # ... and Birch's signature that it stored that one is in Alder's record
    (receipt,) = {note for note in carried(alder, "receipt") if b"ack: 3 " in note}
    assert open_message(receipt, birch.message.verifier, alder.message.name).message.ack.seq == 3
    # what was said by other ways is nowhere
    assert all(b"telephone" not in note for note in carried(alder, "sent") + handed_over)
