"""The nodes of a scenario, made as people make them, enrolled with each other, and served.

A node, its card with the certificate that it shows, the twelve words of every other desk compared,
programs let in for the duty officer, the second person and the administrator.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import create_server
from typing import Final

from keepclear.domain.access import MAY, OF_PEOPLE, Role
from keepclear.faces.demo.certificate import certificate, pem, private_key
from keepclear.faces.demo.nodes import BACKLOG, Nodes
from keepclear.faces.demo.served import DemoNode, end, serve
from keepclear.formats.scenarios.script import PartySaid, Scenario
from keepclear.link.invitation import write_invitation
from keepclear.link.pinning import words_of
from keepclear.node import chance, peers
from keepclear.node.access import admit
from keepclear.node.allowing import HOLDER
from keepclear.node.declaring import Request
from keepclear.node.home import make_home
from keepclear.node.sealing import recipient_of
from keepclear.node.start import running
from keepclear.node.stepped import SteppedClock
from keepclear.record.note import Signer

__all__ = ["nodes_of"]

_ROLES: Final = {"duty": Role.DUTY, "second": Role.VERIFIER, "admin": Role.ADMINISTRATOR}
"""Programs that ask for the people of a desk."""


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
                serve(node)
            yield Nodes(made, stride_us)
        finally:
            end([node for node in made.values() if node.process is not None])


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
    listener = create_server(("127.0.0.1", 0), backlog=BACKLOG)
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
                only=MAY[role] - OF_PEOPLE,
            )
        return write_invitation(own.root, peers.cards_of(opened, home.owner))


def _enrol(node: DemoNode, others: Mapping[str, tuple[str, tuple[str, ...]]]) -> None:
    """Take the others' invitations in, and compare the words that their desks read out."""
    asked = Request("admin-1", "command line")
    with running(str(node.home.folder), node.clock.now_us) as (_, opened):
        for text, words in others.values():
            peer = peers.accept(opened, text, asked)
            peers.compare(opened, peer.card.party, words, asked)
