"""The layout of a record on disk: paths, widths, proofs from tiles alone, bundles of entries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import VerificationError
from keepclear.record import merkle
from keepclear.record.tiles import (
    ENTRY_BYTES_MAX,
    Tile,
    bundle,
    entries_of,
    reader_of_tiles,
    tiles_between,
)


class Whole:
    """All hashes of a record in lists, level by level."""

    def __init__(self, n):
        self.levels = [[merkle.leaf_hash(str(k).encode()) for k in range(n)]]
        while len(self.levels[-1]) > 1:
            row = self.levels[-1]
            self.levels.append(
                [merkle.node_hash(row[k], row[k + 1]) for k in range(0, len(row) - 1, 2)]
            )

    def read(self, level, index):
        return self.levels[level][index]

    def tile(self, tile):
        row = self.levels[8 * tile.level]
        return b"".join(row[256 * tile.index : 256 * tile.index + tile.width])


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 67), "tile/0/067"),
        (Tile(0, 1_234_067), "tile/0/x001/x234/067"),
        (Tile(1, 1_000, 3), "tile/1/x001/000.p/3"),
    ],
)
def test_paths_are_those_of_the_format(tile, path):
    assert tile.path == path


def test_entries_lie_beside_the_lowest_tiles():
    assert Tile(0, 1_000, 7).entries_path == "tile/entries/x001/000.p/7"
    with pytest.raises(ValueError, match="level 0"):
        Tile(1, 0).entries_path  # noqa: B018


@pytest.mark.parametrize("n", [1, 2, 255, 256, 257, 511, 512, 70_000])
def test_proofs_come_from_tiles_alone(n):
    whole = Whole(n)
    read = reader_of_tiles(n, whole.tile)
    root = merkle.root_of(0, n, read)
    assert root == merkle.root_of(0, n, whole.read)
    for index in {0, 1, n // 2, n - 2, n - 1} & set(range(n)):
        proof = merkle.inclusion_proof(index, n, read)
        merkle.verify_inclusion(merkle.leaf_hash(str(index).encode()), index, n, proof, root)
    for old in {1, n // 3, n - 1} & set(range(1, n + 1)):
        proof = merkle.consistency_proof(old, n, read)
        merkle.verify_consistency(old, n, merkle.root_of(0, old, whole.read), root, proof)


@given(st.integers(0, 140_000), st.integers(0, 700))
def test_growing_writes_just_what_changed(old, more):
    """All that a larger record needs is there: its tiles are those written on the way."""
    new = old + more
    written = set(tiles_between(old, new))
    needed, had = set(tiles_between(0, new)), set(tiles_between(0, old))
    assert needed - had <= written <= needed


def test_a_tile_of_another_length_is_refused():
    with pytest.raises(VerificationError, match=r"tile/0/000\.p/3 holds 64 bytes, expected 3"):
        reader_of_tiles(3, lambda _: bytes(64))(0, 1)


@given(st.lists(st.binary(max_size=40)))
def test_bundles_come_back_the_same(entries):
    assert entries_of(bundle(entries)) == entries


@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1), st.integers(1, 3))
def test_a_bundle_cut_short_is_refused(entries, cut):
    data = bundle(entries)
    try:
        found = entries_of(data[:-cut])
    except VerificationError:
        return
    assert found == entries[: len(found)]  # cut at the border of an entry: fewer, never other ones
    assert len(found) < len(entries)


def test_an_entry_that_does_not_fit_is_refused():
    assert len(bundle([bytes(ENTRY_BYTES_MAX)])) == ENTRY_BYTES_MAX + 2
    with pytest.raises(ValueError, match="does not fit"):
        bundle([bytes(ENTRY_BYTES_MAX + 1)])
