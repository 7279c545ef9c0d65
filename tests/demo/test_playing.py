"""Scenarios on real nodes: what is expected is looked for, what is missed is told, nothing stays."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from keepclear.app import main
from keepclear.errors import ConfigurationError
from keepclear.faces.demo.certificate import certificate, pem, private_key
from keepclear.node.home import make_home
from keepclear.node.start import running
from keepclear.node.stepped import SteppedClock
from keepclear.record.note import Signer
from tests.patience import PATIENCE_S

HERE = Path(__file__).parent
TWO = (HERE / "two.scenario").read_text(encoding="utf-8")
HAS_PROC = pytest.mark.skipif(
    not Path("/proc/self").exists(), reason="looks for processes in /proc"
)
MODULE = "keepclear.faces.demo.process"
SHORT = """\
keepclear scenario 1
day 2015-11-20
party Alder
party Birch
lines between all
at 06:41Z
Birch stops Alder: people of a partner
    asks cease
"""


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Where the player makes its folders."""
    place = tmp_path / "tmp"
    place.mkdir()
    monkeypatch.setenv("TMPDIR", str(place))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return place


def script(tmp_path, text):
    file = tmp_path / "play.scenario"
    file.write_text(text, encoding="utf-8")
    return str(file)


def nodes_in(place):
    """Processes of nodes below a folder."""
    found = []
    for one in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = one.read_bytes().split(b"\0")
        except OSError:
            continue
        if MODULE.encode() in words and any(str(place).encode() in word for word in words):
            found.append(int(one.parent.name))
    return found


def gone(place):
    """That no node below a folder runs any more."""
    end = time.monotonic() + PATIENCE_S
    while nodes_in(place):
        if time.monotonic() > end:
            return False
        threading.Event().wait(0.05)
    return True


def test_two_desks_play_what_is_written(temporary, capsys):
    assert main(["demo", "--script", str(HERE / "two.scenario")]) == 0
    said = capsys.readouterr().out
    assert "expectations, all met" in said
    assert len(re.findall("✓", said)) == TWO.count("\nexpect ")
    assert re.search(r"06:41:00 +Birch stops Alder", said)
    assert list(temporary.iterdir()) == []
    assert nodes_in(temporary) == []


def test_three_desks_say_all_that_a_scenario_may_say(temporary, capsys):
    code = main(["demo", "-q", "--script", str(HERE / "three.scenario")])
    assert code == 0, capsys.readouterr().err
    assert list(temporary.iterdir()) == []


def test_changes_that_are_only_supposed_in_the_acts_are_judged_so_by_the_nodes(temporary, capsys):
    code = main(["demo", "-q", "--script", str(HERE / "changes.scenario")])
    assert code == 0, capsys.readouterr().err
    assert list(temporary.iterdir()) == []


def test_what_is_missed_is_told_with_its_line_and_what_is_there(tmp_path, temporary, capsys):
    text = (
        f"{SHORT}expect Birch sees the stop to Alder raised\n"
        "expect Alder sees the stop from Birch stopped\n"
    )
    assert main(["demo", "--script", script(tmp_path, text)]) == 1
    said = capsys.readouterr()
    assert "play.scenario line 10: expect Alder sees the stop from Birch stopped" in said.err
    assert "the stop stands at: raised, desk alerted" in said.err
    assert "✗ line 10" in said.out
    assert list(temporary.iterdir()) == []
    assert nodes_in(temporary) == []


BESIDE = """\
Alder declares operation A1
    circle (31.3 S 144.3 E) 1 km
    heights FL100 to FL120
    from 06:50Z to 07:50Z
Alder amends A1
    like A1
    circle (31.3 S 144.3 E) 2 km
suppose Birch declares operation B1
    like Alder/A1
expect side by side Alder/A1 crosses Birch/B1
    area 12.57 km2
    from 06:50Z to 07:50Z
"""


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ("12.57", "12.57", ""),
        ("12.57", "12.75", "the shared area is 12.57 km2, expected 12.75 km2"),
    ],
)
def test_two_records_side_by_side_say_what_neither_desk_is_told(
    tmp_path, temporary, capsys, was, now, says
):
    """The newest version is compared; a figure that is not there is told with its line."""
    text = f"{SHORT}{BESIDE}"
    assert main(["demo", "-q", "--script", script(tmp_path, text.replace(was, now))]) == bool(says)
    said = capsys.readouterr().err
    line = text.splitlines().index("expect side by side Alder/A1 crosses Birch/B1") + 1
    assert says in said
    assert f"play.scenario line {line}: expect side by side" in said or not says
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("Alder verifies A1\n    refused life.no-such\n", "it was refused with declaration.unknown"),
        ("Alder says to Birch: good morning\n    refused line.none\n",
         "it was done; expected that it is refused with line.none"),
    ],
)  # fmt: skip
def test_a_step_that_cannot_be_done_ends_the_play(tmp_path, temporary, capsys, more, says):
    assert main(["demo", "-q", "--script", script(tmp_path, SHORT + more)]) == 1
    assert says in capsys.readouterr().err
    assert list(temporary.iterdir()) == []


