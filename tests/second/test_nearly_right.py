"""Texts that are nearly right, rightly signed: both programs take or refuse the same ones."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import InputError, KeepclearError
from keepclear.formats.positions import checkwords
from keepclear.link import carry, parcel
from keepclear.link.cards import open_card
from keepclear.link.invitation import open_invitation
from keepclear.node.notices import spelled
from keepclear.record import addition, bundle, split
from keepclear.record.checkpoint import open_checkpoint
from keepclear.record.note import Verifier
from keepclear.record.note import open_note as first_open_note
from keepclear.wire.declaration import declaration_of, form_in
from tests.second import cards, parcels, record, spoken
from tests.second.declarations import read_declaration
from tests.second.notes import Refused, Signer, open_note, read_key, read_note, write_note
from tests.second.party import Party

NOW_US = 1_448_001_660_000_000
ALDER, BIRCH = Party("Alder", 1), Party("Birch", 2)
SEALED = b"age-encryption.org/v1\nsealed"
PIECES = (
    "", " ", "\n", "\n\n", ":", ": ", "0", "1", "-", "+", "=", "A", "/", "none", "Z", ".0Z",
    "\u00a0", "\u00df", "\u017f", "\u0661", "\u202e", "\u00e9", "\t", "\r", "https://", " after 1",
)  # fmt: skip


def first_key(key):
    return Verifier.parse(str(key))


@st.composite
def nearly(draw, text):
    """A text with one or two places changed."""
    for _ in range(draw(st.integers(1, 2))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(start + 3, len(text))))
        text = text[:start] + draw(st.sampled_from(PIECES)) + text[end:]
    return text


def code_of(read):
    try:
        read()
    except (KeepclearError, Refused) as error:
        return error.code
    return ""


SEVERAL = (
    "key.malformed",
    "key.weak",
    "key.unknown-type",
    "card.malformed",
    "invitation.malformed",
)
"""Where a key is wrong and its text, too, the pages leave open which of these it is."""


def alike(second, first):
    return second == first or {second, first} <= set(SEVERAL)


def signed(text, signer):
    """As whoever has the key may sign it, whatever it says."""
    return write_note(text if text.endswith("\n") else f"{text}\n", signer)


INVITED = ALDER.joins(NOW_US, address=["https://a.example:1"], certificate=b"DER")
CARD = cards.decode64(INVITED.split("\n")[2].removeprefix("card: "))
CARD_TEXT = read_note(CARD)[0] + f"revoked: {BIRCH.message.key} after 41\n"


@given(nearly(CARD_TEXT))
def test_cards(text):
    note, root = signed(text, ALDER.root), ALDER.root.key
    first = code_of(lambda: open_card(note, first_key(root)))
    assert alike(code_of(lambda: cards.read_card(note, root)), first)


@given(nearly(INVITED))
def test_invitations(text):
    first = code_of(lambda: open_invitation(text))
    assert alike(code_of(lambda: cards.read_invitation(text)), first)


HEAD = read_note(parcels.write_head(ALDER.message, BIRCH.message.name, "5a" * 32, NOW_US, SEALED))[
    0
]


@given(nearly(HEAD))
def test_heads_of_parcels(text):
    note, key = signed(text, ALDER.message), ALDER.message.key
    first = code_of(lambda: parcel.open_head(note, SEALED, first_key(key)))
    assert code_of(lambda: parcels.read_head(note, key, SEALED)) == first


ASKED = read_note(parcels.write_asked(ALDER.message, "relay", NOW_US, ["0f" * 32, "f0" * 32]))[0]


@given(nearly(ASKED))
def test_askings_of_a_relay(text):
    note, key = signed(text, ALDER.message), ALDER.message.key
    first = code_of(lambda: parcel.open_asked(note, first_key(key), "relay"))
    assert code_of(lambda: parcels.read_asked(note, key, "relay")) == first


BETWEEN = b"x\nfrom: a\nto: b\n"
CARRIED = parcels.write_carried("a", "b", NOW_US, [BETWEEN, BETWEEN + b"more"])


@given(nearly(CARRIED))
def test_carried_texts(text):
    first = code_of(lambda: carry.read_carry(text))
    assert code_of(lambda: parcels.read_carried(text)) == first


RECORD = Signer("keepclear/example/1", bytes(range(32)))
HASHES = [record.leaf_hash(b"%d" % n) for n in range(7)]
CHECKPOINT = record.checkpoint_text(RECORD.name, HASHES)


@given(nearly(CHECKPOINT))
def test_checkpoints(text):
    note, key = signed(text, RECORD), RECORD.key
    first = code_of(lambda: open_checkpoint(note, key.name, first_key(key)))
    assert code_of(lambda: record.read_checkpoint(note, key)) == first


ADDED = record.write_asking(
    3, record.consistency(3, HASHES), write_note(CHECKPOINT, RECORD)
).decode()


@given(nearly(ADDED))
def test_askings_of_a_witness(text):
    data = text.encode()
    first = code_of(lambda: addition.read_addition(data))
    assert code_of(lambda: record.read_asking(data)) == first


@given(nearly(write_note(CHECKPOINT, RECORD, ALDER.record).decode()))
def test_notes(text):
    data, keys = text.encode(), [RECORD.key, ALDER.record.key]
    first = code_of(lambda: first_open_note(data, [first_key(one) for one in keys]))
    assert code_of(lambda: open_note(data, keys)) == first


@given(nearly(str(RECORD.key)))
def test_keys(text):
    first = code_of(lambda: Verifier.parse(text))
    assert alike(code_of(lambda: read_key(text)), first)


@given(
    nearly("JZDW ZDMF CGHJ4") | nearly("Juliett Zulu delta whiskey zulu DELTA mike foxtrot CGHJ4")
)
def test_places_in_words(text):
    first = code_of(lambda: checkwords.decode_place(text))
    assert code_of(lambda: spoken.read_place(text)) == first


VECTORS = Path(__file__).parents[1] / "vectors"


def frozen(folder, *names):
    told = [json.loads((VECTORS / folder / f"{name}.json").read_text("utf-8")) for name in names]
    return [one["text"] for one in told], read_key(told[0]["key"]) if "key" in told[0] else None


BUNDLE, RECORDED = frozen("record", "bundle-good")
SPLITS, _ = frozen("record", "split-view-of-two-sizes", "split-view-of-one-size")
DECLARED, _ = frozen("declaration", "site", "movement", "operation")


@given(st.sampled_from(BUNDLE).flatmap(nearly))
def test_bundles(text):
    first = code_of(lambda: bundle.verify(text.encode(), first_key(RECORDED)))
    second = code_of(lambda: record.read_bundle(text.encode(), RECORDED, []))
    assert bool(second) == bool(first)


@given(st.sampled_from(SPLITS).flatmap(nearly))
def test_split_views(text):
    first = code_of(lambda: split.verify_split(text.encode(), first_key(RECORDED)))
    second = code_of(lambda: record.read_split_view(text.encode(), RECORDED))
    assert bool(second) == bool(first)


def as_in_a_message(text):
    """A declaration as a node reads it in a message: hidden characters are escaped there."""
    if spelled(declaration_of(form_in(text.encode()))) != text:
        raise InputError("wire.spelling", "another spelling")


@given(st.sampled_from(DECLARED).flatmap(nearly))
def test_declarations(text):
    """The first looks at what values mean, too: what it takes the second takes, and not the reverse."""
    first = code_of(lambda: as_in_a_message(text))
    second = code_of(lambda: read_declaration(text))
    assert first or not second
    assert second or not first.startswith("wire.spelling")
