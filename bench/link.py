"""Messages a second and core: signed, verified, put in order, recorded and durable, by group commit.

usage: python bench/link.py [--messages 5000] [--groups 1,16,64,256]

One desk writes notifications of sites; another takes them in. Both are real nodes on SQLite files
with ``synchronous=FULL``: each message is an entry with its leaf in the record, the stream's numbers
and hashes, and a signed checkpoint for each write. A group is what came while the last write was under
way. Processor time is that of this process, which is one core; *wall* depends on the disk and on who
else uses the machine. Nothing of HTTP or TLS is in it.
"""

from __future__ import annotations

import argparse
import time
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from keepclear.link import bodies as b
from keepclear.link.happening import Arrived, Line, Write
from keepclear.node.geoid import load_geoid
from keepclear.node.ledger import Node, Surroundings
from keepclear.node.line import Decision, Lines
from keepclear.record.note import Signer
from keepclear.store.sqlite import SqliteStore

ALDER = Signer("alder.example/desk", bytes(range(32)))
BIRCH = Signer("birch.example/desk", bytes(range(1, 33)))
TEXT = '{"keepclear":"declaration/1","party":"Relief","id":"S1","kind":"site","parts":[%s]}'
PART = '{"part":"volume","footprint":{"form":"circle","center":[144.2,-31.095],"radius_m":2000.0}}'
DAWN = 1_448_001_660_000_000


def lines(folder, me, peer):
    numbers = count(1)
    around = Surroundings(
        now_us=lambda: DAWN,
        salt=lambda: next(numbers).to_bytes(32, "big"),
        geoid=load_geoid(),
        signer=Signer(f"record/{me.name}", me.seed),
        keep=lambda _note: None,
        owner=me.name,
    )
    store = SqliteStore(folder / f"{me.name.partition('.')[0]}.db")
    line = Line(me, peer.verifier, frozenset({"Darling/3"}))
    return Lines(Node(store, around), {peer.name: line}, lambda _peer, _effect: Decision())


def timed(what, groups):
    wall, processor = time.perf_counter(), time.process_time()
    for group in groups:
        what(group)
    return time.perf_counter() - wall, time.process_time() - processor


def measure(messages, group):
    bodies = [
        b.Declared(subject=f"Relief/S{n}", version=1, what="site", text=TEXT % PART)
        for n in range(messages)
    ]
    with TemporaryDirectory() as place:
        alder = lines(Path(place), ALDER, BIRCH)
        birch = lines(Path(place), BIRCH, ALDER)
        some = [bodies[at : at + group] for at in range(0, messages, group)]
        writing = timed(
            lambda each: alder.happens([(BIRCH.name, Write(body)) for body in each]), some
        )
        notes = [one.note for one in alder.state(BIRCH.name).sending.unstored]
        size = sum(map(len, notes)) / messages
        some = [notes[at : at + group] for at in range(0, messages, group)]
        taking = timed(
            lambda each: birch.happens([(ALDER.name, Arrived(note)) for note in each]), some
        )
        assert birch.state(ALDER.name).receiving.seq == messages
    return size, writing, taking


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=5_000)
    parser.add_argument("--groups", default="1,16,64,256")
    typed = parser.parse_args()
    print("| Group | Bytes a note | Written/s, processor | wall | Taken in/s, processor | wall |")
    print("|---|---|---|---|---|---|")
    for group in map(int, typed.groups.split(",")):
        size, (w_wall, w_cpu), (t_wall, t_cpu) = measure(typed.messages, group)
        n = typed.messages
        print(
            f"| {group} | {size:,.0f} | {n / w_cpu:,.0f} | {n / w_wall:,.0f} | "
            f"{n / t_cpu:,.0f} | {n / t_wall:,.0f} |"
        )


if __name__ == "__main__":
    main()
