"""The nodes of a demonstration: a folder, keys and a process of its own for each party, enrolled.

Made as people make them: a node, its card with the certificate that it shows, the twelve words of every
other desk compared, programs let in for the duty officer, the second person and the administrator. The
clocks of all are set together. However the player ends, no process stays, and no folder that was not
asked for.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from socket import create_server, socket
from typing import IO, Any, Final

from keepclear.domain.access import MAY, Action, Role
from keepclear.errors import InternalError
from keepclear.faces.demo.certificate import certificate, pem, private_key
from keepclear.formats.scenarios.script import PartySaid, Scenario
from keepclear.link.invitation import write_invitation
from keepclear.link.pinning import words_of
from keepclear.node import chance, peers
from keepclear.node.access import admit
from keepclear.node.allowing import HOLDER
from keepclear.node.declaring import Request
from keepclear.node.home import Home, make_home
from keepclear.node.sealing import recipient_of
from keepclear.node.start import running
from keepclear.node.stepped import SteppedClock
from keepclear.record.note import Signer

__all__ = ["DemoNode", "Nodes", "nodes_of"]

_ROLES: Final = {"duty": Role.DUTY, "second": Role.VERIFIER, "admin": Role.ADMINISTRATOR}
"""Programs that ask for the people of a desk."""
_BACKLOG: Final = 128
_STOPS_S: Final = 15.0
_SOON_US: Final = 100_000
"""What is owed so soon, such as a receipt, is waited for after every step."""
_ROUNDS_MAX: Final = 400
"""Until nothing moves any more; much more would be two nodes that never stop answering each other."""


@dataclass(slots=True)
class DemoNode:
    """One node of the demonstration."""

    party: str
    home: Home
    clock: SteppedClock
    listener: socket
    port: int
    certificate: bytes
    """In DER."""
    log: Path
    tokens: dict[str, str] = field(default_factory=dict)
    """Of its programs, by ``duty``, ``second`` and ``admin``."""
    words: tuple[str, ...] = ()
    process: subprocess.Popen[str] | None = None

    @property
    def owner(self) -> str:
        """The name under which it has enrolled: a secretariat's node is of no party."""
        return self.home.owner

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"https://127.0.0.1:{self.port}"

    def begin(self, asked: Mapping[str, Any]) -> None:
        """Ask its process something."""
        with suppress(OSError):
            _pipe(self.process, "stdin").write(json.dumps(asked) + "\n")
            _pipe(self.process, "stdin").flush()

    def end(self) -> dict[str, Any]:
        """What it answers.

        Raises:
            InternalError: it has ended, or could not do it.
        """
        line = _pipe(self.process, "stdout").readline()
        answer = json.loads(line) if line else {"failed": "its process has ended"}
        if "failed" in answer:
            last = self.log.read_text(errors="replace").strip().rpartition("\n")[2]
            raise InternalError(
                f"the node of {self.party} cannot go on ({answer['failed']}); its last words: {last}"
            )
        return dict(answer)


