"""How a node and its front live and end, as real processes: what was answered is kept."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from keepclear.app import main
from keepclear.errors import ConfigurationError
from keepclear.faces.api.limits import PER_ADDRESS
from keepclear.faces.api.reached import Place
from keepclear.faces.api.server import listening
from keepclear.faces.front.child import Child
from keepclear.node.home import make_home
from tests.front.processes import Load, filled, listens, lives, stand, stop, two, waited


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "node"


def test_a_front_that_is_killed_or_hangs_is_followed_by_another_and_nothing_answered_is_lost(
    folder,
):
    tokens = filled(folder)
    with two(folder) as both:
        load = Load(both, tokens, again=True)
        seen = []
        for sign in (signal.SIGKILL, signal.SIGSTOP):
            load.goes_on()
            seen.append(waited(lambda: both.front))
            os.kill(seen[-1], sign)
            waited(lambda: both.front not in {0, seen[-1]})
        load.goes_on()
        load.stop()
        stop(both, signal.SIGTERM)
        assert both.wait() == 0
        said = both.log.read_text()
        assert len(set(seen)) == 2
        assert load.failed, "those who were cut off noticed"
    assert said.count('"event":"front begun again"') == 2
    assert said.count("ended by signal 9") == 2
    assert "Traceback" not in said
    found = stand(folder)
    assert load.answered.items() <= found.items()
    assert set(found.values()) == {1}, "what was asked again had its effect once"
    asked_more = set(found) - set(load.answered)
    assert not asked_more, "each went on until it was answered"


def test_told_to_stop_in_mid_load_everything_asked_is_answered(folder):
    tokens = filled(folder)
    with two(folder) as both:
        load = Load(both, tokens, again=False)
        load.goes_on()
        front = both.front
        with both.client(tokens["Alder"]) as http, http.stream("GET", "/api/v1/events") as stream:
            pieces = stream.iter_bytes()
            assert next(pieces).startswith(b"retry:")
            stop(both, signal.SIGTERM)
            b"".join(pieces)  # it ends well: a stream that is cut off raises
        assert both.wait() == 0
        load.stop()
        assert not lives(front)
        assert not listens(both.port)
        said = both.log.read_text()
    assert "everything that was answered is kept" in said
    assert "Traceback" not in said
    assert "front begun again" not in said
    assert stand(folder) == load.answered, "nobody was cut off between the decision and its answer"


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_front_listens_to_no_signal_but_its_node_does(folder, sign):
    make_home(folder, "Alder")
    with two(folder) as both:
        front = both.front
        os.kill(front, sign)
        with both.client() as http:
            assert http.get("/healthz").status_code == 200
        assert both.front == front
        stop(both, sign)
        assert both.wait() == 0
        assert not lives(front)


def test_where_the_node_is_killed_its_front_ends_and_the_port_is_free(folder):
    make_home(folder, "Alder")
    with two(folder) as both:
        front = both.front
        with both.client() as http:
            assert http.get("/healthz").status_code == 200
            both.process.kill()
            both.wait()
            with listening(Place("127.0.0.1", both.port)):
                pass
            waited(lambda: not lives(front))
    with two(folder) as again, again.client() as http:
        assert http.get("/readyz").status_code == 200


def test_a_front_that_cannot_be_says_why_in_one_sentence(folder, tmp_path, capsys):
    (tmp_path / "c.pem").write_text("nothing")
    files = str(tmp_path / "c.pem"), str(tmp_path / "c.pem")
    with listening(Place("127.0.0.1", 0)) as listener:
        one = Child(Place("127.0.0.1", 0, (), *files), PER_ADDRESS, listener)
        with pytest.raises(ConfigurationError, match="cannot be used"):
            one.warm()
        one.end()
        one = Child(Place("127.0.0.1", 0), PER_ADDRESS, listener)
        one.kill()
        with pytest.raises(ConfigurationError, match="never ready; it ended by signal 9"):
            one.warm()
    make_home(folder, "Alder")
    words = ["--front", "--port", "0", "--tls-cert", files[0], "--tls-key", files[1]]
    assert main(["serve", str(folder), *words]) == 3
    said = capsys.readouterr().err
    assert "cannot be used" in said
    assert "Traceback" not in said


def test_a_front_imports_nothing_from_where_the_node_was_started(tmp_path, monkeypatch):
    for name in ("msgspec", "signal", "keepclear"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    with listening(Place("127.0.0.1", 0)) as listener:
        one = Child(Place("127.0.0.1", 0), PER_ADDRESS, listener)
        try:
            one.warm()
        finally:
            one.kill()
            one.end()


def test_a_start_that_fails_leaves_no_front_behind(folder, capsys):
    make_home(folder, "Alder")
    (folder / "keys" / "record").unlink()
    before = children()
    began_s = time.monotonic()
    assert main(["serve", str(folder), "--front", "--port", "0"]) == 3
    assert children() == before, "none lives on"
    assert "Traceback" not in capsys.readouterr().err
    assert time.monotonic() - began_s < 60


def files_of(pid):
    """What a process holds open, as the system names it."""
    return [str(one.readlink()) for one in Path(f"/proc/{pid}/fd").iterdir()]


def children():
    """The processes that this one has begun."""
    return set(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split())


def test_a_front_holds_its_sockets_and_nothing_else_of_the_node(folder):
    make_home(folder, "Alder")
    with two(folder) as both, both.client() as http:
        assert http.get("/healthz").status_code == 200
        held = files_of(both.front)
        files = [one for one in held if one.startswith("/") and not one.startswith("/dev/")]
        own = [one for one in files if "site-packages" not in one]
        assert own == [str(both.log)], "what it says about a fault of its own goes to the log"
        assert not any(str(folder) in one for one in held)
        node = files_of(both.process.pid)
        assert any(str(folder) in one for one in node), "the node does hold its store"
