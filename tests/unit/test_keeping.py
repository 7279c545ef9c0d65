"""How long things are kept: the table word for word, and laws of the one calculation."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from keepclear.domain.arrangement import Retention
from keepclear.domain.keeping import (
    KEPT_AS,
    Keeping,
    Lifetime,
    Whose,
    due_us,
    is_frozen,
    keeping_of,
)
from keepclear.domain.window import Window
from keepclear.wire.entries import _KINDS

DAY = 86_400_000_000
times = st.integers(-(2**50), 2**50)
spans = st.integers(0, 2**50)
retentions = st.builds(Retention, spans, spans)


@st.composite
def lives(draw, *, over=True):
    start = draw(times)
    over_us = start + draw(spans) if over else None
    return Lifetime(start, over_us, start + draw(spans))


def test_the_table_is_what_the_design_says():
    evidence, always = Keeping.EVIDENCE, Keeping.ALWAYS
    assert {kind: [row[whose] for whose in Whose] for kind, row in KEPT_AS.items()} == {
        "plan": [evidence, Keeping.OPERATIONS, evidence],
        "verdict": [evidence] * 3,
        "shown": [evidence] * 3,
        "consented": [evidence] * 3,
        "revoked": [evidence] * 3,
        "expired": [evidence] * 3,
        "alarm": [always] * 3,
        "arranged": [always] * 3,
        "enrolled": [always] * 3,
        "agreed": [always] * 3,
        "admitted": [always] * 3,
        "put-out": [always] * 3,
        "carried": [always] * 3,
        "voiced": [always] * 3,
        "stepped": [always] * 3,
        "deviated": [always] * 3,
        "reported": [always] * 3,
        "stated": [always] * 3,
        "erased": [always] * 3,
    }  # fmt: skip


def test_every_kind_that_is_not_a_plan_is_a_kind_of_entry():
    """A row with a misspelt kind would never apply, and its entries would be erased as a plan."""
    assert KEPT_AS.keys() - {"plan"} <= set(_KINDS.values())


def test_every_kind_of_entry_has_its_row():
    """Whoever adds a kind says how long it is kept; what is left out goes as a plan does."""
    plans = {"declared", "acted"}
    assert set(_KINDS.values()) - plans == KEPT_AS.keys() - {"plan"}


def test_what_nobody_named_is_kept_as_the_plan():
    assert keeping_of("a kind of a later version", Whose.ANOTHERS) is Keeping.OPERATIONS


@given(st.sampled_from(Keeping), lives(over=False), retentions)
def test_what_stands_is_never_due(keeping, life, retention):
    assert due_us(keeping, life, retention) is None


@given(lives(), retentions)
def test_an_incident_an_alarm_and_an_arrangement_are_never_due(life, retention):
    assert due_us(Keeping.ALWAYS, life, retention) is None


@given(st.sampled_from([Keeping.OPERATIONS, Keeping.EVIDENCE]), lives(), retentions)
def test_nothing_is_due_before_its_time(keeping, life, retention):
    """Each of the promises by itself, without the formula that keeps them."""
    at_us = due_us(keeping, life, retention)
    agreed = retention.operations_us if keeping is Keeping.OPERATIONS else retention.evidence_us
    assert at_us - life.over_us >= agreed
    assert at_us - life.last_us >= DAY  # what a budget counts
    assert at_us >= due_us(Keeping.OPERATIONS, life, retention)
    latest = max(life.over_us, life.last_us)
    assert at_us - latest <= max(retention.operations_us, retention.evidence_us, DAY)


@given(lives(), retentions, spans)
def test_what_is_over_later_is_due_no_earlier(life, retention, later):
    moved = Lifetime(life.start_us, life.over_us + later, life.last_us)
    for keeping in (Keeping.OPERATIONS, Keeping.EVIDENCE):
        assert due_us(keeping, moved, retention) >= due_us(keeping, life, retention)


def test_another_operation_is_kept_a_day_by_default_and_evidence_for_ten_years():
    life = Lifetime(0, 10 * DAY, 5 * DAY)
    assert due_us(Keeping.OPERATIONS, life, Retention()) == 11 * DAY
    assert due_us(Keeping.EVIDENCE, life, Retention()) == 3_663 * DAY


@given(st.one_of(lives(), lives(over=False)), times, spans)
def test_a_span_freezes_whatever_has_an_instant_in_it(life, start, length):
    """By looking at instants: the ends of both, which are where two spans meet if they meet at all."""
    span = Window(start, start + length)
    end = max(life.over_us, life.last_us) if life.over_us is not None else 2**52
    meets = any(
        life.start_us <= t <= end and span.start_us <= t <= span.end_us
        for t in (life.start_us, end, span.start_us, span.end_us)
    )
    assert is_frozen("A/1", life, (), [span]) is meets


@given(lives())
def test_what_is_named_is_frozen_and_nothing_beside_it(life):
    assert is_frozen("A/1", life, {"A/1"}, ())
    assert not is_frozen("A/1", life, {"A/2", "A"}, ())
