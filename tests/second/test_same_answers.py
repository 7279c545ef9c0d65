"""What is spoken, carried, sealed, signed and proven: either program reads what the other one wrote."""

from __future__ import annotations

import json
from hashlib import sha256

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from keepclear.domain.position import Position
from keepclear.errors import KeepclearError
from keepclear.formats import callsheet
from keepclear.formats.positions import checkwords
from keepclear.link import cards as first_cards
from keepclear.link import carry, parcel, pinning
from keepclear.link.invitation import open_invitation
from keepclear.node.calls import digest
from keepclear.record import addition, bundle, split
from keepclear.record.checkpoint import UnverifiedCheckpoint, open_checkpoint, sign_checkpoint
from keepclear.record.commitment import Opening
from keepclear.record.merkle import consistency_proof, leaf_hash, root_of
from keepclear.record.note import Signer as FirstSigner
from keepclear.record.note import Verifier
from keepclear.record.witness import Seen, advance, cosign
from tests.second import cards, parcels, record, spoken
from tests.second.notes import Refused, Signer, write_note
from tests.second.party import DAY_US, Party

NOW_US = 1_448_001_660_000_000
LATS = st.integers(-900_000_000, 900_000_000)
LONS = st.integers(-1_800_000_000, 1_800_000_000)
NAMES = st.sampled_from(["Alder", "Birch", "Secretariat of the line"])


def first_key(key):
    return Verifier.parse(str(key))


@given(LATS, LONS)
def test_a_place_has_the_same_words(lat_e7, lon_e7):
    assume(lat_e7 % 100 != 50)
    assume(lon_e7 % 100 != 50)  # halfway between two points of the grid either is right
    words = spoken.write_place(lat_e7, lon_e7)
    assert words == checkwords.encode_place(Position(latitude=lat_e7 / 1e7, longitude=lon_e7 / 1e7))
    there = checkwords.decode_place(words)
    assert spoken.read_place(words) == (round(there.latitude * 1e7), round(there.longitude * 1e7))


@given(st.integers(spoken.EPOCH_S, spoken.EPOCH_S + spoken.LAST_S))
def test_a_time_has_the_same_words(unix_s):
    words = spoken.write_time(unix_s)
    assert words == checkwords.encode_time(unix_s * 1_000_000)
    assert spoken.read_time(words) * 1_000_000 == checkwords.decode_time(words)


@given(st.sampled_from("CHS"), LATS, LONS, st.integers(0, 50_000_000), NAMES, NAMES, st.booleans())
def test_a_line_that_is_keyed_in_is_the_same_stop_with_the_same_words(
    letter, lat_e7, lon_e7, minute, caller, called, exercise
):
    unix_s = spoken.EPOCH_S + minute * 60
    line = spoken.write_line(letter, lat_e7, lon_e7, unix_s, exercise)
    stop = callsheet.keyed(line)
    assert spoken.read_line(line) == (msgspec.json.encode(stop).decode(), callsheet.is_drill(line))
    words = callsheet.compared(stop, caller, called, drill=exercise)
    assert tuple(spoken.four_words(caller, called, line)) == words
    name = digest(caller, called, line)
    assert spoken.name_on_the_board(caller, called, line.lower()) == name


@given(
    st.sampled_from(["C DAMZ TAMR TJCJS 7EWS KAGT", "E S JZDW ZDMF CGHJ4 7EWS JPEW", ""]),
    st.integers(0, 28),
    st.integers(0, 3),
    st.text("47ABCDEFGHJKMNPRSTVWXYZ0 -e", max_size=3),
)
def test_a_line_is_refused_by_both_or_by_neither(line, start, length, instead):
    line = line[:start] + instead + line[start + length :]

    def refuses(read, error):
        try:
            read(line)
        except error:
            return True
        return False

    assert refuses(spoken.read_line, Refused) == refuses(callsheet.keyed, KeepclearError)


@given(st.integers(0, 255), NAMES, st.booleans(), st.integers(0, 3))
def test_a_card_and_an_invitation_of_the_second_are_those_of_the_first(seed, name, tls, addresses):
    party = Party(name.split()[0], seed)
    more = {"address": [f"https://host-{k}:8443" for k in range(addresses)]}
    text = party.joins(NOW_US, **more, **({"certificate": b"DER"} if tls else {}))
    root, held = open_invitation(text)
    assert (str(root), held[0].party) == (str(party.root.key), party.name)
    assert pinning.words_of(root) == tuple(party.words)
    own = FirstSigner(party.root.name, party.root.seed)
    assert first_cards.sign_card(held[0], own) == held[0].note
    (again,) = cards.read_invitation(text)[1]
    assert (again.addresses, again.from_us) == (list(held[0].addresses), NOW_US - DAY_US)


