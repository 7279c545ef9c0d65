"""Rounds of partition: two served nodes talk, the way between them fails, one is killed; then it heals.

Each desk's program says things through the API of its own node, and a screen follows the events of each
node. What was answered with 202 is acknowledged. When the way is whole again, all of it must be on the
other desk's screen, once, in the order in which it was said; both boards must agree; and each record
must go on from the one that was seen before. At the end both folders are opened and compared note by
note. Everything that is random is drawn from one seed; what processes do in between is not.
"""

from __future__ import annotations

import json
import random
import re
import threading
import time
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import pairwise

import httpx2
import msgspec

from keepclear.link.message import open_message
from keepclear.node.ledger import opening_of
from keepclear.node.start import running
from keepclear.record.checkpoint import open_checkpoint
from keepclear.record.commitment import leaf_of
from keepclear.record.merkle import leaf_hash, node_hash, verify_consistency
from keepclear.wire.entries import Carried, Shown, decode_body
from tests.node.desks import plan_told
from tests.node.world import site
from tests.partition.pair import HOST, acquainted, free_port
from tests.partition.proxy import FAULTS, Proxy

CONVERGE_S = 90.0
"""A stop is tried again every 6 s and a quarter; when a peer is heard, all else is due at once."""
DOWN_S = 0.5
"""After something was not answered: its node may be starting."""
MARK = re.compile(r"mark [a-z]+ [0-9]+")
ROUTINE = ("words", "words", "site", "test")


@dataclass
class Found:
    """Sums over rounds."""

    rounds: int = 0
    kills: int = 0
    acknowledged: int = 0
    unknown: int = 0
    """Said, and not answered: it is there once, or not at all."""
    stops: int = 0
    across: int = 0
    """Stops that were shown while earlier messages were missing."""
    lost: int = 0
    twice: int = 0
    broken: list = field(default_factory=list)


COUNTED = ("rounds", "kills", "acknowledged", "unknown", "stops", "across", "lost", "twice")


class Screen:
    """Follows the events of one node as a desk's screen does, and goes on after each break."""

    def __init__(self, served):
        self._served, self.after, self.seen, self._stop = served, 0, [], threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def of(self, how):
        """What was shown, as number and text."""
        return [(number, text) for number, one, text in list(self.seen) if one == how]

    def close(self):
        self._stop.set()
        self._thread.join(30)

    def _follow(self):
        while not self._stop.is_set():
            with suppress(httpx2.HTTPError), self._served.http(timeout_s=15.0) as http:
                head = {"Last-Event-ID": str(self.after)}
                with http.stream("GET", "/api/v1/events", headers=head) as answer:
                    for line in answer.iter_lines():
                        if self._stop.is_set():
                            return
                        self._take(line)
            self._stop.wait(0.1)

    def _take(self, line):
        if not line.startswith("data: "):
            return
        event = json.loads(line.removeprefix("data: "))
        assert event["number"] > self.after, "an event came again"
        self.after = event["number"]
        if event.get("how") in {"line", "alert"}:
            self.seen.append((event["number"], event["how"], event["text"]))


class End:
    """One node with its program, its screen, and what was said there."""

    def __init__(self, served, proxy):
        self.served, self.proxy, self.other = served, proxy, None
        self.said, self.unknown, self.stops = [], set(), set()
        self.count, self.head, self.up = 0, None, True
        served.start()
        self.http = served.http()
        served.wait(self.http)
        self.screen = Screen(served)

    def says(self, what):
        """Say one thing through the API; it is acknowledged, or nobody knows."""
        self.count += 1
        mark = f"mark {self.served.name} {self.count}"
        kind, body = spoken(what, mark)
        path = f"/api/v1/lines/{self.other.served.party}/messages"
        try:
            answer = self.http.post(path, json={"kind": kind, "body": body})
        except httpx2.HTTPError:
            self.unknown.add(mark)
            return
        if answer.status_code >= httpx2.codes.INTERNAL_SERVER_ERROR:
            self.unknown.add(mark)
            return
        assert answer.status_code == httpx2.codes.ACCEPTED, answer.text
        self.said.append(mark)
        if what == "stop":
            self.stops.add(mark)

    def kill_and_start(self):
        """kill -9 in whatever it does, and start it again."""
        self.served.kill()
        self.served.start()
        self.served.wait(self.http)

    def shown(self):
        """Marks in what came over the line, in order; a refused or an unmarked message has none."""
        found = [(MARK.search(text), text) for _, text in self.screen.of("line")]
        return [(mark[0], text) for mark, text in found if mark]

    def leave(self):
        """Let go of every connection but the screen's: a node that ends waits for what is open."""
        self.http.close()
        self.proxy.begin("cut")

    def close(self):
        self.leave()
        self.served.stop()  # it ends its streams, and so the screen
        self.screen.close()
        self.proxy.close()


