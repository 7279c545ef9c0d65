"""What a node behind a front does: streams that go on and end, paces, logs, and fronts that fall."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from contextlib import closing, suppress

import httpx2
import pytest

from keepclear.errors import ConfigurationError
from keepclear.faces.api import speaking, stream
from keepclear.faces.api.limits import Pace
from keepclear.faces.front import behind
from keepclear.faces.front.passing import CutShortError
from keepclear.faces.front.quick import Outlet, Preparer
from keepclear.faces.front.trusted import Trusted
from keepclear.node import views
from tests.api.service import Doors
from tests.front.processes import waited
from tests.front.service import running
from tests.node.world import operation
from tests.patience import PATIENCE_S

HERE = "/api/v1/declarations"
ALDER = {"Authorization": "Bearer Alder/duty"}


def ids(response, wanted):
    found = []
    for line in response.iter_lines():
        if line.startswith("id: "):
            found.append(int(line[4:]))
            if len(found) == wanted:
                return found
    return found


def raw(node, text, *, receive_bytes=None):
    """A connection on which something was asked by hand."""
    connection = socket.socket()
    if receive_bytes:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    connection.settimeout(PATIENCE_S)
    connection.connect(("127.0.0.1", node.served.port))
    connection.sendall(text)
    return connection


def asked(path, *more):
    lines = ("GET " + path + " HTTP/1.1", "Host: localhost", "Authorization: Bearer Alder/duty")
    return ("\r\n".join([*lines, *more]) + "\r\n\r\n").encode()


def test_a_stream_goes_on_from_the_last_event_and_follows_and_is_forgotten_when_left():
    with running() as node:
        alder = node.as_("Alder/duty")
        for name in "123":
            assert alder.declare(operation(name)).status_code == 201
        tail = node.service.tail
        with node.http.stream("GET", "/api/v1/events?after=0", headers=ALDER) as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            every = ids(response, 3)
        waited(lambda: not tail.streams)
        last = {"Last-Event-ID": str(every[0]), **ALDER}
        with node.http.stream("GET", "/api/v1/events", headers=last) as response:
            lines = response.iter_lines()
            seen = [next(line for line in lines if line.startswith("id: ")) for _ in range(2)]
            assert seen == [f"id: {number}" for number in every[1:3]]
            assert tail.streams == 1
            with node.served.client() as other:
                said = other.post(
                    HERE, content=b"{}", headers={**ALDER, "Content-Type": "application/json"}
                )
                assert said.status_code == 400
            node.world.declare(operation("4"))
            node.service.decided()
            assert next(line for line in lines if line.startswith("id: "))
        waited(lambda: not tail.streams)


def test_streams_end_well_when_the_node_is_told_to_stop(monkeypatch):
    monkeypatch.setattr(stream, "QUIET_S", 0.05)
    with running() as node, node.http.stream("GET", "/api/v1/events", headers=ALDER) as response:
        pieces = response.iter_bytes()
        assert next(pieces) == b"retry: 2000\n\n"
        node.served.stop()
        b"".join(pieces)  # a connection that is cut off raises


def test_one_who_reads_nothing_holds_up_nobody_and_fills_no_memory(monkeypatch):
    """Their stream stands still at the node, once what lies between is full."""
    made = []

    def large(event):
        made.append(event)
        return b"id: 1\n" + b":" + b"x" * 1_000_000 + b"\n\n"

    monkeypatch.setattr(stream, "_written", large)
    with running() as node:
        alder = node.as_("Alder/duty")
        for number in range(30):
            alder.declare(operation(str(number), start=10 * number, end=10 * number + 5))
        silent = raw(node, asked("/api/v1/events?after=0"), receive_bytes=10_000)
        waited(lambda: made)
        for _ in range(50):
            assert alder.get(HERE).status_code == 200
        assert len(made) < 20, "what the two sockets of a connection hold, and one part at each end"
        silent.close()
        waited(lambda: not node.service.tail.streams)


def test_who_sends_slowly_holds_up_nobody():
    with running() as node:
        slow = raw(node, b"POST " + HERE.encode() + b" HTTP/1.1\r\nHost: localh")
        slower = raw(node, asked(HERE, "Content-Length: 9").replace(b"GET", b"POST") + b"{")
        assert node.as_("Alder/duty").get(HERE).status_code == 200
        slower.close()
        waited(lambda: any(one.get("status") in {400, 415} for one in node.log))
        slow.sendall(b"ost\r\n\r\n")
        assert slow.recv(100).startswith(b"HTTP/1.1 401")
        slow.close()


def test_heads_that_are_too_large_and_paces_are_refused_in_front_and_logged_by_the_node():
    with running(address=Pace(0.001, 3)) as node:
        large = {"Cookie": "x" * 100_001}
        found = [
            node.http.get("/healthz", headers=large),
            *(node.http.get("/healthz") for _ in "123"),
        ]
        assert [one.status_code for one in found] == [431, 200, 200, 429]
        assert found[-1].json()["code"] == "limit.address"
        assert int(found[-1].headers["retry-after"]) > 1
        for one in found:
            assert one.headers["content-security-policy"].startswith("default-src 'none'")
        waited(lambda: len(node.log) == 4)
        refused = [one for one in node.log if one["status"] >= 400]
        assert [(one["status"], one["route"], one["from"]) for one in refused] == [
            (431, "", "127.0.0.1"),
            (429, "", "127.0.0.1"),
        ]
        text = node.service.figures.text(node.world.node).decode()
        assert 'keepclear_requests_total{route="",status="429"} 1.0' in text


@pytest.mark.parametrize("size", [60_000, 100_001, 1_000_000, 17_000_000])
def test_no_address_and_no_header_makes_a_front_fall(size):
    """A frame has a limit, and what is longer ends the connection: no client may bring that about."""
    with running() as node:
        for text in (
            b"GET /" + b"a" * size + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
            b"GET /healthz?" + b"a" * size + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
            b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * size + b"\r\n\r\n",
            b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * (size // 6) + b"\r\n",
        ):
            with suppress(ConnectionError), closing(raw(node, text)) as connection:
                assert connection.recv(100)[9:12] in {b"200", b"400", b"404", b"431"}
        first = node.served.behind.child
        assert node.as_().get("/healthz").status_code == 200
        assert node.served.behind.child is first
        assert not any("event" in one or "fault" in one for one in node.log)


def test_several_over_one_connection_are_answered_in_their_order():
    with running() as node:
        connection = raw(node, asked("/healthz") + asked("/readyz") + asked("/nothing"))
        text = b""
        while b"there is nothing" not in text:
            more = connection.recv(65_536)
            assert more
            text += more
        assert re.findall(rb"HTTP/1.1 (\d+)", text) == [b"200", b"200", b"404"]
        connection.close()


def test_a_front_that_falls_is_followed_and_what_was_decided_meanwhile_stands():
    with running() as node:
        assert node.as_("Alder/duty").declare(operation("1")).status_code == 201
        with (
            node.served.client() as other,
            other.stream("GET", "/api/v1/events", headers=ALDER) as cut,
        ):
            pieces = cut.iter_bytes()
            next(pieces)
            node.served.behind.child.kill()
            with pytest.raises(httpx2.TransportError):
                list(pieces)
        with node.served.client() as other:
            again = other.get(f"{HERE}/Alder/1", headers=ALDER)
            assert again.status_code == 200
        waited(lambda: not node.service.tail.streams)
        (line,) = [one for one in node.log if "event" in one]
        assert line == {"level": "error", "event": "front begun again", "why": "ended"}


def test_where_one_falls_after_the_other_the_node_ends_and_says_so():
    with running() as node:
        served = node.served
        for _ in range(behind._FALLS):
            child = served.behind.child
            child.kill()
            waited(lambda child=child: served.behind.child is not child or served.failed)
        waited(lambda: served.failed)
        assert isinstance(served.failed, ConfigurationError)
        assert "5 fronts fell within 60 s" in str(served.failed)
        assert "everything that was answered is kept" in str(served.failed)


def test_falls_that_lie_apart_end_nothing(monkeypatch):
    monkeypatch.setattr(behind, "_FALLS_S", 0.0)
    with running() as node:
        served = node.served
        for _ in range(behind._FALLS + 1):
            child = served.behind.child
            child.kill()
            waited(lambda child=child: served.behind.child is not child)
        with served.client() as http:
            assert http.get("/healthz").status_code == 200


def test_a_fault_behind_a_front_is_a_500_without_values(monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError("144.5 secret")

    with running() as node:
        monkeypatch.setattr(views, "page", broken)
        response = node.as_("Alder/duty").get(HERE)
        assert (response.status_code, response.json()["code"]) == (500, "internal")
        assert "secret" not in json.dumps(node.log) + response.text


def test_told_to_stop_it_answers_what_was_asked_before(monkeypatch):
    began = []

    def slow(*_, **__):
        began.append(time.monotonic())
        until_s = time.monotonic() + 0.5
        while time.monotonic() < until_s:
            pass
        return {}, ""

    with running() as node:
        monkeypatch.setattr(views, "page", slow)
        connection = raw(node, asked(HERE))
        waited(lambda: began)
        node.served.stop()
        assert connection.recv(100).startswith(b"HTTP/1.1 ")
        connection.close()


def test_a_front_believes_nobody_and_the_node_decides():
    """Whoever may come in is known by the node alone, and a change there holds for the next request."""

    class Closing(Doors):
        open = True

        def bearer(self, node, token):
            return super().bearer(node, token) if self.open else None

    doors = Closing()
    with running(doors=doors) as node:
        alder = node.as_("Alder/duty")
        assert alder.get(HERE).status_code == 200
        doors.open = False
        assert alder.get(HERE).status_code == 401
        assert node.as_("Alder/nobody").get(HERE).status_code == 401
        doors.open = True
        assert node.as_("Alder/reader").declare(operation("1")).status_code == 403


def test_a_front_that_says_what_is_no_frame_is_followed_by_another():
    with running() as node:
        served = node.served
        first = served.behind.child
        pipe = first._speaker._pipe
        first._loop.call_soon_threadsafe(pipe._transport.write, b"\xff" * 100)
        waited(lambda: served.behind.child is not first)
        with served.client() as http:
            assert http.get("/healthz").status_code == 200


def test_an_end_waits_for_nobody_who_reads_nothing(monkeypatch):
    monkeypatch.setattr(speaking, "FAREWELL_S", 1)
    monkeypatch.setattr(behind, "FAREWELL_S", 1)
    monkeypatch.setattr(stream, "_written", lambda _: b"id: 1\n:" + b"x" * 1_000_000 + b"\n\n")
    with running() as node:
        alder = node.as_("Alder/duty")
        for number in range(30):
            alder.declare(operation(str(number), start=10 * number, end=10 * number + 5))
        silent = raw(node, asked("/api/v1/events?after=0"), receive_bytes=10_000)
        waited(lambda: node.service.tail.streams)
        threading.Event().wait(0.5)
        node.served.stop()
        assert not node.served.alive
        silent.close()


def test_nothing_of_a_stranger_is_worked_on_in_front_and_nothing_large_of_anybody(monkeypatch):
    """To make a declaration ready may take seconds, and everybody would wait."""
    made = []
    whole = Preparer.ready

    def ready(self, number, query, headers, body):
        made.append(headers.get("authorization", ""))
        return whole(self, number, query, headers, body)

    monkeypatch.setattr(Preparer, "ready", ready)
    with running() as node:
        alder = node.as_("Alder/duty")
        for _ in range(3):
            assert node.as_("Alder/nobody").declare(operation("1")).status_code == 401
            assert node.as_("Alder/reader").declare(operation("1")).status_code == 403
        assert made == []
        assert [alder.declare(operation(name)).status_code for name in "123"] == [201, 201, 201]
        assert made == ["Bearer Alder/duty"] * 2, "the first goes whole, and tells who it is"
        large = operation("4", parts=operation("4").parts * 20)
        assert alder.declare(large).status_code == 201
        assert len(made) == 2
        assert node.as_("Alder/nobody").declare(operation("1")).status_code == 401
        assert len(made) == 2


def test_trust_ends_after_a_while_and_is_never_more_than_some():
    now = [0.0]
    trusted = Trusted(lambda: now[0])
    assert "a" not in trusted
    trusted.let_in("a")
    assert "a" in trusted
    assert "" not in trusted
    now[0] = 601.0
    assert "a" not in trusted
    for number in range(25_000):
        trusted.let_in(str(number))
    assert "24999" in trusted
    assert len(trusted._until_s) <= 10_000


def test_where_the_quick_way_ends_it_is_said_that_nobody_knows_and_the_other_way_goes_on(
    monkeypatch,
):
    async def cut(*_):
        raise CutShortError

    with running() as node:
        alder = node.as_("Alder/duty")
        assert alder.declare(operation("1")).status_code == 201
        with monkeypatch.context() as patch:
            patch.setattr(Outlet, "answer", cut)
            lost = alder.declare(operation("2"), **{"Idempotency-Key": "k"})
        assert (lost.status_code, lost.json()["code"]) == (503, "store")
        assert lost.headers["retry-after"]
        front = node.served.behind.child
        front._loop.call_soon_threadsafe(front._speaker._outlet.cut)
        waited(lambda: front._speaker._outlet._line is None)
        assert alder.declare(operation("2"), **{"Idempotency-Key": "k"}).status_code == 201
        assert node.served.behind.child is front
