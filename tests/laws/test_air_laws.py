"""Laws of aviation's formats: a sound file, however changed, is read or refused, and nothing else."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import InputError
from keepclear.formats.reading import Reading
from keepclear.formats.registry import read_bytes

OPENAIR = b"""AC R
AN ED-R1
AL 1000 ft AMSL
AH FL100
AA 2025-01-01T12:00Z/2025-01-01T13:00Z
V X=52:26:00 N 007:12:00 E
V D=-
DP 52:43:03 N 007:03:49 E
DB 52:29:31 N 007:17:48 E, 52:26:00 N 007:03:50 E
DA 5,10,200
DC 2.5
V W=4
DY 52:26:00 N 007:12:00 E
DY 53:26:00 N 007:12:00 E
"""
YAIXM = b"""airspace:
- name: BRAVO
  id: bravo
  type: CTA
  rules: [NOTAM, SI]
  geometry:
  - lower: SFC
    upper: 2000 ft
    boundary:
    - line:
      - 513000N 0003000W
      - 513500N 0003000W
    - arc:
        dir: cw
        radius: 5 nm
        centre: 513000N 0003000W
        to: 513000N 0002158W
  - lower: FL65
    upper: FL105
    boundary:
    - circle:
        radius: 2.5 nm
        centre: 513000N 0003000W
"""
NOTAM = b"""A0755/25 NOTAMR A0754/25
Q) ZLHW/QRDCA/IV/BO/W/000/200/3745N10523E013
A) ZLHW PART 1 OF 2 B) 2504010352 C) 2504010429 EST
D) DAILY 0930-1630, 1700-1800
E) AREA 1 WI N374800E1050800-N375700E1051700-N374200E1053900 VERTICAL LIMITS SFC-FL190
RADIUS 5 NM CENTRED ON 513000N0003000W, 5NM EITHER SIDE OF LINE JOINING 5130N00030W - 5200N00030W
F) SFC G) FL200
"""
SBS = b"""MSG,1,5,276,4010E9,1,2008/11/28,14:53:49.000,2008/11/28,14:58:51.153,BAW4J,,,,,,,,,,,
MSG,3,5,276,4010E9,1,2008/11/28,14:53:49.986,2008/11/28,14:58:51.153,,28000,,,53.02,-2.91,,,0,0,0,0
MSG,3,5,276,4010E9,1,2008/11/28,14:53:50.594,2008/11/28,14:58:51.153,,28000,,,53.03,-2.92,,,0,0,0,0
"""
TRACE = json.dumps(
    {
        "icao": "ac671b",
        "timestamp": 1738703622.25,
        "trace": [
            [0.0, 16.7, -88.0, 32000, 478.6, 327.8, 1, 0, {"flight": "DAL1", "rc": 186}, "mlat", 1],
            [9.5, 16.8, -88.0, "ground", None, None, 8, 0, None, "adsb_icao", 33825],
        ],
    }
).encode()
AIRCRAFT = json.dumps(
    {"now": 1738703622.25, "aircraft": [{"hex": "4b43ac", "lat": 47.0, "lon": 8.0, "seen_pos": 2}]}
).encode()
COLUMNS = json.dumps(
    {
        "NUM": 1,
        "CODE": ["A0755/25"],
        "COORDINATES": ["N374800E1050800-N375700E1051700-N374200E1053900"],
        "TIME": ["01 APR 03:52 2025 UNTIL 01 APR 04:29 2025"],
        "RAWMESSAGE": [NOTAM.decode()],
    }
).encode()
SOUND = {
    "openair": [OPENAIR],
    "yaixm": [YAIXM],
    "notam": [NOTAM, NOTAM + NOTAM],
    "sbs-utc": [SBS],
    "readsb": [TRACE, AIRCRAFT],
    "notam-json": [COLUMNS],
}
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
