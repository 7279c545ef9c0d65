"""A party with its keys and its node, in memory."""

from __future__ import annotations

from keepclear.link.invitation import write_invitation
from keepclear.node import peers
from keepclear.node.declaring import Request
from keepclear.record.note import Signer
from tests.node.world import World

__all__ = ["ASK", "Party"]

ASK = Request("one", "test")


class Party:
    """A node in memory with the keys of one party."""

    def __init__(self, name, number=1, addresses=None):
        self.name, self.world = name, World(owner=name)
        self.root = Signer(f"keepclear/{name.lower()}/root", bytes([number]) * 32)
        self.message, self.record = (
            Signer(f"keepclear/{name.lower()}/{what}", bytes([number, 100 + k]) * 16)
            for k, what in enumerate(("desk", "record"))
        )
        self.addresses = addresses
        self.world.signer = self.record  # each has a record of its own
        self.world.notes.clear()
        self.world.node = self.world.start()

    def invitation(self, **changes):
        values = {"root": self.root, "message": self.message, "addresses": self.addresses} | changes
        peers.renew(
            self.world.node, self.name, values["root"], values["message"].verifier,
            self.record.verifier, ASK, addresses=values["addresses"],
            last_believed=changes.get("last_believed"),
        )  # fmt: skip
        own = peers.peer_of(self.world.node, self.name)
        return write_invitation(own.root, peers.cards_of(self.world.node, self.name))

    def knows(self, name):
        return self.world.node.memory.peers[name]
