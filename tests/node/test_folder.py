"""A node's folder: what is made, and that whatever is wrong with it is one sentence and no harm."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from keepclear.app import main
from keepclear.errors import ConfigurationError, UsageError
from keepclear.node.home import make_home, open_home
from keepclear.node.start import running
from keepclear.store.sqlite import SqliteStore
from tests.node import kill

ROOT = Path(__file__).parents[2]
PLAN = ROOT / "examples" / "darling" / "alder.geojson"


@pytest.fixture
def folder(tmp_path):
    make_home(tmp_path / "node", "Alder")
    with running(str(tmp_path / "node")):
        pass
    return tmp_path / "node"


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def whole(folder):
    """What the files of a folder hold, and nothing of when they were looked at."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }


def sentence(capsys, *words):
    """The code, and the one sentence said."""
    code = main(list(map(str, words)))
    said = capsys.readouterr().err.strip().split("\n")
    assert "Traceback" not in "\n".join(said)
    return code, said[-1]


@pytest.mark.parametrize("words", [["link", "splits"], ["doctor"]])
def test_what_wants_the_folder_says_so_of_an_address(capsys, words):
    code, said = sentence(capsys, *words, "http://127.0.0.1:8200")
    assert code == 2
    assert "in the node's folder" in said


def test_what_is_made_is_for_its_owner_alone(folder):
    assert mode(folder) == 0o700
    assert mode(folder / "keys") == 0o700
    assert {path.name: mode(path) for path in (folder / "keys").iterdir()} == {
        "record": 0o600,
        "message": 0o600,
        "root": 0o600,
        "age": 0o600,
    }
    seeds = {path.read_bytes() for path in (folder / "keys").iterdir()}
    assert len(seeds) == 4
    assert {path.name for path in folder.iterdir()} == {
        "node.toml", "keys", "node.db", "checkpoint",
    }  # fmt: skip


def test_two_nodes_have_two_records_and_two_keys(tmp_path):
    a, b = make_home(tmp_path / "a", ""), make_home(tmp_path / "b", "")
    assert a.record != b.record
    assert a.record_key.seed != b.record_key.seed
    assert a.record_key.verifier != a.message_key.verifier


def test_a_folder_that_is_not_empty_is_refused(folder, capsys):
    before = whole(folder)
    assert sentence(capsys, "init", folder, "--secretariat") == (
        3,
        f"keepclear: the folder {str(folder)!r} is not empty; a node begins in one of its own",
    )
    assert whole(folder) == before


@pytest.mark.parametrize(
    "words", [(), ("--party", "A", "--secretariat"), ("--party", ""), ("--party", "A/B")]
)
def test_whose_it_is_must_be_said(tmp_path, capsys, words):
    assert sentence(capsys, "init", tmp_path / "node", *words)[0] == 2
    assert not (tmp_path / "node").exists()


def test_a_name_with_marks_is_kept_as_it_is(tmp_path):
    name = 'Al"der \\ Ünï'
    make_home(tmp_path / "node", name)
    assert open_home(tmp_path / "node").party == name


