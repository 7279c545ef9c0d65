"""The place that was passed on was kilometres wrong (2016, and others).

Here the receiver reads back the position as it understood it, and both ends compare. **Software
could not have changed** a place that is wrong on both sides alike: what is read back then fits,
and only words, a second notation or somebody who knows the ground show it.
"""

from __future__ import annotations

from keepclear.domain.units import MICROSECONDS
from keepclear.link import bodies as b
from keepclear.link.receipts import Step
from tests.link.ends import stop
from tests.node.desks import alarms, carried, desks, exchange, later, notes, shown

MEANT = b.Place(lat_e7=-311_800_000, lon_e7=1_440_700_000, written="31 10.8 S 144 04.2 E")
UNDERSTOOD = b.Place(lat_e7=-311_080_000, lon_e7=1_440_420_000, written="31.108 S 144.042 E")
"""Minutes taken for decimals."""


def read_back(alder, birch, place):
    (key,) = birch.talk.board.alerts
    body = b.ReadBack(
        re=b.Ref(seq=1, hash=key[2]), by="duty", places=[place], times_us=[], says=b.NO_PERMISSION
    )
    alder.talk.hears(notes(birch.talk.say("Alder", body)))


def test_a_wrong_understanding_is_seen_by_both_ends_and_stays_open():
    alder, birch = desks("Alder", "Birch")
    birch.talk.hears(notes(alder.talk.say("Birch", stop(place=MEANT))))
    read_back(alder, birch, UNDERSTOOD)
    for desk in (alder, birch):
        (progress,) = desk.talk.board.progress.values()
        (difference,) = progress.differences
        assert difference.what == "place 1"
        assert 8_000 < difference.by < 9_000
        assert progress.read_back is None
        late = {
            one.step for _, one in desk.talk.board.overdue(desk.world.now + 1_800 * MICROSECONDS)
        }
        assert Step.READ_BACK in late
    later(30, alder, birch)
    read_back(alder, birch, MEANT)
    for desk in (alder, birch):
        (progress,) = desk.talk.board.progress.values()
        assert progress.read_back is not None
        assert progress.differences == ()
        assert progress.read_back.by == "duty"
        assert progress.read_back.at_us == progress.since_us + 30 * MICROSECONDS
    # both read-backs stand in both records, under the signature of who understood it so
    for how, desk in (("received", alder), ("sent", birch)):
        said = [note.decode() for note in carried(desk, how) if b"kind: read-back/1" in note]
        assert [
            one.count(place.written) for one, place in zip(said, (UNDERSTOOD, MEANT), strict=True)
        ] == [1, 1]


def test_software_does_not_see_a_place_that_is_wrong_on_both_sides():
    """Who meant one place and wrote another gets it back as it was written, and it fits."""
    alder, birch = desks("Alder", "Birch")
    birch.talk.hears(notes(alder.talk.say("Birch", stop(place=UNDERSTOOD))))
    read_back(alder, birch, UNDERSTOOD)
    exchange(alder, birch)
    for desk in (alder, birch):
        (progress,) = desk.talk.board.progress.values()
        assert (progress.differences, progress.read_back is not None) == ((), True)
        assert alarms(desk) == []
    # what a person can compare is there: the place as it was written stands on the screen
    assert UNDERSTOOD.written in shown(birch, "line")[0]
