"""Leaves, trees, checkpoints, witnesses, bundles and split views: docs/protocol/record.md."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from hashlib import sha256

from tests.second.lines import number
from tests.second.notes import (
    WITNESSES,
    Key,
    Refused,
    Signer,
    decode64,
    encode64,
    need,
    open_note,
    read_note,
    signature_line,
)

MOST_HASHES, LARGEST_ASKED, TILE = 63, 50_000, 256


def leaf(entry: int, salt: bytes, body: bytes) -> bytes:
    said = b"keepclear/commitment/1\n%d\n" % entry + salt + body
    return b"keepclear/leaf/1\n%d\n%s\n" % (entry, encode64(sha256(said).digest()).encode())


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def split_of(size: int) -> int:
    """The largest power of two that is less than ``size``."""
    return 1 << (size - 1).bit_length() - 1


def root(hashes: list[bytes]) -> bytes:
    if not hashes:
        return sha256().digest()
    if len(hashes) == 1:
        return hashes[0]
    k = split_of(len(hashes))
    return node_hash(root(hashes[:k]), root(hashes[k:]))


def inclusion(index: int, hashes: list[bytes]) -> list[bytes]:
    if len(hashes) <= 1:
        return []
    k = split_of(len(hashes))
    if index < k:
        return [*inclusion(index, hashes[:k]), root(hashes[k:])]
    return [*inclusion(index - k, hashes[k:]), root(hashes[:k])]


def consistency(old: int, hashes: list[bytes], whole: bool = True) -> list[bytes]:
    if old == len(hashes):
        return [] if whole else [root(hashes)]
    k = split_of(len(hashes))
    if old <= k:
        return [*consistency(old, hashes[:k], whole), root(hashes[k:])]
    return [*consistency(old - k, hashes[k:], whole=False), root(hashes[:k])]


def included(index: int, size: int, leaf: bytes, proof: list[bytes], top: bytes) -> bool:
    """RFC 9162, section 2.1.3.2."""
    if index >= size or len(leaf) != 32:
        return False
    here, last, value = index, size - 1, leaf
    for each in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            value = node_hash(each, value)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            value = node_hash(value, each)
        here, last = here >> 1, last >> 1
    return last == 0 and value == top


def goes_on(old: int, new: int, old_root: bytes, new_root: bytes, proof: list[bytes]) -> bool:
    """RFC 9162, section 2.1.4.2. From a tree to itself the proof is empty; from no leaves, none."""
    if old == new > 0:
        return not proof and old_root == new_root
    if not 0 < old < new or not proof:
        return False
    path = [old_root, *proof] if old & (old - 1) == 0 else proof
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    first = second = path[0]
    for each in path[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            first, second = node_hash(each, first), node_hash(each, second)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            second = node_hash(second, each)
        here, last = here >> 1, last >> 1
    return last == 0 and (first, second) == (old_root, new_root)


def tile_number(n: int) -> str:
    """1234067 as ``x001/x234/067``."""
    text = str(n).zfill(3)
    text = text.zfill((len(text) + 2) // 3 * 3)
    groups = [text[k : k + 3] for k in range(0, len(text), 3)]
    return "/".join([*(f"x{each}" for each in groups[:-1]), groups[-1]])


def tiles(data: list[bytes]) -> dict[str, bytes]:
    """The folder of a record with these leaves, by path; without the checkpoint."""
    folder, level = {}, 0
    hashes = [leaf_hash(each) for each in data]
    while hashes:
        for n in range(0, len(hashes), TILE):
            full = hashes[n : n + TILE]
            width = "" if len(full) == TILE else f".p/{len(full)}"
            folder[f"tile/{level}/{tile_number(n // TILE)}{width}"] = b"".join(full)
        whole = range(0, len(hashes) // TILE * TILE, TILE)
        hashes, level = [root(hashes[n : n + TILE]) for n in whole], level + 1
    for n in range(0, len(data), TILE):
        some = data[n : n + TILE]
        width = "" if len(some) == TILE else f".p/{len(some)}"
        packed = b"".join(len(each).to_bytes(2, "big") + each for each in some)
        folder[f"tile/entries/{tile_number(n // TILE)}{width}"] = packed
    return folder


@dataclass(frozen=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes
    text: str
    note: bytes


def read_checkpoint(note: bytes, key: Key) -> Checkpoint:
    """A checkpoint that the record's key signed; its name is the record's."""
    text, _ = open_note(note, [key])
    try:
        origin, size, top, *more = text[:-1].split("\n")
        need(all(more) and re.fullmatch("0|[1-9][0-9]{0,18}", size), "an empty line, or no number")
        checkpoint = Checkpoint(origin, int(size), decode64(top), text, note)
    except ValueError as error:
        raise Refused("checkpoint.malformed", str(error)) from error
    if len(checkpoint.root) != 32 or checkpoint.size >= 2**63:
        raise Refused("checkpoint.malformed", "no such size or root")
    if origin != key.name:
        raise Refused("checkpoint.other-record", origin[:60])
    return checkpoint


def checkpoint_text(origin: str, hashes: list[bytes]) -> str:
    return f"{origin}\n{len(hashes)}\n{encode64(root(hashes))}\n"


def cosigned_bytes(time_s: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {time_s}\n{text}".encode()


def cosignature(witness: Signer, time_s: int, text: str) -> str:
    key = witnessing(witness.key)
    value = time_s.to_bytes(8, "big") + witness.signature(cosigned_bytes(time_s, text))
    return signature_line(key, value)


def cosigned_at(note: bytes, witness: Key) -> int | None:
    """When a witness signed a checkpoint; None where its line is not there."""
    text, signatures = read_note(note)
    for name, key_id, value in signatures:
        if (name, key_id) == (witness.name, witness.id):
            time_s = int.from_bytes(value[:8], "big")
            if (
                len(value) != 72
                or not 0 < time_s < 2**63
                or not witness.holds(cosigned_bytes(time_s, text), value[8:])
            ):
                raise Refused("note.bad-signature", f"cosignature of {name}")
            return time_s
    return None


def write_asking(old: int, proof: list[bytes], note: bytes) -> bytes:
    """The body of add-checkpoint."""
    lines = [f"old {old}\n", *(encode64(each) + "\n" for each in proof), "\n"]
    return "".join(lines).encode() + note


def read_asking(body: bytes) -> tuple[int, list[bytes], bytes]:
    try:
        head, blank, note = body.partition(b"\n\n")
        first, *rest = head.decode().split("\n")
        proof = [decode64(each) for each in rest]
        small = len(body) <= LARGEST_ASKED and len(proof) <= MOST_HASHES
        need(small and blank and note, "too large, or no empty line, or no note")
        need(all(len(each) == 32 for each in proof), "no hash")
        need(first.startswith("old "), "no old size")
        return number(first.removeprefix("old ")), proof, note
    except ValueError as error:
        raise Refused("witness.malformed", str(error)) from error


def witnessing(record: Key) -> Key:
    """The key by which a node cosigns: that of its own record, under the type of witnesses."""
    return Key(record.name, WITNESSES, record.raw)


@dataclass
class Witness:
    """Signs that records only grow. ``keys`` are those of the records that it knows, by name."""

    signer: Signer
    keys: dict[str, Key]
    last: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    def answer(self, body: bytes, time_s: int) -> tuple[int, str]:
        """Status and text of the answer to add-checkpoint."""
        try:
            old, proof, note = read_asking(body)
            origin = read_note(note)[0].split("\n")[0]
        except Refused as refused:
            return 400, refused.code
        if origin not in self.keys:
            return 404, origin
        try:
            new = read_checkpoint(note, self.keys[origin])
        except Refused as refused:
            return 403, refused.code
        if old > new.size:
            return 400, "old is larger"
        size, top = self.last.get(origin, (0, root([])))
        if old != size or (new.size == size and new.root != top):
            return 409, f"{size}\n"
        first = old == 0 and not proof
        if new.size == 0 or not (first or goes_on(old, new.size, top, new.root, proof)):
            return 422, "the proof does not hold"
        self.last[origin] = (new.size, new.root)
        return 200, cosignature(self.signer, time_s, new.text)


def without_doubles(pairs: list[tuple[str, object]]) -> dict:
    need(len({name for name, _ in pairs}) == len(pairs), "a member named twice")
    return dict(pairs)


def only(value, names: str) -> list:
    """The members of an object that has exactly these, in any order; else ValueError."""
    exactly = isinstance(value, dict) and value.keys() == set(names.split())
    need(exactly, f"not exactly {names}")
    return [value[name] for name in names.split()]


def read_bundle(data: bytes, key: Key, witnesses: list[Key], quorum: int = 0) -> dict[int, bytes]:
    """Numbers and bodies of the entries that a bundle shows; Refused where anything does not hold."""
    try:
        value = json.loads(data, object_pairs_hook=without_doubles)
        form, record, _, note, entries, _ = only(
            value, "format record about checkpoint entries does_not_prove"
        )
        need((form, record) == ("keepclear/bundle/1", key.name), "another format or record")
        opened = [only(each, "number salt body proof") for each in entries]
        shown = [
            (count, decode64(salt), decode64(body), [decode64(each) for each in proof])
            for count, salt, body, proof in opened
            if type(count) is int and count >= 1
        ]
        whole = len(shown) == len(entries) and all(len(salt) == 32 for _, salt, _, _ in shown)
        need(whole, "an entry without a number, or without a salt of 32 bytes")
        sealed = read_checkpoint(note.encode(), key)
    except (ValueError, TypeError, AttributeError) as error:
        raise Refused("bundle.malformed", str(error)) from error
    signed = {each.raw for each in witnesses if cosigned_at(sealed.note, each) is not None}
    if len(signed - {key.raw}) < quorum:
        raise Refused("bundle.quorum", f"{len(signed)} witnesses")
    for count, salt, body, proof in shown:
        hashed = leaf_hash(leaf(count, salt, body))
        if not included(count - 1, sealed.size, hashed, proof, sealed.root):
            raise Refused("record.inclusion", f"entry {count}")
    return {count: body for count, _, body, _ in shown}


def read_split_view(data: bytes, key: Key) -> tuple[Checkpoint, Checkpoint]:
    """The two checkpoints that cannot both be true; Refused where they may be."""
    names = "format record older newer proof says"
    try:
        value = json.loads(data, object_pairs_hook=without_doubles)
        form, record, older, newer, proof, _ = only(value, names)
        line = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        need((form, record) == ("keepclear/split-view/1", key.name), "another format or record")
        need(list(value) == names.split(), "its members in another order")
        need(line.encode() == data.removesuffix(b"\n"), "another spelling")
        hashes = [decode64(each) for each in proof]
    except (ValueError, TypeError) as error:
        raise Refused("split.malformed", str(error)) from error
    first, second = (read_checkpoint(each.encode(), key) for each in (older, newer))
    if first.size == second.size:
        proven = not hashes and first.root != second.root
    else:
        proven = (
            0 < first.size < second.size
            and bool(hashes)
            and hashes[0] != first.root
            and goes_on(first.size, second.size, hashes[0], second.root, hashes[1:])
        )
    if not proven:
        raise Refused("split.no-proof", "both may be true")
    return first, second