def test_every_cut_of_the_settings_is_one_sentence(folder):
    place = folder / "node.toml"
    data = place.read_bytes()
    for end in range(len(data)):
        place.write_bytes(data[:end])
        if end == len(data) - 1:  # all but the last line end
            assert open_home(folder).party == "Alder"
            continue
        with pytest.raises(ConfigurationError, match=r"node\.toml") as error:
            open_home(folder)
        assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('format = "keepclear node 1"\nrecord = "r"\npary = "Alder"\n', "'pary' is not one of"),
        ('format = "keepclear node 2"\nrecord = "r"\nparty = "A"', "newer version"),
        ('format = "keepclear node 1"\nrecord = 7\n', "text in quotes"),
        ('format = "keepclear node 1"\nrecord = "a b"\nparty = "A"', "a name"),
        ('format = "keepclear node 1"\n', "record is missing"),
        ('format = "keepclear node 1"\nrecord = "r"\nparty = "A/B"\n', "without /"),
        ('format = "keepclear node 1"\nrecord = "r"\n', "whose node it is"),
        ('format = "keepclear node 1"\nrecord = "r"\nparty = "A"\nsecretariat = true', "whose"),
        ('format = "keepclear node 1"\nrecord = "r"\nsecretariat = false', "must be true"),
        ("\x00\xff", "damaged"),
        ("x" * 200_000, "damaged"),
    ],
)
def test_settings_that_are_not_known_are_refused(folder, text, words):
    (folder / "node.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises(ConfigurationError, match=words):
        open_home(folder)


@pytest.mark.parametrize("which", ["record", "message"])
def test_a_key_that_others_may_read_is_refused(folder, which):
    for bits in (0o640, 0o604, 0o644, 0o620):
        (folder / "keys" / which).chmod(bits)
        with pytest.raises(ConfigurationError, match="others may read the key"):
            open_home(folder)


@pytest.mark.parametrize("data", [b"", b"AAAA\n", b"not base64 at all!", b"\xff" * 900])
def test_a_damaged_key_is_refused_and_not_made_anew(folder, data):
    place = folder / "keys" / "record"
    place.write_bytes(data)
    with pytest.raises(ConfigurationError, match="is damaged"):
        open_home(folder)
    assert place.read_bytes() == data


def test_a_missing_key_is_named(folder):
    (folder / "keys" / "record").unlink()
    with pytest.raises(ConfigurationError, match="cannot be read"):
        open_home(folder)


def test_a_folder_that_others_may_enter_is_refused(folder, capsys):
    folder.chmod(0o750)
    assert "others may enter" in sentence(capsys, "status", folder)[1]


def test_a_folder_that_is_no_node_is_said(tmp_path, capsys):
    for place in (tmp_path, tmp_path / "nothing", PLAN):
        code, said = sentence(capsys, "list", place)
        assert code == 3
        assert "is no node" in said


def test_a_second_process_is_kept_out(folder, capsys):
    with running(str(folder)):
        code, said = sentence(capsys, "declare", folder, PLAN)
    assert (code, "in use by another process" in said) == (3, True)


def test_status_of_a_node_in_use_is_what_can_be_seen_beside_it(folder, capsys):
    assert main(["status", str(folder), "--json"]) == 0
    alone = json.loads(capsys.readouterr().out)
    with running(str(folder)):
        assert main(["status", str(folder), "--json"]) == 0
        beside = json.loads(capsys.readouterr().out)
        (folder / "checkpoint").unlink()
        assert main(["status", str(folder)]) == 0
    assert "in use by another process" in beside.pop("in_use")
    assert beside.pop("checkpoint") == f"{alone['entries']} {alone.pop('checkpoint')}"
    assert beside.items() <= alone.items()


def test_a_newer_database_is_refused_and_not_touched(folder, capsys):
    store = SqliteStore(folder / "node.db")
    store._db.execute("INSERT INTO migration VALUES (99, 'future', 'x')")
    store.close()
    before = whole(folder)
    code, said = sentence(capsys, "declare", folder, PLAN)
    assert (code, "newer keepclear" in said) == (3, True)
    assert whole(folder) == before


def test_a_torn_checkpoint_is_refused_and_kept(folder, capsys):
    (folder / "checkpoint").write_bytes(b"keepclear/al")
    assert "does not verify" in sentence(capsys, "status", folder)[1]
    assert (folder / "checkpoint").read_bytes() == b"keepclear/al"


def test_a_lost_checkpoint_is_signed_anew(folder):
    before = (folder / "checkpoint").read_bytes()
    (folder / "checkpoint").unlink()
    with running(str(folder)):
        pass
    assert (folder / "checkpoint").read_bytes() == before


DECLARES = """
import os, pkgutil, resource, sys
import keepclear
from keepclear.app import main
from keepclear.node.fastpath import prepare_cache
from keepclear.node.standing import load_finder

prepare_cache()
for one in pkgutil.walk_packages(keepclear.__path__, "keepclear."):
    if not one.name.endswith("__main__"):
        __import__(one.name)
load_finder()
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(line), int(line)))
        os.dup2(2, 1)
        code = main(["declare", sys.argv[1], sys.argv[2]])
        sys.stderr.flush()
        os._exit(code)  # letting go of all that was imported takes longer than the rest
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""For each size on standard input a process of its own, in which no file may grow beyond that: what a
full disk does to whoever writes. All of them come from one that has imported everything before."""


def test_a_full_disk_is_one_sentence_and_the_data_stay_whole(folder, tmp_path):
    """The limit grows, so that the disk is full at one step after another."""
    codes, said = [], tmp_path / "said"
    with (
        said.open("w") as err,
        subprocess.Popen(
            [sys.executable, "-c", DECLARES, str(folder), str(PLAN)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=err, text=True,
        ) as declares,
    ):  # fmt: skip
        for size in range(20_000, 140_000, 8_000):
            print(size, file=declares.stdin, flush=True)
            codes.append(int(declares.stdout.readline()))
            text = said.read_text()
            assert "Traceback" not in text
            assert "fault in keepclear" not in text, text
            with running(str(folder)) as (_, node):  # it opens, and says what its record says
                kept = node.store.size()
        declares.stdin.close()
    assert 3 in codes  # it was full
    assert kept > 0  # and at last it was not


def test_a_folder_that_may_not_be_written_is_one_sentence():
    """As another user where this one is root, whom no mode keeps out."""
    with TemporaryDirectory() as place:
        make_home(Path(place) / "node", "Alder")
        with running(f"{place}/node"):
            pass
        _may_not_be_written(Path(place), Path(place) / "node")


def _may_not_be_written(place, folder):
    root = os.geteuid() == 0
    if root:
        for path in (place, folder, *folder.rglob("*")):
            os.chown(path, 65534, 65534)
    paths = [*folder.rglob("*"), folder]
    for path in paths:
        path.chmod(0o500 if path.is_dir() else 0o400)
    before = whole(folder)
    script = (
        "import os, sys\nfrom keepclear.app import main\n"
        "import keepclear.node.start, keepclear.node.declaring, keepclear.faces.telling\n"
        "import keepclear.detect.fast.standing, keepclear.integrity.examine\n"
        "from keepclear.node.geoid import load_geoid; load_geoid()\n"
        "from keepclear.store.migrations import migrations_of; migrations_of('sqlite')\n"
        f"{'os.setgid(65534); os.setuid(65534)' if root else ''}\n"
        "sys.exit(main(['status', sys.argv[1]]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    for path in reversed(paths):
        path.chmod(0o700)
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert "node.db" in done.stderr
    assert whole(folder) == before


def test_a_name_that_is_no_party_is_refused():
    with pytest.raises(UsageError, match="without /"):
        make_home(Path("/nowhere"), "A/B")


def test_kill_loses_nothing_and_does_nothing_twice():
    """The short form of ``make kill-loop``."""
    found = kill.run(5, seed=1)
    assert (found.lost, found.twice, found.broken) == (0, 0, 0)
    assert found.kills == 5
    assert found.answered >= 5
