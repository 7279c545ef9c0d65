"""Frames come out as they went in, however the bytes are cut; what is no frame ends the connection."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.faces.front import frames
from keepclear.faces.front.frames import (
    FROM_FRONT,
    FROM_NODE,
    Beat,
    Begins,
    Broken,
    Cutter,
    Ends,
    Fails,
    FrameError,
    Gone,
    Line,
    Open,
    Piece,
    Serves,
    Starts,
    Taken,
    Warm,
    packed,
)

NUMBERS = st.integers(1, 2**40)
LINES = st.lists(st.tuples(st.binary(max_size=9), st.binary(max_size=9)), max_size=3)
CLIENTS = st.none() | st.tuples(st.text(max_size=9), st.integers(0, 65_535))
OF_THE_NODE = st.one_of(
    st.builds(Serves, st.text(), st.integers(0, 65_535), st.lists(st.text(), max_size=2).map(tuple),
              st.text(), st.text(), st.floats(0, 1e6), st.floats(1, 1e6)),
    st.builds(Open), st.builds(Ends), st.builds(Beat), st.builds(Broken, NUMBERS),
    st.builds(Starts, NUMBERS, st.integers(100, 599), LINES),
    st.builds(Piece, NUMBERS, st.binary(), st.booleans()),
)  # fmt: skip
OF_THE_FRONT = st.one_of(
    st.builds(Warm), st.builds(Fails, st.text()), st.builds(Beat),
    st.builds(Line, st.dictionaries(st.text(), st.text() | st.integers(0, 9), max_size=3)),
    st.builds(Begins, NUMBERS, st.text(), st.binary(), st.binary(), LINES, CLIENTS, st.text(),
              st.none() | st.binary()),
    st.builds(Gone, NUMBERS), st.builds(Taken, NUMBERS),
)  # fmt: skip


def cut(decoder, data, sizes):
    """Everything that comes out of bytes that arrive in pieces of these sizes, over and over."""
    cutter, found, at = Cutter(decoder), [], 0
    while at < len(data):
        size = sizes[len(found) % len(sizes)]
        found.append(cutter.frames(data[at : at + size]))
        at += size
    return [one for some in found for one in some]


@pytest.mark.parametrize(
    ("decoder", "kinds"), [(FROM_NODE, OF_THE_NODE), (FROM_FRONT, OF_THE_FRONT)]
)
def test_what_was_said_is_heard_however_it_is_cut(decoder, kinds):
    @given(st.lists(kinds, max_size=5), st.lists(st.integers(1, 50), min_size=1, max_size=5))
    def law(said, sizes):
        assert cut(decoder, b"".join(map(packed, said)), sizes) == said

    law()


def test_each_side_says_its_own_frames_only():
    for decoder, frame in (
        (FROM_NODE, Gone(1)),
        (FROM_FRONT, Open()),
        (FROM_FRONT, Piece(1, b"", True)),
    ):
        with pytest.raises(FrameError):
            Cutter(decoder).frames(packed(frame))


@given(st.binary(min_size=1, max_size=60))
def test_bytes_of_no_frame_are_refused_or_waited_for_and_nothing_else(data):
    try:
        found = Cutter(FROM_FRONT).frames(data)
    except FrameError:
        return
    assert all(type(one).__module__ == frames.__name__ for one in found)


def test_a_length_that_no_side_sends_is_refused_before_anything_is_held():
    with pytest.raises(FrameError):
        Cutter(FROM_FRONT).frames((16_000_001).to_bytes(4, "little"))
