"""Peer of a served node: insert into an indexed table, exact question and commit, for each declaration.

One statement does all three, on a connection that has it prepared; durable when it is answered (fsync,
synchronous_commit). Two at one moment do not see each other, which a node's do. Left out, though a node
does it: shared areas, a verdict that is kept, what each desk is shown, and a record that proves it.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import psycopg

from peers.postgis import COPY_IN, INDEX, LOAD_ROWS, SCHEMA, _rows, unavailable
from peers.server import Server, cpu_s, programs
from volumes import Volumes, morton

__all__ = ["Asked", "run", "unavailable"]

DURABLE = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "1GB",
    "max_parallel_workers_per_gather": "0",
}
DECLARE = """
WITH new AS (
    INSERT INTO volume VALUES (%(id)s, %(g)s, %(t)s, %(a)s, %(centre)s, %(radius)s, %(narrowing)s)
    RETURNING *)
SELECT b.id FROM new a JOIN volume b ON a.g && b.g AND a.t && b.t AND a.a && b.a
WHERE a.id %% %(parties)s <> b.id %% %(parties)s AND CASE
    WHEN a.radius IS NULL AND b.radius IS NULL THEN ST_Intersects(a.g, b.g)
    WHEN b.radius IS NULL THEN near(a.centre, a.radius, a.narrowing, b.g)
    WHEN a.radius IS NULL THEN near(b.centre, b.radius, b.narrowing, a.g)
    ELSE ST_DistanceSpheroid(a.centre, b.centre) <= a.radius + b.radius END
"""
NAMES = ("id", "g", "t", "a", "centre", "radius", "narrowing")


class Asked:
    """What one connection after the other has seen."""

    def __init__(self) -> None:
        self.ms: list[float] = []
        self.pairs: list[tuple[int, int]] = []
        self.done: list[int] = []
        self.wall_s = self.cpu_s = 0.0


def run(npz: Path, standing: int, parties: int, connections: int, seconds: float) -> Asked:
    """Fill, then declare the rest of the workload for some seconds."""
    bin_dir = programs()
    if bin_dir is None:
        raise RuntimeError(unavailable())
    volumes = Volumes(npz)
    server = Server(bin_dir, DURABLE)
    try:
        with server.connection.cursor() as cursor:
            cursor.execute(SCHEMA)
            with cursor.copy(COPY_IN) as copy:
                order = np.argsort(morton(volumes.box[:standing]))
                for at in range(0, standing, LOAD_ROWS):
                    copy.write(_rows(volumes, order[at : at + LOAD_ROWS]))
            cursor.execute(INDEX)
            cursor.execute("VACUUM ANALYZE volume")
        rest = np.arange(standing, volumes.size)
        lines = _rows(volumes, rest).splitlines()
        return _declare(server, lines, parties, connections, seconds)
    finally:
        server.stop()


def _declare(
    server: Server, lines: list[str], parties: int, connections: int, seconds: float
) -> Asked:
    asked, lock = Asked(), threading.Lock()
    left = iter([_values(line, parties) for line in lines])
    links = [server.connect() for _ in range(connections)]
    began_cpu_s, until_s = cpu_s(server.pid), time.perf_counter() + seconds
    began_s = time.perf_counter()
    threads = [
        threading.Thread(target=_one, args=(link, left, lock, asked, until_s)) for link in links
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asked.wall_s = time.perf_counter() - began_s
    asked.cpu_s = cpu_s(server.pid) - began_cpu_s
    for link in links:
        link.close()
    return asked


def _one(
    link: psycopg.Connection,
    left: object,
    lock: threading.Lock,
    asked: Asked,
    until_s: float,
) -> None:
    cursor = link.cursor()
    while time.perf_counter() < until_s:
        with lock:
            values = next(left, None)  # type: ignore[call-overload]
        if values is None:
            return
        start = time.perf_counter()
        found = cursor.execute(DECLARE, values, prepare=True).fetchall()
        ms = (time.perf_counter() - start) * 1e3
        with lock:
            asked.ms.append(ms)
            asked.done.append(values["id"])
            asked.pairs += [(values["id"], row[0]) for row in found]


def _values(line: str, parties: int) -> dict[str, object]:
    said = [None if word == "\\N" else word for word in line.split("\t")]
    values: dict[str, object] = dict(zip(NAMES, said, strict=True))
    return {**values, "id": int(str(values["id"])), "parties": parties}
