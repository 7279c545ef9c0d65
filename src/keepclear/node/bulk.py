"""The use case *check* for a plain question about very many plain volumes: columns all the way.

It answers ``--format pairs`` for canonical GeoJSON (see ``formats.scan``) without minima, over all
time. Whenever a file, the question or one ring is anything else it steps aside (``None``), and the
ordinary way gives the same answer more slowly. A law holds both to the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from keepclear.detect.crossing import Comparison, Minima
from keepclear.detect.rules import KIND_CODES, KINDS_COMPARED
from keepclear.domain.declaration import Kind
from keepclear.errors import InputError
from keepclear.formats.sniff import Family, text_family
from keepclear.node.check import Question
from keepclear.node.fastpath import COLD_FACTOR, COMPARING, has_warmed, prepare_cache, warm
from keepclear.node.files import STDIN, party_names

if TYPE_CHECKING:
    from keepclear.detect.table import Table
    from keepclear.formats.scan.columns import Scan

__all__ = ["BULK_BYTES_MIN", "BulkPairs", "bulk_pairs"]

BULK_BYTES_MIN: Final = 10_000_000
"""Below this the ordinary way answers before the compiled one would be loaded."""
_LOOKED_AT: Final = 1 << 18
"""Bytes by which the family of a file is told."""
_ROLES: Final = (Kind.OPERATION, Kind.RESTRICTION)
"""What the scanner's role codes stand for."""


@dataclass(frozen=True, slots=True)
class BulkPairs:
    """All crossings as columns, in the order of the envelope; every one certain, every one shared."""

    comparison: Comparison
    """The account of the check; its crossings are in the columns instead."""
    data: np.ndarray
    """uint8: the bytes of all files."""
    names: np.ndarray
    """int64 (n, 4): where id and party of each declaration stand in ``data``."""
    parties: tuple[str, ...]
    """Party of each file where its declarations name none; empty where they stand for themselves."""
    file_of: np.ndarray
    """int32 (n)."""
    a: np.ndarray
    """int32 (pairs): declaration on side a."""
    b: np.ndarray
    start_us: np.ndarray
    end_us: np.ndarray
    lower_mm: np.ndarray
    upper_mm: np.ndarray


def bulk_pairs(
    paths: Sequence[str], question: Question, *, read_as: str | None, max_bytes: int
) -> BulkPairs | None:
    """All crossings of large canonical files, or None where the ordinary way must answer."""
    plain = question.minima == Minima() and question.after_us is None and question.before_us is None
    if not plain or read_as not in {None, "geojson", "ndjson"} or STDIN in paths:
        return None
    sizes = [_size(path) for path in paths]
    worth = BULK_BYTES_MIN if warm(COMPARING) else BULK_BYTES_MIN * COLD_FACTOR
    different = len({os.path.realpath(path) for path in paths}) == len(paths)
    if not different or min(sizes) < 0 or sum(sizes) < worth:
        return None
    if max(sizes) > max_bytes:
        return None
    prepare_cache()
    try:
        from keepclear.formats.scan.columns import scan  # noqa: PLC0415  loads a compiler
    except ImportError:
        return None
    data, scans = [], []
    for path in paths:
        content = np.fromfile(path, dtype=np.uint8)
        found = scan(content)
        if found is None or not _is_expected(content, path, found, read_as):
            return None
        data.append(content)
        scans.append(found)
    answer = _answer(paths, question, data, scans)
    if answer is not None:
        has_warmed(COMPARING)
    return answer


def _is_expected(content: np.ndarray, path: str, found: Scan, read_as: str | None) -> bool:
    """Whether the ordinary way would take the file for what the scanner took it for."""
    if read_as is not None:
        return found.collection == (read_as == "geojson")
    try:
        family = text_family(content[:_LOOKED_AT].tobytes(), path)
    except InputError:
        return False
    return found.collection == (family is Family.JSON)


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size if Path(path).is_file() else -1
    except (OSError, ValueError):
        return -1


def _answer(
    paths: Sequence[str], question: Question, data: list[np.ndarray], scans: list[Scan]
) -> BulkPairs | None:
    from keepclear.node.bulk_table import table_of  # noqa: PLC0415

    names, file_of, parties = _named(paths, data, scans)
    joined = data[0] if len(data) == 1 else np.concatenate(data)
    rank, group, unique = _ranks(joined, names, file_of, parties)
    if not unique:
        return None
    table = table_of(scans)
    if table is None:
        return None
    if question.within_party:
        group = -1 - np.arange(len(table), dtype=np.int32)
    role = np.concatenate([scan.role for scan in scans])
    kind = np.array([KIND_CODES[k] for k in _ROLES], dtype=np.uint8)[role]
    owner = table.owner
    i, j = _search(table, group.astype(np.int32)[owner], kind[owner])
    swap = rank[owner[i]] > rank[owner[j]]
    a, b = np.where(swap, j, i), np.where(swap, i, j)  # rows of the table
    start = np.maximum(table.start_us[a], table.start_us[b])
    order = _ordered(start, rank[owner[a]], rank[owner[b]], len(table))
    a, b, start = a[order], b[order], start[order]
    shown = sorted(_party_names(joined, names, file_of, parties))
    comparison = Comparison(
        complete=True, declarations=len(table), volumes=len(table), compared=len(table),
        parties=tuple(shown), not_compared=(), refused=(),
        warnings=_warnings(paths, parties, shown, question) if len(table) > 1 else (),
        crossings=(),
    )  # fmt: skip
    bands = table.bands
    return BulkPairs(
        comparison, joined, names, parties, file_of, owner[a], owner[b], start,
        np.minimum(table.end_us[a], table.end_us[b]),
        np.maximum(bands.lower_least[a], bands.lower_least[b]),
        np.minimum(bands.upper_most[a], bands.upper_most[b]),
    )  # fmt: skip