def begun(tmp_path, text):
    """The player in a process of its own, once its nodes are there."""
    player = subprocess.Popen(
        [sys.executable, "-m", "keepclear", "demo", "--script", script(tmp_path, text)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp")},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )  # whoever runs the tests in the background may have made it ignore that signal
    while len(nodes_in(tmp_path)) < 2:
        assert player.poll() is None, player.communicate()
        threading.Event().wait(0.02)
    return player


@HAS_PROC
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_however_the_player_ends_nothing_runs_on(tmp_path, temporary, how):
    player = begun(tmp_path, f"{SHORT}wait 400h\n")
    player.send_signal(how)
    player.communicate(timeout=PATIENCE_S)
    assert gone(tmp_path)
    if how is signal.SIGINT:
        assert player.returncode == 130
    if how is not signal.SIGKILL:  # who is killed clears nothing away
        assert list(temporary.iterdir()) == []


def test_what_is_kept_is_left_and_cannot_be_served(tmp_path, capsys):
    kept = tmp_path / "kept"
    text = (
        f"{SHORT}Alder declares operation A1\n    circle (31.3 S 144.3 E) 1 km\n"
        "    heights FL100 to FL120\n    from 06:50Z to 07:50Z\n"
        "expect the bundle of Alder/A1 verifies\n"
    )
    assert main(["demo", "-q", "--script", script(tmp_path, text), "--keep", str(kept)]) == 0
    assert (kept / "alder-a1.bundle.json").exists()
    for words in (["serve", "--port", "0"], ["status"], ["list"]):
        assert main([words[0], str(kept / "alder"), *words[1:]]) == 3
        assert "lives on a stepped clock" in capsys.readouterr().err
    assert main(["demo", "--script", script(tmp_path, SHORT), "--keep", str(kept)]) == 2
    assert "is not empty" in capsys.readouterr().err


def test_serve_has_no_way_to_a_stepped_clock(tmp_path):
    """The option does not exist, and a folder with such a clock is opened by who has it alone."""
    from keepclear.faces.serve import serve

    assert not [one.name for one in serve.params if "clock" in one.name or "time" in one.name]
    home = make_home(tmp_path / "alder", "Alder")
    clock = SteppedClock.made(home.folder, 1_448_000_000_000_000)
    with running(str(home.folder), clock.now_us) as (_, node):
        assert node.now_us() == 1_448_000_000_000_000
        clock.set(1_448_000_020_000_000)
        assert node.now_us() == 1_448_000_020_000_000
    with pytest.raises(ConfigurationError, match="stepped clock"), running(str(home.folder)):
        pass
    with pytest.raises(AssertionError):
        clock.set(1_448_000_000_000_000)
    clock.close()


def test_a_folder_without_such_a_clock_is_not_given_one(tmp_path):
    home = make_home(tmp_path / "alder", "Alder")
    with pytest.raises(ConfigurationError, match="has no stepped clock"):
        SteppedClock(home.folder)
    with running(str(home.folder)) as (_, node):
        assert node.now_us() > 1_700_000_000_000_000


@pytest.mark.parametrize("number", [1, 127, 128, 2**63])
def test_a_certificate_is_one_that_the_system_reads(tmp_path, number):
    import ssl

    key = Signer("Alder/tls", bytes(range(32)))
    der = certificate("Alder", key, number)
    (tmp_path / "a.crt").write_bytes(pem("CERTIFICATE", der))
    (tmp_path / "a.key").write_bytes(pem("PRIVATE KEY", private_key(key)))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "a.crt", tmp_path / "a.key")  # the two belong together
    read = ssl._ssl._test_decode_cert(str(tmp_path / "a.crt"))
    assert int(read["serialNumber"], 16) == number
    assert read["subject"] == ((("commonName", "Alder"),),) == read["issuer"]
    assert read["subjectAltName"] == (("IP Address", "127.0.0.1"),)
    assert ssl.PEM_cert_to_DER_cert((tmp_path / "a.crt").read_text()) == der
