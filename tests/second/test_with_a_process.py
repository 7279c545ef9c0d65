"""The second implementation beside ``keepclear serve``: over pinned TLS, by stick, as witnesses."""

from __future__ import annotations

import json
import ssl
import threading
import time
from hashlib import sha256
from pathlib import Path

import pytest
from pyrage import decrypt, encrypt, x25519

from keepclear.app import main
from keepclear.node import peers
from keepclear.node.start import running
from tests.node.party import ASK
from tests.partition.pair import Served
from tests.second import parcels, record
from tests.second.bodies import RECEIVED
from tests.second.notes import decode64
from tests.second.party import Party, record_key
from tests.second.post import (
    ADD_CHECKPOINT,
    CONSISTENCY,
    JSON,
    NOTES,
    PARCELS,
    SIZE,
    TEXT,
    Office,
    post,
    post_notes,
)

KEYS = Path(__file__).parents[1] / "peer"
PLACE = {"lat_e7": -311_800_000, "lon_e7": 1_440_700_000}
STOP = {"asks": "cease", "by": "duty officer", "words": "people at the well", "place": PLACE}
PATIENCE_S = 60.0
pytestmark = pytest.mark.timeout(300)


def now_us():
    return time.time_ns() // 1_000


def der(name):
    return ssl.PEM_cert_to_DER_cert((KEYS / f"{name}.pem").read_text())


