"""Rows that come from another process are the rows that were made there, to the bit."""

from __future__ import annotations

import importlib.util
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.detect.growing import GrowingTable, columns_of, table_of
from keepclear.detect.index import PortableFinder
from keepclear.detect.making import rows_of
from keepclear.detect.packed import PackedRows, pack, unpack
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
    corridor,
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


@st.composite
def casts(draw):
    """Declarations round a place, and some of what comes seldom, alone or in one with others."""
    said = draw(centres.flatmap(lambda at: declarations(*at, count=3)))
    more = draw(st.lists(st.sampled_from(sorted(EXTRA)), max_size=3))
    said += [declared(f"more{k}", EXTRA[name]) for k, name in enumerate(more)]
    if more and draw(st.booleans()):
        said[0] = replace(said[0], parts=(*said[0].parts, *(EXTRA[name] for name in more)))
    return said


@given(casts())
@LAW
def test_rows_of_all_kinds_come_back_as_they_were(said):
    for maker in makers():
        found = prepare(said, geoid=FLAT, maker=maker)
        there_and_back(Prepared(found.table, (), found.ground_missing))
        for one in said:
            try:
                rows = rows_of([one], geoid=FLAT, maker=maker)
            except InputError:
                continue
            there_and_back(rows)


@given(casts())
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


@pytest.mark.skipif(importlib.util.find_spec("numba") is None, reason="there is one way only")
@pytest.mark.parametrize("name", sorted(EXTRA))
def test_compiled_rows_are_bytes_where_nothing_is_doubtful(name):
    """Else the law above would compare one way with itself."""
    packed = rows_of([declared("a", EXTRA[name])], geoid=FLAT, maker=makers()[1])
    assert isinstance(packed, PackedRows) == (name not in {"holed", "wide"})
    portable = rows_of([declared("a", EXTRA[name])], geoid=FLAT)
    assert isinstance(portable, Prepared)
    assert pack(packed) == pack(portable)


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
def test_what_is_cut_off_changed_or_of_another_layout_is_refused(name):
    data = pack(rows_of([declared("a", EXTRA[name])], geoid=FLAT))
    for length in range(len(data)):
        with pytest.raises(InternalError):
            unpack(data[:length])
    with pytest.raises(InternalError, match="are not the"):
        unpack(data + b"\0")
    spare = {2, 3}  # bytes of the head that say nothing
    for at in set(range(len(data))) - spare:
        for flip in (1, 128):
            with pytest.raises(InternalError):
                unpack(data[:at] + bytes([data[at] ^ flip]) + data[at + 1 :])


def test_where_bytes_begin_in_memory_does_not_matter():
    data = pack(rows_of([declared("a", EXTRA["holed"])], geoid=FLAT))
    for shift in range(9):
        there_and_back(unpack(memoryview(bytes(shift) + data)[shift:]))


# put into a table


@pytest.mark.skipif(importlib.util.find_spec("numba") is None, reason="there is one way only")
@given(centres.flatmap(lambda at: declarations(*at, count=5)), st.data())
@LAW
def test_a_table_grows_the_same_in_both_ways(said, data):
    """Column by column and in one call, from bytes and from columns, with rows taken back between."""
    from keepclear.detect.fast.standing import FastFinder

    portable, compiled = PortableFinder(), FastFinder()
    tables = [GrowingTable() for _ in range(3)]
    for number, one in enumerate(said * 2):
        try:
            rows = rows_of([one], geoid=FLAT)
        except InputError:
            continue
        sent = unpack(pack(rows))
        added = [
            portable.append(tables[0], rows, number),
            compiled.append(tables[1], sent, number),
            compiled.append(tables[2], rows, number),
        ]
        assert added == [added[0]] * 3
        if data.draw(st.booleans()):
            for table in tables:
                table.drop_last(added[0])
            if data.draw(st.booleans()):
                for table in tables:
                    table.take_back(added[0])
    assert held(tables[1]) == held(tables[0])
    assert held(tables[2]) == held(tables[0])


@pytest.mark.skipif(importlib.util.find_spec("numba") is None, reason="there is one way only")
def test_room_is_made_before_anything_is_written():
    """More rows, rings and vertices than a new table has room for; and one with no room at all."""
    from keepclear.detect.fast.standing import FastFinder

    lines = [corridor(1.0, *(place(0.0, k / 999) for k in range(700))) for _ in range(4)]
    rings = [EXTRA["holed"]] * 600
    said = [declared("long", *lines), declared("many", *rings), declared("climbs", EXTRA["climbs"])]
    portable, compiled = GrowingTable(), GrowingTable()
    for number, one in enumerate(said * 2):
        rows = rows_of([one], geoid=FLAT)
        assert portable.append(rows.table, number) == FastFinder().append(compiled, rows, number)
        # a table taken over has no room behind its columns, or has it behind some of them alone
        taken = {name: column.copy() for name, column in columns_of(compiled.view()).items()}
        taken["part"] = np.concatenate([taken["part"]] * 2)[: len(taken["part"])]
        compiled = GrowingTable.of(table_of(taken))
    assert held(compiled) == held(portable)


def held(table):
    return {name: column.tolist() for name, column in columns(table.view()).items()}
