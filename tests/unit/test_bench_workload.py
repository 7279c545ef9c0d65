"""The benchmark's workload is the published one, and its peers answer what brute force answers."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
from itertools import zip_longest

import numpy as np
import pytest
from pyproj import Geod

PUBLISHED = "shared/workload.py"
DIGEST_1000_1 = "72c2577eab81483b1314fbe18153bcb0fd38ce57e9083416c744cc664e7b1673"
"""SHA-256 over the integer arrays of 1,000 volumes with seed 1, in the order below."""
INTEGER_ARRAYS = ("xy", "off", "alt", "tm", "kind")


@pytest.fixture
def bench(root, monkeypatch):
    """Modules of the benchmark by name, as its scripts see them."""
    monkeypatch.syspath_prepend(str(root / "bench"))
    return importlib.import_module


@pytest.fixture
def published(root):
    path = root.parent / PUBLISHED
    if not path.is_file():
        pytest.skip(f"no published generator at ../{PUBLISHED}")
    spec = importlib.util.spec_from_file_location("published_workload", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def volumes(bench, tmp_path):
    npz = tmp_path / "workload.npz"
    bench("workload").write(bench("workload").generate(3000, 4), npz)
    return npz


@pytest.mark.parametrize(("size", "seed"), [(1, 1), (997, 7), (5000, 2)])
def test_arrays_equal_the_published_ones_to_the_byte(bench, published, size, seed):
    ours, theirs = bench("workload").generate(size, seed), published.gen(size, seed)
    assert list(ours) == list(theirs)
    for name, array in theirs.items():
        assert (ours[name].dtype, ours[name].shape) == (array.dtype, array.shape), name
        assert ours[name].tobytes() == array.tobytes(), name


def test_features_equal_the_published_ones(bench, published):
    arrays = published.gen(500, 3)
    pairs = zip_longest(bench("workload").features(arrays), published.features(arrays))
    assert all(json.dumps(ours) == json.dumps(theirs) for ours, theirs in pairs)


def test_the_workload_has_not_changed(bench):
    arrays = bench("workload").generate(1000, 1)
    digest = hashlib.sha256(b"".join(arrays[name].tobytes() for name in INTEGER_ARRAYS))
    assert digest.hexdigest() == DIGEST_1000_1


def test_a_written_collection_is_geojson(bench, tmp_path):
    workload = bench("workload")
    arrays = workload.generate(50, 1)
    workload.write(arrays, tmp_path / "w.geojson")
    workload.write(arrays, tmp_path / "w.ndjson")
    collection = json.loads((tmp_path / "w.geojson").read_text())
    lines = (tmp_path / "w.ndjson").read_text().splitlines()
    assert collection["features"] == [json.loads(line) for line in lines]
    assert len(lines) == 50


def test_a_set_of_pairs_has_one_hash_whatever_the_order(bench):
    pairset = bench("pairset")
    some = pairset.codes(np.array([3, 1, 2]), np.array([4, 9, 7]))
    same = pairset.codes(np.array([9, 2, 4]), np.array([1, 7, 3]))
    other = pairset.codes(np.array([9, 2, 4]), np.array([1, 7, 2]))
    assert pairset.set_hash(some) == pairset.set_hash(same) != pairset.set_hash(other)
    assert pairset.difference(other, some) == (1, 1)


def test_a_pair_reported_twice_is_extra(bench):
    pairset = bench("pairset")
    once = pairset.codes(np.array([1]), np.array([2]))
    assert pairset.difference(np.repeat(once, 3), once) == (0, 2)


@pytest.mark.parametrize(
    ("module", "function"),
    [
        ("peers.strtree", "join"),
        ("peers.strtree", "join_far"),
        ("peers.sqlite_rtree", "join"),
        ("peers.duckdb_cells", "join"),
    ],
)
def test_peers_find_what_brute_force_finds(bench, volumes, module, function):
    if "duckdb" in module:
        pytest.importorskip("duckdb")
    peer, pairset, common = bench(module), bench("pairset"), bench("volumes")
    loaded = common.Volumes(volumes)
    i, j = common.overlap(loaded, *np.triu_indices(loaded.size, 1))
    hit = common.meets(loaded, i, j)
    expected = pairset.codes(i[hit], j[hit])
    found = pairset.codes(*getattr(peer, function)(peer.load(volumes)))
    assert len(expected) > 30
    assert found.tolist() == expected.tolist()


def test_the_standing_peer_forgets_what_is_removed(bench, volumes):
    peer, pairset = bench("peers.sqlite_rtree"), bench("pairset")
    i, j = peer.join(peer.load(volumes))
    expected = pairset.codes(i, j)
    standing = peer.Standing(volumes)
    found = []
    for volume in range(3000):
        found += [(volume, other) for other in standing.query(volume)]
        standing.insert(volume)
    assert pairset.codes(*np.array(found).T).tolist() == expected.tolist()
    standing.remove(int(i[0]))
    assert int(i[0]) not in standing.query(int(j[0]))


@pytest.mark.parametrize(("gap_m", "crosses"), [(0.05, False), (-0.05, True)])
def test_peers_judge_circles_by_their_geodesic_radius(bench, tmp_path, gap_m, crosses):
    """An edge along a parallel lies nearest due north of the centre: the distance is known."""
    radius_m = 3000.0
    _, south, _ = Geod(ellps="WGS84").fwd(10, 60, 0, radius_m + gap_m)
    edge = [(9.9, south), (10.3, south), (10.3, south + 0.1), (9.9, south + 0.1)]
    disc = [(10 + x, 60 + y) for x, y in ((0.1, 0), (0, 0.1), (-0.1, 0), (0, -0.1))]
    np.savez(
        tmp_path / "two.npz",
        xy=np.round(np.array(disc + edge) * 1e7).astype(np.int32),
        off=np.array([0, 4, 8]),
        alt=np.array([[0, 1], [0, 1]], np.int32),
        tm=np.array([[0, 1], [0, 1]], np.int32),
        circ=np.array([[10, 60, radius_m], [np.nan] * 3]),
        kind=np.array([2, 0], np.uint8),
    )
    volumes = bench("volumes").Volumes(tmp_path / "two.npz")
    first, second = np.array([0, 1]), np.array([1, 0])
    assert bench("volumes").meets(volumes, first, second).tolist() == [crosses, crosses]


def test_growth_is_the_exponent_of_time_over_size(bench):
    table = bench("table")
    rows = [
        table.Row("strtree", size, cold_s=seconds, warm_s=seconds, pairs=pairs, runs=1)
        for size, seconds, pairs in ((10_000, 0.5, 100), (100_000, 50.0, 1000))
    ]
    text = table.sections(rows, seed=1)
    assert "| 2.00 |" in text
    assert "| (the pairs themselves) | 1.00 |" in text


def test_only_the_marked_part_of_the_document_is_written(bench, tmp_path):
    write, path = bench("table").write_document, tmp_path / "performance.md"
    write(path, "first\n")
    path.write_text(path.read_text() + "ours\n")
    write(path, "second\n")
    assert "second\n<!-- end -->\nours\n" in path.read_text()
    assert "first" not in path.read_text()
    path.write_text("no markers\n")
    with pytest.raises(SystemExit, match="no part between"):
        write(path, "third\n")
