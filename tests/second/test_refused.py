"""One file, one failure: what both programs answer to the frozen cases of records, calls and texts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from keepclear.errors import KeepclearError
from keepclear.formats import callsheet
from keepclear.node.calls import digest
from keepclear.record import addition, bundle, split
from keepclear.record.checkpoint import open_checkpoint
from keepclear.record.note import Verifier
from keepclear.record.note import open_note as first_open_note
from keepclear.wire.declaration import decode
from tests.second import record, spoken
from tests.second.declarations import read_declaration
from tests.second.notes import Refused, open_note, read_key
from tests.vectors.make_refused import folders

VECTORS = Path(__file__).parents[1] / "vectors"


def first_checkpoint(data, key):
    return open_checkpoint(data, key.name, key)


FIRST = {
    "note": lambda data, key: first_open_note(data, [key]),
    "checkpoint": first_checkpoint,
    "asking": lambda data, _: addition.read_addition(data),
    "bundle": bundle.verify,
    "split-view": split.verify_split,
}
SECOND = {
    "note": lambda data, key: open_note(data, [key]),
    "checkpoint": record.read_checkpoint,
    "asking": lambda data, _: record.read_asking(data),
    "bundle": lambda data, key: record.read_bundle(data, key, []),
    "split-view": record.read_split_view,
}


def code_of(read):
    try:
        read()
    except (KeepclearError, Refused) as error:
        return error.code
    return ""


def files(folder):
    found = sorted((VECTORS / folder).glob("*.json"))
    return pytest.mark.parametrize(
        "case", [json.loads(each.read_text("utf-8")) for each in found], ids=[e.stem for e in found]
    )


@files("record")
@pytest.mark.parametrize("program", ["first", "second"])
def test_a_key_a_note_or_a_proof(case, program):
    read = Verifier.parse if program == "first" else read_key
    if case["of"] == "key":
        assert code_of(lambda: read(case["key"])) == case["code"]
        return
    key = read(case["key"])
    data = case["text"].replace("<x repeated>", "x" * case.get("repeated", 0)).encode()
    readers = FIRST if program == "first" else SECOND
    assert code_of(lambda: readers[case["of"]](data, key)) == case["code"]


@files("voice")
def test_a_line_that_is_keyed_in(case):
    line = case["line"]
    if "code" in case:
        assert code_of(lambda: callsheet.keyed(line)) == case["code"]
        assert code_of(lambda: spoken.read_line(line)) == case["code"]
        return
    body, exercise = spoken.read_line(line)
    said = json.loads(body)
    place, span = said["place"], said["span"]
    assert (said["asks"], exercise) == (case["asks"], case["exercise"])
    assert (place["lat_e7"], place["lon_e7"]) == (case["lat_e7"], case["lon_e7"])
    assert span == {"start_us": case["start_us"]}
    names = case["caller"], case["called"]
    assert spoken.four_words(*names, line) == case["words"]
    assert spoken.name_on_the_board(*names, line) == case["name"] == digest(*names, line)
    stop = callsheet.keyed(line)
    assert list(callsheet.compared(stop, *names, drill=exercise)) == case["words"]


@files("declaration")
def test_a_declaration_as_text(case):
    assert code_of(lambda: decode(case["text"].encode())) == case["code"]
    assert code_of(lambda: read_declaration(case["text"])) == case["code"]


def test_every_case_that_is_made_is_frozen_and_none_was_changed():
    made = {(folder, name): {"case": name, **told} for folder, name, told in folders()}
    kept = {
        (folder, place.stem): json.loads(place.read_text("utf-8"))
        for folder in ("record", "voice", "declaration")
        for place in (VECTORS / folder).glob("*.json")
    }
    assert kept == made
