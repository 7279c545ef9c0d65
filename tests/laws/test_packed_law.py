"""Rows that come from another process are the rows that were made there, to the bit."""

from __future__ import annotations

import importlib.util
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.detect.making import rows_of
from keepclear.detect.packed import pack, unpack
from keepclear.detect.prepare import PORTABLE_MAKER, Prepared, prepare
from keepclear.detect.table import FOREVER_US
from keepclear.domain.altitude import Reference
from keepclear.domain.declaration import Kind
from keepclear.errors import InputError, InternalError
from tests.laws.strategies import (
    FLAT,
    LAW,
    band,
    centres,
    circle,
    declarations,
    declared,
    laid,
    lonlat,
    place,
    rectangle,
    route,
    square,
    volume,
    window,
)
from tests.laws.test_rows_law import columns

OVER_GROUND = volume(
    circle(47.0, 8.0, 100.0),
    band(0, 120, Reference.AGL),
)
CLIMB = place(47.0, 8.0), place(47.1, 8.1)


def makers():
    found = [PORTABLE_MAKER]
    if importlib.util.find_spec("numba") is not None:
        from keepclear.detect.fast.small import CompiledMaker

        found.append(CompiledMaker())
    return found


def there_and_back(prepared):
    """What comes back, after it was held against what was sent; nothing in it is shared."""
    data = pack(prepared)
    back = unpack(data)
    assert back.refused == ()
    assert back.refused_parts == ()
    assert back.ground_missing == prepared.ground_missing
    sent, come = columns(prepared.table), columns(back.table)
    for name, column in sent.items():
        assert column.dtype == come[name].dtype, name
        assert column.shape == come[name].shape, name
        assert column.tobytes() == come[name].tobytes(), name
    same_ends = prepared.table.bands_end is prepared.table.bands
    assert (back.table.bands_end is back.table.bands) == same_ends
    for name, column in come.items():
        if name != "scale":
            assert column.flags.aligned, name
            assert column.flags.c_contiguous, name
            assert column.flags.writeable, name
    assert pack(back) == data
    return back


EXTRA = {
    "wide": volume(square(47.0, 8.0, 300_000.0)),
    "holed": volume(laid(60.0, 25.0, rectangle(-900, -900, 900, 900), rectangle(-9, -9, 9, 9))),
    "over ground": OVER_GROUND,
    "climbs": route(50.0, (CLIMB[0], 0, band(0, 50)), (CLIMB[1], 9, band(400, 450))),
}


@given(
    centres.flatmap(lambda at: declarations(*at, count=4)),
    st.lists(st.sampled_from(sorted(EXTRA)), max_size=3),
)
@LAW
def test_rows_of_all_kinds_come_back_as_they_were(said, more):
    said += [declared(f"more{k}", EXTRA[name]) for k, name in enumerate(more)]
    for maker in makers():
        found = prepare(said, geoid=FLAT, maker=maker)
        there_and_back(Prepared(found.table, (), found.ground_missing))
        for one in said:
            try:
                rows = rows_of([one], geoid=FLAT, maker=maker)
            except InputError:
                continue
            there_and_back(rows)


@given(centres.flatmap(lambda at: declarations(*at, count=2)))
@LAW
def test_whoever_makes_them_packs_the_same(said):
    """Of all that stands: a front may make rows in one way and the node in the other."""
    for one in said:
        packed = []
        for maker in makers():
            try:
                packed.append(pack(rows_of([one], geoid=FLAT, maker=maker)))
            except InputError as error:
                packed.append(str(error))
        assert packed == [packed[0]] * len(packed)


def test_only_what_changes_its_height_has_bands_of_its_own_at_the_end():
    climbs = there_and_back(rows_of([declared("a", EXTRA["climbs"])], geoid=FLAT)).table
    assert climbs.bands_end is not climbs.bands
    assert climbs.bands_end.lower_own.tolist() != climbs.bands.lower_own.tolist()
    level = there_and_back(rows_of([declared("a", EXTRA["wide"])], geoid=FLAT)).table
    assert level.bands_end is level.bands


def test_a_site_stands_beyond_its_confirmation_whoever_makes_its_rows():
    site = declared("a", volume(circle(47.0, 8.0, 30.0), when=window(0, 60)), kind=Kind.SITE)
    rows = there_and_back(rows_of([site], geoid=FLAT)).table
    assert rows.end_us.tolist() == [FOREVER_US]


def test_guessed_ground_is_not_forgotten():
    said = [declared("a", circle(1.0, 2.0, 3.0)), declared("b", OVER_GROUND)]
    assert there_and_back(rows_of(said, geoid=FLAT)).ground_missing == (1,)


def test_no_rows_are_rows():
    assert len(there_and_back(rows_of([], geoid=FLAT)).table) == 0


def test_what_cannot_be_used_is_not_handed_on():
    bad = declared("a", lonlat([(8, 47), (9, 48), (9, 47), (8, 48)]))
    with pytest.raises(InputError, match="no simple ring"):
        rows_of([bad], geoid=FLAT)
    with pytest.raises(InternalError, match="usable"):
        pack(prepare([bad], geoid=FLAT))
    table = rows_of([declared("a", EXTRA["wide"])], geoid=FLAT).table
    whole = replace(table, lon=(table.lon * 1e7).astype(np.int32), scale=1e7)
    with pytest.raises(InternalError, match="in degrees"):
        pack(Prepared(whole, (), ()))


@pytest.mark.parametrize("name", sorted(EXTRA))
def test_what_is_cut_off_or_of_another_layout_is_refused(name):
    data = pack(rows_of([declared("a", EXTRA[name])], geoid=FLAT))
    for length in range(len(data)):
        with pytest.raises(InternalError):
            unpack(data[:length])
    for other in (data + b"\0", b"\2" + data[1:], data[:1] + b"\2" + data[2:]):
        with pytest.raises(InternalError, match="are not the"):
            unpack(other)
    flipped = data[:1] + bytes([1 - data[1]]) + data[2:]
    with pytest.raises(InternalError, match="are not the"):
        unpack(flipped)


def test_where_bytes_begin_in_memory_does_not_matter():
    data = pack(rows_of([declared("a", EXTRA["holed"])], geoid=FLAT))
    for shift in range(9):
        there_and_back(unpack(memoryview(bytes(shift) + data)[shift:]))