class Morning:
    """Alder is a process of keepclear, Birch is not; their words were compared."""

    def __init__(self, place):
        self.alder = Served(place / "alder", "alder", place / "alder.log")
        self.birch = Party("Birch", 2)
        self.birch.records(b"one")
        self.came, self.acted = [], []
        self.office = Office(KEYS / "birch", self.takes)
        self.age = x25519.Identity.generate()
        own = self.birch.joins(
            now_us(),
            address=[self.office.address],
            certificate=der("birch"),
            age=str(self.age.to_public()),
        )
        self.invitation = self.alder.invitation(self.alder.url)
        self.line = self.birch.meets(self.invitation, list(self.alder.words), now_us())
        with running(str(self.alder.folder)) as (_, node):
            peers.accept(node, own, ASK)
            peers.compare(node, "Birch", self.birch.words, ASK)

    def takes(self, path, body):
        """What Birch answers to a request; called by the thread that serves it."""
        if path == NOTES:
            notes = [each.encode() for each in json.loads(body)["notes"]]
            for note in notes:
                self.came.append(note)
                self.acted += [what for name, what in self.line.hears(note) if name == "act"]
            return 202, JSON, json.dumps({"taken": len(notes)}).encode()
        if path == ADD_CHECKPOINT:
            status, said = self.birch.witness.answer(body, now_us() // 1_000_000)
            return status, SIZE if status == 409 else TEXT, said.encode()
        return 404, TEXT, b""

    def sends(self, *notes):
        status, _, said = post_notes(self.alder.url, der("alder"), *notes)
        return status, json.loads(said)

    def says(self, kind, **body):
        return self.line.say(kind, body, now_us())

    def until(self, condition):
        """What holds at last; what Alder sends comes meanwhile."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            found = condition()
            if found:
                return found
            threading.Event().wait(0.05)
        raise AssertionError("it did not happen in time")

    def heard(self, kind, **body):
        """The first message of a kind that Birch acted on, with these members."""
        return next(
            (
                each
                for each in list(self.acted)
                if each.kind == kind and body.items() <= each.body.items()
            ),
            None,
        )


@pytest.fixture(scope="module")
def morning(tmp_path_factory):
    both = Morning(tmp_path_factory.mktemp("second"))
    with both.office:
        both.alder.start()
        with both.alder.http() as both.http:
            both.alder.wait(both.http)
            yield both
        assert both.alder.stop() == 0


def test_a_stop_goes_over_and_its_answers_come_back(morning):
    stop = morning.says("stop/1", **{**STOP, "words": "the first"})
    assert morning.sends(stop) == (202, {"taken": 1})
    ref = {"seq": morning.line.seq, "hash": morning.line.prev}
    (line,) = morning.http.get("/api/v1/lines").json()["lines"]
    assert [(each["stage"], each["ours"]) for each in line["alerts"] if each["open"]][-1] == (
        "raised", False,
    )  # fmt: skip
    answer = {"re": ref, "answer": "wilco", "by": "supervisor"}
    told = morning.http.post(
        "/api/v1/lines/Birch/messages", json={"kind": "answer/1", "body": answer}
    )
    assert told.status_code == 202
    morning.until(lambda: morning.heard("answer/1", re=ref, answer="wilco"))
    morning.until(lambda: ref["seq"] not in morning.line.outbox)


def test_a_stop_comes_and_the_answers_move_the_board_of_the_other_desk(morning):
    body = {"asks": "hold", "by": "duty officer", "words": "the second"}
    told = morning.http.post(
        "/api/v1/lines/Birch/messages", json={"kind": "stop/1", "body": body}
    ).json()
    came = morning.until(lambda: morning.heard("stop/1", words="the second"))
    assert came.ref() == {"seq": told["seq"], "hash": told["hash"]}

    def stage():
        (line,) = morning.http.get("/api/v1/lines").json()["lines"]
        return [each["stage"] for each in line["alerts"] if each["ours"]][-1]

    for kind, more, becomes in (
        ("answer/1", {"answer": "roger"}, "raised"),
        ("answer/1", {"answer": "wilco"}, "complying"),
        ("stopped/1", {"at_us": now_us()}, "stopped"),
    ):
        morning.sends(morning.says(kind, re=came.ref(), by="desk", **more))
        assert stage() == becomes
    places = {"places": [], "times_us": [], "by": "desk", "says": RECEIVED}
    morning.sends(morning.says("read-back/1", re=came.ref(), **places))
    path = "/api/v1/lines/Birch/messages"
    said = morning.http.get(path).json()["messages"]
    assert any(each["kind"] == "read-back/1" for each in said)


def test_what_is_missing_is_asked_for_over_the_network(morning):
    left_out = morning.says("query/1", re=REF, by="desk", words="which one")
    before = len(morning.came)
    morning.sends(morning.says("stop/1", **STOP))

    def asked():
        found = [morning.line.reader.read(each) for each in morning.came[before:]]
        return [each for each in found if each.kind == "stored/1" and each.body["gaps"]]

    gap = morning.until(asked)[0]
    assert morning.line.missing(gap) == [left_out]
    morning.sends(left_out)
    morning.until(lambda: not morning.line.outbox)


REF = {"seq": 1, "hash": "ab" * 32}


def test_each_witnesses_the_record_of_the_other(morning):
    alder, witness = record_key(morning.invitation), morning.birch.witness

    def ask(old):
        body = morning.birch.asks_a_witness(old)
        return post(morning.alder.url, der("alder"), ADD_CHECKPOINT, body, TEXT)

    status, media, line = ask(0)
    assert (status, media) == (200, TEXT)
    cosigned = morning.birch.checkpoint() + line
    assert record.cosigned_at(cosigned, record.witnessing(alder)) is not None
    for k in range(5):
        morning.birch.records(b"more %d" % k)
    assert ask(0) == (409, SIZE, b"1\n")
    assert ask(1)[0] == 200
    told = morning.http.post("/api/v1/record/cosignatures").json()
    assert [(each["party"], each["last"]) for each in told["cosigned"]] == [("Birch", "cosigned")]
    assert witness.last[alder.name][0] == told["size"]


def test_the_first_shows_how_its_record_goes_on_and_what_a_web_server_would(morning):
    alder = record_key(morning.invitation).name
    morning.http.post("/api/v1/record/cosignatures")
    old, root = morning.birch.witness.last[alder]
    morning.sends(morning.says("said/1", words="so that there is more to show"))
    morning.http.post("/api/v1/record/cosignatures")
    new, top = morning.birch.witness.last[alder]
    body = json.dumps({"size": new, "root": top.hex(), "old": old}).encode()
    status, _, said = post(morning.alder.url, der("alder"), CONSISTENCY, body)
    shown = json.loads(said)
    assert (status, shown["root"]) == (200, root.hex())
    assert record.goes_on(old, new, root, top, [decode64(each) for each in shown["hashes"]])
    unknown = body.replace(top.hex().encode(), root.hex().encode())
    assert post(morning.alder.url, der("alder"), CONSISTENCY, unknown)[0] == 404
    width = f".p/{old}" if old < record.TILE else ""
    tile = morning.http.get(f"/api/v1/record/tile/0/000{width}").content
    assert old <= record.TILE, "one tile is enough for this morning"
    assert record.root([tile[k : k + 32] for k in range(0, old * 32, 32)]) == root


def test_a_bundle_of_the_first_verifies_with_the_seconds_cosignature(morning):
    alder = record_key(morning.invitation)
    body = json.dumps(SITE).encode()
    morning.http.post("/api/v1/declarations", content=body, headers={"Content-Type": JSON})
    morning.http.post("/api/v1/record/cosignatures")
    bundle = morning.http.get("/api/v1/declarations/Alder/H1/bundle").content
    witness = [record.witnessing(morning.birch.record.key)]
    shown = record.read_bundle(bundle, alder, witness, quorum=1)
    assert any(b'"entry":"declared/1"' in each for each in shown.values())


SITE = {
    "keepclear": "declaration/1",
    "party": "Alder",
    "id": "H1",
    "kind": "site",
    "parts": [
        {
            "part": "volume",
            "footprint": {"form": "circle", "center": [144.07, -31.18], "radius_m": 500.0},
            "window": {"start_us": 1_448_000_000_000_000, "end_us": 2_448_100_000_000_000},
        }
    ],
}


def test_a_sealed_note_is_taken_in_as_a_parcel(morning):
    stop = morning.says("stop/1", **{**STOP, "words": "sealed"})
    recipient = x25519.Recipient.from_str(morning.birch.cards["Alder"].age)
    sealed = encrypt(stop, [recipient])
    head = parcels.write_head(
        morning.birch.message, morning.line.reader.peer.name, "5a" * 32, now_us(), sealed
    )
    body = {"parcels": [{"head": head.decode(), "sealed": parcels.encode64(sealed)}]}
    status, _, said = post(morning.alder.url, der("alder"), PARCELS, json.dumps(body).encode())
    assert (status, json.loads(said)) == (
        202,
        {"taken": [sha256(sealed).hexdigest()], "refused": []},
    )
    morning.until(lambda: morning.line.seq not in morning.line.outbox)


def test_what_is_carried_is_read_by_both(tmp_path, capsysbinary):
    """By stick, with nothing served: what Birch wrote is imported, what Alder wrote is read."""
    both = Morning(tmp_path)
    both.office.server.server_close()
    recipient = x25519.Recipient.from_str(both.birch.cards["Alder"].age)
    stop = both.says("stop/1", **STOP)
    text = parcels.write_carried(
        both.birch.message.name,
        both.line.reader.peer.name,
        now_us(),
        [stop, both.line.receipt(now_us())],
    )
    (tmp_path / "to-alder").write_bytes(encrypt(text.encode(), [recipient]))
    folder = str(both.alder.folder)
    assert main(["link", "import", folder, str(tmp_path / "to-alder")]) == 0
    assert b"people at the well" in capsysbinary.readouterr().out
    assert main(["link", "answer", folder, "Birch", "wilco"]) == 0
    assert main(["link", "export", folder, "Birch", "-o", str(tmp_path / "to-birch")]) == 0
    carried = decrypt((tmp_path / "to-birch").read_bytes(), [both.age]).decode()
    sender, to, _, notes = parcels.read_carried(carried)
    assert (sender, to) == (both.line.reader.peer.name, both.birch.message.name)
    for note in notes:
        both.acted += [what for name, what in both.line.hears(note) if name == "act"]
    assert both.heard("answer/1", re={"seq": 1, "hash": both.line.prev}, answer="wilco")
    assert both.line.outbox == {}
