"""How the second implementation reaches others, and is reached: docs/protocol/link.md, *Over HTTPS*."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Self
from urllib.parse import urlsplit

NOTES = "/api/v1/line/notes"
ADD_CHECKPOINT = "/api/v1/line/add-checkpoint"
CONSISTENCY = "/api/v1/line/consistency"
PARCELS = "/api/v1/line/parcels"
JSON, TEXT, SIZE = "application/json", "text/plain; charset=utf-8", "text/x.tlog.size"

Answer = tuple[int, str, bytes]
"""Status, media type, body."""


def pinned(certificate: bytes) -> ssl.SSLContext:
    """Trust in one certificate and in nothing else; host names say nothing beside it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.load_verify_locations(cadata=ssl.DER_cert_to_PEM_cert(certificate))
    return context


def post(address: str, certificate: bytes, path: str, body: bytes, media: str = JSON) -> Answer:
    where = urlsplit(address)
    connection = HTTPSConnection(
        where.hostname, where.port, context=pinned(certificate), timeout=30
    )
    try:
        connection.request("POST", path, body, {"Content-Type": media})
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type", ""), answer.read()
    finally:
        connection.close()


def post_notes(address: str, certificate: bytes, *notes: bytes) -> Answer:
    body = json.dumps({"notes": [each.decode() for each in notes]})
    return post(address, certificate, NOTES, body.encode())


class Office:
    """Takes in what is posted to the address on a card; ``takes`` answers it, one at a time."""

    def __init__(self, pair: Path, takes: Callable[[str, bytes], Answer]) -> None:
        lock = Lock()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with lock:
                    status, media, said = takes(self.path, body)
                self.send_response(status)
                self.send_header("Content-Type", media)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_: object) -> None:
                """Nothing is told of a request but its answer."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair.with_suffix(".pem"), pair.with_suffix(".key"))
        self.server.socket = context.wrap_socket(
            self.server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.address = f"https://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> Self:
        Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
