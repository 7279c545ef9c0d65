"""Bad input from end to end: one sentence for each fault, and everything else is still checked.

Each case says where the fault must be told (file, row, field), what was found and what was
expected. Two sound declarations stand beside it; they must be compared whatever the rest is.
"""

from __future__ import annotations

import gzip
import json
import math
import os
import re
import subprocess
import sys

import pytest

from keepclear import app

HOUR = {"time_start": "2015-11-20T06:00:00Z", "time_end": "2015-11-20T07:00:00Z"}


def limit(value, units="M", reference="W84"):
    return {"value": value, "units": units, "reference": reference}


def square(west, south, size=0.1):
    east, north = west + size, south + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(id_="bad", ring=None, geometry=None, **said):
    properties = {
        "party": id_,
        "id": id_,
        "kind": "operation",
        "altitude_lower": limit(0),
        "altitude_upper": limit(120),
        **HOUR,
    } | said
    shape = geometry or {"type": "Polygon", "coordinates": [ring or square(8, 46)]}
    return {"type": "Feature", "properties": properties, "geometry": shape}


SOUND = (feature("north", square(8, 47)), feature("south", square(8, 40)))
CROSSING = (feature("north", square(8, 47)), feature("other", square(8.05, 47)))


@pytest.fixture
def check(tmp_path, monkeypatch, capsys):
    """The command as it is typed: exit code, envelope, and what was said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    def check(*arguments, **files):
        for name, content in files.items():
            text = content if isinstance(content, bytes) else content.encode()
            (tmp_path / name.replace("_", ".")).write_bytes(text)
        code = app.main(["check", *arguments, "--format", "json"])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, json.loads(said.out), said.err

    return check


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": features})


def lines(*features):
    return "\n".join(one if isinstance(one, str) else json.dumps(one) for one in features)


def told(refusal, where, code, *words):
    """Hold one refusal to its place, its code, and what it must say."""
    assert refusal["where"] == where
    assert refusal["code"] == code
    for word in words:
        assert word in refusal["message"], word
    assert len(refusal["message"]) < 300
    assert "\n" not in refusal["message"]


WHOLE_EARTH = [[-170, -80], [0, -80], [170, -80], [170, 80], [0, 80], [-170, 80], [-170, -80]]
ROWS = {
    "swapped coordinates": (
        feature(ring=[[-31.0, 144.0], [-31.1, 144.0], [-31.1, 144.1], [-31.0, 144.0]]),
        "geometry ring 1 vertex 1", "position.range",
        "latitude 144.0", "outside -90 to 90", "swapped",
    ),
    "impossible latitude": (
        feature(geometry={"type": "Point", "coordinates": [120.0, 95.0]}, radius_m=5),
        "geometry", "position.range", "latitude 95.0", "-90 to 90",
    ),
    "impossible longitude": (
        feature(ring=square(500, 46)),
        "geometry ring 1 vertex 1", "position.range", "longitude 500", "-180 to 180",
    ),
    "longitude beyond 180": (
        feature(ring=square(190, 46)),
        "geometry ring 1 vertex 1", "position.range", "longitude 190", "write it as -170",
    ),
    "a coordinate that is text": (
        feature(ring=[[8, 46], ["8.1", 46], [8.1, 46.1], [8, 46]]),
        "geometry ring 1 vertex 2", "number.expected", "found '8.1'", "expected a number",
    ),
    "a self-crossing ring": (
        feature(ring=[[8, 46], [9, 47], [9, 46], [8, 47], [8, 46]]),
        "outline", "ring.self-crossing", "self-intersection near latitude 46.5", "longitude 8.5",
        "give its vertices in order",
    ),
    "an unclosed ring": (
        feature(ring=square(8, 46)[:-1]),
        "geometry ring 1", "ring.unclosed", "last vertex differs from the first", "repeated",
    ),
    "two vertices": (
        feature(ring=[[8, 46], [9, 46], [8, 46]]),
        "geometry ring 1", "ring.too-few", "at least 3", "found 2",
    ),
    "zero area": (
        feature(ring=[[8, 46], [9, 46], [10, 46], [8, 46]]),
        "outline", "ring.zero-area", "encloses no area", "radius_m",
    ),
    "larger than a hemisphere": (
        feature(ring=WHOLE_EARTH),
        "outline", "ring.too-large", "larger than a hemisphere", "cut it",
    ),
    "lower above upper": (
        feature(altitude_lower=limit(500)),
        "properties.altitude_lower", "altitude.upside-down", "500 m W84", "above", "120 m W84",
    ),
    "unknown reference": (
        feature(altitude_upper=limit(120, reference="QNH")),
        "properties.altitude_upper", "altitude.reference", "found reference 'QNH'",
        "W84, AMSL, AGL, STD, SFC",
    ),
    "unknown units": (
        feature(altitude_upper=limit(120, units="km")),
        "properties.altitude_upper", "altitude.units", "found units 'km'", "M, FT, FL",
    ),
    "a bare altitude": (
        feature(altitude_upper=120),
        "properties.altitude_upper", "altitude.form", "found 120", '"reference": "AMSL"',
    ),
    "a time without offset": (
        feature(time_start="2015-11-20T06:00:00"),
        "properties.time_start", "time.no-offset", "'2015-11-20T06:00:00'", "add Z",
    ),
    "no such day": (
        feature(time_start="2015-02-30T06:00:00Z"),
        "properties.time_start", "time.unreadable", "2015-02-30", "calendar",
    ),
    "end before start": (
        feature(time_end="2015-11-20T05:00:00Z"),
        "properties.time_end", "time.end-before-start", "2015-11-20T05:00:00Z", "before it starts",
        "exchanged",
    ),
    "times that run backwards": (
        feature(
            geometry={"type": "LineString", "coordinates": [[8, 46], [9, 46]]}, half_width_m=5,
            times=["2015-11-20T07:00:00Z", "2015-11-20T06:00:00Z"], time_start=None, time_end=None,
        ),
        "properties.times", "route.time-order", "must not run backwards", "2015-11-20T06:00:00Z",
    ),
    "an unknown kind": (
        feature(kind="mission"),
        "properties.kind", "kind.unknown", "found 'mission'", "operation, movement, site",
    ),
    "an unknown edge rule": (
        feature(edges="rhumb"),
        "properties.edges", "edges.unknown", "found 'rhumb'", "lonlat, geodesic, great-circle",
    ),
    "no geometry": (
        {"type": "Feature", "properties": {"id": "bad"}, "geometry": None},
        "geometry", "geometry.missing", "no geometry", "declare where it is",
    ),
    "what must not be carried": (
        feature(weapon="x"),
        "", "schema.refused", "'weapon'", "take 'weapon' out",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_a_bad_feature_is_named_and_the_others_are_compared(check, name):
    bad, where, code, *words = ROWS[name]
    ended, found, said = check("a.geojson", a_geojson=collection(SOUND[0], bad, SOUND[1]))
    (refusal,) = found["refused"]
    told(refusal, f'a.geojson feature 2 (id "bad") {where}'.strip(), code, *words)
    assert f"refused: {refusal['where']}: {refusal['message']}" in said
    assert (ended, found["complete"], found["compared"]) == (3, False, 2)
    assert found["crossings"] == []


@pytest.mark.parametrize("name", ROWS)
def test_a_bad_feature_never_hides_a_crossing(check, name):
    bad = ROWS[name][0]
    ended, found, _ = check("a.ndjson", a_ndjson=lines(CROSSING[0], bad, CROSSING[1]))
    assert (ended, len(found["crossings"]), len(found["refused"])) == (1, 1, 1)
    assert found["refused"][0]["where"].startswith('a.ndjson line 2 (id "bad")')


@pytest.mark.parametrize(
    ("ring", "edges", "latitude", "longitude"),
    [
        ([(-144, -31), (-143, -30), (-143, -31), (-144, -30)], "lonlat", -30.5, -143.5),
        ([(179, 1), (-179, 2), (-179, 1), (179, 2)], "lonlat", 1.5, -180.0),
        ([(0, 80), (180, 80), (90, 80), (-90, 80)], "great-circle", 90.0, None),
        ([(0, -80), (-179, -80), (90, -80), (-90, -80)], "great-circle", -89.9, None),
        ([(-100, -1), (-98, 1), (-98, -1), (-100, 1)], "geodesic", 0.0, -99.0),
        ([(44, 34), (46, 36), (46, 34), (44, 36)], "great-circle", 35.0, 45.0),
    ],
)
def test_a_self_crossing_is_told_by_its_place(check, ring, edges, latitude, longitude):
    bad = feature(ring=[list(p) for p in (*ring, ring[0])], edges=edges)
    _, found, _ = check("a.geojson", a_geojson=collection(*SOUND, bad))
    (refusal,) = found["refused"]
    numbers = re.search(r"near latitude (\S+), longitude (\S+)\)", refusal["message"])
    assert float(numbers[1]) == pytest.approx(latitude, abs=0.11)
    if longitude is not None:
        turn = math.radians(float(numbers[2]) - longitude)
        assert math.cos(turn) == pytest.approx(1.0, abs=1e-4)


CELLS = {
    "nan": ("nan,46", 'column "latitude"', "number.expected", "'nan'"),
    "infinity": ("46,inf", 'column "longitude"', "number.expected", "'inf'"),
    "too large": ("1e999,8", 'column "latitude"', "number.range", "finite"),
    "swapped": (
        "144.2,-31.1",
        'columns "latitude" and "longitude"',
        "position.range",
        "144.2",
        "swapped",
    ),
    "a decimal comma": ('"46,5",8', 'column "latitude"', "number.decimal-comma", "46.5"),
    "nothing": (",", 'column "longitude"', "geometry.missing", "no place"),
}


@pytest.mark.parametrize("name", CELLS)
def test_a_bad_row_of_a_table_is_named_and_the_others_are_compared(check, name):
    cells, where, code, *words = CELLS[name]
    table = f"id,kind,party,latitude,longitude\nA,site,A,47,8\nbad,site,B,{cells}\nC,site,C,40,8\n"
    ended, found, _ = check("a.csv", a_csv=table)
    told(found["refused"][0], f'a.csv line 3 (id "bad") {where}', code, *words)
    assert (ended, len(found["refused"]), found["declarations"]) == (3, 1, 2)


def test_an_unclosed_quotation_mark_costs_its_rows_alone(check):
    table = 'id,kind,latitude,longitude\nA,site,47,8\n"B,site,46,8\n'
    ended, found, _ = check("a.csv", a_csv=table)
    told(found["refused"][0], "a.csv line 3", "csv.malformed", "quotation marks")
    assert (ended, found["declarations"]) == (3, 1)


WHOLE = collection(*SOUND)
TEXTS = {
    "truncated": (WHOLE[: len(WHOLE) // 2], "json.truncated", "ends in the middle", "line 1"),
    "not JSON": (WHOLE.replace(",", ";", 1), "json.invalid", "line 1, column"),
    "duplicate keys": (
        WHOLE.replace('"id": "north"', '"id": "north", "id": "south"'),
        "json.duplicate-key", "'id'", "twice", "keep one",
    ),
    "NaN": (WHOLE.replace("47", "NaN", 1), "json.not-a-number", "found NaN", "leave out"),
    "an infinity": (WHOLE.replace("47", "-Infinity", 1), "json.not-a-number", "found -Infinity"),
    "too large a number": (WHOLE.replace("47", "1e999", 1), "json.number-range", "1e999"),
    "a bomb of lists": ("[" * 200_000, "json.too-deep", "more than 64 deep"),
    "a bomb of objects": ('{"a":' * 100_000, "json.too-deep", "more than 64 deep"),
    "a bomb in a feature": (
        WHOLE.replace("[8, 47]", "[" * 70 + "]" * 70, 1), "json.too-deep", "more than 64 deep",
    ),
    "nothing": ("", "file.empty", "empty"),
    "white space": (" \n\t ", "file.empty", "empty"),
    "another encoding": (WHOLE.encode("utf-16"), "file.encoding", "UTF-16", "UTF-8"),
    "latin-1": (
        WHOLE.replace("north", "n\u00f6rd").encode("latin-1"), "file.encoding", "0xf6",
        "not UTF-8",
    ),
    "a broken ZIP": (b"PK\x03\x04" + b"\x00" * 40, "zip.damaged", "ZIP", "cut short"),
    "other XML": ("<gml></gml>", "format.unknown", "XML", "'gml'", "GeoJSON"),
    "another JSON": ('{"a": 1}', "format.unknown", "--read-as"),
    "a bare geometry": (
        '{"type": "Point", "coordinates": [8, 47]}', "geojson.type", "put the geometry into",
    ),
    "another datum": (
        WHOLE.replace(
            '"features"',
            '"crs": {"type": "name", "properties": {"name": "EPSG:2056"}}, "features"', 1,
        ),
        "crs.unknown", "'EPSG:2056'", "WGS84",
    ),
    "damaged gzip": (gzip.compress(WHOLE.encode())[:-20], "file.gzip", "damaged or cut short"),
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_a_bad_file_is_named_and_the_others_are_compared(check, name):
    text, code, *words = TEXTS[name]
    ended, found, said = check(
        "bad.geojson", "a.geojson", bad_geojson=text, a_geojson=collection(*SOUND)
    )
    (refusal,) = found["refused"]
    told(refusal, "bad.geojson", code, *words)
    assert "refused: bad.geojson: " in said
    assert (ended, found["complete"], found["compared"]) == (3, False, 2)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (json.dumps(SOUND[0])[:50], "json.truncated", "ends in the middle"),
        ('{"a": 1, "a": 2}', "json.duplicate-key", "'a'"),
        (json.dumps(SOUND[0]).replace("47", "NaN", 1), "json.not-a-number", "NaN"),
        ("[" * 100_000, "json.too-deep", "more than 64 deep"),
        ("7", "feature.type", "found 7, expected a Feature"),
    ],
    ids=["truncated", "duplicate keys", "NaN", "a bomb", "a number"],
)
def test_a_bad_line_is_named_and_the_other_lines_are_compared(check, text, code, words):
    ended, found, _ = check("a.ndjson", a_ndjson=lines(SOUND[0], text, SOUND[1]))
    told(found["refused"][0], "a.ndjson line 2", code, words)
    assert (ended, len(found["refused"]), found["compared"]) == (3, 1, 2)


def test_a_byte_order_mark_is_skipped_and_said(check):
    marked = b"\xef\xbb\xbf" + collection(*SOUND).encode()
    ended, found, said = check("a.geojson", a_geojson=marked)
    assert (ended, found["complete"], found["compared"]) == (0, True, 2)
    assert "a.geojson: the file starts with a byte order mark; it was skipped" in said


F3548 = {
    "state": "Accepted",
    "extents": [
        {
            "volume": {
                "outline_polygon": {
                    "vertices": [{"lat": y, "lng": x} for x, y in square(8, 46)[:-1]]
                },
                "altitude_lower": limit(0),
                "altitude_upper": limit(120),
            },
            "time_start": {"value": "2015-11-20T06:00:00Z", "format": "RFC3339"},
            "time_end": {"value": "2015-11-20T07:00:00Z", "format": "RFC3339"},
        }
    ],
}


@pytest.mark.parametrize(
    ("old", "new", "where", "code", "words"),
    [
        ('"lat": 46,', '"lat": 146,', "outline_polygon vertices 1", "position.range", "146"),
        ('"M"', '"FT"', "altitude_lower", "altitude.units", "found units 'FT', expected M"),
        ('"W84"', '"AGL"', "altitude_lower", "altitude.reference", "expected W84"),
        ("06:00:00Z", "06:00:00", "time_start", "time.no-offset", "add Z"),
        ("07:00:00Z", "05:00:00Z", "", "time.end-before-start", "exchanged"),
        ('"RFC3339"', '"ISO"', "time_start", "time.format", "found format 'ISO'"),
    ],
)
def test_a_bad_intent_is_named_and_the_others_are_compared(check, old, new, where, code, words):
    text = json.dumps(F3548)
    assert old in text
    ended, found, _ = check(
        "bad.json", "a.geojson", bad_json=text.replace(old, new, 1), a_geojson=collection(*SOUND)
    )
    told(found["refused"][0], f"bad.json extents 1 {where}".strip(), code, words)
    assert (ended, found["compared"]) == (3, 2)


# files that cannot be opened, or not whole


def test_paths_that_are_no_files_are_named_and_the_others_are_compared(check, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    ended, found, _ = check(
        "folder", "nowhere.geojson", "loop", "a.geojson/b", "a.geojson",
        a_geojson=collection(*SOUND),
    )  # fmt: skip
    assert [(r["where"], r["code"]) for r in found["refused"]] == [
        ("folder", "file.directory"),
        ("nowhere.geojson", "file.missing"),
        ("loop", "file.unreadable"),
        ("a.geojson/b", "file.unreadable"),
    ]
    assert "folder" in found["refused"][0]["message"]
    assert "check the name" in found["refused"][1]["message"]
    assert (ended, found["compared"]) == (3, 2)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_one_may_not_read_is_named_and_the_others_are_compared(check, tmp_path):
    (tmp_path / "shut.geojson").write_text(collection(*SOUND))
    (tmp_path / "shut.geojson").chmod(0)
    ended, found, _ = check("shut.geojson", "a.geojson", a_geojson=collection(*SOUND))
    told(found["refused"][0], "shut.geojson", "file.unreadable", "no permission")
    assert (ended, found["compared"]) == (3, 2)


_MEASURED = """
import re, sys
from pathlib import Path
from keepclear import app
code = app.main(sys.argv[1:])
# ru_maxrss would begin with the size of the process that started this one
print(re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1], file=sys.stderr)
sys.exit(code)
"""
LITTLE_KB = 20_000
"""How much more than an ordinary check a refused file may take."""


def measured(folder, *arguments, stdin=subprocess.DEVNULL):
    """Exit code, envelope and peak memory in kB of a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-c", _MEASURED, "check", *arguments, "--format", "json"],
        cwd=folder,
        stdin=stdin,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert "Traceback" not in ran.stderr
    return ran.returncode, json.loads(ran.stdout), int(ran.stderr.splitlines()[-1])


