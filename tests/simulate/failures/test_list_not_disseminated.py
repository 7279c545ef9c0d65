"""The desk had the list, and those who needed it had not (2015; 2024: the crew was not told).

Here *acknowledged* is one thing, and *disseminated* another: what the recipient states, with
which version of the list and when, shown as a claim. **Software could not have changed** whether
a unit read it; that a claim is true is nothing a signature shows.
"""

from __future__ import annotations

from keepclear.link import bodies as b
from keepclear.link.receipts import Step
from tests.node.desks import alarms, carried, desks, exchange, notes, plan_told
from tests.node.world import site


def answered(alder, relief, kind, **values):
    (key,) = [key for key in alder.talk.board.progress if not key[1]]
    body = kind(
        re=b.Ref(seq=1, hash=key[2]),
        by="duty officer",
        at_us=alder.world.now,
        says=b.NO_PERMISSION,
        **values,
    )
    relief.talk.hears(notes(alder.talk.say("Relief", body)))


def test_what_a_desk_has_read_is_not_what_its_units_know():
    relief, alder = desks("Relief", "Alder")
    alder.talk.hears(notes(relief.talk.say("Alder", plan_told(site()))))
    answered(alder, relief, b.Acknowledged)
    exchange(relief, alder)
    (progress,) = relief.talk.board.progress.values()
    assert progress.acknowledged.by == "duty officer"
    assert progress.acknowledged.at_us - progress.since_us < 1_000_000
    assert progress.stored is not None
    assert progress.claims == ()  # nobody has said that anybody below the desk knows

    answered(alder, relief, b.Disseminated, list_version="12", units=["north"])
    answered(alder, relief, b.Disseminated, list_version="13")
    (progress,) = relief.talk.board.progress.values()
    assert [(one.by, one.list_version, one.units) for one in progress.claims] == [
        ("duty officer", "12", ("north",)),
        ("duty officer", "13", ()),
    ]
    assert "disseminated" not in {step.value for step in Step}  # no step that is ever done
    # both statements stand in the record of who was told, under the signature of who made them
    said = [note for note in carried(relief, "received") if b"kind: disseminated/1" in note]
    assert len(said) == 2
    assert all(b.NO_PERMISSION.encode() in note for note in said)
    assert said == [note for note in carried(alder, "sent") if b"kind: disseminated/1" in note]


def test_software_does_not_tell_a_true_statement_from_another():
    """A list that nobody has, and units that are not there: it is a claim, as every other is."""
    relief, alder = desks("Relief", "Alder")
    alder.talk.hears(notes(relief.talk.say("Alder", plan_told(site("S1")))))
    answered(alder, relief, b.Disseminated, list_version="never printed", units=["no such unit"])
    (progress,) = relief.talk.board.progress.values()
    (claim,) = progress.claims
    assert (claim.list_version, claim.units) == ("never printed", ("no such unit",))
    assert (progress.acknowledged, progress.read_back) == (None, None)  # it stands for nothing else
    assert alarms(relief) == alarms(alder) == []
