"""Writes record/, voice/ and declaration/: one case a file, those that must be refused among them.

usage: python -m tests.vectors.make_refused

Keys are counted bytes and nothing is random. A file is made once and never changed: only missing ones
are written. ``tests/second/test_refused.py`` asks both programs.
"""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from keepclear.domain.window import parse_instant
from keepclear.formats import callsheet
from keepclear.node.calls import digest
from keepclear.record.addition import write_addition
from keepclear.record.note import Signer, key_id, sign
from keepclear.record.split import make_split
from tests.second import record

VECTORS = Path(__file__).parent
ORIGIN = Signer("keepclear/example/2", bytes(range(32)))
OTHER = Signer("birch.example/record", bytes(range(1, 33)))
KEY = str(ORIGIN.verifier)
ORDER = 2**252 + 27742317777372353535851937790883648493
WEAK = {
    "key-of-order-1": "01" + "00" * 31,
    "key-of-order-2": "ec" + "ff" * 30 + "7f",
    "key-of-order-4": "00" * 32,
    "key-of-order-8": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "key-beyond-the-field": "ee" + "ff" * 30 + "7f",
    "key-not-on-the-curve": "02" + "00" * 31,
}
"""With the first five anybody can sign something; the last is no point."""


def spelled(name, kind, raw):
    said = b64encode(bytes([kind]) + raw).decode()
    return f"{name}+{key_id(name, kind, raw).hex()}+{said}"


def keys():
    name, raw = ORIGIN.name, bytes(ORIGIN.verifier.public)
    for case, point in WEAK.items():
        yield case, {"key": spelled(name, 1, bytes.fromhex(point))}, "key.weak"
    yield "key-good", {"key": KEY}, ""
    yield "key-of-another-type", {"key": spelled(name, 2, raw)}, "key.unknown-type"
    yield "key-cut-short", {"key": spelled(name, 1, raw[:31])}, "key.malformed"
    yield "key-with-a-blank-in-its-name", {"key": spelled("a b", 1, raw)}, "key.malformed"
    yield "key-without-a-name", {"key": spelled("", 1, raw)}, "key.malformed"
    yield "key-with-another-id", {"key": KEY.replace(name, "keepclear/example/3")}, "key.malformed"
    yield "key-with-a-blank-behind-it", {"key": f"{KEY} "}, "key.malformed"


TEXT = "keepclear/example/2\n3\n" + b64encode(bytes(32)).decode() + "\n"


def with_signature(change):
    """A note whose one signature is another: ``change`` makes it of the right one."""
    line = (
        f"— {ORIGIN.name} {b64encode(ORIGIN.key_id + change(ORIGIN.sign(TEXT.encode()))).decode()}"
    )
    return f"{TEXT}\n{line}\n"


def plus_the_order(signature):
    """The same signature with a larger number in it, which some libraries take."""
    number = int.from_bytes(signature[32:], "little") + ORDER
    return signature[:32] + number.to_bytes(32, "little")


def notes():
    good = sign(TEXT, (ORIGIN,)).decode()
    line = good.rpartition("\n\n")[2]
    yield "note-good", good, ""
    yield "note-with-an-empty-line", sign("a\n\nb\n", (ORIGIN,)).decode(), ""
    yield "note-signed-by-a-stranger-too", sign(TEXT, (OTHER, ORIGIN)).decode(), ""
    yield "note-by-a-stranger", sign(TEXT, (OTHER,)).decode(), "note.unsigned"
    yield "note-changed", good.replace("\n3\n", "\n4\n"), "note.bad-signature"
    yield "note-signature-cut-short", with_signature(lambda one: one[:63]), "note.bad-signature"
    yield "note-signature-plus-the-order", with_signature(plus_the_order), "note.bad-signature"
    yield "note-cut-short", good[:-1], "note.malformed"
    yield "note-without-an-empty-line", good.replace("\n\n", "\n"), "note.malformed"
    yield "note-without-signatures", TEXT + "\n", "note.malformed"
    yield "note-with-a-hyphen", good.replace("—", "-"), "note.malformed"
    yield (
        "note-with-a-tab",
        sign(TEXT, (ORIGIN,)).decode().replace("\n3\n", "\n\t3\n"),
        "note.malformed",
    )
    yield "note-with-carriage-returns", good.replace("\n", "\r\n"), "note.malformed"
    yield "note-in-another-base64", good.rstrip("\n")[:-2] + "=\n", "note.malformed"
    yield "note-with-101-signatures", good + line * 100, "note.malformed"


