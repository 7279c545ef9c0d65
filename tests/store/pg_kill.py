"""PostgreSQL is killed in mid-load and started again: nothing acknowledged is lost, nothing done twice.

usage: python -m tests.store.pg_kill [--kills 1000] [--seed 1] [--resume]

A node declares, amends and withdraws, its database on a server of our own. At random moments every
process of the server is killed at once and the server is started again; the node finds its way back by
itself, and asks again, with the same key, what it does not know the end of. After each kill what was
answered must be there, once, and the record must go on from the last one seen. In every tenth round the
node is killed too. Each fifty kills are of one database; after them the state is written to ``out/``,
and ``--resume`` goes on from there. At the end the run adds a line to ``docs/soak.md``.

A killed process loses nothing that the system had taken to write; a loss of power is not rehearsed
here.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from keepclear.node.home import make_home, open_home
from keepclear.store.base import Entry
from tests.node import kill
from tests.soak import ROOT, add_line, commit_now
from tests.store.server import Server

SECTION = "PostgreSQL killed under a node"
HEAD = """
`make pg-kill` kills every process of a PostgreSQL server at a random moment while a
node declares, amends and withdraws, and starts it again; the node goes on by itself and asks again,
with the same key, what it does not know the end of. In every tenth round the node is killed too. A new
database begins after each fifty kills. *Kills* are of the server, *nodes* of the node. *Lost*, *twice*
and *broken* as for the kill loop above; *broken* counts too where the node did not go on within ten
minutes.

| Date | Commit | Seed | Kills | Nodes | Answered | Lost | Twice | Broken | Seconds |
|---|---|---|---|---|---|---|---|---|---|
"""
EACH = 50
NODE_TOO = 10
PATIENCE_S = 600
"""A node that has not compiled its geometry yet does so first, for minutes on a busy machine."""
COUNTED = ("kills", "nodes", "answered", "lost", "twice", "broken")


class Stuck(Exception):  # noqa: N818 - what it says, it is
    """The node ended or fell silent."""


class Load:
    """The process of a node that works until it is killed."""

    def __init__(self, folder, first):
        command = [sys.executable, "-m", "tests.node.kill", "--worker", str(folder),
                   "--first", str(first), "--patient"]  # fmt: skip
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True)
        if [line.strip() for line in self.lines(1)] != [kill.READY]:
            raise Stuck

    def lines(self, count):
        """So many lines; a process that says nothing more says where it is, and is given up."""
        end = threading.Timer(PATIENCE_S, self._give_up)
        end.start()
        found = list(islice(self._process.stdout, count))
        end.cancel()
        if len(found) < count:
            raise Stuck
        return found

    def _give_up(self):
        print("silent:", file=sys.stderr, flush=True)
        self._process.send_signal(signal.SIGUSR1)
        time.sleep(2.0)  # noqa: TID251
        self._process.kill()

    def kill(self):
        """End it; what it had said is returned."""
        self._process.kill()
        rest = list(self._process.stdout)
        self._process.stdout.close()
        self._process.wait()
        return rest


@contextmanager
def reading(url):
    """What a database holds at one moment, whoever writes to it meanwhile: entries, and hashes."""
    with psycopg.connect(url) as db:
        db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        rows = db.execute("SELECT kind, subject, data, at_us, number FROM entry ORDER BY number")
        entries = [Entry(*row) for row in rows]
        hashes = {(row[0], row[1]): row[2] for row in db.execute("SELECT * FROM node")}
        yield entries, lambda level, index: hashes[level, index]


def look(url, home, found, seen):
    note = home.checkpoint.read_bytes()  # older than what is read after it
    with reading(url) as (entries, node_at):
        kill.compare(home, note, entries, node_at, found, seen)
        found.broken += [entry.number for entry in entries] != list(range(1, len(entries) + 1))


def run(kills, seed):
    """(what was found, kills of the node) on one database."""
    rng, found, seen, nodes = random.Random(seed), kill.Found(), {}, 0
    server = Server().start()
    with TemporaryDirectory() as place:
        url = server.url(user="keeper")
        with psycopg.connect(server.url()) as db:
            db.execute("GRANT CREATE ON SCHEMA public TO keeper")
        home = make_home(Path(place) / "node", "", url)
        load = None
        try:
            load = Load(home.folder, 0)
            while found.kills < kills and not found.broken:
                for line in load.lines(rng.randint(1, kill.ANSWERS_MAX)):
                    found.heard(line)
                time.sleep(rng.uniform(0.0, 0.02))  # noqa: TID251
                server.kill()
                found.kills += 1
                if found.kills % NODE_TOO == 0:
                    for line in load.kill():
                        found.heard(line)
                    nodes += 1
                server.start()
                if found.kills % NODE_TOO == 0:
                    load = Load(home.folder, found.answered)
                for line in load.lines(1):
                    found.heard(line)
                look(url, open_home(home.folder), found, seen)
        except Stuck:
            print(f"the node ended or fell silent at kill {found.kills}", file=sys.stderr)
            found.broken += 1
        finally:
            if load:
                load.kill()
            server.stop()
    return found, nodes


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", action="store_true")
    typed = parser.parse_args()
    state = ROOT / "out" / f"pg-kill-{typed.seed}.json"
    sums, seconds, commits = dict.fromkeys(COUNTED, 0), 0.0, []
    if typed.resume and state.exists():
        said = json.loads(state.read_text())
        sums, seconds, commits = said["sums"], said["seconds"], said["commits"]
    while sums["kills"] < typed.kills and not sums["broken"]:
        begun, commit = time.monotonic(), commit_now("src", "tests")
        found, nodes = run(
            min(EACH, typed.kills - sums["kills"]), typed.seed + sums["kills"] // EACH
        )
        here = {name: getattr(found, name) for name in COUNTED if name != "nodes"}
        sums = {name: sums[name] + (here | {"nodes": nodes})[name] for name in COUNTED}
        seconds += time.monotonic() - begun
        commits = list(dict.fromkeys([*commits, commit]))
        state.parent.mkdir(exist_ok=True)
        state.write_text(json.dumps({"sums": sums, "seconds": seconds, "commits": commits}))
        print(sums, flush=True)
    today = datetime.now(UTC).strftime("%Y-%m-%d")  # noqa: TID251
    cells = (today, ", ".join(commits), typed.seed, *(f"{sums[name]:,}" for name in COUNTED),
             f"{seconds:,.0f}")  # fmt: skip
    line = "| " + " | ".join(map(str, cells)) + " |"
    add_line(SECTION, HEAD, line)
    print(line)
    return int(bool(sums["lost"] or sums["twice"] or sums["broken"]))


if __name__ == "__main__":
    sys.exit(main())
