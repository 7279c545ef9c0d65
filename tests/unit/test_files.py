"""Opening files: one clear sentence for everything that can be wrong, and flat memory."""

from __future__ import annotations

import gzip
import io
import os
import sys
import tracemalloc

import pytest

from keepclear.errors import InputError
from keepclear.node.files import party_names, read_file, shown, write_file


def refused(path, **options):
    with pytest.raises(InputError) as caught:
        read_file(str(path), **options)
    error = caught.value
    assert error.where == shown(str(path))
    assert "\n" not in str(error)
    return error


def stdin(monkeypatch, data):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_a_file_is_read_as_it_is(tmp_path):
    path = tmp_path / "plan.geojson"
    path.write_bytes(b"{}\r\n\xff")
    assert read_file(str(path)) == b"{}\r\n\xff"


@pytest.mark.parametrize("name", ["plan.geojson.gz", "plan.geojson"])
def test_gzip_is_known_by_its_content_whatever_the_name(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(gzip.compress(b"one") + gzip.compress(b" two"))
    assert read_file(str(path)) == b"one two"


def test_a_missing_file_is_one_sentence(tmp_path):
    error = refused(tmp_path / "nowhere.csv")
    assert error.code == "file.missing"
    assert str(error).endswith("there is no such file; check the name and the folder")


def test_a_folder_is_one_sentence(tmp_path):
    assert refused(tmp_path).code == "file.directory"


def test_a_file_below_a_file_is_one_sentence(tmp_path):
    (tmp_path / "plan").write_text("x")
    assert refused(tmp_path / "plan" / "more").code == "file.unreadable"


def test_a_name_that_can_be_no_file_is_one_sentence():
    assert refused("plan\0.geojson").code == "file.unreadable"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_one_sentence(tmp_path):
    path = tmp_path / "secret.csv"
    path.write_text("x")
    path.chmod(0)
    assert refused(path).code == "file.unreadable"


@pytest.mark.parametrize("data", [b"", gzip.compress(b"", mtime=0)])
def test_an_empty_file_is_one_sentence(tmp_path, data):
    path = tmp_path / "plan.json"
    path.write_bytes(data)
    assert refused(path).code == "file.empty"


@pytest.mark.parametrize("cut", [5, 12, -3])
def test_damaged_gzip_is_one_sentence(tmp_path, cut):
    path = tmp_path / "plan.json.gz"
    path.write_bytes(gzip.compress(b"some declarations" * 10)[:cut])
    assert refused(path).code == "file.gzip"


def test_the_limit_is_the_last_size_that_is_read(tmp_path):
    path = tmp_path / "plan.json"
    path.write_bytes(b"x" * 100)
    assert len(read_file(str(path), max_bytes=100)) == 100
    assert refused(path, max_bytes=99).code == "file.too-large"


def test_a_file_too_large_costs_no_memory(tmp_path):
    path = tmp_path / "plan.json"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    tracemalloc.start()
    refused(path, max_bytes=10_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_an_endless_pipe_costs_no_more_than_the_limit():
    tracemalloc.start()
    error = refused("/dev/zero", max_bytes=5_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert error.code == "file.too-large"
    assert peak < 10_000_000


def test_what_unpacks_beyond_the_limit_is_refused(tmp_path):
    path = tmp_path / "plan.json.gz"
    path.write_bytes(gzip.compress(b"x" * 100_000))
    assert refused(path, max_bytes=50_000).code == "file.too-large"


def test_a_bomb_is_refused_long_before_the_limit(tmp_path):
    path = tmp_path / "plan.json.gz"
    path.write_bytes(gzip.compress(b"\0" * 60_000_000))
    tracemalloc.start()
    error = refused(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert error.code == "file.expands"
    assert peak < 30_000_000


def test_standard_input_is_a_file_like_others(monkeypatch):
    stdin(monkeypatch, gzip.compress(b"declared"))
    assert read_file("-") == b"declared"
    stdin(monkeypatch, b"")
    assert refused("-").where == "<stdin>"


def test_a_path_that_is_no_utf8_can_be_printed():
    path = os.fsdecode(b"/tmp/pl\xe4n.csv")
    assert shown(path) == "/tmp/pl\\xe4n.csv"
    shown(path).encode("utf-8")


@pytest.mark.parametrize(
    ("paths", "parties"),
    [
        (["plans/alder.geojson", "birch.csv.gz"], ("alder", "birch")),
        (["-", "alder"], ("stdin", "alder")),
        (["alder.geojson", "alder.csv"], ("alder.geojson", "alder.csv")),
        (["a/plan.json", "b/plan.json"], ("a/plan.json", "b/plan.json")),
        (["plan.json", "a/plan.json", "x.json"], ("plan.json", "a/plan.json", "x")),
        ([".hidden", "2015.11.20.csv"], (".hidden", "2015.11.20")),
    ],
)
def test_every_file_is_a_party_of_its_own(paths, parties):
    """Two files of one name must not become one party: within a party nothing is compared."""
    assert party_names(paths) == parties


def test_a_report_takes_the_place_of_an_older_one_at_once(tmp_path):
    path = tmp_path / "report.json"
    path.write_text("old")
    path.chmod(0o640)
    write_file(str(path), b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [p.name for p in tmp_path.iterdir()] == ["report.json"]


def test_a_new_report_is_as_open_as_the_umask_says(tmp_path):
    before = os.umask(0o027)
    try:
        write_file(str(tmp_path / "report.json"), b"new")
    finally:
        os.umask(before)
    assert (tmp_path / "report.json").stat().st_mode & 0o777 == 0o640


def test_a_link_is_followed_and_stays_a_link(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    write_file(str(tmp_path / "link"), b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_a_device_stays_a_device():
    write_file("/dev/null", b"gone")
    assert os.path.exists("/dev/null")  # noqa: PTH110
    assert not os.path.isfile("/dev/null")  # noqa: PTH113


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path):
    place = tmp_path / "report"
    place.mkdir()
    with pytest.raises(OSError):
        write_file(str(place), b"new")
    with pytest.raises(OSError):
        write_file(str(tmp_path / "none" / "report"), b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["report"]
