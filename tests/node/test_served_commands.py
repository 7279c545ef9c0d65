"""Everything a desk does, typed at the addresses of two nodes that are never at rest meanwhile."""

from __future__ import annotations

import json
import re
import threading
import time
from pathlib import Path
from shutil import copytree

import httpx2
import pytest

from keepclear.app import main
from keepclear.domain.access import Action, Role
from keepclear.link.pinning import words_of
from keepclear.node.access import admit
from keepclear.node.allowing import HOLDER
from keepclear.node.start import running
from tests.api.test_serve import served
from tests.node.test_carrying import run
from tests.node.test_commands import DARLING
from tests.node.world import agreement
from tests.patience import PATIENCE_S

__all__ = ["run"]
PASSWORD = "a long password for one desk"
NAMES = ("Alder", "Birch")
TEXT = agreement().replace('[humanitarian]\nnames = ["Relief"]\n', "")


class Places:
    """Two served nodes: their addresses, who is in, and a table on which files lie."""

    def __init__(self, table, run):
        self.table, self.run = table, run
        self.url, self.words, self.tokens, self.record = {}, {}, {}, {}

    def __call__(self, *words, code=0):
        found, out, err = self.run(*words)
        assert found == code, (words, out, err)
        return out, err

    def person(self, name, *words, code=0):
        """An administrator types it, and the password lies in a file."""
        return self(
            *words,
            "--as",
            f"{name.lower()}-9",
            "--password-file",
            self.table / "password",
            code=code,
        )


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two folders, each with a first card and an administrator who was invited; strangers."""
    table = tmp_path_factory.mktemp("served")

    def typed(*words):
        assert main([str(word) for word in words]) == 0

    for name in NAMES:
        typed("init", table / name, "--party", name)
        typed("link", "invite", table / name, "-o", table / "first.invitation")
    return table


@pytest.fixture
def places(made, tmp_path, run, monkeypatch):
    found = Places(tmp_path, run)
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    links = {}
    for name in NAMES:
        folder = tmp_path / name
        copytree(made / name, folder)
        mark = f"{name.lower()}-9"
        link, _ = found("admit", folder, mark, "--role", "administrator")
        links[name] = link.strip().partition("#")[2]
        scopes = [word for one in ("declare", "look", "record") for word in ("--scope", one)]
        found.tokens[name], _ = found(
            "admit", folder, f"{name.lower()}-1", "--role", "duty", *scopes
        )
        arranges, _ = found(
            "admit", folder, f"{name.lower()}-2", "--role", "administrator", "--scope", "arrange"
        )
        found.tokens[name, "arranges"] = arranges
        with running(str(folder)) as (home, node):
            found.words[name] = words_of(node.memory.peers[name].root)
            found.record[name] = str(home.record_key.verifier)

    def token(*of):
        monkeypatch.setenv("KEEPCLEAR_TOKEN", found.tokens[of if len(of) > 1 else of[0]].strip())

    found.token = token
    logs = {name: tmp_path / f"{name}.log" for name in NAMES}
    with (
        served(tmp_path / "Alder", log=logs["Alder"]) as (_, alder),
        served(tmp_path / "Birch", log=logs["Birch"]) as (_, birch),
    ):
        found.url = {"Alder": alder, "Birch": birch}
        for name, url in found.url.items():
            said = {"link": links[name], "password": PASSWORD}
            answer = httpx2.post(f"{url}/api/v1/links", json=said, timeout=60)
            assert answer.status_code == 201, answer.text
        yield found


def test_two_desks_enrol_agree_move_and_prove_without_a_stop(places):
    alder, birch = places.url["Alder"], places.url["Birch"]
    # each takes the other's invitation in, and types the words it heard
    for name, other in (NAMES, NAMES[::-1]):
        file = places.table / f"{other}.invitation"
        _, said = places.person(other, "link", "invite", places.url[other], "-o", file)
        assert places.words[other][0] in said
        _, said = places.person(name, "link", "accept", places.url[name], file)
        assert f"{other}: card 1, unverified" in said
        _, said = places.person(
            name, "link", "compare", places.url[name], other, *places.words[other]
        )
        assert f"{other}: compared" in said
    # an arrangement goes round, and holds at both
    text, one, both = (places.table / file for file in ("text", "one.note", "both.note"))
    text.write_text(TEXT)
    places.token("Alder", "arranges")
    _, said = places("arrangement", "propose", alder, text, "-o", one)
    assert "not yet by Birch" in said
    places.token("Birch", "arranges")
    _, said = places("arrangement", "sign", birch, one, "-o", both)
    assert "all of its parties have signed" in said
    places.token("Alder", "arranges")
    assert "all of its parties" in places("arrangement", "sign", alder, both, "-o", one)[1]
    text.write_text(TEXT.replace("version = 1", "version = 2"))
    assert "Darling, version 2, holds" in places("arrangement", "set", alder, text)[1]
    # a shift's people change
    secret, said = places.person("Alder", "admit", alder, "night-1", "--role", "duty")
    assert secret.startswith("/invited#")
    people = json.loads(places.person("Alder", "people", alder, "--json")[0])["people"]
    assert {"alder-9", "alder-1", "alder-2", "night-1"} == {one["mark"] for one in people}
    places.person("Alder", "put-out", alder, "night-1")
    # the record, and evidence of it that verifies without any node
    places.token("Alder")
    whole = json.loads(places("log", alder, "--json")[0])
    assert whole["size"] >= len(whole["entries"]) > 5
    assert [one["number"] for one in whole["entries"]][:3] == [1, 2, 3]
    assert "arrangement/Darling" in places("log", alder, "--from", "2")[0]
    (file,) = (one for one in DARLING if "alder" in str(one))
    features = json.loads(Path(file).read_text(encoding="utf-8"))
    (places.table / "A.geojson").write_text(json.dumps(features))
    out, _ = places("declare", alder, places.table / "A.geojson")
    assert "Alder/A2: version 1" in out
    evidence = places.table / "bundle.json"
    places("bundle", alder, "--about", "Alder/A2", "-o", evidence)
    proven, _ = places("verify", evidence, "--key", places.record["Alder"])
    assert "Alder/A2" in proven
    # a key that is lost is lost at once
    _, said = places.person("Alder", "link", "lost", alder, "Birch", "--reason", "heard so")
    assert "Birch: lost" in said


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("link", "invite", "URL", "--address", "https://a"), 2, "signed with the root key"),
        (("link", "invite", "URL"), 2, "say who you are with --as MARK"),
        (("link", "accept", "URL", "FILE"), 2, "say who you are with --as MARK"),
        (("link", "compare", "URL", "Birch", "baba", "--by", "me"), 2, "leave --by out"),
        (("admit", "URL", "night-1", "--role", "duty"), 2, "a person does this, and no program"),
        (("put-out", "URL", "nobody-1", "AS"), 5, "nobody goes by 'nobody-1'"),
        (("link", "compare", "URL", "Cedar", "baba", "AS"), 5, "'Cedar' has not enrolled here"),
        (
            ("people", "URL", "--as", "alder-1", "--password-file", "WRONG"),
            5,
            "mark or password is wrong",
        ),
        (("people", "URL", "--as", "a", "--password-file", "/nowhere"), 2, "cannot be read"),
        (("arrangement", "set", "URL", "TEXT"), 5, "may not do this here (arrange)"),
        (("bundle", "URL", "--about", "Birch/B1", "-o", "OUT"), 5, "said and was shown nothing"),
        (("bundle", "URL", "--about", "x", "--for", "Birch", "-o", "OUT"), 2, "leave --for out"),
        (("hold", "URL", "Alder/W9", "--leaves", "2015-11-20T06:00Z"), 5, "nothing"),
        (("link", "splits", "URL"), 2, "in the node's folder, while the node is at rest"),
    ],
)
def test_what_is_refused_is_one_sentence(refusing, words, code, says):
    _, err = refusing(*words, code=code)
    assert says in err
    assert len(err.strip().splitlines()) == 1, err
    assert "Traceback" not in err


@pytest.fixture(scope="module")
def standing(made, tmp_path_factory):
    """One node that is served for all that is refused."""
    table = tmp_path_factory.mktemp("refusing")
    copytree(made / "Alder", table / "Alder")
    with running(str(table / "Alder")) as (_, node):
        only = frozenset({Action.LOOK, Action.DECLARE, Action.RECORD})
        token = admit(node, HOLDER, mark="alder-1", party="Alder", role=Role.DUTY, only=only)
        link = admit(node, HOLDER, mark="alder-9", party="Alder", role=Role.ADMINISTRATOR)
    (table / "text").write_text(TEXT)
    (table / "password").write_text(PASSWORD)
    (table / "wrong").write_text("another password altogether")
    with served(table / "Alder", log=table / "log") as (_, url):
        said = {"link": link, "password": PASSWORD}
        assert httpx2.post(f"{url}/api/v1/links", json=said, timeout=60).status_code == 201
        yield table, url, token


@pytest.fixture
def refusing(standing, run, monkeypatch):
    table, url, token = standing
    monkeypatch.setenv("KEEPCLEAR_TOKEN", token)
    names = {
        "URL": [url],
        "FILE": [table / "text"],
        "TEXT": [table / "text"],
        "OUT": [table / "out"],
        "WRONG": [table / "wrong"],
        "AS": ["--as", "alder-9", "--password-file", table / "password"],
    }

    def typed(*words, code):
        found, out, err = run(*(part for one in words for part in names.get(one, [one])))
        assert found == code, (words, out, err)
        return out, err

    return typed


def test_a_session_for_one_command_ends_with_it(standing, refusing):
    table, _, _ = standing
    refusing("people", "URL", "AS", code=0)
    routes = re.compile(r'"method": ?"(\w+)", ?"route": ?"/api/v1/session"')
    pause, deadline_s = threading.Event(), time.monotonic() + PATIENCE_S
    while "DELETE" not in routes.findall((table / "log").read_text()):  # lines wait for others
        assert time.monotonic() < deadline_s
        pause.wait(0.02)
    assert PASSWORD not in (table / "log").read_text()