@given(st.binary(min_size=1, max_size=300), st.binary(min_size=32, max_size=32), st.data())
def test_heads_and_askings_are_the_same_note(sealed, mark, data):
    ours, to = Signer("alder.example/desk", bytes(range(32))), "birch.example/desk"
    first = FirstSigner(ours.name, ours.seed)
    note = parcels.write_head(ours, to, mark.hex(), NOW_US, sealed)
    assert note == parcel.sign_head(first, to, mark.hex(), NOW_US, sealed)[1]
    assert parcel.open_head(note, sealed, first_key(ours.key)).mark == mark.hex()
    taken = data.draw(st.lists(st.binary(min_size=32, max_size=32).map(bytes.hex), max_size=3))
    asked = parcels.write_asked(ours, to, NOW_US, taken)
    assert asked == parcel.sign_asked(first, to, NOW_US, taken)
    assert parcels.read_asked(asked, ours.key, to) == (NOW_US, taken)


@given(st.lists(st.binary(max_size=60), min_size=1, max_size=4))
def test_a_carried_text_is_the_same(bodies):
    sender, to = "alder.example/desk", "birch.example/desk"
    notes = [f"x\nfrom: {sender}\nto: {to}\n".encode() + each for each in bodies]
    text = parcels.write_carried(sender, to, NOW_US, notes)
    assert text == carry.write_carry(carry.Carry(sender, to, NOW_US, tuple(notes)))
    assert parcels.read_carried(text) == (sender, to, NOW_US, notes)


ORIGIN = Signer("keepclear/example/1", bytes(range(1, 33)))
FIRST_ORIGIN = FirstSigner(ORIGIN.name, ORIGIN.seed)
OTHER = Signer("birch.example/record", bytes(range(2, 34)))


def opened(count, seed=b""):
    salts = [sha256(seed + b"%d" % n).digest() for n in range(count)]
    return [Opening(n, salt, b'{"entry":"x/1","n":%d}' % n) for n, salt in enumerate(salts, 1)]


def leaves(openings):
    return [record.leaf_hash(record.leaf(one.number, one.salt, one.body)) for one in openings]


def reader(hashes):
    return lambda level, index: record.root(hashes[index << level : (index + 1) << level])


def first_checkpoint(hashes):
    said = UnverifiedCheckpoint(ORIGIN.name, len(hashes), root_of(0, len(hashes), reader(hashes)))
    note = sign_checkpoint(said, FIRST_ORIGIN)
    return open_checkpoint(note, ORIGIN.name, FIRST_ORIGIN.verifier)[0]


@given(st.integers(1, 70), st.integers(0, 70))
def test_what_a_witness_is_asked_and_answers_is_the_same(old, more):
    hashes = leaves(opened(old + more))
    before, after = first_checkpoint(hashes[:old]), first_checkpoint(hashes)
    assert after.note == write_note(record.checkpoint_text(ORIGIN.name, hashes), ORIGIN)
    proof = consistency_proof(old, old + more, reader(hashes)) if more else ()
    body = record.write_asking(old, record.consistency(old, hashes), after.note)
    assert body == addition.write_addition(old, tuple(proof), after.note)
    asked = addition.read_addition(body)
    advance(Seen(old, before.root, before.note), after, asked.old, asked.proof)
    witness = record.Witness(OTHER, {ORIGIN.name: ORIGIN.key}, {ORIGIN.name: (old, before.root)})
    status, line = witness.answer(body, 1_448_000_000)
    signed = cosign(after, FirstSigner(OTHER.name, OTHER.seed), 1_448_000_000)
    assert (status, line) == (
        200,
        record.signature_line(record.witnessing(OTHER.key), signed.value),
    )


@given(st.integers(2, 40), st.data())
def test_a_bundle_of_the_first_is_read_and_a_changed_one_refused_by_both(size, data):
    openings = opened(size)
    hashes = leaves(openings)
    assert hashes[0] == leaf_hash(record.leaf(1, openings[0].salt, openings[0].body))
    some = data.draw(st.lists(st.sampled_from(openings), min_size=1, max_size=3, unique=True))
    made = bundle.make(first_checkpoint(hashes), some, reader(hashes), about="some")
    shown = record.read_bundle(made, ORIGIN.key, [])
    assert shown == {one.number: one.body for one in some}
    place = data.draw(st.integers(0, len(made) - 2))
    changed = (
        made[:place] + data.draw(st.sampled_from([b"0", b"A", b'"', b" "])) + made[place + 1 :]
    )

    def refuses(read, error):
        try:
            read()
        except error:
            return True
        return False

    ours = refuses(lambda: record.read_bundle(changed, ORIGIN.key, []), Refused)
    first = refuses(lambda: bundle.verify(changed, FIRST_ORIGIN.verifier), KeepclearError)
    assert ours == first


@given(st.integers(1, 40), st.integers(0, 40))
def test_a_split_view_that_the_first_makes_is_proof_for_the_second(old, more):
    mine, others = leaves(opened(old)), leaves(opened(old + more, b"other"))
    older, newer = first_checkpoint(mine), first_checkpoint(others)
    root = record.root(others[:old]) if more else b""
    made = split.make_split(older, newer, root, record.consistency(old, others) if more else ())
    first, second = record.read_split_view(made, ORIGIN.key)
    assert (first.size, second.size) == (old, old + more)
    harmless = {**json.loads(made), "older": json.loads(made)["newer"]}
    line = json.dumps(harmless, ensure_ascii=False, separators=(",", ":")).encode()
    with pytest.raises(Refused):
        record.read_split_view(line, ORIGIN.key)
