"""Stepping down: every kind at every footing, against a table that is written down here apart."""

from __future__ import annotations

from itertools import product

import msgspec
import pytest

from keepclear.domain.footing import STEPS, Footing, FootingStep
from keepclear.link import bodies as b
from keepclear.link.happening import Deliver
from keepclear.link.kinds import KINDS
from tests.link.ends import DAWN, End, signed

REF = b.Ref(seq=1, hash="ab" * 32)
SAYS = b.NO_PERMISSION
PLACE = b.Place(lat_e7=0, lon_e7=0)
ANY = {
    "withdrawn/1": b.Withdrawn(subject="A1", version=1, stage="Ended"),
    "delayed/1": b.Delayed(subject="A1", version=1, old=b.Span(), new=b.Span(), text="{}"),
    "held/1": b.Held(subject="A1", version=1, since_us=DAWN),
    "crossing/1": b.CrossingFound(
        yours="B1", your_version=1, mine="x", my_version=1, certain=True, span=b.Span(), text="{}"
    ),
    "notice/1": b.Notice(notice="gone/1", text="{}"),
    "stepped/1": b.Stepped(arrangement="Darling/3", step="resume", by="desk"),
    "read-back/1": b.ReadBack(re=REF, by="desk", places=[PLACE], times_us=[], says=SAYS),
    "query/1": b.Query(re=REF, by="desk", words="which?"),
    "activated/1": b.Activated(subject="Alder/A1", version=1, at_us=DAWN),
    "outside/1": b.Outside(subject="Alder/A1", version=1, stage="Contingent", at_us=DAWN),
    "noted/1": b.Noted(re=REF, by="desk", says=SAYS),
    "contact/1": b.Contact(by="desk", how="line 2"),
    "acknowledged/1": b.Acknowledged(re=REF, by="desk", at_us=DAWN, says=SAYS),
    "disseminated/1": b.Disseminated(re=REF, by="desk", at_us=DAWN, says=SAYS),
    "refused/1": b.Refused(re=REF, code="body.form"),
    "said/1": b.Said(words="good morning"),
    "stop/1": b.Stop(asks="cease", by="desk", words="people there", place=PLACE),
    "answer/1": b.Answer(re=REF, answer="roger", by="desk"),
    "stopped/1": b.Stopped(re=REF, by="desk", at_us=DAWN),
    "stop-lifted/1": b.StopLifted(mine=REF, because="over", by="desk"),
    "incident/1": b.Incident(
        incident="I1", by="desk", official=False, certainty="possible", words="x"
    ),
    "incident-request/1": b.IncidentRequest(incident="I1", by="desk", words="x"),
    "incident-answer/1": b.IncidentAnswer(re=REF, by="desk"),
    "test/1": b.LineTest(by="desk"),
    "test-answer/1": b.LineTestAnswer(re=REF, by="desk", at_us=DAWN),
}
"""One body of each chained kind that says nothing of what it is about."""
NEVER_REFUSED = set(ANY) - {"crossing/1", "said/1"}
WHATS = {"site": True, "movement": True, "operation": False, "restriction": False, "area": False}
"""Of declarations: whether they flow whatever was agreed."""


def cases():
    for name, body in ANY.items():
        yield name, body, name in NEVER_REFUSED
    for what, flows in WHATS.items():
        made = {"subject": "Alder/A1", "version": 1, "what": what, "text": "{}"}
        yield f"declared/1 {what}", b.Declared(**made), flows
        yield f"amended/1 {what}", b.Amended(**made), flows


CASES = list(cases())


def test_every_chained_kind_is_here():
    chained = {name for name, kind in KINDS.items() if kind.chained}
    assert {name.partition(" ")[0] for name, *_ in CASES} == chained


@pytest.mark.parametrize(
    ("named", "held", "suspended", "problem"),
    [
        ("Darling/3", {"Darling/3"}, False, ""),
        ("Darling/3", {"Darling/3"}, True, "arrangement.suspended"),
        ("Darling/3", set(), False, "arrangement.other"),  # withdrawn, or never agreed
        ("", {"Darling/3"}, False, "arrangement.other"),
        ("Darling/2", {"Darling/3"}, True, "arrangement.other"),
    ],
)
@pytest.mark.parametrize(("name", "body", "flows"), CASES, ids=[name for name, *_ in CASES])
def test_what_is_acted_on_at_each_footing(name, body, flows, named, held, suspended, problem):
    birch = End(arrangements=frozenset(held), suspended=suspended)
    birch.gets(signed(body, arrangement=named))
    (came,) = birch.of(Deliver)
    assert came.problem == ("" if flows else problem), name
    # nothing of it ever keeps a message out of its place, or a receipt from going back
    assert birch.state.receiving.seq == 1
    assert birch.recorded("received")


def test_receipts_outside_the_stream_are_taken_at_every_footing():
    for suspended in (False, True):
        alder = End(suspended=suspended)
        receipt = b.Stored(gaps=[], ahead=[], says=SAYS)
        alder.gets(signed(receipt, seq=0))
        assert alder.alarms() == []


def test_the_table_of_steps_says_nothing_else():
    assert {(a, step): STEPS.get((a, step)) for a, step in product(Footing, FootingStep)} == {
        (Footing.IN_FORCE, FootingStep.SUSPEND): Footing.SUSPENDED,
        (Footing.IN_FORCE, FootingStep.RESUME): None,
        (Footing.IN_FORCE, FootingStep.WITHDRAW): Footing.WITHDRAWN,
        (Footing.SUSPENDED, FootingStep.SUSPEND): None,
        (Footing.SUSPENDED, FootingStep.RESUME): Footing.IN_FORCE,
        (Footing.SUSPENDED, FootingStep.WITHDRAW): Footing.WITHDRAWN,
        (Footing.WITHDRAWN, FootingStep.SUSPEND): None,
        (Footing.WITHDRAWN, FootingStep.RESUME): None,
        (Footing.WITHDRAWN, FootingStep.WITHDRAW): None,
    }
    assert {step.value for step in FootingStep} == set(
        msgspec.json.schema(b.Stepped)["$defs"]["Stepped"]["properties"]["step"]["enum"]
    )
