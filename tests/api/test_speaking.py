"""The end of a server of clients: it waits for what was asked, and not for those who read nothing."""

from __future__ import annotations

import asyncio
import socket
import threading

from keepclear.faces.api import speaking
from keepclear.faces.api.reached import Place
from keepclear.faces.api.server import listening
from keepclear.faces.api.speaking import Speaking, config_of, loop_factory
from tests.patience import PATIENCE_S

PLACE = Place("127.0.0.1", 0)
PART = b"x" * 1_000_000
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Endless:
    """An answer that never ends, to whoever asks."""

    def __init__(self):
        self.parts = 0

    async def __call__(self, _, __, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while True:
            await send({"type": "http.response.body", "body": PART, "more_body": True})
            self.parts += 1
            await asyncio.sleep(0)


def test_one_who_reads_nothing_does_not_keep_the_process(monkeypatch):
    monkeypatch.setattr(speaking, "FAREWELL_S", 1)
    app = Endless()
    with listening(PLACE) as listener, socket.socket() as silent:
        server = Speaking(config_of(PLACE, app, lifespan="off"))

        def serve():
            with asyncio.Runner(loop_factory=loop_factory()) as runner:
                runner.run(server.serve(sockets=[listener]))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 10_000)
        silent.connect(listener.getsockname())
        silent.sendall(GET)
        seen = -1
        while seen != app.parts or not seen:  # until nothing more goes out
            seen = app.parts
            threading.Event().wait(0.3)
        server.should_exit = True
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
