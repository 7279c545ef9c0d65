"""Cosignatures, split views and ways on the command line, between real folders."""

from __future__ import annotations

import json
import re
import shutil

import pytest

from keepclear.app import main
from keepclear.errors import SplitViewError
from keepclear.node.cosigned import asking, took
from keepclear.node.start import running
from keepclear.node.ways import went
from keepclear.node.witnessing import take
from keepclear.record.addition import read_addition
from keepclear.record.note import with_signature
from keepclear.record.witness import cosign


@pytest.fixture
def type_(capsysbinary):
    def typed(*words, code=0):
        found = main([str(word) for word in words])
        said = capsysbinary.readouterr()
        assert found == code, said.err.decode()
        return said.out.decode(), said.err.decode()

    return typed


@pytest.fixture
def folders(tmp_path, type_):
    found = {name: tmp_path / name.lower() for name in ("Alder", "Birch")}
    words = {}
    for name, folder in found.items():
        type_("init", folder, "--party", name)
        said = type_("link", "invite", folder, "-o", tmp_path / f"{name}.invitation")[1]
        words[name] = re.findall(r"[a-z]{4,5}", said.split("your words:")[1])
    for name, other in (("Alder", "Birch"), ("Birch", "Alder")):
        type_("link", "accept", found[name], tmp_path / f"{other}.invitation")
        type_("link", "compare", found[name], other, *words[other])
    return found