def spoken(what, mark):
    """A kind that is acted on without an arrangement, and its body."""
    if what == "stop":
        return "stop/1", {"asks": "hold", "by": "duty officer", "words": mark}
    if what == "site":
        party, number = mark.split()[1:]
        said = plan_told(replace(site(f"S{number}", party.title()), name=mark), ref=f"{number:0>2}")
        return "declared/1", msgspec.to_builtins(said)
    if what == "test":
        return "test/1", {"by": mark}
    return "contact/1", {"by": "duty officer", "how": mark}


@contextmanager
def two_ends(place, seed):
    """Two served nodes, each behind a proxy of its own."""
    ports = {name: free_port() for name in ("alder", "birch")}
    pair = acquainted(place, lambda one: f"https://{HOST}:{ports[one.name]}")
    ends = []
    try:
        for one in pair:
            proxy = Proxy(ports[one.name], one.port, f"{seed} {one.name}")
            ends.append(End(one, proxy))
        ends[0].other, ends[1].other = ends[1], ends[0]
        yield ends
    finally:
        for end in ends:
            end.close()


def play(ends, rng, found):
    """One round: faults, traffic both ways, perhaps a kill; then heal, and look."""
    for end in ends:
        end.proxy.begin(rng.choice(["", *FAULTS]))
    killed = rng.choice([[], [], [], [ends[0]], [ends[1]], ends])
    plans = [[rng.choice(ROUTINE) for _ in range(rng.randrange(2, 9))] for _ in ends]
    for plan in plans:
        plan.insert(rng.randrange(len(plan) + 1), "stop")
    pauses = [[rng.random() * 0.3 for _ in plan] for plan in plans]
    speaking = [
        threading.Thread(target=speak, args=(end, plan, pause))
        for end, plan, pause in zip(ends, plans, pauses, strict=True)
    ]
    for one in speaking:
        one.start()
    threading.Event().wait(rng.random())
    for end in killed:
        end.kill_and_start()
        found.kills += 1
    for one in speaking:
        one.join()
    threading.Event().wait(rng.random() * 2)
    for end in ends:
        end.proxy.heal()
    found.rounds += 1
    settle(ends)
    look(ends, found)
    close_stops(ends)


def speak(end, plan, pauses):
    for what, pause in zip(plan, pauses, strict=True):
        known = len(end.unknown)
        end.says(what)
        threading.Event().wait(pause if len(end.unknown) == known else DOWN_S)


def settle(ends):
    """Until everything that was acknowledged is on the other screen, or it takes too long."""
    end_s = time.monotonic() + CONVERGE_S
    while time.monotonic() < end_s:
        if all(not missing(end) for end in ends) and boards_agree(*ends):
            return
        threading.Event().wait(0.2)


def missing(end):
    """What was acknowledged here and is not on the other screen."""
    there = {mark for mark, _ in end.other.shown()}
    return [mark for mark in end.said if mark not in there]


def boards_agree(one, other):
    """Whether both nodes show the same stops at the same stage, as asked here and asked there."""
    mine, theirs = board(one), board(other)
    return {(digest, not ours, stage) for digest, ours, stage in mine} == set(theirs)


def board(end):
    with suppress(httpx2.HTTPError, ValueError, KeyError):
        (line,) = end.http.get("/api/v1/lines").json()["lines"]
        return [(one["hash"], one["ours"], one["stage"]) for one in line["alerts"]]
    return [("unreachable", False, "")]


def look(ends, found):
    """What must hold once the way is whole."""
    for end in ends:
        where = f"round {found.rounds}, {end.served.name} to {end.other.served.name}"
        shown = end.other.shown()
        times = Counter(mark for mark, _ in shown)
        found.lost += len(missing(end))
        found.twice += sum(many > 1 for many in times.values())
        if unasked := set(times) - set(end.said) - end.unknown:
            found.broken.append(f"{where}: shown and never said: {sorted(unasked)[:3]}")
        routine = [mark for mark, _ in shown if mark in set(end.said) - end.stops]
        if routine != [mark for mark in end.said if mark in set(routine)]:
            found.broken.append(f"{where}: out of order")
        screens = " ".join(text for _, text in end.other.screen.of("alert"))
        open_there = {digest for digest, ours, _ in board(end.other) if not ours}
        if any(f"every screen: {digest}" not in screens for digest in open_there):
            found.broken.append(f"{where}: a stop was on no screen")
        goes_on(end, found, where)
    if missing_stops := [m for end in ends for m in end.stops if m in missing(end)]:
        found.broken.append(f"stops not shown: {missing_stops}")
    if not boards_agree(*ends):
        found.broken.append(f"round {found.rounds}: the boards do not agree")
    found.acknowledged = sum(len(end.said) for end in ends)
    found.unknown = sum(len(end.unknown) for end in ends)
    found.stops = sum(len(end.stops) for end in ends)
    found.across = sum(
        text.startswith("earlier messages are missing") for end in ends for _, text in end.shown()
    )