def _named(
    paths: Sequence[str], data: list[np.ndarray], scans: list[Scan]
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Places of all names in the joined bytes, the file of each, and the files' parties."""
    offsets = np.concatenate(([0], np.cumsum([len(content) for content in data])))[:-1]
    names = np.concatenate(
        [
            scan.names + offset * (scan.names > 0)
            for scan, offset in zip(scans, offsets, strict=True)
        ]
    )
    counts = [len(scan.kind) for scan in scans]
    file_of = np.repeat(np.arange(len(scans), dtype=np.int32), counts)
    alone = len(paths) == 1 and not (names[:, 3] > 0).any()
    return names, file_of, ("",) * len(paths) if alone else party_names(paths)


def _ranks(
    data: np.ndarray, names: np.ndarray, file_of: np.ndarray, parties: tuple[str, ...]
) -> tuple[np.ndarray, np.ndarray, bool]:
    """Place of each declaration in the order of (party, id), its party's number, all different."""
    from keepclear.node.names import packed  # noqa: PLC0415

    party = packed(data, names[:, 2], names[:, 3])
    silent = names[:, 3] == names[:, 2]
    if silent.any() and any(parties):
        own = [name.encode() for name in parties]
        text = np.frombuffer(b"".join(own), dtype=np.uint8)
        ends = np.cumsum([len(name) for name in own])
        begins = ends - [len(name) for name in own]
        filled = packed(text, begins[file_of], ends[file_of])
        width = max(party.shape[1], filled.shape[1])
        party, filled = _widened(party, width), _widened(filled, width)
        party = np.where(silent[:, None], filled, party)
    ident = packed(data, names[:, 0], names[:, 1])
    words = np.concatenate([party, ident], axis=1)
    order = (
        np.lexsort(words.T[::-1]) if words.shape[1] > 1 else np.argsort(words[:, 0], kind="stable")
    )
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    ordered = words[order]
    unique = not bool((ordered[1:] == ordered[:-1]).all(axis=1).any())
    fresh = np.ones(len(order), dtype=np.int64)
    width = party.shape[1]
    fresh[1:] = (ordered[1:, :width] != ordered[:-1, :width]).any(axis=1)
    group = np.empty(len(order), dtype=np.int64)
    group[order] = np.cumsum(fresh) - 1
    nobody = (party == 0).all(axis=1)
    group = np.where(nobody, -1 - np.arange(len(order)), group)
    return rank, group, unique


def _widened(words: np.ndarray, width: int) -> np.ndarray:
    return np.pad(words, ((0, 0), (0, width - words.shape[1])))


def _party_names(
    data: np.ndarray, names: np.ndarray, file_of: np.ndarray, parties: tuple[str, ...]
) -> set[str]:
    said = names[names[:, 3] > names[:, 2]]
    spans = {bytes(data[row[2] : row[3]]).decode() for row in _distinct(data, said)}
    silent = np.unique(file_of[names[:, 3] == names[:, 2]])
    return spans | {parties[k] for k in silent.tolist()}


def _distinct(data: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """One row for each different party."""
    from keepclear.node.names import packed  # noqa: PLC0415

    if len(rows) == 0:
        return rows
    words = packed(data, rows[:, 2], rows[:, 3])
    order = np.lexsort(words.T[::-1])
    ordered = words[order]
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    return rows[order[fresh]]


def _search(table: Table, group: np.ndarray, kind: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    from keepclear.detect.engine import Search  # noqa: PLC0415
    from keepclear.detect.fast.engine import FAST  # noqa: PLC0415

    search = Search(table.owner, group, kind, KINDS_COMPARED)
    found = [FAST.sift(table, i, j, Minima()) for i, j in FAST.candidates(table, Minima(), search)]
    none = np.zeros(0, dtype=np.int32)
    return (
        np.concatenate([i for i, _ in found]) if found else none,
        np.concatenate([j for _, j in found]) if found else none,
    )


def _ordered(start: np.ndarray, first: np.ndarray, second: np.ndarray, n: int) -> np.ndarray:
    """The order of the envelope: by start, then by who."""
    known = np.unique(start)
    bits = max(n - 1, 1).bit_length()
    if len(known).bit_length() + 2 * bits <= 63:
        key = np.searchsorted(known, start) << (2 * bits)
        key |= first << bits
        key |= second
        return np.argsort(key, kind="stable")
    return np.lexsort((second, first, start))


def _warnings(
    paths: Sequence[str], parties: tuple[str, ...], shown: list[str], question: Question
) -> tuple[str, ...]:
    from keepclear.detect.rules import one_party_warning  # noqa: PLC0415
    from keepclear.node.gather import stands_alone_warning  # noqa: PLC0415

    if not any(parties):
        return (stands_alone_warning(paths[0]),)
    if len(shown) == 1 and not question.within_party:
        return (one_party_warning(shown[0]),)
    return ()
