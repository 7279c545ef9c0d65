"""The way of columns and the ordinary way give the same bytes, or the first one steps aside.

``node.bulk`` answers ``--format pairs`` for large plain files without building a declaration. Here
it is made to answer small ones, plain and not so plain, beside the ordinary way.
"""

from __future__ import annotations

import importlib
import json
import math
import os
import subprocess
import sys
from itertools import count, pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from keepclear.domain.window import format_instant, parse_instant
from keepclear.errors import InputError
from keepclear.faces.report.pairs import render_pairs
from keepclear.formats.registry import read_bytes
from keepclear.node import bulk
from keepclear.node.check import Question, answer
from keepclear.node.fastpath import prepare_cache
from keepclear.node.files import BYTES_MAX
from keepclear.node.gather import gather
from tests.laws.strategies import NOTABLE, star_rings

pytest.importorskip("numba", reason="the way of columns is compiled: install the extra [fast]")
prepare_cache()
columns = importlib.import_module("keepclear.faces.report.columns")
scanner = importlib.import_module("keepclear.formats.scan.columns")

LAW = settings(
    derandomize=True,
    deadline=None,
    max_examples=300,  # what is drawn depends on which modules are there: half of it can be slight
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

NOON = parse_instant("2015-11-20T12:00:00Z")
SECOND = 1_000_000


@pytest.fixture(scope="module", autouse=True)
def _small_files_too():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "BULK_BYTES_MIN", 0)
        patch.setattr(bulk, "warm", lambda _: True)
        yield


@pytest.fixture(scope="module")
def write(tmp_path_factory):
    """Writes files into a fresh folder and gives their paths."""
    base, number = tmp_path_factory.mktemp("bulk"), count()

    def write(files):
        folder = base / str(next(number))
        folder.mkdir()
        paths = []
        for name, text in files.items():
            path = folder / name
            path.write_bytes(text.encode() if isinstance(text, str) else text)
            paths.append(str(path))
        return paths

    return write


def by_columns(paths, *, read_as=None, **question):
    """Text and account by the way of columns, or None where it steps aside."""
    found = bulk.bulk_pairs(
        paths, Question(areas=False, **question), read_as=read_as, max_bytes=BYTES_MAX
    )
    text = None if found is None else columns.render_columns(found)
    return None if text is None else (text, len(found.a), found.comparison)


def ordinarily(paths, *, read_as=None, **question):
    reading = gather(paths, read_as=read_as)
    comparison = answer(reading, Question(areas=False, **question), now_us=NOON)
    return render_pairs(comparison).encode(), len(comparison.crossings), comparison


ACCOUNT = (
    "complete", "declarations", "volumes", "compared", "parties", "not_compared", "refused",
    "warnings",
)  # fmt: skip


def compared(paths, **options):
    """Hold both ways to one answer; whether the way of columns gave one, and how many crossings."""
    fast = by_columns(paths, **options)
    if fast is None:
        return None
    slow = ordinarily(paths, **options)
    assert fast[0] == slow[0]
    assert fast[1] == slow[1]
    for name in ACCOUNT:
        assert getattr(fast[2], name) == getattr(slow[2], name), name
    assert all(crossing.certain for crossing in slow[2].crossings)
    return fast[1]


# features and files


def limit(value):
    return {"value": value, "units": "M", "reference": "W84"}


def feature(geometry, **properties):
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def polygon(*rings):
    return {"type": "Polygon", "coordinates": [[list(p) for p in ring] for ring in rings]}


def box(west=8.0, south=47.0, east=8.02, north=47.02):
    return polygon([(west, south), (east, south), (east, north), (west, north), (west, south)])


def point(longitude=8.01, latitude=47.01):
    return {"type": "Point", "coordinates": [longitude, latitude]}


def volume(id_, geometry=None, **said):
    """A canonical feature; ``None`` leaves a property out."""
    properties = {
        "id": id_,
        "kind": "operation",
        "altitude_lower": limit(0),
        "altitude_upper": limit(120),
        "time_start": "2015-11-20T12:00:00Z",
        "time_end": "2015-11-20T13:00:00Z",
    } | said
    kept = {name: value for name, value in properties.items() if value is not None}
    return feature(box() if geometry is None else geometry, **kept)


