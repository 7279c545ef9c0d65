"""Laws of writing: what is written is read back, or told as lost; nothing ever comes back smaller.

Two kinds of format: those that hold whatever a declaration says (written and read, it is the same
value), and those that know less (written and read, it still meets whatever the declared one met).
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from keepclear.domain.altitude import Altitude, AltitudeBand, Reference, Units
from keepclear.domain.declaration import Declaration, Ground, Kind, State
from keepclear.domain.fields import NOTICE_FIELDS
from keepclear.domain.footprint import Area, Circle, EdgeRule, Polygon
from keepclear.domain.position import Position
from keepclear.domain.route import Route, Waypoint
from keepclear.domain.schedule import DailyPeriod, Day, Schedule
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import ALWAYS, Window
from keepclear.errors import InputError, UsageError
from keepclear.formats.notices import canonical
from keepclear.formats.registry import read_bytes
from keepclear.formats.writers.redraw import redrawn
from keepclear.formats.writers.registry import WRITERS, format_for, write_bytes
from tests.laws.strategies import (
    FLAT,
    LAW,
    SLOW_LAW,
    centres,
    circle,
    crossings,
    declarations,
    declared,
    lonlat,
    metres,
    moved,
    place,
    windows,
)

WHOLE = ("geojson", "ndjson", "csv", "xlsx", "kml", "cot")
"""Formats that hold everything that the law draws."""
DRAWN_ONLY = ("in the drawing", "for other programs")
"""What a loss says that other programs do not see, and that comes back to us."""
LESS = ("f3548", "ed318")

limits = st.one_of(
    st.none(),
    st.just(Altitude(0.0, Units.M, Reference.SFC)),
    st.builds(
        Altitude,
        st.integers(0, 400).map(float),
        st.just(Units.FL),
        st.just(Reference.STD),
    ),
    st.builds(
        Altitude,
        st.floats(-400, 9_000).map(lambda x: round(x, 2)),
        st.sampled_from([Units.M, Units.FT]),
        st.sampled_from([Reference.W84, Reference.AMSL, Reference.AGL]),
    ),
)
texts = st.sampled_from(["", "Bravo strip", "Hôpital d'Aïn", "مستشفى", "больница № 5"])
instants = st.integers(-(10**15), 4 * 10**15)


@st.composite
def any_bands(draw):
    lower, upper = draw(limits), draw(limits)
    try:
        return AltitudeBand(lower, upper)
    except Exception:  # noqa: BLE001 - upside down: the other way round is fine
        return AltitudeBand(upper, lower)


@st.composite
def fine_routes(draw, latitude, longitude):
    """Routes with times to the microsecond, bands that change and errors that grow."""
    times = sorted(draw(st.lists(instants, min_size=2, max_size=4)))
    flat = draw(st.booleans())
    band = draw(any_bands())
    points = [
        Waypoint(
            moved(latitude, longitude, draw(st.floats(-9e3, 9e3)), draw(st.floats(-9e3, 9e3))),
            time,
            band if flat else draw(any_bands()),
            draw(st.sampled_from([0.0, 12.5])),
        )
        for time in times
    ]
    return Route(tuple(points), draw(st.floats(0, 900)))


@st.composite
def full_declarations(draw):
    """Everything a declaration can say, near some place of the Earth."""
    at = draw(centres)
    said = draw(declarations(*at, count=2, spread_m=20_000.0, routes=False))
    whole = []
    for one in said:
        parts = [
            replace(
                part,
                band=draw(any_bands()),
                window=draw(st.one_of(windows(), st.builds(_window, instants, instants))),
            )
            for part in one.parts
        ]
        parts += draw(st.lists(fine_routes(*at), max_size=1))
        whole.append(
            replace(
                one,
                parts=tuple(parts),
                kind=draw(st.sampled_from(Kind)),
                state=draw(st.one_of(st.none(), st.sampled_from(State))),
                priority=draw(st.integers(-5, 100)),
                on_behalf_of=draw(st.sampled_from(["", "Partner"])),
                ground=draw(st.one_of(st.none(), st.just(Ground(60.0, 220.5)))),
                name=draw(texts),
                description=draw(st.one_of(texts, odd_words)),
                notice=draw(notices()),
            )
        )
    return whole


odd_words = st.text("=+-@'aé\"|;,ب<& 1", max_size=12).map(lambda text: " ".join(text.split()))
"""Words that begin like a formula, or hold what separates cells and marks up XML."""
notice_texts = st.one_of(
    odd_words,
    st.sampled_from(["2015-11-20", "yes", "high", "3.5", "hospital", "QNH 1013; FL 95"]),
)


@st.composite
def notices(draw):
    """Fields of a notification in their order, as any reader keeps them."""
    names = draw(st.lists(st.sampled_from(list(NOTICE_FIELDS)), unique=True, max_size=4))
    found = []
    for name in sorted(names, key=list(NOTICE_FIELDS).index):
        try:
            text = canonical(name, draw(notice_texts))
        except InputError:
            continue  # a field with a form of its own
        if text and canonical(name, text) == text:
            found.append((name, text))
    return tuple(found)


def _window(a, b):
    return Window(min(a, b), max(a, b))


def written(said, form):
    data, losses = write_bytes(said, form, geoid=lambda: FLAT)
    return read_bytes(data, name="plan", read_as=form), losses


def bare(declaration):
    """Without where it was read from, and without the writings that tables keep of every place."""
    return replace(declaration, where="", stated=())


@pytest.mark.parametrize("form", WHOLE)
def test_what_a_whole_format_holds_comes_back_the_same(form):
    @LAW
    @given(full_declarations())
    def law(said):
        reading, losses = written(said, form)
        assert reading.refused == ()
        for sentence in losses.sentences():
            assert form in {"kml", "cot"}, sentence
            assert any(words in sentence for words in DRAWN_ONLY), sentence
        assert [bare(one) for one in reading.declarations] == [bare(one) for one in said]

    law()


def test_the_law_is_asked_of_every_form_that_is_read_back():
    assert {*WHOLE, *LESS} == {form for form, writer in WRITERS.items() if writer.read_back}


@pytest.mark.parametrize("form", LESS)
def test_what_comes_back_from_a_poorer_format_meets_all_that_was_met(form):
    seen = {"met": 0, "apart": 0}

    @settings(SLOW_LAW, phases=(Phase.explicit, Phase.generate))  # to shrink these takes minutes
    @given(centres, st.data())
    def law(at, data):
        ours = data.draw(declarations(*at, count=2))
        others = data.draw(declarations(*at, count=3))
        ours = [replace(d, party="Ours", id=f"o{k}", standoff_m=0.0, position_error_m=0.0)
                for k, d in enumerate(ours)]  # fmt: skip
        others = [replace(d, party="Others", id=f"x{k}", kind=Kind.OPERATION)
                  for k, d in enumerate(others)]  # fmt: skip
        reading, _ = written(ours, form)
        assert reading.refused == ()
        back = [replace(d, party="Ours", id=d.id.split(" ")[0], kind=Kind.OPERATION)
                for d in reading.declarations]  # fmt: skip
        ours = [replace(d, kind=Kind.OPERATION) for d in ours]
        met = {(c.a.id, c.b.id) for c in crossings(*ours, *others)}
        met_again = {(c.a.id, c.b.id) for c in crossings(*back, *others)}
        assert met <= met_again
        seen["met"] += len(met)
        seen["apart"] += 6 - len(met_again)

    law()
    assert seen["met"] > 20  # the law is about meetings that must not be lost
    assert seen["apart"] > 20  # and a form that meets everything would be no use


@pytest.mark.parametrize("form", LESS)
def test_a_polygon_in_the_rule_of_the_form_keeps_its_vertices(form):
    edges = {"f3548": EdgeRule.GEODESIC, "ed318": EdgeRule.LONLAT}[form]
    ring = [(144.07, -31.18), (144.3300001, -31.0400001), (144.55, -31.15)]
    said = declared("A2", Volume4D(lonlat(ring, edges=edges), AltitudeBand(None, None), ALWAYS))
    reading, losses = written([replace(said, kind=Kind.RESTRICTION, party="")], form)
    (back,) = reading.declarations
    assert back.parts == said.parts
    assert not [s for s in losses.sentences() if "edges" in s]


@LAW
@given(centres, st.sampled_from(EdgeRule), st.sampled_from(EdgeRule), st.data())
def test_redrawn_lines_stay_where_they_were(at, source, other, data):
    """Halving a redrawn edge by its new rule gives places on the old line, to the tolerance twice."""
    a, b = (
        moved(*at, data.draw(st.floats(-2e5, 2e5)), data.draw(st.floats(-2e5, 2e5)))
        for _ in range(2)
    )
    drawn = redrawn([a, b], source, other, closed=False)
    back = redrawn(drawn, other, source, closed=False)
    assert drawn[0] == a
    assert drawn[-1] == b
    assert len(back) == len(drawn)  # pieces that agree under both rules need no more points


def test_redrawing_a_parallel_follows_it():
    """An independent look: along 60 N the shortest path bows away by 1.5 km, the redrawn one not."""
    a, b = place(60.0, 10.0), place(60.0, 14.0)
    drawn = redrawn([a, b], EdgeRule.LONLAT, EdgeRule.GEODESIC, closed=False)
    assert all(abs(point.latitude - 60.0) < 1e-12 for point in drawn)
    longest = max(metres(p, q) for p, q in pairwise(drawn))
    assert longest < 2_000  # the sag of such a chord at 60 N is 2 mm


WEEKLY = Schedule(
    Window(0, 10**15),
    (DailyPeriod(frozenset({Day.MON, Day.SUN}), 6 * 3_600_000_000, 18 * 3_600_000_000),
     DailyPeriod(frozenset({Day.SAT}), 0, 0)),
)  # fmt: skip


def test_weekly_hours_come_back_from_ed318_and_are_told_elsewhere():
    said = declared("Z", Volume4D(circle(45.0, 8.0, 500.0), AltitudeBand(None, None), WEEKLY),
                    kind=Kind.RESTRICTION, party="")  # fmt: skip
    reading, losses = written([said], "ed318")
    assert reading.declarations[0].parts == said.parts
    assert not any("hours" in sentence for sentence in losses.sentences())
    for form in ("geojson", "f3548"):
        reading, losses = written([said], form)
        assert any("weekly hours" in sentence for sentence in losses.sentences())
        assert reading.declarations[0].parts[0].window == WEEKLY.window


def test_holes_are_filled_in_f3548_and_kept_in_ed318():
    outer = [(8.0, 47.0), (8.1, 47.0), (8.1, 47.1), (8.0, 47.1)]
    inner = [(8.04, 47.04), (8.06, 47.04), (8.06, 47.06)]
    footprint = Area((Polygon(tuple(tuple(Position(longitude=x, latitude=y) for x, y in ring)
                                    for ring in (outer, inner))),), EdgeRule.LONLAT)  # fmt: skip
    said = declared("H", footprint, kind=Kind.RESTRICTION, party="")
    probe = declared("probe", circle(47.045, 8.053, 5.0), party="P")
    ed318, _ = written([said], "ed318")
    f3548, losses = written([said], "f3548")
    assert any("holes" in sentence for sentence in losses.sentences())
    assert not crossings(said, probe)
    assert not crossings(replace(ed318.declarations[0], party="O"), probe)
    assert crossings(replace(f3548.declarations[0], party="O"), probe)


def test_a_stand_off_round_a_polygon_is_told_as_not_covered():
    said = declared("S", lonlat([(8, 47), (8.1, 47), (8.1, 47.1)]), standoff_m=500.0)
    for form in LESS:
        _, losses = written([said], form)
        assert any("stand-off round a polygon: NOT covered" in s for s in losses.sentences())


def test_a_stand_off_round_a_place_becomes_a_larger_circle():
    said = declared("S", circle(47.0, 8.0), kind=Kind.SITE, standoff_m=2_000.0)
    for form in LESS:
        reading, losses = written([said], form)
        (part,) = reading.declarations[0].parts
        assert part.footprint.radius_m == pytest.approx(2_000.01)
        assert isinstance(part.footprint, Circle)
        assert any("written larger" in sentence for sentence in losses.sentences())


def test_every_loss_names_who_lost_what_and_counts_the_rest():
    said = [declared(f"d{k}", circle(47.0, 8.0), position_error_m=9.0) for k in range(5)]
    _, losses = written(said, "f3548")
    lost = "its position error: NOT covered by what is written"
    assert f"not kept of d0 d0, d1 d1, d2 d2 and 2 more: {lost}" in losses.sentences()


def test_names_of_files_ask_for_formats():
    assert format_for("plan.f3548.json") == "f3548"
    assert format_for("PLAN.JSON") == "geojson"
    assert format_for("plan.docx") is None
    for name, writer in WRITERS.items():
        assert all(format_for(f"x{ending}") == name for ending in writer.endings)


def test_a_format_that_is_not_written_is_named():
    with pytest.raises(UsageError, match="format 'dwg' is not written; choose one of geojson"):
        write_bytes([], "dwg", geoid=lambda: FLAT)


def test_declaration_is_whole():
    """A new member of Declaration must be thought of by every writer: this list is the reminder."""
    known = {
        "id", "kind", "parts", "party", "on_behalf_of", "state", "priority", "standoff_m", "ground",
        "position_error_m", "where", "name", "description", "stated", "notice",
    }  # fmt: skip
    assert set(Declaration.__dataclass_fields__) == known
