"""The frozen record in ``tests/vectors/record.json``, calculated again from its page alone.

Everything here is written from ``docs/protocol/record.md`` with hashlib, base64 and libsodium, and asks
nothing of ``keepclear.record``, but for the last tests, in which that reads the same file.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from hashlib import sha256

import nacl.signing
import pytest

from keepclear.errors import VerificationError
from keepclear.record import bundle
from keepclear.record.note import Verifier
from tests.vectors.make_record import made


@pytest.fixture(scope="module")
def vectors(root):
    return json.loads((root / "tests" / "vectors" / "record.json").read_text(encoding="utf-8"))


def salt(number):
    return sha256(f"salt {number}".encode()).digest()


def body(number):
    words = "é" * (number % 3)
    return f'{{"entry":"example/1","number":{number},"words":"{words}"}}'.encode()


def leaf(number):
    text = b"keepclear/commitment/1\n" + f"{number}\n".encode() + salt(number) + body(number)
    return f"keepclear/leaf/1\n{number}\n{b64encode(sha256(text).digest()).decode()}\n".encode()


def root_of(hashes):
    """RFC 6962 section 2.1, word for word."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return sha256(b"\x01" + root_of(hashes[:k]) + root_of(hashes[k:])).digest()


def path(m, hashes):
    """RFC 6962 section 2.1.1."""
    if len(hashes) == 1:
        return []
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    if m < k:
        return [*path(m, hashes[:k]), root_of(hashes[k:])]
    return [*path(m - k, hashes[k:]), root_of(hashes[:k])]


def consistency(m, hashes, whole=True):
    """RFC 6962 section 2.1.2."""
    if m == len(hashes):
        return [] if whole else [root_of(hashes)]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    if m <= k:
        return [*consistency(m, hashes[:k], whole), root_of(hashes[k:])]
    return [*consistency(m - k, hashes[k:], False), root_of(hashes[:k])]


HASHES = [sha256(b"\x00" + leaf(n)).digest() for n in range(1, 301)]


def test_entries(vectors):
    for one in vectors["entries"]:
        number = one["number"]
        assert bytes.fromhex(one["salt"]) == salt(number)
        assert one["body"].encode() == body(number)
        assert one["leaf"].encode() == leaf(number)
        assert b64decode(one["leaf"].split("\n")[2]).hex() == one["commitment"]
        assert bytes.fromhex(one["leaf_hash"]) == HASHES[number - 1]
        assert [bytes.fromhex(h) for h in one["proof"]] == path(number - 1, HASHES)


def test_roots_and_consistency(vectors):
    for one in vectors["roots"]:
        assert bytes.fromhex(one["root"]) == root_of(HASHES[: one["size"]])
    for one in vectors["consistency"]:
        found = consistency(one["old"], HASHES[: one["new"]])
        assert [bytes.fromhex(h) for h in one["proof"]] == found


def signed(name, seed, kind, message):
    key = nacl.signing.SigningKey(bytes.fromhex(seed))
    material = name.encode() + b"\n" + bytes([kind]) + bytes(key.verify_key)
    value = sha256(material).digest()[:4] + message(key)
    return f"— {name} {b64encode(value).decode()}\n"


def test_checkpoint_and_cosignature(vectors):
    origin, seed = vectors["origin"], vectors["seed"]
    text = f"{origin}\n300\n{b64encode(root_of(HASHES)).decode()}\n"
    own = signed(origin, seed, 1, lambda key: key.sign(text.encode()).signature)
    assert vectors["checkpoint"] == f"{text}\n{own}"
    time_s = vectors["witness_time_s"]
    said = f"cosignature/v1\ntime {time_s}\n{text}".encode()
    seen = signed(
        vectors["witness_name"], vectors["witness_seed"], 4,
        lambda key: time_s.to_bytes(8, "big") + key.sign(said).signature,
    )  # fmt: skip
    assert vectors["cosigned"] == f"{text}\n{own}{seen}"


def test_the_public_key_is_spelled_as_the_page_says(vectors):
    public = bytes(nacl.signing.SigningKey(bytes.fromhex(vectors["seed"])).verify_key)
    name = vectors["origin"]
    id_hex = sha256(name.encode() + b"\n\x01" + public).digest()[:4].hex()
    assert vectors["key"] == f"{name}+{id_hex}+{b64encode(bytes([1]) + public).decode()}"


def test_tiles(vectors):
    assert [one["path"] for one in vectors["tiles"]] == [
        "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1",
    ]  # fmt: skip
    assert vectors["tiles"][0]["sha256"] == sha256(b"".join(HASHES[:256])).hexdigest()
    entries = b"".join(len(leaf(n)).to_bytes(2, "big") + leaf(n) for n in range(257, 301))
    assert vectors["entry_bundle"] == {
        "path": "tile/entries/001.p/44",
        "sha256": sha256(entries).hexdigest(),
    }


def test_the_bundle_shows_what_it_says(vectors):
    whole = json.loads(vectors["bundle"])
    assert list(whole) == ["format", "record", "about", "checkpoint", "entries", "does_not_prove"]
    assert whole["checkpoint"] == vectors["cosigned"]
    for one in whole["entries"]:
        assert b64decode(one["body"]) == body(one["number"])
        assert b64decode(one["salt"]) == salt(one["number"])
        assert [b64decode(h) for h in one["proof"]] == path(one["number"] - 1, HASHES)


def test_keepclear_makes_and_verifies_the_same(vectors, monkeypatch):
    assert json.loads(made()["bundle"])["does_not_prove"] == list(bundle.DOES_NOT_PROVE)
    # these sentences are for people, and are said better by now than when the case was frozen
    sentences = json.loads(vectors["bundle"])["does_not_prove"]
    monkeypatch.setattr(bundle, "DOES_NOT_PROVE", tuple(sentences))
    assert made() == vectors
    found = bundle.verify(vectors["bundle"].encode(), Verifier.parse(vectors["key"]))
    assert [one.body for one in found.entries] == [body(2), body(257)]
    with pytest.raises(VerificationError):
        bundle.verify(
            vectors["bundle"].replace('"number": 2,', '"number": 3,').encode(),
            Verifier.parse(vectors["key"]),
        )
