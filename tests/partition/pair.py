"""Two served nodes as processes, that know each other, over TLS with the certificates of their cards.

The address on a card is whatever the caller says, so that something may stand between. Used by the
rounds of ``tests/partition`` and by the benchmarks of the line.
"""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx2

from keepclear.domain.access import Action, Role
from keepclear.link.invitation import write_invitation
from keepclear.link.pinning import words_of
from keepclear.node import peers
from keepclear.node.access import admit
from keepclear.node.allowing import HOLDER
from keepclear.node.declaring import Request
from keepclear.node.home import make_home
from keepclear.node.pinned_tls import context_for, read_certificate
from keepclear.node.sealing import recipient_of
from keepclear.node.start import running

KEYS = Path(__file__).resolve().parents[1] / "peer"
"""Certificates for 127.0.0.1 under the names of the two."""
HOST = "127.0.0.1"
ASK = Request("one", "test")
START_S = 120.0
SCOPES = frozenset({Action.DECLARE, Action.LOOK, Action.RECORD})


def free_port():
    with socket.create_server((HOST, 0)) as one:
        return one.getsockname()[1]


class Served:
    """A node's folder, and the process that serves it; it is killed and started as one likes."""

    serve = ()
    """More options of ``keepclear serve``, for all."""

    def __init__(self, folder, name, log):
        """Make the folder a node; nothing is served yet."""
        self.folder, self.name, self.party, self.log = folder, name, name.title(), log
        self.port, self.process = free_port(), None
        self.certificate, self.key = KEYS / f"{name}.pem", KEYS / f"{name}.key"
        make_home(folder, self.party)

    @property
    def url(self):
        return f"https://{HOST}:{self.port}"

    def invitation(self, address):
        """Its card with an address; and a token for a program of its desk."""
        with running(str(self.folder)) as (home, node):
            peers.renew(
                node, home.owner, home.root_key(), home.message_key.verifier,
                home.record_key.verifier, ASK, addresses=[address],
                age=recipient_of(home.age_identity()),
                certificate=read_certificate(str(self.certificate)),
            )  # fmt: skip
            own = peers.peer_of(node, home.owner)
            self.words = words_of(own.root)
            self.token = admit(
                node, HOLDER, mark=f"{self.name}-1", party=self.party, role=Role.DUTY, only=SCOPES
            )
            return write_invitation(own.root, peers.cards_of(node, home.owner))

    def meets(self, other, invitation):
        """Take the other's invitation in, and compare its words."""
        with running(str(self.folder)) as (_, node):
            peers.accept(node, invitation, ASK)
            peers.compare(node, other.party, other.words, ASK)

    def start(self):
        """Begin to serve; :meth:`wait` until it answers."""
        words = [
            "serve", self.folder, "--port", self.port, "--name", HOST, "--per-party", 0,
            "--per-address", 0, "--tls-cert", self.certificate, "--tls-key", self.key, *self.serve,
        ]  # fmt: skip
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "keepclear", *map(str, words)],
                stdout=subprocess.DEVNULL,
                stderr=log,
                env={**os.environ, "KEEPCLEAR_DEBUG": "1"},
            )

    def http(self, timeout_s=10.0):
        """A client of its desk's program, past whatever stands between the nodes."""
        context = context_for(ssl.PEM_cert_to_DER_cert(self.certificate.read_text()))
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx2.Client(base_url=self.url, verify=context, headers=headers, timeout=timeout_s)

    def wait(self, http):
        """Until it answers.

        Raises:
            AssertionError: it does not, or its process ended.
        """
        end_s = time.monotonic() + START_S
        while time.monotonic() < end_s and self.process.poll() is None:
            try:
                if http.get("/readyz").status_code == httpx2.codes.OK:
                    return
            except httpx2.HTTPError:
                pass
            threading.Event().wait(0.05)
        raise AssertionError(f"{self.name} is not ready: {self.log.read_text()[-2_000:]}")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """Ask it to end, as an operator does; its exit status."""
        if self.process is None or self.process.poll() is not None:
            return None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def acquainted(place, address=lambda one: one.url):
    """Alder and Birch, in folders of a place, who compared each other's words; not served yet.

    Args:
        place: A folder that is there.
        address: What each one's card says.
    """
    two = [Served(place / name, name, place / f"{name}.log") for name in ("alder", "birch")]
    invitations = [one.invitation(address(one)) for one in two]
    for mine, other, invitation in zip(two, two[::-1], invitations[::-1], strict=True):
        mine.meets(other, invitation)
    return two
