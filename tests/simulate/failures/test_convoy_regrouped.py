"""A convoy went on an hour late, in another grouping of vehicles than the one that was told (2024).

Here those who stay behind become a movement of their own, told to whom the whole was told; each
delay is told with the old times beside the new, and compared anew with what the reader flies.
**Software could not have changed** a regrouping that nobody enters, nor whether anybody looks.
"""

from __future__ import annotations

from keepclear.domain.consent import Consent
from keepclear.domain.window import parse_instant
from keepclear.node import acting, consenting, journeys
from tests.node.morning import ASK, DAY, at, declare, morning, notices, notify, of_kind, pass_on


def test_each_group_is_known_with_its_own_times_and_crossings(plan):
    relief, birch = some = morning("Relief", "Birch")
    declare(birch, plan["B1"])
    subject = notify(relief, plan["W1"])
    consenting.consent(
        relief.world.node, subject, Consent("Birch", ("geometry", "id", "vehicles")), ASK
    )
    pass_on(*some)
    relief.world.now = birch.world.now = at("06:20:00")
    journeys.split(relief.world.node, subject, "W1-second", ASK, leaves_us=at("07:10:00"))
    went = pass_on(*some)
    (second,) = of_kind(went, "declared/1")
    assert second["subject"] == "Relief/W1-second"
    assert "vehicle_count" not in second["text"]  # how many went with whom is not guessed

    case = birch.world.node.memory.cases["Relief/W1-second"]
    assert case.stands
    came = notices(birch, "came/1")[-1]
    (crossing,) = came["crossings"]
    assert crossing["own"]["id"] == "B1"
    assert parse_instant(crossing["time_end"]) == at("08:00:00")
    assert came["time_start"] == f"{DAY}06:10:00Z"  # it stands at the stop until it goes on

    acting.delay(relief.world.node, subject, ASK, leaves_us=at("06:10:00"))
    (late,) = of_kind(pass_on(*some), "delayed/1")
    assert (late["old"]["start_us"], late["new"]["start_us"]) == (at("05:30:00"), at("06:10:00"))
    both = {name for name in birch.world.node.memory.cases if name.startswith("Relief/")}
    assert both == {"Relief/W1", "Relief/W1-second"}
    assert notices(birch, "came/1")[-1]["was"]["time_start"] == f"{DAY}05:30:00Z"


def test_software_sees_no_regrouping_that_nobody_enters(plan):
    """It went on in two groups an hour late, and no desk was told: the plan stands as it was told."""
    relief, birch = some = morning("Relief", "Birch")
    subject = notify(relief, plan["W1"])
    consenting.consent(relief.world.node, subject, Consent("Birch", ("geometry", "id")), ASK)
    pass_on(*some)
    before = notices(birch, "came/1")
    relief.world.now = birch.world.now = at("07:30:00")
    assert of_kind(pass_on(*some), "delayed/1") == []
    assert notices(birch, "came/1") == before
    assert [name for name in birch.world.node.memory.cases if name.startswith("Relief/")] == [
        subject
    ]
