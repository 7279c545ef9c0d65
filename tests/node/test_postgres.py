"""A node whose database is on a server: the same commands, the same sentences, no password on disk."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from keepclear.app import main
from keepclear.errors import ConfigurationError, UsageError
from keepclear.node.home import make_home, open_home
from keepclear.node.start import running
from tests.node.test_folder import PLAN, sentence


@pytest.fixture
def folder(tmp_path, new_postgres, capsys):
    place = tmp_path / "node"
    address = new_postgres_address(new_postgres())
    assert main(["init", str(place), "--party", "Alder", "--database", address]) == 0
    capsys.readouterr()
    return place


def new_postgres_address(conninfo):
    """The fixture's address as one that begins with postgresql://."""
    from urllib.parse import quote, urlencode

    from psycopg.conninfo import conninfo_to_dict

    said = conninfo_to_dict(conninfo)
    name = said.pop("dbname", "")
    return f"postgresql:///{name}?" + urlencode(said, quote_via=quote)


def test_a_node_on_a_server_does_what_a_node_does(folder, capsys):
    assert not (folder / "node.db").exists()
    assert main(["declare", str(folder), str(PLAN)]) in {0, 1}
    with running(str(folder)) as (_, node):
        size = node.store.size()
    assert size > 0
    assert main(["status", str(folder), "--json"]) == 0
    assert f'"entries": {size}' in capsys.readouterr().out
    assert main(["declare", str(folder), str(PLAN)]) in {0, 1}


def test_a_second_process_is_kept_out(folder, capsys):
    with running(str(folder)):
        code, said = sentence(capsys, "declare", folder, PLAN)
    assert (code, "in use by another process" in said) == (3, True)


def test_its_backup_is_the_servers(folder, tmp_path, capsys):
    code, said = sentence(capsys, "backup", folder, tmp_path / "copy.db")
    assert (code, "pg_dump" in said) == (2, True)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql://owner:secret@/kc", "holds a password"),
        ("postgresql:///kc?password=secret", "holds a password"),
        ("postgresql:///kc?sslpassword=secret", "holds a password"),
        ("mysql:///kc", "must be like postgresql://"),
        ("dbname=kc", "must be like postgresql://"),
        ("postgresql://[", "must be like postgresql://"),
    ],
)
def test_an_address_that_cannot_stand_in_the_settings_is_refused(tmp_path, address, words):
    with pytest.raises(UsageError, match=words) as error:
        make_home(tmp_path / "node", "Alder", address)
    assert "secret" not in str(error.value)
    assert not (tmp_path / "node").exists()
    made = make_home(tmp_path / "node", "Alder", "postgresql:///kc").folder
    place = made / "node.toml"
    place.write_text(place.read_text().replace("postgresql:///kc", address))
    with pytest.raises(ConfigurationError, match=words) as refused:
        open_home(made)
    assert "secret" not in str(refused.value)


def test_an_address_is_kept_as_it_is(tmp_path):
    address = "postgresql://owner@/kc?host=/run/postgresql&options=-csearch_path%3Da"
    make_home(tmp_path / "node", "", address)
    assert open_home(tmp_path / "node").server == address
    assert "node.db" not in [path.name for path in Path(tmp_path / "node").iterdir()]


def test_without_its_driver_it_says_what_to_install(tmp_path, monkeypatch, capsys):
    make_home(tmp_path / "node", "", "postgresql:///kc")
    monkeypatch.delitem(sys.modules, "keepclear.store.postgres", raising=False)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    code, said = sentence(capsys, "status", tmp_path / "node")
    assert (code, "keepclear[pg]" in said) == (3, True)


def test_a_server_that_is_not_there_is_one_sentence(tmp_path, capsys):
    code, said = sentence(capsys, "init", tmp_path / "node", "--secretariat",
                          "--database", f"postgresql:///kc?host={tmp_path}")  # fmt: skip
    assert (code, "cannot be reached" in said) == (3, True)