def leaves(count, salt=b""):
    salts = [sha256(salt + b"%d" % n).digest() for n in range(1, count + 1)]
    return [(n, one, b'{"entry":"example/1","n":%d}' % n) for n, one in enumerate(salts, 1)]


def hashes(count, salt=b""):
    return [record.leaf_hash(record.leaf(*one)) for one in leaves(count, salt)]


def checkpoint(found, signer=ORIGIN, name=ORIGIN.name):
    return sign(record.checkpoint_text(name, found), (signer,)).decode()


def checkpoints():
    good = checkpoint(hashes(3))
    text = good.partition("\n\n")[0] + "\n"
    resigned = lambda said: sign(said, (ORIGIN,)).decode()  # noqa: E731 - one line, said once
    yield "checkpoint-good", good, ""
    yield "checkpoint-with-a-further-line", resigned(text + "further\n"), ""
    yield (
        "checkpoint-of-another-record",
        checkpoint(hashes(3), name="x/2"),
        "checkpoint.other-record",
    )
    yield (
        "checkpoint-size-spelled",
        resigned(text.replace("\n3\n", "\n03\n")),
        "checkpoint.malformed",
    )
    yield "checkpoint-negative", resigned(text.replace("\n3\n", "\n-3\n")), "checkpoint.malformed"
    yield (
        "checkpoint-without-a-root",
        resigned("\n".join(text.split("\n")[:2]) + "\n"),
        "checkpoint.malformed",
    )
    short = b64encode(bytes(31)).decode()
    yield (
        "checkpoint-with-a-short-root",
        resigned(f"{ORIGIN.name}\n3\n{short}\n"),
        "checkpoint.malformed",
    )


def askings():
    proof = record.consistency(3, hashes(7))
    good = write_addition(3, proof, checkpoint(hashes(7)).encode()).decode()
    lines = good.split("\n")
    yield "asking-good", good, ""
    yield (
        "asking-for-the-first-time",
        write_addition(0, (), checkpoint(hashes(7)).encode()).decode(),
        "",
    )
    yield "asking-old-spelled", good.replace("old 3", "old 03"), "witness.malformed"
    yield "asking-without-old", good.replace("old 3\n", ""), "witness.malformed"
    yield (
        "asking-with-a-short-hash",
        good.replace(lines[1], b64encode(bytes(31)).decode()),
        "witness.malformed",
    )
    yield (
        "asking-with-64-hashes",
        good.replace(lines[1], "\n".join([lines[1]] * 62)),
        "witness.malformed",
    )
    yield "asking-without-a-note", good.partition("\n\n")[0] + "\n\n", "witness.malformed"
    yield "asking-too-large", good.replace("\n\n", "\n\n" + "<x repeated>", 1), "witness.malformed"


def bundle_of(**more):
    found = hashes(5)
    entries = [
        {
            "number": n,
            "salt": b64encode(salt).decode(),
            "body": b64encode(body).decode(),
            "proof": [b64encode(one).decode() for one in record.inclusion(n - 1, found)],
        }
        for n, salt, body in leaves(5)[1:3]
    ]
    whole = {
        "format": "keepclear/bundle/1",
        "record": ORIGIN.name,
        "about": "two entries",
        "checkpoint": checkpoint(found),
        "entries": entries,
        "does_not_prove": ["That anything else was recorded, or that nothing else was."],
    }
    return json.dumps({**whole, **more}, ensure_ascii=False)


