"""A PostgreSQL server for one benchmark run: its own folder, its own socket, no network, no root.

Clusters of the system are neither used nor looked at. The server dies with the benchmark, also
when that is killed, and its folder goes with it.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

import psycopg

SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "4GB",
    "work_mem": "512MB",
    "maintenance_work_mem": "1GB",
    "effective_cache_size": "8GB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "8GB",
    "autovacuum": "off",
    "jit": "off",
    "random_page_cost": "1",
    "max_parallel_workers_per_gather": "2",
    "max_parallel_maintenance_workers": "2",
    "min_parallel_table_scan_size": "0",
    "parallel_setup_cost": "0",
    "parallel_tuple_cost": "0",
}
"""Generous on purpose: everything in memory, nothing forced to disk, every core."""
UNPRIVILEGED = ("postgres", "nobody")
"""Who runs the server when the benchmark runs as root: PostgreSQL refuses to be root."""
START_S = 60
SAMPLE_S = 0.2


def programs() -> Path | None:
    """The folder of the newest installed server that has PostGIS, if there is one."""
    found = []
    for initdb in Path("/usr/lib/postgresql").glob("*/bin/initdb"):
        version = initdb.parent.parent.name
        if Path(f"/usr/share/postgresql/{version}/extension/postgis.control").exists():
            found.append((int(version) if version.isdigit() else 0, initdb.parent))
    return max(found)[1] if found else None


class Server:
    """Started when made, gone after :meth:`stop`.

    Args:
        bin_dir: Where ``initdb`` and ``postgres`` are.
        more: Settings in the place of those above.

    Raises:
        RuntimeError: When the server does not come up; with the last line of its log.
    """

    def __init__(self, bin_dir: Path, more: dict[str, str] | None = None) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="keepclear-bench-"))
        prefix = self._as_nobody_special()
        data, self._log = self._folder / "data", self._folder / "log"
        subprocess.run(
            [
                *(*prefix, bin_dir / "initdb", "-D", data, "-U", "bench", "-A", "trust"),
                *("--no-locale", "-E", "UTF8", "--no-sync"),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        settings = SETTINGS | (more or {}) | {"unix_socket_directories": str(self._folder)}
        options = [f"--{name}={value}" for name, value in settings.items()]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*prefix, bin_dir / "postgres", "-D", data, *options],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.pid = self._process.pid
        self.connection = self._connect()
        self._peak_kb = 0
        self._done = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._sampler.start()

    def _as_nobody_special(self) -> list[str]:
        """What to put before a command so that it is not root and dies with this process."""
        if os.geteuid() != 0:
            return ["setpriv", "--pdeathsig=INT"] if shutil.which("setpriv") else []
        users = {user.pw_name: user for user in pwd.getpwall()}
        user = next(users[name] for name in UNPRIVILEGED if name in users)
        os.chown(self._folder, user.pw_uid, user.pw_gid)
        ids = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        return ["setpriv", *ids, "--pdeathsig=INT"]

    def connect(self) -> psycopg.Connection:
        """One more connection; each statement is a transaction."""
        return psycopg.connect(
            host=str(self._folder), user="bench", dbname="postgres", autocommit=True
        )

    def _connect(self) -> psycopg.Connection:
        pause = threading.Event()
        for _ in range(START_S * 10):
            try:
                return self.connect()
            except psycopg.OperationalError:
                if self._process.poll() is not None:
                    break
                pause.wait(0.1)
        last = self._log.read_text(errors="replace").strip().splitlines()[-1:]
        self._remove()
        raise RuntimeError(f"PostgreSQL did not start: {' '.join(last)}")

    def _sample(self) -> None:
        """Keep the largest sum of proportional memory over the server's processes."""
        while not self._done.wait(SAMPLE_S):
            total = sum(_proportional_kb(pid) for pid in _family(self._process.pid))
            self._peak_kb = max(self._peak_kb, total)

    def peak_mb(self) -> float:
        """The server's peak so far: shared pages counted once."""
        return self._peak_kb / 1024

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        self._done.set()
        self._sampler.join()
        self.connection.close()
        self._remove()

    def _remove(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def _family(parent: int) -> list[int]:
    """A process and its children."""
    children = Path(f"/proc/{parent}/task/{parent}/children")
    try:
        return [parent, *map(int, children.read_text().split())]
    except OSError:
        return [parent]


def cpu_s(parent: int) -> float:
    """Seconds of processor that a process and its children have used, those that ended included."""
    total = 0
    for pid in _family(parent):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(map(int, fields[11:15] if pid == parent else fields[11:13]))
    return total / os.sysconf("SC_CLK_TCK")


def _proportional_kb(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    found = re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)
    return int(found[1]) if found else 0
