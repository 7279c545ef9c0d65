"""What is expected side by side can fail: every figure, changed a little, is told as what it is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from keepclear.errors import InputError
from keepclear.faces.demo import side_by_side
from keepclear.faces.demo.meeting import Meeting, any_as_expected
from keepclear.faces.demo.seeing import meeting_of
from keepclear.faces.demo.stage import Unmet
from keepclear.formats.scenarios.reading import read_scenario
from keepclear.formats.scenarios.sizes import Amount
from keepclear.formats.scenarios.times import Span

FILE = Path(__file__).parents[2] / "src" / "keepclear" / "data" / "acts-1-4.scenario"
SCENARIO = read_scenario(
    FILE.read_bytes(), name=FILE.name, beside=lambda name: (FILE.parent / name).read_bytes()
)
STEPS = [step for step in SCENARIO.steps if step.form.name in side_by_side.EXPECTED]
OFF_US = 6_000_000
OTHERWISE = {
    "area": lambda one: replace(one, value=one.value * 1.02),
    "apart": lambda one: replace(one, value=one.value * 1.02 + 1.0),
    "from": lambda one: Span(one.start_us + OFF_US, one.end_us),
    "heights": lambda one: (one[0] + 2.0, *one[1:]),
    "certainty": lambda _: "possible",
    "time": lambda _: 0,
}
"""Each detail, a little off: its name, and what it is then."""


@pytest.fixture(scope="module")
def stage():
    """Everything that is declared or supposed, as if it were all supposed: no node is needed."""
    said = {
        f"{one.party}/{one.id}": one
        for step in reversed(SCENARIO.steps)  # the first version of each
        for one in step.declarations
    }
    return SimpleNamespace(supposed=said, nodes=SimpleNamespace(now_us=SCENARIO.begins_us))


def looked_for(stage, step):
    return side_by_side.EXPECTED[step.form.name](stage, step)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"line {step.line}")
def test_each_holds_and_none_with_the_verdict_turned_round(stage, step):
    looked_for(stage, step)
    other = {"both-cross": "both-clear", "both-clear": "both-cross"}[step.form.name]
    with pytest.raises(Unmet, match=r"they (do not )?cross"):
        side_by_side.EXPECTED[other](
            stage, replace(step, details={}) if not step.one("time") else step
        )


@pytest.mark.parametrize(
    ("step", "name"),
    [
        pytest.param(step, name, id=f"line {step.line} {name}")
        for step in STEPS
        for name in step.details
        if name != "in-words"
    ],
)
def test_each_figure_changed_a_little_is_missed(stage, step, name):
    off = OTHERWISE[name](step.one(name))
    with pytest.raises(Unmet):
        looked_for(stage, replace(step, details={**step.details, name: (off,)}))


SEEN = Meeting(
    other="Birch/B1",
    start_us=0,
    end_us=60_000_000,
    area_m2=49.2e6,
    heights_w84_m=(74.0, 3738.0),
    certainty="certain",
    level="open",
    goes_first="own",
    radius_m=2000.0,
    apart_m=1421.0,
)
AS_SEEN = {
    "area": Amount(49.2e6, 0.01, is_area=True),
    "from": Span(0, 60_000_000),
    "heights": (74.0, 3738.0, 1.0),
    "certainty": "certain",
    "level": "open",
    "goes-first": "own",
    "stay-away": Amount(2000.0, 0.01, is_area=False),
    "apart": Amount(1421.0, 0.01, is_area=False),
}
OFF = {
    "area": [Amount(49.8e6, 0.01, is_area=True)],
    "from": [Span(OFF_US, 60_000_000), Span(0, 66_000_001), Span(None, 60_000_000), Span(0, None)],
    "heights": [(75.1, 3738.0, 1.0), (74.0, 3736.9, 1.0)],
    "certainty": ["possible"],
    "level": ["crossing"],
    "goes-first": ["other"],
    "stay-away": [Amount(2100.0, 0.01, is_area=False)],
    "apart": [Amount(1400.0, 0.01, is_area=False)],
}


def expecting(**details):
    return replace(STEPS[0], details={name.replace("_", "-"): (v,) for name, v in details.items()})


def test_all_that_may_be_expected_of_a_crossing_is_compared():
    said = any_as_expected(expecting(**AS_SEEN), [SEEN])
    assert "49.2 km2" in said
    assert "74 to 3,738 m W84" in said
    assert "1,421 m" in said
    for name, values in OFF.items():
        for value in values:
            with pytest.raises(Unmet, match=r"expected|its|shared heights"):
                any_as_expected(expecting(**{**AS_SEEN, name: value}), [SEEN])


@pytest.mark.parametrize("name", ["area", "heights", "stay-away", "apart"])
def test_what_is_not_told_is_not_guessed(name):
    bare = Meeting(other="Birch", start_us=0, end_us=60_000_000)
    with pytest.raises(Unmet, match="told of it"):
        any_as_expected(expecting(**{name: AS_SEEN[name]}), [bare])


def test_one_of_several_crossings_is_enough():
    later = replace(SEEN, start_us=3_600_000_000, end_us=7_200_000_000)
    assert any_as_expected(expecting(**{"from": AS_SEEN["from"]}), [later, SEEN])
    with pytest.raises(Unmet, match="its start is"):
        any_as_expected(expecting(**{"from": AS_SEEN["from"]}), [later])


def test_a_crossing_is_read_from_the_words_of_a_node():
    told = {
        "party": "Relief", "kind": "site", "released": {"id": "S1"}, "own": {"id": "A2"},
        "time_start": "1970-01-01T00:00:00Z", "time_end": None, "radius_m": 2000.0,
        "altitude_w84_m": [74.0, 3738.0], "certainty": "certain", "level": "stay away",
    }  # fmt: skip
    found = meeting_of(told)
    assert (found.other, found.start_us, found.end_us) == ("Relief/S1", 0, None)
    assert (found.radius_m, found.heights_w84_m) == (2000.0, (74.0, 3738.0))
    assert (found.area_m2, found.apart_m, found.goes_first) == (None, None, None)


OTHER = "suppose Birch declares operation B1\n    like Alder/A1\n"
HEAD = """\
keepclear scenario 1
day 2015-11-20
party Alder
party Birch
at 04:00Z
Alder declares operation A1
    circle (31.35 S 144.35 E) 25 km
    heights FL180 to FL240
    from 04:00Z to 09:00Z
