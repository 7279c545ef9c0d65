"""Writes record.json: a small record with everything that hangs on it, for other programs.

usage: python -m tests.vectors.make_record > tests/vectors/record.json

Nothing in it is random: keys are counted bytes, salts are hashes of their numbers. It is made once, and
never changed; ``tests/unit/test_record_vectors.py`` calculates it again without keepclear.
"""

from __future__ import annotations

import json
from hashlib import sha256

from keepclear.record import bundle, merkle, tiles
from keepclear.record.checkpoint import UnverifiedCheckpoint, open_checkpoint, sign_checkpoint
from keepclear.record.commitment import Opening, commitment, leaf_of
from keepclear.record.note import Signer, with_signature
from keepclear.record.witness import cosign
from keepclear.store.base import Batch
from keepclear.store.memory import MemoryStore

ORIGIN = "keepclear/example/00000001"
SIZE = 300
"""More than one tile."""
SHOWN = (1, 2, 3, 128, 257, 300)
SIZES = (1, 2, 3, 4, 7, 8, 255, 256, 257, 300)
PAIRS = ((1, 2), (2, 3), (3, 7), (4, 8), (7, 300), (255, 256), (256, 257), (256, 300), (300, 300))


def body_of(number: int) -> bytes:
    return json.dumps({"entry": "example/1", "number": number, "words": "é" * (number % 3)},
                      ensure_ascii=False, separators=(",", ":")).encode()  # fmt: skip


def made() -> dict:
    openings = [
        Opening(n, sha256(f"salt {n}".encode()).digest(), body_of(n)) for n in range(1, SIZE + 1)
    ]
    store = MemoryStore()
    store.commit([Batch(0, leaves=tuple(map(leaf_of, openings)))])
    signer, witness = (
        Signer(ORIGIN, bytes(range(32))),
        Signer("birch.example/w", bytes(range(32, 64))),
    )
    head = UnverifiedCheckpoint(ORIGIN, SIZE, merkle.root_of(0, SIZE, store.node))
    note = sign_checkpoint(head, signer)
    checkpoint, _ = open_checkpoint(note, ORIGIN, signer.verifier)
    seen = with_signature(note, cosign(checkpoint, witness, 1_448_000_000))
    cosigned, _ = open_checkpoint(seen, ORIGIN, signer.verifier)
    found = [openings[n - 1] for n in (2, 257)]
    first = b"".join(merkle.leaf_hash(leaf) for leaf in store.leaves(0, 256))
    return {
        "format": "keepclear record vectors 1",
        "origin": ORIGIN,
        "seed": signer.seed.hex(),
        "key": str(signer.verifier),
        "witness_seed": witness.seed.hex(),
        "witness_name": witness.name,
        "witness_time_s": 1_448_000_000,
        "salts": "SHA-256 of the ASCII text 'salt N', N the entry's number",
        "bodies": "compact JSON: entry example/1, number N, words: N modulo 3 times é",
        "entries": [
            {
                "number": one.number,
                "salt": one.salt.hex(),
                "body": one.body.decode(),
                "commitment": commitment(one).hex(),
                "leaf": leaf_of(one).decode(),
                "leaf_hash": merkle.leaf_hash(leaf_of(one)).hex(),
                "proof": [
                    h.hex() for h in merkle.inclusion_proof(one.number - 1, SIZE, store.node)
                ],
            }
            for one in openings
            if one.number in SHOWN
        ],
        "roots": [{"size": n, "root": merkle.root_of(0, n, store.node).hex()} for n in SIZES],
        "consistency": [
            {
                "old": a,
                "new": b,
                "proof": [h.hex() for h in merkle.consistency_proof(a, b, store.node)],
            }
            for a, b in PAIRS
        ],
        "checkpoint": note.decode(),
        "cosigned": seen.decode(),
        "tiles": [
            {"path": tile.path, "sha256": sha256(first).hexdigest() if tile.width == 256 else None}
            for tile in tiles.tiles_between(0, SIZE)
        ],
        "entry_bundle": {
            "path": tiles.Tile(0, 1, 44).entries_path,
            "sha256": sha256(tiles.bundle(store.leaves(256, 300))).hexdigest(),
        },
        "bundle": bundle.make(cosigned, found, store.node, about="entries 2 and 257").decode(),
    }


if __name__ == "__main__":
    print(json.dumps(made(), ensure_ascii=False, indent=1))
