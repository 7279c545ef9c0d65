"""A convoy's plan was agreed with the desk, and the crew that mattered was not told of it (2024).

Here the desk's node compares the plan with what its own party flies, at once and by itself, and says to
the desk which of its operations meets the convoy, where and when; that its crew was told is a claim of
the desk, and without it there is none. **Software could not have changed** whether the crew was told,
nor an operation that its own desk never declared: of that nothing is found, and the record says with
how many declarations the plan was compared.
"""

from __future__ import annotations

from keepclear.domain.consent import Consent
from keepclear.link import bodies as b
from keepclear.link.receipts import Step
from keepclear.node import consenting
from keepclear.wire.entries import Verdict
from tests.node.morning import (
    ASK,
    at,
    bodies,
    declare,
    deliver,
    morning,
    notices,
    notify,
    of_kind,
    pass_on,
)


def test_the_desk_is_told_which_of_its_own_meets_the_convoy_and_for_the_crew_there_is_a_claim_or_none(
    plan,
):
    relief, birch = some = morning("Relief", "Birch")
    declare(birch, plan["B1"])
    subject = notify(relief, plan["W1"])
    consenting.consent(relief.world.node, subject, Consent("Birch", ("geometry", "id")), ASK)
    pass_on(*some)
    (came,) = notices(birch, "came/1")
    assert [one["own"]["id"] for one in came["crossings"]] == ["B1"]
    assert came["at"] < came["crossings"][0]["time_start"]  # two hours before they meet

    # the aid desk sees what is known of its own message, and nothing of anybody's plan
    (progress,) = [one for one in relief.talk.board.progress.values() if one.kind == "declared/1"]
    assert progress.stored is not None
    assert (progress.acknowledged, progress.read_back, progress.claims) == (None, None, ())
    late = {one.step for _, one in relief.talk.board.overdue(at("06:00:00"))}
    assert {Step.ACKNOWLEDGED, Step.READ_BACK} <= late  # said on both ends, while there is time

    ((_, _, digest),) = [key for key in birch.talk.board.progress if not key[1]]
    told = b.Disseminated(
        re=b.Ref(seq=1, hash=digest), by="duty officer", at_us=birch.world.now,
        units=["B1"], says=b.NO_PERMISSION,
    )  # fmt: skip
    deliver(birch.talk.say("Relief", told), some)
    pass_on(*some)
    (progress,) = [one for one in relief.talk.board.progress.values() if one.kind == "declared/1"]
    assert [one.units for one in progress.claims] == [("B1",)]
    assert progress.acknowledged is None  # a claim is no other receipt


def test_software_finds_nothing_of_what_its_own_desk_never_declared_and_the_record_says_so(plan):
    relief, birch = some = morning("Relief", "Birch")
    subject = notify(relief, plan["W1"])
    consenting.consent(relief.world.node, subject, Consent("Birch", ("geometry", "id")), ASK)
    assert of_kind(pass_on(*some), "crossing/1") == []
    (verdict,) = bodies(birch, Verdict)
    assert (verdict.compared, verdict.crossings) == (0, [])