"""


def refused(more):
    with pytest.raises(InputError) as caught:
        read_scenario(f"{HEAD}{more}".encode(), name="play.scenario")
    return str(caught.value)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("expect side by side Alder/A1 crosses Birch/B1\n",
         "line 10: 'Birch/B1' was neither declared nor supposed above"),
        ("expect side by side Alder/A2 crosses Alder/A1\n", "did you mean 'Alder/A1'?"),
        ("suppose Alder declares operation A1\n    like A1\n", "Alder/A1 is declared above"),
        ("suppose Alder declares operation A2\n    like A3\n",
         "Alder/A3 was not declared in sentences above; did you mean 'Alder/A1'?"),
        ("suppose Alder declares operation A2\n    like A1\nAlder declares operation A2\n    like A1\n",
         "Alder/A2 is only supposed above"),
        ("suppose Alder declares operation A2\n    like A1\nAlder amends A2\n    like A1\n",
         "Alder/A2 was not declared above"),
        (f"{OTHER}expect side by side Alder/A1 crosses Birch/B1\n    area 25 km\n",
         "(line 13: area): found '25 km', expected 49.2 km2"),
        (f"{OTHER}expect side by side Alder/A1 is clear of Birch/B1\n    apart 3 km2\n",
         "(line 13: apart): found '3 km2', expected 1421 m or 4.3 km"),
    ],
)  # fmt: skip
def test_what_cannot_be_laid_side_by_side_is_refused_before_anything_is_played(more, says):
    said = refused(more)
    assert said.startswith("play.scenario line ")
    assert says in said


def test_what_is_like_another_is_as_it_but_for_what_it_says():
    more = "suppose Birch declares operation B1\n    like Alder/A1\n    circle (31 S 144 E) 5 km\n"
    more += "suppose Alder declares operation A2\n    like A1\n    from 10:00Z to 11:00Z\n"
    first, second, third = (
        step.declarations[0]
        for step in read_scenario(f"{HEAD}{more}".encode(), name="play").steps
        if step.declarations
    )
    assert (second.party, second.id) == ("Birch", "B1")
    assert second.parts[0].footprint.radius_m == 5_000
    assert second.parts[0].band == first.parts[0].band
    assert second.parts[0].window == first.parts[0].window
    assert third.parts[0].footprint == first.parts[0].footprint
    assert third.parts[0].window != first.parts[0].window


def test_a_file_that_is_refused_as_the_scenario_says_is_read_over_and_another_is_not():
    file = (
        b"id,kind,latitude,longitude,radius_m,time_start\nA6,operation,-31,144,9,2015-11-20 06:30\n"
    )
    text = f"{HEAD}Alder declares from local.csv\n    refused time.no-offset\n".encode()
    step = read_scenario(text, name="play", beside=lambda _: file).steps[-1]
    assert step.declarations == ()
    assert "does not say which clock it is on" in step.slots["says"]
    for wrong in (b"time.unreadable", b"life.not-possible"):
        with pytest.raises(InputError, match="which clock"):
            read_scenario(
                text.replace(b"time.no-offset", wrong), name="play", beside=lambda _: file
            )
