"""Notice was given less than a minute before, and the area had no bounds (2018).

Here both records say by themselves how long before it began it was told, and that this is late by
what was agreed; and it is compared in the second in which it comes. A time minimum makes of two that
only follow each other a crossing. **Software could not have changed** what happens within that minute,
nor an area that is given in words: without a place there is nothing to compare, and no declaration.
"""

from __future__ import annotations

import pytest

from keepclear.link import bodies as b
from keepclear.node import arranging
from keepclear.wire.entries import Verdict
from tests.node.desks import shown
from tests.node.morning import (
    ASK,
    DARLING,
    bodies,
    declare,
    deliver,
    morning,
    notices,
    of_kind,
    pass_on,
)


@pytest.mark.parametrize("apart", ["0s", "60s"])
def test_both_records_say_how_late_it_was(plan, apart):
    alder, birch = some = morning("Alder", "Birch", clock="07:51:00")
    text = DARLING.format(version=2, alder="open", neutral="")
    for one in some:
        arranging.set_arrangement(one.world.node, f'{text}[separation]\ntime = "{apart}"\n', ASK)
    declare(birch, plan["B2"])
    declare(alder, plan["A3"])
    went = pass_on(*some)
    for one in some:
        (verdict,) = [each for each in bodies(one, Verdict) if each.subject == "Alder/A3"]
        (late,) = [each for each in verdict.deviations if each.code == "notice.late"]
        assert late.agreed_us == 1_800_000_000
        assert late.found_us == pytest.approx(60_000_000, abs=1_000_000)
    came = notices(birch, "came/1")[-1]
    late = [each for each in came["deviations"] if each["code"] == "notice.late"]
    assert (late[0]["agreed_s"], round(late[0]["found_s"])) == (1_800, 60)
    # B2 ends when A3 begins: they meet where a minute between them was agreed on, and else do not
    found = next(each for each in bodies(birch, Verdict) if each.subject == "Alder/A3").crossings
    expected = [("Birch", "B2")] if apart == "60s" else []
    assert [(each.party, each.id) for each in found] == expected
    assert len(of_kind(went, "crossing/1")) == len(expected)


def test_software_compares_nothing_that_is_told_in_words(plan):
    """An area without bounds is on the screen as it was said, and no declaration: nothing is found."""
    alder, birch = some = morning("Alder", "Birch", clock="07:51:00")
    text = DARLING.format(version=2, alder="open", neutral="")
    for one in some:
        arranging.set_arrangement(one.world.node, text, ASK)
    declare(birch, plan["B2"])
    before = len(bodies(birch, Verdict))
    said = alder.talk.say("Birch", b.Contact(by="duty", how="in the north, in less than a minute"))
    deliver(said, some)
    pass_on(*some)
    assert len(bodies(birch, Verdict)) == before
    assert notices(birch, "came/1") == []
    assert "in the north, in less than a minute" in shown(birch, "line")[-1]