def bundles():
    good = bundle_of()
    first, second = json.loads(good)["entries"]
    malformed, missing = "bundle.malformed", "record.inclusion"
    yield "bundle-good", good, ""
    yield "bundle-of-another-version", bundle_of(format="keepclear/bundle/2"), malformed
    yield "bundle-of-another-record", bundle_of(record="x"), malformed
    yield "bundle-with-a-member-more", bundle_of(further=1), malformed
    yield "bundle-with-a-member-twice", good.replace('"about"', '"about": "", "about"'), malformed
    yield "bundle-cut-short", good[:-1], malformed
    yield "bundle-under-a-forged-checkpoint", bundle_of(
        checkpoint=checkpoint(hashes(5)).replace("\n5\n", "\n6\n")), "note.bad-signature"  # fmt: skip
    yield (
        "bundle-by-another-key",
        bundle_of(checkpoint=checkpoint(hashes(5), OTHER)),
        "note.unsigned",
    )
    yield "bundle-body-changed", bundle_of(
        entries=[{**first, "body": second["body"]}]), missing  # fmt: skip
    yield "bundle-salt-changed", bundle_of(entries=[{**first, "salt": second["salt"]}]), missing
    yield "bundle-number-changed", bundle_of(entries=[{**first, "number": 3}]), missing
    yield "bundle-number-beyond-the-record", bundle_of(entries=[{**first, "number": 6}]), missing
    yield (
        "bundle-proof-cut-short",
        bundle_of(entries=[{**first, "proof": first["proof"][:-1]}]),
        missing,
    )
    yield "bundle-number-0", bundle_of(entries=[{**first, "number": 0}]), malformed
    yield "bundle-short-salt", bundle_of(entries=[{**first, "salt": "AA=="}]), malformed


def splits():
    old, new = hashes(3), hashes(7, b"other")
    older, newer = (opened(checkpoint(one)) for one in (old, new))
    proof = record.consistency(3, new)
    made = make_split(older, newer, record.root(new[:3]), proof).decode()
    same = make_split(older, opened(checkpoint(hashes(3, b"other")))).decode()
    fair = [opened(checkpoint(one)).note.decode() for one in (hashes(3), hashes(7))]
    said = {**json.loads(made), "older": fair[0], "newer": fair[1]}
    said["proof"] = [
        b64encode(one).decode() for one in (record.root(old), *record.consistency(3, hashes(7)))
    ]
    line = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    yield "split-view-of-two-sizes", made, ""
    yield "split-view-of-one-size", same, ""
    yield "split-view-that-is-none", line, "split.no-proof"
    yield "split-view-of-one-note-twice", same.replace(
        json.dumps(json.loads(same)["newer"], ensure_ascii=False),
        json.dumps(json.loads(same)["older"], ensure_ascii=False)), "split.no-proof"  # fmt: skip
    yield "split-view-with-blanks", made.replace(",", ", "), "split.malformed"
    yield "split-view-with-a-member-more", made.replace("{", '{"x":1,', 1), "split.malformed"
    parts = list(json.loads(same).items())
    other = dict([parts[1], parts[0], *parts[2:]])
    turned = json.dumps(other, ensure_ascii=False, separators=(",", ":"))
    yield "split-view-with-members-exchanged", turned, "split.malformed"
    yield "split-view-forged", made.replace("\\n3\\n", "\\n4\\n"), "note.bad-signature"


def opened(note):
    from keepclear.record.checkpoint import open_checkpoint

    return open_checkpoint(note.encode(), ORIGIN.name, ORIGIN.verifier)[0]


LINE = "C DAMZ TAMR TJCJS 7EWS KAGT"
LINES = {
    "line-good": (LINE, ""),
    "line-in-small-letters": (LINE.lower().replace(" ", ""), ""),
    "line-of-an-exercise": (f"E {LINE}", ""),
    "line-to-hold": ("H JZDW ZDMF CGHJ4 7EWS JPEW", ""),
    "line-to-stay-away": ("S 4444 4444 4447G 7EWS JPEW", ""),
    "line-with-another-letter": (LINE.replace("C D", "X D"), "voice.asks"),
    "line-that-is-empty": ("", "voice.asks"),
    "line-with-a-symbol-wrong": (LINE.replace("DAMZ", "DAMX"), "checkwords.verify"),
    "line-with-two-exchanged": (LINE.replace("DAMZ", "ADMZ"), "checkwords.verify"),
    "line-with-a-symbol-lost": (LINE.replace("KAGT", "KAG"), "checkwords.length"),
    "line-with-a-symbol-added": (LINE + "AAA", "checkwords.length"),
    "line-with-a-mark-that-is-no-symbol": (LINE.replace("DAMZ", "DAM0"), "checkwords.symbol"),
    "line-with-a-dash": (LINE.replace(" 7", "-7"), "checkwords.symbol"),
    "line-with-a-time-wrong": (LINE.replace("7EWS", "7EWT"), "checkwords.verify"),
    "line-with-a-time-in-seconds": ("C DAMZ TAMR TJCJS BGX HYV AEB", "voice.minute"),
}


