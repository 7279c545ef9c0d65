"""Strict JSON text, encodings, and telling formats apart."""

from __future__ import annotations

import contextlib
import gc
import json

import pytest

from keepclear.errors import InputError, UsageError
from keepclear.formats.jsontext import DEPTH_MAX, parse_json
from keepclear.formats.registry import FORMATS, read_bytes
from keepclear.formats.text import checked_utf8, number, one_line, shown

SQUARE = [[[8.0, 47.0], [8.1, 47.0], [8.1, 47.1], [8.0, 47.1], [8.0, 47.0]]]


def feature(**properties):
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": SQUARE},
        "properties": {"kind": "area", **properties},
    }


def collection(*features):
    return {"type": "FeatureCollection", "features": list(features)}


def refused(data, name="plan.json", **options):
    with pytest.raises(InputError) as caught:
        read_bytes(data, name=name, **options)
    assert caught.value.where.startswith(name)
    return caught.value


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (b'{"type": "FeatureCollection", "features": [', "json.truncated", "line 1, column 44"),
        (b'{"type": "Feature', "json.truncated", "cut off"),
        (b'{"a": 1,\n "b": }', "json.invalid", "line 2, column 7"),
        (b"[1, 2,]", "json.invalid", "line 1"),
        (b'{"a": 1} {"b": 2}', "json.invalid", "line 1, column 10"),
        (b'{"id": "A", "id": "B"}', "json.duplicate-key", "'id'"),
        (b'{"deep": [{"x" : 1, "x": 2}]}', "json.duplicate-key", "'x'"),
        (b'{"a": {"\\u0069d": 1, "id": 2}}', "json.duplicate-key", "'id'"),
        (b'{"a": NaN}', "json.not-a-number", "NaN"),
        (b'{"a": [-Infinity]}', "json.not-a-number", "-Infinity"),
        (b'{"a": 1e400}', "json.number-range", "1e400"),
        (b'{"a": -1e999}', "json.number-range", "-1e999"),
        (b'{"a": ' + b"9" * 5000 + b"}", "json.number-range", "999"),
        (b'{"a": "\\ud800"}', "json.invalid", "surrogate"),
        (b'{"a": "\\ud800\\u0041"}', "json.invalid", "surrogate"),
        (b'{"a": "\x01"}', "json.invalid", "line 1"),
        (b"[" * 1_000_000, "json.too-deep", "nested"),
        (b'{"a":' * 500_000, "json.too-deep", "nested"),
        (b"[" * 5_000 + b"]" * 5_000, "json.too-deep", "nested"),
    ],
)
def test_malformed_json_is_refused_with_its_reason(text, code, said):
    error = refused(text)
    assert error.code == code
    assert said in error.message


@pytest.mark.parametrize("extra", [0, 1, 40, 400])
def test_the_nesting_limit_is_the_named_one(extra):
    depth = DEPTH_MAX + extra
    text = b"[" * depth + b"]" * depth
    if extra == 0:
        assert parse_json(text) is not None
        return
    with pytest.raises(InputError) as caught:
        parse_json(text)
    assert caught.value.code == "json.too-deep"


@pytest.mark.parametrize(
    "text",
    [
        '{"a": ":", "b": "\\":", "c": {"d": "\\\\"}}',
        '{"a" : 1, "b"\n:\t2}',
        '[{"a": 1}, {"a": 2}, [[0.5, {"a": 3}], [[1.5, 2.5]]]]',
        '{"": "", "\\u0000": []}',
        "[]",
        "{}",
        "0",
        '"x"',
        "[1e-400, -0.0, 123456789012345678901234567890]",
    ],
)
def test_good_json_reads_as_the_standard_library_reads_it(text):
    assert parse_json(text.encode()) == json.loads(text)


def test_a_key_may_come_back_in_another_object():
    text = json.dumps(collection(feature(id="A"), feature(id="B"))).encode()
    assert len(read_bytes(text, name="x").declarations) == 2


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (json.dumps({"type": "Feature"}).encode("utf-16"), "UTF-16"),
        (json.dumps({"type": "Feature"}).encode("utf-16-be"), "UTF-16"),
        (json.dumps({"type": "Feature"}).encode("utf-32"), "UTF-32"),
        (b'{"party": "Gr\xfcn"}', "byte 13 (0xfc)"),
        (b"\xef\xbb\xbf\xff", "byte 3 (0xff)"),
    ],
)
def test_other_encodings_are_refused_with_advice(data, said):
    error = refused(data)
    assert error.code == "file.encoding"
    assert said in error.message
    assert "UTF-8" in error.message


