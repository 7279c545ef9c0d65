"""Scenarios as texts: every sentence is read as itself, and every fault is told with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.domain.footprint import EdgeRule
from keepclear.domain.units import MICROSECONDS
from keepclear.domain.window import format_instant
from keepclear.errors import InputError
from keepclear.formats.scenarios.details import DETAILS
from keepclear.formats.scenarios.forms import DECLARED, FORMS, HEAD
from keepclear.formats.scenarios.matching import CHOICES, Known, matched
from keepclear.formats.scenarios.reading import FIRST, read_scenario

HERE = Path(__file__).parent
TWO = (HERE / "two.scenario").read_text(encoding="utf-8")
STEPS = [form for form in FORMS if form not in HEAD]
SLOTS = {
    "party": "Alder", "other": "Birch", "new": "Cedar", "id": "A1", "time": "06:30Z",
    "duration": "20s", "arrangement": "Darling", "subject": "Birch/B1", "what": "Birch/B1",
    "word": "line.beyond", "file": "two.geojson",
    "first": "Alder/A1", "second": "Alder/A1", "count": "2",
    "path": "/api/v1/lines", "rest": "some words", "day": "2015-11-20",
}  # fmt: skip
"""Something that may stand in each place."""
HEADER = f"{FIRST}\nday 2015-11-20\nparty Alder\nparty Birch\n"
OPERATION = (
    "Alder declares operation A1\n    circle (31.35 S 144.35 E) 25 km\n    heights FL180 to FL240\n"
    "    from 04:00Z to 09:00Z\n"
)


def known():
    return Known(["Alder", "Birch"], ["Darling"], {"Alder/A1": "operation"}, "2015-11-20")


def sentence(form, **said):
    """The form with something in each of its places."""
    some = SLOTS | {name.replace("_", "-"): word for name, word in said.items()}
    words = [
        token if token[0] != "{" else some.get(token[1:-1]) or CHOICES[token[1:-1]][0]
        for token in form.tokens
    ]
    return " ".join(words) + (": these words" if form.says == "must" else "")


def read(text, name="play.scenario"):
    return read_scenario(text.encode(), name=name, beside=beside)


def beside(file):
    if (HERE / file).name != file or not (HERE / file).exists():
        raise InputError("file.missing", f"there is no {file!r}")
    return (HERE / file).read_bytes()


def read_with_files(file):
    """A scenario, with the files that lie beside it."""
    return read_scenario(
        file.read_bytes(), name=file.name, beside=lambda name: (file.parent / name).read_bytes()
    )


def refused(text):
    with pytest.raises(InputError) as caught:
        read(text)
    return str(caught.value), caught.value.code


def read_or_place(text):
    """Nothing where it is read; else the first word of the place where it is wrong."""
    try:
        read(text)
    except InputError as error:
        return error.where.split(" ")[0]
    return ""


# sentences


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_every_sentence_is_read_as_itself(form):
    found, slots = matched(sentence(form), known())
    assert found == form
    assert set(slots) == {token[1:-1] for token in form.tokens if token[0] == "{"} | {"says"}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_every_word_that_may_stand_there_makes_the_same_sentence(form):
    for token in form.tokens:
        for word in CHOICES.get(token[1:-1], ()) if token[0] == "{" else ():
            found, _ = matched(sentence(form, **{token[1:-1].replace("-", "_"): word}), known())
            assert found == form, word


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_word_that_is_not_known_is_told_with_the_nearest_one(form):
    words = sentence(form).partition(":")[0].split()
    fixed = [k for k, token in enumerate(form.tokens) if token[0] != "{" and len(token) > 3]
    for k in fixed:
        typo = words[k][:-2] + words[k][-1] + words[k][-2]
        if typo == words[k]:
            typo = words[k][:-1]
        text = " ".join([*words[:k], typo, *words[k + 1 :]])
        said, found = attempt(text)
        if found is None:
            near = re.search("did you mean '(.+)'", said)
            assert "expected" in said
            if f"found '{typo}'" in said and typo not in {"from", "to"}:
                assert near
                assert near[1][:3] == words[k][:3]
        else:  # it is another sentence, in which the word is free
            assert found != form


def attempt(text):
    """What is said of a sentence that is refused, or its form."""
    try:
        return "", matched(text, known())[0]
    except InputError as error:
        return str(error), None


def test_details_that_a_sentence_may_have_all_have_a_reader():
    assert {name for form in FORMS for name in form.details} == set(DETAILS)
    assert set(DECLARED) <= set(DETAILS)


def test_names_of_forms_are_their_own():
    assert len({form.name for form in FORMS}) == len(FORMS)
    assert len({form.words for form in FORMS}) == len(FORMS)


def test_every_step_is_played():
    from keepclear.faces.demo.play import _DONE, _EXPECTED

    played = {"act", "say", "at", "wait", "check", *_DONE, *_EXPECTED}
    assert {form.name for form in STEPS} == played
    assert not set(_DONE) & set(_EXPECTED)
    assert {f.name for f in STEPS if f.words.startswith("expect")} == set(_EXPECTED)


# a whole text


def test_the_example_says_what_stands_in_it():
    scenario = read(TWO)
    assert [one.name for one in scenario.parties] == ["Alder", "Birch"]
    assert scenario.lines == {frozenset({"Alder", "Birch"})}
    assert scenario.arrangements["Darling"].text.startswith("format =")
    assert format_instant(scenario.begins_us) == "2015-11-20T06:20:00Z"
    step = next(step for step in scenario.steps if step.form.name == "declare")
    assert TWO.splitlines()[step.line - 1] == "Alder declares operation A1"
    assert step.declarations[0].id == "A1"
    assert str(step.declarations[0].parts[0].band) == "FL180 to FL240"
    assert step.declarations[0].parts[0].footprint.radius_m == 25_000
    prose = next(step for step in scenario.steps if step.form.name == "say")
    assert prose.slots["rest"].startswith("Birch asks for somebody")


def test_a_ring_may_be_written_either_way_round_and_closed_or_not():
    corners = ["(31.18 S 144.07 E)", "(31.04 S 144.33 E)", "(31.15 S 144.55 E)"]
    parts = []
    for written in (corners, corners[::-1], [*corners, corners[0]]):
        text = f"{HEADER}at 04:00Z\nAlder declares operation A2\n    polygon {' '.join(written)}\n"
        text += "    heights SFC to FL100\n    from 06:30Z to 07:30Z\n"
        polygon = read(text).steps[-1].declarations[0].parts[0].footprint.polygons[0]
        assert len(polygon.rings) == 1
        parts.append(set(polygon.rings[0]))
        assert read(text).steps[-1].declarations[0].parts[0].footprint.edges is EdgeRule.GEODESIC
    assert parts[0] == parts[1] == parts[2]


def test_a_movement_stops_where_it_leaves_later():
    text = (
        f"{HEADER}at 04:00Z\nAlder declares movement W1\n"
        "    via (31.48 S 143.52 E) at 05:30Z\n    via (31.31 S 143.70 E) at 06:10Z leaves 06:25Z\n"
        "    via (31.18 S 143.98 E) at 07:02Z\n    half-width 1 km\n    heights SFC to 150 m AGL\n"
    )
    route = read(text).steps[-1].declarations[0].parts[0]
    times = [
        (one.time_us - route.waypoints[0].time_us) // (60 * MICROSECONDS) for one in route.waypoints
    ]
    assert times == [0, 40, 55, 92]
    assert route.waypoints[1].position == route.waypoints[2].position
    assert route.half_width_m == 1000


def test_what_is_read_aloud_may_have_words_of_its_own():
    text = f"{HEADER}at 04:00Z\nexpect Alder is shown: came/1\n    in-words it is on the screen\n"
    step = read(text).steps[-1]
    assert (step.told, step.text) == ("it is on the screen", "expect Alder is shown: came/1")
    assert read(text.rpartition("    ")[0]).steps[-1].told == "Alder is shown: came/1"


# what is refused, and where


LINES = TWO.splitlines()
END = LINES.index("END")
SENTENCES = [k for k, line in enumerate(LINES) if k > END and line and line[0] not in " #"]


@given(st.sampled_from(SENTENCES))
def test_a_fault_is_told_with_its_line(k):
    text = "\n".join([*LINES[:k], "Alder frobnicates A1", *LINES[k:]])
    said, code = refused(text)
    assert said.startswith(f"play.scenario line {k + 1}: after 'Alder' found 'frobnicates'")
    assert code == "scenario.sentence"


@given(st.text(max_size=200))
def test_whatever_follows_is_read_or_refused_with_a_place(text):
    assert read_or_place(f"{HEADER}{text}") in {"", "play.scenario"}


@given(st.integers(0, len(TWO) - 1), st.text(max_size=3))
def test_a_damaged_text_is_read_or_refused(at, put):
    assert read_or_place(TWO[:at] + put + TWO[at + 1 :]) in {"", "play.scenario"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("hello", "found 'hello' first, expected 'keepclear scenario 1'"),
        (f"{FIRST}\n", "nothing happens in it"),
        (f"{HEADER}at 04:00Z\nAlde verifies A1", "line 6: found 'Alde', expected one of"),
        (f"{HEADER}at 04:00Z\nAlde verifies A1", "did you mean 'Alder'?"),
        (f"{HEADER}Alder verifies A1", "line 5: say first when this is, such as: at 06:30Z"),
        (f"{HEADER}at 06:30", "line 5: time '06:30' does not say which clock it is on; write 06:30Z"),
        (f"{HEADER}at 06:30 local", "the end of the line"),
        (f"{HEADER}at 04:00Z\nat 03:00Z", "line 6: this is before the time above"),
        (f"{HEADER}at 04:00Z\nparty Cedar", "line 6: this stands before the first time"),
        (f"{HEADER}party Alder\nat 04:00Z", "line 5: Alder stands there twice"),
        (f"{HEADER}   by somebody\n", None),
        (f"{FIRST}\n   by somebody\n", "line 2: an indented line says more of the sentence above"),
        (f"{FIRST}\nparty Alder\nat 06:30Z", "line 3: found '06:30Z', and no day before it"),
        (f"{HEADER}at 04:00Z\nAlder signs Darlin", "there is no arrangement 'Darlin' above"),
        (f"{HEADER}at 04:00Z\nAlder stops Birch", "expected: {party} stops {other}:"),
        (f"{HEADER}at 04:00Z\nAlder stops Birch:", "expected: {party} stops {other}:"),
        (f"{HEADER}arrangement Darling\nname = 1\n", "write END below it"),
        (f"{HEADER}arrangement Darling\nname = 1\nEND\n", "line 5:"),
        (f"{HEADER}at 04:00Z\n{OPERATION}    hights SFC to FL10\n",
         "line 6 (line 10: hights): found 'hights', expected one of"),
        (f"{HEADER}at 04:00Z\n{OPERATION}    hights SFC to FL10\n", "did you mean 'heights'?"),
        (f"{HEADER}at 04:00Z\n{OPERATION}    heights SFC to FL10\n", "'heights' stands there twice"),
        (f"{HEADER}at 04:00Z\n{OPERATION}    point (31.35 S 144.35 E)\n", "found circle and point"),
        (f"{HEADER}at 04:00Z\nAlder declares operation A1\n    heights SFC to FL100\n",
         "line 6: found none, expected one of circle"),
        (f"{HEADER}at 04:00Z\nAlder amends A1\n", "Alder/A1 was not declared above"),
        (f"{HEADER}at 04:00Z\n{OPERATION.replace('25 km', '25')}", "(line 7: circle): found '25'"),
        (f"{HEADER}at 04:00Z\n{OPERATION.replace('FL180', '180')}", "(line 8: heights):"),
        (f"{HEADER}at 04:00Z\n{OPERATION.replace('04:00Z to 09:00Z', '09:00Z to 04:00Z')}",
         "line 6: time_end:"),
        (f"{HEADER}at 04:00Z\nexpect Alder sees A1 cross Birsh/B1\n", "did you mean 'Birch'?"),
        (f"{HEADER}line between Alder and Alder\nat 04:00Z", "a line is between two parties"),
        (f"{HEADER}at 04:00Z\nAlder draws its map\n    layers areas, site\n",
         "(line 7: layers): found the layer 'site', expected some of areas, restrictions"),
        (f"{HEADER}at 04:00Z\nAlder draws its map\n    frame (31 S 144 E)\n",
         "(line 7: frame): found 1 positions, expected two corners"),
        (f"{HEADER}place Bravo strip\nat 04:00Z", "expected: place NAME at POSITION"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_sentence(text, says):
    said, code = refused(text)
    assert re.fullmatch(r"[a-z]+(\.[a-z-]+)?", code)
    assert said.startswith("play.scenario")
    if says is not None:
        assert says in said


def test_an_arrangement_names_parties_of_the_scenario():
    said, _ = refused(TWO.replace("party Birch\n", "party Bitch\n").replace("Birch ", "Bitch "))
    assert "its text names 'Birch', which is no party of this scenario" in said


def test_files_beside_it_are_read_as_any_other():
    text = f"{HEADER}at 04:00Z\nAlder declares from two.geojson\n"
    assert [one.id for one in read(text).steps[-1].declarations] == ["A5", "A6"]
    assert {one.party for one in read(text).steps[-1].declarations} == {"Alder"}
    some = f"{text}    only A6\nAlder amends A6\n    circle (31.4 S 144.2 E) 3 km\n"
    assert [one.id for one in read(f"{some}    heights FL10 to FL20\n").steps[-2].declarations] == [
        "A6"
    ]
    assert "found no A7 in two.geojson" in refused(f"{text}    only A7\n")[0]
    said, _ = refused(text.replace("two.geojson", "no.geojson"))
    assert said == "play.scenario line 6: there is no 'no.geojson'"
    with pytest.raises(InputError, match="files cannot be read from here"):
        read_scenario(text.encode(), name="play.scenario")


def test_every_sentence_is_in_one_of_the_scenarios_that_are_played():
    shipped = HERE.parents[1] / "src" / "keepclear" / "data" / "acts-1-4.scenario"
    files = [HERE / "two.scenario", HERE / "three.scenario", shipped]
    head = {"title", "day", "party", "humanitarian", "secretariat", "line", "lines", "place"}
    head |= {"arrangement", "arrangement-file"}  # each of them is in what was read
    played = {step.form.name for file in files for step in read_with_files(file).steps}
    assert played | head == {form.name for form in FORMS}


def test_an_arrangement_may_stand_in_a_file():
    block = TWO.split("arrangement Darling\n")[1].split("END\n")[0]
    text = f"{HEADER}arrangement Darling from d.toml\nat 04:00Z\nAlder proposes Darling\n"
    found = read_scenario(text.encode(), name="play.scenario", beside=lambda _: block.encode())
    assert found.arrangements["Darling"].text == block


def test_bytes_that_are_no_text_and_texts_without_end_are_refused():
    for data in (b"\xff\xfe\x00", b"x" * 1_000_001):
        with pytest.raises(InputError) as caught:
            read_scenario(data, name="play.scenario")
        assert caught.value.where == "play.scenario"
