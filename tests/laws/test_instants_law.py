"""Laws of instants as text: against the calendar of the standard library, from year 1 to 9999."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keepclear.domain.window import format_instant, parse_instant
from tests.laws.strategies import LAW

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_US, LAST_US = -62_135_596_800_000_000, 253_402_300_799_999_999


@LAW
@given(st.integers(FIRST_US, LAST_US))
@example(FIRST_US)
@example(LAST_US)
@example(-1)
@example(0)
@example(951_782_400_000_000)  # 29 February 2000
@example(-30_610_224_000_000_000)  # the year 1000
@example(-30_610_224_000_000_001)
@example(1_000_000)
@example(1_500_000)
@example(1_000_001)
def test_an_instant_is_written_as_the_calendar_has_it(instant_us):
    text = format_instant(instant_us)
    when = EPOCH + timedelta(microseconds=instant_us)
    whole, _, fraction = text.removesuffix("Z").partition(".")
    assert text.endswith("Z")
    assert whole == when.replace(microsecond=0, tzinfo=None).isoformat()
    assert int((fraction or "0").ljust(6, "0")) == when.microsecond
    assert not fraction.endswith("0")
    assert ("." in text) == bool(when.microsecond)
    assert parse_instant(text) == instant_us


@pytest.mark.parametrize("instant_us", [FIRST_US - 1, LAST_US + 1, 2**62])
def test_what_no_calendar_has_is_no_instant(instant_us):
    with pytest.raises(OverflowError):
        format_instant(instant_us)