class Nodes:
    """All nodes of a demonstration, on one time."""

    def __init__(self, nodes: Mapping[str, DemoNode], stride_us: int) -> None:
        """Nodes that are being served.

        Args:
            nodes: By party.
            stride_us: The longest step of time; less than what makes a line count as silent.
        """
        self.by_party = dict(nodes)
        self._stride_us = stride_us
        self._cut: set[frozenset[str]] = set()

    @property
    def now_us(self) -> int:
        """The time of all of them."""
        return next(iter(self.by_party.values())).clock.now_us()

    def settle(self) -> int | None:
        """Until nothing moves at this time, and what is owed at once has come, too.

        Returns:
            When a ladder goes on next, or something is to be told by what was agreed.
        """
        before: list[tuple[int, int]] = []
        for _ in range(_ROUNDS_MAX):
            states = self._all({"do": "due"})
            now = [(one["entries"], one["sent"]) for one in states]
            if now == before:
                soon = min((one["due"] for one in states), default=0)
                if not self.now_us < soon <= self.now_us + _SOON_US:
                    return min((one["exact"] for one in states if one["exact"]), default=None)
                self._set(soon)
            before = now
        raise InternalError("the nodes did not come to rest; this scenario never ends")

    def go_on_to(self, until_us: int) -> None:
        """Let time pass, through every instant at which a ladder goes on."""
        exact = self.settle()
        while self.now_us < until_us:
            stops = [until_us, self.now_us + self._stride_us]
            if exact is not None and exact > self.now_us:
                stops.append(exact)
            self._set(min(stops))
            exact = self.settle()

    def cut(self, *pairs: frozenset[str]) -> None:
        """No note goes between the parties of these pairs any more."""
        self._cut |= set(pairs)
        self._tell_cut()

    def heal(self, *pairs: frozenset[str]) -> None:
        """Notes go between them again."""
        self._cut -= set(pairs)
        self._tell_cut()

    def kill(self, party: str) -> bool:
        """End a node's process without a word; whether there was one."""
        node = self.by_party[party]
        if node.process is None:
            return False
        node.process.kill()
        node.listener.close()  # who calls is refused, and does not wait
        _wait(node)
        return True

    def start(self, party: str) -> bool:
        """Serve a node that was killed, from its folder; whether there was none."""
        node = self.by_party[party]
        if node.process is not None:
            return False
        node.listener = create_server(("127.0.0.1", node.port), backlog=_BACKLOG)
        _serve(node)
        self._tell_cut()
        return True

    @property
    def _running(self) -> list[DemoNode]:
        return [node for node in self.by_party.values() if node.process is not None]

    def _tell_cut(self) -> None:
        for node in self._running:
            party = node.party
            gone = [other for pair in self._cut if party in pair for other in pair - {party}]
            node.begin({"do": "cut", "from": [self.by_party[one].owner for one in gone]})
        for node in self._running:
            node.end()

    def _all(self, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        running = self._running
        for node in running:
            node.begin(asked)
        return [node.end() for node in running]

    def _set(self, now_us: int) -> None:
        for node in self.by_party.values():
            node.clock.set(now_us)


@contextmanager
def nodes_of(scenario: Scenario, folder: Path, stride_us: int) -> Iterator[Nodes]:
    """The nodes of a scenario, made, enrolled and served until the end of the block."""
    with ExitStack() as stack:
        made = {}
        for number, said in enumerate(scenario.parties, 1):
            made[said.name] = stack.enter_context(_made(said, folder, number, scenario.begins_us))
        invitations = {name: _invitation(node) for name, node in made.items()}
        for name, node in made.items():
            others = [one for one in made if frozenset({name, one}) in scenario.lines]
            _enrol(node, {one: (invitations[one], made[one].words) for one in others})
        try:
            for node in made.values():
                _serve(node)
            yield Nodes(made, stride_us)
        finally:
            _end([node for node in made.values() if node.process is not None])


@contextmanager
def _made(said: PartySaid, folder: Path, number: int, now_us: int) -> Iterator[DemoNode]:
    home = make_home(folder / said.name.lower(), "" if said.secretariat else said.name)
    clock = SteppedClock.made(home.folder, now_us)
    key = Signer(f"{said.name}/tls", chance.seed())
    data = certificate(said.name, key, number)
    for name, what, content in (
        ("crt", "CERTIFICATE", data),
        ("key", "PRIVATE KEY", private_key(key)),
    ):
        place = folder / f"{said.name.lower()}.{name}"
        place.touch(mode=0o600)
        place.write_bytes(pem(what, content))
    listener = create_server(("127.0.0.1", 0), backlog=_BACKLOG)
    log = folder / f"{said.name.lower()}.log"
    node = DemoNode(said.name, home, clock, listener, listener.getsockname()[1], data, log)
    try:
        yield node
    finally:
        node.listener.close()
        clock.close()


def _invitation(node: DemoNode) -> str:
    """Its own card; what it sends to the others, over any path."""
    asked = Request("admin-1", "command line")
    with running(str(node.home.folder), node.clock.now_us) as (home, opened):
        peers.renew(
            opened,
            home.owner,
            home.root_key(),
            home.message_key.verifier,
            home.record_key.verifier,
            asked,
            addresses=[node.url],
            age=recipient_of(home.age_identity()),
            certificate=node.certificate,
        )
        own = peers.peer_of(opened, home.owner)
        node.words = words_of(own.root)
        for name, role in _ROLES.items():
            node.tokens[name] = admit(
                opened,
                HOLDER,
                mark=f"{name}-1",
                party=home.party,
                role=role,
                only=MAY[role] - {Action.ADMIT},
            )
        return write_invitation(own.root, peers.cards_of(opened, home.owner))


def _enrol(node: DemoNode, others: Mapping[str, tuple[str, tuple[str, ...]]]) -> None:
    """Take the others' invitations in, and compare the words that their desks read out."""
    asked = Request("admin-1", "command line")
    with running(str(node.home.folder), node.clock.now_us) as (_, opened):
        for text, words in others.values():
            peer = peers.accept(opened, text, asked)
            peers.compare(opened, peer.card.party, words, asked)


def _serve(node: DemoNode) -> None:
    folder, name = node.home.folder, node.party.lower()
    words = [
        sys.executable,
        "-m",
        "keepclear.faces.demo.process",
        str(folder),
        str(node.listener.fileno()),
        node.url,
        str(folder.parent / f"{name}.crt"),
        str(folder.parent / f"{name}.key"),
    ]
    with node.log.open("a") as log:
        node.process = subprocess.Popen(  # noqa: S603 - this very package
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            pass_fds=[node.listener.fileno()],
            start_new_session=True,  # Ctrl-C is for the player, which ends its nodes
        )


def _end(nodes: list[DemoNode]) -> None:
    """All at once, after each has let go of its connections to the others. None is left."""
    for node in nodes:
        node.begin({"do": "end"})
    for node in nodes:
        with suppress(InternalError, ValueError, OSError):
            node.end()
    for node in nodes:
        _close(node)
    for node in nodes:
        _wait(node)


def _close(node: DemoNode) -> None:
    """Nobody can ask it any more: it ends."""
    for name in ("stdin", "stdout"):
        with suppress(OSError):
            _pipe(node.process, name).close()


def _wait(node: DemoNode) -> None:
    assert node.process is not None
    _close(node)
    try:
        node.process.wait(_STOPS_S)
    except subprocess.TimeoutExpired:
        node.process.kill()
        node.process.wait()
    node.process = None


def _pipe(process: subprocess.Popen[str] | None, name: str) -> IO[str]:
    assert process is not None
    pipe = getattr(process, name)
    assert pipe is not None
    return pipe
