"""`keepclear doctor DIR`: every fault of a folder that tests make is found, said, and left as it is."""

from __future__ import annotations

import json
import shutil
from types import SimpleNamespace

import apsw
import pytest

from keepclear.app import main
from keepclear.node import examining
from keepclear.node.examining import examine_node
from keepclear.node.start import running
from tests.node.test_folder import PLAN, folder, whole  # noqa: F401 - folder is a fixture

HALF = "CAST(substr(hashes, 1, 32) || zeroblob(32) AS BLOB)"
ZEROS = "zeroblob(length(hashes))"


@pytest.fixture
def node(folder):  # noqa: F811
    assert main(["declare", str(folder), str(PLAN)]) in {0, 1}
    return folder


def found(place):
    """(state, text and advice) by name; nothing is changed by looking."""
    before = whole(place)
    findings = examine_node(place)
    assert whole(place) == before
    assert not any("\n" in one.text + one.advice for one in findings)
    assert all(one.advice or "; " in one.text for one in findings if one.state == "wrong")
    return {one.name: (one.state, f"{one.text} -> {one.advice}") for one in findings}


def edit(place, *statements):
    """Change a database as somebody would who can write the file."""
    db = apsw.Connection(str(place / "node.db"))
    for name in ("entry", "leaf", "node"):
        for what in ("is_final", "stays"):
            db.execute(f"DROP TRIGGER {name}_{what}")
    for statement in statements:
        db.execute(statement)
    db.close()


def test_of_a_sound_node_nothing_is_wrong(node, capsys):
    said = found(node)
    assert {state for state, _ in said.values()} <= {"ok", "note"}
    assert "entries, each as the record says" in said["entries"][1]
    assert main(["doctor", str(node)]) == 0
    assert capsys.readouterr().out.endswith("nothing is missing\n")


def test_for_programs(node, capsys):
    (node / "keys" / "record").chmod(0o644)
    assert main(["doctor", str(node), "--json"]) == 3
    said = json.loads(capsys.readouterr().out)
    assert (said["keepclear"], said["ok"]) == ("doctor/1", False)
    assert main(["doctor", str(node)]) == 3
    assert "1 wrong; put it right before this node is relied on" in capsys.readouterr().out


def test_a_folder_or_key_that_others_may_read(node):
    node.chmod(0o755)
    assert "chmod 0700" in found(node)["folder"][1]
    node.chmod(0o700)
    (node / "keys" / "message").chmod(0o640)
    state, text = found(node)["settings, keys"]
    assert (state, "others may read the key" in text) == ("wrong", True)


def test_a_folder_that_is_not_there_or_no_node(tmp_path):
    assert found(tmp_path / "nothing")["folder"][0] == "wrong"
    assert "is no node" in found(tmp_path)["settings, keys"][1]


@pytest.mark.parametrize(
    ("sql", "name", "words"),
    [
        ("UPDATE entry SET data = zeroblob(40) WHERE number = 2", "entries", "entry 2 is not what"),
        ("UPDATE leaf SET data = x'00' WHERE number = 1", "entries", "entry 2 is not what"),
        ("DELETE FROM entry WHERE number = 3", "entries", "after entry 0 numbers are missing"),
        ("UPDATE entry SET data = x'' WHERE number = 2", "entries", "none says that it was erased"),
        ("DELETE FROM leaf WHERE number = 3", "entries", "leaves are missing"),
        (f"UPDATE leaf SET hashes = {HALF} WHERE number = 1", "entries", "(1, 0)"),
        ("UPDATE leaf SET hashes = x'' WHERE number = 2", "entries", "(0, 2)"),
        (f"UPDATE leaf SET hashes = {ZEROS}", "checkpoint", "another one, or was changed"),
        ("UPDATE entry SET at_us = 4000000000000000", "clock, entries", "behind the newest entry"),
    ],
)
def test_whatever_was_changed_in_the_database_is_found(node, sql, name, words):
    edit(node, sql)
    state, text = found(node)[name]
    assert (state, words in text) == ("wrong", True), text


def test_an_older_database_in_its_place_is_found(node, tmp_path):
    shutil.copy(node / "node.db", tmp_path / "older.db")
    assert main(["declare", str(node), str(PLAN.with_name("birch.geojson"))]) in {0, 1}
    shutil.copy(tmp_path / "older.db", node / "node.db")
    assert found(node)["checkpoint"][0] == "wrong"


def test_a_damaged_a_missing_and_a_strange_database(node):
    content = bytearray((node / "node.db").read_bytes())
    content[5_000:20_000] = bytes(15_000)
    (node / "node.db").write_bytes(content)
    assert found(node)["database"][0] == "wrong"
    (node / "node.db").write_bytes(b"not a database" * 1_000)
    assert found(node)["database"][0] == "wrong"
    (node / "node.db").unlink()
    assert "restore the newest backup" in found(node)["database"][1]
    apsw.Connection(str(node / "node.db")).execute("CREATE TABLE theirs (x)").close()
    assert "no database of keepclear" in found(node)["database"][1]


def test_an_older_and_a_newer_schema_are_not_touched(node):
    db = apsw.Connection(str(node / "node.db"))
    db.execute("DELETE FROM migration WHERE number = (SELECT max(number) FROM migration)").close()
    db.close()
    assert "brings it up to date" in found(node)["schema"][1]
    db = apsw.Connection(str(node / "node.db"))
    db.execute("INSERT INTO migration VALUES (99, 'future', 'x'), (98, 'future', 'x')").close()
    db.close()
    assert "newer keepclear" in found(node)["database"][1]


@pytest.mark.parametrize(("note", "words"), [(b"", "none is kept"), (b"torn", "does not verify")])
def test_a_checkpoint_that_is_lost_or_torn(node, note, words):
    (node / "checkpoint").write_bytes(note)
    if not note:
        (node / "checkpoint").unlink()
    state, text = found(node)["checkpoint"]
    assert (state, words in text) == ("wrong", True)


@pytest.mark.parametrize(("free_mib", "state"), [(10, "wrong"), (500, "note"), (50_000, "ok")])
def test_room_on_the_disk(node, monkeypatch, free_mib, state):
    usage = SimpleNamespace(free=free_mib * 1_048_576)
    monkeypatch.setattr(examining.shutil, "disk_usage", lambda _: usage)
    assert found(node)["disk"][0] == state


def test_a_clock_that_stands_at_its_beginning(node, monkeypatch):
    monkeypatch.setattr(examining, "now_us", lambda: 0)
    assert "before this program was written" in found(node)["clock, entries"][1]


def test_a_node_in_use_is_said_to_be_and_left_alone(node):
    with running(str(node)):
        said = {one.name: one for one in examine_node(node)}
    assert said["serving"].state == "ok"
    assert "/readyz" in said["entries"].advice


def test_a_node_on_a_server(tmp_path, new_postgres):
    from tests.node.test_postgres import new_postgres_address

    place, address = tmp_path / "node", new_postgres_address(new_postgres())
    assert main(["init", str(place), "--party", "Alder", "--database", address]) == 0
    assert main(["declare", str(place), str(PLAN)]) in {0, 1}
    said = found(place)
    assert {state for state, _ in said.values()} <= {"ok", "note"}
    assert said["entries"][0] == "ok"
    with running(str(place)):
        assert "process" in found(place)["serving"][1]
