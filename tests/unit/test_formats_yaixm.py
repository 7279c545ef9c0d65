"""YAIXM: UK airspace as YAML; YAML's surprises stay out."""

from __future__ import annotations

import pytest

from keepclear.domain.altitude import Altitude, Reference, Units
from keepclear.domain.declaration import Kind
from keepclear.domain.footprint import Area, Circle, EdgeRule
from keepclear.domain.window import ALWAYS
from keepclear.errors import InputError
from keepclear.formats.registry import read_bytes
from keepclear.formats.yamltext import DEPTH_MAX, parse_yaml

CIRCLE = """    boundary:
    - circle:
        radius: 2.5 nm
        centre: 513000N 0003000W
"""
ZONE = """airspace:
- name: BRAVO ATZ
  id: bravo-atz
  type: ATZ
  geometry:
  - lower: SFC
    upper: 2000 ft
"""


def read(text):
    return read_bytes(text.encode(), name="uk.yaml")


def one(text):
    reading = read(text)
    assert reading.refused == ()
    (airspace,) = reading.declarations
    return airspace


def test_an_airspace_is_one_declaration_and_each_volume_a_part():
    airspace = one(ZONE + CIRCLE + "  - lower: FL65\n    upper: 9000 ft SFC\n" + CIRCLE)
    assert airspace.kind is Kind.RESTRICTION
    assert (airspace.id, airspace.name) == ("bravo-atz", "BRAVO ATZ")
    assert dict(airspace.notice) == {"airspace_type": "ATZ"}
    low, high = airspace.parts
    assert low.footprint == high.footprint
    assert isinstance(low.footprint, Circle)
    assert low.footprint.radius_m == 4_630.0
    assert low.band.upper == Altitude(2000, Units.FT, Reference.AMSL)
    assert high.band.lower == Altitude(65, Units.FL, Reference.STD)
    assert high.band.upper == Altitude(9000, Units.FT, Reference.AGL)
    assert low.window == ALWAYS


def test_lines_and_arcs_make_a_ring_of_shortest_paths():
    airspace = one(
        ZONE
        + """    boundary:
    - line:
      - 513000N 0003000W
      - 513500N 0003000W
    - arc:
        dir: cw
        radius: 5 nm
        centre: 513000N 0003000W
        to: 513000N 0002158W
"""
    )
    (part,) = airspace.parts
    assert isinstance(part.footprint, Area)
    assert part.footprint.edges is EdgeRule.GEODESIC
    ring = part.footprint.polygons[0].rings[0]
    assert (ring[0].latitude, ring[0].longitude) == (51.5, -0.5)
    assert all(p.latitude >= 51.5 and p.longitude >= -0.5 for p in ring)
    assert len(airspace.stated) == 4
    assert 0.0 < airspace.position_error_m < 60.0


def test_a_first_arc_begins_where_the_boundary_ends():
    text = """    boundary:
    - arc:
        dir: cw
        radius: 5 nm
        centre: 513000N 0003000W
        to: 513000N 0002158W
    - line:
      - 513000N 0003000W
      - 513500N 0003000W
"""
    ring = one(ZONE + text).parts[0].footprint.polygons[0].rings[0]
    assert (ring[0].latitude, ring[0].longitude) == (51 + 35 / 60, -0.5)


def test_a_height_in_kilometres_of_radius_is_read_and_names_stay_texts():
    airspace = one(
        ZONE.replace("BRAVO ATZ", "NO").replace("id: bravo-atz", "id: 12:30")
        + CIRCLE.replace("2.5 nm", "10 km")
    )
    assert (airspace.name, airspace.id) == ("NO", "12:30")
    assert airspace.parts[0].footprint.radius_m == 10_000.0


def test_what_a_notice_activates_holds_always_and_is_told():
    reading = read(ZONE.replace("  type: ATZ", "  type: R\n  rules:\n  - NOTAM") + CIRCLE)
    assert "holds always" in reading.warnings[0] or "hold always" in reading.warnings[0]
    reading = read(ZONE.replace("BRAVO ATZ", "SILVERSTONE (3-5 JUL)") + CIRCLE)
    assert len(reading.warnings) == 1


def test_two_airspaces_with_one_id_are_both_compared():
    reading = read(ZONE + CIRCLE + ZONE.removeprefix("airspace:\n") + CIRCLE)
    assert [a.id for a in reading.declarations] == ["bravo-atz", "bravo-atz (2)"]