@pytest.mark.parametrize("data", [b"", b" \n\t ", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n"])
@pytest.mark.parametrize("read_as", [None, *FORMATS])
def test_an_empty_file_is_refused(data, read_as):
    assert refused(data, read_as=read_as).code == "file.empty"


def test_a_byte_order_mark_is_accepted_and_told():
    text = json.dumps(collection(feature(id="A"))).encode()
    plain = read_bytes(text, name="plan.json")
    marked = read_bytes(b"\xef\xbb\xbf" + text, name="plan.json")
    assert marked.declarations == plain.declarations
    assert [w for w in marked.warnings if w not in plain.warnings] == [
        "plan.json: the file starts with a byte order mark; it was skipped"
    ]


def test_checked_utf8_gives_the_bytes_after_the_mark():
    assert checked_utf8(b"\xef\xbb\xbf{}")[0] == b"{}"
    assert checked_utf8(b"{}") == (b"{}", ())


LINES = b"\n".join(json.dumps(feature(id=i)).encode() for i in ("A", "B"))
TABLE = b"id,kind,latitude,longitude\nA,site,47,8\n"
REPORT = {"timestamp": 1533101250000, "latitude": 47.0, "longitude": 8.0, "icao24": "4b1815"}


@pytest.mark.parametrize(
    ("data", "name", "format_"),
    [
        (json.dumps(collection(feature())).encode(), "plan", "geojson"),
        (json.dumps(collection(feature()), indent=1).encode(), "plan.txt", "geojson"),
        (json.dumps(feature()).encode(), "plan.json", "geojson"),
        (json.dumps(feature()).encode(), "plan.ndjson", "ndjson"),
        (LINES, "plan.json", "ndjson"),
        (LINES.replace(b"\n", b"\r\n\r\n"), "-", "ndjson"),
        (b"\x1e" + LINES.replace(b"\n", b"\n\x1e"), "-", "ndjson"),
        (b'{"cut": "off}\n' + LINES, "plan.json", "ndjson"),
        (TABLE, "plan.txt", "csv"),
        (TABLE.replace(b",", b";"), "-", "csv"),
        (TABLE.replace(b",", b"\t"), "-", "csv"),
        (json.dumps([REPORT]).encode(), "-", "tracks"),
        (b'{"UASZoneList": []}', "-", "ed269"),
    ],
)
def test_the_content_tells_the_format(data, name, format_):
    assert read_bytes(data, name=name).format == format_


def test_the_workload_form_one_feature_per_line_in_a_collection_is_geojson():
    text = b'{"type": "FeatureCollection", "features": [' + LINES.replace(b"\n", b",\n") + b"]}"
    assert read_bytes(text, name="w.geojson").format == "geojson"


@pytest.mark.parametrize(
    ("data", "name", "code", "said"),
    [
        (b"<gml></gml>", "a.kml", "format.unknown", "XML"),
        (b"\x1f\x8b\x08", "a.json.gz", "file.binary", "gzip"),
        (b"PK\x03\x04", "a.xlsx", "zip.damaged", "ZIP"),
        (b"hello", "a.txt", "format.unknown", "--read-as"),
        (b'{"hello": 1}', "a.json", "format.unknown", "geojson"),
        (json.dumps([feature()]).encode(), "a.json", "format.unknown", "FeatureCollection"),
        (b"hello", "a.json", "json.invalid", "line 1, column 1"),
    ],
)
def test_other_files_are_refused_with_advice(data, name, code, said):
    error = refused(data, name)
    assert error.code == code
    assert said in error.message


def test_read_as_overrides_and_must_be_known():
    assert read_bytes(json.dumps(feature()).encode(), name="x", read_as="ndjson").format == "ndjson"
    with pytest.raises(UsageError, match="geojson, tracks"):
        read_bytes(b"{}", name="x", read_as="dwg")


@pytest.mark.parametrize("data", [b"{}", json.dumps(feature()).encode()])
def test_garbage_collection_is_left_as_it_was(data):
    assert gc.isenabled()
    with contextlib.suppress(InputError):
        read_bytes(data, name="x")
    assert gc.isenabled()


@pytest.mark.parametrize("value", [True, None, "5", [1], {}])
def test_case_25_only_numbers_are_numbers(value):
    with pytest.raises(InputError) as caught:
        number(value)
    assert caught.value.code == "number.expected"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 10**400])
def test_case_25_nan_and_infinities_are_refused(value):
    with pytest.raises(InputError) as caught:
        number(value)
    assert caught.value.code == "number.range"


def test_texts_are_trimmed_composed_and_free_of_control_characters():
    assert one_line("  Alder ") == "Alder"
    assert one_line("Zu\u0308rich") == "Z\u00fcrich"
    assert one_line(12) == "12"
    for bad, code in [
        ("\x1b[31mred", "text.control"),
        ("a\u202eb", "text.control"),
        ("a\nb", "text.control"),
        ("x" * 201, "text.too-long"),
        (1.5, "text.expected"),
        (True, "text.expected"),
    ]:
        with pytest.raises(InputError) as caught:
            one_line(bad)
        assert caught.value.code == code


def test_found_values_are_quoted_short():
    assert shown(None) == "nothing"
    assert shown([1, 2]) == "a list of 2"
    assert len(shown("x" * 1_000_000)) <= 40