def lines():
    for name, (line, code) in LINES.items():
        if code:
            yield name, {"line": line, "code": code}
            continue
        stop, drill = callsheet.keyed(line), callsheet.is_drill(line)
        place = stop.place
        yield name, {
            "line": line, "caller": "Alder", "called": "Birch", "asks": stop.asks, "exercise": drill,
            "lat_e7": place.lat_e7, "lon_e7": place.lon_e7, "start_us": stop.span.start_us,
            "words": list(callsheet.compared(stop, "Alder", "Birch", drill=drill)),
            "name": digest("Alder", "Birch", line),
        }  # fmt: skip


START = parse_instant("2015-11-20T06:30:00Z")
WINDOW = f'"window":{{"start_us":{START},"end_us":{START + 3_600_000_000}}}'
CIRCLE = '"footprint":{"form":"circle","center":[144.07,-31.18],"radius_m":500.0}'
SITE = (
    '{"keepclear":"declaration/1","party":"Relief","id":"S1","kind":"site","parts":[{"part":"volume",'
    f'{CIRCLE},{WINDOW}}}],"standoff_m":2000.0,"name":"عيادة"}}'
)
ROUTE = (
    '{"keepclear":"declaration/1","party":"Relief","id":"W1","kind":"movement","parts":[{"part":"route",'
    f'"half_width_m":50.0,"waypoints":[{{"at":[144.07,-31.18],"time_us":{START}}},'
    f'{{"at":[144.0000001,-31.0],"time_us":{START + 1}}}]}}]}}'
)
AREA = (
    '{"keepclear":"declaration/1","party":"Alder","id":"A1","kind":"operation","parts":[{"part":"volume",'
    '"footprint":{"form":"area","edges":"great-circle","polygons":[[[[144.0,-31.0],[144.1,-31.0],'
    f'[144.1,-31.1]]]]}},"lower":{{"value":0.0,"units":"M","reference":"SFC"}},"upper":{{"value":50.0,'
    f'"units":"FL","reference":"STD"}},{WINDOW}}}],"priority":3}}'
)


def declarations():
    spelling, form = "wire.spelling", "wire.form"
    yield "site", SITE, ""
    yield "movement", ROUTE, ""
    yield "operation", AREA, ""
    yield "number-without-a-fraction", SITE.replace("500.0", "500"), spelling
    yield "number-with-an-exponent", SITE.replace("2000.0", "2e3"), spelling
    yield "number-with-a-zero-more", SITE.replace("-31.18", "-31.180"), spelling
    yield "with-a-blank", SITE.replace('"party":', '"party": '), spelling
    yield (
        "members-exchanged",
        SITE.replace('"party":"Relief","id":"S1"', '"id":"S1","party":"Relief"'),
        spelling,
    )
    yield "member-twice", SITE.replace('"id":"S1"', '"id":"S2","id":"S1"'), spelling
    yield (
        "member-that-says-nothing",
        SITE.replace('"standoff_m":2000.0', '"standoff_m":0.0'),
        spelling,
    )
    yield "member-unknown", SITE.replace('"name"', '"weapon":"x","name"'), form
    yield "member-missing", SITE.replace('"id":"S1",', ""), form
    yield "kind-unknown", SITE.replace('"site"', '"target"'), form
    yield "without-a-window", SITE.replace(f",{WINDOW}", ""), form
    yield "of-another-version", SITE.replace("declaration/1", "declaration/2"), form
    yield "cut-short", SITE[:-1], form


def folders():
    """Folder, name and contents of each case."""
    for name, told, code in keys():
        yield "record", name, {"of": "key", **told, "code": code}
    for of, several in {
        "note": notes, "checkpoint": checkpoints, "asking": askings, "bundle": bundles,
        "split-view": splits,
    }.items():  # fmt: skip
        for name, text, code in several():
            more = {"repeated": 50_000} if "<x repeated>" in text else {}
            yield "record", name, {"of": of, "key": KEY, "text": text, **more, "code": code}
    for name, told in lines():
        yield "voice", name, told
    for name, text, code in declarations():
        yield "declaration", name, {"text": text, "code": code}


def main():
    for folder, name, told in folders():
        place = VECTORS / folder / f"{name}.json"
        place.parent.mkdir(exist_ok=True)
        if not place.exists():
            text = json.dumps({"case": name, **told}, ensure_ascii=False, indent=1)
            place.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
