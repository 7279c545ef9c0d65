"""Every vector of the protocol pages, asked of the second implementation."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from tests.second import cards, parcels, record, spoken
from tests.second.lines import instant
from tests.second.messages import read_message
from tests.second.notes import WITNESSES, Refused, Signer, decode64, open_note, read_key
from tests.second.stream import Line, Reader

VECTORS = Path(__file__).parents[1] / "vectors"


def cases(pattern):
    files = sorted(VECTORS.glob(pattern))
    assert files
    return pytest.mark.parametrize(
        "case", [json.loads(each.read_text("utf-8")) for each in files], ids=[e.stem for e in files]
    )


@cases("link/note-*.json")
def test_a_message(case):
    try:
        note = case["note"].replace("<x repeated>", "x" * case.get("repeated", 0))
        code = read_message(note.encode(), read_key(case["peer"]), case["me"]).code
    except Refused as refused:
        code = refused.code
    assert code == case["code"]


@cases("link/stream-*.json")
def test_a_stream(case):
    reader = Reader(read_key(case["peer"]), case["me"], arrangements=tuple(case["arrangements"]))
    reader.suspended = case.get("suspended", False)
    reader.now_us = instant(case["now"]) if "now" in case else None
    line = Line(Signer(case["me"], bytes(range(1, 33))), reader)
    effects = [effect for note in case["notes"] for effect in line.hears(note.encode())]
    seen = [what.seq for name, what in effects if name in {"act", "show"}]
    assert seen == case["shown_or_acted_on"]
    assert reader.stored == case["stored_up_to"]
    assert reader.gaps() == case["gaps"]
    told = [what for name, what in effects if name in {"alarm", "drop"}]
    assert told == case["alarms"], "what is dropped is told as well, once an hour"
    answers = [what[1] for name, what in effects if name == "refuse"]
    assert answers == case.get("answered_with_refused", answers)


def card_answers(case):
    card = cards.read_card(case["note"].encode(), read_key(case["root"]))
    return (card.number, card.previous) == (case["number"], case.get("previous", "none"))


def invitation_answers(case):
    root, held = cards.read_invitation(case["text"])
    return (str(root), len(held)) == (case["root"], case["cards"])


def arrangement_answers(case):
    keys = {party: read_key(key) for party, key in case["keys"].items()}
    answer = cards.read_arrangement(case["note"].encode(), keys)
    return answer == (case["text"], case["missing"])


def fork_answers(case):
    root = read_key(case["root"])
    both = (cards.read_card(case[name].encode(), root) for name in ("note", "other"))
    cards.check_fork(*both)


def words_answer(case):
    return cards.root_words(read_key(case["root"])) == case["words"]


ENROLMENT = {
    "card": card_answers,
    "fork": fork_answers,
    "invitation": invitation_answers,
    "words": words_answer,
    "arrangement": arrangement_answers,
}


@cases("enrolment/*.json")
def test_enrolment(case):
    asked_and_answered(case, ENROLMENT[case["of"]])


def asked_and_answered(case, answers):
    """The answer is right, or, of a case with a code, refused by just that code."""
    if "code" not in case:
        assert answers(case)
        return
    with pytest.raises(Refused) as raised:
        answers(case)
    assert raised.value.code == case["code"]


def carried_answers(case):
    sender, to, made, notes = parcels.read_carried(case["text"])
    return (sender, to, made, [each.decode() for each in notes]) == (
        case["from"],
        case["to"],
        instant(case["made"]),
        case["notes"],
    )


@cases("carried/*.json")
def test_a_carried_text(case):
    asked_and_answered(case, carried_answers)


def parcel_answers(case):
    key, sealed = read_key(case["key"]), decode64(case["sealed"])
    head = parcels.read_head(case["head"].encode(), key, sealed)
    return (head.to, head.mark, head.made_us, head.size) == (
        case["to"],
        case["mark"],
        instant(case["made"]),
        case["size"],
    )


def asking_answers(case):
    asked = parcels.read_asked(case["asked"].encode(), read_key(case["key"]), case["to"])
    return asked == (instant(case["sent"]), case["taken"])


@cases("relay/*.json")
def test_what_a_relay_sees(case):
    asked_and_answered(case, {"parcel": parcel_answers, "asking": asking_answers}[case["of"]])


SPOKEN = json.loads((VECTORS / "checkwords.json").read_text("utf-8"))


@pytest.mark.parametrize("case", SPOKEN["places"], ids=str)
def test_a_place_in_words(case):
    lat, lon = (round(case[name] * 1e7) for name in ("latitude", "longitude"))
    assert spoken.write_place(lat, lon) == case["words"]
    back = spoken.read_place(case["spoken"])
    assert [each / 1e7 for each in back] == [case["back"]["latitude"], case["back"]["longitude"]]


@pytest.mark.parametrize("case", SPOKEN["times"], ids=str)
def test_a_time_in_words(case):
    assert spoken.write_time(case["unix_s"]) == case["words"]
    assert spoken.read_time(case["words"]) == case["unix_s"]


@pytest.mark.parametrize("case", SPOKEN["refused"], ids=str)
def test_words_that_are_refused(case):
    reads = {"place": spoken.read_place, "time": spoken.read_time}[case["of"]]
    with pytest.raises(Refused) as raised:
        reads(case["words"])
    assert raised.value.code == case["code"]


RECORD = json.loads((VECTORS / "record.json").read_text("utf-8"))


def entries():
    for n in range(1, 301):
        body = json.dumps(
            {"entry": "example/1", "number": n, "words": "é" * (n % 3)},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        yield n, sha256(f"salt {n}".encode()).digest(), body.encode()


HASHES = [record.leaf_hash(record.leaf(*each)) for each in entries()]


def test_the_leaves_and_their_proofs():
    for entry in RECORD["entries"]:
        salt, body = bytes.fromhex(entry["salt"]), entry["body"].encode()
        data = record.leaf(entry["number"], salt, body)
        proof = [bytes.fromhex(each) for each in entry["proof"]]
        assert data.decode() == entry["leaf"]
        assert record.leaf_hash(data).hex() == entry["leaf_hash"]
        assert record.inclusion(entry["number"] - 1, HASHES) == proof
        top = record.root(HASHES)
        assert record.included(entry["number"] - 1, 300, record.leaf_hash(data), proof, top)


def test_the_roots_and_how_they_go_on():
    roots = {each["size"]: each["root"] for each in RECORD["roots"]}
    for size, top in roots.items():
        assert record.root(HASHES[:size]).hex() == top
    for each in RECORD["consistency"]:
        old, new = each["old"], each["new"]
        proof = [bytes.fromhex(value) for value in each["proof"]]
        assert record.consistency(old, HASHES[:new]) == proof
        tops = (record.root(HASHES[:size]) for size in (old, new))
        assert record.goes_on(old, new, *tops, proof)


def test_the_checkpoint_its_witness_and_the_bundle():
    key = read_key(RECORD["key"])
    witness = Signer(RECORD["witness_name"], bytes.fromhex(RECORD["witness_seed"]), WITNESSES)
    signer = Signer(RECORD["origin"], bytes.fromhex(RECORD["seed"]))
    assert str(signer.key) == RECORD["key"]
    sealed = record.read_checkpoint(RECORD["checkpoint"].encode(), key)
    assert sealed.text == record.checkpoint_text(RECORD["origin"], HASHES)
    time_s = RECORD["witness_time_s"]
    line = record.cosignature(witness, time_s, sealed.text)
    assert RECORD["checkpoint"] + line == RECORD["cosigned"]
    assert record.cosigned_at(RECORD["cosigned"].encode(), witness.key) == time_s
    shown = record.read_bundle(RECORD["bundle"].encode(), key, [witness.key], quorum=1)
    assert sorted(shown) == [2, 257]


def test_the_folder_of_a_record_on_a_web_server():
    folder = record.tiles([record.leaf(*each) for each in entries()])
    told = {each["path"]: each["sha256"] for each in [*RECORD["tiles"], RECORD["entry_bundle"]]}
    assert told.keys() <= folder.keys()
    for path, digest in told.items():
        assert digest in {None, sha256(folder[path]).hexdigest()}
    assert sorted(folder) == sorted([*told, "tile/entries/000"])
    assert record.tile_number(1234067) == "x001/x234/067"


def test_a_bundle_with_anything_changed_is_refused():
    key = read_key(RECORD["key"])
    for old, new in [
        ('"number": 2,', '"number": 3,'),
        ("keepclear/bundle/1", "keepclear/bundle/2"),
        ("\\n300\\n", "\\n301\\n"),
        ('"number": 2,', '"number": 2, "number": 2,'),
        ("IsIm51bWJlciI6Miwi", "IsIm51bWJlciI6Mywi"),
    ]:  # fmt: skip
        changed = RECORD["bundle"].replace(old, new, 1)
        assert changed != RECORD["bundle"]
        with pytest.raises(Refused):
            record.read_bundle(changed.encode(), key, [])


@pytest.mark.data
def test_the_official_proofs_of_inclusion_and_of_consistency(data):
    asked = 0
    for path in sorted((data / "vectors" / "merkle").glob("inclusion/**/*.json")):
        case = json.loads(path.read_text())
        proof = [decode64(each) for each in case["proof"] or []]
        good = record.included(
            case["leafIdx"], case["treeSize"], decode64(case["leafHash"]), proof, decode64(case["root"])
        )  # fmt: skip
        assert good is not case["wantErr"], path
        asked += 1
    for path in sorted((data / "vectors" / "merkle" / "consistency").rglob("*.json")):
        case = json.loads(path.read_text())
        proof = [decode64(each) for each in case["proof"] or []]
        good = record.goes_on(
            case["size1"], case["size2"], decode64(case["root1"]), decode64(case["root2"]), proof
        )
        assert good is not case["wantErr"], path
        asked += 1
    assert asked > 150


@pytest.mark.data
def test_the_official_example_of_a_note(data):
    case = json.loads((data / "vectors" / "note" / "c2sp-examples.json").read_text())
    assert open_note(case["note"].encode(), [read_key(case["vkey"])])[1]
