"""Laws of aviation's formats: a sound file, however changed, is read or refused, and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import InputError
from keepclear.formats.reading import Reading
from keepclear.formats.registry import read_bytes
from tests.fuzz import notam, notam_json, openair, readsb, sbs, yaixm

SOUND = {
    "openair": openair.SEEDS,
    "yaixm": yaixm.SEEDS,
    "notam": (*notam.SEEDS, notam.SEEDS[0] * 2),
    "sbs-utc": sbs.SEEDS,
    "readsb": readsb.SEEDS,
    "notam-json": notam_json.SEEDS,
}
"""By name of the format: small sound files, those with which fuzzing begins."""
WORDS = [
    *(
        b"AC AN AL AH AA AX V D=- X= W= DP DA DB DC DY FL GND UNL NONE / ft AMSL AGL N E S W".split()
    ),
    *(
        b"line: arc: circle: dir: radius: to: - [ ] { } & * ! | > null ~ nm airspace: geometry:".split()
    ),
    *(b"Q) A) B) C) D) E) F) G) NOTAMN NOTAMC PART RADIUS 5NM WI SFC-FL320 PERM EST DAILY".split()),
    *(b"MSG,3 MSG,2 STA,, -1 0 1e9 999999999999 -91 181 NaN , ; : .".split()),
    *(b"\xc2\xa0", b"\xe2\x80\x93", b"\r", b"\n", b"\t"),
]


def held(data, read_as):
    """A reading whose refusals all say where, or an input error with a code and a place."""
    try:
        reading = read_bytes(data, name="plan", read_as=read_as)
    except InputError as error:
        refused = [error]
    else:
        assert isinstance(reading, Reading)
        refused = reading.refused
    for refusal in refused:
        assert refusal.code
        assert refusal.message
        assert refusal.where.startswith("plan")


@st.composite
def changed(draw):
    """A sound file with some pieces cut out, repeated, or replaced by words of these formats."""
    read_as = draw(st.sampled_from(sorted(SOUND)))
    data = draw(st.sampled_from(SOUND[read_as]))
    for _ in range(draw(st.integers(1, 4))):
        a = draw(st.integers(0, len(data)))
        b = draw(st.integers(a, min(len(data), a + 30)))
        middle = draw(
            st.one_of(
                st.just(b""), st.sampled_from(WORDS), st.just(data[a:b] * 2), st.binary(max_size=6)
            )
        )
        data = data[:a] + middle + data[b:]
    return read_as, data


@given(changed())
def test_a_changed_file_is_read_or_refused(case):
    read_as, data = case
    held(data, read_as)


@given(st.sampled_from(sorted(SOUND)), st.lists(st.sampled_from(WORDS), max_size=40))
def test_words_of_these_formats_in_any_order_are_read_or_refused(read_as, words):
    held(b" ".join(words), read_as)
    held(b"\n".join(words), read_as)


def test_sound_files_are_read_whole():
    for read_as, files in SOUND.items():
        for data in files:
            reading = read_bytes(data, name="plan", read_as=read_as)
            assert reading.refused == ()
            assert reading.declarations


def test_what_is_recognised_is_what_would_be_asked_for():
    for read_as, files in SOUND.items():
        for data in files:
            if read_as != "sbs-utc":
                assert read_bytes(data, name="plan").format == read_as