def goes_on(end, found, where):
    """The record goes on from the one that was seen last, by the node's own proof."""
    key = record_key(end)
    note = end.http.get("/api/v1/record/checkpoint").content
    head, _ = open_checkpoint(note, key.name, key)
    if end.head is not None and end.head.size < head.size:
        query = {"old": end.head.size, "new": head.size}
        hashes = end.http.get("/api/v1/record/consistency", params=query).json()["hashes"]
        verify_consistency(
            end.head.size, head.size, end.head.root, head.root, tuple(map(from_base64, hashes))
        )
    elif end.head is not None and (end.head.size, end.head.root) != (head.size, head.root):
        found.broken.append(f"{where}: the record went back")
    end.head = head


def record_key(end):
    """Of its record, as the pair learnt it when it met."""
    from keepclear.node.home import open_home

    return open_home(end.served.folder).record_key.verifier


def from_base64(text):
    from base64 import b64decode

    return b64decode(text)


def close_stops(ends):
    """Whoever was asked states that its unit has stopped, so that ladders do not climb for ever."""
    for end in ends:
        numbers = {
            digest_of(text): text for _, text in end.screen.of("line") if "\nkind: stop/1\n" in text
        }
        for digest, ours, stage in board(end):
            if ours or stage in {"stopped", "lifted"} or digest not in numbers:
                continue
            seq = int(re.search(r"^seq: ([0-9]+)$", numbers[digest], re.MULTILINE)[1])
            body = {"re": {"seq": seq, "hash": digest}, "by": "duty", "at_us": 1}
            path = f"/api/v1/lines/{end.other.served.party}/messages"
            end.http.post(path, json={"kind": "stopped/1", "body": body}).raise_for_status()


def digest_of(text):
    """The hash of a message, from what the screen shows of it: its text, below any mark."""
    from hashlib import sha256

    return sha256(text[text.index("keepclear/message/1\n") :].encode()).hexdigest()


# --- at the end, from the folders ------------------------------------------------------------------


def compare_folders(ends, found):
    """Stop both, open what they kept, and compare it note by note."""
    for end in ends:
        end.leave()
    for end in ends:
        if end.served.stop() != 0:
            found.broken.append(f"{end.served.name} did not end well")
        end.screen.close()
    records = {end.served.name: opened(end, found) for end in ends}
    for end in ends:
        name, other = end.served.name, end.other.served.name
        (home, mine), (other_home, theirs) = records[name], records[other]
        sent = [one.note for one in mine if isinstance(one, Carried) and one.how == "sent"]
        got = [one for one in theirs if isinstance(one, Carried) and one.how == "received"]
        got = [one.note for one in sorted(got, key=lambda one: one.seq)]
        where = f"{name} to {other}"
        if got != sent:
            found.broken.append(f"{where}: {len(sent)} notes sent, {len(got)} received, or others")
            continue
        key, reader = home.message_key.verifier, other_home.message_key.name
        said = [open_message(note.encode(), key, reader) for note in sent]
        if any(after.prev != before.hash for before, after in pairwise(said)):
            found.broken.append(f"{where}: the chain is torn")
        shown = Counter(
            digest_of(one.text) for one in theirs if isinstance(one, Shown) and one.how == "line"
        )
        found.twice += sum(many > 1 for many in shown.values())
        found.lost += sum(one.hash not in shown for one in said)


def opened(end, found):
    """Its keys and everything in its record, which must be the tree of its leaves."""
    with running(str(end.served.folder)) as (home, node):
        entries = list(node.entries())
        head, _ = open_checkpoint(
            home.checkpoint.read_bytes(), home.record, home.record_key.verifier
        )
        if head.root != tree_of([leaf_hash(leaf_of(opening_of(entry))) for entry in entries]):
            found.broken.append(f"{end.served.name}: its record is not the tree of its leaves")
        if head.size != node.store.size():
            found.broken.append(f"{end.served.name}: its checkpoint is not of all it has")
        return home, [decode_body(opening_of(entry).body) for entry in entries]


def tree_of(hashes):
    """The root over some leaves, by nothing but the two kinds of hashes (RFC 6962)."""
    if len(hashes) == 1:
        return hashes[0]
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return node_hash(tree_of(hashes[:half]), tree_of(hashes[half:]))


def run(place, rounds, seed):
    """Some rounds of one pair of nodes, and what was found."""
    rng, found = random.Random(seed), Found()
    with two_ends(place, seed) as ends:
        while found.rounds < rounds and not found.broken and not found.lost and not found.twice:
            play(ends, rng, found)
        settle(ends)
        compare_folders(ends, found)
    return found