def ask(one, other, old=None):
    with running(str(one)) as (_, node), running(str(other)) as (home, witness):
        asked = asking(node, "Birch", old)
        checkpoint = take(witness, read_addition(asked.body))
        line = with_signature(
            b"", cosign(checkpoint, home.record_key, witness.now_us() // 1_000_000)
        )
        return took(node, "Birch", asked, line)


def key_of(folder):
    with running(str(folder)) as (home, _):
        return str(home.record_key.verifier)


def test_a_bundle_is_verified_with_a_quorum_and_the_log_says_how_far_it_is_cosigned(
    folders, type_, tmp_path
):
    alder, birch = folders.values()
    assert "cosigned by nobody" in type_("log", alder)[1]
    size = ask(alder, birch).size
    assert f"cosigned by Birch: all of {size} entries" in type_("log", alder)[1]
    told = json.loads(type_("log", alder, "--json")[0])
    assert [(one["party"], one["size"]) for one in told["cosigned"]] == [("Birch", size)]
    assert f"cosigned by Birch: all of {size} entries" in type_("link", "status", alder)[0]
    bundle = tmp_path / "bundle.json"
    said = type_("bundle", alder, "--from", "1", "-o", bundle)[1]
    keys = ["--key", key_of(alder), "--witness", key_of(birch)]
    name = key_of(birch).partition("+")[0]
    assert f"cosigned by {name}" in said
    assert f"seen by {name} at" in type_("verify", bundle, *keys, "--quorum", "1")[0]
    too_many = type_("verify", bundle, *keys, "--quorum", "2", code=2)[1]
    assert "more witnesses than there are keys" in too_many
    other = key_of(alder)  # the record's own key is no witness
    said = type_("verify", bundle, "--key", other, "--witness", other, "--quorum", "1", code=6)[1]
    assert "0 of the 0 witnesses" in said


def test_a_record_that_was_put_back_and_went_on_otherwise_is_proven_by_two_notes(
    folders, type_, tmp_path
):
    """Anybody verifies it offline, with the key of the record and nothing else."""
    alder, birch = folders.values()
    assert type_("link", "splits", birch) == ("", "no split view is proven here\n")
    shutil.copytree(alder, tmp_path / "backup")
    type_("link", "call", alder, "Birch", "dialled")
    type_("link", "call", alder, "Birch", "held")
    size = ask(alder, birch).size
    back = tmp_path / "backup"
    for step in ("answered", "asked-for", "hung-up"):
        type_("link", "call", back, "Birch", step)
    with pytest.raises(SplitViewError):
        ask(back, birch, size)
    record = type_("link", "splits", birch)[0].strip()
    assert record == key_of(alder).partition("+")[0]
    proof = tmp_path / "proof.json"
    type_("link", "splits", birch, record, "-o", proof)
    out, _ = type_("verify", proof, "--key", key_of(alder))
    assert "two states that cannot both be true" in out
    assert "Which of the two is true, or who did it" in out
    told = json.loads(type_("verify", proof, "--key", key_of(alder), "--json")[0])
    assert [one["size"] for one in told["split_view"]] == [size, size + 1]
    assert "no key that is known here" in type_("verify", proof, "--key", key_of(birch), code=6)[1]
    type_("link", "splits", birch, "no/such", code=5)


def test_the_status_says_by_which_way_notes_go(folders, type_):
    alder, _ = folders.values()
    with running(str(alder)) as (_, node):
        went(node, "Birch", "Harbour")
    assert "notes to Birch go through Harbour, since" in type_("link", "status", alder)[0]
    with running(str(alder)) as (_, node):
        went(node, "Birch")
    assert "notes to Birch go to its own node, since" in type_("link", "status", alder)[0]


def test_two_desks_with_nothing_but_a_stick_cosign_for_each_other(folders, type_, tmp_path):
    alder, birch = folders.values()
    asked, answer, bundle = (tmp_path / name for name in ("asked", "answer", "bundle"))

    def round_(*more, code=0):
        type_("link", "witness", "ask", alder, "Birch", *more, "-o", asked)
        return type_("link", "witness", "sign", birch, asked, "-o", answer, code=code)

    round_()
    assert "Birch has cosigned" in type_("link", "witness", "keep", alder, answer)[1]
    first = answer.read_bytes()
    said = type_("link", "witness", "ask", alder, "Birch", "-o", asked)[1]
    assert "all there is; nothing was written" in said
    type_("link", "call", alder, "Birch", "dialled")
    type_("link", "call", alder, "Birch", "held")
    round_()  # its answer is lost
    type_("link", "call", alder, "Birch", "hung-up")
    said = round_(code=6)[1]
    size = re.search("--old ([0-9]+)", said)[1]
    round_("--old", size)
    type_("link", "witness", "keep", alder, answer)
    (tmp_path / "first").write_bytes(first)
    type_("link", "witness", "keep", alder, tmp_path / "first")  # late, and twice: no harm
    type_("link", "witness", "keep", alder, answer)
    type_("bundle", alder, "--from", "1", "-o", bundle)
    keys = ["--key", key_of(alder), "--witness", key_of(birch)]
    assert "verified" in type_("verify", bundle, *keys, "--quorum", "1")[0]
    bare = first.rsplit("\u2014".encode(), 1)[0]
    (tmp_path / "bare").write_bytes(bare)
    assert "no cosignature" in type_("link", "witness", "keep", alder, tmp_path / "bare", code=6)[1]
    type_("link", "witness", "keep", birch, answer, code=6)  # it is of another record
    type_("link", "witness", "ask", alder, "Cedar", "-o", asked, code=5)
    (tmp_path / "rubbish").write_bytes(b"hello")
    type_("link", "witness", "sign", birch, tmp_path / "rubbish", "-o", answer, code=6)


def test_an_answer_of_a_state_that_this_database_never_had_is_not_kept(folders, type_, tmp_path):
    alder, birch = folders.values()
    asked, answer = tmp_path / "asked", tmp_path / "answer"
    shutil.copytree(alder, tmp_path / "backup")
    type_("link", "call", alder, "Birch", "dialled")
    type_("link", "witness", "ask", alder, "Birch", "-o", asked)
    type_("link", "witness", "sign", birch, asked, "-o", answer)
    back = tmp_path / "backup"
    assert "never so" in type_("link", "witness", "keep", back, answer, code=6)[1]
    type_("link", "call", back, "Birch", "held")
    assert "never so" in type_("link", "witness", "keep", back, answer, code=6)[1]
