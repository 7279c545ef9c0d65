"""Requests and answers over frames, both ends in one loop: parts, slow readers, and those who leave."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.faces.api.route import BODY_BYTES_MAX
from keepclear.faces.front.feeding import Feeding
from keepclear.faces.front.frames import FROM_FRONT, FROM_NODE, Cutter, packed
from keepclear.faces.front.passing import CutShortError, Passing, whole_body
from tests.patience import PATIENCE_S

OK = {"type": "http.response.start", "status": 200, "headers": [(b"x", b"y")]}


class Both:
    """The two ends, with every frame packed and read between them."""

    def __init__(self, app):
        self.lines, self.said = [], []
        self.passing = Passing(self._to_node)
        self.feeding = Feeding(app, self._to_front, self.lines.append)
        self._node, self._front = Cutter(FROM_FRONT), Cutter(FROM_NODE)

    def _to_node(self, frame):
        self.said.append(type(frame).__name__)
        for one in self._node.frames(packed(frame)):
            self.feeding.heard(one)

    def _to_front(self, frame):
        self.said.append(type(frame).__name__)
        for one in self._front.frames(packed(frame)):
            self.passing.heard(one)


class Client:
    """One request, and what its sender sees of the answer."""

    def __init__(self, path=b"/", body=b"", headers=()):
        self.scope = {
            "type": "http", "method": "POST", "raw_path": path, "query_string": b"q=1",
            "headers": list(headers), "client": ("127.0.0.1", 1), "http_version": "1.1",
        }  # fmt: skip
        self.body, self.seen, self.left = body, [], asyncio.Event()
        self.reads = asyncio.Event()
        self.reads.set()

    async def receive(self):
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        await self.reads.wait()
        self.seen.append(message)

    @property
    def text(self):
        return b"".join(one.get("body", b"") for one in self.seen)

    async def ask(self, both):
        await both.passing.answer(self.scope, self.body, self.receive, self.send)


def play(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, PATIENCE_S))


async def echo(scope, receive, send):
    message = await receive()
    assert not message["more_body"]
    await send(OK)
    await send({"type": "http.response.body", "body": scope["raw_path"] + b" " + message["body"]})


@settings(max_examples=20)
@given(st.lists(st.binary(max_size=30), min_size=1, max_size=8))
def test_each_is_answered_what_it_asked(bodies):
    async def run():
        both = Both(echo)
        clients = [Client(b"/%d" % at, body) for at, body in enumerate(bodies)]
        await asyncio.gather(*(one.ask(both) for one in clients))
        for at, one in enumerate(clients):
            assert one.seen[0]["status"] == 200
            assert one.seen[0]["headers"] == [(b"x", b"y")]
            assert one.text == b"/%d %b" % (at, bodies[at])
        assert not both.passing._open
        assert not both.feeding._open

    play(run())


def test_a_large_answer_comes_whole_and_in_parts():
    large = bytes(range(256)) * 12_000

    async def app(_, __, send):
        await send(OK)
        await send({"type": "http.response.body", "body": large})

    async def run():
        both, one = Both(app), Client()
        await one.ask(both)
        assert one.text == large
        assert len(one.seen) == 1 + 4
        assert [piece["more_body"] for piece in one.seen[1:]] == [True, True, True, False]

    play(run())


def test_for_one_who_reads_slowly_at_most_one_part_is_under_way():
    made = []

    async def app(_, __, send):
        await send(OK)
        for number in range(1_000):
            made.append(number)
            await send({"type": "http.response.body", "body": b"x" * 1_000, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def run():
        both, slow, quick = Both(app), Client(), Client()
        slow.reads.clear()
        asking = asyncio.create_task(slow.ask(both))
        for _ in range(100):
            await asyncio.sleep(0)
        assert len(made) == 1
        await quick.ask(both)
        assert len(quick.text) == 1_000_000, "nobody waits for the slow one"
        slow.reads.set()
        await asking
        assert slow.text == quick.text

    play(run())


def test_one_who_leaves_ends_a_stream_at_both_ends():
    ended = []

    async def app(_, receive, send):
        await receive()
        await send(OK)
        sending = asyncio.create_task(pieces(send))
        assert (await receive())["type"] == "http.disconnect"
        sending.cancel()
        ended.append(True)

    async def pieces(send):
        while True:
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
            await asyncio.sleep(0)

    async def run():
        both, one = Both(app), Client()
        asking = asyncio.create_task(one.ask(both))
        while len(one.seen) < 5:  # noqa: ASYNC110 - turns are counted
            await asyncio.sleep(0)
        one.left.set()
        await asking
        await both.feeding.finished(PATIENCE_S)
        assert ended
        assert not both.passing._open
        assert not both.feeding._open
        assert both.said.count("Gone") == 1

    play(run())


def test_a_body_that_was_cut_short_is_one_for_the_application_too():
    seen = []

    async def app(_, receive, send):
        seen.append((await receive())["type"])
        await send(OK)
        await send({"type": "http.response.body", "body": b"refused"})

    async def run():
        both = Both(app)
        await Client(body=None).ask(both)
        await both.feeding.finished(PATIENCE_S)
        assert seen == ["http.disconnect"]
        assert both.said == ["Begins", "Starts"], "nobody is there for the rest"

    play(run())


def test_a_fault_before_an_answer_is_a_500_and_after_its_beginning_no_whole_answer():
    async def early(*_):
        raise ZeroDivisionError("144.5 secret")

    async def late(_, __, send):
        await send(OK)
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise ZeroDivisionError("144.5 secret")

    async def silent(*_):
        pass

    async def run():
        for app in (early, silent):
            both, one = Both(app), Client()
            await one.ask(both)
            assert [one.seen[0]["status"], one.text] == [500, b"Internal Server Error"]
        both, one = Both(late), Client()
        with pytest.raises(CutShortError):
            await one.ask(both)
        assert one.seen[-1]["more_body"]
        (line,) = both.lines
        assert line["fault"] == "ZeroDivisionError"
        assert "secret" not in str(line)

    play(run())


def test_when_the_front_is_gone_decisions_go_on_and_streams_end():
    done, decided = [], asyncio.Event()

    async def app(scope, receive, _):
        if scope["raw_path"] == b"/stream":
            await receive()
            assert (await receive())["type"] == "http.disconnect"
        else:
            await decided.wait()
        done.append(scope["raw_path"])

    async def run():
        both = Both(app)
        asking = [asyncio.create_task(Client(path).ask(both)) for path in (b"/stream", b"/decide")]
        await asyncio.sleep(0.01)
        both.feeding.leave()
        await asyncio.sleep(0.01)
        assert done == [b"/stream"]
        decided.set()
        await both.feeding.finished(PATIENCE_S)
        assert done == [b"/stream", b"/decide"]
        for one in asking:
            one.cancel()

    play(run())


@pytest.mark.parametrize(
    ("parts", "length", "found"),
    [
        ([b""], None, b""),
        ([b"ab", b"", b"c"], None, b"abc"),
        ([b"ab", None], None, None),
        ([None], None, None),
        ([b"x" * BODY_BYTES_MAX], BODY_BYTES_MAX, b"x" * BODY_BYTES_MAX),
        ([b"x" * 3_000_000] * 9, None, b"x" * (BODY_BYTES_MAX + 1)),
        ([b"never read"], BODY_BYTES_MAX + 1, b""),
    ],
)
def test_a_body_is_read_whole_and_no_further_than_shows_that_it_is_too_large(parts, length, found):
    left = list(parts)

    async def receive():
        part = left.pop(0)
        if part is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": part, "more_body": bool(left)}

    headers = [] if length is None else [(b"content-length", b"%d" % length)]
    assert asyncio.run(whole_body({"headers": headers}, receive)) == found
    if len(parts) == 9:
        assert len(left) == 7, "the rest is left unread"
    if found == b"" and length:
        assert left, "what says that it is too large is not read"
