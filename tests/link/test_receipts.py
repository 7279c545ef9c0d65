"""What became of a message at one recipient, on both ends of the line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.domain.arrangement import Deadlines
from keepclear.link import bodies as b
from keepclear.link.receipts import (
    PROCEEDING,
    Step,
    advance,
    begin,
    next_due_us,
    overdue,
    stored,
)
from keepclear.record.note import sign
from tests.link.ends import ALDER, BIRCH, DAWN, SECOND, chain, declared, message, signed, stop

AGREED = Deadlines()
PLACE = b.Place(lat_e7=-311_800_000, lon_e7=1_440_700_000)


def sent(body=None, **values):
    one = signed(body or stop(place=PLACE, span=b.Span(start_us=DAWN)), **values)
    return begin("Birch", one, DAWN)


def about(progress, kind, **values):
    re = b.Ref(seq=progress.seq, hash=progress.hash)
    needs_says = "says" in kind.__struct_fields__
    more = {"says": b.NO_PERMISSION} if needs_says else {}
    return message(kind(re=re, **more, **values), sender=BIRCH, recipient=ALDER)


def late(progress, seconds, agreed=AGREED):
    return {one.step for one in overdue(progress, agreed, DAWN + seconds * SECOND)}


def test_each_step_is_its_own_and_the_first_time_counts():
    one = stored(sent(), "node", DAWN + 1)
    one = stored(one, "node", DAWN + 9)
    one = advance(one, about(one, b.Acknowledged, by="duty officer", at_us=5), DAWN + 2)
    one = advance(one, about(one, b.Acknowledged, by="somebody else", at_us=6), DAWN + 3)
    assert (one.stored.at_us, one.acknowledged.by, one.acknowledged.at_us) == (
        DAWN + 1, "duty officer", DAWN + 2,
    )  # fmt: skip
    assert one.read_back is None
    assert one.claims == ()


def test_what_was_passed_on_is_a_claim_and_each_claim_stays():
    one = sent()
    for version in ("3", "4"):
        claim = about(one, b.Disseminated, by="desk", at_us=7, list_version=version, units=["N"])
        one = advance(one, claim, DAWN)
    assert [(claim.by, claim.list_version, claim.stated_us) for claim in one.claims] == [
        ("desk", "3", 7), ("desk", "4", 7),
    ]  # fmt: skip
    assert one.acknowledged is None  # what somebody claims is no other step


def test_a_receipt_for_another_text_changes_nothing():
    one = sent()
    for seq, digest in ((1, "ab" * 32), (2, one.hash)):
        body = b.Acknowledged(re=b.Ref(seq=seq, hash=digest), by="d", at_us=1, says=b.NO_PERMISSION)
        assert advance(one, message(body), DAWN) == one


def read_back(one, lat=PLACE.lat_e7, lon=PLACE.lon_e7, time_us=DAWN):
    places = [b.Place(lat_e7=lat, lon_e7=lon)]
    return advance(one, about(one, b.ReadBack, by="duty", places=places, times_us=[time_us]), DAWN)


def test_a_read_back_is_compared():
    same = read_back(sent())
    assert same.read_back is not None
    assert same.differences == ()
    other = read_back(sent(), lat=PLACE.lat_e7 + 100_000, time_us=DAWN + 60 * SECOND)
    assert other.read_back is None
    assert [one.what for one in other.differences] == ["place 1", "time 1"]
    assert other.differences[0].by == pytest.approx(1_113, rel=0.01)
    assert other.differences[1].by == 60
    assert Step.READ_BACK in late(other, 1_800)
    assert read_back(other).read_back is not None  # read back again, now right


def test_minutes_taken_for_decimals_are_found():
    """31 10.8 S as 31.108."""
    assert read_back(sent(), lat=-311_080_000).differences[0].by > 7_900


def test_nothing_read_back_is_not_read_back():
    one = sent()
    one = advance(one, about(one, b.ReadBack, by="duty", places=[], times_us=[]), DAWN)
    assert [(found.what, found.by) for found in one.differences] == [
        ("place 1", None), ("time 1", None),
    ]  # fmt: skip


def test_wilco_reads_back():
    one = sent()
    answer = about(one, b.Answer, answer="wilco", by="sup", places=[PLACE], times_us=[DAWN])
    one = advance(one, answer, DAWN)
    assert one.read_back.by == one.acknowledged.by == "sup"
    assert one.answered[0][0] == "answer/1"


@given(st.integers(-1_799_999_999, 1_800_000_000), st.integers(-899_000_000, 899_000_000))
def test_places_are_compared_everywhere(lon, lat):
    place = b.Place(lat_e7=lat, lon_e7=lon)
    one = begin("Birch", signed(stop(place=place)), DAWN)
    turned = lon - 2 * lon if abs(lon) == 1_800_000_000 else lon
    assert read_back(one, lat, turned).differences == ()
    assert read_back(one, lat + (2_000 if lat < 0 else -2_000), lon).differences


def test_a_deadline_belongs_to_what_is_late():
    one = sent()
    assert late(one, 59.9) == set()
    assert late(one, 60) == {Step.STORED, Step.ACKNOWLEDGED}
    assert late(one, 1_800) == {Step.STORED, Step.ACKNOWLEDGED, Step.READ_BACK}
    routine = sent(declared())
    assert late(routine, 599) == {Step.STORED}
    assert late(routine, 600) == {Step.STORED, Step.ACKNOWLEDGED}
    assert next_due_us(routine, AGREED, DAWN + 61 * SECOND) == DAWN + 600 * SECOND


def test_both_ends_find_the_same_late():
    """The sender from when it sent, the recipient from when it came; the line may be cut by then."""
    (note,) = chain(stop(place=PLACE))
    here = begin("Birch", note, DAWN)
    there = stored(begin("Birch", note, DAWN + 5 * SECOND), "node", DAWN + 5 * SECOND)
    assert Step.ACKNOWLEDGED in late(here, 60)
    assert Step.ACKNOWLEDGED not in late(there, 60)
    assert Step.ACKNOWLEDGED in late(there, 65)


def test_beside_every_overdue_receipt_stands_that_nobody_waits_for_it():
    found = overdue(sent(), AGREED, DAWN + 10**12)
    assert len(found) == 3
    assert {one.says for one in found} == {PROCEEDING}
    assert "never depends on a receipt" in PROCEEDING


def test_nothing_is_ever_overdue_from_an_aid_desk():
    one = begin("Relief", signed(stop(place=PLACE)), DAWN, humanitarian=True)
    assert overdue(one, AGREED, DAWN + 10**15) == ()
    assert next_due_us(one, AGREED, DAWN) is None


def test_nobody_owes_a_receipt_for_what_cannot_be_understood():
    from tests.link.ends import End

    birch = End()
    birch.gets(sign(signed(stop()).text.replace("stop/1", "stop/9"), (ALDER,)))
    received = next(one.received for one in birch.effects if hasattr(one, "received"))
    with pytest.raises(ValueError, match="cannot be understood"):
        begin("Birch", received, DAWN)
