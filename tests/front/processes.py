"""A real node with a real front on a folder, for tests of how the two of them end."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2

from keepclear.domain.access import Action, Role
from keepclear.node.access import admit
from keepclear.node.allowing import HOLDER
from keepclear.node.home import make_home
from keepclear.node.serving import served_at
from keepclear.node.start import running
from keepclear.wire.declaration import encode
from tests.node.world import operation
from tests.patience import PATIENCE_S

MORE = 40
"""Answers that a load has had before something happens to it."""
MARKS = ("Alder", "Birch", "Cedar", "Dogwood")


def filled(folder):
    """A secretariat's node with a program for each of some parties; their tokens."""
    make_home(folder, "")
    with running(str(folder)) as (_, node):
        return {
            party: admit(
                node, HOLDER, mark=f"feed-{number}", party=party, role=Role.DUTY,
                only=frozenset({Action.DECLARE, Action.LOOK}),
            )
            for number, party in enumerate(MARKS)
        }  # fmt: skip


class Two:
    """The node's process and that of its front."""

    def __init__(self, folder, *options):
        self.folder, self.log = folder, folder.parent / "log"
        words = ["serve", str(folder), "--front", "--port", "0", *options]
        limits = ["--per-party", "0", "--per-address", "0"]
        with self.log.open("w") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "keepclear", *words, *limits],
                stdout=subprocess.DEVNULL,
                stderr=err,
            )
        waited(lambda: "serving the node" in self.log.read_text() or self.process.poll())
        assert self.process.poll() is None, self.log.read_text()
        self.url = served_at(folder)
        self.port = int(self.url.rpartition(":")[2])

    @property
    def front(self):
        """The process id of the front; 0, while there is none."""
        task = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        children = [int(word) for word in task.read_text().split()]
        return children[0] if children else 0

    def client(self, token="", **more):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=PATIENCE_S, **more)

    def wait(self):
        return self.process.wait(PATIENCE_S)


@contextmanager
def two(folder, *options):
    found = Two(folder, *options)
    try:
        yield found
    except AssertionError:
        print(found.process.poll(), *found.log.read_text().splitlines()[-30:], sep="\n")
        raise
    finally:
        if found.process.poll() is None:
            found.process.kill()
        found.process.wait()


def waited(call):
    """What a call finds, once it finds something."""
    until_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < until_s:
        found = call()
        if found:
            return found
        threading.Event().wait(0.02)
    raise AssertionError("it never came")


def lives(pid):
    """Whether a process is there, and no corpse."""
    with suppress(OSError):
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z"
    return False


def listens(port):
    """Whether anything does."""
    return f":{port:04X} 00000000:0000 0A" in Path("/proc/net/tcp").read_text()


class Load:
    """Parties that declare, one thing after the other, and ask again what was not answered."""

    def __init__(self, both, tokens, *, again):
        """Begin.

        Args:
            both: The processes.
            tokens: Of the parties.
            again: Whether they go on after a connection failed.
        """
        self.answered, self.failed, self.ends = {}, [], threading.Event()
        self._again = again
        self._threads = [
            threading.Thread(target=self._run, args=(both, party, token))
            for party, token in tokens.items()
        ]
        for one in self._threads:
            one.start()

    def _run(self, both, party, token):
        with both.client(token) as http:
            for number in range(100_000):
                if self.ends.is_set():
                    return
                said = operation(f"V{number}", party=party, start=10 * number, end=10 * number + 5)
                if not self._one(http, said):
                    return

    def _one(self, http, said):
        while True:
            try:
                answer = http.post(
                    "/api/v1/declarations",
                    content=encode(said),
                    headers={"Content-Type": "application/json", "Idempotency-Key": said.id},
                )
            except httpx2.TransportError as error:
                self.failed.append(type(error).__name__)
                if not self._again:
                    return False
                continue
            assert answer.status_code in {200, 201}, answer.text
            self.answered[f"{said.party}/{said.id}"] = answer.json()["version"]
            return True

    def goes_on(self):
        """Wait until much more is answered than by now."""
        before = len(self.answered)
        waited(lambda: len(self.answered) > before + MORE)

    def stop(self):
        self.ends.set()
        for one in self._threads:
            one.join(PATIENCE_S)


def stand(folder):
    """The declarations in a folder, with their versions."""
    with running(str(folder)) as (_, node):
        return {name: len(case.versions) for name, case in node.memory.cases.items()}


def stop(both, signal):
    os.kill(both.process.pid, signal)
