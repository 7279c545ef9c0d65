"""The frozen cases of docs/protocol/enrolment.md; another program reads the same files."""

from __future__ import annotations

import json
from base64 import b64decode
from hashlib import sha256
from itertools import product
from pathlib import Path

import pytest

from keepclear.errors import VerificationError
from keepclear.link.agreement import open_agreement
from keepclear.link.card_chain import check_successor
from keepclear.link.cards import open_card
from keepclear.link.invitation import open_invitation
from keepclear.record.note import Verifier
from tests.vectors.make_enrolment import cases

FOLDER = Path(__file__).parents[1] / "vectors" / "enrolment"
CASES = sorted(FOLDER.glob("*.json"))


def asked(case):
    """What our code makes of a case, in the words of the case."""
    of = case["of"]
    if of == "card":
        return {"number": open_card(case["note"].encode(), Verifier.parse(case["root"])).number}
    if of == "fork":
        root = Verifier.parse(case["root"])
        check_successor(*(open_card(case[name].encode(), root) for name in ("note", "other")))
    if of == "invitation":
        root, found = open_invitation(case["text"])
        return {"root": str(root), "cards": len(found)}
    keys = {party: Verifier.parse(key) for party, key in case["keys"].items()}
    found = open_agreement(case["note"].encode(), keys)
    return {"text": found.text, "missing": list(found.missing)}


@pytest.mark.parametrize("place", CASES, ids=lambda place: place.stem)
def test_a_frozen_case(place):
    case = json.loads(place.read_text("utf-8"))
    if case["of"] == "words":
        assert words_by_the_page(case["root"]) == case["words"]
    elif "code" in case:
        with pytest.raises(VerificationError) as error:
            asked(case)
        assert error.value.code == case["code"]
    else:
        found = asked(case)
        assert found == {name: case[name] for name in found}


def words_by_the_page(root):
    """As the page says it, without keepclear."""
    syllables = [c + v for c, v in product("bdfklmnrstz", "aiu")]
    words = ["".join(parts) for parts in product(syllables, syllables, ["", "n"])][:2048]
    bits = "".join(f"{byte:08b}" for byte in sha256(b"keepclear/root/1\n" + root.encode()).digest())
    return [words[int(bits[k : k + 11], 2)] for k in range(0, 132, 11)]


def test_a_second_card_names_the_first_as_the_page_says():
    first, second = (
        json.loads((FOLDER / f"{name}.json").read_text("utf-8")) for name in ("card", "card-second")
    )
    text = first["note"].rpartition("\n\n")[0] + "\n"
    assert b64decode(second["previous"]) == sha256(text.encode()).digest()


def test_no_case_was_changed_and_none_is_missing():
    kept = {place.stem: json.loads(place.read_text("utf-8")) for place in CASES}
    assert kept == {case["case"]: case for case in cases()}
