"""The page: self-contained, safe with foreign text, the same bytes every time, and well-formed."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from keepclear.detect.crossing import Comparison, Crossing, CrossingKind, Minima, Side
from keepclear.domain.altitude import EVERYWHERE, Altitude, AltitudeBand, Reference, Units
from keepclear.domain.declaration import Declaration, Ground, Kind
from keepclear.domain.footprint import Area, Circle, Corridor, EdgeRule, Polygon
from keepclear.domain.position import Position
from keepclear.domain.route import Route, Waypoint
from keepclear.domain.schedule import DailyPeriod, Day, Schedule
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import ALWAYS, Window, parse_instant
from keepclear.errors import Refusal
from keepclear.faces.report.html import CARDS_MAX, DRAWN_MAX, render_html
from keepclear.faces.report.nearest import nearest_places
from keepclear.faces.report.plane import Plane, geometry_rings, inner_point

SIX = parse_instant("2015-11-20T06:00Z")
EIGHT = parse_instant("2015-11-20T08:00Z")
LOW = AltitudeBand(Altitude(0, Units.M, Reference.SFC), Altitude(100, Units.FL, Reference.STD))


def at(longitude, latitude):
    return Position(latitude=latitude, longitude=longitude)


def square(longitude=144.0, latitude=-31.0, size=0.2, edges=EdgeRule.LONLAT):
    corners = ((0, 0), (size, 0), (size, size), (0, size))
    ring = tuple(at((longitude + x + 180) % 360 - 180, latitude + y) for x, y in corners)
    return Area((Polygon((ring,)),), edges)


def declared(party, id_, footprint, kind=Kind.OPERATION, when=None, band=LOW, **more):
    part = Volume4D(footprint, band, when or Window(SIX, EIGHT))
    return Declaration(id=id_, party=party, kind=kind, parts=(part,), **more)


def convoy(party="Relief", id_="W1"):
    ways = (
        Waypoint(at(143.9, -31.1), SIX, LOW),
        Waypoint(at(144.0, -31.0), SIX + 600_000_000, LOW),
        Waypoint(at(144.0, -31.0), SIX + 900_000_000, LOW),
        Waypoint(at(144.1, -30.9), EIGHT, LOW),
    )
    return Declaration(id=id_, party=party, kind=Kind.MOVEMENT, parts=(Route(ways, 1000.0),))


def crossing(one, two, /, **more):
    area = {
        "type": "Polygon",
        "coordinates": [[[144.05, -30.95], [144.1, -30.95], [144.1, -30.9], [144.05, -30.95]]],
    }
    return Crossing(
        **{
            "a": Side(one.party, one.id, one.kind, (0,)),
            "b": Side(two.party, two.id, two.kind, (0,)),
            "kind": CrossingKind.OVERLAP,
            "certain": True,
            "why_possible": (),
            "time_start_us": SIX,
            "time_end_us": EIGHT,
            "altitude": LOW,
            "altitude_w84_m": (80.0, 3500.0),
            "area_m2": 12.5e6,
            "area": area,
            "horizontal_m": 0.0,
            "vertical_m": 0.0,
            "time_s": 0.0,
        }
        | more
    )


def comparison(declarations, crossings=(), **more):
    parties = tuple(sorted({d.party for d in declarations}))
    count = len(declarations)
    return replace(
        Comparison(True, count, count, count, parties, (), (), (), tuple(crossings)), **more
    )


def page(declarations, crossings=(), *, more=None, **options):
    found = comparison(declarations, crossings, **(more or {}))
    return render_html(found, declarations, **{"title": "t", "generated": None} | options)


ALDER = declared("Alder", "A2", square(), ground=Ground(60, 220), on_behalf_of="Aspen")
CLINIC = declared("Relief", "S1", Circle(at(144.1, -30.9), 0.0), Kind.SITE, ALWAYS, standoff_m=2000)
PLAIN = page([ALDER, CLINIC, convoy()], [crossing(ALDER, CLINIC), crossing(ALDER, convoy())])


class Checker(HTMLParser):
    """Every element is closed, in order."""

    VOID = frozenset({"meta", "link", "br", "img", "hr"})

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.attributes = [], [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def checked(text):
    checker = Checker()
    checker.feed(text)
    checker.close()
    assert checker.open == []
    for drawing in re.findall(r"<svg.*?</svg>(?=\s*(?:<[^s/]|</[^s]|$|[^<]))", text, re.DOTALL):
        assert "NaN" not in drawing
        assert "inf" not in drawing
    return checker


class TestAlone:
    """It opens offline and lets nothing in."""

    def test_nothing_is_fetched_and_nothing_runs(self):
        checker = checked(PLAIN)
        assert not {"script", "iframe", "object", "embed", "form", "base", "img"} & set(
            checker.seen
        )
        for tag, name, value in checker.attributes:
            assert not name.startswith("on"), (tag, name)
            assert name != "style", tag
            if name in {"href", "src"}:
                assert value.startswith(("#", "data:")), value
        assert "http://" not in PLAIN
        assert "https://" not in PLAIN
        assert "@import" not in PLAIN

    def test_the_policy_lets_in_this_style_and_nothing_else(self):
        policy = re.search(r'Content-Security-Policy" content="([^"]+)"', PLAIN)[1]
        style = re.search(r"<style>(.*?)</style>", PLAIN, re.DOTALL)[1]
        digest = b64encode(sha256(style.encode()).digest()).decode()
        assert "default-src 'none'" in policy
        assert f"style-src 'sha256-{digest}'" in policy
        assert "unsafe" not in policy
        assert "script-src" not in policy

    def test_urls_in_the_drawings_stay_on_the_page(self):
        assert set(re.findall(r"url\(([^)]*)\)", PLAIN)) <= {f"#t{n}" for n in range(8)} | {"#tx"}

    def test_the_same_input_gives_the_same_bytes(self):
        again = page(
            [ALDER, CLINIC, convoy()], [crossing(ALDER, CLINIC), crossing(ALDER, convoy())]
        )
        assert again == PLAIN

    def test_drawings_are_well_formed(self):
        body = PLAIN[PLAIN.index("<body>") : PLAIN.index("</body>") + 7]
        tree = ET.fromstring(body.replace("&nbsp;", " ").replace("<br>", "<br/>"))
        assert len(tree.findall(".//svg[@role='img']")) == 4


HOSTILE = (
    '"><script>alert(1)</script>',
    "<img src=x onerror=alert(1)>",
    "</title></style><script>",
    "' onload='alert(1)",
    "$css ${policy} $",
    "&lt;b&gt;",
    "\u202e\x1b[2J\ud800",
)


class TestForeignText:
    """Whatever another party calls itself, the page stays the page."""

    @pytest.mark.parametrize("text", HOSTILE)
    def test_names_reasons_and_refusals_are_only_text(self, text):
        evil = replace(ALDER, party=text, id=text, on_behalf_of=text)
        met = crossing(evil, CLINIC, certain=False, why_possible=(text,))
        made = page(
            [evil, CLINIC],
            [met],
            more={
                "refused": (Refusal(text, text, text),),
                "warnings": (text,),
                "not_compared": ((text, 1),),
                "complete": False,
            },
            title=text,
            generated=text,
        )
        checker = checked(made)
        assert set(checker.seen) == set(checked(PLAIN).seen) | {"strong"}
        assert not any(name.startswith("on") for _, name, _ in checker.attributes)
        assert "\x1b" not in made
        assert "\u202e" not in made
        made.encode("utf-8")

    def test_text_is_shown_as_it_was_written(self):
        evil = replace(ALDER, id="<A&2>")
        assert "&lt;A&amp;2&gt;" in page([evil, CLINIC], [crossing(evil, CLINIC)])


class TestContent:
    """Who, when, how high, how certain, and what was not looked at."""

    def test_the_heading_is_the_honest_sentence(self):
        assert (
            "<h1>2 crossings (all certain) among 3 declarations of Alder and Relief<small>" in PLAIN
        )
        assert "parties that declare nothing are not seen.</small></h1>" in PLAIN
        none = page([ALDER, CLINIC])
        assert "<h1>No crossing among 2 declarations of Alder and Relief<small>" in none
        assert "Nothing crosses, so there is nothing to draw." in none
        checked(none)

    def test_an_incomplete_answer_says_so_on_top(self):
        refused = (Refusal("b.csv row 2", "x", "the ring crosses itself"),)
        made = page([ALDER], more={"complete": False, "refused": refused})
        assert made.index("This answer is incomplete.") < made.index("<h2")
        assert "b.csv row 2: the ring crosses itself" in made
        assert "This answer is incomplete." not in PLAIN

    def test_what_was_asked_is_said(self):
        made = page(
            [ALDER],
            minima=Minima(9260.0, 304.8, 60_000_000),
            span=Window(SIX, None),
            ground=Ground(40, 150),
        )
        assert "9,260 m beside, 305 m in height, 1 min in time" in made
        assert "<dt>Only after</dt><dd>2015-11-20 06:00 UTC</dd>" in made
        assert "40 to 150 m above the sea" in made

    def test_a_card_says_everything_about_its_crossing(self):
        since = parse_instant("2015-11-01T00:00Z")
        site = Side("Relief", "S1", Kind.SITE, (0,), since)
        met = crossing(
            ALDER, CLINIC, b=site, certain=False, why_possible=("the datum is not said",)
        )
        made = page([ALDER, CLINIC], [met])
        card = made[made.index("<article") : made.index("</article>")]
        for words in (
            "Alder A2",
            "Relief S1 (site)",
            "possible",
            "2015-11-20 06:00 to 08:00 UTC",
            "<small>2 h</small>",
            "SFC to FL100",
            "80 to 3,500 m W84",
            "12.5 km²",
            "the datum is not said",
            "unconfirmed since 2015-11-01 00:00 UTC",
            "2,000 m from Relief S1 (site)",
            "Alder A2: Aspen",
        ):
            assert words in card

    def test_a_shared_area_has_a_place_to_read_out(self):
        assert re.search(
            r"around -30\.9\d+, 144\.0\d+</small> <small>30°5\d\.\d\u2032 S, 144°0\d\.\d\u2032 E",
            PLAIN,
        )

    def test_what_only_comes_near_says_how_near(self):
        near = crossing(
            ALDER,
            CLINIC,
            kind=CrossingKind.SEPARATION,
            area=None,
            area_m2=None,
            horizontal_m=1421.0,
        )
        made = page([ALDER, CLINIC], [near])
        assert "1,421 m beside" in made
        checked(made)

    def test_two_routes_are_joined_where_they_come_closest(self):
        def flight(party, latitude):
            ways = tuple(
                Waypoint(at(8.0 + hour, latitude), SIX + hour * 3_600_000_000, LOW)
                for hour in (0, 1, 2)
            )
            return Declaration(id="1", kind=Kind.OPERATION, party=party, parts=(Route(ways, 0.0),))

        one, two = flight("Alder", 47.0), flight("Birch", 47.05)
        near = crossing(
            one,
            two,
            kind=CrossingKind.SEPARATION,
            area=None,
            area_m2=None,
            horizontal_m=5500.0,
            time_start_us=SIX + 3_600_000_000,
            time_end_us=SIX + 3_600_000_000,
        )
        (a, b) = nearest_places(one, two, near)
        assert a == pytest.approx((9.0, 47.0))
        assert b == pytest.approx((9.0, 47.05))
        assert 'class="gap"' in page([one, two], [near])
        meeting = replace(near, horizontal_m=0.0)
        assert len(set(nearest_places(one, two, meeting))) == 1

    def test_it_does_not_promise_or_permit(self):
        text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", PLAIN, flags=re.DOTALL).lower()
        for word in (
            "safe",
            "approve",
            "clearance",
            "cleared",
            "conflict",
            "threat",
            "enemy",
            "target",
        ):
            assert not re.search(rf"\b{word}", text), word
        assert "it is no permission and no guarantee" in text

    def test_pattern_and_letter_tell_parties_apart_without_colour(self):
        parties = [
            declared(name, "1", square(144 + i))
            for i, name in enumerate(("Alder", "Aspen", "Birch"))
        ]
        made = page(parties)
        legend = made[made.index('class="legend"') : made.index("</ul>")]
        assert re.findall(r">(\w+)</text>", legend) == ["A", "B", "C"]
        assert re.findall(r"url\(#t\d\)", legend) == ["url(#t0)", "url(#t1)", "url(#t2)"]


class TestShapes:
    """Everything that can be declared can be drawn, wherever it is."""

    @pytest.mark.parametrize(
        "footprint",
        [
            square(179.9),
            square(edges=EdgeRule.GEODESIC, size=3.0),
            Circle(at(180.0, 10.0), 300_000.0),
            Circle(at(0.0, 90.0), 100_000.0),
            Circle(at(12.0, -89.9), 50_000.0),
            Circle(at(144.0, -31.0), 0.0),
            Corridor((at(179.0, 60.0), at(-179.0, 61.0)), 5000.0, EdgeRule.GEODESIC),
            Corridor((at(1.0, 1.0), at(1.0, 1.0)), 0.0, EdgeRule.LONLAT),
            Area((Polygon((square().polygons[0].rings[0],) * 2),) * 2, EdgeRule.GREAT_CIRCLE),
        ],
    )
    @pytest.mark.parametrize("standoff_m", [0.0, 1500.0])
    def test_footprints(self, footprint, standoff_m):
        checked(page([declared("Alder", "1", footprint, Kind.SITE, standoff_m=standoff_m)]))

    @pytest.mark.parametrize(
        ("when", "band"),
        [
            (ALWAYS, EVERYWHERE),
            (Window(SIX, SIX), AltitudeBand(LOW.lower, LOW.lower)),
            (Window(None, SIX), AltitudeBand(None, LOW.upper)),
            (Schedule(ALWAYS, (DailyPeriod(frozenset({Day.FRI}), 0, 1),)), LOW),
            (Window(0, EIGHT), AltitudeBand(Altitude(-400, Units.M, Reference.AMSL), None)),
        ],
    )
    def test_times_and_heights_without_limit_or_extent(self, when, band):
        one, two = (declared(p, "1", square(), when=when, band=band) for p in ("Alder", "Birch"))
        met = crossing(one, two, time_start_us=None, time_end_us=None, altitude_w84_m=(None, None))
        checked(page([one, two], [met]))

    def test_a_shape_over_180_stays_in_one_piece(self):
        plane = Plane.around([(179.9, 0.0), (-179.9, 0.1)])
        assert abs(plane.longitude) == pytest.approx(180.0)
        (x1, _), (x2, _) = plane.line([(179.9, 0.0), (-179.9, 0.1)])
        assert x2 - x1 == pytest.approx(0.2 * 111_195, rel=1e-3)

    def test_a_kilometre_is_as_long_to_the_east_as_to_the_north(self):
        plane = Plane.around([(10.0, 59.0), (12.0, 61.0)])
        (x, _), (_, y) = plane.line([(11.0 + 2.0, 60.0)])[0], plane.line([(11.0, 61.0)])[0]
        assert x == pytest.approx(y, rel=1e-3)

    def test_a_place_comes_back(self):
        plane = Plane.around([(179.0, -40.0), (-179.0, -42.0)])
        place = plane.place(plane.line([(-179.5, -41.5)])[0])
        assert (place.longitude, place.latitude) == pytest.approx((-179.5, -41.5))

    def test_the_number_stands_inside_a_shape_with_a_notch(self):
        notch = [(0, 0), (10, 0), (10, 10), (9, 10), (9, 1), (1, 1), (1, 10), (0, 10)]
        x, y = inner_point([[(float(x), float(y)) for x, y in notch]])
        assert y < 1 or x < 1 or x > 9

    def test_every_geometry_is_understood(self):
        point, line = [1.0, 2.0], [[1.0, 2.0], [3.0, 4.0]]
        mixed = {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Point", "coordinates": point},
                {"type": "LineString", "coordinates": line},
                {"type": "MultiPolygon", "coordinates": [[line], [line, line]]},
            ],
        }
        assert [len(ring) for ring in geometry_rings(mixed)] == [1, 2, 2, 2, 2]
        assert geometry_rings(None) == []


class TestMany:
    """A page is for reading: what is too much for it is said, not lost in silence."""

    def test_many_crossings_and_declarations(self):
        many = [
            declared(f"p{n % 40}", str(n), square(144 + n % 50 * 0.3))
            for n in range(DRAWN_MAX + 10)
        ]
        crossings = [crossing(many[n], many[n + 1]) for n in range(CARDS_MAX + 20)]
        made = page(many, crossings)
        checked(made)
        assert made.count("<article") == CARDS_MAX
        assert "20 crossings more in the table below." in made
        assert "10 declarations more not drawn." in made
        assert "and 510 more</p>" in made
        assert "more that cross are not drawn here." in made