def test_lists_that_hold_no_airspace_are_told():
    reading = read(ZONE + CIRCLE + "obstacle:\n- name: MAST\n")
    assert "obstacles" in reading.warnings[0]


BAD = {
    "no name": (ZONE.replace("name: BRAVO ATZ", "x: y") + CIRCLE, "airspace 1", "member.missing"),
    "no geometry": ("airspace:\n- name: A\n  type: D\n", "airspace 1 A", "member.missing"),
    "no volumes": ("airspace:\n- name: A\n  geometry: []\n", "airspace 1 A", "declaration.empty"),
    "a limit": (
        ZONE.replace("2000 ft", "high") + CIRCLE,
        "airspace 1 BRAVO ATZ geometry 1 upper",
        "altitude.form",
    ),
    "limits upside down": (
        ZONE.replace("SFC", "3000 ft") + CIRCLE,
        "airspace 1 BRAVO ATZ geometry 1 limits",
        "altitude.upside-down",
    ),
    "a place": (
        ZONE + CIRCLE.replace("513000N", "51.5N"),
        "airspace 1 BRAVO ATZ geometry 1 boundary 1",
        "position.form",
    ),
    "a radius": (
        ZONE + CIRCLE.replace("2.5 nm", "2.5"),
        "airspace 1 BRAVO ATZ geometry 1 boundary 1",
        "length.units",
    ),
    "a shape": (
        ZONE + CIRCLE.replace("circle", "oval"),
        "airspace 1 BRAVO ATZ geometry 1 boundary 1",
        "yaixm.boundary",
    ),
    "a direction": (
        ZONE
        + CIRCLE.replace("circle", "arc").replace(
            "radius", "dir: left\n        to: x\n        radius"
        ),
        "airspace 1 BRAVO ATZ geometry 1 boundary 1",
        "yaixm.boundary",
    ),
    "a person": (
        ZONE.replace("  type", "  passport: 1\n  type") + CIRCLE,
        "airspace 1 BRAVO ATZ",
        "schema.refused",
    ),
    "no list": ("airspace:\n  x: y\n", "", "yaixm.form"),
    "an alias": (
        ZONE.replace("id: bravo-atz", "id: &x bravo-atz") + CIRCLE,
        "line 3",
        "yaml.alias",
    ),
    "a tag": (ZONE.replace("id: bravo-atz", "id: !!int 5") + CIRCLE, "line 3", "yaml.tag"),
    "a name twice": (ZONE + "    upper: 1000 ft\n" + CIRCLE, "line 8", "yaml.duplicate-key"),
    "two documents": (ZONE + CIRCLE + "---\nairspace: []\n", "line 12", "yaml.documents"),
    "no YAML": (ZONE + "    - [\n", "line 8", "yaml.invalid"),
}


@pytest.mark.parametrize(("text", "where", "code"), BAD.values(), ids=BAD)
def test_each_fault_is_told_with_its_place(text, where, code):
    reading = read(text)
    assert reading.declarations == ()
    (refusal,) = reading.refused
    assert refusal.code == code
    assert refusal.where == f"uk.yaml {where}".strip()


def test_a_volume_that_is_refused_leaves_the_others():
    reading = read(ZONE + CIRCLE + "  - lower: low\n    upper: 9000 ft\n" + CIRCLE)
    assert len(reading.declarations[0].parts) == 1
    assert len(reading.refused) == 1
    assert "compared without them" in reading.warnings[0]


def test_bombs_of_aliases_and_of_nesting_are_refused_at_once():
    laughs = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
    for text, code in ((laughs, "yaml.alias"), ("[" * 10_000, "yaml.too-deep")):
        with pytest.raises(InputError) as caught:
            parse_yaml(text.encode())
        assert caught.value.code == code
    assert parse_yaml(("[" * DEPTH_MAX + "]" * DEPTH_MAX).encode()) is not None


def test_yaml_gives_texts_as_they_were_written():
    assert parse_yaml(b"a: NO\nb: 12:30\nc: 2024-01-01\nd: 010\ne: ~\nf: ''\ng:\n- 1.0\n") == {
        "a": "NO",
        "b": "12:30",
        "c": "2024-01-01",
        "d": "010",
        "e": None,
        "f": "",
        "g": ["1.0"],
    }
