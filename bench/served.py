"""A node that is full, and served: what the benchmarks of a served node start with.

The volumes stand in a new node, each entered with an empty verdict, because judging is what is measured
later; then ``keepclear serve`` runs as a process of its own.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from ours import declaration_of

PARTIES = 50
"""The workload is dealt out to so many; each has a program with a token."""
FIGURES = "figures"
"""Stands for the program that may read the node's figures, among the parties whose programs declare."""
START_S = 900
"""A node that reads its store anew takes so long at most."""


def party_of(volume: int) -> str:
    """Whose a volume is."""
    return f"Party {volume % PARTIES:02d}"


def said(arrays: Any, volume: int) -> Any:
    """A volume as its party declares it."""
    return replace(declaration_of(arrays, volume), party=party_of(volume), id=f"V{volume}")


def fill(folder: Path, arrays: Any, standing: int) -> dict[str, str]:
    """A node in which volumes stand; the tokens of its parties' programs, and of one for its figures.

    They are entered as they are, each with an empty verdict: judging is what is measured later.
    """
    from keepclear.domain.access import Action, Role
    from keepclear.node import chance
    from keepclear.node.access import admit
    from keepclear.node.allowing import HOLDER
    from keepclear.node.clock import now_us
    from keepclear.node.files import write_file
    from keepclear.node.geoid import load_geoid
    from keepclear.node.home import make_home
    from keepclear.node.ledger import Node, Surroundings
    from keepclear.store.sqlite import SqliteStore

    home = make_home(folder, "")
    store = SqliteStore(home.database)
    around = Surroundings(
        now_us=now_us,
        salt=chance.salt,
        geoid=load_geoid(),
        signer=home.record_key,
        keep=lambda note: write_file(home.checkpoint, note),
        owner=home.owner,
    )
    node = Node(store, around)
    tokens = {}
    for number in range(PARTIES):
        party = party_of(number)
        tokens[party] = admit(
            node,
            HOLDER,
            mark=f"program-{number}",
            party=party,
            role=Role.DUTY,
            only=frozenset({Action.DECLARE}),
        )
    tokens[FIGURES] = admit(
        node,
        HOLDER,
        mark="figures-1",
        party="",
        role=Role.ADMINISTRATOR,
        only=frozenset({Action.METRICS}),
    )
    for first in range(0, standing, 1_000):
        volumes = range(first, min(first + 1_000, standing))
        _enter(store, [body for volume in volumes for body in _bodies(arrays, volume)])
    store.close()
    return tokens


def _bodies(arrays: Any, volume: int) -> list[Any]:
    from keepclear.wire.declaration import encode
    from keepclear.wire.entries import Declared, Verdict

    one = said(arrays, volume)
    about: dict[str, Any] = {"subject": f"{one.party}/{one.id}", "at_us": 0, "version": 1}
    text = encode(one).decode()
    lists = ("arrangements", "crossings", "deviations", "not_computed")
    nothing: dict[str, Any] = {name: [] for name in lists}
    return [
        Declared(**about, by="fill", stage="Accepted", mark=f"{volume:016x}", text=text),
        Verdict(**about, compared=volume, **nothing),
    ]


def _enter(store: Any, bodies: list[Any]) -> None:
    """Entries as a node writes them, without a node that judges them."""
    from keepclear.node import chance
    from keepclear.record.commitment import Opening, leaf_of
    from keepclear.store.base import Batch, NewEntry
    from keepclear.wire.entries import encode_body, kind_of

    size, entries, leaves = store.size(), [], []
    for number, body in enumerate(bodies, size + 1):
        salt, data = chance.salt(), encode_body(body)
        leaves.append(leaf_of(Opening(number, salt, data)))
        entries.append(NewEntry(kind_of(body), body.subject, salt + data, body.at_us))
    store.commit([Batch(size, tuple(entries), tuple(leaves))])


class Served:
    """``keepclear serve`` on a folder, in a process of its own."""

    def __init__(self, folder: Path, *, front: bool) -> None:
        """Start it, with a front or without, and wait until it can decide."""
        began_s = time.perf_counter()
        words = ["serve", folder, "--port", "0", "--per-party", "0", "--per-address", "0"]
        words += ["--front"] if front else []
        self._log = (folder.parent / "serve.log").open("w+")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "keepclear", *map(str, words)],
            stdout=subprocess.DEVNULL,
            stderr=self._log,
        )
        self.pid = self._process.pid
        self.port = self._wait_port()
        self.ready_s = time.perf_counter() - began_s

    def _wait_port(self) -> int:
        pause, until_s = threading.Event(), time.perf_counter() + START_S
        while time.perf_counter() < until_s and self._process.poll() is None:
            self._log.seek(0)
            found = re.search(r"serving .* at http://[^:]+:(\d+)", self._log.read())
            if found:
                return int(found[1])
            pause.wait(0.05)
        self._log.seek(0)
        raise RuntimeError(f"the node did not start: {self._log.read()[-500:]}")

    def spent_s(self) -> tuple[float, float, float]:
        """Seconds of processor: all, of what speaks with clients, of what decides.

        A front speaks, and so does the node's first thread.
        """
        whole, first, others = threads_s(self.pid)
        fronts = sum(threads_s(one)[0] for one in _children(self.pid))
        return whole + fronts, first + fronts, others

    def stop(self) -> None:
        """Ask it to stop, and wait."""
        self._process.terminate()
        self._process.wait(60)
        self._log.close()


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(word) for word in text.split()]


def threads_s(pid: int) -> tuple[float, float, float]:
    """Seconds of processor of a process: all, of its first thread, of the others together."""
    tick = os.sysconf("SC_CLK_TCK")
    first = others = 0.0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        fields = (thread / "stat").read_text().rpartition(")")[2].split()
        seconds = (int(fields[11]) + int(fields[12])) / tick
        if int(thread.name) == pid:
            first += seconds
        else:
            others += seconds
    return first + others, first, others
