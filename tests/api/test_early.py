"""While a node starts it says that it lives, and that it is not ready; then the same socket answers."""

from __future__ import annotations

import asyncio
import http.client
import itertools
import json
import socket
import threading
import time

import pytest

from keepclear.errors import StoreError
from keepclear.faces.api import snapshots
from keepclear.faces.api.early import early
from keepclear.faces.api.server import Place, listening
from keepclear.faces.api.tail import Tail
from keepclear.node import ledger
from keepclear.node.declaring import Request, declare
from tests.api.service import running
from tests.node.shelves import MemoryShelf, same
from tests.node.world import World, operation
from tests.patience import PATIENCE_S

PLACE = Place("127.0.0.1", 0)


def asked(port, method, path):
    one = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    one.request(method, path)
    answer = one.getresponse()
    text = answer.read()
    one.close()
    return answer.status, answer.headers, text


def test_it_lives_and_is_not_ready_and_says_how_far_it_is():
    with listening(PLACE) as listener:
        port = listener.getsockname()[1]
        with early(PLACE, listener) as state:
            assert json.loads(asked(port, "GET", "/healthz")[2]) == {"state": "alive"}
            state.tell(43, 100)
            for method, path in (
                ("GET", "/readyz"),
                ("POST", "/api/v1/declarations"),
                ("PUT", "x"),
            ):
                status, headers, text = asked(port, method, path)
                assert (status, headers["Retry-After"]) == (503, "1")
                assert json.loads(text)["code"] == "starting"
                assert "43 %" in json.loads(text)["detail"]
            assert asked(port, "HEAD", "/readyz")[2] == b""


def test_who_says_nothing_keeps_nobody_waiting_for_long_and_the_socket_is_handed_on():
    with listening(PLACE) as listener:
        port = listener.getsockname()[1]
        silent = socket.create_connection(("127.0.0.1", port))
        with early(PLACE, listener):
            assert asked(port, "GET", "/healthz")[0] == 200
        later = socket.create_connection(("127.0.0.1", port))
        later.sendall(b"GET /healthz HTTP/1.1\r\n\r\n")
        connection, _ = listener.accept()
        assert connection.recv(100).startswith(b"GET /healthz")
        for one in (silent, later, connection):
            one.close()


def kept():
    """A world with a snapshot, started from it."""
    world = World(shelf=MemoryShelf())
    world.arrange()
    for name in "123":
        world.declare(operation(name))
    world.node.keep_snapshot()
    world.node = world.start(world.shelf)
    return world


def test_ready_says_how_much_of_the_snapshot_is_compared_again(monkeypatch):
    monkeypatch.setattr(snapshots, "_AT_ONCE", 2)
    monkeypatch.setattr(snapshots, "_PAUSE_S", (0.0, 0.0))
    world = kept()
    size = world.store.size()
    with running(world) as node:
        for _ in range(1_000):
            found = node.as_().get("/readyz").json()
            if found["compared_percent"] == 100:
                break
        assert found == {"state": "ready", "compared_percent": 100}
    assert {"event": "record compared", "entries": size} in node.log


def test_what_was_changed_behind_the_snapshot_ends_all_answers_and_is_logged(monkeypatch):
    monkeypatch.setattr(snapshots, "_PAUSE_S", (0.0, 0.0))
    world = kept()
    world.store._leaves[2] = b"changed"
    with running(world) as node:
        for _ in range(1_000):
            status = node.as_().get("/readyz").status_code
            if status == 503:
                break
        assert status == 503
        assert node.as_("Alder/duty").declare(operation("4")).status_code == 503
    (line,) = [one for one in node.log if one.get("event") == "record compared"]
    assert "is not what its leaf stands for" in line["fault"]
    with pytest.raises(StoreError, match="restore the newest backup"):
        world.node.fresh()


def test_a_snapshot_is_kept_while_others_are_answered(monkeypatch):
    monkeypatch.setattr(ledger, "_KEPT_FROM", 5)
    monkeypatch.setattr(ledger, "_UNKEPT_MIN", 5)
    monkeypatch.setattr(ledger, "_UNKEPT_MAX", 5)
    monkeypatch.setattr(snapshots, "_LOOK_S", 0.01)
    world = World(shelf=MemoryShelf())
    with running(world) as node:
        for number in range(20):
            assert node.as_("Alder/duty").declare(operation(str(number))).status_code == 201
        for _ in range(1_000):
            node.as_().get("/healthz")
            if world.shelf.held is not None:
                break
    assert world.shelf.held is not None
    begun = world.start(world.shelf)
    assert begun.past.begun > 0
    assert same(begun, world.start())


def test_a_snapshot_is_kept_where_the_node_never_rests(monkeypatch):
    """More change while it is made ready for than are made ready in one go; somebody always waits."""
    monkeypatch.setattr(ledger, "_KEPT_FROM", 5)
    monkeypatch.setattr(ledger, "_UNKEPT_MIN", 5)
    monkeypatch.setattr(ledger, "_UNKEPT_MAX", 5)
    monkeypatch.setattr(snapshots, "_LOOK_S", 0.0)
    monkeypatch.setattr(snapshots, "_RESTS", -1)
    monkeypatch.setattr(snapshots, "_LATE_S", 0.5)
    world, numbers, ends = World(shelf=MemoryShelf()), itertools.count(), threading.Event()
    with running(world) as node:
        worker = node.service.worker

        def again(one):
            number = next(numbers)
            said = operation(f"R{number}", start=10 * number, end=10 * number + 5)
            declare(one, said, Request("one", "test", ""))
            if not ends.is_set():
                worker.ask(again)

        for _ in range(2 * snapshots._READY_AT_ONCE):
            worker.ask(again)
        until_s = time.monotonic() + 30
        while world.shelf.held is None and time.monotonic() < until_s:
            node.as_().get("/healthz")
        ends.set()
    assert world.shelf.held is not None


def test_a_snapshot_that_cannot_be_kept_is_said_and_hurts_nobody(monkeypatch):
    monkeypatch.setattr(ledger, "_KEPT_FROM", 1)
    monkeypatch.setattr(ledger, "_UNKEPT_MIN", 1)
    monkeypatch.setattr(ledger, "_UNKEPT_MAX", 1)
    monkeypatch.setattr(snapshots, "_LOOK_S", 0.0)
    shelf = MemoryShelf()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shelf, "put", full)
    with running(World(shelf=shelf)) as node:
        assert node.as_("Alder/duty").declare(operation("1")).status_code == 201
        for _ in range(1_000):
            node.as_().get("/healthz")
            if any("event" in one for one in node.log):
                break
        assert node.as_("Alder/duty").declare(operation("2")).status_code == 201
    assert {"event": "no snapshot kept", "why": "OSError"} in node.log


def test_what_is_done_beside_ends_with_the_service():
    """Nothing of it keeps a process from ending."""
    with running() as node:
        pass
    assert node.service.tail.stopping
    asyncio.run(asyncio.wait_for(snapshots.keep_snapshots(node.service), PATIENCE_S))


def test_a_write_that_fails_while_it_is_said_ends_no_looking_back():
    """Whoever shares a write is told that it failed, and so is this."""

    class Answers:
        tail = Tail()
        worker: object

        async def ask(self, *_, **__):
            return True

        async def answer(self, *_):
            raise StoreError("the write was lost")

    service = Answers()
    service.worker = service
    asyncio.run(snapshots._compare(service))
