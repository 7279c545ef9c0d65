"""Bodies and messages drawn at random from the tables of the second implementation."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.second.bodies import BODIES, LONGEST, PARTS, RANGES, RECEIVED, members
from tests.second.lines import LARGEST
from tests.second.messages import OUTSIDE, ZEROS

CHARACTERS = st.one_of(
    st.characters(codec="utf-8"),
    st.sampled_from('"\\/\n\t\b\f\r\x07\x7f\x85\u00e9\u2028\u202e\ufeff\U0001f6d1'),
)
HASHES = st.binary(min_size=32, max_size=32).map(bytes.hex)
CODES = st.from_regex(r"[a-z]{1,20}(\.[a-z-]{1,20})?", fullmatch=True)


def texts(kind):
    return st.text(CHARACTERS, min_size=1, max_size=min(LONGEST[kind], 60))


def values(kind):
    """What a member of a type may hold."""
    if kind in PARTS:
        return objects(PARTS[kind])
    if kind.startswith("["):
        return st.lists(values(kind[1:-1]), max_size=3)
    if kind in RANGES:
        least, most = RANGES[kind]
        return st.integers(least, most)
    if kind in LONGEST:
        return texts(kind)
    plain = {
        "truth": st.booleans(),
        "hash": HASHES,
        "says": st.just(RECEIVED),
        "code": CODES,
        "pair": st.lists(texts("word"), min_size=2, max_size=2),
        "span": st.lists(st.integers(0, LARGEST), min_size=2, max_size=2),
    }
    return plain[kind] if kind in plain else st.sampled_from(kind.split("|"))


def objects(row):
    table = members(row)
    return st.fixed_dictionaries(
        {name: values(kind) for name, optional, kind in table if not optional},
        optional={name: values(kind) for name, optional, kind in table if optional},
    )


@st.composite
def messages(draw, kinds=tuple(BODIES)):
    """Kind, body and lines of one message."""
    kind = draw(st.sampled_from(kinds))
    seq = 0 if kind in OUTSIDE else draw(st.integers(1, LARGEST))
    times = st.integers(-30_000_000_000_000_000, 200_000_000_000_000_000)
    names = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=200)
    lines = {
        "seq": seq,
        "prev": ZEROS if seq <= 1 else draw(HASHES),
        "stream": draw(st.integers(1, LARGEST)),
        "sent_us": draw(times),
        "until_us": draw(st.none() | times),
        "arrangement": draw(names.filter(lambda name: name != "-")),
        "drill": draw(st.booleans()),
        "ack": draw(st.none() | st.tuples(st.integers(1, LARGEST), HASHES)),
    }
    return kind, draw(objects(BODIES[kind])), lines