def collection(*features, **how):
    return json.dumps({"type": "FeatureCollection", "features": list(features)}, **how)


def lines(*features):
    return "".join(json.dumps(one) + "\n" for one in features)


@st.composite
def spots(draw, centre, decimals):
    """Longitude and latitude near a place, turned back where they run over an end of the Earth."""
    latitude, longitude = centre
    return _at(latitude, longitude, *draw(st.tuples(*[st.floats(-1500, 1500)] * 2)), decimals)


def _at(latitude, longitude, east_m, north_m, decimals):
    north = max(-90.0, min(90.0, latitude + north_m / 111_000))
    east = longitude + east_m / (111_000 * max(0.01, math.cos(math.radians(latitude))))
    return round((east + 180.0) % 360.0 - 180.0, decimals), round(north, decimals)


MISTAKES = ("none",) * 10 + ("bow", "twice", "closed twice", "open", "spike", "line")


@st.composite
def rings(draw, centre, decimals, *, plain):
    at = draw(spots(centre, 9))
    corners = draw(star_rings())
    ring = [_at(at[1], at[0], east, north, decimals) for east, north in corners]
    mistake = "none" if plain else draw(st.sampled_from(MISTAKES))
    if mistake == "bow":
        ring[0], ring[1] = ring[1], ring[0]
    elif mistake == "twice":
        ring.insert(1, ring[0])
    elif mistake == "spike":
        ring[2:2] = [ring[0], ring[1]]
    elif mistake == "line":
        ring = [ring[0], ring[1]] * 2
    if mistake != "open":
        ring.append(ring[0])
    if mistake == "closed twice":
        ring.append(ring[0])
    return ring


@st.composite
def geometries(draw, centre, *, plain):
    """A polygon, perhaps with a hole, or the centre of a circle; and its radius."""
    decimals = draw(st.sampled_from([7, 3] if plain else [7, 3, 9]))
    if draw(st.integers(0, 2)) == 0:
        radius = draw(st.sampled_from([0, 0.5, 150, 250.125, 1e-05, 1500.0000001]))
        return {"type": "Point", "coordinates": list(draw(spots(centre, decimals)))}, radius
    ring = draw(rings(centre, decimals, plain=plain))
    if draw(st.integers(0, 3)):
        return polygon(ring), None
    x, y = (sum(axis) / len(axis) for axis in zip(*ring, strict=True))
    inner = [[round(x + (a - x) * 0.4, 7), round(y + (b - y) * 0.4, 7)] for a, b in ring]
    return polygon(ring, inner), None


