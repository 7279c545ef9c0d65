"""The use case: who belongs to which party, which time is looked at, what is said about the rest."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

import keepclear
from keepclear.domain.altitude import EVERYWHERE
from keepclear.domain.declaration import Declaration, Ground, Kind, State
from keepclear.domain.footprint import Area, Circle, EdgeRule, Polygon
from keepclear.domain.position import Position
from keepclear.domain.route import Route, Waypoint
from keepclear.domain.schedule import DAY_US, DailyPeriod, Day, Schedule
from keepclear.domain.units import MICROSECONDS
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import ALWAYS, Window, parse_instant
from keepclear.errors import InputError, Refusal, UsageError
from keepclear.faces.words import closing
from keepclear.formats.reading import Reading
from keepclear.node.check import NO_WINDOW, OUTSIDE, Question, answer
from keepclear.node.gather import gather

HOUR = 3_600 * MICROSECONDS
FRIDAY = parse_instant("2015-11-20T00:00Z")
NOW = parse_instant("2026-11-23T06:00Z")


def window(start_h, end_h, day=FRIDAY):
    return Window(
        None if start_h is None else int(day + start_h * HOUR),
        None if end_h is None else int(day + end_h * HOUR),
    )


def volume(when, radius_m=1000.0):
    here = Position(latitude=-31.0, longitude=144.0)
    return Volume4D(Circle(here, radius_m), EVERYWHERE, when)


def declared(party, *windows, kind=Kind.OPERATION, id_="1", **more):
    return Declaration(
        id=id_, kind=kind, party=party, parts=tuple(volume(when) for when in windows), **more
    )


def weekly(*days, hours=(8, 10), outer=ALWAYS):
    period = DailyPeriod(frozenset(days), hours[0] * HOUR, hours[1] * HOUR)
    return Schedule(outer, (period,))


def ask(*declarations, now=NOW, refused=(), **question):
    reading = Reading("", declarations, refused)
    return answer(reading, Question(**question), now_us=now)


def spans(comparison):
    return [
        ((c.time_start_us - FRIDAY) / HOUR, (c.time_end_us - FRIDAY) / HOUR)
        for c in comparison.crossings
    ]


class TestParties:
    """Who belongs to whom decides what is compared."""

    @pytest.fixture
    def write(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)

        def write(name, *features):
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
            return name

        return write

    def feature(self, id_="1", **properties):
        return {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [144.0, -31.0]},
            "properties": {"id": id_, "kind": "operation", "radius_m": 500} | properties,
        }

    def test_a_file_names_the_party_of_what_names_none(self, write):
        a = write("alder.geojson", self.feature("1"), self.feature("2", party="Cedar"))
        b = write("birch.geojson", self.feature("1"))
        reading = gather([a, b])
        assert [d.party for d in reading.declarations] == ["alder", "Cedar", "birch"]

    def test_alone_and_unnamed_each_stands_for_itself_and_that_is_said(self, write):
        reading = gather([write("plan.geojson", self.feature("1"), self.feature("2"))])
        assert [d.party for d in reading.declarations] == ["", ""]
        assert any("each declaration stands for itself" in text for text in reading.warnings)
        assert len(keepclear.check(reading).crossings) == 1

    def test_alone_but_partly_named_the_rest_is_the_files(self, write):
        name = write("plan.geojson", self.feature("1"), self.feature("2", party="Cedar"))
        assert [d.party for d in gather([name]).declarations] == ["plan", "Cedar"]

    def test_two_files_of_one_name_stay_two_parties(self, write):
        a, b = (write(f"{folder}/plan.geojson", self.feature()) for folder in "ab")
        reading = gather([a, b])
        assert len({d.party for d in reading.declarations}) == 2
        assert len(keepclear.check(reading).crossings) == 1

    def test_a_file_given_twice_is_read_once(self, write):
        name = write("plan.geojson", self.feature(party="Alder"))
        reading = gather([name, f"./{name}"])
        assert len(reading.declarations) == 1
        assert any("read once" in text for text in reading.warnings)

    def test_one_declaration_may_stand_in_two_files(self, write):
        a = write("a.geojson", self.feature("1", party="Alder"))
        b = write("b.geojson", self.feature("1", party="Alder", radius_m=900))
        c = write("c.geojson", self.feature("1", party="Alder"))
        reading = gather([a, b, c])
        assert [len(d.parts) for d in reading.declarations] == [2]
        assert sum("older version" in text for text in reading.warnings) == 1

    def test_two_versions_that_differ_are_both_compared_and_that_is_said(self, write):
        a = write("a.geojson", self.feature("1", party="Alder"))
        b = write("b.geojson", self.feature("1", party="Alder", priority=7))
        reading = gather([a, b])
        assert len(reading.declarations) == 2
        assert any("which one holds?" in text for text in reading.warnings)

    def nameless(self, **more):
        named = self.feature(party="Alder", **more)
        del named["properties"]["id"]
        return named

    def test_what_has_no_id_never_joins_another_file(self, write):
        a = write("north/plan.geojson", self.nameless(), self.nameless(radius_m=7))
        b = write("south/plan.geojson", self.nameless(radius_m=900))
        c = write("areas.geojson", self.nameless(radius_m=900))
        reading = gather([a, b, c])
        assert [d.id for d in reading.declarations] == [
            "north/plan.geojson#1",
            "north/plan.geojson#2",
            "south/plan.geojson#1",
            "areas#1",
        ]
        assert [len(d.parts) for d in reading.declarations] == [1, 1, 1, 1]
        assert not any("older version" in text for text in reading.warnings)

    def test_a_generated_id_is_the_files_stem_and_the_number(self, write):
        reading = gather([write("areas.geojson", *[self.nameless()] * 3)])
        assert [d.id for d in reading.declarations] == ["areas#1", "areas#2", "areas#3"]

    def test_a_file_that_cannot_be_read_is_refused_and_the_others_are_read(self, write):
        reading = gather([write("a.geojson", self.feature()), "nowhere.geojson"])
        assert len(reading.declarations) == 1
        assert [(r.where, r.code) for r in reading.refused] == [("nowhere.geojson", "file.missing")]

    def test_in_python_it_raises(self, write):
        with pytest.raises(InputError, match=r"nowhere\.geojson: there is no such file"):
            keepclear.read(write("a.geojson", self.feature()), "nowhere.geojson")
        with pytest.raises(UsageError):
            keepclear.read()


class TestEdges:
    """The same corners hold other ground under another edge rule."""

    CORNERS = ((0.0, 44.0), (10.0, 44.0), (10.0, 45.0), (0.0, 45.0))

    def site(self):
        """5.6 km north of the parallel of 45 N: the shortest path bulges 12 km beyond it."""
        return {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [5.0, 45.05]},
            "properties": {"id": "S", "kind": "site", "party": "Relief"},
        }

    def plan(self, **properties):
        ring = [list(corner) for corner in (*self.CORNERS, self.CORNERS[0])]
        return {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [ring]},
            "properties": {"id": "A", "kind": "operation", "party": "Alder"} | properties,
        }

    @pytest.mark.parametrize(
        ("edges", "crossings"), [(None, 0), ("lonlat", 0), ("geodesic", 1), ("great-circle", 1)]
    )
    def test_a_site_beyond_the_parallel(self, tmp_path, edges, crossings):
        path = tmp_path / "plan.geojson"
        features = [self.plan(edges=edges), self.site()]
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        found = keepclear.check(keepclear.read(path))
        assert found.refused == ()
        assert len(found.crossings) == crossings

    def test_geodesic_is_what_f3548_says(self, tmp_path):
        geojson, intent = tmp_path / "plan.geojson", tmp_path / "intent.json"
        geojson.write_text(json.dumps(self.plan(edges="geodesic")))
        vertices = [{"lng": lon, "lat": lat} for lon, lat in self.CORNERS]
        outline = {"volume": {"outline_polygon": {"vertices": vertices}}}
        intent.write_text(json.dumps({"extents": [outline], "state": "Accepted"}))
        mine, theirs = (keepclear.read(path).declarations[0] for path in (geojson, intent))
        assert mine.parts[0].footprint == theirs.parts[0].footprint


class TestTime:
    """Only what lies wholly outside the time asked for is left out."""

    @pytest.mark.parametrize(
        ("when", "compared"),
        [
            (window(4, 6), 1),
            (window(4, 6.001), 2),
            (window(8, 9), 1),
            (window(7.999, 9), 2),
            (window(6, 6), 2),
            (window(8, 8), 1),
            (window(None, 6), 1),
            (ALWAYS, 2),
        ],
    )
    def test_half_open(self, when, compared):
        found = ask(
            declared("Alder", ALWAYS),
            declared("Birch", when),
            after_us=FRIDAY + 6 * HOUR,
            before_us=FRIDAY + 8 * HOUR,
        )
        assert found.compared == compared
        assert found.not_compared == (((OUTSIDE, 1),) if compared == 1 else ())
        assert found.complete

    def test_the_last_instant_of_a_route_belongs_to_it(self):
        here = Position(latitude=-31.0, longitude=144.0)
        there = Position(latitude=-31.0, longitude=144.1)
        ways = tuple(
            Waypoint(place, FRIDAY + hour * HOUR, EVERYWHERE)
            for place, hour in ((there, 5), (here, 6))
        )
        route = Declaration(id="r", kind=Kind.OPERATION, party="Birch", parts=(Route(ways, 100.0),))
        assert ask(declared("Alder", ALWAYS), route, after_us=FRIDAY + 6 * HOUR).compared == 2
        assert ask(declared("Alder", ALWAYS), route, after_us=FRIDAY + 6 * HOUR + 1).compared == 1

    def test_an_expired_site_still_stands(self):
        site = declared("Relief", window(0, 2), kind=Kind.SITE)
        found = ask(declared("Alder", window(5, 7)), site, after_us=FRIDAY + 4 * HOUR)
        assert len(found.crossings) == 1
        side = next(s for s in (found.crossings[0].a, found.crossings[0].b) if s.kind is Kind.SITE)
        assert side.unconfirmed_since_us == FRIDAY + 2 * HOUR

    def test_crossings_are_cut_to_the_time_asked_for_or_stand_whole(self):
        found = ask(
            declared("Alder", window(4, 10)),
            declared("Birch", window(5, 9)),
            after_us=FRIDAY + 6 * HOUR,
            before_us=FRIDAY + 7 * HOUR,
        )
        ((start, end),) = spans(found)
        assert start <= 6 < 7 <= end

    def test_an_empty_span_is_a_typing_error(self):
        with pytest.raises(UsageError, match="later than"):
            Question(after_us=5, before_us=5)


class TestWeekly:
    """Weekly schedules are opened where the others are."""

    def test_over_the_span_of_the_others(self):
        zone = declared("Zones", weekly(Day.FRI), kind=Kind.RESTRICTION)
        found = ask(zone, declared("Alder", window(4, 9)))
        assert spans(found) == [(8, 9)]
        assert any("weekly schedules were looked at" in text for text in found.warnings)

    def test_other_zones_do_not_stretch_the_span(self):
        zone = declared("Zones", weekly(Day.FRI), kind=Kind.RESTRICTION)
        old = declared("Zones", Window(0, None), kind=Kind.RESTRICTION, id_="2")
        claim = declared("Cedar", Window(0, None), kind=Kind.AREA)
        found = ask(zone, old, claim, declared("Alder", window(4, 9)))
        said = (
            "weekly schedules were looked at from 2015-11-20T04:00:00Z until 2015-11-20T09:00:00Z"
        )
        assert said in found.warnings
        assert len(found.crossings) == 2

    def test_parts_are_counted_as_declared(self):
        days = (Day.MON, Day.TUE, Day.WED, Day.THU)
        zone = declared("Zones", weekly(*days), weekly(Day.FRI), kind=Kind.RESTRICTION)
        found = ask(zone, declared("Alder", window(-100, 9)))
        assert found.volumes == 3
        sides = [s for c in found.crossings for s in (c.a, c.b) if s.party == "Zones"]
        assert {s.parts for s in sides} == {(0,), (1,)}

    def test_a_zone_without_a_window_then_is_not_compared_and_that_is_said(self):
        zone = declared("Zones", weekly(Day.MON), kind=Kind.RESTRICTION)
        found = ask(zone, declared("Alder", window(4, 9)))
        assert found.not_compared == ((NO_WINDOW, 1),)
        assert found.complete
        assert (found.declarations, found.compared) == (2, 1)

    def test_a_zone_never_opened_where_no_time_is_named_makes_no_whole_answer(self):
        """It was in force last year; a plan without times may have been there then."""
        past = Window(FRIDAY - 400 * DAY_US, FRIDAY - 300 * DAY_US)
        zone = declared("Zones", weekly(*Day, outer=past), kind=Kind.RESTRICTION)
        for other in (ALWAYS, Window(FRIDAY, None), Window(None, FRIDAY)):
            found = ask(zone, declared("Alder", other))
            assert not found.complete
            assert any("never in force in that time" in text for text in found.warnings)
        assert not ask(zone).complete
        later = Window(FRIDAY + 300 * DAY_US, FRIDAY + 400 * DAY_US)
        zone = declared("Zones", weekly(*Day, outer=later), kind=Kind.RESTRICTION)
        assert not ask(zone, declared("Alder", Window(FRIDAY, None)), after_us=FRIDAY).complete

    def test_a_zone_never_opened_in_all_the_time_that_is_named_leaves_nothing_open(self):
        past = Window(FRIDAY - 400 * DAY_US, FRIDAY - 300 * DAY_US)
        zone = declared("Zones", weekly(*Day, outer=past), kind=Kind.RESTRICTION)
        span = {"after_us": FRIDAY, "before_us": FRIDAY + DAY_US}
        assert ask(zone, declared("Alder", window(4, 9))).complete
        assert ask(zone, declared("Alder", ALWAYS), **span).complete
        half = {"before_us": FRIDAY + DAY_US}
        assert ask(zone, declared("Alder", Window(FRIDAY, None)), **half).complete

    def test_a_time_minimum_reaches_beyond_the_others(self):
        zone = declared("Zones", weekly(Day.FRI), kind=Kind.RESTRICTION)
        plan = declared("Alder", window(10.5, 12))
        assert not ask(zone, plan).crossings
        wide = keepclear.Minima(time_us=HOUR)
        assert len(ask(zone, plan, minima=wide).crossings) == 1

    def test_the_last_instant_of_the_others_counts(self):
        zone = declared("Zones", weekly(Day.FRI), kind=Kind.RESTRICTION)
        assert len(ask(zone, declared("Alder", window(8, 8))).crossings) == 1

    def test_the_next_seven_days_where_nothing_names_a_time(self):
        zone = declared("Zones", weekly(*Day), kind=Kind.RESTRICTION)
        found = ask(zone, declared("Alder", ALWAYS))
        assert len(found.crossings) == 7
        assert all(NOW <= c.time_end_us <= NOW + 8 * DAY_US for c in found.crossings)

    def test_only_where_asked(self):
        zone = declared("Zones", weekly(*Day), kind=Kind.RESTRICTION)
        plan = declared("Alder", ALWAYS)
        found = ask(zone, plan, after_us=FRIDAY, before_us=FRIDAY + 2 * DAY_US)
        assert spans(found) == [(8, 10), (32, 34)]
        assert len(ask(zone, plan, after_us=FRIDAY).crossings) == 7
        assert len(ask(zone, plan, before_us=FRIDAY).crossings) == 7

    def test_one_far_away_plan_does_not_refuse_the_rest(self):
        zone = declared("Zones", weekly(*Day), kind=Kind.RESTRICTION, where="zones.json zone 1")
        far = declared("Birch", window(0, 1, day=parse_instant("2215-01-01T00:00Z")))
        found = ask(zone, declared("Alder", window(4, 9)), far)
        assert [(r.where, r.code) for r in found.refused] == [
            ("zones.json zone 1", "schedule.too-long")
        ]
        assert not found.complete


class TestAccount:
    """Nothing that was read is lost without a word."""

    def test_everything_adds_up(self):
        bow = [(0, 0), (1, 1), (0, 1), (1, 0)]
        ring = tuple(Position(latitude=y, longitude=x) for x, y in bow)
        area = Area((Polygon((ring,)),), EdgeRule.LONLAT)
        crossed = replace(
            declared("Cedar", ALWAYS),
            parts=(Volume4D(area, EVERYWHERE, ALWAYS),),
            where="c.csv row 2",
        )
        found = ask(
            declared("Alder", window(4, 9)),
            declared("Birch", window(4, 9), id_="2"),
            declared("Birch", window(20, 21), id_="3"),
            declared("Birch", window(4, 9), id_="4", state=State.ENDED),
            crossed,
            refused=(Refusal("c.csv row 1", "x", "y"),),
            before_us=FRIDAY + 12 * HOUR,
        )
        assert found.declarations == 5
        assert found.declarations == found.compared + sum(n for _, n in found.not_compared)
        assert len(found.refused) == 2
        assert any(r.where.startswith("c.csv row 2") for r in found.refused)
        assert not found.complete
        assert "; 4 rows not compared;" in closing(found)

    def test_ground_and_minima_are_handed_on(self):
        low, high = Ground(0, 10), Ground(2000, 2100)
        agl = keepclear.Altitude(100, keepclear.Units.M, keepclear.Reference.AGL)
        amsl = keepclear.Altitude(1000, keepclear.Units.M, keepclear.Reference.AMSL)
        below = replace(
            declared("Alder", ALWAYS),
            parts=(replace(volume(ALWAYS), band=keepclear.AltitudeBand(None, agl)),),
        )
        above = replace(
            declared("Birch", ALWAYS),
            parts=(replace(volume(ALWAYS), band=keepclear.AltitudeBand(amsl, None)),),
        )
        assert not ask(below, above, ground=low).crossings
        assert len(ask(below, above, ground=high).crossings) == 1
        assert (
            len(ask(below, above, ground=low, minima=keepclear.Minima(0, 1500, 0)).crossings) == 1
        )


class TestPython:
    """The face for people who write Python."""

    def test_times_as_text_or_datetime(self):
        one, two = declared("Alder", window(4, 9)), declared("Birch", window(5, 7))
        noon = datetime(2015, 11, 20, 12, tzinfo=UTC)
        assert not keepclear.check([one, two], after=noon).crossings
        assert not keepclear.check([one, two], before="2015-11-20T06:30+03:00").crossings
        assert len(keepclear.check([one, two], before=noon).crossings) == 1

    @pytest.mark.parametrize(
        "wrong",
        [
            {"horizontal_m": -1},
            {"vertical_m": float("nan")},
            {"time_s": float("inf")},
            {"after": "2015-11-20T06:30"},
            {"after": datetime(2015, 11, 20)},  # noqa: DTZ001
        ],
    )
    def test_what_cannot_be_meant_is_refused(self, wrong):
        with pytest.raises(UsageError):
            keepclear.check([], **wrong)

    def test_every_public_name_is_there_and_in_order(self):
        assert keepclear.__all__ == sorted(keepclear.__all__)
        assert dir(keepclear) == keepclear.__all__
        for name in keepclear.__all__:
            assert getattr(keepclear, name) is not None
        with pytest.raises(AttributeError, match="no attribute 'nothing'"):
            keepclear.nothing  # noqa: B018
