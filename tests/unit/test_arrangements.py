"""Arrangements as text: the template, every fault in one pass, and what is never taken."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear import app
from keepclear.disclose.levels import Level, level_of
from keepclear.domain.arrangement import Disclosure, Rung, Third
from keepclear.domain.declaration import Kind
from keepclear.formats.arrangement_template import TEMPLATE
from keepclear.formats.arrangements import ARRANGEMENT_BYTES_MAX, older_spelling, read_arrangement
from keepclear.node.relaying import relays_between
from tests.laws.strategies import WGS84

HOUR_US = 3_600_000_000


def read(text):
    return read_arrangement(text.encode(), name="darling.toml")


def faults(text):
    found, refused = read(text)
    assert (found is None) == bool(refused)
    return [(refusal.where.removeprefix("darling.toml "), refusal.code) for refusal in refused]


def test_the_template_is_an_arrangement():
    found, refused = read(TEMPLATE)
    assert refused == ()
    assert found.rung("Birch", "Alder") is Rung.PARALLEL
    assert found.rung("Alder", "Relief") is None
    assert found.notified == ("Relief",)
    assert found.separation.vertical_m == pytest.approx(91.44)
    assert found.notice_us[Kind.OPERATION] == HOUR_US // 2
    assert found.disclosed(Kind.OPERATION) is Disclosure.CROSSING
    assert found.disclosed(Kind.SITE) is Disclosure.CROSSING  # not named: the least
    assert found.test_times_us == (4 * HOUR_US, 10 * HOUR_US)
    assert found.dividing_line.left == "Birch"
    first = found.dividing_line.line.vertices[0]
    assert (first.latitude, first.longitude) == (-31.56, 143.38)


def test_a_short_arrangement_takes_what_is_safe():
    found, refused = read(
        'format = "keepclear arrangement 1"\nname = "x"\nversion = 1\n'
        '[[party]]\nname = "A"\n[[party]]\nname = "B"\n'
        '[[rung]]\nbetween = ["B", "A"]\nis = "apart"\n'
    )
    assert refused == ()
    assert found.theatre is None
    assert not found.equal_priority_may_cross
    assert all(found.disclosed(kind) is Disclosure.CROSSING for kind in Kind)


def test_sealed_is_refused_and_never_put_down_to_less():
    text = TEMPLATE.replace('operation = "crossing"', 'operation = "sealed"')
    _, (refusal,) = read(text)
    assert refusal.code == "arrangement.sealed"
    assert "does not exist yet, and nothing less is put in its place" in refusal.message


def test_a_humanitarian_party_stands_on_no_rung_and_signs_nothing():
    rung = '[[rung]]\nbetween = ["Alder", "Relief"]\nis = "parallel"\n'
    _, (refusal,) = read(TEMPLATE.replace("[[party]]", rung + "\n[[party]]", 1))
    assert refusal.message == "a humanitarian party stands on no rung"
    _, refused = read(TEMPLATE.replace('names = ["Relief"]', 'names = ["Birch"]'))
    assert "arrangement.humanitarian" in [refusal.code for refusal in refused]


def test_every_fault_is_told_in_one_pass():
    text = (
        TEMPLATE.replace('"parallel"', '"friends"')
        .replace('horizontal = "1000m"', "horizontal = 1000")
        .replace('"31.8 S 142.8 E", ', '"31.8 S 190 E", ', 1)
        .replace('right = "Alder"', 'right = "Cedar"')
        .replace("[retention]", "[retenton]")
    )
    assert faults(text) == [
        ("rung 1.is", "arrangement.rung"),
        ("theatre.outline position 1", "position.range"),
        ("dividing_line", "arrangement.line"),
        ("separation.horizontal", "arrangement.quantity"),
        ("retenton", "arrangement.unknown"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            '"keepclear arrangement 1"',
            '"keepclear arrangement 9"',
            ("format", "arrangement.format"),
        ),
        ("version = 1", "version = 0", ("version", "arrangement.form")),
        ("version = 1", "version = true", ("version", "arrangement.form")),
        ('name = "Birch"', 'name = "Alder"', ("party", "arrangement.twice")),
        ('"Alder", "Birch"', '"Alder", "Alder"', ("rung 1.between", "arrangement.rung")),
        ('"04:00Z"', '"04:00"', ("line.tests", "arrangement.clock")),
        ('"04:00Z"', '"24:00Z"', ("line.tests", "arrangement.clock")),
        ('languages = ["en"]', 'languages = ["de"]', ("line.languages", "arrangement.language")),
        ("declarations = 500", "declarations = -1", ("caps.declarations", "arrangement.form")),
        ('receipt = "10min"', 'receipt = "10"', ("deadlines.receipt", "arrangement.quantity")),
        ('receipt = "10min"', 'receipt = "10m"', ("deadlines.receipt", "arrangement.quantity")),
        (
            'vertical = "300ft"',
            'vertical = "-3ft"',
            ("separation.vertical", "arrangement.quantity"),
        ),
        ("= false", "= 0", ("rules.equal_priority_may_cross", "arrangement.form")),
        ('area = "open"', 'area = "none"', ("disclosure.area", "arrangement.disclosure")),
        ('name = "Darling"', "", ("name", "arrangement.missing")),
    ],
)
def test_a_fault_names_its_place(old, new, expected):
    assert old in TEMPLATE
    assert expected in faults(TEMPLATE.replace(old, new, 1))


def thirds(*tables):
    said = "".join(f"[[third]]\nname = {name}\ndoes = {does}\n" for name, does in tables)
    return TEMPLATE.replace("# Humanitarian", f"{said}# Humanitarian")


OLD = TEMPLATE.replace(
    "# Humanitarian", '[neutral]\nnodes = ["UN", "Tower"]\n# Humanitarian'
).replace("[line]", '[line]\nrelays = ["Dale", "UN"]')
"""As texts were before: two lists."""


def test_who_serves_as_a_third_is_one_list():
    found, refused = read(
        thirds(
            ('"UN"', '["relay", "compare"]'), ('"Tower"', '["compare"]'), ('"Dale"', '["relay"]')
        )
    )
    assert refused == ()
    assert found.thirds == (
        Third("UN", compares=True, relays=True),
        Third("Tower", compares=True),
        Third("Dale", relays=True),
    )
    assert (found.neutral, found.relays) == (("UN", "Tower"), ("UN", "Dale"))


def test_a_relay_is_told_no_plans_and_who_compares_relays_nothing():
    """They are one list, and two things: neither follows from the other."""
    found, _ = read(thirds(('"Dale"', '["relay"]'), ('"Tower"', '["compare"]')))
    levels = {
        name: level_of([found], viewer=name, owner="Alder", kind=Kind.OPERATION)
        for name in ("Dale", "Tower")
    }
    assert levels == {"Dale": Level.NOTHING, "Tower": Level.OPEN}
    assert relays_between([found], "Alder", "Birch") == ["Dale"]


def test_texts_with_the_two_lists_of_before_mean_what_they_did_and_it_is_said_how_they_are_written():
    found, refused = read(OLD)
    assert refused == ()
    assert (set(found.neutral), set(found.relays)) == ({"UN", "Tower"}, {"Dale", "UN"})
    said = older_spelling(OLD.encode())
    written = re.findall(r"name = (\S+), does = (\[.*?\])", said)
    assert set(read(thirds(*written))[0].thirds) == set(found.thirds)
    assert older_spelling(TEMPLATE.encode()) == older_spelling(thirds(*written).encode()) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (thirds(('"UN"', "[]")), ("third 1.does", "arrangement.form")),
        (thirds(('"UN"', '["deliver"]')), ("third 1.does", "arrangement.form")),
        (thirds(('"UN"', '["relay"]\nfee = 1')), ("third 1.fee", "arrangement.unknown")),
        (thirds(('"UN"', '["relay"]'), ('"UN"', '["compare"]')), ("third", "arrangement.twice")),
        (thirds(('"Alder"', '["compare"]')), ("third", "arrangement.neutral")),
        (thirds(('"Relief"', '["compare"]')), ("third", "arrangement.neutral")),
        (thirds(('"Relief"', '["relay"]')), ("third", "arrangement.relay")),
        (OLD.replace('"Tower"', '"Alder"'), ("neutral", "arrangement.neutral")),
        (OLD.replace('"Dale"', '"Relief"'), ("line.relays", "arrangement.relay")),
        (OLD + '[[third]]\nname = "New"\ndoes = ["relay"]\n', ("third", "arrangement.twice")),
    ],
)
def test_a_third_that_cannot_serve_is_told(text, expected):
    assert expected in faults(text)


def test_a_member_may_relay_between_two_others():
    assert read(thirds(('"Alder"', '["relay"]')))[0].relays == ("Alder",)


def test_a_pair_without_a_rung_is_named():
    text = TEMPLATE.replace("# Humanitarian", '[[party]]\nname = "Cedar"\n\n# Humanitarian')
    _, refused = read(text)
    assert [refusal.message for refusal in refused] == [
        "no rung is said for Alder and Cedar",
        "no rung is said for Birch and Cedar",
    ]


@given(st.binary(max_size=400))
def test_any_bytes_are_an_arrangement_or_reasons_why_not(data):
    found, refused = read_arrangement(data, name="x")
    assert (found is None) == bool(refused)


@given(st.data())
def test_any_change_of_the_template_is_read_or_told(data):
    at = data.draw(st.integers(0, len(TEMPLATE) - 1))
    text = (
        TEMPLATE[:at]
        + data.draw(st.sampled_from(["", "x", '"', "=", "[", "-", "\n"]))
        + TEMPLATE[at + 1 :]
    )
    found, refused = read(text)
    assert (found is None) == bool(refused)


def test_a_text_that_is_too_large_is_not_looked_at():
    assert faults("#" * (ARRANGEMENT_BYTES_MAX + 1)) == [("darling.toml", "arrangement.too-large")]


# the command


def test_what_the_template_writes_is_checked_and_shown(tmp_path, capsys):
    path = tmp_path / "darling.toml"
    assert app.main(["arrangement", "template", "-o", str(path)]) == 0
    assert app.main(["arrangement", "check", str(path)]) == 0
    assert "Darling, version 1: nothing is wrong with it" in capsys.readouterr().err
    assert app.main(["arrangement", "show", str(path)]) == 0
    out = capsys.readouterr().out
    assert "rung            Alder and Birch: parallel\n" in out
    assert "humanitarian    Relief: notifies, stands on no rung, is asked for nothing\n" in out
    assert "notice          operation: 30 min before it begins\n" in out


def test_a_budget_that_asks_for_much_of_the_theatre_is_told(tmp_path, capsys):
    """The theatre of the template measured by another calculation of areas."""
    path = tmp_path / "darling.toml"
    path.write_text(TEMPLATE)
    found, _ = read_arrangement(TEMPLATE.encode(), name="t")
    polygon = WGS84.Polygon()
    for at in found.theatre.polygons[0].rings[0]:
        polygon.AddPoint(at.latitude, at.longitude)
    twentieth = abs(polygon.Compute()[2]) / 1e6 * 24 / 20
    for cap, is_told in ((0.98 * twentieth, False), (1.02 * twentieth, True)):
        path.write_text(re.sub(r"area_km2_hours = \d+", f"area_km2_hours = {cap:.0f}", TEMPLATE))
        assert app.main(["arrangement", "check", str(path)]) == 0
        said = capsys.readouterr().err
        assert "nothing is wrong with it" in said
        assert ("of the theatre in a day" in said) is is_told
    path.write_text(TEMPLATE)
    assert app.main(["arrangement", "check", str(path)]) == 0
    assert "theatre" not in capsys.readouterr().err


def test_who_serves_is_shown_and_a_text_of_before_is_told_of(tmp_path, capsys):
    path = tmp_path / "darling.toml"
    path.write_text(OLD)
    assert app.main(["arrangement", "show", str(path)]) == 0
    said = capsys.readouterr()
    assert "UN: compares, and shows nobody another's plan; passes sealed notes on\n" in said.out
    assert "look at this: [neutral] nodes and [line] relays are one list now" in said.err
    assert 'name = "Tower", does = ["compare"]' in said.err


def test_a_wrong_one_is_told_and_the_code_says_so(tmp_path, capsys):
    path = tmp_path / "darling.toml"
    path.write_text(TEMPLATE.replace('"parallel"', '"friends"'))
    for verb in ("check", "show"):
        assert app.main(["arrangement", verb, str(path)]) == 3
        said = capsys.readouterr()
        assert "rung 1.is: found 'friends', expected one of apart, parallel" in said.err
        assert said.out == ""
