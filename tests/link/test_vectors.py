"""The frozen cases of the line's protocol page; the good ones are also read without keepclear."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from hashlib import sha256
from pathlib import Path

import msgspec
import nacl.signing
import pytest

from keepclear.errors import VerificationError
from keepclear.link.happening import Deliver
from keepclear.link.kinds import KINDS
from keepclear.link.message import open_message, read_own
from keepclear.record.note import Verifier
from tests.link.ends import End
from tests.vectors import make_link

FOLDER = Path(__file__).parents[1] / "vectors" / "link"
FILES = sorted(path.stem for path in FOLDER.glob("*.json"))
LINES = (
    "from", "to", "stream", "seq", "prev", "sent", "until", "urgency", "arrangement", "drill",
    "ack", "kind", "body",
)  # fmt: skip


def case(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("note-")])
def test_a_note_is_taken_as_the_page_says(name):
    told = case(name)
    note = unfolded(told)
    assert taken(note, Verifier.parse(told["peer"]), told["me"]) == told["code"]


def unfolded(told):
    """A note, with what is repeated in it as often as it is."""
    return told["note"].replace("<x repeated>", "x" * told.get("repeated", 0)).encode()


def taken(note, peer, me):
    """The code with which it is refused or kept; empty where it is acted on."""
    try:
        return open_message(note, peer, me).problem
    except VerificationError as error:
        return error.code


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("stream-")])
def test_a_stream_is_taken_as_the_page_says(name):
    told = case(name)
    suspended = told.get("suspended", False)
    birch = End(arrangements=frozenset(told["arrangements"]), suspended=suspended)
    birch.gets(*[note.encode() for note in told["notes"]])
    shown = [
        one.received.seq for one in birch.of(Deliver) if not one.problem or one.received.on_arrival
    ]
    assert shown == told["shown_or_acted_on"]
    assert birch.state.receiving.seq == told["stored_up_to"]
    assert [list(gap) for gap in birch.state.receiving.gaps()] == told["gaps"]
    assert birch.alarms() == told["alarms"]
    if "answered_with_refused" in told:
        answers = [read_own(note).message.body for note in birch.recorded("sent")]
        assert [one.code for one in answers] == told["answered_with_refused"]


def plain(note):
    """The page alone: lines, hash and signature, without keepclear."""
    text, _, signature = note.rpartition("\n\n")
    text += "\n"
    head, *lines = text.split("\n")[:-1]
    assert head == "keepclear/message/1"
    assert [line.split(": ", 1)[0] for line in lines] == list(LINES)
    return text, dict(line.split(": ", 1) for line in lines), signature


@pytest.mark.parametrize("name", ["stop", "drill", "declared-arabic", "stored"])
def test_a_reader_without_keepclear_reads_the_same(name):
    told = case(f"note-{name}")
    text, values, signature = plain(told["note"])
    peer, _, key = told["peer"].split("+", 2)
    dash, signer, value = signature.removesuffix("\n").split(" ")
    assert (dash, signer) == ("\u2014", peer)
    raw = b64decode(value)
    assert raw[:4] == sha256(f"{peer}\n".encode() + b64decode(key)).digest()[:4]
    nacl.signing.VerifyKey(b64decode(key)[1:]).verify(text.encode(), raw[4:])
    found = open_message(told["note"].encode(), Verifier.parse(told["peer"]), told["me"])
    assert found.hash == sha256(text.encode()).hexdigest()
    assert values["from"] == peer
    body = json.loads(values["body"])
    again = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    assert again == values["body"]


def test_chains_hold_without_keepclear():
    texts = [plain(note)[0:2] for note in case("stream-in-order")["notes"]]
    before = "0" * 64
    for number, (text, values) in enumerate(texts, 1):
        assert (values["seq"], values["prev"]) == (str(number), before)
        before = sha256(text.encode()).hexdigest()


def test_every_case_that_is_made_is_frozen():
    made = {f"note-{name}" for name, *_ in make_link.notes()}
    made |= {f"stream-{name}" for name, *_ in make_link.streams()}
    made |= {f"stream-{name}" for name, *_ in make_link.streams_with_answers()}
    assert made == set(FILES)
    for name, note, code, _ in make_link.notes():
        assert (unfolded(case(f"note-{name}")), case(f"note-{name}")["code"]) == (note, code)
    for name, several, *_ in make_link.streams_with_answers():
        made = [getattr(one, "note", one).decode() for one in several]
        assert case(f"stream-{name}")["notes"] == made


def test_the_page_lists_every_kind_and_every_member(root):
    page = (root / "docs" / "protocol" / "link.md").read_text(encoding="utf-8")
    table = page.partition("<!-- bodies -->")[2].partition("<!-- end -->")[0]
    said = {}
    for row in table.splitlines():
        if row.startswith("| `"):
            _, kind, members, _ = row.split("|")
            said[kind.strip(" `")] = [
                (name, bool(maybe)) for name, maybe in re.findall(r"`(\w+)`(\?)?", members)
            ]
    there = {
        kind.name: [(one.name, not one.required) for one in msgspec.structs.fields(kind.body)]
        for kind in KINDS.values()
    }
    assert said == there
    kinds = page.partition("## Kinds")[2].partition("## Bodies")[0]
    rows = {}
    for row in kinds.splitlines():
        if row.startswith("| `"):
            _, names, urgency, always, ack, back, _, _ = (cell.strip() for cell in row.split("|"))
            found = re.findall(r"`([^`]+)`", names)
            for at, name in enumerate(found):
                words = urgency.split(", ")
                asked = ack == "yes" or ack == name.partition("/")[0]
                rows[name] = (words[at % len(words)], bool(always), asked, back == "yes")
    assert rows == {
        kind.name: (kind.urgency.word, kind.always, kind.acknowledge, kind.read_back)
        for kind in KINDS.values()
    }
