"""Head and body of an answer are one write; nothing waits for longer than a turn of the loop."""

from __future__ import annotations

import asyncio

from keepclear.faces.api.joined import JoinedTransport

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"


class Transport:
    """Keeps what is done with it."""

    def __init__(self):
        self.done = []

    def write(self, data):
        self.done.append(data)

    def close(self):
        self.done.append("closed")

    def is_closing(self):
        return "closed" in self.done


def played(act):
    """What a transport was told: at once, and after a turn of the loop."""

    async def run():
        inner = Transport()
        joined = JoinedTransport(inner, asyncio.get_running_loop())
        act(joined)
        at_once = list(inner.done)
        await asyncio.sleep(0)
        assert joined.is_closing() == inner.is_closing()
        return at_once, inner.done

    return asyncio.run(run())


def writes(*pieces):
    def act(joined):
        for piece in pieces:
            joined.write(piece)

    return act


def test_a_body_goes_out_with_its_head():
    assert played(writes(HEAD, b"{}")) == ([HEAD + b"{}"],) * 2
    assert played(writes(HEAD, b"")) == ([HEAD],) * 2, "where there is none, too"
    assert played(writes(HEAD, b"{}", HEAD, b"[]")) == ([HEAD + b"{}", HEAD + b"[]"],) * 2


def test_a_head_alone_goes_out_in_the_next_turn():
    assert played(writes(HEAD)) == ([], [HEAD])


def test_what_is_no_head_or_asks_for_more_goes_out_at_once():
    for piece in (b"HTTP/1.1 100 Continue\r\n\r\n", b"data: x\n\n", b"a\r\n0123456789\r\n"):
        assert played(writes(piece)) == ([piece],) * 2


def test_what_waits_is_written_before_the_end():
    def act(joined):
        joined.write(HEAD)
        joined.close()

    assert played(act) == ([HEAD, "closed"],) * 2