NAMES = ("A", "B", "Ash 7", "x_1", "a.b/c:d", "0", "Z9#1")
AWKWARD = (
    'say "so"', "one, two", "=1+1", "-3", "+4", "@home", " led", "trail ", "  ", "", "ü", "a\tb",
    "\\", "n" * 190, "n" * 200, "n" * 201, "'q", "a;b",
)  # fmt: skip
"""Names that need quotes or escapes, that a spreadsheet runs, that are trimmed, empty or too long."""
INSTANTS = (
    [NOON] * 3 + [NOON + k * 600 * SECOND for k in range(5)] + [NOON + 3_600 * SECOND] * 3
    + [NOON + 1, NOON - 7_890_123, -SECOND // 2]
)  # fmt: skip
HEIGHTS = (
    0, 0, 0, 60, 60.0, 120, 120.5, 300, 300, 120.0004, 120.0005, 120.0006, 120.001, -50, -0.0004,
    1e-05, 9999,
)  # fmt: skip
"""Bands that touch, bands of no thickness, and limits finer than a millimetre."""


@st.composite
def names(draw, *, plain):
    """Where not all must be plain, one in ten is awkward."""
    awkward = not plain and draw(st.integers(0, 9)) == 7
    return draw(st.sampled_from(AWKWARD if awkward else NAMES))


@st.composite
def volumes(draw, centre, number, parties, *, plain):
    """One feature, canonical or nearly so."""
    geometry, radius = draw(geometries(centre, plain=plain))
    low, high = sorted(draw(st.tuples(*[st.sampled_from(HEIGHTS)] * 2)))
    start, end = sorted(draw(st.tuples(*[st.sampled_from(INSTANTS)] * 2)))
    fresh = plain or draw(st.integers(0, 9)) != 7
    return volume(
        draw(names(plain=plain)) + (str(number) if fresh else ""),
        geometry,
        party=draw(st.sampled_from(parties)),
        kind=draw(st.sampled_from(["operation", "operation", "restriction"])),
        radius_m=radius,
        altitude_lower=limit(low),
        altitude_upper=limit(high),
        time_start=format_instant(start),
        time_end=format_instant(end),
    )


@st.composite
def worlds(draw):
    """Some files of features round one place."""
    centre = draw(st.sampled_from(NOTABLE))
    plain = draw(st.integers(0, 3)) > 0
    number = count()
    files = {}
    for name in draw(st.sampled_from([("a",), ("a", "b"), ("a", "b", "c c")])):
        style = draw(st.sampled_from([(None,), (None, "Alder", "Birch"), ("Alder", "Cedar")]))
        parties = list(style) if plain else [*style, draw(names(plain=plain))]
        features = [
            draw(volumes(centre, next(number), parties, plain=plain))
            for _ in range(draw(st.integers(1, 8)))
        ]
        shape = draw(st.sampled_from(["collection", "lines", "indented"]))
        if shape == "lines":
            files[f"{name}.ndjson"] = lines(*features)
        else:
            files[f"{name}.geojson"] = collection(
                *features, indent=2 if shape == "indented" else None
            )
    return files


def test_both_ways_give_the_same_bytes(write):
    seen = SimpleNamespace(answered=0, crossings=0)

    @LAW
    @given(worlds(), st.booleans())
    def law(files, within_party):
        found = compared(write(files), within_party=within_party)
        if found is not None:
            seen.answered += 1
            seen.crossings += found

    law()
    assert seen.answered > 40  # the law is about answers: stepping aside is always right
    assert seen.crossings > 300


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("shape", ["collection", "lines"])
def test_the_published_kind_of_file_is_answered_in_columns(root, monkeypatch, write, seed, shape):
    monkeypatch.syspath_prepend(str(root / "bench"))
    workload = importlib.import_module("workload")
    features = list(workload.features(workload.generate(2_000, seed)))
    written = (collection if shape == "collection" else lines)(*features)
    found = compared(write({"work.geojson": written}))
    assert found
    halves = [collection(*features[k::2]) for k in range(2)]
    assert compared(write({"even.geojson": halves[0], "odd.geojson": halves[1]})) is not None


# what once differed, or could


def two(**first):
    return volume("1", party="Alder", **first), volume("2", party="Birch")


def test_two_plain_features_are_answered(write):
    assert compared(write({"a.geojson": collection(*two())})) == 1
    assert compared(write({"a.ndjson": lines(*two())})) == 1


@pytest.mark.parametrize(
    "first",
    [
        {"kind": "restriction"},
        {"time_end": "2015-11-20T12:00:00Z"},
        {"time_start": "2015-11-20T13:00:00Z", "time_end": "2015-11-20T13:00:00Z"},
        {"time_start": "2015-11-20T11:00:00.5Z", "time_end": "2015-11-20T12:00:00Z"},
        {"time_start": "0001-01-01T00:00:00Z", "time_end": "9999-12-31T23:59:59.999999Z"},
        {"time_start": "1969-12-31T23:59:59.999999Z"},
        {"altitude_lower": limit(120), "altitude_upper": limit(200)},
        {"altitude_lower": limit(120), "altitude_upper": limit(120)},
        {"altitude_lower": limit(0), "altitude_upper": limit(0)},
        {"altitude_lower": limit(119.9999), "altitude_upper": limit(200)},
        {"altitude_lower": limit(120.0001), "altitude_upper": limit(200)},
        {"altitude_lower": limit(-0.0004), "altitude_upper": limit(0.0004)},
        {"altitude_lower": limit(-1_000_000), "altitude_upper": limit(1_000_000)},
        {"geometry": point(), "radius_m": 0},
        {"geometry": point(), "radius_m": 1e-05},
        {"geometry": point(8.0, 47.0), "radius_m": 0},
        {"geometry": point(9.6e-06, 1.2e-06), "radius_m": 500_000},
        {"geometry": box(8.02, 47.0, 8.04, 47.02)},
        {"geometry": box(8.0200001, 47.0, 8.04, 47.02)},
        {"geometry": polygon([[8, 47], [8.02, 47], [8.02, 47], [8, 47.02], [8, 47]])},
    ],
    ids=str,
)
def test_boundaries_are_the_same_in_columns(write, first):
    found = compared(write({"a.geojson": collection(*two(**first))}))
    assert found in {0, 1}


@pytest.mark.parametrize("at", NOTABLE)
def test_two_places_without_extent_meet_where_they_are_one(write, at):
    latitude, longitude = round(at[0], 7), round(at[1], 7)
    here = point(longitude, latitude)
    near = point(longitude, round(latitude + (-0.0001 if latitude > 0 else 0.0001), 7))
    for other, expected in ((here, 1), (near, 0)):
        plans = (
            volume("1", here, party="Alder", radius_m=0),
            volume("2", other, party="Birch", radius_m=0),
        )
        assert compared(write({"a.geojson": collection(*plans)})) == expected


def test_a_ring_that_falls_together_at_a_pole_is_no_ring(write):
    ring = [[0.08, 89.98], [-1.6, 90.0], [1.5, 90.0], [0.08, 89.98]]
    plans = volume("1", polygon(ring), party="Alder"), volume("2", point(0, 90), radius_m=5)
    compared(write({"a.geojson": collection(*plans)}))


ASIDE = {
    "seven decimals and more": collection(*two(geometry=box(8.00000001))),
    "a self-crossing ring": collection(
        *two(geometry=polygon([[8, 47], [8.02, 47.02], [8.02, 47], [8, 47.01], [8, 47]]))
    ),
    "a ring of two places": collection(
        *two(geometry=polygon([[8, 47], [8.1, 47], [8, 47], [8.1, 47], [8, 47]]))
    ),
    "a spike": collection(
        *two(geometry=polygon([[8, 47], [8.1, 47], [8.2, 47], [8.1, 47], [8, 47.1], [8, 47]]))
    ),
    "over the antimeridian by a jump": collection(
        *two(geometry=polygon([[179, 0], [-179, 0], [-179, 1], [179, 1], [179, 0]]))
    ),
    "over the antimeridian by running on": collection(
        *two(geometry=polygon([[179, 0], [181, 0], [181, 1], [179, 1], [179, 0]]))
    ),
    "round a pole": collection(*two(geometry=polygon([[0, 80], [120, 80], [-120, 80], [0, 80]]))),
    "an edge to a pole": collection(
        *two(geometry=polygon([[0, 80], [0, 90], [60, 90], [60, 80], [0, 80]]))
    ),
    "an edge of nearly half a turn": collection(
        *two(
            geometry=polygon([[0.004, -0.017], [179.986, 0.001], [0.003, -0.005], [0.004, -0.017]])
        )
    ),
    "an edge of half a turn": collection(
        *two(geometry=polygon([[0.004, -0.017], [-179.996, 0.001], [0.003, 0.5], [0.004, -0.017]]))
    ),
    "a point without radius": collection(*two(geometry=point())),
    "a radius beside a polygon": collection(*two(radius_m=5)),
    "another kind": collection(*two(kind="site")),
    "another reference": collection(
        *two(altitude_lower={"value": 0, "units": "M", "reference": "AMSL"})
    ),
    "no upper limit": collection(*two(altitude_upper=None)),
    "another offset": collection(*two(time_start="2015-11-20T12:00:00+00:00")),
    "a leap second": collection(*two(time_end="2015-11-20T12:59:60Z")),
    "no such day": collection(*two(time_end="2015-02-30T12:59:00Z")),
    "one id twice": collection(volume("1", party="Alder"), volume("1", party="Alder")),
    "an unknown property": collection(*two(colour="green")),
    "an edge rule": collection(*two(edges="geodesic")),
    "an escape in a name": collection(volume("\u00fc", party="Alder"), volume("2", party="Birch")),
    "upside down": collection(*two(altitude_lower=limit(200))),
    "exchanged times": collection(*two(time_end="2015-11-20T11:00:00Z")),
    "a quotation mark": collection(volume('"', party="Alder"), volume("2", party="Birch")),
    "a comma": collection(volume("a,b", party="Alder"), volume("2", party="Birch")),
    "a formula": collection(volume("=1+1", party="Alder"), volume("2", party="Birch")),
    "a formula as party": collection(volume("1", party="@Alder"), volume("2", party="Birch")),
}


@pytest.mark.parametrize("name", ASIDE)
def test_what_is_not_plain_is_the_same_or_left_to_the_ordinary_way(write, name):
    compared(write({"a.geojson": ASIDE[name]}))


def test_most_of_what_is_not_plain_is_left_to_the_ordinary_way(write):
    answered = [name for name, text in ASIDE.items() if by_columns(write({"a.geojson": text}))]
    assert len(answered) < len(ASIDE) / 4, answered


def named(name):
    return {
        "id": (volume(name, party="Alder"), volume("2", party="Birch")),
        "one party": (volume("1", party=name), volume("2", party="Birch")),
        "both parties": (volume("1", party=name), volume("2", party=name)),
        "the other silent": (volume("1", party=name), volume("2")),
    }


NAMED = [" 1", "1 ", "  ", "", "n" * 200, "n" * 201, "#", "a b", "/"]


@pytest.mark.parametrize("who", named(""))
@pytest.mark.parametrize("name", NAMED, ids=lambda name: f"{name[:3]!r} {len(name)}")
def test_names_are_trimmed_and_limited_alike(write, name, who):
    compared(write({"a.geojson": collection(*named(name)[who])}))


def test_names_that_differ_only_in_spaces_are_one(write):
    compared(write({"a.geojson": collection(volume("1", party="A"), volume("2", party="A "))}))


@pytest.mark.parametrize("party", [None, ""])
def test_in_a_single_file_without_parties_each_stands_for_itself(write, party):
    two_volumes = (volume("1", party=party), volume("2", party=party))
    assert compared(write({"a.geojson": collection(*two_volumes)})) in {1, None}
    half = (volume("1", party=party), volume("2", party="Birch"))
    assert compared(write({"a.geojson": collection(*half)})) in {1, None}


@pytest.mark.parametrize(
    "text", [collection(volume("1")), json.dumps(volume("1"))], ids=["collection", "bare"]
)
def test_a_file_with_one_feature_says_as_much(write, text):
    compared(write({"a.geojson": text}))


def test_a_file_under_two_names_is_one_file(write, tmp_path):
    (path,) = write({"a.geojson": collection(volume("1"), volume("2"))})
    link = tmp_path / "b.geojson"
    link.symlink_to(path)
    compared([path, str(link)])
    compared([path, f"{os.path.dirname(path)}/./a.geojson"])  # noqa: PTH120


def test_files_of_one_stem_stay_two_parties(write):
    text = collection(volume("1"), volume("2"))
    first, second = write({"a.geojson": text}), write({"a.geojson": text})
    assert compared([*first, *second]) == 4


LAYOUTS = {
    "collection": collection(*two()),
    "indented": collection(*two(), indent=1),
    "white space round it": " \n" + collection(*two()) + " \n",
    "lines": lines(*two()),
    "blank lines": "\n \n".join(json.dumps(one) for one in two()),
    "blank lines at the end": lines(*two()) + "\n\n",
    "carriage returns": "\r\n".join(json.dumps(one) for one in two()),
    "indented lines": "\n".join(json.dumps(one, indent=1) for one in two()),
    "second line indented": json.dumps(two()[0]) + "\n" + json.dumps(two()[1], indent=1),
    "one feature": json.dumps(two()[0]),
    "one feature indented": json.dumps(two()[0], indent=1),
    "both": collection(*two()) + lines(*two()),
}


@pytest.mark.parametrize("read_as", [None, "geojson", "ndjson"])
@pytest.mark.parametrize("name", ["a.json", "a.ndjson"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_layout_and_name_of_the_file_mean_the_same(write, layout, name, read_as):
    compared(write({name: LAYOUTS[layout]}), read_as=read_as)


def test_numbers_in_other_spellings(write):
    text = collection(*two())
    assert compared(write({"a.geojson": text})) == 1
    for old, new in [
        ('"value": 120', '"value": 120.0'), ('"value": 120', '"value": 1.2e2'),
        ('"value": 120', '"value": 1200e-01'), ('"value": 120', '"value": 1200E-1'),
        ('"value": 120', '"value": 0120'), ('"value": 120', '"value": +120'),
        ('"value": 120', '"value": 120.'), ('"value": 120', '"value": 119.99999999999999999'),
        ('"value": 0', '"value": -0'), ('"value": 0', '"value": -0.0'),
        ('"value": 0', '"value": 5e-324'), ('"value": 0', '"value": 1e-22'),
        ("[8.0, 47.0]", "[8, 47]"), ("[8.0, 47.0]", "[8.00, 47.0000000]"),
        ("[8.0, 47.0]", "[8.00000000, 47.0]"), ("[8.0, 47.0]", "[80000000e-07, 47]"),
        ("[8.0, 47.0]", "[ 8.0 ,\n47.0\t]"), ("[8.0, 47.0]", "[8.0, 47.0, 5]"),
        ("[8.0, 47.0]", "[08, 47]"), ("[8.0, 47.0]", "[-0, 47]"),
    ]:  # fmt: skip
        assert old in text
        try:
            compared(write({"a.geojson": text.replace(old, new)}))
        except AssertionError as error:
            raise AssertionError(new) from error


LONG = {
    "twice as long": box(west=-10.3, east=-4.1),
    "just 5 degrees": box(west=8.0, east=13.0),
    "5 degrees in doubles": box(west=8.1, east=13.1),
    "a step more": box(west=8.0, east=13.0000001),
    "8 pieces": box(west=-20.1234567, east=17.7654321),
    "north": box(south=40.0, north=59.0000001),
    "slanted": polygon([(8, 47), (14.0000001, 50.0000001), (13, 52), (8, 47)]),
    "over 180": box(west=176.0000003, south=47, east=-176, north=47.5),
    "over 180, short": box(west=179.99, south=47, east=-179.99, north=47.02),
    "a hole with long edges": polygon(
        [(0, 40), (12, 40), (12, 50), (0, 50), (0, 40)], [(3, 43), (3, 47), (9, 47), (9, 43), (3, 43)]
    ),
    "a bow": polygon([(8, 47), (14, 50), (14, 47), (8, 50), (8, 47)]),
}  # fmt: skip
"""Edges that are split before anything is compared, and some that only nearly are."""


@pytest.mark.parametrize("name", LONG)
def test_long_edges_are_split_in_columns_too(write, name):
    at = [corner for ring in LONG[name]["coordinates"] for corner in ring]
    d = 0.01
    near = [
        volume(
            f"n{k}", box(*(round(v, 7) for v in (x + dx - d, y + dy - d, x + dx + d, y + dy + d)))
        )
        for k, (x, y) in enumerate(at[:-1])
        for dx, dy in [(0.0, 0.0), (1.7, 0.0)]
        if abs(x + dx) < 179
    ]
    middle = [
        volume(
            f"m{k}",
            point(round((a[0] + b[0]) / 2 + off, 7), round((a[1] + b[1]) / 2, 7)),
            radius_m=900,
        )
        for k, (a, b) in enumerate(pairwise(at))
        for off in (0.0, 0.0031)
        if abs(a[0] - b[0]) < 90
    ]
    others = [one | {"properties": one["properties"] | {"id": f"o{k}"}}
              for k, one in enumerate([*near, *middle])]  # fmt: skip
    found = compared(write({"a.geojson": collection(volume("1", LONG[name]), *others)}))
    assert (found or 0) > 2 or name in {"a bow", "over 180", "over 180, short"}


def test_ids_sort_as_texts_do(write):
    ids = ["a", "a ", "a!", "aa", "A", "b", "a0", "a00", "a-", "ab" * 9, "ab" * 9 + "!", "~"]
    features = [volume(f"{one}x", party=f"P{k % 3}") for k, one in enumerate(ids)]
    assert compared(write({"a.geojson": collection(*features)})) == 48


# the scanner against the ordinary reader


def columns_of(data):
    """What the scanner says of some bytes, as plain rows; None where it says nothing."""
    found = scanner.scan(np.frombuffer(data, dtype=np.uint8))
    if found is None:
        return None
    rows = []
    for k in range(len(found.kind)):
        spans = range(found.ring_start[k], found.ring_start[k + 1])
        at = [(found.vertex_start[r], found.vertex_start[r + 1]) for r in spans]
        shape = [list(zip(found.lon[i:j] / 1e7, found.lat[i:j] / 1e7, strict=True)) for i, j in at]
        name = data[found.names[k, 0] : found.names[k, 1]].decode()
        party = data[found.names[k, 2] : found.names[k, 3]].decode()
        rows.append(
            (name, party, int(found.role[k]), shape, float(found.reach_m[k]),
             float(found.lower[k]), float(found.upper[k]), int(found.start_us[k]),
             int(found.end_us[k]))
        )  # fmt: skip
    return rows


def rows_of(data):
    """The same from the ordinary reader; None where it refuses anything."""
    try:
        reading = read_bytes(data, name="a.geojson")
    except InputError:
        return None
    if reading.refused:
        return None
    rows = []
    for declaration in reading.declarations:
        for part in declaration.parts:
            shape = getattr(part.footprint, "polygons", None)
            places = [[part.footprint.center]] if shape is None else shape[0].rings
            rows.append(
                (declaration.id, declaration.party,
                 ["operation", "restriction"].index(declaration.kind.value),
                 [[(p.longitude, p.latitude) for p in ring] for ring in places],
                 getattr(part.footprint, "radius_m", 0.0),
                 part.band.lower.metres, part.band.upper.metres,
                 part.window.start_us, part.window.end_us)
            )  # fmt: skip
    return rows


BASE = collection(
    volume("A1", party="Alder"),
    volume("R2", point(8.01, 47.0123456), radius_m=250.5, kind="restriction"),
    volume("B3", polygon(
        [[8, 47], [8.5, 47], [8.5, 47.5], [8, 47]], [[8.3, 47.1], [8.4, 47.1], [8.4, 47.2], [8.3, 47.1]]
    )),
).encode()  # fmt: skip
BASE_LINES = lines(*json.loads(BASE)["features"]).encode()
BASE_BROKEN = BASE.replace(b', {"type": "Feature"', b',\n{"type": "Feature"')
BASES = (BASE, BASE_BROKEN, BASE_LINES)


@pytest.fixture(params=[1_000_000, 0], ids=["one thread", "seams"])
def _threads(request, monkeypatch):
    """With and without seams between threads: large files have them, these are small."""
    monkeypatch.setattr(scanner, "_PARALLEL_BYTES", request.param)


BYTES = (
    b'0123456789.-+eE,:;[]{}" \n\\TZtypefeaturescoordinatesidkindpartyradius_maltitude\x00\x7f\xff'
)


@pytest.mark.usefixtures("_threads")
@pytest.mark.parametrize("base", [BASE_BROKEN, BASE_LINES], ids=["collection", "lines"])
def test_the_scanner_reads_the_base_as_the_reader_does(base):
    assert columns_of(base) == rows_of(base)
    assert len(columns_of(base)) == 3


edits = st.lists(
    st.tuples(st.integers(0, len(BASE)), st.integers(0, 3), st.sampled_from(BYTES), st.booleans()),
    min_size=1,
    max_size=4,
)


def edited(data, changes):
    """The bytes with some deleted, replaced or inserted."""
    found = bytearray(data)
    for place, length, byte, insert in changes:
        found[place : place + length] = bytes([byte]) if insert else b""
    return bytes(found)


FIXTURES_STAY = settings(LAW, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.usefixtures("_threads")
@FIXTURES_STAY
@given(edits, st.sampled_from(BASES))
@example([(0, 0, 32, True)], BASE)
def test_edited_bytes_are_read_alike_or_left_to_the_ordinary_reader(changes, base):
    data = edited(base, changes)
    found = columns_of(data)
    if found is not None:
        assert found == rows_of(data)


@pytest.mark.usefixtures("_threads")
@FIXTURES_STAY
@given(st.integers(0, len(BASE)), st.integers(0, len(BASE)), st.sampled_from(BASES))
def test_a_piece_cut_out_is_read_alike_or_left_to_the_ordinary_reader(start, length, base):
    data = base[:start] + base[start + length :]
    found = columns_of(data)
    if found is not None:
        assert found == rows_of(data)


# memory: the kernels check no bounds, so the same code runs here as plain Python, which does

_GUARD = """
import sys
from pathlib import Path
import numba
import numpy as np
from keepclear.formats.scan import columns as scanner

numba.get_num_threads = lambda: 3

class Guarded(np.ndarray):
    "No index below zero: it would be memory before the array."
    def __getitem__(self, key):
        assert not isinstance(key, (int, np.integer)) or key >= 0, key
        return super().__getitem__(key)
    def __setitem__(self, key, value):
        assert not isinstance(key, (int, np.integer)) or key >= 0, key
        super().__setitem__(key, value)

for path in sorted(Path(sys.argv[1]).iterdir(), key=lambda p: int(p.name)):
    for scanner._PARALLEL_BYTES in (1_000_000, 0):
        try:
            scanner.scan(np.frombuffer(path.read_bytes(), np.uint8).astype(np.int64).view(Guarded))
        except (IndexError, AssertionError) as error:
            print(path.name, repr(error))
"""


def strays(tmp_path, files):
    """Which of some bytes make the scanner read or write outside its arrays."""
    for number, data in enumerate(files):
        (tmp_path / str(number)).write_bytes(data)
    ran = subprocess.run(
        [sys.executable, "-c", _GUARD, str(tmp_path)],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout


def test_the_scanner_stays_within_its_arrays(tmp_path):
    chance = np.random.default_rng(20151120)
    files = [*BASES, b"", b" ", b"{", b'{"type"', b"[" * 50]
    files += [base[:end] for base in BASES for end in range(0, len(base), 61)]
    for _ in range(200):
        places = chance.integers(0, len(BASE), 3).tolist()
        changes = [
            (at, int(chance.integers(0, 4)), BYTES[int(chance.integers(len(BYTES)))], at % 3 > 0)
            for at in places
        ]
        files.append(edited(BASES[places[0] % 3], changes))
    assert strays(tmp_path, files) == ""


def crowd(vertices):
    """A canonical file with the shortest positions there are: six bytes each."""
    one = json.dumps(volume("1", polygon([[0, 0]])), separators=(",", ":"))
    places = "[0,0],[9,0],[9,9]," * (vertices // 3)
    return one.replace("[[[0,0]]]", f"[[{places}[0,0]]]").encode()


def test_a_few_short_positions_find_room(tmp_path):
    assert strays(tmp_path, [crowd(30)]) == ""


def test_many_short_positions_find_room(tmp_path):
    assert strays(tmp_path, [crowd(3_000)]) == ""