@pytest.fixture(scope="module")
def ordinary_kb(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ordinary")
    (folder / "a.geojson").write_text(collection(*SOUND))
    return measured(folder, "a.geojson")[2]


def test_a_file_over_the_limit_costs_no_memory(tmp_path, ordinary_kb):
    (tmp_path / "a.geojson").write_text(collection(*SOUND))
    with (tmp_path / "large.geojson").open("wb") as file:
        file.write(b'{"type": "FeatureCollection", "features": [')
        file.truncate(3_000_000_000)
    code, found, peak_kb = measured(tmp_path, "large.geojson", "a.geojson")
    told(
        found["refused"][0], "large.geojson", "file.too-large",
        "3,000,000,000 bytes", "limit of 1,000,000,000", "--max-bytes",
    )  # fmt: skip
    assert (code, found["compared"]) == (3, 2)
    assert peak_kb < ordinary_kb + LITTLE_KB


def test_the_limit_is_ones_own_to_set(check):
    text = collection(*SOUND)
    files = {"a_geojson": text}
    assert check("a.geojson", "--max-bytes", f"{len(text)}", **files)[0] == 0
    code, found, _ = check("a.geojson", "--max-bytes", f"{len(text) - 1}", **files)
    told(found["refused"][0], "a.geojson", "file.too-large", f"{len(text):,}", f"{len(text) - 1:,}")
    assert code == 3


def test_a_stream_without_end_costs_no_more_than_the_limit(tmp_path, ordinary_kb):
    (tmp_path / "a.geojson").write_text(collection(*SOUND))
    with open("/dev/zero", "rb") as endless:  # noqa: PTH123
        code, found, peak_kb = measured(
            tmp_path, "-", "a.geojson", "--max-bytes", "5MB", stdin=endless
        )
    told(found["refused"][0], "<stdin>", "file.too-large", "goes on", "5,000,000")
    assert (code, found["compared"]) == (3, 2)
    assert peak_kb < ordinary_kb + LITTLE_KB


def test_what_unpacks_without_end_costs_no_memory(tmp_path, ordinary_kb):
    (tmp_path / "a.geojson").write_text(collection(*SOUND))
    spaces = gzip.compress(b" " * 200_000_000)
    (tmp_path / "once.geojson.gz").write_bytes(spaces)
    (tmp_path / "twice.geojson.gz").write_bytes(gzip.compress(spaces))
    code, found, peak_kb = measured(tmp_path, "once.geojson.gz", "twice.geojson.gz", "a.geojson")
    once, twice = found["refused"]
    told(once, "once.geojson.gz", "file.expands", "200 times its size")
    told(twice, "twice.geojson.gz", "file.binary", "gzip", "unpack it first")
    assert (code, found["compared"]) == (3, 2)
    assert peak_kb < ordinary_kb + 2 * LITTLE_KB


def test_a_bomb_of_brackets_costs_no_memory(tmp_path, ordinary_kb):
    (tmp_path / "bomb.json").write_text("[" * 5_000_000)
    code, found, peak_kb = measured(tmp_path, "bomb.json")
    told(found["refused"][0], "bomb.json", "json.too-deep", "more than 64 deep")
    assert code == 3
    assert peak_kb < ordinary_kb + 2 * LITTLE_KB
